import asyncio

import pytest

from shared.bus import Bus
from shared.errors import Broken
from shared.nats_accounts import DOMAIN, agency_inbox
from tests.running import World, directive, task

SOON_SECONDS = 20.0
STEERING = "BCD138_CP-VN"
MAY_FIFTH = "2025-05-05T08:00:00+07:00"
STATION, STATIONS = "DON_BP-P34-40-16681", "DON_BP-P34-40"
HEIR, FORERUNNER = "UBND_TINH-P34-40", "UBND_TINH-P63-40"


async def heard(world: World, agency: str, issued: str) -> list[str]:
    """The subjects of what an agency reads on NATS of one directive, until nothing comes."""
    found: list[str] = []
    async with (
        asyncio.timeout(SOON_SECONDS),
        Bus.connect(
            world.system.nats_url,
            token=world.token(agency),
            name=agency,
            inbox_prefix=agency_inbox(agency),
            domain=DOMAIN,
        ) as bus,
    ):
        feed = bus.consumer("LN_FEEDS", agency)
        while messages := await feed.fetch(200, 1.0):
            found += [each.subject for each in messages if issued.encode() in each.body]
            for each in messages:
                await each.ack()
        await feed.close()
    return found


async def test_a_station_hears_what_is_told_to_all_stations(world: World):
    issued = await world.issue(tasks=[task("T01", STATIONS)])
    await world.caught_up()

    subjects = await heard(world, STATION, issued["id"])

    assert subjects == [f"agency.{STATIONS}.feed.directives.task_assigned.v1"]


async def test_an_heir_hears_what_is_told_to_the_body_that_it_follows(world: World):
    paper = directive(
        issuer=STEERING,
        notation="BCĐ138-VP",
        issue_date="2025-05-05",
        addressees=[{"agency": FORERUNNER}],
        tasks=[task("T01", FORERUNNER)],
        occurred_at=MAY_FIFTH,
    )
    status, answer = await world.post(STEERING, "/v1/directives", paper)
    assert status == 201, answer
    await world.caught_up()
    id = answer["stream"].removeprefix("directive:")

    subjects = await heard(world, HEIR, id)
    _, feed = await world.get(HEIR, "/v1/feed", limit=500)

    assert subjects == [
        f"agency.{FORERUNNER}.feed.directives.directive_issued.v1",
        f"agency.{FORERUNNER}.feed.directives.task_assigned.v1",
    ]
    assert len([each for each in feed["events"] if id in each["event"]["subjects"]]) == 2


@pytest.mark.parametrize("agency", [STATIONS, "FOO-BAR"])
async def test_a_name_of_many_or_of_nobody_is_not_let_in(world: World, agency: str):
    with pytest.raises(Broken, match="does not accept"):
        async with Bus.connect(
            world.system.nats_url, token=world.token(agency), name=agency, domain=DOMAIN
        ):
            pass
