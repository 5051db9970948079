"""Sealing at save: bound to its place and key, and nothing plain stays behind."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from shared.context import Fold
from shared.errors import Broken, Refused, Retry
from shared.memory import MemoryLog
from shared.sealed import Ciphertext, Sealed
from shared.sealing import DataKey, Place, seal, unseal
from tests.shared.letters import AnswerLetter, Letter, LetterAnswered, ReceiveLetter, Sender
from tests.shared.things import NOON, act, context, id_of, open_thing

CANARY = b"Hoang Yen"
KEY = DataKey(uuid.uuid4(), 1, b"k" * 32)
PLACE = Place("letters", uuid.uuid4(), 3, "sender")
SAID = ReceiveLetter(
    title="Thư", text=Sealed.of(CANARY.decode()), sender=Sealed.of(Sender(name=CANARY.decode()))
)


class Ring:
    """Keys in memory; may be away, or refuse."""

    def __init__(self) -> None:
        self.keys: dict[UUID, DataKey] = {}
        self.asked: list[set[UUID]] = []
        self.fails: Exception | None = None

    async def for_sealing(self, subjects: Collection[UUID], agency: str) -> Mapping[UUID, DataKey]:
        self.asked.append(set(subjects))
        if self.fails:
            raise self.fails
        for each in subjects:
            self.keys.setdefault(each, DataKey(each, 1, uuid.uuid4().bytes * 2))
        return {each: self.keys[each] for each in subjects}


@pytest.fixture
def ring() -> Ring:
    return Ring()


@pytest.fixture
def fold(ring: Ring) -> Fold:
    return Fold(MemoryLog("letters", uuid.uuid4(), lambda: NOON), keys=ring)


async def receive(fold: Fold, said: ReceiveLetter = SAID, **more: Any) -> UUID:
    async with context(fold, **more) as ctx:
        return id_of(await ctx.save(Letter.receive_letter(said, ctx.act)))


def test_what_was_sealed_opens_at_its_place():
    assert unseal(seal(CANARY, KEY, PLACE), KEY, PLACE) == CANARY


def test_the_same_text_never_seals_to_the_same_bytes():
    first, second = seal(CANARY, KEY, PLACE), seal(CANARY, KEY, PLACE)

    assert first.nonce != second.nonce and first.ciphertext != second.ciphertext
    assert CANARY not in first.ciphertext


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, store="others"),
        replace(PLACE, stream=uuid.uuid4()),
        replace(PLACE, version=4),
        replace(PLACE, field="text"),
        replace(PLACE, store="letter", field="ssender"),
    ],
)
def test_what_was_sealed_opens_nowhere_else(place: Place):
    with pytest.raises(Broken, match="belongs elsewhere"):
        unseal(seal(CANARY, KEY, PLACE), KEY, place)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": uuid.uuid4()},
        {"key_version": 2},
        {"nonce": b"x" * 12},
        {"nonce": b""},
        {"ciphertext": b"x" * 30},
        {"ciphertext": b""},
    ],
)
def test_what_was_changed_does_not_open(change: dict[str, Any]):
    sealed = replace(seal(CANARY, KEY, PLACE), **change)

    with pytest.raises(Broken, match="changed or belongs elsewhere"):
        unseal(sealed, KEY, PLACE)


def test_another_key_does_not_open_even_if_it_would_decrypt():
    sealed = replace(seal(CANARY, KEY, PLACE), commitment=b"x" * 32)

    with pytest.raises(Broken, match="another key"):
        unseal(sealed, KEY, PLACE)
    with pytest.raises(Broken, match="another key"):
        unseal(seal(CANARY, KEY, PLACE), replace(KEY, key=b"o" * 32), PLACE)


def test_a_key_is_not_shown():
    assert "kkkk" not in f"{KEY} {KEY!r}"


async def test_what_is_recorded_is_ciphertext_that_its_own_key_opens(fold: Fold, ring: Ring):
    id = await receive(fold)

    [envelope] = await fold.log.load(id)
    assert CANARY not in envelope.state
    event = envelope.event
    for name, plain in [("text", b'"%s"' % CANARY), ("sender", b'{"name":"%s"' % CANARY)]:
        sealed: Ciphertext = getattr(event, name).ciphertext
        assert sealed.subject == getattr(event, event.SEALED[name])
        place = Place("letters", id, 1, name)
        assert unseal(sealed, ring.keys[sealed.subject], place).startswith(plain)


async def test_all_keys_of_a_command_are_fetched_at_once(fold: Fold, ring: Ring):
    id = await receive(fold)

    [asked] = ring.asked
    assert len(asked) == 2 and id in asked


async def test_a_command_without_sealed_values_asks_for_no_key(ring: Ring):
    await open_thing(Fold(MemoryLog("samples", uuid.uuid4(), lambda: NOON), keys=ring))

    assert ring.asked == []


async def test_the_kept_aggregate_holds_what_was_recorded_and_nothing_plain(fold: Fold):
    id = await receive(fold)

    async with context(fold) as ctx:
        kept = await ctx.load(Letter, id)
    anew = await fold.read(Letter, id)
    assert kept == anew
    assert kept.text.is_sealed and kept.sender is not None and kept.sender.is_sealed


async def test_what_was_stated_stays_open_so_that_it_can_be_decided_again(fold: Fold):
    await receive(fold)
    await receive(fold)

    assert SAID.text.is_open


async def test_each_event_is_sealed_for_its_own_version(fold: Fold, ring: Ring):
    id = await receive(fold)
    for _ in range(2):
        async with context(fold) as ctx:
            letter = await ctx.load(Letter, id)
            letter.answer_letter(AnswerLetter(answer=Sealed.of("ok")), ctx.act)
            await ctx.save(letter)

    _, second, third = [each.event for each in await fold.log.load(id)]
    for event in (second, third):
        place = Place("letters", id, event.originator_version, "answer")
        assert unseal(event.answer.ciphertext, ring.keys[id], place) == b'"ok"'


@pytest.mark.parametrize("fails", [Retry("away"), Refused("subject-erased", "xóa", "erased")])
async def test_without_a_key_nothing_is_recorded(fold: Fold, ring: Ring, fails: Exception):
    ring.fails = fails

    with pytest.raises(type(fails)):
        await receive(fold)

    assert await fold.log.head() == 0


async def test_a_process_without_a_vault_says_try_again_and_records_nothing():
    fold = Fold(MemoryLog("letters", uuid.uuid4(), lambda: NOON))

    with pytest.raises(Retry, match="vault"):
        await receive(fold)

    assert await fold.log.head() == 0


async def test_what_another_event_had_sealed_is_not_recorded_again(fold: Fold):
    id = await receive(fold)

    with pytest.raises(Broken, match="another event"):
        async with context(fold) as ctx:
            letter = await ctx.load(Letter, id)
            letter.trigger_event(
                LetterAnswered, timestamp=act().at, answer=letter.text, letter_id=id
            )
            await ctx.save(letter)


async def test_a_value_for_which_nobody_is_named_is_not_recorded(fold: Fold):
    letter = Letter.receive_letter(SAID, act())
    [event] = letter.pending_events
    object.__setattr__(event, "sender_ref", None)

    with pytest.raises(Broken, match="names nobody"):
        async with context(fold) as ctx:
            await ctx.save(letter)

    assert await fold.log.head() == 0
