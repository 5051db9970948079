"""The gateway's doors over HTTP: an agency's own feed, and the register of agencies."""

from datetime import date
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from shared.actor import VIETNAM
from shared.errors import Conflict
from shared.http.door import Reader
from shared.http.routes import query
from shared.standing import read_by

PAGE_EVENTS_DEFAULT = 100
PAGE_EVENTS_MAX = 500


class FeedAsked(BaseModel):
    """Which part of one's own feed."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=2**62)
    """Position in the feed; entries above it."""
    limit: int = Field(PAGE_EVENTS_DEFAULT, ge=1, le=PAGE_EVENTS_MAX)
    epoch: UUID | None = None
    """The `epoch` that `after` was read with; another one is refused, for the feed was made anew
    and its positions are other events."""


class AgenciesAsked(BaseModel):
    """Which agencies: directly in an area, on a day."""

    model_config = ConfigDict(extra="forbid")

    area: str = Field("VN", max_length=40)
    on: date | None = None
    """Day in Viet Nam; today when left out."""


async def read_feed(asked: FeedAsked, reader: Reader) -> dict[str, Any]:
    """The asking agency's own feed as CloudEvents, in order; what NATS delivers, for pulling."""
    on = reader.now.astimezone(VIETNAM).date()
    agencies = list(read_by(reader.actor.agency, on, reader.register))
    async with reader.tables("feed") as tables:
        epoch: UUID = await tables.value("epoch")
        if asked.epoch not in (None, epoch):
            raise _renumbered(epoch)
        rows = await tables.rows("page_of_agency", agencies, asked.after, asked.limit)
    return {
        "epoch": str(epoch),
        "events": [
            {"position": row["position"], "event": orjson.Fragment(row["body"])} for row in rows
        ],
        "next": rows[-1]["position"] if len(rows) == asked.limit else None,
    }


def _renumbered(epoch: UUID) -> Conflict:
    return Conflict(
        "feed-was-renumbered",
        "Luồng tin đã được lập lại, vị trí cũ không còn đúng.",
        "The feed was made anew; positions of the old one are other events now.",
        pointer="/epoch",
        remedy_vi="Đọc lại từ after=0 với epoch mới và bỏ qua những sự kiện (id) đã có.",
        remedy_en="Read again from after=0 with the new epoch and drop event ids that you have.",
        extra={"epoch": str(epoch)},
    )


async def list_agencies(asked: AgenciesAsked, reader: Reader) -> dict[str, Any]:
    """Agencies directly in an area on a day, with their names then."""
    on = asked.on or reader.now.astimezone(VIETNAM).date()
    agencies = [
        reader.register.agency(each, on) for each in reader.register.agencies_of(asked.area, on)
    ]
    return {
        "agencies": [
            {
                "agency": each.id,
                "name_vi": each.name_vi,
                "name_en": each.name_en,
                "lane": each.lane,
                "level": each.level,
            }
            for each in agencies
        ]
    }


ROUTES = (
    query("GET /v1/feed", read_feed),
    query("GET /v1/agencies", list_agencies, public=True),
)
