"""Waiting for a condition, and looking at processes, from outside."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import psutil

DEADLINE_SECONDS = 30.0
POLL_SECONDS = 0.01


async def eventually(condition: Callable[[], Any]) -> None:
    """Return when `condition` (a function or a coroutine function) holds; else TimeoutError."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            held = condition()
            if asyncio.iscoroutine(held):
                held = await held
            if held:
                return
            await asyncio.sleep(POLL_SECONDS)


def eventually_without(error: type[Exception], action: Callable[[], Any]) -> None:
    """Call `action` until it does not raise `error` any more; raise it after the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            action()
        except error:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


def is_running(pid: int) -> bool:
    """Whether the process lives; one that is dead and only not yet waited for does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def read(path: Path) -> str:
    """The text of a file that a test looks at in passing."""
    return path.read_text("utf-8")


def write(path: Path, text: str) -> None:
    """Put `text` into a file; an existing one keeps its owner and mode."""
    path.write_text(text, "utf-8")


def exists(path: Path) -> bool:
    return path.exists()


async def values(url: str, *statements: str) -> list[Any]:
    """Run statements in one connection of their own; the first value of each."""
    connection = await asyncpg.connect(url, timeout=DEADLINE_SECONDS)
    try:
        return [await connection.fetchval(statement) for statement in statements]
    finally:
        await connection.close()
