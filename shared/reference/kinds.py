"""The kinds of bodies (agency types) and the named groups, with their dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.reference.areas import Area, in_force
from shared.reference.files import day, read_json

LEVEL_WORDS_VI = {"province": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã"}
"""How a kind is named when all its bodies are meant."""
RANKS = {
    "central": 0,
    "foreign": 0,
    "province": 1,
    "regional": 2,
    "district": 3,
    "commune": 4,
    "station": 5,
}
"""The higher the number, the lower the level."""
UNLISTED = frozenset({"regional", "station"})
"""Levels without a list of bodies: such a kind can be named for an area only as a whole."""
AREA_LEVELS = {"central": "central", "foreign": "central"}
"""Level of the area that a body sits at, where it is not the level's own name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of body, for example `CA_TINH`. Dates inclusive; None is open."""

    code: str
    level: str
    """A key of RANKS."""
    branch: str
    lane: str
    """The lane of the console: committee, border_guard, police, procuracy, court, health,
    commune or other."""
    form_vi: str
    """Name of one body: {place} is kind and name of its area, {bare} the name alone."""
    short_vi: str
    name_vi: str
    name_en: str
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...]
    """Codes of the kinds that took over its functions."""
    competences: tuple[str, ...]

    @property
    def area_level(self) -> str:
        """Level of the areas that one body of this kind belongs to."""
        return AREA_LEVELS.get(self.level, self.level)

    def in_force(self, on: date) -> bool:
        return in_force(self.valid_from, self.valid_to, on)

    def names(self, area: Area) -> tuple[str, str, str]:
        """Vietnamese, English and short Vietnamese name of the body at its own area."""
        place = {"place": area.full_vi, "bare": area.name_vi}
        english = self.name_en if area.parent is None else f"{self.name_en}, {area.name_vi}"
        return self.form_vi.format_map(place), english, self.short_vi.format_map(place)

    def names_of_all(self, area: Area) -> tuple[str, str, str]:
        """The same for all bodies of this kind in an area."""
        word = LEVEL_WORDS_VI.get(self.level, "")
        place = {"place": word, "bare": word}
        where = "trong cả nước" if area.parent is None else f"thuộc {area.full_vi}"
        return (
            f"Các {self.form_vi.format_map(place)} {where}",
            f"Every {self.name_en} in {area.name_vi}",
            self.short_vi.format_map(place),
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Several kinds of bodies of one area under one name, for example `DEPARTMENTS`."""

    code: str
    level: str
    form_vi: str
    short_vi: str
    name_en: str
    members: tuple[str, ...]
    """Codes of kinds; who is in force on a day is decided by their own dates."""

    def names(self, area: Area) -> tuple[str, str, str]:
        place = {"place": area.full_vi}
        return (
            self.form_vi.format_map(place),
            f"{self.name_en}, {area.name_vi}",
            self.short_vi.format_map(place),
        )


def read_kinds() -> dict[str, Kind]:
    """All kinds of agencies.json by code."""
    kinds = {
        row["code"]: Kind(
            row["code"],
            row["level"],
            row["branch"],
            row["lane"],
            row["form_vi"],
            row["short_vi"],
            row["name_vi"],
            row["name_en"],
            day(row["valid_from"]),
            day(row["valid_to"]),
            tuple(heir["code"] for heir in row["successors"]),
            tuple(row["competences"]),
        )
        for row in read_json("agencies.json")["types"]
    }
    _check(kinds, (heir for kind in kinds.values() for heir in kind.successors))
    return kinds


def read_groups(kinds: dict[str, Kind]) -> dict[str, Group]:
    """All groups of groups.json by code; each member is a known kind of the group's level."""
    groups = {
        row["code"]: Group(
            row["code"],
            row["level"],
            row["form_vi"],
            row["short_vi"],
            row["name_en"],
            tuple(row["members"]),
        )
        for row in read_json("groups.json")["groups"]
    }
    _check(kinds, (member for group in groups.values() for member in group.members))
    return groups


def _check(kinds: dict[str, Kind], codes: Iterable[str]) -> None:
    for code in codes:
        if code not in kinds:
            raise ValueError(f"agencies.json has no type {code}; add it or mend the row naming it")
