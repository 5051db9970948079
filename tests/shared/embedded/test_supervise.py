"""A server whose program is at fault."""

import os
import signal
from pathlib import Path

import pytest

from shared.embedded.errors import ServerDidNotStart
from shared.embedded.servers import EmbeddedServers
from shared.embedded.supervise import ServerExit
from tests.shared.embedded.watching import eventually, write


async def test_a_program_that_cannot_run_is_reported_with_its_words(
    parent: Path, data: Path
) -> None:
    broken = parent / "nats-server"
    write(broken, '#!/bin/sh\n[ "$1" = --version ] && exit\necho out of order >&2\nexit 3\n')
    os.chmod(broken, 0o755)

    with pytest.raises(ServerDidNotStart) as failure:
        async with EmbeddedServers(data, postgres=False, nats_program=broken):
            pass

    assert "out of order" in failure.value.log_tail
    assert "exit code 3" in failure.value.en


async def test_a_callback_that_fails_is_not_swallowed(data: Path) -> None:
    def refuse(report: ServerExit) -> None:
        raise ArithmeticError(str(report))

    with pytest.raises(ArithmeticError, match="nats ended by SIGKILL"):
        async with EmbeddedServers(data, postgres=False, on_exit=refuse) as servers:
            os.kill(servers.pids["nats"], signal.SIGKILL)
            await servers.failed()


async def test_a_server_that_dies_by_itself_is_started_again_and_again(data: Path) -> None:
    exits: list[ServerExit] = []
    async with EmbeddedServers(data, postgres=False, on_exit=exits.append) as servers:
        for time in (1, 2):
            os.kill(servers.pids["nats"], signal.SIGKILL)
            await eventually(lambda time=time: servers.restarts["nats"] == time)

    assert [each.restart_in_seconds for each in exits] == pytest.approx([0.1, 0.2])
    assert "Server is ready" in "".join(exits[0].log_tail)
