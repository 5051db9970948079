"""How much is measured: the short form for every day, the long form for a page of figures."""

from dataclasses import dataclass

SEED = 138
"""Of everything that is drawn: payloads, stale commands, moments of arrival."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Bounds of one run, in seconds and counts."""

    rounds: int
    """Times that everything is measured; tables show the median, the least and the most."""
    clients: tuple[int, ...]
    """Concurrent clients of the append."""
    clients_with_stale: tuple[int, ...]
    """The same for the runs in which a part of the commands is stale."""
    warm_seconds: float
    append_seconds: float
    limit_seconds: float
    stored_events: int
    """In the log that is appended to beside an empty one."""
    clients_with_stored: tuple[int, ...]
    command_seconds: float
    burst_seconds: float
    """Of the load at full speed that finds out what half load is."""
    steady_seconds: float
    """Of the half load."""
    relay_events: int
    """In the log that is published from its start."""
    rebuild_events: int
    """In the log that a read model is made from."""
    runner_events: int
    """The same for the library's runner, which commits one by one."""
    timeline_events: int
    """Among which a page and a state are looked for."""
    timeline_questions: int
    reacting_commands: int
    """Given to the product with and without what opens and stops periods."""
    settle_seconds: float
    """Until a system that has just started is taken to be at rest."""
    idle_seconds: float


SHORT = Scale(
    rounds=3,
    clients=(1, 8, 64, 512),
    clients_with_stale=(64,),
    warm_seconds=0.2,
    append_seconds=0.4,
    limit_seconds=0.3,
    stored_events=1_000_000,
    clients_with_stored=(64,),
    command_seconds=1.0,
    burst_seconds=1.0,
    steady_seconds=3.0,
    relay_events=20_000,
    rebuild_events=20_000,
    runner_events=300,
    timeline_events=500_000,
    timeline_questions=300,
    reacting_commands=512,
    settle_seconds=3.0,
    idle_seconds=8.0,
)
LONG = Scale(
    rounds=5,
    clients=(1, 8, 64, 512),
    clients_with_stale=(1, 8, 64, 512),
    warm_seconds=0.5,
    append_seconds=3.0,
    limit_seconds=3.0,
    stored_events=10_000_000,
    clients_with_stored=(1, 64, 512),
    command_seconds=5.0,
    burst_seconds=5.0,
    steady_seconds=20.0,
    relay_events=200_000,
    rebuild_events=200_000,
    runner_events=1_000,
    timeline_events=10_000_000,
    timeline_questions=2_000,
    reacting_commands=4_096,
    settle_seconds=20.0,
    idle_seconds=60.0,
)
