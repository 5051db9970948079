"""A small thing whose facts can be corrected: a ledger, its entries, and what was closed."""

import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid4

from pydantic import Field

from shared.actor import Act, Actor
from shared.context import Context, Receipt, decide
from shared.correcting import correcting
from shared.corrections import OCCURRED_AT, Authority, Correction, CorrectRecord
from shared.domain import Aggregate, Command, Event, FirstEvent
from shared.fields import Day, Line
from shared.fold import Fold
from shared.memory import MemoryLog
from shared.reference import load_register
from shared.sealed import Sealed
from shared.sealing import DataKey

RECORDER = "CA_TINH-P34-40"
NOON = datetime(2025, 7, 1, 5, tzinfo=UTC)


class OpenLedger(Command):
    title: Line


class LedgerOpened(FirstEvent, OpenLedger):
    """A ledger was opened."""

    TOPIC: ClassVar[str] = "ledgers.ledger_opened.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Mở sổ", "Ledger opened")
    SOURCE: ClassVar[str] = "test"


class EnterLine(Command):
    number: Annotated[int, Field(ge=1, le=99)]
    on: Day | None = None
    owner_id: UUID | None = None
    kind: Literal["in", "out"] = "in"


class LineEntered(Event, EnterLine):
    """A line was entered."""

    TOPIC: ClassVar[str] = "ledgers.line_entered.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Ghi một dòng", "Line entered")
    SOURCE: ClassVar[str] = "test"

    even: bool


class EnterName(Command):
    name: Sealed[Line]
    person: UUID
    pages: int = 1


class NameEntered(Event, EnterName):
    """A name was entered."""

    TOPIC: ClassVar[str] = "ledgers.name_entered.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Ghi một tên", "Name entered")
    SOURCE: ClassVar[str] = "test"
    SEALED: ClassVar[Mapping[str, str]] = {"name": "person"}
    DATA_CLASS: ClassVar[str] = "S2"


class RecordCorrected(Correction):
    """Something in a ledger was corrected."""

    TOPIC: ClassVar[str] = "ledgers.record_corrected.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Đính chính", "Record corrected")
    SOURCE: ClassVar[str] = "test"
    DATA_CLASS: ClassVar[str] = "S2"
    CORRECTABLE: ClassVar[Mapping[str, frozenset[str]]] = {
        LedgerOpened.TOPIC: frozenset({OCCURRED_AT}),
        LineEntered.TOPIC: frozenset({OCCURRED_AT, "number", "on"}),
        NameEntered.TOPIC: frozenset({"pages"}),
    }


class Ledger(Aggregate):
    """What was entered, by whom it was entered last, and the sum of it."""

    KIND = "ledger"
    TOPIC = "ledger"

    def is_timely(self, event: Event) -> bool:
        return event.timestamp >= self.last_at

    def state(self) -> dict[str, object]:
        return {
            "sum": self.sum,
            "lines": self.lines,
            "pages": self.pages,
            "opened_at": self.opened_at.isoformat(),
            "last_at": self.last_at.isoformat(),
        }

    def evolve(self, event: LedgerOpened | LineEntered | NameEntered | RecordCorrected) -> None:
        match event:
            case LedgerOpened():
                self.sum, self.lines, self.pages = 0, [], 0  # type: ignore[var-annotated]
                self.opened_at = self.last_at = event.timestamp
            case LineEntered():
                self.sum += event.number
                self.lines = [*self.lines, event.number]
                self.last_at = event.timestamp
            case NameEntered():
                self.pages += event.pages
            case RecordCorrected():
                pass


correct_record = correcting(RecordCorrected)


def act(at: datetime = NOON, by: str = RECORDER) -> Act:
    """Somebody acts at a moment."""
    return Act(Actor(by, "clerk"), at, at, load_register(), uuid.uuid4)


def authority(**other: Any) -> Authority:
    """A paper that lets something be corrected."""
    fields = {"document": "Quyết định 5/QĐ", "issuer": RECORDER, "issued_on": date(2025, 7, 1)}
    return Authority(**(fields | other))


def correction(target: UUID, field: str = "number", new: Any = 7, **other: Any) -> CorrectRecord:
    """What is said when something was recorded wrong."""
    said = {"target_event": target, "field_path": field, "new": new, "reason": "Ghi nhầm"}
    return CorrectRecord(**(said | {"authority": authority()} | other))


async def does(fold: Fold, handler: Any, at: datetime = NOON, **more: Any) -> Receipt:
    """A command, as the front door has it done."""
    said, by = more.pop("said", None), more.pop("by", RECORDER)

    def begin() -> Context:
        return Context(act(at, by), fold, uuid4(), uuid4(), **more)

    return await decide(begin, (lambda ctx: handler(said, ctx)) if said else handler)


async def correct(fold: Fold, said: CorrectRecord, at: datetime = NOON, **more: Any) -> Receipt:
    """The command that corrects."""
    return await does(fold, correct_record, at, said=said, **more)


async def opened(fold: Fold, at: datetime = NOON) -> UUID:
    """A ledger that was opened."""

    async def handler(ctx: Context) -> Receipt:
        said = OpenLedger(title="Sổ trực")
        return await ctx.save(Ledger.begin(LedgerOpened, said, ctx.act, id=uuid4()))

    receipt = await does(fold, handler, at)
    return UUID(receipt.stream.partition(":")[2])


async def entered(fold: Fold, id: UUID, number: int, at: datetime = NOON, **other: Any) -> UUID:
    """A line that was entered: its event id."""

    async def handler(ctx: Context) -> Receipt:
        ledger = await ctx.load(Ledger, id)
        said = EnterLine(number=number, **other)
        ledger.record(LineEntered, said, ctx.act, even=number % 2 == 0)
        return await ctx.save(ledger)

    return (await does(fold, handler, at)).event_ids[0]


async def named(fold: Fold, id: UUID, pages: int, at: datetime = NOON) -> UUID:
    """A name that was entered: its event id."""

    async def handler(ctx: Context) -> Receipt:
        ledger = await ctx.load(Ledger, id)
        said = EnterName(name=Sealed.of("Người được ghi"), person=uuid4(), pages=pages)
        ledger.record(NameEntered, said, ctx.act)
        return await ctx.save(ledger)

    return (await does(fold, handler, at)).event_ids[0]


class Keyring:
    """Keys for sealing in memory: one for each person."""

    async def for_sealing(self, subjects: Collection[UUID], agency: str) -> Mapping[UUID, DataKey]:
        return {each: DataKey(each, 1, each.bytes * 2) for each in subjects}


class Shelf:
    """Snapshots in memory."""

    def __init__(self) -> None:
        self.lying: dict[UUID, tuple[str, int, bytes]] = {}

    async def newest(self, stream: UUID, kind: str, code: str) -> tuple[int, bytes] | None:
        found = self.lying.get(stream)
        return found[1:] if found and found[0] == code else None

    async def put(self, stream: UUID, kind: str, code: str, version: int, state: bytes) -> None:
        self.lying[stream] = code, version, state


class Clock:
    """Each record is a minute later than the one before."""

    def __init__(self) -> None:
        self.now = NOON + timedelta(days=30)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


async def state(log: MemoryLog, id: UUID) -> dict[str, object]:
    """The state as its record says, whoever keeps what."""
    found = await Fold(log).find(Ledger, id)
    assert found is not None
    return found.state()


async def kept(fold: Fold, id: UUID) -> dict[str, object]:
    """The state as the process that decides knows it."""
    found = fold.recall(id)
    assert found is not None
    return found.state()
