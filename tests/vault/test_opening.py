"""Opening over HTTP: who may know, what is recorded before, and what is refused."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.vault.commands import Vault
from services.vault.events import SealedFieldOpened
from services.vault.grants import Grant, Grants
from shared.sealed import Sealed
from tests.running import World, now
from tests.shared.letters import LetterReceived
from tests.vault.world import (
    CANARY,
    HEALTH,
    POLICE,
    erased,
    everything_in,
    letter,
    opened,
    send,
)


def vault_of(post: World) -> Vault:
    assert isinstance(post.system.keys, Vault)
    return post.system.keys


async def openings(post: World) -> list[SealedFieldOpened]:
    found = await post.system.logs["vault"].read(0, 1000)
    return [each.event for each in found if isinstance(each.event, SealedFieldOpened)]


async def test_who_recorded_a_letter_may_have_it_opened(post: World):
    event_id, _ = await letter(post)

    status, answer = await opened(post, event_id)

    assert (status, answer["value"]) == (201, {"name": CANARY, "phone": None})


async def test_that_it_was_opened_is_recorded_with_who_what_and_what_for(post: World):
    event_id, event = await letter(post)

    status, _ = await opened(post, event_id, field="text", basis="QĐ 12/2025")

    assert status == 201
    [recorded] = [each for each in await openings(post) if each.event_id == event_id]
    assert recorded.topic == LetterReceived.TOPIC
    assert (recorded.field, recorded.purpose, recorded.basis) == (
        "text",
        "verification",
        "QĐ 12/2025",
    )
    assert (recorded.agency, recorded.ground) == (POLICE, "recorder")
    assert recorded.subject_id == event.letter_id


async def test_a_repetition_gets_the_receipt_and_not_the_value(post: World):
    event_id, _ = await letter(post)
    body = {"event_id": str(event_id), "field": "sender", "purpose": "trial"}
    key = uuid.uuid4().hex
    _, first = await send(post, POLICE, "/v1/vault/openings", body, key=key)

    status, again = await send(post, POLICE, "/v1/vault/openings", body, key=key)

    assert status == 201
    assert first["value"]["name"] == CANARY
    assert "value" not in again
    assert again["event_ids"] == first["event_ids"]


async def test_another_agency_may_not_know_and_nothing_is_recorded(post: World):
    event_id, _ = await letter(post)
    before = await post.system.logs["vault"].head()

    status, answer = await opened(post, event_id, HEALTH)

    assert (status, answer["code"]) == (403, "may-not-know")
    assert "Điều 3(10)" in answer["rule"]
    assert CANARY not in str(answer)
    assert await post.system.logs["vault"].head() == before


def grant(**changes: Any) -> Grant:
    row = Grant(("SO_YTE",), ("doctor",), ("support",), date.min, date.max)
    return replace(row, **changes)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (grant(), 201),
        (grant(types=("SO_*",)), 201),
        (grant(types=("CA_*",)), 403),
        (grant(roles=("nurse",)), 403),
        (grant(purposes=("trial",)), 403),
        (grant(until=date(2020, 1, 1)), 403),
        (grant(since=date(2190, 1, 1)), 403),
    ],
)
async def test_a_grant_counts_when_all_of_its_row_fits(
    post: World, monkeypatch: pytest.MonkeyPatch, given: Grant, status: int
):
    event_id, _ = await letter(post)
    rows = {(LetterReceived.TOPIC, "sender"): (given,)}
    monkeypatch.setattr(vault_of(post), "grants", Grants(rows))
    body = {"event_id": str(event_id), "field": "sender", "purpose": "support"}

    answered, answer = await send(post, HEALTH, "/v1/vault/openings", body, roles=("doctor",))

    assert answered == status, answer


@pytest.mark.parametrize("stated", ["2019-12-31", "2020-01-02"], ids=["while it was", "after"])
async def test_a_grant_that_is_over_is_not_had_by_stating_a_day_on_which_it_was_there(
    post: World, monkeypatch: pytest.MonkeyPatch, stated: str
):
    event_id, _ = await letter(post)
    rows = {(LetterReceived.TOPIC, "sender"): (grant(until=date(2020, 1, 1)),)}
    monkeypatch.setattr(vault_of(post), "grants", Grants(rows))
    body = {"event_id": str(event_id), "field": "sender", "purpose": "support"}
    body["occurred_at"] = f"{stated}T08:00:00+07:00"
    before = await post.system.logs["vault"].head()

    status, answer = await send(post, HEALTH, "/v1/vault/openings", body, roles=("doctor",))

    assert (status, answer["code"]) == (422, "not-now")
    assert answer["pointer"] == "/occurred_at" and answer["remedy"]
    assert await post.system.logs["vault"].head() == before


async def test_a_grant_for_one_field_is_none_for_another(
    post: World, monkeypatch: pytest.MonkeyPatch
):
    event_id, _ = await letter(post)
    rows = {(LetterReceived.TOPIC, "sender"): (grant(),)}
    monkeypatch.setattr(vault_of(post), "grants", Grants(rows))
    body = {"event_id": str(event_id), "field": "text", "purpose": "support"}

    status, _ = await send(post, HEALTH, "/v1/vault/openings", body, roles=("doctor",))

    assert status == 403


@pytest.mark.parametrize("field", ["title", "nothing", "timestamp"])
async def test_what_is_not_sealed_is_not_opened(post: World, field: str):
    event_id, _ = await letter(post)

    status, answer = await opened(post, event_id, field=field)

    assert (status, answer["code"], answer["pointer"]) == (422, "not-sealed", "/field")


async def test_a_sealed_field_that_was_left_out_is_not_opened(post: World):
    event_id, _ = await letter(post, sender=None)

    status, answer = await opened(post, event_id)

    assert (status, answer["code"]) == (422, "not-sealed")


async def test_an_event_that_nobody_recorded_is_not_found(post: World):
    status, answer = await opened(post, uuid.uuid4())

    assert (status, answer["code"]) == (404, "not-found")


@pytest.mark.parametrize("purpose", ["", "curiosity", None])
async def test_whoever_opens_says_what_for(post: World, purpose: str | None):
    event_id, _ = await letter(post)

    status, answer = await opened(post, event_id, purpose=purpose)

    assert (status, answer["pointer"]) == (422, "/purpose")


async def test_what_is_erased_is_told_with_the_day_and_not_opened(post: World):
    event_id, event = await letter(post)
    await erased(post, event.sender_ref)
    before = await openings(post)

    status, answer = await opened(post, event_id)

    assert (status, answer["code"]) == (422, "subject-erased")
    day = datetime.fromisoformat(answer["erased_at"])
    assert timedelta(0) <= now() - day < timedelta(hours=1)
    assert "Điều 14" in answer["rule"] and "đã được xóa" in answer["detail"]
    assert await openings(post) == before


async def test_erasing_the_sender_leaves_what_another_key_sealed(post: World):
    event_id, event = await letter(post)
    await erased(post, event.sender_ref)

    status, answer = await opened(post, event_id, field="text")

    assert status == 201 and CANARY in answer["value"]


async def test_a_value_erased_in_the_event_itself_is_not_opened(
    post: World, monkeypatch: pytest.MonkeyPatch
):
    event_id, event = await letter(post)
    found = await post.system.logs["letters"].find(event_id)
    assert found is not None and event.sender_ref is not None
    gone = found.state.replace(
        str(event.sender.to_json() if event.sender else "")
        .replace("'", '"')
        .replace(" ", "")
        .encode(),
        str(Sealed.erased(event.sender_ref).to_json()).replace("'", '"').encode(),
    )

    async def find(_: object) -> object:
        return replace(found, state=gone)

    monkeypatch.setattr(post.system.logs["letters"], "find", find)
    status, answer = await opened(post, event_id)

    assert (status, answer["code"]) == (422, "subject-erased")


async def test_ciphertext_moved_from_another_letter_is_not_opened(
    post: World, monkeypatch: pytest.MonkeyPatch
):
    event_id, _ = await letter(post)
    other_id, _ = await letter(post)
    log = post.system.logs["letters"]
    found, other = await log.find(event_id), await log.find(other_id)
    assert found is not None and other is not None

    async def find(_: object) -> object:
        return replace(found, state=other.state)

    before = await openings(post)
    monkeypatch.setattr(log, "find", find)
    status, answer = await opened(post, event_id)

    assert (status, answer["code"]) == (500, "internal")
    assert CANARY not in str(answer)
    assert await openings(post) == before


async def test_the_value_is_written_nowhere_by_opening_it(post: World):
    event_id, _ = await letter(post)
    await opened(post, event_id)

    found = await everything_in(post.system.access.owner_url)

    assert [name for name, text in found.items() if CANARY.encode() in text] == []
