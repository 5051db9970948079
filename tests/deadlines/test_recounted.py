"""Counted anew, nothing lasts longer than somebody has decided, or than the law of now allows."""

from typing import Any
from uuid import UUID

import pytest

from services.deadlines.wiring import load_wiring
from tests.deadlines.engine import CASE, PERSON, PROCURACY, TIP, Engine, at
from tests.deadlines.test_corrections import TIP_FACTS, correct
from tests.deadlines.test_halves import more_time
from tests.deadlines.test_transfers import INVESTIGATORS, PART, real, transferred

CHANGED = {"class_before": "NT", "class_after": "DBNT", "needs_review": True}
MONTH = {"n": 1, "unit": "month"}


async def instituted(engine: Engine, when: str = "2026-01-05 08:00", severity: str = "NT") -> UUID:
    said = {"by": "CQDT", "severity_class": severity, "investigates": "whole", "juvenile": False}
    return await real(engine, "case_prosecution_instituted", when, CASE, **said)


async def detained(engine: Engine, to: str = "2026-03-20") -> UUID:
    """For a serious offence it may be three times thirty days from 8 January: 8 April."""
    await instituted(engine)
    charged = {"severity_class": "NT", "under_18": False, "juvenile_law": None}
    await real(
        engine, "accused_prosecution_instituted", "2026-01-06 08:00", PERSON, CASE, **charged
    )
    said: dict[str, Any] = {"stage": "investigation", "step": "approved", "juvenile_law": None}
    said |= {"since": "2026-01-08", "to": to, "under_18": False}
    return await real(
        engine,
        "temporary_detention_ordered",
        "2026-01-07 09:00",
        PERSON,
        CASE,
        who=PROCURACY,
        **said,
    )


async def reclassified(engine: Engine, when: str = "2026-02-02 09:00", **said: Any) -> None:
    await real(engine, "offence_reclassified", when, PERSON, CASE, **CHANGED | said)


async def reviewed(engine: Engine, when: str, subject: str, outcome: str, back: Any) -> None:
    said = {"subject": subject, "outcome": outcome, "class_after": back}
    await real(engine, "accused_prosecution_reviewed", when, PERSON, CASE, who=PROCURACY, **said)


async def due(engine: Engine, rule: str) -> str:
    return f"{(await engine.period(rule)).due:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("to", "lighter", "graver"),
    [
        # Nobody has ordered more because the charge is a graver one.
        ("2026-03-20", "2026-03-10 00:00", "2026-03-21 00:00"),
        ("2026-04-08", "2026-03-10 00:00", "2026-04-09 00:00"),
        # Of a shorter order a lighter charge takes nothing.
        ("2026-03-01", "2026-03-02 00:00", "2026-03-02 00:00"),
    ],
)
async def test_no_other_charge_makes_detention_longer_than_it_was_ordered(
    engine: Engine, to: str, lighter: str, graver: str
):
    await detained(engine, to)

    await reclassified(engine)
    assert await due(engine, "DET") == graver

    await reclassified(engine, "2026-02-03 09:00", class_before="DBNT", class_after="ITNT")
    # Two months of thirty days: 9 March.
    assert await due(engine, "DET") == lighter

    await reclassified(engine, "2026-02-04 09:00", class_before="ITNT", class_after="RNT")
    assert await due(engine, "DET") == graver


async def test_detention_that_is_ordered_too_short_is_told_of_in_its_own_time(engine: Engine):
    await detained(engine)
    await reclassified(engine)

    await engine.tick("2026-03-21 00:00")

    [missed] = [each for each in await engine.said("DeadlineMissed") if each.rule == "DET"]
    assert f"{missed.due:%Y-%m-%d}" == "2026-03-21"
    warned = [each for each in await engine.said("DeadlineWarningRaised") if each.rule == "DET"]
    assert [each.level for each in warned][-1] == "critical"


@pytest.mark.parametrize(
    ("to", "before", "after"),
    [
        # Two months more for NT, four for DBNT: the decision of the procuracy names the day.
        ("2026-05-10", "2026-05-11 00:00", "2026-05-11 00:00"),
        ("2026-05-19", "2026-05-20 00:00", "2026-05-20 00:00"),
        # A day that was too late by the law of then may be in time by that of now.
        ("2026-06-30", "2026-05-20 00:00", "2026-07-01 00:00"),
    ],
)
async def test_detention_that_was_extended_ends_with_the_day_of_the_decision(
    engine: Engine, to: str, before: str, after: str
):
    await detained(engine)
    longer = {"seq": 1, "length": {"n": 2, "unit": "month"}, "to": to, "asked_late": None}
    await real(
        engine,
        "temporary_detention_extended",
        "2026-03-08 09:00",
        PERSON,
        CASE,
        who=PROCURACY,
        **longer,
    )
    assert await due(engine, "DET") == before

    await reclassified(engine, "2026-03-10 09:00")

    assert await due(engine, "DET") == after


async def test_custody_that_was_extended_ends_when_the_decision_says(engine: Engine):
    said = {"since": at("2026-01-05 07:30").isoformat(), "to": at("2026-01-08 07:30").isoformat()}
    order = await real(
        engine, "temporary_custody_ordered", "2026-01-05 09:00", PERSON, CASE, **said
    )
    more = {"seq": 1, "stage": "decided", "granted": True, "sent_to": None}
    await real(
        engine,
        "temporary_custody_extended",
        "2026-01-07 09:00",
        PERSON,
        CASE,
        who=PROCURACY,
        **more,
        to=at("2026-01-10 07:30").isoformat(),
    )
    assert await due(engine, "CUSTODY") == "2026-01-10 07:30"

    await correct(engine, order, "2026-01-05 09:30", "2026-01-07 10:00", PERSON, "since")

    assert await due(engine, "CUSTODY") == "2026-01-10 07:30"


async def test_an_earlier_start_gives_nothing_that_the_decision_did_not_give(engine: Engine):
    first = await instituted(engine, "2026-01-06 08:00", "RNT")
    await more_time(engine, 1, "2026-04-20 08:00")
    extended = await engine.period("INV")
    # 6 May; and of the four months that might be given, one: 6 June is a Saturday.
    assert extended.due == at("2026-06-09 00:00")
    [said] = extended.extensions
    assert (said["length"], said["granted"], said["flags"]) == (MONTH, MONTH, [])

    await correct(engine, first, "2026-01-05 08:00", "2026-04-22 08:00", CASE)

    assert await due(engine, "INV") == "2026-06-06 00:00"


@pytest.mark.parametrize(
    ("months", "before", "after"),
    [
        # Of three months that the table has for NT, then four for RNT, and then two for ITNT.
        (2, "2026-06-06 00:00", ["2026-07-07 00:00", "2026-05-06 00:00"]),
        (4, "2026-07-07 00:00", ["2026-09-08 00:00", "2026-05-06 00:00"]),
    ],
)
async def test_another_charge_counts_an_extension_as_granted_and_as_the_law_allows(
    engine: Engine, months: int, before: str, after: list[str]
):
    await instituted(engine)
    await more_time(engine, months)
    assert await due(engine, "INV") == before

    found = []
    for day, severity in (("10", "RNT"), ("11", "ITNT")):
        change = {"kind": "change", "class_after": severity}
        await real(engine, "case_institution_changed", f"2026-03-{day} 09:00", CASE, **change)
        found.append(await due(engine, "INV"))

    assert found == after


@pytest.mark.parametrize(
    ("until", "new", "end"),
    [
        # Two months in all from receipt; the decision gives until 20 February.
        ("2026-02-20", "2026-01-02 08:00", "2026-02-21 00:00"),
        # By the later start twenty days alone last longer.
        ("2026-01-28", "2026-01-09 08:00", "2026-01-30 00:00"),
    ],
)
async def test_a_day_that_the_decision_names_stays_and_never_shortens(
    engine: Engine, until: str, new: str, end: str
):
    tip = await engine.fact("tip_received", "2026-01-06 08:00", TIP, **TIP_FACTS)
    more = {"seq": 1, "stage": "decided", "granted": True, "until": until}
    await engine.fact("tip_verification_extended", "2026-01-12 08:00", TIP, **more)

    await correct(engine, tip, new, "2026-01-13 09:00", TIP)

    assert await due(engine, "TIP-RESOLVE") == end


async def test_a_decision_for_less_than_there_is_shortens_nothing(engine: Engine):
    """Twenty days from 5 January end on a Sunday, and so on Monday 26 January."""
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, **TIP_FACTS)
    before = await due(engine, "TIP-RESOLVE")
    assert before == "2026-01-27 00:00"

    for seq, until in ((1, "2026-01-25"), (2, "2026-01-20")):
        more = {"seq": seq, "stage": "decided", "granted": True, "until": until}
        await engine.fact("tip_verification_extended", f"2026-01-1{seq} 08:00", TIP, **more)

        assert await due(engine, "TIP-RESOLVE") == before

    period = await engine.period("TIP-RESOLVE")
    assert (f"{period.last_day}", period.moved) == ("2026-01-25", True)
    assert [each["until"] for each in period.extensions] == ["2026-01-25", "2026-01-20"]


async def test_a_part_that_is_split_off_counts_with_what_was_granted(engine: Engine):
    await instituted(engine)
    course = {"rule": "INV", "since": "2026-01-05", "granted": [MONTH], "returns": {}}
    said = {"course": course, "severity_class": "NT", "holder": INVESTIGATORS, "juvenile": False}
    await real(engine, "case_split_off", "2026-03-30 08:00", PART, CASE, **said)
    _, before = await engine.periods("INV")

    change = {"kind": "change", "class_after": "RNT"}
    await real(engine, "case_institution_changed", "2026-03-31 09:00", PART, **change)

    _, part = await engine.periods("INV")
    assert (before.due, part.due) == (at("2026-05-06 00:00"), at("2026-06-06 00:00"))


async def test_who_receives_an_extended_period_has_all_of_its_length(engine: Engine):
    await instituted(engine)
    await more_time(engine, 1)

    await transferred(engine, "received", "2026-03-05 08:00", INVESTIGATORS)

    [shown] = [each for each in await engine.rows() if each["rule"] == "INV"]
    assert shown["length"] == '{"n": 3, "unit": "month"}'
    assert (await engine.period("INV")).due == at("2026-05-06 00:00")


@pytest.mark.parametrize("subject", ["change", "supplement"])
async def test_a_change_of_the_charge_that_is_cancelled_gives_the_old_periods_back(
    engine: Engine, subject: str
):
    await detained(engine, "2026-04-08")
    before = [await due(engine, each) for each in ("DET", "INV")]
    lighter = {"class_before": "NT", "class_after": "ITNT"}
    await reclassified(engine, **lighter)
    assert [await due(engine, each) for each in ("DET", "INV")] != before

    await reviewed(engine, "2026-02-03 09:00", subject, "cancelled", "NT")

    assert [await due(engine, each) for each in ("DET", "INV")] == before


async def test_a_graver_charge_that_is_cancelled_gives_the_investigation_no_more(engine: Engine):
    await detained(engine)
    before = await due(engine, "INV")
    await reclassified(engine)
    graver = await due(engine, "INV")

    await reviewed(engine, "2026-02-03 09:00", "change", "more_evidence", None)
    assert await due(engine, "INV") == graver > before
    await reviewed(engine, "2026-02-04 09:00", "change", "cancelled", "NT")

    assert await due(engine, "INV") == before
    moved = [each for each in await engine.said("DeadlineRecomputed") if each.why == "reclassified"]
    assert moved[-1].by_topic == "cases.accused_prosecution_reviewed.v1"


def test_whatever_a_change_of_the_charge_recounts_its_cancelling_does_too():
    changed, cancelled = (
        {
            row.id
            for row in load_wiring().rows.values()
            if topic in {x.topic for x in row.recomputes}
        }
        for topic in ("cases.offence_reclassified.v1", "cases.accused_prosecution_reviewed.v1")
    )

    assert changed == cancelled
    assert {"DET", "JUV-DETENTION", "INV", "PROS", "TRIAL-PREP"} <= changed
