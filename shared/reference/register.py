"""The register of bodies: who an agency id names, on which day, and who is meant by a collective.

An id is `<code>-<area key>`, split at the first hyphen. It names one body (`CA_TINH-P34-40`), all
bodies of a lower level in an area (`UBND_XA-P34-40`), or a group (`DEPARTMENTS-P34-40`); the last
two are collectives.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache

from shared.reference.areas import CENTRE, Area, AreaTable, edges
from shared.reference.errors import AgencyNotInExistence, UnknownAgency, UnknownArea
from shared.reference.files import read_areas
from shared.reference.kinds import RANKS, UNLISTED, Group, Kind, read_groups, read_kinds

AGENCIES_CACHED_MAX = 8_192
COLLECTIVES_CACHED_MAX = 256
ID_CHARACTERS_MAX = 64
GROUP_BRANCH = "group"
GROUP_LANE = "other"


@dataclass(frozen=True, slots=True)
class Agency:
    """A body or a collective as it was on the day that was asked for."""

    id: str
    code: str
    """Type code or group code."""
    area: str
    name_vi: str
    name_en: str
    short_vi: str
    level: str
    branch: str
    lane: str
    """committee, border_guard, police, procuracy, court, health, commune or other."""
    is_collective: bool


class Register:
    """Bodies, groups and areas by date. Immutable; every answer depends on the arguments only."""

    __slots__ = ("_agency", "_areas", "_days", "_groups", "_kinds", "_members")

    def __init__(self, areas: AreaTable, kinds: dict[str, Kind], groups: dict[str, Group]) -> None:
        self._areas = areas
        self._kinds = kinds
        self._groups = groups
        days = areas.edges()
        for kind in kinds.values():
            days |= edges(kind.valid_from, kind.valid_to)
        # Between two of these days nothing changes, so one answer serves every day between them.
        self._days = (date.min, *sorted(days))
        self._agency: Callable[[str, date], Agency | None] = lru_cache(AGENCIES_CACHED_MAX)(
            self._resolve
        )
        self._members: Callable[[str, date], tuple[str, ...]] = lru_cache(COLLECTIVES_CACHED_MAX)(
            self._enumerate
        )

    def agency(self, agency_id: str, on: date) -> Agency:
        """Who the id names on that day: a body, a collective or a group.

        Raises UnknownAgency and AgencyNotInExistence.
        """
        found = self._find(agency_id, on)
        if found is None:
            raise self._refusal(agency_id, on)
        return found

    def members(self, agency_id: str, on: date) -> tuple[str, ...]:
        """The bodies that a collective stands for on that day, in a stable order.

        One body stands for itself; a collective whose bodies are not listed has no known members.
        Raises as `agency`.
        """
        self.agency(agency_id, on)
        return self._members(agency_id, self._since(on))

    def covers(self, reference: str, agency_id: str, on: date) -> bool:
        """Whether what is said to `reference` is said to that body (or collective) on that day.

        Follows the organisation, so it also answers where the bodies are not listed. A body that
        is not in the register or not there on that day is not covered. Raises as `agency` for
        the reference only.
        """
        whole = self.agency(reference, on)
        part = self._find(agency_id, on)
        if part is None:
            return False
        if whole.id == part.id:
            return True
        group = self._groups.get(whole.code)
        if group is not None:
            return part.code in group.members and part.area == whole.area
        return (
            whole.is_collective
            and part.code == whole.code
            and self._areas.lies_in(part.area, whole.area)
        )

    def successors(self, agency_id: str, on: date) -> tuple[str, ...]:
        """Who does on that day what this body did before it ended; empty while it is there.

        A collective in the answer means: one or several of its members. Raises UnknownAgency.
        """
        named, area = self._parse(agency_id)
        if isinstance(named, Group):
            place = self._areas.stand_in(area.key, on)
            if place is None or self._areas.get(place).level != named.level:
                return ()
            return (f"{named.code}-{place}",) if place != area.key else ()
        heirs = self._heirs(named, area.key, on, frozenset())
        return tuple(dict.fromkeys(heir for heir in heirs if heir != agency_id))

    def agencies_of(self, area_key: str, on: date) -> tuple[str, ...]:
        """Ids of the bodies that sit at this very area on that day.

        Raises UnknownArea and AreaNotInExistence.
        """
        area = self._areas.at(area_key, on)
        return tuple(
            f"{kind.code}-{area_key}"
            for kind in self._kinds.values()
            if kind.area_level == area.level and kind.in_force(on)
        )

    def ended_at(self, area_key: str, on: date) -> tuple[str, ...]:
        """Ids of the bodies that sat at this very area and are there no longer on that day.

        Raises UnknownArea.
        """
        area = self._areas.get(area_key)
        return tuple(
            f"{kind.code}-{area_key}"
            for kind in self._kinds.values()
            if kind.area_level == area.level and _has_ended(kind, area, on)
        )

    def kind(self, code: str) -> Kind | None:
        """The kind of body with this type code, with its dates and competences."""
        return self._kinds.get(code)

    def group(self, code: str) -> Group | None:
        return self._groups.get(code)

    def area(self, key: str, on: date | None = None) -> Area:
        """The area under its name of that day (None: the latest), in force or not.

        Raises UnknownArea.
        """
        return self._areas.get(key, on)

    def areas_in(self, key: str, level: str, on: date) -> tuple[str, ...]:
        """Keys of the known areas of a level (province, district, commune) inside an area."""
        return self._areas.below(self._areas.at(key, on).key, level, on)

    def areas_ever_in(self, key: str) -> tuple[str, ...]:
        """Keys of the area itself and of all known ones that lie in it or ever did.

        Raises UnknownArea.
        """
        return tuple(self._areas.inside(self._areas.get(key).key))

    def province(self, key: str, on: date) -> Area:
        """The province as it was on that day; for a district or commune, the one it lies in.

        Raises UnknownArea and AreaNotInExistence.
        """
        return self._areas.at(self.province_of(key), on)

    def province_of(self, area_key: str) -> str:
        """Key of the province that the area lies in; the centre is its own. Raises UnknownArea."""
        area = self._areas.get(area_key)
        return self._areas.ancestor(area.key, "province") or CENTRE

    def _find(self, agency_id: str, on: date) -> Agency | None:
        # An endless id must not find a place among the cached ones.
        known = len(agency_id) <= ID_CHARACTERS_MAX
        return self._agency(agency_id, self._since(on)) if known else None

    def _since(self, on: date) -> date:
        """The first of the days on which everything is as on this one."""
        return self._days[bisect_right(self._days, on) - 1]

    def _resolve(self, agency_id: str, on: date) -> Agency | None:
        code, _, area_key = agency_id.partition("-")
        area = self._areas.find(area_key)
        named = self._kinds.get(code) or self._groups.get(code)
        if area is None or named is None or not area.in_force(on):
            return None
        area = self._areas.get(area_key, on)
        if isinstance(named, Group):
            if named.level != area.level:
                return None
            return _agency(agency_id, named, area, named.names(area), is_collective=True)
        if not named.in_force(on) or not _fits(named, area):
            return None
        if named.area_level == area.level:
            return _agency(agency_id, named, area, named.names(area), is_collective=False)
        return _agency(agency_id, named, area, named.names_of_all(area), is_collective=True)

    def _enumerate(self, agency_id: str, on: date) -> tuple[str, ...]:
        """The members of an id that is known to be in force."""
        code, _, area_key = agency_id.partition("-")
        group = self._groups.get(code)
        if group is not None:
            return tuple(
                f"{member}-{area_key}"
                for member in group.members
                if self._kinds[member].in_force(on)
            )
        kind = self._kinds[code]
        if kind.area_level == self._areas.get(area_key).level:
            return (agency_id,)
        if kind.level in UNLISTED or not self._areas.lists_all(area_key, kind.level, on):
            return ()
        return tuple(f"{code}-{key}" for key in self._areas.below(area_key, kind.level, on))

    def _parse(self, agency_id: str) -> tuple[Kind | Group, Area]:
        """What the id is made of, whatever the day. Raises UnknownAgency."""
        code, _, area_key = agency_id.partition("-")
        named = self._kinds.get(code) or self._groups.get(code)
        if named is None:
            raise self._unknown_code(agency_id, code)
        try:
            area = self._areas.get(area_key)
        except UnknownArea as unknown:
            shown = agency_id[:ID_CHARACTERS_MAX]
            raise UnknownAgency(shown, None, vi=unknown.vi, en=unknown.en) from None
        fits = named.level == area.level if isinstance(named, Group) else _fits(named, area)
        if not fits:
            raise self._misplaced(agency_id, named, area)
        return named, area

    def _refusal(self, agency_id: str, on: date) -> UnknownAgency | AgencyNotInExistence:
        try:
            named, area = self._parse(agency_id)
        except UnknownAgency as unknown:
            return unknown
        since, until = area.valid_from, area.valid_to
        if isinstance(named, Kind):
            since, until = _overlap(named, area)
        return AgencyNotInExistence(
            agency_id,
            on,
            since,
            until,
            self.successors(agency_id, on),
            self._forerunners(named, area, on),
        )

    def _heirs(self, kind: Kind, area_key: str, on: date, seen: frozenset[str]) -> tuple[str, ...]:
        """Follows kinds and areas forward in time until both are in force."""
        place = self._areas.stand_in(area_key, on)
        if place is None or kind.code in seen:
            return ()
        if kind.in_force(on):
            return (f"{kind.code}-{self._lifted(kind, place)}",)
        if kind.valid_from is not None and on < kind.valid_from:
            return ()
        heirs: list[str] = []
        for code in kind.successors:
            heirs.extend(self._heirs(self._kinds[code], place, on, seen | {kind.code}))
        return tuple(heirs)

    def _lifted(self, kind: Kind, area_key: str) -> str:
        """The area where a body of this kind answers for the given one."""
        return self._areas.ancestor(area_key, kind.area_level) or area_key

    def _forerunners(self, named: Kind | Group, area: Area, on: date) -> tuple[str, ...]:
        """Who did on that day what this body does, if it had not begun yet."""
        places = (area.key,) if area.in_force(on) else self._areas.origins(area.key, on)
        if isinstance(named, Group):
            return tuple(f"{named.code}-{place}" for place in places)
        kinds = [named]
        if not named.in_force(on):
            kinds = [k for k in self._kinds.values() if named.code in k.successors]
        return tuple(
            f"{kind.code}-{self._lifted(kind, place)}"
            for kind in kinds
            for place in places
            if kind.in_force(on) and (named.valid_to is None or on <= named.valid_to)
        )

    def _unknown_code(self, agency_id: str, code: str) -> UnknownAgency:
        suggestion = None
        if len(agency_id) <= ID_CHARACTERS_MAX:
            spelled = agency_id.upper().replace("@", "-").replace(".", "-").replace("/", "-")
            word, _, area_key = spelled.removeprefix("GROUP:").partition("-")
            close = get_close_matches(word, [*self._kinds, *self._groups], 1)
            if close and self._areas.find(area_key) is not None:
                suggestion = f"{close[0]}-{area_key}"
        return UnknownAgency(
            agency_id[:ID_CHARACTERS_MAX],
            suggestion,
            vi=f"Không có loại cơ quan hay nhóm nào mang mã {code[:ID_CHARACTERS_MAX]}.",
            en=f"There is no type of body or group with the code {code[:ID_CHARACTERS_MAX]}.",
        )

    def _misplaced(self, agency_id: str, named: Kind | Group, area: Area) -> UnknownAgency:
        places = (self._areas.get(key) for key in self._areas.lineage(area.key))
        if isinstance(named, Kind):
            fitting = (p for p in places if _fits(named, p) and _near(named, p))
        else:
            fitting = (p for p in places if p.level == named.level)
        suggestion = next((f"{named.code}-{place.key}" for place in fitting), None)
        if suggestion is None and isinstance(named, Kind):
            heirs = (self._kinds[code] for code in named.successors)
            suggestion = next((f"{k.code}-{area.key}" for k in heirs if _fits(k, area)), None)
        return UnknownAgency(
            agency_id,
            suggestion,
            vi=f"{named.code} không thể đứng ở {area.key} ({area.full_vi}): khác cấp.",
            en=f"{named.code} cannot stand at {area.key} ({area.full_vi}): levels do not fit.",
        )


@cache
def load_register() -> Register:
    """The register of the files in this package, read once per process."""
    kinds = read_kinds()
    return Register(read_areas(), kinds, read_groups(kinds))


def _fits(kind: Kind, area: Area) -> bool:
    """Whether the kind can be named at this area: at its own level, or all its bodies in a higher
    area. A kind that ended before the area began (districts, in today's provinces) has none there.
    """
    if kind.area_level == area.level:
        return True
    if RANKS[area.level] >= RANKS[kind.level]:
        return False
    ended, begun = kind.valid_to, area.valid_from
    return ended is None or begun is None or begun <= ended


def _near(kind: Kind, area: Area) -> bool:
    """Whether the area is more telling than the whole country for a body that is not central."""
    return area.key != CENTRE or kind.area_level == area.level


def _has_ended(kind: Kind, area: Area, on: date) -> bool:
    """Whether the area had a body of this kind, and no longer has it on that day."""
    last = min(filter(None, (kind.valid_to, area.valid_to)), default=on)
    return last < on and kind.in_force(last) and area.in_force(last)


def _overlap(kind: Kind, area: Area) -> tuple[date | None, date | None]:
    """First and last day on which both are there; those of the kind if there is none."""
    since = max(filter(None, (kind.valid_from, area.valid_from)), default=None)
    until = min(filter(None, (kind.valid_to, area.valid_to)), default=None)
    if since is not None and until is not None and until < since:
        return kind.valid_from, kind.valid_to
    return since, until


def _agency(
    agency_id: str,
    named: Kind | Group,
    area: Area,
    names: tuple[str, str, str],
    *,
    is_collective: bool,
) -> Agency:
    name_vi, name_en, short_vi = names
    return Agency(
        agency_id,
        named.code,
        area.key,
        name_vi,
        name_en,
        short_vi,
        named.level,
        named.branch if isinstance(named, Kind) else GROUP_BRANCH,
        named.lane if isinstance(named, Kind) else GROUP_LANE,
        is_collective,
    )
