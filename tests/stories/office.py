"""The outside of the product: agencies that say, read and hear over HTTP and NATS, nothing else."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import nats
import orjson

from tests.running import ISSUER, World, until

FEEDS = "LN_FEEDS"
DOMAIN = "LN"
FETCH_MESSAGES_MAX = 256
FETCH_SECONDS = 10.0
PAGE_MAX = {"/v1/timeline": 500, "/v1/deadlines": 200}
PAPERS = {"documents": 412, "exhibits": 17}
PAPERS_VI = "(412 bút lục, 17 vật chứng)"


@dataclass
class Office:
    """What agencies do from outside; each call is one of an agency's own system."""

    world: World
    _heard: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """By agency, then by event id, in the order in which they came."""
    _level: dict[str, int] = field(default_factory=dict)
    """The logs as they were when the standing was last read, if all had been followed then."""

    async def says(
        self, agency: str, path: str, body: dict[str, Any], *, at: str, key: str = ""
    ) -> dict[str, Any]:
        """A command that is recorded; `at` is when it happened. Returns the answer."""
        status, answer = await self._posts(agency, path, body, at, key)
        assert status in (201, 202), (agency, path, answer)
        assert isinstance(answer, dict)
        return answer

    async def refused(
        self, agency: str, path: str, body: dict[str, Any], *, at: str
    ) -> dict[str, Any]:
        """A command that is refused in words of both languages, and leaves nothing in any log of
        what people said. Returns the problem document."""
        before = await self.settled()

        status, answer = await self._posts(agency, path, body, at, "")

        assert isinstance(answer, dict)
        assert 400 <= status < 500, (agency, path, answer)
        assert answer["status"] == status and answer["type"] == f"/problems/{answer['code']}"
        assert not answer["detail"].isascii() and answer["detail"] != answer["detail_en"], answer
        assert answer["remedy"] and answer["remedy_en"], answer
        # What is wrong with the form is no matter of an article.
        assert answer.get("rule") or answer["code"] == "fields", answer
        after = await self.settled()
        assert {**after, "deadlines": 0} == {**before, "deadlines": 0}  # The clock goes on.
        return answer

    async def reads(self, agency: str, path: str, **params: Any) -> Any:
        """A reading, which must be there."""
        status, answer = await self.world.get(agency, path, **params)
        assert status == 200, (agency, path, params, answer)
        return answer

    async def learns(self, agency: str, event: str, field: str, role: str) -> Any:
        """A sealed field, opened for an officer in a role who verifies; None for who may not."""
        headers = {"Authorization": f"Bearer {self.world.token(agency, roles=(role,))}"}
        said = {"event_id": event, "field": field, "purpose": "verification"}
        path = f"{self.world.url}/v1/vault/openings"
        async with self.world.http.post(path, json=said, headers=headers) as response:
            answer = await response.json()
        if response.status == 403 and answer["code"] == "may-not-know":
            return None
        assert response.status == 201, (agency, answer)
        return answer["value"]

    async def state(self, agency: str, subject: str, **params: Any) -> dict[str, Any]:
        """The state of one thing, `<kind>:<id>`; `as_of` and `known_at` as over HTTP."""
        kind, _, id = subject.partition(":")
        answer = await self.reads(agency, f"/v1/{kind}/{id}", **params)
        state: dict[str, Any] = answer["state"]
        return state

    async def entries(self, agency: str, subject: str) -> list[dict[str, Any]]:
        """The timeline of one thing, oldest first, when everything that was said has reached it;
        what was recorded more than a day after it happened is marked."""
        await self.settled()
        asked = {"subject": subject, "without": "deadlines,vault"}  # What agencies did.
        found = await self._pages(agency, "/v1/timeline", "entries", **asked)
        for each in found:
            times = (each["recorded_at"], each["occurred_at"])
            known, at = map(datetime.fromisoformat, times)
            assert each["late"] is (known - at > timedelta(days=1)), each
        return found

    async def timeline(self, agency: str, subject: str, store: str = "") -> list[str]:
        """The Vietnamese sentences of a timeline, oldest first; of one service's log, or of all."""
        entries = await self.entries(agency, subject)
        return [each["vi"] for each in entries if store in ("", each["store"])]

    async def deadlines(self, agency: str, **filter: Any) -> list[dict[str, Any]]:
        """Statutory periods in the order in which they end, when the clock knows of everything."""
        await self.settled()
        return await self._pages(agency, "/v1/deadlines", "deadlines", **filter)

    async def deadline(self, agency: str, subject: str, rule: str, nth: int = -1) -> dict[str, Any]:
        """The last period of a rule around one thing, by when it started; `nth` for another."""
        found = await self.deadlines(agency, subject=subject)
        mine = sorted((d for d in found if d["rule"] == rule), key=lambda d: d["started_at"])
        assert mine, f"no period {rule} around {subject}; there are {[d['rule'] for d in found]}"
        return mine[nth]

    async def heard(self, agency: str) -> list[dict[str, Any]]:
        """All events that the agency has heard by now on its feed over NATS, each once, in order.

        It connects as real agencies do: with its bearer token, and no other client than theirs.
        """
        await self.settled()
        found = self._heard.setdefault(agency, {})
        connection = await nats.connect(
            self.world.system.nats_url,
            token=self.world.token(agency),
            inbox_prefix=f"_INBOX_{agency}".encode(),
        )
        try:
            streams = connection.jetstream(domain=DOMAIN)
            feed = await streams.pull_subscribe_bind(consumer=agency, stream=FEEDS)
            while waiting := (await feed.consumer_info()).num_pending:
                batch = min(waiting, FETCH_MESSAGES_MAX)
                for message in await feed.fetch(batch, timeout=FETCH_SECONDS):
                    event = orjson.loads(message.data)
                    found.setdefault(event["id"], event)
                    await message.ack()
            await connection.flush()
        finally:
            await connection.close()
        return list(found.values())

    async def heard_about(self, agency: str, subject: str) -> list[str]:
        """The topics that the agency has heard about one thing, in order."""
        return [each["type"] for each in await self.heard(agency) if subject in each["subjects"]]

    async def settled(self) -> dict[str, int]:
        """Return when all that was said has been followed, also what followed from it; the last
        positions of the logs, by service.

        The standing is read piece by piece, and a follower may record something while it is read,
        so a level one is believed when another, before it, was level and said the same.
        """

        async def level() -> bool:
            _, now = await self.world.get(ISSUER, "/v1/status")
            behind = [each["behind"] for each in (*now["followers"], *now["relays"])]
            before, self._level = self._level, {} if any(behind) else now["logs"]
            return bool(before) and before == self._level

        await until(level)
        return self._level

    async def _posts(
        self, agency: str, path: str, body: dict[str, Any], at: str, key: str
    ) -> tuple[int, Any]:
        assert at.endswith("+07:00"), f"{at} is not of Viet Nam"
        said = {**body, "occurred_at": at}
        return await self.world.post(agency, path, said, key=key or str(uuid.uuid4()))

    async def _pages(self, agency: str, path: str, name: str, **asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: object = None
        while True:
            more = {} if after is None else {"after": after}
            page = await self.reads(agency, path, **asked, **more, limit=PAGE_MAX[path])
            found += page[name]
            after = page["next"]
            if after is None:
                return found


@dataclass
class CaseStory:
    """One case as it goes on, told by who acts on it: every step says in which words the timeline
    has it, where the case stands then, and who has its file."""

    office: Office
    names: Mapping[str, str]
    """What the bodies are called, as in sentences."""
    reader: str
    """Who reads along without a part in it."""
    title: str = ""
    """What the case is called."""
    subject: str = ""
    """`case:<id>`"""
    told: list[str] = field(default_factory=list)
    """What the timeline of the case has to say, in order."""

    async def begins(
        self, by: str, said: dict[str, Any], at: str, sentence: str, stands: tuple[str, str]
    ) -> None:
        """Somebody institutes it."""
        answer = await self.office.says(by, "/v1/cases", said, at=f"{at}:00+07:00")
        self.subject = f"case:{answer['case_id']}"
        await self._stands(by, sentence, stands)

    async def goes_on(
        self, by: str, path: str, at: str, sentence: str, stands: tuple[str, str], /, **said: Any
    ) -> None:
        """Somebody says the next thing, in the local minute `at`; the case stands at a stage and
        its file is with a body afterwards. `{case}` in the sentence is the case."""
        await self.office.says(by, f"{self._at}/{path}", said, at=f"{at}:00+07:00")
        await self._stands(by, sentence, stands)

    async def hands_on(
        self, sender: str, receiver: str, to: str, day: str, then: str, kind: str = "normal"
    ) -> None:
        """The file is offered in the morning, when it stays with the sender, and received in the
        afternoon, when the case is at the stage `then`."""
        stage = (await self.office.state(self.reader, self.subject))["stage"]
        said = {"to": to, "receiver": receiver, "kind": kind, **PAPERS}
        words = f"hồ sơ {{case}}, nơi nhận {self.names[receiver]} {PAPERS_VI}."
        path, before = "file-transmissions", (stage, sender)
        await self.goes_on(sender, path, f"{day}T08:30", f"chuyển {words}", before, **said)
        await self.receives(receiver, to, f"{day}T15:00", (then, receiver), kind)

    async def receives(
        self, receiver: str, to: str, at: str, stands: tuple[str, str], kind: str = "normal"
    ) -> None:
        """A file that is on its way to a body arrives there."""
        state = await self.office.state(self.reader, self.subject)
        assert state["offered_to"] == receiver
        said = {"to": to, "receiver": receiver, "kind": kind, **PAPERS}
        words = f"nhận hồ sơ {{case}}, nơi nhận {self.names[receiver]} {PAPERS_VI}."
        await self.goes_on(
            receiver, "file-transmissions", at, words, stands, **said, step="received"
        )
        state = await self.office.state(self.reader, self.subject)
        assert state["offered_to"] is None

    async def is_refused(
        self, by: str, path: str, at: str, code: str, rule: str, /, **said: Any
    ) -> dict[str, Any]:
        """Somebody says what the law does not allow, and reads why: the code and the article."""
        problem = await self.office.refused(by, f"{self._at}/{path}", said, at=f"{at}:00+07:00")
        assert problem["code"] == code and rule in problem["rule"], problem
        return problem

    async def period(
        self, rule: str, last_day: str, state: str, *bound: str, part: str = ""
    ) -> dict[str, Any]:
        """The period of a rule that began last: it ends at 24:00 of a day, reads like this, and
        binds these bodies (or bound them until it ended), when any are given."""
        found = await self.office.deadlines(self.reader, subject=self.subject)
        mine = [each for each in found if (each["rule"], each["part"]) == (rule, part)]
        assert mine, f"no {rule} {part} among {sorted({each['rule'] for each in found})}"
        last = max(mine, key=lambda each: datetime.fromisoformat(each["started_at"]))
        day = datetime.fromisoformat(f"{last_day}T00:00:00+07:00")
        end = datetime.fromisoformat(last["due"])
        assert end == day + timedelta(days=1), (rule, last_day, last["due"])
        assert last["state"] == state, (rule, state, last)
        over = last["ended_at"] is not None
        binds = {each["id"] for each in last["agencies"] if over or each["bound"]}
        assert not bound or binds == {*bound}, last
        return last

    @property
    def _at(self) -> str:
        return f"/v1/cases/{self.subject.removeprefix('case:')}"

    async def _stands(self, by: str, sentence: str, stands: tuple[str, str]) -> None:
        self.told.append(f"{self.names[by]} {sentence.format(case=self.title)}")
        state = await self.office.state(self.reader, self.subject)
        assert (state["stage"], state["holder"]) == stands
