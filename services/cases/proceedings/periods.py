"""Extensions of the periods of a case: which there are, how long, by whom, asked for in time. Pure.

The clock counts the periods; here only what a decision on an extension needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.cases.lists import Severity
from services.cases.proceedings import refusals_periods as refusals
from services.cases.proceedings.bodies import kind_of
from services.cases.proceedings.parts import Course, Stretch
from shared.actor import Act
from shared.reference import load_register
from shared.reference.calendar import months_after
from shared.reference.deadlines import Extension, Length, Period, load_periods

EXTENDED_AS: Mapping[str, str] = {"INV-REINV": "INV"}
"""New investigations are extended as the first one (BLTTHS 174(3))."""
STAGE_OF: Mapping[str, str] = {
    "INV": "investigation",
    "INV-RESUMED": "investigation",
    "INV-REINV": "investigation",
    "INV-SUPP-VKS": "investigation",
    "INV-SUPP-COURT": "investigation",
    "PROS": "prosecution",
    "TRIAL-PREP": "trial_preparation",
}
"""Statutory period → stage for which its extension is asked."""
LOCAL = frozenset({"VKSND_HUYEN", "VKSND_KV"})
PROVINCE = frozenset({"VKSND_TINH"})
SUPREME = frozenset({"VKSNDTC"})
APPROVERS: Mapping[int, Mapping[Severity, frozenset[str]]] = {
    1: {"ITNT": LOCAL, "NT": LOCAL, "RNT": LOCAL, "DBNT": PROVINCE},
    2: {"NT": LOCAL, "RNT": PROVINCE, "DBNT": PROVINCE},
    3: {"DBNT": SUPREME},
    4: {"DBNT": SUPREME},
}
"""Who extends an investigation: BLTTHS 172(5), (3), as `decided_by` of the periods says in words
(district until 30/6/2025, regional afterwards: inferred)."""
CENTRAL_BODIES = frozenset({"BCA", "C02", "BTL_BDBP", "CSB"})
"""Their investigations are extended by the Supreme Procuracy (172(6))."""
PROVINCIAL_BODIES = frozenset({"CQCSDT_TINH", "CA_TINH", "BCH_BDBP_TINH", "BCH_BDBP_KV"})
DISTRICT_BODIES_ENDED = date(2025, 3, 1)
"""Since then provincial bodies investigate what district bodies did, under a wording of 172(5) that
was not seen: both procuracies are accepted, and it is said that this is inferred."""
WORDING_UNSEEN_FROM = date(2025, 7, 1)
JUVENILE_PERIODS_FROM = date(2026, 1, 1)
"""Cases instituted since then have periods of at most half (Luật 59/2024/QH15 Điều 120, 179); how
the half is counted was not seen."""


@dataclass(frozen=True, slots=True)
class Granting:
    """What the law says of an extension."""

    article: str
    ask_by: date | None
    approver: Literal["seen", "inferred"]


def granting(
    seq: int, course: Course, severity: Severity, holder: str, halved: bool, act: Act
) -> Granting:
    """The law on the next extension. Raises `Refused` when there is none or it is not this one.

    `halved`: the case has the shorter periods of juveniles (`CaseFile.halved`).
    """
    period = _period(course, act.on)
    extension = _extension(period, seq, course, severity)
    ask = extension.request_before_expiry
    last = None if halved or ask is None else _last_day(period, course, severity)
    ask_by = None if last is None or ask is None else last - timedelta(days=ask.n)
    return Granting(
        f"BLTTHS Điều {extension.article}",
        ask_by,
        _refuse_unless_approver(seq, severity, holder, act),
    )


def refuse_too_long(
    length: Stretch | None, seq: int, course: Course, severity: Severity, on: date
) -> None:
    """Raises `Refused` when more time is given than the law has, or in other units."""
    extension = _extension(_period(course, on), seq, course, severity)
    allowed = extension.length_by_class.get(severity) or extension.length
    if length is None:
        raise refusals.length_needed(extension.article)
    if allowed is None or length.unit != allowed.unit or length.n > allowed.n:
        raise refusals.too_long(length, allowed, extension.article)


def _period(course: Course, on: date) -> Period:
    rule = course.rule or ""
    if rule not in STAGE_OF:
        raise refusals.nothing_runs()
    return load_periods().period(rule, course.since)


def _extension(period: Period, seq: int, course: Course, severity: Severity) -> Extension:
    source = period
    if period.id in EXTENDED_AS:
        source = load_periods().period(EXTENDED_AS[period.id], course.since)
    there = [
        each
        for each in source.extensions
        if severity in each.length_by_class or each.length is not None
    ]
    found = next((each for each in there if each.seq == seq), None)
    if found is None:
        raise refusals.no_such_extension(period.id, period.article, seq, len(there), severity)
    if seq != len(course.granted) + 1:
        raise refusals.not_next(seq, len(course.granted) + 1, period.article)
    return found


def _refuse_unless_approver(
    seq: int, severity: Severity, holder: str, act: Act
) -> Literal["seen", "inferred"]:
    """Who decides on more time for an investigation; elsewhere whoever has the file does."""
    if kind_of(holder) in ("VKS", "COURT"):
        return "seen"
    allowed, known = approvers(seq, severity, holder, act.on)
    if act.by.type_code not in allowed:
        raise refusals.wrong_approver(act.agency, sorted(allowed))
    return known


def approvers(
    seq: int, severity: Severity, holder: str, on: date
) -> tuple[frozenset[str], Literal["seen", "inferred"]]:
    """Types of procuracies, of those of the day, that extend an investigation, and whether that
    wording was seen."""
    lawful = APPROVERS.get(seq, {}).get(severity, SUPREME)
    code = holder.partition("-")[0]
    if code in CENTRAL_BODIES:
        return SUPREME, "seen" if on < WORDING_UNSEEN_FROM else "inferred"
    if code in PROVINCIAL_BODIES and lawful == LOCAL:
        if on < DISTRICT_BODIES_ENDED:
            return PROVINCE, "seen"
        return _in_force(LOCAL | PROVINCE, on), "inferred"
    return _in_force(lawful, on), "seen" if on < WORDING_UNSEEN_FROM else "inferred"


def _in_force(codes: frozenset[str], on: date) -> frozenset[str]:
    kinds = {code: load_register().kind(code) for code in codes}
    return frozenset(code for code, kind in kinds.items() if kind and kind.in_force(on))


def _last_day(period: Period, course: Course, severity: Severity) -> date | None:
    """The last day as counted, before it would move off a day off: requests count from there."""
    length = period.length_by_class.get(severity) or period.length
    if not isinstance(length, Length):
        return None
    stretches: Sequence[Length | Stretch] = (length, *course.granted)
    day = course.since
    for each in stretches:
        day = months_after(day, each.n) if each.unit == "month" else day + timedelta(days=each.n)
    return day
