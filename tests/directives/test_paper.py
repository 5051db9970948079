from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from services.directives.domain import Directive
from services.directives.events import Addressee, Campaign, paper_days
from shared.errors import NotAllowed, Refused
from shared.fields import Span
from tests.directives.examples import (
    COMMITTEE,
    COMMUNES,
    DEPARTMENTS,
    POLICE,
    STRANGER,
    act,
    paper,
)

UNKNOWN_DAY = {
    "issue_date": None,
    "issued_between": Span(from_=date(2025, 7, 1), to=date(2025, 7, 31)),
    "completeness": "partial",
}


def refused(moment: str = "2025-07-01T08:00", *, by: str | None = None, **other: Any) -> Refused:
    """What an issuer reads who issues the sample paper with something changed."""
    with pytest.raises(Refused) as refusal:
        Directive.issue_directive(paper(**other), act(by or paper().issuer, moment))
    assert refusal.value.vi
    assert refusal.value.remedy_vi
    assert refusal.value.remedy_en
    return refusal.value


@pytest.mark.parametrize("degree", ["MAT", "TOI_MAT", "TUYET_MAT"])
def test_secret_papers_stay_out(degree):
    refusal = refused(secrecy=degree)

    assert (refusal.code, refusal.pointer) == ("secret-papers-stay-out", "/secrecy")


def test_a_paper_without_a_day_and_without_days_between_is_refused():
    refusal = refused(issue_date=None, completeness="partial", missing=("issue_date",))

    assert refusal.code == "issue-day-unclear"


def test_a_paper_with_a_day_and_days_between_is_refused():
    between = Span(from_=date(2025, 7, 1), to=date(2025, 7, 31))

    assert refused(issued_between=between).code == "issue-day-unclear"


def test_days_between_run_forwards():
    between = Span(from_=date(2025, 7, 31), to=date(2025, 7, 1))
    unknown = UNKNOWN_DAY | {"issued_between": between, "missing": ("issue_date",)}

    refusal = refused(**unknown)

    assert (refusal.code, refusal.pointer) == ("window-reversed", "/issued_between/to")


@pytest.mark.parametrize("name", ["number", "notation"])
def test_an_empty_fact_that_is_not_named_as_missing_is_refused(name):
    refusal = refused(**{name: None})

    assert (refusal.code, refusal.pointer) == ("gap-not-declared", "/missing")
    assert name in refusal.en


def test_an_unknown_day_that_is_not_named_as_missing_is_refused():
    assert refused(**UNKNOWN_DAY, missing=("report_line",)).code == "gap-not-declared"


def test_a_complete_paper_has_no_gaps_and_a_partial_one_has():
    assert refused(missing=("report_line",)).code == "completeness-contradicted"
    assert refused(completeness="partial").code == "completeness-contradicted"


@pytest.mark.parametrize(
    ("doc_type", "notation"),
    [
        ("cong_van", "KH-BCĐ"),
        ("ke_hoach", "UBND-NC"),
        ("quyet_dinh", "KH-UBND"),
        ("cong_van", "2025/NĐ-CP"),
    ],
)
def test_a_notation_of_another_type_is_refused(doc_type, notation):
    refusal = refused(doc_type=doc_type, notation=notation)

    assert (refusal.code, refusal.pointer) == ("notation-does-not-fit-type", "/notation")


def test_a_notation_that_cannot_be_read_is_refused():
    assert refused(notation="UBND NC").code == "notation-not-understood"


def test_an_issuer_that_is_not_there_on_the_papers_day_is_refused():
    refusal = refused(by="UBND_HUYEN-P63-01-276", issuer="UBND_HUYEN-P63-01-276")

    assert (refusal.code, refusal.pointer) == ("agency-not-in-existence", "/issuer")


def test_a_capacity_that_is_not_there_is_refused():
    refusal = refused(issuer_capacity=(COMMITTEE, "BCD138_HUYEN-P34-40"))

    assert refusal.pointer == "/issuer_capacity/1"


def test_only_the_issuers_clerk_records_a_paper():
    refusal = refused(by=STRANGER)

    assert isinstance(refusal, NotAllowed)
    assert refusal.code == "not-the-issuer"


def test_the_committee_in_whose_name_it_speaks_may_record_it():
    said = paper(issuer_capacity=(COMMITTEE,))

    directive = Directive.issue_directive(said, act(COMMITTEE))

    assert directive.issuers == (said.issuer, COMMITTEE)


def test_a_paper_cannot_be_issued_before_its_day():
    refusal = refused("2025-06-30T23:59")

    assert (refusal.code, refusal.pointer) == ("before-issue", "/occurred_at")


def test_a_paper_may_be_recorded_long_after_its_day():
    directive = Directive.issue_directive(paper(), act(moment="2025-12-31"))

    assert directive.reference == "6325/UBND-NC"


def test_somebody_is_addressed_and_nobody_twice():
    assert refused(addressees=()).code == "nobody-addressed"
    twice = refused(addressees=(Addressee(agency=POLICE), Addressee(agency=POLICE, role="report")))
    assert (twice.code, twice.pointer) == ("addressed-twice", "/addressees/1/agency")


def test_an_addressee_that_is_not_there_is_refused():
    refusal = refused(addressees=(Addressee(agency="SO_LDTBXH-P34-40"),))

    assert refusal.pointer == "/addressees/0/agency"


@pytest.mark.parametrize(
    ("campaigns", "code", "pointer"),
    [
        (
            (Campaign(key="C1", kind="suppression", from_=date(2025, 9, 30), to="2025-07-01"),),
            "window-reversed",
            "/campaigns/0/to",
        ),
        (
            (Campaign(key="C1", kind="suppression", lead="BCH_BDBP_TINH-P34-40"),),
            "agency-not-in-existence",
            "/campaigns/0/lead",
        ),
        (
            (Campaign(key="C3", kind="suppression", parent="C2"),),
            "campaign-misplaced",
            "/campaigns/0",
        ),
        (
            (Campaign(key="C1", kind="suppression", parent="C1"),),
            "campaign-misplaced",
            "/campaigns/0",
        ),
        (
            (
                Campaign(key="C1", kind="suppression", parent="C2"),
                Campaign(key="C2", kind="suppression", parent="C1"),
            ),
            "campaign-misplaced",
            "/campaigns/0",
        ),
        (
            (
                Campaign(key="C1", kind="suppression"),
                Campaign(key="C1", kind="communication"),
            ),
            "campaign-misplaced",
            "/campaigns/0",
        ),
    ],
)
def test_campaigns_run_forwards_and_hang_together(campaigns, code, pointer):
    refusal = refused(campaigns=campaigns)

    assert (refusal.code, refusal.pointer) == (code, pointer)


def test_a_campaign_without_days_keeps_its_gap():
    campaigns = (
        Campaign(key="C2", kind="suppression"),
        Campaign(key="C3", kind="suppression", parent="C2"),
    )

    directive = Directive.issue_directive(paper(campaigns=campaigns), act())

    assert directive.paper["campaigns"][1]["from"] is None


@pytest.mark.parametrize("keys", [("T01", "T01"), ("T01.1",)])
def test_lines_have_keys_of_their_own(keys):
    with pytest.raises(Refused, match="key-taken"):
        Directive.issue_directive(paper(), act(), task_keys=keys)


def test_a_task_and_a_target_cannot_share_a_key():
    with pytest.raises(Refused, match="key-taken"):
        Directive.issue_directive(paper(), act(), task_keys=("X1",), target_keys=("X1",))


def test_unknown_codes_are_not_understood():
    with pytest.raises(ValidationError):
        paper(doc_type="to_roi")
    with pytest.raises(ValidationError):
        paper(urgency="NHANH")
    with pytest.raises(ValidationError):
        paper(color="red")


def test_moments_without_a_zone_are_not_understood():
    noon = datetime(2025, 7, 1, 12)  # noqa: DTZ001 - the very thing that is refused

    with pytest.raises(ValidationError):
        paper(arrive_by=noon)
    with pytest.raises(ValidationError):
        Directive.issue_directive(paper(), act(moment=noon))


def test_a_known_day_is_first_and_last():
    assert paper_days(paper()) == (date(2025, 7, 1), date(2025, 7, 1))
    unknown = paper(**UNKNOWN_DAY, missing=("issue_date",))
    assert paper_days(unknown) == (date(2025, 7, 1), date(2025, 7, 31))


def test_a_body_named_alone_and_in_a_collective_is_one_recipient():
    said = paper(addressees=(Addressee(agency="SO_TP-P34-40"), Addressee(agency=DEPARTMENTS)))

    directive = Directive.issue_directive(said, act())

    assert directive.recipients["SO_TP-P34-40"]["addressee"] == "SO_TP-P34-40"
    assert len(directive.recipients) == 6


def test_a_collective_becomes_its_concrete_bodies_of_the_papers_day():
    directive = Directive.issue_directive(paper(addressees=(Addressee(agency=COMMUNES),)), act())

    assert len(directive.recipients) == 130
    assert directive.origin.members_known
