"""Commands given each once, from a process of its own: reads a `Job`, says what came.

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
    rate: float = 0.0
    """Commands per second, whether or not earlier ones were answered; 0: as fast as they are."""


class Done(BaseModel):
    """What came of it."""

    seconds: float
    """From the first request to the last answer."""
    answer_seconds: list[float]
    """How long each answer took since its command was due, in order of size."""


async def elsewhere(job: Job) -> Done:
    """Give the commands from another process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.given"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(job.model_dump_json().encode())
    if process.returncode:
        raise RuntimeError(f"the load ended with {process.returncode}; its error is above")
    return Done.model_validate_json(said)


async def give(job: Job) -> Done:
    """Give them all."""
    waiting = enumerate(job.commands)
    took: list[float] = []
    headers: Mapping[str, str] = {"Authorization": f"Bearer {job.token}"}

    async def client() -> None:
        line = await wire.Line.open("127.0.0.1", job.port)
        for number, (path, body) in waiting:
            due = time.perf_counter()
            if job.rate:
                due = begun + number / job.rate
                await asyncio.sleep(due - time.perf_counter())
            request = wire.post_json(path, body, headers)
            status, answer = await line.ask(request)
            while status == BUSY:  # Nothing was recorded, and the client is asked to try again.
                status, answer = await line.ask(request)
            if status >= 400:
                raise RuntimeError(f"POST {path}: {status} {answer[:500].decode(errors='replace')}")
            took.append(time.perf_counter() - due)
        line.close()

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client())
    return Done(seconds=time.perf_counter() - begun, answer_seconds=sorted(took))


def main() -> None:
    """One job."""
    job = Job.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.write(asyncio.run(give(job)).model_dump_json())


if __name__ == "__main__":
    main()
