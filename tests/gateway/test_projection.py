import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest

from services.gateway.projection import FEED, FIELD, parties_of
from services.gateway.tables import parties, routes
from services.registry import SERVICES
from shared.envelope import Envelope
from shared.errors import Broken, Waits
from shared.follow import Follower, LogSource
from shared.sql import Tables
from shared.store.postgres import PostgresLog
from tests import generated
from tests.golden import (
    BEGINNINGS,
    ISSUER,
    STREAMS,
    TOPICS,
    by,
    envelope,
    history,
    record,
    sample,
)

EVENTS = {event.TOPIC: event for service in SERVICES for event in service.events}
ISSUED, ASSIGNED, REQUESTED, *_ = BEGINNINGS
POLICE, FRONT, WARD = "CA_TINH-P34-40", "MTTQ_TINH-P34-40", "UBND_XA-P34-40-16681"
GUARD, PROCURACY = "BCH_BDBP_KV-P34-40", "VKSND_TINH-P34-40"
INSTITUTED, EXTENDED, CONCLUDED, TRANSFERRED = (
    f"cases.{fact}.v1"
    for fact in (
        "case_prosecution_instituted",
        "proceedings_period_extended",
        "investigation_concluded",
        "case_transferred",
    )
)
HELD, CHARGED = "cases.suspect_apprehended.v1", "cases.accused_prosecution_instituted.v1"


@pytest.fixture
async def tables(pool: asyncpg.Pool) -> AsyncIterator[Tables]:
    await FEED.create(pool)
    async with pool.acquire() as connection:
        yield Tables(connection, FEED.statements)


async def told(tables: Tables, event: Envelope) -> set[str]:
    """Who is told of an event, when it is taken."""
    await FEED.apply([event], tables)
    return {
        row["agency"]
        for row in await tables.rows("read", 0, 10_000)
        if row["event_id"] == event.event_id
    }


def members() -> set[str]:
    """The bodies that the sample directive goes to."""
    return {body for each in sample(ISSUED)["bodies"] for body in each["members"]}


TOLD_NOBODY = {f"deadlines.deadline_{fact}.v1" for fact in ("opened", "met", "closed")}
"""The clock's own book-keeping: agencies hear of warnings and of what was missed."""


def test_every_event_says_who_is_told_of_it():
    assert {*routes()} == {*EVENTS} == {*TOPICS}
    assert {topic for topic, told in routes().items() if not told} == TOLD_NOBODY


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_a_rule_names_a_field_of_its_event_or_a_role_that_somebody_can_have(topic: str):
    service = topic.partition(".")[0]
    alike = [each for each in TOPICS if each.startswith(f"{service}.")]
    roles = {role for each in alike for role, _ in parties_of(_whole(each))}
    roles |= {role for each in alike for role in parties().get(each, ())}

    for rule in routes()[topic]:
        if rule.startswith(FIELD):
            assert rule.removeprefix(FIELD) in EVENTS[topic].model_fields
        else:
            assert rule in roles


def _whole(topic: str) -> Envelope:
    return envelope(topic, **({"via": POLICE} if topic == REQUESTED else {}))


async def test_a_directive_is_told_to_every_body_it_goes_to(tables: Tables):
    assert await told(tables, envelope(ISSUED)) == members()
    assert len(members()) > 3


async def test_a_dispatch_is_told_to_the_body_that_it_goes_to_only(tables: Tables):
    await told(tables, envelope(ISSUED))

    heard = await told(tables, envelope("directives.directive_dispatched.v1", 2))

    assert heard == {FRONT}


async def test_a_receipt_and_a_return_are_told_to_the_issuer_only(tables: Tables):
    await told(tables, envelope(ISSUED))

    for version, topic in enumerate(("directive_received", "directive_returned"), 2):
        assert await told(tables, envelope(f"directives.{topic}.v1", version)) == {ISSUER}


async def test_a_task_is_told_to_who_leads_and_who_helps(tables: Tables):
    await told(tables, envelope(ISSUED))
    fields = sample(ASSIGNED)

    heard = await told(tables, envelope(ASSIGNED))

    assert heard == {*fields["assignees"], *fields["helpers"]}


async def test_who_answers_for_personal_data_hears_what_others_do_with_it(tables: Tables):
    begun = envelope("vault.custody_begun.v1", controller=PROCURACY)
    await told(tables, begun)

    for version, fact in enumerate(
        ("personal_data_erased", "erasure_refused", "legal_hold_set", "legal_hold_lifted"), 2
    ):
        event = replace(
            envelope(f"vault.{fact}.v1", version, agency=POLICE),
            stream=begun.stream,
            metadata=begun.metadata,
        )
        assert await told(tables, event) == {POLICE, PROCURACY}, fact


async def test_who_recorded_what_is_sealed_hears_that_somebody_else_opened_it(tables: Tables):
    opened = "vault.sealed_field_opened.v1"

    another = await told(tables, envelope(opened, agency=POLICE, recorder=WARD))
    own = await told(tables, envelope(opened, agency=WARD, recorder=WARD))
    unsaid = await told(tables, envelope(opened, agency=POLICE, recorder=None))

    assert (another, own, unsaid) == ({POLICE, WARD}, {WARD}, {POLICE})


def test_every_log_of_which_somebody_is_told_is_followed():
    told_of = {topic.partition(".")[0] for topic, told in routes().items() if told}

    assert told_of == {*FEED.sources}


async def test_what_becomes_of_a_task_is_told_to_who_assigned_it_and_back(tables: Tables):
    for each in (ISSUED, ASSIGNED):
        await told(tables, envelope(each))
    fields = sample(ASSIGNED)

    hands = {*fields["assignees"], *fields["helpers"]}
    up = ("acknowledged", "delegated", "progress_reported", "completed")
    down = {
        "completion_reviewed": {sample("directives.task_completion_reviewed.v1")["agency"]},
        "due_date_changed": hands,
        "cancelled": hands,
    }
    for version, word in enumerate((*up, *down), 2):
        heard = await told(tables, envelope(f"directives.task_{word}.v1", version))
        assert heard == down.get(word, {ISSUER}), word


@pytest.mark.parametrize("step", ["offered", "received", "refused"])
async def test_who_received_a_case_hears_what_follows_and_who_did_not_hears_nothing(
    tables: Tables, step: str
):
    await told(tables, by(GUARD, envelope(INSTITUTED, agency=GUARD, procuracies=[PROCURACY])))
    handed = envelope(TRANSFERRED, 2, step=step, to=POLICE, sender=GUARD, procuracies=[])

    heard = await told(tables, handed)
    later = await told(tables, envelope(EXTENDED, 3))

    assert heard == {GUARD, POLICE, PROCURACY}
    assert later == {GUARD, PROCURACY} | ({POLICE} if step == "received" else set())


async def test_the_supervising_procuracy_hears_of_a_case_before_its_file_comes(tables: Tables):
    over_police = "VKSND_KV-P34-40"
    instituted = by(GUARD, envelope(INSTITUTED, agency=GUARD, procuracies=[PROCURACY]))
    passed = envelope(TRANSFERRED, 2, step="received", to=POLICE, procuracies=[over_police])

    first = await told(tables, instituted)
    await told(tables, passed)
    concluded = await told(tables, by(POLICE, envelope(CONCLUDED, 3)))

    assert first == {GUARD, PROCURACY}
    assert concluded == {GUARD, POLICE, PROCURACY, over_police}


async def test_who_received_a_tip_hears_what_follows(tables: Tables):
    await told(tables, by(WARD, envelope("cases.tip_received.v1")))
    passed = envelope("cases.tip_transferred.v1", 2, step="received", to=POLICE, agency=POLICE)
    await told(tables, passed)

    heard = await told(tables, envelope("cases.tip_handling_suspended.v1", 3))

    assert heard == {WARD, POLICE}


async def test_a_fact_of_a_person_waits_for_the_beginning_of_their_case(tables: Tables):
    await told(tables, by(GUARD, envelope(HELD)))

    with pytest.raises(Waits, match=f"is about case:{STREAMS['case']}, whose parties are not"):
        await FEED.apply([about("case", CHARGED, 2)], tables)

    assert [row["topic"] for row in await tables.rows("read", 0, 10_000)] == [HELD]


async def test_a_fact_does_not_wait_for_a_beginning_that_stands_later_in_its_batch(tables: Tables):
    await told(tables, by(GUARD, envelope(HELD)))
    charged = by(GUARD, about("case", CHARGED, 2))
    begun = by(POLICE, envelope(INSTITUTED, position=3, procuracies=[PROCURACY]))

    await FEED.apply([charged, begun], tables)

    rows = await tables.rows("read", 0, 10_000)
    heard = {row["agency"] for row in rows if row["event_id"] == charged.event_id}
    assert heard == {GUARD, POLICE, PROCURACY}
    order = [row["event_id"] for row in rows]
    assert order.index(charged.event_id) < order.index(begun.event_id)


async def test_what_is_only_mentioned_is_not_waited_for(tables: Tables):
    for kind, topic in (
        ("directive", "cases.campaign_launched.v1"),
        ("case", "cases.cross_border_information_requested.v1"),
        ("person", "cases.suspect_handed_over.v1"),
        ("case", "deadlines.deadline_warning_raised.v1"),
    ):
        assert await told(tables, about(kind, topic, 1)), topic


def about(kind: str, topic: str, version: int) -> Envelope:
    """A fact that is about something else as well, of which nothing was taken."""
    event = envelope(topic, version, position=2)
    subjects = (event.metadata.subjects[0], f"{kind}:{STREAMS[kind]}")
    return replace(event, metadata=replace(event.metadata, subjects=subjects))


async def test_who_was_to_look_after_a_victim_hears_that_the_offer_was_withdrawn(tables: Tables):
    handed = "cases.victim_handed_over.v1"
    offer = envelope(handed, 1, step="offered", receiver=GUARD, next=WARD)
    assert WARD in await told(tables, by(POLICE, offer))

    back = envelope(handed, 2, step="withdrawn", receiver=GUARD, next=None)

    assert await told(tables, by(POLICE, back)) == {GUARD, WARD, POLICE}


async def test_a_report_goes_through_its_channel_to_those_it_is_for(tables: Tables):
    fields = sample(REQUESTED)
    await told(tables, envelope(ISSUED))

    asked = await told(tables, envelope(REQUESTED))
    sent = await told(tables, envelope("directives.report_submitted.v1", 2))
    reviewed = await told(tables, envelope("directives.report_reviewed.v1", 3))

    assert asked == {*fields["bodies"], fields["via"]}
    assert sent == {fields["via"], *fields["to"], fields["requested_by"]}
    assert reviewed == {sample("directives.report_reviewed.v1")["agency"]}
    assert len({*fields["bodies"]}) > 1


async def test_who_has_no_part_hears_nothing(tables: Tables):
    for each in history():
        await FEED.apply([each], tables)

    agencies = {row["agency"] for row in await tables.rows("read", 0, 10_000)}

    assert "CA_TINH-P34-22" not in agencies
    assert not {each for each in agencies if each.startswith("DEPARTMENTS")}


async def test_an_agency_that_has_two_parts_is_told_once(tables: Tables):
    await told(tables, envelope(ISSUED))

    twice = envelope(ASSIGNED, assignees=[POLICE], helpers=[POLICE, POLICE])
    await told(tables, twice)

    rows = [
        row for row in await tables.rows("read", 0, 10_000) if row["event_id"] == twice.event_id
    ]
    assert [row["agency"] for row in rows] == [POLICE]


async def test_what_is_told_is_the_cloudevent_as_it_was_published(tables: Tables):
    event = by(ISSUER, envelope(ISSUED))

    await told(tables, event)

    row = await tables.row("read", 0, 1)
    assert row is not None
    assert row["body"] == event.to_cloudevent()
    assert orjson.loads(row["body"])["type"] == row["topic"] == ISSUED


async def test_feed_positions_follow_the_order_of_events(tables: Tables):
    first, second = envelope(ISSUED), envelope(ASSIGNED, position=2)
    await told(tables, first)
    await told(tables, second)

    rows = await tables.rows("read", 0, 10_000)

    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)
    order = [row["event_id"] for row in rows]
    assert order == sorted(order, key=[first.event_id, second.event_id].index)


async def test_an_event_that_the_table_does_not_know_stops_the_feed(tables: Tables):
    with pytest.raises(Broken, match="routing/ says nothing of"):
        await FEED.apply([replace(envelope(ISSUED), topic="directives.never.v1")], tables)


async def test_an_event_about_nothing_stops_the_feed_and_says_where(tables: Tables):
    event = envelope(ISSUED, position=7)
    nothing = replace(event, metadata=replace(event.metadata, subjects=()))

    with pytest.raises(Broken, match=r"directives 7 .* names no subjects"):
        await FEED.apply([nothing], tables)


async def test_who_reads_for_several_names_is_told_of_an_event_once(tables: Tables):
    await told(tables, envelope(ISSUED, bodies=[]))
    await told(tables, envelope(ASSIGNED, assignees=[POLICE, FRONT], helpers=[WARD]))

    both = await tables.rows("page_of_agency", [POLICE, FRONT], 0, 100)
    after = await tables.rows("page_of_agency", [POLICE, FRONT], both[0]["position"], 100)
    one = await tables.rows("page_of_agency", [FRONT], 0, 100)

    assert (len(both), len(one)) == (1, 1)
    assert after == []


async def test_feeds_made_anew_beside_the_old_ones_are_the_same(
    log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, *history())

    feeds: list[Any] = []
    for each in (FEED, replace(FEED, version=2)):
        await each.create(pool)
        await Follower(each, LogSource(log), pool).step()
        async with pool.acquire() as connection:
            rows = await Tables(connection, each.statements).rows("read", 0, 10_000)
        feeds.append([(row["position"], row["agency"], row["body"]) for row in rows])

    assert feeds[0] == feeds[1] != []


@pytest.mark.parametrize("seed", range(3))
async def test_a_batch_leaves_the_same_rows_as_its_events_one_by_one(pool: asyncpg.Pool, seed: int):
    events = generated.history(seed, 150)
    versions = [replace(FEED, version=each) for each in (1, 2, 3)]

    one_by_one = await generated.tables_after(versions[0], pool, ([each] for each in events))
    as_one = await generated.tables_after(versions[1], pool, iter([events]))
    some = generated.batches(events, random.Random(seed))
    mixed = await generated.tables_after(versions[2], pool, some)

    assert one_by_one == as_one == mixed
    assert all(one_by_one[each] for each in ("parties", "events", "feed"))
