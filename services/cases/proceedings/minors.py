"""A case in which somebody under 18 is accused after all, though it began without them. Pure."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from services.cases import refusals as staged
from services.cases.limits import DocumentNumber
from services.cases.proceedings.casefile import CaseFile
from services.cases.stages import Step, step
from shared.actor import Act
from shared.domain import Command, Event
from shared.fields import AgencyRef


class MarkJuvenile(Command):
    """Nobody sends this: prosecuting somebody under 18 in the case says it."""

    decision_ref: DocumentNumber
    """The decision to prosecute the accused."""


class CaseMarkedJuvenile(Event, MarkJuvenile):
    """From here on somebody under 18 is accused in a case that was instituted without saying so."""

    TOPIC: ClassVar[str] = "cases.case_marked_juvenile.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Vụ án có người dưới 18 tuổi bị buộc tội",
        "Case in which somebody under 18 is accused",
    )
    SOURCE: ClassVar[str] = (
        "BLTTHS Điều 413–414; Luật 59/2024/QH15 Điều 120, 179; link of catalogue 52 to the case"
    )
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    juvenile: Literal[True] = True


MINOR_STEPS: Mapping[type[Event], Step] = {
    CaseMarkedJuvenile: step(
        "BG_INITIAL INVESTIGATION SUPPLEMENTARY PROSECUTION", "BLTTHS Điều 413", by_holder=False
    ),
}


class Protecting(CaseFile):
    """A case that knows whom it must not exhibit."""

    def mark_juvenile(self, said: MarkJuvenile, act: Act) -> None:
        """Remember that somebody under 18 is accused; once is enough.

        Who may prosecute them in the case and when, their own record has decided.
        """
        row = MINOR_STEPS[CaseMarkedJuvenile]
        if self.stage not in row.before:
            raise staged.wrong_stage(self, CaseMarkedJuvenile, row.article)
        if not self.juvenile:
            self.record(CaseMarkedJuvenile, said, act, agency=act.agency)
