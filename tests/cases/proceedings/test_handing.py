"""A file goes from hand to hand and is never with nobody."""

import pytest

from services.cases.proceedings.bodies import KINDS, kind_of
from services.cases.proceedings.domain import Case
from services.cases.proceedings.handing import FILES, TRANSFERS
from shared.errors import NotAllowed, Refused
from tests.cases.examples import (
    BORDER_GUARD,
    COURT,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STRANGER,
    act,
    news,
)
from tests.cases.proceedings.examples import (
    before_court,
    charged,
    conclude,
    concluded,
    give_back,
    handed,
    in_prosecution,
    indict,
    indicted,
    initial,
    institute,
    instituted,
    send,
    settled,
    transfer,
)


def test_the_border_guard_passes_a_case_on_to_the_police():
    case = initial()

    case.transfer_case(transfer(), act(BORDER_GUARD, "2025-08-08T09:00"))
    on_its_way = (case.stage, case.holder, case.offered_to)
    case.transfer_case(transfer(step="received"), act(INVESTIGATORS, "2025-08-08T15:00"))

    assert on_its_way == ("BG_INITIAL", BORDER_GUARD, INVESTIGATORS)
    assert (case.stage, case.holder, case.offered_to) == ("INVESTIGATION", INVESTIGATORS, None)
    assert [(fact.by, fact.sender) for fact in case.pending_events] == [("BDBP", BORDER_GUARD)] * 2


def test_only_who_has_received_a_case_has_a_procuracy_over_it():
    case = initial()
    case.transfer_case(transfer(), act(BORDER_GUARD, "2025-08-08T09:00"))
    case.transfer_case(
        transfer(step="refused", reason="Thiếu biên bản"), act(INVESTIGATORS, "2025-08-08T10:00")
    )
    case.transfer_case(transfer(), act(BORDER_GUARD, "2025-08-09T09:00"))
    case.transfer_case(transfer(step="received"), act(INVESTIGATORS, "2025-08-09T15:00"))

    over = [fact.procuracies for fact in case.pending_events]
    assert over == [(), (), (), (PROCURACY, REGIONAL_PROCURACY)]


def test_the_investigation_counts_from_the_institution_whoever_has_the_case():
    case = initial()
    handed(case, transfer(), BORDER_GUARD, INVESTIGATORS, "2025-08-08")

    assert (case.course.rule, str(case.course.since)) == ("INV", "2025-08-04")


def test_a_refused_case_stays_where_it_is():
    case = initial()
    case.transfer_case(transfer(), act(BORDER_GUARD, "2025-08-08T09:00"))

    case.transfer_case(
        transfer(step="refused", reason="Thiếu biên bản"), act(INVESTIGATORS, "2025-08-08T10:00")
    )

    assert (case.stage, case.holder, case.offered_to) == ("BG_INITIAL", BORDER_GUARD, None)
    case.transfer_case(transfer(), act(BORDER_GUARD, "2025-08-09T09:00"))
    assert case.offered_to == INVESTIGATORS


def test_refusing_a_file_needs_a_reason():
    case = concluded()
    case.transmit_case_file(send(), act(moment="2025-11-04T08:00"))

    with pytest.raises(Refused) as refused:
        case.transmit_case_file(send(step="refused"), act(PROCURACY, "2025-11-04T12:00"))

    assert (refused.value.code, refused.value.pointer) == ("field-needed", "/refused_reason")


def test_a_case_that_was_offered_by_mistake_is_taken_back_and_stays():
    case = initial()
    case.transfer_case(transfer(STRANGER), act(BORDER_GUARD, "2025-08-08T09:00"))
    sent = case.offered_at

    back = transfer(STRANGER, step="withdrawn", reason="Ghi nhầm nơi nhận")
    case.transfer_case(back, act(BORDER_GUARD, "2025-08-08T10:00"))

    assert (case.stage, case.holder, case.offered_to) == ("BG_INITIAL", BORDER_GUARD, None)
    [_, fact] = case.pending_events
    assert (fact.step, fact.sender, fact.offered_at, fact.procuracies) == (
        "withdrawn",
        BORDER_GUARD,
        sent,
        (),
    )
    with pytest.raises(Refused, match="not-on-its-way"):
        case.transfer_case(transfer(STRANGER, step="received"), act(STRANGER, "2025-08-08T11:00"))
    case.transfer_case(transfer(), act(BORDER_GUARD, "2025-08-08T11:00"))
    assert case.offered_to == INVESTIGATORS


def test_a_file_that_was_returned_to_the_wrong_body_is_taken_back_and_sent_aright():
    case = in_prosecution()
    wrong = give_back(returned_to=STRANGER)
    case.request_supplementary_investigation(wrong, act(PROCURACY, "2025-11-10T08:00"))

    back = send("CQDT", STRANGER, step="withdrawn", refused_reason="Ghi nhầm nơi nhận")
    case.transmit_case_file(back, act(PROCURACY, "2025-11-10T09:00"))
    handed(case, send("CQDT", INVESTIGATORS), PROCURACY, INVESTIGATORS, "2025-11-11")

    assert (case.stage, case.holder, case.returns) == ("SUPPLEMENTARY", INVESTIGATORS, {"VKS": 1})


@pytest.mark.parametrize(
    ("more", "by", "moment", "code"),
    [
        ({}, PROCURACY, "2025-11-04T12:00", "not-your-offer"),
        ({}, STRANGER, "2025-11-04T12:00", "not-your-offer"),
        ({"receiver": REGIONAL_PROCURACY}, INVESTIGATORS, "2025-11-04T12:00", "not-what-was"),
        ({"kind": "late_appeal"}, INVESTIGATORS, "2025-11-04T12:00", "not-what-was-offered"),
        ({"refused_reason": None}, INVESTIGATORS, "2025-11-04T12:00", "field-needed"),
        ({}, INVESTIGATORS, "2025-11-04T07:59", "before-its-offer"),
    ],
)
def test_only_who_offered_a_file_takes_it_back_as_it_was_offered(more, by, moment, code):
    case = concluded()
    case.transmit_case_file(send(), act(moment="2025-11-04T08:00"))
    said = {"step": "withdrawn", "refused_reason": "Chuyển nhầm"} | more

    with pytest.raises(Refused, match=code) as no:
        case.transmit_case_file(send(**said), act(by, moment))

    assert no.value.rule and no.value.remedy_vi and no.value.remedy_en
    assert (case.holder, case.offered_to) == (INVESTIGATORS, PROCURACY)


def test_a_file_that_was_received_is_taken_back_by_nobody():
    case = in_prosecution()

    with pytest.raises(Refused, match="nothing-to-withdraw") as no:
        case.transmit_case_file(
            send("COURT", step="withdrawn", refused_reason="Chuyển nhầm"),
            act(INVESTIGATORS, "2025-11-30"),
        )

    assert PROCURACY in no.value.vi and case.STAGES["PROSECUTION"][0] in no.value.vi
    assert PROCURACY in no.value.remedy_vi


def test_the_heir_of_who_offered_takes_that_back():
    police, to = "CQCSDT_HUYEN-P63-22-194", "CQCSDT_TINH-P63-40"
    case = _of_the_district(police)
    case.transfer_case(transfer(to), act(police, "2025-02-20"))

    case.transfer_case(transfer(to, step="withdrawn"), act("CQCSDT_TINH-P63-22", "2025-03-02"))

    assert (case.offered_to, case.holder) == (None, police)


@pytest.mark.parametrize("more", [{"reason": None}, {"decision_ref": None}])
def test_a_transfer_is_decided_with_a_reason(more):
    with pytest.raises(Refused, match="field-needed"):
        initial().transfer_case(transfer(**more), act(BORDER_GUARD, "2025-08-08"))


def test_only_whom_it_was_offered_to_receives_it():
    case = concluded()
    case.transmit_case_file(send(), act(moment="2025-11-04T08:00"))

    with pytest.raises(NotAllowed, match="not-offered-to-you"):
        case.transmit_case_file(
            send(receiver=REGIONAL_PROCURACY, step="received"),
            act(REGIONAL_PROCURACY, "2025-11-04T12:00"),
        )

    assert (case.holder, case.offered_to) == (INVESTIGATORS, PROCURACY)


def test_what_was_not_offered_is_not_received():
    with pytest.raises(Refused, match="not-on-its-way"):
        concluded().transmit_case_file(send(step="received"), act(PROCURACY, "2025-11-04"))


def test_a_file_arrives_as_it_was_sent_off():
    case = concluded()
    case.transmit_case_file(send(), act(moment="2025-11-04T08:00"))

    with pytest.raises(Refused, match="not-what-was-offered"):
        case.transmit_case_file(send("COURT", step="received"), act(PROCURACY, "2025-11-04T12:00"))


def test_an_unconcluded_file_does_not_go_to_the_procuracy():
    with pytest.raises(Refused) as refused:
        instituted().transmit_case_file(send(), act(moment="2025-11-04"))

    assert refused.value.code == "wrong-way"
    assert refused.value.extra["ways"] == ["CQDT (transfer)"], "an investigation goes on elsewhere"
    assert "CQDT (transfer)" in refused.value.remedy_vi


@pytest.mark.parametrize(
    ("begun", "said", "ways"),
    [
        (concluded, send("COURT", REGIONAL_COURT), ["VKS (to VKS)"]),
        (charged, send("VKS", REGIONAL_PROCURACY), ["COURT (to COURT)"]),
        (in_prosecution, send("COURT", REGIONAL_COURT), ["VKS (transfer)"]),
        (before_court, send("COURT", COURT), ["VKS (transfer)"]),
    ],
)
def test_who_sends_a_file_the_wrong_way_is_told_where_it_goes(begun, said, ways):
    case = begun()

    with pytest.raises(Refused, match="wrong-way") as refused:
        case.transmit_case_file(said, act(case.holder, "2025-12-05"))

    assert refused.value.extra["ways"] == ways
    assert ways[0] in refused.value.remedy_vi and ways[0] in refused.value.remedy_en


def test_a_court_gets_no_file_without_an_indictment():
    with pytest.raises(Refused, match="wrong-way"):
        in_prosecution().transmit_case_file(
            send("COURT", REGIONAL_COURT), act(PROCURACY, "2025-11-10")
        )


def test_who_does_not_have_the_file_does_not_send_it():
    with pytest.raises(NotAllowed, match="file-not-with-you") as refused:
        concluded().transmit_case_file(send(), act(STRANGER, "2025-11-04"))
    assert "hoặc chuyển hồ sơ" in refused.value.remedy_vi


def test_a_file_is_offered_to_one_body_at_a_time():
    case = concluded()
    case.transmit_case_file(send(), act(moment="2025-11-04T08:00"))

    with pytest.raises(Refused, match="on-its-way"):
        case.transmit_case_file(send(receiver=REGIONAL_PROCURACY), act(moment="2025-11-04T09:00"))


def test_a_file_goes_to_one_body_and_not_to_a_name_of_many():
    with pytest.raises(Refused) as refused:
        instituted().transfer_case(transfer("CA_XA-P34-40"), act(moment="2025-08-08"))

    assert (refused.value.code, refused.value.pointer) == ("several-bodies", "/to")


def test_a_file_goes_to_nobody_who_is_not_there_any_more():
    with pytest.raises(Refused, match="agency-not-in-existence"):
        instituted().transfer_case(transfer("CQCSDT_HUYEN-P63-22-194"), act(moment="2025-08-08"))


def test_the_prosecution_counts_anew_at_another_procuracy():
    case = in_prosecution()

    handed(case, transfer(REGIONAL_PROCURACY), PROCURACY, REGIONAL_PROCURACY, "2025-11-12")

    assert (case.stage, case.holder) == ("PROSECUTION", REGIONAL_PROCURACY)
    assert (case.course.rule, str(case.course.since)) == ("PROS", "2025-11-12")


def test_a_court_without_jurisdiction_gives_the_case_back():
    case = before_court()

    handed(case, transfer(PROCURACY), REGIONAL_COURT, PROCURACY, "2025-12-01")

    assert (case.stage, case.holder) == ("PROSECUTION", PROCURACY)
    assert [fact.by for fact in case.pending_events] == ["COURT", "COURT"]


def test_saying_an_offer_again_is_no_news():
    case = concluded()
    case.transmit_case_file(send(), act(moment="2025-11-04T08:00"))
    settled(case)

    case.transmit_case_file(send(), act(moment="2025-11-04T09:00"))

    assert news(case) == []


SENDERS = {
    "BG_INITIAL": initial,
    "INVESTIGATION": instituted,
    "CONCLUDED": concluded,
    "PROSECUTION": in_prosecution,
    "INDICTMENT_ISSUED": charged,
    "INDICTED": indicted,
    "TRIAL_PREPARATION": before_court,
}
NEED_MORE = {("PROSECUTION", "COURT"), ("TRIAL_PREPARATION", "COURT")}
"""Rows for what was supplemented, and what was quashed: these cases are neither."""
BODIES = (
    *(INVESTIGATORS, BORDER_GUARD, "CA_XA-P34-40-16681", PROCURACY, REGIONAL_PROCURACY),
    *(REGIONAL_COURT, COURT, "SO_YTE-P34-40"),
)


@pytest.mark.parametrize("stage", SENDERS)
@pytest.mark.parametrize("receiver", BODIES)
def test_a_case_goes_only_where_the_table_lets_it(stage: str, receiver: str):
    case = SENDERS[stage]()
    row = TRANSFERS.get(stage)
    may = (
        row is not None
        and kind_of(receiver) in row.receivers
        and kind_of(case.holder) in row.senders
        and receiver != case.holder
    )

    try:
        case.transfer_case(transfer(receiver), act(case.holder, "2025-12-05"))
    except Refused as refused:
        assert not may, refused
        assert refused.code in ("wrong-way", "wrong-stage")
    else:
        assert may


@pytest.mark.parametrize("stage", SENDERS)
@pytest.mark.parametrize("to", ["VKS", "COURT", "APPEAL_COURT", "CQDT"])
@pytest.mark.parametrize("receiver", BODIES)
def test_a_file_goes_only_where_the_table_lets_it(stage: str, to: str, receiver: str):
    case = SENDERS[stage]()
    row = None if (stage, to) in NEED_MORE else FILES.get((stage, to))
    may = (
        row is not None
        and kind_of(receiver) in row.receivers
        and kind_of(case.holder) in row.senders
    )

    try:
        case.transmit_case_file(send(to, receiver), act(case.holder, "2025-12-05"))
    except Refused as refused:
        assert not may, refused
        assert refused.code in ("wrong-way", "wrong-stage")
    else:
        assert may


def test_every_kind_of_body_of_the_tables_is_one():
    named = {
        kind
        for row in (*TRANSFERS.values(), *FILES.values())
        for kind in (*row.senders, *row.receivers)
    }

    assert named == {*KINDS.values()}


def test_a_case_of_2023_goes_on_under_the_heirs_of_the_district():
    police, procuracy = "CQCSDT_HUYEN-P63-22-194", "VKSND_HUYEN-P63-22-194"
    case = Case.institute_case(institute(place="P63-22-194"), act(police, "2023-06-01"))
    heir, court = "CQCSDT_TINH-P34-22", "TAND_KV-P34-22"

    case.conclude_investigation(conclude(), act("CQCSDT_TINH-P63-22", "2025-04-01"))
    case.transmit_case_file(send(receiver=procuracy), act("CQCSDT_TINH-P63-22", "2025-06-27"))
    case.transmit_case_file(
        send(receiver=procuracy, step="received"), act("VKSND_KV-P34-22", "2025-07-02")
    )
    case.issue_indictment(indict(competent_court=court), act("VKSND_KV-P34-22", "2025-07-20"))
    handed(case, send("COURT", court), "VKSND_KV-P34-22", court, "2025-07-21")

    assert (case.stage, case.holder) == ("INDICTED", court)
    assert [fact.agency for fact in case.pending_events][1:3] == ["CQCSDT_TINH-P63-22"] * 2
    with pytest.raises(NotAllowed, match="file-not-with-you"):
        _of_the_district(police).conclude_investigation(
            conclude(), act(INVESTIGATORS, "2025-08-01")
        )
    _of_the_district(police).conclude_investigation(conclude(), act(heir, "2025-08-01"))


def _of_the_district(police: str) -> Case:
    return Case.institute_case(institute(place="P63-22-194"), act(police, "2023-06-01"))


def test_a_file_arrives_as_what_it_was_sent_off_as():
    """Other periods begin with a late appeal than with an appeal in time."""
    case = concluded()
    case.transmit_case_file(send(), act(INVESTIGATORS, "2025-11-04T08:00"))
    said = send(step="received", kind="after_supplement")

    with pytest.raises(Refused, match="not-what-was-offered") as refused:
        case.transmit_case_file(said, act(PROCURACY, "2025-11-04T12:00"))

    assert refused.value.pointer == "/kind"
    assert case.stage == "CONCLUDED"
