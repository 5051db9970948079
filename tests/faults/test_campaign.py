"""A short campaign against the real servers, and the check of the check: what it must find."""

import copy
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.deadlines.projection import DUE
from services.deadlines.service import WATCH
from services.directives.projection import REGISTER
from services.timeline.projection import TIMELINE
from shared.embedded.folder import erase
from tests.faults.campaign import Result, campaign
from tests.faults.casework import SEALED
from tests.faults.clients import AT
from tests.faults.evidence import Evidence, unexplained
from tests.faults.faults import KINDS
from tests.faults.followed import LOGS
from tests.faults.invariants import check
from tests.faults.report import block, complaints, figures
from tests.faults.schedule import DECK, schedule

SEED = 138
SECONDS = 16.0
KINDS_MIN = 12
SECRET = SEALED[0]


@pytest.fixture(scope="module")
async def result() -> AsyncIterator[Result]:
    folder = Path(tempfile.mkdtemp(prefix="liennganh-faults-"))
    yield await campaign(folder, SEED, SECONDS)
    erase(folder / "servers")
    shutil.rmtree(folder)


def test_a_short_campaign_loses_doubles_and_reorders_nothing(result: Result):
    said = figures(result)

    assert not result.findings, "\n".join(complaints(result))
    assert said["kinds"] >= KINDS_MIN, said
    assert said["acknowledged"] > 0
    by_log = said["events_by_log"]
    assert by_log.keys() == {*LOGS}
    assert all(by_log.values()), by_log
    assert said["timeline_entries"] == sum(by_log[each] for each in TIMELINE.sources)


def test_what_is_printed_carries_the_seed_and_every_count(result: Result):
    printed = block(result)

    assert f"Seed {SEED}" in printed
    assert f"| {figures(result)['events']:,} |" in printed


def test_the_schedule_is_a_function_of_its_seed_alone():
    again, other = schedule(SEED, 600.0), schedule(SEED + 1, 600.0)

    assert again == schedule(SEED, 600.0)
    assert again != other


def test_ten_minutes_hold_five_hundred_faults_and_every_kind_comes_before_any_comes_twice():
    planned = schedule(SEED, 600.0)

    assert len(planned) >= 500
    assert {each.kind for each in planned[: len(DECK)]} == set(DECK) == set(KINDS)


def copied(evidence: Evidence) -> Evidence:
    """A copy whose lists, tables and commands can be damaged."""
    twin = copy.copy(evidence)
    twin.commands = [replace(each, answers=[*each.answers]) for each in evidence.commands]
    twin.live = {table: rows.copy() for table, rows in evidence.live.items()}
    twin.logs = {name: [*log] for name, log in evidence.logs.items()}
    twin.ledgers = {name: ledger.copy() for name, ledger in evidence.ledgers.items()}
    twin.streams = {name: [*stored] for name, stored in evidence.streams.items()}
    twin.heard = {agency: [*heard] for agency, heard in evidence.heard.items()}
    for name in ("timeline", "feed", "parked", "trouble"):
        setattr(twin, name, [*getattr(evidence, name)])
    twin.exports = [*evidence.exports]
    twin.leaks = [*evidence.leaks]
    return twin


def event_lost(evidence: Evidence) -> None:
    log = evidence.logs["directives"]
    del log[len(log) // 2]


def last_event_lost(evidence: Evidence) -> None:
    del evidence.logs["directives"][-1]


def vault_event_lost(evidence: Evidence) -> None:
    del evidence.logs["vault"][-1]


def event_doubled(evidence: Evidence) -> None:
    last = evidence.logs["directives"][-1]
    evidence.logs["directives"].append(replace(last, position=last.position + 1))


def events_swapped(evidence: Evidence) -> None:
    log = evidence.logs["directives"]
    log[3], log[4] = log[4], log[3]


def state_altered(evidence: Evidence) -> None:
    marked = next(each for each in evidence.commands if each.path == AT and each.answers)
    log = evidence.logs["directives"]
    index, event = next(
        (index, each)
        for index, each in enumerate(log)
        if each.metadata.causation_id == marked.command_id
    )
    log[index] = replace(event, state=event.state.replace(marked.mark.encode(), b"x"))


def nobody_asked(evidence: Evidence) -> None:
    done = next(each for each in evidence.commands if each.answers)
    evidence.commands = [each for each in evidence.commands if each is not done]


def answered_twice_differently(evidence: Evidence) -> None:
    done = next(each for each in evidence.commands if each.answers)
    done.answers.append({**done.answers[0], "position": 10**9})


def refused_yet_recorded(evidence: Evidence) -> None:
    done = next(each for each in evidence.commands if each.answers and not each.was_unknown)
    done.answers.clear()
    done.refusal = "422"


def timeline_row_doubled(evidence: Evidence) -> None:
    evidence.timeline.append(evidence.timeline[0])


def timeline_row_missing(evidence: Evidence) -> None:
    del evidence.timeline[5]


def timeline_swapped(evidence: Evidence) -> None:
    papers = [each for each in evidence.timeline if each.store == "directives"]
    first, later = map(evidence.timeline.index, (papers[0], papers[9]))
    evidence.timeline[first], evidence.timeline[later] = papers[9], papers[0]


def read_model_row_missing(evidence: Evidence) -> None:
    rows = evidence.live[f"{REGISTER.schema}.tasks"]
    rows.pop(next(iter(rows)))


def read_model_row_doubled(evidence: Evidence) -> None:
    rows = evidence.live[f"{REGISTER.schema}.tasks"]
    rows[next(iter(rows))] += 1


def read_model_row_made_up(evidence: Evidence) -> None:
    evidence.live["timeline_timeline_v2.titles"]['{"subject": "task:0"}'] += 1


def feed_row_missing(evidence: Evidence) -> None:
    del evidence.feed[7]


def feed_row_of_another_agency(evidence: Evidence) -> None:
    evidence.feed[7] = replace(evidence.feed[7], agency="CA_TINH-P01")


def message_missing(evidence: Evidence) -> None:
    del evidence.streams["LN_DIRECTIVES"][2]


def message_of_a_tip_missing(evidence: Evidence) -> None:
    del evidence.streams["LN_CASES"][0]


def message_doubled(evidence: Evidence) -> None:
    stream = evidence.streams["LN_DEADLINES"]
    stream.append(stream[-1])


def messages_swapped(evidence: Evidence) -> None:
    stream = evidence.streams["LN_VAULT"]
    stream[0], stream[1] = stream[1], stream[0]


def message_altered(evidence: Evidence) -> None:
    stream = evidence.streams["LN_DIRECTIVES"]
    stream[1] = replace(stream[1], digest="0" * 64)


def feed_message_forged(evidence: Evidence) -> None:
    stream = evidence.streams["LN_FEEDS"]
    stream.append(replace(stream[-1], id=""))


def reaction_lost(evidence: Evidence) -> None:
    del evidence.logs["deadlines"][5]


def reaction_doubled(evidence: Evidence) -> None:
    evidence.logs["deadlines"].append(evidence.logs["deadlines"][0])


def reaction_to_nothing(evidence: Evidence) -> None:
    last = evidence.logs["deadlines"][-1]
    evidence.logs["deadlines"].append(replace(last, topic="deadlines.deadline_missed.v1"))


def reactions_swapped(evidence: Evidence) -> None:
    log = evidence.logs["deadlines"]
    later = next(index for index, each in enumerate(log) if each.version == 2)
    first = next(index for index, each in enumerate(log) if each.stream == log[later].stream)
    log[first], log[later] = log[later], log[first]


def reaction_not_settled(evidence: Evidence) -> None:
    evidence.ledgers["deadlines"].popitem()


def period_missing(evidence: Evidence) -> None:
    rows = evidence.live[f"{DUE.schema}.periods"]
    rows.pop(next(iter(rows)))


def period_not_remembered(evidence: Evidence) -> None:
    rows = evidence.live[f"{WATCH.schema}.periods"]
    rows.pop(next(iter(rows)))


def delivery_missing(evidence: Evidence) -> None:
    del next(iter(evidence.heard.values()))[0]


def delivery_of_anothers(evidence: Evidence) -> None:
    first, second, *_ = evidence.heard.values()
    first.append(next(each for each in second if each not in first))


def stream_aside(evidence: Evidence) -> None:
    evidence.parked.append("timeline put stream 0 aside")


def traceback_seen(evidence: Evidence) -> None:
    evidence.trouble.append("Traceback")


def exports_differ(evidence: Evidence) -> None:
    evidence.exports[0] = "0" * 64


def name_in_an_event(evidence: Evidence) -> None:
    log = evidence.logs["cases"]
    log[0] = replace(log[0], state=log[0].state.replace(b"{", b'{"x":"%s",' % SECRET.encode(), 1))


def name_in_a_read_model(evidence: Evidence) -> None:
    evidence.live[f"{TIMELINE.schema}.titles"][f'{{"vi": "{SECRET}"}}'] += 1


def name_exported(evidence: Evidence) -> None:
    evidence.leaks.append(f"{SECRET} in an export")


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (event_lost, "I1 lost"),
        (last_event_lost, "I1 lost"),
        (vault_event_lost, "I1 lost"),
        (event_lost, "I5 made up"),
        (event_doubled, "I2 doubled"),
        (events_swapped, "I2 out of order"),
        (state_altered, "I1 altered"),
        (state_altered, "I7 altered"),
        (nobody_asked, "I1 made up"),
        (answered_twice_differently, "I1 altered"),
        (refused_yet_recorded, "I1 made up"),
        (timeline_row_doubled, "I5 doubled"),
        (timeline_row_missing, "I5 lost"),
        (timeline_swapped, "I5 out of order"),
        (read_model_row_missing, "I5 lost"),
        (read_model_row_doubled, "I5 doubled"),
        (read_model_row_made_up, "I5 made up"),
        (feed_row_missing, "I6 lost"),
        (feed_row_of_another_agency, "I6 made up"),
        (message_missing, "I7 lost"),
        (message_of_a_tip_missing, "I7 lost"),
        (message_doubled, "I7 doubled"),
        (messages_swapped, "I7 out of order"),
        (message_altered, "I7 altered"),
        (feed_message_forged, "I7 made up"),
        (delivery_missing, "I8 lost"),
        (delivery_of_anothers, "I8 made up"),
        (reaction_lost, "I9 lost"),
        (reaction_doubled, "I9 doubled"),
        (reaction_to_nothing, "I9 made up"),
        (reactions_swapped, "I9 out of order"),
        (reaction_not_settled, "I9 altered"),
        (period_missing, "I5 lost"),
        (period_not_remembered, "I5 lost"),
        (stream_aside, "I5 trouble"),
        (traceback_seen, "I12 trouble"),
        (exports_differ, "I13 altered"),
        (name_in_an_event, "I14 trouble"),
        (name_in_a_read_model, "I14 trouble"),
        (name_exported, "I14 trouble"),
    ],
)
def test_the_check_names_what_is_wrong(
    result: Result, damage: Callable[[Evidence], None], named: str
):
    assert not result.findings  # Or what is named below might have been there before.
    evidence = copied(result.evidence)

    damage(evidence)

    assert named in {f"{each.invariant} {each.kind}" for each in check(evidence)}


def test_an_error_that_no_fault_explains_is_found_in_a_log(tmp_path: Path):
    lines = [
        '{"event": "task died", "level": "error", "error": "ConnectionResetError: away"}',
        '{"event": "task died", "level": "error", "error": "KeyError: 1"}',
        '{"event": "unexpected error", "level": "error", "exception": "OSError: disk"}',
        '{"event": "relay waits", "level": "warning"}',
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in y',
        "ZeroDivisionError: division by zero",
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in y',
        "ConnectionRefusedError: [Errno 111] Connect call failed",
    ]
    log = tmp_path / "replica-0.log"
    log.write_text("\n".join(random.Random(SEED).sample(lines[:4], 4) + lines[4:]))

    found = unexplained(log)

    assert len(found) == 3
    assert {"KeyError", "unexpected error", "ZeroDivisionError"} == {
        word
        for word in ("KeyError", "unexpected error", "ZeroDivisionError")
        if any(word in each for each in found)
    }
