"""Handing over starts and stops clocks: tips, cases, files and persons, by facts as recorded."""

import json
from typing import Any
from uuid import UUID

import pytest

from shared.domain import decode_event
from tests.deadlines.engine import CASE, COURT, PERSON, POLICE, PROCURACY, TIP, Engine, at
from tests.golden import sample

BORDER = "DON_BP-X17230"
COMMUNE = "CA_XA-X17230"
INVESTIGATORS = "CQCSDT_TINH-P34-40"
OTHER_PROCURACY = "VKSND_TINH-P34-42"
PART = f"case:{UUID(int=88)}"


async def real(
    engine: Engine,
    name: str,
    when: str,
    *subjects: str,
    who: str = POLICE,
    **changes: Any,
) -> UUID:
    """A fact with all that it has, as its model takes it."""
    topic = f"cases.{name}.v1"
    fields = sample(topic, timestamp=at(when).isoformat(), **changes)
    if "agency" in fields:
        fields["agency"] = who
    stream = UUID(subjects[0].partition(":")[2])
    decode_event(topic, stream, 2, json.dumps(fields).encode())
    event_id = await engine.record(topic, when, subjects, who, fields)
    await engine.settle()
    return event_id


async def rules(engine: Engine) -> dict[str, str]:
    """Rule → running, met or closed, of all periods; a rule with several says the last."""
    found = {}
    for said in await engine.said("DeadlineOpened"):
        for period in await engine.periods(said.rule, said.part):
            over = "closed" if period.closed else "met"
            found[said.rule] = over if period.is_over else "running"
    return found


async def instituted(engine: Engine, when: str) -> None:
    said = {"by": "CQDT", "severity_class": "RNT", "investigates": "whole", "juvenile": False}
    await real(engine, "case_prosecution_instituted", when, CASE, **said)


async def transferred(engine: Engine, step: str, when: str, who: str, **changes: Any) -> None:
    said = {"step": step, "to": INVESTIGATORS, "by": "BDBP", "stage": "investigation"} | changes
    await real(engine, "case_transferred", when, CASE, who=who, **said)


async def sent(engine: Engine, step: str, when: str, who: str, **changes: Any) -> None:
    """The file of the case on its way."""
    said = {"step": step, "to": "VKS", "receiver": PROCURACY, "stage": "investigation"}
    said |= {"sender": INVESTIGATORS, "kind": "normal"} | changes
    await real(engine, "case_file_transmitted", when, CASE, who=who, **said)


async def test_the_border_guard_has_seven_days_until_it_offers_the_case(engine: Engine):
    await real(
        engine,
        "case_prosecution_instituted",
        "2026-02-10 08:00",
        CASE,
        who=BORDER,
        **{"by": "BDBP", "severity_class": "RNT", "investigates": "initial", "juvenile": False},
    )
    seven = await engine.period("CASE-BG-TRANSFER")
    # Ten days of Tết lie between: the 17th is a day off, the 23rd is the next day of work.
    assert (seven.due, seven.parties_left) == (at("2026-02-24 00:00"), (BORDER,))

    await transferred(engine, "offered", "2026-02-12 08:00", BORDER)

    met = await engine.period("CASE-BG-TRANSFER")
    assert (met.is_over, met.in_time) == (True, True)
    assert (await engine.period("INV")).parties_left == (BORDER,)  # It has the file until then.


async def test_an_offer_that_is_refused_neither_starts_nor_stops_anything_more(engine: Engine):
    await instituted(engine, "2026-01-05 08:00")
    before = await engine.said()

    await transferred(engine, "refused", "2026-01-06 08:00", INVESTIGATORS)

    assert await engine.said() == before


async def test_the_investigation_runs_on_for_who_received_the_case(engine: Engine):
    await instituted(engine, "2026-01-05 08:00")
    period = await engine.period("INV")

    await transferred(engine, "offered", "2026-01-08 08:00", POLICE)
    await transferred(engine, "received", "2026-01-09 08:00", INVESTIGATORS)

    now = await engine.period("INV")
    assert (now.due, now.started_at, now.length) == (period.due, period.started_at, period.length)
    assert now.parties_left == (INVESTIGATORS,)
    [said] = await engine.said("DeadlineRecomputed")
    assert said.why == "handed_over"
    bound = await engine.pool.fetch(
        "SELECT agency, bound FROM deadlines_due_v1.parties WHERE id = $1 ORDER BY agency", now.id
    )
    assert [tuple(row) for row in bound] == [(POLICE, False), (INVESTIGATORS, True)]
    await engine.tick("2026-06-01 08:00")
    [missed] = [each for each in await engine.said("DeadlineMissed") if each.rule == "INV"]
    assert missed.responsible == (INVESTIGATORS,)


async def test_another_procuracy_counts_from_the_day_it_received_the_case(engine: Engine):
    await instituted(engine, "2026-01-05 08:00")
    await real(engine, "investigation_concluded", "2026-03-02 08:00", CASE, kind="first")
    await sent(engine, "offered", "2026-03-03 08:00", POLICE)
    assert await engine.periods("PROS") == []
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)

    said = {"to": OTHER_PROCURACY, "by": "VKS", "stage": "prosecution"}
    await transferred(engine, "received", "2026-03-10 08:00", OTHER_PROCURACY, **said)

    first, second = await engine.periods("PROS")
    assert (first.closed, first.parties_left) == ("matter_ended", ())
    assert second.parties_left == (OTHER_PROCURACY,)
    assert second.due == at("2026-04-10 00:00")


async def test_a_file_is_delivered_when_it_is_offered_and_counted_when_it_is_received(
    engine: Engine,
):
    await instituted(engine, "2026-01-05 08:00")
    await real(engine, "investigation_concluded", "2026-03-02 08:00", CASE, kind="first")
    assert (await rules(engine))["INV-CONCL-DELIVER"] == "running"

    await sent(engine, "offered", "2026-03-03 08:00", POLICE)

    now = await rules(engine)
    assert now["INV-CONCL-DELIVER"] == "met"
    assert "PROS" not in now
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)
    assert (await rules(engine))["PROS"] == "running"


async def test_a_file_that_comes_back_starts_the_supplement_when_the_police_have_it(
    engine: Engine,
):
    await instituted(engine, "2026-01-05 08:00")
    await real(engine, "investigation_concluded", "2026-03-02 08:00", CASE, kind="first")
    await sent(engine, "received", "2026-03-04 08:00", PROCURACY)

    said = {"by": "VKS", "kind": "supplementary", "returned_to": INVESTIGATORS}
    await real(
        engine,
        "supplementary_investigation_requested",
        "2026-03-10 08:00",
        CASE,
        who=PROCURACY,
        **said,
    )
    assert await engine.periods("INV-SUPP-VKS") == []
    back = {"to": "CQDT", "receiver": INVESTIGATORS, "sender": PROCURACY}
    await sent(engine, "received", "2026-03-13 08:00", INVESTIGATORS, **back)

    period = await engine.period("INV-SUPP-VKS")
    assert (period.due, period.parties_left) == (at("2026-05-14 00:00"), (INVESTIGATORS,))
    assert (await rules(engine))["PROS"] == "met"
    assert await engine.periods("INV-SUPP-COURT") == []


async def test_a_file_on_its_way_back_through_the_procuracy_starts_no_prosecution(engine: Engine):
    await instituted(engine, "2026-01-05 08:00")
    said = {"by": "JUDGE", "kind": "supplementary", "returned_to": PROCURACY}
    await real(
        engine, "supplementary_investigation_requested", "2026-05-11 08:00", CASE, who=COURT, **said
    )
    assert (await rules(engine))["TRIAL-RETURN-SEND"] == "running"

    await sent(engine, "received", "2026-05-13 08:00", PROCURACY, sender=COURT)

    assert await engine.periods("PROS") == []
    assert (await rules(engine))["TRIAL-RETURN-SEND"] == "met"
    back = {"to": "CQDT", "receiver": INVESTIGATORS, "sender": PROCURACY}
    await sent(engine, "received", "2026-05-14 08:00", INVESTIGATORS, **back)
    assert (await engine.period("INV-SUPP-COURT")).due == at("2026-06-16 00:00")


TIP_RECEIVED = {"kind": "tin_bao", "channel": "in_person", "urgent": True, "remote": False}


@pytest.mark.parametrize(
    ("rule", "urgent", "remote", "due"),
    [
        ("TIP-COMMUNE-URGENT", True, False, "2026-01-10 16:30"),
        ("TIP-COMMUNE-URGENT-REMOTE", True, True, "2026-01-11 16:30"),
        ("TIP-COMMUNE-ORDINARY", False, False, "2026-01-17 00:00"),
    ],
)
async def test_the_commune_police_pass_a_tip_on_in_their_time(
    engine: Engine, rule: str, urgent: bool, remote: bool, due: str
):
    said = TIP_RECEIVED | {"urgent": urgent, "remote": remote}
    said |= {"receiver": "CAX", "competent": False}
    await real(engine, "tip_received", "2026-01-09 16:30", TIP, who=COMMUNE, **said)
    period = await engine.period(rule)
    assert period.parties_left == (COMMUNE,)
    assert period.due == at(due)

    passed = {"kind": "commune_forward", "to": POLICE, "receiver": "CQDT", "competent": True}
    await real(
        engine, "tip_transferred", "2026-01-10 16:00", TIP, who=COMMUNE, **passed, step="offered"
    )

    assert (await engine.period(rule)).in_time is True
    assert {"TIP-CLASSIFY", "TIP-RESOLVE"} & {*await rules(engine)} == set()
    await real(engine, "tip_transferred", "2026-01-10 17:00", TIP, **passed, step="received")
    for mine in ("TIP-CLASSIFY", "TIP-ASSIGN", "TIP-RESOLVE", "TIP-NOTIFY-VKS"):
        assert (await engine.period(mine)).parties_left == (POLICE,), mine


async def test_calling_a_tip_in_is_not_passing_it_on(engine: Engine):
    said = TIP_RECEIVED | {"receiver": "CAX", "competent": False}
    await real(engine, "tip_received", "2026-01-09 16:30", TIP, who=COMMUNE, **said)

    called = {"kind": "vks_takeover_requested", "step": "offered", "to": PROCURACY}
    await real(engine, "tip_transferred", "2026-01-10 08:00", TIP, who=PROCURACY, **called)

    now = await rules(engine)
    assert now["TIP-COMMUNE-URGENT"] == "running"
    assert now["TIP-FILE-TO-VKS"] == "running"


async def test_a_part_that_is_split_off_goes_on_with_what_was_granted(engine: Engine):
    await instituted(engine, "2026-01-05 08:00")
    course = {
        "rule": "INV",
        "since": "2026-01-05",
        "granted": [{"n": 4, "unit": "month"}],
        "returns": {},
    }

    said = {"course": course, "severity_class": "RNT", "holder": POLICE, "juvenile": False}
    await real(engine, "case_split_off", "2026-05-20 08:00", PART, CASE, **said)

    whole, part = await engine.periods("INV")
    assert (whole.subject, part.subject) == (CASE, PART)
    assert part.due == at("2026-09-08 00:00")  # 05/9 is a Saturday.
    assert [each["seq"] for each in part.extensions] == [1]
    longer = {"stage": "investigation", "seq": 2, "granted": True, "rule": "INV"}
    await real(
        engine,
        "proceedings_period_extended",
        "2026-08-20 08:00",
        PART,
        CASE,
        who=PROCURACY,
        **longer,
    )
    whole, part = await engine.periods("INV")
    assert part.extensions[-1]["flags"] == []
    assert whole.extensions == []


async def test_what_befalls_a_part_does_not_touch_what_it_is_a_part_of(engine: Engine):
    await instituted(engine, "2026-01-05 08:00")
    course = {"rule": "INV", "since": "2026-01-05", "granted": [], "returns": {}}
    said = {"course": course, "severity_class": "RNT", "holder": POLICE, "juvenile": False}
    await real(engine, "case_split_off", "2026-02-03 08:00", PART, CASE, **said)

    await real(engine, "investigation_concluded", "2026-03-02 08:00", PART, CASE, kind="first")

    whole, part = await engine.periods("INV")
    assert (whole.is_over, part.is_over) == (False, True)


@pytest.mark.parametrize(("day", "halved"), [("2025-12-31", []), ("2026-01-05", [PART])])
async def test_a_part_of_a_juvenile_case_keeps_the_law_of_the_day_of_that_case(
    engine: Engine, day: str, halved: list[str]
):
    whole = {"by": "CQDT", "severity_class": "RNT", "investigates": "whole", "juvenile": True}
    await real(engine, "case_prosecution_instituted", f"{day} 08:00", CASE, **whole)
    said = {
        "course": {"rule": "INV", "since": day, "granted": [], "returns": {}},
        "instituted_on": day,
        "severity_class": "RNT",
        "holder": POLICE,
        "juvenile": True,
    }
    await real(engine, "case_split_off", "2026-02-03 08:00", PART, CASE, **said)

    file = {"step": "received", "to": "VKS", "receiver": PROCURACY, "stage": "investigation"}
    file |= {"sender": INVESTIGATORS, "kind": "normal"}
    await real(
        engine, "case_file_transmitted", "2026-03-02 08:00", PART, CASE, who=PROCURACY, **file
    )

    assert (await engine.period("PROS")).subject == PART
    assert [each.subject for each in await engine.periods("JUV-PERIODS", "PROS")] == halved


async def test_a_case_that_was_joined_into_another_runs_no_more_and_the_other_does(engine: Engine):
    await instituted(engine, "2026-01-05 08:00")
    own = CASE.partition(":")[2]
    other = str(UUID(int=99))
    said = {"kind": "join", "source_cases": [other, own], "result_cases": [other]}

    await real(engine, "cases_regrouped", "2026-02-03 08:00", CASE, **said)

    assert (await engine.period("INV")).closed == "matter_ended"
    assert await engine.periods("CASE-JOIN-SEND") == []


async def test_custody_ends_when_detention_is_approved_and_not_when_it_is_asked_for(
    engine: Engine,
):
    await real(
        engine,
        "temporary_custody_ordered",
        "2026-01-05 09:00",
        PERSON,
        CASE,
        since=at("2026-01-05 07:30").isoformat(),
        to=at("2026-01-08 07:30").isoformat(),
    )
    asked = {"stage": "investigation", "since": "2026-01-08", "to": "2026-03-08"}

    await real(
        engine,
        "temporary_detention_ordered",
        "2026-01-06 09:00",
        PERSON,
        CASE,
        **asked,
        step="requested",
    )
    now = await rules(engine)
    assert (now["CUSTODY"], now["DET-ORDER-APPROVE"]) == ("running", "running")
    assert "DET" not in now
    await real(
        engine,
        "temporary_detention_ordered",
        "2026-01-07 09:00",
        PERSON,
        CASE,
        who=PROCURACY,
        **asked,
        step="approved",
    )

    now = await rules(engine)
    assert (now["CUSTODY"], now["DET-ORDER-APPROVE"]) == ("met", "met")
    assert now["DET"] == "running"
    assert (await engine.period("CUSTODY")).started_at == at("2026-01-05 07:30")


async def test_detention_that_a_court_orders_starts_none_for_the_investigation(engine: Engine):
    said = {"stage": "trial", "step": "approved", "since": "2026-01-08", "to": "2026-03-08"}

    await real(
        engine, "temporary_detention_ordered", "2026-01-07 09:00", PERSON, CASE, who=COURT, **said
    )

    assert await engine.periods("DET") == []


async def test_a_sentence_that_is_ordered_for_one_ends_nothing_of_another(engine: Engine):
    persons = [UUID(int=9), UUID(int=10)]
    for each in persons:
        said = {"accused_ref": str(each), "part": "all"}
        await real(engine, "judgment_took_effect", "2026-06-01 09:00", CASE, who=COURT, **said)

    await real(
        engine,
        "sentence_execution_ordered",
        "2026-06-03 09:00",
        CASE,
        who=COURT,
        accused_ref=str(persons[0]),
    )

    first, second = await engine.periods("EXEC-ORDER")
    assert [each.subject for each in (first, second)] == [f"person:{each}" for each in persons]
    assert (first.is_over, second.is_over) == (True, False)
