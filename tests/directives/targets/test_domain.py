from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.directives.targets.domain import Target
from services.directives.targets.events import Scope, SetTarget
from shared.errors import Refused
from tests.directives.examples import PROVINCE, act, issued, news


def line(**other: object) -> SetTarget:
    """G01: at least 30 % of all communes have a specialised model by the end of the year."""
    fields = {
        "key": "G01",
        "indicator": "communes_with_specialised_model",
        "title_vi": "xã có mô hình chuyên sâu",
        "operator": ">=",
        "value": Decimal(30),
        "unit": "%",
        "measure_by": date(2025, 12, 31),
        "measure_by_assumed": True,
    }
    return SetTarget.model_validate(fields | other)


def set_target(**other: object) -> Target:
    return Target.set_target(line(**other), act(), origin=issued().origin, pointer="/targets/0")


def test_a_target_is_set_by_the_issuer():
    target = set_target()

    [event] = news(target)
    assert (event.set_by, event.reference) == (PROVINCE, "6325/UBND-NC")
    assert target.state()["value"] == "30"
    assert target.subjects == (f"target:{target.id}", f"directive:{event.directive_id}")


def test_a_value_and_an_operator_that_the_paper_does_not_give_stay_gaps():
    target = set_target(value=None, operator=None, measure_by=None)

    assert target.state()["value"] is None
    assert target.state()["operator"] is None


@pytest.mark.parametrize(
    ("other", "code", "place"),
    [
        ({"measure_by": date(2025, 6, 30)}, "measured-before-issue", "measure_by"),
        ({"value": Decimal("100.5")}, "percentage-out-of-range", "value"),
        ({"value": Decimal(-1)}, "percentage-out-of-range", "value"),
        ({"scope": Scope(agency="X-P34-40")}, "unknown-agency", "scope/agency"),
    ],
)
def test_a_target_that_cannot_be_measured_is_refused_with_its_place(other, code, place):
    with pytest.raises(Refused) as refusal:
        set_target(**other)

    assert (refusal.value.code, refusal.value.pointer) == (code, f"/targets/0/{place}")


def test_counts_may_be_above_a_hundred():
    assert set_target(unit="count", value=Decimal(3321)).state()["value"] == "3321"


def test_an_unknown_operator_is_not_understood():
    with pytest.raises(ValidationError):
        line(operator="~")
