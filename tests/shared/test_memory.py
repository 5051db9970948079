from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from shared.log import Log
from shared.memory import MemoryLog
from tests.shared.log_promises import LogPromises, command, new_event

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)


def memory_log() -> MemoryLog:
    return MemoryLog("memory", UUID(int=138), lambda: NOON)


class TestMemoryLog(LogPromises):
    @pytest.fixture
    def log(self) -> Log:
        return memory_log()


async def test_the_clock_says_when_it_was_recorded():
    log = memory_log()

    verdict = await log.append(command(new_event(uuid4(), 1)))

    [envelope] = await log.read(0, 1)
    assert envelope.recorded_at == verdict.recorded_at == NOON


async def test_a_refused_append_burns_a_position():
    log = memory_log()
    stream = uuid4()
    first = await log.append(command(new_event(stream, 1)))
    await log.append(command(new_event(stream, 1)))

    second = await log.append(command(new_event(stream, 2)))

    assert second.first_position == first.last_position + 2
