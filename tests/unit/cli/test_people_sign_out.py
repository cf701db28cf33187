"""An operator signs somebody out of every browser, as after a mailbox was taken over."""

from datetime import timedelta
from pathlib import Path

from services.cli.opened import open_installation
from services.usecases import accounts, sessions
from tests.support.command_line import run
from tests.support.consenting import OPTIONS
from tests.support.notifying import NOW


def test_every_browser_of_theirs_is_signed_out_and_of_nobody_else(tmp_path: Path) -> None:
    config = tmp_path / "jobchime.toml"
    config.write_text('data = "data"\n')
    for name in ("ada", "bob"):
        assert run("subscriber", "add", f"{name}@example.com", *OPTIONS, "--time-zone", "UTC", "-c", config).code == 0
    with open_installation(config, create=False) as installation:
        people = {name: accounts.find(installation, f"{name}@example.com") for name in ("ada", "bob")}
        for token, name in (("one", "ada"), ("two", "ada"), ("three", "bob")):
            assert sessions.begin(installation, people[name], token, "a browser", NOW)
        assert run("subscriber", "sign-out", "ada@example.com", "-c", config).out == "Signed out everywhere.\n"
        later = NOW + timedelta(minutes=1)
        there = {token: sessions.session_of(installation, token, later) for token in ("one", "two", "three")}
    assert [token for token, session in there.items() if session] == ["three"]
