"""Who may know a sealed field: who recorded it, and whom a dated table names. Deny by default."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

from services.vault import refusals
from services.vault.events import Ground, Purpose
from services.vault.files import File
from shared.actor import Act
from shared.errors import Broken, NotAllowed
from shared.standing import acting_as

GRANTS = Path(__file__).with_name("grants.json")
FIELDS = {"types", "roles", "purposes", "from", "until", "source", "holds", "named"}


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed field of a recorded event, and in whose hands the file is that it belongs to."""

    topic: str
    field: str
    recorder: str
    """The agency that recorded the event."""
    fields: Mapping[str, Any]
    """Of the event, as stored: some name bodies."""
    file: File | None = None
    """None when nobody has asked, or nobody can have it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Agency types (shell patterns) that may know a field, in a role, for purposes, for a time."""

    types: tuple[str, ...]
    roles: tuple[str, ...]
    purposes: tuple[str, ...]
    since: date
    until: date
    holds: str = ""
    """Kind of file that the agency must have now; empty: none."""
    named: str = ""
    """Field of the event that must name the agency; empty: none."""

    @property
    def ground(self) -> Ground:
        """What its bodies may know by."""
        return "holder" if self.holds else "participant" if self.named else "grant"

    def reaches(self, act: Act, seal: Seal) -> bool:
        """Whether the actor is one of its bodies on the day: by type, and by what it has or did.

        A body that has ended is stood for by its heir.
        """
        if not self.since <= act.on <= self.until:
            return False
        if not any(fnmatchcase(act.by.type_code, each) for each in self.types):
            return False
        if self.holds:
            file = seal.file
            return file is not None and file.kind == self.holds and _is_one(act, [file.holder])
        if self.named:
            named = seal.fields.get(self.named) or ()
            return _is_one(act, [named] if isinstance(named, str) else named)
        return True

    def allows(self, act: Act, purpose: str) -> bool:
        """Whether one of its bodies may know it in the actor's roles, for that purpose."""
        return any(each in act.by.roles for each in self.roles) and purpose in self.purposes


class Grants:
    """The table, by topic and field."""

    def __init__(
        self,
        rows: Mapping[tuple[str, str], tuple[Grant, ...]],
        files: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._rows = rows
        self.files = files or {}
        """Kind of thing → whose file counts for it; see `files.file_of`."""

    @classmethod
    def read(cls, path: Path = GRANTS) -> "Grants":
        """The table of a file. Raises `Broken` for a row that is not whole."""
        said: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        files = {kind: tuple(kinds) for kind, kinds in said.get("files", {}).items()}
        kinds = {kind for each in files.values() for kind in each}
        return cls(
            {
                (topic, field): tuple(
                    _grant(row, kinds, f"{path.name}, {topic}.{field}") for row in rows
                )
                for topic, fields in said["topics"].items()
                for field, rows in fields.items()
            },
            files,
        )

    def asks_for_file(self, topic: str, field: str) -> bool:
        """Whether it matters who has the file."""
        return any(each.holds for each in self._of(topic, field))

    def ground(self, act: Act, purpose: str, seal: Seal) -> Ground | None:
        """Why the actor may know, or None. An agency that ended is stood for by its heir."""
        if is_recorder(act, seal.recorder):
            return "recorder"
        for each in self._of(seal.topic, seal.field):
            if each.reaches(act, seal) and each.allows(act, purpose):
                return each.ground
        return None

    def refusal(self, act: Act, seal: Seal) -> NotAllowed:
        """Why not, and what to do: another role or purpose, the file, or whoever recorded it."""
        rows, who = self._of(seal.topic, seal.field), (act.agency, seal.topic, seal.field)
        if near := [each for each in rows if each.reaches(act, seal)]:
            roles = _sorted(role for each in near for role in each.roles)
            mine = [each for each in near if act.by.roles & {*each.roles}] or near
            purposes = _sorted(purpose for each in mine for purpose in each.purposes)
            return refusals.not_in_that_role(*who, roles, purposes)
        if seal.file is None:
            return refusals.may_not_know(*who)
        if _is_one(act, [seal.file.holder]):
            return refusals.not_even_with_the_file(*who, seal.file.subject)
        holder = seal.file.holder
        today = ", ".join(act.register.successors(holder, act.on)) or holder
        return refusals.file_with_another(*who, seal.file.subject, holder, today)

    def _of(self, topic: str, field: str) -> tuple[Grant, ...]:
        return self._rows.get((topic, field), ())


def is_recorder(act: Act, recorder: str) -> bool:
    """Whether the actor recorded it, or is the heir of a body that did."""
    return bool(recorder) and _is_one(act, [recorder])


def _is_one(act: Act, bodies: Iterable[str]) -> bool:
    return acting_as(act, bodies, act.on) is not None


def _sorted(words: Iterable[str]) -> list[str]:
    return sorted(set(words))


def _grant(row: Mapping[str, Any], kinds: set[str], place: str) -> Grant:
    if strange := sorted(row.keys() - FIELDS):
        raise Broken(f"{place}: no grant has {', '.join(strange)}; known are {sorted(FIELDS)}")
    grant = Grant(
        types=tuple(row.get("types", ())),
        roles=tuple(row.get("roles", ())),
        purposes=tuple(row.get("purposes", ())),
        since=date.fromisoformat(row["from"]) if row.get("from") else date.min,
        until=date.fromisoformat(row["until"]) if row.get("until") else date.max,
        holds=row.get("holds", ""),
        named=row.get("named", ""),
    )
    if unknown := set(grant.purposes) - set(get_args(Purpose)):
        raise Broken(f"{place}: no purpose is called {', '.join(sorted(unknown))}")
    if not (grant.types and grant.roles and grant.purposes and row.get("source")):
        raise Broken(f"{place}: a grant names types, roles, purposes and its source")
    if grant.since > grant.until:
        raise Broken(f"{place}: the grant ends before it begins")
    if grant.holds and grant.named:
        raise Broken(f"{place}: a body has the file or is named by the event; two rows say both")
    if grant.holds and grant.holds not in kinds:
        raise Broken(f"{place}: `files` says of nothing that its file is a {grant.holds}'s")
    return grant
