"""Commands given each once, from a process of its own: reads a `Job`, says how long it took.

python -m benchmarks.given < job.json
"""

import asyncio
import sys
import time
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from benchmarks import wire

CLIENTS = 32
BUSY = 503


class Job(BaseModel):
    """Commands, each given once."""

    port: int
    token: str
    commands: list[tuple[str, dict[str, Any]]]
    """Path and body."""


async def elsewhere(job: Job) -> float:
    """Give the commands from another process; the seconds until all were answered."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.given"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(job.model_dump_json().encode())
    if process.returncode:
        raise RuntimeError(f"the load ended with {process.returncode}; its error is above")
    return float(said)


async def give(job: Job) -> float:
    """Seconds from the first request to the last answer."""
    waiting = iter(job.commands)
    headers: Mapping[str, str] = {"Authorization": f"Bearer {job.token}"}

    async def client() -> None:
        line = await wire.Line.open("127.0.0.1", job.port)
        for path, body in waiting:
            request = wire.post_json(path, body, headers)
            status, answer = await line.ask(request)
            while status == BUSY:  # Nothing was recorded, and the client is asked to try again.
                status, answer = await line.ask(request)
            if status >= 400:
                raise RuntimeError(f"POST {path}: {status} {answer[:500].decode(errors='replace')}")
        line.close()

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client())
    return time.perf_counter() - begun


def main() -> None:
    """One job."""
    job = Job.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.write(str(asyncio.run(give(job))))


if __name__ == "__main__":
    main()
