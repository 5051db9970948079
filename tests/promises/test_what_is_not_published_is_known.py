"""An event that is stored and not published is never forgotten: it stands behind the cursor.

The cursor is moved after the stream has acknowledged, so it may say too little, never too much.
Whoever wants to know what followers have not been sent reads the log behind it.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from shared.bus import Publication
from shared.store.postgres import PostgresLog
from tests.promises.road import STREAM, Road

ALL = range(1, 401)


async def not_published(log: PostgresLog) -> Sequence[int]:
    return [each.fields["n"] for each in await log.read(await log.get(), 1_000)]


async def test_what_no_relay_has_sent_stands_behind_the_cursor(way: Road):
    await way.record(1, 2)
    await way.relay().step()
    await way.record(3, 4)

    before = await not_published(way.log)
    await way.relay().step()

    assert before == [3, 4]
    assert await not_published(way.log) == []


async def test_a_relay_that_dies_in_the_middle_never_leaves_the_cursor_ahead_of_the_stream(
    way: Road, monkeypatch: pytest.MonkeyPatch
):
    begin, left = way.bus.begin, 0

    async def dying(*message: object, **more: object) -> Publication:
        nonlocal left
        left -= 1
        if left < 0:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        return await begin(*message, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(way.bus, "begin", dying)
    await way.follow()
    await way.record(*ALL)

    for dies_after in (0, 1, 100, 260):
        left = dies_after
        with suppress(asyncio.CancelledError):
            await asyncio.create_task(way.relay().run())
        stored = (await way.bus.tail(STREAM)).sequence
        assert await not_published(way.log), "it was to die before its end"
        assert set(ALL[stored:]) <= {*await not_published(way.log)}
    monkeypatch.undo()
    await way.relay().step()

    await way.arrive(ALL)
