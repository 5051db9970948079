import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from shared.http.contracts import contract_routes
from tests.shared.sample_service import SAMPLES

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = web.Application()
    contract_routes(app, [SAMPLES])
    async with TestClient(TestServer(app)) as client:
        yield client


class Page(HTMLParser):
    """What the page's policy would have to let through."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.inline: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = {name: value or "" for name, value in attrs}
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.ids += [given["id"]] if "id" in given else []
        if tag == "a":
            self.links.append(given["href"])
        elif "href" in given or "src" in given:
            self.loaded.append(given.get("href") or given.get("src", ""))


@pytest.mark.parametrize(
    ("path", "member"), [("/openapi.json", "paths"), ("/asyncapi.json", "channels")]
)
async def test_the_documents_are_served(client: Client, path: str, member: str):
    answer = await client.get(path)

    assert answer.content_type == "application/json"
    assert member in await answer.json()


async def test_an_event_schema_is_served_where_its_id_says(client: Client):
    answer = await client.get("/schemas/samples.thing_opened.v1.json")

    assert answer.content_type == "application/schema+json"
    assert (await answer.json(content_type=None))["$id"] == answer.url.path


async def test_an_unknown_schema_is_a_problem_that_says_where_the_events_are(client: Client):
    answer = await client.get("/schemas/samples.nothing.v1.json")

    body = await answer.json(content_type=None)
    assert answer.status == 404
    assert answer.content_type == "application/problem+json"
    assert "/docs" in body["remedy"]


async def test_the_page_loads_nothing_but_its_own_style_sheet(client: Client):
    answer = await client.get("/docs")
    page = Page(await answer.text())

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert page.loaded == ["/docs.css"]
    assert page.inline == []
    assert not {"script", "style", "iframe", "img"} & set(page.tags)
    style = await client.get("/docs.css")
    assert style.content_type == "text/css"
    assert not re.search(r"url\(|@import", await style.text())


async def test_the_page_tells_every_route_and_event_in_vietnamese_first(client: Client):
    text = await (await client.get("/docs")).text()

    assert '<html lang="vi">' in text
    for route in SAMPLES.routes[:-1]:
        assert f'<details id="{route.name}">' in text
    for event in SAMPLES.events:
        vi, en = event.LABEL
        assert text.index(vi) < text.index(en)
        assert f'href="/schemas/{event.TOPIC}.json"' in text


async def test_every_link_of_the_page_leads_somewhere(client: Client):
    page = Page(await (await client.get("/docs")).text())

    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert (await client.get(link)).status == 200
