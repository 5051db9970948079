"""The campaign strip: from when to when, how much is gone, where today stands."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.console import moments
from services.console.speech import Speech

WIDTH = 1256.0
LEFT = 176.0
"""Room for the names."""
RIGHT = 14.0
TOP = 26.0
ROW = 26.0
BAR = 18.0
CHART = 56.0
"""Height of the columns of events."""
AXIS = 26.0
WEEKS_LABELLED_MAX = 16
DAYS_MAX = 800
"""A window that is longer than this is a slip of the pen; it is told, not drawn."""
NOW_WIDTH = 236.0
CHARACTER = 6.4
"""Width of a character of the words in a bar, on the safe side."""
Leads = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Tick:
    """A month or a week on the axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Bar:
    """One campaign."""

    y: float
    name: str
    lane: str
    x: float
    width: float
    gone: float
    text: str
    text_x: float


@dataclass(frozen=True)
class Strip:
    """The drawing; all numbers are pixels of its own coordinates."""

    height: float
    months: list[Tick]
    weeks: list[Tick]
    bars: list[Bar]
    base: float
    columns: list[tuple[float, float, float, bool]]
    """Events of a day: x, y, height, whether it is today."""
    column_width: float
    events: int
    now_x: float | None
    now_text: str
    now_text_x: float
    title: str
    said: str
    """How much is left."""


def strip(
    campaigns: Sequence[Mapping[str, Any]],
    leads: Leads,
    days: Iterable[date],
    say: Speech,
) -> Strip | None:
    """The drawing of a paper's campaigns, or None when there is no window to draw.

    `leads` are lane and name of leading agencies; `days` the days on which events happened.
    """
    windows = [(_day(each["from"]), _last(each), each) for each in campaigns]
    drawn = [(a, b, each) for a, b, each in windows if a and b and a <= b]
    if not drawn:
        return None
    first, last = min(a for a, _, _ in drawn), max(b for _, b, _ in drawn)
    if (last - first).days > DAYS_MAX:
        return None
    scale = _Scale(first, last)
    today = say.now.date()
    chart = Counter(day for day in days if first <= day <= last)
    base = TOP + ROW * len(drawn) + (CHART + 22 if chart else 4)
    inside = first <= today <= last
    total = (last - first).days + 1
    now_x = scale.x(today) + scale.day / 2 if inside else None
    return Strip(
        height=base + AXIS,
        months=_months(scale, say),
        weeks=_weeks(scale),
        bars=[_bar(at, row, leads, scale, say) for at, row in enumerate(drawn)],
        base=base,
        columns=_columns(chart, scale, base, today),
        column_width=max(1.0, scale.day * 0.72),
        events=sum(chart.values()),
        now_x=now_x,
        now_text=say("campaign.now", day=f"{today:%d/%m}", n=(today - first).days + 1, m=total),
        now_text_x=min(now_x + 7, WIDTH - RIGHT - NOW_WIDTH) if now_x else 0.0,
        title=say("campaign.window", first=say.day(first), last=say.day(last)),
        said=_said(first, last, today, say),
    )


class _Scale:
    """Days to pixels."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.day = (WIDTH - LEFT - RIGHT) / ((last - first).days + 1)

    def x(self, of: date) -> float:
        return LEFT + self.day * (of - self.first).days


def _said(first: date, last: date, today: date, say: Speech) -> str:
    if today < first:
        return say("campaign.before", span=_days((first - today).days, say))
    if today > last:
        return say("campaign.after", span=_days((today - last).days, say))
    if today == last:
        return say("campaign.last_day")
    return say("campaign.during", span=_days((last - today).days, say))


def _days(number: int, say: Speech) -> str:
    return moments.span(timedelta(days=number), say.english)


def _bar(
    at: int, row: tuple[date, date, Mapping[str, Any]], leads: Leads, scale: _Scale, say: Speech
) -> Bar:
    first, last, campaign = row
    x, end = scale.x(first), scale.x(last) + scale.day
    gone = max(0.0, min(end, scale.x(say.now.date()) + scale.day) - x)
    lane, _ = leads.get(str(campaign.get("lead") or ""), ("committee", ""))
    words = [*about(campaign, leads, say), say("campaign.until", day=say.day(last))]
    # The words stand on the lighter part when there is room, else at the beginning.
    room = end - x - gone
    while len(words) > 1 and CHARACTER * len(" · ".join(words)) > max(room, gone) - 24:
        del words[1]
    text = " · ".join(words)
    text_x = x + gone + 10 if room - 20 > CHARACTER * len(text) else x + 10
    return Bar(TOP + ROW * at, _name(campaign, say), lane, x, end - x, gone, text, text_x)


def about(campaign: Mapping[str, Any], leads: Leads, say: Speech) -> list[str]:
    """Key, where, and who leads."""
    places = [each for each in campaign.get("scope") or () if each != "province"]
    _, lead = leads.get(str(campaign.get("lead") or ""), ("", ""))
    return [
        str(campaign["key"]),
        *([", ".join(say.code("scope", each) for each in places)] if places else []),
        *([say("campaign.led", name=lead)] if lead else []),
    ]


def untold(campaigns: Sequence[Mapping[str, Any]], leads: Leads, say: Speech) -> list[str]:
    """Campaigns whose days the paper does not give, in words."""
    return [
        " · ".join([_name(each, say), *about(each, leads, say), say("campaign.untold")])
        for each in campaigns
        if not (each["from"] and each["to"])
    ]


def _name(campaign: Mapping[str, Any], say: Speech) -> str:
    return say.code("campaign.kind", str(campaign["kind"]))


def _months(scale: _Scale, say: Speech) -> list[Tick]:
    ticks = []
    at = scale.first
    while at <= scale.last:
        ticks.append(Tick(scale.x(at), say("campaign.month", n=str(at.month), year=str(at.year))))
        at = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    few = len(ticks) <= 6
    return ticks if few else [Tick(t.x, t.text.split()[-1]) for t in ticks]


def _weeks(scale: _Scale) -> list[Tick]:
    monday = scale.first + timedelta(days=-scale.first.weekday() % 7)
    all_weeks = [
        monday + timedelta(days=7 * n)
        for n in range(((scale.last - monday).days // 7) + 1)
        if monday <= scale.last
    ]
    step = max(1, -(-len(all_weeks) // WEEKS_LABELLED_MAX))
    return [Tick(scale.x(day), f"{day:%d/%m}") for day in all_weeks[::step]]


def _columns(
    chart: Mapping[date, int], scale: _Scale, base: float, today: date
) -> list[tuple[float, float, float, bool]]:
    if not chart:
        return []
    most = max(chart.values())
    columns = []
    for day, count in sorted(chart.items()):
        height = max(2.0, CHART * count / most)
        columns.append((scale.x(day) + scale.day * 0.14, base - height, height, day == today))
    return columns


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _last(campaign: Mapping[str, Any]) -> date | None:
    to = _day(campaign["to"])
    return to - timedelta(days=1) if to and not campaign.get("to_inclusive", True) else to
