"""In whose hands the file is of a thing with sealed fields, as that thing's own log says now.

Read from the log at every opening and kept nowhere: nobody knows because of a file that they had
until a moment ago, and nobody waits for a read model to hear that they have it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.fold import state_at
from shared.log import Log

HOLDER = "holder"
"""What the state of a thing calls the body that has its file. What is only offered is still with
who offers it."""
JOINED = "joined_into"
"""What the state of a thing calls the one of its kind that it has ended in; its file went there."""
JOINED_MAX = 20
"""Times that a thing was joined into another; further on nobody is found."""


@dataclass(frozen=True, slots=True)
class File:
    """A file and who has it."""

    kind: str
    subject: str
    """`<kind>:<id>`"""
    holder: str


async def file_of(log: Log, stream: UUID, files: Mapping[str, tuple[str, ...]]) -> File | None:
    """The file that counts for a thing; None when its kind has none.

    `files`: kind of thing → kinds of files, of which the first that the thing belongs to counts.
    So what has led to something larger is in the hands that have that. Raises what reading raises
    when something in one of these streams cannot be read: then nobody can say who has it.
    """
    thing, _ = await state_at(log, stream)
    if thing is None:
        return None
    for kind in files.get(thing.KIND, ()):
        for subject in thing.subjects:  # Its own is the first, before another of its kind.
            if subject.startswith(f"{kind}:"):
                return await _held(log, kind, UUID(subject.partition(":")[2]))
    return None


async def _held(log: Log, kind: str, id: UUID) -> File | None:
    for _ in range(JOINED_MAX):
        thing, _ = await state_at(log, id)
        if thing is None:
            return None
        state = thing.state()
        into = state.get(JOINED)
        if into is None:
            return File(kind, f"{kind}:{id}", str(state[HOLDER]))
        id = UUID(str(into))
    return None
