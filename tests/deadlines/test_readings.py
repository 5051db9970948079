"""GET /v1/deadlines: by day, week, state, body and case; each with its why; page by page."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from services.deadlines.projection import DUE
from services.deadlines.readings import DeadlinesAsked, list_deadlines
from shared.actor import Actor
from shared.http.door import Reader
from shared.reference import load_register
from tests.deadlines.engine import CASE, COURT, POLICE, PROCURACY, TIP, Engine, at
from tests.deadlines.test_engine import INSTITUTED, RECEIVED
from tests.running import World, names_of

AUDITOR = "BCD138_CP-VN"
DISTRICT_POLICE, POLICE_OF_NOW = "CA_HUYEN-P63-01-276", "CA_TINH-P34-01"
STATIONS = "DON_BP-P34-40"


async def asked(engine: Engine, when: str, **fields: Any) -> dict[str, Any]:
    """The answer to a question, at a moment."""
    reader = Reader(
        Actor(AUDITOR, "clerk"),
        at(when),
        load_register(),
        False,
        engine.pool,
        {"due": DUE},
        {},
        {},
    )
    return await list_deadlines(DeadlinesAsked.model_validate(fields), reader)


async def rules(engine: Engine, when: str, **fields: Any) -> list[str]:
    return [each["rule"] for each in (await asked(engine, when, **fields))["deadlines"]]


async def due_on(engine: Engine, key: int, day: str, *bodies: str) -> str:
    """A task whose last day is that day."""
    task = f"task:{UUID(int=key)}"
    await engine.fact(
        "task_assigned",
        "2026-01-05 08:00",
        task,
        store="directives",
        due={"type": "date", "on": day},
        assignees=list(bodies) or [POLICE],
    )
    return task


async def test_due_today_this_week_and_overdue_are_told_apart_to_the_second(engine: Engine):
    # Tuesday the 20th of January 2026; its week ends on Sunday the 25th.
    for key, day in enumerate(("2026-01-19", "2026-01-20", "2026-01-25", "2026-01-26")):
        await due_on(engine, key, day)

    def found(page: dict[str, Any]) -> list[str]:
        return [
            each["due"].astimezone(at("2026-01-01 00:00").tzinfo).strftime("%d")
            for each in page["deadlines"]
        ]

    noon = "2026-01-20 12:00"
    assert found(await asked(engine, noon, state="overdue")) == ["20"]  # The 19th until 24:00.
    assert found(await asked(engine, noon, state="due")) == ["21"]
    assert found(await asked(engine, noon, state="week")) == ["21", "26"]
    assert found(await asked(engine, noon, state="running")) == ["21", "26", "27"]
    last_second = await asked(engine, "2026-01-20 23:59", state="due")
    assert [each["state"] for each in last_second["deadlines"]] == ["due"]
    assert found(await asked(engine, "2026-01-21 00:00", state="due")) == []


async def test_by_body_it_is_what_binds_it_and_not_what_it_has_done(engine: Engine):
    task = await due_on(engine, 1, "2026-01-20", POLICE, COURT)
    await engine.fact("task_completed", "2026-01-10 08:00", task, store="directives", agency=POLICE)

    now = "2026-01-12 08:00"

    assert await rules(engine, now, agency=POLICE) == []
    assert await rules(engine, now, agency=COURT) == ["TASK-DUE"]
    [one] = (await asked(engine, now, agency=COURT))["deadlines"]
    done = {"done_at": at("2026-01-10 08:00"), "in_time": True}
    assert one["agencies"] == [
        {"id": POLICE, "bound": False, "never_critical": False} | done,
        {"id": COURT, "bound": True, "never_critical": True, "done_at": None, "in_time": None},
    ]
    assert one["in_time"] is None


async def in_lists(engine: Engine, when: str, **of: str) -> dict[str, int]:
    """How many periods stand under each state."""
    states = ("overdue", "missed", "met")
    return {state: len(await rules(engine, when, state=state, **of)) for state in states}


@pytest.mark.parametrize("around", [False, True], ids=["all", "of the task"])
async def test_of_several_bodies_each_is_in_time_or_late_for_itself(engine: Engine, around: bool):
    task = await due_on(engine, 1, "2026-01-20", POLICE, PROCURACY)
    near = {"subject": task} if around else {}
    done = {"store": "directives"}
    await engine.fact("task_completed", "2026-01-15 08:00", task, agency=POLICE, **done)
    await engine.tick("2026-01-25 08:00")
    now = "2026-01-25 09:00"

    assert await in_lists(engine, now, **near) == {"overdue": 1, "missed": 1, "met": 0}
    of_late = await in_lists(engine, now, agency=PROCURACY, **near)
    assert of_late == {"overdue": 1, "missed": 1, "met": 0}
    assert not any((await in_lists(engine, now, agency=POLICE, **near)).values())

    await engine.fact("task_completed", "2026-01-26 08:00", task, agency=PROCURACY, **done)
    now = "2026-01-27 08:00"

    assert await in_lists(engine, now, **near) == {"overdue": 0, "missed": 1, "met": 0}
    of_late = await in_lists(engine, now, agency=PROCURACY, **near)
    assert of_late == {"overdue": 0, "missed": 1, "met": 0}
    of_early = await in_lists(engine, now, agency=POLICE, **near)
    assert of_early == {"overdue": 0, "missed": 0, "met": 1}
    [mine] = (await asked(engine, now, state="met", agency=POLICE, **near))["deadlines"]
    assert (mine["state"], mine["in_time"]) == ("met", False)
    assert [each["in_time"] for each in mine["agencies"]] == [True, False]


async def test_by_case_it_is_all_of_it_or_the_state_and_the_body_that_are_asked_for(engine: Engine):
    await engine.fact("case_prosecution_instituted", "2026-01-05 08:00", CASE, **INSTITUTED)
    await engine.fact("investigation_concluded", "2026-03-02 09:00", CASE, kind="first")
    sent = {"to": "VKS", "stage": "investigation", "step": "received", "receiver": PROCURACY}
    await engine.fact("case_file_transmitted", "2026-03-03 09:00", CASE, by=PROCURACY, **sent)
    await engine.fact("tip_received", "2026-03-02 08:00", TIP, **RECEIVED)

    now = "2026-03-04 08:00"
    everything = await rules(engine, now, subject=CASE)

    assert {"INV", "PROS", "CASE-INST-SEND", "INV-CONCL-DELIVER"} <= {*everything}
    assert "INV" not in await rules(engine, now, subject=CASE, state="running")
    assert "INV" in await rules(engine, now, subject=CASE, state="met")
    assert await rules(engine, now, subject=CASE, agency=PROCURACY) == ["PROS"]
    assert not {"TIP-RESOLVE"} & {*everything}


async def test_what_bound_a_body_that_has_ended_is_found_by_its_heir(engine: Engine):
    await due_on(engine, 1, "2026-01-20", DISTRICT_POLICE)
    await due_on(engine, 2, "2026-01-20", COURT)

    now = "2026-01-12 08:00"
    [found] = (await asked(engine, now, agency=POLICE_OF_NOW))["deadlines"]

    assert [each["id"] for each in found["agencies"]] == [DISTRICT_POLICE]
    task = found["subject"]
    assert await rules(engine, now, agency=POLICE_OF_NOW, subject=task) == ["TASK-DUE"]
    assert await rules(engine, now, agency=DISTRICT_POLICE) == ["TASK-DUE"]
    assert await rules(engine, now, agency="CA_TINH-P34-22") == []


async def test_what_binds_all_stations_is_found_by_one_and_by_their_name(engine: Engine):
    await due_on(engine, 1, "2026-01-20", STATIONS)

    now = "2026-01-12 08:00"

    assert await rules(engine, now, agency=f"{STATIONS}-16681") == ["TASK-DUE"]
    assert await rules(engine, now, agency=STATIONS) == ["TASK-DUE"]
    assert await rules(engine, now, agency="DON_BP-VN") == []


@pytest.mark.parametrize("subject", ["border_request:1", "suspect_handover:1", "case:1"])
async def test_a_thing_of_any_kind_can_be_asked_about(world: World, subject: str):
    for path in ("/v1/deadlines", "/v1/timeline"):
        status, answer = await world.get(AUDITOR, path, subject=subject)

        assert status == 200, answer


async def test_each_says_its_article_its_start_its_extensions_and_why_it_is_as_long(
    engine: Engine,
):
    serious = INSTITUTED | {"severity_class": "NT"}
    started = await engine.fact("case_prosecution_instituted", "2026-01-05 08:00", CASE, **serious)
    await engine.fact(
        "proceedings_period_extended",
        "2026-04-01 09:00",
        CASE,
        by=PROCURACY,
        stage="investigation",
        seq=1,
        granted=True,
        rule="INV",
    )

    found = (await asked(engine, "2026-05-05 08:00", subject=CASE))["deadlines"]

    [one] = [each for each in found if each["rule"] == "INV"]
    assert one["article"] == "Điều 172"
    assert (one["start_event"], one["start_topic"]) == (
        str(started),
        "cases.case_prosecution_instituted.v1",
    )
    assert one["why_vi"] == "3 tháng (tội phạm nghiêm trọng)"
    [longer] = one["extensions"]
    assert (longer["length"]["n"], longer["seq"]) == (3, 1)
    assert (longer["seq"], longer["decided_by"], longer["article"]) == (1, PROCURACY, "172(2),(5)")
    assert one["remaining_vi"].startswith("còn ")
    [notice] = [each for each in found if each["rule"] == "CASE-INST-SEND"]
    assert (one["waits_for"], notice["waits_for"]) == (None, "notifications")


@pytest.mark.parametrize("limit", [1, 3, 7])
async def test_pages_are_the_whole_without_gap_or_repetition(engine: Engine, limit: int):
    for key in range(10):
        await due_on(engine, key, f"2026-01-{20 + key // 3}")  # Several end at one moment.
    found: list[str] = []
    after = ""

    while True:
        page = await asked(engine, "2026-01-10 08:00", limit=limit, after=after)
        found += [each["id"] for each in page["deadlines"]]
        assert len(page["deadlines"]) <= limit
        if page["next"] is None:
            break
        after = page["next"]

    assert Counter(found) == {each: 1 for each in found}
    assert len(found) == 10


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("colour=red", "/colour"),
        ("state=soon", "/state"),
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("agency=nobody%20here", "/agency"),
        ("subject=case", "/subject"),
        ("since=tomorrow", "/since"),
        ("after=abc", "/after"),
    ],
)
async def test_what_it_does_not_understand_it_refuses_in_vietnamese(
    world: World, query: str, pointer: str
):
    status, problem = await world.get(AUDITOR, f"/v1/deadlines?{query}")

    assert status in {400, 422}, problem
    assert pointer in names_of(problem)
    vietnamese = f"{problem['title']} {problem.get('detail', '')} {problem.get('remedy', '')}"
    assert any(each in vietnamese for each in "ăâđêôơưạảấầậắếềệịọốồộớờợụủứừựỳỹáàãéèẻíìóòõúùý")
