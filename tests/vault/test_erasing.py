"""Erasing: decided in the log first, destroyed whatever happens in between, and never undone."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.vault.domain import Custody
from services.vault.erasing import Eraser, Ledger
from services.vault.events import ErasePersonalData, PersonalDataErased
from services.vault.keyring import Keyring
from shared.actor import Actor
from shared.context import Fold
from shared.domain import encode_state
from shared.errors import Broken, Refused
from shared.memory import MemoryLog
from shared.sealed import Sealed
from shared.sql import Tables
from tests.running import World, until
from tests.shared.letters import Letter, Sender
from tests.shared.things import NOON, act, context
from tests.vault.world import AGENT, HEALTH, POLICE, SHELF, erased, letter, opened, send

PROCURACY = "VKSND_TINH-P34-40"
SOMEBODY = UUID("01980000-0000-7000-8000-000000000138")
OFFICER = Actor(POLICE, "officer", frozenset(AGENT))
SAID = ErasePersonalData(subject_id=SOMEBODY, reason="request", decided_by="Văn phòng")


@pytest.fixture
def decisions() -> MemoryLog:
    """The vault's log."""
    return MemoryLog("vault", uuid.uuid4(), lambda: NOON)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "vault.kek.erased")


@pytest.fixture
async def eraser(keys: Keyring, decisions: MemoryLog, ledger: Ledger) -> Eraser:
    await keys.for_sealing({SOMEBODY}, POLICE)
    return Eraser(decisions, keys, ledger)


async def decide(decisions: MemoryLog) -> None:
    """The decision is recorded, and then this process dies."""
    fold = Fold(decisions)
    async with context(fold) as ctx:
        custody = Custody.begin_custody(SOMEBODY, POLICE, act(by=OFFICER))
        custody.erase(SAID, act(by=OFFICER), (1,))
        await ctx.save(custody)


async def states(keys: Keyring, subject: UUID = SOMEBODY) -> list[str]:
    return [row["state"] for row in await keys.keys_of(subject)]


async def test_a_crash_between_decision_and_destruction_ends_in_destruction(
    keys: Keyring, decisions: MemoryLog, eraser: Eraser
):
    await decide(decisions)
    assert await states(keys) == ["active"]

    await eraser.begin()

    assert await states(keys) == ["erased"]


async def test_a_crash_between_destruction_and_checkpoint_does_no_harm(
    keys: Keyring, decisions: MemoryLog, eraser: Eraser, ledger: Ledger
):
    await decide(decisions)
    await keys.destroy(SOMEBODY, NOON, "x", "request")

    await eraser.begin()
    await eraser.begin()

    assert await states(keys) == ["erased"]


@pytest.fixture
async def superuser(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def restored(superuser: asyncpg.Connection, old: Any, carried: Any) -> None:
    """An old copy of the key table comes back, as a restore writes it: without triggers."""
    async with superuser.transaction():
        await superuser.execute("SET LOCAL session_replication_role = replica")
        await superuser.execute("DELETE FROM vault_keys.subject_keys")
        await superuser.execute("DELETE FROM vault_keys.carried")
        for table, rows in [("subject_keys", old), ("carried", carried)]:
            for row in rows:
                await superuser.execute(
                    f"INSERT INTO vault_keys.{table} SELECT * FROM jsonb_populate_record("
                    f"NULL::vault_keys.{table}, $1)",
                    row,
                )


async def copied(superuser: asyncpg.Connection, table: str) -> list[str]:
    rows = await superuser.fetch(f"SELECT to_jsonb(t) FROM vault_keys.{table} t")
    return [row[0] for row in rows]


async def test_an_old_copy_of_the_keys_is_erased_anew_before_it_is_used(
    keys: Keyring,
    decisions: MemoryLog,
    eraser: Eraser,
    superuser: asyncpg.Connection,
    tmp_path: Path,
):
    await eraser.begin()
    old = await copied(superuser, "subject_keys"), await copied(superuser, "carried")
    await decide(decisions)
    await eraser.catch_up()
    await restored(superuser, *old)
    assert await states(keys) == ["active"]

    await Eraser(decisions, keys, Ledger(tmp_path / "no ledger")).begin()

    assert await states(keys) == ["erased"]


async def test_when_log_and_keys_come_back_together_the_ledger_still_knows(
    keys: Keyring,
    decisions: MemoryLog,
    eraser: Eraser,
    ledger: Ledger,
    superuser: asyncpg.Connection,
):
    old = await copied(superuser, "subject_keys")
    await decide(decisions)
    await eraser.catch_up()
    await restored(superuser, old, [])
    emptied = MemoryLog("vault", decisions.epoch, lambda: NOON)

    await Eraser(emptied, keys, ledger).begin()

    assert await states(keys) == ["erased"]
    with pytest.raises(Refused):
        await keys.for_sealing({SOMEBODY}, POLICE)


async def test_a_log_that_is_shorter_than_what_was_carried_is_carried_anew(
    keys: Keyring, decisions: MemoryLog, eraser: Eraser
):
    await decide(decisions)
    await keys.carry(decisions.epoch, 1_000)

    await eraser.begin()

    assert await states(keys) == ["erased"]


async def test_another_epoch_of_the_log_is_carried_from_its_beginning(
    keys: Keyring, decisions: MemoryLog, eraser: Eraser
):
    await decide(decisions)
    await keys.carry(uuid.uuid4(), await decisions.head())

    await eraser.begin()

    assert await states(keys) == ["erased"]


def test_a_ledger_that_ends_in_half_a_line_is_read_up_to_there(ledger: Ledger, tmp_path: Path):
    ledger.add(SOMEBODY, NOON)
    with (tmp_path / "vault.kek.erased").open("a") as file:
        file.write("01980000-00")

    assert list(ledger.all()) == [(SOMEBODY, NOON)]


def test_a_damaged_ledger_is_not_passed_over(ledger: Ledger, tmp_path: Path):
    (tmp_path / "vault.kek.erased").write_text("nobody\n")

    with pytest.raises(Broken, match="damaged"):
        ledger.all()


async def test_an_erasure_is_recorded_and_the_key_is_gone_when_it_is_answered(post: World):
    _, event = await letter(post)

    status, answer = await erased(post, event.sender_ref)

    assert status == 201, answer
    found = [await post.system.logs["vault"].find(UUID(each)) for each in answer["event_ids"]]
    last = found[-1]
    assert last is not None and isinstance(last.event, PersonalDataErased)
    assert (last.event.key_ids, last.event.agency) == ((1,), POLICE)
    assert (last.event.subject_id, last.event.reason) == (event.sender_ref, "request")
    pool = await asyncpg.connect(post.system.access.owner_url)
    wrapped = await pool.fetchval(
        "SELECT wrapped_dek FROM vault_keys.subject_keys WHERE pseudonym = $1", event.sender_ref
    )
    await pool.close()
    assert wrapped is None


async def test_erasing_again_is_not_news(post: World):
    _, event = await letter(post)
    await erased(post, event.sender_ref)

    status, answer = await erased(post, event.sender_ref)

    assert (status, answer["event_ids"]) == (201, [])


async def test_nothing_is_sealed_for_who_was_erased(post: World):
    _, event = await letter(post)
    await erased(post, event.letter_id)
    before = await post.system.logs["letters"].head()

    path = f"/v1/letters/{event.letter_id}/answers"
    status, answer = await send(post, POLICE, path, {"answer": "Đã nhận"})

    assert (status, answer["code"]) == (422, "subject-erased")
    assert "bí danh" in answer["remedy"]
    assert await post.system.logs["letters"].head() == before


@pytest.mark.parametrize(
    ("agency", "roles", "code"),
    [(POLICE, (), "needs-role"), (HEALTH, AGENT, "not-controller")],
)
async def test_who_may_not_erase_is_told_the_article(
    post: World, agency: str, roles: tuple[str, ...], code: str
):
    _, event = await letter(post)

    status, answer = await erased(post, event.sender_ref, agency, roles)

    assert (status, answer["code"]) == (403, code)
    assert answer["rule"] == "Luật 91/2025/QH15 Điều 14"
    assert answer["remedy"] and answer["remedy_en"]


async def test_a_pseudonym_that_nobody_knows_is_not_erased(post: World):
    status, answer = await erased(post, uuid.uuid4())

    assert (status, answer["code"]) == (404, "not-found")


async def test_what_is_held_is_not_erased_until_the_hold_is_lifted(post: World):
    event_id, event = await letter(post)
    subject = str(event.sender_ref)
    hold = {"subject_id": subject, "hold": "VA-12/2025", "reason": "Đang điều tra"}
    said = {**hold, "authority": "QĐ 12/2025"}
    status, answer = await send(post, PROCURACY, "/v1/vault/holds", said, roles=AGENT)
    assert status == 201, answer

    refused, why = await erased(post, event.sender_ref)
    shown, _ = await opened(post, event_id)
    stranger, _ = await send(post, POLICE, "/v1/vault/hold-ends", hold, roles=AGENT)
    lifted, _ = await send(post, PROCURACY, "/v1/vault/hold-ends", hold, roles=AGENT)
    status, _ = await erased(post, event.sender_ref)

    assert (refused, why["code"], why["holds"]) == (422, "legal-hold", ["VA-12/2025"])
    assert "Đang điều tra" in why["detail"]
    assert (shown, stranger, lifted, status) == (201, 403, 201, 201)


async def test_a_declined_request_is_recorded_with_its_reason_and_erases_nothing(post: World):
    event_id, event = await letter(post)
    said = {
        "subject_id": str(event.sender_ref),
        "reason": "request",
        "ground": "archive_duty",
        "explanation": "Hồ sơ còn thời hạn lưu trữ",
        "decided_by": "Văn phòng",
    }

    status, answer = await send(post, POLICE, "/v1/vault/erasure-refusals", said, roles=AGENT)

    assert status == 201, answer
    assert (await opened(post, event_id))[0] == 201


async def test_deciding_and_projecting_go_on_with_what_was_erased(post: World):
    _, event = await letter(post, title="Sau khi xóa")
    await erased(post, event.sender_ref)
    [shelf] = post.system.followers[SHELF.schema]

    async def taken() -> bool:
        return await shelf.stands() == await post.system.logs["letters"].head()

    path = f"/v1/letters/{event.letter_id}/answers"
    status, _ = await send(post, POLICE, path, {"answer": "Đã nhận"})
    folded = await Fold(post.system.logs["letters"]).read(Letter, event.letter_id)
    await until(taken)

    assert status == 202
    assert folded is not None
    assert folded.state() == {"text": "sealed", "sender": "sealed", "answers": 1}
    async with post.system.pool.acquire() as connection:
        rows = await Tables(connection, SHELF.statements).rows("list")
    assert [row["sender"] for row in rows if row["id"] == event.letter_id] == ['"sealed"']


async def test_an_event_whose_value_is_gone_folds_and_projects_too(post: World, pool: asyncpg.Pool):
    _, event = await letter(post)
    assert event.sender_ref is not None
    gone = event.model_copy(update={"sender": Sealed[Sender].erased(event.sender_ref)})
    [envelope] = await post.system.logs["letters"].load(event.letter_id)
    envelope = replace(envelope, state=encode_state(gone))
    await SHELF.create(pool)

    folded = envelope.event.mutate(None)
    async with pool.acquire() as connection:
        tables = Tables(connection, SHELF.statements)
        await SHELF.apply([envelope], tables)
        [row] = await tables.rows("list")

    assert isinstance(folded, Letter)
    assert folded.state()["sender"] == "erased"
    assert row["sender"] == '"erased"'


async def test_times_are_told_in_utc_and_the_day_in_vietnam(keys: Keyring):
    late = datetime(2025, 6, 30, 18, tzinfo=UTC)
    await keys.destroy(SOMEBODY, late, "x", "request")

    with pytest.raises(Refused, match="01/07/2025"):
        await keys.for_sealing({SOMEBODY}, POLICE)
