"""The front door of the directives service: one line for each thing one may do or see."""

from services.directives.commands import (
    consolidate_report,
    delegate_task,
    dispatch_directive,
    issue_directive,
    revise_directive,
)
from services.directives.corrections.events import RecordCorrected
from services.directives.domain import Directive
from services.directives.readings import list_directives, read_directive_register
from services.directives.reports.domain import Report
from services.directives.targets.domain import Target
from services.directives.tasks.domain import Task
from shared.correcting import correcting
from shared.http.routes import command, decision, query
from shared.http.state import state_route

AT = "/v1/directives"

ROUTES = (
    command(f"POST {AT}", issue_directive, creates=True),
    command(f"POST {AT}/{{directive_id}}/dispatches", dispatch_directive),
    decision(f"POST {AT}/{{directive_id}}/receipts", Directive, Directive.receive_directive),
    decision(f"POST {AT}/{{directive_id}}/returns", Directive, Directive.return_directive),
    command(f"POST {AT}/{{directive_id}}/revisions", revise_directive),
    decision(f"POST {AT}/tasks/{{task_id}}/acknowledgements", Task, Task.acknowledge_task),
    command(f"POST {AT}/tasks/{{task_id}}/delegations", delegate_task),
    decision(f"POST {AT}/tasks/{{task_id}}/due-dates", Task, Task.change_task_due_date),
    decision(f"POST {AT}/tasks/{{task_id}}/progress", Task, Task.report_task_progress),
    decision(f"POST {AT}/tasks/{{task_id}}/completions", Task, Task.complete_task),
    decision(f"POST {AT}/tasks/{{task_id}}/reviews", Task, Task.review_task_completion),
    decision(f"POST {AT}/tasks/{{task_id}}/cancellations", Task, Task.cancel_task),
    decision(f"POST {AT}/reports/{{report_id}}/submissions", Report, Report.submit_report),
    decision(f"POST {AT}/reports/{{report_id}}/reviews", Report, Report.review_report),
    command(f"POST {AT}/reports/{{report_id}}/consolidations", consolidate_report),
    command(f"POST {AT}/corrections", correcting(RecordCorrected)),
    query(f"GET {AT}", list_directives),
    query(f"GET {AT}/{{id}}", read_directive_register),
    *(state_route("directives", each) for each in (Directive, Task, Report, Target)),
)
