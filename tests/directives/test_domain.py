from datetime import date
from typing import Any

import pytest

from services.directives.domain import Directive
from services.directives.events import (
    Addressee,
    Corrections,
    Dispatch,
    PaperRef,
    ReceiveDirective,
    ReturnDirective,
    Revision,
)
from shared.errors import NotAllowed, Refused
from shared.fields import Span
from tests.directives.examples import (
    COMMUNE,
    DEPARTMENTS,
    HEALTH,
    JUSTICE,
    POLICE,
    STRANGER,
    act,
    dispatched,
    issued,
    names,
    news,
    paper,
    received,
)

AXIS = Dispatch(channel="truc_lien_thong")
ARRIVED = ReceiveDirective(edxml_status="01")
LATER = "2025-07-02T09:00"
LETTER = PaperRef(ref="6400/UBND-NC")


def registered(number: int = 77, **other: Any) -> ReceiveDirective:
    fields = {"edxml_status": "03", "incoming_number": number, "incoming_date": date(2025, 7, 2)}
    return ReceiveDirective(**(fields | other))


def revision(kind: str = "correction", **other: Any) -> Revision:
    return Revision(**({"kind": kind, "reason": "ghi sai", "by_document": LETTER} | other))


def test_a_numbered_paper_is_printed_with_its_notation():
    [event] = Directive.issue_directive(paper(), act()).collect_events()

    assert (event.reference, event.year) == ("6325/UBND-NC", 2025)
    assert [each.addressee for each in event.bodies] == [POLICE, DEPARTMENTS, COMMUNE]
    assert all(each.members_known for each in event.bodies)


def test_the_same_number_written_with_another_dash_is_the_same_directive():
    assert issued().id == issued(paper(notation="UBND–NC")).id
    assert issued().id != issued(paper(number=6326)).id


def test_a_number_without_a_notation_is_printed_alone():
    gaps = {"notation": None, "completeness": "partial", "missing": ("notation",)}

    assert issued(paper(**gaps)).reference == "6325"


def test_a_paper_known_from_the_press_only_keeps_its_gaps():
    said = paper(
        number=None,
        notation=None,
        issue_date=None,
        issued_between=Span(from_=date(2025, 7, 1), to=date(2025, 7, 31)),
        completeness="partial",
        missing=("number", "notation", "issue_date", "report_line"),
    )

    directive = Directive.issue_directive(said, act())

    assert directive.reference is None
    assert directive.state()["missing"] == ["number", "notation", "issue_date", "report_line"]
    assert directive.origin.first_day == date(2025, 7, 1)
    assert directive.origin.day == date(2025, 7, 31)


def test_a_directive_goes_to_every_body_behind_its_addressees():
    directive = issued()

    directive.dispatch_directive(AXIS, act(), message_ids={POLICE: "m-1"})

    sent = news(directive)
    assert names(sent) == ["DirectiveDispatched"] * 8
    assert {each.recipient for each in sent} >= {POLICE, HEALTH, JUSTICE, COMMUNE}
    assert {each.recipient: each.message_id for each in sent}[POLICE] == "m-1"


def test_a_directive_may_go_to_some_addressees_first():
    directive = issued()

    directive.dispatch_directive(AXIS, act(), recipients=(POLICE, DEPARTMENTS))

    assert len(news(directive)) == 7
    assert COMMUNE in directive.awaited
    assert directive.recipients[COMMUNE]["standing"] == "not_dispatched"


def test_sending_twice_is_not_news():
    directive = dispatched()

    directive.dispatch_directive(AXIS, act(moment=LATER))

    assert news(directive) == []


def test_a_directive_is_not_sent_to_a_bystander():
    with pytest.raises(Refused) as refusal:
        issued().dispatch_directive(AXIS, act(), recipients=(POLICE, STRANGER))

    assert (refusal.value.code, refusal.value.pointer) == ("not-an-addressee", "/recipients/1")


def test_only_the_issuer_sends():
    with pytest.raises(NotAllowed, match="not-the-issuer"):
        issued().dispatch_directive(AXIS, act(POLICE))


def test_nothing_is_sent_before_it_was_issued():
    with pytest.raises(Refused, match="before-issue"):
        issued().dispatch_directive(AXIS, act(moment="2025-06-30T10:00"))


def test_arriving_and_being_registered_are_two_acts():
    directive = dispatched()

    directive.receive_directive(ARRIVED, act(POLICE, LATER))
    assert (POLICE in directive.received, POLICE in directive.acknowledged) == (True, False)

    directive.receive_directive(registered(), act(POLICE, "2025-07-02T15:00"))
    assert directive.acknowledged == (POLICE,)
    assert names(news(directive)) == ["DirectiveReceived"] * 2
    assert directive.recipients[POLICE]["incoming_number"] == 77


def test_a_registered_directive_counts_as_received_even_if_nobody_noted_its_arrival():
    directive = received()

    assert (directive.received, directive.acknowledged) == ((POLICE,), (POLICE,))


def test_receiving_twice_is_not_news():
    directive = received()

    directive.receive_directive(registered(), act(POLICE, LATER))
    directive.receive_directive(ARRIVED, act(POLICE, LATER))

    assert news(directive) == []


def test_a_second_incoming_number_is_refused():
    with pytest.raises(Refused, match="registered-already"):
        received().receive_directive(registered(78), act(POLICE, LATER))


def test_a_bystander_receives_nothing():
    directive = dispatched()

    with pytest.raises(NotAllowed, match="not-addressed-to-you"):
        directive.receive_directive(ARRIVED, act(STRANGER, LATER))

    assert news(directive) == []


def test_what_was_not_sent_cannot_arrive():
    with pytest.raises(Refused, match="not-dispatched"):
        issued().receive_directive(ARRIVED, act(POLICE, LATER))


@pytest.mark.parametrize(
    "said",
    [
        ReceiveDirective(edxml_status="03"),
        ReceiveDirective(edxml_status="03", incoming_number=77),
        ReceiveDirective(edxml_status="01", incoming_number=77, incoming_date="2025-07-02"),
        ReceiveDirective(edxml_status="01", incoming_date="2025-07-02"),
    ],
)
def test_the_incoming_number_belongs_to_registration(said):
    with pytest.raises(Refused, match="incoming-number-misplaced"):
        dispatched().receive_directive(said, act(POLICE, LATER))


@pytest.mark.parametrize("day", ["2025-06-30", "2025-07-03"])
def test_the_incoming_day_lies_between_issue_and_act(day):
    with pytest.raises(Refused, match="incoming-date-impossible"):
        dispatched().receive_directive(registered(incoming_date=day), act(POLICE, LATER))


def test_a_paper_with_an_invalid_signature_is_returned_not_registered():
    directive = dispatched()

    with pytest.raises(Refused, match="invalid-signature-is-returned"):
        directive.receive_directive(registered(signature_valid=False), act(POLICE, LATER))
    directive.return_directive(ReturnDirective(reason="invalid_signature"), act(POLICE, LATER))

    assert names(news(directive)) == ["DirectiveReturned"]


def test_a_returned_directive_is_no_longer_acknowledged():
    directive = received()

    directive.return_directive(ReturnDirective(reason="wrong_addressee"), act(POLICE, LATER))

    assert directive.acknowledged == ()
    assert POLICE in directive.awaited


def test_returning_twice_for_the_same_reason_is_not_news():
    directive = received()
    said = ReturnDirective(reason="format")

    directive.return_directive(said, act(POLICE, LATER))
    directive.return_directive(said, act(POLICE, LATER))

    assert len(news(directive)) == 1


def test_what_was_returned_is_received_only_after_it_was_sent_again():
    directive = received()
    directive.return_directive(ReturnDirective(reason="format"), act(POLICE, LATER))

    with pytest.raises(Refused, match="returned-dispatch-again"):
        directive.receive_directive(registered(), act(POLICE, LATER))
    directive.dispatch_directive(AXIS, act(moment=LATER))
    directive.receive_directive(registered(), act(POLICE, LATER))

    assert directive.acknowledged == (POLICE,)
    assert names(news(directive)) == [
        "DirectiveReturned",
        "DirectiveDispatched",
        "DirectiveReceived",
    ]


def test_a_commune_receives_what_was_sent_to_a_collective_without_a_list():
    commune, day = "UBND_XA-P63-01-04927", date(2024, 7, 13)
    letter = paper(
        issuer="UBND_TINH-P63-01",
        issue_date=day,
        addressees=(Addressee(agency="UBND_XA-P63-01"),),
    )
    directive = Directive.issue_directive(letter, act(letter.issuer, "2024-07-13"))
    directive.dispatch_directive(AXIS, act(letter.issuer, "2024-07-13"))

    directive.receive_directive(ARRIVED, act(commune, "2024-07-15"))

    assert not directive.origin.members_known
    assert directive.received == (commune,)
    assert "UBND_XA-P63-01" in directive.awaited


def test_a_missing_notation_is_filled_in_later_and_the_first_text_stays_on_record():
    gaps = {"notation": None, "completeness": "partial", "missing": ("notation", "report_line")}
    directive = issued(paper(**gaps))
    said = revision(
        "update",
        by_document=None,
        corrections=Corrections(notation="UBND-NC"),
        filled=("report_line",),
    )

    directive.revise_directive(said, act(moment=LATER))

    [event] = news(directive)
    assert (event.changed_fields, event.edxml_business_type) == (("notation",), 2)
    assert (directive.reference, directive.missing) == ("6325/UBND-NC", ())
    assert directive.state()["completeness"] == "complete"


def test_the_day_that_turns_up_must_lie_where_the_source_put_it():
    said = paper(
        issue_date=None,
        issued_between=Span(from_=date(2025, 7, 1), to=date(2025, 7, 31)),
        completeness="partial",
        missing=("issue_date",),
    )
    directive = issued(said)

    with pytest.raises(Refused, match="outside-known-days"):
        directive.revise_directive(
            revision(corrections=Corrections(issue_date=date(2025, 8, 1))), act(moment=LATER)
        )
    directive.revise_directive(
        revision(corrections=Corrections(issue_date=date(2025, 7, 5))), act(moment=LATER)
    )

    assert directive.paper["issue_date"] == "2025-07-05"


def test_a_corrected_notation_must_fit_the_type():
    with pytest.raises(Refused, match="notation-does-not-fit-type"):
        issued().revise_directive(
            revision(corrections=Corrections(notation="KH-UBND")), act(moment=LATER)
        )


@pytest.mark.parametrize("kind", ["correction", "amendment", "replacement"])
def test_corrections_amendments_and_replacements_are_papers(kind):
    with pytest.raises(Refused, match="document-needed"):
        issued().revise_directive(revision(kind, by_document=None), act(moment=LATER))


def test_a_recall_mends_nothing():
    said = revision("recall", corrections=Corrections(subject_vi="khác"))

    with pytest.raises(Refused, match="revision-kind-does-not-fit"):
        issued().revise_directive(said, act(moment=LATER))


def test_only_amendments_and_updates_bring_new_lines():
    with pytest.raises(Refused, match="revision-kind-does-not-fit"):
        issued().revise_directive(revision("correction"), act(moment=LATER), report_keys=("R1",))


def test_a_new_line_needs_a_key_of_its_own():
    directive = Directive.issue_directive(paper(), act(), task_keys=("T01",))

    with pytest.raises(Refused, match="key-taken"):
        directive.revise_directive(revision("amendment"), act(moment=LATER), task_keys=("T01",))


def test_only_a_gap_that_was_named_can_be_filled():
    with pytest.raises(Refused, match="no-such-gap"):
        issued().revise_directive(revision(filled=("signer",)), act(moment=LATER))


def test_only_the_issuer_revises():
    with pytest.raises(NotAllowed, match="not-the-issuer"):
        issued().revise_directive(revision(), act(POLICE, LATER))


def test_revising_twice_in_the_same_words_is_not_news():
    directive = issued()

    directive.revise_directive(revision("recall"), act(moment=LATER))
    directive.revise_directive(revision("recall"), act(moment=LATER))

    assert len(news(directive)) == 1


@pytest.mark.parametrize(
    ("kind", "standing"), [("recall", "recalled"), ("replacement", "replaced")]
)
def test_after_a_recall_or_replacement_nothing_more_happens(kind, standing):
    directive = received()
    directive.revise_directive(revision(kind), act(moment=LATER))
    news(directive)

    for attempt in (
        lambda: directive.dispatch_directive(AXIS, act(moment=LATER)),
        lambda: directive.receive_directive(registered(), act(POLICE, LATER)),
        lambda: directive.return_directive(ReturnDirective(reason="format"), act(POLICE, LATER)),
        lambda: directive.revise_directive(revision("correction"), act(moment=LATER)),
    ):
        with pytest.raises(Refused, match=f"directive-{standing}"):
            attempt()

    assert directive.state()["standing"] == standing
    assert news(directive) == []
