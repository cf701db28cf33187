"""A real HTTP server on loopback that serves, and misserves, feeds, and takes what is posted."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Serve = Callable[["Exchange"], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    """Lower-case names."""
    method: str = "GET"
    body: bytes = b""


@dataclass(slots=True)
class Exchange:
    """One request to answer, with as much control over the bytes as is needed to do it wrongly."""

    asked: Asked
    handler: BaseHTTPRequestHandler
    stopping: threading.Event

    def reply(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.head(status, **{"Content_Length": str(len(body)), **headers})
        self.write(body)

    def head(self, status: int, **headers: str) -> None:
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()

    def write(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def hang_up(self) -> None:
        self.handler.close_connection = True
        self.handler.connection.shutdown(socket.SHUT_RDWR)


@dataclass(slots=True)
class FeedServer:
    """Answers by path; a list of answers is gone through, and its last one stays."""

    port: int
    routes: dict[str, list[Serve]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def on(self, path: str, *answers: Serve) -> str:
        self.routes[path] = list(answers)
        return self.url(path)

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def answer(self, exchange: Exchange) -> None:
        self.asked.append(exchange.asked)
        answers = self.routes.get(exchange.asked.path.partition("?")[0])
        if not answers:
            exchange.reply(404)
            return
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(exchange)


def served(body: bytes, status: int = 200, **headers: str) -> Serve:
    return lambda exchange: exchange.reply(status, body, **headers)


def status(code: int, **headers: str) -> Serve:
    return lambda exchange: exchange.reply(code, b"", **headers)


def redirect(location: str, code: int = 302) -> Serve:
    return status(code, Location=location)


def conditional(body: bytes, etag: str) -> Serve:
    """Serves a body once, and 304 to whoever has it."""

    def answer(exchange: Exchange) -> None:
        if exchange.asked.headers.get("if-none-match") == etag:
            exchange.reply(304, b"", ETag=etag)
        else:
            exchange.reply(200, body, ETag=etag)

    return answer


def cut_after(body: bytes, sent: int) -> Serve:
    """Promises a whole body and hangs up within it."""

    def answer(exchange: Exchange) -> None:
        exchange.head(200, Content_Length=str(len(body)))
        exchange.write(body[:sent])
        exchange.hang_up()

    return answer


def chunked(body: bytes, size: int = 1000, *, ends: bool = True) -> Serve:
    def answer(exchange: Exchange) -> None:
        exchange.head(200, Transfer_Encoding="chunked")
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            exchange.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if ends:
            exchange.write(b"0\r\n\r\n")
        else:
            exchange.hang_up()

    return answer


def endless(piece: bytes, **headers: str) -> Serve:
    """Writes until the other side hangs up."""

    def answer(exchange: Exchange) -> None:
        exchange.head(200, **headers)
        exchange.handler.close_connection = True
        try:
            while not exchange.stopping.is_set():
                exchange.write(piece)
        except OSError:
            return

    return answer


def dripping(piece: bytes, every_s: float, head: bytes | None = None) -> Serve:
    """Drips bytes for ever, of the body, or with `head` of the header section."""

    def answer(exchange: Exchange) -> None:
        if head is None:
            exchange.head(200)
        else:
            exchange.write(head)
        exchange.handler.close_connection = True
        try:
            while not exchange.stopping.wait(every_s):
                exchange.write(piece)
        except OSError:
            return

    return answer


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


CERTIFICATE = Path(__file__).parent / "tls" / "board.example.pem"
"""Of board.example, by itself."""


@contextmanager
def feed_server(*, tls: bool = False) -> Iterator[FeedServer]:
    """Run a server for as long as the block lasts."""
    stopping = threading.Event()
    holder: list[FeedServer] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            holder[0].answer(Exchange(Asked(self.path, headers, self.command, body), self, stopping))

        def log_message(self, format: str, *args: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    holder.append(FeedServer(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield holder[0]
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
