"""The clock's rules written a second time: both say the same of random histories, at any moment."""

import os
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import orjson
import pytest

from shared.actor import Actor
from shared.envelope import Metadata
from shared.log import Append, Expect, NewEvent
from shared.system import new_id
from tests.deadlines.engine import Engine
from tests.deadlines.second_days import DAY, HERE, here, midnight, months_on
from tests.deadlines.second_histories import HOUR, MINUTE, Enough, Walk
from tests.deadlines.second_histories_of_cases import KINDS
from tests.deadlines.second_model import LEFT_OUT, Period, Said
from tests.deadlines.second_rules_of_cases import Everything

WALKS = {"tip": 25, "task": 30, "report": 16, "case": 12}
"""How many histories of each kind."""
SEED = int(os.environ.get("SECOND_MODEL_SEED", "1"))
TIMES = int(os.environ.get("SECOND_MODEL_TIMES", "1"))
"""By hand: other histories, and so many times as many."""
LOOKS = 9
CALENDAR_LOOKS = 25
SPACE = UUID(int=0x5EC0)
Stood = tuple[Any, ...]


def histories(kind: str) -> list[Said]:
    """All facts of many things of a kind, as they were recorded."""
    facts: list[Said] = []
    for n in range(WALKS[kind] * TIMES):
        walk = Walk(random.Random(f"{SEED} {kind} {n}"), n + 1)
        with suppress(Enough):
            KINDS[kind](walk)
        facts += walk.facts
    return sorted(facts, key=lambda fact: fact.recorded)


async def record(engine: Engine, fact: Said) -> None:
    store = "directives" if fact.name.startswith(("task", "report", "directive")) else "cases"
    topic = f"{store}.{fact.name}.v1"
    engine.now = max(engine.now, fact.recorded)
    body: dict[str, Any] = {"timestamp": fact.at.isoformat(), **fact.body}
    if store == "cases":
        body["agency"] = fact.by
    stream = uuid5(SPACE, fact.subjects[0])
    metadata = Metadata(Actor(fact.by, "clerk"), fact.subjects, fact.id, fact.id)
    new = NewEvent(fact.id, stream, 1, topic, orjson.dumps(body), metadata.to_json())
    await engine.facts[store].append(Append(new_id(), (new,), {stream: Expect.ANY}))


class Both:
    """The engine, and what the second model says of the same facts."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.facts: list[Said] = []
        self.missed: set[tuple[Any, ...]] = set()

    async def look_until(self, coming: datetime, chance: random.Random) -> None:
        """At any moment before the next fact, or just before and when something is missed."""
        book, now = Everything().replay(self.facts), self.facts[-1].recorded
        ends = [each.misses_at(book.law) for each in book.periods if not each.over]
        soon = [end for end in ends if end and now < end < coming]
        if not soon:
            await self.look(now + (coming - now) * chance.random())
            return
        end = chance.choice(soon)
        await self.look(max(now, end - MINUTE))
        await self.look(end)

    async def look(self, moment: datetime) -> None:
        """Both say what stands at a moment, in the same words."""
        await self.engine.settle()
        self.engine.now = moment
        await self.engine._stepping()
        await self.engine.settle()
        book = Everything().replay(self.facts)
        mine = sorted((self.stands(each, book, moment) for each in book.periods), key=str)
        theirs = await self.engine_says()
        assert theirs == mine, self.difference(theirs, mine)

    def difference(self, theirs: list[Stood], mine: list[Stood]) -> str:
        """For reading: the first thing of which they say something else, and all that befell it."""
        lines = [("engine", each) for each in theirs if each not in mine]
        lines += [("model ", each) for each in mine if each not in theirs]
        lines.sort(key=lambda line: (str(line[1]), line[0]))
        if not lines:
            return "a period too many"
        thing = lines[0][1][0]
        told = [f"{who} {each[1:]}" for who, each in lines if each[0] == thing][:6]
        near = {one for each in self.facts if thing in each.subjects for one in each.subjects}
        facts = [
            f"{n:4} {text(each.at)} (recorded {text(each.recorded)}) {each.name} "
            f"{each.subjects[0][-3:]} {dict(each.body)}"
            for n, each in enumerate(self.facts)
            if near & {*each.subjects}
        ]
        things = len({each[0] for _, each in lines})
        return "\n".join(["", f"{things} things differ; {thing}:", *told, *facts])

    def stands(self, each: Period, book: Everything, now: datetime) -> Stood:
        due = each.due(book.law)
        key = (each.start.id, each.subject, each.rule, each.part, each.again)
        misses = each.misses_at(book.law)
        if not each.over and misses and misses <= now:
            self.missed.add((*key, due))
        said = sorted(end for *one, end in self.missed if tuple(one) == key)
        parts = [
            *((body, True, "", None) for body in each.left),
            *((body, False, text(at), ok) for body, (at, ok) in each.done.items() if body),
        ]
        return (
            *(each.subject, each.rule, each.part, text(each.since), text(due)),
            "closed" if each.closed else "over" if each.over else "runs",
            each.in_time if each.over and not each.closed else None,
            *(text(each.ended), tuple(sorted(parts))),
            tuple(text(end) for end in said),
        )

    async def engine_says(self) -> list[Stood]:
        rows = await self.engine.rows()
        bound: dict[UUID, list[Any]] = {}
        found = "SELECT id, agency, bound, done_at, in_time FROM deadlines_due_v1.parties"
        for id, body, is_bound, done_at, in_time in await self.engine.pool.fetch(found):
            if is_bound or done_at:
                part = (body, is_bound, text(done_at), in_time if done_at else None)
                bound.setdefault(id, []).append(part)
        parts = {e.originator_id: e.part for e in await self.engine.said("DeadlineOpened")}
        return sorted(
            (
                (
                    *(row["subject"], row["rule"], parts[row["id"]], text(row["started_at"])),
                    text(row["due"]),
                    "closed" if row["closed"] else "over" if row["over"] else "runs",
                    *(None if row["closed"] or not row["over"] else row["in_time"],),
                    text(row["ended_at"]),
                    tuple(sorted(bound.get(row["id"], ()))),
                    tuple(text(each) for each in sorted(row["missed_dues"])),
                )
                for row in rows
                if row["rule"] not in LEFT_OUT
            ),
            key=str,
        )


def text(moment: datetime | None) -> str:
    return f"{moment.astimezone(HERE):%Y-%m-%d %H:%M}" if moment else ""


def batches(facts: Iterable[Said], chance: random.Random) -> list[list[Said]]:
    """In runs of any length."""
    left, found = list(facts), []
    while left:
        n = chance.choice((1, 2, 5, 40, 200))
        found.append(left[:n])
        left = left[n:]
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_both_say_the_same(pool: asyncpg.Pool, kind: str) -> None:
    engine = await Engine(pool).create()
    both, chance = Both(engine), random.Random(f"{SEED} {kind}")
    facts = histories(kind)
    engine.now = facts[0].recorded
    looks = {chance.randrange(len(facts)) for _ in range(LOOKS)} | {len(facts) - 1}

    n = 0
    for batch in batches(facts, chance):
        for fact in batch:
            await record(engine, fact)
            both.facts.append(fact)
            if n in looks:
                coming = facts[n + 1].recorded if n + 1 < len(facts) else fact.recorded + 99 * DAY
                await both.look_until(coming, chance)
            n += 1
        await engine.settle()


async def test_both_open_the_same_months_and_quarters(pool: asyncpg.Pool) -> None:
    """Of the calendar: until the last day of a month, and the twentieth of a quarter's last."""
    engine = await Engine(pool).create()
    chance, expected = random.Random(f"{SEED} calendar"), set()
    engine.now = midnight(date(2024, 12, 20))
    for _ in range(CALENDAR_LOOKS):
        engine.now += HOUR * chance.randint(1, 60 * 24)
        await engine.almanac().open_due()

        month = here(engine.now).replace(day=1)
        quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
        name = f"period:{quarter.year}-Q{quarter.month // 3 + 1}"
        ends = midnight(months_on(quarter, 2).replace(day=21))
        expected.add(
            ("STAT-PERIOD", f"period:{month:%Y-%m}", midnight(month), midnight(months_on(month, 1)))
        )
        if engine.now < ends:
            expected.add(("REP-138-QUARTER", name, midnight(quarter), ends))
        said = await engine.said("DeadlineOpened")
        assert {(each.rule, each.subject, each.started_at, each.due) for each in said} == expected
        assert len(said) == len(expected)
