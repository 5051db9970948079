"""The data folder: who may use it, where the servers' own files lie, and which ports they keep.

    DATA/servers.lock         held by the supervisor as long as it runs
    DATA/servers.json         id, home and ports, kept from start to start
    DATA/secrets/  DATA/log/  0700
    HOME/postgres/ HOME/nats/ 0700, owned by the account that runs the servers
    HOME/*.lock  HOME/nats.conf  HOME/programs/

HOME is DATA, except when root's unprivileged account cannot enter DATA because a folder above it is
closed (a clone below /root): modes of folders above are not ours to open, so HOME is then
/var/lib/liennganh-<id>, noted in servers.json and pointing back in HOME/belongs-to. For DATA in the
system's temporary folder that is where HOME goes, too.
"""

import hashlib
import json
import logging
import os
import secrets
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.embedded.account import Account, choose_account
from shared.embedded.errors import FolderInUse, FolderUnusable
from shared.embedded.files import make_folder, write_private
from shared.embedded.locks import read_holder, try_lock, write_holder
from shared.embedded.ports import choose_port, is_free

HOME_PREFIX = "liennganh-"
# Kept over restarts, never cleaned by the system, open to every account for passing through.
HOMES_LINUX = (Path("/var/lib"), Path("/srv"))
HOMES_MACOS = (Path("/var/db"), Path("/usr/local/var"))
# Others may pass through root's folder (the servers' account must), but not list it.
PASSABLE_FOLDER = 0o711

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class DataFolder:
    """A data folder that is locked by us. Close it to let go of it."""

    data: Path
    home: Path
    account: Account | None
    identity: str
    ports: dict[str, int]
    locks: list[int] = field(default_factory=list)
    _changing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def programs(self) -> Path:
        return self.home / "programs"

    @property
    def label(self) -> str:
        """Names the servers of this folder in process lists; no other folder has the same."""
        return f"embedded-{hashlib.sha256(bytes(self.home)).hexdigest()[:12]}"

    def lock_file(self, name: str) -> Path:
        """The file whose lock lives as long as the server of that name."""
        return self.home / f"{name}.lock"

    def log_file(self, name: str) -> Path:
        return self.data / "log" / f"{name}.log"

    def secret_file(self, name: str) -> Path:
        return self.data / "secrets" / name

    def port(self, name: str) -> int:
        """The port kept for `name`; chosen and kept when there is none or it is not free."""
        with self._changing:
            port = self.ports.get(name)
            if port is None or not is_free(port):
                if port is not None:
                    logger.warning("port %d of %s is taken by somebody else; moving", port, name)
                self.ports[name] = port = choose_port(self.ports.values())
                self.save()
            return port

    def save(self) -> None:
        """Write servers.json."""
        home = None if self.home == self.data else str(self.home)
        state = {"id": self.identity, "home": home, "ports": self.ports}
        write_private(self.data / "servers.json", json.dumps(state, indent=2) + "\n")

    def close(self) -> None:
        """Let go of the folder."""
        while self.locks:
            os.close(self.locks.pop())


def open_folder(data: Path, *, run_as: str | None, outside: Path | None) -> DataFolder:
    """Make or find the folder, and lock it.

    `outside` replaces /var/lib as the place of a HOME that cannot be inside. Blocks.
    Raises FolderInUse, FolderUnusable, AccountUnusable, and OSError as the disk gives it.
    """
    data = Path(os.path.abspath(data)).resolve()
    _make_data(data)
    lock = _lock(data)
    try:
        state = _read_state(data)
        if state is None:
            folder = _first_use(data, run_as, outside)
        else:
            folder = _next_use(data, state, run_as)
        folder.locks.append(lock)
    except BaseException:
        os.close(lock)
        raise
    return folder


def erase(data: Path) -> None:
    """Delete the folder with all that is in it, and what the servers keep outside of it.

    Blocks. Nothing happens when there is no such folder. Raises FolderInUse when servers run on
    it, FolderUnusable when it is no data folder.
    """
    data = Path(os.path.abspath(data)).resolve()
    if not data.exists():
        return
    state = _read_state(data)
    if state is None:
        raise FolderUnusable(
            f"{data} không phải thư mục dữ liệu (thiếu servers.json); nếu vẫn muốn, hãy tự xoá.",
            f"{data} is no data folder (servers.json is missing); delete it yourself if you want.",
        )
    lock = _lock(data)
    try:
        home = data if state["home"] is None else Path(state["home"])
        _expect_no_server(home)
        if home != data and home.exists():
            _check_belongs(home, data, state["id"])
            shutil.rmtree(home)
        shutil.rmtree(data)
    finally:
        os.close(lock)


def _make_data(data: Path) -> None:
    """Make the folder; take over an empty one of ours; refuse one that anybody may write to."""
    mode = PASSABLE_FOLDER if os.geteuid() == 0 else stat.S_IRWXU
    if not data.exists():
        data.parent.mkdir(parents=True, exist_ok=True)
        make_folder(data, mode=mode)
    facts = data.stat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_mode & stat.S_IWOTH:
        raise FolderUnusable(
            f"{data} không phải thư mục, hoặc ai cũng ghi được vào; hãy chọn nơi khác (--data).",
            f"{data} is not a folder, or everybody may write to it; choose another one (--data).",
        )
    if facts.st_uid == os.geteuid() and not any(data.iterdir()):
        data.chmod(mode)
    for name in ("secrets", "log"):
        make_folder(data / name)


def _lock(folder: Path) -> int:
    path = folder / "servers.lock"
    descriptor = try_lock(path)
    if descriptor is None:
        holder = read_holder(path)
        raise FolderInUse(
            f"Tiến trình {holder} đang dùng {folder}; hãy dừng nó (kill {holder}) hoặc chọn "
            "thư mục khác (--data).",
            f"Process {holder} is using {folder}; stop it (kill {holder}) or choose another "
            "folder (--data).",
        )
    write_holder(descriptor)
    return descriptor


def _read_state(data: Path) -> dict[str, Any] | None:
    path = data / "servers.json"
    if not path.exists():
        return None
    try:
        state = json.loads(path.read_text("utf-8"))
        return {"id": state["id"], "home": state["home"], "ports": state["ports"]}
    except (ValueError, KeyError, TypeError) as error:
        raise FolderUnusable(
            f"{path} bị hỏng ({error!r}); hãy khôi phục tệp đó từ bản sao lưu.",
            f"{path} is damaged ({error!r}); restore that file from a backup.",
        ) from error


def _first_use(data: Path, run_as: str | None, outside: Path | None) -> DataFolder:
    for name in ("postgres", "nats"):
        if (data / name).exists():
            raise FolderUnusable(
                f"{data / name} đã có mà thiếu {data}/servers.json; hãy khôi phục tệp đó hoặc chọn "
                "thư mục khác (--data).",
                f"{data / name} exists without {data}/servers.json; restore that file or choose "
                "another folder (--data).",
            )
    account = choose_account(run_as, None)
    identity = secrets.token_hex(6)
    if account is None or account.can_enter(data):
        home, locks = data, []
    else:
        home = _make_home_outside(data, account, identity, outside)
        locks = [_lock(home)]
    folder = DataFolder(data, home, account, identity, {}, locks)
    folder.save()
    return folder


def _make_home_outside(data: Path, account: Account, identity: str, outside: Path | None) -> Path:
    for place in _places(data) if outside is None else (outside,):
        if place.is_dir() and os.access(place, os.W_OK) and account.can_enter(place):
            _tell_about_older_homes(place, data)
            home = place / f"{HOME_PREFIX}{identity}"
            make_folder(home, mode=PASSABLE_FOLDER)
            write_private(home / "belongs-to", f"{data}\n")
            logger.info(
                "%s may not enter %s: the servers keep their files in %s", account.name, data, home
            )
            return home
    raise FolderUnusable(
        f"Tài khoản {account.name} (root không được chạy PostgreSQL) không vào được {data} và "
        "không có thư mục hệ thống thay thế; hãy chọn --data ở nơi mọi tài khoản đi qua được, ví "
        "dụ /srv/liennganh, hoặc chạy bằng người dùng thường.",
        f"The account {account.name} (root may not run PostgreSQL) cannot enter {data}, and there "
        "is no system folder to use instead; choose --data where every account may pass, for "
        "example /srv/liennganh, or run as an ordinary user.",
    )


def _places(data: Path) -> Iterable[Path]:
    temporary = Path(tempfile.gettempdir()).resolve()
    if data.is_relative_to(temporary):
        return (temporary,)
    return HOMES_MACOS if sys.platform == "darwin" else HOMES_LINUX


def _tell_about_older_homes(place: Path, data: Path) -> None:
    """Somebody deleted the data folder and not its home: say so, delete nothing."""
    for note in place.glob(f"{HOME_PREFIX}*/belongs-to"):
        if note.read_text("utf-8").strip() == str(data):
            logger.warning(
                "%s still holds the database of an earlier %s; delete it if you do not want it",
                note.parent,
                data,
            )


def _next_use(data: Path, state: dict[str, Any], run_as: str | None) -> DataFolder:
    home = data if state["home"] is None else Path(state["home"])
    if not home.is_dir():
        raise FolderUnusable(
            f"Thiếu {home}, nơi giữ cơ sở dữ liệu của {data}; hãy khôi phục từ bản sao lưu, hoặc "
            f"xoá {data} để bắt đầu lại từ đầu.",
            f"{home}, which holds the database of {data}, is missing; restore it from a backup, "
            f"or delete {data} to start with nothing.",
        )
    locks = []
    if home != data:
        _check_belongs(home, data, state["id"])
        locks.append(_lock(home))
    try:
        owner = _owner(home)
        account = choose_account(run_as, owner)
        _check_owner(home, owner, os.geteuid() if account is None else account.uid)
        if account is not None and not account.can_enter(home):
            raise _closed(account, home)
    except BaseException:
        for lock in locks:
            os.close(lock)
        raise
    return DataFolder(data, home, account, state["id"], dict(state["ports"]), locks)


def _owner(home: Path) -> int | None:
    """The uid that owns the servers' files, None before the first ones are made."""
    for name in ("postgres", "nats"):
        if (home / name).exists():
            return (home / name).stat().st_uid
    return None


def _check_owner(home: Path, owner: int | None, uid: int) -> None:
    if owner is not None and owner != uid:
        raise FolderUnusable(
            f"Dữ liệu trong {home} thuộc về uid {owner}, còn máy chủ sẽ chạy bằng uid {uid}; hãy "
            "khởi động bằng đúng người dùng như lần đầu hoặc chọn thư mục khác (--data).",
            f"The data in {home} belongs to uid {owner}, but the servers would run as uid {uid}; "
            "start as the same user as the first time or choose another folder (--data).",
        )


def _check_belongs(home: Path, data: Path, identity: str) -> None:
    """Refuse a copied data folder; follow one that was moved."""
    note = home / "belongs-to"
    other = Path(note.read_text("utf-8").strip())
    if other == data:
        return
    state = _read_state(other)
    if state is not None and state["id"] == identity:
        raise FolderUnusable(
            f"{data} là bản sao của {other}: cả hai dùng chung cơ sở dữ liệu ở {home}. Hãy xoá một "
            "trong hai bản.",
            f"{data} is a copy of {other}: both would use the database in {home}. Delete one of "
            "the two.",
        )
    write_private(note, f"{data}\n")


def _expect_no_server(home: Path) -> None:
    for path in home.glob("*.lock"):
        if path.name == "servers.lock":
            continue
        lock = try_lock(path)
        if lock is None:
            raise FolderInUse(
                f"Máy chủ {path.stem} còn chạy trong {home}; hãy thử lại khi nó đã dừng.",
                f"The server {path.stem} still runs in {home}; try again when it has stopped.",
            )
        os.close(lock)


def _closed(account: Account, home: Path) -> FolderUnusable:
    return FolderUnusable(
        f"Tài khoản {account.name} không còn vào được {home}; hãy mở quyền đi qua (chmod o+x) cho "
        "các thư mục phía trên như trước.",
        f"The account {account.name} can no longer enter {home}; let others pass (chmod o+x) the "
        "folders above it, as before.",
    )


def unwritable(data: Path, error: OSError) -> FolderUnusable:
    """What to say when the disk or its permissions fail us."""
    return FolderUnusable(
        f"Không dùng được thư mục dữ liệu {data} ({error}); hãy chọn nơi khác (--data) hoặc sửa "
        "quyền, dung lượng của nó.",
        f"The data folder {data} cannot be used ({error}); choose another one (--data) or mend "
        "its permissions or space.",
    )
