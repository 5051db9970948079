"""Every kind of fault and how it is really done: signals, broken lines, lost files, forgeries."""

import asyncio
import base64
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

import aiohttp
import asyncpg

from shared.bus import ApiError, Bus, Forbidden, NoConsumer, NoStream, Unavailable, WrongLast
from shared.errors import Broken, Retry
from shared.nats_accounts import DOMAIN, agency_inbox
from shared.system import FEEDS, SUBJECTS
from tests.faults.clients import LISTENERS
from tests.faults.followed import DURABLES, LOGS, STREAMS
from tests.faults.ground import START_SECONDS, Ground
from tests.faults.proxy import FaultProxy

PAUSE_SECONDS = (0.5, 4.0)
SILENCE_SECONDS = (0.5, 5.0)
DELAY_SECONDS = (0.02, 0.25)
CUT_BYTES = (1, 4_000)
TAIL_BYTES = (100, 12_000)
"""How much the last block file of a stream loses; never so much that nothing is left of it."""
TAIL_MESSAGES_MIN = 10
TAIL_SHARE = 3
"""So many messages there must be, and of the file at most a third goes: an emptied stream is for an
operator to look at."""
BACK_SECONDS = 90.0
POLL_SECONDS = 0.05
ADMIN_SECONDS = 5.0

Fault = Callable[[Ground, Random], Awaitable[str]]
"""Does it, waits until its effect is over, and says in words what it was; empty: not done."""


class Wrong(Exception):
    """The product let something happen that it must refuse."""


async def kill_replica(ground: Ground, random: Random) -> str:
    """P1: SIGKILL at any moment of its life, start included."""
    replica = random.choice(ground.replicas)
    replica.wanted = True
    return f"replica {replica.number}" if replica.signal(signal.SIGKILL) else ""


async def pause_replica(ground: Ground, random: Random) -> str:
    """P8: a process that sleeps and then goes on as if nothing had happened."""
    replica = random.choice(ground.replicas)
    pid = replica.pid
    if pid is None:
        return ""
    return await _paused([pid], f"replica {replica.number}", random)


async def stop_replica(ground: Ground, random: Random) -> str:
    """P13: a graceful stop under load. Raises `Wrong` when it does not end well."""
    replica = random.choice(ground.replicas)
    if replica.pid is None or not await replica.ready():
        return ""
    try:
        code = await replica.stop()
    except TimeoutError:
        replica.signal(signal.SIGKILL)
        raise Wrong(f"replica {replica.number} did not stop when told to") from None
    if code:
        raise Wrong(f"replica {replica.number} was told to stop and ended with code {code}")
    return f"replica {replica.number}"


async def kill_postmaster(ground: Ground, random: Random) -> str:
    """P5: SIGKILL of the postmaster; its children notice and end."""
    del random
    pid = ground.servers.pids["postgres"]
    os.kill(pid, signal.SIGKILL)
    await _postgres_back(ground)
    return f"pid {pid}"


async def kill_backend(ground: Ground, random: Random) -> str:
    """P6: SIGKILL of one backend; the whole server recovers from its log."""
    async with admin(ground) as connection:
        pids = await connection.fetch(
            "SELECT pid, application_name FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' ORDER BY backend_start"
        )
        if not pids:
            return ""
        chosen = random.choice(pids)
    with suppress(ProcessLookupError):
        os.kill(chosen["pid"], signal.SIGKILL)
    await _postgres_back(ground)
    return str(chosen["application_name"] or "a pool's")


def end_connection(like: str) -> Fault:
    """One connection whose application's name is like this is ended by the server."""

    async def fault(ground: Ground, random: Random) -> str:
        async with admin(ground) as connection:
            rows = await connection.fetch(
                "SELECT pid, application_name FROM pg_stat_activity "
                "WHERE application_name LIKE $1 AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend' ORDER BY backend_start",
                like,
            )
            if not rows:
                return ""
            chosen = random.choice(rows)
            await connection.execute("SELECT pg_terminate_backend($1)", chosen["pid"])
        return str(chosen["application_name"] or "a pool's")

    return fault


async def pause_postgres(ground: Ground, random: Random) -> str:
    """P8: the postmaster and all its children sleep."""
    pid = ground.servers.pids["postgres"]
    return await _paused([pid, *_children(pid)], "PostgreSQL", random)


async def kill_nats(ground: Ground, random: Random) -> str:
    """P7: SIGKILL of nats-server."""
    del random
    pid = ground.servers.pids["nats"]
    os.kill(pid, signal.SIGKILL)
    await _nats_back(ground, pid)
    return f"pid {pid}"


async def pause_nats(ground: Ground, random: Random) -> str:
    """P8: nats-server sleeps."""
    return await _paused([ground.servers.pids["nats"]], "nats-server", random)


async def lose_tail(ground: Ground, random: Random) -> str:
    """D4: nats-server is killed, and the end of a stream that it had acknowledged is gone."""
    streams = [each for each in STREAMS if await _messages(ground, each) >= TAIL_MESSAGES_MIN]
    if not streams:
        return ""
    pid, stream = ground.servers.pids["nats"], random.choice(streams)
    blocks = await asyncio.to_thread(_blocks, await _store(ground), stream)
    wanted = random.randint(*TAIL_BYTES)
    os.kill(pid, signal.SIGSTOP)  # So that it writes nothing more between the two.
    try:
        size = blocks[-1].stat().st_size if blocks else 0
        lost = min(wanted, size // TAIL_SHARE)
        if lost:
            os.truncate(blocks[-1], size - lost)
    finally:
        os.kill(pid, signal.SIGKILL)
    await _nats_back(ground, pid)
    return f"{lost} bytes of {size} in {stream}"


async def delete_consumer(ground: Ground, random: Random) -> str:
    """M9: a durable consumer of a follower, or of an agency's feed, is gone."""
    stream, durable = random.choice([*DURABLES, *((FEEDS, each) for each in LISTENERS)])
    try:
        async with services_bus(ground) as bus:
            await bus._api(f"CONSUMER.DELETE.{stream}.{durable}", {})
    except (NoConsumer, NoStream, Unavailable):
        return ""
    return f"{durable} of {stream}"


def on_line(break_it: Callable[[FaultProxy, Random], None], *, lasts: bool) -> Fault:
    """A fault of the line to PostgreSQL or to nats-server; healed after a while if it `lasts`."""

    async def fault(ground: Ground, random: Random) -> str:
        line, name = random.choice(
            [(ground.database_line, "PostgreSQL"), (ground.bus_line, "nats-server")]
        )
        seconds = random.uniform(*SILENCE_SECONDS) if lasts else 0.0
        async with line.taken:
            break_it(line, random)
            try:
                await asyncio.sleep(seconds)
            finally:
                line.heal()
        return f"to {name}, {seconds:.1f} s" if lasts else f"to {name}"

    return fault


def _slow(line: FaultProxy, random: Random) -> None:
    line.delay_seconds = (0.0, random.uniform(*DELAY_SECONDS))


def _refuse(line: FaultProxy, _: Random) -> None:
    line.refuses = True
    line.reset()


async def publish_again(ground: Ground, random: Random) -> str:
    """M1: a relay that slept publishes an old message as it did then. It must be refused."""
    stream = random.choice(STREAMS)
    try:
        async with services_bus(ground) as bus:
            state = (await bus._api(f"STREAM.INFO.{stream}", {}))["state"]
            if not state["messages"]:
                return ""
            sequence = random.randint(state["first_seq"], state["last_seq"])
            message = (await bus._api(f"STREAM.MSG.GET.{stream}", {"seq": sequence}))["message"]
            published = await bus.publish(
                message["subject"], base64.b64decode(message["data"]), _headers(message)
            )
    except WrongLast:
        return f"{sequence} of {stream}, refused by the chain"
    except (Unavailable, NoStream, ApiError):
        return ""
    if not published.duplicate:
        # The tail was just lost: then it was published in time, as the relay would have done it.
        return f"{sequence} of {stream}, which had lost it"
    return f"{sequence} of {stream}, known as a duplicate"


async def forge(ground: Ground, random: Random) -> str:
    """M6: an agency publishes an event as if it were the relay. Nobody may store it."""
    agency = random.choice(LISTENERS)
    events = [f"{SUBJECTS}.{each}.P34-40.forged.v1" for each in LOGS]
    subject = random.choice([*events, f"agency.{agency}.feed.forged"])
    try:
        async with Bus.connect(
            ground.nats_url,
            token=ground.token(agency),
            name="forger",
            inbox_prefix=agency_inbox(agency),
            domain=DOMAIN,
        ) as bus:
            await bus.publish(subject, b'{"forged": true}')
    except (Forbidden, NoStream, ApiError) as refusal:
        return f"{agency} on {subject}: {refusal}"
    except (Retry, Broken):
        return ""  # The server is away, or nobody is there to let us in.
    raise Wrong(f"{agency} could publish on {subject}")


KINDS: dict[str, tuple[str, Fault]] = {
    "replica killed": ("replicas", kill_replica),
    "replica paused": ("replicas", pause_replica),
    "replica told to stop": ("replicas", stop_replica),
    "postmaster killed": ("postgres", kill_postmaster),
    "backend killed": ("postgres", kill_backend),
    "writer's connection ended": ("postgres", end_connection("liennganh % writer")),
    "leader's connection ended": ("postgres", end_connection("liennganh leader %")),
    "follower's connection ended": ("postgres", end_connection("")),
    "PostgreSQL paused": ("postgres", pause_postgres),
    "nats-server killed": ("nats", kill_nats),
    "nats-server paused": ("nats", pause_nats),
    "nats-server killed, tail lost": ("nats", lose_tail),
    "consumer deleted": ("nats", delete_consumer),
    "line slow": ("nobody", on_line(_slow, lasts=True)),
    "line half-open": ("nobody", on_line(lambda line, _: line.forget(), lasts=False)),
    "line reset": ("nobody", on_line(lambda line, _: line.reset(), lasts=False)),
    "line silent": (
        "nobody",
        on_line(lambda line, _: line.silence("there", "back"), lasts=True),
    ),
    "line silent one way": ("nobody", on_line(lambda line, _: line.silence("back"), lasts=True)),
    "line cut in mid-message": (
        "nobody",
        on_line(lambda line, random: line.cut_after(random.randint(*CUT_BYTES)), lasts=True),
    ),
    "line refused": ("nobody", on_line(_refuse, lasts=True)),
    "old message published again": ("nobody", publish_again),
    "event forged by an agency": ("nobody", forge),
}
"""Kind → what it takes hold of, so that two faults do not undo one another (a line is taken by the
fault itself), and what it does."""


@asynccontextmanager
async def admin(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """The superuser, past the proxy; waits until PostgreSQL answers."""
    connection = await _until_postgres(ground)
    try:
        yield connection
    finally:
        connection.terminate()


@asynccontextmanager
async def services_bus(ground: Ground) -> AsyncIterator[Bus]:
    """The bus with the rights of the product, past the proxy."""
    async with Bus.connect(
        ground.nats_url,
        user="services",
        password=ground.secrets.services_password,
        name="campaign",
    ) as bus:
        yield bus


async def _until_postgres(ground: Ground) -> asyncpg.Connection:
    async with asyncio.timeout(BACK_SECONDS):
        while True:
            try:
                return await asyncpg.connect(
                    ground.database_url, timeout=ADMIN_SECONDS, command_timeout=ADMIN_SECONDS * 4
                )
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(POLL_SECONDS)


async def _postgres_back(ground: Ground) -> None:
    await asyncio.sleep(POLL_SECONDS)  # The server has to notice first.
    async with admin(ground) as connection:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await connection.fetchval("SELECT 1")


async def _nats_back(ground: Ground, before: int) -> None:
    """Return when a new nats-server answers and its streams are read."""
    async with asyncio.timeout(START_SECONDS):
        while ground.servers.pids.get("nats") == before:  # noqa: ASYNC110 - a reading
            await asyncio.sleep(POLL_SECONDS)
        while True:
            with suppress(Retry, OSError):
                async with services_bus(ground) as bus:
                    for stream in STREAMS:
                        with suppress(NoStream):
                            await bus.tail(stream)
                    return
            await asyncio.sleep(POLL_SECONDS)


async def _paused(pids: list[int], what: str, random: Random) -> str:
    seconds = random.uniform(*PAUSE_SECONDS)
    stopped = []
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                stopped.append(pid)
        await asyncio.sleep(seconds)
    finally:
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    return f"{what}, {seconds:.1f} s"


def _children(parent: int) -> list[int]:
    """Processes whose parent this is."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


async def _messages(ground: Ground, stream: str) -> int:
    async with services_bus(ground) as bus:
        state = (await bus._api(f"STREAM.INFO.{stream}", {}))["state"]
    count: int = state["messages"]
    return count


async def _store(ground: Ground) -> Path:
    """Where nats-server keeps its files, as it says itself."""
    url = f"{ground.servers.nats_monitor_url}/varz"
    async with ground.http.get(url, timeout=aiohttp.ClientTimeout(total=ADMIN_SECONDS)) as response:
        return Path((await response.json())["jetstream"]["config"]["store_dir"])


def _blocks(store: Path, stream: str) -> list[Path]:
    """The block files of a stream, the last one last."""
    found = store.glob(f"**/streams/{stream}/msgs/*.blk")
    return sorted(found, key=lambda path: int(path.stem))


def _headers(message: dict[str, str]) -> dict[str, str]:
    text = base64.b64decode(message.get("hdrs", "")).decode()
    pairs = (line.partition(":") for line in text.split("\r\n")[1:] if line)
    return {name: value.strip() for name, _, value in pairs}
