"""A GET that no server can abuse, against a real one."""

import gzip
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import httpcore2
import pytest

from services.runtime.errors import UnavailableError
from services.runtime.http.addresses import AddressRefusedError
from services.runtime.http.fetch import Answer, Limits, Posted, TimedOutError, get, post
from tests.support import feed_server as serve
from tests.support.feed_server import CERTIFICATE, Exchange, FeedServer, feed_server

QUICK = Limits(connect=2, read=1, total=2, body=1_000_000)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        yield running


def fetch(url: str, limits: Limits = QUICK, **private_headers: str) -> Answer:
    return get(url, headers={"User-Agent": "test"}, limits=limits, allow_private=True, private_headers=private_headers)


def test_a_body_comes_whole_with_its_headers(server: FeedServer) -> None:
    answer = fetch(server.on("/feed", serve.served(b"[1, 2]", ETag='"a"')) + "?page=2")
    assert (answer.status, answer.body, answer.cut, answer.headers["etag"]) == (200, b"[1, 2]", None, '"a"')
    assert server.paths() == ["/feed?page=2"]
    assert server.asked[0].headers["user-agent"] == "test"
    assert server.asked[0].headers["host"] == f"127.0.0.1:{server.port}"


def test_a_chunked_and_gzipped_body_comes_whole(server: FeedServer) -> None:
    body = b'{"jobs": []}' * 5000
    assert fetch(server.on("/chunked", serve.chunked(body))).body == body
    zipped = serve.served(gzip.compress(body), Content_Encoding="gzip")
    assert fetch(server.on("/zipped", zipped)).body == body


def test_loopback_is_refused_without_leave_and_nothing_is_sent(server: FeedServer) -> None:
    url = server.on("/feed", serve.served(b"secret"))
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"):
        with pytest.raises(AddressRefusedError, match="private"):
            get(url.replace("127.0.0.1", host), headers={}, limits=QUICK)
    assert server.asked == []


@pytest.mark.parametrize(
    "url", ["ftp://example.com/x", "file:///etc/passwd", "http://", "http:///x", "gopher://x", "//x", "http://[::1"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        fetch(url)


def test_redirects_are_followed_and_relative_ones_joined(server: FeedServer) -> None:
    server.on("/new/feed", serve.served(b"here"))
    answer = fetch(server.on("/old", serve.redirect("new/feed", 301)))
    assert answer.body == b"here"
    assert answer.url == server.url("/new/feed")


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data/", "http://0.0.0.0/", "http://[fe80::1]/", "file:///etc/passwd"]
)
def test_each_redirect_is_checked_again(server: FeedServer, target: str) -> None:
    with pytest.raises(AddressRefusedError):
        fetch(server.on("/old", serve.redirect(target)))


def test_a_public_site_cannot_redirect_into_the_private_network(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("/feed", serve.redirect(server.url("/inner")))
    server.on("/inner", serve.served(b"secret"))
    connected = _public_internet(server, monkeypatch)
    with pytest.raises(AddressRefusedError, match=r"127\.0\.0\.1 is private"):
        get(f"http://board.example:{server.port}/feed", headers={}, limits=QUICK)
    assert server.paths() == ["/feed"]
    assert connected == ["93.184.215.14"]


def test_a_name_is_resolved_once_and_its_checked_address_connected_to(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("/feed", serve.served(b"here"))
    connected = _public_internet(server, monkeypatch)
    answer = get(f"http://board.example:{server.port}/feed", headers={}, limits=QUICK)
    assert answer.body == b"here"
    # A second look-up would have given loopback: what was checked is what was connected to.
    assert connected == ["93.184.215.14"]
    assert server.asked[0].headers["host"] == f"board.example:{server.port}"


def _public_internet(server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let board.example be public at its first look-up and loopback after; lead its connections to the server."""
    answers = ["93.184.215.14", "127.0.0.1"]
    connected: list[str] = []
    real_connect, real_lookup = httpcore2.SyncBackend.connect_tcp, socket.getaddrinfo

    def lookup(host: str, port: int, *args: int, **kwargs: int) -> object:
        if host == "board.example":
            return [(2, 1, 6, "", (answers.pop(0), port))]
        return real_lookup(host, port, *args, **kwargs)

    def connect(self: httpcore2.SyncBackend, host: str, *args: object, **kwargs: object) -> object:
        connected.append(host)
        return real_connect(self, "127.0.0.1", *args, **kwargs)

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    return connected


def test_redirects_come_to_an_end(server: FeedServer) -> None:
    url = server.on("/round", serve.redirect("/round"))
    with pytest.raises(UnavailableError, match="redirects more than 5 times"):
        fetch(url)
    assert len(server.asked) == 6


def test_keys_stay_with_the_origin_that_they_are_for(server: FeedServer) -> None:
    server.on("/there", serve.served(b"ok"))
    fetch(server.on("/here", serve.redirect("/there")), Authorization="key")
    assert [request.headers.get("authorization") for request in server.asked] == ["key", "key"]
    server.asked.clear()
    fetch(server.on("/away", serve.redirect(server.url("/there", host="localhost"))), Authorization="key")
    assert [request.headers.get("authorization") for request in server.asked] == ["key", None]


def test_a_bomb_stops_at_the_cap(server: FeedServer) -> None:
    bomb = gzip.compress(bytes(80_000_000), 9)
    answer = fetch(server.on("/bomb", serve.served(bomb, Content_Encoding="gzip")))
    assert len(answer.body) == QUICK.body
    assert answer.cut == "the body is larger than 1 MB; the rest was left"


def test_a_bomb_within_a_bomb_is_refused_unread(server: FeedServer) -> None:
    twice = gzip.compress(gzip.compress(bytes(10_000_000), 9), 9)
    with pytest.raises(UnavailableError, match="encoded 2 times over"):
        fetch(server.on("/bomb", serve.served(twice, Content_Encoding="gzip, gzip")))


def test_an_endless_body_stops_at_the_cap(server: FeedServer) -> None:
    answer = fetch(server.on("/endless", serve.endless(b"x" * 50_000)))
    assert len(answer.body) == QUICK.body
    assert answer.cut is not None


def test_endless_gzip_members_that_hold_nothing_stop_too(server: FeedServer) -> None:
    answer = fetch(server.on("/endless", serve.endless(gzip.compress(b"") * 500, Content_Encoding="gzip")))
    assert answer.body == b""
    assert answer.cut is not None


def test_what_came_before_a_cut_is_kept_and_the_cut_told(server: FeedServer) -> None:
    body = random.Random(1).randbytes(20_000)
    for name, answer in {
        "short": serve.cut_after(body, 9_000),
        "chunked": serve.chunked(body, 3_000, ends=False),
        "zipped": serve.served(gzip.compress(body)[:9_000], Content_Encoding="gzip"),
    }.items():
        got = fetch(server.on(f"/{name}", answer))
        assert body.startswith(got.body), name
        assert got.body, name
        assert got.cut is not None, name
        assert "broke off" in got.cut, name


def test_what_is_not_gzip_though_it_says_so_is_told(server: FeedServer) -> None:
    answer = fetch(server.on("/wrong", serve.served(b"plain text", Content_Encoding="gzip")))
    assert (answer.body, answer.cut) == (b"", "the body is not encoded as it says")


def test_a_dripping_body_ends_at_the_deadline(server: FeedServer) -> None:
    url = server.on("/drip", serve.dripping(b"x", 0.05))
    answer = fetch(url, Limits(read=60, total=1.5))
    assert answer.body.strip(b"x") == b""
    assert answer.cut == "the body broke off: it took too long"
    assert answer.timed_out


def test_dripping_headers_have_a_deadline_of_their_own(server: FeedServer) -> None:
    url = server.on("/drip", serve.dripping(b"x", 0.05, head=b"HTTP/1.1 200 OK\r\nX-Long: "))
    start = time.monotonic()
    with pytest.raises(TimedOutError, match="it took too long"):
        fetch(url, Limits(headers=0.4, read=60, total=600))
    assert time.monotonic() - start < 60


def test_the_deadline_of_headers_does_not_cut_a_body(server: FeedServer) -> None:
    body = b"x" * 10

    def slowly(exchange: Exchange) -> None:
        exchange.head(200, Content_Length=str(len(body)))
        time.sleep(2)
        exchange.write(body)

    assert fetch(server.on("/feed", slowly), Limits(headers=1.5, read=60, total=60)).body == body


def test_a_name_server_that_is_silent_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()

    def look_up(*args: object, **kwargs: object) -> object:
        answers.wait(120)
        raise OSError

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    start = time.monotonic()
    with pytest.raises(TimedOutError, match=r"the host board\.example cannot be found: no name server answers in time"):
        get("http://board.example/feed", headers={}, limits=Limits(connect=0.3))
    assert time.monotonic() - start < 60
    answers.set()


def test_dripping_headers_end_at_the_deadline(server: FeedServer) -> None:
    url = server.on("/drip", serve.dripping(b"x", 0.05, head=b"HTTP/1.1 200 OK\r\nX-Long: "))
    with pytest.raises(UnavailableError, match="it took too long"):
        fetch(url, Limits(read=60, total=0.4))


def test_a_silent_server_is_left_after_the_read_timeout(server: FeedServer) -> None:
    url = server.on("/silent", serve.dripping(b"x", 30, head=b""))
    with pytest.raises(UnavailableError, match="it took too long"):
        fetch(url, Limits(read=0.2, total=10))


def test_a_closed_port_and_an_unknown_host_are_unavailable(server: FeedServer) -> None:
    with pytest.raises(UnavailableError, match="no connection could be made"):
        fetch("http://127.0.0.1:9/")
    with pytest.raises(UnavailableError, match="cannot be found"):
        fetch("http://nowhere.invalid/")


def test_what_is_not_http_is_unavailable(server: FeedServer) -> None:
    def garbage(exchange: serve.Exchange) -> None:
        exchange.write(b"\x00\x01\x02 not http\r\n\r\n")
        exchange.hang_up()

    with pytest.raises(UnavailableError, match="gives no answer"):
        fetch(server.on("/garbage", garbage))


def _endless_header(exchange: serve.Exchange) -> None:
    exchange.write(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 400_000)
    exchange.hang_up()


def _no_http(exchange: serve.Exchange) -> None:
    exchange.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    exchange.hang_up()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_endless_header, "the header of its answer does not end"),
        (_no_http, "its answer is not HTTP"),
        (serve.Exchange.hang_up, "it closed the connection without an answer"),
    ],
)
def test_why_no_answer_came_is_said_in_words_of_our_own(
    server: FeedServer, answer: Callable[[Exchange], None], said: str
) -> None:
    url = server.on("/feed", answer)
    with pytest.raises(UnavailableError) as raised:
        fetch(url)
    assert str(raised.value) == f"{url} gives no answer: {said}"


def test_why_a_body_broke_off_is_said_in_words_of_our_own(server: FeedServer) -> None:
    for name, answer in {
        "short": serve.cut_after(b"x" * 9_000, 900),
        "chunked": serve.chunked(b"x" * 9_000, 3_000, ends=False),
    }.items():
        cut = fetch(server.on(f"/{name}", answer)).cut
        assert cut == "the body broke off: it ends too early, or is not HTTP", name


def test_why_no_connection_came_about_is_said_without_the_numbers_of_the_system(server: FeedServer) -> None:
    with pytest.raises(UnavailableError, match=r"no connection could be made \(Connection refused\)$"):
        fetch("http://127.0.0.1:9/")
    with pytest.raises(UnavailableError, match=r"no connection could be made \(it does not speak TLS as it should\)$"):
        fetch(server.on("/feed", serve.served(b"plain")).replace("http://", "https://"))


def test_the_body_of_an_error_is_not_read(server: FeedServer) -> None:
    def endless_error(exchange: serve.Exchange) -> None:
        exchange.head(500, Content_Length="1000000000")
        exchange.write(b"x" * 1000)
        exchange.stopping.wait(60)

    start = time.monotonic()
    answer = fetch(server.on("/error", endless_error), Limits(connect=60, read=60, total=60))
    assert (answer.status, answer.body) == (500, b"")
    assert time.monotonic() - start < 50


def test_no_environment_variable_leads_requests_elsewhere(server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(server.on("/feed", serve.served(b"direct"))).body == b"direct"


def test_https_names_and_verifies_the_host_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with feed_server(tls=True) as secure:
        secure.on("/feed", serve.served(b"secret"))
        connected = _public_internet(secure, monkeypatch)
        url = f"https://board.example:{secure.port}/feed"
        answer = get(url, headers={}, limits=QUICK, tls=trusting)
        assert answer.body == b"secret"
        assert connected == ["93.184.215.14"]
        assert secure.asked[0].headers["host"] == f"board.example:{secure.port}"


def test_a_certificate_of_another_host_or_of_nobody_known_is_refused() -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with feed_server(tls=True) as secure:
        secure.on("/feed", serve.served(b"secret"))
        for host, tls in (("localhost", trusting), ("localhost", None)):
            url = f"https://{host}:{secure.port}/feed"
            with pytest.raises(UnavailableError, match=r"no connection could be made .*certificate"):
                get(url, headers={}, limits=QUICK, allow_private=True, tls=tls)
        assert secure.asked == []


def test_a_dripping_tls_server_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with feed_server(tls=True) as secure:
        secure.on("/drip", serve.dripping(b"x", 0.05))
        _public_internet(secure, monkeypatch)
        url = f"https://board.example:{secure.port}/drip"
        answer = get(url, headers={}, limits=Limits(read=60, total=1.5), tls=trusting)
        assert answer.cut == "the body broke off: it took too long"


def test_https_is_never_spoken_to_a_server_without_it(server: FeedServer) -> None:
    with pytest.raises(UnavailableError, match="gives no answer"):
        fetch(server.on("/feed", serve.served(b"plain")).replace("http://", "https://"))
    assert server.asked == []


def send(url: str, limits: Limits = QUICK) -> Posted:
    return post(url, b'{"a": 1}', headers={"X-One": "1"}, limits=limits, allow_private=True)


def test_a_body_is_posted_and_the_answer_of_any_status_comes_back(server: FeedServer) -> None:
    assert send(server.on("/hook", serve.served(b"thanks"))) == Posted(200, b"thanks")
    [asked] = server.asked
    assert (asked.method, asked.body, asked.headers["x-one"]) == ("POST", b'{"a": 1}', "1")
    assert asked.headers["content-length"] == "8"
    assert send(server.on("/away", serve.served(b"busy", status=503))) == Posted(503, b"busy")


def test_a_post_follows_no_redirect_and_goes_to_no_private_address(server: FeedServer) -> None:
    server.on("/new", serve.served(b"here"))
    assert send(server.on("/old", serve.redirect("/new"))).status == 302
    assert server.paths() == ["/old"]
    with pytest.raises(AddressRefusedError):
        post(server.url("/new"), b"", headers={}, limits=QUICK)
    assert server.paths() == ["/old"]


def test_of_the_answer_to_a_post_so_much_is_read_and_no_more(server: FeedServer) -> None:
    small = Limits(connect=2, read=1, total=2, body=100)
    assert send(server.on("/endless", serve.endless(b"x" * 30)), small) == Posted(200, b"x" * 100)


def test_a_post_to_who_drips_ends_at_the_deadline(server: FeedServer) -> None:
    began = time.monotonic()
    with pytest.raises(TimedOutError):
        send(server.on("/drip", serve.dripping(b"x", 0.05, b"HTTP/1.1 200 OK\r\n")))
    assert time.monotonic() - began < 60
