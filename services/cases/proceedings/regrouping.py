"""Joining cases into one, and splitting one: what every stream concerned is told. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Self
from uuid import UUID

from services.cases.lists import Offence, Route
from services.cases.proceedings import refusals
from services.cases.proceedings.casefile import CaseFile
from services.cases.proceedings.events import CaseSplitOff, CasesRegrouped, Regrouping, SplitOff
from services.cases.proceedings.gravity import heaviest
from services.cases.proceedings.identity import case_id
from services.cases.proceedings.parts import Institutor, Remainder
from shared.actor import Act

TAKEN_OVER = ("juvenile", "victims_known", "returns", "stopped", "publicity_consent")
"""What a joined case takes over of the others besides offences and accused."""


class Grouped(CaseFile):
    """A case that may take others in, or be split."""

    if TYPE_CHECKING:  # The library makes a dataclass of an aggregate with annotations that run.
        joined_into: UUID | None
        split_from: UUID | None
        took_in: tuple[UUID, ...]
        """Cases that were joined into this one."""
        victims_known: int
        publicity_consent: bool
        split_into: tuple[UUID, ...]
        """Cases that parts of this one go on in."""
        place: str
        route: Route | None
        instituted_by: Institutor

    def join_cases(self, said: Regrouping, act: Act, others: Sequence[Self]) -> None:
        """Take other cases in; they end. All lie at one stage with one body."""
        ids = tuple(each.id for each in others)
        last = self._last.get(CasesRegrouped.TOPIC)
        if self.said_before(CasesRegrouped, said, act) and (
            isinstance(last, CasesRegrouped) and last.source_cases == (self.id, *ids)
        ):
            return
        if not ids or len({self.id, *ids}) <= len(ids):
            raise refusals.wrong_regrouping(
                "/cases", "Nhập vụ án cần các vụ án khác nhau", "A joinder takes in other cases"
            )
        concerned = (self, *others)
        for each in concerned:
            each.refuse_unless_at(CasesRegrouped, act)
            each.refuse_while_on_its_way(refusals.JOINING)
            if (each.stage, each.holder) != (self.stage, self.holder):
                raise refusals.not_together(each.id)
        offences = _once(each for case in concerned for each in case.offences)
        accused = tuple(dict.fromkeys(each for case in concerned for each in case.accused))
        after = _together(concerned)
        sources = tuple(each.id for each in concerned)
        for each in concerned:
            each._regroup(said, act, sources, (self.id,), offences, accused, after)

    def split_case(self, said: Regrouping, act: Act, parts: Sequence[Remainder]) -> list[Self]:
        """Split parts off; each begins a case that goes on from here. Returns the new cases."""
        self.refuse_unless_at(CasesRegrouped, act)
        self.refuse_while_on_its_way(refusals.JOINING)
        self._refuse_strange_parts(parts)
        begun = [self._begin_part(said, act, part) for part in parts]
        if not begun or len({each.id for each in begun}) < len(begun):
            raise refusals.wrong_regrouping(
                "/parts", "Mỗi phần được tách cần một số riêng", "Each part needs its own number"
            )
        gone = {ref for part in parts for ref in part.accused}
        left = tuple(each for each in self.accused if each not in gone)
        results = (self.id, *(each.id for each in begun))
        after = _together((self,), gone)
        self._regroup(said, act, (self.id,), results, self.offences, left, after)
        return begun

    def _begin_part(self, said: Regrouping, act: Act, part: Remainder) -> Self:
        return self.begin(
            CaseSplitOff,
            SplitOff(**{name: getattr(part, name) for name in Remainder.model_fields}),
            act,
            id=case_id(act.agency, act.on.year, part.case_no),
            agency=act.agency,
            split_from=self.id,
            decision_ref=said.decision_ref,
            place=self.place,
            route=self.route,
            stage=self.stage,
            holder=self.holder,
            by=self.instituted_by,
            severity_class=heaviest(part.offences, "/parts"),
            instituted_on=self.instituted_on,
            course=self.course,
            stopped={ref: how for ref, how in self.stopped.items() if ref in part.accused},
        )

    def _refuse_strange_parts(self, parts: Sequence[Remainder]) -> None:
        """What is split off was in the case, and nobody is in two parts."""
        seen: set[UUID] = set()
        for index, part in enumerate(parts):
            if not {*part.offences} <= {*self.offences}:
                raise refusals.wrong_regrouping(
                    f"/parts/{index}/offences",
                    "Tội danh của phần được tách phải thuộc vụ án này",
                    "The offences of a part are offences of this case",
                )
            for ref in part.accused:
                self._refuse_strangers(ref)
            if seen & {*part.accused}:
                raise refusals.wrong_regrouping(
                    f"/parts/{index}/accused",
                    "Một bị can không thể thuộc hai phần",
                    "Nobody is accused in two parts",
                )
            seen |= {*part.accused}

    def _regroup(
        self,
        said: Regrouping,
        act: Act,
        sources: tuple[UUID, ...],
        results: tuple[UUID, ...],
        offences: tuple[Offence, ...],
        accused: tuple[UUID, ...],
        after: Mapping[str, object],
    ) -> None:
        self.record(
            CasesRegrouped,
            said,
            act,
            agency=act.agency,
            source_cases=sources,
            result_cases=results,
            offences_after=offences,
            accused_after=accused,
            class_before=self.severity,
            class_after=heaviest(offences),
            **after,
        )

    def _regrouped(self, event: CasesRegrouped) -> None:
        """For `evolve`: the case has taken others in, was split, or has ended in another."""
        if self.id not in event.result_cases:
            self.joined_into = event.result_cases[0]
            self.rule = None
            self._moves("JOINED", event)
            return
        self.took_in += tuple(each for each in event.source_cases if each != self.id)
        self.split_into += tuple(each for each in event.result_cases if each != self.id)
        self.offences, self.severity = event.offences_after, event.class_after
        self.accused = event.accused_after
        for name in TAKEN_OVER:
            if (after := getattr(event, f"{name}_after")) is not None:
                setattr(self, name, dict(after) if isinstance(after, dict) else after)


def _together(cases: Sequence[Grouped], gone: Collection[UUID] = ()) -> dict[str, object]:
    """What cases that go on as one know besides their offences; `gone`: who was split off.

    Of protections and limits the strictest holds: a juvenile accused is not exhibited, nor a victim
    who has not agreed, and no return of a file is forgotten.
    """
    with_victims = [each for each in cases if each.victims_known] or cases
    returned = sorted({name for each in cases for name in each.returns})
    stopped = {ref: how for each in cases for ref, how in each.stopped.items()}
    return {
        "juvenile_after": any(each.juvenile for each in cases),
        "victims_known_after": sum(each.victims_known for each in cases),
        "returns_after": {
            name: max(each.returns.get(name, 0) for each in cases) for name in returned
        },
        "stopped_after": {ref: how for ref, how in stopped.items() if ref not in gone},
        "publicity_consent_after": all(each.publicity_consent for each in with_victims),
    }


def _once(offences: Iterable[Offence]) -> tuple[Offence, ...]:
    return tuple(dict.fromkeys(offences))
