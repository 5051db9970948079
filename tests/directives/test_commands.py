from datetime import date
from uuid import UUID

import pytest

from services.directives.commands import (
    DispatchDirective,
    ReviseDirective,
    delegate_task,
    dispatch_directive,
    issue_directive,
    revise_directive,
)
from services.directives.domain import Directive
from services.directives.events import Addressee, Corrections, PaperRef, ReceiveDirective
from services.directives.identity import directive_id, line_id
from services.directives.reports.domain import Report
from services.directives.targets.domain import Target
from services.directives.tasks.domain import Task
from services.directives.tasks.events import (
    AcknowledgeTask,
    CompleteTask,
    DelegateTask,
    ReviewTaskCompletion,
)
from shared.errors import Conflict, NotAllowed, NotFound, Refused
from tests.directives.examples import (
    COMMUNE,
    COMMUNE_POLICE,
    HEALTH,
    MORNING,
    POLICE,
    PROVINCE,
    report_line,
    task_line,
)
from tests.directives.world import World, full_order, id_of

HOME_AFFAIRS = "SO_NV-P34-40"
STATIONS = "DON_BP-P34-40"
"""All border stations of the province; the register has no list of them."""
STATION = "DON_BP-P34-40-16681"


async def test_a_directive_is_issued_with_all_its_lines_at_once(world: World):
    receipt = await world.does(issue_directive, full_order())

    assert await world.topics() == [
        "directive_issued",
        "task_assigned",
        "task_assigned",
        "target_set",
        "report_requested",
    ]
    assert receipt.stream == f"directive:{directive_id(PROVINCE, 2025, 'UBND-NC', 6325)}"
    assert receipt.extra["reference"] == "6325/UBND-NC"
    assert [*receipt.extra["tasks"]] == ["T01", "T02"]
    assert (await world.find(Task, receipt.extra["tasks"]["T01"])).assignees == (POLICE,)
    assert await world.find(Target, receipt.extra["targets"]["G01"]) is not None
    assert await world.find(Report, receipt.extra["reports"]["R1"]) is not None


async def test_every_line_of_a_directive_is_found_by_it(world: World):
    receipt = await world.does(issue_directive, full_order())

    recorded = await world.log.read(0, 100)

    assert all(receipt.stream in each.metadata.subjects for each in recorded)


async def test_the_same_number_is_refused_and_the_first_one_named(world: World):
    first = await world.does(issue_directive, full_order())

    with pytest.raises(Conflict) as refusal:
        await world.does(issue_directive, full_order(subject_vi="Văn bản khác", notation="UBND–NC"))

    assert refusal.value.code == "duplicate-number"
    assert refusal.value.extra["directive"] == first.stream
    assert refusal.value.extra["state"] == "in_force" and "còn hiệu lực" in refusal.value.vi
    assert len(await world.topics()) == 5


async def test_papers_without_a_number_are_told_apart(world: World):
    gaps = {"number": None, "completeness": "partial", "missing": ("number",)}

    first = await world.does(issue_directive, full_order(**gaps))
    second = await world.does(issue_directive, full_order(**gaps))

    assert first.stream != second.stream
    assert first.extra["reference"] is None


async def test_one_line_that_is_wrong_leaves_nothing_on_record(world: World):
    wrong = (task_line(), task_line(key="T02", lead="SO_LDTBXH-P34-40"))

    with pytest.raises(Refused) as refusal:
        await world.does(issue_directive, full_order(tasks=wrong))

    assert refusal.value.pointer == "/tasks/1/lead"
    assert await world.topics() == []


async def test_lines_that_share_a_key_are_refused(world: World):
    with pytest.raises(Refused, match="key-taken"):
        await world.does(issue_directive, full_order(tasks=(task_line(), task_line())))


async def test_a_directive_is_sent_to_every_body(world: World):
    id = id_of(await world.does(issue_directive, full_order()))

    receipt = await world.does(
        dispatch_directive, DispatchDirective(channel="truc_lien_thong"), id=id
    )
    again = await world.does(
        dispatch_directive, DispatchDirective(channel="truc_lien_thong"), id=id
    )

    assert len(receipt.event_ids) == 8
    assert again.event_ids == ()


async def test_what_is_not_there_cannot_be_sent(world: World):
    with pytest.raises(NotFound):
        await world.does(dispatch_directive, DispatchDirective(channel="post"), id=UUID(int=1))


async def test_a_share_begins_in_the_same_record(world: World):
    receipt = await world.does(issue_directive, full_order())
    task_id = UUID(receipt.extra["tasks"]["T01"])
    await world.decides(
        Task, Task.acknowledge_task, AcknowledgeTask(outcome="accepted"), task_id, POLICE, MORNING
    )
    said = DelegateTask(to=COMMUNE_POLICE, share="Nắm địa bàn phường")

    first = await world.does(delegate_task, said, POLICE, id=task_id)
    again = await world.does(delegate_task, said, POLICE, id=task_id)

    assert (await world.topics())[-2:] == ["task_delegated", "task_assigned"]
    assert again.event_ids == ()
    assert again.extra == first.extra
    share = await world.find(Task, first.extra["task_id"])
    assert (share.key, share.assignees) == ("T01.1", (COMMUNE_POLICE,))


async def test_two_departments_that_say_the_same_get_their_own_shares(world: World):
    line = task_line(lead="DEPARTMENTS-P34-40", coordinators=())
    receipt = await world.does(issue_directive, full_order(tasks=(line,)))
    task_id = UUID(receipt.extra["tasks"]["T01"])
    said = DelegateTask(to="UBND_XA-P34-40", share="Rà soát địa bàn")
    accept = AcknowledgeTask(outcome="accepted")
    first = {}
    for body in (HEALTH, HOME_AFFAIRS):
        await world.decides(Task, Task.acknowledge_task, accept, task_id, body, MORNING)
        first[body] = await world.does(delegate_task, said, body, id=task_id)

    again = await world.does(delegate_task, said, HOME_AFFAIRS, id=task_id)

    assert again.event_ids == ()
    assert again.extra == first[HOME_AFFAIRS].extra != first[HEALTH].extra


async def test_a_station_acts_where_the_paper_names_all_stations_of_the_province(world: World):
    lines = (task_line(lead=STATIONS, coordinators=()),)
    order = full_order(tasks=lines, reports=(), addressees=(Addressee(agency=STATIONS),))
    receipt = await world.does(issue_directive, order)
    id, task_id = id_of(receipt), UUID(receipt.extra["tasks"]["T01"])
    await world.does(dispatch_directive, DispatchDirective(channel="post"), id=id)
    entry = {"incoming_number": 5, "incoming_date": date(2025, 7, 2)}

    for kind, decide, said, thing in (
        (
            Directive,
            Directive.receive_directive,
            ReceiveDirective(edxml_status="03", **entry),
            id,
        ),
        (Task, Task.acknowledge_task, AcknowledgeTask(outcome="accepted"), task_id),
    ):
        await world.decides(kind, decide, said, thing, STATION, "2025-07-02")

    directive = await world.find(Directive, id)
    assert directive.acknowledged == (STATION,)
    assert directive.awaited == (STATIONS,)
    assert (await world.find(Task, task_id)).standing_of(STATION) == "accepted"


async def with_share(world: World) -> tuple[UUID, UUID, UUID]:
    receipt = await world.does(issue_directive, full_order())
    task_id = UUID(receipt.extra["tasks"]["T01"])
    accept = AcknowledgeTask(outcome="accepted")
    await world.decides(Task, Task.acknowledge_task, accept, task_id, POLICE, MORNING)
    said = DelegateTask(to=COMMUNE_POLICE, share="Nắm địa bàn phường")
    share = await world.does(delegate_task, said, POLICE, id=task_id)
    return id_of(receipt), task_id, UUID(share.extra["task_id"])


async def test_a_recall_ends_all_open_tasks_and_their_shares(world: World):
    id, task_id, share_id = await with_share(world)
    said = ReviseDirective(kind="recall", reason="ban hành nhầm")

    receipt = await world.does(revise_directive, said, moment="2025-07-05", id=id)
    again = await world.does(revise_directive, said, moment="2025-07-05", id=id)

    assert sorted((await world.topics())[-4:]) == ["directive_revised"] + ["task_cancelled"] * 3
    assert len(receipt.event_ids) == 4
    assert again.event_ids == ()
    for each in (task_id, share_id):
        assert (await world.find(Task, each)).cancelled == "directive_recalled"


async def test_a_recall_leaves_confirmed_tasks_as_they_are(world: World):
    receipt = await world.does(issue_directive, full_order())
    done = UUID(receipt.extra["tasks"]["T02"])
    for decide, said in (
        (Task.acknowledge_task, AcknowledgeTask(outcome="accepted")),
        (Task.complete_task, CompleteTask(result="xong")),
    ):
        await world.decides(Task, decide, said, done, COMMUNE, MORNING)
    confirm = ReviewTaskCompletion(agency=COMMUNE, outcome="confirmed")
    await world.decides(Task, Task.review_task_completion, confirm, done, PROVINCE, MORNING)

    await world.does(
        revise_directive, ReviseDirective(kind="recall", reason="x"), id=id_of(receipt)
    )

    assert (await world.find(Task, done)).task_state == "confirmed"


async def test_a_replacement_moves_tasks_to_those_of_the_new_directive(world: World):
    old, task_id, _ = await with_share(world)
    new = id_of(await world.does(issue_directive, full_order(number=6400)))
    letter = PaperRef(ref="6400/UBND-NC", directive_id=new)
    said = ReviseDirective(
        kind="replacement", reason="thay thế", by_document=letter, moved={"T01": "T02"}
    )

    await world.does(revise_directive, said, moment="2025-07-05", id=old)

    task = await world.find(Task, task_id)
    assert (task.cancelled, task.moved_to) == ("directive_replaced", line_id(new, "T02"))
    assert (await world.find(Directive, old)).standing == "replaced"
    assert not (await world.find(Task, line_id(new, "T02"))).cancelled


async def test_a_task_is_not_moved_to_nothing(world: World):
    old, _, _ = await with_share(world)
    letter = PaperRef(ref="6400/UBND-NC", directive_id=UUID(int=7))
    said = ReviseDirective(
        kind="replacement", reason="thay thế", by_document=letter, moved={"T01": "T02"}
    )

    with pytest.raises(Refused) as refusal:
        await world.does(revise_directive, said, id=old)

    assert (refusal.value.code, refusal.value.pointer) == ("moved-to-nothing", "/moved/T01")


async def test_only_the_issuer_recalls_and_nothing_is_cancelled_otherwise(world: World):
    id, task_id, _ = await with_share(world)

    with pytest.raises(NotAllowed, match="not-the-issuer"):
        await world.does(
            revise_directive, ReviseDirective(kind="recall", reason="x"), POLICE, id=id
        )

    assert (await world.find(Task, task_id)).cancelled is None


async def test_a_report_line_can_be_added_by_a_later_letter(world: World):
    id = id_of(await world.does(issue_directive, full_order(reports=())))
    letter = PaperRef(ref="6400/UBND-NC", number=6400)
    said = ReviseDirective(
        kind="amendment", reason="bổ sung hạn báo cáo", by_document=letter, reports=(report_line(),)
    )

    receipt = await world.does(revise_directive, said, moment="2025-07-20", id=id)

    assert (await world.topics())[-2:] == ["directive_revised", "report_requested"]
    report = await world.find(Report, receipt.extra["reports"]["R1"])
    assert len(report.bodies) == 8
    assert (await world.find(Directive, id)).report_keys == ("R1",)


async def test_a_number_that_turns_up_later_may_not_be_another_directives(world: World):
    await world.does(issue_directive, full_order())
    gaps = {"number": None, "completeness": "partial", "missing": ("number",)}
    id = id_of(await world.does(issue_directive, full_order(**gaps)))
    letter = PaperRef(ref="6400/UBND-NC")

    with pytest.raises(Conflict, match="duplicate-number"):
        await world.does(
            revise_directive,
            ReviseDirective(
                kind="correction",
                reason="tìm thấy số",
                by_document=letter,
                corrections=Corrections(number=6325),
            ),
            id=id,
        )


async def test_a_directive_that_was_received_is_found_as_received(world: World):
    id = id_of(await world.does(issue_directive, full_order()))
    await world.does(dispatch_directive, DispatchDirective(channel="post"), id=id)

    await world.decides(
        Directive,
        Directive.receive_directive,
        ReceiveDirective(edxml_status="01"),
        id,
        COMMUNE,
        "2025-07-02",
    )

    assert (await world.find(Directive, id)).received == (COMMUNE,)
