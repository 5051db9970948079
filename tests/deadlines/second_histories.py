"""Random histories that the law allows, around the days on which counting is hard."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.deadlines.second_days import DAY, HERE, midnight, months_on, moved
from tests.deadlines.second_model import Said
from tests.deadlines.second_rules_of_cases import Everything

ANCHORS = (
    *("2025-01-24", "2025-02-28", "2025-04-25", "2025-06-27", "2025-08-29", "2025-12-30"),
    *("2026-01-05", "2026-02-12", "2026-04-24"),
)
"""Tết, days worked instead of others, 1/3/2025, 1/7/2025, 1/1/2026."""
CLOSE_BY = 9
UNTIL = datetime(2027, 6, 30, tzinfo=HERE)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SITTINGS = (0, 1, 7 * 60 - 1, 7 * 60, 8 * 60, 14 * 60 + 15, 17 * 60 - 1, 24 * 60 - 1)
"""Minutes of the day: the midnights of Viet Nam and of UTC, and hours of work."""
POLICE, STATION, COMMUNE = "CQCSDT_TINH-P34-40", "DON_BP-X17230", "CA_XA-X17230"
PROCURACY, COURT, OTHER = "VKSND_TINH-P34-40", "TAND_TINH-P34-40", "CQCSDT_TINH-P34-42"
FAR = "VKSND_TINH-P34-42"
OUTCOMES = ("approved", "cancelled", "more_evidence")


class Enough(Exception):
    """The days off of later years are not typed in."""


class Walk:
    """One thing and what befalls it, the earliest first; recorded sooner or later."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.chance = chance
        self.number = number
        day = date.fromisoformat(chance.choice(ANCHORS)) + DAY * chance.randint(-CLOSE_BY, CLOSE_BY)
        self.begin(day)
        self.book = Everything()
        self.facts: list[Said] = []
        self._recorded: dict[str, datetime] = {}

    def begin(self, day: date) -> None:
        """On that day, at an hour on which days begin, or on which work is done."""
        self.now = midnight(day) + MINUTE * self.chance.choice(SITTINGS)

    def id(self, kind: str, n: int = 0) -> str:
        """A thing of this walk's own."""
        number = (self.number * 100 + n) * 10 + len(kind) % 10
        return f"{kind}:{UUID(int=number)}"

    def say(self, name: str, *subjects: str, who: str, **body: Any) -> None:
        """It happens now, and is recorded after whatever was said of that thing before."""
        recorded = self.now + self._lag()
        recorded = max(recorded, *(self._recorded.get(each, recorded) for each in subjects))
        self._recorded[subjects[0]] = recorded
        self._said(name, subjects, who, body, recorded)

    def notice(self, name: str, *subjects: str, who: str, **body: Any) -> None:
        """It happens now; it moves no stage, and may be recorded at any time."""
        self._said(name, subjects, who, body, self.now + self._lag())

    def _said(
        self,
        name: str,
        subjects: tuple[str, ...],
        who: str,
        body: Mapping[str, Any],
        recorded: datetime,
    ) -> None:
        number = UUID(int=self.number * 1_000 + len(self.facts))
        fact = Said(number, name, self.now, recorded, subjects, who, body)
        self.facts.append(fact)
        getattr(self.book, name)(fact)

    def follow(self, stream: str, other: str) -> None:
        """What is said of the one is recorded after what was said of the other."""
        self._recorded[stream] = self._recorded[other]

    def _lag(self) -> timedelta:
        return self.chance.choice(
            (MINUTE, MINUTE, 20 * MINUTE, 5 * HOUR, 23 * HOUR, self.chance.randint(1, 400) * HOUR)
        )

    def flip(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def wait(self, least: timedelta = MINUTE, most: timedelta = 6 * DAY) -> None:
        """Some time goes by; often until just before, at or after the end of something."""
        ends = [
            due + MINUTE * self.chance.choice((-1, 0, 1))
            for each in self.book.periods
            if not each.over and self.now < (due := each.due(self.book.law)) < self.now + 200 * DAY
        ]
        if ends and self.flip(0.45):
            self.now = max(self.chance.choice(ends), self.now + least)
        else:
            self.now += max(least, MINUTE * self.chance.randint(1, most // MINUTE))
        if self.now > UNTIL:
            raise Enough

    def day_after(self, n: int) -> date:
        return self.now.astimezone(HERE).date() + DAY * n


# Tips.


def tip(walk: Walk) -> None:
    """Received, passed on, classified, verified with more time, suspended, resumed, decided."""
    subject = walk.id("tip")
    receiver, by = walk.chance.choice(
        (
            *(("CQDT", POLICE), ("CQDT", POLICE), ("BDBP", STATION), ("CAX", COMMUNE)),
            *(("VKS", PROCURACY), ("TRAM_CA", "TRAM_CA-X17230"), ("HOTLINE", "HOTLINE_111-VN")),
        )
    )
    known = walk.flip(0.7)
    walk.say(
        *("tip_received", subject),
        who=by,
        receiver=receiver,
        competent=receiver in ("CQDT", "BDBP"),
        urgent=walk.flip(),
        remote=walk.flip(0.3),
        kind=walk.chance.choice(("tin_bao", "to_giac", "surrender")),
        channel="hotline_111" if receiver == "HOTLINE" else "in_person",
        informant_ref=str(UUID(int=3)) if known else None,
    )
    _told(walk, subject, "receipt", by)
    if receiver not in ("CQDT", "BDBP") or walk.flip(0.2):
        by = _passed_on(walk, subject, by)
    walk.wait()
    kinds = ("crime", "crime", "crime", "administrative", "duplicate")
    found = walk.chance.choice(kinds)
    mine = walk.flip(0.8)
    walk.say("tip_classified", subject, who=by, competent=mine, classification=found)
    if not mine and found == "crime":
        by = _passed_on(walk, subject, by)
        walk.wait()
        walk.say("tip_classified", subject, who=by, competent=True, classification="crime")
    if found != "crime":
        return
    walk.wait()
    walk.say("tip_handler_assigned", subject, who=by)
    if walk.flip(0.2):
        by = _called_in(walk, subject, by)
    if walk.flip():
        _more_time(walk, subject, by)
    _decided(walk, subject, by)


def _told(walk: Walk, subject: str, kind: str, by: str) -> None:
    for to in ("informant", "vks"):
        if walk.flip(0.6):
            walk.wait(most=3 * DAY)
            walk.notice("tip_informant_notified", subject, who=by, kind=kind, to=to)


def _passed_on(walk: Walk, subject: str, by: str) -> str:
    """Offered, perhaps withdrawn and offered again, received. Returns who has it now."""
    said: dict[str, Any] = {"kind": "competence", "to": OTHER, "receiver": "CQDT"}
    said["competent"] = True
    walk.wait(most=2 * DAY)
    while True:
        offered = walk.now
        walk.say("tip_transferred", subject, who=by, step="offered", **said)
        walk.wait(most=2 * DAY)
        if walk.flip(0.7):
            break
        back = {"step": "withdrawn", "offered_at": offered.isoformat()}
        walk.say("tip_transferred", subject, who=by, **said, **back)
        walk.wait(most=2 * DAY)
    walk.say("tip_transferred", subject, who=OTHER, step="received", **said)
    return OTHER


def _called_in(walk: Walk, subject: str, by: str) -> str:
    """The procuracy takes the tip over."""
    walk.wait(most=5 * DAY)
    said: dict[str, Any] = {"to": PROCURACY, "receiver": "VKS", "holder": by, "competent": False}
    asked = {"kind": "vks_takeover_requested", "step": "offered"}
    walk.say("tip_transferred", subject, who=PROCURACY, **said | asked)
    said |= {"kind": "vks_takeover", "competent": True}
    walk.wait(most=6 * DAY)
    walk.say("tip_transferred", subject, who=by, **said, step="offered")
    walk.wait(most=2 * DAY)
    walk.say("tip_transferred", subject, who=PROCURACY, **said, step="received")
    return PROCURACY


def _more_time(walk: Walk, subject: str, by: str) -> None:
    """The head of the body decides until when, then the procuracy once."""
    running = [each for each in walk.book.running(subject, "TIP-RESOLVE")]
    walk.wait(most=10 * DAY)
    [period] = running
    since = period.since.astimezone(HERE).date()
    first, most = moved(since + 20 * DAY), moved(months_on(since, 2))
    until = min(first + DAY * walk.chance.randint(1, 50), most)
    named = until.isoformat() if walk.flip(0.8) else None
    said = {"seq": 1, "stage": "decided", "granted": True, "until": named}
    until = until if named else months_on(since, 2)
    walk.say("tip_verification_extended", subject, who=by, **said)
    if walk.flip(0.4):
        return
    walk.wait(most=30 * DAY)
    asked = {"seq": 2, "stage": "requested", "to": PROCURACY}
    walk.say("tip_verification_extended", subject, who=by, **asked)
    walk.wait(most=4 * DAY)
    granted = walk.flip(0.8)
    until = min(until + DAY * walk.chance.randint(1, 70), moved(months_on(until, 2)))
    said = {"seq": 2, "stage": "decided", "granted": granted}
    said["until"] = until.isoformat() if granted else None
    walk.say("tip_verification_extended", subject, who=PROCURACY, **said)


def _decided(walk: Walk, subject: str, by: str) -> None:
    while True:
        walk.wait(most=30 * DAY)
        match walk.chance.randrange(4):
            case 0:
                return
            case 1:
                walk.say("tip_led_to_case", subject, who=by, case_id=str(UUID(int=5)))
                return _told(walk, subject, "result", by)
            case 2:
                walk.say("case_non_institution_decided", subject, who=by)
                return _told(walk, subject, "result", by)
        walk.say("tip_handling_suspended", subject, who=by)
        _told(walk, subject, "suspension", by)
        walk.wait(most=60 * DAY)
        if walk.flip(0.3):
            return
        reason = walk.chance.choice(("ground_gone", "vks_cancelled"))
        walk.say("tip_handling_resumed", subject, who=by, reason=reason)
        _told(walk, subject, "resumption", by)


# Orders of a paper.


def _due(walk: Walk) -> Mapping[str, Any]:
    on = walk.day_after(walk.chance.randint(2, 40)).isoformat()
    match walk.chance.randrange(4):
        case 0:
            return {"type": "before", "on": on}
        case 1:
            return {"type": "date", "on": on}
        case 2:
            first = walk.day_after(1).isoformat()
            return {"type": "window", "from": first, "to": on, "to_inclusive": walk.flip()}
        case _:
            return {"type": "before", "on": on}


def task(walk: Walk) -> None:
    """Of several bodies, given another day, done by some, reopened, cancelled."""
    subject, bodies = walk.id("task"), [POLICE, PROCURACY, COMMUNE][: walk.chance.randint(1, 3)]
    walk.say("task_assigned", subject, who="UBND_TINH-P34-40", assignees=bodies, due=_due(walk))
    doing = set(bodies)
    while walk.flip(0.85):
        walk.wait(most=12 * DAY)
        body = walk.chance.choice(bodies)
        match walk.chance.randrange(7):
            case 0 | 6:
                due = _due(walk)
                walk.say("task_due_date_changed", subject, who="UBND_TINH-P34-40", new_due=due)
            case 1 | 2 | 3 if body in doing:
                doing.discard(body)
                walk.say("task_completed", subject, who=body, agency=body)
            case 2 | 4 if body not in doing:
                doing.add(body)
                said: dict[str, Any] = {"agency": body, "outcome": "reopened"}
                said["new_due"] = _due(walk) if walk.flip() else None
                walk.say("task_completion_reviewed", subject, who="UBND_TINH-P34-40", **said)
            case 5 if walk.flip(0.4):
                walk.say("task_cancelled", subject, who="UBND_TINH-P34-40", reason="recalled")
                return


def report(walk: Walk) -> None:
    """Of several bodies, sent in, sent back, and no more waited for when the paper is recalled."""
    subject, paper = walk.id("report"), walk.id("directive")
    bodies = [POLICE, COURT][: walk.chance.randint(1, 2)]
    about = (subject, paper)
    walk.say("report_requested", *about, who="UBND_TINH-P34-40", bodies=bodies, due=_due(walk))
    owing = set(bodies)
    while walk.flip(0.8):
        walk.wait(most=12 * DAY)
        body = walk.chance.choice(bodies)
        if body in owing:
            owing.discard(body)
            walk.say("report_submitted", *about, who=body, agency=body, kind="ad_hoc")
        elif walk.flip():
            owing.add(body)
            said: dict[str, Any] = {"agency": body, "outcome": "returned"}
            said["new_due"] = _due(walk) if walk.flip() else None
            walk.say("report_reviewed", *about, who="UBND_TINH-P34-40", **said)
    if walk.flip(0.3):
        walk.wait()
        walk.follow(paper, subject)
        walk.say("directive_revised", paper, who="UBND_TINH-P34-40", kind="recall")
