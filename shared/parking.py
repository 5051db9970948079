"""Parked streams of a read model as operators see them, and what operators may decide of them.

A stream is parked where one of its events could not be taken (`shared.turn`); that event and all
later ones of the stream wait. A decision takes effect when the follower next looks, within
`LOOK_SECONDS`, in whichever process it runs.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.actor import Actor
from shared.errors import Conflict, NotFound, NotUnderstood, Refused
from shared.follow import FOLLOW_SQL, Projection
from shared.log import Log
from shared.sql import Tables, read_blocks

LISTED_MAX = 200
"""Parked streams in one list, those that have waited longest first."""
REASON_CHARACTERS_MAX = 500


@dataclass(frozen=True, slots=True)
class ParkedStream:
    """One stream that cannot go on in one read model. Times have a time zone."""

    projection: str
    """`<service>.<name>`."""
    source: str
    stream: UUID
    position: int
    """Of the event that could not be taken."""
    version: int
    event_id: UUID
    topic: str
    subject: str
    """What the event is about, `<kind>:<id>`, empty when it does not say."""
    cause: str
    """Id of the group of errors with one cause."""
    error: str
    place: str
    message: str
    """Of this stream's own error, when it may be told."""
    attempts: int
    """How often it has failed; counted anew when an operator asks for a retry."""
    parked_at: datetime
    tried_at: datetime
    retry_at: datetime | None
    """None: it waits for an operator."""
    quarantined: bool
    waiting: int
    """Events that wait, this one included."""


@dataclass(frozen=True, slots=True)
class ParkedCause:
    """A group of errors that parks streams of one read model. Times have a time zone."""

    projection: str
    """`<service>.<name>`."""
    cause: str
    error: str
    place: str
    message: str
    times: int
    """How often it was met."""
    first_seen: datetime
    last_seen: datetime
    streams: int
    """Parked for it now."""


class Parking:
    """The parked streams of one projection."""

    def __init__(self, projection: Projection, pool: asyncpg.Pool, logs: Mapping[str, Log]) -> None:
        """`logs`: those that the projection follows, by name; they know which events wait."""
        missing = sorted({*projection.sources} - {*logs})
        if missing:
            raise ValueError(f"{projection.title} follows {missing}: hand in their logs too")
        self._projection = projection
        self._pool = pool
        self._logs = logs
        self._follow = read_blocks(FOLLOW_SQL, projection.schema)

    async def list(self) -> Sequence[ParkedStream]:
        """Those that have waited longest first, at most `LISTED_MAX`."""
        async with self._pool.acquire() as connection:
            rows = await Tables(connection, self._follow).rows("parked", LISTED_MAX)
        return [await self._parked(row) for row in rows]

    async def causes(self) -> Sequence[ParkedCause]:
        """Why streams are parked now, the cause of most of them first."""
        async with self._pool.acquire() as connection:
            rows = await Tables(connection, self._follow).rows("parked_causes")
        return [ParkedCause(projection=self._projection.title, **row) for row in rows]

    async def retry_all(self, by: Actor, reason: str = "", cause: str = "") -> int:
        """Try all of one cause at once, or all; returns how many streams were not due already.

        What is in quarantine stays there: that was decided of one stream, and is lifted for one.
        """
        reason = _reason(reason, needed=False)
        async with self._pool.acquire() as connection:
            tables = Tables(connection, self._follow)
            count: int = await tables.value("retry_all", cause, reason, by.agency, by.user)
        return count

    async def retry(self, source: str, stream: UUID, by: Actor, reason: str = "") -> None:
        """Try it at once; attempts are counted anew, and a quarantine is lifted.

        Raises `NotFound` when the stream is not parked.
        """
        reason = _reason(reason, needed=False)
        async with self._held(source, stream) as (follow, row):
            if row is None:
                raise self._not_parked(source, stream)
            if row["due"]:
                return  # It was asked for already.
            await self._decide(follow, "retry", source, stream, by, reason)
            await follow.run("try_now", source, stream)

    async def skip(self, source: str, stream: UUID, position: int, reason: str, by: Actor) -> None:
        """Never take the event at `position` into this read model; go on with what follows it.

        The first event of a stream cannot be skipped: without its beginning a thing never exists in
        the read model, so nothing that is about it could ever be taken.

        Raises `NotFound` when the stream is not parked, `Conflict` when it is parked at another
        position, `Refused` when that is its beginning, `NotUnderstood` without a reason.
        """
        reason = _reason(reason)
        async with self._held(source, stream) as (follow, row):
            if await follow.value("skipped", source, stream, position):
                return
            if row is None:
                raise self._not_parked(source, stream)
            if row["position"] != position:
                raise _elsewhere(position, row["position"])
            if row["version"] == 1:
                raise _beginning(position)
            skipped = (position, row["event_id"])
            await self._decide(follow, "skip", source, stream, by, reason, *skipped)
            await follow.run("try_now", source, stream)

    async def quarantine(self, source: str, stream: UUID, reason: str, by: Actor) -> None:
        """Do not try it any more, until an operator asks; its events keep waiting.

        Raises `NotFound` when the stream is not parked, `NotUnderstood` without a reason.
        """
        reason = _reason(reason)
        async with self._held(source, stream) as (follow, row):
            if row is None:
                raise self._not_parked(source, stream)
            if row["quarantined"]:
                return
            await self._decide(follow, "quarantine", source, stream, by, reason)
            await follow.run("quarantine", source, stream)

    @asynccontextmanager
    async def _held(
        self, source: str, stream: UUID
    ) -> AsyncIterator[tuple[Tables, asyncpg.Record | None]]:
        """The parked row, which nobody else changes meanwhile: not the follower either."""
        async with self._pool.acquire() as connection, connection.transaction():
            follow = Tables(connection, self._follow)
            yield follow, await follow.row("parked_one", source, stream)

    async def _decide(
        self,
        follow: Tables,
        verb: str,
        source: str,
        stream: UUID,
        by: Actor,
        reason: str,
        position: int | None = None,
        event_id: UUID | None = None,
    ) -> None:
        what = (verb, source, stream, position, event_id)
        await follow.run("decide", *what, reason, by.agency, by.user)

    async def _parked(self, row: asyncpg.Record) -> ParkedStream:
        waiting = await self._logs[row["source"]].count(
            row["stream"], row["version"] - 1, row["up_to"], row["skipped"]
        )
        fields = {name: row[name] for name in ParkedStream.__slots__ if name in row}
        return ParkedStream(projection=self._projection.title, waiting=waiting, **fields)

    def _not_parked(self, source: str, stream: UUID) -> NotFound:
        title = self._projection.title
        return NotFound(
            "not-parked",
            f"Chuỗi sự kiện {stream} của {source} không bị tạm giữ trong {title}.",
            f"Stream {stream} of {source} is not parked in {title}.",
            remedy_vi="Xem lại danh sách tạm giữ; có thể chuỗi này đã chạy tiếp.",
            remedy_en="Look at the list of parked streams again; this one may have gone on.",
        )


def _reason(reason: str, *, needed: bool = True) -> str:
    reason = reason.strip()
    if needed and not reason:
        raise NotUnderstood(
            "reason-missing",
            "Quyết định này cần có lý do.",
            "This decision needs a reason.",
            pointer="/reason",
            remedy_vi="Ghi rõ lý do; lý do được lưu cùng quyết định.",
            remedy_en="State the reason; it is kept with the decision.",
        )
    if len(reason) > REASON_CHARACTERS_MAX:
        raise NotUnderstood(
            "reason-too-long",
            f"Lý do dài hơn {REASON_CHARACTERS_MAX} ký tự.",
            f"The reason is longer than {REASON_CHARACTERS_MAX} characters.",
            pointer="/reason",
            remedy_vi="Rút gọn lý do.",
            remedy_en="Shorten the reason.",
        )
    return reason


def _elsewhere(position: int, parked: int) -> Conflict:
    return Conflict(
        "parked-elsewhere",
        f"Chuỗi sự kiện đang bị tạm giữ ở vị trí {parked}, không phải {position}.",
        f"The stream is parked at position {parked}, not at {position}.",
        pointer="/position",
        remedy_vi="Chỉ bỏ qua được đúng sự kiện đang bị tạm giữ; xem lại rồi quyết định.",
        remedy_en="Only the event that is parked can be skipped; look again and decide anew.",
    )


def _beginning(position: int) -> Refused:
    return Refused(
        "beginning-cannot-be-skipped",
        f"Sự kiện ở vị trí {position} mở đầu chuỗi; thiếu nó, mọi sự kiện liên quan phải chờ mãi.",
        f"The event at position {position} begins its stream; without it, whatever is about the "
        "same thing would wait for ever.",
        pointer="/position",
        remedy_vi="Sửa nguyên nhân (cập nhật phiên bản) rồi thử lại; hoặc cách ly trong khi chờ.",
        remedy_en="Mend the cause (upgrade), then retry; or quarantine it while you find out.",
    )
