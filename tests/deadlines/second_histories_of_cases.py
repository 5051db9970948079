"""Random histories of cases and of whoever is accused in them, as the law allows them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from tests.deadlines.second_days import DAY
from tests.deadlines.second_histories import (
    COURT,
    FAR,
    HOUR,
    OUTCOMES,
    POLICE,
    PROCURACY,
    STATION,
    Walk,
    report,
    task,
    tip,
)
from tests.deadlines.second_model import GRAVITY

YOUNG_SINCE = date(2026, 1, 1)


def case(walk: Walk) -> None:
    """Instituted, handed over, extended, concluded, charged, tried, appealed."""
    subject = walk.id("case")
    young = walk.number % 4 == 0  # A child alone, under the law of 2026, whose halves are odd.
    if young:
        walk.begin(YOUNG_SINCE + DAY * walk.chance.randint(-1, 60))
    border = walk.flip(0.25)
    by = STATION if border else POLICE
    walk.say(
        *("case_prosecution_instituted", subject),
        who=by,
        **{"by": "BDBP" if border else "CQDT"},
        severity_class="NT" if young else walk.chance.choice(GRAVITY),
        investigates="initial" if border and walk.flip(0.7) else "whole",
        juvenile=young or walk.flip(),
    )
    held = [Held(walk, subject, n) for n in range(0 if young else walk.chance.randint(0, 2))]
    for each in held:
        each.caught()
    if border:
        _case_handed(walk, subject)
    if not _investigated(walk, subject, held, "INV"):
        return
    _to_procuracy(walk, subject)
    for _ in range(walk.chance.randint(0, 2)):
        _returned(walk, subject, "VKS")
    if not _charged(walk, subject, held):
        return
    _file(walk, subject, PROCURACY, COURT, "COURT", "prosecution")
    _accepted(walk, subject)
    if walk.flip(0.25):
        _returned(walk, subject, "JUDGE")
        _charged(walk, subject, held)
        _file(walk, subject, PROCURACY, COURT, "COURT", "prosecution", "after_supplement")
        if walk.flip():
            _accepted(walk, subject)
    _tried(walk, subject, held)
    _contested(walk, subject)


class Held:
    """Somebody accused: in custody, detained with extensions, released or wanted."""

    def __init__(self, walk: Walk, case: str, n: int) -> None:
        self.walk, self.about = walk, (walk.id("person", n + 1), case)
        self.detained = False
        self.gravity = walk.chance.choice(GRAVITY)
        self.until: date | None = None
        self.asked = 0

    def say(self, name: str, who: str = POLICE, **body: Any) -> None:
        self.walk.say(name, *self.about, who=who, **body)

    def caught(self) -> None:
        """Held in emergency, taken into custody, charged, detained: not always all of it."""
        walk = self.walk
        if walk.flip(0.3):
            walk.wait(most=DAY)
            self.say("suspect_apprehended", kind="emergency")
        if walk.flip(0.6):
            walk.wait(most=DAY)
            said: dict[str, Any]
            since = walk.now - HOUR * walk.chance.randint(0, 5)
            to = since + DAY * walk.chance.choice((2, 3, 3))
            said = {"since": since.isoformat(), "to": to.isoformat()}
            self.say("temporary_custody_ordered", **said)
            for _ in range(walk.chance.randint(0, 2)):
                walk.wait(most=DAY)
                more = {"stage": "requested", "sent_to": PROCURACY}
                self.say("temporary_custody_extended", **more)
                walk.wait(most=DAY)
                to += DAY * walk.chance.choice((2, 3))
                said = {"stage": "decided", "granted": walk.flip(0.8), "to": to.isoformat()}
                self.say("temporary_custody_extended", PROCURACY, **said)
            if walk.flip(0.2):
                walk.wait(most=DAY)
                self.say("preventive_measure_changed", to="release")
                return
        if walk.flip(0.9):
            walk.wait(most=3 * DAY)
            young = walk.flip(0.3)
            self.say(
                *("accused_prosecution_instituted",),
                severity_class=self.gravity,
                juvenile_law="BLTTHS" if young else None,
                under_18=young,
            )
            self.young = young
            if walk.flip(0.7):
                self._detain()

    def _detain(self) -> None:
        walk = self.walk
        walk.wait(most=2 * DAY)
        since = walk.day_after(walk.chance.randint(0, 1))
        lawful = {"ITNT": 60, "NT": 90}.get(self.gravity, 120)
        if self.young:  # Two thirds (BLTTHS 419): no order gives more.
            lawful = lawful * 2 // 3
        self.until = since + DAY * walk.chance.choice((30, lawful - 1, lawful))
        said: dict[str, Any] = {"stage": "investigation", "since": since.isoformat()}
        said |= {"to": self.until.isoformat(), "under_18": self.young}
        said["juvenile_law"] = "BLTTHS" if self.young else None
        asked = said | {"step": "requested", "sent_to": PROCURACY}
        self.say("temporary_detention_ordered", **asked)
        walk.wait(most=3 * DAY)
        self.say("temporary_detention_ordered", PROCURACY, **said, step="approved")
        self.detained = True

    def befallen(self) -> None:
        """One thing that happens while the investigation goes on."""
        walk = self.walk
        said: dict[str, Any]
        match walk.chance.randrange(6):
            case 0 if self.detained and self.until:
                self.asked += 1
                self.until += DAY * walk.chance.choice((20, 30, 60, 90, 120))
                said = {"seq": self.asked, "to": self.until.isoformat(), "length": None}
                self.say("temporary_detention_extended", PROCURACY, **said)
            case 1:
                before, self.gravity = self.gravity, walk.chance.choice(GRAVITY)
                said = {"class_before": before, "class_after": self.gravity}
                self.say("offence_reclassified", **said)
            case 4:
                self._reviewed(walk.chance.choice(("institution", "change")))
            case 2 if self.detained:
                self.detained = False
                how = walk.chance.choice(("bail", "release"))
                self.say("preventive_measure_changed", to=how)
            case 3 if self.detained:
                self.detained = False
                self.say("wanted_notice_issued", kind="issue")
            case _ if not self.detained and self.until and walk.flip():
                self._detain()

    def _reviewed(self, subject: str) -> None:
        """By the procuracy: who is not accused any more is free."""
        said: dict[str, Any] = {"subject": subject, "outcome": self.walk.chance.choice(OUTCOMES)}
        said["class_after"] = None
        if said["outcome"] == "cancelled":
            if subject == "institution":  # Who is not accused is not detained again.
                self.detained, self.until = False, None
            else:
                self.gravity = said["class_after"] = self.walk.chance.choice(GRAVITY)
        self.say("accused_prosecution_reviewed", PROCURACY, **said)


def _case_handed(walk: Walk, subject: str) -> None:
    said = {"to": POLICE, "by": "BDBP", "stage": "investigation"}
    _handed_over(walk, subject, "case_transferred", STATION, POLICE, said)


def _handed_over(
    walk: Walk, subject: str, name: str, giver: str, taker: str, said: dict[str, Any]
) -> None:
    """Offered, sometimes withdrawn and offered again, received."""
    walk.wait(most=9 * DAY)
    while True:
        offered = walk.now
        walk.say(name, subject, who=giver, **said, step="offered")
        walk.wait(most=2 * DAY)
        if walk.flip(0.75):
            break
        back = {"step": "withdrawn", "offered_at": offered.isoformat()}
        walk.say(name, subject, who=giver, **said, **back)
        walk.wait(most=3 * DAY)
    walk.say(name, subject, who=taker, **said, step="received")


def _file(
    walk: Walk, subject: str, giver: str, taker: str, to: str, stage: str, kind: str = "normal"
) -> None:
    said = {"to": to, "receiver": taker, "sender": giver, "stage": stage, "kind": kind}
    _handed_over(walk, subject, "case_file_transmitted", giver, taker, said)


def _longer(walk: Walk, subject: str, rule: str, stage: str, unit: str, most: int) -> None:
    """The procuracy or the court gives more time, or does not."""
    seq = 1
    for _ in range(walk.chance.randint(0, 3)):
        walk.wait(most=40 * DAY)
        length = {"n": walk.chance.randint(1, most), "unit": unit} if walk.flip() else None
        granted = walk.flip(0.85)
        said = {"stage": stage, "seq": seq, "granted": granted, "length": length}
        seq += granted
        who = COURT if stage == "trial_preparation" else PROCURACY
        walk.say("proceedings_period_extended", subject, who=who, **said, rule=rule)


def _investigated(walk: Walk, subject: str, held: list["Held"], rule: str) -> bool:
    """Until it is concluded; whether it ever is."""
    while True:
        for _ in range(walk.chance.randint(0, 3)):
            walk.wait(most=20 * DAY)
            if held and walk.flip(0.7):
                walk.chance.choice(held).befallen()
            else:
                severity = walk.chance.choice(GRAVITY)
                said = {"kind": "change", "class_after": severity}
                walk.say("case_institution_changed", subject, who=POLICE, **said)
        _longer(walk, subject, rule, "investigation", "month", 4)
        walk.wait(most=60 * DAY)
        if walk.flip(0.1):
            return _never(walk, subject, POLICE, "investigation")
        if walk.flip(0.85):
            break
        walk.say("proceedings_suspended", subject, who=POLICE, stage="investigation")
        walk.wait(most=60 * DAY)
        walk.say("proceedings_resumed", subject, who=POLICE, stage="investigation")
        rule = "INV-RESUMED"
    walk.say("investigation_concluded", subject, who=POLICE, kind="first")
    return True


def _never(walk: Walk, subject: str, who: str, stage: str) -> bool:
    """It is discontinued, or nothing more is heard of it."""
    if walk.flip():
        walk.say("proceedings_discontinued", subject, who=who, stage=stage)
        walk.wait(most=90 * DAY)
    return False


def _to_procuracy(walk: Walk, subject: str) -> None:
    _file(walk, subject, POLICE, PROCURACY, "VKS", "investigation")


def _returned(walk: Walk, subject: str, by: str) -> None:
    """For supplementary investigation, by way of the procuracy, and back."""
    walk.wait(most=25 * DAY)
    who = PROCURACY if by == "VKS" else COURT
    said = {"by": by, "kind": "supplementary", "returned_to": POLICE}
    walk.say("supplementary_investigation_requested", subject, who=who, **said)
    if by != "VKS":
        _file(walk, subject, COURT, PROCURACY, "VKS", "trial")
    _file(walk, subject, PROCURACY, POLICE, "CQDT", "prosecution")
    walk.wait(most=70 * DAY)
    walk.say("investigation_concluded", subject, who=POLICE, kind="supplementary")
    _to_procuracy(walk, subject)


def _charged(walk: Walk, subject: str, held: list["Held"]) -> bool:
    """By the procuracy; whether it ever does."""
    _longer(walk, subject, "PROS", "prosecution", "day", 30)
    if held and walk.flip(0.4):
        walk.wait()
        walk.chance.choice(held).befallen()
    while walk.flip(0.15):
        walk.wait(most=20 * DAY)
        walk.say("proceedings_suspended", subject, who=PROCURACY, stage="prosecution")
        walk.wait(most=30 * DAY)
        walk.say("proceedings_resumed", subject, who=PROCURACY, stage="prosecution")
    walk.wait(most=30 * DAY)
    if walk.flip(0.1):
        return _never(walk, subject, PROCURACY, "prosecution")
    if walk.flip(0.15):
        said = {"to": FAR, "by": "VKS", "stage": "prosecution"}
        _handed_over(walk, subject, "case_transferred", PROCURACY, FAR, said)
        walk.wait(most=40 * DAY)
    walk.say("indictment_issued", subject, who=PROCURACY)
    return True


def _accepted(walk: Walk, subject: str) -> None:
    walk.wait(most=2 * DAY)
    judge = "Thẩm phán A" if walk.flip() else None
    said = {"level": "first_instance", "judge": judge}
    walk.say("case_accepted_by_court", subject, who=COURT, **said)
    _longer(walk, subject, "TRIAL-PREP", "trial_preparation", "day", 30)


def _tried(walk: Walk, subject: str, held: list["Held"]) -> None:
    level = {"level": "first_instance"}
    walk.wait(most=50 * DAY)
    if held and walk.flip(0.3):
        walk.chance.choice(held).befallen()
        walk.wait(most=9 * DAY)
    walk.say("trial_ordered", subject, who=COURT, **level)
    walk.wait(most=15 * DAY)
    while walk.flip(0.3):
        walk.say("trial_postponed", subject, who=COURT, **level)
        walk.wait(most=30 * DAY)
    walk.say("trial_opened", subject, who=COURT, **level, step="opened")
    walk.wait(most=2 * DAY)
    walk.say("trial_opened", subject, who=COURT, **level, step="arguments_closed")
    walk.wait(most=8 * DAY)
    walk.say("first_instance_judgment_pronounced", subject, who=COURT)


def _contested(walk: Walk, subject: str) -> None:
    """Delivered, appealed, protested, or in force."""
    said: dict[str, Any]
    for _ in range(walk.chance.randint(0, 5)):
        walk.wait(most=12 * DAY)
        match walk.chance.randrange(4):
            case 0:
                said = {"level": "first_instance", "absent_party": walk.flip(0.3)}
                said["recipient"] = str(UUID(int=walk.chance.choice((77, 78))))
                walk.say("judgment_delivered", subject, who=COURT, **said)
            case 1:
                said = {"step": "filed", "against": "judgment", "appellant": str(UUID(int=77))}
                walk.say("appeal_filed", subject, who=COURT, **said, late=walk.flip(0.2))
            case 2:
                said = {"step": "filed", "kind": "appeal", "against": "judgment"}
                said |= {"level": walk.chance.choice(("same", "superior"))}
                walk.say("protest_filed", subject, who=PROCURACY, **said, late=walk.flip(0.2))
            case _:
                said = {"accused_ref": None, "part": "all"}
                walk.say("judgment_took_effect", subject, who=COURT, **said)
                return


KINDS: Mapping[str, Callable[[Walk], None]] = {
    "tip": tip,
    "task": task,
    "report": report,
    "case": case,
}
