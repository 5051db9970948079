"""One directive: where it comes from, who has not acted, which tasks stand still."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from services.console import moments
from services.console.desk import issued_at
from services.console.labels import issuer_name
from services.console.moments import Clock, clock_of
from services.console.speech import Speech
from services.console.states import PAPER, Share, bar, lane_rank, may_be_late, type_code
from shared.reference import Register

NAMES_SHOWN = 5
"""Names under a line of who has not acted; the others wait behind their number."""
PAPERS_SHOWN = 2
"""Papers of one kind in the chain; the others are told by their number."""


@dataclass(frozen=True)
class Link:
    """One paper of the chain."""

    kind: str
    label: str
    name: Markup
    href: str
    about: str
    when: str


@dataclass(frozen=True)
class Behind:
    """Bodies that have not acted, all of one kind and in one state."""

    look: str
    state: str
    lane: str
    head: str
    names: list[str]
    more: list[str]
    since: str
    reason: str = ""


@dataclass(frozen=True)
class TaskLine:
    """A task in a list."""

    task: Mapping[str, Any]
    clock: Clock
    bar: list[Share]


def chain(directive: Mapping[str, Any], register: Register, say: Speech) -> list[Link]:
    """From the law down to what this paper set going."""
    paper = directive["paper"]
    links = [
        *_papers("law", paper["legal_basis"], register, say),
        *_papers("base", paper["implements"], register, say),
    ]
    when = say.day(directive["issue_date"]) or between(directive, say)
    links.append(
        Link(
            "here",
            say("chain.here"),
            Markup("{}").format(directive["reference"] or say("chain.no_number")),
            "",
            say.of(directive, "doc_type"),
            f"{when} · {say.of(directive, 'issuer')}",
        )
    )
    handed = sum(1 for task in directive["task_list"] if task["parent"])
    links.append(
        Link(
            "down",
            say("chain.down"),
            say.html("chain.tasks", n=directive["tasks"]["total"]),
            "#tasks",
            say("chain.bodies", n=directive["bodies"]),
            say("chain.handed", n=handed) if handed else "",
        )
    )
    return links


def _papers(
    kind: str, papers: Sequence[Mapping[str, Any]], register: Register, say: Speech
) -> list[Link]:
    links = []
    for each in papers[:PAPERS_SHOWN]:
        known = each.get("resolved") or each["ref"]
        about = each["ref"] if each.get("resolved") else ""
        issuer = issuer_name(each.get("issuer") or "", register)
        href = f"/console/directive:{each['directive_id']}" if each.get("directive_id") else ""
        when = " · ".join(filter(None, (say.day(each.get("date")), issuer)))
        links.append(
            Link(kind, say(f"chain.{kind}"), Markup("{}").format(known), href, about, when)
        )
    left = len(papers) - PAPERS_SHOWN
    if left > 0:
        more = say.html("chain.more", n=left)
        names = "; ".join(each.get("resolved") or each["ref"] for each in papers[PAPERS_SHOWN:])
        links.append(Link(kind, say(f"chain.{kind}"), more, "", names, ""))
    return links


def between(directive: Mapping[str, Any], say: Speech) -> str:
    """The days between which a paper of unknown date was issued."""
    first, last = directive["issued_from"], directive["issued_to"]
    if not first or not last:
        return say("paper.no_day")
    return say("paper.between", first=say.day(first), last=say.day(last))


def behind(directive: Mapping[str, Any], columns: Sequence[Any], say: Speech) -> list[Behind]:
    """Who has not acted: on the paper first, then on tasks."""
    label = {code: column for column in columns for code in column.codes}
    rows: dict[tuple[int, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for each in directive["addressee_list"]:
        for body in each["bodies"]:
            rank = ("issued", "dispatched", "received", "returned", "acknowledged").index(
                body["status"]
            )
            if body["status"] != "acknowledged":
                rows[rank, body["status"], type_code(body["agency"])].append(body)
    found = []
    for (_, status, code), bodies in sorted(
        rows.items(), key=lambda item: (item[0][0], lane_rank(str(item[1][0]["lane"])))
    ):
        unique = list({body["agency"]: body for body in bodies}.values())
        found.append(_behind(status, unique, label.get(code), say))
    return found


def _behind(status: str, bodies: list[Mapping[str, Any]], column: Any, say: Speech) -> Behind:
    names = [say.of(body, "name") for body in bodies]
    if len(bodies) == 1:
        head, names = names[0], []
    else:
        kind = column.label if column and len(column.codes) == 1 else say("behind.bodies")
        head = say("behind.count", n=len(bodies), kind=kind)
    field = {"returned": "returned_at", "received": "received_at"}.get(status, "dispatched_at")
    moments_ = sorted(filter(None, (moments.read(body[field]) for body in bodies)))
    reasons = {body["return_reason"] for body in bodies if body["return_reason"]}
    return Behind(
        look=PAPER[status].look,
        state=say(f"behind.{status}"),
        lane=str(bodies[0]["lane"]),
        head=head,
        names=names[:NAMES_SHOWN],
        more=names[NAMES_SHOWN:],
        since=say("behind.since", when=say.moment(moments_[0])) if moments_ else "",
        reason=", ".join(say.code("reason", reason) for reason in sorted(reasons)),
    )


def idle(directive: Mapping[str, Any], say: Speech) -> list[Mapping[str, Any]]:
    """Bodies with tasks that they have not taken on: name, lane, how many; most first."""
    found: dict[str, dict[str, Any]] = {}
    for task in directive["task_list"]:
        for each in task["assignees"]:
            if each["status"] == "open":
                entry = found.setdefault(
                    each["agency"], {"name": say.of(each, "name"), "lane": each["lane"], "keys": []}
                )
                entry["keys"].append(task["key"])
    return sorted(found.values(), key=lambda each: (-len(each["keys"]), each["name"]))


@dataclass(frozen=True)
class Unfinished:
    """A task with bodies that it waits for."""

    task: Mapping[str, Any]
    title: str
    count: int
    names: list[str]
    more: list[str]


def unfinished(directive: Mapping[str, Any], say: Speech) -> list[Unfinished]:
    """Overdue tasks and the bodies that have not reported them done."""
    return [
        _waits_for(task, [each for each in task["assignees"] if may_be_late(each)], say)
        for task in directive["task_list"]
        if task["overdue"]
    ]


def sent_back(directive: Mapping[str, Any], say: Speech) -> list[Unfinished]:
    """Tasks that somebody has returned."""
    back = [
        (task, [each for each in task["assignees"] if each["status"] == "returned"])
        for task in directive["task_list"]
    ]
    return [_waits_for(task, bodies, say) for task, bodies in back if bodies]


def _waits_for(
    task: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]], say: Speech
) -> Unfinished:
    names = [say.of(each, "name") for each in bodies]
    title = say.of(task, "title")
    return Unfinished(task, title, len(names), names[:NAMES_SHOWN], names[NAMES_SHOWN:])


def answer(directive: Mapping[str, Any], waiting: int, say: Speech) -> list[Markup]:
    """The page in words: who has not acted, what stands still."""
    bodies, late = directive["bodies"], overdue(directive)
    said = [
        say.html("answer.said_waiting", n=waiting, m=bodies)
        if waiting
        else say.html("answer.said_all", m=bodies)
    ]
    if directive["bodies_returned"]:
        said.append(say.html("answer.said_returned", n=directive["bodies_returned"]))
    if late:
        said.append(say.html("answer.said_late", n=late, m=directive["tasks"]["total"]))
    return said


def idle_groups(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same, bodies with the same number of open tasks and the same lane together."""
    groups: dict[tuple[int, str], list[str]] = defaultdict(list)
    for each in found:
        groups[len(each["keys"]), each["lane"]].append(each["name"])
    return [
        {"tasks": tasks, "lane": lane, "names": names[:NAMES_SHOWN], "more": names[NAMES_SHOWN:]}
        for (tasks, lane), names in groups.items()
    ]


def due_groups(directive: Mapping[str, Any], say: Speech) -> list[tuple[str, list[TaskLine]]]:
    """Tasks by term: late first, then next, then those that are done or have no day."""
    since = issued_at(directive)
    lines = [TaskLine(t, clock(t, since, say), bar(t["counts"])) for t in directive["task_list"]]
    lines.sort(key=lambda each: (each.clock.until or "~", each.task["key"]))
    groups: dict[str, list[TaskLine]] = {name: [] for name in ("over", "next", "none", "met")}
    for line in lines:
        kind = {"run": "next", "soon": "next", "asked": "next"}.get(
            line.clock.kind, line.clock.kind
        )
        groups[kind].append(line)
    return [(name, inside) for name, inside in groups.items() if inside]


def clock(task: Mapping[str, Any], since: datetime | None, say: Speech) -> Clock:
    """The clock of one task; where no moment is set, the paper's own way of saying it."""
    due_at = moments.read(task["due_at"])
    if due_at is None:
        return Clock("none", say.of(task, "due"), "")
    over = task["state"] in ("done_unconfirmed", "confirmed", "cancelled", "returned")
    return clock_of(due_at, since, say.now, say, request=task["mode"] == "request", done=over)


def modes(directive: Mapping[str, Any]) -> tuple[int, int]:
    """How many tasks are orders and how many are requests, shares handed down not counted."""
    own = [task for task in directive["task_list"] if not task["parent"]]
    requests = sum(task["mode"] == "request" for task in own)
    return len(own) - requests, requests


def overdue(directive: Mapping[str, Any]) -> int:
    """How many tasks are overdue; requests never are."""
    return sum(bool(task["overdue"]) for task in directive["task_list"])


def occurred_days(entries: Sequence[Mapping[str, Any]]) -> list[date]:
    """The legal days on which entries happened."""
    found = (moments.read(each["occurred_at"]) for each in entries)
    return [at.date() for at in found if at is not None]


def target_words(target: Mapping[str, Any], say: Speech) -> str:
    """`từ 90 % trở lên`; what the paper does not say stays unsaid."""
    value = target.get("value")
    if value is None:
        return say("target.no_value")
    number = str(value).rstrip("0").rstrip(".") if "." in str(value) else str(value)
    number = number if say.english else number.replace(".", ",")
    unit = "\u00a0%" if target["unit"] == "%" else ""
    return say.code("target", str(target.get("operator") or "=")).replace("#", number + unit)
