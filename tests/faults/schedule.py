"""Which fault comes when: a pure function of the seed and the length of the campaign."""

from dataclasses import dataclass
from random import Random

FIRST_AT_SECONDS = 2.0
GAP_SECONDS = (0.4, 1.5)
"""Between two faults; their effects overlap."""

DECK: dict[str, int] = {
    "replica killed": 2,
    "replica paused": 3,
    "replica told to stop": 2,
    "postmaster killed": 2,
    "backend killed": 2,
    "writer's connection ended": 5,
    "leader's connection ended": 5,
    "follower's connection ended": 5,
    "PostgreSQL paused": 3,
    "nats-server killed": 3,
    "nats-server paused": 3,
    "nats-server killed, tail lost": 3,
    "consumer deleted": 5,
    "line slow": 5,
    "line half-open": 4,
    "line reset": 7,
    "line silent": 4,
    "line silent one way": 4,
    "line cut in mid-message": 7,
    "line refused": 4,
    "old message published again": 6,
    "event forged by an agency": 5,
}
"""Kind → how often it is in the deck from which is drawn; what costs a restart is rarer."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault to come."""

    number: int
    at_seconds: float
    """After the beginning of the campaign."""
    kind: str
    chance: int
    """Seeds what the fault itself draws: which replica, how long, how many bytes."""


def schedule(seed: int, seconds: float) -> list[Planned]:
    """All faults of a campaign, every kind once before any comes twice."""
    random = Random(seed)
    at, planned = FIRST_AT_SECONDS, list[Planned]()
    deck: list[str] = []
    first = True
    while at < seconds:
        if not deck:
            deck = [kind for kind, times in DECK.items() for _ in range(1 if first else times)]
            random.shuffle(deck)
            first = False
        planned.append(Planned(len(planned) + 1, at, deck.pop(), random.getrandbits(32)))
        at += random.uniform(*GAP_SECONDS)
    return planned
