"""What an offer had met runs again when it is withdrawn; what it had started ends. Worked rows."""

from typing import Any
from uuid import UUID

import pytest

from services.deadlines.service import WATCH
from services.deadlines.wiring import load_wiring
from tests.deadlines.engine import CASE, PERSON, POLICE, PROCURACY, TIP, Engine, at
from tests.deadlines.test_halves import HALF, instituted
from tests.deadlines.test_transfers import BORDER, COMMUNE, INVESTIGATORS, real, sent, transferred

SENT, BACK, AGAIN = "2026-02-12 08:00", "2026-02-13 09:00", "2026-02-23 15:00"
SEVEN = ("CASE-BG-TRANSFER", at("2026-02-24 00:00"))
"""Ten days of Tết lie between the institution of 10/2 and the seventh day."""


async def initial(engine: Engine) -> UUID:
    """The Border Guard has instituted a case and takes first measures."""
    said = {"by": "BDBP", "severity_class": "RNT", "investigates": "initial", "juvenile": False}
    when, name = "2026-02-10 08:00", "case_prosecution_instituted"
    return await real(engine, name, when, CASE, who=BORDER, **said)


async def withdrawn(engine: Engine, offered: str, when: str, **changes: Any) -> UUID:
    said = {"step": "withdrawn", "to": INVESTIGATORS, "by": "BDBP", "stage": "investigation"}
    said |= {"offered_at": at(offered).isoformat()} | changes
    return await real(engine, "case_transferred", when, CASE, who=BORDER, **said)


async def test_who_withdraws_an_offer_has_the_time_that_there_was_from_the_beginning(
    engine: Engine,
):
    await initial(engine)
    await transferred(engine, "offered", SENT, BORDER)

    await withdrawn(engine, SENT, BACK)

    met, again = await engine.periods(SEVEN[0])
    assert (met.in_time, met.ended_at) == (True, at(SENT))
    assert (again.due, again.started_at) == (SEVEN[1], at("2026-02-10 08:00"))
    assert (again.is_over, again.parties_left) == (False, (BORDER,))
    assert again.opened.start_event == met.opened.start_event
    assert all(each.at > at(BACK) for each in again.alarms) and again.alarms


async def test_the_right_offer_meets_it_and_a_late_one_is_late(engine: Engine):
    await initial(engine)
    await transferred(engine, "offered", SENT, BORDER)
    await withdrawn(engine, SENT, BACK)

    await transferred(engine, "offered", AGAIN, BORDER)
    await withdrawn(engine, AGAIN, "2026-02-23 16:00")
    await transferred(engine, "offered", "2026-02-25 08:00", BORDER)

    periods = await engine.periods(SEVEN[0])
    assert [each.in_time for each in periods] == [True, True, False]
    assert {each.due for each in periods} == {SEVEN[1]}


async def test_what_ran_out_while_it_was_offered_is_missed_when_that_is_withdrawn(engine: Engine):
    await initial(engine)
    await transferred(engine, "offered", SENT, BORDER)
    await engine.tick("2026-02-24 08:00")
    assert await engine.said("DeadlineMissed") == []

    await withdrawn(engine, SENT, "2026-02-26 09:00")
    await engine.tick("2026-02-27 12:00")

    [missed] = [each for each in await engine.said("DeadlineMissed") if each.rule == SEVEN[0]]
    assert missed.responsible == (BORDER,)


async def test_a_period_that_runs_again_moves_with_the_moment_that_it_began_at(engine: Engine):
    begun = await initial(engine)
    await transferred(engine, "offered", SENT, BORDER)
    gone = await withdrawn(engine, SENT, BACK)

    for target, moment in ((gone, "2026-02-12 10:00"), (begun, "2026-02-06 08:00")):
        said = {"target_event": str(target), "field_path": "occurred_at"}
        await engine.fact(
            "record_corrected", "2026-02-13 15:00", CASE, new=at(moment).isoformat(), **said
        )

    met, again = await engine.periods(SEVEN[0])
    assert met.due == SEVEN[1]
    assert (again.started_at, again.due) == (at("2026-02-06 08:00"), at("2026-02-14 00:00"))


async def test_a_withdrawal_that_is_taken_twice_or_in_one_batch_opens_one_period(engine: Engine):
    await initial(engine)
    handed = {"to": INVESTIGATORS, "by": "BDBP", "stage": "investigation", "agency": BORDER}
    back = handed | {"step": "withdrawn", "offered_at": at(SENT).isoformat()}
    topic = "cases.case_transferred.v1"
    await engine.record(topic, SENT, (CASE,), BORDER, handed | {"step": "offered"})
    await engine.record(topic, BACK, (CASE,), BORDER, back)
    await engine.settle()
    first, again = await engine.periods(SEVEN[0])

    for table in ("periods", "about", "early", "checkpoints"):  # The database is of yesterday.
        await engine.pool.execute(f"TRUNCATE {WATCH.schema}.{table}")
    engine.begin(one_by_one=True)
    await engine.settle()
    assert [each.id for each in await engine.periods(SEVEN[0])] == [first.id, again.id]
    assert (first.is_over, again.is_over) == (True, False)


async def test_a_period_that_something_else_had_met_does_not_run_again(engine: Engine):
    """Whoever received the case hands it on by competence, and takes that back."""
    await initial(engine)
    await transferred(engine, "offered", SENT, BORDER)
    await transferred(engine, "received", BACK, INVESTIGATORS)
    await transferred(engine, "offered", AGAIN, INVESTIGATORS, by="CQDT", to=POLICE)

    await withdrawn(engine, AGAIN, "2026-02-24 08:00", by="CQDT", to=POLICE)

    assert [each.is_over for each in await engine.periods(SEVEN[0])] == [True]


async def test_a_released_person_is_not_detained_again_because_a_file_comes_back(engine: Engine):
    detained = {"stage": "investigation", "step": "approved", "since": "2026-03-01"}
    detained |= {"to": "2026-05-01"}
    await real(engine, "temporary_detention_ordered", "2026-03-01 08:00", PERSON, CASE, **detained)
    await sent(engine, "received", "2026-03-05 08:00", PROCURACY)
    await real(engine, "preventive_measure_changed", "2026-03-09 08:00", PERSON, CASE, to="bail")
    file = {"to": "COURT", "receiver": "TAND_KV-P34-40", "sender": PROCURACY}
    file |= {"stage": "prosecution"}
    await sent(engine, "offered", "2026-03-16 08:00", PROCURACY, **file)

    back = {"offered_at": at("2026-03-16 08:00").isoformat(), "refused_reason": "Chuyển nhầm"}
    await sent(engine, "withdrawn", "2026-03-17 08:00", PROCURACY, **file, **back)

    [bound] = await engine.periods("DET-PROS")
    assert (bound.is_over, bound.ended_at) == (True, at("2026-03-09 08:00"))


async def test_an_indictment_is_still_to_go_to_court_when_the_file_comes_back(engine: Engine):
    await real(engine, "indictment_issued", "2026-03-10 08:00", CASE, who=PROCURACY)
    file = {"to": "COURT", "receiver": "TAND_KV-P34-40", "sender": PROCURACY}
    file |= {"stage": "prosecution"}
    await sent(engine, "offered", "2026-03-11 08:00", PROCURACY, **file)
    due = (await engine.period("PROS-FILE-COURT")).due

    back = {"offered_at": at("2026-03-11 08:00").isoformat(), "refused_reason": "Nhầm Tòa án"}
    await sent(engine, "withdrawn", "2026-03-11 10:00", PROCURACY, **file, **back)

    met, again = await engine.periods("PROS-FILE-COURT")
    assert (met.is_over, again.is_over, again.due) == (True, False, due)


async def test_nobody_is_told_of_a_transfer_that_was_withdrawn(engine: Engine):
    said = {"to": "VKSND_TINH-P34-42", "by": "VKS", "stage": "prosecution"}
    await transferred(engine, "offered", "2026-03-10 08:00", PROCURACY, **said)
    assert not (await engine.period("PROS-TRANSFER-NOTIFY")).is_over

    await withdrawn(engine, "2026-03-10 08:00", "2026-03-10 09:00", **said)

    assert (await engine.period("PROS-TRANSFER-NOTIFY")).closed == "matter_ended"


@pytest.mark.parametrize(
    ("rule", "receiver", "urgent", "remote"),
    [
        ("TIP-COMMUNE-URGENT", "CAX", True, False),
        ("TIP-COMMUNE-URGENT-REMOTE", "CAX", True, True),
        ("TIP-COMMUNE-ORDINARY", "CAX", False, False),
        ("TIP-POST-STATION", "TRAM_CA", False, False),
        ("TIP-VKS-FORWARD", "VKS", False, False),
    ],
)
async def test_a_tip_that_comes_back_is_to_be_passed_on_in_the_time_that_is_left(
    engine: Engine, rule: str, receiver: str, urgent: bool, remote: bool
):
    said = {"kind": "tin_bao", "channel": "in_person", "urgent": urgent, "remote": remote}
    said |= {"receiver": receiver, "competent": False}
    await real(engine, "tip_received", "2026-01-09 16:30", TIP, who=COMMUNE, **said)
    went = {"kind": "commune_forward", "to": POLICE, "receiver": "CQDT", "competent": True}
    when = "2026-01-09 17:00"
    await real(engine, "tip_transferred", when, TIP, who=COMMUNE, **went, step="offered")
    due = (await engine.period(rule)).due

    back = {"step": "withdrawn", "reason": "nhầm", "offered_at": at(when).isoformat()}
    await real(engine, "tip_transferred", "2026-01-09 17:10", TIP, who=COMMUNE, **went, **back)

    met, again = await engine.periods(rule)
    assert (met.is_over, again.is_over, again.due) == (True, False, due)
    assert again.parties_left == (COMMUNE,)
    assert {"TIP-CLASSIFY", "TIP-RESOLVE"}.isdisjoint(
        {each.rule for each in await engine.said("DeadlineOpened")}
    )


FILE = {
    "to": "COURT",
    "receiver": "TAND_KV-P34-40",
    "sender": PROCURACY,
    "stage": "prosecution",
}
LEFT, RETURNED = "2026-03-16 08:00", "2026-03-17 08:00"


async def detained(engine: Engine, when: str, stage: str) -> None:
    said = {"stage": stage, "step": "approved", "since": when[:10], "to": "2026-05-01"}
    await real(engine, "temporary_detention_ordered", when, PERSON, CASE, **said)


async def file_sent_to_court(engine: Engine) -> None:
    """Of somebody who is detained."""
    await detained(engine, "2026-03-01 08:00", "investigation")
    await sent(engine, "received", "2026-03-05 08:00", PROCURACY)
    await sent(engine, "offered", LEFT, PROCURACY, **FILE)


async def file_taken_back(engine: Engine) -> None:
    back = {"offered_at": at(LEFT).isoformat(), "refused_reason": "Chuyển nhầm"}
    await sent(engine, "withdrawn", RETURNED, PROCURACY, **FILE, **back)


async def test_who_is_detained_still_is_so_for_the_procuracy_when_the_file_comes_back(
    engine: Engine,
):
    await file_sent_to_court(engine)

    await file_taken_back(engine)

    met, again = await engine.periods("DET-PROS")
    assert (met.is_over, again.is_over, again.due) == (True, False, met.due)


@pytest.mark.parametrize(
    ("how", "said"),
    [("preventive_measure_changed", {"to": "bail"}), ("wanted_notice_issued", {"kind": "issue"})],
)
async def test_who_is_free_meanwhile_is_not_detained_because_a_file_comes_back(
    engine: Engine, how: str, said: dict[str, Any]
):
    await file_sent_to_court(engine)
    await real(engine, how, "2026-03-16 15:00", PERSON, CASE, **said)

    await file_taken_back(engine)

    [met] = await engine.periods("DET-PROS")
    assert (met.is_over, met.ended_at) == (True, at(LEFT))


async def test_who_was_freed_and_detained_anew_is_so_by_the_new_order(engine: Engine):
    await file_sent_to_court(engine)
    await real(engine, "preventive_measure_changed", "2026-03-16 15:00", PERSON, CASE, to="bail")
    await detained(engine, "2026-03-16 18:00", "prosecution")

    await file_taken_back(engine)

    _, again = await engine.periods("DET-PROS")
    assert (again.is_over, again.ended_at) == (True, at("2026-03-16 15:00"))


async def test_an_offer_whose_moment_was_corrected_is_taken_back_as_any_other(engine: Engine):
    await initial(engine)
    said = {"step": "offered", "to": INVESTIGATORS, "by": "BDBP", "stage": "investigation"}
    offer = await real(engine, "case_transferred", SENT, CASE, who=BORDER, **said)
    moment = "2026-02-12 10:00"
    changed = {"target_event": str(offer), "field_path": "occurred_at"}
    new = at(moment).isoformat()
    await engine.fact("record_corrected", "2026-02-12 15:00", CASE, new=new, **changed)

    await withdrawn(engine, moment, BACK)

    met, again = await engine.periods(SEVEN[0])
    assert (met.ended_at, again.is_over, again.due) == (at(SENT), False, SEVEN[1])


async def test_calling_a_tip_in_does_not_hide_what_was_offered_before(engine: Engine):
    said = {"kind": "tin_bao", "channel": "in_person", "urgent": True, "remote": False}
    said |= {"receiver": "CAX", "competent": False}
    await real(engine, "tip_received", "2026-01-09 16:30", TIP, who=COMMUNE, **said)
    went = {"kind": "commune_forward", "to": POLICE, "receiver": "CQDT", "competent": True}
    when = "2026-01-09 17:00"
    await real(engine, "tip_transferred", when, TIP, who=COMMUNE, **went, step="offered")
    called = {"kind": "vks_takeover_requested", "step": "offered", "to": PROCURACY}
    await real(engine, "tip_transferred", "2026-01-09 17:05", TIP, who=PROCURACY, **called)

    back = {"step": "withdrawn", "reason": "nhầm", "offered_at": at(when).isoformat()}
    await real(engine, "tip_transferred", "2026-01-09 17:10", TIP, who=COMMUNE, **went, **back)

    assert [each.is_over for each in await engine.periods("TIP-COMMUNE-URGENT")] == [True, False]


def test_no_offer_meets_a_period_that_has_a_share():
    """A conclusion, an indictment, the order of a trial does (BLTTHS 172, 240, 277, 346): nothing
    that is withdrawn makes it run again. A row that differs must let its shares run again too."""
    wiring = load_wiring()

    assert {*wiring.halves} == {"INV", "PROS", "TRIAL-PREP", "APPEAL-PREP"}
    again = [rule for rule in wiring.halves if wiring.rows[rule].reopens]
    assert again == [] == [half.id for of in wiring.halves.values() for half in of if half.reopens]


async def test_what_was_decided_stays_so_for_whole_and_half_when_the_file_comes_back(
    engine: Engine,
):
    """Half of four months from 5 January is 5 March; half of thirty days from 5 March, 20 March."""
    to_court = FILE | {"kind": "normal"}
    await instituted(engine)
    await real(engine, "investigation_concluded", "2026-03-02 08:00", CASE, kind="first")
    await sent(engine, "offered", "2026-03-03 08:00", POLICE)
    back = {"offered_at": at("2026-03-03 08:00").isoformat(), "refused_reason": "Chuyển nhầm"}

    await sent(engine, "withdrawn", "2026-03-04 08:00", POLICE, **back)
    await sent(engine, "received", "2026-03-05 08:00", PROCURACY)
    await real(engine, "indictment_issued", "2026-03-13 08:00", CASE, who=PROCURACY)
    await sent(engine, "offered", LEFT, PROCURACY, **to_court)
    await file_taken_back(engine)
    await engine.tick("2026-06-01 08:00")

    for rule, due in (("INV", "2026-03-06 00:00"), ("PROS", "2026-03-21 00:00")):
        whole, half = await engine.period(rule), await engine.period(HALF, rule)
        assert (whole.in_time, half.in_time, half.due) == (True, True, at(due)), rule
    for rule in ("INV-CONCL-DELIVER", "PROS-FILE-COURT"):  # What was to be passed on does.
        assert len(await engine.periods(rule)) == 2, rule
