"""How a sentence is filled: what a placeholder names, and the ways in which it is said."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from string import Formatter
from typing import Any

from shared.actor import VIETNAM

Words = Mapping[str, tuple[str, str]]
"""Code → what it is called, Vietnamese and English."""
Way = Callable[[Any, bool, Words], str]
Piece = tuple[str, str, str, Way | None, str]

LIST = "."
"""Between a way of saying and the list that a code is of: `{kind:said.transfer}`."""


def fill(
    template: str,
    said: Mapping[str, Any],
    english: bool,
    agency: Callable[[str], str],
    words: Words,
) -> str:
    """One template. `said` are the event's fields and the names of its subjects.

    `agency` is asked what an agency is called. Raises ValueError for a way of saying that there
    is not, KeyError for a code without words.
    """
    parts = []
    for text, name, otherwise, way, codes in _pieces(template):
        parts.append(text)
        if name:
            value: Any = said.get(name)
            if value is None and otherwise:
                value = said.get(otherwise)
            if codes and value is not None:
                value = f"{codes}{LIST}{value}"
            parts.append(agency(value) if way is None else way(value, english, words))
    return "".join(parts)


@functools.cache
def names_in(template: str) -> frozenset[str]:
    """What a template names: fields, and what subjects are called."""
    return frozenset(each for _, *names, _, _ in _pieces(template) for each in names if each)


@functools.cache
def _pieces(template: str) -> Sequence[Piece]:
    """Text, then the field that is said, the one in its stead (`a|b`), how, and of which list."""
    pieces = []
    for text, names, spec, _ in Formatter().parse(template):
        way, _, codes = (spec or "").partition(LIST)
        if way not in WAYS:
            raise ValueError(f"no way to say {way!r}")
        name, _, otherwise = (names or "").partition("|")
        pieces.append((text, name, otherwise, WAYS[way], codes))
    return pieces


def _plain(value: Any, english: bool, words: Words) -> str:
    return "…" if value is None else str(value)


def _said(value: Any, english: bool, words: Words) -> str:
    return words[value][english]


def _also(value: Any, english: bool, words: Words) -> str:
    return "" if value is None else f", {words[value][english]}"


def _why(value: Any, english: bool, words: Words) -> str:
    return "" if value is None else f": {words[value][english]}"


def _aside(value: Any, english: bool, words: Words) -> str:
    said = "" if value is None else words[value][english]
    return f" ({said})" if said else ""


def _count(value: Any, english: bool, words: Words) -> str:
    return str(len(value))


def _because(value: Any, english: bool, words: Words) -> str:
    return f": {value.rstrip('.')}" if value else ""


def _percent(value: Any, english: bool, words: Words) -> str:
    return "" if value is None else f": {value} %"


def _day(value: Any, english: bool, words: Words) -> str:
    return "…" if value is None else _as_day(value, english)


def _until(value: Any, english: bool, words: Words) -> str:
    if value is None:
        return ""
    return f"{(' đến hết ngày', ' until')[english]} {_as_day(value, english)}"


def _as_day(value: str, english: bool) -> str:
    day = date.fromisoformat(value)
    return day.isoformat() if english else f"{day:%d/%m/%Y}"


def _number(value: Any, english: bool, words: Words) -> str:
    return f" {('số', 'no.')[english]} {value}" if value else ""


def _nil(value: Any, english: bool, words: Words) -> str:
    return f" ({('không phát sinh', 'nothing to report')[english]})" if value else ""


def _incoming(value: Any, english: bool, words: Words) -> str:
    return f", {('số đến', 'incoming number')[english]} {value}" if value else ""


def _offence(value: Any, english: bool, words: Words) -> str:
    if not value:
        return ""
    article, clause = value["article"], value["clause"]
    return (f" (khoản {clause} Điều {article} BLHS)", f" (BLHS {article}({clause}))")[english]


def _change(value: Any, english: bool, words: Words) -> str:
    if value is None:
        return ""
    return f": {_stated(value['old'], english)} → {_stated(value['new'], english)}"


def _stated(value: str | int, english: bool) -> str:
    """A number, a text, a day or a moment as a fact holds it."""
    text = str(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _as_day(text, english)
    if re.match(r"\d{4}-\d{2}-\d{2}T", text):
        at = datetime.fromisoformat(text).astimezone(VIETNAM)
        return f"{at:%Y-%m-%d %H:%M}" if english else f"{at:%H:%M ngày %d/%m/%Y}"
    return text


def _authority(value: Any, english: bool, words: Words) -> str:
    of = (" ngày ", " of ")[english]
    return f"{value['document']}{of}{_as_day(value['issued_on'], english)}"


WAYS: Mapping[str, Way | None] = {
    "": _plain,
    "said": _said,
    "also": _also,
    "why": _why,
    "aside": _aside,
    "count": _count,
    "because": _because,
    "percent": _percent,
    "day": _day,
    "until": _until,
    "number": _number,
    "nil": _nil,
    "incoming": _incoming,
    "offence": _offence,
    "change": _change,
    "authority": _authority,
    "agency": None,
}
"""`said`: a code's words; yes and no are `<list>.True` and `<list>.False`. `also`, `why`: the same
after a comma or a colon, nothing when missing. `aside`: in brackets; a code that would only repeat
what the sentence has said is listed with empty words, and nothing is said. `day`: a legal day;
`until`, `number`, `because`, `percent`, `nil`, `incoming`, `offence`, `change` (old → new):
trailing clauses that may be empty. `authority`: a paper and its day. `agency`: what the agency was
called on the day."""
CODED = ("said", "also", "why", "aside")
"""Ways in which codes are said."""
