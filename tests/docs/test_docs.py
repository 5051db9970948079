"""Pages point to what exists, and the changelog names what integrators may receive."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.registry import SERVICES
from tests.architecture.tree import REPOSITORY, ROOT

PAGES = sorted(name for name in REPOSITORY.files if name.endswith(".md"))
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)[^)]*\)")
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`((?:services|shared|tests|deploy)/[\w./-]+\.\w+)`")


def broken(page: Path) -> Iterator[str]:
    """Links and named files of a page that lead nowhere."""
    prose = CODE.sub("", page.read_text("utf-8"))
    for target in LINK.findall(prose):
        if not (page.parent / target).exists():
            yield target
    for name in FILE.findall(prose):
        if "<" not in name and not (ROOT / name).exists():
            yield name


@pytest.mark.parametrize("name", PAGES)
def test_a_page_leads_somewhere(name: str) -> None:
    found = list(broken(ROOT / name))

    assert found == []


def test_a_page_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n[a](gone.md) [b](page.md) `shared/gone.py` `shared/log.py`\n")

    found = list(broken(page))

    assert found == ["gone.md", "shared/gone.py"]


def test_the_changelog_names_every_topic() -> None:
    said = (ROOT / "CHANGELOG.md").read_text("utf-8")

    topics = {topic for service in SERVICES for topic in service.topics}

    assert {topic for topic in topics if f"`{topic}`" not in said} == set()


def test_the_index_names_every_decision() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")

    pages = {path.name for path in (ROOT / "docs" / "decisions").glob("*.md")}

    assert {name for name in pages if f"(decisions/{name})" not in index} == set()
