"""What a fact says that later facts of the same subject are judged by. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.actor import VIETNAM
from shared.envelope import Envelope
from shared.reference.deadlines import Periods

GRAVITY = ("ITNT", "NT", "RNT", "DBNT")
"""Severity classes, the lightest first (BLHS Điều 9)."""
FIRST_CLAUSE = 1
"""Until a clause is fixed the first one counts."""
ANEW = "ANEW"
"""Said of a file that came back for a new investigation, whoever returned it."""
YES_OR_NO = frozenset({"true", "false"})
KNOWN: Mapping[str, frozenset[str]] = {
    "severity": frozenset(GRAVITY),
    "of_case": frozenset(GRAVITY),
    "juvenile": YES_OR_NO,
    "under_18": YES_OR_NO,
    "detained": YES_OR_NO,
    "urgent": YES_OR_NO,
    "remote": YES_OR_NO,
    "informant": YES_OR_NO,
    "returned": frozenset({"VKS", "JUDGE", "PANEL", "APPEAL", "CASSATION", ANEW}),
    "tried_by": frozenset(),
}
"""What patterns may ask for as `@about.<name>`, and what it may be; nothing: the id of a body."""
OF_A_CASE = "of_case"
"""The gravest class of a case and of its accused."""
REVIEWED = "cases.accused_prosecution_reviewed.v1"
OFFERS = frozenset(
    {
        "cases.tip_transferred.v1",
        "cases.case_transferred.v1",
        "cases.case_file_transmitted.v1",
    }
)
"""Facts by which something changes hands; of each kind the last offer is remembered."""


def told(
    envelope: Envelope, about: Mapping[str, tuple[str, ...]], periods: Periods
) -> dict[str, object]:
    """What a fact of a tip, a case, a person or an order adds. `about`: name → the fields that say
    it."""
    if envelope.store != "cases":
        return _ordered(envelope)
    fields = envelope.fields
    said: dict[str, object] = {}
    for name, places in about.items():
        value = next((fields[each] for each in places if fields.get(each) is not None), None)
        if value is not None:
            said[name] = value
    match envelope.topic:
        case "cases.tip_received.v1":
            said |= _of_tip(fields, periods)
        case "cases.case_prosecution_instituted.v1":
            said["instituted_on"] = envelope.occurred_at.astimezone(VIETNAM).date().isoformat()
        case "cases.case_split_off.v1":
            said["instituted_on"] = fields.get("instituted_on")
        case "cases.temporary_detention_ordered.v1" if fields.get("step") in (None, "approved"):
            said["detained"] = True
            on = envelope.occurred_at.astimezone(VIETNAM).date().isoformat()
            said[ordered_at(fields.get("stage"))] = {"on": on, "to": fields.get("to")}
        case topic if _frees(topic, fields):
            said |= _freed(topic)
        case topic if topic in OFFERS and _offers(fields):
            said[offer_by(topic)] = str(envelope.event_id)
        case "cases.supplementary_investigation_requested.v1":
            anew = fields.get("kind") == "re_investigation"
            said["returned"] = ANEW if anew else fields.get("by")
        case "cases.investigation_concluded.v1":
            said["returned"] = None
        case "cases.first_instance_judgment_pronounced.v1":
            said["tried_by"] = fields.get("agency")
    return said


def stated_for(about: Mapping[str, Any], agency: object) -> object:
    """The term that a paper last stated for a body, or for all; None when none is known."""
    said = [each for each in (about.get(due_of(agency)), about.get("due")) if each]
    return max(said, key=lambda each: each["at"])["due"] if said else None


def due_of(agency: object) -> str:
    """The name under which the term is known that one body alone has."""
    return f"due:{agency}"


def _ordered(envelope: Envelope) -> dict[str, object]:
    fields, at = envelope.fields, envelope.occurred_at.astimezone(UTC).isoformat()
    match envelope.topic:
        case "directives.task_assigned.v1" | "directives.report_requested.v1":
            return {"due": {"at": at, "due": fields.get("due")}}
        case "directives.task_due_date_changed.v1":
            return {"due": {"at": at, "due": fields.get("new_due")}}
        case "directives.task_completion_reviewed.v1" | "directives.report_reviewed.v1":
            due = fields.get("new_due")
            return {due_of(fields.get("agency")): {"at": at, "due": due}} if due else {}
    return {}


def offer_by(topic: str) -> str:
    """The name under which the id of the last offer by facts of a kind is known."""
    return f"offered:{topic}"


def ordered_at(stage: object) -> str:
    """The name under which the last order to detain somebody at a stage is known."""
    return f"ordered:{stage}"


def ordered_until(about: Mapping[str, Any], stage: object, since: datetime) -> object:
    """Until when somebody is to be detained by an order of a stage that began then; None without
    one. What was ordered when the file was there before counts no more."""
    order = about.get(ordered_at(stage))
    begun = since.astimezone(VIETNAM).date().isoformat()
    return order["to"] if order and order["on"] >= begun else None


def _offers(fields: Mapping[str, Any]) -> bool:
    """Whether something is offered; who calls a tip in offers nothing."""
    return fields.get("step") == "offered" and fields.get("kind") != "vks_takeover_requested"


def _frees(topic: str, fields: Mapping[str, Any]) -> bool:
    """Whether somebody is detained no more: by another measure, because their prosecution is
    cancelled, or because they have fled."""
    match topic:
        case "cases.preventive_measure_changed.v1":
            return fields.get("to") != "approval"
        case topic if topic == REVIEWED:
            return (fields.get("subject"), fields.get("outcome")) == ("institution", "cancelled")
        case "cases.wanted_notice_issued.v1":
            return fields.get("kind") != "lift"
    return False


def _freed(topic: str) -> dict[str, object]:
    """Whose prosecution is cancelled is accused of nothing that counts for the case."""
    return {"detained": False} | ({"severity": None} if topic == REVIEWED else {})


def severity(about: Mapping[str, Any], subject: str) -> str | None:
    """The class that a period about something is counted by.

    Of a case it is the gravest of its own and of its accused; of a person, their own charges'.
    """
    said = about.get(OF_A_CASE) if subject.startswith("case") else None
    said = said or about.get("severity")
    return said if isinstance(said, str) else None


def gravest(classes: Iterable[object]) -> str | None:
    """The gravest of several classes, leaving out what is none."""
    known = [each for each in classes if isinstance(each, str) and each in GRAVITY]
    return max(known, key=GRAVITY.index, default=None)


def _of_tip(fields: Mapping[str, Any], periods: Periods) -> dict[str, object]:
    said: dict[str, object] = {"informant": fields.get("informant_ref") is not None}
    article = fields.get("suspected_offence")
    if any((each.article, each.clause) == (article, FIRST_CLAUSE) for each in periods.frames()):
        said["severity"] = periods.severity(str(article), FIRST_CLAUSE)
    return said
