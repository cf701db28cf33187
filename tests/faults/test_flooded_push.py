"""What clients that mean no good cost the push endpoint and its other clients: a process of its own is flooded."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.support.long_form import LONG
from tests.support.pushing import KEY, OTHER_KEY, Client, posting
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
MB = 1 << 20
HEAD = f"POST /v1/postings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
LARGE = json.dumps([posting(str(number), description="x" * 4_000) for number in range(1_000)]).encode()


class Flooded:
    """The process, and what it held before."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self._process = process
        self.port = port
        assert Client(port, OTHER_KEY).push(posting("before")).status == 202
        self._before = self._most()

    def grown(self) -> int:
        """By how many bytes at most it was ever larger than before."""
        return self._most() - self._before

    def _most(self) -> int:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=3)


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flooded]:
    command = [sys.executable, "-m", "tests.faults.push_child", str(tmp_path_factory.mktemp("flooded")), "lives"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Flooded(process, int(process.stdout.readline()))
        process.kill()


def sends(flooded: Flooded, head: bytes, piece: bytes, most: int) -> None:
    """Send until it is broken off, or much has been sent."""
    with suppress(OSError), closing(flooded.connected()) as client:
        client.sendall(head)
        for _ in range(most // len(piece)):
            client.sendall(piece)


ENDLESS: dict[str, Callable[[Flooded], None]] = {
    "a head": lambda at: sends(at, b"GET / HTTP/1.1\r\nX: ", b"x" * MB, 300 * MB),
    "heads": lambda at: sends(at, b"GET / HTTP/1.1\r\n", b"X: y\r\n" * 50_000, 300 * MB),
    "a target": lambda at: sends(at, b"GET /", b"x" * MB, 300 * MB),
    "a chunk's extension": lambda at: sends(
        at, f"{HEAD}Transfer-Encoding: chunked\r\n\r\n5;".encode(), b"x" * MB, 300 * MB
    ),
    "a body": lambda at: sends(
        at, f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode(), b"100000\r\n" + b" " * MB + b"\r\n", 300 * MB
    ),
    "a body without a key": lambda at: sends(
        at, b"POST /v1/postings HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000\r\n\r\n", b" " * MB, 300 * MB
    ),
    "requests": lambda at: sends(at, b"", b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 5_000, 30 * MB),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_memory_stays_bounded_whatever_has_no_end(flooded: Flooded, what: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ENDLESS[what], [flooded] * 4))
    assert Client(flooded.port, OTHER_KEY).push(posting(what)).status == 202
    assert flooded.grown() < 60 * MB, f"{flooded.grown():,}"


class Flood:
    """Many clients with one key, each sending large bodies one after the other."""

    def __init__(self, port: int, clients: int) -> None:
        self._port = port
        self.answers: Counter[int] = Counter()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(clients)]

    def __enter__(self) -> "Flood":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while not self._over.is_set():
            with suppress(OSError, HTTPException):
                answer = Client(self._port).send(LARGE)
                self.answers[answer.status] += 1
                if answer.status == 429:
                    assert answer.headers["retry-after"] == "5"


def test_one_keys_flood_puts_off_its_own_requests_and_not_anothers(flooded: Flooded) -> None:
    other = Client(flooded.port, OTHER_KEY)
    large = []
    with Flood(flooded.port, 40) as flood:
        until(lambda: flood.answers[202] > 0 and flood.answers[429] > 0, "the flood is there")
        for number in range(20 if LONG else 8):
            before = flood.answers[202]
            assert other.push(posting(f"small {number}")).status == 202
            large.append(flood.answers[202] - before)
            time.sleep(0.1)
    assert max(large) <= 4, "a small push waits for what is at work at most"
    assert 503 not in flood.answers
    assert flooded.grown() < 200 * MB, f"{flooded.grown():,}"
