"""Whether copies of one job are told as such: `python -m bench.clusters [--errors] [--json]`.

The captured postings are normalised and held against `bench/labels/pairs.jsonl`, pairs that were labelled by reading
both postings. A pair is the same job where it is one vacancy: the same work at the same level for the same employer,
named or through an agency, at one place or at none. Remote postings of one vacancy, advertised once a country or city,
are the same job. The same work at two offices, hospitals or for two sales regions is not, since one must be there; nor
is another level, team or language to speak under one text.

Pairs were drawn from strata that take in all pairs of the captured postings (`pairs_strata.json`: how many each has),
and count as many times as their stratum is larger than what was drawn of it: `weighted`. Rules were improved on half A.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from schemas.posting import Cluster, Posting
from services.ingest.adapters.formats.registry import detect
from services.ingest.app import make_normalise
from services.ingest.trial import trial
from services.notifier.domain.curation.copies import gather
from services.rules.signature import likeness, same_job
from tests.support.captured import NOW
from tests.support.shared import captures

Id = tuple[str, str]
"""A capture, and an item's own id in it."""
Half = Literal["A", "B"]

_LABELS: Final = Path(__file__).parent / "labels"
_console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two postings, and what a reader said of them."""

    a: Id
    b: Id
    stratum: str
    same: bool
    why: str

    @property
    def half(self) -> Half:
        """By a hash of the ids, so that it does not depend on what else is labelled."""
        line = "|".join(sorted(f"{file}#{source_id}" for file, source_id in (self.a, self.b)))
        return "AB"[blake2b(line.encode(), digest_size=1).digest()[0] % 2]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many pairs are joined and how many should be."""

    right: float
    wrong: float
    missed: float

    @property
    def precision(self) -> float:
        """Of what was joined, the share that is the same job."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what is the same job, the share that was joined."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def as_json(self) -> dict[str, float]:
        """Rounded."""
        counts = {"right": self.right, "wrong": self.wrong, "missed": self.missed}
        shares = {"precision": self.precision, "recall": self.recall}
        return {name: round(value, 3) for name, value in (shares | counts).items()}


def read_pairs() -> tuple[Pair, ...]:
    """The labelled pairs."""
    lines = (json.loads(line) for line in (_LABELS / "pairs.jsonl").read_text("utf-8").splitlines())
    return tuple(Pair(_id(line["a"]), _id(line["b"]), line["stratum"], line["same"], line["why"]) for line in lines)


def read_strata() -> dict[str, int]:
    """How many pairs of the captured postings each stratum has."""
    found: dict[str, int] = json.loads((_LABELS / "pairs_strata.json").read_text("utf-8"))
    return found


def _id(label: Mapping[str, str]) -> Id:
    return label["file"], label["source_id"]


def figures_of(pairs: Iterable[Pair], joined: Mapping[Pair, bool], strata: Mapping[str, int] | None = None) -> Figures:
    """Count pairs; with strata, each as often as its stratum is larger than the pairs of it that are given.

    A stratum of which no pair is given counts for nothing.
    """
    given = tuple(pairs)
    drawn = Counter(pair.stratum for pair in given)
    counts: Counter[tuple[bool, bool]] = Counter()
    for pair in given:
        weight = strata[pair.stratum] / drawn[pair.stratum] if strata else 1
        counts[pair.same, joined[pair]] += weight
    return Figures(counts[True, True], counts[False, True], counts[True, False])


def normalised() -> dict[Id, Posting]:
    """Every captured posting."""
    root, normalise = captures(), make_normalise()
    found: dict[Id, Posting] = {}
    files = sorted(path for path in root.glob("*/*") if path.suffix in {".json", ".xml"})
    for file in track(files, "Normalising", console=_console, disable=not _console.is_terminal, transient=True):
        body = file.read_bytes()
        for outcome in trial(body, source=file.stem, found=detect(body), normalise=normalise, now=NOW):
            if isinstance(outcome, Posting):
                found[f"{file.parent.name}/{file.name}", outcome.source_id] = outcome
    return found


def joined_feeds(postings: Mapping[Id, Posting]) -> Counter[str]:
    """How many postings a digest would take for copies: by the kind of the feed, or the two kinds of two feeds."""
    file_of = {posting.posting_id: file for (file, _), posting in postings.items()}
    counts: Counter[str] = Counter()
    for copies in gather([posting.core() for posting in postings.values()], frozenset()):
        best = file_of[copies.best.posting_id]
        for file in (file_of[other.posting_id] for other in copies.others):
            kinds = sorted(name.split("/")[0] for name in (best, file))
            counts[kinds[0] if file == best else " + ".join(kinds)] += 1
    return counts


def main(
    errors: Annotated[bool, typer.Option("--errors", help="The pairs of half A that are told wrongly.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object for programs.")] = False,
) -> None:
    """Measure, and print precision and recall."""
    pairs, strata, postings = read_pairs(), read_strata(), normalised()
    missing = {own for pair in pairs for own in (pair.a, pair.b)} - postings.keys()
    if missing:
        _console.print(f"[red]{len(missing)} labelled postings are not among the captured ones[/], as {min(missing)}")
        raise typer.Exit(1)
    clusters = {own: posting.cluster for own, posting in postings.items()}
    joined = {pair: same_job(clusters[pair.a], clusters[pair.b]) for pair in pairs}
    feeds = joined_feeds(postings)
    found = dict(_measured(pairs, joined, strata))
    if as_json:
        print(json.dumps(_as_json(found, feeds, postings, pairs)))
        return
    console = Console()
    console.print(_table(found))
    console.print(_feeds_table(feeds))
    if errors:
        for line in _errors(pairs, joined, clusters):
            print(line)


def _measured(
    pairs: Sequence[Pair], joined: Mapping[Pair, bool], strata: Mapping[str, int]
) -> Iterator[tuple[str, tuple[int, Figures, Figures]]]:
    halves = {"A": [pair for pair in pairs if pair.half == "A"], "B": [pair for pair in pairs if pair.half == "B"]}
    for name, chosen in {**halves, "both": pairs}.items():
        yield name, (len(chosen), figures_of(chosen, joined, strata), figures_of(chosen, joined))


def _as_json(
    found: Mapping[str, tuple[int, Figures, Figures]],
    feeds: Counter[str],
    postings: Mapping[Id, Posting],
    pairs: Sequence[Pair],
) -> dict[str, Any]:
    halves = {
        name: {"pairs": count, "weighted": weighted.as_json(), "raw": raw.as_json()}
        for name, (count, weighted, raw) in found.items()
    }
    return {"postings": len(postings), "pairs": len(pairs), "halves": halves, "copies": dict(feeds.most_common())}


def _table(found: Mapping[str, tuple[int, Figures, Figures]]) -> Table:
    table = Table("half", "pairs", "precision", "recall", "unweighted precision", "recall", title="One job")
    for name, (count, weighted, raw) in found.items():
        shares = (weighted.precision, weighted.recall, raw.precision, raw.recall)
        table.add_row(name, str(count), *(f"{share:.1%}" for share in shares))
    return table


def _feeds_table(feeds: Counter[str]) -> Table:
    table = Table("feeds", "copies", title="Taken for copies")
    for feed, count in feeds.most_common():
        table.add_row(feed, str(count))
    return table


def _errors(pairs: Iterable[Pair], joined: Mapping[Pair, bool], clusters: Mapping[Id, Cluster]) -> Iterator[str]:
    for pair in pairs:
        if pair.half == "A" and joined[pair] != pair.same:
            alike = likeness(clusters[pair.a].signature, clusters[pair.b].signature)
            fate = "joined" if joined[pair] else "apart"
            yield f"{fate} at {alike:.2f}, but {pair.why} ({pair.stratum}): {pair.a} {pair.b}"


if __name__ == "__main__":
    typer.run(main)
