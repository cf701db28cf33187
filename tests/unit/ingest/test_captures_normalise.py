"""Every captured item comes out as a posting or is told of, as docs/measured/captures.md counts, and is read well.

All is normalised once, whichever workers run these tests.
"""

import fcntl
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench import conditions
from bench.visa import scored_by_labels
from tests.support.shared import captures, shared_dir

pytestmark = [pytest.mark.timeout(1_800), pytest.mark.slow(minutes=0.3)]

ROOT = Path(__file__).resolve().parents[3]
NOW = "2026-08-22"
"""As docs/measured/captures.md says."""
KINDS = ("posting", "dead letter", "skip", "merge")
_START = "from services.cli import main; import sys; sys.argv[0] = 'jobchime'; main()"
_ROW = re.compile(r"^\| (\S+/\S+|all) \|" + r" ([\d,]+) \|" * 5 + "$", re.MULTILINE)
_RIGHT = re.compile(r"^(\w[\w ]*?) +(\d+)/(\d+) ")
_FOUND = re.compile(r"^(\w[\w ]*?) +precision .*\((\d+) of (\d+), (\d+) predicted\)$")

AIMS = {
    "found": 100.0,
    "workplace": 90.0,
    "reach": 90.0,
    "employment": 90.0,
    "salary given": 90.0,
    "salary": 95.0,
    "seniority": 85.0,
    "timezones": 90.0,
    "language": 90.0,
    "countries F1": 90.0,
    "skills precision": 70.0,
    "skills F1": 65.0,
    "skills core recall": 60.0,
}
"""Percent of those labelled, on the postings of dev.jsonl."""


@dataclass(frozen=True)
class Normalised:
    """What `jobchime normalise` made of all captures."""

    file: Path
    postings: tuple[Mapping[str, Any], ...]
    fallen: tuple[Mapping[str, Any], ...]

    def counted(self) -> dict[str, Counter[str]]:
        """By the name of a file without its ending: how many came out as what."""
        found: dict[str, Counter[str]] = {}
        for posting in self.postings:
            found.setdefault(posting["source"], Counter())["posting"] += 1
        for fallen in self.fallen:
            found.setdefault(Path(fallen["file"]).stem, Counter())[fallen["kind"]] += 1
        return found


@pytest.fixture(scope="module")
def normalised(tmp_path_factory: pytest.TempPathFactory) -> Normalised:
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    file, dead = folder / "captures-postings.jsonl", folder / "captures-dead.jsonl"
    feeds = captures()
    with (folder / "captures.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            made = file.with_suffix(".made")
            options = ("--now", NOW, "--dead", str(dead))
            with made.open("wb") as out:
                command = [sys.executable, "-W", "ignore", "-c", _START, "normalise", str(feeds), *options]
                subprocess.run(command, cwd=ROOT, stdout=out, check=True)
            made.rename(file)
    return Normalised(file, _lines(file), _lines(dead))


def _lines(file: Path) -> tuple[Mapping[str, Any], ...]:
    with file.open(encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


def test_each_file_gives_what_the_page_counts(normalised: Normalised) -> None:
    page = (ROOT / "docs" / "measured" / "captures.md").read_text(encoding="utf-8")
    rows = {name: [int(count.replace(",", "")) for count in counts] for name, *counts in _ROW.findall(page)}
    total = rows.pop("all")
    assert total == [sum(column) for column in zip(*rows.values(), strict=True)] == [2_736, 2_731, 1, 4, 0]
    counted = {name: [sum(of.values()), *(of[kind] for kind in KINDS)] for name, of in normalised.counted().items()}
    assert counted == {Path(name).stem: counts for name, counts in rows.items()}
    assert {f"{file.parent.name}/{file.name}" for file in captures().glob("*/*") if file.is_file()} == set(rows)
    assert all(fallen["reason"] for fallen in normalised.fallen)


def test_what_comes_out_can_be_shown_and_most_of_it_says_where_and_what_for(normalised: Normalised) -> None:
    for posting in normalised.postings:
        assert posting["title"].strip(), posting["posting_id"]
        assert "<script" not in posting["description_html"], posting["posting_id"]
    count = len(normalised.postings)
    assert sum(posting["reach"]["scope"] != "unknown" for posting in normalised.postings) > 0.8 * count
    assert sum(bool(posting["skills"]) for posting in normalised.postings) > 0.8 * count


def test_the_labelled_ones_are_read_as_well_as_is_aimed_at(normalised: Normalised) -> None:
    scorer, labels = shared_dir() / "tools" / "score_normaliser.py", shared_dir() / "data" / "golden" / "dev.jsonl"
    command = [sys.executable, str(scorer), str(labels), str(normalised.file)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    scores = _scores(printed)
    assert scores.keys() >= AIMS.keys(), printed
    assert {name: scores[name] for name, aim in AIMS.items() if scores[name] < aim} == {}, printed


def test_what_is_said_of_visas_is_read_as_labelled(normalised: Normalised) -> None:
    found = scored_by_labels(normalised.postings)
    assert found.labelled >= 130
    assert found.precision >= 0.95, found.errors
    assert found.recall >= 0.95, found.errors


def test_what_is_set_as_a_condition_is_read_as_labelled(normalised: Normalised) -> None:
    for kind, found in conditions.scored_by_labels(normalised.postings).items():
        assert found.labelled >= 15
        assert found.precision >= 0.9, (kind, found.errors)
        assert found.recall >= 0.85, (kind, found.errors)


def _scores(printed: str) -> dict[str, float]:
    """Percent, of the counts that the scorer prints rather than what it rounds them to."""
    found: dict[str, float] = {}
    for line in printed.splitlines():
        if of := _RIGHT.match(line):
            found[of[1]] = 100 * int(of[2]) / int(of[3])
        elif of := _FOUND.match(line):
            right, labelled, predicted = int(of[2]), int(of[3]), int(of[4])
            found[f"{of[1]} precision"] = 100 * right / max(predicted, 1)
            found[f"{of[1]} recall"] = 100 * right / max(labelled, 1)
            found[f"{of[1]} F1"] = 200 * right / max(predicted + labelled, 1)
    return found
