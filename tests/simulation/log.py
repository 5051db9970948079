"""The log as one process reaches it, over a line that may be cut; and what a restore makes it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from shared.envelope import Envelope
from shared.log import Append, Verdict
from shared.memory import MemoryLog
from tests.simulation.faults import Weather
from tests.simulation.stepping import Clock


class DistantLog:
    """`Log` in front of a `MemoryLog` that several processes share. Each call may fail."""

    def __init__(self, store: MemoryLog, weather: Weather, clock: Clock) -> None:
        self.name = store.name
        self.epoch = store.epoch
        self._store = store
        self._weather = weather
        self._clock = clock

    async def append(self, append: Append) -> Verdict:
        return await self._weather.through("append", lambda: self._store.append(append))

    async def settled(self, command_id: UUID) -> Verdict | None:
        return await self._weather.through("settled", lambda: self._store.settled(command_id))

    async def load(
        self, stream: UUID, after: int = 0, limit: int | None = None
    ) -> Sequence[Envelope]:
        return await self._weather.through("load", lambda: self._store.load(stream, after, limit))

    async def find(self, event_id: UUID) -> Envelope | None:
        return await self._weather.through("load", lambda: self._store.find(event_id))

    async def count(
        self, stream: UUID, after: int, up_to: int, without: Sequence[UUID] = ()
    ) -> int:
        return await self._weather.through(
            "load", lambda: self._store.count(stream, after, up_to, without)
        )

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        return await self._weather.through("read", lambda: self._store.read(after, limit))

    async def head(self) -> int:
        return await self._weather.through("read", self._store.head)

    async def changed(self, after: int, timeout_seconds: float) -> None:
        """A hint that never comes: polling is what readers rely on."""
        del after
        await self._clock.wait(timeout_seconds)


class Cursor:
    """The relay's own note of how far the stream has acknowledged, in the database."""

    def __init__(self, weather: Weather) -> None:
        self.position = 0
        self._weather = weather

    async def get(self) -> int:
        async def read() -> int:
            return self.position

        return await self._weather.through("cursor.get", read)

    async def set(self, position: int) -> None:
        async def write() -> None:
            self.position = position

        await self._weather.through("cursor.set", write)


def restored(store: MemoryLog, clock: Clock, epoch: UUID, upto: int) -> MemoryLog:
    """The store from a backup that ends at a position: the same events in another epoch.

    It reaches into `MemoryLog`, because a restore is what no port of a log offers.
    """
    copy = MemoryLog(store.name, epoch, clock.now)
    for envelope in store._envelopes:
        if envelope.position <= upto:
            same = replace(envelope, epoch=epoch)
            copy._envelopes.append(same)
            copy._streams.setdefault(same.stream, {})[same.version] = same
            copy._event_ids.add(same.event_id)
    copy._position = upto
    copy._settled = {
        id: verdict for id, verdict in store._settled.items() if verdict.last_position <= upto
    }
    return copy
