"""Makes a read model anew beside the live one, compares them, and puts the new one in its place.

It is built from the owners' logs by the follower's own code, in a schema `<live>_new`, so what
cannot be taken is parked there as it is live. Nothing else happens: nothing is published, and the
live one goes on. When the new one stands where the live one stands, the live one is held for as
long as it takes to compare all rows. Equal: the schemas change their names in one transaction, and
followers and readers go on with the new one. Different: nothing is changed, unless that is what
was asked for.

A version that is not there yet is simply built: that is how the next version is made ready beside
the running one before the processes that use it are deployed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import asyncpg
import structlog

from shared.errors import Broken, Conflict, Retry
from shared.follow import FOLLOW_SQL, Follower, Projection
from shared.log import Log
from shared.read_ahead import BATCH_EVENTS, ReadAhead
from shared.sql import Connection, read_blocks

PASSES_MAX = 10
"""Times that the new one runs after the live one before the live one is held."""
LONG_SECONDS = 3600.0
"""How long a statement may take that goes over a whole table."""
TURN_SECONDS = 30.0
"""How long the comparison waits for a follower that is within a batch."""
LOCK_SECONDS = 0.2
"""How long the switch waits for readers that are under way; new ones wait behind it."""
LOCK_AGAIN_SECONDS = 0.05
LOCK_ATTEMPTS_MAX = 200

REBUILD_SQL = Path(__file__).with_name("rebuild.sql")
OF_THE_FOLLOWER = ("checkpoints", "causes", "parked", "decisions")
"""Tables that say how it was followed, not what was found."""
SUFFIX = "_new"
DIFFERENT = (
    "bản mới khác bản đang dùng: tìm nguyên nhân; nếu bản mới đúng, lập lại và chấp nhận nó / "
    "the new one differs: find out why; if it is the new one that is right, rebuild again and "
    "accept it"
)
OUTWARD = (
    "đã gửi ra ngoài theo số mà bản mới đánh khác: lập một phiên bản khác của mô hình đọc này / "
    "rows have left the database under numbers that the new one gives to others: make another "
    "version of this read model, which has an epoch of its own"
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is with one of its sources."""

    source: str
    position: int
    goal: int
    """Where the live one stood when last asked."""
    events: int
    """Read so far, of all sources."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A table that has other rows; how many are found in one of the two only."""

    table: str
    only_live: int
    only_new: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rebuild."""

    projection: str
    """Its schema."""
    verdict: Literal["built", "equal", "different"]
    switched: bool
    """Whether the new one is the live one now."""
    events: int
    seconds: float
    differences: tuple[Difference, ...] = ()
    renumbered: tuple[str, ...] = ()
    """Tables that are equal but for the numbers of their rows."""
    why_not: str = ""
    """Why it was not switched, with the remedy, in Vietnamese and English."""


def _silent(progress: Progress) -> None:
    """For who does not want to know."""


async def rebuild(
    projection: Projection,
    logs: Mapping[str, Log],
    pool: asyncpg.Pool,
    *,
    accept: bool = False,
    progress: Callable[[Progress], None] = _silent,
) -> Outcome:
    """Make a read model anew from `logs` (by name of the source).

    accept: put it in place of the live one even if they differ. Raises `Conflict` when the same
    one is being rebuilt, `Broken` when a log is missing or ends before the live one, and `Retry`
    when readers did not let go of it. Then, as after a crash, the live one is as it was.
    """
    if missing := [source for source in projection.sources if source not in logs]:
        raise Broken(
            f"{projection.schema} is made from {', '.join(missing)}, whose log this process does "
            "not have; rebuild it where all its sources are"
        )
    async with _alone(projection, pool) as connection:
        return await _Rebuild(projection, logs, pool, connection, accept, progress).run()


@asynccontextmanager
async def _alone(projection: Projection, pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    """The connection that holds the lock of this rebuild; what it commits, it commits alone."""
    sql = read_blocks(REBUILD_SQL, projection.schema)
    async with pool.acquire() as connection:
        if not await _said_of_the_lock(connection, sql["alone"]):
            raise Conflict(
                "rebuild-is-running",
                f"{projection.schema} đang được lập lại.",
                f"{projection.schema} is being rebuilt already.",
                remedy_vi="Chờ lần lập lại đó kết thúc rồi thử lại.",
                remedy_en="Wait until that rebuild has ended, then try again.",
            )
        try:
            yield connection
        finally:
            await _said_of_the_lock(connection, sql["alone_no_more"])


async def _said_of_the_lock(connection: Connection, statement: str) -> bool:
    """Take it or leave it. Whoever is interrupted in it ends the session: nobody knows whether it
    holds the lock, and the pool would give it to somebody else."""
    try:
        return bool(await connection.fetchval(statement))
    except BaseException:
        connection.terminate()
        raise


class _Rebuild:
    """One rebuild, by who holds its lock."""

    def __init__(
        self,
        projection: Projection,
        logs: Mapping[str, Log],
        pool: asyncpg.Pool,
        connection: Connection,
        accept: bool,
        progress: Callable[[Progress], None],
    ) -> None:
        self._live = projection
        self._new = replace(projection, suffix=f"{projection.suffix}{SUFFIX}")
        self._logs = {source: logs[source] for source in projection.sources}
        self._pool = pool
        self._connection = connection
        self._accept = accept
        self._progress = progress
        self._sql = read_blocks(REBUILD_SQL, projection.schema)
        self._sql_new = read_blocks(REBUILD_SQL, self._new.schema)
        self._events = 0
        self._begun = asyncio.get_running_loop().time()

    async def run(self) -> Outcome:
        """Build, compare, switch; leaves nothing behind but the outcome."""
        await self._connection.execute(self._sql["throw_away"])
        try:
            await self._new.create(self._pool)
            if await self._connection.fetchval(self._sql["there"]):
                return await self._beside_live()
            return await self._first()
        finally:
            await self._connection.execute(self._sql["throw_away"])

    async def _first(self) -> Outcome:
        """There is no live one: what is built becomes it."""
        await self._run_after(self._heads)
        async with self._connection.transaction():
            await self._connection.execute(self._sql["in_line"])
            if await self._connection.fetchval(self._sql["there"]):
                raise Retry(
                    f"{self._live.schema} came into being while it was built; rebuild it again, "
                    "to be compared with what is there now"
                )
            await self._connection.execute(self._sql["name_it"])
        return self._outcome("built")

    async def _beside_live(self) -> Outcome:
        await self._connection.execute(self._sql["copy_decisions"])  # What is skipped stays so.
        await self._run_after(self._checkpoints)
        async with self._connection.transaction():
            # From here on the live one stands still; whoever follows it waits for its turn.
            await self._connection.execute(self._sql["patient"])
            await self._live_stands_still()
            await self._pool.execute(self._sql["copy_decisions"])
            await self._pool.execute(self._sql["try_what_live_has_taken"])
            await self._carry(await self._checkpoints())
            await self._connection.execute(read_blocks(FOLLOW_SQL, self._new.schema)["turn"])
            differences, renumbered, why_not = await self._compare()
            verdict: Literal["equal", "different"] = "different" if differences else "equal"
            if not why_not:
                await self._switch()
        return self._outcome(
            verdict, differences=differences, renumbered=renumbered, why_not=why_not
        )

    async def _live_stands_still(self) -> None:
        turn = read_blocks(FOLLOW_SQL, self._live.schema)["turn"]
        try:
            await self._connection.execute(turn, timeout=TURN_SECONDS)
        except TimeoutError as error:
            raise Retry(
                f"the follower of {self._live.schema} did not end its batch within "
                f"{TURN_SECONDS:.0f} s; see what holds it (pg_stat_activity), then rebuild again",
                vi=f"{self._live.schema} chưa xử lý xong một lô sau {TURN_SECONDS:.0f} giây; xem "
                "giao dịch nào đang giữ (pg_stat_activity) rồi lập lại.",
            ) from error

    def _outcome(
        self,
        verdict: Literal["built", "equal", "different"],
        *,
        differences: tuple[Difference, ...] = (),
        renumbered: tuple[str, ...] = (),
        why_not: str = "",
    ) -> Outcome:
        outcome = Outcome(
            projection=self._live.schema,
            verdict=verdict,
            switched=not why_not,
            events=self._events,
            seconds=asyncio.get_running_loop().time() - self._begun,
            differences=differences,
            renumbered=renumbered,
            why_not=why_not,
        )
        log.info("read model rebuilt", **asdict(outcome))
        return outcome

    async def _heads(self) -> Mapping[str, int]:
        return {source: await each.head() for source, each in self._logs.items()}

    async def _checkpoints(self) -> Mapping[str, int]:
        """Where the live one stands; the head of a log that has another epoch by now."""
        rows = await self._connection.fetch(self._sql["checkpoints"])
        stands = {(row["source"], row["epoch"]): row["position"] for row in rows}
        known = {row["source"] for row in rows}
        goals = {}
        for source, head in (await self._heads()).items():
            # What follows a log that was restored since has stopped: there is nothing to meet.
            otherwise = head if source in known else 0
            goals[source] = stands.get((source, self._logs[source].epoch), otherwise)
            if goals[source] > head:
                raise Broken(
                    f"{self._live.schema} has taken {source} up to {goals[source]}, whose log ends "
                    f"at {head}: it was restored without a new epoch. Give it one, then rebuild"
                )
        return goals

    async def _run_after(self, goals: Callable[[], Awaitable[Mapping[str, int]]]) -> None:
        """Until the new one is so near that the rest is a matter of a moment."""
        for _ in range(PASSES_MAX):
            before = self._events
            await self._carry(await goals())
            if self._events - before < BATCH_EVENTS:
                return

    async def _carry(self, goals: Mapping[str, int]) -> None:
        """Take all sources up to their goals, merged in the order in which was recorded."""
        readings: dict[str, ReadAhead] = {}
        followers: dict[str, Follower] = {}
        try:
            for source, each in self._logs.items():
                reading = ReadAhead(each, goals[source])
                follower = Follower(self._new, reading, self._pool)
                readings[source], followers[source] = reading, follower
                await follower.try_parked()
                reading.begin(follower.position)
            while True:
                firsts = [(source, await each.first()) for source, each in readings.items()]
                moments = sorted((e.recorded_at, source) for source, e in firsts if e is not None)
                if not moments:
                    return
                source = moments[0][1]
                readings[source].before = moments[1] if len(moments) > 1 else None
                self._events += await followers[source].step()
                self._progress(
                    Progress(source, followers[source].position, goals[source], self._events)
                )
        finally:
            for reading in readings.values():
                await reading.close()
            for follower in followers.values():
                follower.forget_figures()

    async def _compare(self) -> tuple[tuple[Difference, ...], tuple[str, ...], str]:
        """What differs, what differs only in its numbers, and why not to switch, if so."""
        differences, renumbered, numbers_differ = [], [], False
        own = [*OF_THE_FOLLOWER, *self._live.outward]
        numbering = list(self._live.numbering)
        for row in await self._connection.fetch(self._sql["tables"], own, numbering):
            table = row["name"]
            if not (row["in_live"] and row["in_new"]):
                differences.append(await self._only_there(table, in_live=row["in_live"]))
            elif not await self._alike(table, []):
                numbers_differ = numbers_differ or row["numbered"]
                if numbering and await self._alike(table, numbering):
                    renumbered.append(table)
                else:
                    differences.append(await self._difference(table, numbering))
        why_not = ""
        if self._live.outward and numbers_differ:
            why_not = OUTWARD
        elif differences and not self._accept:
            why_not = DIFFERENT
        return tuple(differences), tuple(renumbered), why_not

    async def _alike(self, table: str, without: Sequence[str]) -> bool:
        digests = {
            await self._connection.fetchval(
                _of(sql["digest"], table), without, timeout=LONG_SECONDS
            )
            for sql in (self._sql, self._sql_new)
        }
        return len(digests) == 1

    async def _difference(self, table: str, without: Sequence[str]) -> Difference:
        only_live, only_new = [
            await self._connection.fetchval(
                _of(self._sql[name], table), without, timeout=LONG_SECONDS
            )
            for name in ("only_live", "only_new")
        ]
        return Difference(table, only_live, only_new)

    async def _only_there(self, table: str, *, in_live: bool) -> Difference:
        sql = self._sql if in_live else self._sql_new
        rows = await self._connection.fetchval(_of(sql["count"], table), timeout=LONG_SECONDS)
        return Difference(table, rows if in_live else 0, 0 if in_live else rows)

    async def _switch(self) -> None:
        """Put the new one in the place of the live one, with what is not made from events."""
        await self._lock_out_readers()
        for name in ("copy_decisions", "count_decisions_on", "keep_parked"):
            await self._connection.execute(self._sql[name], timeout=LONG_SECONDS)
        for table in self._live.outward:
            await self._connection.execute(_of(self._sql["take_over"], table), timeout=LONG_SECONDS)
        await self._connection.execute(self._sql["replace"])

    async def _lock_out_readers(self) -> None:
        """Wait until nobody is reading the live one, without ever making two wait for each other.

        Whoever has begun to read in a transaction goes on with the same tables; whoever comes now
        looks the tables up again by name when the switch is done. A snapshot must begin with a
        table of the read model: one that is older than the new rows and comes to them only after
        the switch does not see them.
        """
        tables = await self._connection.fetchval(self._sql["live_tables"])
        for _ in range(LOCK_ATTEMPTS_MAX):
            try:
                async with self._connection.transaction():  # A savepoint: it lets go of all locks.
                    await self._connection.execute(
                        f"SET LOCAL lock_timeout = '{LOCK_SECONDS * 1000:.0f}ms'"
                    )
                    await self._connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
                return
            except asyncpg.LockNotAvailableError:
                await asyncio.sleep(LOCK_AGAIN_SECONDS)
        raise Retry(
            f"readers did not let go of {self._live.schema}; end the transactions that have it "
            "open (pg_stat_activity) and rebuild again"
        )


def _of(statement: str, table: str) -> str:
    """A statement of rebuild.sql on a table whose name PostgreSQL has told us."""
    quoted = table.replace('"', '""')
    return statement.replace(":table", f'"{quoted}"')
