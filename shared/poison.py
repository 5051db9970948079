"""Errors of events, grouped by cause: which of them park a stream, and what of them may be kept.

Personal data must not get into error tables and logs, and libraries quote the value they stumble
over. So of an error only its class and its place are kept, PostgreSQL's name of the constraint, and
the words of `Broken`, which are ours.
"""

import hashlib
from dataclasses import dataclass
from types import FrameType, TracebackType

import asyncpg

from shared.errors import Broken, Refused, Retry

RETRY_SECONDS = (1.0, 5.0, 30.0, 120.0, 600.0)
"""How long a parked event waits after its first, second, … failure; then for an operator."""
MESSAGE_CHARACTERS_MAX = 500
CAUSE_CHARACTERS = 12

PASSED_THROUGH = ("shared.sql",)
"""Modules that only carry out what their callers say: never the place of an error."""
AWAY_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
"""SQLSTATE classes: connection, serialization and deadlock, resources, locks, operator, system."""
AWAY_STATES = frozenset({"25006", "25P03", "25P04", "XX001", "XX002"})
"""Read-only, a transaction that took too long, a damaged database."""
CODE_CLASSES = frozenset({"26", "34", "3D", "3F", "42"})
"""SQLSTATE classes of statements that fit no table: code that no event can mend."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a group of errors has in common."""

    id: str
    error: str
    """The error's class."""
    place: str
    """`module:function:line`, the innermost one of this repository."""
    message: str
    """What may be told of one of them, else empty."""


def is_away(error: BaseException) -> bool:
    """Whether something that we need is away for now; no event is to blame."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_away(each) for each in error.exceptions)
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        stale = isinstance(error, asyncpg.InvalidCachedStatementError)
        return stale or state[:2] in AWAY_CLASSES or state in AWAY_STATES
    return isinstance(
        error,
        OSError
        | TimeoutError
        | MemoryError
        | Retry
        | asyncpg.InterfaceError
        | asyncpg.InternalClientError,
    )


def is_code(error: BaseException) -> bool:
    """Whether a statement fits no table, so that every such event would fail."""
    return isinstance(error, asyncpg.PostgresError) and (error.sqlstate or "")[:2] in CODE_CLASSES


def cause_of(error: BaseException, projection: str, home: str) -> Cause:
    """The group of an error in a projection whose code lies in the package `home`."""
    kind, place = _class(error), _place(error.__traceback__, {home, __name__.partition(".")[0]})
    whole = "|".join((projection, kind, place))
    id = hashlib.sha256(whole.encode()).hexdigest()[:CAUSE_CHARACTERS]
    return Cause(id, kind, place, _message(error)[:MESSAGE_CHARACTERS_MAX])


def wait_after(attempts: int) -> float | None:
    """Seconds until the next try when so many have failed; None when an operator has to look."""
    return RETRY_SECONDS[attempts - 1] if attempts <= len(RETRY_SECONDS) else None


def _class(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    module = type(error).__module__
    name = type(error).__qualname__
    return name if module == "builtins" else f"{module}.{name}"


def _message(error: BaseException) -> str:
    match error:
        case Broken():
            return str(error)
        case Refused():
            return error.code  # Its sentences may quote what was refused.
        case asyncpg.PostgresError(constraint_name=str(name)):
            return f"constraint {name}"
    return ""


def _place(trace: TracebackType | None, homes: set[str]) -> str:
    place = "unknown"
    while trace is not None:
        module = _module(trace.tb_frame)
        if module.partition(".")[0] in homes and module not in PASSED_THROUGH:
            place = f"{module}:{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))
