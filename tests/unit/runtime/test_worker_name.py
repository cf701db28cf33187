"""Workers' names: distinct among those that run, the same after a restart, however the one before ended."""

import re
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


def test_workers_over_one_data_folder_are_numbered(tmp_path: Path) -> None:
    with own_name(tmp_path, "notifier", host="box") as first, own_name(tmp_path, "notifier", host="box") as second:
        assert first.startswith("notifier@box-")
        assert second == f"{first}-2"
        with own_name(tmp_path, "ingest", host="box") as other:
            assert other == first.replace("notifier", "ingest")


def test_workers_over_two_data_folders_are_told_apart_where_machines_share_a_name(tmp_path: Path) -> None:
    folder, another = tmp_path / "1", tmp_path / "2"
    with own_name(folder, "notifier", host="box") as first, own_name(another, "notifier", host="box") as second:
        assert first != second


def test_a_spoilt_id_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "workers").mkdir()
    (tmp_path / "workers" / "id").write_text("../../etc")
    with own_name(tmp_path, "notifier", host="box") as name:
        assert re.fullmatch("notifier@box-[0-9a-f]{6}", name)
    with own_name(tmp_path, "notifier", host="box") as again:
        assert again == name


def test_a_name_is_free_again_after_its_process_was_killed(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    killed = child.stdout.readline().strip()
    with own_name(tmp_path, "notifier", host="box") as name:
        assert name == f"{killed}-2"
    child.kill()
    child.wait()
    child.communicate()
    with own_name(tmp_path, "notifier", host="box") as name:
        assert name == killed


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
