"""What the clock learns of a case after it began: a juvenile accused, an effect that was none."""

from typing import Any
from uuid import UUID

import pytest

from tests.deadlines.engine import CASE, COURT, PERSON, PROCURACY, Engine, at
from tests.deadlines.test_halves import HALF, instituted
from tests.deadlines.test_transfers import real, sent

OTHER = f"person:{UUID(int=10)}"
JOINED = {"kind": "join", "class_before": "RNT", "class_after": "RNT"}
GOES_ON: dict[str, Any] = {"result_cases": [CASE.partition(":")[2]]}


@pytest.mark.parametrize(
    ("known", "halves"),
    [
        (("cases_regrouped", JOINED | GOES_ON | {"juvenile_after": True}), ["PROS"]),
        (("cases_regrouped", JOINED | GOES_ON | {"juvenile_after": False}), []),
        (("cases_regrouped", JOINED | GOES_ON | {"juvenile_after": None}), []),
        (("case_marked_juvenile", {}), ["PROS"]),
    ],
)
async def test_what_begins_once_a_juvenile_is_accused_has_its_half(
    engine: Engine, known: tuple[str, dict[str, Any]], halves: list[str]
):
    """What runs already keeps its length alone: how it would be halved was not seen."""
    await instituted(engine, juvenile=False)
    fact, said = known

    await real(engine, fact, "2026-02-02 08:00", CASE, **said)
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)

    found = [each.part for each in await engine.said("DeadlineOpened") if each.rule == HALF]
    assert found == halves


async def test_a_case_of_before_the_law_has_no_half_whenever_a_juvenile_is_accused(engine: Engine):
    """Luật 59/2024/QH15 Điều 179: what was pending on 1/1/2026 keeps the periods of the code."""
    engine.now = at("2025-12-31 08:00")
    await instituted(engine, "2025-12-31 08:00", juvenile=False)

    await real(engine, "case_marked_juvenile", "2026-02-02 08:00", CASE)
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)

    assert len(await engine.periods("PROS")) == 1
    assert [each for each in await engine.said("DeadlineOpened") if each.rule == HALF] == []


async def test_what_was_juvenile_stays_so_in_a_joinder_of_before(engine: Engine):
    await instituted(engine)

    await real(
        engine,
        "cases_regrouped",
        "2026-02-02 08:00",
        CASE,
        **JOINED,
        **GOES_ON,
        juvenile_after=None,
    )
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)

    found = [each.part for each in await engine.said("DeadlineOpened") if each.rule == HALF]
    assert found == ["INV", "PROS"]


async def test_nobody_is_late_with_a_sentence_whose_effect_was_taken_back(engine: Engine):
    """The one was to be ordered, the other had to report; a third stays a convict."""
    third = f"person:{UUID(int=11)}"
    for each in (PERSON, OTHER, third):
        said = {"accused_ref": each.partition(":")[2], "part": "all"}
        await real(engine, "judgment_took_effect", "2026-06-01 09:00", CASE, who=COURT, **said)
    said = {"accused_ref": OTHER.partition(":")[2]}
    await real(engine, "sentence_execution_ordered", "2026-06-02 09:00", CASE, who=COURT, **said)

    for each in (PERSON, OTHER):
        await real(
            engine,
            "procedural_standing_changed",
            "2026-05-08 09:00",
            each,
            CASE,
            who=COURT,
            becomes="CONVICTED",
        )

    await engine.tick("2026-07-01 08:00")
    late = [(each.rule, each.subject) for each in await engine.said("DeadlineMissed")]
    assert late == [("EXEC-ORDER", third)]
    assert all(each.is_over for each in await engine.periods("EXEC-REPORT"))


async def effect(engine: Engine, who: str | None) -> None:
    said = {"accused_ref": who and who.partition(":")[2], "part": "all"}
    await real(engine, "judgment_took_effect", "2026-06-01 09:00", CASE, who=COURT, **said)


async def contested(engine: Engine, how: str, *ended: str, none_in_force: bool) -> None:
    """In time, and recorded after the effect."""
    refs = [each.partition(":")[2] for each in ended]
    said: dict[str, Any] = {"effect_ended": refs, "none_in_force": none_in_force}
    await real(engine, how, "2026-05-08 09:00", CASE, who=COURT, **said)


async def convicted(engine: Engine, *persons: str) -> None:
    name, said = "procedural_standing_changed", {"becomes": "CONVICTED"}
    for each in persons:
        await real(engine, name, "2026-05-08 09:00", each, CASE, who=COURT, **said)


async def test_what_took_effect_for_all_is_carried_out_for_whoever_is_in_force_still(
    engine: Engine,
):
    await effect(engine, None)

    await contested(engine, "appeal_filed", PERSON, none_in_force=False)
    await convicted(engine, PERSON)

    order, review = await engine.period("EXEC-ORDER"), await engine.period("CASSATION-ADVERSE")
    assert (order.subject, order.is_over, review.is_over) == (CASE, False, False)
    await engine.tick("2026-07-01 08:00")
    late = [(each.rule, each.subject) for each in await engine.said("DeadlineMissed")]
    assert ("EXEC-ORDER", CASE) in late


@pytest.mark.parametrize("how", ["appeal_filed", "protest_filed"])
async def test_nothing_is_carried_out_when_nobody_is_in_force_any_more(engine: Engine, how: str):
    await effect(engine, None)
    await contested(engine, "appeal_filed", PERSON, none_in_force=False)

    await contested(engine, how, OTHER, none_in_force=True)

    for rule in ("EXEC-ORDER", "CASSATION-ADVERSE"):
        assert (await engine.period(rule)).closed == "matter_ended", rule


async def test_who_has_no_record_here_is_not_late_either_when_a_protest_takes_all_back(
    engine: Engine,
):
    """Their standing follows no case."""
    for each in (PERSON, OTHER):
        await effect(engine, each)
    said = {"accused_ref": OTHER.partition(":")[2]}
    await real(engine, "sentence_execution_ordered", "2026-06-02 09:00", CASE, who=COURT, **said)

    await contested(engine, "protest_filed", PERSON, OTHER, none_in_force=True)

    await engine.tick("2026-07-01 08:00")
    late = {each.rule for each in await engine.said("DeadlineMissed")}
    assert {"EXEC-ORDER", "EXEC-REPORT"}.isdisjoint(late)
    assert [each.closed for each in await engine.periods("EXEC-REPORT")] == ["matter_ended"]


@pytest.mark.parametrize("how", ["appeal_filed", "protest_filed"])
async def test_who_alone_is_in_force_no_more_needs_no_record_for_what_follows_to_end(
    engine: Engine, how: str
):
    """Of three by name, the one is to be ordered, the next had to report; a third stays so."""
    third = f"person:{UUID(int=11)}"
    for each in (PERSON, OTHER, third):
        await effect(engine, each)
    for each in (OTHER, third):
        said = {"accused_ref": each.partition(":")[2]}
        await real(engine, "sentence_execution_ordered", "2026-06-02 09:00", CASE, **said)

    await contested(engine, how, PERSON, none_in_force=False)
    await contested(engine, how, OTHER, none_in_force=False)

    [order] = [each for each in await engine.periods("EXEC-ORDER") if each.closed]
    [report] = [each for each in await engine.periods("EXEC-REPORT") if each.closed]
    assert (order.subject, report.subject) == (PERSON, OTHER)
    await engine.tick("2026-07-01 08:00")
    late = [(each.rule, each.subject) for each in await engine.said("DeadlineMissed")]
    assert [each for each in late if each[0].startswith("EXEC")] == [("EXEC-REPORT", third)]
    reviews = await engine.periods("CASSATION-ADVERSE")
    assert [each.closed for each in reviews] == ["matter_ended", "matter_ended", None]


async def test_a_cassation_protest_that_names_nobody_meets_the_year_of_everybody(engine: Engine):
    """It says no more than that it is about a part, or about all."""
    for each in (PERSON, OTHER):
        await effect(engine, each)

    said: dict[str, Any] = {"kind": "cassation", "direction": "against", "effect_ended": []}
    await real(engine, "protest_filed", "2026-09-01 09:00", CASE, step="filed", **said)

    reviews = await engine.periods("CASSATION-ADVERSE")
    assert [(each.is_over, each.closed) for each in reviews] == [(True, None), (True, None)]
