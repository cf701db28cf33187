"""The tree of commands."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from services.cli.app import COMMANDS, PARTS, tree
from tests.support.command_line import run

README = Path(__file__).resolve().parents[3] / "README.md"
HEAVY = ("faust", "elasticsearch", "kafka", "numpy", "sqlalchemy", "fastapi", "alembic")


def test_listing_the_commands_imports_none_of_them() -> None:
    asked = f"print([m for m in {HEAVY} if m in sys.modules])"
    program = f"import services.cli.app, sys; services.cli.app.tree([].__contains__); {asked}"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_no_client_of_an_engine_is_imported_that_the_installation_lacks(tmp_path: Path) -> None:
    commands = [["subscriber", "list"], ["dead", "list"], ["explain", "a", "b"], ["backup", "x.zip"]]
    asked = "[m for m in ('faust', 'elasticsearch', 'kafka') if m in sys.modules]"
    program = f"from services.cli.app import run; import sys; print([(run(one), {asked}) for one in {commands}])"
    found = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == str([(2, [])] * len(commands))


def test_every_command_is_listed_in_whole() -> None:
    text = run("--help").out
    assert all(command.help in text for command in COMMANDS)


def test_the_readme_names_every_command() -> None:
    table = README.read_text(encoding="utf-8").partition("\n## Commands\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"(?:`(?:jobchime )?|\\\|)([a-z-]+)", table))
    assert {command.name for command in COMMANDS} - named == set()


def test_every_command_that_is_listed_can_be_run() -> None:
    whole: typer.core.TyperGroup = get_command(tree(lambda _: True))
    for command in COMMANDS:
        ran = run(command.name, "--help")
        assert ran.code == 0, ran.err
        assert command.name in whole.commands


def test_a_command_that_does_not_exist_is_wrong_usage() -> None:
    ran = run("nosuch")
    assert ran.code == 2
    assert "nosuch" in ran.err


def test_each_command_is_listed_once_under_what_it_is_for() -> None:
    text = run("--help").out
    assert [text.count(f"\n  {command.name} ") for command in COMMANDS] == [1] * len(COMMANDS)
    assert all(f"\n{part}:\n" in text for part in (*PARTS, "The deployed form"))
    assert {name for names in PARTS.values() for name in names} <= {command.name for command in COMMANDS}


def test_without_a_command_all_are_listed_and_nothing_was_done() -> None:
    ran = run()
    assert (ran.code, ran.out) == (2, "")
    assert "To begin:" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stauts",), "no such command 'stauts'. Did you mean 'status'? see `jobchime --help`"),
        (("source", "lst"), "no such command 'lst'. Did you mean 'list'? see `jobchime source --help`"),
        (("run", "--confg", "x"), "no such option: --confg (Possible options: --config, --once); see"),
        (("source", "check"), "missing argument 'URL|FILE'; see `jobchime source check --help`"),
        (("config", "show", "more"), "got unexpected extra argument(s) (more); see `jobchime config show --help`"),
    ],
)
def test_a_command_that_is_written_wrongly_is_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"jobchime: {said}")


def test_the_version_says_what_reads_postings_too() -> None:
    ran = run("--version")
    assert ran.code == 0
    assert re.fullmatch(r"jobchime \d+\.\d+\.\d+ \(normaliser \d+, Python 3\.\d+\.\d+\)\n", ran.out)


def test_ctrl_c_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.commands.configuration.load", lambda _: signal.raise_signal(signal.SIGINT))
    ran = run("config", "show")
    assert (ran.code, ran.out, ran.err) == (130, "", "Stopped.\n")


def _shell(line: str) -> subprocess.CompletedProcess[str]:
    program = f"{sys.executable} -c 'from services.cli import main; main()'"
    script = line.replace("jobchime", program)
    return subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, check=False)


def test_a_reader_that_goes_away_is_no_fault() -> None:
    ended = _shell(f"cd {Path.cwd()} && jobchime --help | true")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_output_that_cannot_be_written_is_a_failure() -> None:
    ended = _shell(f"cd {Path.cwd()} && jobchime --help > /dev/full")
    assert ended.returncode == 1
    assert ended.stderr == f"jobchime: the output cannot be written: {os.strerror(28)}\n"
