"""The types of fields that everybody's facts are made of, with their limits. Pure."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from shared.domain import Value

TEXT_BYTES_MAX = 20_000
LINE_CHARACTERS_MAX = 500
CODE_CHARACTERS_MAX = 64
AGENCY_CHARACTERS_MAX = 80
FIGURE_DIGITS_MAX = 20
FIGURE_DECIMALS_MAX = 6
DAY_FIRST = date(1945, 9, 2)
DAY_LAST = date(2199, 12, 31)
"""Days outside are slips of the pen, and near the end of the calendar they have no next day."""
MOMENT_FIRST = datetime.combine(DAY_FIRST, time.min, UTC)
MOMENT_LAST = datetime.combine(DAY_LAST, time.min, UTC)


def _fits(text: str) -> str:
    if len(text.encode()) > TEXT_BYTES_MAX:
        raise ValueError(f"the text is longer than {TEXT_BYTES_MAX} bytes in UTF-8")
    return text


Text = Annotated[
    str,
    Field(min_length=1, max_length=TEXT_BYTES_MAX, pattern=r"\S"),
    AfterValidator(_fits),
]
"""Running text in somebody's own words."""
Line = Annotated[str, Field(min_length=1, max_length=LINE_CHARACTERS_MAX, pattern=r"\S")]
"""A title, a name, an office: what fits on a line or two."""
Code = Annotated[
    str, Field(max_length=CODE_CHARACTERS_MAX, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/%-]*$")
]
"""A code of a list that is open to growth, for example an indicator, a route, a kind of area."""
AgencyRef = Annotated[
    str, Field(max_length=AGENCY_CHARACTERS_MAX, pattern=r"^[A-Z][A-Z0-9_]*(-[A-Za-z0-9-]+)?$")
]
"""An agency or a collective of agencies, `<TYPE>-<AREA>`; whether it exists the register says."""
Day = Annotated[date, Field(ge=DAY_FIRST, le=DAY_LAST)]
"""A legal day in Viet Nam."""
Moment = Annotated[AwareDatetime, Field(ge=MOMENT_FIRST, le=MOMENT_LAST)]
"""A moment with a zone, within the days that are no slips of the pen."""
Exact = Annotated[Decimal, Field(max_digits=FIGURE_DIGITS_MAX, decimal_places=FIGURE_DECIMALS_MAX)]
"""An exact figure: text in JSON, never a binary fraction."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of an attachment, in hexadecimal."""


class Span(Value):
    """A stretch of days. In JSON its ends are `from` and `to`, both included unless said."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    from_: Day = Field(alias="from")
    to: Day
