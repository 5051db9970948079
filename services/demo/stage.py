"""The stage of the demonstration: committees issue, every agency acts, the sums are compared."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from services.demo.body import AT, Body, Duties, Plot
from services.demo.client import Client
from services.demo.letters import Figures, Letter, figures, letter, read_seeds
from shared.auth import DevelopmentIssuer
from shared.errors import LiennganhError
from shared.reference import Register
from shared.standing import in_its_time

AGENCIES_AT_ONCE = 12
CATCH_UP_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.1
PAGE_ENTRIES = 500
READER = "BCD138_CP-VN"
DIRECTIVES_MAX = 200


@dataclass(frozen=True)
class Doors:
    """The public doors that everybody uses."""

    http: aiohttp.ClientSession
    url: str
    nats_url: str
    issuer: DevelopmentIssuer

    def token(self, agency: str) -> str:
        """The bearer token that an agency uses over HTTP and NATS."""
        return self.issuer.sign(agency, f"{agency.lower()}.van-thu", ("clerk",), "demo")

    def client(self, agency: str) -> Client:
        """An HTTP client that speaks for an agency."""
        return Client(self.http, self.url, self.token(agency))


class Stage:
    """Plays all papers. Safe to play again: what is recorded is not recorded twice."""

    def __init__(
        self, doors: Doors, register: Register, tell: Callable[[Letter, int, int], None]
    ) -> None:
        self._doors = doors
        self._letters = [letter(seed, register) for seed in read_seeds()]
        self._tell = tell
        self._last_day = max(each.issued_at for each in self._letters).date()
        self._register = register
        self._reader = doors.client(READER)
        self.unlisted = 0
        """Open assignments to collectives without a list: nobody can answer for those."""
        self.expected: Figures = figures(read_seeds())

    async def play(self) -> None:
        """Every paper from its issue to the last answer."""
        issued = [await self._issue(each) for each in self._letters]
        for each, id in zip(self._letters, issued, strict=True):
            await self._carry_out(each, id)
        self.unlisted = sum([await self._unlisted(id) for id in issued])
        for each, id in zip(self._letters, issued, strict=True):
            await self._consolidate(each, id)

    async def summary(self) -> Sequence[Mapping[str, Any]]:
        """The register's line on each paper, once it has caught up with the log."""
        await self._caught_up()
        page = await self._reader.ask(AT, limit=DIRECTIVES_MAX)
        lines: Sequence[Mapping[str, Any]] = page["directives"]
        return lines

    async def entries(self) -> int:
        """Entries in the timeline of what agencies said; one for every event of the papers."""
        count, after = 0, 0
        asked: dict[str, str | int] = {
            "limit": PAGE_ENTRIES,
            "without": "cases,deadlines,vault",
        }
        while True:
            page = await self._reader.ask("/v1/timeline", after=after, **asked)
            count += len(page["entries"])
            if page["next"] is None:
                return count
            after = page["next"]

    async def _issue(self, paper: Letter) -> str:
        """The issuer records its paper and sends it to everybody it names."""
        issuer = self._doors.client(paper.issuer)
        key = f"demo/{paper.key}/{paper.issuer}"
        receipt = await issuer.state(AT, paper.body, at=paper.issued_at, key=f"{key}/issue")
        id: str = receipt["stream"].partition(":")[2]
        await issuer.state(
            f"{AT}/{id}/dispatches",
            {"channel": "truc_lien_thong"},
            at=paper.later(0, 10),
            key=f"{key}/dispatch",
        )
        return id

    async def _carry_out(self, paper: Letter, id: str) -> None:
        """Everybody who is addressed or assigned acts, a few agencies at a time."""
        await self._caught_up()
        found = await self._reader.ask(f"{AT}/{id}")
        duties = duties_of(found, self._exists)
        numbers = {agency: number for number, agency in enumerate(sorted(duties), 101)}
        todo = {agency: each for agency, each in sorted(duties.items()) if not each.done}
        done = len(duties) - len(todo)
        self._tell(paper, done, len(duties))
        turns = asyncio.Semaphore(AGENCIES_AT_ONCE)

        async def act(agency: str, left: Duties) -> None:
            nonlocal done
            async with turns:
                token = self._doors.token(agency)
                client = Client(self._doors.http, self._doors.url, token)
                body = Body(agency, numbers[agency], paper, client, left)
                await body.run(self._doors.nats_url, token)
            done += 1
            self._tell(paper, done, len(duties))

        async with asyncio.TaskGroup() as group:
            for agency, left in todo.items():
                group.create_task(act(agency, left))

    async def _unlisted(self, id: str) -> int:
        """Open assignments of one paper that are no body's."""
        found = await self._reader.ask(f"{AT}/{id}")
        return sum(
            assignee["status"] == "open" and not self._exists(assignee["agency"])
            for task in found["task_list"]
            for assignee in task["assignees"]
        )

    def _exists(self, agency: str) -> bool:
        """Whether the id is a body's, and so may have a system of its own."""
        found, _ = in_its_time(self._register, agency, self._last_day)
        return not found.is_collective

    async def _consolidate(self, paper: Letter, id: str) -> None:
        """The report line upwards: who was asked sums up and sends on, the next level accepts."""
        found = await self._reader.ask(f"{AT}/{id}")
        lines = {each["key"]: each for each in found["report_list"]}
        for line in paper.body["reports"]:
            if line["consolidates"] is None:
                continue
            below, above = lines[line["consolidates"]], lines[line["key"]]
            [consolidator] = line["reporters"]
            issuer = self._doors.client(consolidator)
            said = {"narrative": "Tổng hợp kết quả của các đơn vị.", "sent_to": line["to"]}
            key = f"demo/{paper.key}/{consolidator}/{below['key']}"
            await issuer.state(
                f"{AT}/reports/{below['id']}/consolidations",
                said,
                at=paper.later(21, 9),
                key=f"{key}/consolidation",
            )
            await self._accept(paper, above, consolidator)

    async def _accept(self, paper: Letter, line: Mapping[str, Any], reporter: str) -> None:
        """The consolidated report has gone upwards; its receiver accepts it."""
        key = f"demo/{paper.key}/{reporter}/{line['key']}"
        at = f"{AT}/reports/{line['id']}"
        receiver = line["to"][-1]["agency"]
        await self._doors.client(receiver).state(
            f"{at}/reviews",
            {"agency": reporter, "outcome": "accepted"},
            at=paper.later(23, 9),
            key=f"{key}/review",
        )

    async def _caught_up(self) -> None:
        """Return when every follower has reached the logs' heads."""
        async with asyncio.timeout(CATCH_UP_SECONDS):
            while True:
                status = await self._reader.ask("/v1/status")
                if status["down"]:
                    raise LiennganhError(f"not everything runs: {status['down']}")
                if all(each["behind"] == 0 for each in status["followers"]):
                    return
                await asyncio.sleep(ASK_AGAIN_SECONDS)


def duties_of(found: Mapping[str, Any], exists: Callable[[str], bool]) -> dict[str, Duties]:
    """What everybody still has to do about one paper, from its place in the register.

    A collective that the register cannot list has no system that could act: `exists` denies it.
    """
    duties: dict[str, Duties] = defaultdict(lambda: Duties(register=False, tasks=set()))
    for addressee in found["addressee_list"]:
        for body in addressee["bodies"]:
            each = duties[body["agency"]]
            each.register = each.register or body["acknowledged_at"] is None
    for task in found["task_list"]:
        for assignee in task["assignees"]:
            each = duties[assignee["agency"]]
            if assignee["status"] != Plot.of(assignee["agency"], task["key"]).end:
                each.tasks.add(task["id"])
    for line in found["report_list"]:
        for missing in line["missing"]:
            if line["via"]:  # Lines without a channel are consolidated ones.
                duties[missing["agency"]].reports.add(line["id"])
    return {agency: each for agency, each in duties.items() if exists(agency)}
