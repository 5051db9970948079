"""Appeals and protests: who may, until when, and what they keep from taking effect. Pure."""

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Literal
from uuid import UUID

from services.cases import refusals as any_stage
from services.cases.trials import refusals
from services.cases.trials import refusals_remedies as refused
from services.cases.trials.courts import (
    CASSATION,
    REOPENING,
    REVIEW,
    hears_appeals_from,
    present,
    protest_level,
)
from services.cases.trials.events import JudgmentDelivered
from services.cases.trials.hearings import AtCourt
from services.cases.trials.periods import last_day
from services.cases.trials.remedies import AppealFiled, FileAppeal, FileProtest, ProtestFiled
from services.cases.trials.sentencing import Judged
from shared.actor import VIETNAM, Act

STANDS = frozenset({"JUDGED", "APPEALED"})
"""Stages in which a judgment of first instance is not in force."""
FINAL = frozenset({"IN_FORCE", "EXECUTION"})
Level = Literal["same", "superior"]
LEVELS = {"same": "SAME_LEVEL", "superior": "SUPERIOR"}


class Contested(AtCourt):
    """What was judged, and who does not leave it at that."""

    REVIEWING: ClassVar[frozenset[str]] = REVIEW

    if TYPE_CHECKING:  # See Staged.
        verdicts: tuple[Judged, ...]
        """What stands: the judgment of first instance, as the appeal has amended it."""
        judged_at: datetime | None
        appeal_judged_at: datetime | None
        appeal_outcome: str | None
        in_force: tuple[UUID, ...]
        """Accused whose judgment is in force."""
        in_force_at: datetime | None
        """Since when the first of them is."""
        appeals: tuple[AppealFiled, ...]
        """Against the judgment, and not withdrawn; late ones among them."""
        protests: tuple[ProtestFiled, ...]
        absent: tuple[tuple[UUID, date], ...]
        """Parties that were not there when it was pronounced, and when they got the judgment."""

    verdicts = in_force = appeals = protests = absent = ()
    judged_at = appeal_judged_at = appeal_outcome = in_force_at = None

    @property
    def on_trial(self) -> tuple[UUID, ...]:
        """Who has to be judged: the accused whose proceedings neither rest nor have ended."""
        return tuple(each for each in self.accused if each not in self.stopped)

    @property
    def judged_refs(self) -> tuple[UUID, ...]:
        """Whom the judgment is about."""
        return tuple(dict.fromkeys(row.ref for row in self.verdicts))

    def file_appeal(self, said: FileAppeal, act: Act) -> None:
        """Enter an appeal on the day it was filed, or its withdrawal. Late ones are marked."""
        if self._said_before(AppealFiled, said, act):
            return
        self._refuse_wrong_stage(AppealFiled)
        if not hears_appeals_from(act, self.court):
            self._refuse_other_courts(act, (self.court,), refusals.APPEAL)
        begun = self._period_begins(said, said.appellant, act, refusals.APPEAL)
        last = last_day("APPEAL" if said.against == "judgment" else "APPEAL-DECISION", begun)
        late = said.step == "filed" and act.on > last
        stands = any(
            each.appellant == said.appellant and (said.step == "filed" or each.timestamp <= act.at)
            for each in self.appeals
        )
        if said.against == "judgment":
            self._refuse_remedy(said.step, stands, refusals.APPEAL)
        self.record(
            AppealFiled,
            said,
            act,
            agency=act.agency,
            last_day=last,
            late=late,
            **self._taken_back(() if late else self._not_in_force_by(said, said.appellant)),
        )

    def file_protest(self, said: FileProtest, act: Act) -> None:
        """Protest a judgment: on appeal by procuracies, in force by those whom the law names."""
        if self._said_before(ProtestFiled, said, act):
            return
        self._refuse_wrong_stage(ProtestFiled)
        level: Level | None = None
        last: date | None = None
        whose = act.agency
        if said.step == "withdrawn":
            filed = self._protest_to_withdraw(said, act)
            level, whose = filed.level, filed.protested_by
        elif said.kind == "appeal":
            level, last = self._refuse_protest(said, act)
        else:
            last = self._refuse_review(said, act)
        late = last is not None and act.on > last
        on_appeal = said.kind == "appeal" and not late
        self.record(
            ProtestFiled,
            said,
            act,
            agency=act.agency,
            protested_by=whose,
            level=level,
            last_day=last,
            late=late,
            **self._taken_back(self._not_in_force_by(said) if on_appeal else ()),
        )

    def _refuse_protest(self, said: FileProtest, act: Act) -> tuple[Level, date]:
        level = protest_level(act, self.court)
        if level is None:
            raise refused.not_its_protest(act, said.kind, self.court)
        begun = self._period_begins(said, None, act, refusals.PROTEST)
        rule = "PROTEST" if said.against == "judgment" else "PROTEST-DECISION"
        last = last_day(rule, begun, LEVELS[level])
        stands = any(each.protested_by == act.agency for each in self._protests_of("appeal"))
        if said.against == "judgment":
            self._refuse_remedy(said.step, stands, refusals.PROTEST)
        return level, last

    def _refuse_review(self, said: FileProtest, act: Act) -> date | None:
        """The last day of a cassation protest to somebody's disadvantage; None: no such day."""
        if self.stage not in FINAL:
            raise any_stage.wrong_stage(self, ProtestFiled, refusals.REVIEW)
        if act.by.type_code not in (CASSATION if said.kind == "cassation" else REOPENING):
            raise refused.not_its_protest(act, said.kind, self.court)
        if said.against != "judgment" or said.decision_on is not None:
            raise refused.decision_day_misplaced("judgment", refusals.REVIEW)
        since = self.in_force_at or self.since
        if act.at < since:
            raise refused.before_judgment(act, since, refusals.REVIEW)
        if said.kind == "cassation" and said.direction == "against":
            return last_day("CASSATION-ADVERSE", _legal_day(since))
        return None

    def _protest_to_withdraw(self, said: FileProtest, act: Act) -> ProtestFiled:
        """Who protested withdraws, or its heir of the day."""
        for each in self.protests:
            theirs = act.agency in present(each.protested_by, act.on, act.register)
            if theirs and each.kind == said.kind and each.timestamp <= act.at:
                return each
        raise refused.nothing_to_withdraw(refusals.PROTEST)

    def _not_in_force_by(
        self, said: FileAppeal | FileProtest, party: UUID | None = None
    ) -> tuple[UUID, ...]:
        """Whose judgment is not in force after all: somebody had contested it in time, though its
        effect was recorded before that was known (BLTTHS 333(3), 343)."""
        if said.against != "judgment" or said.step != "filed":
            return ()
        return tuple(ref for ref in self.in_force if self._reaches(party, ref))

    def _taken_back(self, refs: tuple[UUID, ...]) -> dict[str, object]:
        """Whose effect ends, and whether after that nobody's judgment is in force."""
        return {"effect_ended": refs, "none_in_force": bool(refs) and refs == self.in_force}

    def _reaches(self, party: UUID | None, ref: UUID) -> bool:
        """Whether what a party or a procuracy contests is what is said of one accused: a defendant
        contests their own, a victim or a procuracy all (which part, the record does not say)."""
        return party == ref or party not in self.judged_refs

    def _refuse_remedy(self, step: str, stands: bool, rule: str) -> None:
        if step == "withdrawn":
            if not stands:
                raise refused.nothing_to_withdraw(rule)
            return
        if self.appeal_outcome is not None:
            raise refused.final()
        if stands:
            raise refused.remedy_stands(rule)
        if self.stage not in STANDS | FINAL:
            event = AppealFiled if rule == refusals.APPEAL else ProtestFiled
            raise any_stage.wrong_stage(self, event, rule)

    def _period_begins(
        self, said: FileAppeal | FileProtest, party: UUID | None, act: Act, rule: str
    ) -> date:
        """The day from which the period of a party runs: pronounced, or delivered if absent."""
        if said.against == "decision":
            if said.decision_on is None or said.decision_on > act.on:
                raise refused.decision_day_misplaced("decision", rule)
            return said.decision_on
        if said.decision_on is not None:
            raise refused.decision_day_misplaced("judgment", rule)
        if self.judged_at is None:
            raise refused.not_judged("first_instance", rule)
        if act.at < self.judged_at:
            raise refused.before_judgment(act, self.judged_at, rule)
        delivered = dict(self.absent).get(party) if party is not None else None
        return delivered or _legal_day(self.judged_at)

    def _periods_end(self, ref: UUID | None) -> date:
        """The last day on which somebody may appeal or protest, of one accused or of all."""
        assert self.judged_at is not None, "only asked of what is judged"
        begun = _legal_day(self.judged_at)
        appeals = [day for party, day in self.absent if ref is None or self._reaches(party, ref)]
        return max(
            last_day("PROTEST", begun, "SUPERIOR"),
            *(last_day("APPEAL", day) for day in (begun, *appeals)),
        )

    def _is_contested(self, ref: UUID | None) -> bool:
        """Whether something in time stands against the judgment, of one accused or of all."""
        protested = any(not each.late for each in self._protests_of("appeal"))
        return protested or any(
            not each.late and (ref is None or self._reaches(each.appellant, ref))
            for each in self.appeals
        )

    def _protests_of(self, *kinds: str) -> tuple[ProtestFiled, ...]:
        return tuple(each for each in self.protests if each.kind in kinds)

    def _delivers(self, event: JudgmentDelivered) -> None:
        """For `evolve`."""
        if event.absent_party and event.recipient is not None and event.level == "first_instance":
            self.absent += ((event.recipient, _legal_day(event.timestamp)),)

    def _appeals(self, event: AppealFiled) -> None:
        """For `evolve`: in time it opens the appeal; late it waits for the appellate court."""
        if event.against == "decision":
            return
        if event.step == "withdrawn":
            self.appeals = tuple(a for a in self.appeals if a.appellant != event.appellant)
            self.late_remedy = self._waits()
            return
        self.appeals += (event,)
        self._contests(event)

    def _protests(self, event: ProtestFiled) -> None:
        """For `evolve`."""
        if event.against == "decision":
            return
        if event.step == "withdrawn":
            self._withdraws(event)
            return
        self.protests += (event,)
        if event.kind == "appeal":
            self._contests(event)
        else:
            self._moves("REVIEW", event)

    def _contests(self, event: AppealFiled | ProtestFiled) -> None:
        if event.late:
            self.late_remedy = True
            return
        self._ends_effect(event.effect_ended)
        if self.stage in FINAL:  # Also when what others had appealed was discontinued (348).
            self.level, self.hearing = "first_instance", "closed"
        if self.stage in FINAL | {"JUDGED"}:
            self._moves("APPEALED", event)

    def _ends_effect(self, refs: Collection[UUID]) -> None:
        """For `evolve`: what was recorded as in force is not."""
        self.in_force = tuple(each for each in self.in_force if each not in refs)
        if not self.in_force:
            self.in_force_at = None

    def _withdraws(self, event: ProtestFiled) -> None:
        self.protests = tuple(
            each
            for each in self.protests
            if (each.protested_by, each.kind) != (event.protested_by, event.kind)
        )
        self.late_remedy = self._waits()
        if self.stage == "REVIEW" and not self._protests_of("cassation", "reopening"):
            self._moves("IN_FORCE", event)

    def _waits(self) -> bool:
        return any(each.late for each in self.appeals) or any(
            each.late for each in self._protests_of("appeal")
        )

    def _begins_anew(self) -> None:
        """The earlier judgment is gone, and all that followed from it."""
        self.verdicts, self.judged_at, self.appeal_judged_at = (), None, None
        self.appeal_outcome, self.in_force, self.in_force_at = None, (), None
        self.appeals, self.protests, self.absent, self.late_remedy = (), (), (), False


def _legal_day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()
