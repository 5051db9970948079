"""The duty desk: who has not acted, what is late, what is next, over all directives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from services.console import moments
from services.console.moments import Clock, clock_of
from services.console.speech import Speech
from services.console.states import WAITING, Share, bar, fullness

GROUPS = ("over", "week", "later", "undated", "done")
GROUP_ROWS_SHOWN = 12
"""Rows of a group that stand open; the others wait behind their number."""
WEEK = timedelta(days=7)
HORIZON_DAYS = 7
HORIZON_MARKS_MAX = 4
NAMES_SHOWN_MAX = 12


@dataclass(frozen=True)
class Row:
    """One directive on the desk."""

    of: Mapping[str, Any]
    clock: Clock
    group: str
    day: date | None
    """The legal day that is due next."""
    waiting: int
    """Bodies that have neither acknowledged the paper nor returned it."""
    bar: list[Share]
    received: str
    acknowledged: str

    @property
    def id(self) -> str:
        """Id of the directive."""
        return str(self.of["id"])


@dataclass(frozen=True)
class Chip:
    """A filter that is an address."""

    key: str
    param: str
    value: str
    count: int
    chosen: bool


def row(directive: Mapping[str, Any], say: Speech) -> Row:
    """One directive as the desk shows it."""
    due = directive["due_next"]
    due_at = moments.read(due["due_at"]) if due else None
    since = issued_at(directive)
    clock = clock_of(due_at, since, say.now, say, request=bool(due and due["request"]))
    return Row(
        of=directive,
        clock=clock,
        group=_group(directive, clock, due_at, say),
        day=moments.legal_day(due_at) if due_at else None,
        waiting=max(
            0,
            directive["bodies"] - directive["bodies_acknowledged"] - directive["bodies_returned"],
        ),
        bar=bar(directive["tasks"]),
        received=fullness(directive["bodies_received"], directive["bodies"], "arrived"),
        acknowledged=fullness(directive["bodies_acknowledged"], directive["bodies"], "accepted"),
    )


def issued_at(directive: Mapping[str, Any]) -> Any:
    """When the paper's day began, or the last day on which it may have been issued."""
    on = directive["issue_date"] or directive["issued_to"]
    return moments.read(f"{on}T00:00:00+07:00") if on else None


def _group(directive: Mapping[str, Any], clock: Clock, due_at: Any, say: Speech) -> str:
    if clock.late:
        return "over"
    if due_at is not None and due_at > say.now:
        return "week" if due_at - say.now <= WEEK else "later"
    tasks = directive["tasks"]
    waiting = sum(tasks[state] for state in WAITING)
    return "done" if tasks["total"] and not waiting else "undated"


def ordered(rows: Iterable[Row]) -> list[Row]:
    """What is late or next first; without a term, where most have not acted."""
    return sorted(
        rows,
        key=lambda each: (
            GROUPS.index(each.group),
            each.clock.until or "~",
            -each.waiting,
            str(each.of["issue_date"] or ""),
        ),
    )


FILTERS: Mapping[str, tuple[str, str]] = {
    "all": ("", ""),
    "over": ("due", "overdue"),
    "week": ("due", "week"),
    "waiting": ("state", "not-acknowledged"),
    "returned": ("state", "returned"),
    "gap": ("state", "partial"),
}
"""Chips of the desk: parameter and value of their address."""


def matches(key: str, each: Row) -> bool:
    """Whether a row belongs to a filter."""
    match key:
        case "over" | "week":
            return each.group == key
        case "waiting":
            return each.waiting > 0
        case "returned":
            return bool(each.of["bodies_returned"])
        case "gap":
            return bool(each.of["completeness"] == "partial")
    return True


def chosen_filter(due: str, state: str) -> str:
    """The filter that an address asks for; what is not known means all."""
    for key, (param, value) in FILTERS.items():
        if (param, value) in (("due", due), ("state", state)) and value:
            return key
    return "all"


def chips(rows: Sequence[Row], chosen: str) -> list[Chip]:
    """The filters with how much each of them would show."""
    return [
        Chip(key, param, value, sum(matches(key, each) for each in rows), key == chosen)
        for key, (param, value) in FILTERS.items()
    ]


def grouped(rows: Sequence[Row]) -> list[tuple[str, list[Row], list[Row]]]:
    """Name of the group, rows that stand open, rows behind their number."""
    groups = []
    for name in GROUPS:
        inside = [each for each in rows if each.group == name]
        if inside:
            groups.append((name, inside[:GROUP_ROWS_SHOWN], inside[GROUP_ROWS_SHOWN:]))
    return groups


def headline(rows: Sequence[Row], say: Speech) -> list[Markup]:
    """The answer in words: who has not acted, what is late, what is next."""
    if not rows:
        return [say.html("desk.nothing")]
    return [*_who(rows, say), *_late(rows, say), *_next(rows, say)]


def _late(rows: Sequence[Row], say: Speech) -> list[Markup]:
    late = [each for each in rows if each.clock.late]
    if not late:
        return [say.html("desk.nothing_late")]
    first = min(late, key=lambda each: each.clock.until)
    words = say.html("desk.late", n=len(late))
    oldest = say.html(
        "desk.late_only" if len(late) == 1 else "desk.late_first",
        paper=paper(first.of, say),
        span=first.clock.first,
    )
    return [words + oldest]


def _who(rows: Sequence[Row], say: Speech) -> list[Markup]:
    bodies = sum(each.of["bodies"] for each in rows)
    waiting = [each for each in rows if each.waiting]
    returned = sum(each.of["bodies_returned"] for each in rows)
    said = []
    if waiting:
        most = max(waiting, key=lambda each: each.waiting)
        total = sum(each.waiting for each in waiting)
        words = say.html("desk.waiting", n=total, m=bodies, papers=len(waiting))
        if len(waiting) > 1:
            words += say.html("desk.waiting_most", paper=paper(most.of, say), n=most.waiting)
        said.append(words + ".")
    else:
        said.append(say.html("desk.nobody_waits", m=bodies))
    if returned:
        said.append(say.html("desk.returned", n=returned))
    return said


def _next(rows: Sequence[Row], say: Speech) -> list[Markup]:
    running = [each for each in rows if each.clock.kind in ("run", "soon")]
    if not running:
        return []
    first = min(running, key=lambda each: each.clock.until)
    return [
        say.html(
            "desk.next",
            paper=paper(first.of, say),
            when=first.clock.second,
            span=first.clock.first,
        )
    ]


def paper(directive: Mapping[str, Any], say: Speech) -> Markup:
    """A directive's name that never breaks inside its number, as a link."""
    name = directive["title_en"] if say.english else directive["title"]
    return Markup('<a href="/console/directive:{}">{}</a>').format(
        directive["id"], whole(str(name), directive["reference"])
    )


def whole(title: str, reference: str | None) -> Markup:
    """A title whose number stays on one line."""
    if not reference or reference not in title:
        return Markup("{}").format(title)
    before, _, after = title.partition(reference)
    return Markup('{}<span class="nb">{}</span>{}').format(before, reference, after)


@dataclass(frozen=True)
class Column:
    """One day of the horizon, or what lies before and behind it."""

    kind: str
    title: str
    day: str
    marks: list[tuple[Row, str]]
    """Rows with the words of their mark."""
    more: int


def horizon(rows: Sequence[Row], say: Speech) -> list[Column]:
    """Overdue, today and the next days, and what comes later: what is due next of each paper."""
    dated = [each for each in rows if each.clock.kind in ("over", "run", "soon") and each.day]
    if not dated:
        return []
    today = say.now.date()
    columns = [_column("over", say("desk.over"), "", [r for r in dated if r.clock.late], say)]
    for offset in range(HORIZON_DAYS):
        on = today + timedelta(days=offset)
        inside = [each for each in dated if each.day == on and not each.clock.late]
        kind = "today" if not offset else "off" if on.weekday() >= 5 else "day"
        title = say("desk.today") if not offset else say.weekday(on)
        columns.append(_column(kind, title, f"{on:%d/%m}", inside, say))
    rest = [each for each in dated if each.day and each.day >= today + timedelta(HORIZON_DAYS)]
    columns.append(_column("rest", say("desk.later"), "", rest, say))
    return columns


def _column(kind: str, title: str, day: str, rows: list[Row], say: Speech) -> Column:
    marks = []
    for each in sorted(rows, key=lambda r: r.clock.until)[:HORIZON_MARKS_MAX]:
        assert each.day is not None, "only dated rows stand in the horizon"
        at = moments.read(each.clock.until)
        match kind:
            case "over":
                words = moments.span(say.now - at, say.english) if at else ""
            case "rest":
                words = say.day(each.day, dense=True)
            case _:
                words = moments.hour(at, end=True) if at else ""
        marks.append((each, words))
    return Column(kind, title, day, marks, len(rows) - len(marks))


def opened(directive: Mapping[str, Any], say: Speech) -> list[dict[str, Any]]:
    """Addressees of one directive for its opened row: counts, and who has not acted."""
    shown = []
    for each in directive["addressee_list"]:
        behind = [b for b in each["bodies"] if b["status"] not in ("acknowledged", "returned")]
        back = [b for b in each["bodies"] if b["status"] == "returned"]
        shown.append(
            {
                "of": each,
                "name": say.of(each, "name"),
                "behind": [say.of(body, "name") for body in behind[:NAMES_SHOWN_MAX]],
                "behind_more": max(0, len(behind) - NAMES_SHOWN_MAX),
                "back": [say.of(body, "name") for body in back[:NAMES_SHOWN_MAX]],
                "look": fullness(
                    each["counts"]["acknowledged"], each["counts"]["bodies"], "accepted"
                ),
            }
        )
    return shown
