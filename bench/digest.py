"""How many digests of ten jobs one core renders a second, with cards held and without; what near misses add.

python -m bench.digest [--json] [--subscribers 2000] [--repeat 9] [--near POSTINGS.jsonl]

A morning's mail: 200 postings, of which each subscriber gets ten that fit one of 120 criteria, most with a floor, in
three languages and five currencies. Rendering goes from a chosen digest and its links to subject, HTML and text. With
`plain` no cards are held, `cold` begins with none, `held` finds them all, and `composed` signs the links as well. CPU
seconds of one process; the mails are compared byte by byte.

With `--near` no rendering is measured, but building from claim to commit over SQLite: a day of 2,000 postings that
`jobchime normalise` printed, in which each of 1,000 people has two of the searches of `bench.relevance`, in two passes.
Once near misses are looked for among them all and once not, in turns; the first time reads and prepares the postings.
"""

import argparse
import json
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from bench.relevance.people import Group, people
from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Posting, PostingCore, Reach, Skill
from schemas.sql.tables import deliveries, digest_items
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.building import Builder
from services.notifier.composing import Composer
from services.notifier.domain.ids import Ids
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Digest, FoundBy, Item
from services.notifier.ports import Links, Rendered
from services.notifier.settings import NotifierSettings
from services.rules.criteria import canonical
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of, verdict
from services.runtime.sql.store import open_store, reading
from tests.support.digests import NOON, SENDER, pay, posting, recipient, search
from tests.support.notifying import NotifierStore, arrival
from tests.support.stores import sqlite_url
from tests.support.two_forms import people as subscribed
from tests.support.two_forms import take_in

SKILLS = ("Python", "Go", "Rust", "PostgreSQL", "Apache Kafka", "Kubernetes", "React", "TypeScript")
PLACES = ("DE", "PT", "ES", "FR", "NL", "PL", "GB", "US")
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "INR")
LOCALES = ("en", "en", "en_GB", "de", "es")
ZONES = ("Europe/Berlin", "Europe/Lisbon", "America/New_York", "Asia/Kolkata")
BASE, SECRET = "https://jobs.harbour.example", b"a secret of sixteen bytes or more"
JOBS = 10
SLICE = 20
LOOKED_AT = 2_000
ASKING: Sequence[Group] = ("seen", "training")
CLIPPED = 102_000
"""Bytes of HTML from which on Gmail shows a part alone."""

Pair = tuple[Digest, Links]


def make_postings(dice: random.Random, count: int) -> list[PostingCore]:
    """Postings of every kind that a card can show."""
    made = []
    for number in range(count):
        low = dice.randrange(40_000, 120_000, 500)
        salary = pay(low, low + dice.randrange(5_000, 40_000, 500), dice.choice(CURRENCIES[:4]))
        reach = dice.choice(
            [Reach(scope="worldwide"), Reach(scope="listed", groups=("eu",)),
             Reach(scope="listed", countries=tuple(sorted(dice.sample(PLACES, 3))))]
        )  # fmt: skip
        made.append(
            posting(
                f"p{number}",
                title=f"{dice.choice(('Senior', 'Staff', 'Lead'))} {dice.choice(SKILLS)} Engineer, team {number}",
                company=f"Company {number % 80}",
                skills=tuple(Skill(name=name, core=True) for name in dice.sample(SKILLS, 3)),
                reach=reach,
                salary=salary if dice.random() < 0.7 else None,
                seniority=dice.choice(("senior", "mid", None)),
                employment="full_time",
                posted_at=NOON - timedelta(hours=dice.randrange(1, 140)),
            )
        )
    return made


def make_criteria(dice: random.Random) -> Criteria:
    """What someone asks for; most name a floor."""
    floor = SalaryFloor(amount=dice.randrange(30, 70, 5) * 1_000, currency=dice.choice(("EUR", "USD")))
    return Criteria(
        skills=SkillTerms(any=tuple(sorted(dice.sample(SKILLS, 3)))),
        places=tuple(sorted(dice.sample(PLACES, 2))),
        salary_floor=floor if dice.random() < 0.7 else None,
        accept_undisclosed=True,
    )


def make_morning(subscribers: int, seed: int = 7) -> list[Pair]:
    """Digests of ten jobs, each for a subscriber of their own."""
    dice = random.Random(seed)
    postings = make_postings(dice, 200)
    found: list[list[Item]] = []
    while len(found) < 120:
        by = search(f"Search {len(found)}", make_criteria(dice))
        judged = [(core, verdict(by.criteria, core)) for core in postings]
        items = [Item(core, (FoundBy(by, given),), 1.0) for core, given in judged if given.outcome == "match"]
        if len(items) >= JOBS:
            found.append(items)
    digests: list[Pair] = []
    for number in range(subscribers):
        items = dice.choice(found)
        currency, locale, zone = dice.choice(CURRENCIES), dice.choice(LOCALES), dice.choice(ZONES)
        to = recipient(subscriber_id=f"sub{number:05}", currency=currency, locale=locale, time_zone=zone)
        chosen = tuple(dice.sample(items, JOBS))
        digest = Digest(to, NOON, (items[0].found_by[0].search,), chosen, (), 0, ())
        digests.append((digest, links_for(digest, BASE, SECRET)))
    return digests


def render_all(renderer: JinjaRenderer, digests: Sequence[Pair]) -> list[Rendered]:
    return [renderer.render(digest, links) for digest, links in digests]


def fastest(work: Callable[[Sequence[Pair]], object], digests: Sequence[Pair], repeat: int) -> float:
    """Seconds a digest: each slice of a few at the fastest of its runs, since the machine may be shared."""
    slices = [digests[start : start + SLICE] for start in range(0, len(digests), SLICE)]
    best = [float("inf")] * len(slices)
    for _ in range(repeat):
        for number, some in enumerate(slices):
            begun = time.process_time()
            work(some)
            best[number] = min(best[number], time.process_time() - begun)
    return sum(best) / len(digests)


def measure(digests: Sequence[Pair], repeat: int) -> dict[str, float]:
    """Digests a second. Raises RuntimeError where a mail is another without cards held, or is too large."""
    some = digests[: max(100, len(digests) // 10)]
    plain, caching = JinjaRenderer(SENDER, cached_cards=0), JinjaRenderer(SENDER, cached_cards=1_000_000)
    mails = render_all(caching, some)
    if render_all(plain, some) != mails or render_all(caching, some) != mails:
        raise RuntimeError("a mail differs where its cards were held")
    if max(len(mail.html.encode()) for mail in mails) > CLIPPED:
        raise RuntimeError("a mail is larger than what mailboxes show")
    composer = Composer(caching, SENDER, BASE, Ids(SECRET))
    begun = time.process_time()
    render_all(JinjaRenderer(SENDER, cached_cards=1_000_000), digests)
    cold = (time.process_time() - begun) / len(digests)
    render_all(caching, digests)
    took = {
        "plain": fastest(lambda few: render_all(plain, few), some, max(2, repeat // 2)),
        "cold": cold,
        "held": fastest(lambda few: render_all(caching, few), digests, repeat),
        "composed": fastest(lambda few: [composer.compose(digest) for digest, _ in few], some, repeat),
    }
    return {name: 1 / seconds for name, seconds in took.items()}


@dataclass(frozen=True)
class Built:
    """What building everybody's digests took."""

    ms: float
    """Processor, a digest."""
    digests: int
    near: int


def a_day_of(file: Path) -> list[PostingCore]:
    """2,000 postings of one day, drawn from a file."""
    with file.open(encoding="utf-8") as lines:
        some = [Posting.model_validate_json(line).core() for line in lines]
    drawn = random.Random(LOOKED_AT).sample(some, min(LOOKED_AT, len(some)))
    changes = {"expires_at": None, "status": "open", "backlog": False}
    return [
        core.model_copy(update=changes | {"posted_at": (at := NOON - timedelta(seconds=30 * place)), "fetched_at": at})
        for place, core in enumerate(drawn)
    ]


def made_store(folder: Path, postings: Sequence[PostingCore], subscribers: int) -> Path:
    """A store with people, searches and the day's matches, as the truth finds them."""
    asked = [
        canonical(Criteria.model_validate(own["criteria"])) for person in people(ASKING) for own in person.searches
    ]
    url = sqlite_url(folder)
    take_in(
        url, Ids(SECRET), subscribed(subscribers, 2, list(dict.fromkeys(asked)), LOOKED_AT), NOON - timedelta(days=1)
    )
    store = NotifierStore(open_store(url), Ids(SECRET))
    by_criteria: dict[Criteria, set[int]] = {}
    for saved in store.searches.all():
        by_criteria.setdefault(saved.criteria, set()).add(saved.key)
    arrivals = []
    for offset, core in enumerate(postings):
        ready, keys = PreparedPosting(core), {"match": set[int](), "near": set[int](), "reject": set[int]()}
        for criteria, own in by_criteria.items():
            keys[outcome_of(criteria, ready)] |= own
        arrivals.append(arrival(offset, core, sorted(keys["match"]), sorted(keys["near"])))
    store.matches.store(0, arrivals, NOON)
    store.engine.dispose()
    return folder / "store.sqlite"


def built(store_file: Path, folder: Path, newest_looked_at: int, again: bool) -> Built:
    """Build once over a copy of a store; `again`: by a worker that looked at the same postings before."""
    copy = folder / "store.sqlite"
    shutil.copy(store_file, copy)
    store = NotifierStore(open_store(f"sqlite:///{copy}"), Ids(SECRET))
    settings = NotifierSettings(newest_looked_at=newest_looked_at, subscribers_at_once=500)
    composer = Composer(JinjaRenderer(SENDER), SENDER, BASE, Ids(SECRET))
    builder = Builder(store.matches, store.windows, store.digests, composer, settings)
    due_at = NOON + timedelta(hours=12)
    if again:
        builder.build(due_at)
        store.engine.dispose()
        shutil.copy(store_file, copy)
    begun = time.process_time()
    builder.build(due_at)
    took = time.process_time() - begun
    with reading(store.engine) as connection:
        kinds = Counter(connection.execute(select(digest_items.c.kind)).scalars())
        mails = connection.execute(select(func.count()).select_from(deliveries)).scalar_one()
    store.engine.dispose()
    return Built(1_000 * took / mails, mails, kinds["near"])


def print_built(file: Path, subscribers: int, repeat: int) -> None:
    """What looking for near misses adds, by the fastest of some runs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        store_file = made_store(folder / "made", a_day_of(file), subscribers)
        ways = {"without": (0, False), "with": (LOOKED_AT, False), "with, again": (LOOKED_AT, True)}
        runs: dict[str, list[Built]] = {way: [] for way in ways}
        for _ in range(repeat):
            for way, (newest, again) in ways.items():
                runs[way].append(built(store_file, folder, newest, again))
    best = {way: min(some, key=lambda run: run.ms) for way, some in runs.items()}
    for way, quickest in best.items():
        ratio = quickest.ms / best["without"].ms
        print(
            f"{way:>12}: {quickest.ms:5.1f} ms a digest, {ratio:.2f} times; {quickest.digests} digests,"
            f" {quickest.near} near misses"
        )


def report(rates: Mapping[str, float], sizes: Sequence[int]) -> dict[str, Any]:
    """What is told of digests a second by way, and of the bytes of some mails."""
    return {
        "jobs": JOBS,
        "digests_a_second": {name: round(rate) for name, rate in rates.items()},
        "html_bytes": {"median": sorted(sizes)[len(sizes) // 2], "most": max(sizes)},
        "ratios": {"per_s": round(rates["held"]), "cached_vs_plain": round(rates["held"] / rates["plain"], 1)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--subscribers", type=int, default=2_000)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--near", type=Path, help="postings, as jobchime normalise prints them")
    given = parser.parse_args()
    if given.near:
        print_built(given.near, given.subscribers, given.repeat)
        return
    digests = make_morning(given.subscribers)
    rates = measure(digests, given.repeat)
    sizes = [len(mail.html.encode()) for mail in render_all(JinjaRenderer(SENDER), digests[:200])]
    figures = {"subscribers": len(digests), **report(rates, sizes)}
    if given.json:
        json.dump(figures, sys.stdout)
        print()
        return
    for name, rate in rates.items():
        print(f"{name:>9}: {rate:7,.0f} digests a second, {1e6 / rate:7,.0f} us each")
    size = figures["html_bytes"]
    print(f"HTML: {size['median']:,} bytes in the middle, {size['most']:,} at most; ratios {figures['ratios']}")


if __name__ == "__main__":
    main()
