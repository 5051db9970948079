"""One agency's own system: it reads its feed on NATS with its own identity and acts over HTTP.

A message is acknowledged only when what it asks for is recorded, and every act carries an
idempotency key made of what it answers; so the system may be killed and started at any moment.
"""

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.demo.client import Client
from services.demo.letters import Letter
from shared.bus import Bus, Consumer, Message
from shared.errors import Broken, LiennganhError, Retry
from shared.nats_accounts import DOMAIN, agency_inbox

FEEDS = "LN_FEEDS"
FETCH_MESSAGES_MAX = 64
FETCH_SECONDS = 1.0
CONNECTS_MAX = 6
CONNECT_AGAIN_SECONDS = 1.0
SILENCE_SECONDS = 90.0
"""Longer than a message that a killed run had taken stays away before it comes again."""
RETURNED_ONE_IN = 97
PROGRESS_ONE_IN = 6
COMPLETED_ONE_IN = 23
"""Sample data: which of the acceptances are returned, progress or are done, by a fixed hash."""
AT = "/v1/directives"


@dataclass(frozen=True)
class Plot:
    """What an agency will do about a task: sample data, by a fixed hash of agency and key."""

    returned: bool
    progress: int | None
    """Percent that it will report, if it reports progress."""
    completed: bool

    @classmethod
    def of(cls, agency: str, key: str) -> "Plot":
        """The same for every run."""
        lot = zlib.crc32(f"{agency}/{key}".encode())
        returned = lot % RETURNED_ONE_IN == 0
        completed = not returned and lot % COMPLETED_ONE_IN == 0
        moves = completed or (not returned and lot % PROGRESS_ONE_IN == 0)
        return cls(returned, 10 + lot % 60 if moves else None, completed)

    @property
    def end(self) -> str:
        """The state that the agency's part has when it has done all that."""
        if self.returned:
            return "returned"
        if self.completed:
            return "done_unconfirmed"
        return "accepted" if self.progress is None else "in_progress"


@dataclass
class Duties:
    """What one agency still has to do about one directive."""

    register: bool
    """Whether the paper is addressed to it and not registered yet."""
    tasks: set[str]
    """Ids of tasks that it leads and is not through with."""
    reports: set[str] = field(default_factory=set)
    """Ids of report lines that it has not answered."""

    @property
    def done(self) -> bool:
        """Nothing is left."""
        return not (self.register or self.tasks or self.reports)


class Body:
    """Carries out one agency's duties about one directive."""

    def __init__(
        self,
        agency: str,
        number: int,
        letter: Letter,
        client: Client,
        duties: Duties,
    ) -> None:
        self.agency = agency
        self._number = number
        self._letter = letter
        self._client = client
        self._duties = duties
        self._held: list[tuple[Mapping[str, Any], Message]] = []

    async def run(self, nats_url: str, token: str) -> None:
        """Read the feed and act, until nothing is left to do."""
        for left in reversed(range(CONNECTS_MAX)):
            try:
                await self._connected(nats_url, token)
                return
            except (Broken, Retry):  # Many sign in at once; a busy system may ask to come again.
                if not left:
                    raise
                await asyncio.sleep(CONNECT_AGAIN_SECONDS)

    async def _connected(self, nats_url: str, token: str) -> None:
        self._held.clear()
        async with Bus.connect(
            nats_url,
            token=token,
            name=self.agency,
            inbox_prefix=agency_inbox(self.agency),
            domain=DOMAIN,
        ) as bus:
            feed = bus.consumer(FEEDS, self.agency)
            try:
                await self._read_feed(feed)
            finally:
                await feed.close()

    async def _read_feed(self, feed: Consumer) -> None:
        heard = time.monotonic()
        while not self._duties.done:
            messages = await feed.fetch(FETCH_MESSAGES_MAX, FETCH_SECONDS)
            for message in messages:
                await self._take(message)
            heard = time.monotonic() if messages else heard
            if time.monotonic() - heard > SILENCE_SECONDS:
                raise LiennganhError(
                    f"{self.agency} has heard nothing for {SILENCE_SECONDS:.0f} s and still has "
                    f"to do: {self._duties}"
                )

    async def _take(self, message: Message) -> None:
        """Act on one event of the feed; what cannot be acted on yet is held, not acknowledged."""
        event = orjson.loads(message.body)
        act = self._acts().get(event["type"])
        if act is None or not self._is_ours(event):
            await message.ack()
        elif self._duties.register and event["type"] != "directives.directive_dispatched.v1":
            self._held.append((event, message))
        else:
            await act(event)
            await message.ack()
            await self._take_held()

    async def _take_held(self) -> None:
        while self._held and not self._duties.register:
            event, message = self._held.pop(0)
            await self._acts()[event["type"]](event)
            await message.ack()

    def _acts(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        return {
            "directives.directive_dispatched.v1": self._receive,
            "directives.task_assigned.v1": self._answer,
            "directives.report_requested.v1": self._report,
        }

    def _is_ours(self, event: Mapping[str, Any]) -> bool:
        """Whether it asks us to act; a coordinator only takes note."""
        id = event["partitionkey"]
        return {
            "directives.directive_dispatched.v1": self._duties.register,
            "directives.task_assigned.v1": id in self._duties.tasks,
            "directives.report_requested.v1": id in self._duties.reports,
        }[event["type"]]

    async def _receive(self, event: Mapping[str, Any]) -> None:
        """The paper arrives, then a clerk registers it."""
        path = f"{AT}/{event['partitionkey']}/receipts"
        arrived, registered = self._letter.later(0, 14), self._letter.later(0, 16)
        await self._state(path, {"edxml_status": "01", "signature_valid": True}, arrived, "arrived")
        book = {
            "edxml_status": "03",
            "signature_valid": True,
            "incoming_number": self._number,
            "incoming_date": registered.date().isoformat(),
        }
        await self._state(path, book, registered, "registered")
        self._duties.register = False

    async def _answer(self, event: Mapping[str, Any]) -> None:
        """Take the task on or give it back; some go on to report progress or are done."""
        id, key = event["partitionkey"], event["data"]["key"]
        path, plot = f"{AT}/tasks/{id}", Plot.of(self.agency, key)
        answer = {"outcome": "accepted"}
        if plot.returned:
            reason = "Đề nghị xem lại phân công: nội dung thuộc đơn vị khác phụ trách."
            answer = {"outcome": "returned", "reason": reason}
        await self._state(
            f"{path}/acknowledgements", answer, self._letter.later(1, 9), f"{key}/answer"
        )
        if plot.progress is not None:
            progress = {
                "percent": plot.progress,
                "narrative": "Đã xây dựng kế hoạch và triển khai đến các bộ phận.",
            }
            await self._state(
                f"{path}/progress", progress, self._letter.later(10, 15), f"{key}/progress"
            )
        if plot.completed:
            result = {"result": "Đã hoàn thành các nội dung được giao trong đợt đầu."}
            await self._state(
                f"{path}/completions", result, self._letter.later(14, 15), f"{key}/completion"
            )
        self._duties.tasks.discard(id)

    async def _report(self, event: Mapping[str, Any]) -> None:
        """Report in time; every third body has nothing to report, which is an answer too."""
        id = event["partitionkey"]
        nothing = zlib.crc32(self.agency.encode()) % 3 == 0
        figure = {"indicator": "outreach_activities", "value": "2", "unit": "activity"}
        said = {
            "kind": "thematic",
            "nil_report": nothing,
            "narrative": None if nothing else "Đã tổ chức truyền thông hưởng ứng ngày 30/7.",
            "figures": [] if nothing else [figure],
        }
        await self._state(
            f"{AT}/reports/{id}/submissions", said, self._letter.later(18, 10), f"report/{id}"
        )
        self._duties.reports.discard(id)

    async def _state(self, path: str, body: Mapping[str, Any], at: Any, what: str) -> None:
        key = f"demo/{self._letter.key}/{self.agency}/{what}"
        await self._client.state(path, body, at=at, key=key)
