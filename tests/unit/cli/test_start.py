"""What a command imports takes most of its start."""

import subprocess
import sys

import pytest

CLIENTS = {"aiohttp", "elastic_transport", "elasticsearch", "faust", "kafka"}
SHOWN = f"""
import sys
from services.cli.app import run
run(sys.argv[1:])
print("imported:", *sorted(set(sys.modules) & {CLIENTS}))
"""


@pytest.mark.parametrize("command", ["run", "source list", "subscriber add", "search add", "preview", "backtest"])
def test_the_embedded_form_starts_without_clients_of_engines(command: str) -> None:
    asked = [sys.executable, "-c", SHOWN, *command.split(), "--help"]
    ran = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert f"Usage: jobchime {command}" in ran.stdout
    assert ran.stdout.splitlines()[-1] == "imported:"
