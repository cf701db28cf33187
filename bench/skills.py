"""How well skills are read, by labels of skills alone: `python -m bench.skills LABELS POSTINGS [--classes]`.

POSTINGS is what `jobchime normalise` makes of the captures. Names are folded as the captures' own scorer folds
them, which itself wants labels of every field. `--classes` counts what is missed and what is wrong, and names nothing.
"""

import argparse
import json
import runpy
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.reading import Reading
from services.rules.skills.taxonomy import Taxonomy, taxonomy
from tests.support.shared import shared_dir

Fold = Callable[[str], str]


class Labelled(NamedTuple):
    """A posting beside its label."""

    label: Mapping[str, Any]
    posting: Mapping[str, Any]

    def wanted(self, *, core: bool = False) -> list[str]:
        """The names of its label."""
        return list(self.label["skills_core" if core else "skills"])

    def read(self, *, core: bool = False) -> list[str]:
        """The names that were read."""
        return [skill["name"] for skill in self.posting["skills"] if skill["core"] or not core]

    @property
    def text(self) -> str:
        """What a reader of it had."""
        return f"{self.posting['title']}\n{self.posting['description_text']}"


def beside_labels(labels: Path, postings: Iterable[Mapping[str, Any]]) -> list[Labelled]:
    """Each label with its posting. Raises KeyError where one is not there."""
    found = {(posting["source"], posting["source_id"]): posting for posting in postings}
    with labels.open(encoding="utf-8") as lines:
        return [
            Labelled(posting, found[Path(posting["file"]).stem, posting["source_id"]])
            for posting in map(json.loads, lines)
        ]


def score(pairs: Iterable[Labelled], fold: Fold, *, core: bool = False) -> Reading:
    """Hold what was read against the labels, over all names."""
    total = Reading()
    for pair in pairs:
        wanted, read = set(map(fold, pair.wanted(core=core))), set(map(fold, pair.read(core=core)))
        total.right += len(wanted & read)
        total.read += len(read)
        total.labelled += len(wanted)
    return total


def by_strength(pairs: Iterable[Labelled], fold: Fold) -> dict[str, Reading]:
    """Precision of what was read at each strength; nothing is labelled by strength, so recall says nothing."""
    found: dict[str, Reading] = defaultdict(Reading)
    for pair in pairs:
        wanted = set(map(fold, pair.wanted()))
        for skill in pair.posting["skills"]:
            found[skill["strength"]].read += 1
            found[skill["strength"]].right += fold(skill["name"]) in wanted
    return found


def missed(pairs: Iterable[Labelled], fold: Fold, names: Taxonomy) -> Iterator[str]:
    """The class of each name that a label has and the reading lacks."""
    for pair in pairs:
        read, stands = set(pair.read()), {mention.name for mention in names.find(pair.text)}
        folded = set(map(fold, read))
        core = set(pair.wanted(core=True))
        for name in pair.wanted():
            if fold(name) in folded:
                continue
            known = names.canonical(name)
            part = "core" if name in core else "mentioned"
            if known is None:
                written = name.casefold() in pair.text.casefold()
                yield f"{part}: in no list, {'so written' if written else 'in other words'}"
            elif known in read:
                yield f"{part}: read by another name"
            elif known in stands:
                yield f"{part}: known and stands in the text, {names.kind(known)}"
            elif name.casefold() in pair.text.casefold():
                yield f"{part}: known and so written, but not believed, {names.kind(known)}"
            else:
                yield f"{part}: known, the text says it in other words, {names.kind(known)}"


def wrong(pairs: Iterable[Labelled], fold: Fold, names: Taxonomy) -> Iterator[str]:
    """The class of each name that was read and is in no label."""
    for pair in pairs:
        wanted = set(map(fold, pair.wanted()))
        canonical = {known for known in map(names.canonical, pair.wanted()) if known}
        implied = {parent for name in pair.read() for parent in names.parents(name)}
        stands = {mention.name for mention in names.find(pair.text)}
        for skill in pair.posting["skills"]:
            name = skill["name"]
            if fold(name) in wanted:
                continue
            if name in canonical:
                yield "labelled by another name"
            elif name not in stands:
                yield f"implied by {'another skill' if name in implied else 'the title or a cue'}"
            else:
                yield f"stands in the text, {skill['strength']}, {names.kind(name)}"


def main() -> None:
    """Print the score, of all and by language and strength."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument("postings", type=Path)
    parser.add_argument("--classes", action="store_true", help="count what is missed and what is wrong by class")
    given = parser.parse_args()
    fold: Fold = runpy.run_path(str(shared_dir() / "tools" / "score_normaliser.py"))["fold"]
    with given.postings.open(encoding="utf-8") as lines:
        pairs = beside_labels(given.labels, map(json.loads, lines))
    parts = {"all": pairs, "English": [pair for pair in pairs if pair.posting["language"] == "en"]}
    parts["other languages"] = [pair for pair in pairs if pair.posting["language"] != "en"]
    for part, some in parts.items():
        for core in (False, True):
            found = score(some, fold, core=core)
            f1 = 2 * found.right / max(found.read + found.labelled, 1)
            print(f"{part}, {'core' if core else 'skills'} of {len(some)} postings: {found}, F1 {f1:.1%}")
    for strength, found in by_strength(pairs, fold).items():
        print(f"{strength}: precision {found.precision:.1%} of {found.read} read")
    if given.classes:
        for title, classes in (("missed", missed), ("wrong", wrong)):
            counted = Counter(classes(pairs, fold, taxonomy()))
            print(f"{title}: {counted.total()}")
            for kind, count in counted.most_common():
                print(f"{count:6} {kind}")


if __name__ == "__main__":
    main()
