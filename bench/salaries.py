"""How many salaries of labelled postings are read right, beside what JobSpy's `extract_salary` makes of the same texts.

`python -m bench.salaries LABELS... [--jobspy PYTHON] [--json]`, where PYTHON is the interpreter of an environment
of its own that holds `python-jobspy==1.1.82` (`uv venv DIR && uv pip install --python DIR/bin/python
python-jobspy==1.1.82`; later releases have no such function). Labels are JSON lines with `file`, `source_id` and
`salary`; the postings are
those of the captures in JOBCHIME_SHARED.
"""

import argparse
import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from schemas.posting import Salary
from services.ingest.adapters.formats.registry import detect
from services.ingest.domain.draft import Draft
from services.ingest.domain.pay.reading import read_salary
from services.ingest.domain.reach.reading import one_country, read_reach
from services.ingest.domain.text.html import one_line, text_of
from services.ingest.ports import Item, UnusableItemError
from services.rules.money import Rates, rates_before
from services.rules.sections import Document, document_of
from tests.support.shared import captures

_ON: Final = date(2026, 8, 22)
_TOLERANCE: Final = 0.01
_CALL: Final = """
import json, sys
from jobspy.util import extract_salary
for line in sys.stdin:
    print(json.dumps(extract_salary(json.loads(line))))
"""
_PERIODS: Final = {"yearly": "year", "monthly": "month", "hourly": "hour"}

Terms = tuple[float | None, float | None, str | None, str | None]


@dataclass(frozen=True)
class Case:
    """A labelled posting: what it pays by its label, its text, and what we read of it."""

    label: str
    want: Terms | None
    text: str
    ours: Terms | None
    by_text: Terms | None
    """What we read without the board's structured fields."""


@dataclass
class Score:
    """Of the postings that say what they pay, and of those that do not."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    left_alone: int = 0
    made_up: int = 0

    @property
    def share(self) -> float:
        """Of all postings, those that were read right, or rightly left alone."""
        all_read = self.right + self.wrong + self.missed + self.left_alone + self.made_up
        return (self.right + self.left_alone) / max(all_read, 1)

    def add(self, want: Terms | None, got: Terms | None, *, right: bool) -> None:
        if want is None:
            self.left_alone += got is None
            self.made_up += got is not None
        elif got is None:
            self.missed += 1
        else:
            self.right += right
            self.wrong += not right


def same(want: Terms | None, got: Terms | None, *, amounts_only: bool = False) -> bool:
    """Whether two readings agree: ends within 1 %, one open end filled with the other; currency and period too."""
    if want is None or got is None:
        return want is got
    low, high = want[0] if want[0] is not None else want[1], want[1] if want[1] is not None else want[0]
    ends = (_near(want[0], got[0]) or (want[0] is None and _near(high, got[0]))) and (
        _near(want[1], got[1]) or (want[1] is None and _near(low, got[1]))
    )
    return ends and (amounts_only or want[2:] == got[2:])


def _near(want: float | None, got: float | None) -> bool:
    if want is None or got is None:
        return want is got
    return abs(want - got) <= _TOLERANCE * max(abs(want), 1)


def cases(labels: Sequence[Path]) -> tuple[list[Case], list[str]]:
    """The labelled postings that the known formats hold, and the ids of those that they do not."""
    wanted: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for file in labels:
        for line in file.read_text("utf-8").splitlines():
            label = json.loads(line)
            wanted[label["file"]][str(label["source_id"])] = label
    rates = rates_before(_ON)
    found: list[Case] = []
    lost: list[str] = []
    for name, by_id in wanted.items():
        drafts = dict(_drafts(captures() / name))
        for source_id, label in by_id.items():
            draft = drafts.get(source_id)
            if draft is None:
                lost.append(label["id"])
            else:
                found.append(_case(label, draft, rates))
    return found, lost


def _drafts(file: Path) -> Iterator[tuple[str, Draft]]:
    body = file.read_bytes()
    known = detect(body)
    if known is None:
        return
    for part in known.split(body):
        if isinstance(part, Item):
            with suppress(UnusableItemError):
                yield part.source_id, known.draft(part.data)


def _case(label: dict[str, Any], draft: Draft, rates: Rates) -> Case:
    title = one_line(draft.title)
    document = document_of(title, text_of(draft.html))
    country = one_country(read_reach(draft, document).value)
    said = label["salary"]
    words = [title, *(stated.text for stated in draft.pay_text), document.text]
    return Case(
        label=label["id"],
        want=(said["min"], said["max"], said["currency"], said["period"]) if said else None,
        text="\n".join(words),
        ours=_read(draft, document, country, rates),
        by_text=_read(_without_bands(draft), document, country, rates),
    )


def _without_bands(draft: Draft) -> Draft:
    return Draft(source_id=draft.source_id, title=draft.title, company=draft.company, pay_text=draft.pay_text)


def _read(draft: Draft, document: Document, country: str | None, rates: Rates) -> Terms | None:
    found: Salary | None = read_salary(draft, document, country=country, rates=rates).value
    return (found.min, found.max, found.currency, found.period) if found else None


def jobspy(python: str, texts: Iterable[str]) -> list[Terms | None]:
    """What JobSpy reads of each text. Raises CalledProcessError where that interpreter cannot."""
    sent = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run([python, "-c", _CALL], input=sent, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        None if low is None else (low, high, currency, _PERIODS.get(interval))
        for interval, low, high, currency in answers
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", nargs="+", type=Path)
    parser.add_argument("--jobspy", metavar="PYTHON", help="the interpreter of an environment that holds JobSpy")
    parser.add_argument("--errors", action="store_true", help="name each posting that we read wrong")
    parser.add_argument("--json", action="store_true", help="print one object")
    given = parser.parse_args()
    labelled, lost = cases(given.labels)
    readings: dict[str, list[Terms | None]] = {
        "jobchime": [posting.ours for posting in labelled],
        "jobchime, text alone": [posting.by_text for posting in labelled],
    }
    if given.jobspy:
        readings["JobSpy"] = jobspy(given.jobspy, [posting.text for posting in labelled])
        readings["JobSpy, amounts alone"] = readings["JobSpy"]
    scores = {name: scored(labelled, read, amounts_only="amounts" in name) for name, read in readings.items()}
    if given.json:
        print(json.dumps(report(labelled, lost, scores)))
        return
    print(f"{len(labelled)} postings, {sum(posting.want is not None for posting in labelled)} of them with a salary")
    if lost:
        print(f"{len(lost)} labels have no posting here: {', '.join(lost)}")
    print(f"\n| {'read by':22} | right | wrong | missed | left alone | made up | right of all |")
    print(f"|{'-' * 24}|{'-' * 6}:|{'-' * 6}:|{'-' * 7}:|{'-' * 11}:|{'-' * 8}:|{'-' * 13}:|")
    for name, score in scores.items():
        print(
            f"| {name:22} | {score.right:5} | {score.wrong:5} | {score.missed:6} | {score.left_alone:10} "
            f"| {score.made_up:7} | {score.share:12.1%} |"
        )
    for posting in labelled if given.errors else ():
        if not same(posting.want, posting.ours):
            print(f"{posting.label}: said {posting.want}, read {posting.ours}")


def scored(labelled: Sequence[Case], read: Sequence[Terms | None], *, amounts_only: bool) -> Score:
    """How one reader fares on all postings."""
    score = Score()
    for posting, got in zip(labelled, read, strict=True):
        score.add(posting.want, got, right=same(posting.want, got, amounts_only=amounts_only))
    return score


def report(labelled: Sequence[Case], lost: Sequence[str], scores: Mapping[str, Score]) -> dict[str, Any]:
    """The object of `--json`; its ratios are shares of all postings that were read right, by reader."""
    return {
        "bench": "salaries",
        "ratios": {name: round(score.share, 4) for name, score in scores.items()},
        "postings": len(labelled),
        "lost": list(lost),
        "scores": {name: asdict(score) for name, score in scores.items()},
    }


if __name__ == "__main__":
    main()
