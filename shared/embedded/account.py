"""Who runs the servers: ourselves, or an unprivileged account when we are root."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shared.embedded.errors import AccountUnusable

DEFAULT_ACCOUNT = "nobody"  # In the passwd file of every Linux and macOS.
PROBE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account of this machine."""

    name: str
    uid: int
    gid: int

    def can_run(self, *command: str) -> bool:
        """Whether `command` succeeds when this account runs it. Blocks for some milliseconds."""
        try:
            done = subprocess.run(
                command,
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PROBE_SECONDS,
                check=False,
            )
        except (PermissionError, FileNotFoundError, subprocess.TimeoutExpired):
            return False  # Exactly what "cannot run it" looks like from outside.
        return done.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can reach things inside `folder`: asked of the kernel, not guessed
        from modes, because access lists and mounts decide too."""
        return self.can_run("/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder))


def choose_account(run_as: str | None, owner: int | None) -> Account | None:
    """The account to run as; None means: as ourselves.

    `owner` is the uid that owns an existing database: root goes on with the account that made it.
    Raises AccountUnusable.
    """
    if os.geteuid() != 0:
        _expect_ourselves(run_as)
        return None
    goes_on = run_as is None and owner
    account = _by_uid(goes_on) if goes_on else _by_name(run_as or DEFAULT_ACCOUNT)
    if account.uid == 0:
        raise AccountUnusable(
            "PostgreSQL từ chối chạy bằng root; hãy chọn một tài khoản không đặc quyền (run_as).",
            "PostgreSQL refuses to run as root; choose an unprivileged account (run_as).",
        )
    if not account.can_run("/bin/sh", "-c", ":"):
        raise AccountUnusable(
            f"Root ở đây không được chuyển sang tài khoản {account.name} (thiếu CAP_SETUID hoặc "
            "CAP_SETGID); hãy khởi động bằng một người dùng thường.",
            f"Root may not become {account.name} here (CAP_SETUID or CAP_SETGID is missing); "
            "start as an ordinary user.",
        )
    return account


def _expect_ourselves(run_as: str | None) -> None:
    """Check that an ordinary user did not ask for somebody else."""
    if run_as is not None and _by_name(run_as).uid != os.geteuid():
        raise AccountUnusable(
            f"Chỉ root mới chạy được máy chủ bằng tài khoản {run_as}; hãy bỏ run_as.",
            f"Only root can run the servers as {run_as}; leave run_as out.",
        )


def _by_name(name: str) -> Account:
    import pwd

    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise AccountUnusable(
            f"Máy này không có tài khoản {name}; hãy tạo nó hoặc chọn tài khoản khác (run_as).",
            f"This machine has no account {name}; create it or choose another one (run_as).",
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _by_uid(uid: int) -> Account:
    import pwd

    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise AccountUnusable(
            f"Dữ liệu thuộc về uid {uid}, không có trong tệp passwd; hãy tạo tài khoản cho uid đó.",
            f"The data belongs to uid {uid}, which the passwd file does not list; create an "
            "account for it.",
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
