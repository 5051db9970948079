"""What may happen to a case up to the court, and every refusal on the way."""

from typing import Any

import pytest

from services.cases.proceedings.domain import Case
from services.cases.proceedings.parts import Charged
from services.cases.proceedings.returns import RETURNS_MAX
from services.cases.trials.events import AppellateJudgmentPronounced
from shared.errors import NotAllowed, Refused
from tests.cases.examples import (
    BORDER_GUARD,
    COURT,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    STRANGER,
    act,
    news,
)
from tests.cases.proceedings.examples import (
    BROKERAGE,
    CHILD,
    ENTRY,
    OTHER,
    PERSON,
    THIRD,
    TRAFFICKING,
    before_court,
    change,
    charged,
    conclude,
    concluded,
    designate,
    discontinue,
    extend,
    give_back,
    handed,
    in_prosecution,
    indict,
    initial,
    instituted,
    resume,
    returned,
    send,
    settled,
    suspend,
)


def refusal(decide: Any, said: Any, circumstances: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        decide(said, circumstances)
    return refused.value


def test_a_change_of_offences_changes_the_severity():
    case = instituted()

    case.change_institution(change(offences_after=(CHILD,)), act(moment="2025-08-20"))

    assert (case.severity, case.offences) == ("DBNT", (CHILD,))
    [fact] = case.pending_events
    assert (fact.class_before, fact.class_after) == ("RNT", "DBNT")


def test_the_procuracy_cancels_an_institution_and_the_case_ends():
    case = instituted()

    case.change_institution(change(kind="cancel", offences_after=()), act(PROCURACY, "2025-08-08"))

    assert (case.stage, case.is_open) == ("CANCELLED", False)


@pytest.mark.parametrize(
    ("kind", "offences"),
    [
        ("change", ()),
        ("change", (TRAFFICKING,)),
        ("supplement", (BROKERAGE,)),
        ("supplement", (TRAFFICKING,)),
        ("cancel", (TRAFFICKING,)),
    ],
)
def test_what_is_said_of_the_offences_fits_the_kind_of_change(kind: str, offences: Any):
    case = instituted()

    refused = refusal(
        case.change_institution,
        change(kind=kind, offences_after=offences),
        act(moment="2025-08-20"),
    )

    assert (refused.code, refused.rule) == ("wrong-offences", "BLTTHS Điều 156, 158, 161")
    assert news(case) == []


def test_a_stranger_neither_holds_nor_supervises():
    for stranger in (STRANGER, "VKSND_TINH-P34-22"):
        refused = refusal(instituted().change_institution, change(), act(stranger, "2025-08-20"))

        assert refused.code == "not-your-supervision"


def test_the_border_guard_passes_on_what_turns_out_graver():
    case = instituted(BORDER_GUARD, offences=(ENTRY,), flagrante=True)

    refused = refusal(
        case.change_institution,
        change(offences_after=(BROKERAGE,)),
        act(BORDER_GUARD, "2025-08-20"),
    )

    assert (refused.code, refused.pointer) == ("too-grave-for-body", "/offences")


def test_a_first_conclusion_names_whom_to_prosecute():
    refused = refusal(
        instituted().conclude_investigation, conclude(accused=()), act(moment="2025-11-03")
    )

    assert (refused.code, refused.pointer) == ("field-needed", "/accused")


def test_a_supplementary_conclusion_needs_a_return():
    refused = refusal(
        instituted().conclude_investigation,
        conclude(kind="supplementary"),
        act(moment="2025-11-03"),
    )

    assert (refused.code, refused.pointer) == ("wrong-kind", "/kind")


def test_the_initial_investigation_is_not_concluded_but_passed_on():
    refused = refusal(initial().conclude_investigation, conclude(), act(BORDER_GUARD, "2025-08-06"))

    assert refused.code == "wrong-stage"
    assert refused.extra["holder"] == BORDER_GUARD and "2025-08-04" in str(refused.extra["since"])


def test_a_court_that_institutes_does_not_investigate():
    refused = refusal(
        instituted(REGIONAL_COURT).conclude_investigation,
        conclude(),
        act(REGIONAL_COURT, "2025-09-01"),
    )

    assert refused.code == "no-investigation-here"


def test_an_indictment_needs_the_file_at_the_procuracy():
    refused = refusal(concluded().issue_indictment, indict(), act(PROCURACY, "2025-11-20"))

    assert (refused.code, refused.rule) == ("wrong-stage", "BLTTHS Điều 236, 240, 243")


def test_an_indictment_says_who_is_charged_with_what():
    case = in_prosecution()
    rows = (
        Charged(ref=PERSON, offence=CHILD),
        Charged(ref=OTHER, offence=TRAFFICKING),
        Charged(ref=PERSON, offence=TRAFFICKING),
    )

    case.issue_indictment(indict(accused=rows), act(PROCURACY, "2025-11-20"))

    assert case.stage == "INDICTMENT_ISSUED"
    assert (case.accused, case.offences) == ((PERSON, OTHER), (CHILD, TRAFFICKING))
    assert case.severity == "DBNT"


def test_an_indictment_goes_to_a_court():
    refused = refusal(
        in_prosecution().issue_indictment,
        indict(competent_court=PROCURACY),
        act(PROCURACY, "2025-11-20"),
    )

    assert (refused.code, refused.pointer) == ("wrong-way", "/competent_court")


def test_a_court_of_a_lower_level_is_marked_and_not_refused():
    case = in_prosecution()
    gravest = CHILD.model_copy(update={"clause": 3})

    case.issue_indictment(
        indict(accused=(Charged(ref=PERSON, offence=gravest),)), act(PROCURACY, "2025-11-20")
    )

    assert case.pending_events[0].court_warning == "below_level"


def test_the_procuracy_returns_a_file_twice_and_not_a_third_time():
    case = in_prosecution()
    returned(case, "2025-11-10", "2025-12-10", "1/QĐ")
    returned(case, "2025-12-15", "2026-01-20", "2/QĐ")
    case = settled(case)

    refused = refusal(
        case.request_supplementary_investigation,
        give_back(decision_ref="3/QĐ"),
        act(PROCURACY, "2026-01-25"),
    )

    assert (refused.code, refused.rule) == ("too-many-returns", "BLTTHS Điều 174(2)")
    assert case.returns == {"VKS": RETURNS_MAX["VKS"]}
    assert news(case) == []


def test_returns_are_limited_by_who_returns():
    assert dict(RETURNS_MAX) == {"VKS": 2, "JUDGE": 1, "PANEL": 1}  # BLTTHS 174(2)


def test_the_judge_returns_a_file_once():
    case = before_court()
    court = act(REGIONAL_COURT, "2025-12-01T08:00")

    case.request_supplementary_investigation(give_back("JUDGE"), court)

    assert (case.stage, case.holder, case.offered_to) == (
        "SUPPLEMENTARY",
        REGIONAL_COURT,
        PROCURACY,
    )
    assert case.course.rule == "INV-SUPP-COURT"


@pytest.mark.parametrize(
    ("by", "more"),
    [
        ("JUDGE", {}),
        ("PANEL", {}),
        ("APPEAL", {}),
        ("VKS", {"kind": "re_investigation"}),
    ],
)
def test_who_returns_a_file_fits_the_stage(by: str, more: dict[str, Any]):
    refused = refusal(
        in_prosecution().request_supplementary_investigation,
        give_back(by, **more),
        act(PROCURACY, "2025-11-10"),
    )

    assert refused.code == "wrong-kind"


def test_a_file_is_returned_to_who_investigates():
    refused = refusal(
        in_prosecution().request_supplementary_investigation,
        give_back(returned_to=REGIONAL_COURT),
        act(PROCURACY, "2025-11-10"),
    )

    assert (refused.code, refused.pointer) == ("wrong-way", "/returned_to")


def test_nothing_is_decided_while_the_file_is_on_its_way():
    case = concluded()
    case.transmit_case_file(send(), act(moment="2025-11-04"))
    offered_back = in_prosecution()
    offered_back.request_supplementary_investigation(give_back(), act(PROCURACY, "2025-11-10"))

    early = refusal(case.discontinue_proceedings, discontinue(), act(moment="2025-11-05"))
    hasty = refusal(
        offered_back.conclude_investigation,
        conclude(kind="supplementary"),
        act(PROCURACY, "2025-11-11"),
    )

    assert {early.code, hasty.code} == {"on-its-way"}


def test_who_does_not_have_the_file_concludes_nothing():
    refused = refusal(instituted().conclude_investigation, conclude(), act(STRANGER, "2025-11-03"))

    assert isinstance(refused, NotAllowed)
    assert refused.code == "file-not-with-you" and refused.extra["holder"] == INVESTIGATORS


def test_nothing_happens_before_its_stage_began():
    refused = refusal(instituted().conclude_investigation, conclude(), act(moment="2025-08-03"))

    assert (refused.code, refused.pointer) == ("before-its-stage", "/occurred_at")


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        (Case.conclude_investigation, conclude()),
        (Case.change_institution, change()),
        (Case.suspend_proceedings, suspend()),
        (Case.discontinue_proceedings, discontinue()),
        (Case.designate_model_case, designate()),
    ],
)
def test_saying_it_again_is_no_news(decide: Any, said: Any):
    case = instituted()
    decide(case, said, act(moment="2025-08-20"))
    case = settled(case)

    decide(case, said, act(moment="2025-08-21"))

    assert news(case) == []


def test_another_body_saying_the_same_is_no_repetition():
    case = instituted()
    case.suspend_proceedings(suspend(), act(moment="2025-08-20"))

    with pytest.raises(Refused):
        case.suspend_proceedings(suspend(), act(STRANGER, "2025-08-21"))


def test_state_shows_stage_holder_and_pseudonyms():
    shown = charged().state()

    assert (shown["stage"], shown["holder"]) == ("INDICTMENT_ISSUED", PROCURACY)
    assert shown["accused"] == [str(PERSON)] and shown["severity_class"] == "RNT"


def test_who_is_not_accused_here_is_not_suspended_here():
    refused = refusal(
        in_prosecution().suspend_proceedings,
        suspend(accused_ref=THIRD),
        act(PROCURACY, "2025-11-10"),
    )

    assert refused.code == "not-accused-here"


def test_extending_the_period_of_another_stage_is_refused():
    refused = refusal(
        instituted().extend_period, extend(stage="prosecution"), act(PROCURACY, "2025-11-20")
    )

    assert (refused.code, refused.pointer) == ("other-stage", "/stage")


def test_a_stopped_case_goes_on_where_it_stopped():
    case = instituted()
    case.suspend_proceedings(suspend(), act(moment="2025-08-20"))

    case.resume_proceedings(resume(), act(moment="2025-09-20"))

    assert (case.stage, case.course.rule) == ("INVESTIGATION", "INV-RESUMED")


def quashed() -> Case:
    """The appellate court quashed the judgment; it still has the file."""
    case = before_court()
    case.stage, case.holder = "APPEALED", COURT
    judged = AppellateJudgmentPronounced.model_construct(
        originator_id=case.id,
        originator_version=case.version + 1,
        timestamp=act(COURT, "2026-06-01").at,
        outcome="quashed_reinvestigate",
        per_accused=(),
        agency=COURT,
    )
    judged.mutate(case)
    return case


def test_a_quashed_case_is_investigated_anew_from_when_the_police_have_it():
    case = quashed()
    assert (case.stage, case.indictment) == ("INVESTIGATION", None)
    back = give_back("APPEAL", kind="re_investigation")

    case.request_supplementary_investigation(back, act(COURT, "2026-06-02T08:00"))
    case.transmit_case_file(send(step="received"), act(PROCURACY, "2026-06-04T08:00"))
    handed(case, send("CQDT", INVESTIGATORS), PROCURACY, INVESTIGATORS, "2026-06-05")

    assert (case.stage, case.holder) == ("INVESTIGATION", INVESTIGATORS)
    assert (case.course.rule, str(case.course.since)) == ("INV-REINV", "2026-06-05")
    case.conclude_investigation(conclude(conclusion_ref="31/KLĐT"), act(moment="2026-08-05"))
    assert case.stage == "CONCLUDED"


def test_nothing_is_investigated_anew_that_was_not_quashed():
    case = instituted(REGIONAL_COURT)

    refused = refusal(
        case.request_supplementary_investigation,
        give_back("APPEAL", kind="re_investigation"),
        act(REGIONAL_COURT, "2025-09-01"),
    )

    assert refused.code == "not-quashed"


def test_what_the_procuracy_institutes_it_hands_to_who_investigates():
    case = instituted(PROCURACY)

    handed(case, send("CQDT", INVESTIGATORS), PROCURACY, INVESTIGATORS, "2025-08-05")
    case.conclude_investigation(conclude(), act(moment="2025-11-03"))

    assert (case.stage, case.holder) == ("CONCLUDED", INVESTIGATORS)
    assert str(case.course.since) == "2025-08-04"
