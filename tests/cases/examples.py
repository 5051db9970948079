"""Who acts on cases in the examples, when, and how a history is recorded and read again.

Bodies of Nghệ An and of its former districts; nobody real.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from shared.actor import VIETNAM, Act, Actor
from shared.domain import Aggregate, Event, decode_event, encode_state
from shared.reference import load_register
from shared.sealed import Ciphertext, Sealed
from shared.sealing import DataKey

A = TypeVar("A", bound=Aggregate)

INVESTIGATORS = "CQCSDT_TINH-P34-40"
POLICE = "CA_TINH-P34-40"
COMMUNE_POLICE = "CA_XA-P34-40-16681"
COMMUNE = "UBND_XA-P34-40-16681"
STATION = "DON_BP-P34-40-16681"
BORDER_GUARD = "BCH_BDBP_KV-P34-40"
PROCURACY = "VKSND_TINH-P34-40"
REGIONAL_PROCURACY = "VKSND_KV-P34-40"
COURT = "TAND_TINH-P34-40"
REGIONAL_COURT = "TAND_KV-P34-40"
HOTLINE = "HOTLINE_111-VN"
HEALTH = "SO_YTE-P34-40"
STRANGER = "CQCSDT_TINH-P34-22"

MORNING = datetime(2025, 8, 4, 8, tzinfo=VIETNAM)
"""A Monday."""


def at(text: str) -> datetime:
    """A moment in Viet Nam: `2025-08-05`, or `2025-08-05T16:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def act(by: str = INVESTIGATORS, moment: str | datetime = MORNING) -> Act:
    """Somebody acts at a moment; ids count up."""
    numbers = count(1)
    return Act(
        by=Actor(by, "clerk"),
        at=at(moment) if isinstance(moment, str) else moment,
        now=datetime(2026, 11, 1, tzinfo=UTC),
        register=load_register(),
        new_id=lambda: UUID(int=next(numbers)),
    )


def recorded(aggregate: A) -> A:
    """The aggregate as it is read again from its record; nothing is pending."""
    read: A = folded(aggregate.collect_events())
    return read


def folded(events: Sequence[Event]) -> Any:
    """An aggregate from the stored bytes of its events."""
    aggregate: Any = None
    for event in events:
        aggregate = stored(event).mutate(aggregate)
    return aggregate


def stored(event: Event, *, erased: bool = False) -> Event:
    """The event as its log gives it back: personal data are ciphertext, or erased."""
    return decode_event(
        event.TOPIC,
        event.originator_id,
        event.originator_version,
        encode_state(erased_of(closed(event)) if erased else closed(event)),
    )


def closed(event: Event) -> Event:
    """The event with its open values sealed, as `Context.save` leaves it."""
    ciphertexts = {
        name: Sealed.recorded(Ciphertext(getattr(event, subject), 1, b"n" * 12, b"c", b"m" * 32))
        for name, subject in event.SEALED.items()
        if getattr(event, name) is not None and getattr(event, name).is_open
    }
    return event.model_copy(update=ciphertexts)


def erased_of(event: Event) -> Event:
    """The event with what is left of its sealed values once their keys are destroyed."""
    left = {
        name: Sealed.erased(getattr(event, subject))
        for name, subject in event.SEALED.items()
        if getattr(event, name) is not None
    }
    return event.model_copy(update=left)


def news(aggregate: Aggregate) -> list[str]:
    """Names of the facts that are pending, e.g. `TipClassified`."""
    return [type(event).__name__ for event in aggregate.pending_events]


class Keyring:
    """Keys for sealing in memory: one for each subject."""

    def __init__(self) -> None:
        self.made: dict[UUID, str] = {}

    async def for_sealing(self, subjects: Collection[UUID], agency: str) -> Mapping[UUID, DataKey]:
        """A key for each; the first agency that asked answers for it."""
        for each in subjects:
            self.made.setdefault(each, agency)
        return {each: DataKey(each, 1, each.bytes * 2) for each in subjects}
