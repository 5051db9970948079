"""Moments, days and distances as officers write them: Vietnam time, 24 hours, 24:00 ends a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shared.actor import VIETNAM

DAYS_ONLY_FROM = 3
"""From this many days on, hours no longer help anybody."""
SOON_SHARE = 0.25
"""A clock is *soon* when less than this share of its time is left …"""
SOON_DAYS_MIN = 1
"""… and always on its last day."""
RING = 66.0
"""Length of the clock's ring in its drawing (2π × 10.5)."""
WEEKDAYS_VI = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read(text: str | None) -> datetime | None:
    """A moment of the API (RFC 3339) in Viet Nam, or None."""
    return None if not text else datetime.fromisoformat(text).astimezone(VIETNAM)


def legal_day(at: datetime) -> date:
    """The day that a term ends on: midnight belongs to the day before."""
    local = at.astimezone(VIETNAM)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return local.date() - timedelta(days=1)
    return local.date()


def hour(at: datetime, *, end: bool = False) -> str:
    """`16:20`; the end of a legal day is `24:00`."""
    local = at.astimezone(VIETNAM)
    return "24:00" if end and (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"


def day(of: date | str | None, now: datetime, *, always_year: bool = True) -> str:
    """`30/07/2025`; without the year in dense lists when it is this one."""
    if of is None:
        return ""
    if isinstance(of, str):
        of = date.fromisoformat(of[:10])
    this_year = of.year == now.astimezone(VIETNAM).year
    return f"{of:%d/%m}" if this_year and not always_year else f"{of:%d/%m/%Y}"


def span(length: timedelta, english: bool) -> str:
    """`6 giờ 38 phút`, `2 ngày 18 giờ`, `28 ngày`: two units at most."""
    minutes = max(0, int(length.total_seconds()) // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    words = (
        (("day", "days"), ("hour", "hours"), ("minute", "minutes"))
        if english
        else (("ngày",) * 2, ("giờ",) * 2, ("phút",) * 2)
    )

    def said(number: int, unit: int) -> str:
        grouped = f"{number:,}" if english else f"{number:,}".replace(",", ".")
        return f"{grouped}\u00a0{words[unit][number != 1]}"

    if days >= DAYS_ONLY_FROM:
        return said(days, 0)
    if days:
        return said(days, 0) + (f" {said(hours, 1)}" if hours else "")
    if hours:
        return said(hours, 1) + (f" {said(rest, 2)}" if rest else "")
    return said(rest, 2)


@dataclass(frozen=True)
class Clock:
    """How much of a term is left, as it is drawn: a ring, the distance, the moment."""

    kind: str
    """run, soon, over, asked (a request whose day has passed), met, or none."""
    first: str
    """The distance."""
    second: str
    """The moment, or why there is none."""
    dash: str = "0 66"
    """What is left of the ring."""
    until: str = ""
    """The moment for machines."""

    @property
    def late(self) -> bool:
        """Whether an order's term has passed."""
        return self.kind == "over"


def clock_of(
    due_at: datetime | None,
    since: datetime | None,
    now: datetime,
    say: Any,
    *,
    request: bool = False,
    done: bool = False,
) -> Clock:
    """The clock of a term that ends at `due_at` (exclusive) and began at `since`.

    `say` is a `Speech`. A request (*đề nghị*) never turns overdue.
    """
    if due_at is None:
        return Clock("none", say("clock.none"), "")
    when = say.moment(due_at, end=True, now=now)
    until = due_at.isoformat()
    if done:
        return Clock("met", say("clock.done"), when, until=until)
    if due_at <= now:
        length = span(now - due_at, say.english)
        if request:
            return Clock("asked", say("clock.asked", span=length), when, until=until)
        return Clock(
            "over", say("clock.over", span=length), say("clock.was", when=when), until=until
        )
    left = due_at - now
    total = (due_at - since) if since is not None and since < due_at else timedelta(days=90)
    share = min(1.0, left / total)
    soon = share < SOON_SHARE or left <= timedelta(days=SOON_DAYS_MIN)
    return Clock(
        "soon" if soon else "run",
        say("clock.left", span=span(left, say.english)),
        when,
        f"{RING * share:.1f} {RING:.0f}",
        until,
    )
