"""Finding processes by account and command line."""

import os
import subprocess

from shared.embedded.processes import running


def test_a_process_is_found_by_its_account_and_words_and_only_while_it_lives() -> None:
    mark = f"a mark of {os.getpid()}"
    process = subprocess.Popen(["sh", "-c", "read line", mark], stdin=subprocess.PIPE)

    found = running(os.geteuid(), (mark,))
    of_others = running(os.geteuid() + 1, (mark,))
    process.communicate()
    afterwards = running(os.geteuid(), (mark,))

    assert [each.pid for each in found] == [process.pid]
    assert of_others == []
    assert afterwards == []
