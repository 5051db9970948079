"""A batch of facts: the same as one by one, once, in order, wherever the process dies."""

import asyncio
import uuid
from collections import Counter
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.deadlines.desk import NOTED
from shared.errors import Retry
from shared.log import Append, Verdict
from shared.memory import MemoryLog
from tests.deadlines.engine import CASE, POLICE, PROCURACY, TIP, Engine, at
from tests.deadlines.test_engine import INSTITUTED, RECEIVED

EXTENDED = {"stage": "investigation", "seq": 1, "granted": True, "rule": "INV"}
PAPER = f"directive:{UUID(int=600)}"
EARLY = "SELECT * FROM deadlines_watch_v1.early ORDER BY event_id, subject, rule"
ROWS = f"SELECT {', '.join(NOTED)} FROM deadlines_watch_v1.periods ORDER BY id"


class Fragile(MemoryLog):
    """A log whose process dies at the n-th append, or to which somebody else writes before it."""

    def __init__(self, engine_now: Any) -> None:
        super().__init__("deadlines", uuid.uuid4(), engine_now)
        self.dies_at = 0
        self.appends = 0
        self.waiting = 0
        self.most_together = 0
        self.meanwhile: Any = None
        self._queue = asyncio.Lock()
        self._somebody_else: asyncio.Task[Any] | None = None

    async def append(self, append: Append) -> Verdict:
        """One after another, in the order of their coming, as the writer does it."""
        if self._somebody_else is asyncio.current_task():
            return await super().append(append)
        self.appends += 1
        if self.appends == self.dies_at:
            raise Retry("the process died here")
        self.waiting += 1
        self.most_together = max(self.most_together, self.waiting)
        async with self._queue:
            if self.meanwhile is not None:
                first, self.meanwhile = self.meanwhile, None
                self._somebody_else = asyncio.current_task()
                await first()
                self._somebody_else = None
            await asyncio.sleep(0)
            self.waiting -= 1
            return await super().append(append)


@pytest.fixture
async def log() -> Fragile:
    return Fragile(lambda: at("2026-07-01 08:00"))


@pytest.fixture
async def fragile(pool: asyncpg.Pool, log: Fragile) -> Engine:
    return await Engine(pool, log).create()


async def history(engine: Engine) -> None:
    """Facts of a paper, several tips and a case, of which some are about the same period."""
    await engine.fact("directive_issued", "2026-01-05 08:00", PAPER, store="directives", later=True)
    for body in (POLICE, PROCURACY):  # The first one ends a period, both begin one.
        await engine.fact(
            "directive_dispatched",
            "2026-01-05 09:00",
            PAPER,
            store="directives",
            later=True,
            recipient=body,
        )
    for n in range(3):
        tip = f"tip:{UUID(int=700 + n)}"
        await engine.fact("tip_received", f"2026-01-0{5 + n} 08:00", tip, later=True, **RECEIVED)
    await engine.fact(
        "case_prosecution_instituted", "2026-01-10 08:00", CASE, later=True, **INSTITUTED
    )
    for n in range(3):
        tip = f"tip:{UUID(int=700 + n)}"
        await engine.fact(
            "tip_classified", f"2026-01-0{5 + n} 18:00", tip, later=True, competent=True
        )
    extended = EXTENDED | {"requested_on": "2026-04-20"}
    await engine.fact(
        "proceedings_period_extended",
        "2026-05-04 09:00",
        CASE,
        by=PROCURACY,
        later=True,
        **extended,
    )
    await engine.fact("investigation_concluded", "2026-06-01 09:00", CASE, later=True, kind="first")


async def told(engine: Engine) -> list[tuple[Any, ...]]:
    """What was recorded of each period, in its order."""
    found = await engine.log.read(0, 10_000)
    return sorted(
        (each.stream, each.version, each.topic, each.fields["timestamp"]) for each in found
    )


async def noted(engine: Engine) -> list[tuple[Any, ...]]:
    """What the reactor remembers: of periods, and of facts that came before their beginning."""
    periods = [tuple(row)[:6] + tuple(row)[7:] for row in await engine.pool.fetch(ROWS)]
    return periods + [tuple(row) for row in await engine.pool.fetch(EARLY)]


async def test_a_batch_leads_to_what_its_facts_lead_to_one_by_one(pool: asyncpg.Pool):
    together, alone = Engine(pool), Engine(pool)
    await together.create()
    await history(together)
    await together.settle()
    rows, shown = await noted(together), [dict(row) for row in await together.rows()]

    for table in ("periods", "about", "early", "checkpoints"):
        await pool.execute(f"TRUNCATE deadlines_watch_v1.{table}")
    for table in ("periods", "subjects", "parties", "checkpoints"):
        await pool.execute(f"TRUNCATE deadlines_due_v1.{table}")
    alone.facts = together.facts
    alone.begin(one_by_one=True)
    await alone.settle()

    assert await told(alone) == await told(together)
    assert await noted(alone) == rows
    assert len(rows) > 15
    for row, other in zip(shown, await alone.rows(), strict=True):
        assert {**row, "opened": ""} == {**dict(other), "opened": ""}


async def test_what_does_not_touch_the_same_period_is_appended_together(
    fragile: Engine, log: Fragile
):
    await history(fragile)

    await fragile.settle()

    assert log.most_together >= 4
    events = [each.event for each in await log.read(0, 10_000)]
    [inv] = [each.originator_id for each in events if getattr(each, "rule", "") == "INV"]
    names = [type(each).__name__ for each in events if each.originator_id == inv]
    assert names == ["DeadlineOpened", "DeadlineExtended", "DeadlineMet"]


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize("dies_at", range(1, 13))
async def test_wherever_it_dies_each_fact_leads_to_its_periods_once(
    fragile: Engine, log: Fragile, dies_at: int, one_by_one: bool
):
    undisturbed = Engine(fragile.pool)
    await history(fragile)
    log.dies_at = dies_at

    for again in range(3):  # The last time there is nothing more to take.
        fragile.begin(one_by_one=one_by_one and again > 0)
        try:
            await fragile.settle()
        except Retry:
            assert log.appends >= dies_at
    rows = await noted(fragile)

    undisturbed.facts = fragile.facts
    for table in ("periods", "about", "early", "checkpoints"):
        await fragile.pool.execute(f"TRUNCATE deadlines_watch_v1.{table}")
    undisturbed.begin()
    for follower in undisturbed.watching:
        await follower.step()
    assert await told(fragile) == await told(undisturbed)
    assert await noted(undisturbed) == rows
    commands = Counter(each.metadata.causation_id for each in await log.read(0, 10_000))
    assert len(commands) == 12


@pytest.mark.parametrize("one_by_one", [False, True])
async def test_the_tables_are_what_they_were_when_all_was_recorded_before(
    fragile: Engine, one_by_one: bool
):
    await history(fragile)
    await fragile.settle()
    before, rows = await told(fragile), await noted(fragile)

    for table in ("periods", "about", "early", "checkpoints"):
        await fragile.pool.execute(f"TRUNCATE deadlines_watch_v1.{table}")
    fragile.begin(one_by_one=one_by_one)
    await fragile.settle()

    assert await told(fragile) == before
    assert await noted(fragile) == rows


async def test_a_warning_in_between_is_kept_and_the_order_is_the_facts(
    fragile: Engine, log: Fragile
):
    await fragile.fact("case_prosecution_instituted", "2026-01-10 08:00", CASE, **INSTITUTED)
    extended = EXTENDED | {"requested_on": "2026-04-20"}
    await fragile.fact(
        "proceedings_period_extended", "2026-05-04 09:00", CASE, later=True, **extended
    )
    await fragile.fact(
        "investigation_concluded", "2026-06-01 09:00", CASE, later=True, kind="first"
    )

    async def clock_speaks() -> None:
        fragile.now = at("2026-05-05 08:00")
        page = await fragile.clock._page(fragile.now)
        [inv] = [each for each in page if each.id == (await fragile.period("INV")).id]
        await fragile.clock._say(inv, fragile.now)

    log.meanwhile = clock_speaks
    await fragile.settle()

    inv = await fragile.period("INV")
    events = [type(each.event).__name__ for each in await log.load(inv.id)]
    assert events == ["DeadlineOpened", "DeadlineWarningRaised", "DeadlineExtended", "DeadlineMet"]
    assert inv.is_over


async def test_a_period_that_this_process_knows_only_as_it_was_is_read_again(fragile: Engine):
    await fragile.fact("tip_received", "2026-01-05 08:00", TIP, **RECEIVED)
    await fragile.tick("2026-01-06 07:00")

    await fragile.fact("tip_classified", "2026-01-06 07:30", TIP, competent=True)

    classify = await fragile.period("TIP-CLASSIFY")
    assert classify.is_over
    assert classify.in_time is True
    names = [type(each.event).__name__ for each in await fragile.log.load(classify.id)]
    assert names == ["DeadlineOpened", "DeadlineWarningRaised", "DeadlineMet"]
