"""One turn of a read model at one of its sources: what happens inside the one transaction.

A batch is applied as a whole. When that fails, its events are applied one by one, each under a
savepoint: the one that fails parks its own stream, whose later events wait, and all others go on.
The checkpoint moves over all of it in the same transaction, so an error is recorded and passed in
one act and nobody can take the stream in between.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter

from shared.envelope import Envelope
from shared.errors import Broken, Waits
from shared.log import Load
from shared.poison import Cause, cause_of, is_away, is_code, wait_after
from shared.sql import Connection, Tables
from shared.telemetry import REGISTRY

PARKED_IN_A_ROW_MAX = 20
"""So many processes that fail for one cause, none succeeding in between, are not poisoned: the
read model is at fault. Counted by correlation id, because what one command recorded fails together
(an order that is parked fails all its tasks)."""
RETRIED_MAX = 50
"""Parked streams tried in one transaction."""
WAITING_MAX = 500
"""Events of one parked stream taken in one transaction; the rest of it is due at once."""
LOAD_SECONDS = 10.0
"""How long an owner may take to give the events of one stream."""

RETRIED = Counter(
    "liennganh_follower_retried_total",
    "Events that were tried again after their stream was parked",
    ["follower", "outcome"],
    registry=REGISTRY,
)

log = structlog.get_logger(__name__)


@dataclass
class Streak:
    """Failures of one cause with no success in between; lives as long as its follower.

    What only waits for a parked stream (`Waits`) neither counts nor ends it: however many wait for
    one poisoned thing, they say nothing about the read model.
    """

    cause: str = ""
    processes: set[UUID] = field(default_factory=set)

    def end(self) -> None:
        """Something succeeded."""
        self.cause = ""
        self.processes.clear()

    def add(self, cause: str, process: UUID) -> None:
        """One more failed."""
        if cause != self.cause:
            self.end()
            self.cause = cause
        self.processes.add(process)

    @property
    def is_disaster(self) -> bool:
        """Whether it is not the events."""
        return len(self.processes) >= PARKED_IN_A_ROW_MAX


@dataclass(frozen=True, slots=True)
class Failure:
    """An event that could not be taken, and why."""

    envelope: Envelope
    cause: Cause


@dataclass(slots=True)
class Taken:
    """What became of a batch."""

    failures: list[Failure] = field(default_factory=list)
    stopped_at: Envelope | None = None
    """The checkpoint must stand before this one, if there is one."""
    stop: Exception | None = None
    """Why; to be raised once what came before it is safe."""


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of parked streams that were due."""

    went_on: bool
    """Whether any of them got anywhere."""
    more: bool
    """Whether others may be due now."""


@dataclass(frozen=True)
class Turn:
    """Inside a transaction that holds the read model's turn lock."""

    connection: Connection
    follow: Tables
    """The statements of `follow.sql`."""
    tables: Tables
    """The read model's own."""
    apply: Callable[[Sequence[Envelope], Tables], Awaitable[None]]
    projection: str
    """`<service>.<name>`, whatever its version: groups of errors are named by it."""
    source: str
    follower: str
    streak: Streak

    async def take(self, events: Sequence[Envelope]) -> Taken:
        """Apply events in order; park the streams of those that fail.

        Raises what says that something we need is away: then nothing of it happened.
        """
        if not events:
            return Taken()
        error = await self._attempt(events)
        if error is None:
            self.streak.end()
            return Taken()
        if is_away(error):
            raise error
        taken = await self._one_by_one(events)
        for failure in taken.failures:
            await self._park(failure)
        return taken

    async def retry(self, load: Load, up_to: int) -> Retried:
        """Try parked streams whose time has come, at most `RETRIED_MAX`."""
        lowest: int | None = None
        due = await self.follow.rows("due", self.source, up_to, RETRIED_MAX)
        for row in due:
            if await self._resume(load, row, up_to) and lowest is None:
                lowest = row["position"]
        if lowest is not None:
            self.streak.end()
            await self.follow.run("wake_above", self.source, lowest)
        went_on = lowest is not None
        return Retried(went_on, more=went_on or len(due) == RETRIED_MAX)

    async def _attempt(self, events: Sequence[Envelope]) -> Exception | None:
        try:
            async with self.connection.transaction():  # A savepoint: we are inside of one.
                await self.apply(events, self.tables)
        except Exception as error:
            return error
        return None

    async def _one_by_one(self, events: Sequence[Envelope]) -> Taken:
        failed: dict[UUID, Failure] = {}
        alike_since: Envelope | None = None
        for event in events:
            if event.stream in failed:
                continue  # It waits behind the one that failed.
            error = await self._attempt((event,))
            if error is None:
                self.streak.end()
                alike_since = None
                continue
            if is_away(error):
                raise error
            if is_code(error):
                self._note(error, event)
                return Taken([*failed.values()], event, error)
            cause = self._cause(error)
            failed[event.stream] = Failure(event, cause)
            if isinstance(error, Waits):
                continue
            if alike_since is None or cause.id != self.streak.cause:
                alike_since = event
            self.streak.add(cause.id, event.metadata.correlation_id)
            if self.streak.is_disaster:
                before = [
                    each
                    for each in failed.values()
                    if each.envelope.position < alike_since.position
                ]
                return Taken(before, alike_since, self._disaster(cause, alike_since))
        return Taken([*failed.values()])

    async def _resume(self, load: Load, row: asyncpg.Record, up_to: int) -> bool:
        """Take what waits of one stream, in order; returns whether it got anywhere."""
        try:
            waiting, rest = await self._waiting(load, row, up_to)
        except Exception as error:
            if is_away(error):
                raise
            await self._failed_again(row, self._cause(error))
            return False
        for event in waiting:
            failed = await self._attempt((event,))
            if failed is None:
                continue
            if is_away(failed):
                raise failed
            if event.position == row["position"]:
                await self._failed_again(row, self._cause(failed))
                return False
            await self._move_on(Failure(event, self._cause(failed)))
            return True
        if rest is None:
            await self.follow.run("unpark", self.source, row["stream"])
        else:
            await self.follow.run("goes_on_at", *self._place(rest))
        RETRIED.labels(self.follower, "taken").inc()
        log.info(
            "parked stream goes on",
            follower=self.follower,
            stream=str(row["stream"]),
            position=row["position"],
            taken=len(waiting),
            rest_from=rest and rest.position,
        )
        return True

    async def _waiting(
        self, load: Load, row: asyncpg.Record, up_to: int
    ) -> tuple[Sequence[Envelope], Envelope | None]:
        """The parked event and what follows it in its stream, without what was skipped.

        At most `WAITING_MAX`; then the first event of the rest, if there is one.
        """
        async with asyncio.timeout(LOAD_SECONDS):
            events = await load(row["stream"], row["version"] - 1, WAITING_MAX + 1)
        if not events or events[0].position != row["position"]:
            raise Broken(
                f"{self.source} does not have version {row['version']} of stream {row['stream']} "
                f"at position {row['position']}, which is parked: compare both, then rebuild"
            )
        skips = await self.follow.rows("skips", self.source, row["stream"])
        skipped = {each["event_id"] for each in skips}
        due = [each for each in events if each.position <= up_to]
        rest = due[WAITING_MAX] if len(due) > WAITING_MAX else None
        return [each for each in due[:WAITING_MAX] if each.event_id not in skipped], rest

    async def _park(self, failure: Failure) -> None:
        await self._blame(failure.cause)
        await self.follow.run("park", *self._row(failure))
        self._tell("stream parked", failure)

    async def _move_on(self, failure: Failure) -> None:
        await self._blame(failure.cause)
        await self.follow.run("moved_on", *self._row(failure))
        RETRIED.labels(self.follower, "taken").inc()
        self._tell("parked stream moved on and is parked again", failure)

    async def _failed_again(self, row: asyncpg.Record, cause: Cause) -> None:
        attempts = row["attempts"] + 1
        await self._blame(cause)
        again = (cause.id, attempts, wait_after(attempts), cause.message)
        await self.follow.run("failed_again", self.source, row["stream"], row["position"], *again)
        RETRIED.labels(self.follower, "failed").inc()

    async def _blame(self, cause: Cause) -> None:
        await self.follow.run("blame", cause.id, cause.error, cause.place, cause.message)

    def _row(self, failure: Failure) -> tuple[object, ...]:
        cause = failure.cause
        return (*self._place(failure.envelope), cause.id, wait_after(1), cause.message)

    def _place(self, event: Envelope) -> tuple[object, ...]:
        """Where a stream is parked."""
        subject = next(iter(event.metadata.subjects), "")
        return (
            self.source,
            event.stream,
            event.position,
            event.version,
            event.event_id,
            event.topic,
            subject,
        )

    def _cause(self, error: Exception) -> Cause:
        return cause_of(error, self.projection, self.apply.__module__.partition(".")[0])

    def _tell(self, what: str, failure: Failure) -> None:
        event, cause = failure.envelope, failure.cause
        log.warning(
            what,
            follower=self.follower,
            position=event.position,
            topic=event.topic,
            stream=str(event.stream),
            cause=cause.id,
            error=cause.error,
            place=cause.place,
            message=cause.message,
        )

    def _note(self, error: Exception, event: Envelope) -> None:
        error.add_note(f"at position {event.position} of {self.follower}: {event.topic}")

    def _disaster(self, cause: Cause, first: Envelope) -> Broken:
        return Broken(
            f"{self.follower}: {PARKED_IN_A_ROW_MAX} processes failed one after another with "
            f"{cause.error} at {cause.place}, the first of this batch at position "
            f"{first.position}, and none succeeded in between: it is not the events. The follower "
            "stands before that one; those of earlier batches stay parked. Read the log, mend the "
            "projection, restart, then retry what is parked"
        )
