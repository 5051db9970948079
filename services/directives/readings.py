"""What the register answers: the list of directives, and one directive with everybody's status."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record
from pydantic import BaseModel, ConfigDict, Field

from services.directives.words import DOC_TYPES, Names, due_words, paper_title
from shared.actor import VIETNAM
from shared.errors import NotFound
from shared.http.door import Reader

PAGE_DIRECTIVES_DEFAULT = 50
PAGE_DIRECTIVES_MAX = 200
STATES = ("open", "accepted", "returned", "in_progress", "done_unconfirmed", "confirmed")
"""Of an assignee, from not yet to done; `returned` and `cancelled` stand aside."""
WAITING = frozenset({"open", "accepted", "in_progress", "reopened"})
"""Of an assignee, from whom something is still expected."""
DONE = frozenset({"done_unconfirmed", "confirmed"})
SHOWN_AS = {"reopened": "in_progress"}
"""A reopened part counts as going on; that it was reopened stands beside it."""


class DirectivesAsked(BaseModel):
    """Which directives."""

    model_config = ConfigDict(extra="forbid")

    area: str = Field("", max_length=40)
    """Area key of the issuer."""
    agency: str = Field("", max_length=80)
    """A body that it is addressed to, by this name or by one as which the body acts: a name for all
    of its kind, a body that has ended and whose heir it is."""
    q: str = Field("", max_length=100)
    """Words of the number or the subject."""
    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(PAGE_DIRECTIVES_DEFAULT, ge=1, le=PAGE_DIRECTIVES_MAX)


class DirectiveAsked(BaseModel):
    """Which directive."""

    model_config = ConfigDict(extra="forbid")

    id: UUID


async def list_directives(asked: DirectivesAsked, reader: Reader) -> dict[str, Any]:
    """Directives in order of recording, with how far everybody is and what is due next."""
    names = reader.names_of(asked.agency) if asked.agency else None
    async with reader.tables("register") as tables:
        rows = await tables.rows("page", None, asked.area, names, asked.q, asked.after, asked.limit)
    return {
        "directives": [summary(row, reader) for row in rows],
        "next": rows[-1]["ordinal"] if len(rows) == asked.limit else None,
    }


async def read_directive_register(asked: DirectiveAsked, reader: Reader) -> dict[str, Any]:
    """One directive: its paper, everybody's status, tasks, targets and report lines."""
    async with reader.tables("register", snapshot=True) as tables:
        row = await tables.row("page", asked.id, "", None, "", 0, 1)
        if row is None:
            raise NotFound(
                "not-found",
                f"Không có văn bản directive:{asked.id}.",
                f"There is no directive:{asked.id}.",
                remedy_vi="Kiểm tra lại mã định danh.",
                remedy_en="Check the id.",
            )
        bodies = await tables.rows("bodies", asked.id)
        tasks = await tables.rows("tasks", asked.id)
        assignees = await tables.rows("assignees", asked.id)
        targets = await tables.rows("targets", asked.id)
        reports = await tables.rows("reports", asked.id)
    names = _names(row, reader)
    return {
        **summary(row, reader),
        "version": row["version"],
        "paper": orjson.loads(row["paper"]),
        "addressee_list": _addressees(row, bodies, names),
        "task_list": _tasks(tasks, assignees, names, reader.now),
        "target_list": [_target(each) for each in targets],
        "report_list": [_report(each, names, reader.now) for each in reports],
    }


def _names(row: Record, reader: Reader) -> Names:
    return Names(reader.register, row["paper_day"], reader.now.astimezone(VIETNAM).date())


def summary(row: Record, reader: Reader) -> dict[str, Any]:
    """One line of the register."""
    paper = orjson.loads(row["paper"])
    paper["reference"] = row["reference"]
    title_vi, title_en = paper_title(paper)
    issuer = _names(row, reader).of(row["issuer"])
    between = paper["issued_between"] or {}
    doc_vi, doc_en = DOC_TYPES[row["doc_type"]]
    return {
        "id": str(row["id"]),
        "reference": row["reference"],
        "title": title_vi,
        "title_en": title_en,
        "doc_type": row["doc_type"],
        "doc_type_vi": doc_vi,
        "doc_type_en": doc_en,
        "subject_vi": row["subject_vi"],
        "subject_en": row["subject_en"],
        "issuer": row["issuer"],
        "issuer_vi": issuer["name_vi"],
        "issuer_en": issuer["name_en"],
        "lane": issuer["lane"],
        "issue_date": paper["issue_date"],
        "issued_from": between.get("from"),
        "issued_to": between.get("to"),
        "completeness": paper["completeness"],
        "missing": paper["missing"],
        "revised": row["revised"],
        **{name: row[name] for name in COUNTS},
        "tasks": _task_states(orjson.loads(row["task_statuses"])),
        "assignments": _totalled(orjson.loads(row["assignments"])),
        "campaign": _campaign(paper["campaigns"]),
        "due_next": _due_next(row["due_next"], reader.now),
        "last_event_at": row["last_event_at"],
    }


COUNTS = (
    "unlisted",
    "addressees",
    "received",
    "acknowledged",
    "returned",
    "bodies",
    "bodies_dispatched",
    "bodies_received",
    "bodies_acknowledged",
    "bodies_returned",
    "targets",
    "reports",
)


def whole_state(statuses: Mapping[str, int]) -> str:
    """The state of a task that several bodies carry out: the least advanced of those that go on.

    With an `unlisted` collective behind it nobody can say that all are done, or gave it back.
    """
    counts = _totalled(statuses)
    going_on = [state for state in STATES if counts[state] and state != "returned"]
    state = going_on[0] if going_on else "returned" if counts["returned"] else "cancelled"
    if not statuses.get("unlisted"):
        return state
    return "in_progress" if state in DONE else "open" if state == "returned" else state


def _task_states(tasks: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return _totalled(Counter(whole_state(statuses) for statuses in tasks))


def _totalled(counts: Mapping[str, int]) -> dict[str, int]:
    every = dict.fromkeys((*STATES, "cancelled"), 0)
    for status, count in counts.items():
        if status != "unlisted":
            every[SHOWN_AS.get(status, status)] += count
    return {"total": sum(every.values()), **every}


def _campaign(campaigns: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
    starts = [each["from"] for each in campaigns if each["from"]]
    ends = [each["to"] for each in campaigns if each["to"]]
    return {"from": min(starts), "to": max(ends)} if starts and ends else None


def _due_next(text: str | None, now: datetime) -> dict[str, Any] | None:
    if text is None:
        return None
    found = orjson.loads(text)
    task = found["task"]
    vi, en = due_words(found["due"])
    due_at = datetime.fromisoformat(found["due_at"])
    return {
        "task": found["key"],
        "title_vi": task["title_vi"],
        "title_en": task["title_en"],
        "due_at": due_at,
        "phrase_vi": vi,
        "phrase_en": en,
        "overdue": due_at <= now and task["mode"] == "order",
        "request": task["mode"] == "request",
    }


def _addressees(row: Record, bodies: Sequence[Record], names: Names) -> list[dict[str, Any]]:
    paper = orjson.loads(row["paper"])
    of = defaultdict(list)
    for body in bodies:
        of[body["addressee"]].append({**_body(body, names), "placeholder": body["placeholder"]})
    return [
        {
            **names.of(each["addressee"]),
            "role": each["role"],
            "members_known": each["members_known"],
            "counts": {
                "bodies": len(of[each["addressee"]]),
                **{
                    name: sum(1 for body in of[each["addressee"]] if body[f"{name}_at"])
                    for name in ("dispatched", "received", "acknowledged", "returned")
                },
            },
            "bodies": of[each["addressee"]],
        }
        for each in paper["bodies"]
    ]


def _body(body: Record, names: Names) -> dict[str, Any]:
    status = next(
        (
            state
            for state in ("returned", "acknowledged", "received", "dispatched")
            if body[f"{state}_at"]
        ),
        "issued",
    )
    return {
        **names.of(body["agency"]),
        "status": status,
        "dispatched_at": body["dispatched_at"],
        "received_at": body["received_at"],
        "acknowledged_at": body["acknowledged_at"],
        "incoming_number": body["incoming_number"],
        "returned_at": body["returned_at"],
        "return_reason": body["return_reason"],
    }


def _tasks(
    tasks: Sequence[Record], assignees: Sequence[Record], names: Names, now: datetime
) -> list[dict[str, Any]]:
    of = defaultdict(list)
    for assignee in assignees:
        of[assignee["task_id"]].append(assignee)
    return [_task(each, of[each["id"]], names, now) for each in tasks]


def _task(row: Record, assignees: Sequence[Record], names: Names, now: datetime) -> dict[str, Any]:
    task, due = orjson.loads(row["task"]), orjson.loads(row["due"])
    names = names.on(_named_on(task))
    counted = [each for each in assignees if each["counted"]]
    counts = Counter(each["status"] for each in counted)
    state = whole_state({**counts, "unlisted": len(assignees) - len(counted)})
    vi, en = due_words(due)
    lead = names.of(task["lead"])
    ends = (_due_at(each, row) for each in counted if each["status"] in WAITING)
    late = any(end is not None and end <= now for end in ends)
    return {
        "id": str(row["id"]),
        "key": row["key"],
        "parent": str(row["parent_id"]) if row["parent_id"] else None,
        "title_vi": task["title_vi"],
        "title_en": task["title_en"],
        "work_line": task["work_line"],
        "mode": task["mode"],
        "lead": task["lead"],
        "lead_vi": lead["name_vi"],
        "lead_en": lead["name_en"],
        "lane": lead["lane"],
        "coordinators": [names.of(each) for each in task["coordinators"]],
        "due": due,
        "due_at": row["due_at"],
        "due_vi": vi,
        "due_en": en,
        "overdue": late and task["mode"] == "order" and not row["cancelled"],
        "state": "cancelled" if row["cancelled"] else state,
        "counts": _totalled(counts),
        "unlisted": sum(each["placeholder"] for each in assignees),
        "assignees": [_assignee(each, row, task, names) for each in counted],
        "note": task["note"],
    }


def _assignee(
    assignee: Record, row: Record, task: Mapping[str, Any], names: Names
) -> dict[str, Any]:
    status = assignee["status"]
    return {
        **names.of(assignee["agency"]),
        "status": SHOWN_AS.get(status, status),
        "reopened": status == "reopened",
        "percent": assignee["percent"],
        "changed_at": assignee["changed_at"],
        "on_time": assignee["on_time"],
        "due_at": _due_at(assignee, row),
        "never_critical": assignee["agency"] in task["never_critical"],
    }


def _due_at(assignee: Record, task: Record) -> datetime | None:
    """When a body's part is too late: by its own term after a reopening, else the task's."""
    at: datetime | None = (task if assignee["due"] is None else assignee)["due_at"]
    return at


def _named_on(line: Mapping[str, Any]) -> date:
    """The day on which a line's bodies were looked up; if it does not say, the day it happened."""
    if line.get("named_on"):
        return date.fromisoformat(line["named_on"])
    return datetime.fromisoformat(line["timestamp"]).astimezone(VIETNAM).date()


def _target(row: Record) -> dict[str, Any]:
    target = orjson.loads(row["target"])
    keep = ("indicator", "title_vi", "title_en", "operator", "value", "unit", "scope", "measure_by")
    return {"id": str(row["id"]), "key": row["key"], **{name: target[name] for name in keep}}


def _report(row: Record, names: Names, now: datetime) -> dict[str, Any]:
    request, submissions = orjson.loads(row["request"]), orjson.loads(row["submissions"])
    names = names.on(_named_on(request))
    vi, en = due_words(request["due"])
    states = {body: each["status"] for body, each in submissions.items()}
    counts = Counter(states.values())
    bodies = _reporting(request["bodies"], states, names)
    missing = [body for body in bodies if states.get(body) in (None, "returned")]
    ends = [_report_due_at(submissions.get(body), row) for body in missing]
    return {
        "id": str(row["id"]),
        "key": row["key"],
        "recipients": [names.of(each) for each in request["reporters"]],
        "via": request["via"],
        "via_vi": names.of(request["via"])["name_vi"] if request["via"] else None,
        "to": [names.of(each) for each in request["to"]],
        "due_vi": vi,
        "due_en": en,
        "due_at": row["due_at"],
        "overdue": any(end is not None and end <= now for end in ends),
        "counts": {
            "bodies": len(bodies),
            "submitted": len(states),
            "accepted": counts["accepted"],
            "returned": counts["returned"],
        },
        "missing": [names.of(each) for each in missing],
        "consolidated": row["consolidated_at"] is not None,
    }


def _reporting(bodies: Sequence[str], states: Mapping[str, str], names: Names) -> list[str]:
    """Who reports: instead of a collective without a list, its members that have reported."""
    joined = [body for body in states if body not in bodies]
    return [
        *(
            body
            for body in bodies
            if body in states or not any(names.covers(body, member) for member in joined)
        ),
        *joined,
    ]


def _report_due_at(submission: Mapping[str, Any] | None, row: Record) -> datetime | None:
    """When a body's report is too late: by its own term after a return, else the line's."""
    if submission is None or submission["due"] is None:
        at: datetime | None = row["due_at"]
        return at
    return datetime.fromisoformat(submission["due_at"]) if submission["due_at"] else None
