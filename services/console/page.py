"""One request for a page: who reads, in which language, and how the page is sent."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import Any, NoReturn

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from yarl import URL

from services.console import session
from services.console.client import Api, ApiProblem, opened
from services.console.session import Signed
from services.console.speech import Speech
from shared.errors import NotAllowed, NotSignedIn, Refused
from shared.http.door import Door
from shared.reference import RegisterError
from shared.standing import in_its_time, is_one_body

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
PREFERENCE_SECONDS = 365 * 24 * 3600
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""On every page, also on refusals."""

log = structlog.get_logger()
Handler = Callable[["Page"], Awaitable[web.StreamResponse]]


@dataclass
class Page:
    """What a handler of a page works with."""

    request: web.Request
    door: Door

    @cached_property
    def say(self) -> Speech:
        """Vietnamese, unless the reader switched."""
        chosen = self.request.query.get("lang") or self.request.cookies.get("ln_lang", "vi")
        return Speech(chosen == "en", self.door.clock())

    @property
    def theme(self) -> str:
        """`light`, `dark`, or empty: as the device."""
        chosen = self.request.query.get("theme") or self.request.cookies.get("ln_theme", "")
        return chosen if chosen in ("light", "dark") else ""

    @cached_property
    def signed(self) -> Signed:
        """The session. Raises `NotSignedIn`."""
        return session.signed_in(self.request, self.door)

    def asked(self, name: str, limit: int = 100) -> str:
        """A parameter of the address, cut to what it may be long."""
        return self.request.query.get(name, "").strip()[:limit]

    def api(self) -> AbstractAsyncContextManager[Api]:
        """The API as the person signed in sees it."""
        return opened(self.request, self.signed.token, self.say.english)

    def link(self, **changes: str) -> str:
        """This address with some parameters changed; an empty value takes one away."""
        query = {**self.request.query, **changes}
        kept = {name: value for name, value in query.items() if name and value}
        for passing in ("lang", "theme"):
            if passing not in changes:
                kept.pop(passing, None)
        return str(URL.build(path=self.request.path, query=kept))

    def lane_of(self, agency: str) -> str:
        """Lane of a body by its type; what the register does not know is *other*."""
        kind = self.door.register.kind(agency.partition("-")[0])
        return kind.lane if kind else "other"

    def name_of(self, agency: str, on: date | None = None) -> str:
        """Name of a body on a day (None: today), of the nearest day where it was not there then;
        the id of one that the register has never known.

        Bodies without a list act by the name of all of their kind; one of them is called as in the
        sentences of the timeline.
        """
        register = self.door.register
        try:
            found, day = in_its_time(register, agency, on or self.say.now.date())
        except NotAllowed:
            return agency
        kind = register.kind(found.code)
        if kind and found.is_collective and is_one_body(register, found):
            area = register.area(found.area, day)
            if self.say.english:
                return f"{kind.name_en}, {area.name_vi}"
            return f"{kind.name_vi} thuộc {area.full_vi}"
        return found.name_en if self.say.english else found.name_vi

    def place_of(self, area: str) -> str:
        """Name of an area by its key, or the key of one that the register does not know."""
        try:
            return self.door.register.area(area).full_vi
        except RegisterError:
            return area

    def show(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """The page, with its headers."""
        try:
            signed: Signed | None = self.signed
        except NotSignedIn:
            signed = None
        text = (
            templates()
            .get_template(template)
            .render(
                page=self,
                say=self.say,
                signed=signed,
                demo=session.issuer_of(self.door) is not None,
                **values,
            )
        )
        response = web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)
        self._remember(response)
        return response

    def go(self, address: str) -> web.Response:
        """Send the browser elsewhere in the console."""
        return web.Response(status=303, headers={**HEADERS, "Location": str(URL(address))})

    def _remember(self, response: web.Response) -> None:
        """Keep the language and the theme that the address asks for."""
        for name, allowed in (("lang", ("vi", "en")), ("theme", ("light", "dark"))):
            chosen = self.request.query.get(name)
            if chosen in allowed:
                response.set_cookie(
                    f"ln_{name}",
                    str(chosen),
                    path=session.PATH,
                    max_age=PREFERENCE_SECONDS,
                    samesite="Lax",
                )


def paged(handler: Handler) -> Callable[[web.Request, Door], Awaitable[web.StreamResponse]]:
    """A handler of a page as a route row wants it: whatever happens is said on a page."""

    @wraps(handler)
    async def answer(request: web.Request, door: Door) -> web.StreamResponse:
        page = Page(request, door)
        try:
            return await handler(page)
        except NotSignedIn:
            return _to_sign_in(page)
        except ApiProblem as problem:
            if problem.status == 401:
                return _to_sign_in(page)
            return _problem(page, problem.status, problem.body)
        except Refused as refused:
            return _problem(page, refused.status, _said(refused))
        except RegisterError as unknown:
            said = {"code": unknown.code, "detail": unknown.vi, "detail_en": unknown.en}
            return _problem(page, 422, said)
        except Exception as error:
            log.exception("page failed", path=request.path, exc_info=error)
            return _problem(page, 500, {"code": "internal"})

    return answer


def nowhere() -> NoReturn:
    """There is no such page."""
    raise ApiProblem(404, {"code": "no-such-page"})


@cache
def templates() -> Environment:
    """The templates: everything is escaped, and a name that is not there is an error."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = asset
    return environment


@cache
def asset(name: str) -> str:
    """Address of a static file that changes when the file does, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/console/static/{name}?v={digest}"


def _to_sign_in(page: Page) -> web.Response:
    back = str(page.request.rel_url)
    response = page.go(str(URL.build(path="/console/sign-in", query={"next": back})))
    session.end(response)
    return response


def _said(refused: Refused) -> dict[str, Any]:
    return {
        "code": refused.code,
        "detail": refused.vi,
        "detail_en": refused.en,
        "remedy": refused.remedy_vi,
        "remedy_en": refused.remedy_en,
        "rule": refused.rule,
    }


def _problem(page: Page, status: int, body: Mapping[str, Any]) -> web.Response:
    """A refusal as a page: what was not done, why, what stays safe, one way forward, the code."""
    known = {404: "missing", 403: "forbidden", 503: "away"}.get(status, "broken")
    english = page.say.english
    if body.get("code") == "not-found":
        body = {"code": "not-found"}  # The API names what it was asked for by its id.
    return page.show(
        "problem.html",
        status=status,
        kind=known,
        code=str(body.get("code", status)),
        detail=str(body.get("detail_en" if english else "detail") or ""),
        remedy=str(body.get("remedy_en" if english else "remedy") or ""),
        rule=str(body.get("rule") or ""),
    )
