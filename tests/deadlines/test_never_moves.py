"""An end moves by a recorded fact that says so, and by nothing else.

Real facts in any order, corrections among them, a clock that looks at any moment, processes that
die: after each step every end is what it was, unless a period of the engine's log says otherwise.
"""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.deadlines.domain import Deadline
from services.deadlines.events import DeadlineExtended, DeadlineOpened, DeadlineRecomputed
from services.deadlines.service import WATCH
from shared.domain import encode_state
from shared.fold import Fold
from tests.cases.examples import closed
from tests.cases.situations.trying import MACHINES, everything
from tests.deadlines.engine import CASE, PERSON, TIP, Engine, at

SAY_AN_END = (DeadlineOpened, DeadlineExtended, DeadlineRecomputed)
SUBJECTS = {"tip": (TIP,), "case": (CASE,), "person": (PERSON, CASE)}
"""Kind → what its facts are about; everything befalls one tip, one case and one person."""
STEPS = 36
RECEIVED: dict[str, Any] = {
    "receiver": "CQDT",
    "competent": True,
    "urgent": True,
    "kind": "tin_bao",
}
START = at("2026-01-05 08:00")


def facts() -> Iterator[tuple[str, tuple[str, ...], str, dict[str, Any]]]:
    """Name, subjects, recorder and body of everything that was really recorded somewhere."""
    for machine in MACHINES:
        subjects = SUBJECTS.get(getattr(machine.kind, "KIND", ""))
        for event in machine.rows if subjects else ():
            for said in everything(event):
                for fact in said.facts:
                    body = json.loads(encode_state(closed(fact)))
                    body = {name: each for name, each in body.items() if name != "timestamp"}
                    assert subjects is not None
                    if type(fact) is event:
                        yield fact.TOPIC.split(".")[1], subjects, said.by, body


FACTS = tuple(facts())


async def ends(engine: Engine) -> Mapping[UUID, datetime]:
    """The end of every period, as people read it."""
    return {row["id"]: row["due"] for row in await engine.rows()}


async def something_happens(engine: Engine, chance: random.Random, told: list[UUID]) -> bool:
    """One step of a random history. Returns whether it was a fact, which might move an end."""
    when = text_of(engine.now + timedelta(hours=chance.randint(1, 300)))
    match chance.randrange(8):
        case 0:
            await engine.tick(when)
            return False
        case 1:  # Everybody dies; what is in memory is new, logs and tables are what they were.
            engine.begin()
            await engine.settle()
            return False
        case 2:
            await corrected(engine, chance.choice(told), when, chance.randint(1, 60))
        case _:
            name, subjects, by, body = chance.choice(FACTS)
            body = {key: each for key, each in body.items() if key not in ("by", "agency")}
            told.append(await engine.fact(name, when, *subjects, by=by, **body))
    return True


async def corrected(engine: Engine, fact: UUID, when: str, hours: int) -> None:
    """A fact happened so many hours before the moment at which that is said."""
    await engine.fact(
        "record_corrected",
        when,
        TIP,
        target_event=str(fact),
        field_path="occurred_at",
        new=(at(when) - timedelta(hours=hours)).isoformat(),
    )


def text_of(moment: datetime) -> str:
    return moment.astimezone(START.tzinfo).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize("seed", range(4))
async def test_an_end_moves_by_a_recorded_fact_and_by_nothing_else(engine: Engine, seed: int):
    chance = random.Random(seed)
    told = [await engine.fact("tip_received", text_of(START), TIP, **RECEIVED)]
    before = await ends(engine)
    assert before
    for _ in range(STEPS):
        known = len(await engine.said())
        might = await something_happens(engine, chance, told)
        news = [e for e in (await engine.said())[known:] if isinstance(e, SAY_AN_END)]

        said = {each.originator_id: each.due for each in news}
        now = await ends(engine)
        assert now == {**before, **said}
        moves = [each for each in news if not isinstance(each, DeadlineOpened)]
        assert might or not moves, "time and a restart move nothing"
        before = now

    for id, due in before.items():
        period = await Fold(engine.log).read(Deadline, id)
        assert period is not None and period.due == due
    rows = await engine.pool.fetch(f"SELECT id, due FROM {WATCH.schema}.periods")
    assert {row["id"]: row["due"] for row in rows} == before


async def test_a_recorded_correction_does_move_an_end(engine: Engine):
    """What is random above need not move anything; this does."""
    tip = await engine.fact("tip_received", text_of(START), TIP, **RECEIVED)
    before = await ends(engine)

    await corrected(engine, tip, text_of(START + timedelta(hours=1)), 5)

    now = await ends(engine)
    said = {each.originator_id: each.due for each in await engine.said("DeadlineRecomputed")}
    assert said and now == {**before, **said} != before
