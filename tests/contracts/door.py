"""The front door of all services in this process, on logs that only notice what they are told.

The handlers, guards and tables are the real ones. A request meets the things that were set before
it, at whatever stage; what it would record is noticed and kept nowhere, so each meets them alike.
"""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID, uuid4

import aiohttp
from aiohttp import web

from services.registry import SERVICES
from services.vault import refusals
from services.vault.commands import Opened, Vault
from services.vault.grants import Grants
from shared.auth import DevelopmentIssuer
from shared.domain import Aggregate, FirstEvent
from shared.fold import Fold
from shared.http.door import Desk, Door
from shared.http.listening import quiet_log
from shared.http.middleware import answer_in_our_way
from shared.http.operating import Operating
from shared.log import Append, Verdict
from shared.memory import MemoryLog
from shared.policy import Competence
from shared.reference import load_register
from shared.sealing import DataKey
from shared.system import HEADER_BYTES_MAX, System
from tests.cases.situations.trying import afresh
from tests.golden import history, record

A = TypeVar("A", bound=Aggregate)

NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Ear(MemoryLog):
    """A log that keeps what it is given at first; later it notices what it is told, and no more."""

    def __init__(self, name: str) -> None:
        super().__init__(name, UUID(int=138), lambda: NOW)
        self.noticing = False
        self.noticed: list[Append] = []

    async def append(self, append: Append) -> Verdict:
        if not self.noticing:
            return await super().append(append)
        self.noticed.append(append)
        return Verdict("appended", 1, len(append.events), recorded_at=NOW)


class Scene(Fold):
    """Hands out copies of the things that were set, and what its log holds from the beginning."""

    things: Mapping[UUID, Any] = {}

    def recall(self, id: UUID) -> Aggregate | None:
        del id  # Nothing is known by heart: every request looks.

    async def find(self, kind: type[A], id: UUID) -> A | None:
        return await self.read(kind, id)

    async def read(self, kind: type[A], id: UUID) -> A | None:
        if id not in self.things:
            return await super().read(kind, id)
        found = afresh(self.things[id])
        return found if isinstance(found, kind) else None


class Keyring:
    """A key for everybody who has one, as far as the vault's commands ask for keys."""

    async def for_sealing(self, subjects: Collection[UUID], agency: str) -> dict[UUID, DataKey]:
        del agency
        return {each: DataKey(each, 1, each.bytes * 2) for each in subjects}

    async def key(self, subject: UUID, version: int) -> DataKey:
        del version
        raise refusals.unknown_subject(subject)

    async def keys_of(self, subject: UUID) -> Sequence[Mapping[str, Any]]:
        return [{"key_version": 1, "controller": "CA_TINH-P34-40"}] if subject.int % 2 else []

    def refuse_unread(self, subjects: Collection[UUID]) -> None:
        """Every decision was read."""

    async def catch_up(self) -> int:
        return 0


@dataclass
class FrontDoor:
    """Where requests are sent, and what came of them."""

    http: aiohttp.ClientSession
    url: str
    issuer: DevelopmentIssuer
    logs: dict[str, Ear]
    scenes: list[Scene] = field(default_factory=list)

    def set(self, *things: Any) -> None:
        """What the next request finds."""
        found = {each.id: each for each in things if each is not None}
        for each in self.scenes:
            each.things = found

    def noticed(self) -> list[str]:
        """Topics of what was told to the logs since the last call."""
        told = [e.topic for log in self.logs.values() for a in log.noticed for e in a.events]
        for log in self.logs.values():
            log.noticed.clear()
        return told


@asynccontextmanager
async def front_door(folder: Path) -> AsyncIterator[FrontDoor]:
    """The door, open; `folder` is where its issuer of tokens keeps a key."""
    logs = {each.name: Ear(each.name) for each in SERVICES if each.aggregates}
    heads = Counter[UUID]()
    for told in history():
        if not heads[told.stream] or not isinstance(told.event, FirstEvent):  # Some begin twice.
            heads[told.stream] += 1
            await record(logs[told.store], replace(told, version=heads[told.stream]))
    for each in logs.values():
        each.noticing = True
    issuer = DevelopmentIssuer.open(folder)
    door = Door(
        pool=None,  # type: ignore[arg-type]  # Commands read no tables.
        tokens=issuer.tokens(),
        register=load_register(),
        clock=lambda: NOW,
        new_id=uuid4,
        logs=logs,
    )
    keys: Any = Keyring()
    vault = Vault(Grants.read(), lambda: logs, Opened(keys, keys))
    app = web.Application(client_max_size=0, middlewares=[answer_in_our_way])
    scenes = []
    for service in SERVICES:
        scene, competence = None, None
        if service.aggregates:
            scene = Scene(logs[service.name], keys=vault)
            scenes.append(scene)
            competence = Competence.read(service.competence, service.topics)
        desk = Desk(service.name, scene, competence, {}, {})
        door.add(app, desk, tuple(each for each in service.routes if each.kind == "command"))
    system: Any = SimpleNamespace(followers={}, services=SERVICES, logs=logs, publishings={})
    system.rebuild_stream = partial(System.rebuild_stream, system)
    Operating(system, door).add(app)
    runner = web.AppRunner(
        app, access_log=None, logger=quiet_log(), max_field_size=HEADER_BYTES_MAX
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession() as http:
            yield FrontDoor(http, f"http://{host}:{port}", issuer, logs, scenes)
    finally:
        await runner.cleanup()
