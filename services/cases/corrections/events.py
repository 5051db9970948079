"""What may be put right in the facts of the cases service, and the fact that it was.

The moment of a fact, where no code of a dated list, no length and no end was judged by its day;
numbers of decisions of which no id is made; counts and days that nothing was decided on. Offences
are reclassified, measures changed and periods extended by acts of their own: those are not
corrections.

Of a new moment it is asked again whether each fact still follows what it followed, whether its body
was competent, and whether the bodies and the area that it names were there (`NAMED`). Whether the
actor's area reached as far on that day is not; and what was derived while the wrong value stood
stays what was then said: marks such as “late”, and the procuracies over an investigation.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from shared.corrections import OCCURRED_AT, Correction

CorrectedField = Literal[
    "occurred_at",
    "happened_on",
    "decision_ref",
    "decision_no",
    "doc_ref",
    "warrant_ref",
    "conclusion_ref",
    "docket_no",
    "documents",
    "exhibits",
    "persons_summoned",
    "suspects_held",
    "evidence_items",
]
CorrectedFact = Literal[
    "cases.tip_received.v1",
    "cases.tip_classified.v1",
    "cases.tip_transferred.v1",
    "cases.tip_handler_assigned.v1",
    "cases.tip_informant_notified.v1",
    "cases.tip_verification_extended.v1",
    "cases.tip_handling_suspended.v1",
    "cases.tip_handling_resumed.v1",
    "cases.case_non_institution_decided.v1",
    "cases.case_prosecution_instituted.v1",
    "cases.case_institution_changed.v1",
    "cases.case_transferred.v1",
    "cases.case_file_transmitted.v1",
    "cases.proceedings_period_extended.v1",
    "cases.investigation_concluded.v1",
    "cases.supplementary_investigation_requested.v1",
    "cases.proceedings_suspended.v1",
    "cases.proceedings_resumed.v1",
    "cases.proceedings_discontinued.v1",
    "cases.case_accepted_by_court.v1",
    "cases.trial_ordered.v1",
    "cases.trial_opened.v1",
    "cases.judgment_delivered.v1",
    "cases.suspect_apprehended.v1",
    "cases.temporary_custody_ordered.v1",
    "cases.temporary_custody_extended.v1",
    "cases.accused_prosecution_instituted.v1",
    "cases.accused_prosecution_reviewed.v1",
    "cases.offence_reclassified.v1",
    "cases.raid_concluded.v1",
]
DECISION = frozenset({"decision_ref"})


class RecordCorrected(Correction):
    """A field of a recorded fact was corrected; the fact itself stays as it was recorded."""

    TOPIC: ClassVar[str] = "cases.record_corrected.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Đính chính dữ kiện đã ghi", "Record corrected")
    SOURCE: ClassVar[str] = "thiết kế: sự kiện không bị sửa; catalogue 108, rule 13"
    DATA_CLASS: ClassVar[str] = "S2"
    CORRECTABLE: ClassVar[Mapping[str, frozenset[str]]] = {
        "cases.tip_received.v1": frozenset({OCCURRED_AT, "happened_on"}),
        "cases.tip_classified.v1": frozenset({OCCURRED_AT}),
        "cases.tip_transferred.v1": frozenset({OCCURRED_AT}),
        "cases.tip_handler_assigned.v1": frozenset({OCCURRED_AT, "decision_no"}),
        "cases.tip_informant_notified.v1": frozenset({OCCURRED_AT, "doc_ref"}),
        "cases.tip_verification_extended.v1": frozenset({"doc_ref"}),
        "cases.tip_handling_suspended.v1": DECISION,
        "cases.tip_handling_resumed.v1": DECISION | {OCCURRED_AT},
        "cases.case_non_institution_decided.v1": DECISION | {OCCURRED_AT},
        "cases.case_prosecution_instituted.v1": frozenset({OCCURRED_AT}),
        "cases.case_institution_changed.v1": DECISION | {OCCURRED_AT},
        "cases.case_transferred.v1": DECISION | {OCCURRED_AT},
        "cases.case_file_transmitted.v1": frozenset({OCCURRED_AT, "documents", "exhibits"}),
        "cases.proceedings_period_extended.v1": DECISION,
        "cases.investigation_concluded.v1": frozenset({OCCURRED_AT, "conclusion_ref"}),
        "cases.supplementary_investigation_requested.v1": DECISION | {OCCURRED_AT},
        "cases.proceedings_suspended.v1": DECISION,
        "cases.proceedings_resumed.v1": DECISION,
        "cases.proceedings_discontinued.v1": DECISION,
        "cases.case_accepted_by_court.v1": frozenset({"docket_no"}),
        "cases.trial_ordered.v1": DECISION | {"persons_summoned"},
        "cases.trial_opened.v1": frozenset({OCCURRED_AT}),
        "cases.judgment_delivered.v1": frozenset({OCCURRED_AT}),
        "cases.suspect_apprehended.v1": frozenset({OCCURRED_AT, "warrant_ref"}),
        "cases.temporary_custody_ordered.v1": DECISION,
        "cases.temporary_custody_extended.v1": DECISION,
        "cases.accused_prosecution_instituted.v1": DECISION,
        "cases.accused_prosecution_reviewed.v1": DECISION | {OCCURRED_AT},
        "cases.offence_reclassified.v1": DECISION,
        "cases.raid_concluded.v1": frozenset({OCCURRED_AT, "suspects_held", "evidence_items"}),
    }

    NAMED: ClassVar[frozenset[str]] = frozenset(
        {
            "competent_agency",
            "handover_to",
            "place",
            "receiver",
            "recipient_agency",
            "returned_to",
            "to",
        }
    )

    field_path: CorrectedField
    target_topic: CorrectedFact
