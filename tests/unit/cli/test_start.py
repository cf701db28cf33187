"""What a command imports takes most of its start."""

import subprocess
import sys

CLIENTS = {"aiohttp", "elastic_transport", "elasticsearch", "faust", "kafka"}
SHOWN = f"""
import sys
from services.cli.app import run
run(["run", "--help"])
print("imported:", *sorted(set(sys.modules) & {CLIENTS}))
"""


def test_the_embedded_form_starts_without_clients_of_engines() -> None:
    ran = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=True)
    assert "--once" in ran.stdout
    assert ran.stdout.splitlines()[-1] == "imported:"
