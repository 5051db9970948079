"""Agencies at work: they send commands until each is answered, and read their feeds over NATS."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random
from typing import Any

import aiohttp
import orjson

from shared.bus import Bus, Message, NoConsumer
from shared.errors import Broken, Retry
from shared.nats_accounts import DOMAIN, agency_inbox
from shared.system import FEEDS
from tests.faults.casework import INVESTIGATORS, PROCURACY, Casework
from tests.faults.ground import Ground
from tests.faults.journal import Attempt, Journal, Said
from tests.running import HEALTH, ISSUER, JULY_FIRST, POLICE, directive, task

ATTEMPT_SECONDS = 6.0
"""Then a client no longer waits, and the outcome is unknown to it."""
AGAIN_FIRST_SECONDS = 0.05
AGAIN_LAST_SECONDS = 1.0
GIVEN_UP = 0.08
"""Share of the commands whose client asks once and never again, so that some stay unknown."""
TWINS = 0.05
"""Share of the commands that are sent to both replicas at the same moment under one key."""
PAUSE_SECONDS = 0.15
"""Between two papers of one writer, so that a campaign stays a load and no flood."""
BEHIND_EVENTS_MAX = 1_000
"""Nobody begins a new paper while read models are further behind: a campaign is no benchmark, and
draining has to end in time."""
BODIES = (POLICE, HEALTH)
LISTENERS = (ISSUER, POLICE, HEALTH, INVESTIGATORS, PROCURACY)
AT = "/v1/directives"
HOLDS, HOLD_ENDS = "/v1/vault/holds", "/v1/vault/hold-ends"
FETCH_MESSAGES = 100
FETCH_SECONDS = 1.0
CONNECT_AGAIN_SECONDS = 0.3
MESSAGE_ID = re.compile(r"feeds/(?P<epoch>[0-9a-f-]{36})/(?P<position>\d+)")


@dataclass(eq=False)
class Writers:
    """Writers issue papers, carry them out, and tell cases; whatever is unknown they ask again."""

    ground: Ground
    journal: Journal
    seed: int
    behind: Callable[[], int] = lambda: 0
    """How many events the slowest read model has still to take."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """No new paper is begun."""
    failing: set[str] = field(default_factory=set)
    """Answers that no fault explains."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _keys: "count[int]" = field(default_factory=lambda: count(1))

    async def write(self, writer: int) -> None:
        """One paper after the other, each to its end, and a case beside each."""
        random = Random(f"{self.seed}/{writer}")
        while not self.stopping.is_set():
            if self.behind() < BEHIND_EVENTS_MAX:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._tip(random))
                    group.create_task(self._paper(random))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _paper(self, random: Random) -> None:
        """From its issue to the review of what was done."""
        number, mark = next(self._numbers), self._mark()
        lines = [
            task("T01", POLICE),
            task("T02", HEALTH, mode="request"),
            task("T03", "ALL_ADDRESSEES"),  # Both bodies write to this one at the same time.
        ]
        paper = directive(number=number, subject_vi=f"Rà soát {mark}", tasks=lines)
        issued = await self._state(random, ISSUER, AT, paper, mark)
        if issued is None:
            return
        id = issued["stream"].partition(":")[2]
        sent = {"channel": "truc_lien_thong", "occurred_at": JULY_FIRST}
        await self._state(random, ISSUER, f"{AT}/{id}/dispatches", sent, "truc_lien_thong")
        async with asyncio.TaskGroup() as group:
            for body, own in zip(BODIES, ("T01", "T02"), strict=True):
                keys = (issued["tasks"][own], issued["tasks"]["T03"])
                group.create_task(self._carry_out(random, body, id, keys))

    async def _tip(self, random: Random) -> None:
        """A tip, and the case that comes of it; meanwhile the vault keeps the tip's keys."""
        state = partial(self._state, random, expected=True)
        work = Casework(state, self._mark, random, self.stopping.is_set)
        received = await work.receive()
        if received is None:
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(work.go_on(received["tip_id"]))
            group.create_task(self._hold(random, received["tip_id"]))

    async def _hold(self, random: Random, tip: str) -> None:
        """The vault keeps the keys of a tip for a while."""
        mark = self._mark()
        held = {"subject_id": tip, "hold": mark}
        kept = held | {"reason": "xác minh", "authority": "12/QĐ"}
        if await self._state(random, POLICE, HOLDS, kept, mark) is not None:
            mark = self._mark()
            await self._state(random, POLICE, HOLD_ENDS, held | {"reason": mark}, mark)

    async def _carry_out(self, random: Random, body: str, id: str, tasks: tuple[str, ...]) -> None:
        said = {"edxml_status": "01", "signature_valid": True}
        await self._state(random, body, f"{AT}/{id}/receipts", said, body)
        for each in tasks:
            at = f"{AT}/tasks/{each}"
            await self._state(
                random, body, f"{at}/acknowledgements", {"outcome": "accepted"}, "accepted"
            )
            mark = self._mark()
            progress = {"percent": 50, "narrative": f"Đang làm {mark}"}
            await self._state(random, body, f"{at}/progress", progress, mark)
            mark = self._mark()
            done = {"result": f"Đã xong {mark}"}
            await self._state(random, body, f"{at}/completions", done, mark)
            review = {"agency": body, "outcome": "confirmed"}
            await self._state(random, ISSUER, f"{at}/reviews", review, "confirmed")

    def _mark(self) -> str:
        return f"w{self.seed}x{next(self._keys)}w"

    async def _state(
        self,
        random: Random,
        agency: str,
        path: str,
        body: Mapping[str, Any],
        mark: str,
        *,
        expected: bool = False,
    ) -> dict[str, Any] | None:
        """The acknowledgement of a command, or None when it was refused or given up. What is
        `expected` follows from what was acknowledged, so nothing explains that it is refused."""
        said = self.journal.say(agency, f"{self.seed}/{next(self._keys)}", path, mark)
        gives_up, twins = random.random() < GIVEN_UP, random.random() < TWINS
        replica = random.randrange(len(self.ground.replicas))
        if twins:
            others = range(len(self.ground.replicas))
            await asyncio.gather(*(self._try(said, each, body) for each in others))
        pause = AGAIN_FIRST_SECONDS
        while not (said.answers or said.refusal or (gives_up and said.attempts)):
            if said.attempts:
                await asyncio.sleep(pause)
                pause = min(pause * 2, AGAIN_LAST_SECONDS)
            await self._try(said, replica, body)
            replica = (replica + 1) % len(self.ground.replicas)
        if expected and said.refusal:
            self.failing.add(f"{said.key} ({path}): refused: {said.refusal}")
        return said.answers[0] if said.answers else None

    async def _try(self, said: Said, replica: int, body: Mapping[str, Any]) -> None:
        """One attempt: answered, refused, or nobody knows."""
        attempt = self.journal.begin(said, replica)
        try:
            status, answer = await self._post(said, attempt, body)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            self.journal.end(said, attempt, "unknown", type(error).__name__)
            return
        if status < 400:
            self.journal.end(said, attempt, "ok", str(status), answer)
        elif status < 500:
            self.journal.end(said, attempt, "refused", f"{status} {answer.get('code')}", answer)
        else:
            self.journal.end(said, attempt, "unknown", f"{status} {answer.get('code')}", answer)
            if status != 503:
                self.failing.add(f"{said.key}: {status} {answer.get('detail_en')}")

    async def _post(
        self, said: Said, attempt: Attempt, body: Mapping[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        url = self.ground.replicas[attempt.replica].url + said.path
        headers = {
            "Authorization": f"Bearer {self.ground.token(said.agency)}",
            "Idempotency-Key": said.key,
        }
        timeout = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
        async with self.ground.http.post(
            url, json=body, headers=headers, timeout=timeout
        ) as response:
            return response.status, await response.json(content_type=None)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of a feed, as an agency got it."""

    position: int
    event_id: str
    stream: str
    version: int


@dataclass(eq=False)
class Listener:
    """An agency's system that reads its feed over NATS, whatever happens to the line."""

    ground: Ground
    agency: str
    heard: dict[tuple[str, int], Heard] = field(default_factory=dict)
    """By the feed's epoch and position, in the order of first arrival."""
    again: int = 0
    """Messages that came more than once."""
    altered: list[str] = field(default_factory=list)
    """Messages that came again with other contents."""

    async def listen(self) -> None:
        """Connect with the agency's token, fetch, note, acknowledge; connect again when lost."""
        while True:
            try:
                async with Bus.connect(
                    self.ground.nats_url,
                    token=self.ground.token(self.agency),
                    name=self.agency,
                    inbox_prefix=agency_inbox(self.agency),
                    domain=DOMAIN,
                ) as bus:
                    await self._read(bus)
            except (Broken, Retry, OSError, TimeoutError):
                # No server, no callout to let us in, or no consumer: signing in makes it anew.
                await asyncio.sleep(CONNECT_AGAIN_SECONDS)

    async def _read(self, bus: Bus) -> None:
        feed = bus.consumer(FEEDS, self.agency)
        while True:
            try:
                messages = await feed.fetch(FETCH_MESSAGES, FETCH_SECONDS)
            except NoConsumer:
                raise
            except Retry:
                # The bus is away and comes back by itself. `fetch` may say so without waiting.
                await asyncio.sleep(CONNECT_AGAIN_SECONDS)
                continue
            for message in messages:
                self._note(message)
                try:
                    await message.ack()
                except Retry:
                    break  # It comes again.

    def _note(self, message: Message) -> None:
        named = MESSAGE_ID.fullmatch(message.headers.get("Nats-Msg-Id", ""))
        if named is None:
            self.altered.append(f"{self.agency} got a message without a place in its feed")
            return
        event = orjson.loads(message.body)
        heard = Heard(
            int(named["position"]), event["id"], event["partitionkey"], event["streamversion"]
        )
        before = self.heard.setdefault((named["epoch"], heard.position), heard)
        if before is not heard:
            self.again += 1
            if before != heard:
                self.altered.append(
                    f"{self.agency} got {heard.event_id} at position {heard.position} of its feed, "
                    f"where it had got {before.event_id} before"
                )
