"""Who is too late takes nothing away from the others: no position, no version, no command id.

Positions are still not promised to be gapless: what the database refuses in the middle of an
insert burns a number. So nobody may take a gap for a loss, and nobody does.
"""

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

from shared.errors import Broken
from shared.log import Append, Expect
from shared.store.postgres import PostgresLog
from tests.promises.tailing import Tailing
from tests.shared.counted import Numbers
from tests.shared.log_promises import command, new_event

SEQUENCE = "SELECT last_value, is_called FROM directives.directives_events_notification_id_seq"
STREAM, FREE = uuid.UUID(int=1), uuid.UUID(int=2)
SETTLED = command(new_event(STREAM, 1))

REFUSED: dict[str, Sequence[Append]] = {
    "a version that is taken": [command(new_event(STREAM, 1))],
    "a version that leaves a gap": [command(new_event(STREAM, 3))],
    "a stream that must not exist": [command(new_event(STREAM, 1), expect={STREAM: Expect.NONE})],
    "a stream that must exist": [command(new_event(FREE, 1), expect={FREE: Expect.EXISTS})],
    "one of two streams": [command(new_event(FREE, 1), new_event(STREAM, 1))],
    "a command that was settled": [SETTLED],
    "several that come together": [*(command(new_event(STREAM, 1)) for _ in range(5)), SETTLED],
}


@pytest.mark.parametrize("late", REFUSED.values(), ids=REFUSED)
async def test_no_position_is_burnt_by(
    log: PostgresLog, pool: asyncpg.Pool, late: Sequence[Append]
):
    await log.append(SETTLED)
    before = await pool.fetchrow(SEQUENCE)

    verdicts = await asyncio.gather(*(log.append(each) for each in late))

    assert {each.status for each in verdicts} <= {"conflict", "duplicate"}
    assert await pool.fetchrow(SEQUENCE) == before


async def test_positions_of_those_that_went_through_beside_conflicts_have_no_gap(log: PostgresLog):
    await log.append(SETTLED)
    good = [command(new_event(uuid.uuid4(), 1)) for _ in range(6)]
    late = [command(new_event(STREAM, 1)) for _ in range(6)]

    await asyncio.gather(
        *(log.append(each) for pair in zip(good, late, strict=True) for each in pair)
    )

    first = (await log.load(STREAM))[0].position
    assert [each.position - first for each in await log.read(0, 100)] == list(range(7))


async def test_a_number_that_is_burnt_all_the_same_is_no_loss_to_anybody(
    log: PostgresLog, pool: asyncpg.Pool, tmp_path: Path
):
    numbers = await Numbers.made_in(tmp_path, log, pool)
    await numbers.record(1)
    [taken] = await log.read(0, 1)
    with pytest.raises(Broken):
        await log.append(command(new_event(uuid.uuid4(), 1, event_id=taken.event_id)))
    await numbers.record(2)

    reader = Tailing(log)
    await reader.read()
    await numbers.follower.step()

    assert reader.seen[1].position > reader.seen[0].position + 1, "nothing was burnt"
    assert [each.fields["n"] for each in reader.seen] == await numbers.seen() == [1, 2]
