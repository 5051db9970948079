"""The console before a reading API that stands still, and readers in front of it."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from services.console.session import COOKIE, PATH
from shared.reference import Register
from tests.console.fake_api import FakeApi, serving
from tests.console.reading import Reader


@pytest.fixture
async def api(register: Register, tmp_path: Path) -> AsyncIterator[FakeApi]:
    """Five directives on 30/07/2025 at 09:42."""
    async with serving(register, tmp_path) as api:
        yield api


@pytest.fixture
async def stranger(api: FakeApi) -> AsyncIterator[Reader]:
    """Somebody who is not signed in."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Reader(http, api.url)


@pytest.fixture
async def reader(stranger: Reader, api: FakeApi) -> Reader:
    """The duty officer of Công an tỉnh Nghệ An."""
    cookie: SimpleCookie = SimpleCookie({COOKIE: api.token()})
    cookie[COOKIE]["path"] = PATH
    stranger.http.cookie_jar.update_cookies(cookie, URL(api.url))
    return stranger
