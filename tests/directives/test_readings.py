from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.directives.commands import delegate_task
from services.directives.due import DueOn
from services.directives.identity import line_id
from services.directives.projection import REGISTER
from services.directives.readings import DirectiveAsked, read_directive_register, whole_state
from services.directives.tasks.events import DelegateTask
from shared.errors import NotFound
from shared.http.door import Reader
from tests.directives.examples import COMMUNE_POLICE, FRONT, POLICE, order, task_line
from tests.directives.register import NOW, Office, moment_of

JUNE = "2025-06-20"
"""Before the communes and provinces of 1 July 2025 were there."""
OLD_PROVINCE, OLD_POLICE = "UBND_TINH-P63-40", "CA_TINH-P63-40"
"""Those of Nghệ An until then."""


@pytest.fixture
async def office(pool: asyncpg.Pool) -> Office:
    await REGISTER.create(pool)
    return Office(pool)


async def sent_in_june(office: Office) -> UUID:
    """A paper of June to the police of the province."""
    said = order(
        issuer=OLD_PROVINCE,
        issue_date=date(2025, 6, 20),
        addressees=({"agency": OLD_POLICE},),
        tasks=(task_line(lead=OLD_POLICE, coordinators=()),),
    )
    return await office.sent(said, moment_of(JUNE), OLD_PROVINCE)


async def hands_down(office: Office, id: UUID) -> None:
    """In July the police of the province give a share to that of a new commune."""
    task = line_id(id, "T01")
    await office.accept(task, POLICE)
    share = DelegateTask(to=COMMUNE_POLICE, share="Rà soát")
    await office.does(delegate_task, share, by=POLICE, moment=moment_of("2025-07-05"), id=task)


async def test_a_body_that_came_after_the_paper_has_the_name_of_its_tasks_day(office: Office):
    id = await sent_in_june(office)
    await hands_down(office, id)

    shown = await office.paper(id)

    assert shown["task_list"][1]["lead_vi"] == "Công an phường Thành Vinh"
    assert shown["task_list"][1]["assignees"][0]["lane"] == "police"


async def test_a_body_that_the_register_no_longer_has_keeps_its_id(office: Office):
    id = await sent_in_june(office)
    await hands_down(office, id)
    await office.take()
    async with office.pool.acquire() as connection:
        await connection.execute(
            f"UPDATE {REGISTER.schema}.assignees SET agency = 'CA_XA-P34-40-99999' "
            f"WHERE agency = '{COMMUNE_POLICE}'"
        )

    shown = await office.paper(id)

    found = shown["task_list"][1]["assignees"][0]
    assert (found["name_vi"], found["lane"]) == ("CA_XA-P34-40-99999", "other")


@pytest.mark.parametrize(
    ("area", "found"), [("P34-40", 1), ("", 1), ("40", 0), ("%", 0), ("P34_40", 0), ("P34-22", 0)]
)
async def test_an_area_is_the_issuers_own_and_nothing_like_it(
    office: Office, area: str, found: int
):
    await office.sent()

    assert len((await office.lines(area=area))["directives"]) == found


async def test_a_directive_is_found_by_a_body_that_it_goes_to(office: Office):
    await office.sent()

    assert len((await office.lines(agency=POLICE))["directives"]) == 1
    assert (await office.lines(agency=FRONT))["directives"] == []


DISTRICT_POLICE, PROVINCIAL_POLICE = "CA_HUYEN-P63-01-276", "CA_TINH-P63-01"
"""The police of Thạch Thất, until 28 February 2025, and of Hà Nội as it was until 30 June."""


@pytest.mark.parametrize(
    ("agency", "day", "found"),
    [
        (PROVINCIAL_POLICE, "2025-02-28", 0),
        (PROVINCIAL_POLICE, "2025-03-01", 1),
        (PROVINCIAL_POLICE, "2025-06-30", 1),
        ("CA_TINH-P34-01", "2025-07-01", 1),
        ("UBND_TINH-P34-01", "2025-07-01", 0),
        ("CA_TINH-P34-22", "2025-07-01", 0),
        (DISTRICT_POLICE, "2025-02-28", 1),  # By its own name, whoever asks and whenever.
        (DISTRICT_POLICE, "2025-07-01", 1),
    ],
)
async def test_what_went_to_a_body_that_has_ended_is_found_by_its_heir_of_the_day(
    office: Office, agency: str, day: str, found: int
):
    said = order(
        issuer="UBND_TINH-P63-01",
        issue_date=date(2025, 2, 10),
        addressees=({"agency": DISTRICT_POLICE},),
        tasks=(task_line(lead=DISTRICT_POLICE, coordinators=()),),
    )
    await office.sent(said, moment_of("2025-02-10"), "UBND_TINH-P63-01")

    page = await office.lines(moment_of(day), agency=agency)

    assert len(page["directives"]) == found


async def test_what_went_to_an_heir_is_not_found_by_its_forerunner(office: Office):
    await office.sent()

    assert (await office.lines(agency=OLD_POLICE))["directives"] == []


async def test_what_went_to_all_stations_is_found_by_one_and_by_their_name(office: Office):
    stations = "DON_BP-P34-40"
    await office.sent(order(addressees=({"agency": stations},), tasks=()))

    for agency, found in ((f"{stations}-16681", 1), (stations, 1), ("DON_BP-VN", 0)):
        assert len((await office.lines(agency=agency))["directives"]) == found


async def test_a_page_says_where_the_next_begins(office: Office):
    for number in (1, 2, 3):
        await office.sent(order(number=number))

    first = await office.lines(limit=2)
    rest = await office.lines(limit=2, after=first["next"])

    assert [each["reference"] for each in first["directives"]] == ["01/UBND-NC", "02/UBND-NC"]
    assert [each["reference"] for each in rest["directives"]] == ["03/UBND-NC"]
    assert rest["next"] is None


async def test_a_directive_that_is_not_there_is_not_found(office: Office):
    with pytest.raises(NotFound):
        await office.paper(uuid4())


async def test_a_request_that_is_over_its_day_is_not_overdue(office: Office):
    due = DueOn(on=date(2025, 7, 10))
    lines = (task_line(due=due), task_line(key="T02", due=due, mode="request"))
    id = await office.sent(order(tasks=lines))

    shown = await office.paper(id)

    assert [each["overdue"] for each in shown["task_list"]] == [True, False]
    assert shown["due_next"]["overdue"] is True


async def test_what_is_recorded_while_a_directive_is_read_is_not_half_seen(office: Office):
    id = await office.sent(order(tasks=(task_line(),)))
    await office.take()

    class Interrupted(Reader):
        @asynccontextmanager
        async def tables(self, name: str, *, snapshot: bool = False) -> AsyncIterator[Any]:
            async with super().tables(name, snapshot=snapshot) as tables:
                row = tables.row

                async def then_something_happens(*args: Any) -> Any:
                    found = await row(*args)
                    await office.accept(line_id(id, "T01"), POLICE)
                    await office.take()
                    return found

                tables.row = then_something_happens
                yield tables

    read = await read_directive_register(
        DirectiveAsked(id=id), office.reader(NOW, kind=Interrupted)
    )

    assert read["assignments"]["open"] == 1
    assert read["task_list"][0]["counts"]["open"] == 1
    assert (await office.paper(id))["assignments"]["accepted"] == 1


async def test_a_snapshot_is_for_reading_only(office: Office):
    id = await office.sent()
    await office.take()

    async with office.tables(snapshot=True) as tables:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await tables.run("touch_directives", [id], [9], [NOW])


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ({"open": 1, "confirmed": 3}, "open"),
        ({"returned": 2, "accepted": 1}, "accepted"),
        ({"returned": 2}, "returned"),
        ({"reopened": 1, "confirmed": 3}, "in_progress"),
        ({"confirmed": 2}, "confirmed"),
        ({"confirmed": 2, "unlisted": 1}, "in_progress"),
        ({"accepted": 2, "unlisted": 1}, "accepted"),
        ({"returned": 2, "unlisted": 1}, "open"),
        ({"cancelled": 2, "unlisted": 1}, "cancelled"),
        ({}, "cancelled"),
    ],
)
def test_a_task_is_as_far_as_the_least_advanced_that_goes_on(statuses: dict[str, int], state: str):
    assert whole_state(statuses) == state
