"""Who may record what, read from the tables by itself, and real bodies of the register to try it.

The rows are read here once more, not by the code that is tested: what it makes of them is the test.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from shared.reference import Register, load_register
from shared.reference.areas import CENTRE
from shared.reference.files import read_json
from shared.reference.kinds import Kind
from shared.standing import NEAREST

TYPES: tuple[str, ...] = tuple(row["code"] for row in read_json("agencies.json")["types"])
DAYS = tuple(map(date.fromisoformat, ("2025-08-04", "2025-05-05", "2025-01-20", "2024-08-05")))
"""Today, between the end of the district police and that of the districts, and before."""
HOME = "-40"
"""How the key of Nghệ An ends, under both divisions of the country."""
EVERYWHERE = frozenset({"central", "foreign"})
DAY = timedelta(days=1)


@cache
def kind(code: str) -> Kind:
    """The type as the register has it."""
    found = load_register().kind(code)
    assert found is not None, code
    return found


@dataclass(frozen=True)
class Ruled:
    """A row of a table of competence."""

    types: tuple[str, ...]
    """Those of the register that it names."""
    first: date
    last: date
    source: str

    def allows(self, code: str, on: date) -> bool:
        """Whether it lets that type record on that day; both ends are days of the row."""
        return self.first <= on <= self.last and code in self.types


@cache
def rows_of(path: Path) -> dict[str, tuple[Ruled, ...]]:
    """Topic → the rows of a `competence.json`."""
    table = json.loads(path.read_text("utf-8"))["topics"]
    return {topic: tuple(_ruled(row) for row in rows) for topic, rows in table.items()}


def _ruled(row: dict[str, Any]) -> Ruled:
    return Ruled(
        tuple(code for code in TYPES if any(fnmatchcase(code, each) for each in row["types"])),
        date.fromisoformat(row.get("from") or "0001-01-01"),
        date.fromisoformat(row.get("until") or "9999-12-31"),
        row["source"],
    )


@cache
def body(code: str, on: date) -> str | None:
    """A body of a type that there is on that day, of Nghệ An if it is bound to an area."""
    found = kind(code)
    if not found.in_force(on):
        return None
    area = next(_places(found.level, on), None)
    return None if area is None else f"{code}-{area}"


def body_between(code: str, first: date, last: date) -> tuple[str, date] | None:
    """A body of a type and a day on which both it is there and a rule holds; None: never."""
    found = kind(code)
    edges = (first, last, found.valid_from, found.valid_to)
    for on in (*DAYS, *(each for each in edges if each not in (None, date.min, date.max))):
        assert on is not None
        if first <= on <= last and (agency := body(code, on)) is not None:
            return agency, on
    return None


@cache
def elsewhere(agency: str, on: date) -> str | None:
    """A body of the same type in another province; None for those of the whole country."""
    code, _, area = agency.partition("-")
    if area == CENTRE:
        return None
    register = load_register()
    own = register.province_of(area)
    others = (each for each in _places(kind(code).level, on) if each != area)
    return next(f"{code}-{each}" for each in others if register.province_of(each) != own)


def _places(level: str, on: date) -> Iterator[str]:
    """Keys of the areas by which bodies of a level are named, those of Nghệ An first."""
    register = load_register()
    wanted = NEAREST.get(level, level)
    if wanted in EVERYWHERE:
        yield CENTRE
        return
    provinces = register.areas_in(CENTRE, "province", on)
    for province in sorted(provinces, key=lambda key: not key.endswith(HOME)):
        yield from _inside(register, province, wanted, on)


def _inside(register: Register, province: str, level: str, on: date) -> tuple[str, ...]:
    return (province,) if level == "province" else register.areas_in(province, level, on)
