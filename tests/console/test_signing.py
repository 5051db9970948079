"""Signing in and out: nobody enters without it, and only by our own form."""

import json
import re
from pathlib import Path

import pytest

from services.console.session import inside
from services.console.signing import ROLES
from services.console.words import WORDS
from services.vault.domain import ROLE as DATA_PROTECTION
from services.vault.grants import GRANTS
from shared.http.operating import READERS
from shared.reference import Register
from tests.console.fake_api import FakeApi, serving
from tests.console.reading import Answer, Reader

PLACE = "/console/sign-in?area=P34-40&on=2025-07-30"
WRONG_TICKETS = ("", "nonsense", "a.b.c")


def key_of(page: Answer) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', page.html)
    assert found is not None
    return found[1]


def form(key: str, **changes: str) -> dict[str, str]:
    return {
        "form_key": key,
        "agency": "BCHQS_TINH-P34-40",
        "role": "leader",
        "user": "chi.huy",
        "on": "2025-07-30",
        "next": "/console/timeline",
        **changes,
    }


@pytest.mark.parametrize("path", ["/console/", "/console/timeline", "/console/?due=overdue"])
async def test_a_stranger_is_sent_to_sign_in_and_back_again(stranger: Reader, path: str) -> None:
    page = await stranger.get(path)

    assert page.status == 303
    assert page.headers["Location"].startswith("/console/sign-in?next=/console/")


async def test_the_form_lists_the_agencies_of_the_area_on_that_day(stranger: Reader) -> None:
    now = await stranger.get(PLACE)
    before = await stranger.get("/console/sign-in?area=P63-40&on=2024-07-30")

    assert "Ban Chỉ huy Bộ đội Biên phòng tỉnh Nghệ An" in now.text
    assert "Sở Lao động – Thương binh và Xã hội tỉnh Nghệ An" in before.text
    assert "Sở Lao động – Thương binh và Xã hội tỉnh Nghệ An" not in now.text


async def test_an_area_of_another_time_says_that_nobody_sits_there(stranger: Reader) -> None:
    page = await stranger.get("/console/sign-in?area=P63-40&on=2025-07-30")

    assert page.status == 200
    assert "Ngày này không có cơ quan nào ở địa bàn đã chọn." in page.text


async def test_signing_in_begins_a_session_of_the_chosen_agency(stranger: Reader) -> None:
    page = await stranger.get(PLACE)

    answer = await stranger.post("/console/sign-in", form(key_of(page)))
    desk = await stranger.get("/console/")

    assert (answer.status, answer.headers["Location"]) == (303, "/console/timeline")
    assert "Bộ Chỉ huy Quân sự tỉnh Nghệ An" in desk.html
    assert "Lãnh đạo" in desk.html


async def test_every_role_that_a_rule_asks_for_can_be_chosen_in_words(stranger: Reader) -> None:
    topics = json.loads(GRANTS.read_text(encoding="utf-8"))["topics"]
    asked = {
        role
        for fields in topics.values()
        for rows in fields.values()
        for row in rows
        for role in row["roles"]
    }

    page = await stranger.get(PLACE)
    offered = dict(re.findall(r'<option value="([a-z_]+)">([^<]+)</option>', page.html))

    assert asked | {DATA_PROTECTION} <= offered.keys()
    assert offered["investigator"] == "Điều tra viên, cán bộ điều tra"
    assert all(words != role for role, words in offered.items())


@pytest.mark.parametrize("role", ROLES)
async def test_the_chosen_role_is_the_one_of_the_session(stranger: Reader, role: str) -> None:
    page = await stranger.get(PLACE)

    await stranger.post("/console/sign-in", form(key_of(page), role=role))
    now = await stranger.get("/console/sign-in")

    assert f"chi.huy · {WORDS[f'role.{role}'][0]}" in now.text


@pytest.mark.parametrize("role", sorted(READERS))
async def test_nobody_gets_a_role_that_operates_by_the_form(stranger: Reader, role: str) -> None:
    page = await stranger.get(PLACE)

    await stranger.post("/console/sign-in", form(key_of(page), role=role))
    now = await stranger.get("/console/sign-in")

    assert "chi.huy" in now.text
    assert WORDS[f"role.{role}"][0] not in now.text


async def test_the_token_is_kept_from_scripts_and_from_other_sites(stranger: Reader) -> None:
    page = await stranger.get(PLACE)

    answer = await stranger.post("/console/sign-in", form(key_of(page)))

    [cookie] = [c for c in answer.headers.getall("Set-Cookie") if c.startswith("ln_session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/console" in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
    ],
)
async def test_a_form_from_another_site_is_refused(
    stranger: Reader, headers: dict[str, str]
) -> None:
    page = await stranger.get(PLACE)

    answer = await stranger.post("/console/sign-in", form(key_of(page)), **headers)

    assert answer.status == 403
    assert "ln_session" not in str(answer.headers)


async def test_a_form_without_the_browsers_own_key_is_refused(stranger: Reader) -> None:
    await stranger.get(PLACE)

    answer = await stranger.post("/console/sign-in", form("guessed"))

    assert answer.status == 403
    assert "Biểu mẫu này không gửi từ trang của hệ thống" in answer.text


async def test_a_page_that_hides_its_referrer_can_still_sign_in(stranger: Reader) -> None:
    page = await stranger.get(PLACE)

    answer = await stranger.post("/console/sign-in", form(key_of(page)), Origin="null")

    assert answer.status == 303


async def test_an_agency_that_was_not_there_cannot_sign_in(stranger: Reader) -> None:
    page = await stranger.get(PLACE)

    answer = await stranger.post("/console/sign-in", form(key_of(page), agency="SO_LDTBXH-P34-40"))

    assert answer.status == 422
    assert "ln_session" not in str(answer.headers)


async def test_an_endless_form_is_refused(stranger: Reader) -> None:
    page = await stranger.get(PLACE)

    answer = await stranger.post("/console/sign-in", form(key_of(page), user="x" * 10_000))

    assert answer.status == 413


async def test_signing_out_ends_the_session(reader: Reader) -> None:
    desk = await reader.get("/console/")

    answer = await reader.post("/console/sign-out", {"form_key": key_of(desk)})
    after = await reader.get("/console/")

    assert answer.headers["Location"] == "/console/sign-in"
    assert after.status == 303


async def test_nobody_can_be_signed_out_by_another_site(reader: Reader) -> None:
    answer = await reader.post("/console/sign-out", {"form_key": ""}, Sec_Fetch_Site="cross-site")
    after = await reader.get("/console/")

    assert answer.status == 403
    assert after.status == 200


async def test_a_ticket_is_exchanged_at_once_and_does_not_stay_in_the_address(
    stranger: Reader, api: FakeApi
) -> None:
    ticket = api.token(seconds=60)

    answer = await stranger.get(f"/console/enter?ticket={ticket}")
    desk = await stranger.get("/console/")

    assert (answer.status, answer.headers["Location"]) == (303, "/console/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert ticket not in str(answer.headers)
    assert "Công an tỉnh Nghệ An" in desk.html


async def test_a_ticket_is_good_once(stranger: Reader, api: FakeApi) -> None:
    ticket = api.token(seconds=60)

    await stranger.get(f"/console/enter?ticket={ticket}")
    again = await stranger.get(f"/console/enter?ticket={ticket}")
    stranger.http.cookie_jar.clear()
    elsewhere = await stranger.get(f"/console/enter?ticket={ticket}")
    told = await stranger.get(elsewhere.headers["Location"])

    assert again.headers["Location"] == "/console/"
    assert elsewhere.headers["Location"] == "/console/sign-in?used=1"
    assert "Liên kết vào một lần này đã được dùng." in told.text


@pytest.mark.parametrize("ticket", WRONG_TICKETS)
async def test_a_wrong_ticket_leads_to_the_sign_in_page(stranger: Reader, ticket: str) -> None:
    answer = await stranger.get(f"/console/enter?ticket={ticket}")

    assert answer.status == 303
    assert answer.headers["Location"].startswith("/console/sign-in")


async def test_a_session_of_another_issuer_is_no_session(
    stranger: Reader, api: FakeApi, register: Register, tmp_path: Path
) -> None:
    async with serving(register, tmp_path / "other") as other:
        foreign = other.token()

    page = await stranger.get("/console/", Cookie=f"ln_session={foreign}")

    assert page.status == 303


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/console/task:1", "/console/task:1"),
        ("/console/?due=overdue", "/console/?due=overdue"),
        ("https://elsewhere.example/", "/console/"),
        ("//elsewhere.example/console/", "/console/"),
        ("/console/\\elsewhere.example", "/console/"),
        ("/console/sign-out", "/console/"),
        ("/console/\nSet-Cookie: a=b", "/console/"),
        ("", "/console/"),
    ],
)
def test_after_signing_in_the_way_leads_into_the_console(asked: str, goes: str) -> None:
    assert inside(asked) == goes
