"""Figures as people read them (a table) and as programs read them (JSON in build/bench)."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path("build/bench")


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over several rounds."""

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Spread":
        """Of at least one figure."""
        return cls(min(figures), statistics.median(figures), max(figures))

    def text(self, digits: int = 0) -> str:
        """`median (least to most)`."""
        least, median, most = (
            f"{each:,.{digits}f}" for each in (self.least, self.median, self.most)
        )
        return f"{median} ({least} to {most})"

    def json(self) -> list[float]:
        """Least and most; the median stands beside it under its own name."""
        return [round(self.least, 3), round(self.most, 3)]


def quantile(sorted_figures: Sequence[float], share: float) -> float:
    """The nearest-rank quantile of figures in order; NaN when there are none."""
    if not sorted_figures:
        return math.nan
    return sorted_figures[max(0, math.ceil(share * len(sorted_figures)) - 1)]


def ratio(ours: float, other: float) -> str:
    """`1.23`, or a dash when there is nothing to compare with."""
    return f"{ours / other:.2f}" if other else "-"


def show(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, all columns but the first flush right."""
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    print(f"\n{title}")
    for row in (heads, ["-" * width for width in widths], *rows):
        first, *more = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *more]), flush=True)


def write(name: str, rows: Sequence[Mapping[str, Any]], conditions: Mapping[str, Any]) -> None:
    """`build/bench/<name>.json`: a list of rows, each with the settings and the machine."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    full = [{**row, **conditions} for row in rows]
    path.write_bytes(orjson.dumps(full, option=orjson.OPT_INDENT_2))
    print(f"written: {path}", flush=True)
