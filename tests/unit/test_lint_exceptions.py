"""Each exception from lint or types names its rule and says why."""

import io
import re
import tokenize
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_ROOMS = ("services", "schemas", "bench", "samples", "docs", "deploy", "tests")
_EXCEPTION = re.compile(r"#\s*(?:ruff:\s*|flake8:\s*)?(?:noqa|type:\s*ignore|pragma)\b")
_EXPLAINED = re.compile(
    r"# (?:ruff: )?noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)* \(.{3,}\)"
    r"|# type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\]  # \w.{2,}"
    r"|# pragma: no cover \(.{3,}\)"
)


def unexplained(source: str) -> list[str]:
    """The comments that except from a rule without naming it or without saying why."""
    comments = (
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    )
    return [comment for comment in comments if _EXCEPTION.search(comment) and not _EXPLAINED.search(comment)]


def test_every_exception_says_why() -> None:
    files = [file for room in _ROOMS for file in sorted((_ROOT / room).rglob("*.py"))]
    assert len(files) > 500
    found = {str(file.relative_to(_ROOT)): unexplained(file.read_text(encoding="utf-8")) for file in files}
    assert {file: comments for file, comments in found.items() if comments} == {}


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("import os  # noqa", False),
        ("import os  # noqa: F401", False),
        ("import os  # noqa: F401 (registers its tables)", True),
        ("call()  # type: ignore", False),
        ("call()  # type: ignore[arg-type]", False),
        ("call()  # type: ignore[arg-type]  # a proxy", True),
        ("call()  # why it is called", True),
    ],
)
def test_an_exception_without_its_rule_or_a_reason_is_found(line: str, fine: bool) -> None:
    assert (unexplained(f"{line}\n") == []) is fine
