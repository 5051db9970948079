"""A small service that is nobody's business, with sealed fields: letters come from somebody."""

from collections.abc import Mapping
from typing import Any, ClassVar, assert_never
from uuid import UUID

from shared.actor import Act
from shared.context import Context, Receipt
from shared.domain import Aggregate, Command, Event, FirstEvent, Value
from shared.fields import Line
from shared.http.routes import command, decision
from shared.sealed import Sealed
from shared.service import Service


class Sender(Value):
    """Who wrote."""

    name: Line
    phone: Line | None = None


class ReceiveLetter(Command):
    """A letter came."""

    title: Line
    text: Sealed[Line]
    """What it says."""
    sender: Sealed[Sender] | None = None
    """Who wrote it, when that is known."""


class LetterReceived(FirstEvent, ReceiveLetter):
    """A letter was received."""

    TOPIC: ClassVar[str] = "letters.letter_received.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Nhận thư", "Letter received")
    SOURCE: ClassVar[str] = "nowhere"
    DATA_CLASS: ClassVar[str] = "S2"
    SEALED: ClassVar[Mapping[str, str]] = {"text": "letter_id", "sender": "sender_ref"}

    letter_id: UUID
    sender_ref: UUID | None = None


class AnswerLetter(Command):
    """A letter is answered."""

    answer: Sealed[Line]


class LetterAnswered(Event, AnswerLetter):
    """A letter was answered."""

    TOPIC: ClassVar[str] = "letters.letter_answered.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Trả lời thư", "Letter answered")
    SOURCE: ClassVar[str] = "nowhere"
    DATA_CLASS: ClassVar[str] = "S2"
    SEALED: ClassVar[Mapping[str, str]] = {"answer": "letter_id"}

    letter_id: UUID


class Letter(Aggregate):
    """It has a sender, or had."""

    KIND = "letter"
    TOPIC = "letter"

    @classmethod
    def receive_letter(cls, said: ReceiveLetter, act: Act) -> "Letter":
        """A letter came."""
        id, known = act.new_id(), said.sender is not None
        ref = act.new_id() if known else None
        return cls.begin(LetterReceived, said, act, id=id, letter_id=id, sender_ref=ref)

    def answer_letter(self, said: AnswerLetter, act: Act) -> None:
        """It is answered."""
        self.record(LetterAnswered, said, act, letter_id=self.id)

    def state(self) -> dict[str, object]:
        return {
            "text": self.text.shown,
            "sender": self.sender.shown if self.sender else None,
            "answers": self.answers,
        }

    def evolve(self, event: LetterReceived | LetterAnswered) -> None:
        match event:
            case LetterReceived():
                self.text, self.sender, self.answers = event.text, event.sender, 0
            case LetterAnswered():
                self.answers += 1
            case _:
                assert_never(event)


async def receive_letter(said: ReceiveLetter, ctx: Context) -> Receipt:
    """A letter came."""
    return await ctx.save(Letter.receive_letter(said, ctx.act))


ROUTES = (
    command("POST /v1/letters", receive_letter, creates=True),
    decision("POST /v1/letters/{letter_id}/answers", Letter, Letter.answer_letter),
)


def letters(**more: Any) -> Service:
    """The service; what else it is made of is the test's to say."""
    return Service("letters", routes=ROUTES, aggregates=(Letter,), **more)
