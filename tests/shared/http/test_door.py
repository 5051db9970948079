from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import asyncpg
import pytest
from aiohttp import web

from shared.actor import Actor
from shared.auth import DevelopmentIssuer
from shared.http.door import Desk, Door, Reader
from shared.reference import Register
from tests.running import ISSUER, now
from tests.shared.http.served import serving
from tests.shared.sample_service import SAMPLES

ROUTES = tuple(each for each in SAMPLES.routes if each.kind == "stream")


async def nowhere(_: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


@pytest.mark.parametrize(
    ("days_ahead", "seconds", "status"),
    [(30, 600, 200), (-30, -1, 401)],
    ids=["good, but over by the system's clock", "over, but good by the system's clock"],
)
async def test_a_stream_is_open_as_long_as_its_token_whatever_day_the_system_has(
    register: Register, tmp_path: Path, days_ahead: int, seconds: int, status: int
):
    issuer = DevelopmentIssuer.open(tmp_path / "secrets")
    door = Door(
        pool=cast(asyncpg.Pool, None),
        tokens=issuer.tokens(),
        register=register,
        clock=lambda: now() + timedelta(days=days_ahead),
        new_id=uuid4,
        logs={},
    )
    token = issuer.sign(ISSUER, "clerk", seconds=seconds)
    desk = Desk("samples", None, None, {}, {})

    async with (
        serving(nowhere, lambda app: door.add(app, desk, ROUTES)) as (client, _),
        client.get("/v1/things/live", headers={"Authorization": f"Bearer {token}"}) as answer,
    ):
        found = answer.status

    assert found == status


def reader(agency: str, moment: str, register: Register) -> Reader:
    """What a query of an agency is given at a moment, without a database."""
    at = datetime.fromisoformat(moment).astimezone(UTC)
    pool = cast(asyncpg.Pool, None)
    return Reader(Actor(agency, "clerk"), at, register, False, pool, {}, {}, {})


@pytest.mark.parametrize(
    ("moment", "inherited"),
    [("2025-02-28T23:59:59+07:00", False), ("2025-03-01T00:00:00+07:00", True)],
)
def test_a_body_reads_for_whose_heir_it_is_on_the_day_of_reading_in_viet_nam(
    register: Register, moment: str, inherited: bool
):
    heir, ended = "SO_YTE-P63-40", "SO_LDTBXH-P63-40"

    found = reader(heir, moment, register).names

    assert found[0] == heir
    assert (ended in found) is inherited


@pytest.mark.parametrize("name", ["DON_BP-P34-40", "UBND_XA-P34-40"])
def test_a_name_of_many_reads_what_names_just_it(register: Register, name: str):
    assert reader(name, "2026-11-21T08:00:00+07:00", register).names == (name,)
