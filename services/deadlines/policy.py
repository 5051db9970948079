"""What the table of periods leaves open, from `policy.json`: custody, levels, alarms. Pure."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from services.deadlines.counting import Manner
from shared.reference.deadlines import Length, Period

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Policy:
    """The choices of `policy.json`."""

    custody: frozenset[str]
    not_moved: frozenset[str]
    rights: frozenset[str]
    """Rows whose end nobody misses: a right lapses."""
    levels: Mapping[str, tuple[str, ...]]
    totals: Mapping[str, Mapping[str, Length]]
    immediate: timedelta
    """After which *ngay* is warned of."""
    report_months: tuple[int, ...]
    report_day: int

    def manner(self, period: Period) -> Manner:
        """How a period is counted."""
        return Manner(
            period.counting,
            custody=period.id in self.custody,
            moves=period.id not in self.not_moved,
        )

    def level(self, period: Period, agency: str) -> str | None:
        """Which of the levels that a period tells apart an agency is of; None: cannot be said."""
        kind = agency.partition("-")[0]
        return next(
            (
                level
                for level in period.length_by_level
                if any(fnmatchcase(kind, each) for each in self.levels.get(level, ()))
            ),
            None,
        )

    def periodic_report(self, on: date) -> date:
        """The last day for the Committees' report of the quarter in which a day lies."""
        month = next(each for each in self.report_months if each >= on.month)
        return date(on.year, month, self.report_day)


@functools.cache
def load_policy() -> Policy:
    """The choices of this package, read once per process."""
    said = json.loads((FOLDER / "policy.json").read_text(encoding="utf-8"))
    reports = said["periodic_reports"]["REP-138-QUARTER"]
    return Policy(
        frozenset(said["custody"]["rows"]),
        frozenset(said["not_moved"]["rows"]),
        frozenset(said["rights"]["rows"]),
        {level: tuple(types) for level, types in said["levels"].items()},
        {
            rule: {level: Length(**length) for level, length in by_level.items()}
            for rule, by_level in said["extension_totals"].items()
            if isinstance(by_level, dict)
        },
        timedelta(hours=said["immediate_alarm_hours"]["n"]),
        tuple(reports["months"]),
        reports["last_day_of_month"],
    )
