"""The invariants, each as a function that names every violation it sees. No violation: it holds.

Numbered as in the project's promise: an accepted event is never lost, never altered unnoticed,
never shown to whom it is not for, and reaches everybody it is for. I3 and I4 need the audit's seal,
which does not exist yet; what is checked in their place is that nothing recorded ever changes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from shared.envelope import Envelope, message_id
from shared.relay import MESSAGE_ID
from tests.simulation.following import Database
from tests.simulation.projections import FEED, TIMELINE, export, told_by_policy
from tests.simulation.redeciding import decisions_are_right
from tests.simulation.world import STREAM, World

Check = Callable[[World], Iterator[str]]


def acknowledged_is_recorded(world: World) -> Iterator[str]:
    """I1: each acknowledged command has exactly the events of its receipt; a refused one none."""
    caused: dict[UUID, list[Envelope]] = defaultdict(list)
    for envelope in world.recorded:
        caused[envelope.metadata.causation_id].append(envelope)
    for id, entry in world.journal.items():
        events = caused.pop(id, [])
        ids = tuple(each.event_id for each in events)
        if entry.lost:
            continue
        if entry.status == "refused" and events:
            yield f"{entry.command.name} was refused ({entry.why}), yet {len(events)} recorded"
        elif entry.receipt is not None and ids != entry.receipt.event_ids:
            yield f"{entry.command.name} was answered {entry.receipt}, recorded are {ids}"
        elif entry.receipt is not None and ids and entry.receipt.position != events[-1].position:
            yield f"{entry.command.name}: position {entry.receipt.position} is not its last"
    for events in caused.values():
        yield f"{events[0].topic} at {events[0].position} was asked for by nobody"


def order_is_kept(world: World) -> Iterator[str]:
    """I2: versions contiguous, positions increasing, and a tailing reader misses nothing."""
    versions: dict[UUID, int] = defaultdict(int)
    position = 0
    for envelope in world.recorded:
        versions[envelope.stream] += 1
        if envelope.version != versions[envelope.stream]:
            yield f"version {envelope.version} of {envelope.stream} comes out of turn"
        if envelope.position <= position:
            yield f"position {envelope.position} follows {position}"
        position = envelope.position
    if world.tailed != world.recorded[: len(world.tailed)]:
        yield "a reader that tailed the log has not seen what is in it"


def nothing_changes(world: World) -> Iterator[str]:
    """In place of I3 and I4: what was recorded once is the same ever after."""
    for envelope in world.recorded:
        seen = world.fingerprints.setdefault(envelope.position, fingerprint(envelope))
        if seen != fingerprint(envelope):
            yield f"the event at {envelope.position} is not what it was"
    held = {each.position for each in world.recorded}
    for position in world.fingerprints.keys() - held:
        yield f"the event at {position} is gone"


def stream_is_a_copy(world: World) -> Iterator[str]:
    """I7: the stream is the log's beginning, each event once, in order, with the same body."""
    stream = world.broker.streams.get(STREAM)
    messages = stream.messages if stream else []
    if world.restored is not None:
        epochs = {message.headers[MESSAGE_ID].rpartition("/")[0] for message in messages}
        if len(epochs) > 1:
            yield f"the stream goes on over a restored store: {sorted(epochs)}"
        return
    for index, message in enumerate(messages):
        due = world.recorded[index] if index < len(world.recorded) else None
        id = message.headers[MESSAGE_ID]
        if due is None or id != message_id(due.store, due.epoch, due.position):
            yield f"message {message.sequence} is {id}, due was {due and due.position}"
            return
        if message.body != due.to_cloudevent():
            yield f"message {message.sequence} ({id}) has another body than the log's"


def restored_waits(world: World) -> Iterator[str]:
    """After a restore no read model moves until an operator has said so."""
    for name, then in world.restored.tables.items() if world.restored else ():
        now = world.databases[name].committed
        if now.epoch == then.epoch and now.taken != then.taken:
            yield f"{name} went on over a restored store"


def everything_arrives(world: World) -> Iterator[str]:
    """I6: each event × read model is taken once, pending, parked with a cause, or skipped."""
    for name, database in world.databases.items():
        tables = database.committed
        if len({*tables.taken}) < len(tables.taken):
            yield f"{name} took an event twice"
        if world.restored is not None:
            continue
        taken = {*tables.taken}
        for envelope in world.recorded:
            if envelope.position > tables.position or envelope.event_id in taken:
                continue
            parked = tables.parked.get(envelope.stream)
            waits = parked is not None and parked.cause and envelope.position >= parked.position
            if not waits and not tables.skipped.get(envelope.event_id):
                yield f"{name} lost {envelope.topic} at {envelope.position}"


def read_models_are_folds(world: World) -> Iterator[str]:
    """I5: each read model is what a fresh fold of the log gives."""
    for name, database in world.databases.items():
        fresh = database.model.fresh(taken_of(world, database))
        if fresh != database.committed.rows:
            different = {at for at, _ in fresh.items() ^ database.committed.rows.items()}
            yield f"{name} differs from a fresh fold at {sorted(map(str, different))[:3]}"


def agencies_are_told(world: World) -> Iterator[str]:
    """I8: who is told of an event is exactly whom the routing rules name."""
    told: Mapping[UUID, set[str]] = defaultdict(set)
    database = world.databases[FEED.name]
    for at in database.committed.rows:
        if at[0] == "told":
            told[at[1]].add(at[2])
    for id, due in told_by_policy(taken_of(world, database)).items():
        if told[id] != due:
            yield f"of {id} are told {sorted(told[id])}, due are {sorted(due)}"


def replays_are_alike(world: World) -> Iterator[str]:
    """I13: two replays give the same timeline to the byte, and it is the one that is shown."""
    database = world.databases[TIMELINE.name]
    replays = {export(TIMELINE.fresh(taken_of(world, database))) for _ in range(2)}
    if replays != {export(database.committed.rows)}:
        yield "the timeline is not what its replays are"


def everything_is_done(world: World) -> Iterator[str]:
    """After healing nothing is pending, parked, halted or unknown any more."""
    head = world.recorded[-1].position if world.recorded else 0
    for name, database in world.databases.items():
        tables = database.committed
        if tables.position != head:
            yield f"{name} stands at {tables.position}, the log at {head}"
        for parked in tables.parked.values():
            yield f"{name} still has version {parked.version} parked: {parked.cause}"
    stream = world.broker.streams.get(STREAM)
    if len(stream.messages if stream else ()) != len(world.recorded):
        yield "the stream does not hold what the log holds"
    if len(world.tailed) != len(world.recorded):
        yield "the tailing reader has not come to the end"
    for name, words in world.halted.items():
        yield f"{name} has stopped: {words}"
    for entry in world.journal.values():
        if entry.status == "unknown":
            yield f"{entry.command.name} has no answer after {entry.attempts} attempts"


ALWAYS: tuple[Check, ...] = (
    order_is_kept,
    nothing_changes,
    stream_is_a_copy,
    restored_waits,
    everything_arrives,
)
"""What holds in any weather, at any step."""
AT_LAST: tuple[Check, ...] = (
    *ALWAYS,
    everything_is_done,
    acknowledged_is_recorded,
    decisions_are_right,
    read_models_are_folds,
    agencies_are_told,
    replays_are_alike,
)
"""What holds when everything has healed and come to rest."""


def violations(world: World, checks: tuple[Check, ...]) -> list[str]:
    """What is wrong with the world, by check."""
    found = [f"{check.__name__}: {each}" for check in checks for each in check(world)]
    return [*world.violations, *found]


def fingerprint(envelope: Envelope) -> str:
    """A hash over all that is recorded of an event."""
    return hashlib.sha256(envelope.to_cloudevent()).hexdigest()


def taken_of(world: World, database: Database) -> Iterator[Envelope]:
    """The log without what an operator left out of a read model."""
    skipped = database.committed.skipped
    return (each for each in world.recorded if each.event_id not in skipped)
