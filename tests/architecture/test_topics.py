"""Every event has all its pieces, and the committed contracts are those that the code makes."""

import json
import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from services.coverage import PAGE, coverage
from services.gateway.tables import parties, routes
from services.registry import SERVICES
from services.timeline.sentences import SENTENCES
from shared.contracts import contract_files, write_contracts
from shared.domain import Event
from shared.service import Service
from tests.architecture.tree import ROOT
from tests.shared.sample_service import SAMPLES, Thing, ThingMarked, ThingOpened

CONTRACTS = ROOT / "docs" / "contracts"
GOLDEN = ROOT / "tests" / "contracts" / "golden"
DATA_CLASSES = ("P", "S1", "S2", "S3")


@dataclass(frozen=True)
class Pieces:
    """What stands beside an event's class, by topic."""

    schemas: Collection[str]
    golden: Collection[str]
    sentences: Mapping[str, tuple[str, str]]
    competence: Collection[str]
    routing: Collection[str]


def gaps(service: Service, pieces: Pieces) -> Iterator[str]:
    """What is missing for a service's events, with the place to put it."""
    for event in service.events:
        topic = event.TOPIC
        yield from _names(service, event)
        if topic not in pieces.schemas:
            yield f"{topic}: no schema in docs/contracts/events; run make contracts"
        if topic not in pieces.golden:
            yield f"{topic}: no golden sample; keep one in tests/contracts/golden/{topic}.json"
        if not all(pieces.sentences.get(topic, ("", ""))):
            yield f"{topic}: no sentence; write it in services/timeline/sentences/ (vi, en)"
        if topic not in pieces.competence:
            yield f"{topic}: nobody may record it; add rules to a competence.json of {service.name}"
        if topic not in pieces.routing:
            yield f"{topic}: nobody is told; add it to services/gateway/routing/"


def _names(service: Service, event: type[Event]) -> Iterator[str]:
    """One verb, spelled one way: the topic is the class's name within its service."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", event.__name__.removesuffix("V2")).lower()
    if not re.fullmatch(rf"{service.name}\.{words}\.v[1-9]\d*", event.TOPIC):
        yield f"{event.TOPIC}: is not {service.name}.{words}.v<N>, as its class is called"
    if not all(event.LABEL) or not event.SOURCE or event.DATA_CLASS not in DATA_CLASSES:
        yield f"{event.TOPIC}: needs LABEL in both languages, SOURCE, and a data class"
    if not event.__doc__:
        yield f"{event.TOPIC}: its class has no docstring; say what it means"


def stale(services: Sequence[Service], folder: Path) -> Iterator[str]:
    """Contract files that differ from what the code makes."""
    made = dict(contract_files(services))
    there = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    there.discard(PAGE)  # Made by the program, which knows all services.
    for name in sorted(there | made.keys()):
        path = folder / name
        if name not in made or not path.exists() or path.read_text("utf-8") != made[name]:
            yield f"docs/contracts/{name} is not what the code makes; run make contracts"


def pieces_of(service: Service) -> Pieces:
    """The pieces of a service of this repository."""
    tables = [json.loads(path.read_text("utf-8"))["topics"] for path in service.competence]
    return Pieces(
        schemas=_stems(CONTRACTS / "events"),
        golden=_stems(GOLDEN),
        sentences=SENTENCES,
        competence=[topic for table in tables for topic, rows in table.items() if rows],
        routing=routes(),
    )


def _stems(folder: Path) -> set[str]:
    return {each.name.removesuffix(".json") for each in folder.glob("*.json")}


WHOLE = Pieces(
    schemas=SAMPLES.topics,
    golden=SAMPLES.topics,
    sentences={topic: ("{actor} ghi.", "{actor} records.") for topic in SAMPLES.topics},
    competence=SAMPLES.topics,
    routing=SAMPLES.topics,
)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_event_has_all_its_pieces(service: Service):
    found = list(gaps(service, pieces_of(service)))

    assert not found, "\n".join(["", *found])


def test_the_committed_contracts_are_what_the_code_makes():
    found = list(stale(SERVICES, CONTRACTS))

    assert not found, "\n".join(["", *found])


def test_the_committed_coverage_page_is_what_the_code_makes():
    assert (CONTRACTS / PAGE).read_text("utf-8") == coverage(SERVICES)


def test_every_reaction_to_an_event_is_to_one_that_there_is():
    topics = {topic for service in SERVICES for topic in service.topics}

    assert set(SENTENCES) <= topics
    assert set(routes()) <= topics
    assert set(parties()) <= topics


def test_a_service_with_all_pieces_has_no_gap():
    assert list(gaps(SAMPLES, WHOLE)) == []


@pytest.mark.parametrize("piece", ["schemas", "golden", "sentences", "competence", "routing"])
def test_a_missing_piece_is_found(piece: str):
    missing: Any = {} if piece == "sentences" else ()

    found = list(gaps(SAMPLES, replace(WHOLE, **{piece: missing})))

    assert len(found) == len(SAMPLES.events)


def test_a_sentence_in_one_language_is_none():
    sentences = {**WHOLE.sentences, ThingMarked.TOPIC: ("{actor} đánh dấu.", "")}

    [found] = gaps(SAMPLES, replace(WHOLE, sentences=sentences))

    assert found.startswith(ThingMarked.TOPIC)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("TOPIC", "samples.thing_begun.v1"),
        ("TOPIC", "others.thing_opened.v1"),
        ("TOPIC", "samples.thing_opened"),
        ("LABEL", ("Mở", "")),
        ("SOURCE", ""),
        ("DATA_CLASS", "X"),
        ("__doc__", ""),
    ],
)
def test_an_event_that_is_not_called_by_its_name_is_found(
    monkeypatch: pytest.MonkeyPatch, attribute: str, value: object
):
    monkeypatch.setattr(ThingOpened, attribute, value)
    everything = {*WHOLE.schemas, str(value)}
    pieces = Pieces(
        everything, everything, dict.fromkeys(everything, ("a", "b")), everything, everything
    )

    [found] = gaps(Service("samples", aggregates=(Thing,)), pieces)

    assert found.startswith(ThingOpened.TOPIC)


@pytest.mark.parametrize("spoil", ["change", "remove", "add"])
def test_a_contract_file_that_differs_is_found(tmp_path: Path, spoil: str):
    written = write_contracts([SAMPLES], tmp_path)
    assert list(stale([SAMPLES], tmp_path)) == []

    match spoil:
        case "change":
            written[0].write_text(written[0].read_text("utf-8") + " ", encoding="utf-8")
        case "remove":
            written[-1].unlink()
        case "add":
            shutil.copy(written[-1], tmp_path / "events" / "samples.thing_lost.v1.json")

    [found] = stale([SAMPLES], tmp_path)
    assert "run make contracts" in found
