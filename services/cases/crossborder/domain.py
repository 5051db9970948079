"""Requests, exchanges and joint action with partners abroad. Pure.

A request is open until an answer is recorded that says it is the last. What is exchanged without a
request stands for itself. Handovers of people are in `handover.py`.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import ClassVar, Self, assert_never

from services.cases.crossborder import refusals
from services.cases.crossborder.events import (
    AgreeJointAction,
    AnswerCrossBorderRequest,
    CrossBorderInformationExchanged,
    CrossBorderInformationRequested,
    CrossBorderRequestAnswered,
    ExchangeCrossBorderInformation,
    JointActionAgreed,
    RequestCrossBorderInformation,
    RequestEvent,
)
from services.cases.crossborder.partners import CHANNEL_COUNTRIES, REQUESTS
from services.cases.stages import Staged, Step, step
from shared.actor import Act
from shared.domain import Event
from shared.standing import agency_of

OPERATIONAL = frozenset({"joint_operation", "joint_patrol"})
"""Joint action of which only the stub is kept."""


class BorderRequest(Staged):
    """What a body asked of a partner abroad; it has the request until it is closed."""

    KIND = "border_request"
    TOPIC = "border_request"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "requested": ("đã gửi đề nghị", "requested"),
        "answered": ("đã có trả lời một phần", "answered in part"),
        "closed": ("đã có trả lời cuối cùng", "closed"),
    }
    STEPS: ClassVar[Mapping[type[Event], Step]] = {
        CrossBorderRequestAnswered: step("requested answered", "danh mục sự kiện 98, 99"),
    }

    @classmethod
    def request_information(cls, said: RequestCrossBorderInformation, act: Act) -> Self:
        """Ask a partner, by who may ask that and through a channel that leads there."""
        row = REQUESTS[said.kind]
        if not any(fnmatchcase(act.by.type_code, each) for each in row.types):
            raise refusals.not_its_request(act.agency, said.kind, row.types, row.article)
        if said.channel not in row.channels:
            raise refusals.wrong_channel(said.kind, said.channel, row.channels, row.article)
        countries = CHANNEL_COUNTRIES.get(said.channel)
        if countries is not None and said.partner.country not in countries:
            raise refusals.channel_elsewhere(said.channel, said.partner.country, countries)
        if said.kind == "victim_verification" and said.subject_id is None:
            raise refusals.whose_verification()
        if said.due is not None and said.due < act.on:
            raise refusals.day_gone(said.due, act.on, "/due")
        id = act.new_id()
        return cls.begin(
            CrossBorderInformationRequested, said, act, id=id, request_id=id, agency=act.agency
        )

    def answer(self, said: AnswerCrossBorderRequest, partner: str, act: Act) -> None:
        """An answer of the partner that was asked; none after the last."""
        if self.stage == "closed":
            raise refusals.request_closed(self.id, self.since)
        if partner != self.requested.partner.country:
            raise refusals.another_partner(self.requested.partner.country, partner)
        self.record_step(CrossBorderRequestAnswered, said, act, agency=act.agency)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The request and the case it is made for. Not the person: a victim's stream is its own."""
        case = self.requested.case_id
        return (f"border_request:{self.id}", *((f"case:{case}",) if case else ()))

    def state(self) -> dict[str, object]:
        """The state as readers see it."""
        said = self.requested
        return {
            **self._standing(),
            "partner": said.partner.model_dump(mode="json"),
            "request_kind": said.kind,
            "channel": said.channel,
            "case": said.case_id and f"case:{said.case_id}",
            "due": said.due and said.due.isoformat(),
            "answers": list(self.answers),
        }

    def evolve(self, event: RequestEvent) -> None:
        """Take a fact in."""
        match event:
            case CrossBorderInformationRequested():
                self._begins("requested", event, event.agency)
                self.requested = event
                self.answers: tuple[str, ...] = ()
            case CrossBorderRequestAnswered():
                self.answers += (f"exchange:{event.exchange_id}",)
                self._moves("closed" if event.final else "answered", event)
            case _:
                assert_never(event)
        self._remembers(event)


class Exchange(Staged):
    """Information that was received from a partner abroad, or given to one."""

    KIND = "exchange"
    TOPIC = "exchange"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {"exchanged": ("đã trao đổi", "exchanged")}
    STEPS: ClassVar[Mapping[type[Event], Step]] = {}

    @classmethod
    def exchange_information(cls, said: ExchangeCrossBorderInformation, act: Act) -> Self:
        """Receive or give information; an answer names its request and whether it is the last."""
        if (said.request_id is None) != (said.final is None):
            raise refusals.answer_fields("/final")
        if said.request_id is not None and said.direction != "in":
            raise refusals.answer_fields("/direction")
        id = act.new_id()
        return cls.begin(
            CrossBorderInformationExchanged, said, act, id=id, exchange_id=id, agency=act.agency
        )

    @property
    def subjects(self) -> tuple[str, ...]:
        """The exchange and the request that it answers."""
        request = self.exchanged.request_id
        return (f"exchange:{self.id}", *((f"border_request:{request}",) if request else ()))

    def state(self) -> dict[str, object]:
        """The state as readers see it; what was exchanged is only said to be there."""
        said = self.exchanged
        return {
            **self._standing(),
            "direction": said.direction,
            "partner": said.partner.model_dump(mode="json"),
            "summary": said.summary.shown,
            "restrictions": list(said.restrictions),
            "request": said.request_id and f"border_request:{said.request_id}",
        }

    def evolve(self, event: CrossBorderInformationExchanged) -> None:
        """Take a fact in."""
        self._begins("exchanged", event, event.agency)
        self.exchanged = event


class JointAction(Staged):
    """What bodies of both sides agreed on."""

    KIND = "joint_action"
    TOPIC = "joint_action"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {"agreed": ("đã thống nhất", "agreed")}
    STEPS: ClassVar[Mapping[type[Event], Step]] = {}

    @classmethod
    def agree_joint_action(cls, said: AgreeJointAction, act: Act) -> Self:
        """Agree on joint action; what an operation is about is not said here."""
        if said.kind in OPERATIONAL and said.commitments:
            raise refusals.operational()
        for index, each in enumerate(said.commitments):
            if each.due is not None and each.due < act.on:
                raise refusals.day_gone(each.due, act.on, f"/commitments/{index}/due")
        for index, name in enumerate(said.participants):
            agency_of(name, act.on, act.register, f"/participants/{index}")
        id = act.new_id()
        return cls.begin(JointActionAgreed, said, act, id=id, action_id=id, agency=act.agency)

    def state(self) -> dict[str, object]:
        """The state as readers see it."""
        fields = {"partner", "participants", "commitments"}
        return {
            **self._standing(),
            **self.agreed.model_dump(mode="json", include=fields),
            "action_kind": self.agreed.kind,
        }

    def evolve(self, event: JointActionAgreed) -> None:
        """Take a fact in."""
        self._begins("agreed", event, event.agency)
        self.agreed = event
