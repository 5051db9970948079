"""What a fact or a period is about: its kind in words, a short name, and where it leads."""

from dataclasses import dataclass

from services.console.speech import Speech

MATTERS = ("case", "tip", "raid", "person", "campaign", "operation")
"""Kinds whose state the API serves and whose page the console draws from it."""
PAPERS = ("task", "directive")
"""Kinds with a page of their own."""
NAMED = {"case": (), "tip": (), "directive": (), "task": ("directive",), "report": ("directive",)}
"""Kinds that the sentences of their facts call by a number, and what else these sentences name so.
Beside such a sentence nobody needs the end of an id."""
SHORT = 6
"""Characters of an id that tell two subjects of one page apart: the last, for ids begin alike when
they were made at one time."""


@dataclass(frozen=True)
class Subject:
    """One thing that others refer to."""

    ref: str
    """`<kind>:<id>`"""
    kind: str
    words: str
    """The kind in words."""
    short: str
    href: str
    """Its page, or its timeline where it has no page."""

    def named_beside(self, about: "Subject") -> bool:
        """Whether a fact about `about` names this one by its number."""
        return about.kind in NAMED and (self == about or self.kind in NAMED[about.kind])


def subject_of(ref: str, say: Speech) -> Subject:
    """A subject from `<kind>:<id>`."""
    kind, _, id = ref.partition(":")
    return Subject(ref, kind, say.code("kind", kind), short_of(id), href_of(ref))


def short_of(id: str) -> str:
    """The end of an id, marked as such."""
    return f"…{id[-SHORT:]}"


def page_of(ref: str) -> str:
    """The page of a subject; empty where it has none."""
    kind = ref.partition(":")[0]
    return f"/console/{ref}" if kind in MATTERS or kind in PAPERS else ""


def href_of(ref: str) -> str:
    """Where a subject leads: its page, or else its timeline."""
    return page_of(ref) or f"/console/timeline?subject={ref}"
