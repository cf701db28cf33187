"""Asking a source over the web: patience, politeness, robots.txt, keys."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from random import Random
from typing import Any

import pytest

from services.ingest.adapters.fetch.web import WebFetcher
from services.ingest.domain.polling.schedule import Validators
from services.ingest.ports import Fetched, FetchFailedError
from services.ingest.settings import IngestSettings
from services.runtime.http.fetch import user_agent
from tests.support import feed_server as serve
from tests.support.collecting import NOON, source
from tests.support.feed_server import FeedServer


class Waiting:
    """A fetcher whose waits are noted, and pass at once."""

    def __init__(self, environ: Mapping[str, str] | None = None, **settings: Any) -> None:
        self.at = 0.0
        self.slept: list[float] = []
        made = IngestSettings(**{"read_timeout": 1, "total_timeout": 2, **settings})
        self.web = WebFetcher(made, Random(5), environ=environ or {}, sleep=self._sleep, monotonic=lambda: self.at)

    def _sleep(self, seconds: float) -> None:
        self.at += seconds
        if seconds:
            self.slept.append(seconds)

    def fetch(self, url: str, validators: Validators | None = None, **more: Any) -> Fetched:
        return self.web.fetch(source(url, **more), url, validators or Validators(), NOON)


def test_it_says_what_it_is_and_how_the_operator_is_reached(server: FeedServer) -> None:
    Waiting(contact="https://alerts.example/bot").fetch(server.on("/feed", serve.served(b"[]")))
    agent = server.asked[0].headers["user-agent"]
    assert agent.startswith("jobchime/")
    assert agent.endswith(" (+https://alerts.example/bot)")
    assert user_agent("x\r\nInjected: 1").endswith("(+xInjected: 1)")


def test_validators_are_sent_and_given_back(server: FeedServer) -> None:
    changed = "Mon, 02 Mar 2026 10:00:00 GMT"
    url = server.on("/feed", serve.served(b"[]", ETag='W/"1"', Last_Modified=changed), serve.status(304))
    waiting = Waiting()
    first = waiting.fetch(url)
    assert first.validators == Validators('W/"1"', changed)
    assert waiting.fetch(url, first.validators).unchanged
    assert server.asked[1].headers["if-none-match"] == 'W/"1"'
    assert server.asked[1].headers["if-modified-since"] == changed


def test_a_304_that_was_not_asked_for_is_a_failure(server: FeedServer) -> None:
    with pytest.raises(FetchFailedError, match="answers 304"):
        Waiting().fetch(server.on("/feed", serve.status(304)))


def test_a_server_that_stumbles_is_asked_again(server: FeedServer) -> None:
    waiting = Waiting(gap=0.01)
    fetched = waiting.fetch(server.on("/feed", serve.status(500), serve.status(502), serve.served(b"[]")))
    assert fetched.body == b"[]"
    assert len(server.asked) == 3
    assert 0.5 <= waiting.slept[0] <= 1
    assert 1 <= waiting.slept[1] <= 2


def test_it_gives_up_after_some_attempts(server: FeedServer) -> None:
    with pytest.raises(FetchFailedError, match="answers 503: it is not available"):
        Waiting(attempts=2).fetch(server.on("/feed", serve.status(503)))
    assert len(server.asked) == 2


def test_what_will_not_change_is_not_asked_again(server: FeedServer) -> None:
    for code in (400, 401, 403, 404, 410, 204):
        server.asked.clear()
        with pytest.raises(FetchFailedError, match=f"answers {code}"):
            Waiting().fetch(server.on("/feed", serve.status(code)))
        assert len(server.asked) == 1


def test_a_short_wish_to_wait_is_followed_within_the_poll(server: FeedServer) -> None:
    waiting = Waiting()
    fetched = waiting.fetch(server.on("/feed", serve.status(429, Retry_After="7"), serve.served(b"[]")))
    assert fetched.body == b"[]"
    assert waiting.slept == [7.0]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_long_wish_to_wait_puts_the_poll_off(server: FeedServer, form: str) -> None:
    date = format_datetime(NOON, usegmt=True)
    wish = "3600" if form == "seconds" else format_datetime(NOON + timedelta(hours=1), usegmt=True)

    def busy(exchange: serve.Exchange) -> None:
        exchange.handler.send_response_only(503)
        for name, value in {"Date": date, "Retry-After": wish, "Content-Length": "0"}.items():
            exchange.handler.send_header(name, value)
        exchange.handler.end_headers()

    with pytest.raises(FetchFailedError) as failure:
        Waiting().fetch(server.on("/feed", busy))
    assert failure.value.retry_after == timedelta(hours=1)
    assert len(server.asked) == 1


def test_requests_to_one_host_keep_their_distance(server: FeedServer) -> None:
    url, waiting = server.on("/feed", serve.served(b"[]")), Waiting(gap=3)
    waiting.fetch(url)
    waiting.fetch(url)
    waiting.at += 2
    waiting.fetch(url)
    waiting.at += 60
    waiting.fetch(url)
    assert waiting.slept == [3.0, 1.0]


def test_another_host_need_not_wait(server: FeedServer) -> None:
    server.on("/feed", serve.served(b"[]"))
    waiting = Waiting(gap=3)
    waiting.fetch(server.url())
    waiting.fetch(server.url(host="localhost"))
    assert waiting.slept == []


def test_a_key_comes_from_the_environment_and_is_in_no_message(server: FeedServer) -> None:
    url = server.on("/feed", serve.served(b"[]"))
    headers = {"headers_from": {"X-Api-Key": "BOARD_KEY"}}
    Waiting({"BOARD_KEY": "s3cret"}).fetch(url, **headers)
    assert server.asked[0].headers["x-api-key"] == "s3cret"
    with pytest.raises(FetchFailedError, match="needs the environment variable BOARD_KEY"):
        Waiting().fetch(url, **headers)
    with pytest.raises(FetchFailedError) as failure:
        Waiting({"BOARD_KEY": "s3cret\r\nX: y"}).fetch(url, **headers)
    assert "s3cret" not in str(failure.value)


def test_a_key_is_not_sent_to_another_site_that_a_page_names(server: FeedServer) -> None:
    server.on("/feed", serve.served(b"[]"))
    waiting = Waiting({"BOARD_KEY": "s3cret"})
    made = source(server.url(), headers_from={"X-Api-Key": "BOARD_KEY"})
    waiting.web.fetch(made, server.url("/feed?page=2", host="localhost"), Validators(), NOON)
    assert "x-api-key" not in server.asked[0].headers


def test_a_web_page_is_not_visited_against_robots_txt(server: FeedServer) -> None:
    server.on("/robots.txt", serve.served(b"User-agent: *\nDisallow: /jobs\n"))
    server.on("/jobs/1", serve.served(b"<html>"))
    server.on("/open", serve.served(b"<html>"))
    waiting = Waiting()
    with pytest.raises(FetchFailedError, match=r"robots\.txt asks not to visit"):
        waiting.fetch(server.url("/jobs/1"), robots=None, format="jsonld")
    assert waiting.fetch(server.url("/open"), robots=None, format="jsonld").body == b"<html>"
    assert waiting.fetch(server.url("/jobs/1"), robots=False).body == b"<html>"
    assert waiting.fetch(server.url("/jobs/1"), robots=None, format="ashby").body == b"<html>"
    assert server.paths() == ["/robots.txt", "/open", "/jobs/1", "/jobs/1"]


def test_robots_txt_is_asked_once_a_day_and_its_delay_kept(server: FeedServer) -> None:
    server.on("/robots.txt", serve.served(b"User-agent: *\nCrawl-delay: 9\n"))
    url, waiting = server.on("/feed", serve.served(b"[]")), Waiting()
    for _ in range(2):
        waiting.fetch(url, robots=True)
    assert server.paths() == ["/robots.txt", "/feed", "/feed"]
    assert waiting.slept == [1.0, 9.0]
    waiting.at += 25 * 3600
    waiting.fetch(url, robots=True)
    assert server.paths().count("/robots.txt") == 2


def test_without_robots_txt_all_is_allowed_and_while_it_fails_nothing(server: FeedServer) -> None:
    url = server.on("/feed", serve.served(b"[]"))
    assert Waiting().fetch(url, robots=True).body == b"[]"
    server.on("/robots.txt", serve.status(500))
    with pytest.raises(FetchFailedError, match=r"robots\.txt answers 500"):
        Waiting().fetch(url, robots=True)
    assert server.paths() == ["/robots.txt", "/feed", "/robots.txt"]


def test_an_endless_robots_txt_is_no_trap(server: FeedServer) -> None:
    server.on("/robots.txt", serve.endless(b"User-agent: *\nAllow: /\n" * 2_000))
    url = server.on("/feed", serve.served(b"[]"))
    assert Waiting().fetch(url, robots=True).body == b"[]"


def test_an_address_that_may_not_be_asked_is_told_at_once(server: FeedServer) -> None:
    url = server.on("/feed", serve.served(b"[]"))
    with pytest.raises(FetchFailedError, match="is private and is not asked; set allow_private"):
        Waiting().fetch(url, allow_private=False)
    assert server.asked == []


def test_messages_do_not_show_the_query(server: FeedServer) -> None:
    with pytest.raises(FetchFailedError) as failure:
        Waiting().fetch(server.url("/feed?token=s3cret"))
    assert "s3cret" not in str(failure.value)


NASTY = [
    '"schön"',
    '"\xff\xfe"',
    '"\t"',
    '"' + "x" * 20_000 + '"',
    "",
    " ",
    "\x7f",
    "W/",
    "99999999999999999999",
    "-1",
    "1e9",
    "NaN",
]
NASTY_DATES = [
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 99 Foo 0000 99:99:99 GMT",
    "0",
    "Thu, 01 Jan 0001 00:00:00 +2359",
]


def with_header(name: str, value: str, code: int = 200) -> serve.Serve:
    """Answers with a header of any bytes."""

    def answer(exchange: serve.Exchange) -> None:
        head = f"HTTP/1.1 {code} X\r\nContent-Length: 2\r\n{name}: ".encode() + value.encode("latin-1")
        exchange.write(head + b"\r\n\r\n[]")
        exchange.hang_up()

    return answer


@pytest.mark.parametrize("name", ["ETag", "Last-Modified", "X-Other", "Content-Encoding", "Date", "Content-Type"])
@pytest.mark.parametrize("value", NASTY + NASTY_DATES)
def test_whatever_a_header_holds_the_next_poll_is_made(server: FeedServer, name: str, value: str) -> None:
    url = server.on("/feed", with_header(name, value), serve.served(b"[]"))
    waiting = Waiting(attempts=1)
    try:
        validators = waiting.fetch(url).validators
    except FetchFailedError:
        validators = Validators()
    assert waiting.fetch(url, validators).body == b"[]"
    assert len(server.asked) == 2


def test_a_validator_kept_by_an_earlier_version_that_cannot_be_sent_is_left_out(server: FeedServer) -> None:
    url = server.on("/feed", serve.served(b"[]"))
    assert Waiting().fetch(url, Validators('"schön"', "\N{SNOWMAN}")).body == b"[]"
    assert not {"if-none-match", "if-modified-since"} & server.asked[0].headers.keys()


@pytest.mark.parametrize("value", NASTY + NASTY_DATES)
@pytest.mark.parametrize("code", [429, 503])
def test_nonsense_in_retry_after_is_no_wish(server: FeedServer, code: int, value: str) -> None:
    with pytest.raises(FetchFailedError) as failure:
        Waiting(attempts=1).fetch(server.on("/feed", with_header("Retry-After", value, code)))
    assert failure.value.retry_after in (None, timedelta(), timedelta(days=1))


@pytest.mark.parametrize(
    "value",
    [*NASTY, "http://[::1", "http://:99999999/", "//", "http://\xff.example/", "http://a b/", "?key=ü", "javascript:1"],
)
def test_nonsense_in_location_is_told(server: FeedServer, value: str) -> None:
    with pytest.raises(FetchFailedError):
        Waiting(attempts=1).fetch(server.on("/old", with_header("Location", value, 302)))
