"""What a court decides of a case becomes of its accused in the same record."""

from typing import Any

import pytest

from services.cases.accused import commands as persons
from services.cases.proceedings import commands as proceedings
from services.cases.trials.events import (
    ConfirmEffect,
    FileProtest,
    OrderExecution,
    PronounceAppellateJudgment,
    PronounceJudgment,
)
from shared.errors import NotAllowed, Refused
from tests.cases.accused.examples import approve, detain, seek
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    POLICE,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
)
from tests.cases.proceedings.examples import (
    discontinue,
    give_back,
    resume,
)
from tests.cases.trials.dock import TOPIC, Dock
from tests.cases.trials.examples import (
    ACCEPT,
    OPEN,
    ORDER,
    ORDER_APPEAL,
    acquitted,
    convicted,
)
from tests.cases.world import World

JUDGED = "2025-09-24T09:00"
AT_LAST = "2025-10-25"
"""After the periods for appeal and protest have ended."""
ON_APPEAL = "2025-11-25T11:00"
FIRST, SECOND = "44/2025/HS-ST", "90/2025/HS-PT"
REVIEW = FileProtest(kind="cassation", direction="for", decision_ref="11/QĐ-TANDTC")


def judging(*rows: Any) -> PronounceJudgment:
    return PronounceJudgment(judgment_no=FIRST, per_accused=rows)


def on_appeal(outcome: str, *rows: Any) -> PronounceAppellateJudgment:
    return PronounceAppellateJudgment.model_validate(
        {"judgment_no": SECOND, "outcome": outcome, "per_accused": rows}
    )


async def judged(office: World, *, guilty: bool = True) -> Dock:
    """Of two, one is guilty and the other is, too, or is not."""
    dock = await (await (await (await Dock(office).charged()).indicted()).ordered()).opened()
    other = convicted(dock.two, 96) if guilty else acquitted(dock.two)
    await dock.tries("pronounce_judgment", judging(convicted(dock.one), other), JUDGED)
    return dock


async def test_a_trial_order_makes_the_accused_defendants_in_the_same_record(office: World):
    dock = await (await Dock(office).charged()).indicted()
    assert await dock.stages() == ["ACCUSED", "ACCUSED"]

    await dock.ordered()

    assert await dock.stages() == ["DEFENDANT", "DEFENDANT"]
    *_, fact, one, two = await office.log.read(0, 100)
    assert [each.topic for each in (fact, one, two)] == ["cases.trial_ordered.v1", TOPIC, TOPIC]
    assert {each.metadata.causation_id for each in (fact, one, two)} == {fact.metadata.causation_id}
    for each in (one, two):
        assert each.metadata.actor.agency == each.fields["agency"] == REGIONAL_COURT
        assert each.fields["because"] == fact.topic
        assert each.fields["decision_ref"] == fact.fields["decision_ref"] == ORDER.decision_ref
        assert each.occurred_at == fact.occurred_at
        assert f"case:{dock.case}" in each.metadata.subjects


async def test_a_judgment_says_of_each_what_becomes_of_them(office: World):
    dock = await judged(office, guilty=False)

    assert await dock.stages() == ["CONVICTED", "ACQUITTED"]
    assert (await dock.followed())[-2:] == [
        ("CONVICTED", FIRST, "cases.first_instance_judgment_pronounced.v1"),
        ("ACQUITTED", FIRST, "cases.first_instance_judgment_pronounced.v1"),
    ]


async def test_a_judgment_in_force_makes_convicts_and_an_execution_makes_them_serve(office: World):
    dock = await judged(office, guilty=False)

    await dock.tries("confirm_effect", ConfirmEffect(reason="no_appeal"), AT_LAST)
    assert await dock.stages() == ["CONVICT", "ACQUITTED"]
    said = OrderExecution(accused_ref=dock.one, decision_ref="12/QĐ-CA", executing_agency=POLICE)
    await dock.tries("order_execution", said, "2025-11-03")

    assert await dock.stages() == ["SERVING", "ACQUITTED"]
    assert (await dock.followed())[-2:] == [
        ("CONVICT", FIRST, "cases.judgment_took_effect.v1"),
        ("SERVING", "12/QĐ-CA", "cases.sentence_execution_ordered.v1"),
    ]


async def test_what_takes_effect_for_one_alone_leaves_the_other_where_they_are(office: World):
    dock = await judged(office)
    said = ConfirmEffect(reason="no_appeal", accused_ref=dock.two)

    await dock.tries("confirm_effect", said, AT_LAST)

    assert await dock.stages() == ["CONVICTED", "CONVICT"]


async def test_a_civil_part_in_force_makes_nobody_a_convict(office: World):
    dock = await judged(office)

    said = ConfirmEffect(reason="no_appeal", part="civil")
    await dock.tries("confirm_effect", said, AT_LAST)

    assert await dock.stages() == ["CONVICTED", "CONVICTED"]


async def heard_on_appeal(office: World, *, guilty: bool = True) -> Dock:
    dock = await (await judged(office, guilty=guilty)).appealed()
    await dock.tries("order_trial", ORDER_APPEAL, "2025-11-10", COURT)
    assert await dock.stages() == ["CONVICTED", "CONVICTED" if guilty else "ACQUITTED"]
    await dock.decides("open_trial", OPEN, "2025-11-24T07:40", COURT)
    return dock


async def test_what_an_appeal_upholds_is_in_force_at_once(office: World):
    dock = await heard_on_appeal(office, guilty=False)

    await dock.tries("pronounce_appellate_judgment", on_appeal("upheld"), ON_APPEAL, COURT)

    assert await dock.stages() == ["CONVICT", "ACQUITTED"]


async def test_an_amended_judgment_says_anew_who_is_guilty(office: World):
    dock = await heard_on_appeal(office, guilty=False)
    rows = (acquitted(dock.one), convicted(dock.two))

    await dock.tries("pronounce_appellate_judgment", on_appeal("amended", *rows), ON_APPEAL, COURT)

    assert await dock.stages() == ["ACQUITTED", "CONVICT"]
    topic = "cases.appellate_judgment_pronounced.v1"
    assert (await dock.followed())[-3:] == [
        ("ACQUITTED", SECOND, topic),
        ("CONVICTED", SECOND, topic),
        ("CONVICT", SECOND, topic),
    ]


@pytest.mark.parametrize(
    ("outcome", "stage"),
    [
        ("quashed_retry", "ACCUSED"),
        ("quashed_reinvestigate", "ACCUSED"),
        ("quashed_discontinue", "DISCONTINUED"),
        ("appeal_discontinued", "CONVICT"),
    ],
)
async def test_what_an_appeal_quashes_is_not_said_any_more(office: World, outcome: str, stage: str):
    dock = await heard_on_appeal(office)

    await dock.tries("pronounce_appellate_judgment", on_appeal(outcome), ON_APPEAL, COURT)

    assert await dock.stages() == [stage, stage]


async def test_whom_a_panel_sends_back_are_accused_again_and_detained_as_before(office: World):
    dock = await Dock(office).charged()
    for said, by, moment in (
        (detain(), INVESTIGATORS, "2025-07-14"),
        (approve(), PROCURACY, "2025-07-15"),
    ):
        await office.does(persons.order_temporary_detention, said, by, moment, id=dock.one)
    await (await (await dock.indicted()).ordered()).opened()
    assert await dock.stages() == ["DEFENDANT", "DEFENDANT"]

    back = give_back("PANEL", returned_to=REGIONAL_PROCURACY)
    await office.does(
        proceedings.request_supplementary_investigation,
        back,
        REGIONAL_COURT,
        "2025-09-23",
        id=dock.case,
    )

    assert await dock.stages() == ["DETAINED", "ACCUSED"]


async def test_a_trial_after_a_review_begins_with_accused(office: World):
    dock = await judged(office)
    await dock.tries("confirm_effect", ConfirmEffect(reason="no_appeal"), AT_LAST)
    await dock.decides("file_protest", REVIEW, "2025-12-01", "TANDTC-VN")
    assert await dock.stages() == ["CONVICT", "CONVICT"]

    anew = ACCEPT.model_copy(update={"docket_no": "2/2026/TLST-HS"})
    await dock.tries("accept_case", anew, "2026-01-12")

    assert await dock.stages() == ["ACCUSED", "ACCUSED"]
    assert (await dock.followed())[-1] == (
        "ACCUSED",
        "2/2026/TLST-HS",
        "cases.case_accepted_by_court.v1",
    )


async def test_who_fled_is_tried_and_still_wanted_until_they_are_found(office: World):
    dock = await (await Dock(office).charged()).indicted()
    await office.does(
        persons.issue_wanted_notice, seek(), INVESTIGATORS, "2025-08-18T13:00", id=dock.one
    )
    await (await dock.ordered()).opened()
    rows = (convicted(dock.one), acquitted(dock.two))
    await dock.tries("pronounce_judgment", judging(*rows), JUDGED)

    wanted = await dock.person(dock.one)
    assert (wanted.stage, wanted.state()["standing"]) == ("WANTED", "CONVICTED")
    await office.does(
        persons.issue_wanted_notice, seek(kind="lift"), REGIONAL_COURT, "2025-10-01", id=dock.one
    )
    assert (await dock.person(dock.one)).stage == "CONVICTED"


async def test_whom_proceedings_end_for_is_out_of_it_and_back_when_they_are_resumed(office: World):
    dock = await Dock(office).charged()
    one = {"accused_ref": dock.one}

    said = discontinue(**one)
    await office.does(proceedings.discontinue_proceedings, said, moment="2025-07-20", id=dock.case)
    assert await dock.stages() == ["DISCONTINUED", "ACCUSED"]
    back = resume(reason="decision_cancelled", decision_ref="6/QĐ-VKS", **one)
    await office.does(
        proceedings.resume_proceedings, back, REGIONAL_PROCURACY, "2025-07-25", id=dock.case
    )

    assert await dock.stages() == ["ACCUSED", "ACCUSED"]


async def test_what_is_refused_of_the_case_leaves_its_persons_alone(office: World):
    dock = await judged(office)

    with pytest.raises(Refused, match="periods-run"):
        await dock.tries("confirm_effect", ConfirmEffect(reason="no_appeal"), "2025-10-01")
    with pytest.raises(NotAllowed):
        await dock.tries(
            "confirm_effect", ConfirmEffect(reason="no_appeal"), AT_LAST, INVESTIGATORS
        )

    assert await dock.stages() == ["CONVICTED", "CONVICTED"]


async def test_the_same_judgment_again_is_no_news_of_anybody(office: World):
    dock = await judged(office)
    before = await dock.followed()

    said = judging(convicted(dock.one), convicted(dock.two, 96))
    again = await dock.tries("pronounce_judgment", said, JUDGED)

    assert again.event_ids == ()
    assert await dock.followed() == before
