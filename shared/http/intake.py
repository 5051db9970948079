"""What comes in over the wire, made safe before anybody reads it.

Hostile JSON is refused with the place and the reason; text is normalised to NFC (Unicode TR 15) and
otherwise kept as sent. Nothing here knows what the body means.
"""

import asyncio
import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, TypeVar

import orjson
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

from shared.errors import NotUnderstood

B = TypeVar("B", bytes, bytearray)

BODY_BYTES_MAX = 262_144
DEPTH_MAX = 32
VALUES_MAX = 20_000
STRING_CHARACTERS_MAX = 20_000
INTEGER_MAX = 2**53 - 1
BODY_SECONDS = 15.0
"""A body that has not arrived by then is given up."""

# C0 and C1 controls but tab, newline and carriage return; bidi overrides and isolates (they make a
# text read differently from what it says); NUL is among the controls.
FORBIDDEN = {
    *(chr(code) for code in range(0x20) if chr(code) not in "\t\n\r"),
    *(chr(code) for code in range(0x7F, 0xA0)),
    *(chr(code) for code in range(0x202A, 0x202F)),
    *(chr(code) for code in range(0x2066, 0x206A)),
}
MEDIA_TYPES = ("application/json", "application/cloudevents+json")
UTF_8 = "utf-8"
PLAIN = re.compile(r"[!-~]+")
"""A name that is shown again: what has spaces or accents is no member of ours, and may be what
somebody is called."""
ECHO_CHARACTERS_MAX = 200


async def read_json(request: web.Request) -> Any:
    """The body as a JSON tree. Raises `NotUnderstood` naming what is wrong and what is expected."""
    if request.content_type not in MEDIA_TYPES or (request.charset or UTF_8).lower() != UTF_8:
        stated = printable(request.headers.get("Content-Type", ""))
        raise NotUnderstood(
            "media-type",
            f"Nội dung gửi có kiểu {stated or '(không ghi)'}, "
            "hệ thống chỉ nhận application/json bằng UTF-8.",
            f"The body is {stated or '(not stated)'}; only application/json in UTF-8 is read.",
            remedy_vi="Gửi lại với Content-Type: application/json.",
            remedy_en="Send it again with Content-Type: application/json.",
            status=415,
        )
    return parse_json(await read_bytes(request))


async def read_bytes(request: web.Request) -> bytes:
    """The whole body. Refuses one that is too large, before reading it where the length is told."""
    if (request.content_length or 0) > BODY_BYTES_MAX:
        raise _too_large()
    try:
        if request.content.is_eof():  # All of it came with the head: there is nothing to wait for.
            return _small_enough(request.content.read_nowait())
        body = bytearray()
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_chunked(65_536):
                body += chunk
                _small_enough(body)
    except (BadHttpMessage, web.RequestPayloadError):
        request.content.feed_eof()  # Nobody need wait for the rest of it, nor stumble over it.
        raise NotUnderstood(
            "content-encoding",
            "Nội dung gửi không đúng với Content-Encoding hoặc bị đứt giữa chừng.",
            "The body is not what Content-Encoding says, or it broke off.",
            remedy_vi="Gửi lại không nén, hoặc nén đúng như Content-Encoding ghi.",
            remedy_en="Send it again uncompressed, or compressed as Content-Encoding says.",
            status=415,
        ) from None
    except TimeoutError:
        raise NotUnderstood(
            "body-too-slow",
            f"Nội dung chưa đến đủ sau {BODY_SECONDS:.0f} giây.",
            f"The body had not arrived after {BODY_SECONDS:.0f} seconds.",
            remedy_vi="Kiểm tra đường truyền rồi gửi lại.",
            remedy_en="Check the line and send again.",
            status=408,
        ) from None
    return bytes(body)


def parse_json(body: bytes) -> Any:
    """A JSON tree from bytes: UTF-8, no NaN, bounded in depth and size, no control characters, no
    member twice."""
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(
            "json",
            f"Nội dung không phải JSON hợp lệ (dòng {error.lineno}, cột {error.colno}): "
            f"{_reason(error, body)}.",
            f"The body is not valid JSON (line {error.lineno}, column {error.colno}): {error.msg}.",
            remedy_vi="Sửa cú pháp; JSON là UTF-8, không có NaN, vô cực hay ký tự rời.",
            remedy_en="Mend the syntax; JSON is UTF-8 without NaN, infinity or lone surrogates.",
        ) from None
    clean = Check().clean(tree, "", 1)
    _refuse_twice(body)
    return clean


def _refuse_twice(body: bytes) -> None:
    """No member of an object is named twice: readers differ in which of them they take (RFC 8259
    §4), so nobody could say what was stated."""
    try:
        json.loads(body, object_pairs_hook=_once)
    except RecursionError:  # What stands in the tree is shallow, so this was dropped from it.
        raise _twice("") from None


def _once(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    names = [unicodedata.normalize("NFC", name) for name, _ in members]
    if len({*names}) < len(names):
        raise _twice(next(name for name in names if names.count(name) > 1))
    return {}


def _twice(name: str) -> NotUnderstood:
    named = f" {name[:60]!r}" if PLAIN.fullmatch(name) else ""
    return NotUnderstood(
        "member-twice",
        f"Có trường{named} được ghi hai lần trong cùng một đối tượng JSON.",
        f"A member{named} stands twice in one JSON object.",
        remedy_vi="Giữ lại một giá trị rồi gửi lại.",
        remedy_en="Keep one of the values and send it again.",
    )


def printable(text: str) -> str:
    """Text of a request line or header as it may be shown again: short, and always encodable."""
    return text[:ECHO_CHARACTERS_MAX].encode(errors="replace").decode()


def pointer_token(key: str) -> str:
    """One step of a JSON pointer (RFC 6901), shortened."""
    return key.replace("~", "~0").replace("/", "~1")[:60]


class Check:
    """Walks the tree once: bounds and text."""

    def __init__(self) -> None:
        self.values = 0

    def clean(self, value: Any, pointer: str, depth: int) -> Any:
        self.values += 1
        if self.values > VALUES_MAX or depth > DEPTH_MAX:
            raise _refused(
                "json-too-big",
                pointer,
                f"JSON lồng quá {DEPTH_MAX} tầng hoặc có quá {VALUES_MAX} giá trị",
                f"JSON is deeper than {DEPTH_MAX} levels or has more than {VALUES_MAX} values",
            )
        match value:
            case str():
                return self._text(value, pointer)
            case dict():
                return {
                    self._text(key, pointer): self.clean(each, f"{pointer}/{_step(key)}", depth + 1)
                    for key, each in value.items()
                }
            case list():
                return [
                    self.clean(each, f"{pointer}/{index}", depth + 1)
                    for index, each in enumerate(value)
                ]
            case bool() | None:
                return value
            case int() | float() if abs(value) > INTEGER_MAX:
                raise _refused(
                    "number-too-big",
                    pointer,
                    "Số vượt quá 2^53 − 1, máy nhận có thể làm tròn",
                    "The number is above 2^53 − 1 and may be rounded on its way",
                )
        return value

    def _text(self, text: str, pointer: str) -> str:
        if len(text) > STRING_CHARACTERS_MAX:
            raise _refused(
                "text-too-long",
                pointer,
                f"Đoạn văn bản dài hơn {STRING_CHARACTERS_MAX} ký tự",
                f"The text is longer than {STRING_CHARACTERS_MAX} characters",
            )
        if not FORBIDDEN.isdisjoint(text):
            bad = next(each for each in text if each in FORBIDDEN)
            raise _refused(
                "control-character",
                pointer,
                f"Văn bản có ký tự điều khiển U+{ord(bad):04X}",
                f"The text holds the control character U+{ord(bad):04X}",
            )
        return unicodedata.normalize("NFC", text)


def _step(key: str) -> str:
    return pointer_token(key) if PLAIN.fullmatch(key) else "…"


REASONS = (
    ("depth limit", "lồng quá nhiều tầng"),
    ("recursion", "lồng quá nhiều tầng"),
    ("surrogate", "có ký tự thay thế (surrogate) đứng lẻ"),
    ("control character", "có ký tự điều khiển chưa được thoát"),
    ("escape", "có dãy thoát không hợp lệ"),
    ("zero-length", "không có nội dung"),
    ("unexpected end", "thiếu phần cuối"),
    ("trailing", "thừa nội dung sau phần kết thúc"),
    ("number", "có số không hợp lệ"),
)
"""What the parser says, part by part, and how an officer reads it."""


def _reason(error: orjson.JSONDecodeError, body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "có byte không phải UTF-8"
    said = error.msg.lower()
    return next((vi for en, vi in REASONS if en in said), "có ký tự không đúng chỗ")


def _refused(code: str, pointer: str, vi: str, en: str) -> NotUnderstood:
    return NotUnderstood(
        code,
        f"{vi}.",
        f"{en}.",
        pointer=pointer[:200],
        remedy_vi="Bỏ hoặc rút gọn giá trị ở vị trí nêu trên rồi gửi lại.",
        remedy_en="Remove or shorten the value at that place and send again.",
    )


def _small_enough(body: B) -> B:
    if len(body) > BODY_BYTES_MAX:
        raise _too_large()
    return body


def _too_large() -> NotUnderstood:
    return NotUnderstood(
        "body-too-large",
        f"Nội dung lớn hơn {BODY_BYTES_MAX // 1024} KiB.",
        f"The body is larger than {BODY_BYTES_MAX // 1024} KiB.",
        remedy_vi="Tách thành nhiều lần gửi; tệp đính kèm chỉ gửi mã băm SHA-256.",
        remedy_en="Split it; of attachments send only the SHA-256.",
        status=413,
    )
