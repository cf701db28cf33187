"""A DNS server on this machine that knows some texts and aliases, over real datagrams."""

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@contextmanager
def name_server(texts: Mapping[str, Sequence[str]], aliases: Mapping[str, str] | None = None) -> Iterator[int]:
    """Its port. A name that is in neither does not exist; one with no texts answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    data, asker = listening.recvfrom(4096)
                except TimeoutError:
                    continue
                listening.sendto(_answer(data, texts, aliases or {}), asker)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            stop.set()
            thread.join(5)


def _answer(data: bytes, texts: Mapping[str, Sequence[str]], aliases: Mapping[str, str]) -> bytes:
    asked = dns.message.from_wire(data)
    answer = dns.message.make_response(asked)
    answer.flags |= dns.flags.RA | dns.flags.AA
    name = asked.question[0].name.to_text(omit_final_dot=True).lower()
    if name in aliases:
        answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{aliases[name]}."))
        name = aliases[name]
    if name not in texts:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif texts[name]:
        # A text of more than 255 bytes comes in several strings.
        parts = [" ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200)) for text in texts[name]]
        answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *parts))
    return answer.to_wire()
