"""Who runs the servers."""

import os
import pwd
from pathlib import Path

import pytest

from shared.embedded.account import choose_account
from shared.embedded.errors import AccountUnusable

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another account")
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root runs the servers as somebody else")


@as_root
def test_root_takes_nobody_unless_told_otherwise() -> None:
    nobody, daemon = choose_account(None, None), choose_account("daemon", None)

    assert nobody is not None
    assert daemon is not None
    assert (nobody.name, daemon.name) == ("nobody", "daemon")


@as_root
@pytest.mark.parametrize("name", ["root", "no-such-account"])
def test_root_itself_and_unknown_accounts_are_refused(name: str) -> None:
    with pytest.raises(AccountUnusable, match="run_as"):
        choose_account(name, None)


@as_root
def test_an_account_cannot_enter_a_closed_folder(tmp_path: Path) -> None:
    account = choose_account(None, None)
    assert account is not None
    tmp_path.chmod(0o700)

    assert account.can_enter(Path("/"))
    assert not account.can_enter(tmp_path)


@as_user
def test_an_ordinary_user_is_only_themselves() -> None:
    assert choose_account(None, None) is None
    assert choose_account(pwd.getpwuid(os.geteuid()).pw_name, None) is None

    with pytest.raises(AccountUnusable, match="leave run_as out"):
        choose_account("root", None)
