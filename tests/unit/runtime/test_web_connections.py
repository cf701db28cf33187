"""What a web server does with clients that are slow, silent, many or without end; over real sockets."""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest

from services.runtime.web.server import ConnectionLimits, WebServer
from tests.support.slow_clients import sent_until_broken_off
from tests.support.waiting import until

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 64 << 20
READING: list[str] = []
"""An entry each request whose body was begun to be read."""


async def answering(scope: Any, receive: Any, send: Any) -> None:
    """Answers at once; `/large` with much, `/reading` once the body has come."""
    if scope["path"] == "/reading":
        READING.append("")
        while (await receive()).get("more_body"):
            pass
    body = b"x" * LARGE if scope["path"] == "/large" else b"fine"
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def served(**limits: Any) -> Iterator[WebServer]:
    with WebServer(
        answering, host="127.0.0.1", port=0, what="a page", setting="[x]", limits=ConnectionLimits(**limits)
    ) as server:
        yield server


def connected(server: WebServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def answer_to(server: WebServer, request: bytes = GET) -> bytes:
    with closing(connected(server)) as client:
        client.sendall(request)
        return client.recv(65_536)


def is_ended(client: socket.socket) -> bool:
    """Whether the server ends the connection without a word."""
    try:
        return client.recv(65_536) == b""
    except ConnectionError:
        return True


def test_a_server_may_open_as_many_files_as_it_has_connections_however_few_a_process_has_at_first() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_000, hard))
    try:
        with served(connections=1_024) as server:
            assert resource.getrlimit(resource.RLIMIT_NOFILE) == (1_536, hard)
            assert answer_to(server)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def three_at_work(server: WebServer, stack: ExitStack) -> None:
    """Three requests that are being read, and stay so."""
    before = len(READING)
    for _ in range(3):
        busy = stack.enter_context(closing(connected(server)))
        busy.sendall(b"POST /reading HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
    until(lambda: len(READING) == before + 3, "all three are read")


@pytest.mark.parametrize("head", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_connection_without_a_whole_head_is_ended(head: bytes) -> None:
    with served(head_s=0.5) as server, closing(connected(server)) as client:
        client.sendall(head)
        assert is_ended(client)


def test_a_head_that_trickles_gets_no_more_time() -> None:
    with served(head_s=1.0) as server, closing(connected(server)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        assert sent_until_broken_off(client, b"x", every_s=0.05) > 1, "it had the time that anybody has"


def test_a_body_that_nobody_reads_gets_no_more_time_either() -> None:
    with served(head_s=1.0) as server, closing(connected(server)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        assert b"200 OK" in client.recv(1_000)
        assert sent_until_broken_off(client, b"x", every_s=0.05) > 1, "it had the time that anybody has"


def test_a_body_that_is_read_is_no_silence() -> None:
    with served(head_s=1.5) as server, closing(connected(server)) as client:
        client.sendall(b"POST /reading HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n")
        for _ in range(20):
            client.sendall(b"x")
            time.sleep(0.1)
        assert b"200 OK" in client.recv(1_000)


@pytest.mark.parametrize(
    "start", [b"GET / HTTP/1.1\r\nX: ", b"GET /", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;"]
)
def test_what_has_no_end_is_refused_after_little(start: bytes) -> None:
    with served() as server, closing(connected(server)) as client:
        client.sendall(start)
        assert sent_until_broken_off(client, b"x" * 65_536, every_s=0.001) < 20 << 20
        assert b"200 OK" in answer_to(server)


def test_an_answer_that_is_not_read_is_given_up() -> None:
    with served(answer_s=0.5) as server, closing(connected(server)) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2.5)
        read = 0
        try:
            while piece := client.recv(1 << 20):
                read += len(piece)
        except ConnectionError:
            pass
        assert read < LARGE


def test_silent_connections_make_room_for_new_ones() -> None:
    with served(connections=5) as server, ExitStack() as stack:
        silent = [stack.enter_context(closing(connected(server))) for _ in range(20)]
        assert b"200 OK" in answer_to(server)
        assert is_ended(silent[0]), "the oldest goes first"


def test_where_all_are_at_work_a_new_connection_is_told_to_come_again() -> None:
    with served(connections=3) as server, ExitStack() as stack:
        three_at_work(server, stack)
        said = answer_to(server)
        assert b"503 Service Unavailable" in said
        assert b"Retry-After: 5" in said


def test_one_address_has_so_many_connections_unless_it_is_a_proxy() -> None:
    with served(of_one_peer=3, proxies=frozenset()) as server, ExitStack() as stack:
        three_at_work(server, stack)
        assert b"from this address" in answer_to(server)
        with closing(socket.create_connection(("127.0.0.1", server.port), 20, ("127.0.0.2", 0))) as other:
            other.sendall(GET)
            assert b"200 OK" in other.recv(1_000)
    with served(of_one_peer=3) as server, ExitStack() as stack:
        three_at_work(server, stack)
        assert b"200 OK" in answer_to(server)


def test_a_stop_does_not_wait_for_slow_clients() -> None:
    with ExitStack() as stack:
        with served(head_s=600, answer_s=600) as server:
            reader, writer, silent = (stack.enter_context(closing(connected(server))) for _ in range(3))
            reader.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            writer.sendall(b"POST /reading HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
            silent.sendall(b"GET / HT")
            time.sleep(0.3)
            began = time.monotonic()
        assert time.monotonic() - began < 60
        assert not any(thread.name == "a page" for thread in threading.enumerate())
        assert b"500 " in writer.recv(1_000), "the application answers for itself where it is cancelled"
        assert is_ended(silent)
