"""Where a case and its file may go from each stage, and what it is then. Pure.

Two kinds of handover: the case goes to another body of the same kind, by competence
(CaseTransferred), or its file goes on to the next kind of body (CaseFileTransmitted). Both are
offered, then received, refused or withdrawn: the file is with who offered it until it is received.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.cases import refusals as staged
from services.cases.proceedings import refusals
from services.cases.proceedings.bodies import (
    INVESTIGATING,
    kind_here,
    kind_of,
    procuracies_over,
)
from services.cases.proceedings.casefile import CaseFile
from services.cases.proceedings.events import (
    CaseFileTransmitted,
    CaseTransferred,
    TransferCase,
    TransmitCaseFile,
)
from services.cases.stages import Step, step
from shared.actor import Act
from shared.domain import Event
from shared.standing import agency_of


@dataclass(frozen=True, slots=True)
class Way:
    """From which kind of body to which, what stage it is when received, and by which article."""

    senders: frozenset[str]
    receivers: frozenset[str]
    after: str
    article: str


def way(senders: str, receivers: str, after: str, article: str) -> Way:
    """A row; kinds separated by spaces."""
    return Way(frozenset(senders.split()), frozenset(receivers.split()), after, article)


INVESTIGATORS = " ".join(sorted(INVESTIGATING))
TRANSFERS: Mapping[str, Way] = {
    "BG_INITIAL": way("BDBP CSB", "CQDT", "INVESTIGATION", "BLTTHS Điều 164(1)(b)"),
    "INVESTIGATION": way(INVESTIGATORS, "CQDT", "INVESTIGATION", "BLTTHS Điều 169"),
    "SUPPLEMENTARY": way(INVESTIGATORS, "CQDT", "SUPPLEMENTARY", "BLTTHS Điều 169"),
    "PROSECUTION": way("VKS", "VKS", "PROSECUTION", "BLTTHS Điều 239"),
    "INDICTED": way("COURT", "VKS", "PROSECUTION", "BLTTHS Điều 274(1)"),
    "TRIAL_PREPARATION": way("COURT", "VKS", "PROSECUTION", "BLTTHS Điều 274(1)"),
}
"""By the stage that the case is at."""
FILES: Mapping[tuple[str, str], Way] = {
    ("CONCLUDED", "VKS"): way(INVESTIGATORS, "VKS", "PROSECUTION", "BLTTHS Điều 232(4)"),
    ("INVESTIGATION", "CQDT"): way("VKS COURT", INVESTIGATORS, "INVESTIGATION", "BLTTHS Điều 154"),
    ("INVESTIGATION", "VKS"): way("COURT", "VKS", "INVESTIGATION", "BLTTHS Điều 154, 358"),
    ("SUPPLEMENTARY", "CQDT"): way("VKS", INVESTIGATORS, "SUPPLEMENTARY", "BLTTHS Điều 174(2)"),
    ("SUPPLEMENTARY", "VKS"): way("COURT", "VKS", "SUPPLEMENTARY", "BLTTHS Điều 280(3)"),
    ("INDICTMENT_ISSUED", "COURT"): way("VKS", "COURT", "INDICTED", "BLTTHS Điều 244"),
    ("PROSECUTION", "COURT"): way("VKS", "COURT", "INDICTED", "BLTTHS Điều 246"),
    ("JUDGED", "APPEAL_COURT"): way("COURT", "COURT", "JUDGED", "BLTTHS Điều 335"),
    ("APPEALED", "APPEAL_COURT"): way("COURT VKS", "COURT", "APPEALED", "BLTTHS Điều 339, 341"),
    ("APPEALED", "VKS"): way("COURT", "VKS", "APPEALED", "BLTTHS Điều 341"),
    ("TRIAL_PREPARATION", "COURT"): way("COURT", "COURT", "TRIAL_PREPARATION", "BLTTHS Điều 358"),
    ("IN_FORCE", "APPEAL_COURT"): way("COURT", "COURT", "IN_FORCE", "BLTTHS Điều 335"),
    ("EXECUTION", "APPEAL_COURT"): way("COURT", "COURT", "EXECUTION", "BLTTHS Điều 335"),
    ("REVIEW", "COURT"): way("COURT", "COURT", "REVIEW", "BLTTHS Điều 385, 396"),
    ("REVIEW", "APPEAL_COURT"): way("COURT", "COURT", "REVIEW", "BLTTHS Điều 396"),
}
"""By the stage and the kind of receiver; `_is_due` says what else some rows need. After a judgment:
up for a late appeal or a review, down to be tried anew, where acceptance ends the review. A case
that a review has quashed for a new investigation goes by SupplementaryInvestigationRequested. That
358 has the file sent down, and that a reopening follows 385 and 396 too: memory. That 335 reaches
a judgment in force: inferred."""
HANDING_STEPS: Mapping[type[Event], Step] = {
    CaseTransferred: step(" ".join(TRANSFERS), "BLTTHS Điều 164, 169, 239, 274", by_holder=False),
    CaseFileTransmitted: step(
        " ".join(dict.fromkeys(stage for stage, _ in FILES)),
        "BLTTHS Điều 232, 244, 280, 335, 339, 341, 358, 385, 396",
        by_holder=False,
    ),
}
STARTS_ON_RECEIPT: Mapping[str, str | None] = {"PROSECUTION": "PROS", "INDICTED": None}
"""Stage that is reached by receiving a file → the statutory period that then starts (anew)."""
COUNTS_FROM_RECEIPT = frozenset({"INV-SUPP-VKS", "INV-SUPP-COURT", "INV-REINV"})
"""Periods that count from when the investigating body has the file again (BLTTHS 174)."""


class Handed(CaseFile):
    """A case that goes from body to body."""

    PASSED_ON = True

    if TYPE_CHECKING:  # See CaseFile; both are the courts' half's.
        hearing: str
        late_remedy: bool

    def transfer_case(self, said: TransferCase, act: Act) -> None:
        """Offer the case to the competent body, or withdraw that; that body receives or refuses."""
        self._hand(CaseTransferred, said, said.to, "/to", act)

    def transmit_case_file(self, said: TransmitCaseFile, act: Act) -> None:
        """Offer the file to the next body, or withdraw that; that body receives or refuses it."""
        self._hand(CaseFileTransmitted, said, said.receiver, "/receiver", act)

    def _hand(
        self,
        event: type[CaseTransferred | CaseFileTransmitted],
        said: TransferCase | TransmitCaseFile,
        receiver: str,
        pointer: str,
        act: Act,
    ) -> None:
        if self.said_before(event, said, act):
            return
        self.refuse_unless_at(event, act)
        if said.step == "offered":
            self._refuse_offer(said, receiver, pointer, act)
        else:
            self._refuse_answer(event, said, receiver, act)
        sender = kind_here(self.holder)
        withdrawn = said.step == "withdrawn"
        derived: dict[str, object] = {"offered_at": self.offered_at if withdrawn else None}
        if event is CaseTransferred:
            over = procuracies_over(act) if said.step == "received" else ()
            derived |= {"by": sender, "procuracies": over}
        self.record(
            event, said, act, agency=act.agency, sender=self.holder, stage=self.part, **derived
        )

    def _refuse_offer(
        self, said: TransferCase | TransmitCaseFile, receiver: str, pointer: str, act: Act
    ) -> None:
        """The holder sends the file to a body to which it may go from here."""
        found = self._way(said)
        kinds = kind_of(self.holder), kind_of(receiver)
        rule = found.article if found else HANDING_STEPS[_fact(said)].article
        self._refuse_unless_held(act, rule)
        self.refuse_while_on_its_way(rule)
        agency_of(receiver, act.on, act.register, pointer)
        if len(act.register.members(receiver, act.on)) > 1:
            raise refusals.several_bodies(receiver, pointer)
        if (
            found is None
            or kinds[0] not in found.senders
            or kinds[1] not in found.receivers
            or receiver == self.holder
        ):
            raise refusals.wrong_way(self.holder, receiver, self._ways(said), rule, pointer)
        if isinstance(said, TransferCase) and (said.reason is None or said.decision_ref is None):
            raise refusals.field_needed(
                "/decision_ref" if said.reason else "/reason",
                "lý do và quyết định chuyển",
                "the reason and the decision to transfer",
                rule,
            )

    def _refuse_answer(
        self,
        event: type[CaseTransferred | CaseFileTransmitted],
        said: TransferCase | TransmitCaseFile,
        receiver: str,
        act: Act,
    ) -> None:
        """What was offered is received or refused by whom it was offered to, or withdrawn by whom
        it is with."""
        rule = HANDING_STEPS[event].article
        if said.step == "withdrawn":
            self.refuse_unless_withdrawable(act, rule)
        else:
            self.refuse_unless_offered(act, rule)
        label, offered = _label(said), self._offered_as
        if receiver != self.offered_to or label != offered:
            pointer = "/kind" if label.split()[:1] == offered.split()[:1] else "/to"
            pointer = pointer if receiver == self.offered_to else "/receiver"
            raise staged.not_what_was_offered(self, pointer, rule)
        reason = said.reason if isinstance(said, TransferCase) else said.refused_reason
        if said.step != "received" and reason is None:
            pointer = "/reason" if isinstance(said, TransferCase) else "/refused_reason"
            why = ("lý do từ chối hoặc rút lại", "why it is refused or withdrawn")
            raise refusals.field_needed(pointer, *why, rule)

    def _way(self, said: TransferCase | TransmitCaseFile) -> Way | None:
        if isinstance(said, TransferCase):
            return TRANSFERS.get(self.stage)
        return FILES.get((self.stage, said.to)) if self._is_due(said.kind) else None

    def _ways(self, said: TransferCase | TransmitCaseFile) -> tuple[str, ...]:
        """Where the file may go from its stage and its holder: kinds of bodies, for people."""
        whole = TRANSFERS.get(self.stage)
        rows = [("transfer", whole)] if whole else []
        if self._is_due(_kind(said)):
            rows += [(f"to {to}", row) for (at, to), row in FILES.items() if at == self.stage]
        kind = kind_of(self.holder)
        return tuple(
            f"{'/'.join(sorted(row.receivers))} ({how})" for how, row in rows if kind in row.senders
        )

    def _is_due(self, kind: str) -> bool:
        """What some stages need besides a row: only so does the file go on from there."""
        match self.stage:
            case "PROSECUTION":
                return kind == "after_supplement" and self.indictment is not None
            case "TRIAL_PREPARATION":
                return not self.hearing  # Quashed, and no court has accepted it anew.
            case "IN_FORCE" | "EXECUTION":
                return kind == "late_appeal" and self.late_remedy
        return True

    def _handed(self, event: CaseTransferred | CaseFileTransmitted) -> None:
        """For `evolve`: the file set out, arrived, or stays."""
        receiver = event.to if isinstance(event, CaseTransferred) else event.receiver
        match event.step:
            case "offered":
                self._offers(event, receiver)
                self._offered_as = _label(event)
            case "refused" | "withdrawn":
                self._stays()
            case "received":
                self._arrives(event, receiver)

    def _arrives(self, event: CaseTransferred | CaseFileTransmitted, receiver: str) -> None:
        found = self._way(event)
        after = found.after if found else self.stage
        self._passes(event, receiver)
        if after != self.stage:
            self._moves(after, event)
        if after in STARTS_ON_RECEIPT:
            self._runs(STARTS_ON_RECEIPT[after], event)
        elif (
            isinstance(event, CaseFileTransmitted)
            and self.rule in COUNTS_FROM_RECEIPT
            and kind_of(receiver) in INVESTIGATING
        ):
            self._runs(self.rule, event)


def _fact(
    said: TransferCase | TransmitCaseFile,
) -> type[CaseTransferred | CaseFileTransmitted]:
    return CaseTransferred if isinstance(said, TransferCase) else CaseFileTransmitted


def _kind(said: TransferCase | TransmitCaseFile) -> str:
    return "normal" if isinstance(said, TransferCase) else said.kind


def _label(said: TransferCase | TransmitCaseFile) -> str:
    """How a file was sent off, so that it arrives in the same way: the periods that begin with its
    arrival are others for a late appeal, and after a supplement."""
    if isinstance(said, TransferCase):
        return "transfer"
    return said.to if said.kind == "normal" else f"{said.to} {said.kind}"
