"""A way to Elasticsearch by which large requests are answered late, or answers are other than they were."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class SlowWay:
    """Passes everything on, but holds back `_msearch` of more than `most` searches until it is left."""

    url: str = ""
    most: int = 1_000_000
    searched: list[int] = field(default_factory=list)
    """How many searches each request had."""
    over: threading.Event = field(default_factory=threading.Event)
    answer: Callable[[str, bytes], bytes] = lambda path, body: body
    """What is handed back of what the server told in answer to a path; the status stays what it was."""

    def handle(self, path: str, body: bytes) -> None:
        if path.startswith("/_msearch"):
            count = len(body.splitlines()) // 2
            self.searched.append(count)
            if count > self.most:
                self.over.wait(60)


@contextmanager
def slow_way(server: str) -> Iterator[SlowWay]:
    """A way to the server at a URL."""
    way = SlowWay()
    target = urlsplit(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            way.handle(self.path, body)
            onward = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name != "Accept-Encoding"}
            onward.request(self.command, self.path, body, headers)
            answer = onward.getresponse()
            sent = way.answer(self.path, answer.read())
            onward.close()
            self.send_response(answer.status)
            for name in ("Content-Type", "X-Elastic-Product"):
                if (value := answer.headers.get(name)) is not None:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = pass_on  # noqa: N815 (the standard library's names)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever waited too long has gone."""

    listening = Server(("127.0.0.1", 0), Handler)
    way.url = f"http://127.0.0.1:{listening.server_address[1]}"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield way
    finally:
        way.over.set()
        listening.shutdown()
        listening.server_close()
