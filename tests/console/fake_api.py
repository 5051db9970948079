"""The reading API for tests of the console: real HTTP, real tokens, a world that stands still.

The console's own routes are served beside it through the real door, as in a running system.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import orjson
from aiohttp import web

from services.console.service import SERVICE
from shared.auth import DevelopmentIssuer
from shared.errors import NotSignedIn
from shared.http import sse
from shared.http.door import Desk, Door, json_response
from shared.reference import Register, RegisterError
from tests.console.fake_papers import NOW, counted, papers
from tests.console.fake_periods import CASE, listed, periods, states

READER = "CA_TINH-P34-40"
POLL_SECONDS = 0.2
HEADS = {"directives": 1_404}


class FakeApi:
    """What the API answers, and the way to let something happen."""

    def __init__(self, register: Register, issuer: DevelopmentIssuer) -> None:
        self.register = register
        self.issuer = issuer
        self.tokens = issuer.tokens()
        self.directives = papers(register)
        self.entries: list[dict[str, Any]] = []
        self.broken = False
        self.periods: list[dict[str, Any]] = []
        self.states = states()
        self.asked: list[dict[str, str]] = []
        """What was asked of the list of periods."""
        self.on_timeline: Callable[[Mapping[str, str]], object] = lambda _: None
        self.url = ""
        self._readers: set[asyncio.Queue[None]] = set()
        for directive in self.directives:
            issued = NOW - timedelta(days=29)
            self.tell(directive, "ban hành", directive["issuer"], issued)
            for task in directive["task_list"]:
                said = f"giao nhiệm vụ {task['key']}"
                self.tell(directive, said, directive["issuer"], issued, task)
        self.periods = periods(self.task("T03")["id"])
        self.tell_of(CASE, "khởi tố vụ án số 138/QĐ-BP", self.period("LATE"))

    @property
    def big(self) -> dict[str, Any]:
        """The directive with the most bodies."""
        return max(self.directives, key=lambda each: len(each["task_list"]))

    @property
    def now(self) -> datetime:
        """The moment at which this world stands still."""
        return NOW

    def task(self, key: str) -> dict[str, Any]:
        """A task of the big directive."""
        return next(each for each in self.big["task_list"] if each["key"] == key)

    def period(self, rule: str) -> dict[str, Any]:
        """The period of a rule."""
        return next(each for each in self.periods if each["rule"] == rule)

    def token(self, agency: str = READER, **more: Any) -> str:
        """A bearer token."""
        return self.issuer.sign(agency, "truc.ban", ("duty_officer",), **more)

    async def accept(self, key: str, agency: str) -> None:
        """An assignee of the big directive accepts a task: the state changes, an event is told."""
        self.know_accepted(key, agency)
        self.tell_accepted(key, agency)

    def know_accepted(self, key: str, agency: str) -> None:
        """The task's read model has taken it."""
        task = self.task(key)
        for each in task["assignees"]:
            if each["agency"] == agency:
                each["status"] = "accepted"
                each["changed_at"] = NOW.isoformat()
        task["counts"] = counted(Counter(each["status"] for each in task["assignees"]))

    def tell_accepted(self, key: str, agency: str) -> None:
        """The timeline has taken it."""
        self.tell(self.big, f"tiếp nhận nhiệm vụ {key}", agency, NOW, self.task(key))
        for each in self._readers:
            each.put_nowait(None)

    def tell(
        self,
        directive: dict[str, Any],
        what: str,
        agency: str,
        at: datetime,
        task: dict[str, Any] | None = None,
    ) -> None:
        on = at.date() if agency.startswith(("UBND_XA", "CA_")) else NOW.date()
        try:
            name = self.register.agency(agency, on).name_vi
        except RegisterError:
            name = directive["issuer_vi"]
        subjects = [f"task:{task['id']}"] if task else []
        self.entries.append(
            {
                "entry": len(self.entries) + 1,
                "event_id": str(uuid4()),
                "topic": "directives.task_acknowledged.v1"
                if task
                else "directives.directive_issued.v1",
                "store": "directives",
                "position": len(self.entries) + 1,
                "version": 1,
                "occurred_at": at.astimezone(UTC).isoformat(),
                "recorded_at": NOW.astimezone(UTC).isoformat(),
                "late": NOW - at > timedelta(days=1),
                "agency": agency,
                "agency_vi": name,
                "agency_en": name,
                "officer": "truc.ban",
                "subjects": [*subjects, f"directive:{directive['id']}"],
                "vi": f"{name} {what}, {directive['title']}.",
                "en": f"{name} acts on {directive['title_en']}.",
                "correlation_id": str(uuid4()),
                "causation_id": str(uuid4()),
                "corrections": [],
                "corrects": None,
            }
        )

    def tell_of(self, subject: str, what: str, period: dict[str, Any]) -> None:
        """The fact that started a period comes into the timeline."""
        self.tell(self.big, what, READER, datetime.fromisoformat(period["started_at"]))
        self.entries[-1] |= {"event_id": period["start_event"], "subjects": [subject]}

    def routes(self, app: web.Application) -> None:
        """The reading API."""
        app.router.add_get("/v1/directives", self._list)
        app.router.add_get("/v1/directives/{id}", self._one)
        app.router.add_get("/v1/deadlines", self._deadlines)
        app.router.add_get("/v1/{kind:case|tip|raid|person|campaign|operation}/{id}", self._state)
        app.router.add_get("/v1/timeline", self._timeline)
        app.router.add_get("/v1/timeline/live", self._live)
        app.router.add_get("/v1/agencies", self._agencies)
        app.router.add_get("/v1/status", self._status)

    def _refusal(self, request: web.Request) -> web.Response | None:
        if self.broken:
            body = {"code": "try-again", "detail": "Hệ thống đang bận.", "detail_en": "Busy."}
            return json_response(body, status=503)
        try:
            self.tokens.actor(request.headers["Authorization"].removeprefix("Bearer "))
        except (KeyError, NotSignedIn):
            return json_response({"code": "not-signed-in"}, status=401)
        return None

    async def _list(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        words = request.query.get("q", "").lower()
        found = [
            summary(each)
            for each in self.directives
            if words in f"{each['reference']} {each['subject_vi']}".lower()
        ]
        return json_response({"directives": found, "next": None})

    async def _one(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        for each in self.directives:
            if each["id"] == request.match_info["id"]:
                return json_response({**each, **summary(each)})
        return json_response({"code": "not-found", "detail": "Không có."}, status=404)

    async def _deadlines(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        self.asked.append(dict(request.query))
        return json_response(listed(self.periods, request.query))

    async def _state(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        subject = "{kind}:{id}".format_map(request.match_info)
        if state := self.states.get(subject):
            return json_response({"subject": subject, "version": 3, "state": state})
        return json_response({"code": "not-found", "detail": "Không có."}, status=404)

    def _about(self, subject: str) -> list[dict[str, Any]]:
        return [each for each in self.entries if not subject or subject in each["subjects"]]

    async def _timeline(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        query = request.query
        self.on_timeline(query)
        rows = self._about(query.get("subject", ""))
        if as_of := query.get("as_of"):
            rows = [each for each in rows if _by(each, as_of)]
        if query.get("order") == "newest":
            edge = int(query.get("before", 0)) or 2**62
            rows = [each for each in reversed(rows) if each["entry"] < edge]
        else:
            rows = [each for each in rows if each["entry"] > int(query.get("after", 0))]
        limit = int(query.get("limit", 100))
        more = rows[limit - 1]["entry"] if len(rows) > limit else None
        return json_response({"entries": rows[:limit], "next": more, "last": len(self.entries)})

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._refusal(request):
            return refusal
        last = int(request.headers.get("Last-Event-ID") or request.query.get("after") or 0)
        return await sse.respond(request, self._news_after(request.query.get("subject", ""), last))

    async def _news_after(self, subject: str, last: int) -> AsyncIterator[sse.Message | None]:
        news: asyncio.Queue[None] = asyncio.Queue()
        self._readers.add(news)
        try:
            while True:
                for each in [e for e in self._about(subject) if e["entry"] > last]:
                    last = each["entry"]
                    yield sse.Message(last, "entry", orjson.dumps(each))
                yield None
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await news.get()
        finally:
            self._readers.discard(news)

    async def _agencies(self, request: web.Request) -> web.Response:
        on = datetime.fromisoformat(request.query["on"]).date()
        try:
            ids = self.register.agencies_of(request.query["area"], on)
        except RegisterError as error:
            return json_response({"code": error.code}, status=404)
        rows = [self.register.agency(each, on) for each in ids]
        agencies = [
            {"agency": a.id, "name_vi": a.name_vi, "name_en": a.name_en, "lane": a.lane}
            for a in rows
        ]
        return json_response({"agencies": agencies})

    async def _status(self, _: web.Request) -> web.Response:
        followers = [{"follower": "timeline.timeline", "position": 1_404, "behind": 0}]
        return json_response({"logs": HEADS, "followers": followers, "down": {}})


def _by(entry: dict[str, Any], as_of: str) -> bool:
    """Whether it had happened by a moment."""
    return datetime.fromisoformat(entry["occurred_at"]) <= datetime.fromisoformat(as_of)


def summary(directive: dict[str, Any]) -> dict[str, Any]:
    """The line of a directive in the list."""
    line = {name: deepcopy(v) for name, v in directive.items() if not name.endswith("_list")}
    bodies = [body for each in directive["addressee_list"] for body in each["bodies"]]
    counts = [each["counts"] for each in directive["addressee_list"]]
    tasks = directive["task_list"]
    for state in ("dispatched", "received", "acknowledged", "returned"):
        line[f"bodies_{state}"] = sum(each[state] for each in counts)
        line[state] = sum(each[state] == each["bodies"] for each in counts)
    line |= {
        "addressees": len(counts),
        "bodies": len(bodies),
        "targets": len(directive["target_list"]),
        "reports": len(directive["report_list"]),
        "tasks": counted(Counter(each["state"] for each in tasks)),
        "assignments": counted(Counter(a["status"] for t in tasks for a in t["assignees"])),
        "campaign": None,
        "due_next": _due_next(tasks),
    }
    return line


def _due_next(tasks: list[dict[str, Any]]) -> dict[str, Any] | None:
    going_on = ("open", "accepted", "in_progress")
    dated = [t for t in tasks if t["due_at"] and any(t["counts"][s] for s in going_on)]
    if not dated:
        return None
    task = min(dated, key=lambda each: str(each["due_at"]))
    return {
        "task": task["key"],
        "title_vi": task["title_vi"],
        "title_en": task["title_en"],
        "due_at": task["due_at"],
        "phrase_vi": task["due_vi"],
        "phrase_en": task["due_en"],
        "overdue": task["overdue"],
        "request": task["mode"] == "request",
    }


@asynccontextmanager
async def serving(register: Register, secrets: Path) -> AsyncIterator[FakeApi]:
    """The fake API and the real console on a free port."""
    issuer = DevelopmentIssuer.open(secrets)
    api = FakeApi(register, issuer)
    door = Door(
        pool=cast(asyncpg.Pool, None),
        tokens=api.tokens,
        register=register,
        clock=lambda: NOW.astimezone(UTC),
        new_id=lambda: UUID(int=0),
        logs={},
        issuer=issuer,
    )
    app = web.Application(client_max_size=0)
    sse.end_streams_with(app)
    api.routes(app)
    door.add(app, Desk("console", None, None, {}, {}), SERVICE.routes)
    assert SERVICE.static is not None
    app.router.add_static("/console/static/", SERVICE.static)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api.url = str(runner.addresses and f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield api
    finally:
        await runner.cleanup()
