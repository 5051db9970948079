import asyncio
import gzip
import json
import unicodedata
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

import shared.http.intake
from shared.errors import NotUnderstood
from shared.http.intake import (
    BODY_BYTES_MAX,
    DEPTH_MAX,
    INTEGER_MAX,
    STRING_CHARACTERS_MAX,
    VALUES_MAX,
    parse_json,
    read_json,
)
from shared.http.middleware import answer_in_our_way
from shared.http.problems import MEDIA_TYPE
from tests.shared.http.served import raw, serving

JSON = "application/json"


async def echo(request: web.Request) -> web.Response:
    """What was understood, as JSON."""
    return web.json_response({"understood": await read_json(request)})


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[tuple[aiohttp.ClientSession, web.AppRunner]]:
    async with serving(echo) as server:
        yield server


@pytest.fixture
def client(server: tuple[aiohttp.ClientSession, web.AppRunner]) -> aiohttp.ClientSession:
    return server[0]


@pytest.fixture
def runner(server: tuple[aiohttp.ClientSession, web.AppRunner]) -> web.AppRunner:
    return server[1]


async def send(
    client: aiohttp.ClientSession, body: Any, content_type: str = JSON, **headers: str
) -> tuple[int, Any]:
    headers |= {"Content-Type": content_type}
    async with client.post("/x", data=body, headers=headers) as response:
        assert response.content_type == (JSON if response.status == 200 else MEDIA_TYPE)
        return response.status, await response.json(content_type=None)


def nested(levels: int, inner: str = "1") -> bytes:
    return ("[" * levels + inner + "]" * levels).encode()


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (b"", 422, "json", None),
        (b"{", 422, "json", None),
        (b"{'a': 1}", 422, "json", None),
        (b'{"a": 1} x', 422, "json", None),
        (b'{"a": NaN}', 422, "json", None),
        (b'{"a": Infinity}', 422, "json", None),
        (b'{"a": -Infinity}', 422, "json", None),
        (b'{"a": 1e400}', 422, "json", None),
        (b'{"a": ' + b"9" * 5_000 + b"}", 422, "json", None),
        (b'{"a": ' + b"9" * 30 + b"}", 422, "number-too-big", "/a"),
        (b'{"a": 9007199254740992}', 422, "number-too-big", "/a"),
        (b'{"a": [0, -9007199254740992]}', 422, "number-too-big", "/a/1"),
        (b'{"a": 1e17}', 422, "number-too-big", "/a"),
        (b'{"a": "\\u0000"}', 422, "control-character", "/a"),
        (b'{"a": "x\x00"}', 422, "json", None),
        (b'{"a": "\\u0007"}', 422, "control-character", "/a"),
        (b'{"a": "\\u001b[31m"}', 422, "control-character", "/a"),
        (b'{"a": "\\u007f"}', 422, "control-character", "/a"),
        (b'{"a": "\\u0085"}', 422, "control-character", "/a"),
        (b'{"a": "\\u202e"}', 422, "control-character", "/a"),
        (b'{"a": "\\u202a"}', 422, "control-character", "/a"),
        (b'{"a": "\\u2066"}', 422, "control-character", "/a"),
        (b'{"a": "\\u2069"}', 422, "control-character", "/a"),
        (b'{"a": {"b/c~": ["\\u0000"]}}', 422, "control-character", "/a/b~1c~0/0"),
        (b'{"\\u0000": 1}', 422, "control-character", None),
        (b'{"a": "\\ud800"}', 422, "json", None),
        (b'{"a": "\\udfff\\ud800"}', 422, "json", None),
        (b'{"a": "\xff"}', 422, "json", None),
        (b'{"a": "\xc0\x80"}', 422, "json", None),
        (b'{"a": "\xed\xa0\x80"}', 422, "json", None),
        (b"\xef\xbb\xbf{}", 422, "json", None),
        ('{"a": "b"}'.encode("utf-16"), 422, "json", None),
        ('{"a": "b"}'.encode("utf-16-le"), 422, "json", None),
        (nested(10_000), 422, "json", None),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 422, "json", None),
        (nested(DEPTH_MAX), 422, "json-too-big", "/0" * DEPTH_MAX),
        (b"[" + b"1," * VALUES_MAX + b"1]", 422, "json-too-big", f"/{VALUES_MAX - 1}"),
        (json.dumps({"a": "x" * (STRING_CHARACTERS_MAX + 1)}), 422, "text-too-long", "/a"),
        (json.dumps({"x" * (STRING_CHARACTERS_MAX + 1): 1}), 422, "text-too-long", None),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, bytes | str) else "",
)
async def test_hostile_json_is_refused_with_place_and_reason(
    client: aiohttp.ClientSession, body: bytes, status: int, code: str, pointer: str | None
):
    got, problem = await send(client, body)

    assert (got, problem["code"], problem.get("pointer")) == (status, code, pointer)
    assert problem["detail"] and problem["detail_en"] and problem["remedy"]


@pytest.mark.parametrize(
    "body",
    [
        {"a": INTEGER_MAX, "b": -INTEGER_MAX, "c": 0.1, "d": True, "e": None, "f": [], "g": {}},
        json.loads(nested(DEPTH_MAX - 1)),
        "x" * STRING_CHARACTERS_MAX,
        [1] * (VALUES_MAX - 1),
        "một\tdòng\r\nhai dòng",
        "Nguyễn Thị Ánh 𠄼 ភាសាខ្មែរ ລາວ ไทย 👩‍👧 عربى",
        "\u200e\ufeff\u0301",
        "",
        0,
        False,
    ],
    ids=lambda body: repr(body)[:30],
)
async def test_what_is_within_the_limits_is_understood_as_sent(
    client: aiohttp.ClientSession, body: Any
):
    assert await send(client, json.dumps(body)) == (200, {"understood": body})


@pytest.mark.parametrize(
    "body",
    ['{"a": 1, "a": 2}', '{"b": [{"a": 1, "\\u0061": 1}]}', '{"\u00e1": 1, "a\u0301": 2}'],
)
async def test_of_two_members_with_one_name_nobody_says_which_is_meant(
    client: aiohttp.ClientSession, body: str
):
    status, problem = await send(client, body)

    assert (status, problem["code"]) == (422, "member-twice")
    assert problem["detail"] != problem["detail_en"] and problem["remedy"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"a": ' + "[" * 1_000 + "]" * 1_000 + ', "a": 1}', ""),  # What is dropped may be deep.
        ('{"a": {"Ánh": 1, "Ánh": 2}}', ""),  # It may be what somebody is called.
    ],
)
async def test_whatever_is_dropped_and_however_it_is_hidden_it_is_noticed(
    client: aiohttp.ClientSession, body: str, told: str
):
    status, problem = await send(client, body)

    assert (status, problem["code"]) == (422, "member-twice")
    assert problem["detail"].startswith(f"Có trường{told} được ghi hai lần")


async def test_of_a_place_only_names_are_told_that_may_be_ours(client: aiohttp.ClientSession):
    _, problem = await send(client, '{"sender": {"Nguyễn Thị Ánh": "\\u0007"}}')

    assert problem["pointer"] == "/sender/…"
    assert "Ánh" not in str(problem)


async def test_vietnamese_in_pieces_is_put_together(client: aiohttp.ClientSession):
    whole = "Nguyễn Thị Hòa, Đắk Lắk"
    pieces = unicodedata.normalize("NFD", whole)

    status, answer = await send(client, json.dumps({pieces: [pieces]}))

    assert len(pieces) > len(whole)
    assert (status, answer) == (200, {"understood": {whole: [whole]}})


async def test_letters_that_only_look_alike_stay_what_they_are(client: aiohttp.ClientSession):
    names = ["Hòa", "Hoà", "Đ", "Ð", "A", "А"]

    assert await send(client, json.dumps(names)) == (200, {"understood": names})


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=30),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
        max_leaves=30,
    )
)
def test_any_json_is_either_understood_or_refused(tree: Any):
    try:
        understood = parse_json(json.dumps(tree).encode())
    except NotUnderstood:
        return

    assert parse_json(json.dumps(understood).encode()) == understood
    assert "\x00" not in json.dumps(understood, ensure_ascii=False)


@given(st.binary(max_size=200))
def test_any_bytes_are_either_understood_or_refused(body: bytes):
    try:
        understood = parse_json(body)
    except NotUnderstood as refused:
        assert refused.status in (400, 422)
    else:
        assert json.loads(body) is not None or understood is None


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/json",
        "",
        "x",
    ],
)
async def test_another_media_type_is_415(client: aiohttp.ClientSession, content_type: str):
    status, problem = await send(client, b"{}", content_type or "application/octet-stream")

    assert (status, problem["code"]) == (415, "media-type")
    assert "application/json" in problem["remedy"]


async def test_another_charset_is_415(client: aiohttp.ClientSession):
    status, problem = await send(client, "{}".encode("utf-16"), f"{JSON}; charset=utf-16")

    assert (status, problem["code"]) == (415, "media-type")


@pytest.mark.parametrize(
    "content_type",
    [
        f"{JSON}; charset=UTF-8",
        f"{JSON};charset=utf-8",
        "application/cloudevents+json",
        "Application/JSON",
    ],
)
async def test_the_media_type_may_be_written_as_its_standard_allows(
    client: aiohttp.ClientSession, content_type: str
):
    assert await send(client, b"{}", content_type) == (200, {"understood": {}})


async def test_a_media_type_that_is_no_text_is_answered_all_the_same(runner: web.AppRunner):
    answer = await raw(
        runner,
        b"POST /%ff%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: \xff\xfe\x80\r\nContent-Length: 2\r\n\r\n{}",
    )

    assert answer.startswith(b"HTTP/1.1 415 ")
    assert b'"code":"media-type"' in answer


async def test_a_body_that_says_it_is_too_large_is_refused_unread(runner: web.AppRunner):
    answer = await raw(
        runner,
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % (BODY_BYTES_MAX + 1),
    )

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"body-too-large"' in answer


async def test_a_body_that_does_not_say_how_long_it_is_is_cut_off_at_the_limit(
    client: aiohttp.ClientSession,
):
    async def endless() -> AsyncIterator[bytes]:
        yield b'["'
        for _ in range(2 * BODY_BYTES_MAX // 1024):
            yield b"x" * 1024

    status, problem = await send(client, endless())

    assert (status, problem["code"]) == (413, "body-too-large")


async def test_a_body_at_the_limit_is_read(client: aiohttp.ClientSession):
    texts = ["x" * 16_000] * 16
    body = json.dumps(texts).ljust(BODY_BYTES_MAX)

    assert len(body) == BODY_BYTES_MAX
    assert await send(client, body) == (200, {"understood": texts})


async def test_a_compressed_body_is_measured_unpacked(client: aiohttp.ClientSession):
    small = await send(client, gzip.compress(b'{"a": 1}'), **{"Content-Encoding": "gzip"})
    bomb = gzip.compress(b'["' + b"x" * 20_000_000)

    status, problem = await send(client, bomb, **{"Content-Encoding": "gzip"})

    assert small == (200, {"understood": {"a": 1}})
    assert len(bomb) < BODY_BYTES_MAX
    assert (status, problem["code"]) == (413, "body-too-large")


async def test_a_body_that_does_not_come_is_given_up(
    runner: web.AppRunner, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.http.intake, "BODY_SECONDS", 0.05)

    answer = await raw(
        runner,
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{",
    )

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"body-too-slow"' in answer


async def test_a_reader_that_hangs_up_in_the_middle_disturbs_nobody(
    client: aiohttp.ClientSession, runner: web.AppRunner
):
    _, writer = await asyncio.open_connection(*runner.addresses[0][:2])
    writer.write(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert await send(client, b"{}") == (200, {"understood": {}})


async def test_no_request_follows_on_a_line_whose_body_was_not_what_it_said(
    caplog: pytest.LogCaptureFixture,
):
    def as_at_the_door(app: web.Application) -> None:
        app.middlewares.append(answer_in_our_way)

    wrong = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    async with serving(echo, as_at_the_door) as (client, _):
        for _ in range(3):
            async with client.post("/", data=b"{}", headers=wrong) as answer:
                assert (answer.status, answer.headers["Connection"]) == (415, "close")
            assert await send(client, b"{}") == (200, {"understood": {}})

    assert caplog.records == []
