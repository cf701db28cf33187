"""An operator in Chromium at the console of a `jobchime run`: many feeds fail and are polled, one is mapped anew."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.console import TOKEN
from tests.support.feed_server import FeedServer, feed_server, served, status
from tests.support.forking import fork
from tests.support.loopback import free_port, probe
from tests.support.operating_walk import FORMAT, item, listing
from tests.support.waiting import ended, until
from tests.support.walking import browser_page

BOARDS = ("fern", "moss", "oak", "reed", "sage")
SETTINGS = """data = "data"
secret = "0123456789abcdef0123456789abcdef"
tick_every_s = 0.2
[mail]
folder = "mails"
[probes]
embedded_port = {probes}
[console]
enabled = true
port = {console}
token = "{token}"
"""
SOURCE = """[[ingest.sources]]
name = "{name}"
url = "{url}"
every = "1d"
allow_private = true
robots = false
{read_by}
"""
MAPPING = """kind = "json"
items = "jobs"
[fields]
source_id = "id"
title = "title"
url = "link"
company = "team"
description = "text"
"""


def nimbus() -> bytes:
    """A feed of nobody's format, whose mapping takes the team for the company."""
    jobs = [
        {
            "id": f"n{number}", "title": f"Gardener {number}", "team": "Ponds", "employer": "Nimbus Gardens",
            "link": f"https://nimbus.example/{number}", "text": "You look after carps, reeds and lilies.",
        }
        for number in range(3)
    ]  # fmt: skip
    return json.dumps({"jobs": jobs}).encode()


@contextmanager
def running(folder: Path, boards: FeedServer) -> Iterator[str]:
    """`jobchime run` over the boards; the address of its console."""
    console, probes = free_port(), free_port()
    sources = [SOURCE.format(name=name, url=boards.url(f"/{name}"), read_by=f'format = "{FORMAT}"') for name in BOARDS]
    sources.append(SOURCE.format(name="nimbus", url=boards.url("/nimbus"), read_by='mapping = "nimbus.toml"'))
    (folder / "nimbus.toml").write_text(MAPPING)
    config = folder / "jobchime.toml"
    config.write_text(SETTINGS.format(probes=probes, console=console, token=TOKEN) + "".join(sources))
    run = fork("run", "-c", config, log=folder / "log")
    try:

        def serves() -> bool:
            assert run.poll() is None, (folder / "log").read_text()
            return probe(console, "/livez")[0] == 200

        until(serves, "the console serves")
        yield f"http://127.0.0.1:{console}"
    finally:
        run.terminate()
        ended(run)


def look(page: Page, folder: Path, what: str) -> None:
    """Keep how it looks on a phone and at a desk."""
    for width, scheme in ((390, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=folder / f"{what}-{width}-{scheme}.png", full_page=True)


@pytest.mark.timeout(600)
def test_many_feeds_are_polled_at_once_and_the_mapping_of_one_is_changed_beside_what_it_serves(tmp_path: Path) -> None:
    with feed_server() as boards, browser_page(scripts=True) as page:
        for name in BOARDS:
            # It is not asked again by itself for an hour.
            boards.on(f"/{name}", status(503, Retry_After="3600"))
        boards.on("/nimbus", served(nimbus()))
        with running(tmp_path, boards) as base:
            page.goto(f"{base}/enter#{TOKEN}")
            page.get_by_text("5 sources fail").wait_for(timeout=120_000)
            asked = {name: boards.paths().count(f"/{name}") for name in BOARDS}
            for at, name in enumerate(BOARDS):
                boards.on(f"/{name}", served(listing(item(str(at), f"Gardener for {name}", name.title(), "You dig."))))
            look(page, tmp_path, "five fail")
            page.get_by_role("button", name="Poll these 5 now").click()
            page.get_by_text("5 sources will be asked with the next tick: fern, moss, oak, reed, sage").wait_for()
            look(page, tmp_path, "five are asked")
            until(
                lambda: all(boards.paths().count(f"/{name}") == times + 1 for name, times in asked.items()),
                lambda: f"each is asked once more: {boards.paths()}",
            )
            page.goto(base)
            page.get_by_text("ALL WELL").wait_for(timeout=120_000)
            look(page, tmp_path, "all well")

            asked_before = boards.paths().count("/nimbus")
            page.goto(f"{base}/sources/nimbus")
            page.get_by_role("button", name="Its mapping, beside a row").click()
            page.get_by_role("heading", name="One of its rows").wait_for()
            assert boards.paths().count("/nimbus") == asked_before + 1
            page.locator("#becomes").get_by_text("Ponds").wait_for()
            look(page, tmp_path, "a row of a mapping")
            page.get_by_role("radio", name="employer Nimbus Gardens").check()
            page.get_by_role("button", name="company", exact=True).click()
            page.locator("#becomes").get_by_text("Nimbus Gardens").wait_for()
            page.get_by_text("Of the 3 rows that come first 3 would be read otherwise").wait_for()
            look(page, tmp_path, "what would change")
            page.get_by_role("button", name="Save the changed mapping").click()
            page.get_by_text("nimbus.toml is changed").wait_for()
            look(page, tmp_path, "it is changed")
            # A press asks for what was served a moment ago, and what is saved is read anew.
            assert boards.paths().count("/nimbus") == asked_before + 2
            assert 'company = "employer"' in (tmp_path / "nimbus.toml").read_text()
            page.get_by_role("button", name="Take back what was last saved here").click()
            page.get_by_text("nimbus.toml is changed").wait_for()
            assert (tmp_path / "nimbus.toml").read_text() == MAPPING
