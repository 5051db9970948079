"""Snapshots: the state of a long stream, put aside so that folding it need not begin at the start.

Disposable: the events are the truth. A snapshot counts only for the very code that folded it; what
cannot be read is as good as not there. Plain JSON in which everything that JSON has no word for
says what it is: `{"tuple": [...]}`, `{"decimal": "1.50"}`, `{"a.module:Name": {...}}`.
"""

import asyncio
import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import orjson
import structlog
from pydantic import BaseModel

import shared.corrections
import shared.domain
from shared.domain import Aggregate
from shared.sealed import Sealed

EVENTS_BETWEEN = 100
"""Events of one stream after which a new snapshot is worth its writing (docs/performance.md)."""
WRITING_MAX = 4
"""Snapshots that are written at the same time; while so many are, further ones are not taken."""

A = TypeVar("A", bound=Aggregate)

log = structlog.get_logger()


class Shelf(Protocol):
    """Where snapshots lie: the newest of each stream, with the code that folded it."""

    async def newest(self, stream: UUID, kind: str, code: str) -> tuple[int, bytes] | None:
        """Version and state of a stream as that code folded it, or None."""
        ...

    async def put(self, stream: UUID, kind: str, code: str, version: int, state: bytes) -> None:
        """Put one in the place of an older one, or one of other code; a newer one stays."""
        ...


class Snapshots:
    """Snapshots of some kinds of aggregates, taken by the way and written in the background."""

    def __init__(self, shelf: Shelf, kinds: Sequence[type[Aggregate]]) -> None:
        self._shelf = shelf
        # Now, while the files are surely those that this process has loaded.
        self._codes = {kind: code_of(kind) for kind in kinds}
        self._writing: set[asyncio.Task[None]] = set()

    async def newest(self, kind: type[A], id: UUID) -> A | None:
        """The aggregate as it once was, for the caller alone; None when nobody put it aside."""
        code = self._codes.get(kind)
        if code is None:
            return None
        try:
            found = await self._shelf.newest(id, kind.__name__, code)
            return restored(kind, id, *found) if found else None
        except Exception as error:
            log.warning("snapshot not used", stream=str(id), error=repr(error))
            return None

    def take(self, aggregate: Aggregate) -> bool:
        """Put an aggregate aside, all of whose events are recorded. Whether that was begun.

        Its state is taken now and written later; if that fails it is logged, and nobody waits.
        """
        kind = type(aggregate)
        code = self._codes.get(kind)
        if code is None or len(self._writing) >= WRITING_MAX:
            return False
        try:
            state = frozen(aggregate)
        except (TypeError, ValueError, RecursionError) as error:
            log.warning("snapshot not taken", stream=str(aggregate.id), error=repr(error))
            return True  # Nor would it be the next time.
        put = self._put(aggregate.id, kind.__name__, code, aggregate.version, state)
        task = asyncio.get_running_loop().create_task(put)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return True

    async def written(self) -> None:
        """Return when what was taken so far has been written, or could not be."""
        await asyncio.gather(*self._writing)

    async def _put(self, stream: UUID, kind: str, code: str, version: int, state: bytes) -> None:
        try:
            await self._shelf.put(stream, kind, code, version, state)
        except Exception as error:
            log.warning("snapshot not written", stream=str(stream), error=repr(error))


def code_of(kind: type[Aggregate]) -> str:
    """A name for the code that folds a kind: its package, and how aggregates are made and frozen.

    Any change in one of these files makes another name, so that what older code folded is ignored.
    """
    package = sys.modules.get(".".join(kind.__module__.split(".")[:2]))
    folders = [Path(each) for each in getattr(package, "__path__", ())]
    how = (shared.domain, shared.corrections)
    own = {sys.modules[kind.__module__].__file__, __file__, *(each.__file__ for each in how)}
    files = {Path(each) for each in own if each}
    files |= {each for folder in folders for each in folder.rglob("*.py")}
    digest = hashlib.sha256()
    for each in sorted(files):
        digest.update(each.read_bytes() + b"\0")
    return digest.hexdigest()


def frozen(aggregate: Aggregate) -> bytes:
    """The state of an aggregate. Raises `TypeError` when it holds what has no frozen form."""
    state = {name: each for name, each in vars(aggregate).items() if name != "_pending_events"}
    return orjson.dumps(_frozen(state))


def restored(kind: type[A], id: UUID, version: int, state: bytes) -> A:
    """The aggregate that was frozen. Raises ValueError when it is not the one that is said."""
    aggregate = object.__new__(kind)
    vars(aggregate).update(_thawed(orjson.loads(state)), _pending_events=[])
    if (aggregate.id, aggregate.version) != (id, version):
        raise ValueError(f"it is of {aggregate.id} at {aggregate.version}")
    return aggregate


def _frozen(value: Any) -> Any:
    kind = type(value)
    if kind in (str, int, bool, float, type(None)):
        return value
    if kind is list:
        return [_frozen(each) for each in value]
    if kind is dict:
        return {"dict": [[_frozen(name), _frozen(each)] for name, each in value.items()]}
    if kind in GATHERED:
        return {GATHERED[kind]: [_frozen(each) for each in value]}
    if kind in WRITTEN:
        return {WRITTEN[kind]: str(value)}
    if isinstance(value, Sealed):
        return {"sealed": _frozen(value.to_json())}
    name = f"{kind.__module__}:{kind.__qualname__}"
    if isinstance(value, BaseModel):
        return {name: {each: _frozen(held) for each, held in vars(value).items()}}
    if is_dataclass(value):
        return {name: {each.name: _frozen(getattr(value, each.name)) for each in fields(value)}}
    raise TypeError(f"{name} has no frozen form; make it a Value or a dataclass")


def _thawed(value: Any) -> Any:
    if isinstance(value, list):
        return [_thawed(each) for each in value]
    if not isinstance(value, dict):
        return value
    [(name, held)] = value.items()
    if name == "dict":
        return {_thawed(key): _thawed(each) for key, each in held}
    if name in MAKERS:
        return MAKERS[name](_thawed(held))
    kind = _class(name)
    arguments = {each: _thawed(field) for each, field in held.items()}
    return kind.model_construct(**arguments) if issubclass(kind, BaseModel) else kind(**arguments)


def _class(name: str) -> type[Any]:
    """A class of values that this process has loaded. Nothing is imported for a snapshot."""
    module, _, path = name.partition(":")
    found: Any = sys.modules[module]
    for part in path.split("."):
        found = vars(found)[part]
    if not isinstance(found, type) or not (issubclass(found, BaseModel) or is_dataclass(found)):
        raise ValueError(f"{name} is no class of values")
    return found


GATHERED: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset"}
WRITTEN: dict[type, str] = {
    UUID: "uuid",
    Decimal: "decimal",
    datetime: "datetime",
    date: "date",
    time: "time",
}
MAKERS: dict[str, Callable[[Any], Any]] = {
    **{name: kind for kind, name in GATHERED.items()},
    "uuid": UUID,
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "sealed": Sealed.from_json,
}
