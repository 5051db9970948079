from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from services.directives.limits import Key
from shared.fields import TEXT_BYTES_MAX, AgencyRef, Day, Exact, Line, Span, Text


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Text, " \n\t"),
        (Text, "ớ" * (TEXT_BYTES_MAX // 3 + 1)),
        (Text, "a\ud800"),
        (Line, ""),
        (Line, "x" * 501),
        (Key, "t01"),
        (Key, "T01.0"),
        (Key, "T01."),
        (AgencyRef, "công an"),
        (AgencyRef, "CA_TINH-" + "9" * 80),
        (Exact, "NaN"),
        (Exact, "Infinity"),
        (Exact, "1" * 21),
        (Exact, "0.1234567"),
        (Day, "0001-01-01"),
        (Day, "9999-12-31"),
    ],
)
def test_what_is_beyond_the_limits_is_not_understood(kind, value):
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_a_text_may_be_as_long_as_the_limit_says():
    text = "ớ" * (TEXT_BYTES_MAX // 3)

    assert TypeAdapter(Text).validate_python(text) == text


def test_figures_stay_exact_on_their_way_through_json():
    figure = TypeAdapter(Exact)

    assert figure.dump_json(figure.validate_json("18.20")) == b'"18.2"'
    assert figure.dump_json(figure.validate_json('"18.20"')) == b'"18.20"'
    assert figure.validate_json('"0.1"') + Decimal("0.2") == Decimal("0.3")


def test_a_span_is_called_from_and_to_in_json():
    span = Span.model_validate({"from": "2024-01-01", "to": "2024-06-30"})

    assert span.model_dump(mode="json") == {"from": "2024-01-01", "to": "2024-06-30"}
