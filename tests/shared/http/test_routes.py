from typing import Any
from uuid import UUID

import pytest

from shared.http.routes import (
    Nothing,
    command,
    decision,
    events_of,
    page,
    path_fields,
    query,
    stream,
)
from tests.shared import sample_service as sample
from tests.shared.things import GOOD, act, opened


def test_a_row_knows_its_method_path_body_and_words():
    row = command("POST /v1/things", sample.open_thing, creates=True)

    assert (row.method, row.path, row.kind, row.name) == (
        "POST",
        "/v1/things",
        "command",
        "open_thing",
    )
    assert (row.model, row.summary) == (sample.OpenThing, "Begin a thing.")
    assert row.creates and not row.public


async def test_a_decision_is_loaded_decided_and_saved():
    row = decision("POST /v1/things/{thing_id}/marks", sample.Thing, sample.Thing.mark_thing)
    thing = opened()
    done: list[Any] = []

    class Ctx:
        act = act()

        async def load(self, kind: type[Any], id: UUID) -> Any:
            done.append((kind, id))
            return thing

        async def save(self, saved: Any) -> str:
            done.append((saved.mark, saved.version))
            return "receipt"

    assert (row.model, row.aggregate, row.name) == (sample.MarkThing, sample.Thing, "mark_thing")
    assert await row.handler(GOOD, Ctx(), thing.id) == "receipt"
    assert done == [(sample.Thing, thing.id), ("good", 2)]


def test_readings_and_pages_are_told_apart():
    assert query("GET /v1/things", sample.list_things).model is sample.ThingsAsked
    assert query("GET /v1/things", sample.list_things, public=True).public
    assert stream("GET /v1/things/live", sample.live_things).kind == "stream"
    shown = page("GET /things", sample.thing_page)
    assert (shown.kind, shown.public, shown.model) == ("page", True, Nothing)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/v1/things", ()),
        ("/v1/things/{thing_id}/marks", ("thing_id",)),
        ("/v1/a/{a_id}/b/{b_id}", ("a_id", "b_id")),
        ("/v1/things/{id:[0-9a-f]{8}[^/]*}", ("id",)),
    ],
)
def test_names_in_a_path_are_found_in_order(path: str, names: tuple[str, ...]):
    assert path_fields(query(f"GET {path}", sample.list_things)) == names


def test_the_events_of_an_aggregate_are_those_it_evolves_by():
    assert events_of(sample.Thing) == (sample.ThingOpened, sample.ThingMarked)
