"""A campaign: load, faults by a seed, healing, draining, and the check of every invariant."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import asyncpg

from services.gateway.projection import FEED
from shared.errors import Retry
from shared.service import stream_name
from shared.system import FEEDS
from tests.faults.clients import LISTENERS, Listener, Writers
from tests.faults.evidence import Evidence, gather
from tests.faults.faults import KINDS, Wrong, admin, services_bus
from tests.faults.followed import LOGS, PAIRS
from tests.faults.ground import Ground, ground
from tests.faults.invariants import Finding, check
from tests.faults.journal import Journal, Said
from tests.faults.poison import KIND, poison
from tests.faults.schedule import Planned, schedule

WRITERS = 3
DRAIN_SECONDS = 120.0
"""After the last fault is healed: every command settled, every follower, stream and feed level."""
OVERDUE_SECONDS = 60.0
"""Faults wait for one another's targets; what has not begun so long after its time is dropped."""
SAMPLE_SECONDS = 0.25
LOOK_SECONDS = 0.5


@dataclass(slots=True)
class Injected:
    """A fault that was really done."""

    kind: str
    begun: float
    over: float
    what: str
    acknowledged_after: float | None = None
    """Seconds from its end until a command that was sent after it had been acknowledged."""
    level_after: float | None = None
    """Seconds from its end until all read models had what the log had at that moment."""


@dataclass(slots=True)
class Sample:
    """How far logs and followers were at a moment."""

    at: float
    heads: dict[str, int]
    """Last position, by log."""
    stands: dict[tuple[str, str], int]
    """Checkpoint, by read model and log."""

    @property
    def behind(self) -> int:
        """Events that the slowest follower has still to take."""
        return max(self.heads[log] - position for (_, log), position in self.stands.items())

    def has(self, heads: Mapping[str, int]) -> bool:
        """Whether every follower had come so far."""
        return all(position >= heads[log] for (_, log), position in self.stands.items())


@dataclass
class Result:
    """What a campaign leaves behind."""

    seed: int
    seconds: float
    injected: list[Injected]
    not_done: int
    """Faults whose target was not there, or whose time had passed."""
    findings: list[Finding]
    evidence: Evidence
    drained_seconds: float
    heard_again: int
    most_behind: int
    """Events that the slowest follower had still to take, at the worst moment."""

    @property
    def good(self) -> bool:
        """Nothing is wrong."""
        return not self.findings


@dataclass(eq=False)
class Nemesis:
    """Does what the schedule says; two faults never take hold of the same thing at once."""

    ground: Ground
    planned: Sequence[Planned]
    injected: list[Injected] = field(default_factory=list)
    not_done: int = 0
    wrong: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Return when the last fault is over."""
        targets: dict[str, AbstractAsyncContextManager[object]] = {
            target: asyncio.Lock() for target, _ in KINDS.values()
        }
        targets["nobody"] = nullcontext()
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for each in self.planned:
                await asyncio.sleep(max(0.0, begun + each.at_seconds - time.monotonic()))
                group.create_task(self._inject(each, targets[KINDS[each.kind][0]]))

    async def _inject(self, planned: Planned, target: AbstractAsyncContextManager[object]) -> None:
        due = time.monotonic()
        async with target:
            begun = time.monotonic()
            if begun - due > OVERDUE_SECONDS:
                self.not_done += 1
                return
            _, fault = KINDS[planned.kind]
            try:
                what = await fault(self.ground, Random(planned.chance))
            except Wrong as wrong:
                self.wrong.append(f"fault {planned.number} ({planned.kind}): {wrong}")
                return
            except (OSError, TimeoutError, Retry, asyncpg.PostgresError, asyncpg.InterfaceError):
                what = ""  # Another fault took its target away.
            except Exception as error:
                self.wrong.append(f"fault {planned.number} ({planned.kind}) failed: {error!r}")
                return
            if what:
                over = time.monotonic()
                self.injected.append(Injected(planned.kind, begun, over, what))
            else:
                self.not_done += 1


async def campaign(folder: Path, seed: int, seconds: float) -> Result:
    """Start everything, fight, heal, drain, check. Raises only when nothing could be started."""
    with Journal(folder / "journal.jsonl") as journal:
        async with ground(folder) as built:
            samples: list[Sample] = []
            writers = Writers(built, journal, seed, lambda: samples[-1].behind if samples else 0)
            listeners = [Listener(built, each) for each in LISTENERS]
            for each in listeners:
                built.tasks.start(f"listener {each.agency}", each.listen)
            sampling = asyncio.create_task(_keep_sampling(built, samples))
            working = [asyncio.create_task(writers.write(each)) for each in range(WRITERS)]
            nemesis = Nemesis(built, schedule(seed, seconds))
            await nemesis.run()
            await asyncio.sleep(LOOK_SECONDS)  # Something is acknowledged after the last one, too.
            writers.stopping.set()
            built.database_line.heal()
            built.bus_line.heal()
            begun = time.monotonic()
            late = await _drain(built, working, listeners)
            drained = time.monotonic() - begun
            sampling.cancel()
            await asyncio.gather(sampling, *working, return_exceptions=True)
            async with admin(built) as connection:
                samples.append(await _sample(connection))
            evidence = await gather(built, journal.commands, listeners, writers.failing)
            evidence.trouble += [*nemesis.wrong, *late, *await _poisoned(built, nemesis)]
            evidence.trouble += await _stopped_well(built)
            again = sum(each.again for each in listeners)
    _measure(nemesis.injected, journal.commands, samples)
    return Result(
        seed,
        seconds,
        nemesis.injected,
        nemesis.not_done,
        check(evidence),
        evidence,
        drained,
        again,
        max((each.behind for each in samples), default=0),
    )


async def _drain(
    built: Ground, working: Sequence["asyncio.Task[None]"], listeners: Sequence[Listener]
) -> list[str]:
    """Wait until all is level; what still is not at the deadline."""
    late: list[str] = ["nothing was looked at"]
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while late:
                late = await _behind(built, working, listeners)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        for each in working:
            each.cancel()
        return [f"not drained within {DRAIN_SECONDS:.0f} s: {each}" for each in late]
    return [
        f"a writer failed: {error!r}" for each in working if (error := each.exception()) is not None
    ]


async def _behind(
    built: Ground, working: Sequence["asyncio.Task[None]"], listeners: Sequence[Listener]
) -> list[str]:
    """What is not level yet. What moved while we looked has followers that are not, either."""
    async with admin(built) as connection:
        heads = await _heads(connection)
    late = [f"{sum(not each.done() for each in working)} writers"] * any(
        not each.done() for each in working
    )
    for replica in built.replicas:
        if not await replica.ready():
            late.append(f"replica {replica.number} is not ready")
        status, answer = await replica.ask("/v1/status")
        if status != 200:
            late.append(f"replica {replica.number} has no status")
            continue
        late += [f"{each['follower']} is behind" for each in answer["followers"] if each["behind"]]
        late += [
            f"{each['follower']} has streams aside"
            for each in answer["followers"]
            if each["parked"]
        ]
        late += [f"{name} is down: {why}" for name, why in answer["down"].items()]
    return late or await _streams_behind(built, heads, listeners)


async def _streams_behind(
    built: Ground, heads: Mapping[str, int], listeners: Sequence[Listener]
) -> list[str]:
    async with admin(built) as connection:
        if await _heads(connection) != heads:
            return ["the logs still move"]
        feed = await connection.fetch(f"SELECT agency, position FROM {FEED.schema}.feed")
    last = max((each["position"] for each in feed), default=0)
    late = []
    try:
        async with services_bus(built) as bus:
            due = {stream_name(log): head for log, head in heads.items()} | {FEEDS: last}
            for stream, wanted in due.items():
                id = await bus.last_message_id(stream) or "0"
                if int(id.rpartition("/")[2]) != wanted:
                    late.append(f"{stream} ends with {id}, due is {wanted}")
    except Retry as error:
        late.append(f"the bus: {error}")
    for each in listeners:
        wanted = sum(row["agency"] == each.agency for row in feed)
        if len(each.heard) < wanted:
            late.append(f"{each.agency} has heard {len(each.heard)} of {wanted}")
    return late


async def _poisoned(built: Ground, nemesis: Nemesis) -> list[str]:
    """The last fault, when what is there has been read already: a fold would not take it either."""
    begun = time.monotonic()
    wrong = await poison(built)
    nemesis.injected.append(Injected(KIND, begun, time.monotonic(), "parked, then skipped"))
    return wrong


async def _stopped_well(built: Ground) -> list[str]:
    """Both replicas are told to stop and must end with code 0."""
    trouble = []
    for replica in built.replicas:
        try:
            code = await replica.stop()
        except TimeoutError:
            trouble.append(f"replica {replica.number} did not stop at the end")
        else:
            trouble += [f"replica {replica.number} ended with code {code}"] * bool(code)
    return trouble


async def _keep_sampling(built: Ground, samples: list[Sample]) -> None:
    """Note how far everything is, whenever PostgreSQL says so."""
    while True:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            async with admin(built) as connection:
                while True:
                    samples.append(await _sample(connection))
                    await asyncio.sleep(SAMPLE_SECONDS)
        await asyncio.sleep(SAMPLE_SECONDS)


async def _sample(connection: asyncpg.Connection) -> Sample:
    """In one statement, so that it is one moment."""
    heads = [f"SELECT '', '{each}', {_head(each)}" for each in LOGS]
    stands = [
        f"SELECT '{schema}', '{log}', coalesce((SELECT position FROM {schema}.checkpoints "
        f"WHERE source = '{log}'), 0)"
        for schema, log in PAIRS
    ]
    rows = await connection.fetch(" UNION ALL ".join([*heads, *stands]))
    return Sample(
        time.monotonic(),
        {log: position for schema, log, position in rows if not schema},
        {(schema, log): position for schema, log, position in rows if schema},
    )


async def _heads(connection: asyncpg.Connection) -> dict[str, int]:
    row = await connection.fetchrow(f"SELECT {', '.join(map(_head, LOGS))}")
    assert row is not None
    return dict(zip(LOGS, tuple(row), strict=True))


def _head(log: str) -> str:
    return f"(SELECT coalesce(max(notification_id), 0) FROM {log}.{log}_events)"


def _measure(
    injected: Sequence[Injected], commands: Sequence[Said], samples: Sequence[Sample]
) -> None:
    """How long after each fault commands were acknowledged and read models level again."""
    good = sorted(
        (attempt.begun, attempt.ended)
        for said in commands
        for attempt in said.attempts
        if attempt.outcome == "ok"
    )
    for each in injected:
        ended = min((ended for begun, ended in good if begun >= each.over), default=None)
        each.acknowledged_after = None if ended is None else ended - each.over
        later = [sample for sample in samples if sample.at >= each.over]
        if later:
            heads = later[0].heads
            level = next((sample.at for sample in later if sample.has(heads)), None)
            each.level_after = None if level is None else level - each.over
