"""Addressees × tasks: who leads, who helps, and how far each of them is."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.console.labels import kind_label
from services.console.speech import Speech
from services.console.states import (
    ACTED,
    PAPER,
    TASK,
    acted,
    lane_rank,
    may_be_late,
    type_code,
)
from shared.reference import Register

COLUMNS_MAX = 12
MANY_BODIES = 10
"""So many bodies of one type have a column of their own, named or not."""
ROWS_OPEN_MAX = 26
"""Groups of work stand open until this many tasks are shown; the others show their sums."""
OTHERS = "OTHERS"
JUSTICE = ("investigation", "prosecution", "trial")
"""One matter goes through these; their tasks stand together."""
WORK_GROUPS = (
    "communication",
    "detection",
    "justice",
    "victim",
    "management",
    "prevention",
    "legislation",
    "international",
    "logistics",
)


@dataclass(frozen=True)
class Column:
    """One body, all bodies of one type, or all that are not named by any task."""

    key: str
    label: str
    title: str
    lane: str
    codes: frozenset[str]
    many: bool


@dataclass(frozen=True)
class Cell:
    """What a column has to do with a task."""

    kind: str
    """lead, with (coordinates), sum, paper, or empty."""
    look: str = ""
    text: str = ""
    title: str = ""


@dataclass(frozen=True)
class Line:
    """One task."""

    task: Mapping[str, Any]
    cells: list[Cell]


@dataclass(frozen=True)
class Group:
    """Tasks of one line of work."""

    work: str
    lines: list[Line]
    sums: list[Cell]
    open: bool


@dataclass(frozen=True)
class Matrix:
    """The whole drawing."""

    columns: list[Column]
    paper: list[Cell]
    """How the paper itself was taken."""
    groups: list[Group]


def matrix(directive: Mapping[str, Any], register: Register, say: Speech) -> Matrix:
    """The drawing of one directive."""
    columns = columns_of(directive, register, say)
    bodies = [body for each in directive["addressee_list"] for body in each["bodies"]]
    lines_of: dict[str, list[Line]] = defaultdict(list)
    for task in directive["task_list"]:
        cells = [cell(task, column, say) for column in columns]
        work = task["work_line"]
        lines_of["justice" if work in JUSTICE else work].append(Line(task, cells))
    groups: list[Group] = []
    shown = 0
    for work in sorted(lines_of, key=_work_rank):
        lines = lines_of[work]
        sums = [_sum([line.cells[at] for line in lines], say) for at in range(len(columns))]
        is_open = not groups or shown + len(lines) <= ROWS_OPEN_MAX
        shown += len(lines) if is_open else 0
        groups.append(Group(work, lines, sums, is_open))
    return Matrix(columns, [_paper(bodies, column, say) for column in columns], groups)


def columns_of(directive: Mapping[str, Any], register: Register, say: Speech) -> list[Column]:
    """A column for each type of body that a task names or that is numerous, one for the rest."""
    of: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for each in directive["addressee_list"]:
        for body in each["bodies"]:
            of[type_code(body["agency"])][body["agency"]] = body
    weight: Counter[str] = Counter()
    collectives: set[str] = set()
    for task in directive["task_list"]:
        for assignee in task["assignees"]:
            of[type_code(assignee["agency"])][assignee["agency"]] = assignee
        named = {type_code(task["lead"])}
        for helper in task["coordinators"]:
            code = type_code(helper["agency"])
            named.add(code)
            if register.kind(code):
                of[code].setdefault(helper["agency"], helper)
            else:
                collectives.add(code)
        weight.update(code for code in named if register.kind(code))
    wanted = [code for code in of if weight[code] or len(of[code]) >= MANY_BODIES]
    wanted.sort(key=lambda code: (len(of[code]) < MANY_BODIES, -weight[code]))
    own = set(wanted[:COLUMNS_MAX])
    columns = [_column(code, of[code], register, say) for code in own]
    columns.sort(key=lambda column: (_column_rank(column), column.label))
    rest = {code: bodies for code, bodies in of.items() if code not in own}
    if rest:
        at = next((i for i, c in enumerate(columns) if c.lane == "commune"), len(columns))
        columns.insert(at, _others(rest, collectives, say))
    return columns


def _column(
    code: str, bodies: Mapping[str, Mapping[str, Any]], register: Register, say: Speech
) -> Column:
    first = next(iter(bodies.values()))
    label = kind_label(first, register)
    many = len(bodies) > 1
    title = say("matrix.many", n=len(bodies), name=label) if many else say.of(first, "name")
    return Column(code, label, title, str(first["lane"]), frozenset({code}), many)


def _others(
    rest: Mapping[str, Mapping[str, Mapping[str, Any]]], collectives: set[str], say: Speech
) -> Column:
    """Bodies that no task names; groups that a task names as a whole stand here too."""
    bodies = [body for each in rest.values() for body in each.values()]
    return Column(
        OTHERS,
        say("matrix.others"),
        ", ".join(say.of(body, "name") for body in bodies),
        "other",
        frozenset(rest) | collectives,
        True,
    )


def cell(task: Mapping[str, Any], column: Column, say: Speech) -> Cell:
    """One task under one column."""
    inside = [a for a in task["assignees"] if type_code(a["agency"]) in column.codes]
    if inside:
        return _lead(task, inside, column, say)
    if any(type_code(each["agency"]) in column.codes for each in task["coordinators"]):
        return Cell("with", title=f"{column.title}: {say('matrix.with')}")
    return Cell("")


def _lead(
    task: Mapping[str, Any], inside: Sequence[Mapping[str, Any]], column: Column, say: Speech
) -> Cell:
    counts = Counter(each["status"] for each in inside)
    late = task["overdue"] and any(may_be_late(each) for each in inside)
    look = "overdue" if late else look_of(counts)
    text = f"{acted(counts)}/{len(inside)}" if column.many else ""
    said = ", ".join(
        say("matrix.count", n=n, state=say(TASK[status].word))
        if column.many
        else say(TASK[status].word)
        for status, n in counts.most_common()
    )
    return Cell("lead", look, text, f"{column.title}: {say('matrix.lead')}, {said}")


def look_of(counts: Mapping[str, int]) -> str:
    """The shape for several bodies: where most of those that have acted are."""
    going = {status: n for status, n in counts.items() if status in ACTED and n}
    if going:
        return TASK[max(going, key=lambda status: going[status])].look
    if counts.get("open"):
        return "issued"
    return "returned" if counts.get("returned") else "recalled"


def _sum(cells: Sequence[Cell], say: Speech) -> Cell:
    """A closed group under one column: how many of its tasks have been taken on."""
    lead = [each for each in cells if each.kind == "lead"]
    if not lead:
        return Cell("with" if any(each.kind == "with" for each in cells) else "")
    taken = [each for each in lead if each.look not in ("issued", "returned", "recalled")]
    looks = Counter(each.look for each in lead)
    look = "overdue" if looks["overdue"] else looks.most_common(1)[0][0]
    return Cell(
        "sum",
        look,
        f"{len(taken)}/{len(lead)}",
        say("matrix.sum", n=len(taken), m=len(lead)),
    )


def _paper(bodies: Sequence[Mapping[str, Any]], column: Column, say: Speech) -> Cell:
    states = {
        body["agency"]: body["status"]
        for body in bodies
        if type_code(body["agency"]) in column.codes
    }
    if not states:
        return Cell("")
    counts = Counter(states.values())
    taken = counts["acknowledged"]
    if len(counts) == 1:
        look = PAPER[next(iter(counts))].look
    else:
        look = "part accepted" if taken else "part arrived" if counts["received"] else "sent"
    said = ", ".join(
        say("matrix.count", n=n, state=say(PAPER[status].word))
        for status, n in counts.most_common()
    )
    text = f"{taken}/{len(states)}" if column.many else ""
    return Cell("paper", look, text, f"{column.title}: {said}")


def _column_rank(column: Column) -> tuple[int, bool]:
    return lane_rank(column.lane), column.many


def _work_rank(work: str) -> int:
    return WORK_GROUPS.index(work) if work in WORK_GROUPS else len(WORK_GROUPS)
