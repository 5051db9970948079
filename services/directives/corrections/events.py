"""What may be put right in the facts of the directives service, and the fact that it was.

When a paper was sent, arrived or came back, under which incoming number, and when a task was taken
on. What the paper itself says is corrected by a paper (`DirectiveRevised`, kind correction: NĐ
30/2020 Điều 18(4)). Moments by which a completion or a report was called timely, and percentages
that a later one was held against, are not corrected: something was decided on them.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from shared.corrections import OCCURRED_AT, Correction
from shared.domain import Event
from shared.fields import AgencyRef

CorrectedField = Literal["occurred_at", "incoming_number", "incoming_date"]
CorrectedFact = Literal[
    "directives.directive_dispatched.v1",
    "directives.directive_received.v1",
    "directives.directive_returned.v1",
    "directives.task_acknowledged.v1",
]


class RecordCorrected(Correction):
    """A field of a recorded fact was corrected; the fact itself stays as it was recorded."""

    TOPIC: ClassVar[str] = "directives.record_corrected.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Đính chính dữ kiện đã ghi", "Record corrected")
    SOURCE: ClassVar[str] = "thiết kế: sự kiện không bị sửa; catalogue 108, rule 13"
    DATA_CLASS: ClassVar[str] = "S1"
    CORRECTABLE: ClassVar[Mapping[str, frozenset[str]]] = {
        "directives.directive_dispatched.v1": frozenset({OCCURRED_AT}),
        "directives.directive_received.v1": frozenset(
            {OCCURRED_AT, "incoming_number", "incoming_date"}
        ),
        "directives.directive_returned.v1": frozenset({OCCURRED_AT}),
        "directives.task_acknowledged.v1": frozenset({OCCURRED_AT}),
    }

    field_path: CorrectedField
    target_topic: CorrectedFact
    body: AgencyRef
    """The body in whose books the fact stands: who was sent it, received it, took it on."""

    @classmethod
    def more(cls, target: Event) -> Mapping[str, Any]:
        """In whose books it stands."""
        return {"body": getattr(target, "recipient", None) or getattr(target, "agency", None)}
