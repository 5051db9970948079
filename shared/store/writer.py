"""The one writer of a log: group commit.

All commands that wait are appended by one call and one commit. While it is in flight the next ones
gather, so the batch grows with the load by itself; nobody is delayed on purpose. Each command gets
its own verdict.

A lost connection leaves the outcome unknown. The same command ids are then sent again: the ledger
in the same database answers `duplicate` for what had been recorded. Nothing is retried without ids.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from shared.errors import Broken, Retry
from shared.log import Append, Expect, Verdict
from shared.telemetry import APPENDS

EVENTS_PER_BATCH_MAX = 256
"""So that one batch is made ready while the database records the other (docs/performance.md)."""
BYTES_PER_BATCH_MAX = 8 * 1024 * 1024
QUEUE_COMMANDS_MAX = 10_000
EVENT_BYTES_MAX = 262_144
RECONNECT_FIRST_SECONDS = 0.05
RECONNECT_LAST_SECONDS = 2.0
OUTCOME_SECONDS = 30.0
"""How long a caller waits for a verdict before it is told that the outcome is unknown."""
APPEND_SECONDS = 20.0
"""A call that takes longer is given up: the connection may be dead without having said so."""

log = structlog.get_logger()

CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # Told to go, not yet hung up on.
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,  # The primary has become a standby.
    OSError,
    TimeoutError,
)
ROLLED_BACK = (
    asyncpg.exceptions.TransactionRollbackError,
    asyncpg.exceptions.LockNotAvailableError,
)
"""Nothing is wrong with the commands; the database wants them again."""
NOT_NOW = (*CONNECTION_LOST, *ROLLED_BACK, asyncpg.exceptions.InsufficientResourcesError)
"""Of any statement: nothing is wrong with it, and the database cannot take it now."""


@dataclass(eq=False, slots=True)
class _Waiting:
    append: Append
    size: int
    """Bytes of its events."""
    until: float
    """By the clock of the event loop: when its caller is told that the outcome is unknown."""
    verdict: "asyncio.Future[Verdict]"


class Writer:
    """Takes appends one by one, records them in groups."""

    def __init__(
        self,
        name: str,
        statement: str,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        on_commit: Callable[[int], None],
    ) -> None:
        self.name = name
        self._statement = statement
        self._connect = connect
        self._on_commit = on_commit
        self._queue: deque[_Waiting] = deque()
        self._unanswered: deque[_Waiting] = deque()
        """In the order of their coming; the first one is open, those behind it may be settled."""
        self._patience: asyncio.TimerHandle | None = None
        self._wake = asyncio.Event()
        self._connection: asyncpg.Connection | None = None
        self._stopped = False

    @property
    def waiting(self) -> int:
        """Commands in the queue; those that are being recorded are not among them."""
        return len(self._queue)

    async def append(self, append: Append) -> Verdict:
        """Record durably and say what became of it. Cancelling the caller cancels nothing else."""
        if self._stopped:
            raise Retry(f"{self.name}: this process is stopping and records nothing more")
        if len(self._queue) >= QUEUE_COMMANDS_MAX:
            raise Retry(f"{self.name}: {QUEUE_COMMANDS_MAX} commands are waiting to be recorded")
        sizes = [len(each.state) for each in append.events]
        if not sizes:
            raise Broken("a command without events: there is nothing to record")
        if max(sizes) > EVENT_BYTES_MAX:
            raise Broken(f"an event is larger than {EVENT_BYTES_MAX} bytes; refuse it at the door")
        loop = asyncio.get_running_loop()
        until = loop.time() + OUTCOME_SECONDS
        waiting = _Waiting(append, sum(sizes), until, loop.create_future())
        self._queue.append(waiting)
        self._unanswered.append(waiting)
        if self._patience is None:
            self._patience = loop.call_at(until, self._give_up)
        self._wake.set()
        return await waiting.verdict

    async def run(self) -> None:
        """Write until cancelled; then nobody is left waiting. Owned by the supervisor."""
        self._stopped = False
        self._wake.set()  # Commands may have come before this, or outlived an earlier run.
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while batch := self._take():
                    await self._settle_or_keep(batch)
        except asyncio.CancelledError:
            self._stop()
            raise
        finally:
            self._disconnect()

    async def _settle_or_keep(self, batch: list[_Waiting]) -> None:
        """If this task dies, what it had in its hands is there for the next run."""
        try:
            await self._settle(batch)
        except BaseException:
            self._queue.extendleft(each for each in reversed(batch) if not each.verdict.done())
            raise

    def _stop(self) -> None:
        self._stopped = True
        while self._queue:
            self._leave(self._queue.popleft(), "stopped before there was an answer")

    def _give_up(self) -> None:
        """Tell whoever has waited long enough.

        One timer for all, because they came in order: one for each command would cost more than
        all the rest that is done for it here.
        """
        loop = asyncio.get_running_loop()
        while self._forget_answered() and self._unanswered[0].until <= loop.time():
            self._leave(self._unanswered[0], f"no answer within {OUTCOME_SECONDS:.0f} s")
        self._patience = (
            loop.call_at(self._unanswered[0].until, self._give_up) if self._unanswered else None
        )

    def _forget_answered(self) -> bool:
        """Whether somebody still waits."""
        while self._unanswered and self._unanswered[0].verdict.done():
            self._unanswered.popleft()
        return bool(self._unanswered)

    def _leave(self, waiting: _Waiting, why: str) -> None:
        if not waiting.verdict.done():
            waiting.verdict.set_exception(
                Retry(
                    f"{self.name}: {why} from the database; the outcome is unknown: repeat the "
                    "request with the same Idempotency-Key"
                )
            )

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        events = size = 0
        while self._queue:
            events += len(self._queue[0].append.events)
            size += self._queue[0].size
            if batch and (events > EVENTS_PER_BATCH_MAX or size > BYTES_PER_BATCH_MAX):
                break
            batch.append(self._queue.popleft())
        return batch

    async def _settle(self, batch: list[_Waiting]) -> None:
        try:
            rows = await self._write(batch)
        except Exception as error:
            await self._settle_one_by_one(batch, error)
            return
        for status, count in Counter(row["status"] for row in rows).items():
            APPENDS.labels(self.name, status).inc(count)
        deferred = []
        for waiting, row in zip(batch, rows, strict=True):
            if row["status"] == "deferred":
                deferred.append(waiting)
            elif not waiting.verdict.done():
                waiting.verdict.set_result(_verdict(row))
        self._queue.extendleft(reversed(deferred))
        self._forget_answered()
        last = max((row["last_position"] or 0 for row in rows), default=0)
        if last:
            self._on_commit(last)

    async def _settle_one_by_one(self, batch: list[_Waiting], error: Exception) -> None:
        """One command that the database cannot take must not take the others down with it."""
        if len(batch) > 1:
            for waiting in batch:
                await self._settle([waiting])
            return
        # The server's own sentence, without its DETAIL: that quotes what was to be recorded.
        reason = f"{type(error).__name__}: {getattr(error, 'message', None) or 'not understood'}"
        log.error("append refused by the database", store=self.name, error=reason)
        full = isinstance(error, asyncpg.exceptions.InsufficientResourcesError)
        if not batch[0].verdict.done():
            batch[0].verdict.set_exception((Retry if full else Broken)(f"{self.name}: {reason}"))

    async def _write(self, batch: Sequence[_Waiting]) -> list[asyncpg.Record]:
        """One call, one commit; after a lost connection the same call with the same ids."""
        arguments = _arguments([each.append for each in batch])
        pause = RECONNECT_FIRST_SECONDS
        while True:
            connection = await self._connected()
            if connection is not None:
                try:
                    return await connection.fetch(
                        self._statement, *arguments, timeout=APPEND_SECONDS
                    )
                except (*CONNECTION_LOST, *ROLLED_BACK) as error:
                    if isinstance(error, asyncpg.InterfaceError) and not connection.is_closed():
                        raise  # Not the line: the driver cannot send this, and never will.
                    log.warning("append is sent again", store=self.name, error=repr(error))
                    self._disconnect()
            await asyncio.sleep(pause)
            pause = min(pause * 2, RECONNECT_LAST_SECONDS)

    async def _connected(self) -> asyncpg.Connection | None:
        """The connection, made when there is none; None when it cannot be had now."""
        if self._connection is None:
            try:
                self._connection = await self._connect()
            except (asyncpg.PostgresError, *CONNECTION_LOST) as error:
                log.warning("no connection to the log", store=self.name, error=repr(error))
        return self._connection


def _arguments(appends: Sequence[Append]) -> tuple[list[Any], ...]:
    events = [(number, each) for number, append in enumerate(appends, 1) for each in append.events]
    expect = [append.expect for append in appends]
    return (
        [each.command_id for each in appends],
        [each.request_hash for each in appends],
        [each.result for each in appends],
        [number for number, _ in events],
        [each.event_id for _, each in events],
        [each.stream for _, each in events],
        [each.version for _, each in events],
        [int(expect[number - 1].get(each.stream, Expect.EXACT)) for number, each in events],
        [each.topic for _, each in events],
        [each.state for _, each in events],
        [each.metadata for _, each in events],
    )


def _verdict(row: asyncpg.Record) -> Verdict:
    return Verdict(
        status=row["status"],
        first_position=row["first_position"] or 0,
        last_position=row["last_position"] or 0,
        head=row["head"] or 0,
        stream=row["stream"],
        request_hash=row["request_hash"] or b"",
        result=row["result"] or "null",
        recorded_at=row["recorded_at"],
    )
