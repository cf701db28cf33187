"""Draws the pairs that readers judge: `python -m bench.relevance.draw`.

What is sent today, and what is not and looks wanted by the raw text alone, in strata; of each stratum it is kept how
many pairs one drawn stands for. Whoever has pairs keeps them, since another draw would leave judgements without a
weight: only people who were added since are drawn for. `--refused 11` draws so many of what was not sent to a person,
in the same shares. `--later` adds, to a file of their own, all that the rules of today send and that was not drawn, at
no weight.
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Final

from bench.relevance.captured import Captured, all_captured
from bench.relevance.pairs import SENT_LATER, Pair, read_pairs, write_pairs
from bench.relevance.people import Person, people
from bench.relevance.run import SPANS, Run, run

_SENT: Final = "sent"
_SENT_LATER: Final = "sent later"
_MOST_SENT: Final = 28
_REFUSED: Final = {
    "title and place": 14,
    "near miss shown": 3,
    "body and place": 5,
    "title, place in body": 8,
    "title alone": 4,
    "around and place": 6,
}
"""The most of each stratum that are drawn for a person."""
_SEED: Final = 15


def draw(
    everybody: Collection[Person], done: Run, items: Mapping[str, Captured], refused: int | None = None
) -> list[Pair]:
    """Pairs of some people, the same for the same run; `refused`: how many of what was not sent to a person."""
    usual = sum(_REFUSED.values())
    most_of = {name: round(most * (refused or usual) / usual) for name, most in _REFUSED.items()}
    return [pair for person in everybody for pair in _pairs_of(person, done, items, most_of)]


def _pairs_of(person: Person, done: Run, items: Mapping[str, Captured], most_of: Mapping[str, int]) -> Iterator[Pair]:
    chance = random.Random(f"{_SEED} {person.name}")
    sent = list(
        dict.fromkeys(mailed.posting for mailed in done.sent if mailed.person == person.name and not mailed.near)
    )
    some = _whole_mails(person, done, chance)
    near = dict.fromkeys(mailed.posting for mailed in done.sent if mailed.person == person.name and mailed.near)
    yield from (Pair(person.name, key, _SENT, round(len(sent) / len(some), 4)) for key in some)
    taken = {same_job(items[key]) for key in sent}
    strata: dict[str, list[str]] = {name: [] for name in _REFUSED}
    for key, item in items.items():
        if same_job(item) in taken or not in_span(item.arrives):
            continue
        stratum = "near miss shown" if key in near else looks_wanted(person, item)
        if stratum:
            taken.add(same_job(item))
            strata[stratum].append(key)
    for name, most in most_of.items():
        yield from _drawn(person, name, strata[name], most, chance)


def _whole_mails(person: Person, done: Run, chance: random.Random) -> list[str]:
    """What some mails held, drawn mail by mail, so that each can be judged as a whole."""
    mails: dict[datetime, list[str]] = {}
    for mailed in done.sent:
        if mailed.person == person.name and not mailed.near:
            mails.setdefault(mailed.mailed_at, []).append(mailed.posting)
    found: dict[str, None] = {}
    for mail in chance.sample(sorted(mails), len(mails)):
        if len(found.keys() | mails[mail]) <= _MOST_SENT:
            # What came at the end of a span is mailed at the beginning of the next one, too.
            found |= dict.fromkeys(mails[mail])
    return list(found)


def looks_wanted(person: Person, item: Captured) -> str | None:
    """The stratum of an item that this person may want, by its raw text."""
    wanted, is_there = (
        person.wanted,
        bool(person.wanted.where.search(item.short) or person.wanted.where.search(item.title)),
    )
    if wanted.title.search(item.title):
        beside = "title, place in body" if wanted.where.search(item.body) else "title alone"
        return "title and place" if is_there else beside
    if is_there and wanted.around.search(item.title):
        return "around and place"
    return "body and place" if is_there and wanted.body.search(item.body) else None


def same_job(item: Captured) -> tuple[str, str]:
    """What repeats of a job have in common: its title up to the place, and the company."""
    title = re.split(r"\s[-–|(]\s?|\(", item.title.casefold())[0]
    return re.sub(r"\W+", " ", title).strip(), item.company.casefold()


def in_span(at: datetime) -> bool:
    """Whether a simulated day takes it in."""
    return any(
        datetime.combine(first, time(), UTC) <= at <= datetime.combine(last, time(), UTC) for first, last in SPANS
    )


def _drawn(person: Person, stratum: str, keys: list[str], most: int, chance: random.Random) -> Iterator[Pair]:
    some = sorted(chance.sample(keys, min(most, len(keys))))
    for key in some:
        yield Pair(person.name, key, stratum, round(len(keys) / len(some), 4))


def sent_later(done: Run, drawn: Collection[Pair]) -> list[Pair]:
    """What is mailed and was not drawn. It weighs nothing: drawn pairs of its stratum may stand for it already."""
    known = {(pair.person, pair.posting) for pair in drawn}
    mailed = sorted({(job.person, job.posting) for job in done.sent if not job.near} - known)
    return [Pair(person, posting, _SENT_LATER, 0.0) for person, posting in mailed]


def main() -> None:
    """Run, draw for people who have no pairs yet, and add theirs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--refused", type=int, help="how many of what was not sent to a person; usually 40")
    parser.add_argument("--later", action="store_true", help="add what is sent today and was not drawn")
    given = parser.parse_args()
    if given.later:
        before = read_pairs(SENT_LATER) if SENT_LATER.exists() else []
        pairs = sent_later(run(people()), [*read_pairs(), *before])
        write_pairs([*before, *pairs], SENT_LATER)
    else:
        drawn = read_pairs()
        have = {pair.person for pair in drawn}
        added = [person for person in people() if person.name not in have]
        pairs = draw(added, run(people()), all_captured(), given.refused)
        write_pairs([*drawn, *pairs])
    for (person, stratum), count in Counter((pair.person, pair.stratum) for pair in pairs).items():
        print(f"{person:10} {stratum:20} {count}")
    print(f"{len(pairs)} pairs")


if __name__ == "__main__":
    main()
