"""What was recorded is the whole truth: an aggregate folded from its events is the live one."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directives.domain import Directive
from services.directives.due import DueOn
from services.directives.events import (
    Corrections,
    Dispatch,
    PaperRef,
    ReceiveDirective,
    ReturnDirective,
    Revision,
)
from services.directives.reports.domain import Report
from services.directives.reports.events import ConsolidateReport, ReviewReport, SubmitReport
from services.directives.tasks.domain import Task
from services.directives.tasks.events import (
    AcknowledgeTask,
    CancelTask,
    ChangeTaskDueDate,
    CompleteTask,
    DelegateTask,
    ReportTaskProgress,
    ReviewTaskCompletion,
)
from shared.domain import Aggregate, decode_event, encode_state
from shared.errors import Refused
from tests.directives.examples import (
    COMMUNE,
    HEALTH,
    MORNING,
    POLICE,
    PROVINCE,
    STRANGER,
    act,
    paper,
    report_line,
    task_line,
)

Step = Callable[[Any, Any], object]
WHO = (PROVINCE, POLICE, HEALTH, COMMUNE, STRANGER)
LETTER = PaperRef(ref="6400/UBND-NC")

DIRECTIVE: Sequence[Step] = (
    lambda it, by: it.dispatch_directive(Dispatch(channel="post"), by),
    lambda it, by: it.dispatch_directive(Dispatch(channel="hand"), by, recipients=(POLICE,)),
    lambda it, by: it.receive_directive(ReceiveDirective(edxml_status="01"), by),
    lambda it, by: it.receive_directive(
        ReceiveDirective(edxml_status="03", incoming_number=7, incoming_date=by.on), by
    ),
    lambda it, by: it.return_directive(ReturnDirective(reason="format"), by),
    lambda it, by: it.revise_directive(
        Revision(
            kind="correction",
            reason="ghi sai",
            by_document=LETTER,
            corrections=Corrections(notation="UBND-VX", subject_vi="Khác"),
        ),
        by,
    ),
    lambda it, by: it.revise_directive(
        Revision(kind="update", reason="bổ sung"), by, report_keys=("R9",)
    ),
    lambda it, by: it.revise_directive(Revision(kind="recall", reason="ban hành nhầm"), by),
)
TASK: Sequence[Step] = (
    lambda it, by: it.acknowledge_task(AcknowledgeTask(outcome="accepted"), by),
    lambda it, by: it.acknowledge_task(AcknowledgeTask(outcome="returned", reason="x"), by),
    lambda it, by: it.delegate_task(DelegateTask(to="CA_XA-P34-40", share="Nắm địa bàn"), by),
    lambda it, by: it.report_task_progress(
        ReportTaskProgress(percent=by.on.day, narrative="x"), by
    ),
    lambda it, by: it.complete_task(CompleteTask(result="xong"), by),
    lambda it, by: it.review_task_completion(
        ReviewTaskCompletion(agency=POLICE, outcome="confirmed"), by
    ),
    lambda it, by: it.review_task_completion(
        ReviewTaskCompletion(
            agency=POLICE, outcome="reopened", note="thiếu", new_due=DueOn(on=date(2025, 12, 1))
        ),
        by,
    ),
    lambda it, by: it.change_task_due_date(
        ChangeTaskDueDate(new_due=DueOn(on=by.on + timedelta(days=30)), reason="mưa lũ"), by
    ),
    lambda it, by: it.cancel_task(CancelTask(reason="merged"), by),
)
REPORT: Sequence[Step] = (
    lambda it, by: it.submit_report(SubmitReport(kind="campaign", nil_report=True), by),
    lambda it, by: it.submit_report(
        SubmitReport(
            kind="campaign", figures=({"indicator": "held", "value": "1.50", "unit": "count"},)
        ),
        by,
    ),
    lambda it, by: it.review_report(ReviewReport(agency=POLICE, outcome="accepted"), by),
    lambda it, by: it.review_report(
        ReviewReport(
            agency=POLICE,
            outcome="returned",
            issues=("thiếu",),
            new_due=DueOn(on=date(2025, 12, 1)),
        ),
        by,
    ),
    lambda it, by: it.consolidate_report(
        ConsolidateReport(nil_report=True, sent_to=(PROVINCE,)), by
    ),
)


def begun(kind: type[Aggregate]) -> Any:
    directive = Directive.issue_directive(paper(), act())
    if kind is Directive:
        return directive
    if kind is Task:
        return Task.assign_task(task_line(), act(), origin=directive.origin)
    return Report.request_report(report_line(), act(), origin=directive.origin)


def folded(events: Sequence[Any]) -> Any:
    """An aggregate from the stored bytes of its events."""
    aggregate = None
    for event in events:
        stored = encode_state(event)
        read = decode_event(event.TOPIC, event.originator_id, event.originator_version, stored)
        assert read == event
        aggregate = read.mutate(aggregate)
    return aggregate


@pytest.mark.parametrize(
    ("kind", "steps"), [(Directive, DIRECTIVE), (Task, TASK), (Report, REPORT)]
)
@given(data=st.data())
def test_what_is_folded_from_the_record_is_what_lived(kind, steps, data):
    live = begun(kind)
    walk = data.draw(st.lists(st.tuples(st.sampled_from(steps), st.sampled_from(WHO)), max_size=25))
    for day, (step, who) in enumerate(walk):
        before = live.version
        with suppress(Refused):
            step(live, act(who, MORNING + timedelta(days=day)))
            continue
        assert live.version == before, "a refusal records nothing"

    events = live.collect_events()

    assert folded(events) == live
    assert folded(events).state() == live.state()


def test_the_walks_reach_every_fact():
    """The property above says little if a kind of fact never comes up."""
    task = begun(Task)
    for who, steps in (
        (POLICE, (0, 3, 2, 4)),
        (PROVINCE, (6, 7)),
        (POLICE, (4,)),
        (PROVINCE, (5,)),
    ):
        for step in steps:
            TASK[step](task, act(who, "2025-07-10"))
    directive = begun(Directive)
    for who, steps in ((PROVINCE, (0,)), (POLICE, (2, 3, 4)), (PROVINCE, (1, 5, 6, 7))):
        for step in steps:
            DIRECTIVE[step](directive, act(who, "2025-07-10"))
    report = begun(Report)
    for who, steps in ((POLICE, (0,)), (PROVINCE, (3,)), (POLICE, (1,)), (PROVINCE, (2, 4))):
        for step in steps:
            REPORT[step](report, act(who, "2025-07-10"))

    facts = {
        type(event).__name__ for it in (task, directive, report) for event in it.pending_events
    }

    assert len(facts) == 8 - 1 + 5 + 4  # All but TaskCancelled, which a confirmed task refuses.
