"""How well roles are read from captured postings: `python -m bench.roles [CAPTURES] [--json] [--errors]`.

Labels (labels/roles.jsonl) are the roles that a reader would file a posting under, one or two, or none. The first role
read is right where it is one of them. Half `seen` was labelled while rules were written, `unread` when they were done.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.normalise import all_given
from bench.reading import Reading
from services.ingest.domain.draft import Draft
from services.ingest.domain.role.reading import RoleReading, read_role
from services.ingest.domain.text.html import one_line, sanitise, text_of_safe
from services.rules.roles.taxonomy import roles
from tests.support.shared import captures

_LABELS: Final = Path(__file__).parent / "labels" / "roles.jsonl"
_HALVES: Final = ("seen", "unread")

Key = tuple[str, str]


def score(labels: Mapping[Key, Sequence[str]], readings: Mapping[Key, RoleReading]) -> Reading:
    """Hold readings against labels."""
    pairs = [(key, wanted, readings[key].roles) for key, wanted in labels.items()]
    return Reading(
        right=sum(bool(got) and got[0] in wanted for _, wanted, got in pairs),
        read=sum(bool(got) for _, _, got in pairs),
        labelled=sum(bool(wanted) for _, wanted, _ in pairs),
        errors=[
            f"{'/'.join(key)}: {' or '.join(wanted) or 'none'}, read {' + '.join(got) or 'none'}"
            for key, wanted, got in pairs
            if (got[:1] or ("",))[0] not in (wanted or ("",))
        ],
    )


def labelled(half: str) -> dict[Key, list[str]]:
    """The labels of a half, by the feed's file and its id."""
    found = (label for label in map(json.loads, _LABELS.open(encoding="utf-8")) if label["half"] == half)
    return {(Path(label["file"]).stem, label["source_id"]): label["roles"] for label in found}


def by_family(labels: Mapping[Key, Sequence[str]], readings: Mapping[Key, RoleReading]) -> dict[str, Reading]:
    """A score for the postings of each family, by the first role of their labels."""
    parted: dict[str, dict[Key, Sequence[str]]] = defaultdict(dict)
    for key, wanted in labels.items():
        parted[roles()[wanted[0]].family if wanted else "none"][key] = wanted
    return {family: score(part, readings) for family, part in sorted(parted.items())}


def _drafts(folder: Path) -> Iterable[tuple[Key, Draft, str]]:
    for given in all_given(folder):
        draft = given.known.draft(given.raw.item)
        yield (given.raw.source, given.raw.source_id), draft, text_of_safe(sanitise(draft.html))


def main() -> None:
    """Print coverage, precision, recall and speed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("captures", type=Path, nargs="?", default=captures())
    parser.add_argument("--json", action="store_true", help="one object")
    parser.add_argument("--errors", action="store_true", help="name what is wrong")
    given = parser.parse_args()
    known, drafts = roles(), list(_drafts(given.captures))
    began = time.process_time()
    readings = {key: read_role(one_line(draft.title), draft.departments, text, known) for key, draft, text in drafts}
    per_s = len(drafts) / (time.process_time() - began)
    sources = [reading.source for reading in readings.values()]
    shares = {source: sources.count(source) / len(sources) for source in ("title", "category", "text", "unknown")}
    scores = {half: score(labelled(half), readings) for half in _HALVES}
    if given.json:
        ratios = {name: value for half, scored in scores.items() for name, value in scored.ratios(f"{half}_").items()}
        ratios |= {"coverage": round(1 - shares["unknown"], 4), "postings_per_s": round(per_s)}
        print(json.dumps({"bench": "roles", "ratios": ratios, "postings": len(drafts)}))
        return
    by_source = ", ".join(f"{share:.1%} {source}" for source, share in shares.items())
    print(f"coverage {1 - shares['unknown']:.1%} of {len(drafts)} postings ({by_source}); {per_s:,.0f} postings/s")
    for half, scored in scores.items():
        print(f"{half}: {scored}")
        for family, part in by_family(labelled(half), readings).items():
            print(f"  {family:22} {part.right:3} right, {part.read:3} read, {part.labelled:3} labelled")
        for error in scored.errors if given.errors else ():
            print(f"  {error}")


if __name__ == "__main__":
    main()
