"""The load, in a process of its own: reads a `Job` on standard input, says a `Done` on output.

python -m benchmarks.load < job.json
"""

import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import aiohttp
import orjson
from pydantic import BaseModel

from benchmarks import wire
from benchmarks.payloads import WORDS, random_id
from benchmarks.scale import SEED

DRAIN_SECONDS = 60.0
"""How long what was accepted may take to become visible after the load has ended."""
NARRATIVE_WORDS = (20, 50)


class Job(BaseModel):
    """What to ask for, how often and how long."""

    host: str = "127.0.0.1"
    port: int
    token: str
    paths: list[str]
    """Clients take them in turn; no two clients share one."""
    clients: int
    seconds: float
    warm_seconds: float = 0.0
    rate: float = 0.0
    """Requests per second on average, at random moments; 0: as fast as answers come."""
    keys: bool = True
    """Whether requests carry an Idempotency-Key."""
    watch: bool = False
    """Whether to read the live timeline and note when each event becomes visible."""
    seed: int = SEED
    """Of words, moments and keys: two jobs on one system need different ones."""


class Done(BaseModel):
    """What came of it."""

    accepted: int
    """Answers below 400 within the measured stretch."""
    seconds: float
    statuses: dict[int, int]
    answer_seconds: list[float]
    """How long each answer took, in order of size."""
    visible: int = 0
    visible_seconds: float = 0.0
    """From the first request to the last entry that was seen."""
    visible_after: list[float] = []
    """Seconds from an event's recording to its being seen by a reader, in order of size."""


class Load:
    """One job under way."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._chance = random.Random(job.seed)
        self._statuses: Counter[int] = Counter()
        self._took: list[float] = []
        self._visible_after: list[float] = []
        self._last_seen = 0.0
        self._moved = asyncio.Event()

    async def run(self) -> Done:
        """Ask, and watch when that is wanted."""
        lines = [
            await wire.Line.open(self.job.host, self.job.port) for _ in range(self.job.clients)
        ]
        ready = asyncio.Event()
        watching = asyncio.create_task(self._watch(ready)) if self.job.watch else None
        if watching is not None:
            await ready.wait()
        begun = time.time()
        accepted, seconds = await (
            self._at_a_rate(lines) if self.job.rate else self._as_fast_as_possible(lines)
        )
        if watching is not None:
            await self._all_seen()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        for line in lines:
            line.close()
        return Done(
            accepted=accepted,
            seconds=seconds,
            statuses=dict(self._statuses),
            answer_seconds=sorted(self._took),
            visible=len(self._visible_after),
            visible_seconds=max(0.0, self._last_seen - begun),
            visible_after=sorted(self._visible_after),
        )

    async def _as_fast_as_possible(self, lines: list[wire.Line]) -> tuple[int, float]:
        ended = False

        async def client(number: int) -> None:
            paths = self.job.paths[number :: self.job.clients]
            while not ended:
                for path in paths:
                    await self._ask(lines[number], path)
                    if ended:
                        return

        async with asyncio.TaskGroup() as group:
            for number in range(self.job.clients):
                group.create_task(client(number))
            await asyncio.sleep(self.job.warm_seconds)
            begun, before = time.perf_counter(), self._accepted()
            self._took.clear()
            await asyncio.sleep(self.job.seconds)
            found = self._accepted() - before, time.perf_counter() - begun
            ended = True
        return found

    async def _at_a_rate(self, lines: list[wire.Line]) -> tuple[int, float]:
        """Requests at random moments, whether or not earlier ones have been answered."""
        idle: asyncio.Queue[int] = asyncio.Queue()
        for number in range(len(lines)):
            idle.put_nowait(number)
        turns = [0] * len(lines)

        async def one(number: int) -> None:
            paths = self.job.paths[number :: self.job.clients]
            turns[number] += 1
            await self._ask(lines[number], paths[turns[number] % len(paths)])
            idle.put_nowait(number)

        begun = due = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            while due < begun + self.job.seconds:
                due += self._chance.expovariate(self.job.rate)
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(one(await idle.get()))
        return self._accepted(), time.perf_counter() - begun

    async def _ask(self, line: wire.Line, path: str) -> None:
        begun = time.perf_counter()
        status, answer = await line.ask(self._request(path))
        self._took.append(time.perf_counter() - begun)
        self._statuses[status] += 1
        if status >= 400:
            raise RuntimeError(f"POST {path}: {status} {answer[:500].decode(errors='replace')}")

    def _request(self, path: str) -> bytes:
        words = self._chance.choices(WORDS, k=self._chance.randrange(*NARRATIVE_WORDS))
        headers = {"Authorization": f"Bearer {self.job.token}"}
        if self.job.keys:
            headers["Idempotency-Key"] = str(random_id(self._chance))
        return wire.post_json(path, {"narrative": " ".join(words)}, headers)

    async def _watch(self, ready: asyncio.Event) -> None:
        """Read the live timeline and note how old each entry is when it comes."""
        headers = {"Authorization": f"Bearer {self.job.token}"}
        url = f"http://{self.job.host}:{self.job.port}/v1/timeline/live"
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers=headers) as response,
        ):
            response.raise_for_status()
            async for line in response.content:
                ready.set()
                now = time.time()
                if line.startswith(b"data: "):
                    recorded_at = datetime.fromisoformat(orjson.loads(line[6:])["recorded_at"])
                    self._visible_after.append(now - recorded_at.timestamp())
                    self._last_seen = now
                    self._moved.set()

    async def _all_seen(self) -> None:
        """Every accepted command recorded one event; wait until all of them came by."""
        async with asyncio.timeout(DRAIN_SECONDS):
            while len(self._visible_after) < self._accepted():
                self._moved.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self._moved.wait()

    def _accepted(self) -> int:
        return sum(count for status, count in self._statuses.items() if status < 400)


async def run_elsewhere(job: Job) -> Done:
    """The same in another process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(job.model_dump_json().encode())
    if process.returncode:
        raise RuntimeError(f"the load ended with {process.returncode}; its error is above")
    return Done.model_validate_json(said)


async def run_split(job: Job, ports: Sequence[int]) -> Done:
    """The same, its clients shared out evenly among several processes that serve."""
    share = len(ports)
    parts = [
        job.model_copy(
            update={
                "port": port,
                "clients": job.clients // share,
                "paths": job.paths[number::share],
                "seed": job.seed + number * SEED,
            }
        )
        for number, port in enumerate(ports)
    ]
    done = await asyncio.gather(*(run_elsewhere(each) for each in parts))
    return Done(
        accepted=sum(each.accepted for each in done),
        seconds=sum(each.seconds for each in done) / share,
        statuses=dict(sum((Counter(each.statuses) for each in done), Counter())),
        answer_seconds=sorted(took for each in done for took in each.answer_seconds),
    )


def main() -> None:
    """One job."""
    done = asyncio.run(Load(Job.model_validate_json(sys.stdin.buffer.read())).run())
    sys.stdout.write(done.model_dump_json())


if __name__ == "__main__":
    main()
