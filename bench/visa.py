"""How well it is read whether an employer sponsors a visa: `python -m bench.visa POSTINGS.jsonl [--json] [--errors]`.

POSTINGS.jsonl is what `jobchime normalise` makes of the captures. The labels (labels/visa.jsonl) are of all captured
postings that hold a word of visas, permits or sponsors; of the others, whatever is read is counted as wrong.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LABELS = Path(__file__).parent / "labels" / "visa.jsonl"


@dataclass(frozen=True)
class Read:
    """Of the postings that offer or refuse a visa."""

    right: int
    said: int
    """So many are labelled as saying something."""
    read: int
    """Of so many something was read."""
    errors: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Of what was read."""
        return self.right / max(self.read, 1)

    @property
    def recall(self) -> float:
        """Of what is labelled."""
        return self.right / max(self.said, 1)


def held_against_labels(postings: Iterable[Mapping[str, Any]]) -> Read:
    """Score normalised postings, those of all captures."""
    labels = {(Path(one["file"]).stem, one["source_id"]): one["visa"] for one in map(json.loads, _LABELS.open())}
    pairs = [(one, labels.get((one["source"], one["source_id"]), "unknown"), one["visa"]) for one in postings]
    return Read(
        right=sum(want == got != "unknown" for _, want, got in pairs),
        said=sum(want != "unknown" for _, want, _ in pairs),
        read=sum(got != "unknown" for _, _, got in pairs),
        errors=tuple(f"{one['source_id']}: {want}, read {got}" for one, want, got in pairs if want != got),
    )


def main() -> None:
    """Print precision and recall."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    parser.add_argument("--json", action="store_true", help="one object")
    parser.add_argument("--errors", action="store_true", help="name what is wrong")
    given = parser.parse_args()
    with given.postings.open(encoding="utf-8") as lines:
        found = held_against_labels(map(json.loads, lines))
    if given.json:
        ratios = {"precision": round(found.precision, 4), "recall": round(found.recall, 4)}
        print(json.dumps({"bench": "visa", "ratios": ratios, "said": found.said, "read": found.read}))
    else:
        print(
            f"precision {found.precision:.1%} of {found.read} read, recall {found.recall:.1%} of {found.said} labelled"
        )
    for error in found.errors if given.errors else ():
        print(error)


if __name__ == "__main__":
    main()
