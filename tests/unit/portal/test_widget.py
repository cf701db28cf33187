"""The newest jobs on a page of another site: in a shadow root, without a cookie, and nothing moves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from services.portal import app
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal
from tests.support.waiting import until
from tests.support.walking import browser_page

SCRIPT = Path(app.__file__).parent / "static" / "widget.js"
PAGE = """<!doctype html><style>a, p, li {{ display: none }} div {{ block-size: 20rem }}</style>
<div data-jobchime="skills=Python" data-most="2"></div><h1>Below</h1>
<script src="{base}/static/widget.js" async></script>"""


@contextmanager
def board(html: str) -> Iterator[str]:
    """A page of another site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        serving.join()


def read(portal: ServedPortal) -> None:
    until(lambda: portal.get("/feed.json?skills=Python").status_code == 200, "the postings are read")


def test_it_is_small() -> None:
    assert SCRIPT.stat().st_size < 8_000


def test_another_page_shows_the_newest_jobs_and_leads_to_sign_up(store: NotifierStore) -> None:
    hostile = posting("two", title="<img src=x onerror=alert(1)>", url="javascript:alert(1)", fetched_at=NOW)
    more = [hostile, posting("three", fetched_at=NOW), posting("four")]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(more, 1)], NOW)
    with served_portal(store) as portal, browser_page(scripts=True) as page:
        read(portal)
        sent: list[dict[str, str]] = []
        page.on("request", lambda request: sent.append(request.headers) if "feed.json" in request.url else None)
        page.on("dialog", lambda _: sent.append({"cookie": "a script of a posting ran"}))
        with board(PAGE.format(base=str(portal.client.base_url).rstrip("/"))) as address:
            page.goto(address)
        below = page.get_by_role("heading", name="Below").bounding_box()
        jobs = page.locator("[data-jobchime] li")
        jobs.nth(1).wait_for()
        assert jobs.count() == 2
        assert "<img src=x onerror=alert(1)>" in " ".join(jobs.all_inner_texts())
        assert page.get_by_role("heading", name="Below").bounding_box() == below
        assert all(not (link.get_attribute("href") or "").startswith("javascript") for link in jobs.locator("a").all())
        assert [headers for headers in sent if headers.get("cookie") or headers.get("referer")] == []
        assert len(sent) == 1
        assert page.context.cookies() == []
        leads = page.locator("[data-jobchime] a").last.get_attribute("href") or ""
        assert leads.endswith("/sign-up?skills=Python")


def test_sign_up_is_filled_by_its_address(portal: ServedPortal) -> None:
    page = portal.get("/sign-up?skills=Go&workplace.remote=1&currency=USD&address=eve%40example.com&unknown=1").text
    assert 'name="skills" maxlength="500" value="Go"' in page
    assert 'name="workplace.remote" value="1" checked' in page
    assert "eve@example.com" not in page
