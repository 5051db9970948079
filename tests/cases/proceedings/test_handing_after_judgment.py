"""After a judgment the file goes up for a late appeal or a review, and down to be tried anew."""

from collections.abc import Callable

import pytest

from services.cases.accused.standings import standing_of
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import TransmitCaseFile
from shared.errors import NotAllowed, Refused
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    STRANGER,
    act,
    folded,
)
from tests.cases.proceedings.examples import (
    before_court,
    conclude,
    give_back,
    handed,
    send,
    settled,
)
from tests.cases.situations.casefiles import sent
from tests.cases.situations.trials import (
    decided,
    in_force,
    late_in_force,
    quashed_in_review,
    reviewed,
    tried,
    with_the_court_of_review,
)
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPEAL,
    IN_FORCE,
    MANH,
    SUPREME_COURT,
)

DAY = "2026-02-02"
"""Later than anything that has happened to these cases."""
UP = send("APPEAL_COURT", COURT, kind="late_appeal")
DOWN = send("COURT", REGIONAL_COURT)
TO_REVIEW = send("COURT", SUPREME_COURT)
TO_TRY_ON_APPEAL = send("APPEAL_COURT", COURT)
ANEW = give_back("CASSATION", kind="re_investigation")
DOCKET = {"docket_no": "9/2026"}
GOES: dict[str, tuple[Callable[[], Case], TransmitCaseFile]] = {
    "quashed to be tried anew": (lambda: decided("quashed_retry"), DOWN),
    "late appeal, in force": (late_in_force, UP),
    "late appeal, executed": (lambda: late_in_force(executed=True), UP),
    "to the review": (lambda: reviewed(in_force), TO_REVIEW),
    "from the review": (with_the_court_of_review, DOWN),
    "from the review to the appeal": (with_the_court_of_review, TO_TRY_ON_APPEAL),
}
each_way = pytest.mark.parametrize(("begun", "said"), GOES.values(), ids=GOES)


def quashed() -> Case:
    """The provincial court has quashed the judgment and has the file."""
    return decided("quashed_retry")


@each_way
def test_the_file_is_with_the_sender_until_it_is_received(
    begun: Callable[[], Case], said: TransmitCaseFile
):
    case = settled(begun())
    stage, sender = case.stage, case.holder

    case.transmit_case_file(said, act(sender, f"{DAY}T08:00"))
    on_its_way = (case.stage, case.holder, case.offered_to)
    received = said.model_copy(update={"step": "received"})
    case.transmit_case_file(received, act(said.receiver, f"{DAY}T12:00"))

    assert on_its_way == (stage, sender, said.receiver)
    assert (case.stage, case.holder, case.offered_to) == (stage, said.receiver, None)
    assert [fact.sender for fact in case.pending_events] == [sender, sender]


@each_way
def test_a_refused_file_stays_with_the_sender(begun: Callable[[], Case], said: TransmitCaseFile):
    case = begun()
    sender = case.holder
    case.transmit_case_file(said, act(sender, f"{DAY}T08:00"))

    refused = said.model_copy(update={"step": "refused", "refused_reason": "Thiếu bút lục"})
    case.transmit_case_file(refused, act(said.receiver, f"{DAY}T12:00"))

    assert (case.holder, case.offered_to) == (sender, None)


@each_way
def test_only_the_holder_sends_it_and_only_whom_it_was_offered_to_receives_it(
    begun: Callable[[], Case], said: TransmitCaseFile
):
    case = begun()
    sender = case.holder

    with pytest.raises(NotAllowed, match="file-not-with-you"):
        case.transmit_case_file(said, act(STRANGER, DAY))
    case.transmit_case_file(said, act(sender, f"{DAY}T08:00"))
    with pytest.raises(NotAllowed, match="not-offered-to-you"):
        case.transmit_case_file(
            said.model_copy(update={"step": "received"}), act(sender, f"{DAY}T12:00")
        )

    assert (case.holder, case.offered_to) == (sender, said.receiver)


@each_way
@pytest.mark.parametrize("receiver", [PROCURACY, INVESTIGATORS, "holder"])
def test_it_goes_to_another_court_and_to_nobody_else(
    begun: Callable[[], Case], said: TransmitCaseFile, receiver: str
):
    case = begun()
    wrong = said.model_copy(update={"receiver": case.holder if receiver == "holder" else receiver})

    with pytest.raises(Refused, match="wrong-way") as refused:
        case.transmit_case_file(wrong, act(case.holder, DAY))

    assert refused.value.pointer == "/receiver"
    assert case.offered_to is None


@pytest.mark.parametrize(
    ("begun", "said"),
    [
        (before_court, DOWN),
        (before_court, send("COURT", COURT)),
        (in_force, UP),
        (late_in_force, TO_TRY_ON_APPEAL),
        (late_in_force, DOWN),
        (lambda: tried("upheld"), UP),
        (lambda: reviewed(in_force), send("VKS")),
        (lambda: reviewed(in_force), send("CQDT", INVESTIGATORS)),
    ],
    ids=[
        "accepted, to itself",
        "accepted, to another court",
        "in force, nothing waits",
        "late, but sent as if in time",
        "late, but sent down",
        "an appeal was heard",
        "reviewed, to the procuracy",
        "reviewed, to the investigators",
    ],
)
def test_it_goes_nowhere_without_what_the_way_is_for(
    begun: Callable[[], Case], said: TransmitCaseFile
):
    case = begun()

    with pytest.raises(Refused, match="wrong-way"):
        case.transmit_case_file(said, act(case.holder, DAY))


@pytest.mark.parametrize("point", ["ordered", "opened"])
def test_during_a_trial_it_goes_nowhere(point: str):
    case = tried(point)

    with pytest.raises(Refused, match="wrong-stage"):
        case.transmit_case_file(send("COURT", COURT), act(case.holder, DAY))


def test_a_quashed_case_is_tried_anew_from_when_its_court_accepts_it():
    case = quashed()
    handed(case, DOWN, COURT, REGIONAL_COURT, "2025-12-05")

    case.accept_case(ACCEPT.model_copy(update=DOCKET), act(REGIONAL_COURT, "2025-12-08"))

    assert (case.stage, case.holder, case.hearing) == (
        *("TRIAL_PREPARATION", REGIONAL_COURT),
        "accepted",
    )
    assert (case.course.rule, str(case.course.since)) == ("TRIAL-PREP", "2025-12-08")
    with pytest.raises(Refused, match="wrong-way"):
        case.transmit_case_file(send("COURT", COURT), act(REGIONAL_COURT, DAY))


@pytest.mark.parametrize("executed", [False, True])
def test_a_late_appeal_against_a_judgment_in_force_is_heard(executed: bool):
    case = late_in_force(executed)
    handed(case, UP, REGIONAL_COURT, COURT, "2025-11-03")

    case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-11-10"))

    assert (case.stage, case.holder, case.level) == ("APPEALED", COURT, "appeal")


def test_a_file_sent_before_the_judgment_took_effect_arrives_after_it():
    case = sent(lambda: tried("judged"), "APPEAL_COURT", COURT, kind="late_appeal")
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-25"))

    case.transmit_case_file(UP.model_copy(update={"step": "received"}), act(COURT, "2025-10-27"))

    assert (case.stage, case.holder) == ("IN_FORCE", COURT)


def test_a_late_appeal_that_is_withdrawn_on_the_way_leaves_the_file_with_nobody_else():
    case = late_in_force()
    case.transmit_case_file(UP, act(REGIONAL_COURT, "2025-11-03"))
    withdrawn = APPEAL.model_copy(update={"appellant": MANH, "step": "withdrawn"})
    case.file_appeal(withdrawn, act(REGIONAL_COURT, "2025-11-04"))

    case.transmit_case_file(UP.model_copy(update={"step": "received"}), act(COURT, "2025-11-05"))

    assert (case.stage, case.holder, case.offered_to) == ("IN_FORCE", COURT, None)


@pytest.mark.parametrize(
    ("said", "court", "accepts", "stage"),
    [
        (DOWN, REGIONAL_COURT, ACCEPT, "TRIAL_PREPARATION"),
        (TO_TRY_ON_APPEAL, COURT, ACCEPT_APPEAL, "APPEALED"),
    ],
    ids=["first instance", "appeal"],
)
def test_after_a_review_the_court_that_has_the_file_tries_the_case_anew(
    said, court, accepts, stage
):
    case = with_the_court_of_review()
    handed(case, said, SUPREME_COURT, court, DAY)

    case.accept_case(accepts.model_copy(update=DOCKET), act(court, "2026-02-09"))

    assert (case.stage, case.holder, case.in_force) == (stage, court, ())


def test_a_review_that_quashes_sends_the_case_back_to_be_investigated():
    case = quashed_in_review()
    gone = (case.stage, case.indictment, case.verdicts, case.in_force, case.hearing)
    on_its_way = (case.holder, case.offered_to)

    case.transmit_case_file(send(step="received"), act(PROCURACY, "2026-02-20"))
    handed(case, send("CQDT", INVESTIGATORS), PROCURACY, INVESTIGATORS, "2026-02-23")

    assert gone == ("INVESTIGATION", None, (), (), "")
    assert on_its_way == (SUPREME_COURT, PROCURACY)
    assert (case.stage, case.holder) == ("INVESTIGATION", INVESTIGATORS)
    assert (case.course.rule, str(case.course.since)) == ("INV-REINV", "2026-02-23")
    case.conclude_investigation(conclude(conclusion_ref="31/KLĐT"), act(moment="2026-04-05"))
    assert case.stage == "CONCLUDED"
    assert folded(case.collect_events()).state() == case.state()


def test_whose_judgment_a_review_has_quashed_stands_accused_again():
    case = quashed_in_review()

    assert [standing_of(case, ref) for ref in case.accused] == ["ACCUSED", "ACCUSED"]


def test_no_other_court_quashes_a_judgment_in_force():
    case = reviewed(in_force)

    with pytest.raises(NotAllowed, match="not-reviewing") as refused:
        case.request_supplementary_investigation(ANEW, act(REGIONAL_COURT, DAY))

    assert (refused.value.pointer, case.stage) == ("/by", "REVIEW")


@pytest.mark.parametrize(
    ("begun", "said", "code"),
    [
        (in_force, ANEW, "wrong-stage"),
        (quashed, ANEW, "wrong-kind"),
        (with_the_court_of_review, give_back("APPEAL", kind="re_investigation"), "wrong-kind"),
        (with_the_court_of_review, give_back("CASSATION"), "wrong-kind"),
    ],
    ids=["not reviewed", "quashed on appeal", "by an appeal", "supplementary"],
)
def test_a_review_quashes_only_what_is_reviewed(begun: Callable[[], Case], said, code: str):
    case = begun()

    with pytest.raises(Refused, match=code):
        case.request_supplementary_investigation(said, act(case.holder, DAY))


def test_who_reviews_without_the_file_asks_for_it_first():
    case = reviewed(in_force)

    with pytest.raises(NotAllowed, match="file-not-with-you"):
        case.request_supplementary_investigation(ANEW, act(SUPREME_COURT, DAY))
