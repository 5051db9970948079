"""What may happen to a directive. Pure: no clock, no database, no network.

The day of the issuing act is the paper's day or later: papers are registered on the day they are
signed or the next working day (NĐ 30/2020 Điều 4(2)(c)), and imported ones long after.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Self, assert_never

from services.directives import paper as fit
from services.directives import refusals
from services.directives.bodies import Origin
from services.directives.corrections.events import RecordCorrected
from services.directives.events import (
    Corrections,
    DirectiveDispatched,
    DirectiveEvent,
    DirectiveIssued,
    DirectiveReceived,
    DirectiveReturned,
    DirectiveRevised,
    Dispatch,
    Paper,
    ReceiveDirective,
    ReturnDirective,
    Revision,
    paper_days,
)
from services.directives.identity import directive_id
from services.directives.notation import printed
from services.directives.words import whereabouts
from shared.actor import VIETNAM, Act
from shared.domain import Aggregate, Event, Whereabouts, repeats
from shared.standing import Standing, refuse_unless_acting

ENDED_BY = {"recall": "recalled", "replacement": "replaced"}
EDXML_BUSINESS = {"recall": 1, "replacement": 3}
EDXML_UPDATE = 2
NEEDS_DOCUMENT = frozenset({"correction", "amendment", "replacement"})
REVISION_SHOWN = {*Revision.model_fields, "changed_fields", "timestamp"}
ADDS_LINES = frozenset({"amendment", "update"})


class Directive(Aggregate):
    """An order in writing from one body to others, and what became of the paper."""

    KIND = "directive"
    TOPIC = "directive"

    @classmethod
    def issue_directive(
        cls,
        said: Paper,
        act: Act,
        *,
        task_keys: Sequence[str] = (),
        target_keys: Sequence[str] = (),
        report_keys: Sequence[str] = (),
    ) -> Self:
        """Issue a paper. Its id follows from issuer, year, notation and number where known."""
        fit.refuse_unfit(said, act, (*task_keys, *target_keys, *report_keys))
        first_day, day = paper_days(said)
        fit.refuse_early(act, first_day)
        understood = fit.understood_notation(said.notation, said.doc_type, "/notation")
        notation = understood.printed if understood else None
        return cls.begin(
            DirectiveIssued,
            said,
            act,
            id=(
                act.new_id()
                if said.number is None
                else directive_id(said.issuer, day.year, notation, said.number)
            ),
            reference=None if said.number is None else printed(said.number, notation),
            year=day.year,
            bodies=fit.resolved_bodies(said, act),
            task_keys=tuple(task_keys),
            target_keys=tuple(target_keys),
            report_keys=tuple(report_keys),
        )

    def dispatch_directive(
        self,
        said: Dispatch,
        act: Act,
        *,
        recipients: Sequence[str] = (),
        message_ids: Mapping[str, str] | None = None,
    ) -> None:
        """Send the paper to bodies it is addressed to, all of them unless some are named.

        Bodies that have it are passed over; a body that returned it is sent it again.
        """
        fit.refuse_unless_issuer(act, self.issuers, self._day)
        self._refuse_ended()
        fit.refuse_early(act, self._first_day)
        for index, recipient in enumerate(recipients):
            if not self._meant_by(recipient):
                raise refusals.not_an_addressee(recipient, f"/recipients/{index}")
        meant = dict.fromkeys(body for each in recipients for body in self._meant_by(each))
        for recipient in meant or tuple(self.recipients):
            if self.recipients[recipient]["standing"] in ("not_dispatched", "returned"):
                self.record(
                    DirectiveDispatched,
                    said,
                    act,
                    recipient=recipient,
                    message_id=(message_ids or {}).get(recipient),
                )

    def receive_directive(self, said: ReceiveDirective, act: Act) -> None:
        """Note that the paper arrived (01), or enter it in the books (03)."""
        standing = self._addressed(act)
        now = self._books(standing.key, standing.named)
        registering = said.edxml_status == "03"
        if now["standing"] == "registered":
            entry = (said.incoming_number, _iso(said.incoming_date))
            if registering and entry != (now["incoming_number"], now["incoming_date"]):
                raise refusals.registered_already(now["incoming_number"])
            return  # Known already: what is registered had arrived before.
        if now["standing"] == "arrived" and not registering:
            return
        _refuse_unsent(now, standing)
        _refuse_bad_entry(said)
        day = said.incoming_date
        if day is not None and not self._first_day <= day <= act.on:
            raise refusals.incoming_date_impossible(day)
        self.record(
            DirectiveReceived, said, act, recipient=standing.key, addressed_as=standing.named
        )

    def return_directive(self, said: ReturnDirective, act: Act) -> None:
        """Send the paper back; until it is sent again the body does not count as having it."""
        standing = self._addressed(act)
        now = self._books(standing.key, standing.named)
        if now["standing"] == "returned" and now["return_reason"] == said.reason:
            return
        _refuse_unsent(now, standing)
        self.record(
            DirectiveReturned, said, act, recipient=standing.key, addressed_as=standing.named
        )

    def revise_directive(
        self,
        said: Revision,
        act: Act,
        *,
        task_keys: Sequence[str] = (),
        target_keys: Sequence[str] = (),
        report_keys: Sequence[str] = (),
    ) -> None:
        """Correct, amend, complete, replace or recall the paper; the first text stays on record."""
        added = (*task_keys, *target_keys, *report_keys)
        fit.refuse_unless_issuer(act, self.issuers, self._day)
        if not added and any(repeats(said, each) for each in self._revisions):
            return
        self._refuse_ended()
        fit.refuse_early(act, self._first_day)
        self._refuse_misplaced(said, added)
        given = self.renumbered(said)
        corrected = said.corrections or Corrections()
        self.record(
            DirectiveRevised,
            said,
            act,
            edxml_business_type=EDXML_BUSINESS.get(said.kind, EDXML_UPDATE),
            changed_fields=tuple(name for name, value in corrected if value is not None),
            reference=self.reference if given is None else printed(given[3], given[2]),
            task_keys=tuple(task_keys),
            target_keys=tuple(target_keys),
            report_keys=tuple(report_keys),
        )

    @property
    def origin(self) -> Origin:
        """What the lines of this paper need to know of it."""
        carrying_out = self._bodies_with("implement")
        return Origin(
            directive_id=self.id,
            reference=self.reference,
            issuer=self.issuer,
            issuers=self.issuers,
            first_day=self._first_day,
            day=self._day,
            implementing=carrying_out,
            reporting=tuple(dict.fromkeys((*carrying_out, *self._bodies_with("report")))),
            members_known=all(each.members_known for each in self._bodies),
        )

    @property
    def received(self) -> tuple[str, ...]:
        """Bodies at which the paper arrived or was registered."""
        return self._standing_at("arrived", "registered")

    @property
    def acknowledged(self) -> tuple[str, ...]:
        """Bodies that registered the paper."""
        return self._standing_at("registered")

    @property
    def awaited(self) -> tuple[str, ...]:
        """Bodies that have not received the paper, or returned it."""
        return self._standing_at("not_dispatched", "dispatched", "returned")

    def is_timely(self, event: Event) -> bool:
        """Nothing happens to a paper before it exists, and none is entered before it came."""
        day = event.timestamp.astimezone(VIETNAM).date()
        entered = event.incoming_date if isinstance(event, DirectiveReceived) else None
        return self._first_day <= (entered or day) <= day

    def whereabouts(self) -> Whereabouts:
        """Its state, and when its last fact happened."""
        return whereabouts(("Văn bản", "paper"), self.standing, self.modified_on)

    def state(self) -> dict[str, object]:
        """The directive as it stands, in JSON types."""
        return {
            "id": str(self.id),
            "kind": self.KIND,
            "version": self.version,
            "standing": self.standing,
            "reference": self.reference,
            "completeness": "partial" if self.missing else "complete",
            "missing": list(self.missing),
            "paper": self.paper,
            "task_keys": list(self.task_keys),
            "target_keys": list(self.target_keys),
            "report_keys": list(self.report_keys),
            "recipients": self.recipients,
            "received": list(self.received),
            "acknowledged": list(self.acknowledged),
            "awaited": list(self.awaited),
            "revisions": [
                each.model_dump(mode="json", include=REVISION_SHOWN) for each in self._revisions
            ],
        }

    def renumbered(self, said: Revision) -> tuple[str, int, str | None, int] | None:
        """Issuer, year, notation and number after a revision that changes them, else None."""
        new = said.corrections or Corrections()
        number: int | None = new.number or self.paper["number"]
        if number is None or not (new.number or new.notation or new.issue_date):
            return None
        text = new.notation or self.paper["notation"]
        found = fit.understood_notation(text, self.paper["doc_type"], "/corrections/notation")
        year = (new.issue_date or self._day).year
        return self.issuer, year, found.printed if found else None, number

    def _meant_by(self, name: str) -> tuple[str, ...]:
        """The bodies behind an addressee of the paper, or a body itself; nobody else."""
        if name in self.recipients:
            return (name,)
        return next((each.members for each in self._bodies if each.addressee == name), ())

    def _bodies_with(self, role: str) -> tuple[str, ...]:
        members = (body for each in self._bodies if each.role == role for body in each.members)
        return tuple(dict.fromkeys(members))

    def _standing_at(self, *standings: str) -> tuple[str, ...]:
        return tuple(body for body, at in self.recipients.items() if at["standing"] in standings)

    def _books(self, key: str, named: str) -> dict[str, Any]:
        """The books of a body; under an unlisted collective they begin as the collective's."""
        return self.recipients.get(key) or dict(self.recipients[named])

    def _addressed(self, act: Act) -> Standing:
        named = [body for each in self._bodies for body in each.members]
        standing = refuse_unless_acting(
            act, named, self._day, refusals.not_addressed(self.reference, act.agency)
        )
        self._refuse_ended()
        fit.refuse_early(act, self._first_day)
        return standing

    def _refuse_ended(self) -> None:
        if self.standing != "in_force":
            raise refusals.ended(self.standing)

    def _refuse_misplaced(self, said: Revision, added: Sequence[str]) -> None:
        fit.refuse_repeated_keys((*self.task_keys, *self.target_keys, *self.report_keys, *added))
        if said.kind in NEEDS_DOCUMENT and said.by_document is None:
            raise refusals.document_needed(said.kind)
        if (said.corrections and said.kind in ENDED_BY) or (added and said.kind not in ADDS_LINES):
            raise refusals.kind_does_not_fit()
        day = said.corrections and said.corrections.issue_date
        if day and self.paper["issue_date"] is None and not self._first_day <= day <= self._day:
            raise refusals.outside_known_days(day, self._first_day, self._day)
        for index, name in enumerate(said.filled):
            if name not in self.missing:
                raise refusals.no_such_gap(name, f"/filled/{index}")

    def evolve(self, event: DirectiveEvent | RecordCorrected) -> None:
        """Take a fact in."""
        match event:
            case DirectiveIssued():
                self._begin(event)
            case DirectiveDispatched():
                self.recipients[event.recipient] |= {
                    "standing": "dispatched",
                    "channel": event.channel,
                    "dispatched_at": event.timestamp.isoformat(),
                }
            case DirectiveReceived():
                registered = event.edxml_status == "03"
                self.recipients[event.recipient] = self._books(
                    event.recipient, event.addressed_as
                ) | {
                    "standing": "registered" if registered else "arrived",
                    "registered_at" if registered else "arrived_at": event.timestamp.isoformat(),
                    "incoming_number": event.incoming_number,
                    "incoming_date": _iso(event.incoming_date),
                }
            case DirectiveReturned():
                self.recipients[event.recipient] = self._books(
                    event.recipient, event.addressed_as
                ) | {
                    "standing": "returned",
                    "returned_at": event.timestamp.isoformat(),
                    "return_reason": event.reason,
                }
            case DirectiveRevised():
                self._revise(event)
            case RecordCorrected():
                pass  # What it corrects was taken in as corrected.
            case _:
                assert_never(event)

    def _begin(self, event: DirectiveIssued) -> None:
        self._first_day, self._day = paper_days(event)
        self._bodies = event.bodies
        self._revisions: tuple[DirectiveRevised, ...] = ()
        self.paper: dict[str, Any] = event.model_dump(mode="json", include=set(Paper.model_fields))
        self.issuer = event.issuer
        self.issuers = tuple(dict.fromkeys((event.issuer, *event.issuer_capacity)))
        self.standing = "in_force"
        self.reference = event.reference
        self.missing = event.missing
        self.task_keys = event.task_keys
        self.target_keys = event.target_keys
        self.report_keys = event.report_keys
        self.recipients: dict[str, dict[str, Any]] = {
            body: {"standing": "not_dispatched", "role": each.role, "addressee": each.addressee}
            for each in reversed(event.bodies)  # Who is named twice keeps the first role.
            for body in each.members
        }

    def _revise(self, event: DirectiveRevised) -> None:
        changed = event.changed_fields
        corrected = event.corrections or Corrections()
        self.paper |= corrected.model_dump(mode="json", include=set(changed))
        if corrected.issue_date is not None:
            self._first_day = corrected.issue_date
        self.missing = tuple(
            name for name in self.missing if name not in changed and name not in event.filled
        )
        self.standing = ENDED_BY.get(event.kind, self.standing)
        self.reference = event.reference
        self.task_keys += event.task_keys
        self.target_keys += event.target_keys
        self.report_keys += event.report_keys
        self._revisions += (event,)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _refuse_unsent(books: dict[str, Any], standing: Standing) -> None:
    if books["standing"] in ("not_dispatched", "returned"):
        raise refusals.not_with(standing, sent_back=books["standing"] == "returned")


def _refuse_bad_entry(said: ReceiveDirective) -> None:
    given = [each is not None for each in (said.incoming_number, said.incoming_date)]
    if given != [said.edxml_status == "03"] * 2:
        raise refusals.incoming_number_misplaced()
    if said.edxml_status == "03" and said.signature_valid is False:
        raise refusals.signature_invalid()
