"""What may happen to a target: it is set. Pure: no clock, no database, no network."""

from decimal import Decimal
from typing import Any, Self, assert_never

from services.directives.bodies import Origin
from services.directives.identity import line_id
from services.directives.targets.events import SetTarget, TargetEvent, TargetSet
from shared.actor import Act
from shared.domain import Aggregate
from shared.errors import Refused
from shared.standing import agency_of

WHOLE_PERCENT = Decimal(100)


class Target(Aggregate):
    """A figure that a directive wants reached. What was reached is counted elsewhere."""

    KIND = "target"
    TOPIC = "target"

    @classmethod
    def set_target(cls, said: SetTarget, act: Act, *, origin: Origin, pointer: str = "") -> Self:
        """Set a target of a directive; an unknown value or operator is kept as a gap."""
        if said.measure_by is not None and said.measure_by < origin.first_day:
            raise Refused(
                "measured-before-issue",
                f"Ngày đo {said.measure_by:%d/%m/%Y} trước ngày ban hành.",
                f"The measuring day {said.measure_by:%Y-%m-%d} is before the issue.",
                pointer=f"{pointer}/measure_by",
                rule="QĐ 193/QĐ-TTg",
                remedy_vi="Kiểm tra ngày đo, thường là ngày cuối của kế hoạch.",
                remedy_en="Check the measuring day, usually the plan's last day.",
            )
        if said.unit == "%" and said.value is not None and not 0 <= said.value <= WHOLE_PERCENT:
            raise Refused(
                "percentage-out-of-range",
                f"Chỉ tiêu {said.value}% nằm ngoài 0–100%.",
                f"A target of {said.value}% is outside 0–100%.",
                pointer=f"{pointer}/value",
                rule="QĐ 193/QĐ-TTg; danh mục sự kiện 18",
                remedy_vi="Ghi tỷ lệ từ 0 đến 100, hoặc dùng đơn vị là số lượng.",
                remedy_en="Give a percentage between 0 and 100, or use the unit count.",
            )
        if said.scope is not None and said.scope.agency is not None:
            agency_of(said.scope.agency, origin.day, act.register, f"{pointer}/scope/agency")
        return cls.begin(
            TargetSet,
            said,
            act,
            id=line_id(origin.directive_id, said.key),
            directive_id=origin.directive_id,
            reference=origin.reference,
            set_by=origin.issuer,
        )

    @property
    def subjects(self) -> tuple[str, ...]:
        """The target and its directive."""
        return (f"target:{self.id}", f"directive:{self.target['directive_id']}")

    def state(self) -> dict[str, object]:
        """The target as it stands, in JSON types."""
        return {
            "id": str(self.id),
            "kind": self.KIND,
            "version": self.version,
            **self.target,
        }

    def evolve(self, event: TargetEvent) -> None:
        """Take a fact in."""
        match event:
            case TargetSet():
                shown = {*SetTarget.model_fields, "directive_id", "reference", "set_by"}
                self.target: dict[str, Any] = event.model_dump(mode="json", include=shown)
            case _:
                assert_never(event)
