"""Every topic as one sentence, Vietnamese and English. A topic without one fails a test.

One module for each noun, on the list below. In a sentence `{actor}` is the agency's name on the
day; `{paper}`, `{task}`, `{tip}` are what the subjects are called (NAMED_BY: kind of subject → its
name in sentences; TITLES: first topic → what the subject is called from then on); every other name
is a field of the event. `{outcome:said}` says a code in words; so that nouns do not speak into each
other's words, `{kind:said.transfer}` looks for `transfer.<code>`. All ways are in `saying.py`.

No sentence says personal data: no name, no free text of a tip, no place closer than an agency.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, TypeVar

from services.timeline.sentences import (
    accused,
    corrections,
    crossborder,
    deadlines,
    directives,
    proceedings,
    raids,
    tips,
    trials,
    vault,
)
from services.timeline.sentences.saying import Words, fill
from shared.errors import Broken

T = TypeVar("T")

NOUNS = (
    *(accused, corrections, crossborder, deadlines, directives, proceedings, raids, tips, trials),
    vault,
)


def _together(tables: Iterable[Mapping[str, T]]) -> Mapping[str, T]:
    """Tables as one. Raises `Broken` when two of them say something of the same name."""
    merged: dict[str, T] = {}
    for name, each in chain.from_iterable(table.items() for table in tables):
        if merged.setdefault(name, each) != each:
            raise Broken(f"two modules of services/timeline/sentences say what {name} is; name one")
    return merged


SENTENCES: Mapping[str, tuple[str, str]] = _together(noun.SENTENCES for noun in NOUNS)
WORDS: Words = _together(noun.WORDS for noun in NOUNS)
NAMED_BY: Mapping[str, str] = _together(noun.NAMED_BY for noun in NOUNS)
"""Kind of subject → what sentences call it."""
TITLES: Mapping[str, tuple[str, str]] = _together(noun.TITLES for noun in NOUNS)
"""First topic of a subject → what it is called from then on."""


def say(template: str, said: Mapping[str, Any], english: bool, agency: Callable[[str], str]) -> str:
    """One sentence. `said` are the event's fields and the names of its subjects.

    `agency` is asked what an agency is called. Raises ValueError for a way of saying that there
    is not, KeyError for a code without words.
    """
    sentence = fill(template, said, english, agency, WORDS)
    return sentence[:1].upper() + sentence[1:]


def called(
    topic: str, said: Mapping[str, Any], agency: Callable[[str], tuple[str, str]]
) -> tuple[str, str] | None:
    """What the subject that this fact begins is called; None: nothing is said of that here."""
    templates = TITLES.get(topic)
    if templates is None:
        return None
    vi, en = templates
    return (
        fill(vi, said, False, lambda each: agency(each)[0], WORDS),
        fill(en, said, True, lambda each: agency(each)[1], WORDS),
    )
