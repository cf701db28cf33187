"""A line to a server that can be cut: a TCP relay that passes, refuses, breaks off, or falls silent."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

State = Literal["passes", "breaks", "silent"]


class CutLine:
    """Listens on `port` and passes everything on to the server, as long as it passes at all."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._state: State = "passes"
        self._pairs: list[tuple[socket.socket, socket.socket | None]] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def passes(self) -> None:
        """All is well again."""
        self._state = "passes"

    def breaks(self) -> None:
        """Break off what is connected, and each new connection at once, as a server that was stopped does."""
        self._state = "breaks"
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _close(*pair)

    def falls_silent(self) -> None:
        """Take connections and answer nothing, as a machine that hangs does."""
        self._state = "silent"

    def close(self) -> None:
        self.breaks()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._state == "breaks":
                client.close()
                continue
            server = None if self._state == "silent" else socket.create_connection(self._server)
            with self._lock:
                self._pairs.append((client, server))
            if server is not None:
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if self._state == "passes":
                    sink.sendall(data)
        _close(source, sink)


def _close(*sockets: socket.socket | None) -> None:
    for closing in sockets:
        if closing is not None:
            with contextlib.suppress(OSError):
                closing.shutdown(socket.SHUT_RDWR)
            closing.close()


@contextmanager
def cut_line(host: str, port: int) -> Iterator[CutLine]:
    """A line that is gone at the end."""
    line = CutLine(host, port)
    try:
        yield line
    finally:
        line.close()
