"""Errors as problem documents (RFC 9457). The only place where an error becomes a status."""

import uuid
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from aiohttp import web
from pydantic import ValidationError

from shared.errors import Broken, Fault, NotUnderstood, Refused, Retry
from shared.http.intake import pointer_token, printable
from shared.reference import RegisterError
from shared.store.writer import NOT_NOW

MEDIA_TYPE = "application/problem+json"
FAULTS_SHOWN_MAX = 20
NOT_CONFIRMED_VI = "Hệ thống đang bận hoặc mất kết nối cơ sở dữ liệu; yêu cầu chưa được xác nhận."
NOT_CONFIRMED_EN = "Busy or cut off from the database; not confirmed"
log = structlog.get_logger()

TITLES = {
    400: ("Không đọc được yêu cầu", "The request cannot be read"),
    401: ("Chưa xác thực", "Not signed in"),
    403: ("Không được phép", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Sai phương thức", "Wrong method"),
    408: ("Gửi quá chậm", "Too slow"),
    409: ("Xung đột", "Conflict"),
    412: ("Phiên bản đã thay đổi", "The version has changed"),
    413: ("Nội dung quá lớn", "The body is too large"),
    415: ("Sai kiểu nội dung", "Wrong media type"),
    422: ("Không ghi nhận được", "Cannot be recorded"),
    500: ("Lỗi hệ thống", "Internal error"),
    503: ("Đang bận", "Busy"),
}
"""Status → title: Vietnamese, English."""
HTTP = {
    404: ("no-such-route", "Không có địa chỉ này.", "There is nothing at this address."),
    405: ("method-not-allowed", "Địa chỉ này không nhận phương thức đó.", "Not by this method."),
}
"""Status → code, Vietnamese, English, where HTTP itself says no."""
PYDANTIC_VI = {
    "missing": "thiếu trường bắt buộc",
    "extra_forbidden": "trường không có trong mẫu",
    "enum": "giá trị ngoài danh mục",
    "literal_error": "giá trị ngoài danh mục",
    "union_tag_invalid": "loại ngoài danh mục",
    "union_tag_not_found": "thiếu trường phân loại",
    "uuid_parsing": "không phải mã UUID",
    "uuid_type": "không phải mã UUID",
    "date_from_datetime_parsing": "không phải ngày dạng NĂM-THÁNG-NGÀY",
    "date_parsing": "không phải ngày dạng NĂM-THÁNG-NGÀY",
    "date_type": "không phải ngày dạng NĂM-THÁNG-NGÀY",
    "datetime_parsing": "không phải thời điểm theo RFC 3339",
    "datetime_from_date_parsing": "không phải thời điểm theo RFC 3339",
    "timezone_aware": "thời điểm thiếu múi giờ",
    "string_type": "phải là chuỗi ký tự",
    "string_too_long": "dài quá giới hạn",
    "string_too_short": "ngắn quá hoặc để trống",
    "string_pattern_mismatch": "không đúng mẫu",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "decimal_parsing": "không phải số thập phân",
    "bool_type": "phải là true hoặc false",
    "greater_than_equal": "nhỏ hơn giới hạn",
    "less_than_equal": "lớn hơn giới hạn",
    "too_long": "quá nhiều mục",
    "too_short": "thiếu mục",
    "model_type": "phải là một đối tượng JSON",
    "tuple_type": "phải là một danh sách",
    "list_type": "phải là một danh sách",
}


def understood(error: ValidationError) -> NotUnderstood:
    """A validation error as a refusal that names each field."""
    faults = tuple(
        Fault(
            pointer="/" + "/".join(pointer_token(str(part)) for part in each["loc"]),
            code=each["type"],
            vi=PYDANTIC_VI.get(each["type"], "không đúng mẫu"),
            en=each["msg"],
        )
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    )[:FAULTS_SHOWN_MAX]
    first = faults[0]
    return NotUnderstood(
        "fields",
        f"{error.error_count()} trường chưa đúng; trước hết {first.pointer}: {first.vi}.",
        f"{error.error_count()} fields are not right; first {first.pointer}: {first.en}.",
        pointer=first.pointer,
        faults=faults,
        remedy_vi="Sửa các trường trong danh sách `errors` rồi gửi lại; chưa có gì được ghi.",
        remedy_en="Mend the fields listed in `errors` and send again; nothing was recorded.",
    )


def problem(error: Exception, *, english: bool, instance: str) -> web.Response:
    """The response for an error. What is not ours is logged and shown as a reference only.

    Raises redirects again: they are answers, not errors.
    """
    match error:
        case ValidationError():
            return problem(understood(error), english=english, instance=instance)
        case RegisterError():
            refused = Refused(
                error.code,
                error.vi,
                error.en,
                rule="register",
                remedy_vi="Dùng tên hoặc mã có hiệu lực vào ngày đó rồi gửi lại.",
                remedy_en="Use a name or code that is in force on that day, then send it again.",
                extra=dict(error.extra),
            )
            return problem(refused, english=english, instance=instance)
        case Refused():
            return _refused(error, english, instance)
        case Retry():
            busy = Refused(
                "try-again",
                error.vi or NOT_CONFIRMED_VI,
                error.en if error.vi else f"{NOT_CONFIRMED_EN}: {error.en}",
                remedy_vi="Gửi lại y nguyên, cùng Idempotency-Key, sau số giây ở Retry-After.",
                remedy_en="Send it again with its Idempotency-Key, after Retry-After seconds.",
                status=503,
            )
            later = {"Retry-After": str(max(1, round(error.retry_after_seconds)))}
            return _refused(busy, english, instance, later)
        case _ if isinstance(error, NOT_NOW):
            log.warning("cut off from the database", instance=instance, error=repr(error))
            return problem(Retry("no connection"), english=english, instance=instance)
        case web.HTTPException() if error.status < 400:
            raise error
        case web.HTTPException():
            return _of_http(error, english, instance)
    return _internal(error, english, instance)


def _of_http(error: web.HTTPException, english: bool, instance: str) -> web.Response:
    """Where no row of a table matched."""
    code, vi, en = HTTP.get(error.status, ("http", "Yêu cầu HTTP không hợp lệ.", error.reason))
    refused = Refused(
        code,
        vi,
        en,
        remedy_vi="Tra địa chỉ và phương thức trong /openapi.json.",
        remedy_en="Look up the address and the method in /openapi.json.",
        status=error.status,
    )
    allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return _refused(refused, english, instance, allowed)


def _internal(error: Exception, english: bool, instance: str) -> web.Response:
    reference = str(uuid.uuid4())
    kind = "broken invariant" if isinstance(error, Broken) else "unexpected error"
    log.exception(kind, reference=reference, instance=instance, exc_info=error)
    told = Refused(
        "internal",
        f"Lỗi hệ thống; yêu cầu chưa được xác nhận (mã tra cứu {reference}).",
        f"Internal error; the request is not confirmed (reference {reference}).",
        remedy_vi="Gửi lại với cùng Idempotency-Key, hoặc báo quản trị mã tra cứu.",
        remedy_en="Send it again with the same Idempotency-Key, or tell an operator the reference.",
        status=500,
    )
    return _refused(told, english, instance)


def _refused(
    error: Refused, english: bool, instance: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": _title(error.status, english),
        "status": error.status,
        "code": error.code,
        "detail": error.en if english else error.vi,
        "detail_vi": error.vi,
        "detail_en": error.en,
        "remedy": error.remedy_en if english else error.remedy_vi,
        "remedy_en": error.remedy_en,
        "rule": error.rule,
        "pointer": error.pointer,
        "errors": [
            {
                "pointer": each.pointer,
                "code": each.code,
                "detail": each.en if english else each.vi,
                "detail_en": each.en,
            }
            for each in error.faults
        ],
        "instance": printable(instance),
        **error.extra,
    }
    kept = {key: value for key, value in body.items() if value not in ("", [], None)}
    if error.status == 401:
        headers = {"WWW-Authenticate": 'Bearer realm="liennganh"'}
    return web.Response(
        body=orjson.dumps(kept, default=str),
        status=error.status,
        content_type=MEDIA_TYPE,
        headers=headers,
    )


def _title(status: int, english: bool) -> str:
    return TITLES.get(status, TITLES[422])[english]
