"""A SendGrid on loopback: it writes down each request durably before it answers, checks it, and fails as it is told.

In a thread for unit tests, `fake_sendgrid(...)`; as a process for tests that kill, see `main`.
"""

import argparse
import json
import os
import random
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import jsonschema_rs

KEY = "SG.fake.key"
PATH = "/v3/mail/send"
RESERVED = frozenset({
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from",
    "subject", "reply-to", "cc", "bcc",
})  # fmt: skip
RECORD = "requests.jsonl"
_SMALL = 4_096


@dataclass(frozen=True)
class Step:
    """What happens to one request."""

    do: Literal["answer", "raw", "close", "close in it", "cut", "hang", "trickle"] = "answer"
    """`close` before reading, `close in it` after some of it, `cut` after all of it; `raw` answers with just `raw`."""
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    raw: str = ""
    accepted: bool | None = None
    """Whether the message goes out; None: where the answer is a 2xx, and where there is none at all."""

    @property
    def accepts(self) -> bool:
        return 200 <= self.status < 300 if self.accepted is None else self.accepted


@dataclass(frozen=True)
class Seen:
    """A request that came whole."""

    delivery_id: str
    accepted: bool
    faults: list[str]
    request: dict[str, Any]
    headers: dict[str, str]
    """Of HTTP, with lower-case names."""
    at: float
    """When it had come, in seconds since 1970."""


class Record:
    """The requests in a file, each durable before anybody is told of it.

    For a measurement, which kills nobody, without waiting for the disk and without what was asked: so one process takes
    as many as two may send, and a crowd of them can be read at once.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._durable = durable
        self.path = folder / RECORD
        self._file = self.path.open("ab")
        self._lock = threading.Lock()

    def add(self, seen: Seen) -> None:
        kept = vars(seen) if self._durable else vars(seen) | {"request": {}}
        with self._lock:
            self._file.write(json.dumps(kept).encode() + b"\n")
            self._file.flush()
            if self._durable:
                os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def recorded(folder: Path) -> list[Seen]:
    """What was written down; a line that a kill cut short was never told of."""
    lines = (folder / RECORD).read_bytes().split(b"\n")[:-1]
    return [Seen(**json.loads(line)) for line in lines]


class Script:
    """The steps in order; then chances decide, and without any all is accepted."""

    def __init__(self, steps: Sequence[Step] = (), chances: Sequence[tuple[float, Step]] = (), seed: int = 0) -> None:
        self._steps = list(steps)
        self._chances = chances
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def next(self) -> Step:
        with self._lock:
            if self._steps:
                return self._steps.pop(0)
            drawn = self._random.random()
            for chance, step in self._chances:
                if drawn < chance:
                    return step
                drawn -= chance
            return Step()


def validator_of(description: Path) -> Callable[[Any], list[str]]:
    """Check bodies of a mail send against the provider's OpenAPI description."""
    spec = json.loads(description.read_text(encoding="utf-8"))
    where = "#/components/requestBodies/PostMailSend/content/application~1json/schema"
    check = jsonschema_rs.Draft202012Validator(
        {"$ref": where, "components": spec["components"]}, validate_formats=True, ignore_unknown_formats=True
    )
    return lambda body: [f"{list(error.instance_path)}: {error.message}" for error in check.iter_errors(body)]


def rule_faults(body: dict[str, Any]) -> list[str]:
    """What SendGrid's reference says in words."""
    faults = []
    kinds = [part.get("type") for part in body.get("content", ())]
    if kinds != sorted(kinds, key=["text/plain", "text/html"].index):
        faults.append("text/plain comes first")
    parties = [body["from"], *(to for party in body["personalizations"] for to in party["to"])]
    if not all(party["email"].isascii() for party in parties):
        faults.append("an address is not ASCII")
    for holder in (body, *body["personalizations"]):
        for name, value in holder.get("headers", {}).items():
            if name.lower() in RESERVED or not value.isascii() or "\n" in value or "\r" in value:
                faults.append(f"the header {name}")
        if len(json.dumps(holder.get("custom_args", {})).encode()) > 10_000:
            faults.append("custom_args are too large")
    if any("\n" in text or "\r" in text for text in (body.get("subject", ""), *(p.get("name", "") for p in parties))):
        faults.append("a line break in subject or name")
    return faults


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        self.step = self.server.script.next()
        if self.step.do == "close":
            time.sleep(0.1)  # a short request is in the buffers by then, and lost with them
            _reset(self.connection)
            return
        if self.step.do == "close in it":
            self.connection.recv(_SMALL)
            _reset(self.connection)
            return
        super().handle()

    def do_POST(self) -> None:
        self.close_connection = True
        raw = self.rfile.read(length := int(self.headers["Content-Length"]))
        if len(raw) < length:
            return  # whoever asked was killed
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self._reply(401, {}, [{"message": "authorization required", "field": None}])
            return
        body = json.loads(raw)
        faults = [] if self.path == PATH else [f"there is no {self.path}"]
        faults += self.server.check(body) or rule_faults(body)
        own = body["personalizations"][0].get("custom_args", {}).get("delivery_id", "")
        accepted = self.step.accepts and not faults
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.record.add(Seen(own, accepted, faults, body, headers, time.time()))
        time.sleep(self.server.latency_s)
        if faults:
            self._reply(400, {}, [{"message": fault, "field": None} for fault in faults])
        else:
            self._answer(own)

    def _answer(self, delivery_id: str) -> None:
        step = self.step
        if step.do == "cut":
            _reset(self.connection)
        elif step.do == "hang":
            self.server.stopping.wait(60)
        elif step.do == "raw":
            self.wfile.write(step.raw.encode("latin-1"))
        elif step.do == "trickle":
            for character in "HTTP/1.1 202 Accepted\r\nX-Filler: " + "x" * 10_000:
                self.wfile.write(character.encode())
                if self.server.stopping.wait(0.05):
                    return
        else:
            self._reply(step.status, {"X-Message-Id": f"id-{delivery_id}", **step.headers}, step.errors)

    def _reply(self, status: int, headers: dict[str, str], errors: list[dict[str, Any]]) -> None:
        body = json.dumps({"errors": errors}).encode() if errors else b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value.encode("ascii", "ignore").decode())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _reset(connection: socket.socket) -> None:
    """Close at once, with a reset where anything is unread."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        folder: Path,
        script: Script,
        check: Callable[[Any], list[str]],
        latency_s: float,
        *,
        durable: bool = True,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        # Small buffers: a client notices a cut while it still sends.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
        self.server_bind()
        self.server_activate()
        self.record = Record(folder, durable=durable)
        self.script = script
        self.check = check
        self.latency_s = latency_s
        self.stopping = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # whoever asks may be killed at any moment
            super().handle_error(request, client_address)


@dataclass(frozen=True)
class FakeSendGrid:
    """A running server in this process."""

    host: str
    folder: Path

    @property
    def seen(self) -> list[Seen]:
        return recorded(self.folder)


@contextmanager
def fake_sendgrid(
    folder: Path,
    *steps: Step,
    description: Path | None = None,
    latency_s: float = 0.0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[FakeSendGrid]:
    """Serve in a thread. Without the provider's description only the rules in words are checked."""
    check = validator_of(description) if description else lambda _: []
    server = _Server(folder, Script(steps), check, latency_s)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield FakeSendGrid(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", folder)
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
        server.record.close()


def main() -> None:
    """Serve until killed; the port is printed first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--description", type=Path)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--chances", default="[]", help='JSON: [[0.1, {"do": "cut"}], ...]')
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--volatile", action="store_true", help="answer before the disk has what came")
    given = parser.parse_args()
    chances = [(chance, Step(**step)) for chance, step in json.loads(given.chances)]
    check = validator_of(given.description) if given.description else lambda _: []
    server = _Server(given.folder, Script((), chances, given.seed), check, given.latency, durable=not given.volatile)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
