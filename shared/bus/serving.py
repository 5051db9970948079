"""Answering requests: many at once but not without bound, and only to an inbox."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from shared.bus.connection import Connection
from shared.bus.faults import Unavailable
from shared.bus.wire import Arrival, Interest
from shared.errors import Refused, Retry

log = structlog.get_logger(__name__)

HANDLERS_MAX = 64
"""Requests of one subscription in work at a time; more wait in the client's queue."""
STOP_SECONDS = 5.0
FAULT_STATUS = "Nats-Service-Error-Code"
FAULT_TEXT = "Nats-Service-Error"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks; the answer is what the handler returns."""

    subject: str
    body: bytes
    headers: Mapping[str, str]


Handler = Callable[[Request], Awaitable[bytes]]


def any_inbox(subject: str) -> str:
    """The default rule for reply subjects: an inbox, whoever it belongs to."""
    return "_INBOX"


class Serving:
    """One subject that is being answered.

    `inbox_of` tells, from the subject of a request, how the subject of its answer must begin. Reply
    subjects are chosen by the sender and no server permission covers them: without this rule a
    sender could have us publish, with our rights, to any subject, streams of events included; and
    JetStream could be made to deliver a message here as if it were a request.
    """

    def __init__(
        self, connection: Connection, handler: Handler, inbox_of: Callable[[str], str]
    ) -> None:
        self._connection = connection
        self._handler = handler
        self._inbox_of = inbox_of
        self._free = asyncio.Semaphore(HANDLERS_MAX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._interest: Interest | None = None

    async def start(self, subject: str, queue: str) -> None:
        """Subscribe; in a queue group each request goes to one member."""
        self._interest = await self._connection.subscribe(subject, self._take, queue)

    async def stop(self) -> None:
        """Take no more requests and finish those in work, bounded in time."""
        if self._interest is not None:
            await self._connection.unsubscribe(self._interest)
            self._interest = None
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        for task in list(self._tasks):
            task.cancel()

    async def _take(self, arrival: Arrival) -> None:
        if not arrival.reply.startswith(self._inbox_of(arrival.subject)):
            log.warning(
                "bus request dropped: its reply subject is not the sender's inbox",
                subject=arrival.subject,
                reply=arrival.reply,
            )
            return
        await self._free.acquire()
        task = asyncio.create_task(self._answer(arrival))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._free.release()

    async def _answer(self, arrival: Arrival) -> None:
        headers: dict[str, str] = {}
        try:
            request = Request(arrival.subject, arrival.body, arrival.headers)
            body = await self._handler(request)
        except Exception as error:
            status, text = _fault(error)
            if status == 500:
                log.exception("bus request failed", subject=arrival.subject)
            body, headers = b"", {FAULT_STATUS: str(status), FAULT_TEXT: text}
        try:
            await self._connection.write(arrival.reply, body, headers)
        except Exception as error:
            if not isinstance(error, Unavailable):
                log.exception("bus answer could not be sent", subject=arrival.subject)
            # The one who asked runs into its time-out and asks again.


def _fault(error: Exception) -> tuple[int, str]:
    if isinstance(error, Refused):
        return error.status, " ".join(str(error).split())
    if isinstance(error, Retry):
        return 503, " ".join(str(error).split())
    return 500, "internal error; see the log of the service"
