"""Which periods run, written a second time: from the rows of the law, and not from the engine.

Facts are replayed in the order in which they *happened*, however they were recorded. A rule is a
few lines of the method that is named as the fact. Left out, and so not drawn: corrections, joined
and split cases, re-investigation, trials on appeal, orders to detain at later stages, limitation,
`LEFT_OUT`, warnings; and what closes a period being recorded before its beginning is.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from tests.deadlines.second_days import DAY, Law, Long, here, last_day, midnight, moved

HOUR = timedelta(hours=1)
CUSTODY = {"CUSTODY", "DET", "DET-PROS", "DET-TRIAL", "DET-AFTER-JUDGMENT", "JUV-DETENTION"}
"""Thirty days are a month, and no end is moved (BLTTHS Điều 134(1))."""
AT_ONCE = {"VIC-HOTLINE-PASS"}
NEVER_MISSED = {
    *("APPEAL", "PROTEST", "EFFECT-FIRST", *AT_ONCE),  # Rights lapse; effect comes by itself.
    "TRIAL-ASSIGN-JUDGE",  # A notice that nobody can record yet.
}
LEFT_OUT = {
    *("CASE-INST-SEND", "CASE-CHANGE-SEND", "CUSTODY-SEND", "ACC-SEND", "ACC-CHANGE-SEND"),
    *("INV-SUSP-NOTIFY", "INV-RESUME-NOTIFY", "PROS-DELIVER", "PROS-RESUME-SERVE"),
    *("DET-MEASURE-SERVE", "TRIAL-SERVE", "TRIAL-SEND-VKS", "APPEAL-NOTIFY", "PROTEST-SEND"),
    *("ACC-APPROVE", "ACC-CHANGE-APPROVE", "APPEAL-LATE-FORWARD", "APPEAL-FILE", "EXEC-ORDER"),
    *("CASSATION-ADVERSE", "PROS-TRANSFER-NOTIFY", "INV-DISC-REVIEW"),
}
"""What the drawn facts start as well and is not modelled: mostly notices, which end by nothing."""
FROM_BEGINNING = {"TIP-RESOLVE": 2}
"""The first extension is a total from the start: two months from receipt (BLTTHS 147(2))."""
HALVED = ("INV", "PROS", "TRIAL-PREP")
"""What is at most half as long for juveniles (Luật 59/2024; APPEAL-PREP is not drawn)."""
JUVENILE_SINCE = date(2026, 1, 1)
LONG_AFTER = timedelta(hours=24)
"""What was over when it was recorded is called missed a day later at the earliest."""
GRAVITY = ("ITNT", "NT", "RNT", "DBNT")


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A fact of another service."""

    id: UUID
    name: str
    at: datetime
    recorded: datetime
    subjects: tuple[str, ...]
    by: str
    body: Mapping[str, Any]

    @property
    def by_kind(self) -> Any:
        """What the fact itself says of by whom."""
        return self.body.get("by")

    def __getattr__(self, name: str) -> Any:
        return self.body.get(name)

    def about(self, kind: str) -> str:
        """The subject of a kind."""
        return next(each for each in self.subjects if each.startswith(kind + ":"))


@dataclass(slots=True)
class Grant:
    """A decision to extend: by a length, until a day or moment, or as long as the law has it."""

    long: Long | None
    until: date | datetime | None


@dataclass(slots=True, eq=False)
class Period:
    """One period that a fact started."""

    rule: str
    part: str
    subject: str
    start: Said
    since: datetime
    case: str | None
    severity: str | None
    bound: tuple[str, ...]
    order_ends: date | datetime | None
    stated: datetime | None
    share: Fraction
    known: datetime
    level: str | None = None
    key: str = ""
    """Whose of several of one rule it is; anybody's when empty."""
    grants: list[Grant] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    over: bool = False
    closed: bool = False
    in_time: bool | None = None
    ended: datetime | None = None
    met_by: Said | None = None
    over_by: Said | None = None
    done: dict[str, tuple[datetime, bool | None]] = field(default_factory=dict)
    """What each body did of it, and whether in time."""
    again: int = 0

    @property
    def law(self) -> str:
        """The row that gives its length: of a half, that of the whole."""
        return self.part if self.share != 1 else self.rule

    def due(self, law: Law) -> datetime:
        """The first moment that is too late."""
        if self.stated:
            return self.stated
        if self.rule in AT_ONCE:
            return self.since
        long = law.long(self.law, self.severity, self.level).share(self.share)
        if long.unit == "hour":
            return self.since + long.n * HOUR
        custody = self.rule in CUSTODY
        last = last_day(here(self.since), long, custody=custody)
        due = midnight((last if custody else moved(last)) + DAY)
        last, due = _no_later(last, due, self.order_ends)
        lawful = law.extensions(self.law, self.severity)
        for n, (most, grant) in enumerate(zip(lawful, self.grants, strict=False)):
            more = most.share(self.share)
            if n == 0 and self.rule in FROM_BEGINNING:
                longest = last_day(here(self.since), more, custody=False)
            else:
                if grant.long and not grant.until and grant.long.days < more.days:
                    more = grant.long
                longest = last_day(last, more, custody=custody)
            end = midnight((longest if custody else moved(longest)) + DAY)
            longest, end = _no_later(longest, end, grant.until)
            if end > due:
                last, due = longest, end
        return due

    def misses_at(self, law: Law) -> datetime | None:
        """When a clock may call it missed."""
        if self.rule in NEVER_MISSED:
            return None
        due = self.due(law)
        return due if due > self.known else self.known + LONG_AFTER


def _no_later(last: date, due: datetime, until: date | datetime | None) -> tuple[date, datetime]:
    if until is None:
        return last, due
    end = until if isinstance(until, datetime) else midnight(until + DAY)
    if due <= end:
        return last, due
    return here(until) if isinstance(until, datetime) else until, end


class Ledger:
    """Periods, and the four things that may become of them."""

    def __init__(self) -> None:
        self.law = Law()
        self.periods: list[Period] = []

    def open(
        self,
        rule: str,
        fact: Said,
        subject: str,
        *,
        part: str = "",
        since: datetime | None = None,
        case: str | None = None,
        severity: str | None = None,
        level: str | None = None,
        bound: Sequence[str] | None = None,
        order_ends: date | datetime | None = None,
        stated: datetime | None = None,
        share: Fraction = Fraction(1),
        key: str = "",
    ) -> None:
        """It begins to run, if the law of that day knows it."""
        since = since or fact.at
        if not self.law.in_force(rule, here(since)):
            return
        bodies = (fact.by,) if bound is None else tuple(bound)
        self.periods.append(
            Period(
                *(rule, part, subject, fact, since, case, severity, bodies, order_ends, stated),
                *(share, fact.recorded, level, key),
                left=set(bodies),
            )
        )

    def of(self, thing: str, *rules: str) -> Iterator[Period]:
        """Of a thing, or of whoever is in that case; a half goes where its whole goes."""
        for each in self.periods:
            if thing in (each.subject, each.case):
                name = each.part if each.share != 1 else each.rule
                if name in rules:
                    yield each

    def running(self, thing: str, *rules: str) -> Iterator[Period]:
        """Those that are not over."""
        return (each for each in self.of(thing, *rules) if not each.over)

    def meet(self, fact: Said, subject: str, *rules: str, part: str = "", key: str = "") -> None:
        """What it is for has happened."""
        for each in self.running(subject, *rules):
            if part in ("", each.part) and key in (each.key or key, ""):
                for body in [*each.left]:
                    self._does(each, body, fact)
                self._does(each, "", fact)
                each.over, each.ended, each.over_by = True, fact.at, fact
                each.met_by = fact

    def meet_for(self, fact: Said, body: str, subject: str, rule: str) -> None:
        """One of its bodies has done its part."""
        for each in self.running(subject, rule):
            if body in each.left:
                self._does(each, body, fact)
                if not each.left:
                    each.over, each.ended, each.over_by = True, fact.at, fact

    def _does(self, each: Period, body: str, fact: Said) -> None:
        each.left.discard(body)
        in_time = None if each.rule in NEVER_MISSED else fact.at < each.due(self.law)
        each.done[body] = (fact.at, in_time)
        each.in_time = in_time if each.in_time is not False else False

    def close(self, fact: Said, subject: str, *rules: str) -> None:
        """Nothing is expected any more. What was over when it was heard of an earlier end stays."""
        for each in self.of(subject, *rules):
            met = each.over_by
            if met and each.start.recorded < fact.recorded < met.recorded:
                each.in_time, each.met_by, each.done = None, None, {}
            elif each.over:
                continue
            each.over, each.closed, each.ended, each.over_by = True, True, fact.at, fact
            each.left.clear()

    def grant(self, fact: Said, subject: str, rule: str, given: Grant) -> None:
        """More time."""
        for each in self.running(subject, rule):
            each.grants.append(given)
            each.known = max(each.known, fact.recorded)

    def recount(self, fact: Said, subject: str, severity: str, *rules: str) -> None:
        """Another charge."""
        for each in self.running(subject, *rules):
            before, each.severity = each.due(self.law), severity
            if each.due(self.law) != before:
                each.known = max(each.known, fact.recorded)

    def pass_on(self, fact: Said, subject: str, to: str, *rules: str) -> None:
        """Another body has it now."""
        for each in self.running(subject, *rules):
            each.left, each.known = {to}, max(each.known, fact.recorded)

    def take_back(self, fact: Said, subject: str, gone: Container[str] = ()) -> None:
        """An offer is withdrawn: what it had met runs again from where it ran, but of nobody who
        is gone."""
        name, when = fact.name, datetime.fromisoformat(fact.offered_at)
        for each in list(self.periods):
            offer = each.met_by
            if subject not in (each.subject, each.case) or each.subject in gone:
                continue
            if offer and (offer.name, offer.at) == (name, when):
                known = max(each.known, fact.recorded)
                again = replace(each, known=known, again=each.again + 1, left=set(each.bound))
                again.over, again.in_time, again.ended = False, None, None
                again.met_by, again.over_by, again.done = None, None, {}
                self.periods.append(again)
