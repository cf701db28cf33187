"""A pause from a container that runs as a user without a name."""

import os
from pathlib import Path

import pytest

from services.runtime.pauses import read_pauses
from services.runtime.sql.store import reading
from tests.support.command_line import run
from tests.support.installed_store import installation_in


def test_who_has_no_name_on_this_machine_pauses_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nameless)
    with installation_in(tmp_path) as installation:
        config = tmp_path / "jobchime.toml"
        config.write_text(f'data = "{installation.settings.data}"\n')
        ran = run("pause", "sending", "--why", "a bad list", "-c", config)
        assert ran.code == 0, ran.err
        with reading(installation.engine) as connection:
            assert read_pauses(connection).of["sending"].terms.by == f"user {os.getuid()}"
