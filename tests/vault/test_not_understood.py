"""What the vault does not understand of its own log might be an erasure: of whom, it depends."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest

from services.vault.domain import Custody
from services.vault.erasing import Eraser, Ledger
from services.vault.events import ErasePersonalData
from services.vault.keyring import Keyring
from shared.actor import Actor
from shared.domain import Event
from shared.envelope import Metadata
from shared.errors import Broken, Retry
from shared.fold import Fold
from shared.log import Append, Log, NewEvent
from shared.memory import MemoryLog
from tests.running import World, until
from tests.shared.things import NOON, act, context
from tests.vault.world import AGENT, HEALTH, POLICE, erased, letter, letters_world, opened, send

SOMEBODY, OTHER, THIRD = (UUID(int=0x138 + n) for n in range(3))
OFFICER = Actor(POLICE, "officer", frozenset(AGENT))
UNKNOWN = "vault.custody_moved.v9"


@pytest.fixture
def decisions() -> MemoryLog:
    """The vault's log."""
    return MemoryLog("vault", uuid.uuid4(), lambda: NOON)


async def strange(
    log: Log, stream: UUID, subjects: Sequence[str], version: int = 1, topic: str = UNKNOWN
) -> int:
    """Somebody appends what no process of this version knows; its position."""
    metadata = Metadata(OFFICER, tuple(subjects), uuid.uuid4(), uuid.uuid4()).to_json()
    state = b'{"timestamp":"2026-11-22T09:00:00+07:00"}'
    new = NewEvent(uuid.uuid4(), stream, version, topic, state, metadata)
    verdict = await log.append(Append(uuid.uuid4(), (new,)))
    assert verdict.status == "appended"
    return verdict.last_position


async def erase(decisions: MemoryLog, subject: UUID) -> None:
    async with context(Fold(decisions)) as ctx:
        custody = Custody.begin_custody(subject, POLICE, act(by=OFFICER))
        said = ErasePersonalData(subject_id=subject, reason="request", decided_by="x")
        custody.erase(said, act(by=OFFICER), (1,))
        await ctx.save(custody)


async def states(keys: Keyring) -> list[str]:
    each = [await keys.keys_of(subject) for subject in (SOMEBODY, OTHER, THIRD)]
    return [rows[0]["state"] for rows in each]


@pytest.fixture
async def eraser(keys: Keyring, decisions: MemoryLog, tmp_path: Path) -> Eraser:
    await keys.for_sealing({SOMEBODY, OTHER, THIRD}, POLICE)
    return Eraser(decisions, keys, Ledger(tmp_path / "vault.kek.erased"))


async def test_in_the_book_of_a_pseudonym_it_is_about_that_pseudonym_alone(
    decisions: MemoryLog, keys: Keyring, eraser: Eraser
):
    await erase(decisions, OTHER)
    position = await strange(decisions, SOMEBODY, [f"custody:{SOMEBODY}"])
    await erase(decisions, THIRD)

    await eraser.begin()

    with pytest.raises(Retry, match=f"{UNKNOWN}, position {position}"):
        eraser.refuse_unread([OTHER, SOMEBODY])
    eraser.refuse_unread([OTHER, THIRD])
    assert await states(keys) == ["active", "erased", "erased"]


async def test_in_an_opening_it_is_about_whose_data_were_opened(
    decisions: MemoryLog, eraser: Eraser
):
    opening = uuid.uuid4()
    subjects = [f"opening:{opening}", f"custody:{SOMEBODY}", f"tip:{OTHER}"]
    await strange(decisions, opening, subjects)

    await eraser.begin()

    with pytest.raises(Retry):
        eraser.refuse_unread([SOMEBODY])
    eraser.refuse_unread([OTHER])


@pytest.mark.parametrize(
    "subjects",
    [(), ("archive:1",), (f"custody:{SOMEBODY}",), (f"archive:{THIRD}", f"custody:{SOMEBODY}")],
    ids=["nothing", "another kind", "another's book", "another kind, with a pseudonym"],
)
async def test_anywhere_else_it_may_be_about_anybody_and_the_vault_stays_closed(
    decisions: MemoryLog, eraser: Eraser, subjects: tuple[str, ...]
):
    await strange(decisions, THIRD, subjects)

    with pytest.raises(Broken, match="no key is lent"):
        await eraser.begin()


async def test_the_checkpoint_stays_before_it_while_what_follows_is_carried_once(
    decisions: MemoryLog, keys: Keyring, eraser: Eraser, tmp_path: Path
):
    position = await strange(decisions, SOMEBODY, [f"custody:{SOMEBODY}"])
    await erase(decisions, OTHER)

    await eraser.begin()
    await erase(decisions, THIRD)
    for _ in range(3):
        reached = await eraser.catch_up()

    carried = await keys.carried()
    assert carried is None or carried.position < position
    assert reached == await decisions.head()
    assert [each for each, _ in Ledger(tmp_path / "vault.kek.erased").all()] == [OTHER, THIRD]
    assert await states(keys) == ["active", "erased", "erased"]


async def test_a_process_that_understands_it_carries_it(
    decisions: MemoryLog, keys: Keyring, eraser: Eraser, tmp_path: Path
):
    topic = f"vault.custody_moved_{uuid.uuid4().hex}.v1"
    await erase(decisions, OTHER)
    await strange(decisions, SOMEBODY, [f"custody:{SOMEBODY}"], topic=topic)
    await eraser.begin()
    before = await keys.carried()

    class CustodyMoved(Event):
        """What a later version knows."""

        TOPIC: ClassVar[str] = topic

    later = Eraser(decisions, keys, Ledger(tmp_path / "vault.kek.erased"))
    await later.begin()

    later.refuse_unread([SOMEBODY])
    after = await keys.carried()
    assert before is not None and after is not None
    assert (before.position < after.position) and after.position == await decisions.head()


@pytest.fixture
async def post(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """A system whose log is nobody else's: it will hold what not everybody can read."""
    async with letters_world(data_folder()) as world:
        yield world


async def test_over_http_only_who_is_concerned_is_kept_waiting(post: World):
    event_id, event = await letter(post)
    other_id, other = await letter(post)
    status, _ = await send(post, POLICE, "/v1/vault/holds", hold(event.sender_ref), roles=AGENT)
    log, id = post.system.logs["vault"], event.sender_ref
    assert status == 201 and id is not None
    await strange(log, id, [f"custody:{id}"], version=3)

    async def noticed() -> bool:
        return (await opened(post, event_id))[0] == 503

    await until(noticed)

    answered, problem = await opened(post, event_id)
    assert (answered, problem["code"]) == (503, "try-again")
    assert UNKNOWN in problem["detail"] and "chưa mở" in problem["detail"]
    for path, body in (
        ("/v1/vault/holds", hold(id)),
        ("/v1/vault/hold-ends", {"subject_id": str(id), "hold": "VA-1", "reason": "x"}),
    ):
        assert (await send(post, POLICE, path, body, roles=AGENT))[0] == 503
    assert (await erased(post, id))[0] == 503
    with pytest.raises(Retry):
        await post.system.keys.for_sealing({id}, POLICE)
    assert (await opened(post, event_id, field="text"))[0] == 201
    assert (await opened(post, other_id))[0] == 201
    assert (await erased(post, other.sender_ref))[0] == 201
    assert "vault.keys" not in post.system.supervisor.down
    assert (await opened(post, other_id, HEALTH))[0] == 403


def hold(subject: UUID | None) -> dict[str, str]:
    said = {"subject_id": str(subject), "hold": "VA-1", "reason": "Đang điều tra"}
    return {**said, "authority": "12/QĐ"}
