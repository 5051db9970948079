"""What every log promises (shared/log.py), written once against a `log` fixture.

Subclass `LogPromises` beside the log that is to be held to them; override the fixture `log` there.
"""

import asyncio
import json
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from shared.actor import Actor
from shared.envelope import Metadata
from shared.errors import Broken
from shared.log import Append, Expect, Log, NewEvent, Verdict

MINISTRY = Actor("BCA-VN", "clerk", frozenset({"clerk"}), "test")
SOON_SECONDS = 5.0
NEVER_SECONDS = 60.0


def new_event(stream: UUID, version: int, *, event_id: UUID | None = None) -> NewEvent:
    """An event whose state says which one it is."""
    happened = {"timestamp": "2025-07-01T08:00:00+07:00", "said": f"thứ {version}"}
    return NewEvent(
        event_id=event_id or uuid4(),
        stream=stream,
        version=version,
        topic="tests.said.v1",
        state=json.dumps(happened, ensure_ascii=False).encode(),
        metadata=Metadata(MINISTRY, (f"thing:{stream}",), UUID(int=1), UUID(int=2)).to_json(),
    )


def command(
    *events: NewEvent, expect: Mapping[UUID, Expect] | None = None, id: UUID | None = None
) -> Append:
    """One command's events."""
    return Append(
        command_id=id or uuid4(),
        events=events,
        expect=expect or {},
        request_hash=b"\x01" * 32,
        result='{"answer": 1}',
    )


async def versions(log: Log, stream: UUID) -> list[int]:
    return [each.version for each in await log.load(stream)]


class LogPromises:
    """Inherit, and provide `log`."""

    async def test_what_was_appended_is_read_back_as_it_was(self, log: Log):
        stream = uuid4()
        new = new_event(stream, 1)

        verdict = await log.append(command(new))

        [envelope] = await log.load(stream)
        assert verdict.status == "appended"
        assert (envelope.event_id, envelope.stream, envelope.version) == (new.event_id, stream, 1)
        assert (envelope.topic, envelope.state) == (new.topic, new.state)
        assert envelope.metadata == Metadata.from_json(new.metadata)
        assert (envelope.store, envelope.epoch) == (log.name, log.epoch)
        assert envelope.position == verdict.last_position == await log.head()
        assert envelope.recorded_at.utcoffset() is not None

    async def test_an_empty_log_has_no_head_and_nothing_to_read(self, log: Log):
        assert await log.head() == 0
        assert list(await log.read(0, 10)) == []
        assert list(await log.load(uuid4())) == []

    async def test_a_stream_is_loaded_in_order_after_a_version(self, log: Log):
        stream = uuid4()
        await log.append(command(*(new_event(stream, version) for version in (1, 2, 3))))

        later = await log.load(stream, after=1)

        assert [each.version for each in later] == [2, 3]
        assert [each.version for each in await log.load(stream, 1, 1)] == [2]

    async def test_what_waits_of_a_stream_is_counted_without_what_is_left_out(self, log: Log):
        stream = uuid4()
        for version in (1, 2, 3, 4, 5):
            await log.append(command(new_event(uuid4(), 1)))
            await log.append(command(new_event(stream, version)))
        events = await log.load(stream)

        counts = [
            await log.count(stream, 1, events[3].position),
            await log.count(stream, 1, events[3].position, [events[0].event_id]),
            await log.count(stream, 1, events[3].position, [events[2].event_id]),
            await log.count(stream, 5, events[-1].position),
            await log.count(uuid4(), 0, events[-1].position),
        ]

        assert counts == [3, 3, 2, 0, 0]

    async def test_positions_increase_over_all_streams(self, log: Log):
        streams = [uuid4() for _ in range(3)]

        for stream in streams:
            await log.append(command(new_event(stream, 1), new_event(stream, 2)))

        read = await log.read(0, 100)
        positions = [each.position for each in read]
        assert positions == sorted({*positions})
        assert [each.stream for each in read] == [each for each in streams for _ in range(2)]

    async def test_reading_goes_on_after_a_position_and_stops_at_the_limit(self, log: Log):
        stream = uuid4()
        await log.append(command(*(new_event(stream, version) for version in range(1, 6))))

        first = await log.read(0, 2)
        second = await log.read(first[-1].position, 2)

        assert [each.version for each in (*first, *second)] == [1, 2, 3, 4]

    async def test_a_version_that_is_taken_is_a_conflict_that_names_the_head(self, log: Log):
        stream = uuid4()
        await log.append(command(new_event(stream, 1), new_event(stream, 2)))

        verdict = await log.append(command(new_event(stream, 2)))

        assert (verdict.status, verdict.head, verdict.stream) == ("conflict", 2, stream)
        assert await versions(log, stream) == [1, 2]

    async def test_a_version_that_leaves_a_gap_is_a_conflict(self, log: Log):
        stream = uuid4()

        verdict = await log.append(command(new_event(stream, 2)))

        assert (verdict.status, verdict.head) == ("conflict", 0)

    async def test_a_command_over_two_streams_is_recorded_wholly_or_not_at_all(self, log: Log):
        taken, free = uuid4(), uuid4()
        await log.append(command(new_event(taken, 1)))
        expect = {taken: Expect.NONE, free: Expect.NONE}

        verdict = await log.append(command(new_event(free, 1), new_event(taken, 1), expect=expect))

        assert (verdict.status, verdict.stream) == ("conflict", taken)
        assert await versions(log, free) == []

    async def test_after_a_refused_append_reading_still_misses_nothing(self, log: Log):
        stream = uuid4()
        first = await log.append(command(new_event(stream, 1)))
        await log.append(command(new_event(stream, 1)))

        second = await log.append(command(new_event(stream, 2)))

        assert second.first_position > first.last_position
        assert [each.version for each in await log.read(first.last_position, 10)] == [2]

    async def test_a_stream_that_must_not_exist_is_begun_once(self, log: Log):
        stream = uuid4()
        none = {stream: Expect.NONE}

        first = await log.append(command(new_event(stream, 1), expect=none))
        second = await log.append(command(new_event(stream, 1), expect=none))
        third = await log.append(command(new_event(stream, 2), expect=none))

        assert [each.status for each in (first, second, third)] == [
            *("appended", "conflict", "conflict")
        ]

    async def test_a_stream_that_must_exist_is_continued_from_its_head(self, log: Log):
        stream = uuid4()
        exists = {stream: Expect.EXISTS}

        early = await log.append(command(new_event(stream, 1), expect=exists))
        await log.append(command(new_event(stream, 1)))
        late = await log.append(command(new_event(stream, 1), new_event(stream, 2), expect=exists))

        assert (early.status, late.status) == ("conflict", "appended")
        assert await versions(log, stream) == [1, 2, 3]

    async def test_an_append_to_any_head_is_counted_on(self, log: Log):
        stream = uuid4()
        anyhow = {stream: Expect.ANY}

        for _ in range(3):
            await log.append(command(new_event(stream, 1), expect=anyhow))

        assert await versions(log, stream) == [1, 2, 3]

    async def test_unique_versions_may_leave_gaps_but_not_repeat(self, log: Log):
        stream = uuid4()
        unique = {stream: Expect.UNIQUE}

        ahead = await log.append(command(new_event(stream, 7), expect=unique))
        again = await log.append(command(new_event(stream, 7), expect=unique))

        assert (ahead.status, again.status) == ("appended", "conflict")
        assert await versions(log, stream) == [7]

    async def test_a_command_id_is_settled_once(self, log: Log):
        stream, id = uuid4(), uuid4()
        first = await log.append(command(new_event(stream, 1), id=id))

        again = await log.append(command(new_event(stream, 2), id=id))

        assert again.status == "duplicate"
        assert (again.first_position, again.last_position) == (
            first.first_position,
            first.last_position,
        )
        assert (json.loads(again.result), again.request_hash) == ({"answer": 1}, b"\x01" * 32)
        assert await versions(log, stream) == [1]

    async def test_a_settled_command_is_known_and_another_is_not(self, log: Log):
        id = uuid4()
        verdict = await log.append(command(new_event(uuid4(), 1), id=id))

        settled = await log.settled(id)

        assert settled is not None
        assert (settled.status, settled.last_position) == ("duplicate", verdict.last_position)
        assert await log.settled(uuid4()) is None

    async def test_a_refused_command_is_not_settled_and_may_come_again(self, log: Log):
        stream, id = uuid4(), uuid4()

        early = await log.append(command(new_event(stream, 2), id=id))
        await log.append(command(new_event(stream, 1)))
        late = await log.append(command(new_event(stream, 2), id=id))

        assert (early.status, late.status) == ("conflict", "appended")

    async def test_an_event_id_is_given_once(self, log: Log):
        taken = uuid4()
        await log.append(command(new_event(uuid4(), 1, event_id=taken)))

        with pytest.raises(Broken):
            await log.append(command(new_event(uuid4(), 1, event_id=taken)))

        assert len(await log.read(0, 10)) == 1

    async def test_of_many_who_write_the_same_version_one_wins(self, log: Log):
        stream = uuid4()

        verdicts = await asyncio.gather(
            *(log.append(command(new_event(stream, 1))) for _ in range(8))
        )

        assert sorted(each.status for each in verdicts) == ["appended", *["conflict"] * 7]
        assert await versions(log, stream) == [1]

    async def test_of_many_who_send_one_command_all_get_one_answer(self, log: Log):
        same = command(new_event(uuid4(), 1))

        verdicts: list[Verdict] = await asyncio.gather(*(log.append(same) for _ in range(8)))

        assert sorted(each.status for each in verdicts) == ["appended", *["duplicate"] * 7]
        assert len({each.last_position for each in verdicts}) == 1

    async def test_of_commands_that_come_together_each_is_judged_by_itself(self, log: Log):
        known, begun, free, counted, two, both = (uuid4() for _ in range(6))
        settled = command(new_event(known, 1))
        first = await log.append(settled)
        await log.append(command(new_event(begun, 1)))
        together = [
            command(new_event(free, 1)),
            settled,
            command(new_event(begun, 1)),
            command(new_event(counted, 1), new_event(counted, 2), expect={counted: Expect.ANY}),
            command(new_event(two, 1), new_event(begun, 2)),
            command(new_event(both, 1), new_event(begun, 5)),
            command(new_event(uuid4(), 3), expect={}),
        ]

        verdicts = await asyncio.gather(*(log.append(each) for each in together))

        assert [each.status for each in verdicts] == [
            *("appended", "duplicate", "conflict", "appended", "appended", "conflict", "conflict")
        ]
        assert verdicts[1].last_position == first.last_position
        assert (verdicts[2].head, verdicts[2].stream) == (1, begun)
        assert (verdicts[5].stream, await versions(log, both)) == (begun, [])
        assert await versions(log, begun) == [1, 2]
        assert await versions(log, counted) == [1, 2]

    async def test_a_verdict_names_the_positions_of_its_own_events(self, log: Log):
        commands = [
            command(*(new_event(stream, version) for version in range(1, size + 1)))
            for stream, size in ((uuid4(), 1), (uuid4(), 3), (uuid4(), 2))
        ]

        verdicts = await asyncio.gather(*(log.append(each) for each in commands))

        for each, verdict in zip(commands, verdicts, strict=True):
            found = [envelope.position for envelope in await log.load(each.events[0].stream)]
            assert (found[0], found[-1]) == (verdict.first_position, verdict.last_position)
            assert len(found) == len(each.events)

    async def test_a_version_given_twice_in_one_command_is_a_conflict(self, log: Log):
        stream = uuid4()

        alone = await log.append(command(new_event(stream, 1), new_event(stream, 1)))
        crowded, other = await asyncio.gather(
            log.append(command(*(new_event(stream, version) for version in (1, 2, 2, 4)))),
            log.append(command(new_event(uuid4(), 1))),
        )

        assert (alone.status, crowded.status, other.status) == ("conflict", "conflict", "appended")
        assert await versions(log, stream) == []

    async def test_who_waits_for_a_change_is_woken_by_it(self, log: Log):
        waiting = asyncio.create_task(log.changed(0, NEVER_SECONDS))

        await log.append(command(new_event(uuid4(), 1)))

        async with asyncio.timeout(SOON_SECONDS):
            await waiting

    async def test_who_is_behind_does_not_wait(self, log: Log):
        await log.append(command(new_event(uuid4(), 1)))

        async with asyncio.timeout(SOON_SECONDS):
            await log.changed(0, NEVER_SECONDS)

    async def test_waiting_ends_at_the_timeout(self, log: Log):
        async with asyncio.timeout(SOON_SECONDS):
            await log.changed(await log.head(), 0.01)

        assert await log.head() == 0
