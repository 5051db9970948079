import json
import logging
from typing import Any, Literal

import asyncpg
import pytest
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from structlog.testing import capture_logs

from shared.errors import (
    Broken,
    Conflict,
    Fault,
    NotAllowed,
    NotFound,
    NotSignedIn,
    NotUnderstood,
    Refused,
    Retry,
)
from shared.http.problems import FAULTS_SHOWN_MAX, MEDIA_TYPE, PYDANTIC_VI, problem, understood
from shared.reference import RegisterError, load_register
from tests.shared.http.served import serving
from tests.shared.things import NOON


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["a", "b"]
    count: int = Field(ge=1)


class Paper(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lines: tuple[Line, ...]


def said(error: Exception, *, english: bool = False, instance: str = "/v1/x") -> dict[str, Any]:
    """The document for an error, after what all of them have in common was checked."""
    response = problem(error, english=english, instance=instance)
    assert isinstance(response.body, bytes)
    document: dict[str, Any] = json.loads(response.body)
    assert response.content_type == MEDIA_TYPE == "application/problem+json"
    assert document["status"] == response.status
    assert document["type"] == f"/problems/{document['code']}"
    assert document["title"] and document["detail"] and document["detail_en"]
    return document


def wrong(**fields: Any) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        Paper.model_validate_json(json.dumps(fields), strict=True)
    return refused.value


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused, 422),
        (NotUnderstood, 422),
        (NotSignedIn, 401),
        (NotAllowed, 403),
        (NotFound, 404),
        (Conflict, 409),
    ],
)
def test_a_refusal_is_told_with_its_status_reason_and_remedy(error: type[Refused], status: int):
    document = said(
        error(
            "too-late",
            "Muộn rồi.",
            "Too late.",
            pointer="/a/0",
            rule="Điều 1",
            remedy_vi="Làm sớm hơn.",
            remedy_en="Come earlier.",
            faults=(Fault("/a/0", "late", "muộn", "late"),),
            extra={"head": 7},
        )
    )

    assert document["status"] == status
    assert (document["detail"], document["detail_en"]) == ("Muộn rồi.", "Too late.")
    assert (document["remedy"], document["rule"], document["pointer"]) == (
        "Làm sớm hơn.",
        "Điều 1",
        "/a/0",
    )
    assert document["errors"] == [
        {"pointer": "/a/0", "code": "late", "detail": "muộn", "detail_en": "late"}
    ]
    assert (document["instance"], document["head"]) == ("/v1/x", 7)


def test_who_reads_english_is_told_in_english():
    refused = NotFound("gone", "Không có.", "It is gone.", remedy_vi="Thôi.", remedy_en="Stop.")

    document = said(refused, english=True)

    assert (document["title"], document["detail"], document["remedy"]) == (
        "Not found",
        "It is gone.",
        "Stop.",
    )


def test_who_is_not_signed_in_is_told_how_to():
    response = problem(NotSignedIn("no", "Ai?", "Who?"), english=False, instance="/")

    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_wrong_fields_are_named_each_with_its_place_and_nothing_of_their_content():
    error = wrong(lines=[{"kind": "SECRET", "count": 0}, {"kind": "a", "a/b~c": 1}], more="SECRET")

    document = said(error)

    assert document["status"] == 422
    assert {(each["pointer"], each["code"]) for each in document["errors"]} == {
        ("/lines/0/kind", "literal_error"),
        ("/lines/0/count", "greater_than_equal"),
        ("/lines/1/count", "missing"),
        ("/lines/1/a~1b~0c", "extra_forbidden"),
        ("/more", "extra_forbidden"),
    }
    assert all(each["detail"] in PYDANTIC_VI.values() for each in document["errors"])
    assert "SECRET" not in json.dumps(document)
    assert "chưa có gì được ghi" in document["remedy"]


def test_only_so_many_faults_are_listed_and_names_are_shortened():
    error = wrong(lines=[], **{f"{number}{'x' * 10_000}": 1 for number in range(50)})

    refused = understood(error)

    assert len(refused.faults) == FAULTS_SHOWN_MAX
    assert "50 trường" in refused.vi
    assert all(len(each.pointer) < 100 for each in refused.faults)


def test_what_the_register_refuses_is_told_in_its_words():
    with pytest.raises(RegisterError) as unknown:
        load_register().agency("XYZ-P34-40", NOON.date())

    document = said(unknown.value)

    assert (document["status"], document["code"]) == (422, "unknown-agency")
    assert document["agency"] == "XYZ-P34-40"
    assert "có hiệu lực" in document["remedy"]


@pytest.mark.parametrize(
    "error",
    [
        Retry("10000 commands are waiting", 2.4),
        ConnectionRefusedError(111, "refused"),
        TimeoutError(),
        asyncpg.ConnectionDoesNotExistError("closed"),
        asyncpg.InterfaceError("pool is closing"),
        asyncpg.exceptions.DiskFullError("no space left on device"),
        asyncpg.exceptions.TooManyConnectionsError("too many clients"),
        asyncpg.exceptions.DeadlockDetectedError("deadlock detected"),
        asyncpg.exceptions.CannotConnectNowError("starting up"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_succeed_later_is_503_and_says_when(error: Exception):
    with capture_logs():
        response = problem(error, english=True, instance="/")

    assert response.status == 503
    assert int(response.headers["Retry-After"]) >= 1


def test_what_may_succeed_later_for_a_reason_of_its_own_gives_that_reason_in_both_languages():
    document = said(Retry("two are running", vi="đang chạy hai lượt"))
    other = said(Retry("10000 commands are waiting"))

    assert (document["detail"], document["detail_en"]) == ("đang chạy hai lượt", "two are running")
    assert "cơ sở dữ liệu" in other["detail"]
    assert "not confirmed: 10000 commands" in other["detail_en"]


@pytest.mark.parametrize("error", [Broken("the chain has a hole"), KeyError("SECRET")])
def test_what_is_not_the_askers_fault_is_logged_and_shown_as_a_reference_only(error: Exception):
    with capture_logs() as logged:
        document = said(error)

    [entry] = logged
    assert document["status"] == 500
    assert entry["log_level"] == "error"
    assert entry["exc_info"] is error
    assert entry["reference"] in document["detail"]
    assert str(error) not in json.dumps(document, ensure_ascii=False)
    assert "nothing was recorded" not in document["detail_en"]  # Who knows?


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (web.HTTPNotFound(), 404, "no-such-route"),
        (web.HTTPMethodNotAllowed("PUT", ["GET", "POST"]), 405, "method-not-allowed"),
        (web.HTTPRequestEntityTooLarge(1, 2), 413, "http"),
        (web.HTTPBadRequest(), 400, "http"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_error_of_http_itself_becomes_a_problem_document(
    error: web.HTTPException, status: int, code: str
):
    document = said(error)

    assert (document["status"], document["code"]) == (status, code)


def test_a_wrong_method_is_told_the_right_ones():
    response = problem(web.HTTPMethodNotAllowed("PUT", ["GET"]), english=False, instance="/")

    assert response.headers["Allow"] == "GET"


async def test_a_redirect_is_no_problem(caplog: pytest.LogCaptureFixture):
    async def elsewhere(_: web.Request) -> web.StreamResponse:
        gone = web.HTTPSeeOther("/there")
        gone.set_cookie("seen", "1")
        raise gone

    with caplog.at_level(logging.ERROR):
        async with (
            serving(elsewhere) as (client, _),
            client.get("/here", allow_redirects=False) as response,
        ):
            assert (response.status, response.headers["Location"]) == (303, "/there")
            assert response.cookies["seen"].value == "1"

    assert caplog.records == []


def test_a_path_that_is_no_text_is_shown_all_the_same():
    document = said(NotFound("gone", "Không.", "No."), instance="/v1/\udcff\x00" + "x" * 1_000)

    assert document["instance"].startswith("/v1/?\x00xx")
    assert len(document["instance"]) < 300
