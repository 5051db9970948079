import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest

import shared.rebuilds
from shared.actor import Actor
from shared.errors import Broken, Conflict, Retry
from shared.follow import Projection
from shared.http.operating_models import rebuild_shown
from shared.rebuild import Outcome, Progress
from shared.rebuilds import ENDED_MAX, RUNNING_MAX, Rebuilding, Rebuilds
from shared.system import new_id
from tests.shared.counted import insert

AT = datetime(2025, 7, 1, tzinfo=UTC)
OFFICER = Actor("CA_TINH-P34-40", "duty officer")
POOL = cast(asyncpg.Pool, None)


class Work:
    """Stands in the place of the real rebuild: goes on until it is let go, then does as told."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.error: Exception | None = None
        self.cut_short = 0

    async def __call__(
        self, projection: Projection, *_: Any, progress: Callable[[Progress], None], **__: Any
    ) -> Outcome:
        progress(Progress("directives", 3, 9, 3))
        try:
            await self.free.wait()
        except asyncio.CancelledError:
            self.cut_short += 1
            raise
        if self.error is not None:
            raise self.error
        return Outcome(projection.schema, "equal", True, 9, 0.1)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    work = Work()
    monkeypatch.setattr(shared.rebuilds, "rebuild", work)
    monkeypatch.setattr(shared.rebuilds, "BEGIN_SECONDS", 0.01)
    return work


async def begin(rebuilds: Rebuilds, name: str = "seen") -> Rebuilding:
    """Ask for one; its projection is never looked at but for its name."""
    projection = Projection("directives", name, 1, Path(), (), cast(Any, insert))
    asked = Rebuilding(new_id(), projection.title, projection.schema, False, OFFICER, AT)
    await rebuilds.begin(asked, projection, {}, POOL, lambda: AT)
    return asked


async def ended(rebuilds: Rebuilds) -> None:
    """Wait for all that runs."""
    await asyncio.gather(*rebuilds._tasks.values())


async def test_what_runs_can_be_watched_and_its_outcome_is_kept(work: Work):
    rebuilds = Rebuilds()

    asked = await begin(rebuilds)
    running = rebuild_shown(asked)
    work.free.set()
    await ended(rebuilds)

    after = rebuild_shown(asked)
    assert (running.state, running.events, running.verdict) == ("running", 3, None)
    assert [(at.source, at.position, at.goal) for at in running.progress] == [("directives", 3, 9)]
    assert (after.state, after.verdict, after.switched) == ("ended", "equal", True)
    assert (after.ended_at, after.asked_by) == (AT, "CA_TINH-P34-40 duty officer")
    assert rebuilds.list() == [asked]


async def test_one_of_a_read_model_and_few_in_all_run_at_a_time(work: Work):
    rebuilds = Rebuilds()
    for number in range(RUNNING_MAX):
        await begin(rebuilds, f"seen{number}")

    with pytest.raises(Conflict, match="rebuild-is-running"):
        await begin(rebuilds, "seen0")
    with pytest.raises(Retry) as busy:
        await begin(rebuilds, "another")

    assert "đang lập lại" in busy.value.vi and "rebuilds are running" in busy.value.en
    work.free.set()
    await ended(rebuilds)
    await begin(rebuilds, "seen0")
    assert len(rebuilds.list()) == RUNNING_MAX + 1


async def test_a_refusal_is_told_to_who_asked_and_is_no_rebuild(work: Work):
    rebuilds = Rebuilds()
    work.error = Conflict("rebuild-is-running", "đang chạy", "it runs")
    work.free.set()

    with pytest.raises(Conflict):
        await begin(rebuilds)

    assert rebuilds.list() == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Broken("the log ends before it"), "the log ends before it"),
        (ValueError("Nguyễn Thị A, 15 tuổi"), "ValueError"),
    ],
)
async def test_a_failure_is_told_without_what_others_may_not_read(
    work: Work, error: Exception, said: str
):
    rebuilds = Rebuilds()
    work.error = error
    work.free.set()

    shown = rebuild_shown(await begin(rebuilds))

    assert (shown.state, shown.error, shown.switched) == ("failed", said, False)


async def test_stopping_ends_what_runs(work: Work):
    rebuilds = Rebuilds()
    await begin(rebuilds)

    with suppress(asyncio.CancelledError):
        await rebuilds.stop()

    assert work.cut_short == 1


async def test_old_ones_are_forgotten(work: Work):
    rebuilds = Rebuilds()
    work.free.set()

    asked = [await begin(rebuilds) for _ in range(ENDED_MAX + 2)]

    assert rebuilds.list() == list(reversed(asked[2:]))
