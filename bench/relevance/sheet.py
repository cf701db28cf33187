"""What a reader judges by: `python -m bench.relevance.sheet FOLDER [PERSON ...]`, into a folder outside the repository.

PERSON.md holds every pair of a person, sent and refused shuffled, with the posting as the source served it.
PERSON-why.md holds what the mails said of those that were sent, to be read after judging.
"""

import argparse
import random
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.relevance.captured import Captured, all_captured
from bench.relevance.pairs import SENT_LATER, Pair, read_pairs
from bench.relevance.people import Person, people
from bench.relevance.run import Run, Sent, run

_MOST: Final = 8_000
"""Characters of a posting's text."""


def sheet(person: Person, pairs: Sequence[Pair], items: Mapping[str, Captured]) -> str:
    """The pairs of a person in an order that tells nothing."""
    own = [pair for pair in pairs if pair.person == person.name]
    random.Random(person.name).shuffle(own)
    return "\n".join([*_head(person), *(_posting(number, items[pair.posting]) for number, pair in enumerate(own, 1))])


def why_sheet(person: Person, done: Run, pairs: Sequence[Pair], items: Mapping[str, Captured]) -> str:
    """What was said of each job that was sent, claim by claim."""
    judged = {pair.posting for pair in pairs if pair.person == person.name}
    said = {job.posting: job for job in done.sent if job.person == person.name and not job.near}
    return "\n".join(_section(job, items[key].title) for key, job in sorted(said.items()) if key in judged)


def _head(person: Person) -> Iterator[str]:
    yield f"# {person.name}\n\n{person.who}\n\nLives in {person.lives}; speaks {', '.join(person.speaks)}.\n"
    yield "Searches, as they wrote them (the name, then what must fit):\n"
    for search in person.searches:
        yield f"* {search['name']}: {search['criteria']}"


def _posting(number: int, item: Captured) -> str:
    facts = "\n".join(f"    {path}: {value}" for path, value in item.facts.items())
    text = item.body[:_MOST]
    cut = f"\n[cut here: {len(item.body) - _MOST} characters more]" if len(item.body) > _MOST else ""
    file = item.key.partition("#")[0]
    return (
        f"\n\n---\n## {number}. {item.title}\nposting: {item.key}\ncompany: {item.company}   (feed: {file})\n"
        f"arrived: {item.arrives:%Y-%m-%d}\n{facts}\n\n{text}{cut}"
    )


def _section(job: Sent, title: str) -> str:
    lines = "\n".join(
        f"    {line.text}\n" + textwrap.indent("\n".join(line.claims), " " * 8 + "claim: ") for line in job.why
    )
    return f"## {title}\nposting: {job.posting}\nfound by: {', '.join(job.searches)}\n{lines}\n"


def main() -> None:
    """Write the sheets of some or of all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("person", nargs="*")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    everybody, pairs, items = people(), [*read_pairs(), *read_pairs(SENT_LATER)], all_captured()
    done = run(everybody)
    for person in everybody:
        if not given.person or person.name in given.person:
            (given.folder / f"{person.name}.md").write_text(sheet(person, pairs, items), encoding="utf-8")
            (given.folder / f"{person.name}-why.md").write_text(why_sheet(person, done, pairs, items), encoding="utf-8")


if __name__ == "__main__":
    main()
