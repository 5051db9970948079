"""Persons in proceedings at every stage, each with their case, and who says what of them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from services.cases.accused.domain import Person
from services.cases.accused.events import (
    AccusedProsecutionInstituted,
    AccusedProsecutionReviewed,
    OffenceReclassified,
    SuspectApprehended,
    TemporaryCustodyExtended,
    TemporaryCustodyOrdered,
)
from services.cases.accused.measures import (
    PreventiveMeasureChanged,
    ProceduralStandingChanged,
    TemporaryDetentionExtended,
    TemporaryDetentionOrdered,
    WantedNoticeIssued,
)
from services.cases.accused.parts import CUSTODY_REASONS
from services.cases.accused.standings import FOLLOWS
from services.cases.proceedings.domain import Case
from shared.actor import Act
from shared.domain import Event
from tests.cases.accused.examples import (
    accuse,
    approve,
    case,
    change,
    custody,
    detain,
    detained,
    follow,
    granted,
    held,
    hold,
    in_custody,
    more_custody,
    pending,
    prolong,
    recharge,
    review,
    seek,
)
from tests.cases.accused.examples import accused as charged
from tests.cases.examples import (
    COMMUNE_POLICE,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STATION,
    act,
)
from tests.cases.proceedings.examples import conclude, handed, indict, send
from tests.cases.situations.table import (
    BEGINNING,
    CASE_HOLDER,
    HOLDER,
    Machine,
    Row,
    Says,
    Stand,
    Try,
    Way,
    beside,
    first,
    later,
)
from tests.cases.trials.examples import ACCEPT

CAUGHT = "BLTTHS Điều 111–112, 152: whoever catches somebody holds them, wherever that is"
WITH_THE_CASE = "nobody sends it: it is recorded with a fact of the case, which has its own guards"
EMERGENCY = {"kind": "emergency", "warrant_ref": "7/LG"}
ORDER = {"kind": "emergency_arrest_order", "warrant_ref": "7/LB"}
WARRANT = {"kind": "detention_warrant", "warrant_ref": "8/LB"}
HOUR = timedelta(hours=1)
Make = Callable[[Case], Person]
"""A person of a case."""


def way(make: Make, of: Callable[[], Case] = case) -> Way:
    """To somebody and their case."""

    def both() -> Stand:
        theirs = of()
        return Stand(make(theirs), theirs)

    return both


def at_court() -> Case:
    """The case when the court has accepted it; then its accused become defendants."""
    it = in_prosecution()
    it.issue_indictment(indict(), act(PROCURACY, "2025-11-20"))
    handed(it, send("COURT", REGIONAL_COURT), PROCURACY, REGIONAL_COURT, "2025-11-21")
    it.accept_case(ACCEPT, act(REGIONAL_COURT, "2025-11-24"))
    return it


def in_prosecution() -> Case:
    """The case when the procuracy has its file."""
    it = case()
    it.conclude_investigation(conclude(), act(moment="2025-11-03"))
    handed(it, send(), INVESTIGATORS, PROCURACY, "2025-11-04")
    return it


def under_age(of: Case) -> Person:
    return charged(of, under_18=True, age_at_offence="16_17")


def latest_of(of: Case) -> Any:
    """The latest fact of a case, from which what becomes of its accused follows."""
    return [*of._last.values()][-1]


def became(make: Make, *stages: Any) -> Make:
    """What the court has made of them, one step after the other."""

    def person(of: Case) -> Person:
        it = make(case())
        for day, each in enumerate(stages, 1):
            moment = f"2025-12-0{day}"
            it.change_procedural_standing(follow(each), act(of.holder, moment), of, latest_of(of))
        return it

    return person


def then(make: Make, *steps: Callable[[Any, Act, Case], Any], by: str = "") -> Make:
    """Somebody, and what befell them next, an hour after the other."""

    def person(of: Case) -> Person:
        it = make(of)
        for decide in steps:
            decide(it, act(by or of.holder, it.modified_on + HOUR), of)
        return it

    return person


def sought(it: Person, by: Act, of: Case) -> None:
    it.issue_wanted_notice(seek(), act(INVESTIGATORS, by.at), of)


def found(it: Person, by: Act, of: Case) -> None:
    """By the investigators, who have the person from now on."""
    it.apprehend_again(hold(kind="wanted"), act(INVESTIGATORS, by.at))


def arrested(it: Person, by: Act, of: Case) -> None:
    it.apprehend_again(hold(**WARRANT), act(INVESTIGATORS, by.at))


def taken_in(it: Person, by: Act, of: Case) -> None:
    said = custody(since=by.at, to=by.at + timedelta(days=2), reason="wanted")
    it.order_temporary_custody(said, act(it.holder, by.at))


def more_is_asked(it: Person, by: Act, of: Case) -> None:
    it.extend_temporary_custody(_longer(it, more_custody), act(it.holder, by.at))


def detention_is_asked(it: Person, by: Act, of: Case) -> None:
    it.order_temporary_detention(detain(decision_ref="31/LTG", to=date(2025, 10, 1)), by, of)


def charged_anew(it: Person, by: Act, of: Case) -> None:
    it.reclassify_offence(recharge(), by, of)


def bound(to: str, **said: Any) -> Callable[[Any, Act, Case], None]:
    """Another measure, or none."""

    def decide(it: Person, by: Act, of: Case) -> None:
        theirs = of if it.case_id else None
        it.change_preventive_measure(change(before=it.measure, to=to, **said), by, theirs)

    return decide


def _longer(it: Person, say: Callable[..., Any]) -> Any:
    until = it.custody_until or it.modified_on
    return say(seq=it.custody_given + 1, to=until + timedelta(days=2))


def takes_in(stand: Stand, by: Act) -> None:
    reason = CUSTODY_REASONS.get(stand.thing.held_as, "wanted")
    said = custody(since=by.at, to=by.at + timedelta(days=2), reason=reason)
    stand.thing.order_temporary_custody(said, by)


def extends(say: Callable[..., Any]) -> Says:
    return lambda stand, by: stand.thing.extend_temporary_custody(_longer(stand.thing, say), by)


def detains(stage: str, say: Callable[..., Any]) -> Says:
    def says(stand: Stand, by: Act) -> None:
        said = say(stage=stage, since=by.on, to=by.on + timedelta(days=20))
        stand.thing.order_temporary_detention(said, by, stand.case)

    return says


def prolongs(stand: Stand, by: Act) -> None:
    it = stand.thing
    until = (it.detention_until or by.on) + timedelta(days=90)
    it.extend_temporary_detention(prolong(seq=it.detention_given + 1, to=until), by, stand.case)


def binds(to: str, reason: str = "replaced") -> Says:
    return lambda stand, by: bound(to, reason=reason)(stand.thing, by, stand.case)


def charges(stand: Stand, by: Act) -> Any:
    said = accuse(stand.case)
    if stand.thing is None:  # In writing that the procuracy has already.
        said = accuse(stand.case, received_by_vks_at=by.at)
    if stand.thing is None:
        return Person.institute_accused(said, by, stand.case)
    return stand.thing.prosecute(said, by, stand.case)


def follows(stage: Any) -> Says:
    said = follow(stage, decision_ref="9/QĐ")
    return lambda stand, by: stand.thing.change_procedural_standing(
        said, by, stand.case, latest_of(stand.case)
    )


def begun(**said: Any) -> Says:
    return first(lambda stand, by: Person.apprehend_suspect(hold(**said), by))


def again(**said: Any) -> Says:
    return later(lambda stand, by: stand.thing.apprehend_again(hold(**said), by))


DEFENDANT = became(charged, "DEFENDANT")
CONVICTED = became(charged, "DEFENDANT", "CONVICTED")
CONVICT = became(charged, "DEFENDANT", "CONVICTED", "CONVICT")


def later_stage(make: Make, of: Callable[[], Case]) -> tuple[Way, ...]:
    """Somebody who is charged or judged: as they are, arrested, or wanted, found and taken in."""
    return (
        way(make, of),
        way(then(make, arrested), of),
        way(then(make, sought, found), of),
        way(then(make, sought, found, taken_in), of),
        way(then(make, sought, found, taken_in, more_is_asked), of),
    )


ON_BAIL = then(charged, bound("bail"))
WAYS: dict[str, tuple[Way, ...]] = {
    BEGINNING: (lambda: Stand(None, case()),),
    "HELD": (
        way(lambda of: held()),
        way(lambda of: held(**EMERGENCY)),
        way(
            then(
                lambda of: held(**EMERGENCY),
                lambda it, by, of: it.apprehend_again(hold(**ORDER), by),
            )
        ),
    ),
    "CUSTODY": (
        way(lambda of: in_custody()),
        way(then(lambda of: in_custody(), more_is_asked)),
    ),
    "RELEASED": (way(then(lambda of: in_custody(), bound("release", reason="unnecessary"))),),
    "ACCUSED_PENDING": (way(pending), way(then(pending, detention_is_asked))),
    "ACCUSED": (
        *later_stage(charged, case),
        way(then(charged, charged_anew)),
        way(then(charged, detention_is_asked)),
        way(lambda of: charged(case()), in_prosecution),
        way(then(under_age, detention_is_asked)),
    ),
    "DETAINED": (
        way(detained),
        way(then(detained, detention_is_asked)),
        way(then(detained, charged_anew)),
    ),
    "ON_MEASURE": (
        way(ON_BAIL),
        way(then(ON_BAIL, detention_is_asked)),
        way(then(ON_BAIL, charged_anew)),
    ),
    "WANTED": (
        way(then(charged, sought)),
        way(then(charged, charged_anew, sought)),
        *(way(then(make, sought), at_court) for make in (DEFENDANT, CONVICTED, CONVICT)),
    ),
    "DEFENDANT": later_stage(DEFENDANT, at_court),
    "CONVICTED": later_stage(CONVICTED, at_court),
    "ACQUITTED": (way(became(detained, "DEFENDANT", "ACQUITTED"), at_court),),
    "EXEMPT": (way(became(detained, "DEFENDANT", "EXEMPT"), at_court),),
    "CONVICT": later_stage(CONVICT, at_court),
    "SERVING": (way(became(detained, "DEFENDANT", "CONVICTED", "CONVICT", "SERVING"), at_court),),
    "DISCONTINUED": (way(became(detained, "DISCONTINUED"), at_court),),
}
ROWS: dict[type[Event], Row] = {
    SuspectApprehended: Row(
        (
            Try(INVESTIGATORS, begun(), anywhere=CAUGHT),
            Try(COMMUNE_POLICE, begun(), anywhere=CAUGHT),
            Try(STATION, begun(), anywhere=CAUGHT),
            Try(INVESTIGATORS, begun(**EMERGENCY), anywhere=CAUGHT),
            Try(INVESTIGATORS, again(), anywhere=CAUGHT),
            Try(INVESTIGATORS, again(kind="wanted"), anywhere=CAUGHT),
            Try(INVESTIGATORS, again(**ORDER), anywhere=CAUGHT),
            Try(INVESTIGATORS, again(**WARRANT), anywhere=CAUGHT),
        )
    ),
    TemporaryCustodyOrdered: Row((Try(HOLDER, takes_in),)),
    TemporaryCustodyExtended: Row(
        (Try(HOLDER, extends(more_custody)), Try(PROCURACY, extends(granted)))
    ),
    AccusedProsecutionInstituted: Row((Try(INVESTIGATORS, charges), Try(PROCURACY, charges))),
    AccusedProsecutionReviewed: Row(
        (
            Try(PROCURACY, beside(Person.review_accused, review(decision_ref="10/QĐ"))),
            Try(PROCURACY, beside(Person.review_accused, review(outcome="cancelled"))),
            Try(PROCURACY, beside(Person.review_accused, review(subject="change"))),
            Try(
                PROCURACY,
                beside(Person.review_accused, review(subject="change", outcome="cancelled")),
            ),
        )
    ),
    OffenceReclassified: Row(
        (
            Try(CASE_HOLDER, beside(Person.reclassify_offence, recharge())),
            Try(
                CASE_HOLDER,
                lambda stand, by: stand.thing.reclassify_offence(
                    recharge(received_by_vks_at=by.at), by, stand.case
                ),
            ),
        )
    ),
    TemporaryDetentionOrdered: Row(
        (
            Try(CASE_HOLDER, detains("investigation", detain)),
            Try(PROCURACY, detains("investigation", approve)),
            Try(CASE_HOLDER, detains("prosecution", approve)),
            Try(CASE_HOLDER, detains("trial", approve)),
        )
    ),
    TemporaryDetentionExtended: Row((Try(PROCURACY, prolongs), Try(REGIONAL_PROCURACY, prolongs))),
    PreventiveMeasureChanged: Row(
        (
            Try(CASE_HOLDER, binds("residence_ban")),
            Try(CASE_HOLDER, binds("release", "unnecessary")),
            Try(PROCURACY, binds("approval", "approved")),
            Try(CASE_HOLDER, binds("sentence_started", "sentence_started")),
        )
    ),
    WantedNoticeIssued: Row(
        (
            Try(CASE_HOLDER, beside(Person.issue_wanted_notice, seek(decision_ref="45/QĐ"))),
            Try(CASE_HOLDER, beside(Person.issue_wanted_notice, seek(kind="lift"))),
            Try(INVESTIGATORS, beside(Person.issue_wanted_notice, seek(decision_ref="46/QĐ"))),
            Try(INVESTIGATORS, beside(Person.issue_wanted_notice, seek(kind="lift"))),
        )
    ),
    ProceduralStandingChanged: Row(
        tuple(Try(CASE_HOLDER, follows(stage), anywhere=WITH_THE_CASE) for stage in FOLLOWS)
    ),
}

MACHINES = (Machine(Person, WAYS, ROWS),)
