from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.directives.due import DueBefore, DueOn
from services.directives.reports.domain import Report
from services.directives.reports.events import (
    ConsolidateReport,
    ReportFigure,
    ReviewReport,
    SubmitReport,
)
from shared.errors import NotAllowed, Refused
from shared.fields import Span
from tests.directives.examples import (
    COMMUNE,
    DEPARTMENTS,
    HEALTH,
    JUSTICE,
    POLICE,
    PROVINCE,
    act,
    history,
    issued,
    names,
    news,
    report_line,
    requested,
)

SEPT_20 = "2025-09-20T10:00"
HELD = ReportFigure(indicator="activities_held", value=Decimal(12), unit="count")
REPORT = SubmitReport(kind="campaign", narrative="Đã tổ chức 12 buổi", figures=(HELD,))
NIL = SubmitReport(kind="campaign", nil_report=True)
SUM = ConsolidateReport(narrative="Toàn tỉnh 340 buổi", sent_to=(PROVINCE,))
BACK = ReviewReport(agency=POLICE, outcome="returned", issues=("thiếu số liệu theo giới",))


def submitted(*by: str) -> Report:
    report = requested()
    for each in by:
        report.submit_report(REPORT, act(each, SEPT_20))
    return history(report)


def test_everybody_that_the_paper_goes_to_reports():
    report = requested()

    assert len(report.bodies) == 8
    assert report.missing == report.bodies
    assert report.report_state == "requested"


def test_some_are_asked_and_the_others_not():
    report = requested(report_line(reporters=(DEPARTMENTS, HEALTH, COMMUNE)))

    assert HEALTH in report.bodies
    assert POLICE not in report.bodies
    with pytest.raises(NotAllowed, match="not-asked-to-report"):
        report.submit_report(REPORT, act(POLICE, SEPT_20))


@pytest.mark.parametrize(
    ("other", "code", "place"),
    [
        ({"to": ("UBND_HUYEN-P34-40",)}, "unknown-agency", "to/0"),
        ({"via": "SO_LDTBXH-P34-40"}, "agency-not-in-existence", "via"),
        ({"reporters": (POLICE, "X-P34-40")}, "unknown-agency", "reporters/1"),
        ({"due": DueBefore(on=date(2025, 7, 1))}, "due-before-issue", "due"),
        ({"period": Span(from_="2025-09-30", to="2025-07-01")}, "window-reversed", "period"),
    ],
)
def test_a_line_that_cannot_be_answered_is_refused_with_its_place(other, code, place):
    with pytest.raises(Refused) as refusal:
        Report.request_report(
            report_line(**other), act(), origin=issued().origin, pointer="/reports/1"
        )

    assert (refusal.value.code, refusal.value.pointer) == (code, f"/reports/1/{place}")


@pytest.mark.parametrize(
    ("moment", "in_time"), [("2025-09-30T23:59", True), ("2025-10-01T00:00", False)]
)
def test_whether_a_report_was_on_time_follows_from_when_it_was_sent(moment, in_time):
    report = requested()

    report.submit_report(REPORT, act(POLICE, moment))

    [event] = news(report)
    assert (event.on_time, event.attempt, event.agency) == (in_time, 1, POLICE)


def test_a_report_before_a_day_is_late_on_that_day():
    report = requested(report_line(due=DueBefore(on=date(2025, 9, 30))))

    report.submit_report(REPORT, act(POLICE, "2025-09-30T00:00"))

    assert report.on_time == {POLICE: False}


def test_nothing_to_report_is_an_answer():
    report = requested()

    report.submit_report(NIL, act(COMMUNE, SEPT_20))

    assert report.standing_of(COMMUNE) == "submitted"
    assert COMMUNE not in report.missing


def test_some_lines_want_more_than_nothing():
    report = requested(report_line(nil_report_allowed=False))

    with pytest.raises(Refused, match="nil-report-not-allowed"):
        report.submit_report(NIL, act(COMMUNE, SEPT_20))


@pytest.mark.parametrize(
    "said",
    [
        SubmitReport(kind="campaign"),
        SubmitReport(kind="campaign", nil_report=True, narrative="có việc"),
        SubmitReport(kind="campaign", nil_report=True, figures=(HELD,)),
    ],
)
def test_a_report_is_either_empty_and_says_so_or_not_empty(said):
    with pytest.raises(Refused, match="nil-report-contradicted"):
        requested().submit_report(said, act(POLICE, SEPT_20))


def test_sending_the_same_report_twice_is_not_news():
    report = submitted(POLICE)

    report.submit_report(REPORT, act(POLICE, SEPT_20))

    assert news(report) == []


def test_a_report_that_stands_is_not_replaced():
    with pytest.raises(Refused, match="submitted-already"):
        submitted(POLICE).submit_report(NIL, act(POLICE, SEPT_20))


def test_nobody_reports_before_the_paper():
    with pytest.raises(Refused, match="before-issue"):
        requested().submit_report(REPORT, act(POLICE, "2025-06-30"))


@pytest.mark.parametrize("reviewer", [PROVINCE, POLICE])
def test_the_receiving_or_the_channel_agency_accepts(reviewer):
    report = submitted(HEALTH)
    said = ReviewReport(agency=HEALTH, outcome="accepted")

    report.review_report(said, act(reviewer, SEPT_20))
    report.review_report(said, act(reviewer, SEPT_20))

    assert names(news(report)) == ["ReportReviewed"]
    assert report.standing_of(HEALTH) == "accepted"


def test_nobody_else_reviews():
    with pytest.raises(NotAllowed, match="not-the-receiver"):
        submitted(HEALTH).review_report(
            ReviewReport(agency=HEALTH, outcome="accepted"), act(JUSTICE, SEPT_20)
        )


def test_a_returned_report_is_missing_until_it_is_sent_again():
    report = submitted(POLICE)
    new_due = DueOn(on=date(2025, 10, 10))

    report.review_report(BACK.model_copy(update={"new_due": new_due}), act(PROVINCE, "2025-10-02"))
    assert POLICE in report.missing
    assert report.issues[POLICE] == ("thiếu số liệu theo giới",)
    report.submit_report(REPORT, act(POLICE, "2025-10-05"))

    [_, again] = news(report)
    assert (again.attempt, again.on_time) == (2, True)
    assert POLICE not in report.missing


def test_a_report_is_returned_with_what_is_wrong():
    said = ReviewReport(agency=POLICE, outcome="returned")

    with pytest.raises(Refused, match="issues-needed"):
        submitted(POLICE).review_report(said, act(PROVINCE, SEPT_20))


def test_only_a_report_that_waits_is_reviewed():
    with pytest.raises(Refused, match="nothing-to-review"):
        requested().review_report(BACK, act(PROVINCE, SEPT_20))


def test_summing_up_names_what_went_in_and_who_is_missing():
    report = submitted(POLICE, HEALTH)

    report.consolidate_report(SUM, act(PROVINCE, "2025-10-03"))

    [event] = news(report)
    assert event.inputs == (POLICE, HEALTH)
    assert COMMUNE in event.missing
    assert {*event.inputs, *event.missing} == {*report.bodies}
    assert report.report_state == "consolidated"


def test_summing_up_again_is_news_only_when_more_came_in():
    report = submitted(POLICE)
    report.consolidate_report(SUM, act(PROVINCE, "2025-10-03"))
    report.consolidate_report(SUM, act(PROVINCE, "2025-10-03"))
    assert len(news(report)) == 1

    report.submit_report(NIL, act(COMMUNE, "2025-10-04"))
    report.consolidate_report(SUM, act(PROVINCE, "2025-10-05"))

    assert names(news(report)) == ["ReportSubmitted", "ReportConsolidated"]


def test_nothing_is_summed_up_from_nothing():
    with pytest.raises(Refused, match="nothing-to-consolidate"):
        requested().consolidate_report(SUM, act(PROVINCE, "2025-10-03"))


def test_only_the_agency_that_sums_up_does():
    with pytest.raises(NotAllowed, match="not-the-consolidator"):
        submitted(POLICE).consolidate_report(SUM, act(HEALTH, "2025-10-03"))


def test_the_state_of_a_line_follows_from_everybodys_standing():
    bodies = requested().bodies
    report = requested()

    report.submit_report(REPORT, act(bodies[0], SEPT_20))
    assert report.report_state == "partly_submitted"
    for each in bodies[1:]:
        report.submit_report(REPORT, act(each, SEPT_20))
    assert report.report_state == "submitted"
    for each in bodies:
        report.review_report(ReviewReport(agency=each, outcome="accepted"), act(PROVINCE, SEPT_20))
    assert report.report_state == "accepted"


def test_nobody_reports_where_everybody_is_only_informed():
    origin = replace(issued().origin, implementing=(), reporting=())

    with pytest.raises(Refused, match="nobody-reports"):
        Report.request_report(report_line(), act(), origin=origin)


def test_the_heir_of_a_body_that_has_ended_reports_for_it():
    ended, heir, city = "SO_LDTBXH-P63-01", "SO_YTE-P34-01", "UBND_TINH-P63-01"
    origin = replace(issued().origin, day=date(2024, 7, 13), first_day=date(2024, 7, 13))
    line = report_line(reporters=(ended,), to=(city,), via=None)
    report = Report.request_report(line, act(), origin=origin)

    report.submit_report(REPORT, act(heir, "2025-08-01"))

    assert report.standings == {ended: "submitted"}
    assert report.missing == ()
