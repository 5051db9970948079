"""What a request asks for, taken from its path, query string, headers and body; or refused."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from aiohttp import web
from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from shared.errors import Conflict, NotFound, NotUnderstood, Refused
from shared.fields import DAY_FIRST, MOMENT_FIRST
from shared.http import intake, problems
from shared.http.routes import Route, path_fields

CLOCK_SKEW = timedelta(minutes=5)
OCCURRED_AT = "danh mục sự kiện §1: occurred_at"
"""What says that a fact has a legal time of its own, from which all periods run."""
IDEMPOTENCY_KEY_CHARACTERS_MAX = 128
RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
)
TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context; anything else is dropped, as the recommendation says."""
DAY_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:")
SUBJECT = "[a-z_]+:[0-9A-Za-z._-]+"
"""`<kind>:<id>`, what something is about."""
SUBJECT_CHARACTERS_MAX = 120
NEVER = datetime(1, 1, 2, tzinfo=UTC)
EVER = datetime(9999, 12, 30, tzinfo=UTC)
POSITION_DIGITS_MAX = 18


def _written(said: object) -> object:
    """Numbers are no moments: seconds and milliseconds of an epoch look alike."""
    if isinstance(said, str) and not DAY_AND_TIME.match(said):
        raise ValueError("not a day and a time")
    return said


Moment = Annotated[AwareDatetime, Field(ge=NEVER, le=EVER), BeforeValidator(_written)]
"""A moment that a reader asks about: a day and a time with a zone, one in every zone."""
Subject = Annotated[str, Field(max_length=SUBJECT_CHARACTERS_MAX, pattern=f"^({SUBJECT})?$")]
"""What a reader asks about, empty for everything."""


def said(route: Route, tree: Any) -> Any:
    """The body as the command's model. Raises `NotUnderstood` naming each field."""
    try:
        return route.model.model_validate_json(orjson.dumps(tree), strict=True)
    except ValidationError as error:
        raise problems.understood(error) from None


def asked(route: Route, request: web.Request) -> Any:
    """The query string and the path as the query's model; text is checked like that of a body."""
    check = intake.Check()
    fields = {
        name: check.clean(value, f"/{name}", 1)
        for name, value in {**request.query, **request.match_info}.items()
    }
    try:
        return route.model.model_validate(fields)
    except ValidationError as error:
        raise problems.understood(error) from None


def path_ids(route: Route, request: web.Request) -> dict[str, UUID]:
    """The stream id of a decision, from the last name in braces of its path."""
    names = path_fields(route)
    ids = {}
    for name in names:
        try:
            ids["id" if name == names[-1] else name] = UUID(request.match_info[name])
        except ValueError:
            raise NotFound(
                "not-found",
                f"{request.match_info[name][:80]!r} không phải mã định danh.",
                f"{request.match_info[name][:80]!r} is not an id.",
                remedy_vi="Mã định danh là UUID lấy từ phản hồi trước.",
                remedy_en="Ids are UUIDs from an earlier answer.",
            ) from None
    return ids


def occurred_at(tree: dict[str, Any], now: datetime) -> datetime:
    """When it happened, in UTC, taken out of the body; now when nothing is said. Refuses the future
    and other forms, null among them: whoever names the moment and does not know it has not said it.
    """
    if "occurred_at" not in tree:
        return now
    text = tree.pop("occurred_at")
    try:
        if not isinstance(text, str) or not RFC_3339.match(text):
            raise ValueError("not a moment")
        at = datetime.fromisoformat(text).astimezone(UTC)
        if at < MOMENT_FIRST:
            raise ValueError("a slip of the pen")
    except (ValueError, OverflowError):
        raise NotUnderstood(
            "occurred-at",
            f"occurred_at phải là thời điểm RFC 3339 có múi giờ, từ {DAY_FIRST:%d/%m/%Y}.",
            f"occurred_at must be an RFC 3339 moment with a zone, from {DAY_FIRST} on.",
            pointer="/occurred_at",
            rule=OCCURRED_AT,
            remedy_vi="Ví dụ 2025-07-01T08:00:00+07:00.",
            remedy_en="For example 2025-07-01T08:00:00+07:00.",
        ) from None
    if at > now + CLOCK_SKEW:
        raise Refused(
            "in-the-future",
            "Việc chưa xảy ra thì chưa ghi được: occurred_at ở tương lai.",
            "What has not happened cannot be recorded: occurred_at is in the future.",
            pointer="/occurred_at",
            rule=OCCURRED_AT,
            remedy_vi="Kiểm tra đồng hồ và múi giờ của hệ thống gửi.",
            remedy_en="Check the clock and zone of the sending system.",
        )
    return at


def idempotency_key(request: web.Request) -> str:
    """The sender's key for this act, empty when there is none."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > IDEMPOTENCY_KEY_CHARACTERS_MAX or not key.isprintable():
        raise NotUnderstood(
            "idempotency-key",
            f"Idempotency-Key dài quá {IDEMPOTENCY_KEY_CHARACTERS_MAX} ký tự hoặc có ký tự lạ.",
            f"Idempotency-Key is above {IDEMPOTENCY_KEY_CHARACTERS_MAX} printable characters.",
            remedy_vi="Dùng một UUID cho mỗi việc.",
            remedy_en="Use one UUID for each act.",
            status=400,
        )
    return key


def not_an_object() -> NotUnderstood:
    """The refusal of a body that is a list, a text or a number."""
    return NotUnderstood(
        "fields",
        "Nội dung phải là một đối tượng JSON.",
        "The body must be a JSON object.",
        remedy_vi="Xem mẫu trong /openapi.json.",
        remedy_en="See the model in /openapi.json.",
    )


def if_match(request: web.Request) -> int | None:
    """The version that the sender decided upon (RFC 9110 §13.1.1), None when not said."""
    value = request.headers.get("If-Match", "").strip('W/"')
    if not value or value == "*":
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise NotUnderstood(
            "if-match",
            "If-Match phải là ETag lấy từ lần đọc trước.",
            "If-Match must be the ETag of an earlier reading.",
            remedy_vi='Ví dụ "7".',
            remedy_en='For example "7".',
            status=400,
        )
    return int(value)


def traceparent(request: web.Request) -> str:
    """The sender's trace, empty when there is none that follows the recommendation."""
    text = request.headers.get("traceparent", "")
    return text if TRACEPARENT.fullmatch(text) else ""


def correlation(request: web.Request, command_id: UUID) -> UUID:
    """The process that the act belongs to; the command's own id when not said."""
    try:
        return UUID(request.headers["X-Correlation-Id"])
    except (KeyError, ValueError):
        return command_id


def last_event_id(request: web.Request) -> int:
    """The position to resume a stream after, -1 for from now on when none is said.

    Raises `NotUnderstood` for anything that is no position: guessing would lose messages.
    """
    text = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    if not text:
        return -1
    if not text.isascii() or not text.isdigit() or len(text) > POSITION_DIGITS_MAX:
        raise NotUnderstood(
            "last-event-id",
            f"{text[:40]!r} không phải vị trí trong luồng (Last-Event-ID hoặc after).",
            f"{text[:40]!r} is not a position of the stream (Last-Event-ID or after).",
            remedy_vi="Gửi lại `id` của tin cuối cùng đã nhận, hoặc bỏ trống để nhận từ bây giờ.",
            remedy_en="Send the `id` of the last message you have, or nothing to begin from now.",
            status=400,
        )
    return int(text)


def position_unknown(after: int, last: int) -> Conflict:
    """The refusal of a position that the stream has not reached."""
    return Conflict(
        "position-unknown",
        f"Luồng mới đến vị trí {last}, chưa có {after}: số này không phải của luồng hiện nay.",
        f"The stream stands at {last} and has no {after}: that number is not of this stream.",
        remedy_vi="Đọc lại từ đầu (after=0) và bỏ qua những event_id đã có.",
        remedy_en="Read again from the start (after=0) and drop the event ids that you have.",
        extra={"last": last},
    )


def wants_english(request: web.Request) -> bool:
    """Vietnamese unless the reader asks for English first."""
    return request.headers.get("Accept-Language", "").lower().startswith("en")
