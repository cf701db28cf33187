"""How well languages of the work are read: `python -m bench.languages POSTINGS.jsonl [--json] [--errors]`.

POSTINGS.jsonl is what `jobchime normalise` makes of the captures. The labels (labels/languages.jsonl) are of two
halves: `seen` ones, which the rules were written with in sight, and `unread` ones, labelled when the rules were done. A
need is right where its languages are those of the label, alternatives (`es|pt`) as a set; wishes are compared language
by language.
"""

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from bench.reading import Reading, given_on_the_command_line
from services.ingest.domain.spoken.reading import LanguagesOfWork, read_languages
from services.rules.sections import document_of

_LABELS: Final = Path(__file__).parent / "labels" / "languages.jsonl"


def count(score: Reading, source_id: str, want: set[str], got: set[str]) -> None:
    """Add what is labelled of a posting, and what was read."""
    score.right += len(want & got)
    score.labelled += len(want)
    score.read += len(got)
    if want != got:
        score.errors.append(f"{source_id}: {sorted(want)}, read {sorted(got)}")


def compared(postings: Iterable[Mapping[str, Any]]) -> dict[str, Reading]:
    """Score the labelled ones of normalised postings."""
    labels = {
        (Path(labelled["file"]).stem, labelled["source_id"]): labelled for labelled in map(json.loads, _LABELS.open())
    }
    scores = {f"{half} {need}": Reading() for half in ("seen", "unread") for need in ("needed", "wanted")}
    for posting in postings:
        label = labels.get((posting["source"], posting["source_id"]))
        if label is None:
            continue
        stated = _read(posting).stated
        needed = {"|".join(need.codes) for need in stated if need.need == "needed"}
        wanted = {code for need in stated if need.need == "wanted" for code in need.codes}
        sets = {"|".join(sorted(codes.split("|"))) for codes in label["needed"]}
        count(scores[f"{label['half']} needed"], posting["source_id"], sets, needed)
        count(scores[f"{label['half']} wanted"], posting["source_id"], set(label["wanted"]), wanted)
    return scores


def postings_per_second(postings: Iterable[Mapping[str, Any]]) -> int:
    """How many a second of processor time, sections and lower case not counted."""
    given = [(document_of(posting["title"], posting["description_text"]), posting["language"]) for posting in postings]
    for document, language in given:
        document.kind_at(0), document.lowered
        if language != "en":
            read_languages(document, (), language)
    began = time.process_time()
    for document, language in given:
        read_languages(document, (), language)
    return round(len(given) / (time.process_time() - began))


def _read(posting: Mapping[str, Any]) -> LanguagesOfWork:
    return read_languages(document_of(posting["title"], posting["description_text"]), (), posting["language"])


def main() -> None:
    """Print precision and recall of both halves."""
    given = given_on_the_command_line(__doc__)
    scores, speed = compared(given.postings), postings_per_second(given.postings)
    if given.as_json:
        ratios = {name: score.ratios() for name, score in scores.items()} | {"postings_per_s": speed}
        print(json.dumps({"bench": "languages", "ratios": ratios}))
        return
    for name, score in scores.items():
        print(f"{name}: {score}")
        for error in score.errors if given.errors else ():
            print(f"  {error}")
    print(f"{speed} postings a second")


if __name__ == "__main__":
    main()
