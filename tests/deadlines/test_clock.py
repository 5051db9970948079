"""The clock: once, not early, in order, after any restart."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.deadlines import clock as clock_module
from services.deadlines.projection import DUE
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.deadlines.engine import CASE, POLICE, TIP, Engine, at
from tests.deadlines.test_engine import INSTITUTED, RECEIVED

SOON_SECONDS = 15.0


async def test_nothing_is_said_before_its_moment_and_all_of_it_at_it(engine: Engine):
    await engine.fact("tip_transferred", "2026-01-05 08:00", TIP, kind="vks_takeover_requested")
    # Five days end on Saturday the 10th, which is worked this year.
    early = await engine.tick("2026-01-09 23:59:59")

    warned = await engine.tick("2026-01-10 00:00")
    still = await engine.tick("2026-01-10 23:59:59")
    missed = await engine.tick("2026-01-11 00:00")
    again = await engine.tick("2026-01-11 00:01")

    assert (early, warned, still, missed, again) == (0, 1, 0, 1, 0)
    [warning] = await engine.said("DeadlineWarningRaised")
    assert warning.level == "critical"
    assert warning.remaining_seconds == 24 * 3600
    [miss] = await engine.said("DeadlineMissed")
    assert miss.due == miss.timestamp == at("2026-01-11 00:00")
    assert miss.responsible == (POLICE,)


async def test_after_being_down_it_catches_up_in_the_order_of_the_moments(engine: Engine):
    for n in range(12):
        subject = f"tip:{UUID(int=100 + n)}"
        await engine.fact("tip_received", f"2026-01-{5 + n:02d} 08:00", subject, **RECEIVED)

    said = await engine.tick("2026-04-01 08:00")

    moments = [
        each.timestamp for each in await engine.said("DeadlineWarningRaised", "DeadlineMissed")
    ]
    assert len(moments) == said > 100
    assert moments == sorted(moments)
    assert len(await engine.said("DeadlineMissed")) == 12 * 5


async def test_small_pages_say_the_same_in_the_same_order(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clock_module, "PAGE_PERIODS_MAX", 3)
    for n in range(4):
        subject = f"tip:{UUID(int=100 + n)}"
        await engine.fact("tip_received", f"2026-01-{5 + n:02d} 08:00", subject, **RECEIVED)

    await engine.tick("2026-04-01 08:00")

    moments = [
        each.timestamp for each in await engine.said("DeadlineWarningRaised", "DeadlineMissed")
    ]
    assert moments == sorted(moments)
    assert len(await engine.said("DeadlineMissed")) == 4 * 5


async def test_two_clocks_and_a_stale_read_model_say_it_once(engine: Engine):
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, **RECEIVED)
    engine.now = at("2026-03-01 08:00")
    other = engine.another_clock()
    page, same = await engine.clock._page(engine.now), await other._page(engine.now)

    first = [await engine.clock._say(each, engine.now) for each in page]
    second = [await other._say(each, engine.now) for each in same]

    assert all(position for position, _ in first)
    assert not any(position for position, _ in second)


async def test_a_period_that_the_log_does_not_have_is_passed_over_and_the_others_are_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clock_module, "PAGE_PERIODS_MAX", 2)
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, **RECEIVED)
    rows = await engine.rows()
    columns = ", ".join(name for name in dict(rows[0]) if name != "id")
    for n in range(3):  # More than a page, all to be said before anything else.
        await engine.pool.execute(
            f"INSERT INTO {DUE.schema}.periods (id, {columns}) "
            f"SELECT $1, {columns} FROM {DUE.schema}.periods WHERE id = $2",
            UUID(int=n),
            rows[0]["id"],
        )
    lost = [UUID(int=n) for n in range(3)]
    await engine.pool.execute(
        f"UPDATE {DUE.schema}.periods SET next_at = $1 WHERE id = ANY ($2)",
        at("2026-01-05 08:00"),
        lost,
    )

    with capture_logs() as logged:
        await engine.tick("2026-04-01 08:00")
        again = await engine.tick("2026-04-01 08:01")

    errors = [each for each in logged if each["event"] == "period not in the log"]
    assert [(each["log_level"], each["period"]) for each in errors] == [
        ("error", str(id)) for id in lost
    ]
    assert "rebuild deadlines.due" in errors[0]["remedy"]
    assert len(await engine.said("DeadlineMissed")) == 5
    assert again == 0
    assert await engine.clock.next_moment() is None


async def test_at_once_has_no_figure_it_is_warned_of_and_never_missed(engine: Engine):
    passed_on = {
        "channel": "hotline_111",
        "receiver": "HOTLINE",
        "competent": False,
        "urgent": True,
    }
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, by="HOTLINE_111-VN", **passed_on)

    before = await engine.tick("2026-01-06 07:59")
    await engine.tick("2026-02-10 08:00")

    assert before >= 0
    warnings = [
        each
        for each in await engine.said("DeadlineWarningRaised")
        if each.rule == "VIC-HOTLINE-PASS"
    ]
    assert [each.timestamp for each in warnings] == [at("2026-01-06 08:00")]
    assert warnings[0].remaining_seconds == -24 * 3600
    missed = {each.rule for each in await engine.said("DeadlineMissed")}
    assert "VIC-HOTLINE-PASS" not in missed
    await engine.fact(
        "tip_transferred", "2026-02-11 08:00", TIP, step="offered", kind="hotline_forward"
    )
    met = await engine.period("VIC-HOTLINE-PASS")
    assert met.is_over
    assert met.in_time is None


async def test_what_was_over_when_it_was_recorded_is_not_called_missed_at_once(engine: Engine):
    await engine.fact(
        "tip_received", "2026-01-05 08:00", TIP, recorded="2026-03-02 09:00", **RECEIVED
    )

    at_once = await engine.tick("2026-03-02 09:01")
    await engine.fact(
        "tip_classified", "2026-01-05 20:00", TIP, recorded="2026-03-02 09:05", competent=True
    )
    await engine.tick("2026-03-03 09:01")

    assert at_once == 0
    assert (await engine.period("TIP-CLASSIFY")).in_time is True
    missed = {each.rule for each in await engine.said("DeadlineMissed")}
    assert "TIP-CLASSIFY" not in missed
    assert "TIP-ASSIGN" in missed


async def test_an_extension_takes_back_the_warnings_of_the_old_end(engine: Engine):
    await engine.fact("case_prosecution_instituted", "2026-01-05 08:00", CASE, **INSTITUTED)
    await engine.fact(
        "proceedings_period_extended",
        "2026-04-20 09:00",
        CASE,
        stage="investigation",
        seq=1,
        granted=True,
        rule="INV",
    )

    await engine.tick("2026-06-01 08:00")

    rules = [each.rule for each in await engine.said("DeadlineWarningRaised", "DeadlineMissed")]
    assert "INV" not in rules
    assert (await engine.clock.next_moment()) is not None


async def test_it_wakes_when_something_falls_due_sooner_than_it_sleeps(engine: Engine):
    await engine.fact("tip_transferred", "2026-01-05 08:00", TIP, kind="vks_takeover_requested")
    engine.now = at("2026-01-09 23:59") + timedelta(seconds=59.9)
    running = asyncio.create_task(engine.clock.run())
    engine.now = at("2026-01-10 00:00")

    async with asyncio.timeout(SOON_SECONDS):
        while not await engine.said("DeadlineWarningRaised"):
            await engine.following.step(0.01)

    running.cancel()
    assert engine.clock.said <= 1


async def test_a_restart_at_any_point_says_it_once_on_the_real_log(
    pool: asyncpg.Pool, database_url: str, supervisor: Supervisor
):
    log = await PostgresLog.open("deadlines", pool, database_url)
    supervisor.start("writer", log.writer.run)
    engine = await Engine(pool, log).create()
    for n in range(5):
        await engine.fact("tip_received", "2026-01-05 08:00", f"tip:{UUID(int=n)}", **RECEIVED)

    engine.now = at("2026-01-06 08:00")
    for next_ in await engine.clock._page(engine.now):
        await engine.clock._say(next_, engine.now)
        engine.begin()  # The process died before the read model or anybody else knew.
        engine.now = at("2026-01-06 08:00")
    await engine.settle()
    await engine.tick("2026-01-06 08:00")
    engine.begin()
    await engine.tick("2026-01-06 08:00")

    missed = await engine.said("DeadlineMissed")
    assert len(missed) == 5
    assert len({each.originator_id for each in missed}) == 5
