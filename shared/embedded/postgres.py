"""PostgreSQL for one data folder: made once, reached over loopback by password, durable."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import asyncpg

from shared.embedded.binaries import PostgresBinaries
from shared.embedded.child import Child, Program
from shared.embedded.errors import FolderUnusable, ServerDidNotStart, SettingRefused
from shared.embedded.files import make_folder, read_or_make_secret, sync_folder, write_private
from shared.embedded.folder import DataFolder
from shared.embedded.logfile import LogFile
from shared.embedded.ports import LOOPBACK, is_free
from shared.embedded.processes import running
from shared.embedded.supervise import Answer

MAJOR_VERSION = "18"
SUPERUSER = "postgres"
PASSWORD_BYTES = 24
CONNECT_SECONDS = 5.0
INITDB_SECONDS = 300.0
STOP_SECONDS = 30.0
QUIT_SECONDS = 10.0
STOP_INITDB_SECONDS = 10.0
LOCALE = "C.UTF-8"
LOCALE_EVERYWHERE = "C"

# Given on the command line, where neither a file nor ALTER SYSTEM can undo it.
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
OURS = frozenset({*DURABLE, "listen_addresses", "port", "unix_socket_directories"})
SETTINGS = {
    "max_connections": "60",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    # Few background processes: each costs memory on a machine that runs everything.
    "io_workers": "1",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_worker_slots": "4",
    "autovacuum_max_workers": "2",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "4",
    "max_replication_slots": "4",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # Details and statements of errors carry values of rows, and those may be about people.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class PostgresServer:
    """One PostgreSQL, to be run by a `Supervisor`."""

    name = "postgres"

    def __init__(
        self, folder: DataFolder, binaries: PostgresBinaries, settings: Mapping[str, str]
    ) -> None:
        refused = OURS.intersection(settings)
        if refused:
            names = ", ".join(sorted(refused))
            raise SettingRefused(
                f"Không được đổi {names}: dữ liệu đã ghi phải bền và máy chủ chỉ nghe ở "
                f"{LOOPBACK}; hãy bỏ các thiết lập đó.",
                f"{names} may not be changed: what is committed stays, and the server listens on "
                f"{LOOPBACK} only; leave these settings out.",
            )
        self.log = LogFile(folder.log_file(self.name))
        self.port = 0
        self._folder = folder
        self._binaries = binaries
        self._settings = settings
        self._password = ""

    @property
    def data(self) -> Path:
        """What PostgreSQL calls PGDATA."""
        return self._folder.home / "postgres"

    @property
    def url(self) -> str:
        """Where to connect as the superuser, password included: not for logs."""
        password = quote(self._password, safe="")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.port}/postgres"

    def program(self) -> Program:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",  # Loopback needs none, and their paths may be too long.
            # Shown in the command line of every backend: how orphans are recognised.
            "cluster_name": self._folder.label,
            **DURABLE,
            **SETTINGS,
            **self._settings,
        }
        if sys.platform == "linux":
            # Crash recovery first makes all files durable: one call instead of one for each file.
            settings["recovery_init_sync_method"] = "syncfs"
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = (str(self._binaries.postgres), "-D", str(self.data), *options)
        # SIGINT: fast shutdown with a checkpoint. SIGQUIT: at once, with recovery at the next
        # start. SIGKILL never: it would leave shared memory and processes behind.
        stop_signals = ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, QUIT_SECONDS))
        return self._program(argv, stop_signals)

    def choose_ports(self) -> None:
        self.port = self._folder.port(self.name)

    def ports_are_free(self) -> bool:
        return is_free(self.port)

    async def prepare(self, lock: int) -> None:
        """Make the database at the first start. Raises FolderUnusable, ServerDidNotStart."""
        await asyncio.to_thread(self._read_password)
        if not self.data.exists():
            await self._initialise(lock)
        await asyncio.to_thread(self._check_data)

    async def ask(self) -> Answer:
        """READY when a real query succeeds. Raises FolderUnusable when the password is wrong."""
        try:
            connection = await asyncpg.connect(
                host=LOOPBACK,
                port=self.port,
                user=SUPERUSER,
                password=self._password,
                database="postgres",
                timeout=CONNECT_SECONDS,
                command_timeout=CONNECT_SECONDS,
                ssl=False,
            )
            try:
                await connection.fetchval("SELECT 1")
            finally:
                await connection.close(timeout=CONNECT_SECONDS)
        except asyncpg.CannotConnectNowError:
            return Answer.RECOVERING
        except asyncpg.TooManyConnectionsError:
            return Answer.READY  # It refuses us because it serves so many others.
        except asyncpg.InvalidPasswordError as error:
            raise self._wrong_password() from error
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return Answer.SILENT
        return Answer.READY

    @property
    def _half_made(self) -> Path:
        return self.data.with_name("postgres.new")

    def _program(
        self, argv: tuple[str, ...], stop_signals: tuple[tuple[signal.Signals, float], ...]
    ) -> Program:
        return Program(
            name=self.name,
            argv=argv,
            account=self._folder.account,
            lock=self._folder.lock_file(self.name),
            marks=(f"/postgres -D {self.data} -c ", f"/initdb -D {self._half_made} "),
            orphan_mark=f"postgres: {self._folder.label}: ",
            stop_signals=stop_signals,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        )

    def _read_password(self) -> None:
        path = self._folder.secret_file("postgres.password")
        if self.data.exists() and not path.exists():
            raise self._wrong_password()
        self._password = read_or_make_secret(path, PASSWORD_BYTES)

    async def _initialise(self, lock: int) -> None:
        """initdb beside the final name, which is given only to a complete database."""
        password_file = self._folder.home / "initdb.password"
        try:
            await asyncio.to_thread(self._make_room, password_file)
            written = self.log.size()
            code = await self._initdb(lock, password_file, LOCALE)
            if code != 0 and "invalid locale name" in self.log.since(written):
                code = await self._initdb(lock, password_file, LOCALE_EVERYWHERE)
        finally:
            password_file.unlink(missing_ok=True)
        if code != 0:
            raise self._initdb_failed(f"exit code {code}")
        await asyncio.to_thread(self._give_name)

    def _make_room(self, password_file: Path) -> None:
        account = self._folder.account
        if self._half_made.exists():
            shutil.rmtree(self._half_made)
        make_folder(self._half_made, owner=account)
        write_private(password_file, f"{self._password}\n", owner=account)

    def _give_name(self) -> None:
        self._half_made.rename(self.data)
        sync_folder(self._folder.home)

    async def _initdb(self, lock: int, password_file: Path, locale: str) -> int:
        argv = [
            str(self._binaries.initdb),
            *("-D", str(self._half_made)),
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--data-checksums",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            f"--locale={locale}",
            "--no-instructions",
        ]
        if sys.platform == "linux":
            argv.append("--sync-method=syncfs")
        stop_signals = ((signal.SIGTERM, STOP_INITDB_SECONDS),)
        initdb = Child(self._program(tuple(argv), stop_signals), self.log)
        try:
            await initdb.start(os.dup(lock))
            async with asyncio.timeout(INITDB_SECONDS):
                return await asyncio.shield(initdb.exited)
        except TimeoutError as error:
            await initdb.stop()
            raise self._initdb_failed(f"> {INITDB_SECONDS:.0f} s") from error
        except BaseException:
            await initdb.stop()
            raise

    def _check_data(self) -> None:
        version = (self.data / "PG_VERSION").read_text("ascii").strip()
        if version != MAJOR_VERSION:
            raise FolderUnusable(
                f"Cơ sở dữ liệu trong {self.data} là PostgreSQL {version}, ở đây chạy "
                f"{MAJOR_VERSION}; hãy xuất nó bằng pg_dumpall của bản {version} rồi nạp vào một "
                "thư mục dữ liệu mới.",
                f"The database in {self.data} is PostgreSQL {version}, and {MAJOR_VERSION} runs "
                f"here; dump it with pg_dumpall of version {version} and load it into a new data "
                "folder.",
            )
        self._remove_stale_pid_file()

    def _remove_stale_pid_file(self) -> None:
        """Remove postmaster.pid when its number now belongs to a stranger.

        PostgreSQL would refuse to start as long as a process with that number lives, and after a
        reboot of a container the same numbers are given out again. That none of our own lives is
        known from the lock; it still checks its shared memory itself.
        """
        path = self.data / "postmaster.pid"
        if not path.exists():
            return
        written = path.read_text("ascii", "replace").partition("\n")[0]
        users = running(self.program().uid, (str(self.data),))
        if written not in {str(process.pid) for process in users}:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def _initdb_failed(self, why: str) -> ServerDidNotStart:
        return ServerDidNotStart(
            f"initdb không tạo được cơ sở dữ liệu ({why}). Xem các dòng cuối của {self.log.path} "
            "dưới đây, sửa nguyên nhân rồi khởi động lại.",
            f"initdb could not make the database ({why}). Read the last lines of {self.log.path} "
            "below, mend the cause and start again.",
            log_tail=self.log.tail(),
        )

    def _wrong_password(self) -> FolderUnusable:
        path = self._folder.secret_file("postgres.password")
        return FolderUnusable(
            f"{path} thiếu hoặc không khớp với cơ sở dữ liệu trong {self.data}; hãy khôi phục tệp "
            "đó từ bản sao lưu.",
            f"{path} is missing or does not fit the database in {self.data}; restore that file "
            "from a backup.",
        )
