"""Who may record what: competence by agency type and date, from a table. Deny by default."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.actor import Act
from shared.errors import Broken, NotAllowed
from shared.standing import refuse_collective

RULE_FIELDS = ("types", "from", "until", "source")


@dataclass(frozen=True, slots=True)
class Rule:
    """Agency types (shell patterns on the type code) that may record a topic for a time."""

    types: tuple[str, ...]
    since: date
    until: date
    source: str

    def allows(self, type_code: str, on: date) -> bool:
        """Whether this rule lets that type of agency record on that day (both ends included)."""
        return self.since <= on <= self.until and any(
            fnmatchcase(type_code, pattern) for pattern in self.types
        )


class Competence:
    """The rules of one service, by topic."""

    def __init__(self, rules: Mapping[str, tuple[Rule, ...]]) -> None:
        self.rules = rules
        self._allowed = lru_cache(maxsize=4096)(self._decide)

    @classmethod
    def read(cls, paths: Iterable[Path], topics: Iterable[str]) -> "Competence":
        """The tables of a service as one. Raises `Broken` when a topic has no rules, or rules in
        two places: then it does not start."""
        rules: dict[str, tuple[Rule, ...]] = {}
        for path in paths:
            place = f"{path.parent.name}/{path.name}"
            table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")).get("topics", {})
            if twice := sorted(rules.keys() & table.keys()):
                raise Broken(f"{place} rules {', '.join(twice)}, as another table does; keep one")
            for topic, rows in table.items():
                rules[topic] = tuple(_rule(row, f"{place}, {topic}") for row in rows)
        if missing := sorted(set(topics) - rules.keys()):
            raise Broken(f"no competence.json has rules for {', '.join(missing)}; add who may")
        return cls(rules)

    def refuse_unless_competent(self, event: type[Any], act: Act) -> None:
        """Raises `NotAllowed` with the rule when this actor may not record that fact then."""
        refuse_collective(act.register, act.register.agency(act.agency, act.on))
        if self._allowed(event.TOPIC, act.by.type_code, act.on):
            return
        rules = self.rules[event.TOPIC]
        then = [rule for rule in rules if rule.since <= act.on <= rule.until]
        allowed = sorted({each for rule in then or rules for each in rule.types})
        vi, en = event.LABEL
        raise NotAllowed(
            "not-competent",
            f"{act.by.type_code} không có thẩm quyền ghi nhận “{vi}” vào ngày {act.on:%d/%m/%Y}.",
            f"{act.by.type_code} may not record “{en}” on {act.on:%Y-%m-%d}.",
            rule=f"competence:{event.TOPIC}",
            remedy_vi=f"Cơ quan có thẩm quyền: {', '.join(allowed)}.",
            remedy_en=f"Who may: {', '.join(allowed)}.",
            extra={"article": event.SOURCE},
        )

    def _decide(self, topic: str, type_code: str, on: date) -> bool:
        return any(rule.allows(type_code, on) for rule in self.rules[topic])


def _rule(row: Mapping[str, Any], place: str) -> Rule:
    """A row of the table. A slip of the pen must not allow for ever what was meant for a time."""
    rule = Rule(
        types=tuple(row.get("types", ())),
        since=date.fromisoformat(row["from"]) if row.get("from") else date.min,
        until=date.fromisoformat(row["until"]) if row.get("until") else date.max,
        source=row.get("source", ""),
    )
    if strange := sorted(row.keys() - {*RULE_FIELDS}):
        raise Broken(
            f"{place}: no rule has {', '.join(strange)}; known are {', '.join(RULE_FIELDS)}"
        )
    if not rule.types or rule.since > rule.until:
        raise Broken(f"{place}: a rule names no types, or ends before it begins: {dict(row)}")
    return rule
