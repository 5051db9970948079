"""Whatever part of a batch was recorded when a process died, and whenever the rest of it comes."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.deadlines.desk import Desk, Early
from shared.envelope import Envelope
from shared.errors import Retry
from shared.log import Append, Verdict
from shared.memory import MemoryLog
from shared.sql import Tables
from tests.deadlines.engine import CASE, PERSON, POLICE, TIP, Engine, at
from tests.deadlines.test_discontinued import OTHER
from tests.deadlines.test_engine import RECEIVED
from tests.deadlines.test_regrouped import (
    MAIN,
    Said,
    charged,
    concluded,
    detained,
    instituted,
    joined,
    record,
    sent,
    watched,
)
from tests.deadlines.test_transfers import INVESTIGATORS

DEATHS_MAX = 5
COMES_NOW = 0.2
"""How likely what was left in a dead process's queue is recorded before the next reading."""
HAPPENS = {"opened.v1", "extended.v1", "recomputed.v1", "met.v1", "closed.v1"}
BATCHES = (1, 2, 3, 7, 500)
EARLY = "SELECT * FROM deadlines_watch_v1.early ORDER BY event_id, subject, rule"


class Dying(MemoryLog):
    """A log whose client dies at an append. Of what was sent together with it, some is recorded at
    once, some later, when somebody else is at work, and some never."""

    def __init__(self, chance: Random) -> None:
        super().__init__("deadlines", uuid.uuid4(), lambda: at("2026-07-01 08:00"))
        self.chance = chance
        self.dies_in = 0
        self.left: list[Append] = []

    async def append(self, append: Append) -> Verdict:
        if not self.dies_in:
            return await super().append(append)
        if self.dies_in > 1:
            self.dies_in -= 1
            return await super().append(append)
        match self.chance.choice(("now", "later", "never")):
            case "now":
                await super().append(append)
            case "later":
                self.left.append(append)
        raise Retry("the process died here")

    async def load(
        self, stream: UUID, after: int = 0, limit: int | None = None
    ) -> Sequence[Envelope]:
        await self._come()
        return await super().load(stream, after, limit)

    async def settled(self, command_id: UUID) -> Verdict | None:
        await self._come()
        return await super().settled(command_id)

    async def _come(self) -> None:
        while self.left and self.chance.random() < COMES_NOW:
            await super().append(self.left.pop(0))

    async def settle(self) -> None:
        """All that will ever come has come."""
        while self.left:
            await super().append(self.left.pop(0))


def transferred(step: str, when: str) -> Said:
    said = {"step": step, "to": INVESTIGATORS, "by": "BDBP", "stage": "investigation"}
    more = {"offered_at": at("2026-01-06 08:00").isoformat()} if step == "withdrawn" else {}
    return "case_transferred", when, (CASE,), said | more


def longer(when: str, seq: int) -> Said:
    length = {"n": 1, "unit": "month"}
    said = {"stage": "investigation", "seq": seq, "granted": True, "length": length, "rule": "INV"}
    return "proceedings_period_extended", when, (CASE,), said


def reclassified(when: str, after: str) -> Said:
    said = {"class_before": "NT", "class_after": after, "needs_review": False}
    return "offence_reclassified", when, (PERSON, CASE), said


INITIAL = instituted(CASE, "NT")[3] | {"by": "BDBP", "investigates": "initial"}
BEFORE: tuple[Said, ...] = (
    ("case_prosecution_instituted", "2026-01-05 08:00", (CASE,), INITIAL),
    instituted(MAIN),
    charged(PERSON, CASE, "NT"),
    charged(OTHER, MAIN, "RNT"),
    transferred("offered", "2026-01-06 08:00"),
    transferred("withdrawn", "2026-01-06 15:00"),
    transferred("offered", "2026-01-07 08:00"),
    transferred("received", "2026-01-08 08:00"),
    detained(PERSON, CASE),
    detained(OTHER, MAIN),
)
AFTER: tuple[Said, ...] = (
    reclassified("2026-01-20 08:00", "RNT"),
    longer("2026-01-21 08:00", 1),
    ("preventive_measure_changed", "2026-01-22 08:00", (PERSON, CASE), {"to": "bail"}),
    joined(MAIN, "DBNT"),
    joined(CASE, "DBNT"),
    concluded(MAIN),
    sent(MAIN),
)


async def history(engine: Engine) -> None:
    """Facts that open, pass on, take back, extend, count anew, put right, regroup and end."""
    classified: dict[str, Any] = {"competent": True, "by": POLICE, "later": True}
    for _ in range(2):  # Earlier than what they end was recorded; of one moment.
        await engine.fact("tip_classified", "2026-01-05 12:00", TIP, **classified)
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, later=True, **RECEIVED)
    await record(engine, *BEFORE)
    begun = (await engine.facts["cases"].read(0, 1_000))[3]
    right: dict[str, Any] = {"target_event": str(begun.event_id), "field_path": "occurred_at"}
    right["new"] = at("2026-01-04 08:00").isoformat()
    await engine.fact("record_corrected", "2026-01-19 08:00", CASE, later=True, **right)
    await record(engine, *AFTER)


async def take(engine: Engine) -> None:
    for follower in engine.watching:
        while await follower.step():
            pass


async def clean(pool: asyncpg.Pool) -> None:
    for table in ("periods", "about", "early", "checkpoints"):
        await pool.execute(f"TRUNCATE deadlines_watch_v1.{table}")


async def outcome(engine: Engine) -> tuple[list[Any], list[Any]]:
    """All that was recorded, period by period, and all that the reactor remembers."""
    said = [(x.stream, x.version, x.topic, x.state) for x in await engine.log.read(0, 10_000)]
    early = [tuple(row) for row in await engine.pool.fetch(EARLY)]
    return sorted(said), [*await watched(engine.pool), *early]


@pytest.mark.parametrize("seed", range(12))
async def test_what_was_recorded_in_part_becomes_what_it_would_have_been(
    pool: asyncpg.Pool, seed: int, monkeypatch: pytest.MonkeyPatch
):
    chance = Random(seed)
    log = Dying(chance)
    undisturbed, engine = await Engine(pool).create(), Engine(pool, log)
    await history(undisturbed)
    await take(undisturbed)
    expected = await outcome(undisturbed)
    await clean(pool)
    engine.facts = undisturbed.facts

    for death in range(DEATHS_MAX + 1):
        monkeypatch.setattr("shared.follow.BATCH_MAX", chance.choice(BATCHES))
        engine.begin(one_by_one=chance.random() < 0.2)
        log.dies_in = chance.randrange(1, 20) if death < DEATHS_MAX else 0
        with suppress(Retry):
            await take(engine)
    await log.settle()

    assert {topic.split("_")[1] for _, _, topic, _ in expected[0]} == HAPPENS
    assert await outcome(engine) == expected


def test_of_two_early_facts_of_one_moment_the_same_comes_first_however_they_are_batched():
    moment, found = at("2026-01-05 12:00"), []
    for order in ((1, 2), (2, 1)):
        desk = Desk(Tables(None, {}))
        for n in order:
            desk.heard(Early(TIP, "TIP-CLASSIFY", UUID(int=n), "", moment, ""))
        found.append(desk.early(TIP, "TIP-CLASSIFY", at("2026-01-05 08:00"), ()))

    assert found[0] == found[1]


async def test_a_case_that_is_joined_to_another_is_investigated_no_more_whatever_its_class(
    engine: Engine,
):
    """To count a period anew is not to forget that the same fact has ended it."""
    for fact in (instituted(CASE, "NT"), instituted(MAIN), joined(CASE, "DBNT")):
        await record(engine, fact)
        await engine.settle()

    mine = {each.subject: each.closed for each in await engine.periods("INV")}
    assert mine == {CASE: "matter_ended", MAIN: None}
