"""What small pushes of one key wait while another key floods the endpoint with bodies of 4 MB, each side a process.

python -m bench.pushing [--json] [--clients 40] [--small 20]

Without a flood first, then with one. Whoever measures shares no interpreter with the flood: its threads would hold up
the reading of the answers.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import time
from statistics import median
from tempfile import TemporaryDirectory

from tests.faults.test_flooded_push import Flood
from tests.support.pushing import OTHER_KEY, Client, posting
from tests.support.waiting import until

_PAUSE_S = 0.1
_PATIENCE_S = 60


def waits(port: int, name: str, count: int) -> list[float]:
    """Seconds that each of some small pushes took, from connecting to the answer."""
    client, took = Client(port, OTHER_KEY), []
    for number in range(count):
        began = time.perf_counter()
        if client.push(posting(f"{name} {number}")).status != 202:
            raise SystemExit("a small push was not taken")
        took.append(time.perf_counter() - began)
        time.sleep(_PAUSE_S)
    return took


def measure(clients: int, small: int) -> dict[str, float]:
    """Milliseconds, and large pushes that were taken a second meanwhile."""
    with (
        TemporaryDirectory() as folder,
        multiprocessing.get_context("spawn").Pool(1) as apart,
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.push_child", folder, "lives"], stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        try:
            port = int((process.stdout or sys.stdin).readline())
            alone = apart.apply(waits, (port, "alone", small))
            with Flood(port, clients) as flood:
                until(lambda: flood.answers[202] > 0 and flood.answers[429] > 0, "the flood is there", _PATIENCE_S)
                began, before = time.perf_counter(), flood.answers[202]
                flooded = apart.apply(waits, (port, "flooded", small))
                rate = (flood.answers[202] - before) / (time.perf_counter() - began)
        finally:
            process.kill()
    figures = {"alone_ms": median(alone), "alone_worst_ms": max(alone)}
    figures |= {"flooded_ms": median(flooded), "flooded_worst_ms": max(flooded)}
    return {name: round(seconds * 1_000) for name, seconds in figures.items()} | {"large_a_second": round(rate, 2)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--clients", type=int, default=40)
    parser.add_argument("--small", type=int, default=20)
    asked = parser.parse_args()
    figures = measure(asked.clients, asked.small)
    print(json.dumps(figures) if asked.json else "\n".join(f"{name:16} {value:>8}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
