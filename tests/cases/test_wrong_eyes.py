"""Who has no part in a matter gets nothing of it: histories of everything, read by everybody.

Each thing comes to some stage and goes on from there by whatever may befall it, mostly by those who
have it; sometimes the record is corrected. Feeds and timelines are then asked for all agencies.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import orjson
import pytest

from services.cases.corrections.events import RecordCorrected
from services.cases.raids.campaigns import Campaign
from services.cases.raids.domain import Raid
from services.cases.raids.events import Window
from services.deadlines.wiring import load_wiring
from services.gateway.projection import FEED
from services.timeline.projection import TIMELINE
from services.timeline.secrecy import SECRETS
from shared.domain import Aggregate, Event, encode_state
from shared.envelope import Envelope
from shared.errors import Refused
from shared.reference import load_register
from shared.sql import Tables
from shared.standing import read_by
from tests.cases.examples import (
    BORDER_GUARD,
    COURT,
    INVESTIGATORS,
    POLICE,
    STATION,
    STRANGER,
    act,
    closed,
    stored,
)
from tests.cases.raids.examples import COMMITTEE, EMPTY, NATIONAL, PLACE, campaign, raid
from tests.cases.situations.table import BEGINNING, Machine, Stand
from tests.cases.situations.trying import named
from tests.cases.test_every_history import ALIVE, tries_of
from tests.golden import by, envelope, sample
from tests.timeline.test_secrecy import EVER

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
AGENCY = re.compile(r"\b[A-Z][A-Z0-9_]*-(?:VN|P\d\d[0-9-]*)")
CORRECTED, INSTITUTED = "cases.record_corrected.v1", "cases.case_prosecution_instituted.v1"
CORRECTED_SHARE = 0.4
UNHEARD = ("offered", "refused", "withdrawn")
"""Steps of a handover that give nobody a part: what is on its way is with who has it."""
HISTORIES, STEPS_MAX, RAIDS_OF_CAMPAIGNS_EVERY = 120, 5, 4
HIDDEN = {"raid": ("agencies",), "operation": ("agency", "lead"), "key_area": ("agency",)}
"""Kinds of things of which only who is named in their first fact may know, a raid until it ends."""
ENDS = "cases.raid_concluded.v1"
TODAY = date(2025, 11, 1)
EYES = (
    POLICE,
    STATION,
    STRANGER,
    COURT,
    BORDER_GUARD,
    "BCA-VN",
    "UBND_TINH-P34-40",
    "CA_TINH-P34-22",
)


@contextmanager
def kept() -> Iterator[list[Event]]:
    """Everything that is recorded meanwhile, in its order."""
    found: list[Event] = []
    with pytest.MonkeyPatch.context() as patch:
        collect = Aggregate.collect_events

        def collected(self: Aggregate) -> Sequence[Any]:
            events = collect(self)
            found.extend(events)
            return events

        patch.setattr(Aggregate, "collect_events", collected)
        yield found


def history(machine: Machine, chance: random.Random) -> list[Event]:
    """Some thing comes to some stage and goes on from there: all facts of all that it met."""
    ways = [way for stage, each in machine.ways.items() if stage != BEGINNING for way in each]
    with kept() as facts:
        stand: Stand = chance.choice(ways)()
        everybody = [each for each in (stand.case, stand.thing) if isinstance(each, Aggregate)]
        tries = tries_of(machine)
        for _ in range(chance.randint(0, STEPS_MAX) if tries else 0):
            tried = chance.choice(tries)
            moment = stand.thing.modified_on + timedelta(hours=tried.hours)
            try:
                saved = tried.says(stand, machine.by(named(tried.by, stand), moment))
            except Refused:
                continue
            everybody += [e for e in (saved if isinstance(saved, tuple) else ()) if e]
        for each in {id(each): each for each in everybody}.values():
            each.collect_events()
    return facts


def raid_of_a_campaign(chance: random.Random) -> list[Event]:
    """Whoever launched and leads the campaign has no part in the raid while it is under way; it may
    be of bodies that have ended since."""
    place, agency, when = chance.choice(
        ((PLACE, POLICE, "2025-08-04"), ("P63-22-193", "CA_HUYEN-P63-22-193", "2025-02-10"))
    )
    window = Window.model_validate({"from": "2025-01-15", "to": "2025-09-30"})
    plan = campaign(window=window, lead=NATIONAL, scope=("P34-40",))
    announced = replace(act(COMMITTEE, "2025-07-10"), new_id=lambda: UUID(int=0xCA))
    with kept() as facts:
        peak = Campaign.launch_campaign(plan, announced)
        other = (STATION,) if agency == POLICE else ()
        said = raid(participants=other, campaign_id=peak.id, area=place)
        it = Raid.launch_raid(said, act(agency, f"{when}T20:00"))
        rescues = (
            it.conclude_raid(EMPTY, act(agency, f"{when}T23:30")) if chance.random() < 0.3 else []
        )
        for each in (peak, it, *rescues):
            each.collect_events()
    return facts


def told(facts: Sequence[Event], chance: random.Random) -> list[Envelope]:
    """The facts as their log hands them out, with ids of their own; some of them corrected."""
    new, things, found = UUID(int=chance.getrandbits(128)), dict[UUID, Any](), list[Envelope]()

    def own(text: str) -> str:
        return ID.sub(lambda id: str(uuid5(new, id[0])), text)

    for fact in whole(facts):
        thing = stored(fact).mutate(things.get(fact.originator_id))
        things[fact.originator_id] = thing
        agency = getattr(fact, "agency", None) or POLICE
        fields = orjson.loads(own(encode_state(closed(fact)).decode()))
        stream, version = UUID(own(str(fact.originator_id))), fact.originator_version
        subjects = tuple(map(own, thing.subjects))
        begun = {each.metadata.subjects[0] for each in found}
        for case in (s for s in subjects[1:] if s.startswith("case:") and s not in begun):
            found.append(recorded(INSTITUTED, UUID(case[5:]), 1, (case,), INVESTIGATORS))
        found.append(recorded(fact.TOPIC, stream, version, subjects, agency, fields))
    may = [each for each in found if each.topic in RecordCorrected.CORRECTABLE]
    if may and chance.random() < CORRECTED_SHARE:
        found.append(correction(chance.choice(may), found))
    return found


def recorded(
    topic: str,
    stream: UUID,
    version: int,
    subjects: tuple[str, ...],
    agency: str,
    fields: dict[str, Any] | None = None,
) -> Envelope:
    """A fact of somebody; without fields, those of the sample."""
    one = by(agency, envelope(topic, version))
    return replace(
        one,
        stream=stream,
        state=one.state if fields is None else orjson.dumps(fields),
        metadata=replace(one.metadata, subjects=subjects),
    )


def whole(facts: Sequence[Event]) -> Iterator[Event]:
    """Each stream from its beginning, every version once; another history of the same id begins
    nothing again."""
    heads: dict[UUID, int] = {}
    for fact in facts:
        if fact.originator_version == heads.get(fact.originator_id, 0) + 1:
            heads[fact.originator_id] = fact.originator_version
            yield fact


def correction(wrong: Envelope, found: Sequence[Envelope]) -> Envelope:
    """Who recorded it says that the record was wrong."""
    last = max(each.version for each in found if each.stream == wrong.stream)
    agency, subjects = wrong.metadata.actor.agency, wrong.metadata.subjects
    fields = sample(CORRECTED, target_event=str(wrong.event_id), agency=agency)
    return recorded(CORRECTED, wrong.stream, last + 1, subjects, agency, fields)


@pytest.fixture(scope="module")
def all_that_happened() -> list[Envelope]:
    """The same for everybody who asks."""
    chance, found = random.Random(138), list[Envelope]()
    cases = [each for each in ALIVE if each.service == "cases"]
    for number in range(HISTORIES):
        found += told(history(cases[number % len(cases)], chance), chance)
        if number % RAIDS_OF_CAMPAIGNS_EVERY == 0:
            found += told(raid_of_a_campaign(chance), chance)
    return [replace(each, position=position) for position, each in enumerate(found, 1)]


def names_in(one: Envelope) -> set[str]:
    """Every agency that a fact names, and who recorded it."""
    return {*AGENCY.findall(one.state.decode()), one.metadata.actor.agency}


def hidden(one: Envelope, happened: Iterable[Envelope]) -> set[str] | None:
    """Of what is secret when it is told: who knows of it by its first fact; None: no secret."""
    for subject in one.metadata.subjects:
        kind = subject.partition(":")[0]
        if kind in HIDDEN:
            its = [each for each in happened if each.metadata.subjects[0] == subject]
            if any(each.topic == ENDS and each.position <= one.position for each in its):
                return None
            first = next(each for each in its if each.version == 1)
            said = [first.fields[name] for name in HIDDEN[kind]]
            return {*(a for s in said for a in ([s] if isinstance(s, str) else s)), *_actors(first)}
    return None


def _actors(*facts: Envelope) -> set[str]:
    return {each.metadata.actor.agency for each in facts}


async def test_who_has_no_part_hears_nothing_on_its_feed(
    pool: asyncpg.Pool, all_that_happened: list[Envelope]
):
    by_subject: dict[str, list[Envelope]] = {}
    for each in all_that_happened:
        by_subject.setdefault(each.metadata.subjects[0], []).append(each)
    events = {each.event_id: each for each in all_that_happened}
    await FEED.create(pool)
    async with pool.acquire() as connection:
        tables = Tables(connection, FEED.statements)
        await FEED.apply(all_that_happened, tables)
        rows = await tables.rows("read", 0, 1_000_000)

    sealed = 0
    for row in rows:
        for name in events[row["event_id"]].event.SEALED:
            shown = orjson.loads(row["body"])["data"][name]
            assert shown is None or {*shown} == {"$sealed"}, (row["topic"], name)
            sealed += shown is not None
        heard, agency = events[row["event_id"]], row["agency"]
        around = [
            each
            for subject in heard.metadata.subjects
            for each in by_subject.get(subject, ())
            if each.position < heard.position and each.fields.get("step") not in UNHEARD
        ]
        part = names_in(heard).union(*map(names_in, around), _actors(*around))
        assert agency in part, (heard.topic, heard.fields, agency)
        secret = hidden(heard, all_that_happened)
        assert secret is None or agency in secret, (heard.topic, agency, secret)
    assert sealed
    assert len({row["event_id"] for row in rows}) > len(all_that_happened) / 2
    assert {each.topic for each in all_that_happened} > {CORRECTED, ENDS}


async def test_of_what_is_secret_who_has_no_part_reads_nothing_in_any_timeline(
    pool: asyncpg.Pool, all_that_happened: list[Envelope]
):
    register, read = load_register(), 0
    await TIMELINE.create(pool)
    async with pool.acquire() as connection:
        tables = Tables(connection, TIMELINE.statements)
        await TIMELINE.apply(all_that_happened, tables)
        events = {each.event_id: each for each in all_that_happened}
        for agency in EYES:
            names = read_by(agency, TODAY, register)
            for row in await tables.rows("page", 0, EVER, EVER, 100_000, [], names):
                seen = events[row["event_id"]]
                ended = any(
                    each.topic == ENDS and each.metadata.subjects[0] in seen.metadata.subjects
                    for each in all_that_happened
                )
                secret = None if ended else hidden(seen, all_that_happened)
                known = secret is None or {*names} & {*secret, *_actors(seen)}
                assert known, (agency, seen.topic)
                read += secret is not None

    assert read


def test_no_period_is_kept_of_what_is_secret():
    """Periods are listed for everybody who asks."""
    wired = load_wiring().by_topic.keys()

    assert wired and wired.isdisjoint(secret.begins for secret in SECRETS.values())
    assert {*SECRETS} == {*HIDDEN}
