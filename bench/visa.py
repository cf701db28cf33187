"""How well it is read whether an employer sponsors a visa: `python -m bench.visa POSTINGS.jsonl [--json] [--errors]`.

POSTINGS.jsonl is what `jobchime normalise` makes of the captures. The labels (labels/visa.jsonl) are of all captured
postings that hold a word of visas, permits or sponsors; of the others, whatever is read is counted as wrong.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.reading import Reading, given_on_the_command_line

_LABELS = Path(__file__).parent / "labels" / "visa.jsonl"


def scored_by_labels(postings: Iterable[Mapping[str, Any]]) -> Reading:
    """Score normalised postings, those of all captures."""
    labels = {
        (Path(label["file"]).stem, label["source_id"]): label["visa"] for label in map(json.loads, _LABELS.open())
    }
    pairs = [
        (posting, labels.get((posting["source"], posting["source_id"]), "unknown"), posting["visa"])
        for posting in postings
    ]
    return Reading(
        right=sum(want == got != "unknown" for _, want, got in pairs),
        labelled=sum(want != "unknown" for _, want, _ in pairs),
        read=sum(got != "unknown" for _, _, got in pairs),
        errors=[f"{posting['source_id']}: {want}, read {got}" for posting, want, got in pairs if want != got],
    )


def main() -> None:
    """Print precision and recall."""
    given = given_on_the_command_line(__doc__)
    found = scored_by_labels(given.postings)
    if given.as_json:
        print(json.dumps({"bench": "visa", "ratios": found.ratios(), "said": found.labelled, "read": found.read}))
    else:
        print(found)
    for error in found.errors if given.errors else ():
        print(error)


if __name__ == "__main__":
    main()
