"""How far everything of a running system is: its logs, those who follow them, and its streams.

What is told comes from the database, so every process tells the same of what they share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asyncpg import Record

from shared.follow import FOLLOW_SQL, Follower
from shared.sql import Tables, read_blocks
from shared.store.postgres import PostgresLog

if TYPE_CHECKING:
    from shared.system import System


@dataclass(frozen=True, slots=True)
class FollowerStanding:
    """One source of one read model."""

    follower: str
    projection: str
    """`<service>.<name>`: what operators call the read model."""
    position: int
    behind: int
    """Positions to the end of the log; a few of them may be of no event."""
    behind_seconds: float
    """Age of the oldest event that was not taken, 0 when there is none."""
    parked: int
    """Streams, the quarantined ones included."""
    quarantined: int
    undecided: int
    """Parked streams that nobody tries any more until an operator decides."""
    oldest_parked_seconds: float
    catching_up: bool
    """It has not yet taken what was recorded before its tables were made."""


@dataclass(frozen=True, slots=True)
class RelayStanding:
    """One stream on the bus, as its cursor has it."""

    relay: str
    """What operators call the stream."""
    stream: str
    position: int
    behind: int
    leads: bool
    """Whether this process publishes it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything, at nearly one moment."""

    logs: Mapping[str, int]
    """Last positions, by service."""
    followers: tuple[FollowerStanding, ...]
    relays: tuple[RelayStanding, ...]


async def standing(system: "System") -> Standing:
    """Ask the database. Raises what it raises when it does not answer."""
    heads = {name: await each.head() for name, each in system.logs.items()}
    followers: list[FollowerStanding] = []
    for group in system.followers.values():
        if not group:
            continue
        statements = read_blocks(FOLLOW_SQL, group[0].projection.schema)
        async with system.pool.acquire() as connection:
            rows = {
                row["source"]: row for row in await Tables(connection, statements).rows("standing")
            }
        for follower in group:
            name = follower.source.name
            own, head = system.logs[name], heads[name]
            followers.append(await _follower(follower, rows.get(name), own, head, system.clock()))
    return Standing(heads, tuple(followers), await _relays(system))


async def _follower(
    follower: Follower, found: Record | None, own: PostgresLog, head: int, now: datetime
) -> FollowerStanding:
    row: Mapping[str, Any] = dict(found) if found is not None else {}
    position = row.get("position", 0)
    oldest = await _oldest(own, position) if head > position else None
    made_at = row.get("made_at")
    return FollowerStanding(
        follower=follower.name,
        projection=follower.projection.title,
        position=position,
        behind=max(0, head - position),
        behind_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        parked=row.get("parked", 0),
        quarantined=row.get("quarantined", 0),
        undecided=row.get("undecided", 0),
        oldest_parked_seconds=row.get("oldest_seconds", 0.0),
        catching_up=oldest is not None and (made_at is None or oldest < made_at),
    )


async def _oldest(own: PostgresLog, position: int) -> datetime | None:
    """When the first event after a position was recorded."""
    return next((each.recorded_at for each in await own.read(position, 1)), None)


async def _relays(system: "System") -> tuple[RelayStanding, ...]:
    relays = []
    for name, each in system.publishings.items():
        position = await each.relay.acknowledged()
        head = await each.head() if each.head is not None else position
        behind = max(0, head - position)
        relays.append(RelayStanding(name, each.relay.stream, position, behind, each.leads))
    return tuple(relays)
