"""A backup of the data folder does not pretend to hold a store that is elsewhere."""

from pathlib import Path

import pytest

from tests.support.command_line import run


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_the_store_of_a_server_has_tools_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, tool: str
) -> None:
    monkeypatch.setenv("JOBCHIME_DATA", str(tmp_path))
    monkeypatch.setenv("JOBCHIME_STORE", "postgresql://user:password@nowhere.example/jobchime")
    ran = run(command, tmp_path / "archive.zip")
    assert ran.code == 2
    assert tool in ran.err
    assert "password" not in ran.err
    assert not (tmp_path / "archive.zip").exists()
