"""Who reads of what is secret, in every reading, while it is secret and when it is not any more."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.registry import SERVICES
from services.timeline.http import _corrections, _hidden
from services.timeline.projection import TIMELINE
from services.timeline.secrecy import BEGINNINGS, SECRETS
from services.timeline.sentences import SENTENCES
from shared.domain import Event
from shared.envelope import Envelope
from shared.errors import Broken, Waits
from shared.http.routes import events_of
from shared.reference import load_register
from shared.sql import Tables
from shared.standing import read_by
from tests import generated
from tests.golden import STREAMS, by, envelope
from tests.running import World
from tests.timeline.test_http import _next

EVER = datetime(9999, 1, 1, tzinfo=UTC)
LAUNCHED, CONCLUDED = "cases.raid_launched.v1", "cases.raid_concluded.v1"
OPENED = "vault.sealed_field_opened.v1"
POLICE, STATION = "CA_TINH-P34-40", "DON_BP-P34-40-16681"
BORDER = "BCH_BDBP_KV-P34-40"
STRANGER = "CQCSDT_TINH-P34-22"
RAID, CAMPAIGN = (f"{kind}:{STREAMS[kind]}" for kind in ("raid", "campaign"))
KEEPERS_ONLY = ("cases.operation_opened.v1", "cases.key_area_designated.v1")
PLACE = "P34-40-16681"
ENDED, HEIR = "CA_HUYEN-P63-01-276", "CA_TINH-P34-01"
"""The police of a district, which ended on 28/2/2025, and who inherited what it had begun."""
STRANGERS_THERE = ("CA_HUYEN-P63-01-275", "CQCSDT_TINH-P34-01", STRANGER, POLICE)
"""Another district's police, others of the same province, the police of another one."""
TODAY = date(2025, 11, 1)
SOON_SECONDS = 20.0


@pytest.fixture
async def tables(pool: asyncpg.Pool) -> AsyncIterator[Tables]:
    await TIMELINE.create(pool)
    async with pool.acquire() as connection:
        yield Tables(connection, TIMELINE.statements)


def about(told: Envelope, *subjects: str) -> Envelope:
    return replace(told, metadata=replace(told.metadata, subjects=subjects))


def raid(*events: Envelope) -> Sequence[Envelope]:
    """A campaign and a raid of it, by police, a station and a district; then other events of it."""
    launched = envelope(LAUNCHED, 1, 2, agency=POLICE, agencies=[POLICE, STATION, ENDED])
    beginning = (envelope("cases.campaign_launched.v1"), about(launched, RAID, CAMPAIGN))
    return (*beginning, *events)


def conclusion() -> Envelope:
    return about(envelope(CONCLUDED, 2, 9), RAID, CAMPAIGN)


def opening() -> Envelope:
    """Somebody who does not take part saw where it is."""
    return about(by(BORDER, envelope(OPENED)), f"opening:{STREAMS['opening']}", RAID)


def reading(agency: str) -> Sequence[str]:
    """The names under which it reads."""
    return read_by(agency, TODAY, load_register()) if agency else ("",)


async def read(tables: Tables, agency: str, subject: str = RAID) -> list[str]:
    """Topics that an agency reads of a subject, the same ones in every reading."""
    names = reading(agency)
    rest = (EVER, EVER, 100, [], names)
    rows = await tables.rows("page_of_subject", subject, 0, *rest)
    back = await tables.rows("page_of_subject_backwards", subject, 2**62, *rest)
    everybodys = await tables.rows("page", 0, *rest)
    everybodys_back = await tables.rows("page_backwards", 2**62, *rest)
    counted = (1, 2**62, EVER, EVER, ["cases", "vault"], names)
    found = [row["entry_id"] for row in rows]
    assert found == [row["entry_id"] for row in back][::-1]
    assert found == [row["entry_id"] for row in everybodys if subject in row["subjects"]]
    assert everybodys == everybodys_back[::-1]
    assert await _hidden(tables, (subject,), counted) == len(rows)
    assert await _hidden(tables, (), counted) == len(everybodys)
    newest = everybodys[-1]["entry_id"] if everybodys else 0
    assert await tables.value("last_readable", names) == newest
    return [row["topic"] for row in rows]


async def test_while_a_raid_is_under_way_only_who_takes_part_reads_of_it(tables: Tables):
    await TIMELINE.apply(raid(), tables)

    for agency in (POLICE, STATION):
        assert await read(tables, agency) == [LAUNCHED]
        assert LAUNCHED in await read(tables, agency, CAMPAIGN)
    for agency in (STRANGER, BORDER, ""):
        assert await read(tables, agency) == []
        assert await read(tables, agency, CAMPAIGN) == ["cases.campaign_launched.v1"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_its_end_opens_everything_that_was_said_of_it(tables: Tables, at_once: bool):
    events = raid(opening(), conclusion())
    for batch in [events] if at_once else [[each] for each in events]:
        await TIMELINE.apply(batch, tables)

    for agency in (POLICE, STRANGER):
        assert await read(tables, agency) == [LAUNCHED, OPENED, CONCLUDED]
    assert await tables.rows("secrets", [RAID]) == []


async def test_the_end_of_one_raid_opens_no_other(tables: Tables):
    other = UUID(int=0x138)
    begun = replace(raid()[1], stream=other, event_id=UUID(int=1, version=4), position=3)
    await TIMELINE.apply([*raid(), about(begun, f"raid:{other}", CAMPAIGN)], tables)
    await TIMELINE.apply([conclusion()], tables)

    assert await read(tables, STRANGER) == [LAUNCHED, CONCLUDED]
    assert await read(tables, STRANGER, f"raid:{other}") == []
    assert await read(tables, STATION, f"raid:{other}") == [LAUNCHED]


async def test_what_is_said_of_a_secret_is_as_secret_and_its_recorder_may_read_it(tables: Tables):
    await TIMELINE.apply(raid(), tables)
    await TIMELINE.apply([opening()], tables)

    assert await read(tables, POLICE) == [LAUNCHED, OPENED]
    assert await read(tables, BORDER) == [OPENED]
    assert await read(tables, STRANGER) == []


async def test_a_correction_that_may_not_be_read_leaves_no_mark(tables: Tables):
    opened = opening()
    corrected = envelope("cases.record_corrected.v1", 2, 5, target_event=str(opened.event_id))
    wrong = about(corrected, RAID)
    await TIMELINE.apply(raid(opened, wrong), tables)

    async def marks(agency: str) -> int:
        rows = await tables.rows("page", 0, EVER, EVER, 100, [], [POLICE])
        return len(await _corrections(tables, rows, EVER, reading(agency)))

    assert await marks(POLICE) == await marks(HEIR) == 1
    assert await marks(STRANGER) == 0


async def test_what_is_about_a_secret_that_was_not_taken_yet_waits(tables: Tables):
    with pytest.raises(Waits, match="whose beginning has not been taken"):
        await TIMELINE.apply([opening()], tables)


async def test_what_is_about_two_secrets_is_read_by_nobody_before_somebody_says_who(tables: Tables):
    operation = envelope(KEEPERS_ONLY[0], 1, 3)
    both = about(opening(), RAID, f"operation:{STREAMS['operation']}")

    with pytest.raises(Broken, match="about two secrets"):
        await TIMELINE.apply(raid(operation, both), tables)


@pytest.mark.parametrize("topic", KEEPERS_ONLY)
async def test_stubs_are_read_by_who_keeps_them_whatever_comes(tables: Tables, topic: str):
    stub = by(BORDER, envelope(topic, 1, 20, agency=BORDER, lead=POLICE))
    await TIMELINE.apply([stub], tables)
    await TIMELINE.apply(raid(conclusion()), tables)
    [subject] = stub.metadata.subjects

    assert await read(tables, BORDER, subject) == [topic]
    assert await read(tables, STRANGER, subject) == []
    assert bool(await read(tables, POLICE, subject)) is (topic == "cases.operation_opened.v1")


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(
    ("named", "readers", "strangers"),
    [
        (ENDED, (ENDED, HEIR), STRANGERS_THERE),
        # Two provinces that became one: its police read for both, they do not read each other's.
        ("CA_TINH-P63-45", ("CA_TINH-P34-44",), ("CA_TINH-P63-44", POLICE)),
        # A name for all of its kind, of whom there is no list.
        ("DON_BP-P34-40", (STATION,), ("DON_BP-P34-22-06967", BORDER)),
    ],
)
async def test_what_was_a_bodys_is_read_by_its_heir_and_its_members_and_nobody_else(
    tables: Tables, kind: str, named: str, readers: Sequence[str], strangers: Sequence[str]
):
    topic = SECRETS[kind].begins
    fields = {each: [named] if each == "agencies" else named for each in SECRETS[kind].readers}
    begun = envelope(topic, 1, 3, **{"agency": named, **fields})
    await TIMELINE.apply([about(begun, f"{kind}:{STREAMS[kind]}")], tables)

    for agency in readers:
        assert await read(tables, agency, f"{kind}:{STREAMS[kind]}") == [topic]
    for agency in strangers:
        assert await read(tables, agency, f"{kind}:{STREAMS[kind]}") == []


async def test_with_secrets_too_a_batch_leaves_the_rows_of_its_events_one_by_one(
    pool: asyncpg.Pool,
):
    stub = envelope(KEEPERS_ONLY[0], 1, 11)
    histories = [raid(opening(), conclusion(), stub), raid(opening(), stub)]
    for number, events in enumerate(histories):
        one, two = (replace(TIMELINE, version=21 + 2 * number + each) for each in (0, 1))

        one_by_one = await generated.tables_after(one, pool, ([each] for each in events))
        as_one = await generated.tables_after(two, pool, iter([events]))

        assert one_by_one == as_one
        assert len(one_by_one["secrets"]) == 1 + number


def _events() -> dict[str, type[Event]]:
    return {
        event.TOPIC: event
        for service in SERVICES
        for aggregate in service.aggregates
        for event in events_of(aggregate)
    }


def test_every_secret_event_has_its_readers_or_no_entry():
    events = _events()
    secret = {topic for topic, event in events.items() if event.DATA_CLASS == "S3"}

    assert secret and secret & SENTENCES.keys() == BEGINNINGS.keys()
    for each in SECRETS.values():
        assert set(each.readers) <= events[each.begins].model_fields.keys()
        assert each.until is None or each.until in events


async def live(
    world: World, agency: str, subject: str, count: int, after: int = 0
) -> list[dict[str, Any]]:
    """The next entries of the live stream, without those of the clock."""
    found: list[dict[str, Any]] = []
    asked = {"subject": subject, "after": str(after), "without": "deadlines,vault"}
    headers = {"Authorization": f"Bearer {world.token(agency)}"}
    url = f"{world.url}/v1/timeline/live"
    async with (
        asyncio.timeout(SOON_SECONDS),
        world.http.get(url, params=asked, headers=headers) as response,
    ):
        assert response.status == 200
        while len(found) < count:
            await _next(response, found)
    return found


def topics(entries: list[dict[str, Any]]) -> list[str]:
    return [each["topic"] for each in entries]


async def says(world: World, path: str, at: str, by: str = POLICE, **said: Any) -> dict[str, Any]:
    body = {**said, "occurred_at": f"{at}:00+07:00"}
    answer: dict[str, Any]
    status, answer = await world.post(by, path, body)
    assert status in (201, 202), answer
    await world.caught_up()
    return answer


async def begun(world: World) -> tuple[str, str]:
    """A campaign and a raid of it that is under way: their subjects."""
    window = {"window": {"from": "2025-07-15", "to": "2025-09-30"}, "kind": "suppression"}
    plan = {**window, "scope": ["P34-40"], "theme": "Cao điểm", "lead": POLICE}
    campaign = (await says(world, "/v1/campaigns", "2025-07-10T08:00", **plan))["campaign_id"]
    place: dict[str, Any] = {"area": PLACE, "participants": [STATION], "campaign_id": campaign}
    raid = (await says(world, "/v1/raids", "2025-08-04T20:00", **place))["raid_id"]
    return f"campaign:{campaign}", f"raid:{raid}"


async def ends(world: World, subject: str) -> None:
    results = {"suspects_held": 2, "victims_found": 0, "children_found": 0, "evidence_items": 14}
    path = f"/v1/raids/{subject.partition(':')[2]}/conclusions"
    await says(world, path, "2025-08-04T23:30", ring_dismantled=True, **results)


MIDST: dict[str, str] = {"as_of": "2025-08-04T21:00:00+07:00"}
ASKED: list[dict[str, str]] = [{}, MIDST, {"known_at": "2099-01-01T00:00:00Z"}]


@pytest.mark.parametrize("asked", ASKED, ids=str)
async def test_a_stranger_reads_of_a_raid_when_it_has_ended_and_not_before(
    world: World, asked: dict[str, str]
):
    _, subject = await begun(world)

    async def page(agency: str) -> list[str]:
        _, answer = await world.get(agency, "/v1/timeline", subject=subject, **asked)
        return topics(answer["entries"])

    assert await page(STATION) == [LAUNCHED]
    assert await page(STRANGER) == []
    await ends(world, subject)
    for agency in (STATION, STRANGER):
        assert await page(agency) == [LAUNCHED, CONCLUDED][: 1 if asked == MIDST else 2]


async def test_a_stranger_is_streamed_nothing_of_a_raid_before_it_has_ended(world: World):
    campaign, raid = await begun(world)
    path = f"/v1/campaigns/{campaign.partition(':')[2]}/conclusions"
    await says(world, path, "2025-09-30T17:00")
    first, last = "cases.campaign_launched.v1", "cases.campaign_concluded.v1"

    assert topics(await live(world, STATION, campaign, 3)) == [first, LAUNCHED, last]
    seen = await live(world, STRANGER, campaign, 2)
    assert topics(seen) == [first, last]
    await ends(world, raid)
    [news] = await live(world, STRANGER, campaign, 1, after=seen[-1]["entry"])

    assert news["topic"] == CONCLUDED  # The rest of it is on the pages.
    assert topics(await live(world, STRANGER, campaign, 4)) == [first, LAUNCHED, last, CONCLUDED]


async def test_of_what_is_secret_neither_the_last_entry_nor_a_count_tells(world: World):
    async def told(agency: str, **asked: str) -> tuple[int, int]:
        _, answer = await world.get(agency, "/v1/timeline", without="cases", **asked)
        return answer["last"], answer["hidden"]

    campaign, _ = await begun(world)
    of_it = {"subject": campaign}

    assert (await told(STATION, **of_it))[1] == 1 + (await told(STRANGER, **of_it))[1]
    before = await told(STRANGER)
    await says(world, "/v1/operations", "2025-08-01T08:00", lead=POLICE)
    assert await told(STRANGER) == before
    assert await told(POLICE) > before


async def test_an_heir_is_shown_and_streamed_what_the_body_that_ended_had_begun(world: World):
    window = {"window": {"from": "2025-01-15", "to": "2025-02-28"}, "kind": "suppression"}
    plan = {**window, "scope": ["P63-01"], "theme": "Cao điểm", "lead": ENDED}
    chief = {"by": "CA_TINH-P63-01"}
    id = (await says(world, "/v1/campaigns", "2025-01-10T08:00", **chief, **plan))["campaign_id"]
    place: dict[str, Any] = {"by": ENDED, "area": "P63-01-276", "campaign_id": id}
    launched = await says(world, "/v1/raids", "2025-02-10T20:00", **place)
    end = f"/v1/campaigns/{id}/conclusions"
    await says(world, end, "2025-02-27T17:00", by=ENDED)
    first, last = "cases.campaign_launched.v1", "cases.campaign_concluded.v1"

    for agency in (ENDED, HEIR):
        seen = await live(world, agency, f"campaign:{id}", 3)
        assert topics(seen) == [first, LAUNCHED, last]
        assert seen[1]["officer"] == "clerk"
    for agency in STRANGERS_THERE:
        seen = await live(world, agency, f"campaign:{id}", 2)
        assert topics(seen) == [first, last]
        assert seen[1]["officer"] is None
    for agency, status in ((ENDED, 200), (HEIR, 200), *((each, 404) for each in STRANGERS_THERE)):
        raid = f"raid:{launched['raid_id']}"
        _, page = await world.get(agency, "/v1/timeline", subject=raid)
        found, _ = await world.get(agency, f"/v1/raid/{launched['raid_id']}")
        assert (topics(page["entries"]), found) == ([LAUNCHED] * (status == 200), status)
