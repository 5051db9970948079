"""Which things are secret to those who take part in them, and by which fact that ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.envelope import Envelope
from shared.errors import Broken

Readers = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Secret:
    """A kind of thing of which only some may read."""

    begins: str
    """Topic of its first fact."""
    readers: tuple[str, ...]
    """Fields of that fact that name who may read, beside who recorded it."""
    until: str | None
    """Topic of the fact that opens everything said of it to all; None: nothing does."""


SECRETS: Mapping[str, Secret] = {
    "raid": Secret("cases.raid_launched.v1", ("agencies",), "cases.raid_concluded.v1"),
    "operation": Secret("cases.operation_opened.v1", ("agency", "lead"), None),
    "key_area": Secret("cases.key_area_designated.v1", ("agency",), None),
}
"""By kind of subject. An event of class S3 that is not in here has no entry (a test says so)."""
BEGINNINGS = {each.begins: each for each in SECRETS.values()}
OPENINGS = frozenset(each.until for each in SECRETS.values() if each.until)


@dataclass(slots=True)
class Secrets:
    """Who may read of which subject, while a batch is taken."""

    known: dict[str, Readers]
    """Subject → who may read of it; a subject that is not in here is no secret, or none any more.
    """
    begun: dict[str, Readers] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def readers(self, envelope: Envelope) -> list[str] | None:
        """Who may read of this event: None for everybody. Takes in what it begins or opens.

        Who recorded it may always read it. Raises `Broken` for what is about two secrets.
        """
        own, *_ = subjects = envelope.metadata.subjects
        if secret := BEGINNINGS.get(envelope.topic):
            named = [name for each in secret.readers for name in _names(envelope.fields[each])]
            actor = envelope.metadata.actor.agency
            self.known[own] = self.begun[own] = tuple(dict.fromkeys((actor, *named)))
        elif envelope.topic in OPENINGS and own in self.known:
            del self.known[own]
            self.opened.append(own)
        closed = [each for each in subjects if each in self.known]
        if not closed:
            return None
        if len(closed) > 1:
            raise Broken(
                f"{envelope.store} {envelope.position} ({envelope.topic}) is about two secrets, "
                f"{' and '.join(closed)}: nobody has said who may read that"
            )
        actor = envelope.metadata.actor.agency
        return [*dict.fromkeys((*self.known[closed[0]], actor))]


def _names(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said
