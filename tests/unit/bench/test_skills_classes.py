"""What the bench of skills counts as read, missed and wrong."""

from collections import Counter
from typing import Any

import pytest

from bench.skills import Labelled, by_strength, missed, score, wrong
from services.rules.skills.taxonomy import fold_skill, taxonomy


def _labelled(core: list[str], other: list[str], read: list[tuple[str, bool, str]], text: str) -> Labelled:
    skills: list[dict[str, Any]] = [{"name": name, "core": core, "strength": strength} for name, core, strength in read]
    label = {"skills": [*core, *other], "skills_core": core}
    return Labelled(label, {"title": "Engineer", "description_text": text, "skills": skills})


ONE = _labelled(
    ["Python", "Kubernetes", "Basket Weaving"],
    ["Golang", "Terraform"],
    [("Python", True, "required"), ("Go", False, "wanted"), ("Docker", True, "required")],
    "We need Python, Go, Kubernetes, Docker and basket weaving.",
)


def test_names_are_counted_over_all_postings() -> None:
    found = score([ONE, ONE], fold_skill)
    assert (found.right, found.read, found.labelled) == (2, 6, 10)


def test_core_names_are_held_against_core_names_alone() -> None:
    found = score([ONE], fold_skill, core=True)
    assert (found.right, found.read, found.labelled) == (1, 2, 3)


def test_precision_is_told_by_the_strength_that_was_read() -> None:
    found = by_strength([ONE], fold_skill)
    assert found["required"].precision == pytest.approx(0.5)
    assert found["wanted"].precision == 0


def test_each_missed_name_has_one_class() -> None:
    assert Counter(missed([ONE], fold_skill, taxonomy())) == {
        "core: known and stands in the text, tool": 1,
        "core: in no list, so written": 1,
        "mentioned: read by another name": 1,
        "mentioned: known, the text says it in other words, tool": 1,
    }


def test_a_wrong_name_is_told_from_one_that_is_spelt_otherwise() -> None:
    assert Counter(wrong([ONE], fold_skill, taxonomy())) == {
        "labelled by another name": 1,
        "stands in the text, required, tool": 1,
    }
