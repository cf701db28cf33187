"""Clients that send slowly, or without end."""

import socket
import time


def sent_until_broken_off(client: socket.socket, piece: bytes, *, every_s: float, seconds: float = 20.0) -> int:
    """Send one piece after the other until the server ends the connection; gives how many bytes it took."""
    sent, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            sent += client.send(piece)
        except ConnectionError:
            return sent
        time.sleep(every_s)
    raise AssertionError(f"not broken off within {seconds:g} s and {sent:,} bytes")
