"""What clients asked for and were answered, on disk before anybody looks at the log."""

import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from uuid import UUID

import orjson

from shared.http.door import COMMANDS

Outcome = Literal["ok", "refused", "unknown"]


@dataclass(slots=True)
class Attempt:
    """One request of a command and what came back."""

    replica: int
    begun: float
    """Monotonic seconds."""
    ended: float = 0.0
    outcome: Outcome = "unknown"
    why: str = ""


@dataclass(slots=True)
class Said:
    """A command: sent under one key until its outcome is known, or given up as unknown."""

    agency: str
    key: str
    path: str
    mark: str
    """A word that only this command has; it must stand in what was recorded."""
    attempts: list[Attempt] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    """Every acknowledgement; more than one when it was repeated."""
    refusal: str = ""

    @property
    def command_id(self) -> UUID:
        """The id under which the log settles it."""
        return uuid.uuid5(COMMANDS, f"{self.agency}|{self.key}")

    @property
    def outcome(self) -> Outcome:
        """What the client knows; a refusal says nothing of an attempt in doubt before it."""
        if self.answers:
            return "ok"
        return "refused" if self.refusal and not self.was_unknown else "unknown"

    @property
    def was_unknown(self) -> bool:
        """Whether the client was in doubt at some time."""
        return any(each.outcome == "unknown" for each in self.attempts)


class Journal:
    """Every attempt, written before it is sent and when it has ended."""

    def __init__(self, path: Path) -> None:
        self.commands: list[Said] = []
        self._file = path.open("ab", buffering=0)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def say(self, agency: str, key: str, path: str, mark: str) -> Said:
        """A new command."""
        said = Said(agency, key, path, mark)
        self.commands.append(said)
        return said

    def begin(self, said: Said, replica: int) -> Attempt:
        """Note that it is about to be sent."""
        attempt = Attempt(replica, time.monotonic())
        said.attempts.append(attempt)
        self._write("invoke", said, replica)
        return attempt

    def end(
        self, said: Said, attempt: Attempt, outcome: Outcome, why: str, answer: Any = None
    ) -> None:
        """Note what came back."""
        attempt.ended, attempt.outcome, attempt.why = time.monotonic(), outcome, why
        if outcome == "ok":
            said.answers.append(answer)
        elif outcome == "refused":
            said.refusal = why
        self._write(outcome, said, attempt.replica, why=why, answer=answer)

    def _write(self, what: str, said: Said, replica: int, **more: Any) -> None:
        line = {
            "at": time.monotonic(),
            "what": what,
            "agency": said.agency,
            "key": said.key,
            "path": said.path,
            "replica": replica,
            **more,
        }
        self._file.write(orjson.dumps(line) + b"\n")
