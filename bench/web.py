"""The portal while people type: `python -m bench.web [--postings N] [--people N] [--json]`.

A store in a file holds postings of 30 days. The portal serves it, a process of its own; `people` type at the same time,
each a form after the other as a browser posts them, every fourth changed in its skills and the others in one other
field. `preview_cpu_ms` is the portal's processor time for each; `preview_vs_store` is how many times longer it takes to
read and judge what the store holds.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import httpx2
import orjson
import typer
from rich.console import Console

from bench import corpus
from bench.stopwatch import processor_s
from schemas.keys import keys_of
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.notifier.domain.windows import Arrival
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from services.usecases.previews import StoredPostings
from tests.support.loopback import free_port

_console = Console(stderr=True)
_DAYS: Final = timedelta(days=30)
_AT_ONCE: Final = 1_000
_NONE = keys_of(())
_SKILLS = ("Python", "Go", "React", "Java", "Kubernetes", "SQL", "TypeScript", "AWS")
_PLACES = ("Germany", "Poland", "Europe", "USA", "Portugal", "")
_SETTINGS = """
data = "data"
store = "{store}"
[mail]
folder = "mails"
public_url = "http://127.0.0.1:{port}"
[portal]
port = {port}
"""


def main(
    count: Annotated[int, typer.Option("--postings", min=1_000, help="How many the store holds.")] = 50_000,
    people: Annotated[int, typer.Option(min=1, help="How many type at the same time.")] = 20,
    forms: Annotated[int, typer.Option(min=4, help="How many forms each of them posts.")] = 12,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Fill, serve, type, and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, port = f"sqlite:///{folder / 'store.sqlite'}", free_port()
        _fill(store, count)
        config = folder / "jobchime.toml"
        config.write_text(_SETTINGS.format(store=store, port=port), encoding="utf-8")
        base = f"http://127.0.0.1:{port}"
        portal = subprocess.Popen(
            [sys.executable, "-m", "bench.portal_at", corpus.NOON.isoformat(), str(config)],
            stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, env=os.environ | {"PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        try:
            ready_s = _until_read(base)
            with httpx2.Client(base_url=base, timeout=60) as client:
                pages = sorted(_took(client, "GET", "/sign-up", {}) for _ in range(100))
                files = ("base.css", "search.css", "htmx.min.js", "search.js", "icon.svg")
                paths = ["/sign-up", *(f"/static/{file}" for file in files)]
                # As they are sent: what is the same for everybody is packed.
                view = sum(client.get(path).num_bytes_downloaded for path in paths)
            before = processor_s(portal.pid)
            with ThreadPoolExecutor(people) as pool:
                taken = sorted(
                    each for some in pool.map(lambda at: _type(base, at, forms), range(people)) for each in some
                )
            cpu = processor_s(portal.pid) - before
        finally:
            portal.terminate()
            portal.wait(30)
        judged = _judged_s(store)
    figures = {
        "preview_p95_ms": round(_at(taken, 0.95) * 1e3, 1),
        "preview_p50_ms": round(_at(taken, 0.5) * 1e3, 1),
        "preview_max_ms": round(taken[-1] * 1e3, 1),
        "preview_cpu_ms": round(cpu / len(taken) * 1e3, 1),
        "preview_vs_store": round(judged / _at(taken, 0.5), 1),
        "page_p95_ms": round(_at(pages, 0.95) * 1e3, 1),
        "first_view_kb": round(view / 1024, 1),
        "read_s": round(ready_s, 1),
    }
    print(orjson.dumps(figures).decode() if as_json else "\n".join(f"{key}: {value}" for key, value in figures.items()))


def _fill(store: str, count: int) -> None:
    engine = open_store(store)
    migrate(engine)
    matches = SqlMatches(engine)
    for first in range(0, count, _AT_ONCE):
        some = [
            one.model_copy(update={"posted_at": corpus.NOON - _DAYS * ((at * 7_919 % 10_007) / 10_007)})
            for at, one in enumerate(corpus.postings(_AT_ONCE, seed=first + 3), first)
        ]
        named = [one.model_copy(update={"posting_id": f"{first + at:016x}"}) for at, one in enumerate(some)]
        matches.store(0, [Arrival(first + at, one, _NONE, _NONE) for at, one in enumerate(named)], corpus.NOON)
    engine.dispose()


def _until_read(base: str) -> float:
    began = time.monotonic()
    while time.monotonic() - began < 900:
        try:
            page = httpx2.post(f"{base}/preview", data={"skills": "Python"}, timeout=60)
            if page.status_code == 200 and "<h2>" in page.text:
                return time.monotonic() - began
        except httpx2.TransportError:
            pass
        time.sleep(1.0)
    sys.exit("the portal did not read the store within a quarter of an hour")


def _type(base: str, person: int, forms: int) -> list[float]:
    """One form after the other, as far apart as somebody types."""
    drawn = random.Random(person)
    form = {"skills": ", ".join(drawn.sample(_SKILLS, 3)), "currency": "EUR"}
    taken = []
    # A network each: they are no flood.
    with httpx2.Client(base_url=base, timeout=60, headers={"x-forwarded-for": f"198.51.{person}.1"}) as client:
        for at in range(forms):
            if at % 4 == 0:
                form["skills"] = ", ".join(drawn.sample(_SKILLS, drawn.randint(1, 4)))
            else:
                form |= drawn.choice(
                    (
                        {"amount": str(drawn.randrange(30, 150) * 1000)},
                        {"places": drawn.choice(_PLACES)},
                        {"workplace.remote": "1"},
                    )
                )
            taken.append(_took(client, "POST", "/preview", form))
            time.sleep(drawn.uniform(0.5, 1.5))
    return taken


def _took(client: httpx2.Client, method: str, path: str, form: dict[str, str]) -> float:
    began = time.perf_counter()
    answer = client.request(method, path, data=form or None)
    if answer.status_code != 200:
        sys.exit(f"{path} answered {answer.status_code}")
    return time.perf_counter() - began


def _judged_s(store: str) -> float:
    engine = open_store(store)
    stored = StoredPostings(SqlPastPostings(engine))
    taken = []
    for asked in corpus.criteria(3):
        began = time.perf_counter()
        stored.search(asked, corpus.NOON - _DAYS, 200)
        taken.append(time.perf_counter() - began)
    engine.dispose()
    return median(taken)


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


if __name__ == "__main__":
    typer.run(main)
