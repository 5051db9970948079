"""What operators may see and do over HTTP: parked streams, rebuilds, streams copied anew.

Reading takes a token with the role `operator` or `admin`, changing takes `admin`.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from aiohttp import web

from shared.actor import VIETNAM, Actor
from shared.errors import NotAllowed, NotFound, NotUnderstood, Refused
from shared.follow import Projection
from shared.http import asking, intake, problems
from shared.http.door import Door, json_response
from shared.http.operating_models import (
    BeginRebuild,
    CauseShown,
    Decided,
    ParkedAsked,
    ParkedList,
    QuarantineParked,
    RebuildList,
    RebuildShown,
    RebuildStream,
    RetryParked,
    Said,
    SkipParked,
    StreamRebuilt,
    cause_shown,
    parked_shown,
    rebuild_shown,
)
from shared.http.routes import Route, order, query
from shared.parking import LISTED_MAX, ParkedStream, Parking
from shared.rebuilds import Rebuilding

if TYPE_CHECKING:
    from shared.system import System

READERS = frozenset({"operator", "admin"})
"""Roles that may see what is parked and what is rebuilt."""
DECIDERS = frozenset({"admin"})
"""Roles that may change it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Operator:
    """Who operates which system."""

    by: Actor
    door: Door
    system: "System"

    @property
    def projections(self) -> Sequence[Projection]:
        """All that follows a log in this process: its read models and its reactors."""
        return [group[0].projection for group in self.system.followers.values() if group]

    @property
    def read_models(self) -> Sequence[Projection]:
        """What can be made anew. Whatever else a service has started is a reactor: it leads to
        recorded facts, not to rows."""
        return [each for service in self.system.services for each in service.projections]

    def projection(self, name: str) -> Projection:
        """By title, by `<service>_<name>` or by schema. Raises `NotFound` with the names."""
        for each in self.projections:
            if name in (each.title, f"{each.service}_{each.name}", each.schema):
                return each
        known, said = ", ".join(each.title for each in self.projections), intake.printable(name)
        raise NotFound(
            "no-such-projection",
            f"Không có mô hình đọc {said!r}; ở đây có: {known}.",
            f"There is no read model {said!r}; the ones here are: {known}.",
            pointer="/projection",
            remedy_vi="Dùng một tên trong danh sách.",
            remedy_en="Use one of these names.",
        )

    def parking(self, projection: Projection) -> Parking:
        """What is parked in a read model."""
        return Parking(projection, self.system.pool, self.system.logs)


async def source_of(
    operator: Operator, projection: Projection, stream: UUID, source: str | None
) -> str:
    """The source that is meant; without one, the only one whose stream of that id is parked.

    Raises `NotUnderstood` when that is not clear.
    """
    if source in projection.sources:
        return source
    if source is None:
        parked = await operator.parking(projection).list()
        found = {each.source for each in parked if each.stream == stream} or {projection.sources[0]}
        if len(found) == 1:
            return found.pop()
    known = ", ".join(projection.sources)
    raise NotUnderstood(
        "source",
        f"Cần nêu nguồn của chuỗi sự kiện trong {projection.title}: {known}.",
        f"Say whose stream it is in {projection.title}: {known}.",
        pointer="/source",
        remedy_vi="Lấy `source` trong danh sách tạm giữ.",
        remedy_en="Take `source` from the list of what is parked.",
    )


async def list_parked(asked: ParkedAsked, operator: Operator) -> ParkedList:
    """Streams that cannot go on in a read model, and the groups of errors that hold them."""
    chosen = [operator.projection(asked.projection)] if asked.projection else operator.projections
    labels = {e.TOPIC: e.LABEL for service in operator.system.services for e in service.events}
    reactors = {each.title for each in chosen if each not in operator.read_models}
    causes: list[CauseShown] = []
    streams: list[ParkedStream] = []
    for projection in chosen:
        parking = operator.parking(projection)
        causes += [cause_shown(each) for each in await parking.causes()]
        streams += await parking.list()
    streams.sort(key=lambda each: each.parked_at)
    now = operator.system.clock()
    return ParkedList(
        total=sum(each.streams for each in causes),
        causes=causes,
        streams=[
            parked_shown(each, labels.get(each.topic), _to_do(each, reactors), now)
            for each in streams[:LISTED_MAX]
        ],
    )


def _to_do(each: ParkedStream, reactors: Collection[str] = ()) -> Said:
    said = _next_step(each)
    if each.projection not in reactors:
        return said
    return Said(
        vi=f"{said.vi} Khi còn chờ, những gì phát sinh từ các sự kiện này (như thời hạn) chưa được "
        "ghi; sự kiện bị bỏ qua thì không bao giờ được ghi.",
        en=f"{said.en} While they wait, nothing that follows from these events (periods, say) is "
        "recorded; of one that is skipped it never is.",
    )


def _next_step(each: ParkedStream) -> Said:
    stream = f"{each.projection} {each.stream} --source {each.source}"
    retry = f"`liennganh retry {stream}`"
    if each.quarantined:
        return Said(
            vi=f"Đang cách ly, không tự thử lại. Khi đã xử lý nguyên nhân: {retry}.",
            en=f"In quarantine, not tried again. Once the cause is mended: {retry}.",
        )
    if each.retry_at is None:
        leave = f"`liennganh skip {stream} --position {each.position} --reason …`"
        when = ("nếu chính sự kiện không dùng được ở đây", "if the event itself is of no use here")
        if each.version == 1:  # The beginning of a stream cannot be left out.
            leave = f"`liennganh quarantine {stream} --reason …`"
            when = ("nếu cần thời gian xác minh", "if that takes time")
        return Said(
            vi=f"Chờ quyết định. Sửa nguyên nhân (cập nhật phiên bản) rồi {retry}; {when[0]}: "
            f"{leave}.",
            en=f"Waits for a decision. Mend the cause (upgrade), then {retry}; {when[1]}: {leave}.",
        )
    at = each.retry_at.astimezone(VIETNAM).isoformat(timespec="seconds")
    return Said(
        vi=f"Hệ thống tự thử lại lúc {at}; nếu nguyên nhân tự hết thì không cần làm gì.",
        en=f"Tried again by itself at {at}; nothing to do if the cause goes away.",
    )


async def retry_parked(said: RetryParked, operator: Operator) -> Decided:
    """Try parked streams at once: one, all of a cause, or all of a read model.

    Whatever is in quarantine is left there unless its stream is named.
    """
    if said.stream is not None and said.projection and said.cause is None:
        projection = operator.projection(said.projection)
        source = await source_of(operator, projection, said.stream, said.source)
        await operator.parking(projection).retry(source, said.stream, operator.by, said.reason)
        return Decided(decision="retry", streams=1)
    if said.stream is not None or said.source is not None or not (said.cause or said.projection):
        raise NotUnderstood(
            "what-to-retry",
            "Chưa rõ thử lại những gì: nêu projection và stream, hoặc cause, hoặc projection.",
            "It is not clear what to retry: say projection and stream, or cause, or projection.",
            pointer="/projection",
            remedy_vi="Lấy các giá trị này trong danh sách tạm giữ.",
            remedy_en="Take these values from the list of what is parked.",
        )
    chosen = [operator.projection(said.projection)] if said.projection else operator.projections
    streams = 0
    for each in chosen:
        parking = operator.parking(each)
        streams += await parking.retry_all(operator.by, said.reason, said.cause or "")
    if not streams and said.cause:
        known = {found.cause for each in chosen for found in await operator.parking(each).causes()}
        if said.cause not in known:
            raise _no_such_cause(said.cause)
    return Decided(decision="retry", streams=streams)


def _no_such_cause(cause: str) -> NotFound:
    return NotFound(
        "no-such-cause",
        f"Không có chuỗi sự kiện nào bị tạm giữ vì nguyên nhân {cause}.",
        f"No stream is parked for the cause {cause}.",
        pointer="/cause",
        remedy_vi="Xem lại danh sách tạm giữ; có thể các chuỗi đó đã chạy tiếp.",
        remedy_en="Look at the list of what is parked again; those streams may have gone on.",
    )


async def skip_parked(said: SkipParked, operator: Operator) -> Decided:
    """Never take one event into one read model; the rest of its stream goes on.

    The event stays in the log; the decision and its reason are kept. The first event of a stream is
    refused: without it nothing that is about the same thing could ever be taken.
    """
    projection = operator.projection(said.projection)
    await operator.parking(projection).skip(
        await source_of(operator, projection, said.stream, said.source),
        said.stream,
        said.position,
        said.reason,
        operator.by,
    )
    return Decided(decision="skip", streams=1)


async def quarantine_parked(said: QuarantineParked, operator: Operator) -> Decided:
    """Do not try a parked stream any more until somebody asks; its events keep waiting."""
    projection = operator.projection(said.projection)
    source = await source_of(operator, projection, said.stream, said.source)
    await operator.parking(projection).quarantine(source, said.stream, said.reason, operator.by)
    return Decided(decision="quarantine", streams=1)


async def begin_rebuild(said: BeginRebuild, operator: Operator) -> RebuildShown:
    """Make a read model anew beside the live one, compare, and switch when they are equal.

    It goes on after the answer; `GET /v1/operations/rebuilds` tells how far it is.
    """
    projection, system = operator.projection(said.projection), operator.system
    if projection not in operator.read_models:
        raise _not_rebuilt(projection, operator.read_models)
    rebuilding = Rebuilding(
        id=operator.door.new_id(),
        projection=projection.title,
        schema=projection.schema,
        accept=said.accept,
        by=operator.by,
        begun_at=system.clock(),
    )
    await system.rebuilds.begin(rebuilding, projection, system.logs, system.pool, system.clock)
    return rebuild_shown(rebuilding)


def _not_rebuilt(reactor: Projection, models: Sequence[Projection]) -> Refused:
    title, own = reactor.title, [each for each in models if each.service == reactor.service]
    known = ", ".join(each.title for each in own or models)
    return Refused(
        "reactor-is-not-rebuilt",
        f"{title} không lập lại được: kết quả của nó là các sự kiện đã ghi, không phải các dòng dữ "
        "liệu dựng lại được.",
        f"{title} cannot be made anew: what it leads to are recorded facts, not rows.",
        pointer="/projection",
        remedy_vi=f"Sửa nguyên nhân rồi thử lại những gì bị tạm giữ; lập lại được thì có: {known}.",
        remedy_en=f"Mend the cause and retry what is parked; what can be rebuilt is: {known}.",
    )


async def list_rebuilds(asked: ParkedAsked, operator: Operator) -> RebuildList:
    """Rebuilds that this process was asked for since its start: how far, and what became of them.

    What another process rebuilds is told by that process.
    """
    schema = operator.projection(asked.projection).schema if asked.projection else ""
    found = operator.system.rebuilds.list()
    shown = [rebuild_shown(each) for each in found if schema in ("", each.schema)]
    return RebuildList(rebuilds=shown)


async def rebuild_stream(said: RebuildStream, operator: Operator) -> StreamRebuilt:
    """Delete a stream of the bus and copy it anew from its log; the answer comes when it is done.

    Agencies that pull `feeds` hear old messages again, with the same ids.
    """
    reason = said.reason.strip()
    if not reason:
        raise NotUnderstood(
            "reason-missing",
            "Quyết định này cần có lý do.",
            "This decision needs a reason.",
            pointer="/reason",
            remedy_vi="Ghi rõ lý do; lý do được lưu trong nhật ký vận hành.",
            remedy_en="State the reason; it is kept in the log of this process.",
        )
    log.warning(
        "stream rebuild asked for",
        service=said.service,
        reason=reason,
        agency=operator.by.agency,
        officer=operator.by.user,
    )
    count = await operator.system.rebuild_stream(said.service)
    return StreamRebuilt(service=said.service, messages=count)


ROUTES: tuple[Route, ...] = (
    query("GET /v1/operations/parked", list_parked),
    order("POST /v1/operations/parked/retry", retry_parked),
    order("POST /v1/operations/parked/skip", skip_parked),
    order("POST /v1/operations/parked/quarantine", quarantine_parked),
    query("GET /v1/operations/rebuilds", list_rebuilds),
    order("POST /v1/operations/rebuilds", begin_rebuild, goes_on=True),
    order("POST /v1/operations/streams/rebuild", rebuild_stream),
)


class Operating:
    """The operators' routes of one running system."""

    def __init__(self, system: "System", door: Door) -> None:
        self._system = system
        self._door = door

    def add(self, app: web.Application) -> None:
        """Register the routes."""
        for route in ROUTES:
            app.router.add_route(route.method, route.path, self._endpoint(route))

    def _endpoint(self, route: Route) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def endpoint(request: web.Request) -> web.Response:
            try:
                return await self._answer(route, request)
            except Exception as error:
                english = asking.wants_english(request)
                return problems.problem(error, english=english, instance=request.path)

        endpoint.__name__ = route.name
        return endpoint

    async def _answer(self, route: Route, request: web.Request) -> web.Response:
        operator = Operator(self._door.actor(request), self._door, self._system)
        if route.kind == "query":
            _refuse_unless(operator.by, READERS)
            return json_response(await route.handler(asking.asked(route, request), operator))
        _refuse_unless(operator.by, DECIDERS)
        tree = await intake.read_json(request)
        if not isinstance(tree, dict):
            raise asking.not_an_object()
        answer = await route.handler(asking.said(route, tree), operator)
        return json_response(answer, status=202 if route.creates else 200)


def _refuse_unless(actor: Actor, roles: frozenset[str]) -> None:
    if roles.isdisjoint(actor.roles):
        needed = ", ".join(sorted(roles))
        raise NotAllowed(
            "operators-only",
            f"Chỉ người vận hành được làm việc này (vai trò: {needed}).",
            f"This is for operators only (roles: {needed}).",
            rule="operating",
            remedy_vi="Dùng mã truy cập có vai trò đó.",
            remedy_en="Use a token that has such a role.",
        )
