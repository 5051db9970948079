"""The parts of the OpenAPI document that do not depend on any service: headers, answers, health."""

from shared.http.asking import IDEMPOTENCY_KEY_CHARACTERS_MAX
from shared.http.problems import MEDIA_TYPE
from shared.schemas import ID, TEXT, Json

OPERATIONS = "operations"
"""Tag of what every process answers."""

COUNT: Json = {"type": "integer", "minimum": 0}

RECEIPT: Json = {
    "type": "object",
    "description": "What was recorded. Particular commands add members of their own.",
    "properties": {
        "event_ids": {"type": "array", "items": ID, "description": "Empty: it was known already."},
        "stream": TEXT | {"description": "Subject of the command's stream, `<kind>:<id>`."},
        "version": COUNT | {"description": "Version of that stream; also the ETag."},
        "position": COUNT | {"description": "Of the last event in the log; 0 when none was new."},
    },
    "required": ["event_ids", "stream", "version", "position"],
}

FAULT: Json = {
    "type": "object",
    "properties": {
        "pointer": TEXT | {"description": "JSON Pointer (RFC 6901) into the body."},
        "code": TEXT,
        "detail": TEXT,
        "detail_en": TEXT,
    },
    "required": ["pointer", "code", "detail", "detail_en"],
}

PROBLEM: Json = {
    "type": "object",
    "description": (
        "RFC 9457. Vietnamese unless `Accept-Language` begins with `en`. Empty members are left "
        "out; some problems add members, e.g. `head` for the stream's version."
    ),
    "properties": {
        "type": TEXT | {"format": "uri-reference"},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": TEXT,
        "detail": TEXT,
        "detail_vi": TEXT,
        "detail_en": TEXT,
        "remedy": TEXT | {"description": "What to do."},
        "remedy_en": TEXT,
        "rule": TEXT | {"description": "Article or rule that says no."},
        "pointer": TEXT | {"description": "JSON Pointer (RFC 6901) into the body."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        "instance": TEXT | {"format": "uri-reference"},
        "head": COUNT | {"description": "With a version conflict: where the stream stands."},
    },
    "required": ["type", "title", "status", "code", "detail", "detail_en"],
}

PROBLEMS: dict[int, str] = {
    400: "Không đọc được yêu cầu. / The request cannot be read.",
    401: "Chưa xác thực. / Nobody knows who is asking.",
    403: "Không được phép. / This agency may not do or see this.",
    404: "Không tìm thấy. / There is no such thing, or not for this reader.",
    408: "Gửi quá chậm. / The body did not arrive in time.",
    409: "Xung đột. / Somebody else was first; read again and decide again.",
    412: "Phiên bản đã thay đổi. / The stream is no longer at the version of If-Match.",
    413: "Nội dung quá lớn. / The body is too large.",
    415: "Sai kiểu nội dung. / The body is not application/json in UTF-8.",
    422: "Không ghi nhận được. / The fields or the rules say no; nothing was recorded.",
    503: "Đang bận. / Busy; the same request may succeed later.",
}
WHEN_ASKED_WHO = (401, 403)
WHEN_READING = (404, 422, 503)
WHEN_ORDERING = (400, 404, 408, 409, 413, 415, 422, 503)
WHEN_RECORDING = (400, 404, 408, 409, 412, 413, 415, 422, 503)

HEADERS: Json = {
    "ETag": {"description": "Version of the stream; for If-Match.", "schema": TEXT},
    "RetryAfter": {"description": "Seconds to wait.", "schema": COUNT},
    "Authenticate": {"description": "How to say who is asking.", "schema": TEXT},
}

PARAMETERS: Json = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": (
            "One key for each act, of the agency's choosing. Repeating the request with it gives "
            "the first answer and records nothing again."
        ),
        "schema": {"type": "string", "maxLength": IDEMPOTENCY_KEY_CHARACTERS_MAX},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "ETag of the reading that this was decided upon; 412 when it is outdated.",
        "schema": {"type": "string", "examples": ['"7"']},
    },
    "CorrelationId": {
        "name": "X-Correlation-Id",
        "in": "header",
        "description": "The process that this belongs to.",
        "schema": ID,
    },
    "Traceparent": {
        "name": "traceparent",
        "in": "header",
        "description": "W3C trace context.",
        "schema": TEXT,
    },
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "Language of problems and sentences: `vi` unless it begins with `en`.",
        "schema": {"type": "string", "default": "vi"},
    },
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "Id of the last message that was seen; the stream goes on behind it.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    },
}

OCCURRED_AT: Json = {
    "type": "string",
    "format": "date-time",
    "description": (
        "When it happened, with a zone; now when left out. Legal periods run from it; it may be "
        "long ago and never in the future."
    ),
    "examples": ["2025-07-01T08:00:00+07:00"],
}

RECORDED: dict[bool, str] = {
    True: "Đã ghi, hồ sơ mới. / Recorded; something new began.",
    False: "Đã ghi. / Recorded.",
}
DONE: dict[bool, str] = {
    True: "Đã bắt đầu, chạy tiếp sau câu trả lời. / Begun; it goes on after the answer.",
    False: "Đã thực hiện. / Done.",
}

EVENT_STREAM: Json = {
    "description": "Server-sent events; `id` is the position, `data` one JSON object.",
    "content": {"text/event-stream": {"schema": TEXT}},
}


def component(kind: str, name: str) -> Json:
    """A reference to one of the components, e.g. of the kind `parameters`."""
    return {"$ref": f"#/components/{kind}/{name}"}


def problems(*statuses: int) -> Json:
    """References to the problem answers, by status."""
    return {str(each): component("responses", f"Problem{each}") for each in statuses}


def answer(description: str, schema: Json, media_type: str = "application/json") -> Json:
    """One answer with a body."""
    return {"description": description, "content": {media_type: {"schema": schema}}}


def components() -> Json:
    """Everything that documents refer to, without the services' own schemas."""
    return {
        "parameters": PARAMETERS,
        "headers": HEADERS,
        "responses": {f"Problem{status}": _problem(status) for status in PROBLEMS},
        "securitySchemes": {
            "bearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        },
    }


def _problem(status: int) -> Json:
    headers = {401: ("WWW-Authenticate", "Authenticate"), 503: ("Retry-After", "RetryAfter")}
    described = answer(PROBLEMS[status], component("schemas", "Problem"), MEDIA_TYPE)
    if status in headers:
        name, of = headers[status]
        described["headers"] = {name: component("headers", of)}
    return described


def operations() -> Json:
    """The paths that every process answers, whatever services it runs."""
    document: Json = {"type": "object"}
    health = {"type": "object", "properties": {"status": TEXT}, "required": ["status"]}
    down = {"type": "object", "additionalProperties": TEXT, "description": "What, and why."}
    ready = {
        "type": "object",
        "properties": {
            "status": {"enum": ["ready", "not ready"]},
            "down": down,
            "parked": COUNT | {"description": "Streams that wait in some read model."},
        },
        "required": ["status", "down"],
    }
    paths = {
        "/health/live": _reading("live", "Còn sống", "The process answers", health),
        "/health/ready": _reading("ready", "Sẵn sàng", "All that it holds is running", ready),
        "/metrics": _reading("metrics", "Số đo", "Prometheus metrics", TEXT, "text/plain"),
        "/v1/status": _reading("status", "Vị trí nhật ký", "Positions of the logs", document),
        "/openapi.json": _reading("openapi", "Tài liệu HTTP", "This document", document),
        "/asyncapi.json": _reading("asyncapi", "Tài liệu NATS", "AsyncAPI 3.0", document),
        "/schemas/{topic}.json": _reading(
            "event_schema", "Mẫu sự kiện", "JSON Schema of an event's data", document
        ),
    }
    paths["/health/ready"]["get"]["responses"]["503"] = answer("Chưa sẵn sàng / Not ready", ready)
    schema = paths["/schemas/{topic}.json"]["get"]
    schema["parameters"] = [{"name": "topic", "in": "path", "required": True, "schema": TEXT}]
    schema["responses"] |= problems(404)
    return paths


def _reading(
    name: str, vi: str, en: str, schema: Json, media_type: str = "application/json"
) -> Json:
    return {
        "get": {
            "operationId": name,
            "tags": [OPERATIONS],
            "summary": vi,
            "description": f"{en}.",
            "security": [],
            "responses": {"200": answer(f"{vi} / {en}", schema, media_type)},
        }
    }
