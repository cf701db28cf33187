"""What a command imports takes most of its start."""

import subprocess
import sys

CLIENTS = {"aiohttp", "elastic_transport", "elasticsearch", "faust", "kafka"}
SHOWN = f"""
import sys
from services.cli.app import run
for command in sys.argv[1:]:
    run([*command.split(), "--help"])
    print("imported:", *sorted(set(sys.modules) & {CLIENTS}))
"""
COMMANDS = ("run", "status", "source list", "subscriber add", "search add", "preview", "backtest")


def test_the_embedded_form_starts_without_clients_of_engines() -> None:
    """One process asks for all: what none of them together imports, none imports."""
    ran = subprocess.run([sys.executable, "-c", SHOWN, *COMMANDS], capture_output=True, text=True, check=True)
    assert [command for command in COMMANDS if f"Usage: jobchime {command}" not in ran.stdout] == []
    assert [line for line in ran.stdout.splitlines() if line.startswith("imported:")] == ["imported:"] * len(COMMANDS)
