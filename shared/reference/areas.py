"""The areas of Viet Nam with their dates: the centre, provinces, districts, communes."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.reference.errors import AreaNotInExistence, UnknownArea

CENTRE = "VN"
LEVELS = ("central", "province", "district", "commune")
LEVELS_BY_DIGITS = {3: "district", 5: "commune"}
"""Level by the length of the official code."""
KEY_CHARACTERS_MAX = 40
Version = tuple[date, str, str]
"""From this day on: name, kind."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area. Both dates are inclusive; None is open (before 2018, or still in force)."""

    key: str
    level: str
    """One of LEVELS."""
    name_vi: str
    """The bare name, for example `Ninh Thuận`; as it was on the day that was asked for."""
    kind: str
    """The word before it: `tỉnh`, `thành phố`, `huyện`, `phường` …; empty for the centre."""
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None = None
    """Key of the area that took over, or None where no single one is known."""
    merged_from: tuple[str, ...] = ()

    @property
    def full_vi(self) -> str:
        """Kind and name: `tỉnh Nghệ An`, `huyện Thạch Thất`; `Việt Nam` for the centre."""
        return f"{self.kind} {self.name_vi}" if self.kind else self.name_vi

    def in_force(self, on: date) -> bool:
        return in_force(self.valid_from, self.valid_to, on)


class AreaTable:
    """All areas by key with what lies in them, and which lists are complete."""

    __slots__ = ("_areas", "_children", "_complete", "_versions")

    def __init__(
        self,
        areas: Sequence[Area],
        versions: Mapping[str, tuple[Version, ...]],
        complete: Mapping[str, frozenset[str]],
    ) -> None:
        self._areas = {area.key: area for area in areas}
        self._versions = dict(versions)
        self._complete = dict(complete)
        children: dict[str, list[str]] = {}
        for area in areas:
            if area.parent is not None:
                children.setdefault(area.parent, []).append(area.key)
        self._children = {parent: tuple(keys) for parent, keys in children.items()}

    def find(self, key: str) -> Area | None:
        """The area under its latest name, or None."""
        return self._areas.get(key)

    def get(self, key: str, on: date | None = None) -> Area:
        """The area under its name of that day (None: the latest), whether in force or not.

        Raises UnknownArea.
        """
        area = self._areas.get(key)
        if area is None:
            raise self._unknown(key)
        versions = self._versions.get(key)
        if versions is None or on is None:
            return area
        index = bisect_right(versions, on, key=lambda version: version[0]) - 1
        _, name, kind = versions[max(index, 0)]
        return replace(area, name_vi=name, kind=kind)

    def at(self, key: str, on: date) -> Area:
        """The area as it was on that day. Raises UnknownArea or AreaNotInExistence."""
        area = self.get(key, on)
        if area.in_force(on):
            return area
        heir = self.stand_in(key, on)
        successors = (heir,) if heir is not None else ()
        predecessors = self.origins(key, on)
        raise AreaNotInExistence(key, on, area.valid_from, area.valid_to, successors, predecessors)

    def below(self, key: str, level: str, on: date) -> tuple[str, ...]:
        """Keys of that level inside the area on that day, in the order of the official codes."""
        found: list[str] = []
        for child in self._children.get(key, ()):
            area = self._areas[child]
            if not area.in_force(on):
                continue
            if area.level == level:
                found.append(child)
            else:
                found.extend(self.below(child, level, on))
        return tuple(found)

    def inside(self, key: str) -> Iterator[str]:
        """The area itself, then all that lies in it or ever did."""
        yield key
        for child in self._children.get(key, ()):
            yield from self.inside(child)

    def lists_all(self, key: str, level: str, on: date) -> bool:
        """Whether every area of that level inside this one is known to the table."""
        if level == "province":
            return True
        if key == CENTRE:
            provinces = self.below(CENTRE, "province", on)
            return all(self.lists_all(province, level, on) for province in provinces)
        return self._listed(key, level)

    def _listed(self, key: str, level: str) -> bool:
        complete = self._complete[level]
        period = key.partition("-")[0]
        return period in complete or any(above in complete for above in self.lineage(key))

    def lineage(self, key: str) -> Iterator[str]:
        """The area itself, then what it lies in, up to the centre."""
        at: str | None = key
        while at is not None:
            yield at
            at = self._areas[at].parent

    def ancestor(self, key: str, level: str) -> str | None:
        """The area of that level that this one lies in (or is), or None."""
        for above in self.lineage(key):
            if self._areas[above].level == level:
                return above
        return None

    def lies_in(self, key: str, other: str) -> bool:
        """Whether the area is the other one or a part of it."""
        return any(above == other for above in self.lineage(key))

    def stand_in(self, key: str, on: date) -> str | None:
        """The area that holds this one's place on that day: itself while in force, then its
        successor, or what its surroundings became where no single successor is known.

        None before it began.
        """
        area = self._areas[key]
        if area.in_force(on):
            return key
        if area.valid_from is not None and on < area.valid_from:
            return None
        heir = area.successor or area.parent
        return self.stand_in(heir, on) if heir is not None else None

    def origins(self, key: str, on: date) -> tuple[str, ...]:
        """The areas of that day that this one was later made of, where known."""
        merged = self._areas[key].merged_from
        return tuple(origin for origin in merged if self._areas[origin].in_force(on))

    def edges(self) -> set[date]:
        """Every day on which an area begins, has just ended, or changes its name."""
        days: set[date] = set()
        for area in self._areas.values():
            days |= edges(area.valid_from, area.valid_to)
        for versions in self._versions.values():
            days |= {since for since, _, _ in versions}
        return days

    def _unknown(self, key: str) -> UnknownArea:
        shown = key[:KEY_CHARACTERS_MAX] or "(trống)"
        province, _, code = key.rpartition("-")
        level = LEVELS_BY_DIGITS.get(len(code))
        known = self._areas.get(province)
        if known is None or known.level != "province" or level is None:
            return UnknownArea(
                shown,
                vi=f"Không có địa bàn {shown}; khóa có dạng VN, P63-58, P63-01-276, P34-40-16681.",
                en=f"There is no area {shown}; keys: VN, P63-58, P63-01-276, P34-40-16681.",
            )
        if level not in self._complete or self._listed(province, level):
            return UnknownArea(
                shown,
                vi=f"Không có địa bàn {shown}: {province} không có mã này.",
                en=f"There is no area {shown}: {province} has no such code.",
            )
        return UnknownArea(
            shown,
            vi=f"Danh mục chưa liệt kê đủ các đơn vị của {province}, không có {shown}; "
            "hãy bổ sung vào tệp dữ liệu.",
            en=f"The register does not list all of {province} and has no {shown}; "
            "add it to the data files.",
        )


def in_force(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Whether the day lies between the two, both included; None is open."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


def edges(valid_from: date | None, valid_to: date | None) -> set[date]:
    """The days on which something begins and on which it is no longer there."""
    days: set[date] = set()
    if valid_from is not None:
        days.add(valid_from)
    if valid_to is not None:
        days.add(valid_to + timedelta(days=1))
    return days
