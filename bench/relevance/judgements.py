"""What readers said: of each pair whether the person would want the job, and of each claim whether it is true."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from bench.relevance.pairs import Pair

Verdict = Literal["good", "acceptable", "wrong"]
Cause = Literal[
    "place",
    "workplace",
    "zone",
    "human language",
    "other role",
    "skill in passing",
    "level",
    "pay",
    "form of contract",
    "student or volunteer work",
    "stale",
    "duplicate",
    "no job",
]
MOST_WORDS: Final = 10


@dataclass(frozen=True)
class Judgement:
    """A verdict on a pair; the cause says why it is wrong."""

    person: str
    posting: str
    verdict: Verdict
    cause: Cause | None
    note: str
    reader: str


@dataclass(frozen=True)
class ClaimJudgement:
    """Whether one claim of what a mail said is true of the posting."""

    person: str
    posting: str
    claim: str
    true: bool
    reader: str


@dataclass(frozen=True)
class Fault:
    """What is amiss in a line."""

    line: int
    said: str


def read(path: Path) -> Iterator[Judgement | ClaimJudgement | Fault]:
    """Line by line; a line with `claim` judges a claim."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _judgement(number, line)


def _judgement(number: int, line: str) -> Judgement | ClaimJudgement | Fault:
    try:
        fields = json.loads(line)
    except ValueError as error:
        return Fault(number, f"no JSON: {error}")
    if not isinstance(fields, dict):
        return Fault(number, "not an object")
    kind = ClaimJudgement if "claim" in fields else Judgement
    wanted = set(kind.__annotations__)
    fields = {"cause": None, "note": ""} | fields if kind is Judgement else fields
    if unlike := wanted ^ set(fields):
        return Fault(number, f"missing, or unknown: {', '.join(sorted(unlike))}")
    said = _amiss_in_claim(fields) if kind is ClaimJudgement else _amiss(fields)
    return Fault(number, said) if said else kind(**fields)


def _amiss_in_claim(fields: dict[str, Any]) -> str | None:
    return None if isinstance(fields["true"], bool) else "true: write true or false"


def _amiss(fields: dict[str, Any]) -> str | None:
    if fields["verdict"] not in get_args(Verdict):
        return f"verdict: one of {', '.join(get_args(Verdict))}"
    if fields["verdict"] == "wrong" and fields["cause"] not in get_args(Cause):
        return f"cause: one of {', '.join(get_args(Cause))}"
    if fields["verdict"] != "wrong" and fields["cause"] is not None:
        return "cause: only what is wrong has one"
    if len(str(fields["note"]).split()) > MOST_WORDS:
        return f"note: at most {MOST_WORDS} words"
    return None


def unfit(said: Judgement | ClaimJudgement, pairs: dict[tuple[str, str], Pair]) -> str | None:
    """Why something that was said is of no use, if so."""
    return None if (said.person, said.posting) in pairs else f"{said.person}, {said.posting}: no such pair was drawn"
