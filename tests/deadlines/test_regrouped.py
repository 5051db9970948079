"""Cases are joined and split: what runs about the persons in them goes along with them."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.deadlines.desk import NOTED
from services.deadlines.service import WATCH
from shared.domain import decode_event
from shared.envelope import Envelope
from shared.sql import Tables
from tests.deadlines.engine import CASE, PERSON, POLICE, PROCURACY, Engine, at
from tests.deadlines.test_batches import told
from tests.deadlines.test_discontinued import OTHER, running
from tests.deadlines.test_transfers import INVESTIGATORS, PART
from tests.golden import sample

MAIN = f"case:{UUID(int=99)}"
THIRD = f"person:{UUID(int=11)}"
ORDER = {"stage": "investigation", "since": "2026-01-08", "to": "2026-05-08", "step": "approved"}
FILE = {"step": "received", "to": "VKS", "receiver": PROCURACY, "stage": "investigation"}
Said = tuple[str, str, tuple[str, ...], dict[str, Any]]
"""The name of a fact, when it happened, what it is about, and what it says."""


def ref(subject: str) -> str:
    return subject.partition(":")[2]


def instituted(case: str, severity: str = "RNT") -> Said:
    said = {"by": "CQDT", "severity_class": severity, "investigates": "whole", "juvenile": False}
    return "case_prosecution_instituted", "2026-01-05 08:00", (case,), said


def detained(person: str, case: str, when: str = "2026-01-07 09:00") -> Said:
    return "temporary_detention_ordered", when, (person, case), ORDER


def charged(person: str, case: str, severity: str) -> Said:
    said = {"severity_class": severity, "under_18": False, "juvenile_law": None}
    return "accused_prosecution_instituted", "2026-01-06 08:00", (person, case), said


def joined(stream: str, severity: str = "RNT", when: str = "2026-02-03 08:00") -> Said:
    """CASE is joined into MAIN, as one of the two streams has it."""
    said = {"kind": "join", "source_cases": [ref(MAIN), ref(CASE)], "result_cases": [ref(MAIN)]}
    return "cases_regrouped", when, (stream,), said | {"class_after": severity}


def split(whole: str, *persons: str, when: str = "2026-02-10 08:00") -> Said:
    said = {"course": {"rule": "INV", "since": "2026-01-05", "granted": [], "returns": {}}}
    said |= {"instituted_on": "2026-01-05", "severity_class": "RNT", "holder": POLICE}
    said |= {"juvenile": False, "accused": [ref(each) for each in persons]}
    return "case_split_off", when, (PART, whole), said | {"split_from": ref(whole)}


def concluded(case: str, when: str = "2026-03-02 08:00") -> Said:
    return "investigation_concluded", when, (case,), {"kind": "first"}


def sent(case: str, when: str = "2026-03-04 08:00") -> Said:
    return (
        "case_file_transmitted",
        when,
        (case,),
        FILE | {"sender": INVESTIGATORS, "kind": "normal"},
    )


async def record(engine: Engine, *facts: Said) -> None:
    """As their models take them; nobody has taken them yet."""
    for name, when, subjects, changes in facts:
        topic = f"cases.{name}.v1"
        fields = sample(topic, timestamp=at(when).isoformat(), **changes)
        decode_event(topic, UUID(ref(subjects[0])), 2, json.dumps(fields).encode())
        await engine.record(topic, when, subjects, fields.get("agency", POLICE), fields)


async def take(engine: Engine, *facts: Said) -> None:
    await record(engine, *facts)
    await engine.settle()


async def test_who_comes_in_by_a_join_is_detained_as_long_as_the_case_that_took_them_in(
    engine: Engine,
):
    await take(engine, instituted(CASE), instituted(MAIN))
    await take(engine, detained(PERSON, CASE), detained(OTHER, MAIN))
    await take(engine, joined(MAIN), joined(CASE))
    assert await running(engine, "DET") == [PERSON, OTHER]

    await take(engine, concluded(MAIN), sent(MAIN))

    assert await running(engine, "DET") == []
    assert await running(engine, "DET-PROS") == [PERSON, OTHER]
    await engine.tick("2026-05-09 08:00")
    assert [each for each in await engine.said("DeadlineMissed") if each.rule == "DET"] == []


@pytest.mark.parametrize("streams", [(MAIN, CASE), (CASE, MAIN)])
async def test_the_gravest_charge_that_comes_in_counts_for_the_joined_case(
    engine: Engine, streams: tuple[str, str]
):
    await take(engine, instituted(CASE, "NT"), instituted(MAIN, "NT"))
    await take(engine, charged(PERSON, CASE, "RNT"))
    [mine] = [each for each in await engine.periods("INV") if each.subject == MAIN]
    assert mine.due == at("2026-04-07 00:00")

    for each in streams:  # Each in a batch of its own.
        await take(engine, joined(each, "NT"))

    [mine] = [each for each in await engine.periods("INV") if each.subject == MAIN]
    assert (mine.due, mine.because) == (at("2026-05-06 00:00"), ("class:RNT",))


async def test_who_is_split_off_is_detained_as_long_as_their_own_part_is_investigated(
    engine: Engine,
):
    await take(engine, instituted(CASE), detained(PERSON, CASE), detained(OTHER, CASE))
    await take(engine, split(CASE, PERSON))

    await take(engine, concluded(CASE), sent(CASE))
    assert (await running(engine, "DET"), await running(engine, "DET-PROS")) == ([PERSON], [OTHER])

    await take(engine, concluded(PART, "2026-03-10 08:00"), sent(PART, "2026-03-11 08:00"))
    assert await running(engine, "DET") == []
    assert await running(engine, "DET-PROS") == [OTHER, PERSON]


async def test_a_part_without_accused_takes_nobody_along(engine: Engine):
    await take(engine, instituted(CASE), detained(PERSON, CASE))

    await take(engine, split(CASE), concluded(PART))

    assert await running(engine, "DET") == [PERSON]
    await take(engine, concluded(CASE))
    assert await running(engine, "DET") == []


HISTORY: tuple[Said, ...] = (
    instituted(CASE),
    instituted(MAIN),
    detained(PERSON, CASE),
    detained(OTHER, CASE),
    joined(MAIN),
    joined(CASE),
    detained(THIRD, MAIN, "2026-02-04 09:00"),
    split(MAIN, PERSON, THIRD),
    concluded(MAIN),
    sent(MAIN),
    concluded(PART, "2026-03-10 08:00"),
    sent(PART, "2026-03-11 08:00"),
)
"""PERSON goes from CASE to MAIN to PART, OTHER stays in MAIN, THIRD comes later."""


async def watched(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    """All that the reactor remembers of periods and things, and where they are."""
    columns = ", ".join(each for each in NOTED if each != "start_event")
    found = await pool.fetch(f"SELECT {columns} FROM deadlines_watch_v1.periods ORDER BY id")
    about = "SELECT * FROM deadlines_watch_v1.about ORDER BY subject"
    return [tuple(each) for each in [*found, *await pool.fetch(about)]]


async def take_together(engine: Engine, *stretches: Sequence[Envelope]) -> None:
    """Each stretch in one batch, with tables that know nothing yet."""
    for table in ("periods", "about", "early"):
        await engine.pool.execute(f"TRUNCATE deadlines_watch_v1.{table}")
    async with engine.pool.acquire() as connection:
        for each in stretches:
            await engine.reactor.take_all(each, Tables(connection, WATCH.statements))


@pytest.mark.parametrize("first", range(1, len(HISTORY) + 1))
async def test_however_facts_are_batched_all_is_where_it_went_one_by_one(
    engine: Engine, first: int
):
    for each in HISTORY:
        await take(engine, each)
    rows = await watched(engine.pool)
    facts = await engine.facts["cases"].read(0, 1_000)
    other = Engine(engine.pool)

    await take_together(other, facts[:first], facts[first:])

    assert await told(other) == await told(engine)
    assert await watched(engine.pool) == rows
    assert {row[3:5] for row in rows if row[1] == "DET"} == {
        (PERSON, PART),
        (OTHER, MAIN),
        (THIRD, PART),
    }
    other.begin()
    await take_together(other, facts[:first], facts[first:])  # All of it was recorded before.
    assert await watched(engine.pool) == rows
