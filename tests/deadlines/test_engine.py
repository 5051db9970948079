"""What facts do to periods, through the reactor, the log, the read model and the clock."""

from uuid import UUID

from services.deadlines.projection import DUE
from services.deadlines.service import WATCH
from tests.deadlines.engine import CASE, COURT, PERSON, POLICE, PROCURACY, TIP, Engine, at

RECEIVED = {
    "receiver": "CQDT",
    "competent": True,
    "urgent": True,
    "remote": False,
    "kind": "tin_bao",
    "informant_ref": str(UUID(int=3)),
}
INSTITUTED = {"by": "CQDT", "severity_class": "RNT", "juvenile": False, "investigates": "whole"}


async def test_a_tip_starts_all_its_periods_and_classifying_it_stops_one(engine: Engine):
    await engine.fact("tip_received", "2026-02-13 10:15", TIP, **RECEIVED)

    await engine.fact("tip_classified", "2026-02-13 16:00", TIP, competent=True)

    opened = {each.rule for each in await engine.said("DeadlineOpened")}
    assert opened == {
        "TIP-CLASSIFY",
        "TIP-ASSIGN",
        "TIP-NOTIFY-VKS",
        "TIP-NOTIFY-INFORMANT",
        "TIP-RESOLVE",
    }
    [met] = await engine.said("DeadlineMet")
    assert met.in_time is True
    assert (await engine.period("TIP-CLASSIFY")).is_over
    # Three working days from Friday the 13th: Tết begins on Monday, work again on the 23rd.
    assert (await engine.period("TIP-NOTIFY-INFORMANT")).due == at("2026-02-26 00:00")


async def test_a_stop_that_comes_late_is_met_late_and_says_by_how_much(engine: Engine):
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, **RECEIVED)

    await engine.fact("tip_classified", "2026-01-06 09:00", TIP, competent=True)

    [met] = await engine.said("DeadlineMet")
    assert met.in_time is False
    assert met.late_seconds == 3600


async def test_a_stop_recorded_before_its_start_was_recorded_still_stops_it(engine: Engine):
    await engine.fact("tip_classified", "2026-01-05 12:00", TIP, competent=True)

    await engine.fact(
        "tip_received", "2026-01-05 08:00", TIP, recorded="2026-01-05 13:00", **RECEIVED
    )

    assert (await engine.period("TIP-CLASSIFY")).is_over
    assert (await engine.period("TIP-CLASSIFY")).in_time is True


async def test_extensions_move_the_end_and_flag_what_was_asked_late(engine: Engine):
    await engine.fact("case_prosecution_instituted", "2026-01-05 08:00", CASE, **INSTITUTED)

    await engine.fact(
        "proceedings_period_extended",
        "2026-05-04 09:00",
        CASE,
        by=PROCURACY,
        stage="investigation",
        seq=1,
        granted=True,
        requested_on="2026-04-29",
        rule="INV",
    )

    period = await engine.period("INV")
    assert period.due == at("2026-09-08 00:00")  # 05/9 is a Saturday.
    [extended] = await engine.said("DeadlineExtended")
    assert extended.flags == ("asked_late",)
    assert extended.decided_by == PROCURACY
    assert "procuracy" in extended.approver


async def test_an_extension_the_table_does_not_have_moves_nothing(engine: Engine):
    await engine.fact(
        "case_prosecution_instituted",
        "2026-01-05 08:00",
        CASE,
        **INSTITUTED | {"severity_class": "ITNT"},
    )
    for seq in (1, 2):
        await engine.fact(
            "proceedings_period_extended",
            f"2026-02-{10 + seq} 09:00",
            CASE,
            by=PROCURACY,
            stage="investigation",
            seq=seq,
            granted=True,
            rule="INV",
        )

    period = await engine.period("INV")

    assert period.due == at("2026-05-06 00:00")
    assert [each["flags"] for each in period.extensions] == [[], ["not_in_table"]]


async def test_a_graver_charge_counts_the_investigation_anew_from_its_start(engine: Engine):
    await engine.fact(
        "case_prosecution_instituted",
        "2026-01-20 09:00",
        CASE,
        **INSTITUTED | {"severity_class": "NT"},
    )
    before = (await engine.period("INV")).due

    await engine.fact(
        "case_institution_changed", "2026-02-10 09:00", CASE, kind="change", class_after="RNT"
    )

    assert before == at("2026-04-21 00:00")
    assert (await engine.period("INV")).due == at("2026-05-21 00:00")
    [recomputed] = await engine.said("DeadlineRecomputed")
    assert recomputed.why == "reclassified"
    assert recomputed.because == ("class:RNT",)


async def test_a_corrected_moment_counts_anew_what_the_fact_started(engine: Engine):
    started = await engine.fact("tip_received", "2026-01-05 08:00", TIP, **RECEIVED)

    await engine.fact(
        "record_corrected",
        "2026-01-06 10:00",
        TIP,
        target_event=str(started),
        field_path="/occurred_at",
        new=at("2026-01-04 20:00").isoformat(),
    )

    assert (await engine.period("TIP-CLASSIFY")).due == at("2026-01-05 20:00")
    assert (await engine.period("TIP-RESOLVE")).started_at == at("2026-01-04 20:00")


async def test_a_juvenile_of_2026_has_half_the_period_besides(engine: Engine):
    await engine.fact(
        "case_prosecution_instituted", "2026-01-15 09:00", CASE, **INSTITUTED | {"juvenile": True}
    )

    await engine.fact("investigation_concluded", "2026-03-10 09:00", CASE, kind="first")

    half = await engine.period("JUV-PERIODS", "INV")
    assert half.due == at("2026-03-17 00:00")
    assert half.because == ("share:1/2:INV", "class:RNT")
    assert half.is_over


async def test_a_case_of_2025_keeps_its_regime_after_the_law_has_changed(engine: Engine):
    await engine.fact(
        "case_prosecution_instituted", "2025-12-30 09:00", CASE, **INSTITUTED | {"juvenile": True}
    )
    sent = {"to": "VKS", "stage": "investigation", "step": "received", "receiver": PROCURACY}

    await engine.fact("case_file_transmitted", "2026-03-02 09:00", CASE, by=PROCURACY, **sent)

    assert await engine.periods("JUV-PERIODS", "INV") == []
    assert await engine.periods("JUV-PERIODS", "PROS") == []
    assert (await engine.period("PROS")).opened.parties == (PROCURACY,)


async def test_two_procuracies_have_a_period_of_their_own_to_protest(engine: Engine):
    await engine.fact("first_instance_judgment_pronounced", "2026-03-02 16:00", CASE, by=COURT)

    said = {"step": "filed", "kind": "appeal", "against": "judgment", "level": "same"}
    await engine.fact("protest_filed", "2026-03-10 09:00", CASE, by=PROCURACY, late=False, **said)

    same, above = (
        await engine.period("PROTEST", "SAME_LEVEL"),
        await engine.period("PROTEST", "SUPERIOR"),
    )
    assert (same.due, above.due) == (at("2026-03-18 00:00"), at("2026-04-02 00:00"))
    assert (same.is_over, above.is_over) == (True, False)


async def test_only_a_detained_person_has_a_period_of_detention_while_the_charge_is_decided(
    engine: Engine,
):
    await engine.fact("case_prosecution_instituted", "2026-01-05 08:00", CASE, **INSTITUTED)
    other = f"person:{UUID(int=10)}"
    await engine.fact(
        "temporary_detention_ordered", "2026-01-06 08:00", PERSON, CASE, step="approved"
    )
    await engine.fact("accused_prosecution_instituted", "2026-01-06 08:00", other, CASE)
    sent = {"to": "VKS", "stage": "investigation", "step": "received", "receiver": PROCURACY}

    await engine.fact("case_file_transmitted", "2026-03-02 09:00", CASE, by=PROCURACY, **sent)

    period = await engine.period("DET-PROS")
    assert period.subject == PERSON
    assert period.due == at("2026-04-02 00:00")  # Thirty days, and never moved.


async def test_a_fact_without_subjects_is_nothing_to_the_engine_and_the_next_one_is_taken(
    engine: Engine,
):
    await engine.record("cases.tip_received.v1", "2026-01-05 08:00", (), POLICE, RECEIVED)

    await engine.fact("tip_received", "2026-01-05 09:00", TIP, **RECEIVED)

    assert {each.subject for each in await engine.said("DeadlineOpened")} == {TIP}
    assert await engine.pool.fetchval(f"SELECT count(*) FROM {WATCH.schema}.parked") == 0


async def test_a_fact_delivered_again_after_a_crash_changes_nothing(engine: Engine):
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, **RECEIVED)
    await engine.fact("tip_classified", "2026-01-05 12:00", TIP, competent=True)
    before = len(await engine.said())

    for table in ("periods", "about", "early", "checkpoints"):  # The database is of yesterday.
        await engine.pool.execute(f"TRUNCATE deadlines_watch_v1.{table}")
    engine.begin()
    await engine.settle()

    assert len(await engine.said()) == before
    rows = await engine.pool.fetch(
        "SELECT over FROM deadlines_watch_v1.periods WHERE rule = $1", "TIP-CLASSIFY"
    )
    assert [each["over"] for each in rows] == [True]


async def test_a_cancelled_task_ends_its_term_without_being_missed(engine: Engine):
    task = f"task:{UUID(int=5)}"
    await engine.fact(
        "task_assigned",
        "2026-01-05 08:00",
        task,
        store="directives",
        due={"type": "before", "on": "2026-01-20"},
        assignees=[POLICE, COURT],
        never_critical=[COURT],
    )

    await engine.fact(
        "task_cancelled", "2026-01-10 08:00", task, store="directives", reason="merged"
    )

    period = await engine.period("TASK-DUE")
    assert period.is_over
    assert period.closed == "cancelled"
    assert await engine.tick("2026-02-01 08:00") == 0


async def test_each_body_of_a_task_is_done_by_itself_and_a_court_is_never_critical(engine: Engine):
    task = f"task:{UUID(int=5)}"
    await engine.fact(
        "task_assigned",
        "2026-01-05 08:00",
        task,
        store="directives",
        due={"type": "before", "on": "2026-01-20"},
        assignees=[POLICE, COURT],
        never_critical=[COURT],
    )
    await engine.fact("task_completed", "2026-01-10 08:00", task, store="directives", agency=POLICE)

    await engine.tick("2026-01-20 00:00")

    [missed] = await engine.said("DeadlineMissed")
    assert missed.responsible == (COURT,)
    assert missed.critical == ()
    assert missed.level == "warn"
    assert {each.level for each in await engine.said("DeadlineWarningRaised")} <= {"info", "warn"}


async def test_another_day_for_a_task_moves_its_end(engine: Engine):
    task = f"task:{UUID(int=5)}"
    due = {"type": "date", "on": "2026-01-20"}
    await engine.fact(
        "task_assigned", "2026-01-05 08:00", task, store="directives", due=due, assignees=[POLICE]
    )

    await engine.fact(
        "task_due_date_changed",
        "2026-01-06 08:00",
        task,
        store="directives",
        new_due={"type": "date", "on": "2026-01-31"},
        old_due=due,
    )

    assert (await engine.period("TASK-DUE")).due == at("2026-02-01 00:00")


async def test_the_read_model_says_what_the_log_says(engine: Engine):
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, **RECEIVED)
    await engine.fact("tip_classified", "2026-01-06 12:00", TIP, competent=True)
    await engine.tick("2026-01-30 08:00")

    for row in await engine.rows():
        [period] = [each for each in await engine.periods(row["rule"]) if each.id == row["id"]]
        assert row["due"] == period.due
        assert row["over"] == period.is_over
        assert row["in_time"] == period.in_time
        assert (row["due"] in row["missed_dues"]) == period.missed
    assert DUE.schema == "deadlines_due_v1"
