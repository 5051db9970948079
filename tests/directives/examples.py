"""Sample history, so that a test mentions only what matters to it.

Facts of published directives (notations, days, agencies), in words of our own.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from services.directives.commands import IssueDirective
from services.directives.domain import Directive
from services.directives.due import DueOn, DueWithin
from services.directives.events import Addressee, Dispatch, Paper, ReceiveDirective
from services.directives.reports.domain import Report
from services.directives.reports.events import RequestReport
from services.directives.tasks.domain import Task
from services.directives.tasks.events import AcknowledgeTask, AssignTask
from shared.actor import VIETNAM, Act, Actor
from shared.domain import Aggregate
from shared.reference import load_register

A = TypeVar("A", bound=Aggregate)

PROVINCE = "UBND_TINH-P34-40"
COMMITTEE = "BCD138_TINH-P34-40"
POLICE = "CA_TINH-P34-40"
MILITARY = "BCHQS_TINH-P34-40"
BORDER_GUARD = "BCH_BDBP_KV-P34-40"
PROCURACY = "VKSND_TINH-P34-40"
COURT = "TAND_TINH-P34-40"
FRONT = "MTTQ_TINH-P34-40"
HEALTH = "SO_YTE-P34-40"
JUSTICE = "SO_TP-P34-40"
DEPARTMENTS = "DEPARTMENTS-P34-40"
COMMUNES = "UBND_XA-P34-40"
COMMUNE = "UBND_XA-P34-40-16681"
COMMUNE_POLICE = "CA_XA-P34-40-16681"
STRANGER = "CA_TINH-P34-22"

ISSUED_ON = date(2025, 7, 1)
MORNING = datetime(2025, 7, 1, 8, tzinfo=VIETNAM)
WINDOW = DueWithin(from_=date(2025, 7, 1), to=date(2025, 9, 30))


def at(text: str) -> datetime:
    """A moment in Viet Nam: `2025-07-02`, or `2025-07-02T16:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def act(by: str = PROVINCE, moment: str | datetime = MORNING) -> Act:
    """Somebody acts at a moment; ids count up."""
    when = at(moment) if isinstance(moment, str) else moment
    numbers = count(1)
    return Act(
        by=Actor(by, "clerk"),
        at=when,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        register=load_register(),
        new_id=lambda: UUID(int=next(numbers)),
    )


def paper(**other: Any) -> Paper:
    """Công văn 6325/UBND-NC to police, departments and communes."""
    return Paper(**_letter(other))


def order(**other: Any) -> IssueDirective:
    """The same with its lines."""
    return IssueDirective(**_letter(other))


def _letter(other: dict[str, Any]) -> dict[str, Any]:
    return {
        "doc_type": "cong_van",
        "number": 6325,
        "notation": "UBND-NC",
        "issuer": PROVINCE,
        "issue_date": ISSUED_ON,
        "subject_vi": "Tăng cường phòng, chống mua bán người, hưởng ứng 30/7/2025",
        "addressees": (
            Addressee(agency=POLICE),
            Addressee(agency=DEPARTMENTS),
            Addressee(agency=COMMUNE),
        ),
        **other,
    }


def task_line(**other: Any) -> AssignTask:
    """T01: the police lead, the departments help, within the campaign window."""
    fields = {
        "key": "T01",
        "title_vi": "Cao điểm truyền thông và trấn áp",
        "work_line": "communication",
        "mode": "order",
        "lead": POLICE,
        "coordinators": (DEPARTMENTS,),
        "due": WINDOW,
    }
    return AssignTask(**(fields | other))


def report_line(**other: Any) -> RequestReport:
    """R1: everybody reports to the province through the police by the end of September."""
    fields = {
        "key": "R1",
        "reporters": ("ALL_ADDRESSEES",),
        "to": (PROVINCE,),
        "via": POLICE,
        "due": DueOn(on=date(2025, 9, 30)),
    }
    return RequestReport(**(fields | other))


def issued(said: Paper | None = None) -> Directive:
    """A directive that was issued; nothing is pending."""
    return history(Directive.issue_directive(said or paper(), act()))


def dispatched(said: Paper | None = None) -> Directive:
    """A directive that was sent to everybody."""
    directive = issued(said)
    directive.dispatch_directive(
        Dispatch(channel="truc_lien_thong"), act(moment="2025-07-01T09:00")
    )
    return history(directive)


def received(by: str = POLICE) -> Directive:
    """A directive that one body registered."""
    directive = dispatched()
    entry = {"incoming_number": 77, "incoming_date": date(2025, 7, 2)}
    directive.receive_directive(
        ReceiveDirective(edxml_status="03", **entry), act(by, "2025-07-02T08:30")
    )
    return history(directive)


def assigned(line: AssignTask | None = None, said: Paper | None = None) -> Task:
    """A task of a directive that was issued."""
    return history(Task.assign_task(line or task_line(), act(), origin=issued(said).origin))


def accepted(by: str = POLICE, line: AssignTask | None = None) -> Task:
    """A task that one body has taken on."""
    task = assigned(line)
    task.acknowledge_task(AcknowledgeTask(outcome="accepted"), act(by, "2025-07-03"))
    return history(task)


def requested(line: RequestReport | None = None, **more: Any) -> Report:
    """A report line of a directive that was issued."""
    origin = issued().origin
    return history(Report.request_report(line or report_line(), act(), origin=origin, **more))


def history(aggregate: A) -> A:
    """What has happened is history; only what follows is news."""
    aggregate.collect_events()
    return aggregate


def news(aggregate: Aggregate) -> list[Any]:
    """The facts that are pending, and then no longer are."""
    return list(aggregate.collect_events())


def names(events: Iterable[Any]) -> list[str]:
    return [type(each).__name__ for each in events]
