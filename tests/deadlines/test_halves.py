"""A share of a period goes where the period goes, and what a paper asks for ends with the paper."""

from typing import Any
from uuid import UUID

import pytest

from services.directives.commands import ReviseDirective, issue_directive, revise_directive
from services.directives.events import PaperRef
from shared.context import Receipt
from tests.deadlines.engine import CASE, PERSON, POLICE, PROCURACY, Engine, at
from tests.deadlines.test_transfers import INVESTIGATORS, PART, real, sent, transferred
from tests.directives.world import World, full_order, id_of
from tests.golden import record

JUVENILE = {"by": "CQDT", "severity_class": "RNT", "investigates": "whole", "juvenile": True}
HALF = "JUV-PERIODS"
YOUNG = "JUV-DETENTION"
LETTER = PaperRef(ref="6401/UBND-NC", number=6401)


async def instituted(engine: Engine, when: str = "2026-01-05 08:00", **other: Any) -> None:
    await real(engine, "case_prosecution_instituted", when, CASE, **JUVENILE | other)


async def missed(engine: Engine, rule: str) -> list[tuple[str, ...]]:
    """Who was told that a period of a rule is missed."""
    found = await engine.said("DeadlineMissed")
    return [each.responsible for each in found if each.rule == rule]


async def test_the_half_binds_who_received_the_case_and_nobody_else(engine: Engine):
    await instituted(engine)
    half = await engine.period(HALF, "INV")
    assert half.parties_left == (POLICE,)

    await transferred(engine, "received", "2026-01-09 08:00", INVESTIGATORS)

    now = await engine.period(HALF, "INV")
    assert (now.due, now.started_at, now.length) == (half.due, half.started_at, half.length)
    assert now.parties_left == (INVESTIGATORS,)
    await engine.tick("2026-06-01 08:00")
    assert await missed(engine, HALF) == await missed(engine, "INV") == [(INVESTIGATORS,)]


async def test_the_half_of_another_period_stays_with_who_has_that(engine: Engine):
    await instituted(engine)
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)

    await transferred(engine, "received", "2026-03-05 08:00", INVESTIGATORS)

    assert (await engine.period(HALF, "INV")).parties_left == (INVESTIGATORS,)
    assert (await engine.period(HALF, "PROS")).parties_left == (PROCURACY,)


async def test_a_graver_charge_counts_the_half_anew_as_it_does_the_whole(engine: Engine):
    await instituted(engine, "2026-01-20 09:00", severity_class="NT")
    before = (await engine.period(HALF, "INV")).due

    graver = {"kind": "change", "class_before": "NT", "class_after": "RNT"}
    await real(engine, "case_institution_changed", "2026-02-10 09:00", CASE, **graver)

    # Half of 3 months is 45 days; half of 4 months is 2.
    assert before == at("2026-03-07 00:00")
    now = await engine.period(HALF, "INV")
    assert (now.due, now.started_at) == (at("2026-03-21 00:00"), at("2026-01-20 09:00"))
    assert now.because == ("share:1/2:INV", "class:RNT")
    assert (await engine.period("INV")).due == at("2026-05-21 00:00")


@pytest.mark.parametrize(
    ("day", "juvenile", "due"),
    [
        ("2026-01-05", True, [at("2026-05-06 00:00")]),  # Twice half of four months.
        ("2026-01-05", False, []),
        ("2025-12-31", True, []),  # The law of that day knew no halves.
    ],
)
async def test_a_part_that_is_split_off_has_its_half(
    engine: Engine, day: str, juvenile: bool, due: list[Any]
):
    await instituted(engine, f"{day} 08:00", juvenile=False)
    granted = [{"n": 4, "unit": "month"}]
    said = {
        "course": {"rule": "INV", "since": day, "granted": granted, "returns": {}},
        "instituted_on": day,
        "severity_class": "RNT",
        "holder": INVESTIGATORS,
        "juvenile": juvenile,
    }

    await real(engine, "case_split_off", "2026-02-03 08:00", PART, CASE, **said)

    halves = await engine.periods(HALF, "INV")
    assert [each.due for each in halves] == due
    for half in halves:
        assert (half.subject, half.parties_left) == (PART, (INVESTIGATORS,))
        assert [each["length"] for each in half.extensions] == [{"n": 2, "unit": "month"}]
    _, part = await engine.periods("INV")
    assert len(part.extensions) == 1

    await real(engine, "investigation_concluded", "2026-03-02 08:00", PART, CASE, kind="first")
    assert all(each.in_time for each in await engine.periods(HALF, "INV"))


async def more_time(
    engine: Engine, months: int, when: str = "2026-03-04 09:00", **other: Any
) -> None:
    """The procuracy extends the investigation."""
    length = {"n": months, "unit": "month"}
    said = {"stage": "investigation", "seq": 1, "granted": True, "length": length, "rule": "INV"}
    await real(engine, "proceedings_period_extended", when, CASE, who=PROCURACY, **said | other)


@pytest.mark.parametrize(
    ("months", "half", "whole", "flags"),
    [
        # Four months for adults: two, at most, for the young; and the decision may give less.
        (2, "2026-05-06 00:00", "2026-07-07 00:00", []),
        (1, "2026-04-07 00:00", "2026-06-06 00:00", []),
        (4, "2026-05-06 00:00", "2026-09-08 00:00", ["capped"]),
    ],
)
async def test_an_extension_of_the_investigation_makes_its_half_longer_by_half(
    engine: Engine, months: int, half: str, whole: str, flags: list[str]
):
    await instituted(engine)
    assert (await engine.period(HALF, "INV")).due == at("2026-03-06 00:00")

    await more_time(engine, months)

    now = await engine.period(HALF, "INV")
    assert now.due == at(half)
    assert [(each["flags"], each["article"]) for each in now.extensions] == [(flags, "172(2),(5)")]
    assert (await engine.period("INV")).due == at(whole)
    await engine.tick(half)
    assert await missed(engine, HALF) == [(POLICE,)]


async def test_what_was_refused_makes_no_half_longer(engine: Engine):
    await instituted(engine)

    await more_time(engine, 2, granted=False, length=None)

    half = await engine.period(HALF, "INV")
    assert (half.due, half.extensions) == (at("2026-03-06 00:00"), [])


async def test_an_extension_of_one_period_leaves_the_half_of_another(engine: Engine):
    await instituted(engine)
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)
    before = (await engine.period(HALF, "PROS")).due

    await more_time(engine, 2, "2026-03-05 09:00")

    assert (await engine.period(HALF, "INV")).due == at("2026-05-06 00:00")
    assert (await engine.period(HALF, "PROS")).due == before


async def test_a_graver_charge_counts_the_half_anew_with_its_extension(engine: Engine):
    await instituted(engine, "2026-01-20 09:00", severity_class="NT")
    await more_time(engine, 3)

    graver = {"kind": "change", "class_before": "NT", "class_after": "RNT"}
    await real(engine, "case_institution_changed", "2026-03-10 09:00", CASE, **graver)

    # Half of 4 months is 2, and half of the 4 of the extension 2 more.
    assert (await engine.period(HALF, "INV")).due == at("2026-05-21 00:00")


async def detained(engine: Engine) -> None:
    """Somebody under 18, in a case of 2025, for the eighty days that the old law allowed."""
    engine.now = at("2025-03-01 08:00")
    await instituted(engine, "2025-03-01 08:00")
    said = {"stage": "investigation", "step": "approved", "since": "2025-03-03", "under_18": True}
    said |= {"to": "2025-05-22", "latest": "2025-05-22", "juvenile_law": "BLTTHS-2015"}
    await real(
        engine,
        "temporary_detention_ordered",
        "2025-03-03 10:00",
        PERSON,
        CASE,
        who=PROCURACY,
        **said,
    )
    assert (await engine.period(YOUNG, "DET")).due == at("2025-05-23 00:00")


async def extended(engine: Engine, to: str) -> None:
    said = {"seq": 1, "length": {"n": 3, "unit": "month"}, "to": to, "requested_on": "2025-05-05"}
    await real(
        engine,
        "temporary_detention_extended",
        "2025-05-10 09:00",
        PERSON,
        CASE,
        who=PROCURACY,
        **said,
    )


async def test_detention_of_the_young_that_is_lawfully_extended_is_not_missed(engine: Engine):
    await detained(engine)

    # Two thirds of the three months that the table gives for adults: sixty days.
    await extended(engine, "2025-07-21")

    now = await engine.period(YOUNG, "DET")
    assert now.due == at("2025-07-22 00:00")
    assert [(each["flags"], each["article"]) for each in now.extensions] == [([], "173(2),(3)")]
    await engine.tick("2025-07-21 08:00")
    assert await missed(engine, YOUNG) == []
    await engine.tick("2025-07-22 08:00")
    assert await missed(engine, YOUNG) == [(PROCURACY,)]


@pytest.mark.parametrize(
    ("to", "due", "flags"),
    [("2025-06-30", "2025-07-01 00:00", []), ("2025-08-20", "2025-07-22 00:00", ["capped"])],
)
async def test_two_thirds_of_an_extension_is_the_most_and_the_decision_may_give_less(
    engine: Engine, to: str, due: str, flags: list[str]
):
    await detained(engine)

    await extended(engine, to)

    now = await engine.period(YOUNG, "DET")
    assert (now.due, now.extensions[0]["flags"]) == (at(due), flags)


@pytest.mark.parametrize(
    ("to", "due"), [("2025-07-21", "2025-07-22 00:00"), ("2025-08-20", "2025-08-11 00:00")]
)
async def test_a_graver_charge_counts_the_extension_of_the_young_anew(
    engine: Engine, to: str, due: str
):
    await detained(engine)
    await extended(engine, to)

    graver = {"class_before": "RNT", "class_after": "DBNT"}
    await real(engine, "offence_reclassified", "2025-06-02 09:00", PERSON, CASE, **graver)

    # Eighty days from 3 March, and two thirds of the four months of this class: eighty more, as
    # far as the decision goes.
    assert (await engine.period(YOUNG, "DET")).due == at(due)


async def test_detention_of_the_young_ends_with_the_investigation(engine: Engine):
    await detained(engine)

    await real(engine, "investigation_concluded", "2025-05-15 09:00", CASE, kind="first")

    for rule in ((YOUNG, "DET"), ("DET",)):
        period = await engine.period(*rule)
        assert (period.is_over, period.in_time) == (True, True), rule
    await engine.tick("2025-06-15 08:00")
    assert await missed(engine, YOUNG) == []


async def revised(engine: Engine, kind: Any) -> Receipt:
    """A paper that asks for reports is revised, and the clock reads of it."""
    world = World()
    receipt = await world.does(issue_directive, full_order())
    await world.does(issue_directive, full_order(number=6326))
    said = ReviseDirective(kind=kind, reason="ban hành nhầm", by_document=LETTER)
    await world.does(revise_directive, said, moment="2025-07-05", id=id_of(receipt))
    await record(engine.facts["directives"], *await world.log.read(0, 1_000))
    await engine.settle()
    return receipt


@pytest.mark.parametrize("kind", ["recall", "replacement"])
async def test_no_report_is_waited_for_when_the_paper_is_recalled_or_replaced(
    engine: Engine, kind: str
):
    receipt = await revised(engine, kind)

    line = f"report:{UUID(receipt.extra['reports']['R1'])}"
    ended, other = sorted(await engine.periods("REPORT-DUE"), key=lambda each: each.subject != line)
    assert (ended.subject, ended.closed, ended.parties_left) == (line, "cancelled", ())
    assert not other.is_over  # It is another paper's.
    await engine.tick("2026-03-01 08:00")
    found = [each for each in await engine.said("DeadlineMissed") if each.rule == "REPORT-DUE"]
    assert [each.subject for each in found] == [other.subject]


async def test_a_revision_of_another_kind_ends_no_report(engine: Engine):
    await revised(engine, "amendment")

    periods = await engine.periods("REPORT-DUE")
    assert len(periods) == 2
    assert not any(each.is_over for each in periods)
