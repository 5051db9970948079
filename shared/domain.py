"""The domain kit: what is said, what became a fact, and the thing that decides between them.

A command class holds the fields that an agency states. Its event inherits those fields, so a fact
is written once; what the event class adds in its own body is derived by the decision, never sent:

    class CompleteTask(Command):            # asked
        result: str

    class TaskCompleted(Event, CompleteTask):   # recorded
        TOPIC = "work.task_completed.v1"
        on_time: bool                       # derived

Pure: no clock, no database, no network.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, NamedTuple, Self
from uuid import UUID

import orjson
from eventsourcing.domain import BaseAggregate, CanInitAggregate, CanMutateAggregate
from eventsourcing.utils import register_topic, resolve_topic
from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.actor import Act
from shared.sealed import refuse_unless_sealed_whole

ENVELOPE_FIELDS = frozenset(
    {"originator_id", "originator_version", "timestamp", "originator_topic"}
)
"""Fields of an event that are about the record, not about what happened."""


class Value(BaseModel):
    """A part of a command or an event: immutable, exact, nothing undeclared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Command(Value):
    """What an agency states when it asks for something to be recorded. Named by the verb."""


class Event(Value, CanMutateAggregate[UUID]):
    """A fact. `timestamp` is when it happened (occurred_at); recorded_at is the store's to say."""

    TOPIC: ClassVar[str]
    """Stored type = CloudEvents type = schema file name, e.g. `work.task_completed.v1`."""
    LABEL: ClassVar[tuple[str, str]]
    """The act's name in the law's or the office's own words: Vietnamese, English."""
    SOURCE: ClassVar[str]
    """Where the fact comes from: article, specification or catalogue row."""
    DATA_CLASS: ClassVar[str] = "P"
    """Highest class in the payload: P public, S1 officials, S2 sensitive, S3 secret."""
    SEALED: ClassVar[Mapping[str, str]] = {}
    """Sealed field → field that holds the pseudonym (a UUID) whose key seals it."""

    originator_id: UUID
    originator_version: int
    timestamp: AwareDatetime

    # The library's mapper knows JSON but not our field types. Its upcasting hook is where it lets
    # a class repair decoded state, so that is where it gets typed values back. Our own versions
    # are topics (`.v1`, `.v2`) that stand side by side, so this counter has no other use.
    class_version: ClassVar[int] = 2

    @classmethod
    def upcast_v1_v2(cls, state: dict[str, Any]) -> None:
        state.update(vars(cls.model_validate(state)))

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "TOPIC" in cls.__dict__:
            refuse_unless_sealed_whole(cls, cls.SEALED, cls.DATA_CLASS)
            register_topic(cls.TOPIC, cls)  # The stored name is ours, never a Python path.

    @classmethod
    def derived_fields(cls) -> frozenset[str]:
        """Names of the fields that a decision computes and nobody may send."""
        said = {
            name
            for base in cls.__mro__
            if isinstance(base, type) and issubclass(base, Command)
            for name in base.model_fields
            if not issubclass(base, Event)
        }
        return frozenset(cls.model_fields) - said - ENVELOPE_FIELDS

    def apply(self, aggregate: Any) -> None:
        aggregate.evolve(self)


class FirstEvent(Event, CanInitAggregate[UUID]):
    """The fact that begins a stream."""

    originator_topic: str


class Whereabouts(NamedTuple):
    """Where a thing stands and since when: in a Vietnamese and an English sentence, and as JSON."""

    vi: str
    en: str
    extra: dict[str, object]


class Aggregate(BaseAggregate[UUID]):
    """A thing with a history. Public methods decide; `evolve` is last and never refuses."""

    KIND: ClassVar[str]
    """The word before the colon in a subject, e.g. `task` in `task:0198…`."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """What this is about, its own subject first; the timeline is found by these."""
        return (f"{self.KIND}:{self.id}",)

    @classmethod
    def begin(
        cls, event: type[FirstEvent], said: Command, act: Act, *, id: UUID, **derived: Any
    ) -> Self:
        """Start a stream with what was said and what follows from it."""
        return cls._create(event, id=id, timestamp=act.at, **_facts(said, derived))

    def record(self, event: type[Event], said: Command, act: Act, **derived: Any) -> None:
        """Add a fact: what was said and what follows from it."""
        self.trigger_event(event, timestamp=act.at, **_facts(said, derived))

    def evolve(self, event: Any) -> None:
        """Take a fact in. Never refuses, never computes a new fact."""
        raise NotImplementedError(f"{type(self).__name__} does not evolve")

    def is_timely(self, event: Event) -> bool:
        """Whether that fact may have happened when it says, by all that came before it here.

        Asked anew of every fact when one of them is corrected; it repeats what the guards ask of
        the time of an act, and knows of nothing else.
        """
        del event
        return True

    def whereabouts(self) -> Whereabouts | None:
        """What whoever is refused something about it is told; None where there is no such state."""
        return None

    def state(self) -> dict[str, object]:
        """The state as readers see it: JSON values only."""
        raise NotImplementedError(f"{type(self).__name__} shows no state")

    def state_for(self, names: AbstractSet[str]) -> dict[str, object] | None:
        """The state as far as an agency may read it; None where it may not know of the thing.

        `names` are those under which it reads (`shared.standing.read_by`).
        """
        del names
        return self.state()


def _facts(said: Command, derived: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(said, name) for name in type(said).model_fields} | derived


def repeats(said: Command, recorded: Event) -> bool:
    """Whether what is said now is, field by field, what an event recorded: then it is not news.

    What is stated in a sealed field cannot be compared with what was recorded, so it is news: it
    must not be lost. Such a repetition is recognised by its Idempotency-Key alone.
    """
    return all(getattr(recorded, name) == getattr(said, name) for name in type(said).model_fields)


def encode_state(event: Event) -> bytes:
    """The stored bytes of an event: plain JSON that `eventsourcing`'s mapper can read."""
    return event.model_dump_json(exclude={"originator_id", "originator_version"}).encode()


def decode_event(topic: str, stream: UUID, version: int, state: bytes) -> Event:
    """The event back from its stored bytes. Raises if the topic is unknown to this process."""
    cls: type[Event] = resolve_topic(topic)
    fields = orjson.loads(state)
    return cls.model_validate(fields | {"originator_id": stream, "originator_version": version})
