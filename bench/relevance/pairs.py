"""The judged pairs' draw, as labels/relevance/pairs.jsonl and the files beside it keep it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench.relevance.people import LABELS

PAIRS: Final = LABELS / "pairs.jsonl"
SENT_LATER: Final = LABELS / "pairs-sent-later.jsonl"
"""What later rules sent of what was not drawn. It weighs nothing: recall is of the drawn pairs alone."""
TRAINING_PAIRS: Final = LABELS / "pairs-training.jsonl"
DECIDING_PAIRS: Final = LABELS / "pairs-deciding.jsonl"
NEAR_PAIRS: Final = LABELS / "pairs-near.jsonl"
"""Near misses of the people who may be looked at; counted by `bench.relevance.near` alone."""


@dataclass(frozen=True)
class Pair:
    """A person and a posting that somebody is to read for them."""

    person: str
    posting: str
    stratum: str
    weight: float
    """How many pairs of its stratum it stands for."""


def read_pairs(path: Path = PAIRS) -> list[Pair]:
    """The pairs in the order of the file."""
    with path.open(encoding="utf-8") as lines:
        return [Pair(**json.loads(line)) for line in lines]


def write_pairs(pairs: Iterable[Pair], path: Path = PAIRS) -> None:
    """Replace the file."""
    path.write_text("".join(f"{json.dumps(asdict(pair))}\n" for pair in pairs), encoding="utf-8")
