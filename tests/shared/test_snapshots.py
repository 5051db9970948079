import asyncio
import importlib
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

import shared.fold
import shared.snapshots
from services.directives.domain import Directive
from services.directives.service import SERVICE as DIRECTIVES
from services.directives.targets.domain import Target
from services.registry import SERVICES
from shared.domain import Aggregate, FirstEvent, decode_event, encode_state
from shared.errors import Refused
from shared.fold import Fold, state_at
from shared.http.routes import events_of
from shared.memory import MemoryLog
from shared.snapshots import Snapshots, code_of, frozen, restored
from shared.store.postgres import PostgresLog
from shared.store.snapshots import PostgresShelf
from tests import golden
from tests.databases import empty_database
from tests.directives import test_folding as walks
from tests.directives.examples import MORNING, act, paper
from tests.directives.world import TARGET
from tests.shared.sample_service import Thing
from tests.shared.things import BAD, GOOD, NOON, mark, open_thing, opened

STEPS: dict[type[Aggregate], Sequence[Any]] = {
    walks.Directive: walks.DIRECTIVE,
    walks.Task: walks.TASK,
    walks.Report: walks.REPORT,
    Target: (),
}
EVENTS_BETWEEN = 3


class MemoryShelf:
    """Snapshots in memory, and what was done to them."""

    def __init__(self) -> None:
        self.lying: dict[tuple[UUID, str], tuple[str, int, bytes]] = {}
        self.broken = False

    async def newest(self, stream: UUID, kind: str, code: str) -> tuple[int, bytes] | None:
        self._refuse_if_broken()
        found = self.lying.get((stream, kind))
        return found[1:] if found and found[0] == code else None

    async def put(self, stream: UUID, kind: str, code: str, version: int, state: bytes) -> None:
        self._refuse_if_broken()
        self.lying[stream, kind] = code, version, state

    def versions(self) -> list[int]:
        return [version for _, version, _ in self.lying.values()]

    def _refuse_if_broken(self) -> None:
        if self.broken:
            raise ConnectionError("no shelf")


@pytest.fixture(autouse=True)
def few_events_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared.fold, "EVENTS_BETWEEN", EVENTS_BETWEEN)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog("samples", UUID(int=138), lambda: NOON)


@pytest.fixture
def shelf() -> MemoryShelf:
    return MemoryShelf()


@pytest.fixture(scope="module")
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    async with empty_database(postgres_url) as url:
        yield url


@pytest.fixture
async def real_shelf(pool: asyncpg.Pool, database_url: str) -> PostgresShelf:
    await PostgresLog.open("samples", pool, database_url)
    return await PostgresShelf.open("samples", pool)


def begun(kind: type[Aggregate]) -> Any:
    if kind is not Target:
        return walks.begun(kind)
    return Target.set_target(TARGET, act(), origin=Directive.issue_directive(paper(), act()).origin)


def folded(aggregate: Any, events: Sequence[Any]) -> Any:
    """An aggregate and what happened to it since, from the stored bytes."""
    for each in events:
        state = encode_state(each)
        event = decode_event(each.TOPIC, each.originator_id, each.originator_version, state)
        aggregate = event.mutate(aggregate)
    return aggregate


def thawed(aggregate: Any) -> Any:
    return restored(type(aggregate), aggregate.id, aggregate.version, frozen(aggregate))


def put_aside(log: MemoryLog, shelf: MemoryShelf) -> tuple[Fold, Snapshots]:
    """A process that puts things aside."""
    snapshots = Snapshots(shelf, (Thing,))
    return Fold(log, snapshots), snapshots


async def long_thing(log: MemoryLog, shelf: MemoryShelf) -> UUID:
    """A thing of four events; a snapshot of its third lies on the shelf."""
    fold, snapshots = put_aside(log, shelf)
    id = uuid4()
    await open_thing(fold, id)
    for said in (BAD, GOOD, BAD):
        await mark(fold, id, said)
        await snapshots.written()
    return id


def test_every_kind_of_paper_that_is_decided_on_is_tried_here():
    assert {*STEPS} == {*DIRECTIVES.aggregates}


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        (event.TOPIC, each)
        for service in SERVICES
        for each in service.aggregates
        for event in events_of(each)
        if event.TOPIC in golden.TOPICS
    ],
)
def test_whatever_a_recorded_fact_leaves_behind_can_be_put_aside(topic: str, kind: type[Aggregate]):
    firsts = [each.TOPIC for each in events_of(kind) if issubclass(each, FirstEvent)]
    topics = [topic] if topic in firsts else [firsts[0], topic]
    told = [
        decode_event(each, UUID(int=138), version, orjson.dumps(golden.sample(each)))
        for version, each in enumerate(topics, 1)
    ]
    live = folded(None, told)

    assert thawed(live) == live
    assert thawed(live).state() == live.state()


@pytest.mark.parametrize("kind", STEPS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_snapshot_and_the_rest_is_the_same_as_all_events(kind: type[Aggregate], data: Any):
    live = begun(kind)
    walk = st.lists(st.tuples(st.sampled_from(STEPS[kind] or (None,)), st.sampled_from(walks.WHO)))
    for day, (step, who) in enumerate(data.draw(walk) if STEPS[kind] else []):
        with suppress(Refused):
            step(live, act(who, MORNING + timedelta(days=day)))
    events = live.collect_events()
    cut = data.draw(st.integers(1, len(events)))

    whole = folded(None, events)
    resumed = folded(thawed(folded(None, events[:cut])), events[cut:])

    assert resumed == whole
    assert resumed.state() == whole.state()
    assert thawed(live) == live


@pytest.mark.parametrize(
    "value",
    [
        {"a": {1: (2, [3, {"dict": 4}])}},
        {"tuple": ["no tuple"]},
        {UUID(int=1): frozenset({NOON.date(), NOON.timetz()})},
        [NOON, None, True, 1.5, "ê", {"x"}],
    ],
    ids=["nested", "a_word_of_its_own", "a_frozen_set_under_a_uuid", "a_list"],
)
def test_what_an_aggregate_may_hold_comes_back_as_it_was(value: Any):
    thing = opened()
    thing.collect_events()
    thing.held = value  # type: ignore[attr-defined]

    assert thawed(thing).held == value


def test_nothing_is_imported_or_called_for_a_snapshot():
    thing = opened()
    for name in ("antigravity:fly", "os:system", "subprocess:Popen", "shared.snapshots:restored"):
        state = b'{"dict": [["_id", {"%s": {"args": "true"}}]]}' % name.encode()

        with pytest.raises((KeyError, ValueError)):
            restored(Thing, thing.id, 1, state)


async def test_a_long_stream_is_put_aside_and_read_from_there(log: MemoryLog, shelf: MemoryShelf):
    id = await long_thing(log, shelf)
    another, _ = put_aside(log, shelf)
    asked: list[int] = []
    load = log.load

    async def noted(stream: UUID, after: int = 0) -> Any:
        asked.append(after)
        return await load(stream, after)

    log.load = noted  # type: ignore[method-assign]

    found, alone = await another.find(Thing, id), await another.read(Thing, id)

    assert shelf.versions() == [3]
    assert asked == [3, 3]
    assert found == alone == await Fold(log).read(Thing, id)
    assert found is not alone


async def test_what_was_put_aside_is_decided_on(log: MemoryLog, shelf: MemoryShelf):
    id = await long_thing(log, shelf)
    another, snapshots = put_aside(log, shelf)

    receipts = [await mark(another, id, said) for said in (BAD, GOOD, BAD)]
    await snapshots.written()

    assert [each.version for each in receipts] == [4, 5, 6]
    assert shelf.versions() == [6]


async def test_a_long_stream_without_a_snapshot_gets_one_when_next_it_is_saved(
    log: MemoryLog, shelf: MemoryShelf
):
    id = await long_thing(log, shelf)
    shelf.lying.clear()
    another, snapshots = put_aside(log, shelf)

    await mark(another, id, GOOD)
    await snapshots.written()

    assert shelf.versions() == [5]


def test_code_is_named_anew_when_a_file_of_its_package_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    domain = tmp_path / "trial" / "service" / "parts" / "domain.py"
    words = tmp_path / "trial" / "service" / "words.py"
    domain.parent.mkdir(parents=True)
    domain.write_text("class Kind: pass")
    words.write_text("A = 1")
    monkeypatch.syspath_prepend(tmp_path)
    kind = importlib.import_module("trial.service.parts.domain").Kind

    before, again = code_of(kind), code_of(kind)
    words.write_text("A = 2")

    assert before == again != code_of(kind)


async def test_other_code_does_not_use_it(
    log: MemoryLog, shelf: MemoryShelf, monkeypatch: pytest.MonkeyPatch
):
    id = await long_thing(log, shelf)
    [(_, version, _)] = shelf.lying.values()
    shelf.lying[id, "Thing"] = "other code", version, b'{"dict": []}'
    another, _ = put_aside(log, shelf)

    with capture_logs() as logged:
        found = await another.find(Thing, id)

    assert found == await Fold(log).read(Thing, id)
    assert logged == []


@pytest.mark.parametrize("state", [b"", b"{}", b'{"dict": []}', b'{"a:b": {}}', b'{"dict": [[1]]}'])
async def test_one_that_cannot_be_read_is_as_good_as_none_and_said(
    log: MemoryLog, shelf: MemoryShelf, state: bytes
):
    id = await long_thing(log, shelf)
    shelf.lying[id, "Thing"] = code_of(Thing), 3, state
    another, _ = put_aside(log, shelf)

    with capture_logs() as logged:
        found = await another.find(Thing, id)

    assert found == await Fold(log).read(Thing, id)
    assert [each["event"] for each in logged] == ["snapshot not used"]


async def test_one_of_another_stream_is_not_used(log: MemoryLog, shelf: MemoryShelf):
    id, other = await long_thing(log, shelf), await long_thing(log, shelf)
    shelf.lying[id, "Thing"] = shelf.lying[other, "Thing"]
    another, _ = put_aside(log, shelf)

    with capture_logs() as logged:
        found = await another.find(Thing, id)

    assert found is not None and found.id == id
    assert [each["event"] for each in logged] == ["snapshot not used"]


async def test_a_shelf_that_fails_fails_nothing_else(log: MemoryLog, shelf: MemoryShelf):
    shelf.broken = True

    with capture_logs() as logged:
        id = await long_thing(log, shelf)
        found = await put_aside(log, shelf)[0].find(Thing, id)

    assert found == await Fold(log).read(Thing, id)
    assert {each["event"] for each in logged} == {"snapshot not used", "snapshot not written"}


async def test_what_has_no_frozen_form_is_not_put_aside_and_said(
    log: MemoryLog, shelf: MemoryShelf, monkeypatch: pytest.MonkeyPatch
):
    evolve = Thing.evolve

    def strange(self: Any, event: Any) -> None:
        evolve(self, event)
        self.strange = object()

    monkeypatch.setattr(Thing, "evolve", strange)

    with capture_logs() as logged:
        id = await long_thing(log, shelf)

    assert (len(await log.load(id)), shelf.versions()) == (4, [])
    assert [each["event"] for each in logged] == ["snapshot not taken"]


async def test_nobody_waits_for_the_writing_and_only_so_many_are_written_at_once(
    log: MemoryLog, shelf: MemoryShelf, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.snapshots, "WRITING_MAX", 2)
    may, put = asyncio.Event(), shelf.put

    async def slow(*said: Any) -> None:
        await may.wait()
        await put(*said)

    shelf.put = slow  # type: ignore[method-assign]
    fold, snapshots = put_aside(log, shelf)
    ids = [uuid4() for _ in range(4)]
    for id in ids:
        await open_thing(fold, id)
        for said in (BAD, GOOD):
            await mark(fold, id, said)

    may.set()
    await snapshots.written()
    first = len(shelf.lying)
    for id in ids:
        await mark(fold, id, BAD)
        await snapshots.written()

    assert first == 2
    assert shelf.versions() == [3, 3, 4, 4]


async def test_a_state_at_a_moment_knows_no_snapshots(log: MemoryLog, shelf: MemoryShelf):
    id = await long_thing(log, shelf)
    [(code, version, _)] = shelf.lying.values()
    wrong = opened(id)
    wrong.version = version
    shelf.lying[id, "Thing"] = code, version, frozen(wrong)

    state, envelopes = await state_at(log, id, as_of=NOON)

    assert state == await Fold(log).read(Thing, id)
    assert len(envelopes) == 4


async def test_all_of_them_may_be_thrown_away(
    log: MemoryLog, real_shelf: PostgresShelf, pool: asyncpg.Pool
):
    snapshots = Snapshots(real_shelf, (Thing,))
    fold, id = Fold(log, snapshots), uuid4()
    await open_thing(fold, id)
    await pool.execute("DROP SCHEMA samples_snapshots CASCADE")

    with capture_logs():
        for said in (BAD, GOOD, BAD):
            await mark(fold, id, said)
            await snapshots.written()
        found = await Fold(log, snapshots).find(Thing, id)

    assert found == await Fold(log).read(Thing, id)
