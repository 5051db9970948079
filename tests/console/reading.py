"""Pages as a reader gets them: status, headers, words, and the words of one marked part."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import aiohttp

VOID = {"meta", "link", "img", "input", "hr", "br", "use", "rect", "line", "circle", "path"}
BLOCKS = {"dt", "dd", "p", "li", "h1", "h2", "h3", "td", "th", "div", "a", "option", "summary"}
SPACES = re.compile(r"[\s\u00a0]+")


class _Words(HTMLParser):
    """Collects the words of an element, or of everything."""

    def __init__(self, attribute: str, value: str) -> None:
        super().__init__()
        self._wanted = (attribute, value)
        self._depth = 0 if attribute else 1
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        if self._depth:
            self._depth += 1
        elif self._wanted in attrs:
            self._depth = 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in VOID:
            self._depth -= 1
            self.words.append(" " if tag in BLOCKS else "")

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.words.append(data)


def words(html: str, attribute: str = "", value: str = "") -> str:
    """The words of the element whose attribute has that value, or of the whole text."""
    parser = _Words(attribute, value)
    parser.feed(html)
    return SPACES.sub(" ", "".join(parser.words)).strip().replace(" ,", ",").replace(" .", ".")


@dataclass(frozen=True)
class Answer:
    """One page."""

    status: int
    headers: Any
    html: str

    @property
    def text(self) -> str:
        """The words of the content."""
        return words(self.html, "id", "content")

    def part(self, key: str) -> str:
        """The words of a part that is kept up to date."""
        return words(self.html, "data-part", key)


class Reader:
    """A browser without scripts: it keeps cookies and follows nothing by itself."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http = http
        self.url = url

    async def get(self, path: str, **headers: str) -> Answer:
        """Open an address of the console."""
        async with self.http.get(
            self.url + path, headers=headers, allow_redirects=False
        ) as response:
            return Answer(response.status, response.headers, await response.text())

    async def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """Send a form, as a browser of the same site does unless told otherwise."""
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": self.url} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        async with self.http.post(
            self.url + path, data=form, headers=headers, allow_redirects=False
        ) as response:
            return Answer(response.status, response.headers, await response.text())
