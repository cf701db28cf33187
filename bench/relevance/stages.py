"""At which stage wanted jobs are lost: `python -m bench.relevance.stages POSTINGS.jsonl [--run RUN] [--list]`.

With `--words EXPRESSION` it counts instead the postings that say something, and what became of them for whom they fit.

Reads what `jobchime normalise` prints of the captures. Of the people who may be looked at: the seen half, those who
teach and those who decide, to whom nothing is fitted. `--run` takes the file that `python -m bench.relevance --keep`
wrote, and tells which of the seen half's pairs were sent in time; `--list` names each lost pair.
"""

import argparse
import pickle
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.fit_chance import LOOKED_AT
from bench.relevance.captured import all_captured
from bench.relevance.figures import Judged, judged_pairs, verdicts_about
from bench.relevance.fitting import by_key, chance_of_fitting, fitting, postings_in, searches_of, spoken
from bench.relevance.pairs import Pair
from bench.relevance.people import Group, Person, people
from schemas.posting import PostingCore
from services.notifier.domain.curation.curate import DEFAULTS
from services.rules.criterion.place import PlaceFacts
from services.rules.languages.speaking import unspoken
from services.rules.verdict import Reason, verdict

_ABOVE: Final = "above the bar"


@dataclass(frozen=True)
class Wanted:
    """A wanted pair with how far it comes."""

    pair: Pair
    title: str
    stage: str
    chance: float | None = None
    """Where it fits a search whole."""


def stage_of(person: Person, posting: PostingCore) -> tuple[str, float | None]:
    """What holds a posting back from somebody, and its chance where it fits a search whole."""
    found = fitting(person, posting)
    whole = [fit for fit in found if fit.judged.outcome == "match"]
    if whole:
        chance = max(map(chance_of_fitting, whole))
        return _ABOVE if chance >= DEFAULTS.least_chance else "below the bar", chance
    if found:
        return "a near miss", None
    searches = [criteria for criteria, _ in searches_of(person)]
    if all(unspoken(spoken(person), posting, criteria.languages) for criteria in searches):
        return "a language that they do not speak", None
    failed = ([reason for reason in verdict(criteria, posting).reasons if reason.fit != "yes"] for criteria in searches)
    fewest = min(failed, key=len)
    return f"refused by {', '.join(sorted(map(_refusal, fewest)))}", None


def _refusal(reason: Reason) -> str:
    facts = reason.facts
    stated = facts.scope != "unknown" if isinstance(facts, PlaceFacts) else facts.stated
    return reason.criterion if stated else f"{reason.criterion} (not told)"


def wanted_of(group: Group, known: Mapping[str, PostingCore]) -> Iterator[Wanted]:
    """The judged pairs of a group that are wanted."""
    for person, pair, said in judged_pairs(group, LOOKED_AT[group]):
        posting = known.get(pair.posting)
        if said.verdict != "wrong" and posting:
            yield Wanted(pair, posting.title, *stage_of(person, posting))


def _sent_in_time(run: Path) -> frozenset[tuple[str, str]]:
    names = {person.name for person in people(["seen"])}
    sent = [job for job in pickle.loads(run.read_bytes()).sent if job.person in names]
    arrivals = {key: item.arrives for key, item in all_captured().items()}
    return Judged(sent, pairs=[], verdicts={}, claims={}, arrivals=arrivals).sent_in_time


def _stage(job: Wanted, in_time: frozenset[tuple[str, str]] | None) -> str:
    if job.stage != _ABOVE or in_time is None:
        return job.stage
    return "sent within a week" if (job.pair.person, job.pair.posting) in in_time else "above the bar and not sent"


def _print(group: Group, wanted: Sequence[Wanted], in_time: frozenset[tuple[str, str]] | None) -> None:
    stages: defaultdict[str, list[float]] = defaultdict(list)
    for job in wanted:
        stages[_stage(job, in_time)].append(job.pair.weight)
    total = sum(map(sum, stages.values()))
    print(f"\n| {group}: wanted pairs | {len(wanted)} | weight {total:.0f} | share |\n|---|---:|---:|---:|")
    for stage, weights in sorted(stages.items(), key=lambda row: -sum(row[1])):
        print(f"| {stage} | {len(weights)} | {sum(weights):.0f} | {sum(weights) / total:.0%} |")


def _print_words(expression: str, known: Mapping[str, PostingCore]) -> None:
    """How many postings hold words, and how many of the judged pairs that fit are wanted, and lie above the bar."""
    words = re.compile(expression, re.IGNORECASE)
    saying = {
        key: posting for key, posting in known.items() if words.search(f"{posting.title}\n{posting.description_text}")
    }
    employers = {posting.company.name for posting in saying.values()}
    fits, above = Counter[bool](), Counter[bool]()
    for group in LOOKED_AT:
        everybody = {person.name: person for person in people([group])}
        for (name, key), said in verdicts_about(group).items():
            if name in everybody and key in saying:
                stage, chance = stage_of(everybody[name], saying[key])
                wanted = said.verdict != "wrong"
                fits[wanted] += chance is not None
                above[wanted] += stage == _ABOVE
    print(f"{len(saying)} postings of {len(employers)} employers; of {fits.total()} judged pairs that fit ", end="")
    print(f"{fits[True]} are wanted, of {above.total()} above the bar {above[True]}")


def main() -> None:
    """Print the table of each group, or what becomes of postings that say something."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    parser.add_argument("--run", type=Path, help="what `python -m bench.relevance --keep` wrote")
    parser.add_argument("--list", action="store_true", help="name each pair that is lost")
    parser.add_argument("--words", help="a regular expression, in any case")
    given = parser.parse_args()
    known = by_key(postings_in(given.postings))
    if given.words:
        _print_words(given.words, known)
        return
    for group in LOOKED_AT:
        in_time = _sent_in_time(given.run) if given.run and group == "seen" else None
        wanted = list(wanted_of(group, known))
        _print(group, wanted, in_time)
        for job in wanted if given.list else ():
            stage, chance = _stage(job, in_time), "" if job.chance is None else f" ({job.chance:.0%})"
            if stage not in (_ABOVE, "sent within a week"):
                print(f"{stage}{chance}: {job.pair.person} {job.pair.posting} x {job.pair.weight}: {job.title}")


if __name__ == "__main__":
    main()
