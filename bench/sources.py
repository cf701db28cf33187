"""Whether a thousand sources are polled in time while some of them hang, against local servers, a host a source.

python -m bench.sources [--json] [--sources 1000] [--hanging 0.05] [--latency 0.05]

One after another is measured on twenty sources of which one hangs, and multiplied; at once, on all. A server that
hangs takes the request and says nothing; one that does not answers one posting after the latency.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import resource
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from services.ingest.settings import SourceSettings
from tests.support.collecting import Bench, bench, json_lines, line, source

_SAMPLE = 20
_SPANS_S = (20, 60)
_PATIENCE_S = 50.0
_TICK_S = 0.5


def host_of(number: int) -> str:
    """A loopback address of its own for each source, so that politeness to a host holds none of them back."""
    return f"127.77.{number // 250}.{number % 250 + 1}"


def serve(hosts: Sequence[str], hanging: frozenset[str], latency_s: float, port: int, ready: Event) -> None:
    """Listen at all the addresses until the process is ended."""
    body = json_lines(line("1", posted=datetime.now(UTC)))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/jsonl\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            if writer.get_extra_info("sockname")[0] in hanging:
                await reader.read()
            else:
                await asyncio.sleep(latency_s)
                writer.write(head % len(body) + body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def listen() -> None:
        server = await asyncio.start_server(answer, list(hosts), port)
        ready.set()
        await server.serve_forever()

    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(listen())


@contextmanager
def servers(hosts: Sequence[str], hanging: frozenset[str], latency_s: float) -> Iterator[int]:
    """Run them in a process of their own; gives their port."""
    with socket.socket() as free:
        free.bind((hosts[0], 0))
        port: int = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=serve, args=(hosts, hanging, latency_s, port, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(60):
            raise RuntimeError("the servers did not come up")
        yield port
    finally:
        process.terminate()
        process.join()


def sources(hosts: Sequence[str], port: int) -> list[SourceSettings]:
    return [source(f"http://{host}:{port}/feed", f"s{at}") for at, host in enumerate(hosts)]


def collecting(folder: Path, made: Sequence[SourceSettings], at_once: int | None) -> Bench:
    """The collector with timeouts and places as they are by default, over SQLite with every commit on disk."""
    bounds = {"connect_timeout": 10, "read_timeout": 20, "total_timeout": 120}
    places = {} if at_once is None else {"polls_at_once": at_once}
    return bench(folder, *made, **bounds, **places)


def one_after_another_s(folder: Path, made: Sequence[SourceSettings]) -> float:
    on = collecting(folder, made, 1)
    begun = time.monotonic()
    on.collector.tick(datetime.now(UTC))
    return time.monotonic() - begun


def at_once_s(folder: Path, made: Sequence[SourceSettings], hanging: frozenset[str]) -> list[float]:
    """When each sound source had been polled, in seconds after all became due; a source that was not: infinity."""
    on = collecting(folder, made, None)
    sound = {feed.name for feed in made if feed.url.split("/")[2].partition(":")[0] not in hanging}
    polled: dict[str, float] = {}
    due, begun = datetime.now(UTC), time.monotonic()
    with on.collector:
        while len(polled) < len(sound) and time.monotonic() - begun < _PATIENCE_S:
            on.collector.tick(due + timedelta(seconds=time.monotonic() - begun))
            for health in on.ledger.healths():
                if health.source in sound and health.last_success is not None:
                    polled.setdefault(health.source, (health.last_success - due).total_seconds())
            time.sleep(_TICK_S)
    return sorted([*polled.values(), *[float("inf")] * (len(sound) - len(polled))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--hanging", type=float, default=0.05)
    parser.add_argument("--latency", type=float, default=0.05)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    hosts = [host_of(number) for number in range(given.sources)]
    step = round(1 / given.hanging) if given.hanging else given.sources + 1
    hanging = frozenset(hosts[step - 1 :: step])
    with TemporaryDirectory() as name, servers(hosts, hanging, given.latency) as port:
        made = sources(hosts, port)
        serial = one_after_another_s(Path(name) / "serial", made[:_SAMPLE]) * given.sources / min(_SAMPLE, len(made))
        times = at_once_s(Path(name) / "at once", made, hanging)
    found: dict[str, Any] = {
        "sources": given.sources,
        "hanging": len(hanging),
        "one_after_another_s": round(serial, 1),
        "all_sound_ones_s": round(times[-1], 1),
        "in_time": {f"{span} s": round(sum(at <= span for at in times) / len(times), 3) for span in _SPANS_S},
        "ratios": {"times_faster": round(serial / times[-1], 1)},
    }
    if given.json:
        json.dump(found, sys.stdout)
        print()
        return
    print(f"{given.sources:,} sources due at once, {len(hanging):,} of which hang:")
    print(
        f"one after another, a round takes {serial:,.0f} s; at once, all sound ones are polled after {times[-1]:.1f} s"
    )
    shares = ", ".join(f"{share:.1%} within {span}" for span, share in found["in_time"].items())
    print(f"{found['ratios']['times_faster']:,.0f} times faster; polled are {shares}")


if __name__ == "__main__":
    main()
