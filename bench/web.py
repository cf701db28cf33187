"""The portal while people type: `python -m bench.web [--postings N] [--people N] [--postgresql] [--json]`.

A store in a file holds postings of 30 days. The portal serves it, a process of its own; `people` type at the same time,
each a form after the other as a browser posts them, every fourth changed in its skills and the others in one other
field, and each in their own time; `preview_at_once_ms` is how long the last waits where all of them press a key in the
same instant. `preview_cpu_ms` is the portal's processor time for each; `preview_vs_store` is how many times longer it
takes to read and judge what the store holds. Two figures can be held against those of other machines:
`preview_vs_floor`, that processor time over what a fixed piece of work takes before and after, and `preview_vs_page`,
p95 over that of a page.

With `--elasticsearch` the same forms are asked besides of the index of postings, as `jobchime preview --search` asks
it: `indexed_p95_ms`. With `--sign-ups N` nobody types: N people of as many networks sign up at the same moment, and
confirm as soon as they have their letter; each must get exactly one, and be subscribed once, else it is an error.
`--postgresql` has the store in PostgreSQL.
"""

import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import httpx2
import numpy as np
import orjson
import typer
from rich.console import Console

from bench import corpus
from bench.portal_at import PATIENCE_S, served
from bench.sign_ups import signing_up
from bench.stopwatch import ms, percentile, processor_s
from schemas.keys import keys_of
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.notifier.domain.windows import Arrival
from services.portal.search_form import DEFAULTS, search_of
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from services.usecases.previews import StoredPostings
from services.wording.catalogues import words_of
from tests.support.engines import delete_indices, elasticsearch, fresh_prefix
from tests.support.postgresql import migrated_database

_console = Console(stderr=True)
_DAYS: Final = timedelta(days=30)
_AT_ONCE: Final = 1_000
_MOST: Final = 200
_NONE = keys_of(())
_SKILLS = ("Python", "Go", "React", "Java", "Kubernetes", "SQL", "TypeScript", "AWS")
_PLACES = ("Germany", "Poland", "Europe", "USA", "Portugal", "")


def main(
    count: Annotated[int, typer.Option("--postings", min=1_000, help="How many the store holds.")] = 50_000,
    people: Annotated[int, typer.Option(min=1, help="How many type at the same time.")] = 20,
    forms: Annotated[int, typer.Option(min=4, help="How many forms each of them posts.")] = 12,
    sign_ups: Annotated[int, typer.Option("--sign-ups", min=0, help="How many sign up at once; nobody types.")] = 0,
    postgresql: Annotated[bool, typer.Option("--postgresql", help="The store in PostgreSQL.")] = False,
    indexed: Annotated[bool, typer.Option("--elasticsearch", help="Ask the index of postings too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Fill, serve, type or sign up, and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = migrated_database() if postgresql else nullcontext(f"sqlite:///{folder / 'store.sqlite'}")
        store = stack.enter_context(database)
        if sign_ups:
            _fill(store, 0)
            figures = signing_up(folder, store, sign_ups)
        else:
            _fill(store, count)
            figures = _typing(folder, store, people, forms)
            if indexed:
                figures |= _asking_the_index(count, people, forms)
    print(orjson.dumps(figures).decode() if as_json else "\n".join(f"{key}: {value}" for key, value in figures.items()))


def _typing(folder: Path, store: str, people: int, forms: int) -> dict[str, float]:
    with served(folder, store) as portal:
        ready_s = _until_read(portal.base)
        _until_idle(portal.process.pid)
        with httpx2.Client(base_url=portal.base, timeout=60) as client:
            pages = sorted(_took(client, "GET", "/sign-up", {}) for _ in range(100))
            # Without htmx, which comes once somebody begins to type.
            files = ("base.css", "search.css", "search.js", "icon.svg")
            paths = ["/sign-up", *(f"/static/{file}" for file in files)]
            # As they are sent: what is the same for everybody is packed.
            view = sum(client.get(path).raise_for_status().num_bytes_downloaded for path in paths)
        floors = _floors()
        before = processor_s(portal.process.pid)
        taken = _by_everybody(partial(_type, portal.base, forms=forms), people)
        cpu = (processor_s(portal.process.pid) - before) / len(taken)
        floors += _floors()
        at_once = _by_everybody(partial(_one_key, portal.base), people)
    return {
        "preview_p95_ms": ms(percentile(taken, 0.95)),
        "preview_p50_ms": ms(percentile(taken, 0.5)),
        "preview_max_ms": ms(taken[-1]),
        "preview_at_once_ms": ms(at_once[-1]),
        "preview_cpu_ms": ms(cpu),
        "preview_vs_floor": round(cpu / median(floors), 2),
        "preview_vs_page": round(percentile(taken, 0.95) / percentile(pages, 0.95), 1),
        "preview_vs_store": round(_judged_s(store) / percentile(taken, 0.5), 1),
        "page_p95_ms": ms(percentile(pages, 0.95)),
        "first_view_kb": round(view / 1024, 1),
        "read_s": round(ready_s, 1),
    }


def _fill(store: str, count: int) -> None:
    engine = open_store(store)
    migrate(engine)
    matches = SqlMatches(engine)
    for first, some in _postings(count):
        matches.store(0, [Arrival(first + at, posting, _NONE, _NONE) for at, posting in enumerate(some)], corpus.NOON)
    engine.dispose()


def _postings(count: int) -> Iterator[tuple[int, list[PostingCore]]]:
    """Some at a time, with the number of the first of them."""
    for first in range(0, count, _AT_ONCE):
        some = [
            posting.model_copy(update={"posted_at": corpus.NOON - _DAYS * ((at * 7_919 % 10_007) / 10_007)})
            for at, posting in enumerate(corpus.postings(_AT_ONCE, seed=first + 3), first)
        ]
        yield (
            first,
            [posting.model_copy(update={"posting_id": f"{first + at:016x}"}) for at, posting in enumerate(some)],
        )


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


def _until_idle(pid: int) -> None:
    """What a portal reads before anybody asks for it, it reads when it is ready; those who type come later."""
    until = time.monotonic() + PATIENCE_S
    before = processor_s(pid)
    while time.monotonic() < until:
        time.sleep(2.0)
        if (now := processor_s(pid)) - before < 0.05:
            return
        before = now


def _floors() -> list[float]:
    """Processor time of ten rounds of a fixed piece of work, half of it Python and half numpy."""
    taken = []
    drawn = np.random.default_rng(1).random((20, 50_000)) > 0.5
    for _ in range(10):
        began = time.thread_time()
        for rows in drawn:
            np.flatnonzero(rows & drawn[0])
        sorted({number: str(number * 7_919 % 10_007) for number in range(5_000)}.values())
        taken.append(time.thread_time() - began)
    return taken


def _by_everybody(ask: "partial[list[float]]", people: int) -> list[float]:
    with ThreadPoolExecutor(people) as pool:
        return sorted(each for some in pool.map(ask, range(people)) for each in some)


def _type(base: str, person: int, *, forms: int) -> list[float]:
    """One form after the other, as far apart as somebody types."""
    with _browser(base, person) as client:
        return [_took(client, "POST", "/preview", form) for form in _typed(person, forms)]


def _browser(base: str, person: int) -> httpx2.Client:
    # A network each: they are no flood.
    return httpx2.Client(base_url=base, timeout=60, headers={"x-forwarded-for": f"198.51.{person}.1"})


def _one_key(base: str, person: int) -> list[float]:
    with _browser(base, person) as client:
        client.get("/livez")
        skills = random.Random(~person).sample(_SKILLS, 3)
        return [_took(client, "POST", "/preview", {"skills": ", ".join(skills), "currency": "EUR"})]


def _typed(person: int, forms: int) -> Iterator[dict[str, str]]:
    drawn = random.Random(person)
    form = {"skills": ", ".join(drawn.sample(_SKILLS, 3)), "currency": "EUR"}
    for at in range(forms):
        # Before the first one too: nobody's first key comes in the instant of everybody's.
        time.sleep(drawn.uniform(0.5, 1.5))
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
        yield form


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
        stored.search(asked, corpus.NOON - _DAYS, _MOST)
        taken.append(time.perf_counter() - began)
    engine.dispose()
    return median(taken)


def _asking_the_index(count: int, people: int, forms: int) -> dict[str, float]:
    """The newest that fit, by the forward search in Elasticsearch, exact as it is."""
    url, prefix = elasticsearch(), fresh_prefix()
    engine = SearchEngine(ElasticsearchSettings(urls=(url,), prefix=prefix))
    recent = ElasticsearchRecentPostings(engine)
    try:
        recent.generations.ensure()
        for _, some in _postings(count):
            recent.put(some)
        recent.refresh()
        words = words_of("en_US")

        def ask(person: int) -> list[float]:
            taken = []
            for form in _typed(person, forms):
                wanted = search_of({**DEFAULTS, **form}, words)
                began = time.perf_counter()
                if wanted is not None:
                    recent.search(wanted.criteria, corpus.NOON - _DAYS, _MOST)
                taken.append(time.perf_counter() - began)
            return taken

        taken = _by_everybody(partial(ask), people)
    finally:
        delete_indices(url, prefix)
        engine.close()
    return {"indexed_p95_ms": ms(percentile(taken, 0.95)), "indexed_p50_ms": ms(percentile(taken, 0.5))}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    typer.run(main)
