"""How much longer it takes to choose for who says what they can do and would rather not.

python -m bench.choosing POSTINGS.jsonl [--people 500] [--repeat 5] [--words own]

A day of 2,000 postings that `jobchime normalise` printed. Each of some people has two of the searches of
`bench.relevance`, and is chosen for among what fits these, as a worker does that chooses for one after the other. Once
they say nothing, once five things that they can do and three that they would rather not, once twenty of each, drawn out
of all that the people who teach would type; `--words own`: every word is one person's alone. In turns; the fastest of
some runs counts, of processor time. Printed are ratios to who says nothing: with postings that were read before, from
the first look at each, and of the chances alone.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from bench.digest import ASKING, a_day_of
from bench.relevance.people import people
from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.domain.curation.chance.model import chance_of
from services.notifier.domain.curation.curate import curate
from services.notifier.domain.curation.judging import Judging
from services.notifier.domain.model import Ask, Candidate, DueSearch, Recipient
from services.rules.criteria import canonical
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of
from tests.support.digests import NOON, recipient, search

SAID: Final = {"nothing": (0, 0), "a handful": (5, 3), "twenty of each": (20, 20)}
"""How many things that somebody can do, and that they would rather not."""

Person = tuple[Recipient, tuple[DueSearch, ...], list[Candidate]]
Choosing = Callable[[Recipient, Sequence[DueSearch], Sequence[Candidate], Judging], None]
Words = Literal["shared", "own"]


def silent_people(count: int, postings: Sequence[PostingCore]) -> list[Person]:
    """People with two searches each and what fits these, who say nothing of themselves."""
    asked = dict.fromkeys(
        canonical(Criteria.model_validate(own["criteria"])) for person in people(ASKING) for own in person.searches
    )
    ready = [PreparedPosting(core) for core in postings]
    fits = {
        criteria: {one.posting.posting_id for one in ready if outcome_of(criteria, one) == "match"}
        for criteria in asked
    }
    dice, made = random.Random(15), []
    for number in range(count):
        searches = tuple(search(f"Search {at}", criteria) for at, criteria in enumerate(dice.sample(list(asked), 2)))
        candidates = [
            Candidate(core, by)
            for core in postings
            if (by := tuple(one for one in searches if core.posting_id in fits[one.criteria]))
        ]
        asks = tuple(Ask(one.name, one.criteria) for one in searches)
        made.append((recipient(subscriber_id=f"sub{number:05}", asks=asks), searches, candidates))
    return made


def who_say(some: Sequence[Person], knows: int, avoids: int, words: Words) -> list[Person]:
    """The same people, saying so many things each."""
    typed = people(ASKING)
    can = list(dict.fromkeys(said for person in typed for said in person.knows))
    would_not = list(dict.fromkeys(said for person in typed for said in person.avoids))
    dice = random.Random(16)

    def drawn(out_of: Sequence[str], most: int, whom: Recipient) -> tuple[str, ...]:
        of_them = f" {whom.subscriber_id}" if words == "own" else ""
        return tuple(f"{said}{of_them}" for said in dice.sample(out_of, most))

    return [
        (replace(whom, knows=drawn(can, knows, whom), avoids=drawn(would_not, avoids, whom)), *rest)
        for whom, *rest in some
    ]


def seconds(some: Sequence[Person], judging: Judging, choose: Choosing) -> float:
    """Processor time to choose for everybody once."""
    judging.forget_criteria()
    begun = time.process_time()
    for whom, searches, candidates in some:
        choose(whom, searches, candidates, judging)
    return time.process_time() - begun


def chosen(whom: Recipient, searches: Sequence[DueSearch], candidates: Sequence[Candidate], judging: Judging) -> None:
    """All of it."""
    curate(whom, searches, candidates, [], NOON, judging=judging)


def foreseen(whom: Recipient, _: Sequence[DueSearch], candidates: Sequence[Candidate], judging: Judging) -> None:
    """The chances alone."""
    wishes = judging.wishes(whom)
    for posting, searches in candidates:
        for one in searches:
            chance_of(judging.of(one.criteria, judging.ready(posting)), wishes.of(one))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("postings", type=Path)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--words", choices=("shared", "own"), default="shared")
    given = parser.parse_args()
    postings = a_day_of(given.postings)
    nobody = silent_people(given.people, postings)
    saying = {name: who_say(nobody, *most, given.words) for name, most in SAID.items()}
    before = Judging()
    seconds(saying["a handful"], before, chosen)
    ways: dict[str, tuple[Callable[[], Judging], Choosing]] = {
        "read before": (lambda: before, chosen),
        "from the first look": (Judging, chosen),
        "chances alone": (lambda: before, foreseen),
    }
    print(f"{sum(len(found) for *_, found in nobody) / len(nobody):.0f} postings fit each of {len(nobody)} people")
    for way, (judging, choose) in ways.items():
        best = dict.fromkeys(saying, float("inf"))
        for _ in range(given.repeat):
            for name, some in saying.items():
                best[name] = min(best[name], seconds(some, judging(), choose))
        told = (
            f"{name} {1_000 * took / len(nobody):.2f} ms, {took / best['nothing']:.2f} times"
            for name, took in best.items()
        )
        print(f"{way}: {'; '.join(told)}")


if __name__ == "__main__":
    main()
