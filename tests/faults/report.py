"""What a campaign says of itself: a block for docs/reliability.md and one line for machines."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.faults.campaign import Result
from tests.faults.poison import KIND
from tests.faults.schedule import DECK

FINDINGS_SHOWN_MAX = 20


def figures(result: Result) -> dict[str, Any]:
    """Everything that is counted."""
    evidence = result.evidence
    outcomes = Counter(each.outcome for each in evidence.commands)
    doubts = [each for each in evidence.commands if each.was_unknown]
    wrong = Counter(each.kind for each in result.findings)
    return {
        "seed": result.seed,
        "seconds": result.seconds,
        "faults": len(result.injected),
        "kinds": len({each.kind for each in result.injected}),
        "faults_by_kind": dict(sorted(Counter(each.kind for each in result.injected).items())),
        "faults_not_done": result.not_done,
        "commands": len(evidence.commands),
        "acknowledged": outcomes["ok"],
        "refused": outcomes["refused"],
        "in_doubt": len(doubts),
        "in_doubt_then_acknowledged": sum(bool(each.answers) for each in doubts),
        "unknown_for_ever": outcomes["unknown"],
        "events": sum(map(len, evidence.logs.values())),
        "events_by_log": {name: len(log) for name, log in evidence.logs.items()},
        "timeline_entries": len(evidence.timeline),
        "feed_rows": len(evidence.feed),
        "heard_over_nats": sum(map(len, evidence.heard.values())),
        "heard_again": result.heard_again,
        "heard_out_of_turn": out_of_turn(result),
        "lost": wrong["lost"],
        "doubled": wrong["doubled"],
        "out_of_order": wrong["out of order"],
        "made_up": wrong["made up"],
        "altered": wrong["altered"],
        "trouble": wrong["trouble"],
        "most_events_behind": result.most_behind,
        "drained_seconds": round(result.drained_seconds, 1),
        "worst_seconds_until": worst(result),
    }


def out_of_turn(result: Result) -> int:
    """First deliveries of an event of a stream after a later one of it, by agency.

    JetStream hands a message that was not acknowledged out again after others; who needs the order
    has it in `position` and `streamversion`. A figure, not a fault.
    """
    count = 0
    for heard in result.evidence.heard.values():
        highest: dict[str, int] = {}
        for each in heard:
            count += each.version < highest.get(each.stream, 0)
            highest[each.stream] = max(each.version, highest.get(each.stream, 0))
    return count


def worst(result: Result) -> dict[str, dict[str, float | None]]:
    """Per kind, the longest time until commands were acknowledged and read models were level."""
    found: dict[str, dict[str, float | None]] = {}
    for kind in (*DECK, KIND):
        of_kind = [each for each in result.injected if each.kind == kind]
        if of_kind:
            found[kind] = {
                "acknowledged": _most(each.acknowledged_after for each in of_kind),
                "level": _most(each.level_after for each in of_kind),
            }
    return found


def block(result: Result) -> str:
    """The block to paste into docs/reliability.md."""
    said = figures(result)
    lines = [
        f"Seed {said['seed']}, {said['seconds']:.0f} s of faults: {said['faults']} faults of "
        f"{said['kinds']} kinds injected ({said['faults_not_done']} found no target).",
        "",
        "| Commands | | Events and what follows from them | | Wrong | |",
        "|---|---:|---|---:|---|---:|",
    ]
    left = (
        *("commands", "acknowledged", "refused"),
        *("in_doubt", "in_doubt_then_acknowledged", "unknown_for_ever"),
    )
    middle = (
        *("events", "timeline_entries", "feed_rows"),
        *("heard_over_nats", "heard_again", "heard_out_of_turn"),
    )
    right = ("lost", "doubled", "out_of_order", "made_up", "altered", "trouble")
    for row in zip(left, middle, right, strict=True):
        cells = (f"{_words(name)} | {said[name]:,}" for name in row)
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "| Fault | Injected | Worst s until acknowledged | Worst s until read models level |",
        "|---|---:|---:|---:|",
    ]
    for kind, seconds in said["worst_seconds_until"].items():
        count = said["faults_by_kind"][kind]
        times = f"{_shown(seconds['acknowledged'])} | {_shown(seconds['level'])}"
        lines.append(f"| {kind} | {count} | {times} |")
    lines += [
        "",
        f"Drained {said['drained_seconds']} s after the last fault was healed; at the worst moment "
        f"the slowest follower was {said['most_events_behind']:,} events behind. Events by log: "
        + ", ".join(f"{name} {count:,}" for name, count in said["events_by_log"].items())
        + ".",
    ]
    return "\n".join(lines)


def line(result: Result) -> str:
    """One line of JSON."""
    return json.dumps(figures(result), ensure_ascii=False)


def complaints(result: Result) -> Iterator[str]:
    """What is wrong, each with the seed."""
    for each in result.findings[:FINDINGS_SHOWN_MAX]:
        yield f"seed {result.seed}: {each}"
    if (more := len(result.findings) - FINDINGS_SHOWN_MAX) > 0:
        yield f"seed {result.seed}: and {more} more"


def _most(seconds: Any) -> float | None:
    """The longest; None when one of them never came."""
    known = [*seconds]
    return None if None in known else round(max(known), 2)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shown(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f}"
