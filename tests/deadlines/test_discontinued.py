"""What is expected about persons ends with proceedings, what binds them when they are free."""

from typing import Any
from uuid import UUID

import pytest

from tests.deadlines.engine import CASE, PERSON, PROCURACY, Engine
from tests.deadlines.test_transfers import instituted, real

OTHER = f"person:{UUID(int=10)}"


async def accused(engine: Engine) -> None:
    """Two are charged, and the procuracy has the decisions; one of them is detained."""
    await instituted(engine, "2026-01-05 08:00")
    charged = {"received_by": "VKS", "severity_class": "RNT", "juvenile_law": None}
    for who in (PERSON, OTHER):
        await real(
            engine, "accused_prosecution_instituted", "2026-01-12 08:00", who, CASE, **charged
        )
    said = {"stage": "investigation", "under_18": False, "juvenile_law": None}
    asked = said | {"step": "requested", "sent_to": PROCURACY, "since": "2026-01-14"}
    await real(engine, "temporary_detention_ordered", "2026-01-13 08:00", OTHER, CASE, **asked)
    given = said | {"step": "approved", "since": "2026-01-14", "to": "2026-05-13"}
    await real(
        engine,
        "temporary_detention_ordered",
        "2026-01-13 10:00",
        PERSON,
        CASE,
        who=PROCURACY,
        **given,
    )


async def running(engine: Engine, rule: str) -> list[str]:
    """Of whom something is still expected by a rule."""
    return [each.subject for each in await engine.periods(rule) if not each.is_over]


async def discontinued(engine: Engine, when: str = "2026-01-14 08:00", **other: Any) -> None:
    said = {"accused_ref": None, "stage": "investigation"} | other
    await real(engine, "proceedings_discontinued", when, CASE, **said)


async def test_with_the_whole_case_ends_what_is_expected_about_everybody(engine: Engine):
    await accused(engine)
    assert await running(engine, "ACC-APPROVE") == [PERSON, OTHER]
    assert await running(engine, "DET-ORDER-APPROVE") == [OTHER]

    await discontinued(engine)

    assert await running(engine, "ACC-APPROVE") == await running(engine, "DET-ORDER-APPROVE") == []
    assert {each.closed for each in await engine.periods("ACC-APPROVE")} == {"matter_ended"}
    await engine.tick("2026-02-01 08:00")
    late = {each.rule for each in await engine.said("DeadlineMissed")}
    assert not late & {"ACC-APPROVE", "ACC-SEND", "DET-ORDER-APPROVE", "INV"}


async def test_for_one_of_them_it_ends_when_they_are_out_of_it(engine: Engine):
    await accused(engine)

    await discontinued(engine, accused_ref=PERSON.partition(":")[2])
    assert await running(engine, "ACC-APPROVE") == [PERSON, OTHER]
    await real(
        engine,
        "procedural_standing_changed",
        "2026-01-14 08:00",
        PERSON,
        CASE,
        becomes="DISCONTINUED",
    )

    assert await running(engine, "ACC-APPROVE") == [OTHER]
    assert await running(engine, "INV") == [CASE]


@pytest.mark.parametrize("cancelled", [True, False])
async def test_nobody_is_late_with_a_review_that_only_a_notice_would_end(
    engine: Engine, cancelled: bool
):
    await instituted(engine, "2026-01-05 08:00")
    await discontinued(engine)
    assert await running(engine, "INV-DISC-REVIEW") == [CASE]

    if cancelled:
        said = {"accused_ref": None, "stage": "investigation", "reason": "decision_cancelled"}
        await real(engine, "proceedings_resumed", "2026-01-20 08:00", CASE, who=PROCURACY, **said)

    assert await running(engine, "INV-DISC-REVIEW") == ([] if cancelled else [CASE])
    await engine.tick("2026-02-20 08:00")
    assert "INV-DISC-REVIEW" not in {each.rule for each in await engine.said("DeadlineMissed")}
    warned = {each.rule for each in await engine.said("DeadlineWarningRaised")}
    assert ("INV-DISC-REVIEW" in warned) is not cancelled


@pytest.mark.parametrize("freed", [True, False])
async def test_detention_is_watched_until_they_are_free(engine: Engine, freed: bool):
    await accused(engine)

    await discontinued(engine)
    assert await running(engine, "DET") == [PERSON]
    if freed:
        let_go = {"before": "detention", "to": "release", "reason": "discontinued"}
        await real(engine, "preventive_measure_changed", "2026-01-14 09:00", PERSON, CASE, **let_go)

    await engine.tick("2026-05-15 08:00")
    late = [each.subject for each in await engine.said("DeadlineMissed") if each.rule == "DET"]
    assert late == ([] if freed else [PERSON])
