"""The whole system in one thread: a log, a bus, three read models, and all who use them.

Real are the decisions (`services.directives`), `shared.context`, `shared.fold`, `shared.relay` and
`shared.bus_source`. Twins are the servers, the log and the bus in memory, and the follower's
transaction. Each process has its own lines to the servers and loses what it has in memory when it
crashes.
"""

from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from shared.bus_source import BusSource
from shared.envelope import Envelope
from shared.errors import Broken, Refused, Retry
from shared.fold import Fold
from shared.follow import LogSource, Source
from shared.memory import MemoryLog
from shared.outbox import LogOutbox
from shared.relay import Relay
from tests.simulation.bus import Broker, MemoryBus
from tests.simulation.clients import Agencies, Entry, Replica, settle
from tests.simulation.faults import ConnectionLost, Weather
from tests.simulation.following import Database, Follower, Tables
from tests.simulation.log import Cursor, DistantLog
from tests.simulation.projections import READ_MODELS
from tests.simulation.stepping import Actor, Crashed, Stage

STREAM = "DIRECTIVES"
SUBJECTS = ("ln.>",)
WINDOW_SECONDS = 20.0
"""The stream's memory for duplicates; short, so that repetitions come after it too."""
CLIENTS = 4
PAPERS_MAX = 8
REPEATED_OF_COMMANDS = 0.1
"""Share of commands that an agency sends again although it knows the answer."""
RESTART_SECONDS = 2.0
POLL_SECONDS = 0.5
TAILED_MAX = 20
"""Events that the tailing reader takes at a time, at most."""
RELAYS = ("relay a", "relay b")
COPIES = ("a", "b")
"""Processes that follow into each read model."""


@dataclass(frozen=True)
class Restored:
    """A store that came from a backup, and what stood then. Nobody may go on by himself."""

    old_epoch: UUID
    tables: dict[str, Tables]


class World:
    """Everything that lives in one play."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.steps = 0
        """Of foul weather, as asked for."""
        self.random = Random(seed)
        self.stage = Stage(self.random)
        self.clock = self.stage.clock
        self.weather = Weather(self.random, self.stage.tell)
        self.store = MemoryLog("directives", UUID(int=1), self.clock.now)
        self.broker = Broker(self.clock.time)
        self.cursor = Cursor(self.weather)
        self.agencies = Agencies(self.random, PAPERS_MAX)
        self.journal: dict[UUID, Entry] = {}
        self.databases = {model.name: Database(model) for model in READ_MODELS}
        self.replicas = [Replica(name, Fold(self.line())) for name in ("replica a", "replica b")]
        self.buses: dict[str, MemoryBus] = {}
        self.tailed: list[Envelope] = []
        self.fingerprints: dict[int, str] = {}
        """Position → hash of the event as it was first seen there."""
        self.halted: dict[str, str] = {}
        """Who has stopped rather than guess, and in which words."""
        self.restored: Restored | None = None
        self.operate: Callable[[World], Coroutine[Any, Any, None]] | None = None
        self.closing = False
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        """What was found wrong while it happened."""

    def begin(self) -> None:
        """Everybody starts."""
        self.broker.make(STREAM, SUBJECTS, WINDOW_SECONDS)
        for number in range(CLIENTS):
            name = f"agency {number}"
            self.stage.enter(name, self._ask(name))
        self.start_servers()
        self.stage.actors[RELAYS[1]].sleeps = True  # Only one leads.

    def start_servers(self) -> None:
        """All processes of the service but the replicas, each with nothing in memory."""
        for name in RELAYS:
            self.start_relay(name)
        for model in self.databases:
            for copy in COPIES:
                self.start_follower(model, copy)
        self.tailed = []
        self.stage.enter("reader", self._tail())
        if self.operate is not None:
            self.stage.enter("operator", self.operate(self))

    def start_relay(self, name: str) -> None:
        self.halted.pop(name, None)
        self.stage.enter(name, self._publish(name))

    def start_follower(self, model: str, copy: str) -> None:
        name = f"{model} {copy}"
        self.halted.pop(name, None)
        self.stage.enter(name, self._follow(self.databases[model], name))

    def line(self) -> DistantLog:
        """A process's own way to the log."""
        return DistantLog(self.store, self.weather, self.clock)

    def relay(self, name: str) -> Relay:
        """A relay of a new process."""
        bus = self.buses[name] = MemoryBus(self.broker, self.weather)
        return Relay(LogOutbox(self.line()), bus, STREAM, cursor=self.cursor)

    @property
    def recorded(self) -> list[Envelope]:
        """All that is in the log, without a line in between."""
        return self.store._envelopes

    async def _ask(self, name: str) -> None:
        """An agency: one command after the other, each until its outcome is known."""
        while not self.closing:
            known = [e for e in self.journal.values() if e.receipt and e.receipt.event_ids]
            if known and self.random.random() < REPEATED_OF_COMMANDS:
                await self._repeat(self.random.choice(known))
                continue
            command = self.agencies.next()
            entry = Entry(command, epoch=self.store.epoch, asked_at=len(self.recorded))
            self.journal[command.id] = entry
            while entry.status == "unknown":
                await self._send(entry)
                entry.answered_at = len(self.recorded)
                await self.clock.wait(self.random.random())
            self.counts[f"commands {entry.status}"] += 1

    async def _send(self, entry: Entry) -> None:
        replica = self.random.choice(self.replicas)
        me = self.stage.on
        entry.attempts += 1
        replica.inside.add(me)
        try:
            receipt = await replica.answer(entry.command, self.agencies.new_id)
        except Refused as refused:
            settle(entry, None, refused)
        except (Retry, Crashed):
            self.counts["answers unknown"] += 1
        else:
            settle(entry, receipt, None)
            self.stage.tell(f"{entry.command.name}: {len(receipt.event_ids)} events recorded")
        finally:
            replica.inside.discard(me)

    async def _repeat(self, entry: Entry) -> None:
        """The same key again: the same answer, whatever has happened since."""
        again = Entry(entry.command)
        while again.status == "unknown":
            await self._send(again)
            await self.clock.wait(self.random.random())
        self.counts["commands repeated"] += 1
        if not entry.lost and again.receipt != entry.receipt:
            said = again.receipt or again.why
            self.violations.append(f"I1 {entry.command.name}: first {entry.receipt}, now {said}")

    async def _publish(self, name: str) -> None:
        relay = self.relay(name)
        while True:
            try:
                await relay.run()
            except (Broken, Retry, ConnectionLost) as error:
                await self._stop(name, error)

    async def _follow(self, database: Database, name: str) -> None:
        line = self.line()
        source: Source | None = None if database.model.on_bus else LogSource(line)
        while source is None:
            try:
                source = await self._bus_source(database.model.name, name, line)
            except Retry as error:
                await self._stop(name, error)
        follower = Follower(database, source, self.weather, self.clock)
        while True:
            try:
                follower.begin_anew()
                while True:
                    if not await follower.step():
                        await self.clock.wait(POLL_SECONDS)
            except (Broken, Retry, ConnectionLost) as error:
                await self._stop(name, error)

    async def _bus_source(self, durable: str, name: str, line: DistantLog) -> BusSource:
        bus = self.buses[name] = MemoryBus(self.broker, self.weather)
        return await BusSource.open(
            bus,
            name=line.name,
            epoch=line.epoch,
            stream=STREAM,
            durable=durable,
            fill=line.read,
            load=line.load,
        )

    async def _stop(self, name: str, error: Exception) -> None:
        """The supervisor starts it again after a while; who had to stop is seen until then."""
        if isinstance(error, Broken):
            self.counts["processes halted"] += 1
            self.halted[name] = str(error)
            self.stage.tell(f"stops: {error}")
        await self.clock.wait(RESTART_SECONDS)
        self.halted.pop(name, None)

    async def _tail(self) -> None:
        """Somebody who reads the log as it grows, like a follower without a table."""
        line, after = self.line(), 0
        while True:
            try:
                batch = await line.read(after, self.random.randint(1, TAILED_MAX))
            except Retry:
                continue
            self.tailed += batch
            after = batch[-1].position if batch else after
            await self.clock.wait(self.random.random())

    def crash(self, replica: Replica) -> None:
        """A replica is gone; who waited for its answer learns nothing."""
        for actor in list(replica.inside):
            assert isinstance(actor, Actor)
            actor.doom = Crashed(f"{replica.name} is gone")
        replica.crash(self.line())
