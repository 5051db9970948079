"""Both versions of a corrected fact, and what was known when."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.timeline.http import _corrections, _hidden, entry
from services.timeline.projection import TIMELINE, sentences_of, title
from shared.envelope import Envelope
from shared.sql import Tables
from tests import generated
from tests.golden import ISSUER, RECORDED_AT, STREAMS, envelope

EVER = datetime(9999, 1, 1, tzinfo=UTC)
ISSUED, RECEIVED = "directives.directive_issued.v1", "directives.directive_received.v1"
CORRECTED = "directives.record_corrected.v1"
DIRECTIVE = f"directive:{STREAMS['directive']}"
DAY = timedelta(days=1)
WAS, IS = datetime(2025, 7, 2, 8, tzinfo=UTC), datetime(2025, 7, 1, 8, tzinfo=UTC)


@pytest.fixture
async def tables(pool: asyncpg.Pool) -> AsyncIterator[Tables]:
    await TIMELINE.create(pool)
    async with pool.acquire() as connection:
        yield Tables(connection, TIMELINE.statements)


def receipt() -> Envelope:
    return envelope(RECEIVED, 2, 2, timestamp=WAS.isoformat())


def correction(target: UUID, position: int = 3, **said: Any) -> Envelope:
    """Of the moment, a day after the receipt was recorded; told of the paper."""
    fields = {"target_event": str(target), "timestamp": (RECORDED_AT + DAY).isoformat()}
    fields |= {"new": IS.isoformat(), "change": {"old": WAS.isoformat(), "new": IS.isoformat()}}
    told = envelope(CORRECTED, position, position, **(fields | said))
    return replace(
        told,
        stream=STREAMS["directive"],
        recorded_at=RECORDED_AT + (position - 2) * DAY,
        metadata=replace(told.metadata, subjects=(DIRECTIVE,)),
    )


async def page(
    tables: Tables, as_of: datetime = EVER, known_at: datetime = EVER, *without: str
) -> list[dict[str, Any]]:
    """The paper's timeline, as its readers get it."""
    asked = (DIRECTIVE, 0, as_of, known_at, 100, list(without), [ISSUER])
    rows = await tables.rows("page_of_subject", *asked)
    found = await _corrections(tables, rows, known_at, [ISSUER])
    entries = [entry(row, (), found) for row in rows]
    backwards = await tables.rows("page_of_subject_backwards", DIRECTIVE, 2**62, *asked[2:])
    everybodys = await tables.rows("page", *asked[1:])
    rest = await tables.rows("page_backwards", 2**62, *asked[2:])
    numbers = [each["entry"] for each in entries]
    assert numbers == [each["entry_id"] for each in backwards][::-1]
    assert numbers == [each["entry_id"] for each in everybodys]
    assert numbers == [each["entry_id"] for each in rest][::-1]
    return entries


async def test_both_versions_are_there_and_lead_to_each_other(tables: Tables):
    wrong = receipt()
    right = correction(wrong.event_id)
    await TIMELINE.apply([envelope(ISSUED), wrong, right], tables)

    _, first, second = await page(tables)

    assert datetime.fromisoformat(first["occurred_at"]) == WAS
    [mark] = first["corrections"]
    assert (mark["vi"], mark["en"]) == ("đã đính chính", "corrected")
    assert (mark["entry"], mark["event_id"]) == (second["entry"], str(right.event_id))
    assert mark["field"] == "occurred_at"
    assert mark["change"] == {"old": WAS.isoformat(), "new": IS.isoformat()}
    assert first["corrects"] is None
    assert second["corrects"] == {"entry": first["entry"], "event_id": str(wrong.event_id)}
    assert second["corrections"] == []


async def test_the_sentence_says_old_and_new_and_by_which_authority(tables: Tables):
    wrong = receipt()
    await TIMELINE.apply([envelope(ISSUED), wrong, correction(wrong.event_id)], tables)

    *_, told = await page(tables)

    assert told["vi"] == (
        "Công an tỉnh Nghệ An đính chính thời điểm xảy ra của “Tiếp nhận, đăng ký văn bản đến”, "
        "văn bản 6325/UBND-NC: 15:00 ngày 02/07/2025 → 15:00 ngày 01/07/2025, theo Phiếu đính "
        "chính 45/PĐC-PV01 ngày 09/07/2025: Ghi nhầm ngày vào sổ."
    )
    assert "2025-07-02 15:00 → 2025-07-01 15:00, by Phiếu đính chính 45" in told["en"]


async def test_what_was_known_before_shows_no_correction(tables: Tables):
    wrong = receipt()
    await TIMELINE.apply([envelope(ISSUED), wrong, correction(wrong.event_id)], tables)

    _, first = await page(tables, known_at=RECORDED_AT)

    assert (first["corrections"], first["corrects"]) == ([], None)


async def test_what_had_happened_by_a_moment_is_as_corrected_by_when_it_was_known(tables: Tables):
    wrong = receipt()
    await TIMELINE.apply([envelope(ISSUED), wrong, correction(wrong.event_id)], tables)
    between = IS + timedelta(hours=1)

    async def receipts(**asked: datetime) -> int:
        return [each["topic"] for each in await page(tables, **asked)].count(RECEIVED)

    assert await receipts(as_of=between) == 1
    assert await receipts(as_of=between, known_at=RECORDED_AT) == 0
    assert await receipts(as_of=IS - timedelta(seconds=1)) == 0
    assert await receipts(as_of=WAS, known_at=RECORDED_AT) == 1


async def test_the_last_correction_counts_and_all_of_them_are_shown(tables: Tables):
    wrong, later = receipt(), WAS + 3 * DAY
    change = {"old": IS.isoformat(), "new": later.isoformat()}
    again = correction(wrong.event_id, 4, new=later.isoformat(), change=change)
    number = correction(
        wrong.event_id, 5, field_path="incoming_number", new=9, change={"old": 8, "new": 9}
    )
    await TIMELINE.apply(
        [envelope(ISSUED), wrong, correction(wrong.event_id), again, number], tables
    )

    _, first, *_ = await page(tables)
    early = [each["topic"] for each in await page(tables, as_of=WAS)]
    known = [each["topic"] for each in await page(tables, as_of=WAS, known_at=RECORDED_AT + DAY)]

    assert [each["field"] for each in first["corrections"]] == [
        "occurred_at",
        "occurred_at",
        "incoming_number",
    ]
    assert RECEIVED not in early
    assert RECEIVED in known


async def test_the_correction_of_what_was_skipped_is_an_entry_all_the_same(tables: Tables):
    await TIMELINE.apply([envelope(ISSUED), correction(uuid.uuid4(), 2)], tables)

    *_, told = await page(tables)

    assert told["corrects"]["entry"] is None


def test_of_what_is_sensitive_no_sentence_says_old_or_new():
    told = envelope("cases.record_corrected.v1", 2)

    vi, en = sentences_of(told, {})

    assert vi == (
        "Cơ quan Cảnh sát điều tra Công an tỉnh Nghệ An đính chính số lệnh của “Bắt, giữ người”, "
        "theo Biên bản kiểm tra hồ sơ 08/BB-VP ngày 20/09/2025."
    )
    for secret in (told.fields["new"], told.fields["reason"]):
        assert secret not in vi and secret not in en


async def test_what_is_left_out_is_counted_and_never_gone(tables: Tables):
    opened = envelope("deadlines.deadline_opened.v1")
    warned = envelope("deadlines.deadline_warning_raised.v1", 2, 2)
    around = [
        replace(
            each, metadata=replace(each.metadata, subjects=(*each.metadata.subjects, DIRECTIVE))
        )
        for each in (opened, warned)
    ]
    await TIMELINE.apply([envelope(ISSUED), *around], tables)

    whole = [each["topic"] for each in await page(tables)]
    acts = [each["topic"] for each in await page(tables, EVER, EVER, "deadlines", "vault")]
    calm = [each["topic"] for each in await page(tables, EVER, EVER, warned.topic)]
    hidden = [
        await _hidden(tables, who, (1, 2**62, EVER, EVER, without, [ISSUER]))
        for who in ((DIRECTIVE,), ())
        for without in (["deadlines"], [warned.topic], ["cases"], [])
    ]

    assert whole == [ISSUED, opened.topic, warned.topic]
    assert acts == [ISSUED]
    assert calm == [ISSUED, opened.topic]
    assert hidden == [2, 1, 0, 0] * 2


async def test_with_corrections_too_a_batch_leaves_the_rows_of_its_events_one_by_one(
    pool: asyncpg.Pool,
):
    wrong = receipt()
    events = [envelope(ISSUED), wrong, correction(wrong.event_id), correction(wrong.event_id, 4)]
    versions = [replace(TIMELINE, version=each) for each in (11, 12)]

    one_by_one = await generated.tables_after(versions[0], pool, ([each] for each in events))
    as_one = await generated.tables_after(versions[1], pool, iter([events]))

    assert one_by_one == as_one
    assert len(one_by_one["corrections"]) == 2


@pytest.mark.parametrize("topic", ["deadlines.deadline_opened.v1", "vault.sealed_field_opened.v1"])
async def test_the_clock_and_the_vault_are_told_of_in_the_timelines_of_what_they_are_about(
    tables: Tables, topic: str
):
    told = envelope(topic)
    told = replace(
        told, metadata=replace(told.metadata, subjects=(*told.metadata.subjects, DIRECTIVE))
    )
    await TIMELINE.apply([told], tables)

    [row] = await page(tables)

    assert row["topic"] == topic
    assert re.search(r"Bắt đầu tính thời hạn|mở một dữ liệu cá nhân đã niêm phong để", row["vi"])


def test_the_timeline_follows_everything_that_is_told():
    assert TIMELINE.sources == ("directives", "cases", "deadlines", "vault")
    assert title(envelope("vault.custody_begun.v1")) == ("", "")
