"""Events of the size that the product records: some hundred bytes of JSON, with metadata."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from benchmarks.scale import SEED
from shared.actor import Actor
from shared.envelope import Metadata

PAYLOADS = 997
"""Different ones; they are taken in turn."""
TOPIC = "directives.task_progress_reported.v1"
SAID = (
    "đã xây dựng kế hoạch và triển khai đến các bộ phận rà soát địa bàn trọng điểm phối hợp với "
    "lực lượng biên phòng tuyên truyền phòng ngừa tiếp nhận tố giác tin báo xác minh giải cứu hỗ "
    "trợ nạn nhân tổng hợp báo cáo Ban Chỉ đạo theo quy định"
)
WORDS = SAID.split()
BEGUN = datetime(2025, 7, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Payload:
    """What one command records, in the forms that the recorders take."""

    state: bytes
    metadata: str
    together: bytes
    """State and metadata as one JSON object, for tables that have no column for the latter."""
    result: str
    """What the ledger keeps as the answer to the command."""


def payloads(seed: int = SEED) -> Sequence[Payload]:
    """The same ones for the same seed."""
    chance = random.Random(seed)
    return [_payload(chance) for _ in range(PAYLOADS)]


def _payload(chance: random.Random) -> Payload:
    task = random_id(chance)
    state = {
        "timestamp": (BEGUN + timedelta(seconds=chance.randrange(2_000_000))).isoformat(),
        "percent": chance.randrange(100),
        "narrative": " ".join(chance.choices(WORDS, k=chance.randrange(30, 70))),
        "obstacles": None,
        "figures": [{"indicator": "outreach_activities", "value": "2", "unit": "activity"}],
        "document": None,
        "agency": "CA_TINH-P34-40",
    }
    metadata = Metadata(
        actor=Actor("CA_TINH-P34-40", "clerk"),
        subjects=(f"task:{task}", f"directive:{random_id(chance)}"),
        correlation_id=random_id(chance),
        causation_id=random_id(chance),
    ).to_json()
    result = {
        "event_ids": [str(random_id(chance))],
        "stream": f"task:{task}",
        "version": 3,
        "position": 0,
    }
    return Payload(
        state=orjson.dumps(state),
        metadata=metadata,
        together=orjson.dumps({**state, "metadata": orjson.Fragment(metadata)}),
        result=orjson.dumps(result).decode(),
    )


def random_id(chance: random.Random) -> UUID:
    """A UUID of version 4 out of seeded chance."""
    return UUID(int=chance.getrandbits(128), version=4)
