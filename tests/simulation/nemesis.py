"""What happens to all at once: crashes, sleep, lost disks, jumping clocks, bad deployments."""

from collections.abc import Callable, Mapping
from uuid import UUID

from services.directives.service import SERVICE as DIRECTIVES
from tests.simulation.log import restored
from tests.simulation.world import COPIES, RELAYS, STREAM, Restored, World

STRIKES_PER_STEP = 1 / 60
LOST_MAX = 12
"""Messages that a broker loses at a time, at most."""
JUMP_SECONDS = 86_400.0
STANDSTILL_SECONDS = 45.0
"""Longer than an acknowledgement is waited for, and than ids are remembered."""


class Nemesis:
    """Strikes by lot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._random = world.random
        self.strikes: Mapping[str, tuple[Callable[[], bool], int]] = {
            "replica crashes": (self._crash_replica, 6),
            "relay crashes": (self._crash_relay, 6),
            "follower crashes": (self._crash_follower, 8),
            "somebody falls asleep": (self._sleep, 6),
            "the leader changes, the old one sleeps on": (self._change_leader, 4),
            "both lead": (self._both_lead, 3),
            "sleepers wake": (self._wake, 8),
            "a connection is cut": (self._cut, 6),
            "a message arrives late": (self._arrive_late, 12),
            "what was delivered is delivered again": (self._deliver_again, 6),
            "the broker loses its tail": (self._lose_tail, 3),
            "the broker is wiped": (self._wipe, 1),
            "a consumer is deleted": (self._delete_consumer, 2),
            "the wall clock jumps": (self._jump, 3),
            "everything stands still": (self._stand_still, 3),
            "poison is deployed": (self._poison, 6),
            "poison is mended": (self._mend, 2),
            "the store is restored": (self._restore, 1),
        }

    def maybe_strike(self) -> None:
        """Called before each step."""
        if self._random.random() >= STRIKES_PER_STEP:
            return
        names = list(self.strikes)
        [name] = self._random.choices(names, [weight for _, weight in self.strikes.values()])
        if self.strikes[name][0]():
            self.world.weather.counts[name] += 1
            self.world.stage.tell(name)

    def relent(self) -> None:
        """Nobody sleeps, nothing is on its way any more, all code is mended."""
        self._wake()
        while self._arrive_late():
            pass
        for database in self.world.databases.values():
            database.poisoned = lambda _: False

    def _crash_replica(self) -> bool:
        self.world.crash(self._random.choice(self.world.replicas))
        return True

    def _crash_relay(self) -> bool:
        self.world.start_relay(self._random.choice(RELAYS))
        return True

    def _crash_follower(self) -> bool:
        self.world.start_follower(
            self._random.choice(list(self.world.databases)), self._random.choice(COPIES)
        )
        return True

    def _sleep(self) -> bool:
        self._random.choice(list(self.world.stage.actors.values())).sleeps = True
        return True

    def _change_leader(self) -> bool:
        leader, other = self._random.sample(RELAYS, 2)
        self.world.stage.actors[leader].sleeps = True
        self.world.stage.actors[other].sleeps = False
        return True

    def _both_lead(self) -> bool:
        for name in RELAYS:
            self.world.stage.actors[name].sleeps = False
        return True

    def _wake(self) -> bool:
        for actor in self.world.stage.actors.values():
            actor.sleeps = False
        return True

    def _cut(self) -> bool:
        if not self.world.buses:
            return False
        self._random.choice(list(self.world.buses.values())).cut()
        return True

    def _arrive_late(self) -> bool:
        late = self.world.broker.late
        if not late:
            return False
        self.world.broker.arrive(late.pop(self._random.randrange(len(late))))
        return True

    def _deliver_again(self) -> bool:
        """The broker forgot what was acknowledged; it delivers in any order."""
        stream = self.world.broker.streams.get(STREAM)
        durables = list(stream.durables.values()) if stream else []
        if not durables:
            return False
        durable = self._random.choice(durables)
        delivered = range(1, durable.next)
        now = self.world.clock.time()
        for sequence in self._random.sample(delivered, min(len(delivered), LOST_MAX)):
            durable.due[sequence] = now - self._random.random()
        return True

    def _lose_tail(self) -> bool:
        return self.world.broker.lose_tail(STREAM, self._random.randint(1, LOST_MAX)) > 0

    def _wipe(self) -> bool:
        return self.world.broker.wipe(STREAM)

    def _delete_consumer(self) -> bool:
        stream = self.world.broker.streams.get(STREAM)
        if not stream or not stream.durables:
            return False
        del stream.durables[self._random.choice(list(stream.durables))]
        return True

    def _jump(self) -> bool:
        """Forward or back by up to a day. What is monotonic stays so."""
        self.world.clock.wall_offset_seconds = self._random.uniform(-1, 1) * JUMP_SECONDS
        return True

    def _stand_still(self) -> bool:
        self.world.clock.advance(STANDSTILL_SECONDS)
        return True

    def _poison(self) -> bool:
        """Code is deployed that cannot read one kind of event."""
        topic = self._random.choice(DIRECTIVES.topics)
        database = self._random.choice(list(self.world.databases.values()))
        database.poisoned = lambda envelope: envelope.topic == topic
        return True

    def _mend(self) -> bool:
        self._random.choice(list(self.world.databases.values())).poisoned = lambda _: False
        return True

    def _restore(self) -> bool:
        """The database comes back from a backup; all processes start anew on another epoch."""
        world = self.world
        if world.restored is not None or not world.recorded:
            return False
        commits = sorted({verdict.last_position for verdict in world.store._settled.values()})
        upto = self._random.choice(commits)
        epoch = UUID(int=world.store.epoch.int + 1)
        tables = {name: database.committed for name, database in world.databases.items()}
        world.restored = Restored(world.store.epoch, tables)
        world.store = restored(world.store, world.clock, epoch, upto)
        for entry in world.journal.values():
            if entry.receipt and entry.receipt.position > upto:
                entry.lost = True
        world.cursor.position = min(world.cursor.position, upto)
        world.fingerprints.clear()
        for replica in world.replicas:
            world.crash(replica)
        world.start_servers()
        return True
