"""One task: what is asked, by when and why then, and how far everybody is."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.console import moments
from services.console.client import Api, ApiProblem
from services.console.labels import kind_label
from services.console.speech import Speech
from services.console.states import TASK, TASK_ORDER, acted, by_lane, type_code
from shared.reference import Register
from shared.reference.deadlines import load_periods
from shared.reference.errors import UnknownPeriod

BODIES_OPEN_MAX = 24
"""Bodies of one kind that stand open; more of them wait behind their counts."""


@dataclass(frozen=True)
class Body:
    """One assignee."""

    agency: str
    name: str
    lane: str
    look: str
    state: str
    when: str
    on_time: bool | None


@dataclass(frozen=True)
class Kind:
    """Assignees of one kind."""

    label: str
    bodies: list[Body]
    counts: list[tuple[str, str, int]]
    """Look, word and number, from not begun to done."""
    open: bool


async def find(api: Api, id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The directive of a task, and the task in it. Raises `ApiProblem` 404.

    The timeline of the task names the directive that it belongs to.
    """
    timeline = await api.get("v1/timeline", subject=f"task:{id}", order="oldest", limit=1)
    subjects = timeline["entries"][0]["subjects"] if timeline["entries"] else []
    of = [each.partition(":")[2] for each in subjects if each.startswith("directive:")]
    if not of:
        raise ApiProblem(404, {"code": "not-found"})
    directive = await api.directive(of[0])
    for task in directive["task_list"]:
        if task["id"] == id:
            return directive, task
    raise ApiProblem(404, {"code": "not-found"})


def kinds(task: Mapping[str, Any], register: Register, say: Speech) -> list[Kind]:
    """Assignees by kind of body where there are many of a kind; the others together."""
    of: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in by_lane(task["assignees"]):
        of[type_code(each["agency"])].append(each)
    several = len(task["assignees"]) > BODIES_OPEN_MAX
    many = [inside for inside in of.values() if several and len(inside) > BODIES_OPEN_MAX // 2]
    few = [each for inside in of.values() if inside not in many for each in inside]
    groups = []
    if few:
        groups.append(_kind(few, say("task.kind_other", n=len(few)), say, stands_open=True))
    for inside in many:
        label = say("task.kind", n=len(inside), kind=kind_label(inside[0], register))
        groups.append(_kind(inside, label, say, stands_open=len(inside) <= BODIES_OPEN_MAX))
    return groups


def _kind(
    assignees: Sequence[Mapping[str, Any]], label: str, say: Speech, *, stands_open: bool
) -> Kind:
    counts = Counter(each["status"] for each in assignees)
    # Not begun first: the page asks who has not acted.
    order = [state for state in ("returned", "open", *reversed(TASK_ORDER[:4]), "cancelled")]
    bodies = [body(each, say) for each in assignees]
    if not stands_open:
        rank = {each["agency"]: order.index(each["status"]) for each in assignees}
        bodies.sort(key=lambda each: rank[each.agency])
    return Kind(
        label=label,
        bodies=bodies,
        counts=[
            (TASK[state].look, say(TASK[state].word), counts[state])
            for state in order
            if counts[state]
        ],
        open=stands_open,
    )


def body(assignee: Mapping[str, Any], say: Speech) -> Body:
    """One assignee as a row."""
    look = TASK[assignee["status"]]
    return Body(
        agency=assignee["agency"],
        name=say.of(assignee, "name"),
        lane=assignee["lane"],
        look=look.look,
        state=say(look.word) + _percent(assignee),
        when=say.when(moments.read(assignee["changed_at"])),
        on_time=assignee["on_time"],
    )


def _percent(assignee: Mapping[str, Any]) -> str:
    known = assignee["status"] == "in_progress" and assignee["percent"] is not None
    return f", {assignee['percent']}\u00a0%" if known else ""


def reason(task: Mapping[str, Any], say: Speech) -> str:
    """Why the term ends when it ends."""
    due = task["due"]
    key = f"due.{due['type']}"
    if due["type"] == "window" and not due.get("to_inclusive", True):
        key = "due.window_open"
    if due["type"] == "period" and due.get("assumed"):
        key = "due.period_assumed"
    words = {
        "on": say.day(due.get("on")),
        "first": say.day(due.get("from")),
        "last": say.day(due.get("to")),
        "rules": "; ".join(_rule(each, say) for each in due.get("rules", ())),
    }
    return say(key, **words) if say.knows(key) else say.of(task, "due")


def _rule(code: str, say: Speech) -> str:
    """What a statutory period is called; its code where the table does not have it."""
    try:
        period = load_periods().named(code)
    except UnknownPeriod:
        return code
    return f"{period.title_en if say.english else period.title_vi} ({period.article})"


def answer(task: Mapping[str, Any], say: Speech) -> list[Any]:
    """The task in one sentence: who has taken it on, who has not."""
    counts, total = task["counts"], task["counts"]["total"]
    if task["state"] == "cancelled":
        return [say.html("task.was_cancelled")]
    said = [say.html("task.taken", n=acted(counts), m=total)]
    parts = [
        say.html(f"task.part_{state}", n=counts[state])
        for state in ("open", "returned", "done_unconfirmed", "confirmed")
        if counts.get(state)
    ]
    return said + parts
