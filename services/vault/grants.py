"""Who may know a sealed field: who recorded it, and who a dated table names. Deny by default."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

from services.vault.events import Purpose
from shared.actor import Act
from shared.errors import Broken
from shared.standing import acting_as

GRANTS = Path(__file__).with_name("grants.json")
FIELDS = {"types", "roles", "purposes", "from", "until", "source"}


@dataclass(frozen=True, slots=True)
class Grant:
    """Agency types (shell patterns) that may know a field, in a role, for purposes, for a time."""

    types: tuple[str, ...]
    roles: tuple[str, ...]
    purposes: tuple[str, ...]
    since: date
    until: date

    def allows(self, act: Act, purpose: str) -> bool:
        """Whether the actor may know it for that purpose on the day of the act."""
        return (
            self.since <= act.on <= self.until
            and any(fnmatchcase(act.by.type_code, each) for each in self.types)
            and any(each in act.by.roles for each in self.roles)
            and purpose in self.purposes
        )


class Grants:
    """The table, by topic and field."""

    def __init__(self, rows: Mapping[tuple[str, str], tuple[Grant, ...]]) -> None:
        self._rows = rows

    @classmethod
    def read(cls, path: Path = GRANTS) -> "Grants":
        """The table of a file. Raises `Broken` for a row that is not whole."""
        table: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["topics"]
        return cls(
            {
                (topic, field): tuple(_grant(row, f"{path.name}, {topic}.{field}") for row in rows)
                for topic, fields in table.items()
                for field, rows in fields.items()
            }
        )

    def ground(
        self, act: Act, purpose: str, *, topic: str, field: str, recorder: str
    ) -> Literal["recorder", "grant"] | None:
        """Why the actor may know, or None. An agency that ended is stood for by its heir."""
        if recorder and acting_as(act, [recorder], act.on) is not None:
            return "recorder"
        if any(grant.allows(act, purpose) for grant in self._rows.get((topic, field), ())):
            return "grant"
        return None


def _grant(row: Mapping[str, Any], place: str) -> Grant:
    if strange := sorted(row.keys() - FIELDS):
        raise Broken(f"{place}: no grant has {', '.join(strange)}; known are {sorted(FIELDS)}")
    grant = Grant(
        types=tuple(row.get("types", ())),
        roles=tuple(row.get("roles", ())),
        purposes=tuple(row.get("purposes", ())),
        since=date.fromisoformat(row["from"]) if row.get("from") else date.min,
        until=date.fromisoformat(row["until"]) if row.get("until") else date.max,
    )
    if unknown := set(grant.purposes) - set(get_args(Purpose)):
        raise Broken(f"{place}: no purpose is called {', '.join(sorted(unknown))}")
    if not (grant.types and grant.roles and grant.purposes and row.get("source")):
        raise Broken(f"{place}: a grant names types, roles, purposes and its source")
    if grant.since > grant.until:
        raise Broken(f"{place}: the grant ends before it begins")
    return grant
