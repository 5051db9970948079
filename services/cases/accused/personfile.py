"""What every part of a person's proceedings knows: stage, case, charges, measure. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.cases import refusals as staged
from services.cases.accused import refusals
from services.cases.accused.juvenile import Regime, regime_of
from services.cases.accused.measures import TemporaryDetentionOrdered
from services.cases.accused.parts import OPEN_MEASURES, Apprehension, JuvenileLaw, Measure
from services.cases.lists import Offence, Severity
from services.cases.proceedings.bodies import kind_of, reaches
from services.cases.proceedings.domain import Case
from services.cases.stages import Staged
from shared.actor import VIETNAM, Act
from shared.domain import Event
from shared.sealed import Sealed
from shared.standing import agency_of

PERSON_STAGES: Mapping[str, tuple[str, str]] = {
    "HELD": ("bị bắt, bị giữ", "held"),
    "CUSTODY": ("bị tạm giữ", "in custody"),
    "RELEASED": ("đã trả tự do", "released"),
    "ACCUSED_PENDING": ("bị can, chờ viện kiểm sát phê chuẩn", "accused, to be approved"),
    "ACCUSED": ("bị can", "accused"),
    "DETAINED": ("bị can, bị tạm giam", "accused, detained"),
    "ON_MEASURE": ("bị can, áp dụng biện pháp khác", "accused, under another measure"),
    "WANTED": ("đang bị truy nã", "wanted"),
    "DEFENDANT": ("bị cáo", "defendant"),
    "CONVICTED": ("bị tuyên có tội, bản án chưa có hiệu lực", "found guilty, not in force"),
    "ACQUITTED": ("được tuyên không có tội", "acquitted"),
    "EXEMPT": ("được miễn trách nhiệm hình sự, hình phạt", "exempt"),
    "CONVICT": ("người bị kết án", "convict"),
    "SERVING": ("đang chấp hành án", "serving"),
    "DISCONTINUED": ("được đình chỉ", "discontinued"),
}
LINES: Mapping[str, str] = {"CA_XA": "CQDT", "BP_CUAKHAU": "BDBP"}
"""Agency types that hold people but order no custody → the line that takes over whom they hold."""
CHARGED = "ACCUSED DETAINED ON_MEASURE"
"""An accused, whose stage follows the measure that binds them."""


class PersonFile(Staged):
    """A person in proceedings as far as all its parts need it."""

    if TYPE_CHECKING:  # The library makes a dataclass of an aggregate with annotations that run.
        measure: Measure
        held_as: Apprehension | None
        case_id: UUID | None
        charges: tuple[Offence, ...]
        severity: Severity | None
        under_18: bool
        legal_person: bool
        age: str | None
        approved: bool
        """Whether the procuracy has approved the prosecution."""
        identity: Sealed[Any] | None
        custody_since: datetime | None
        custody_until: datetime | None
        custody_given: int
        custody_asked: str | None
        custody_asked_on: date | None
        detention_until: date | None
        detention_given: int
        detention_asked: TemporaryDetentionOrdered | None
        juvenile_law: JuvenileLaw | None
        before_wanted: str

    @property
    def young(self) -> Regime | None:
        """The law that protects an accused under 18; None for adults."""
        return regime_of(self.juvenile_law)

    def _refuse_unless_in_charge(self, act: Act, case: Case | None, article: str) -> None:
        """Who has the case; before there is one, who has the person.

        Or a body of the same line set over who has: another line takes over with the case.
        """
        if case is not None:
            if case.holding(act) is None:
                raise staged.not_with_you(case, act, article)
        elif self.holding(act) is None and not _is_over(act, self.holder):
            raise refusals.not_in_charge(act, self, article)

    def _refuse_other_case(self, case: Case) -> None:
        """What theirs has become by being joined or split, whoever loads it looks up (commands)."""
        became = case.took_in or case.split_from is not None
        if self.case_id != case.id and not became:
            raise refusals.another_case(self.case_id)

    def _refuse_when_over(self, case: Case | None) -> None:
        """A case that was discontinued before it named its accused tells them nothing."""
        if case is not None and case.stage == "DISCONTINUED":
            raise refusals.proceedings_over(case.id, case.since)

    def _goes_with(self, event: Event) -> None:
        """For `evolve`: an act names the case that an accused is in by now."""
        case: UUID | None = getattr(event, "case_id", None)
        if self.case_id is not None and case is not None:
            self.case_id = case

    def _settles(self, event: Event) -> None:
        """For `evolve`: the stage of an accused follows the measure."""
        if self.stage in CHARGED.split():
            stage = "DETAINED" if self.measure == "detention" else "ACCUSED"
            stage = "ON_MEASURE" if self.measure in OPEN_MEASURES else stage
            if stage != self.stage:
                self._moves(stage, event)


def _is_over(act: Act, holder: str) -> bool:
    """Whether the actor is of the holder's line, and of an area that contains the holder's."""
    line = _line(act.agency)
    same = line is not None and line == _line(holder)
    return same and reaches(act, holder.partition("-")[2])


def _line(agency: str) -> str | None:
    """Police, border guard, coast guard and so on."""
    return LINES.get(agency.partition("-")[0]) or kind_of(agency)


def refuse_unless_procuracy(sent_to: str, act: Act, article: str) -> None:
    """Raises `Refused` when what is asked is sent to no procuracy of the day."""
    agency_of(sent_to, act.on, act.register, "/sent_to")
    if kind_of(sent_to) != "VKS":
        raise refusals.not_a_procuracy(sent_to, article)


def day_of(moment: datetime) -> date:
    """The legal day in Viet Nam."""
    return moment.astimezone(VIETNAM).date()
