"""Sealed fields: what is stated in plain is never shown, written or compared with ciphertext."""

import copy
import pickle
import uuid
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import orjson
import pytest
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from shared.domain import Command, Event, Value, decode_event, encode_state, repeats
from shared.errors import Broken
from shared.fields import Line
from shared.http.problems import understood
from shared.schemas import event_schema, schemas_of
from shared.sealed import Ciphertext, Sealed
from tests.shared.letters import Letter, LetterReceived, ReceiveLetter, Sender
from tests.shared.things import act

CANARY = "Vàng Thị Hoàng Yến"
SEALED = Ciphertext(uuid.uuid4(), 1, b"n" * 12, b"c" * 30, b"m" * 32)


class Person(Value):
    """With types that JSON writes in another way."""

    born: date
    papers: tuple[UUID, ...]
    children: int


class Statement(Command):
    """A command with one of them."""

    who: Sealed[Person]


def said(**changes: Any) -> ReceiveLetter:
    body = {"title": "Thư", "text": CANARY, "sender": {"name": CANARY}} | changes
    return ReceiveLetter.model_validate_json(orjson.dumps(body), strict=True)


def recorded(**fields: Any) -> LetterReceived:
    """An event decoded from stored bytes with these sealed fields."""
    stored = {
        "timestamp": "2025-07-01T05:00:00Z",
        "originator_topic": "x",
        "title": "Thư",
        "letter_id": str(uuid.uuid4()),
        "text": SEALED.to_json(),
    }
    event = decode_event(LetterReceived.TOPIC, uuid.uuid4(), 1, orjson.dumps(stored | fields))
    assert isinstance(event, LetterReceived)
    return event


def test_a_command_states_the_plain_value_and_shows_it_nowhere():
    command = said()

    assert command.sender is not None
    assert command.sender.reveal() == Sender(name=CANARY)
    assert CANARY not in f"{command} {command!r} {command.sender} {command.sender!r}"


def test_what_is_sealed_is_read_as_the_rest_of_the_request():
    written = {"who": {"born": "2009-06-20", "papers": [str(SEALED.subject)], "children": 2}}

    stated = Statement.model_validate_json(orjson.dumps(written), strict=True)
    with pytest.raises(ValidationError) as refused:
        written["who"]["children"] = "2"
        Statement.model_validate_json(orjson.dumps(written), strict=True)

    assert stated.who.reveal() == Person(
        born=date(2009, 6, 20), papers=(SEALED.subject,), children=2
    )
    assert refused.value.errors()[0]["loc"] == ("who", "children")


def test_an_open_value_is_written_in_no_form():
    command = said()

    with pytest.raises(PydanticSerializationError, match="not sealed"):
        command.model_dump_json()
    with pytest.raises(Broken):
        pickle.dumps(command.text)
    assert CANARY not in str(command.model_dump())


def test_an_event_with_an_open_value_is_not_encoded():
    letter = Letter.receive_letter(said(), act())

    [event] = letter.pending_events

    with pytest.raises(PydanticSerializationError, match="not sealed"):
        encode_state(event)


def test_a_decoded_event_holds_the_ciphertext_and_encodes_to_the_same_json():
    event = recorded(sender=SEALED.to_json())

    assert event.sender is not None and event.sender.is_sealed
    assert event.sender.ciphertext == SEALED
    assert orjson.loads(encode_state(event))["sender"] == SEALED.to_json()
    with pytest.raises(Broken, match="opened by the vault"):
        event.sender.reveal()


def test_an_erased_value_is_read_and_written_and_tells_whose_it_was():
    gone = Sealed[Sender].erased(SEALED.subject)

    event = recorded(sender=gone.to_json())

    assert event.sender == gone
    assert (gone.is_erased, gone.is_open, gone.subject) == (True, False, SEALED.subject)
    assert event.sender is not None and event.sender.shown == "erased"


@pytest.mark.parametrize("form", [SEALED.to_json(), {"$erased": {"s": str(SEALED.subject)}}])
def test_nobody_can_state_what_another_sealed(form: dict[str, Any]):
    with pytest.raises(ValidationError):
        said(sender=form)
    with pytest.raises(ValidationError):
        said(text=form)


@pytest.mark.parametrize(
    "inside",
    [
        {},
        {"s": str(SEALED.subject), "k": 1, "n": "AA", "c": "AA"},
        SEALED.to_json()["$sealed"] | {"k": 0},
        SEALED.to_json()["$sealed"] | {"k": "1"},
        SEALED.to_json()["$sealed"] | {"c": 7},
        SEALED.to_json()["$sealed"] | {"s": "nobody"},
        SEALED.to_json()["$sealed"] | {"x": ""},
    ],
)
def test_a_sealed_value_that_is_not_whole_is_not_read(inside: dict[str, Any]):
    with pytest.raises(ValidationError):
        recorded(sender={"$sealed": inside})


def test_the_refusal_of_a_wrong_value_names_the_field_and_does_not_quote_it():
    with pytest.raises(ValidationError) as wrong:
        said(sender={"name": CANARY, "phone": [CANARY]})

    refusal = understood(wrong.value)
    assert refusal.pointer == "/sender/phone"
    assert CANARY not in f"{wrong.value} {wrong.value.errors()} {refusal} {refusal.faults}"


def test_a_member_that_nobody_knows_is_not_named_where_its_name_may_be_somebodys():
    with pytest.raises(ValidationError) as wrong:
        said(sender={"name": CANARY, CANARY: 1})

    refusal = understood(wrong.value)
    assert (refusal.pointer, refusal.faults[0].code) == ("/sender", "extra_forbidden")
    assert CANARY not in f"{wrong.value} {refusal} {refusal.faults}"


def test_open_equals_open_sealed_equals_the_same_ciphertext_and_never_each_other():
    other = replace(SEALED, nonce=b"o" * 12)

    assert Sealed.of("a") == Sealed.of("a") != Sealed.of("b")
    assert Sealed.recorded(SEALED) == Sealed.recorded(SEALED) != Sealed.recorded(other)
    assert Sealed.of("a") != Sealed.recorded(SEALED)
    assert Sealed.erased(SEALED.subject) != Sealed.recorded(SEALED)
    assert Sealed.of(SEALED) != Sealed.recorded(SEALED)


def test_what_is_stated_in_a_sealed_field_is_news_however_often_it_is_said():
    assert not repeats(said(sender=None), recorded())


def test_copies_of_an_open_value_are_closed_one_by_one():
    first = Sealed.of("a")
    second = copy.deepcopy(first)

    first.close(SEALED)

    assert (first.is_sealed, second.is_open) == (True, True)
    with pytest.raises(Broken, match="once"):
        first.close(SEALED)


def test_what_is_sealed_survives_pickling():
    sealed: Sealed[str] = Sealed.recorded(SEALED)

    assert pickle.loads(pickle.dumps(sealed)) == sealed


def test_the_command_schema_shows_the_plain_value_and_the_event_schema_the_ciphertext():
    asked, _ = schemas_of([("x", "validation", ReceiveLetter)], "#/{model}")
    _, shared = schemas_of([("x", "validation", ReceiveLetter)], "#/{model}")
    command = str((asked, shared))
    event = event_schema(LetterReceived)

    assert "phone" in command and "$sealed" not in command
    assert event["properties"]["text"]["x-sealed"] is True
    assert "$sealed" in event["properties"]["sender"]["anyOf"][0]["properties"]
    assert event["properties"]["text"]["description"] == "What it says."
    assert "phone" not in str(event)


class Named(Command):
    name: Sealed[Line]


class Held(Value):
    name: Sealed[Line]


class Listed(Command):
    names: tuple[Sealed[Line], ...]


class Deep(Command):
    held: Held


@pytest.mark.parametrize(
    ("command", "sealed", "data_class", "why"),
    [
        (Named, {}, "S2", "stand in SEALED"),
        (Named, {"name": "nowhere"}, "S2", "nowhere"),
        (Named, {"name": "ref", "ref": "ref"}, "S2", "stand in SEALED"),
        (Named, {"name": "ref"}, "S1", "S2 or S3"),
        (Listed, {"names": "ref"}, "S2", "stand in SEALED"),
        (Deep, {}, "S2", "stand in SEALED"),
        (Deep, {"held": "ref"}, "S2", "stand in SEALED"),
    ],
)
def test_an_event_class_that_would_leave_something_open_is_not_made(
    command: type[Command], sealed: dict[str, str], data_class: str, why: str
):
    fields = {
        "__module__": __name__,
        "__annotations__": {"ref": UUID, "TOPIC": ClassVar[str], "SEALED": ClassVar[dict]},
        "TOPIC": f"letters.{uuid.uuid4().hex}.v1",
        "SEALED": sealed,
        "DATA_CLASS": data_class,
    }

    with pytest.raises(TypeError, match=why):
        type("Made", (Event, command), fields)
