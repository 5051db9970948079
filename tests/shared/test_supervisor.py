import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

import shared.supervisor
from shared.errors import Retry
from shared.supervisor import Supervisor
from tests.shared.nats_fixture import until

SOON_SECONDS = 10.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared.supervisor, "RESTART_FIRST_SECONDS", 0.01)
    monkeypatch.setattr(shared.supervisor, "RESTART_LAST_SECONDS", 0.04)


class Work:
    """Runs that end as told: by an error, by returning, or not at all."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends = list(ends)
        self.runs = 0
        self.stays = asyncio.Event()
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.ends:
            end = self.ends.pop(0)
            if end is not None:
                raise end
            return
        self.stays.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()


async def soon(holds: Callable[[], bool]) -> None:
    async def check() -> bool:
        return holds()

    await until(check)


async def within_time(waiting: Awaitable[object]) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        await waiting


async def test_a_task_that_runs_is_not_down(supervisor: Supervisor):
    work = Work()

    supervisor.start("work", work.run)
    await within_time(work.stays.wait())

    assert supervisor.down == {}


async def test_a_task_that_dies_at_once_is_red_and_started_again(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    work = Work(Retry("no line"), Retry("no line"))

    with capture_logs() as said:
        supervisor.start("work", work.run)
        await within_time(work.stays.wait())

    assert supervisor.down == {"work": "Retry: no line"}  # Until it has proved itself.
    assert (work.runs, supervisor.watched["work"].restarts) == (3, 2)
    assert [each["again_in"] for each in said] == [0.01, 0.02]


async def test_a_task_that_was_restarted_is_green_once_it_has_survived_a_while(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.supervisor, "HEALTHY_AFTER_SECONDS", 0.05)
    work = Work(ValueError("slip"))

    with capture_logs():
        supervisor.start("work", work.run)
        await within_time(work.stays.wait())

    assert "ValueError: slip" in supervisor.down["work"]
    await soon(lambda: supervisor.down == {})


async def test_a_task_that_returns_has_died_too(supervisor: Supervisor):
    work = Work(None)

    with capture_logs():
        supervisor.start("work", work.run)
        await within_time(work.stays.wait())

    assert supervisor.down == {"work": "it ended"}


async def test_a_task_that_is_cancelled_from_within_has_died_too(supervisor: Supervisor):
    work = Work(asyncio.CancelledError())

    with capture_logs():
        supervisor.start("work", work.run)
        await within_time(work.stays.wait())

    assert supervisor.down == {"work": "it was cancelled from within"}


async def test_a_task_that_does_not_even_begin_has_died_too(supervisor: Supervisor):
    def never() -> Awaitable[None]:
        raise LookupError("nothing to run")

    with capture_logs():
        supervisor.start("work", never)
        await soon(lambda: supervisor.watched["work"].restarts > 1)

    assert supervisor.down == {"work": "LookupError: nothing to run"}


async def test_of_errors_in_a_group_the_first_is_said_with_its_notes(supervisor: Supervisor):
    slip = ValueError("slip")
    slip.add_note("at position 7")
    work = Work(ExceptionGroup("group", [ExceptionGroup("inner", [slip])]))

    with capture_logs():
        supervisor.start("work", work.run)
        await within_time(work.stays.wait())

    assert supervisor.down == {"work": "ValueError: slip; at position 7"}


async def test_an_unexpected_error_is_logged_with_its_place_and_our_own_without(
    supervisor: Supervisor,
):
    work = Work(ValueError("slip"), Retry("no line"))

    with capture_logs() as said:
        supervisor.start("work", work.run)
        await within_time(work.stays.wait())

    assert [isinstance(each["exc_info"], ValueError) for each in said] == [True, False]


async def test_pauses_grow_up_to_a_limit(supervisor: Supervisor):
    work = Work(*(Retry("no line") for _ in range(5)))

    with capture_logs() as said:
        supervisor.start("work", work.run)
        await within_time(work.stays.wait())

    assert [each["again_in"] for each in said] == [0.01, 0.02, 0.04, 0.04, 0.04]


async def test_one_death_does_not_touch_the_others(supervisor: Supervisor):
    healthy, ill = Work(), Work(Retry("no line"))

    with capture_logs():
        supervisor.start("healthy", healthy.run)
        supervisor.start("ill", ill.run)
        await within_time(ill.stays.wait())

    assert [*supervisor.down] == ["ill"]
    assert healthy.runs == 1


async def test_a_name_is_given_once(supervisor: Supervisor):
    supervisor.start("work", Work().run)

    with pytest.raises(ValueError, match="already"):
        supervisor.start("work", Work().run)


async def test_stopping_waits_for_each_task_the_last_one_first(supervisor: Supervisor):
    order: list[str] = []
    begun = asyncio.Barrier(3)

    def work(name: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await begun.wait()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                order.append(name)

        return run

    for name in ("first", "second"):
        supervisor.start(name, work(name))
    await within_time(begun.wait())

    await within_time(supervisor.stop())

    assert order == ["second", "first"]
    assert (supervisor.watched, supervisor.down) == ({}, {})


async def test_stopping_ends_a_task_in_its_pause_and_one_that_takes_no_notice(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.supervisor, "RESTART_FIRST_SECONDS", 60.0)
    dead, begun = Work(Retry("no line")), asyncio.Event()

    async def deaf() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return  # As if nothing had been said.

    with capture_logs():
        supervisor.start("dead", dead.run)
        supervisor.start("deaf", deaf)
        await within_time(begun.wait())
        await soon(lambda: "dead" in supervisor.down)

        await within_time(supervisor.stop())

    assert dead.runs == 1


async def test_a_task_that_nobody_restarts_any_more_is_red(supervisor: Supervisor):
    work = Work()
    supervisor.start("work", work.run)
    await within_time(work.stays.wait())
    keeper = supervisor.watched["work"].task
    assert keeper is not None

    keeper.cancel()
    await within_time(asyncio.gather(keeper, return_exceptions=True))

    assert supervisor.down == {"work": "it is gone"}
