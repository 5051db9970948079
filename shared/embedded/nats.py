"""nats-server for one data folder: JetStream on disk, loopback only, users given by the caller."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

from shared.embedded.child import POLL_SECONDS, Program
from shared.embedded.errors import SettingRefused
from shared.embedded.files import make_folder, write_private
from shared.embedded.folder import DataFolder
from shared.embedded.logfile import LogFile
from shared.embedded.ports import LOOPBACK, is_free
from shared.embedded.supervise import Answer

ASK_SECONDS = 5.0
CHECK_SECONDS = 30.0
RELOAD_SECONDS = 10.0
MEMORY_STORE_MAX = "64MB"
FILE_STORE_MAX = "20GB"
PAYLOAD_MAX = "1MB"
CONTROL_LINE_MAX = "4KB"
CONNECTIONS_MAX = 1_000
WRITE_DEADLINE = "10s"
STOP_SECONDS = 10.0
QUIT_SECONDS = 5.0
RELOADED = "Reloaded server configuration"
RELOAD_FAILED = "Failed to reload server configuration"


Answered = TypeVar("Answered")


class NatsServer:
    """One nats-server, to be run by a `Supervisor`."""

    name = "nats"

    def __init__(
        self, folder: DataFolder, binary: Path, authorization: str, *, monitor: bool
    ) -> None:
        self.log = LogFile(folder.log_file(self.name))
        self.port = 0
        self.monitor_port: int | None = 0 if monitor else None
        self._folder = folder
        self._binary = binary
        self._authorization = authorization

    @property
    def url(self) -> str:
        """Where clients connect, without credentials."""
        return f"nats://{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str | None:
        """Where /healthz, /varz and /jsz answer to every process of this machine."""
        return None if self.monitor_port is None else f"http://{LOOPBACK}:{self.monitor_port}"

    @property
    def configuration_file(self) -> Path:
        return self._folder.home / "nats.conf"

    def program(self) -> Program:
        return Program(
            name=self.name,
            argv=(str(self._binary), "-c", str(self.configuration_file)),
            account=self._folder.account,
            lock=self._folder.lock_file(self.name),
            marks=(f"/nats-server -c {self.configuration_file}",),
            orphan_mark=None,
            stop_signals=((signal.SIGTERM, STOP_SECONDS), (signal.SIGQUIT, QUIT_SECONDS)),
            environment={"PATH": "/usr/bin:/bin"},
        )

    def choose_ports(self) -> None:
        self.port = self._folder.port(self.name)
        if self.monitor_port is not None:
            self.monitor_port = self._folder.port("nats-monitor")

    def ports_are_free(self) -> bool:
        return is_free(self.port) and (self.monitor_port is None or is_free(self.monitor_port))

    async def prepare(self, lock: int) -> None:
        """Write the configuration."""
        await asyncio.to_thread(self._write_configuration)

    async def ask(self) -> Answer:
        """READY when our own server greets us, its JetStream runs and its health is good."""
        greeting = await self._try(self._greeting())
        healthy = self.monitor_port is None or await self._try(self._healthy(self.monitor_port))
        if greeting is None:
            # The monitor answers before the streams are read from disk, clients only afterwards.
            return Answer.RECOVERING if healthy is False else Answer.SILENT
        ours = greeting.get("server_name") == self._folder.label and greeting.get("jetstream")
        return Answer.READY if ours and healthy else Answer.SILENT

    async def reload(self, authorization: str, pid: int | None) -> None:
        """Replace users and accounts without a restart.

        Clients that lost their right are disconnected, the others notice nothing. `pid` is the
        running server; without one the next start applies the change. Raises SettingRefused when
        the text is wrong: then the old one stays in force.
        """
        await asyncio.to_thread(self._check, authorization)
        before, self._authorization = self._authorization, authorization
        written = self.log.size()
        await asyncio.to_thread(self._write_configuration)
        if pid is None or not _hang_up(pid):
            return
        if not await self._reloaded(written):
            self._authorization = before
            await asyncio.to_thread(self._write_configuration)
            raise _refused(self.log.since(written))

    def _configuration(self, authorization: str) -> str:
        lines = [
            f"server_name: {_quoted(self._folder.label)}",
            f'listen: "{LOOPBACK}:{self.port}"',
            f"max_payload: {PAYLOAD_MAX}",
            f"max_control_line: {CONTROL_LINE_MAX}",
            f"max_connections: {CONNECTIONS_MAX}",
            f'write_deadline: "{WRITE_DEADLINE}"',
            "jetstream {",
            f"  store_dir: {_quoted(str(self._folder.home / 'nats'))}",
            f"  max_memory_store: {MEMORY_STORE_MAX}",
            f"  max_file_store: {FILE_STORE_MAX}",
            "}",
        ]
        if self.monitor_port is not None:
            lines.insert(2, f'http: "{LOOPBACK}:{self.monitor_port}"')
        return "\n".join([*lines, authorization, ""])

    def _write_configuration(self) -> None:
        account = self._folder.account
        make_folder(self._folder.home / "nats", owner=account)
        text = self._configuration(self._authorization)
        write_private(self.configuration_file, text, owner=account)

    def _check(self, authorization: str) -> None:
        """Let nats-server itself judge the text. Raises SettingRefused."""
        candidate = self.configuration_file.with_name("nats.conf.candidate")
        write_private(candidate, self._configuration(authorization))
        try:
            done = subprocess.run(
                [str(self._binary), "-t", "-c", str(candidate)],
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=CHECK_SECONDS,
                check=False,
            )
        finally:
            candidate.unlink()
        if done.returncode != 0:
            raise _refused(done.stderr)

    async def _reloaded(self, written: int) -> bool:
        """Whether the log, from that offset on, says that the new configuration is in force."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + RELOAD_SECONDS
        while loop.time() < deadline:
            said = self.log.since(written)
            if RELOADED in said or RELOAD_FAILED in said:
                return RELOAD_FAILED not in said
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def _try(self, question: Coroutine[None, None, Answered]) -> Answered | None:
        """The answer, or None when nobody answers in time or sense."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await question
        except (OSError, TimeoutError, EOFError, ValueError):
            return None

    async def _greeting(self) -> dict[str, object]:
        """The INFO that nats-server sends first. Raises OSError, EOFError, ValueError."""
        reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
        try:
            kind, _, facts = (await reader.readuntil(b"\r\n")).partition(b" ")
            if kind != b"INFO":
                raise ValueError(f"not a nats-server: {kind!r}")
            greeting: dict[str, object] = json.loads(facts)
            return greeting
        finally:
            await _close(writer)

    async def _healthy(self, port: int) -> bool:
        """What /healthz says. Raises OSError, EOFError."""
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        try:
            writer.write(b"GET /healthz?js-enabled-only=true HTTP/1.0\r\n\r\n")
            status = await reader.readuntil(b"\r\n")
            return b" 200 " in status
        finally:
            await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):  # Whatever went wrong was already seen in reading.
        await writer.wait_closed()


def _quoted(text: str) -> str:
    """A string of the configuration language. Raises SettingRefused on control characters."""
    if not text.isprintable():
        raise SettingRefused(
            f"Đường dẫn {text!r} có ký tự điều khiển; hãy chọn thư mục khác (--data).",
            f"The path {text!r} has control characters; choose another folder (--data).",
        )
    return json.dumps(text, ensure_ascii=False)


def _hang_up(pid: int) -> bool:
    """Send SIGHUP; False when the server has just ended, and its next start reads the file."""
    try:
        os.kill(pid, signal.SIGHUP)
    except ProcessLookupError:
        return False
    return True


def _refused(said: str) -> SettingRefused:
    return SettingRefused(
        "nats-server không nhận cấu hình người dùng mới, cấu hình cũ vẫn có hiệu lực; hãy sửa theo "
        "các dòng dưới đây.",
        "nats-server does not accept the new users and accounts, the old ones stay in force; mend "
        "them as the lines below say.",
        log_tail=said.splitlines(),
    )
