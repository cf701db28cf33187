"""How well conditions are read: `python -m bench.conditions POSTINGS.jsonl [--json] [--errors]`.

POSTINGS.jsonl is what `jobchime normalise` makes of the captures. The labels (labels/conditions.jsonl) are of one
captured posting of each title and employer that holds a word of moving, licences, shifts or studies, and of a few more.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.reading import Reading, given_on_the_command_line

_LABELS = Path(__file__).parent / "labels" / "conditions.jsonl"
PLACES = "places"


def scored_by_labels(postings: Iterable[Mapping[str, Any]]) -> dict[str, Reading]:
    """Score the labelled ones of normalised postings by kind of condition; `places` of those that are rightly read."""
    labels = {
        (Path(label["file"]).stem, label["source_id"]): _by_kind(label) for label in map(json.loads, _LABELS.open())
    }
    found: defaultdict[str, Reading] = defaultdict(Reading)
    for posting in postings:
        want = labels.get((posting["source"], posting["source_id"]))
        if want is None:
            continue
        got = _by_kind(posting)
        for kind in {*want, *got}:
            reading = found[kind]
            reading.right += kind in want and kind in got
            reading.labelled += kind in want
            reading.read += kind in got
            if (kind in want) != (kind in got):
                reading.errors.append(f"{posting['source_id']}: {kind} {'missed' if kind in want else 'read'}")
            elif want[kind] or got[kind]:
                _count_places(found[PLACES], posting["source_id"], want[kind], got[kind])
    return dict(found)


def _by_kind(label: Mapping[str, Any]) -> dict[str, set[str]]:
    return {condition["kind"]: set(condition["places"]) for condition in label["conditions"]}


def _count_places(reading: Reading, source_id: str, want: set[str], got: set[str]) -> None:
    reading.right += len(want & got)
    reading.labelled += len(want)
    reading.read += len(got)
    if want != got:
        reading.errors.append(f"{source_id}: places {sorted(want)}, read {sorted(got)}")


def main() -> None:
    """Print precision and recall by kind."""
    given = given_on_the_command_line(__doc__)
    found = scored_by_labels(given.postings)
    if given.as_json:
        ratios = {name: value for kind, score in found.items() for name, value in score.ratios(f"{kind}_").items()}
        print(json.dumps({"bench": "conditions", "ratios": ratios}))
        return
    for kind, reading in sorted(found.items()):
        print(f"{kind}: {reading}")
        for error in reading.errors if given.errors else ():
            print(f"  {error}")


if __name__ == "__main__":
    main()
