"""A history drawn from a seed: papers and their tasks, mixed, renamed, recorded early and late."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import orjson

from shared.envelope import Envelope
from shared.follow import Projection
from shared.sql import Tables
from tests.golden import TOPICS, envelope, kind_of

ISSUED, ASSIGNED = "directives.directive_issued.v1", "directives.task_assigned.v1"
REVISED = "directives.directive_revised.v1"
PAPERS = 4
AGENCIES = ("CA_TINH-P34-40", "SO_YTE-P34-40", "MTTQ_TINH-P34-40", "UBND_XA-P34-40-16681")


def history(seed: int, events: int) -> Sequence[Envelope]:
    """So many events, the same ones for the same seed."""
    chance = random.Random(seed)
    heads: dict[UUID, int] = {}
    papers = [UUID(int=chance.getrandbits(128)) for _ in range(PAPERS)]
    tasks = {UUID(int=chance.getrandbits(128)): chance.choice(papers) for _ in range(3 * PAPERS)}
    told = []
    for position in range(1, events + 1):
        kind = chance.choice(("directive", "task"))
        stream = chance.choice(papers if kind == "directive" else [*tasks])
        if kind == "task" and tasks[stream] not in heads:  # A paper comes before its tasks.
            kind, stream = "directive", tasks[stream]
        heads[stream] = heads.get(stream, 0) + 1
        one = envelope(_topic(kind, heads[stream], chance), heads[stream], position)
        fields = dict(one.fields)
        if one.topic in (ISSUED, REVISED):
            fields["reference"] = chance.choice((None, f"{chance.randrange(9_999)}/UBND-NC"))
        if one.topic == ASSIGNED:
            fields |= {"key": f"T{position}", "assignees": chance.sample(AGENCIES, 2)}
        paper = stream if kind == "directive" else tasks[stream]
        subjects = dict.fromkeys((f"{kind}:{stream}", f"directive:{paper}"))
        told.append(
            replace(
                one,
                stream=stream,
                event_id=UUID(int=chance.getrandbits(128), version=4),
                state=orjson.dumps(fields),
                recorded_at=one.recorded_at + timedelta(seconds=position),
                metadata=replace(one.metadata, subjects=tuple(subjects)),
            )
        )
    return told


def _topic(kind: str, version: int, chance: random.Random) -> str:
    if version == 1:
        return ISSUED if kind == "directive" else ASSIGNED
    beginnings = (ISSUED, ASSIGNED)
    later = [each for each in TOPICS if kind_of(each) == kind and each not in beginnings]
    return chance.choice([*later, REVISED] if kind == "directive" else later)


def batches(events: Sequence[Envelope], chance: random.Random) -> Iterator[Sequence[Envelope]]:
    """The same in batches of chance length."""
    while events:
        length = chance.randrange(1, 40)
        yield events[:length]
        events = events[length:]


async def tables_after(
    projection: Projection, pool: asyncpg.Pool, taken: Iterator[Sequence[Envelope]]
) -> dict[str, list[str]]:
    """All rows of a read model after it was given batches, by table."""
    await projection.create(pool)
    async with pool.acquire() as connection:
        for batch in taken:
            await projection.apply(batch, Tables(connection, projection.statements))
        names = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            f"'{projection.schema}'::regnamespace"
        )
        return {
            row["relname"]: [
                each["row"]
                for each in await connection.fetch(
                    f"SELECT to_jsonb(t)::text AS row FROM {projection.schema}.{row['relname']} t "
                    "ORDER BY 1"
                )
            ]
            for row in names
            if row["relname"] not in projection.outward
        }
