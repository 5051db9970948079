from collections.abc import AsyncIterator
from random import Random

import pytest

from shared.bus import Bus
from tests.shared.nats_fixture import NatsProcess, fresh, nats_server, until
from tests.simulation.bus import Broker, MemoryBus
from tests.simulation.bus_promises import FETCH_SECONDS, WINDOW_SECONDS, BusPromises, Rig
from tests.simulation.faults import Weather
from tests.simulation.stepping import Clock

PATIENCE_TIMES = 100
"""How often a condition is looked at on the fake clock until it counts as never true."""


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsProcess]:
    async with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


class TestBusOnAServer(BusPromises):
    @pytest.fixture
    async def rig(self, server: NatsProcess) -> AsyncIterator[Rig]:
        stream = fresh("TWIN")
        async with Bus.connect(server.url, name="twin") as bus:
            await bus.ensure_stream(
                stream, [f"{stream}.>"], duplicate_window_seconds=WINDOW_SECONDS
            )
            yield Rig(bus, stream, until)


class TestMemoryBus(BusPromises):
    @pytest.fixture
    async def rig(self) -> Rig:
        clock = Clock()
        weather = Weather(Random(1))
        weather.calm()
        bus = MemoryBus(Broker(clock.time), weather)
        stream = fresh("TWIN")
        await bus.ensure_stream(stream, [f"{stream}.>"], duplicate_window_seconds=WINDOW_SECONDS)

        async def until_on_the_clock(holds):
            for _ in range(PATIENCE_TIMES):
                if await holds():
                    return
                clock.advance(FETCH_SECONDS)
            raise AssertionError("it never became true")

        return Rig(bus, stream, until_on_the_clock)
