"""The tree of commands."""

import re
import subprocess
import sys
from pathlib import Path

import typer
from typer.main import get_command

from services.cli.app import COMMANDS, tree
from tests.support.command_line import run

README = Path(__file__).resolve().parents[3] / "README.md"
HEAVY = ("faust", "elasticsearch", "kafka", "numpy", "sqlalchemy", "fastapi", "alembic")


def test_listing_the_commands_imports_none_of_them() -> None:
    program = (
        f"import services.cli, sys; services.cli.tree([].__contains__); print([m for m in {HEAVY} if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_command_is_listed_in_whole() -> None:
    told = run("--help").out
    assert all(command.help in told for command in COMMANDS)


def test_the_readme_names_every_command() -> None:
    table = README.read_text(encoding="utf-8").partition("\n## Commands\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"(?:`(?:jobchime )?|\\\|)([a-z]+)", table))
    assert {command.name for command in COMMANDS} - named == set()


def test_every_command_that_is_listed_can_be_run() -> None:
    whole: typer.core.TyperGroup = get_command(tree(lambda _: True))  # type: ignore[assignment]
    for command in COMMANDS:
        ran = run(command.name, "--help")
        assert ran.code == 0, ran.err
        assert command.name in whole.commands


def test_a_command_that_does_not_exist_is_wrong_usage() -> None:
    ran = run("nosuch")
    assert ran.code == 2
    assert "nosuch" in ran.err
