"""Agencies that send commands, and the replicas that decide them.

An answer has three values: ok, refused, unknown. What is unknown is sent again with the same key,
to whichever replica answers, until it is known.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, Literal
from uuid import UUID

from services.directives.commands import (
    DispatchDirective,
    delegate_task,
    dispatch_directive,
    issue_directive,
)
from services.directives.domain import Directive
from services.directives.events import Addressee, ReceiveDirective, ReturnDirective
from services.directives.identity import directive_id, line_id
from services.directives.targets.events import SetTarget
from services.directives.tasks.domain import Task
from services.directives.tasks.events import (
    AcknowledgeTask,
    CancelTask,
    CompleteTask,
    DelegateTask,
    ReportTaskProgress,
    ReviewTaskCompletion,
)
from shared.actor import Act
from shared.context import Context, Receipt, decide
from shared.errors import Refused
from shared.fold import Fold
from shared.log import Log
from tests.directives.examples import (
    COMMUNE_POLICE,
    HEALTH,
    JUSTICE,
    POLICE,
    PROVINCE,
    act,
    order,
    report_line,
    task_line,
)

TARGET = SetTarget(
    key="G01",
    indicator="residents_reached",
    title_vi="người dân được tiếp cận",
    unit="%",
    value=Decimal(75),
)

Status = Literal["unknown", "ok", "refused"]
Handler = Callable[[Context], Awaitable[Receipt]]

BODIES = (POLICE, HEALTH, JUSTICE)
ISSUED_OF_COMMANDS = 0.15


@dataclass(frozen=True)
class Command:
    """One thing that an agency wants recorded, with the key under which it says so."""

    id: UUID
    name: str
    by: str
    moment: str
    handler: Handler
    said: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the request."""
        return hashlib.sha256(f"{self.name}|{self.by}|{self.said}".encode()).digest()


@dataclass
class Entry:
    """What the journal of an agency knows of one command."""

    command: Command
    status: Status = "unknown"
    receipt: Receipt | None = None
    attempts: int = 0
    why: str = ""
    epoch: UUID | None = None
    """Of the store to which it was first sent."""
    asked_at: int = 0
    """Events in the log when it was first sent, and when it was answered."""
    answered_at: int = 0
    lost: bool = False
    """An operator restored a backup from before it; the agency was told."""


@dataclass
class Replica:
    """One process of the service: what it keeps in memory is gone when it crashes."""

    name: str
    fold: Fold
    inside: set[Any] = field(default_factory=set)
    """Actors whose command is being decided here."""

    def crash(self, log: Log) -> None:
        """The process is replaced by a new one."""
        self.fold = Fold(log)
        self.inside = set()

    async def answer(self, command: Command, new_id: Callable[[], UUID]) -> Receipt:
        """As the front door does it, from the ids on."""
        circumstances: Act = replace(act(command.by, command.moment), new_id=new_id)
        fold = self.fold

        def begin() -> Context:
            return Context(circumstances, fold, command.id, command.id, request_hash=command.digest)

        return await decide(begin, command.handler)


class Agencies:
    """Makes up commands: a small office with few papers, so that they meet.

    Most are about a paper that somebody has tried to issue; what is out of place is refused.
    """

    def __init__(self, random: Random, papers_max: int) -> None:
        self._random = random
        self._papers_max = papers_max
        self._issued: list[int] = []

    def new_id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128))

    def next(self) -> Command:
        """Some command; about half of them make sense when they come."""
        if not self._issued or self._random.random() < ISSUED_OF_COMMANDS:
            return self._issue()
        return self._random.choice((self._on_paper, self._on_task, self._on_task))()

    def _command(self, name: str, by: str, moment: str, handler: Handler, said: object) -> Command:
        return Command(self.new_id(), name, by, moment, handler, repr(said))

    def _issue(self) -> Command:
        number = self._random.randint(1, self._papers_max)
        self._issued.append(number)
        said = order(
            number=number,
            addressees=tuple(Addressee(agency=each) for each in BODIES),
            tasks=(
                task_line(coordinators=(HEALTH,)),
                task_line(key="T02", lead=HEALTH, coordinators=(JUSTICE,)),
            ),
            targets=(TARGET,),
            reports=(report_line(),),
        )
        return self._command(
            "issue", PROVINCE, "2025-07-01T08:00", lambda ctx: issue_directive(said, ctx), number
        )

    def _on_paper(self) -> Command:
        id = directive_id(PROVINCE, 2025, "UBND-NC", self._random.choice(self._issued))
        by = self._random.choice(BODIES)
        match self._random.choice(("dispatch", "receive", "return")):
            case "dispatch":
                sent = DispatchDirective(channel="post")
                return self._command(
                    "dispatch",
                    PROVINCE,
                    "2025-07-01T09:00",
                    lambda ctx: dispatch_directive(sent, ctx, id),
                    id,
                )
            case "receive":
                received = ReceiveDirective(
                    edxml_status="03", incoming_number=77, incoming_date=date(2025, 7, 2)
                )
                handler = _decision(Directive, id, "receive_directive", received)
                return self._command("receive", by, "2025-07-02T08:30", handler, id)
            case _:
                returned = ReturnDirective(reason="wrong_addressee", note="không thuộc địa bàn")
                handler = _decision(Directive, id, "return_directive", returned)
                return self._command("return", by, "2025-07-02T08:40", handler, id)

    def _on_task(self) -> Command:
        paper = directive_id(PROVINCE, 2025, "UBND-NC", self._random.choice(self._issued))
        id = line_id(paper, self._random.choice(("T01", "T02")))
        by = self._random.choice((POLICE, HEALTH))
        percent = self._random.randint(0, 100)
        verbs: dict[str, tuple[str, str, Any]] = {
            "acknowledge_task": (by, "2025-07-03", AcknowledgeTask(outcome="accepted")),
            "report_task_progress": (
                by,
                "2025-07-10",
                ReportTaskProgress(percent=percent, narrative="đang làm", obstacles="mưa lũ"),
            ),
            "complete_task": (by, "2025-09-01", CompleteTask(result="đã xong")),
            "review_task_completion": (
                PROVINCE,
                "2025-09-05",
                ReviewTaskCompletion(
                    agency=by, outcome=self._random.choice(("confirmed", "reopened")), note="còn"
                ),
            ),
            "cancel_task": (PROVINCE, "2025-09-09", CancelTask(reason="merged")),
            "delegate_task": (
                by,
                "2025-07-12",
                DelegateTask(to=COMMUNE_POLICE, share=f"Nắm địa bàn {percent}"),
            ),
        }
        weights = (6, 16, 4, 4, 1, 4)
        [name] = self._random.choices(list(verbs), weights)
        who, moment, said = verbs[name]
        if name == "delegate_task":
            return self._command(name, who, moment, lambda ctx: delegate_task(said, ctx, id), said)
        return self._command(name, who, moment, _decision(Task, id, name, said), (id, said))


def _decision(kind: type[Any], id: UUID, verb: str, said: object) -> Handler:
    """One decision on one thing, as the front door's decision routes make it."""

    async def handler(ctx: Context) -> Receipt:
        thing = await ctx.load(kind, id)
        getattr(thing, verb)(said, ctx.act)
        return await ctx.save(thing)

    return handler


def settle(entry: Entry, receipt: Receipt | None, refused: Refused | None) -> None:
    """Write down an answer."""
    if receipt is not None:
        entry.status, entry.receipt = "ok", receipt
    elif refused is not None:
        entry.status, entry.why = "refused", refused.code
