"""People who sign up at the same moment, for `bench.web --sign-ups N`: each gets one letter, and is subscribed once."""

import asyncio
import re
import sys
import time
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default as policy
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx2
from sqlalchemy import func, select

from bench.portal_at import PATIENCE_S, served
from bench.stopwatch import ms, percentile, processor_s
from schemas.sql.tables import subscribers
from services.runtime.sql.store import open_store

_FORM: Final = "application/x-www-form-urlencoded"


def signing_up(folder: Path, store: str, count: int) -> dict[str, float]:
    """Exits where a request fails, or somebody gets no letter or two, or is not subscribed once."""
    people = {f"person{number}@example.com": f"10.{number // 256}.{number % 256}.1" for number in range(count)}
    with served(folder, store, connections=max(count, 1_024)) as portal:
        _until_served(portal.base)
        before, began = processor_s(portal.process.pid), time.perf_counter()
        wishes = {
            address: ("/sign-up", {"address": address, "skills": "Python", "currency": "EUR"}) for address in people
        }
        asked = asyncio.run(_all_at_once(portal.base, people, wishes, 200))
        links = _letters(folder / "mails", count)
        letters_s = time.perf_counter() - began
        if wrong := {address: len(links.get(address, ())) for address in people if len(links.get(address, ())) != 1}:
            sys.exit(f"of {count} people {len(wrong)} did not get exactly one letter: {dict(islice(wrong.items(), 5))}")
        presses = {address: (f"/c/{token}", {"do": "confirm"}) for address, [token] in links.items()}
        confirmed = asyncio.run(_all_at_once(portal.base, people, presses, 303))
        cpu = processor_s(portal.process.pid) - before
    engine = open_store(store)
    with engine.connect() as connection:
        taken_in = connection.execute(select(func.count()).select_from(subscribers)).scalar_one()
    engine.dispose()
    if taken_in != count:
        sys.exit(f"{taken_in} of {count} are subscribed")
    return {
        "sign_up_p95_ms": ms(percentile(asked, 0.95)),
        "sign_up_max_ms": ms(asked[-1]),
        "confirm_p95_ms": ms(percentile(confirmed, 0.95)),
        "confirm_max_ms": ms(confirmed[-1]),
        "letters_s": round(letters_s, 1),
        "cpu_ms_each": ms(cpu / count),
        "letters": count,
        "subscribed": taken_in,
    }


async def _all_at_once(
    base: str, people: Mapping[str, str], posts: Mapping[str, tuple[str, dict[str, str]]], expected: int
) -> list[float]:
    """Each on a connection of its own; how long each waited for its answer, in order of that."""
    server = httpx2.URL(base)

    async def post(sent: bytes) -> float:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(sent)
        answer = await reader.read()
        writer.close()
        status = answer.partition(b" ")[2][:3].decode()
        if status != str(expected):
            sys.exit(f"a form was answered {status or 'by nothing'} after {time.perf_counter() - began:.1f} s")
        return time.perf_counter() - began

    # Written before: who sends would else be what is slow.
    written = [_written(server.netloc, people[address], *post_of) for address, post_of in posts.items()]
    return sorted(await asyncio.gather(*map(post, written)))


def _written(host: bytes, network: str, path: str, form: Mapping[str, str]) -> bytes:
    body = urlencode(form).encode()
    head = f"POST {path} HTTP/1.1\r\nX-Forwarded-For: {network}\r\nConnection: close\r\nHost: ".encode() + host
    return head + f"\r\nContent-Type: {_FORM}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _letters(folder: Path, count: int) -> dict[str, list[str]]:
    """By address, what each letter's link holds; once there are as many as expected, or no more come."""
    last, since = 0, time.monotonic()
    while True:
        found = [*folder.glob("*.eml")]
        if len(found) > last:
            last, since = len(found), time.monotonic()
        if len(found) >= count or time.monotonic() - since > PATIENCE_S:
            break
        time.sleep(0.05)
    time.sleep(1.0)
    links: dict[str, list[str]] = {}
    for file in folder.glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy)
        text = mail.get_body(("plain",))
        tokens = re.findall(r"/c/([\w-]+)", text.get_content() if text else "")
        links.setdefault(str(mail["To"]), []).append(tokens[0] if tokens else "")
    return links


def _until_served(base: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{base}/sign-up", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    sys.exit("the portal does not answer")
