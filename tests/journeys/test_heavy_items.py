"""Items whose reading takes as long as an item may: the end of the process is heeded among them."""

import json
import time
from pathlib import Path

import pytest

from tests.support.command_line import run
from tests.support.forking import fork
from tests.support.one_feed import settings_over
from tests.support.waiting import ended, until

HEAVY = 80
TEXT = "not in US, " * 5_000


def is_polled(config: Path) -> bool:
    listed = run("source", "list", "--json", "-c", config).out
    return json.loads(listed).get("last_success") is not None


@pytest.mark.slow(minutes=1)
def test_a_stop_is_heeded_while_heavy_items_are_read(tmp_path: Path) -> None:
    config = settings_over(tmp_path, [TEXT] * HEAVY)
    running = fork("run", "-c", config, log=tmp_path / "log")
    try:
        until(lambda: "bakery" in run("source", "list", "-c", config).out, "there is a store")
        until(lambda: is_polled(config), "the source is polled")
        time.sleep(2)
        running.terminate()
        assert ended(running) == 0
    finally:
        running.kill()
        running.wait()
    said = (tmp_path / "log").read_bytes()
    # So says who ends in the midst of an item: all together they take minutes.
    assert b"the end of the process has been asked for" in said
    assert b"Traceback" not in said
