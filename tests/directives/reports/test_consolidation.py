from datetime import date
from uuid import UUID

import pytest

from services.directives.commands import IssueDirective, consolidate_report, issue_directive
from services.directives.due import DueAsTheyOccur, DueBefore, NoDue
from services.directives.events import Addressee
from services.directives.reports.domain import Report
from services.directives.reports.events import ConsolidateReport, ReviewReport, SubmitReport
from shared.errors import NotAllowed, Refused
from tests.directives.examples import (
    COMMUNE,
    DEPARTMENTS,
    PROVINCE,
    order,
    report_line,
    task_line,
)
from tests.directives.world import World, full_order

DISTRICT = "UBND_HUYEN-P63-01-276"
LABOUR_OFFICE = "PHONG_LDTBXH-P63-01-276"
COMMUNES_2024 = "UBND_XA-P63-01-276"
LABOUR_DEPARTMENT = "SO_LDTBXH-P63-01"
CITY_COMMITTEE = "BCD138_TINH-P63-01"


@pytest.mark.parametrize(
    ("reports", "code", "pointer"),
    [
        (
            (report_line(consolidates="R9"),),
            "consolidates-nothing",
            "/reports/0/consolidates",
        ),
        (
            (report_line(consolidates="R1"),),
            "consolidates-nothing",
            "/reports/0/consolidates",
        ),
        (
            (
                report_line(to=(PROVINCE,)),
                report_line(key="R2", reporters=(PROVINCE,), consolidates="R1", due=NoDue()),
                report_line(key="R3", reporters=(PROVINCE,), consolidates="R1", due=NoDue()),
            ),
            "consolidates-nothing",
            "/reports/1/consolidates",
        ),
        (
            (
                report_line(to=(PROVINCE,)),
                report_line(key="R2", reporters=(DEPARTMENTS,), consolidates="R1", due=NoDue()),
            ),
            "consolidator-does-not-receive",
            "/reports/1/consolidates",
        ),
    ],
)
async def test_report_lines_sum_up_each_other_in_order(world: World, reports, code, pointer):
    with pytest.raises(Refused) as refusal:
        await world.does(issue_directive, full_order(reports=reports))

    assert (refusal.value.code, refusal.value.pointer) == (code, pointer)


def district_letter() -> IssueDirective:
    """Công văn 1368 of 13/7/2024: report before 05/8/2024 through the labour office."""
    return order(
        number=1368,
        notation=None,
        completeness="partial",
        missing=("notation",),
        issuer=DISTRICT,
        issue_date=date(2024, 7, 13),
        addressees=(Addressee(agency=COMMUNES_2024), Addressee(agency="MTTQ_HUYEN-P63-01-276")),
        tasks=(
            task_line(
                key="T04",
                lead=COMMUNES_2024,
                coordinators=(LABOUR_OFFICE,),
                work_line="victim",
                due=DueAsTheyOccur(),
            ),
        ),
        reports=(
            report_line(
                key="R1",
                to=(DISTRICT,),
                via=LABOUR_OFFICE,
                due=DueBefore(on=date(2024, 8, 5)),
                due_phrase="trước ngày 05/8/2024",
            ),
            report_line(
                key="R2",
                reporters=(DISTRICT,),
                to=(LABOUR_DEPARTMENT, CITY_COMMITTEE),
                via=None,
                consolidates="R1",
                due=NoDue(),
            ),
        ),
    )


async def test_a_districts_reports_go_up_through_the_labour_office_to_city_and_committee(
    world: World,
):
    issued = await world.does(issue_directive, district_letter(), DISTRICT, "2024-07-13T10:00")
    r1, r2 = (UUID(issued.extra["reports"][key]) for key in ("R1", "R2"))
    report = await world.find(Report, r1)
    communes = [each for each in report.bodies if each.startswith("UBND_XA")]
    nil = SubmitReport(kind="ad_hoc", nil_report=True)
    for index, commune in enumerate(communes[:3]):
        moment = "2024-08-04T23:59" if index else "2024-08-05T00:00"
        await world.decides(Report, Report.submit_report, nil, r1, commune, moment)
    accept = ReviewReport(agency=communes[0], outcome="accepted")
    await world.decides(Report, Report.review_report, accept, r1, LABOUR_OFFICE, "2024-08-06")
    said = ConsolidateReport(
        narrative="3 xã đã báo cáo, không phát sinh",
        sent_to=(LABOUR_DEPARTMENT, CITY_COMMITTEE),
    )

    with pytest.raises(Refused, match="sent-elsewhere"):
        await world.does(
            consolidate_report,
            said.model_copy(update={"sent_to": (CITY_COMMITTEE,)}),
            DISTRICT,
            "2024-08-07",
            id=r1,
        )
    with pytest.raises(NotAllowed, match="not-the-consolidator"):
        await world.does(consolidate_report, said, LABOUR_OFFICE, "2024-08-07", id=r1)
    await world.does(consolidate_report, said, DISTRICT, "2024-08-07", id=r1)
    for reviewer in (LABOUR_DEPARTMENT, CITY_COMMITTEE):
        review = ReviewReport(agency=DISTRICT, outcome="accepted")
        await world.decides(Report, Report.review_report, review, r2, reviewer, "2024-08-09")

    below, above = await world.find(Report, r1), await world.find(Report, r2)
    assert below.on_time == {communes[0]: False, communes[1]: True, communes[2]: True}
    assert below.state()["consolidated"]["inputs"] == communes[:3]
    assert len(below.missing) == len(below.bodies) - 3
    assert (above.report_state, above.standings) == ("accepted", {DISTRICT: "accepted"})
    assert (await world.topics())[-3:] == [
        "report_consolidated",
        "report_submitted",
        "report_reviewed",
    ]


async def test_a_sum_without_a_line_of_its_own_is_one_fact(world: World):
    issued = await world.does(issue_directive, full_order())
    id = UUID(issued.extra["reports"]["R1"])
    nil = SubmitReport(kind="ad_hoc", nil_report=True)
    await world.decides(Report, Report.submit_report, nil, id, COMMUNE, "2025-09-20")

    receipt = await world.does(
        consolidate_report,
        ConsolidateReport(nil_report=True, sent_to=("BCD138_CP-VN",)),
        moment="2025-10-01",
        id=id,
    )

    assert len(receipt.event_ids) == 1
