"""How well something is read that readers have labelled: precision of what was read, recall of what is labelled."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Reading:
    """Counts over labelled postings, or over the values in them."""

    right: int = 0
    read: int = 0
    """So many were given a value."""
    labelled: int = 0
    """So many have one."""
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what was read."""
        return self.right / max(self.read, 1)

    @property
    def recall(self) -> float:
        """Of what is labelled."""
        return self.right / max(self.labelled, 1)

    def ratios(self, prefix: str = "") -> dict[str, float]:
        """Both, to four digits."""
        return {f"{prefix}precision": round(self.precision, 4), f"{prefix}recall": round(self.recall, 4)}

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.1%} of {self.read} read, recall {self.recall:.1%} of {self.labelled} labelled"
        )


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a bench of labelled postings is given on the command line."""

    postings: list[Mapping[str, Any]]
    as_json: bool
    errors: bool
    """Whether to name what is wrong."""


def given_on_the_command_line(doc: str | None) -> Arguments:
    """Read `POSTINGS.jsonl [--json] [--errors]`, which is what `jobchime normalise` makes; `doc` is the bench's own."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    parser.add_argument("--json", action="store_true", help="one object")
    parser.add_argument("--errors", action="store_true", help="name what is wrong")
    given = parser.parse_args()
    with given.postings.open(encoding="utf-8") as lines:
        return Arguments([json.loads(line) for line in lines], given.json, given.errors)
