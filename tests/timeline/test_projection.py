import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from services.timeline.projection import LATE_AFTER, TIMELINE, agency_names, title
from shared.envelope import Envelope
from shared.errors import Broken
from shared.follow import Follower, LogSource, Projection
from shared.sql import Tables
from shared.store.postgres import PostgresLog
from tests import generated
from tests.golden import ISSUER, RECORDED_AT, STREAMS, by, envelope, history, record

EVER = (datetime(9999, 1, 1, tzinfo=UTC),) * 2
DIRECTIVE, TASK = (f"{kind}:{STREAMS[kind]}" for kind in ("directive", "task"))
ISSUED, ASSIGNED = "directives.directive_issued.v1", "directives.task_assigned.v1"
REVISED = "directives.directive_revised.v1"
INSTITUTED, SPLIT_OFF = "cases.case_prosecution_instituted.v1", "cases.case_split_off.v1"


@pytest.fixture
async def tables(pool: asyncpg.Pool) -> AsyncIterator[Tables]:
    await TIMELINE.create(pool)
    async with pool.acquire() as connection:
        yield Tables(connection, TIMELINE.statements)


async def apply(tables: Tables, *events: Envelope) -> list[asyncpg.Record]:
    """Take events; all entries, oldest first."""
    await TIMELINE.apply(events, tables)
    return await tables.rows("page", 0, *EVER, 100, [], [ISSUER])


def about(subjects: tuple[str, ...], event: Envelope) -> Envelope:
    """The same fact about other things."""
    return replace(event, metadata=replace(event.metadata, subjects=subjects))


async def entries_of(tables: Tables, subject: str) -> list[str]:
    """Topics of a subject's entries, without the service and the version."""
    rows = await tables.rows("page_of_subject", subject, 0, *EVER, 100, [], [ISSUER])
    return [row["topic"].split(".")[1] for row in rows]


async def everything(pool: asyncpg.Pool, projection: Projection) -> list[asyncpg.Record]:
    """All entries, secret ones too, oldest first."""
    found: list[asyncpg.Record] = await pool.fetch(
        f"SELECT * FROM {projection.schema}.entries ORDER BY entry_id"
    )
    return found


async def test_every_event_is_one_entry_in_its_order(tables: Tables, pool: asyncpg.Pool):
    events = history()

    await TIMELINE.apply(events, tables)

    rows = await everything(pool, TIMELINE)
    assert [row["event_id"] for row in rows] == [each.event_id for each in events]
    assert [row["position"] for row in rows] == [each.position for each in events]
    assert [row["entry_id"] for row in rows] == sorted(row["entry_id"] for row in rows)
    assert await tables.value("last_entry") == rows[-1]["entry_id"]


async def test_an_entry_says_who_when_and_what_in_two_languages(tables: Tables):
    event = envelope(ISSUED)

    [row] = await apply(tables, event)

    assert (row["agency"], row["officer"]) == (ISSUER, "clerk")
    assert (row["agency_vi"], row["agency_en"]) == agency_names(ISSUER, event.occurred_at)
    assert (row["occurred_at"], row["recorded_at"]) == (event.occurred_at, RECORDED_AT)
    assert row["vi"].startswith("UBND tỉnh Nghệ An ban hành văn bản 6325/UBND-NC: ")
    assert row["en"].startswith("Provincial People's Committee, Nghệ An issues paper 6325/UBND-NC")
    assert row["subjects"] == [DIRECTIVE]


async def test_an_event_is_found_by_everything_that_it_is_about(tables: Tables):
    await apply(tables, envelope(ISSUED), envelope(ASSIGNED, position=2))

    assert await entries_of(tables, DIRECTIVE) == ["directive_issued", "task_assigned"]
    assert await entries_of(tables, TASK) == ["task_assigned"]
    assert await entries_of(tables, "task:0") == []


async def test_subjects_are_called_as_their_first_events_called_them(tables: Tables):
    *_, row = await apply(
        tables,
        envelope(ISSUED),
        envelope(ASSIGNED, position=2),
        envelope("directives.task_completed.v1", 2, 3),
    )

    assert row["vi"].endswith(
        "báo hoàn thành nhiệm vụ T01 (Hoạt động 30/7 và hai đợt cao điểm), văn bản 6325/UBND-NC."
    )
    assert "task T01 (30 July activities and both peaks) done" in row["en"]


async def test_of_two_things_of_one_kind_the_events_own_is_the_one_that_is_told(tables: Tables):
    part, origin = f"case:{UUID(int=2)}", f"case:{UUID(int=1)}"

    _, row = await apply(
        tables,
        about((origin,), envelope(INSTITUTED)),
        about((part, origin), envelope(SPLIT_OFF, position=2)),
    )

    assert "tách ra vụ án được tách, số 52/QĐ-CSĐT của" in row["vi"]
    assert "splits off the case split off under no. 52/QĐ-CSĐT by" in row["en"]


async def test_a_paper_that_is_given_a_number_later_is_called_by_it_from_then_on(tables: Tables):
    rows = await apply(
        tables,
        envelope(ISSUED, reference=None, number=None),
        envelope(REVISED, 2, 2, reference="6325/UBND-NC"),
        envelope("directives.directive_received.v1", 3, 3),
    )

    assert [("chưa rõ số" in row["vi"], "6325" in row["vi"]) for row in rows] == [
        (True, False),
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("beyond", [False, True])
async def test_what_was_told_long_after_it_happened_is_marked_late(tables: Tables, beyond: bool):
    event = envelope(ISSUED)
    told = event.occurred_at + LATE_AFTER + timedelta(microseconds=beyond)

    [row] = await apply(tables, replace(event, recorded_at=told))

    assert row["late"] is beyond


async def test_a_page_as_of_a_moment_has_what_had_happened_and_was_known(tables: Tables):
    early, late = envelope(ISSUED), envelope("directives.directive_received.v1", 2, 2)
    await apply(tables, early, replace(late, recorded_at=RECORDED_AT.replace(month=12)))

    async def shown(as_of: datetime, known_at: datetime) -> int:
        pages = [
            await tables.rows("page", 0, as_of, known_at, 9, [], [ISSUER]),
            await tables.rows("page_of_subject", DIRECTIVE, 0, as_of, known_at, 9, [], [ISSUER]),
            await tables.rows("page_backwards", 2**62, as_of, known_at, 9, [], [ISSUER]),
            await tables.rows(
                "page_of_subject_backwards", DIRECTIVE, 2**62, as_of, known_at, 9, [], [ISSUER]
            ),
        ]
        [length] = {len(page) for page in pages}
        return length

    assert await shown(*EVER) == 2
    assert await shown(early.occurred_at, EVER[1]) == 1
    assert await shown(EVER[0], RECORDED_AT) == 1
    assert await shown(early.occurred_at.replace(year=2024), EVER[1]) == 0


async def test_an_agency_that_the_register_does_not_know_keeps_its_id(tables: Tables):
    [row] = await apply(tables, by("XYZ-P34-40", envelope(ISSUED)))

    assert (row["agency_vi"], row["agency_en"]) == ("XYZ-P34-40", "XYZ-P34-40")


async def test_agencies_are_called_as_on_the_day_of_the_event():
    before = envelope("directives.report_submitted.v1")

    assert agency_names("UBND_HUYEN-P63-01-276", before.occurred_at)[0].startswith("UBND huyện")


async def test_long_titles_are_cut():
    vi, _ = title(envelope(ASSIGNED, title_vi="dài " * 100))

    assert vi.startswith("T01 (dài dài")
    assert len(vi) < 200


async def test_an_event_without_a_sentence_stops_the_timeline(tables: Tables):
    unknown = replace(envelope(ISSUED), topic="directives.never_heard_of.v1")

    with pytest.raises(Broken, match="has no sentence"):
        await TIMELINE.apply([unknown], tables)


async def test_an_event_about_nothing_stops_the_timeline_and_says_where(tables: Tables):
    event = envelope(ISSUED, position=7)
    nothing = replace(event, metadata=replace(event.metadata, subjects=()))

    with pytest.raises(Broken, match=r"directives 7 .* names no subjects"):
        await TIMELINE.apply([nothing], tables)


async def test_a_timeline_made_anew_beside_the_old_one_is_the_same(
    log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, *history())
    versions = (TIMELINE, replace(TIMELINE, version=TIMELINE.version + 1))

    pages = []
    for each in versions:
        await each.create(pool)
        assert await Follower(each, LogSource(log), pool).step() == len(history())
        pages.append(await everything(pool, each))

    assert pages[0] == pages[1]
    assert len(pages[0]) == len(history())


@pytest.mark.parametrize("seed", range(3))
async def test_a_batch_leaves_the_same_rows_as_its_events_one_by_one(pool: asyncpg.Pool, seed: int):
    events = generated.history(seed, 150)
    versions = [replace(TIMELINE, version=each) for each in (1, 2, 3)]

    one_by_one = await generated.tables_after(versions[0], pool, ([each] for each in events))
    as_one = await generated.tables_after(versions[1], pool, iter([events]))
    some = generated.batches(events, random.Random(seed))
    mixed = await generated.tables_after(versions[2], pool, some)

    assert one_by_one == as_one == mixed
    assert all(one_by_one[each] for each in ("entries", "subject_entries", "titles"))
