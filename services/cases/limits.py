"""How long and how many: the limits of what is said of tips and cases."""

from typing import Annotated

from pydantic import Field

NAMES_MAX = 100
"""Short names in one list: places, items, evidence."""
CODES_MAX = 20
"""Codes of one closed list in one fact."""
PERSONS_MAX = 500
"""Persons in one case; the largest trials so far had some two hundred."""

DocumentNumber = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f][^\x00-\x1f]*$")
]
"""Number and notation of a decision or a minute, as written on it, e.g. `12/QĐ-CQCSĐT`."""
