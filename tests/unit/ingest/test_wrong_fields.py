"""Fields that operators called wrong: those that were mended stay so, and `bench.wrong_fields` tells the others."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.wrong_fields import formats_of, judged, labels_of, main, means
from tests.support.feed_bodies import remoteok_job

MENDED = Path(__file__).parent / "wrong_fields.jsonl"
"""Labels as the console keeps them, with invented words in the place of the posting's own."""


def label(**changes: Any) -> str:
    made: dict[str, Any] = {
        "source": "board",
        "source_id": "1059249",
        "field": "seniority",
        "read": "mid",
        "right": "senior",
        "format": "remoteok",
        "fetched_at": "2026-07-01T05:00:00+00:00",
        "item": remoteok_job(),
        "by": "operator",
    }
    return json.dumps(made | changes)


def found(**changes: Any) -> tuple[str, str]:
    [label_read] = labels_of([label(**changes)])
    result = judged(label_read, formats_of(None))
    return result.found, str(result)


@pytest.mark.parametrize("line", MENDED.read_text(encoding="utf-8").splitlines())
def test_a_field_that_was_mended_stays_right(line: str) -> None:
    [label_read] = labels_of([line])
    result = judged(label_read, formats_of(None))
    assert result.found == "right", str(result)


def test_an_item_is_read_anew_and_its_field_held_against_what_was_said() -> None:
    assert found()[0] == "right"
    assert found(right="intern") == ("wrong", "board 1059249, seniority: wrong, \"senior\" where 'intern' was said")


@pytest.mark.parametrize("lacking", ["item", "format", "fetched_at"])
def test_what_cannot_be_read_anew_is_told_as_such(lacking: str) -> None:
    assert found(**{lacking: None}) == ("not read", "board 1059249, seniority: not read, its item was not kept")


def test_a_mapping_that_nobody_gave_and_a_field_that_is_gone_are_told() -> None:
    assert "mapped:own, is in no settings" in found(format="mapped:own")[1]
    assert "no such field any more" in found(field="mood")[1]


def test_the_last_label_of_a_field_holds() -> None:
    assert [label_read.right for label_read in labels_of([label(right="mid"), "\n", label()])] == ["senior"]


@pytest.mark.parametrize(
    ("said", "read", "same"),
    [
        ("Senior", "senior", True),
        ("mid", "senior", False),
        ("none", None, True),
        ("senior", None, False),
        ("unknown", "unknown", True),
        ("true", True, True),
        ("5", 5, True),
        ("python, Go", [{"name": "Go", "core": True}, {"name": "Python", "core": False}], True),
        ("Python", [{"name": "Go", "core": True}], False),
        ("none", [], True),
        ("Python", [], False),
        ("", ["Python"], False),
        ('{"min": 1}', {"min": 1}, True),
    ],
)
def test_what_somebody_wrote_is_json_or_plain_words(said: str, read: object, same: bool) -> None:
    assert means(said, read) is same


def test_the_bench_names_what_is_still_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "labels.jsonl"
    lines = [label(), label(source_id="2", right="intern"), label(source_id="3", item=None)]
    file.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["wrong_fields", str(file)])
    assert main() == 1
    out = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in out] == ["board 2", "board 3", "1 of 2 fields read right"]
    file.write_text(label(), encoding="utf-8")
    assert main() == 0
