"""An operator's walk in a browser over a running stream: a feed breaks, a record dies, a mail is late."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page

from schemas.codec import encode
from schemas.posting import posting_id_of
from schemas.raw import RawPosting
from schemas.topics import RAW
from services.runtime.records import Outgoing
from tests.support.console import TOKEN
from tests.support.feed_server import FeedServer, served, status
from tests.support.walking import Letterbox

SOURCE, FORMAT = "board", "posting_lines"
_TO_A_MINUTE_MS = 120_000
"""What is served at each full minute comes so late at the most, on a busy machine."""
WANTED = "gardener"
"""What the person looks for, who reads the letterbox."""


def item(source_id: str, title: str, company: str, text: str) -> dict[str, Any]:
    """A job as the board lists it."""
    return {
        "id": source_id,
        "title": title,
        "company": company,
        "url": f"https://board.example/{source_id}",
        "description_html": f"<p>{text}</p>",
        "location": "Berlin, Germany",
        "posted_at": datetime.now(UTC).isoformat(),
    }


def listing(*items: dict[str, Any]) -> bytes:
    """The feed of the board."""
    return "".join(json.dumps(row) + "\n" for row in items).encode()


def unreadable(job: dict[str, Any]) -> Outgoing:
    """A record of raw.v1 as a program of somebody else wrote it, which lacks what it is read by."""
    posting_id = posting_id_of(SOURCE, job["id"])
    raw = RawPosting(
        posting_id=posting_id, source=SOURCE, source_id=job["id"], format=FORMAT, item=job, content_hash="1",
        fetched_at=datetime.now(UTC) - timedelta(hours=1),
    )  # fmt: skip
    lacking = {name: value for name, value in json.loads(encode(raw)).items() if name != "format"}
    return Outgoing(RAW.name, posting_id.encode(), json.dumps(lacking).encode())


def operate(
    page: Page,
    base: str,
    board: FeedServer,
    letters: Letterbox,
    *,
    produce: Callable[[list[Outgoing]], None],
    go: Callable[[], None],
    look: Callable[[str], None],
) -> None:
    """Break, understand and mend.

    `go` has the stream go on where it does not by itself; `look` is told what a page shows.
    """
    first = item("1", "Gardener of the first park", "Fern and Sons", "You look after roses, hedges and old trees.")
    second = item("2", "Gardener of the second park", "Moss House", "Ponds are yours: carps, reeds, lilies and pumps.")
    board.on("/feed", status(404))
    go()
    page.goto(f"{base}/enter#{TOKEN}")
    page.get_by_text(f"the source {SOURCE} fails").wait_for()
    page.get_by_text("NOT WELL").wait_for()
    look("a feed breaks")

    produce([unreadable(first)])
    go()
    page.goto(base)
    page.get_by_text("1 dead letter in raw.v1").wait_for()
    page.get_by_role("link", name="Look at them").click()
    page.get_by_role("link", name="raw.v1.dead:").click()
    page.get_by_text("format").first.wait_for()
    look("a record died")
    record = json.loads(page.locator("textarea").input_value())
    page.locator("textarea").fill(json.dumps(record | {"format": FORMAT}))
    page.get_by_role("button", name="Send the mended copy back").click()
    page.get_by_text("The mended copy was sent back").wait_for()
    go()
    assert "Gardener of the first park" in str(letters.next("the mended job is mailed"))

    page.goto(base)
    page.get_by_role("button", name="Pause sending").click()
    board.on("/feed", served(listing(second)))
    page.goto(f"{base}/sources/{SOURCE}")
    page.get_by_role("button", name="Poll now").click()
    go()
    page.goto(base)
    page.get_by_text(re.compile(r"sending is paused by operator \(.+\); 1 mail waits")).wait_for(
        timeout=_TO_A_MINUTE_MS
    )
    look("a mail is late")
    page.goto(f"{base}/why")
    page.get_by_label("Address or id of the person").fill(letters.address)
    page.get_by_label("Id of the posting").fill(posting_id_of(SOURCE, "2"))
    page.get_by_role("button", name="Tell why").click()
    page.get_by_text("paused").first.wait_for()
    look("why it is late")
    assert letters.new() == []
    page.goto(base)
    page.get_by_role("button", name="Go on with sending").first.click()
    go()
    assert "Gardener of the second park" in str(letters.next("the late mail comes"))
    page.goto(base)
    page.get_by_text("ALL WELL").wait_for()
    look("all is well")
