"""What is said of a target."""

from typing import ClassVar, Literal
from uuid import UUID

from services.directives.limits import Key
from shared.domain import Command, FirstEvent, Value
from shared.fields import AgencyRef, Code, Day, Exact, Line, Text


class Scope(Value):
    """Over what a target is measured."""

    agency: AgencyRef | None = None
    area: Line | None = None
    population: Line | None = None


class SetTarget(Command):
    """One target as the paper words it. A value or operator that it does not give stays empty."""

    key: Key
    indicator: Code
    title_vi: Line
    title_en: Line | None = None
    operator: Literal[">=", "=", ">", "<=", "<"] | None = None
    value: Exact | None = None
    unit: Literal["%", "count"]
    scope: Scope | None = None
    numerator: Line | None = None
    denominator: Line | None = None
    baseline: Exact | None = None
    measure_by: Day | None = None
    measure_by_assumed: bool = False
    """The paper does not say the day; whoever entered it took it from the context."""
    note: Text | None = None


class TargetSet(FirstEvent, SetTarget):
    """A target was set."""

    TOPIC: ClassVar[str] = "directives.target_set.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Đặt chỉ tiêu", "Target set")
    SOURCE: ClassVar[str] = "QĐ 193/QĐ-TTg; catalogue 18"

    directive_id: UUID
    reference: str | None
    set_by: AgencyRef


TargetEvent = TargetSet
