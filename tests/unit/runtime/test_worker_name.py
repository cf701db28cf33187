"""Workers' names: distinct among those that run, the same after a restart, however the one before ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.runtime.errors import UnavailableError, UsageError
from services.runtime.health.heartbeat import own_name

HOLDER = """
import sys
from pathlib import Path
from services.runtime.health.heartbeat import own_name
with own_name(Path(sys.argv[1]), "notifier", host="box") as name:
    print(name, flush=True)
    sys.stdin.read()
"""


def test_workers_of_one_machine_are_numbered(tmp_path: Path) -> None:
    with own_name(tmp_path, "notifier", host="box") as first, own_name(tmp_path, "notifier", host="box") as second:
        assert (first, second) == ("notifier@box", "notifier@box-2")
        with own_name(tmp_path, "ingest", host="box") as other:
            assert other == "ingest@box"


def test_a_name_is_free_again_after_its_process_was_killed(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "notifier@box"
    with own_name(tmp_path, "notifier", host="box") as name:
        assert name == "notifier@box-2"
    child.kill()
    child.wait()
    child.communicate()
    with own_name(tmp_path, "notifier", host="box") as name:
        assert name == "notifier@box"


def test_two_that_are_named_alike_are_noticed(tmp_path: Path) -> None:
    with own_name(tmp_path, "notifier", "blue") as name:
        assert name == "blue"
        with pytest.raises(UsageError, match="named blue already"), own_name(tmp_path, "notifier", "blue"):
            pass
        with own_name(tmp_path, "ingest", "blue") as other:
            assert other == "blue"


def test_a_folder_that_takes_no_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "workers").write_text("no folder")
    with pytest.raises(UnavailableError, match="cannot be kept"), own_name(tmp_path, "notifier"):
        pass
