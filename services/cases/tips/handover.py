"""How a tip changes hands: offered, received, refused or withdrawn; called in. Pure."""

from typing import TYPE_CHECKING

from services.cases.proceedings.bodies import supervises
from services.cases.proceedings.refusals import not_supervising
from services.cases.refusals import not_what_was_offered, not_with_you, wrong_stage
from services.cases.stages import Staged
from services.cases.tips import refusals
from services.cases.tips.events import TipTransferred, TransferTip
from services.cases.tips.receivers import SENDERS, body_of
from shared.actor import Act
from shared.reference.areas import CENTRE
from shared.standing import agency_of

TAKEOVER = "vks_takeover"
FREE_TO_GO = frozenset({"received", "in_hand"})
"""Stages from which a body passes a tip on by itself; later only the procuracy calls it in."""
DEAD_ENDS = frozenset({"HOTLINE", "OTHER"})
"""Bodies that no tip is passed on to: they could only pass it on again."""


class PassedOn(Staged):
    """What is in one body's hands and passes to another's, never to nobody's."""

    PASSED_ON = True

    if TYPE_CHECKING:  # As in `Staged`.
        called_in_by: str | None
        """The procuracy that asked to have it."""
        _offered: TipTransferred | None
        _before: str
        """The stage from which it went on its way."""

    def transfer_tip(self, said: TransferTip, act: Act) -> None:
        """Offer the tip to another body, or withdraw that; receive or refuse it; call it in."""
        if self.said_before(TipTransferred, said, act):
            return
        self.refuse_unless_at(TipTransferred, act)
        answered = self._offered if said.step != "offered" else None
        _, article = SENDERS[answered.kind if answered else said.kind]
        if said.step != "offered":
            self._refuse_answer(said, act, article)
        elif said.kind == "vks_takeover_requested":
            self._refuse_request(said, act, article)
        else:
            self._refuse_offer(said, act, article)
        to = body_of(act.agency if said.step == "received" else said.to)
        self.record(
            TipTransferred,
            said,
            act,
            agency=act.agency,
            holder=self.holder,
            receiver=to.receiver,
            competent=to.verifies or said.kind == TAKEOVER,
            offered_at=self.offered_at if said.step == "withdrawn" else None,
        )

    def _refuse_offer(self, said: TransferTip, act: Act, article: str) -> None:
        if self.holding(act) is None:
            raise not_with_you(self, act, article)
        self.refuse_while_on_its_way(article)
        if body_of(act.agency).receiver not in SENDERS[said.kind][0]:
            raise refusals.not_your_way(act.agency, said.kind, article)
        agency_of(said.to, act.on, act.register, "/to")
        if said.kind == TAKEOVER:
            if self.called_in_by != said.to:
                raise refusals.not_called_in(said.to, self.called_in_by)
        elif self.stage not in FREE_TO_GO:
            raise wrong_stage(self, TipTransferred, article)
        elif said.to == self.holder or body_of(said.to).receiver in DEAD_ENDS:
            raise refusals.wrong_receiver(said.to, said.kind, article)

    def _refuse_request(self, said: TransferTip, act: Act, article: str) -> None:
        if said.to != act.agency or body_of(act.agency).receiver not in SENDERS[said.kind][0]:
            raise refusals.not_your_way(act.agency, said.kind, article)
        if said.reason is None:
            raise refusals.reason_needed(article)
        if self.called_in_by is not None:
            raise refusals.called_in_already(self.called_in_by)
        if self.holding(act) is not None:
            raise refusals.wrong_receiver(said.to, said.kind, article)
        self._refuse_unless_set_over(act, article)

    def _refuse_unless_set_over(self, act: Act, article: str) -> None:
        """Raises `NotAllowed` for the procuracy of another area. Of a holder for the whole country
        the area says nothing: its units act under its one name."""
        area = self.holder.partition("-")[2]
        if area != CENTRE and not supervises(act, self.holder):
            raise not_supervising(act.agency, self.holder, article)

    def _refuse_answer(self, said: TransferTip, act: Act, article: str) -> None:
        if said.step == "withdrawn":
            self.refuse_unless_withdrawable(act, article)
        else:
            self.refuse_unless_offered(act, article)
        assert self._offered is not None
        for name in ("kind", "to"):
            if getattr(said, name) != getattr(self._offered, name):
                raise not_what_was_offered(self, f"/{name}", article)
        if said.step != "received":
            if said.kind == TAKEOVER:
                raise refusals.called_in_already(said.to)
            if said.reason is None:
                raise refusals.reason_needed(article)

    def _handed(self, event: TipTransferred) -> None:
        """For `evolve`."""
        if event.kind == "vks_takeover_requested":
            self.called_in_by = event.to
        elif event.step == "offered":
            self._offered, self._before = event, self.stage
            self._offers(event, event.to)
            self._moves("transferred", event)
        elif event.step == "received":
            self._passes(event, event.agency)
            self._moves("verifying" if event.kind == TAKEOVER else "received", event)
            self.called_in_by = None
        else:
            self._stays()
            self._moves(self._before, event)
