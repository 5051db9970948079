"""What may happen to a report line. Pure: no clock, no database, no network.

Every reporting body has a standing of its own: requested → submitted → accepted or returned. Who is
late may still report, also after the reports were summed up; summing up again then makes a new
fact.
"""

from typing import Any, Self, assert_never
from uuid import UUID

from services.directives.bodies import ALL_ADDRESSEES, Origin
from services.directives.due import Due, on_time, refuse_impossible, refuse_reversed
from services.directives.identity import line_id
from services.directives.paper import refuse_early
from services.directives.reports import refusals
from services.directives.reports.events import (
    ConsolidateReport,
    ReportConsolidated,
    ReportEvent,
    ReportKind,
    ReportRequested,
    ReportReviewed,
    ReportSubmitted,
    RequestReport,
    ReviewReport,
    SubmitReport,
)
from services.directives.words import whereabouts
from shared.actor import Act
from shared.domain import Aggregate, Whereabouts, repeats
from shared.fields import Span
from shared.standing import refuse_unless_acting, resolve

IN_HAND = frozenset({"submitted", "accepted"})
"""Standings of reports that can be summed up."""
SHOWN = {*RequestReport.model_fields, "reference", "requested_by", "bodies", "members_known"}


class Report(Aggregate):
    """One report line: who reports, through whom, to whom, by when, and what came in."""

    KIND = "report"
    TOPIC = "report"

    @classmethod
    def request_report(
        cls,
        said: RequestReport,
        act: Act,
        *,
        origin: Origin,
        pointer: str = "",
        consolidates_id: UUID | None = None,
        consolidated_into: UUID | None = None,
        consolidators: tuple[str, ...] = (),
    ) -> Self:
        """Ask for a report; the bodies are those of the paper's day."""
        refuse_impossible(said.due, origin.first_day, f"{pointer}/due")
        if said.period is not None:
            refuse_reversed(said.period.from_, said.period.to, f"{pointer}/period")
        for index, each in enumerate(said.to):
            resolve(each, origin.day, act.register, f"{pointer}/to/{index}")
        if said.via is not None:
            resolve(said.via, origin.day, act.register, f"{pointer}/via")
        bodies, known = reporting_bodies(said, act, origin, pointer)
        if not bodies:
            raise refusals.nobody_reports(f"{pointer}/reporters")
        return cls.begin(
            ReportRequested,
            said,
            act,
            id=line_id(origin.directive_id, said.key),
            directive_id=origin.directive_id,
            reference=origin.reference,
            requested_by=origin.issuer,
            issuers=origin.issuers,
            bodies=bodies,
            members_known=known,
            named_on=origin.day,
            not_before=origin.first_day,
            consolidates_id=consolidates_id,
            consolidated_into=consolidated_into,
            consolidators=consolidators,
        )

    def submit_report(self, said: SubmitReport, act: Act) -> None:
        """Report. A report that was returned may be sent again; one that stands may not."""
        agency = refuse_unless_acting(
            act, self.bodies, self._asked.named_on, refusals.not_asked(self.key, act.agency)
        ).key
        last = self._submissions.get(agency)
        standing = self.standing_of(agency)
        if last is not None and standing in IN_HAND:
            if repeats(said, last):
                return
            raise refusals.submitted_already(agency, standing)
        refuse_early(act, self._asked.not_before)
        _refuse_contradiction(said)
        if said.nil_report and not self._asked.nil_report_allowed:
            raise refusals.nil_not_allowed()
        self.record(
            ReportSubmitted,
            said,
            act,
            agency=agency,
            attempt=1 if last is None else last.attempt + 1,
            on_time=on_time(self.due_of(agency), act.at),
        )

    def review_report(self, said: ReviewReport, act: Act) -> None:
        """Accept a report or send it back with what is wrong."""
        via = () if self._asked.via is None else (self._asked.via,)
        refuse_unless_acting(
            act,
            (*self._asked.to, *via),
            self._asked.named_on,
            refusals.not_the_receiver(self.key, act.agency, self._asked.to),
        )
        refuse_early(act, self._asked.not_before)
        standing = self.standing_of(said.agency)
        if standing == said.outcome:
            return
        if standing != "submitted":
            raise refusals.nothing_to_review(said.agency)
        if said.outcome == "returned" and not said.issues:
            raise refusals.issues_needed()
        if said.new_due is not None:
            refuse_impossible(said.new_due, self._asked.not_before, "/new_due")
        self.record(ReportReviewed, said, act, attempt=self._submissions[said.agency].attempt)

    def consolidate_report(self, said: ConsolidateReport, act: Act) -> None:
        """Sum up what is in hand; who is missing is named, never left out silently."""
        agency = refuse_unless_acting(
            act,
            self._asked.consolidators or self._asked.to,
            self._asked.named_on,
            refusals.not_the_consolidator(self.key, act.agency),
        ).key
        refuse_early(act, self._asked.not_before)
        _refuse_contradiction(said)
        inputs = self._standing_at(*IN_HAND)
        if not inputs:
            raise refusals.nothing_to_consolidate()
        last = self._consolidated
        if last is not None and repeats(said, last) and last.inputs == inputs:
            return
        self.record(
            ReportConsolidated, said, act, agency=agency, inputs=inputs, missing=self.missing
        )

    @property
    def key(self) -> str:
        """`R1`."""
        return self._asked.key

    @property
    def bodies(self) -> tuple[str, ...]:
        """The concrete bodies that report."""
        return self._asked.bodies

    @property
    def missing(self) -> tuple[str, ...]:
        """Bodies whose report is not in hand: never sent, or returned."""
        return tuple(each for each in self.bodies if self.standing_of(each) not in IN_HAND)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who the report is for."""
        return self._asked.to

    @property
    def report_kind(self) -> ReportKind:
        """Which kind of report is asked for."""
        return self._asked.kind

    @property
    def period(self) -> Span | None:
        """The days that it reports on."""
        return self._asked.period

    @property
    def consolidated_into(self) -> UUID | None:
        """The line that sums up this one's reports."""
        return self._asked.consolidated_into

    @property
    def subjects(self) -> tuple[str, ...]:
        """The report line and its directive."""
        return (f"report:{self.id}", f"directive:{self._asked.directive_id}")

    @property
    def report_state(self) -> str:
        """The line as a whole."""
        if self._consolidated is not None:
            return "consolidated"
        standings = {self.standing_of(each) for each in self.bodies}
        if standings == {"accepted"}:
            return "accepted"
        if standings <= IN_HAND:
            return "submitted"
        return "partly_submitted" if standings & IN_HAND else "requested"

    def standing_of(self, agency: str) -> str:
        """How far a body's report is."""
        return self.standings.get(agency, "requested")

    def due_of(self, agency: str) -> Due:
        """By when a body has to report: its own term after a return, else the line's."""
        return self._own_due.get(agency, self._asked.due)

    def whereabouts(self) -> Whereabouts:
        """Its state, and when its last fact happened."""
        return whereabouts(("Dòng báo cáo", "report line"), self.report_state, self.modified_on)

    def state(self) -> dict[str, object]:
        """The report line as it stands, in JSON types."""
        into = self._asked.consolidated_into
        return {
            "id": str(self.id),
            "kind": self.KIND,
            "version": self.version,
            "state": self.report_state,
            "directive_id": str(self._asked.directive_id),
            "requested": self._asked.model_dump(mode="json", include=SHOWN),
            "consolidated_into": None if into is None else str(into),
            "standings": {each: self.standing_of(each) for each in self.bodies} | self.standings,
            "missing": list(self.missing),
            "on_time": self.on_time,
            "issues": {agency: list(issues) for agency, issues in self.issues.items()},
            "consolidated": _shown(self._consolidated),
        }

    def _standing_at(self, *standings: str) -> tuple[str, ...]:
        return tuple(each for each, at in self.standings.items() if at in standings)

    def evolve(self, event: ReportEvent) -> None:
        """Take a fact in."""
        match event:
            case ReportRequested():
                self._asked = event
                self.standings: dict[str, str] = {}
                self.on_time: dict[str, bool | None] = {}
                self.issues: dict[str, tuple[str, ...]] = {}
                self._own_due: dict[str, Due] = {}
                self._submissions: dict[str, ReportSubmitted] = {}
                self._consolidated: ReportConsolidated | None = None
            case ReportSubmitted():
                self.standings[event.agency] = "submitted"
                self.on_time[event.agency] = event.on_time
                self._submissions[event.agency] = event
            case ReportReviewed():
                self.standings[event.agency] = event.outcome
                self.issues[event.agency] = event.issues
                if event.new_due is not None:
                    self._own_due[event.agency] = event.new_due
            case ReportConsolidated():
                self._consolidated = event
            case _:
                assert_never(event)


def reporting_bodies(
    said: RequestReport, act: Act, origin: Origin, pointer: str
) -> tuple[tuple[str, ...], bool]:
    """The concrete bodies that report on a line, and whether all could be listed."""
    bodies: dict[str, None] = {}
    known = True
    for index, each in enumerate(said.reporters):
        members, listed = (
            (origin.reporting, origin.members_known)
            if each == ALL_ADDRESSEES
            else resolve(each, origin.day, act.register, f"{pointer}/reporters/{index}")
        )
        bodies |= dict.fromkeys(members)
        known = known and listed
    return tuple(bodies), known


def _refuse_contradiction(said: SubmitReport | ConsolidateReport) -> None:
    """Nothing to report is said as such, and only then; otherwise there is something in it."""
    if said.nil_report == bool(said.figures or said.narrative):
        raise refusals.nil_contradicted(nil=said.nil_report)


def _shown(consolidated: ReportConsolidated | None) -> dict[str, Any] | None:
    if consolidated is None:
        return None
    return consolidated.model_dump(
        mode="json", include={"agency", "inputs", "missing", "sent_to", "figures", "timestamp"}
    )
