"""Reads the data files of this package into tables; the only module here that opens files."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from shared.reference.areas import CENTRE, Area, AreaTable, Version

COMPLETE_MARK = "# complete:"
COLUMNS = 8


def read_json(name: str) -> Any:
    """A JSON file of this package."""
    return orjson.loads(files("shared.reference").joinpath(name).read_bytes())


@cache
def day(text: str | None) -> date | None:
    """A day as written in the files; empty or null is None."""
    return date.fromisoformat(text) if text else None


def read_areas() -> AreaTable:
    """All areas: the centre, provinces.json, districts.tsv, communes.tsv."""
    areas = [Area(CENTRE, "central", "Việt Nam", "", None, None, None)]
    versions: dict[str, tuple[Version, ...]] = {}
    for row in read_json("provinces.json")["provinces"]:
        names = [(day(v["from"]) or date.min, v["name"], v["kind"]) for v in row["versions"]]
        _, name, kind = names[-1]
        if len(names) > 1:
            versions[row["key"]] = tuple(names)
        areas.append(
            Area(
                row["key"],
                "province",
                name,
                kind,
                CENTRE,
                day(row["valid_from"]),
                day(row["valid_to"]),
                row["successor"],
                tuple(row["merged_from"]),
            )
        )
    known = {area.key: area for area in areas}
    complete: dict[str, frozenset[str]] = {}
    for level, name in (("district", "districts.tsv"), ("commune", "communes.tsv")):
        complete[level] = _read_list(name, level, known, versions)
    return AreaTable([_with_seat(area, known) for area in known.values()], versions, complete)


def _read_list(
    name: str, level: str, known: dict[str, Area], versions: dict[str, tuple[Version, ...]]
) -> frozenset[str]:
    """Adds the rows of one file to `known`; rows of one key are its names one after the other."""
    complete = ""
    text = files("shared.reference").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            complete += line.removeprefix(COMPLETE_MARK) if line.startswith(COMPLETE_MARK) else ""
            continue
        key, name_vi, kind, since, until, parent, heir, _ = line.split("\t", COLUMNS - 1)
        earlier = known.get(key)
        begun = day(since)
        if earlier is not None:
            past = versions.get(
                key, ((earlier.valid_from or date.min, earlier.name_vi, earlier.kind),)
            )
            versions[key] = (*past, (begun or date.min, name_vi, kind))
            begun = earlier.valid_from
        lies_in = known[parent].key  # One string for all that lie in it.
        known[key] = Area(key, level, name_vi, kind, lies_in, begun, day(until), heir or None)
    return frozenset(complete.split())


def _with_seat(area: Area, known: Mapping[str, Area]) -> Area:
    """Joins a commune that ended to the one that kept its code.

    A merged commune keeps the code of the commune where its seat is (QĐ 124/2004/QĐ-TTg Điều 1).
    """
    if area.level != "commune" or area.valid_to is None or area.successor is not None:
        return area
    province = known["-".join(area.key.split("-")[:2])]
    seat = f"{province.successor}-{area.key.rsplit('-', 1)[1]}"
    return replace(area, successor=seat) if seat in known else area
