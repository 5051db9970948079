"""A history as the product records it: papers, their tasks, and what is reported on them."""

import asyncio
import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from benchmarks.payloads import BEGUN, WORDS, random_id
from benchmarks.scale import SEED
from shared.actor import Actor
from shared.envelope import Metadata
from shared.log import Append, Log, NewEvent

AREAS = ("P34-40", "P34-01", "P34-22", "P34-38", "P34-79")
TASKS_PER_PAPER = 8
REPORTS_PER_TASK = 6
APPENDS_AT_ONCE = 1024


def history(events: int) -> Iterator[NewEvent]:
    """So many events, the same ones each time; of one paper after the other."""
    chance = random.Random(SEED)
    papers = (event for number in itertools.count(1) for event in _paper(number, chance))
    return itertools.islice(papers, events)


async def record(log: Log, events: int) -> None:
    """Append them, each as a command of its own. A writer of the log must run."""

    async def append(event: NewEvent) -> None:
        await log.append(Append(event.event_id, (event,)))

    coming = history(events)
    while some := list(itertools.islice(coming, APPENDS_AT_ONCE)):
        await asyncio.gather(*map(append, some))


def _paper(number: int, chance: random.Random) -> Iterator[NewEvent]:
    area = AREAS[number % len(AREAS)]
    issuer, police, health = (f"{each}-{area}" for each in ("UBND_TINH", "CA_TINH", "SO_YTE"))
    paper = _Thing("directive", (), random_id(chance), chance)
    yield paper.event("directive_issued", issuer, **_issued(number, [police, health], chance))
    for each in (police, health):
        sent = {"recipient": each, "channel": "truc_lien_thong"}
        yield paper.event("directive_dispatched", issuer, **sent)
    for task_number in range(TASKS_PER_PAPER):
        lead = (police, health)[task_number % 2]
        task = _Thing("task", (paper.subject,), random_id(chance), chance)
        yield task.event("task_assigned", issuer, **_assigned(task_number, issuer, lead, chance))
        yield task.event("task_acknowledged", lead, agency=lead, outcome="accepted", reason=None)
        for percent in range(0, 100, 100 // REPORTS_PER_TASK)[:REPORTS_PER_TASK]:
            yield task.event(
                "task_progress_reported",
                lead,
                agency=lead,
                percent=percent,
                narrative=_words(chance),
                obstacles=None,
                figures=[],
                document=None,
            )
        yield task.event("task_completed", lead, agency=lead, result=_words(chance), on_time=True)


class _Thing:
    """A stream that grows."""

    def __init__(self, kind: str, of: tuple[str, ...], id: UUID, chance: random.Random) -> None:
        self.subject = f"{kind}:{id}"
        self._subjects = (self.subject, *of)
        self._id = id
        self._chance = chance
        self._version = 0

    def event(self, name: str, by: str, **fields: Any) -> NewEvent:
        """Its next event."""
        self._version += 1
        at = BEGUN + timedelta(seconds=self._chance.randrange(2_000_000))
        metadata = Metadata(Actor(by, "clerk"), self._subjects, self._id, random_id(self._chance))
        return NewEvent(
            random_id(self._chance),
            self._id,
            self._version,
            f"directives.{name}.v1",
            orjson.dumps({"timestamp": at.isoformat(), **fields}),
            metadata.to_json(),
        )


def _issued(number: int, agencies: Sequence[str], chance: random.Random) -> dict[str, Any]:
    return {
        "reference": f"{number}/UBND-NC",
        "number": number,
        "subject_vi": "Tăng cường phòng ngừa, đấu tranh với tội phạm mua bán người",
        "subject_en": None,
        "situation_note": _words(chance),
        "bodies": [{"addressee": each, "members": [each]} for each in agencies],
    }


def _assigned(number: int, issuer: str, lead: str, chance: random.Random) -> dict[str, Any]:
    return {
        "key": f"T{number + 1:02d}",
        "title_vi": "Rà soát địa bàn trọng điểm, lập danh sách tổ chức, cá nhân liên quan",
        "title_en": None,
        "description": _words(chance),
        "mode": "order",
        "lead": lead,
        "assigned_by": issuer,
        "assignees": [lead],
        "helpers": [],
        "due": {"type": "date", "on": "2025-07-30"},
    }


def _words(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randrange(30, 70)))
