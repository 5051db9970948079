"""Who is free, or has fled, is not held too long: what binds them ends, and no more begins."""

from typing import Any

import pytest

from tests.deadlines.engine import CASE, COURT, PERSON, PROCURACY, Engine, at
from tests.deadlines.test_discontinued import OTHER, running
from tests.deadlines.test_halves import detained as young_detained
from tests.deadlines.test_transfers import instituted, real, sent

ORDER = {"stage": "investigation", "since": "2026-01-08", "to": "2026-05-08", "step": "approved"}
HELD = ("CUSTODY", "CUSTODY-EXT-APPROVE", "DET", "DET-ORDER-APPROVE")


async def in_custody(engine: Engine) -> None:
    """Prosecuted while in custody, for which more time was asked; detention is asked for too."""
    await instituted(engine, "2026-01-05 08:00")
    said = {"since": at("2026-01-05 07:30").isoformat(), "to": at("2026-01-08 07:30").isoformat()}
    more = {"seq": 1, "stage": "requested", "granted": None, "sent_to": PROCURACY}
    more["to"] = at("2026-01-11 07:30").isoformat()
    asked = ORDER | {"step": "requested", "sent_to": PROCURACY}
    for who in (PERSON, OTHER):
        await real(engine, "temporary_custody_ordered", "2026-01-05 09:00", who, CASE, **said)
        await real(engine, "temporary_custody_extended", "2026-01-05 10:00", who, CASE, **more)
        await real(engine, "temporary_detention_ordered", "2026-01-05 11:00", who, CASE, **asked)


async def detained(engine: Engine) -> None:
    await instituted(engine, "2026-01-05 08:00")
    for who in (PERSON, OTHER):
        await real(
            engine,
            "temporary_detention_ordered",
            "2026-01-07 09:00",
            who,
            CASE,
            who=PROCURACY,
            **ORDER,
        )


async def reviewed(engine: Engine, when: str, **said: Any) -> None:
    await real(engine, "accused_prosecution_reviewed", when, PERSON, CASE, who=PROCURACY, **said)


async def wanted(engine: Engine, when: str, kind: str = "issue") -> None:
    await real(engine, "wanted_notice_issued", when, PERSON, CASE, kind=kind)


async def missed(engine: Engine, *rules: str) -> set[str]:
    """Of whom it was told that they are held too long."""
    found = await engine.said("DeadlineMissed")
    return {each.subject for each in found if each.rule in rules}


async def freed(engine: Engine, how: str, when: str) -> None:
    """The prosecution of somebody is cancelled, or they flee."""
    if how == "cancelled":
        await reviewed(engine, when, subject="institution", outcome="cancelled")
    else:
        await wanted(engine, when)


@pytest.mark.parametrize("how", ["cancelled", "fled"])
async def test_the_custody_of_who_is_free_runs_no_more(engine: Engine, how: str):
    await in_custody(engine)

    await freed(engine, how, "2026-01-06 09:00")

    for rule in ("CUSTODY", "CUSTODY-EXT-APPROVE", "DET-ORDER-APPROVE"):
        assert await running(engine, rule) == [OTHER], rule
    assert {each.closed for each in await engine.periods("CUSTODY")} == {None, "matter_ended"}
    await engine.tick("2026-02-01 08:00")
    assert await missed(engine, *HELD) == {OTHER}


@pytest.mark.parametrize(
    ("subject", "outcome"),
    [("institution", "approved"), ("institution", "more_evidence"), ("change", "cancelled")],
)
async def test_no_other_review_frees_anybody(engine: Engine, subject: str, outcome: str):
    await in_custody(engine)

    await reviewed(engine, "2026-01-06 09:00", subject=subject, outcome=outcome, class_after=None)

    for rule in ("CUSTODY", "CUSTODY-EXT-APPROVE", "DET-ORDER-APPROVE"):
        assert await running(engine, rule) == [PERSON, OTHER], rule


async def test_who_is_released_needs_no_more_custody(engine: Engine):
    await in_custody(engine)

    said = {"before": "custody", "to": "release", "reason": "released"}
    await engine.fact("preventive_measure_changed", "2026-01-05 14:00", PERSON, CASE, **said)

    assert await running(engine, "CUSTODY") == [OTHER]
    assert await running(engine, "CUSTODY-EXT-APPROVE") == [OTHER]


@pytest.mark.parametrize("how", ["cancelled", "fled"])
async def test_the_detention_of_who_is_free_runs_no_more_and_begins_nowhere(
    engine: Engine, how: str
):
    await detained(engine)

    await freed(engine, how, "2026-01-20 09:00")

    assert await running(engine, "DET") == [OTHER]
    await real(engine, "investigation_concluded", "2026-03-02 08:00", CASE, kind="first")
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)
    assert await running(engine, "DET-PROS") == [OTHER]
    await engine.tick("2026-07-01 08:00")
    assert await missed(engine, "DET", "DET-PROS") == {OTHER}


async def test_at_every_stage_detention_ends_for_who_fled(engine: Engine):
    await detained(engine)
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)
    await real(engine, "case_accepted_by_court", "2026-03-25 08:00", CASE, who=COURT)
    await real(engine, "first_instance_judgment_pronounced", "2026-04-10 09:00", CASE, who=COURT)
    rules = ("DET-PROS", "DET-TRIAL", "DET-AFTER-JUDGMENT")
    for rule in rules:
        assert await running(engine, rule) == [PERSON, OTHER], rule

    await wanted(engine, "2026-04-11 09:00")

    for rule in rules:
        assert await running(engine, rule) == [OTHER], rule


async def test_at_every_stage_before_judgment_detention_ends_for_who_is_charged_no_more(
    engine: Engine,
):
    await detained(engine)
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)
    await real(engine, "case_accepted_by_court", "2026-03-25 08:00", CASE, who=COURT)

    await reviewed(engine, "2026-03-26 09:00", subject="institution", outcome="more_evidence")
    for rule in ("DET-PROS", "DET-TRIAL"):
        assert await running(engine, rule) == [PERSON, OTHER], rule
    await freed(engine, "cancelled", "2026-03-26 10:00")

    for rule in ("DET-PROS", "DET-TRIAL"):
        assert await running(engine, rule) == [OTHER], rule


async def test_who_is_found_and_detained_again_is_counted_from_then(engine: Engine):
    await detained(engine)
    await wanted(engine, "2026-01-20 09:00")

    again = ORDER | {"since": "2026-02-11", "to": "2026-06-10"}
    await real(
        engine,
        "temporary_detention_ordered",
        "2026-02-10 15:00",
        PERSON,
        CASE,
        who=PROCURACY,
        **again,
    )

    await wanted(engine, "2026-02-11 09:00", "lift")

    assert {*await running(engine, "DET")} == {PERSON, OTHER}
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)
    assert {*await running(engine, "DET-PROS")} == {PERSON, OTHER}


@pytest.mark.parametrize("how", ["cancelled", "fled"])
async def test_the_young_who_are_free_are_not_detained_too_long(engine: Engine, how: str):
    await young_detained(engine)
    assert [each.is_over for each in await engine.periods("JUV-DETENTION", "DET")] == [False]

    await freed(engine, how, "2025-03-20 09:00")

    assert [each.is_over for each in await engine.periods("JUV-DETENTION", "DET")] == [True]
