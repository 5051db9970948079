"""Signing in and out. On one machine the development issuer signs for whoever is chosen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import web

from services.console import session
from services.console.client import ApiProblem, opened
from services.console.page import Page, nowhere
from services.console.words_codes import CODES
from shared.errors import NotSignedIn, NotUnderstood
from shared.http.door import Door
from shared.reference import Register, RegisterError

AREA_DEFAULT = "VN"
OPERATING = ("operator", "admin")
"""They count for the whole system and open no page here, so no form gives them away."""
ROLES = tuple(
    role
    for kind, _, role in (key.partition(".") for key in CODES)
    if kind == "role" and role not in OPERATING
)
"""Roles that the form offers: those that the console has words for."""
USER_CHARACTERS_MAX = 60
FORM_BYTES_MAX = 8_192


async def show_sign_in(page: Page) -> web.Response:
    """The sign-in page: choose the area and the agency; or who is signed in now."""
    issuer = session.issuer_of(page.door)
    secret = session.form_cookie(page.request)
    values = await _choice(page) if issuer else {}
    response = page.show(
        "sign_in.html",
        nav="sign-in",
        development=issuer is not None,
        who=_who(page),
        form_key=secret,
        next=session.inside(page.asked("next", 400)),
        used=page.asked("used") == "1",
        roles=ROLES,
        **values,
    )
    response.set_cookie(
        session.FORM_COOKIE,
        secret,
        path=session.PATH,
        max_age=session.FORM_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=page.request.secure,
    )
    return response


async def _choice(page: Page) -> dict[str, Any]:
    """Areas of the chosen day and the bodies that sit at the chosen area."""
    register = page.door.register
    on = _day(page.asked("on", 10), page.say.now.date())
    area = page.asked("area", 40) or AREA_DEFAULT
    place = page.asked("place", 40)
    if place and not place.startswith(area):
        place = ""  # Left over from another province.
    async with opened(page.request, "", page.say.english) as api:
        try:
            found = await api.get("v1/agencies", area=place or area, on=on.isoformat())
        except ApiProblem as problem:
            if problem.status not in (404, 422):
                raise
            found = {"agencies": []}
    return {
        "on": on.isoformat(),
        "area": area,
        "place": place,
        "areas": _names(register, register.areas_in(AREA_DEFAULT, "province", on), on),
        "places": _places(register, area, on),
        "agencies": found["agencies"],
    }


def _places(register: Register, area: str, on: date) -> list[tuple[str, str]]:
    if area == AREA_DEFAULT:
        return []
    try:
        below = [
            key for level in ("district", "commune") for key in register.areas_in(area, level, on)
        ]
    except RegisterError:
        return []
    return _names(register, below, on)


def _names(register: Register, keys: Any, on: date) -> list[tuple[str, str]]:
    named = [(key, register.area(key, on)) for key in keys]
    return [(key, f"{area.name_vi} ({area.kind})") for key, area in named]


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


def _who(page: Page) -> session.Signed | None:
    try:
        return page.signed
    except NotSignedIn:
        return None


async def sign_in(page: Page) -> web.Response:
    """Begin a session of the chosen agency. Refused unless our own form sent it."""
    issuer = session.issuer_of(page.door)
    if issuer is None:
        nowhere()
    form = await _form(page)
    session.refuse_foreign(
        page.request,
        str(form.get("form_key", "")),
        page.request.cookies.get(session.FORM_COOKIE, ""),
    )
    role = str(form.get("role", ""))
    user = str(form.get("user", "")).strip()[:USER_CHARACTERS_MAX] or "truc-ban"
    agency = str(form.get("agency", ""))
    page.door.register.agency(agency, _day(str(form.get("on", "")), page.say.now.date()))
    token = issuer.sign(agency, user, (role,) if role in ROLES else ())
    response = page.go(session.inside(str(form.get("next", ""))))
    session.begin(response, page.request, page.door, token)
    return response


async def sign_out(page: Page) -> web.Response:
    """End the session."""
    form = await _form(page)
    session.refuse_foreign(page.request, str(form.get("form_key", "")), page.signed.form_key)
    response = page.go("/console/sign-in")
    session.end(response)
    return response


async def _form(page: Page) -> Mapping[str, object]:
    """The fields of a small form; anything larger or of unknown size is not ours."""
    size = page.request.content_length
    if size is None or size > FORM_BYTES_MAX:
        raise NotUnderstood(
            "form",
            f"Biểu mẫu dài quá {FORM_BYTES_MAX} byte hoặc không rõ độ dài.",
            f"The form is above {FORM_BYTES_MAX} bytes, or does not say how long it is.",
            remedy_vi="Gửi lại từ trang đăng nhập.",
            remedy_en="Send it again from the sign-in page.",
            status=413,
        )
    return await page.request.post()


async def enter(page: Page) -> web.Response:
    """Exchange a ticket for a session, at once and once: it must not stay in the address."""
    target = session.inside(page.asked("next", 400))
    token = session.redeem(page.door, page.request.query.get("ticket", ""))
    if token is None:
        if _who(page):
            return page.go(target)
        return page.go("/console/sign-in?used=1")
    response = page.go(target)
    session.begin(response, page.request, page.door, token)
    return response


async def to_desk(request: web.Request, door: Door) -> web.Response:
    """`/console` is the desk."""
    return web.Response(status=303, headers={"Location": "/console/"})
