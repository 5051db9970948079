"""What every part of a case knows of it: its offences, its accused, the period that runs. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from services.cases import refusals as staged
from services.cases.lists import Offence, Severity
from services.cases.proceedings import refusals
from services.cases.proceedings.bodies import supervises
from services.cases.proceedings.parts import Course, Part, Stretch
from services.cases.proceedings.periods import JUVENILE_PERIODS_FROM
from services.cases.stages import Staged
from shared.actor import VIETNAM, Act
from shared.domain import Event

CASE_STAGES: Mapping[str, tuple[str, str]] = {
    "INVESTIGATION": ("điều tra", "investigation"),
    "BG_INITIAL": ("điều tra ban đầu", "initial investigation"),
    "SUPPLEMENTARY": ("điều tra bổ sung", "supplementary investigation"),
    "INV_SUSPENDED": ("tạm đình chỉ điều tra", "investigation suspended"),
    "CONCLUDED": ("đã kết thúc điều tra", "investigation concluded"),
    "PROSECUTION": ("truy tố", "prosecution"),
    "PROS_SUSPENDED": ("tạm đình chỉ vụ án khi truy tố", "suspended in prosecution"),
    "INDICTMENT_ISSUED": ("đã có cáo trạng", "indictment issued"),
    "INDICTED": ("Tòa án đã nhận hồ sơ và cáo trạng", "indicted, file with the court"),
    "TRIAL_SUSPENDED": ("tạm đình chỉ vụ án tại Tòa án", "suspended at court"),
    "APPEAL_SUSPENDED": ("tạm đình chỉ xét xử phúc thẩm", "appeal suspended"),
    "DISCONTINUED": ("đình chỉ", "discontinued"),
    "JOINED": ("đã nhập vào vụ án khác", "joined into another case"),
    "CANCELLED": ("đã hủy quyết định khởi tố", "institution cancelled"),
}
ENDED = frozenset({"DISCONTINUED", "JOINED", "CANCELLED", "IN_FORCE", "EXECUTION", "REVIEW"})
"""Stages of cases that are not pending."""
PARTS: Mapping[str, Part] = {
    "BG_INITIAL": "investigation",
    "INVESTIGATION": "investigation",
    "SUPPLEMENTARY": "investigation",
    "CONCLUDED": "investigation",
    "INV_SUSPENDED": "investigation",
    "PROSECUTION": "prosecution",
    "INDICTMENT_ISSUED": "prosecution",
    "PROS_SUSPENDED": "prosecution",
    "INDICTED": "trial",
    "TRIAL_PREPARATION": "trial",
    "TRIAL_ORDERED": "trial",
    "TRIAL": "trial",
    "TRIAL_SUSPENDED": "trial",
    "JUDGED": "appeal",
    "APPEALED": "appeal",
    "APPEAL_SUSPENDED": "appeal",
    "IN_FORCE": "appeal",
    "EXECUTION": "appeal",
    "REVIEW": "appeal",
}
"""Stage → the part of the proceedings that it belongs to; a judgment in force, and its review, to
the last one that the articles have (inferred)."""


class CaseFile(Staged):
    """A case as far as all its parts need it."""

    if TYPE_CHECKING:  # The library makes a dataclass of an aggregate with annotations that run.
        offences: tuple[Offence, ...]
        severity: Severity
        """The heaviest of the offences."""
        juvenile: bool
        instituted_on: date
        """The day that decides which law a case keeps: its own institution, or that of the case
        that it was split off from."""
        accused: tuple[UUID, ...]
        """Pseudonyms, as the conclusion or the indictment names them; empty before."""
        stopped: dict[UUID, str]
        """Accused for whom proceedings are suspended or discontinued while the case goes on."""
        stopped_at: str | None
        """The stage at which the whole case was suspended or discontinued."""
        indictment: str | None
        """Number of the present indictment."""
        returns: dict[str, int]
        """Returns for supplementary investigation, by who returned the file."""
        rule: str | None
        """Id of the statutory period that runs, of those that can be extended or ran out."""
        rule_since: date
        granted: tuple[Stretch, ...]
        """Extensions of that period."""
        _offered_as: str

    @property
    def part(self) -> Part:
        """Which part of the proceedings the case is in; of a stopped one, where it stopped."""
        return PARTS[self.stopped_at or self.stage]

    @property
    def course(self) -> Course:
        """How far the case is, for who counts and for what is split off from it."""
        return Course(
            rule=self.rule, since=self.rule_since, granted=self.granted, returns=self.returns
        )

    @property
    def halved(self) -> bool:
        """Whether it has the shorter periods of juveniles; pending cases kept those that they had
        (Luật 59/2024/QH15 Điều 120, 179)."""
        return self.juvenile and self.instituted_on >= JUVENILE_PERIODS_FROM

    def _runs(self, rule: str | None, event: Event) -> None:
        """For `evolve`: a statutory period starts, from its first day and unextended."""
        self.rule, self.granted = rule, ()
        self.rule_since = event.timestamp.astimezone(VIETNAM).date()

    def _refuse_unless_held(self, act: Act, article: str) -> None:
        if self.holding(act) is None:
            raise staged.not_with_you(self, act, article)

    def _refuse_unless_held_or_supervised(self, act: Act, article: str) -> None:
        """Who has the file, or the procuracy or court that is set over who has it."""
        if self.holding(act) is None and not supervises(act, self.holder):
            raise refusals.not_supervising(act.agency, self.holder, article)

    def _refuse_strangers(self, ref: UUID | None) -> None:
        """Once the accused are known, nobody else is spoken of."""
        if ref is not None and self.accused and ref not in self.accused:
            raise refusals.not_accused_here(ref)
