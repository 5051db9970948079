"""A small service that is nobody's business, to make contracts of: things are opened and marked."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, ClassVar, Literal, assert_never
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.context import Context, Receipt
from shared.domain import Aggregate, Command, Event, FirstEvent, Value
from shared.http.routes import command, decision, page, query, stream
from shared.http.sse import Message
from shared.service import Service


class Round(Value):
    """A round place."""

    shape: Literal["round"] = "round"
    radius: Decimal


class Square(Value):
    """A square place."""

    shape: Literal["square"] = "square"
    side: Decimal


class OpenThing(Command):
    """Something begins."""

    title: str = Field(min_length=1, max_length=80)
    """What people call it."""
    place: Round | Square = Field(discriminator="shape")
    tags: tuple[str, ...] = ()


class ThingOpened(FirstEvent, OpenThing):
    """A thing began."""

    TOPIC: ClassVar[str] = "samples.thing_opened.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Mở sự vật", "Thing opened")
    SOURCE: ClassVar[str] = "nowhere | invented"
    DATA_CLASS: ClassVar[str] = "S1"

    area: str
    """Where it counts."""
    nearest: Round | None = None


class MarkThing(Command):
    """A mark is set on a thing."""

    mark: Literal["good", "bad"]


class ThingMarked(Event, MarkThing):
    """A thing was marked."""

    TOPIC: ClassVar[str] = "samples.thing_marked.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Đánh dấu", "Thing marked")
    SOURCE: ClassVar[str] = "nowhere"


class Thing(Aggregate):
    """It has a title and a mark."""

    KIND = "thing"

    def mark_thing(self, said: MarkThing, act: Any) -> None:
        """Set a mark; the last one counts."""
        self.record(ThingMarked, said, act)

    def evolve(self, event: ThingOpened | ThingMarked) -> None:
        match event:
            case ThingOpened():
                self.title = event.title
            case ThingMarked():
                self.mark = event.mark
            case _:
                assert_never(event)


class Found(BaseModel):
    """One thing as it is found."""

    id: UUID
    title: str


class ThingsAsked(BaseModel):
    """Which things."""

    model_config = ConfigDict(extra="forbid")

    before: AwareDatetime | None = None
    """Only what was opened by then."""
    limit: int = Field(10, ge=1, le=50)


class ThingAsked(BaseModel):
    """Which thing."""

    id: UUID


async def open_thing(said: OpenThing, ctx: Context) -> Receipt:
    """Begin a thing.

    It begins where the actor is.
    """
    thing = Thing.begin(ThingOpened, said, ctx.act, id=ctx.act.new_id(), area=ctx.act.by.area)
    return await ctx.save(thing)


async def list_things(asked: ThingsAsked, reader: Any) -> list[Found]:
    """Things, newest first."""
    return []


async def read_thing(asked: ThingAsked, reader: Any) -> dict[str, Any]:
    """One thing."""
    return {}


async def live_things(asked: ThingsAsked, reader: Any, after: int) -> AsyncIterator[Message | None]:
    """Things as they come."""
    yield None


async def thing_page(request: Any, door: Any) -> Any:
    """A page."""


SAMPLES = Service(
    "samples",
    routes=(
        command("POST /v1/things", open_thing, creates=True),
        decision("POST /v1/things/{thing_id}/marks", Thing, Thing.mark_thing),
        query("GET /v1/things", list_things, public=True),
        query("GET /v1/things/{id:[0-9a-f]{8}[^/]*}", read_thing),
        stream("GET /v1/things/live", live_things),
        page("GET /things", thing_page),
    ),
    aggregates=(Thing,),
)
