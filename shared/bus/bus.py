"""The bus as services see it: streams, publishing, durable consumers, request and reply."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any

import orjson

from shared.bus import streams
from shared.bus.connection import Connection, Secret
from shared.bus.consumer import Consumer
from shared.bus.faults import (
    ApiError,
    NoStream,
    PublishUnknown,
    RequestFailed,
    TooLarge,
    Unavailable,
    WrongLast,
)
from shared.bus.serving import FAULT_STATUS, FAULT_TEXT, Handler, Serving, any_inbox
from shared.bus.streams import Tail
from shared.bus.wire import Waiting

PUBLISH_SECONDS = 5.0
"""How long a publish waits for the stream's word before its outcome counts as unknown."""
DUPLICATE_WINDOW_SECONDS = 600.0
MAX_MSG_SIZE = 512 * 1024
"""Bytes; twice the largest event that a log takes."""
ACK_WAIT_SECONDS = 30.0
MAX_ACK_PENDING = 1000

WRONG_LAST_ID = 10070
WRONG_LAST_SEQUENCE = 10071
MESSAGE_TOO_LARGE = 10054
STORE_FULL = 10077
RESOURCES = 10023
DUPLICATE_IN_PROCESS = 10158


@dataclass(frozen=True, slots=True)
class Published:
    """Where a message was stored."""

    sequence: int
    duplicate: bool
    """It was there already, by its message id, within the stream's window."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A message that was written; the stream's word on it is still to come."""

    _waiting: Waiting

    async def result(self) -> Published:
        """The stream's word. Raises what `Bus.publish` raises."""
        arrival = await self._waiting.answer()
        subject = self._waiting.subject
        if arrival.status == "503":
            raise NoStream(f"no stream takes {subject}: run `liennganh migrate`")
        try:
            answer = orjson.loads(arrival.body)
            if "error" not in answer:
                return Published(answer["seq"], answer.get("duplicate", False))
            refusal = _refusal(subject, answer["error"])
        except (ValueError, KeyError, TypeError) as error:
            raise PublishUnknown(f"{subject}: answered by something else: {error!r}") from error
        raise refusal


class Bus:
    """One connection to NATS with JetStream. Use `async with Bus.connect(…) as bus`."""

    def __init__(self, connection: Connection, domain: str = "") -> None:
        self._connection = connection
        self._domain = domain
        self._api = streams.api_of(connection, domain)
        self._servings: list[Serving] = []

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        url: str,
        *,
        user: Secret = None,
        password: Secret = None,
        token: Secret = None,
        name: str,
        inbox_prefix: str = "_INBOX",
        domain: str = "",
        tls: SSLContext | None = None,
    ) -> AsyncIterator["Bus"]:
        """Connect to one of the servers in `url` (separated by commas) and stay connected.

        `inbox_prefix` is where answers may arrive (the server's permissions name it), `domain` the
        JetStream domain to talk to. Raises `Unavailable` when there is no server, `Broken` when it
        refuses us.
        """
        connection = Connection(
            servers=[server.strip() for server in url.split(",")],
            name=name,
            user=user,
            password=password,
            token=token,
            inbox_prefix=inbox_prefix,
            tls=tls,
        )
        bus = cls(connection, domain)
        try:
            await connection.open()
            yield bus
        finally:
            await bus.close()

    async def close(self) -> None:
        """Finish what is being answered, send what is written, disconnect; bounded in time."""
        await asyncio.gather(*(serving.stop() for serving in self._servings))
        await self._connection.close()

    @property
    def healthy(self) -> bool:
        """Connected, answering, and allowed to hear all that it listens to."""
        return self._connection.healthy

    @property
    def trouble(self) -> str:
        """Why it is not healthy, for people."""
        return self._connection.trouble

    @property
    def refused(self) -> frozenset[str]:
        """Subjects that the server does not let us subscribe to, in small letters."""
        return self._connection.refused

    @property
    def generation(self) -> int:
        """Changes with every new connection: something may have been lost in between."""
        return self._connection.generation

    async def flush(self) -> None:
        """Return when the server has read all that was written. Raises `Unavailable`."""
        await self._connection.flush()

    async def ensure_stream(
        self,
        name: str,
        subjects: Sequence[str],
        *,
        max_msg_size: int = MAX_MSG_SIZE,
        duplicate_window_seconds: float = DUPLICATE_WINDOW_SECONDS,
        replicas: int = 1,
    ) -> None:
        """See `streams.ensure_stream`: kept in files, nothing deleted, nothing purged."""
        await streams.ensure_stream(
            self._api,
            name,
            subjects,
            max_msg_size=max_msg_size,
            duplicate_window_seconds=duplicate_window_seconds,
            replicas=replicas,
        )

    async def delete_stream(self, name: str) -> None:
        """Remove a stream with its consumers. Only for copying it anew from the log."""
        await streams.delete_stream(self._api, name)

    async def tail(self, stream: str) -> Tail:
        """The stream's end, from its leader. Raises `NoStream`, `Unavailable`."""
        return await streams.tail(self._api, stream)

    async def last_message_id(self, stream: str) -> str | None:
        """Id of the stream's last message: empty if that has none, None if there is no message."""
        return (await self.tail(stream)).message_id

    async def publish(
        self, subject: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Published:
        """Store a message in the stream that takes the subject.

        Raises `WrongLast` when a `Nats-Expected-Last-…` header does not hold, `TooLarge` before
        anything is sent, `NoStream`, `Unavailable` when nothing was stored, and its subclass
        `PublishUnknown` when nobody can know.
        """
        return await (await self.begin(subject, body, headers)).result()

    async def begin(
        self, subject: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Publication:
        """Write a message and return before the stream's word, so that many can be under way.

        Messages are stored in the order of the calls. How many are under way is the caller's to
        bound. Raises `TooLarge`, `Unavailable`, `PublishUnknown`.
        """
        return Publication(await self._connection.ask(subject, body, headers, PUBLISH_SECONDS))

    async def ensure_consumer(
        self,
        stream: str,
        durable: str,
        *,
        filter_subjects: Sequence[str] = (),
        ack_wait_seconds: float = ACK_WAIT_SECONDS,
        max_deliver: int = -1,
        max_ack_pending: int = MAX_ACK_PENDING,
    ) -> None:
        """See `streams.ensure_consumer`: durable, pull, explicit acknowledgement."""
        await streams.ensure_consumer(
            self._api,
            stream,
            durable,
            filter_subjects=filter_subjects,
            ack_wait_seconds=ack_wait_seconds,
            max_deliver=max_deliver,
            max_ack_pending=max_ack_pending,
        )

    async def durables(self, stream: str) -> Sequence[Mapping[str, Any]]:
        """See `streams.durables`: what is needed to make them again after `delete_stream`."""
        return await streams.durables(self._api, stream)

    async def restore_durable(self, stream: str, configuration: Mapping[str, Any]) -> None:
        """See `streams.restore_durable`."""
        await streams.restore_durable(self._api, stream, configuration)

    def consumer(self, stream: str, durable: str) -> Consumer:
        """A reader of that durable consumer, for one task."""
        return Consumer(self._connection, self._api, self._domain, stream, durable)

    async def request(
        self,
        subject: str,
        body: bytes,
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Ask and wait for one answer.

        Raises `Unavailable` when nobody serves the subject or no answer comes in time, `Forbidden`
        when we may not ask there, `RequestFailed` when the answer is an error.
        """
        waiting = await self._connection.ask(subject, body, headers, timeout_seconds)
        arrival = await waiting.answer()
        if arrival.status == "503":
            raise Unavailable(f"nobody answers on {subject}")
        if FAULT_STATUS in arrival.headers:
            raise RequestFailed(
                int(arrival.headers[FAULT_STATUS]), arrival.headers.get(FAULT_TEXT, "")
            )
        return arrival.body

    async def serve(
        self,
        subject: str,
        handler: Handler,
        queue: str = "",
        *,
        inbox_of: Callable[[str], str] = any_inbox,
    ) -> Serving:
        """Answer requests until the returned `Serving` is stopped or the bus is closed.

        What the handler raises becomes an error answer: a `Refused` with its status and words, a
        `Retry` as 503, anything else as 500 without words. See `Serving` for `inbox_of`.
        """
        serving = Serving(self._connection, handler, inbox_of)
        await serving.start(subject, queue)
        self._servings.append(serving)
        return serving


def _refusal(subject: str, error: Mapping[str, Any]) -> Exception:
    code, err_code = error.get("code", 0), error.get("err_code", 0)
    description = f"{subject}: {error.get('description', '')} ({err_code})"
    if err_code in (WRONG_LAST_ID, WRONG_LAST_SEQUENCE):
        return WrongLast(description)
    if err_code == MESSAGE_TOO_LARGE:
        return TooLarge(f"{description}: raise max_msg_size of the stream")
    if err_code in (STORE_FULL, RESOURCES):
        return Unavailable(f"{description}: give JetStream more room", retry_after_seconds=5.0)
    if err_code == DUPLICATE_IN_PROCESS:
        return PublishUnknown(description)
    if code == 503:
        return Unavailable(description)
    return ApiError("the message", code, err_code, description)
