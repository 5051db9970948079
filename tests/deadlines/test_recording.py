"""What this process last knew of a period is a guess, until the log has been asked."""

from dataclasses import replace

import asyncpg
import pytest

from services.deadlines.wiring import Wiring, load_wiring
from tests.deadlines.engine import CASE, POLICE, Engine
from tests.deadlines.test_transfers import INVESTIGATORS, instituted, real, transferred


def ended_by_its_body() -> Wiring:
    """As it is, but that only whom it binds ends an investigation: no row of today is both passed
    on and kept apart by its bodies."""
    wiring = load_wiring()
    inv = wiring.rows["INV"]
    keyed = replace(inv, needs={**inv.needs, "stop_keyed": ["agency"]})
    by_topic = {
        topic: tuple(keyed if row is inv else row for row in rows)
        for topic, rows in wiring.by_topic.items()
    }
    return replace(wiring, rows={**wiring.rows, "INV": keyed}, by_topic=by_topic)


@pytest.fixture
async def engine(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr("tests.deadlines.engine.load_wiring", ended_by_its_body)
    return await Engine(pool).create()


async def test_that_there_is_nothing_to_do_is_not_decided_on_a_guess(engine: Engine):
    await instituted(engine, "2026-01-05 08:00")
    mine = engine.reactor, engine.watching
    engine.begin()  # Another process leads for a while.
    await transferred(engine, "received", "2026-01-09 08:00", INVESTIGATORS)
    engine.reactor, engine.watching = mine

    await real(
        engine, "investigation_concluded", "2026-03-02 08:00", CASE, who=INVESTIGATORS, kind="first"
    )

    inv = await engine.period("INV")
    assert (inv.opened.parties, inv.in_time, inv.is_over) == ((POLICE,), True, True)
