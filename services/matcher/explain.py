"""Verdicts for people and programs at the command line."""

from typing import Any, Final

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.rules.fits import Fit
from services.rules.verdict import Outcome, Reason, Verdict

_OUTCOMES: Final[dict[Outcome, str]] = {"match": "matches", "near": "is a near miss", "reject": "does not match"}
_MARKS: Final[dict[Fit, str]] = {"yes": "+", "near": "~", "no": "-"}


def explain_text(criteria: Criteria, posting: PostingCore, found: Verdict) -> str:
    """Say in some lines whether a posting fits, and why, criterion by criterion: `+` fits, `~` nearly, `-` does not."""
    where = f" ({posting.url})" if posting.url else ""
    lines = [f"{_plain(posting.title)}, {_plain(posting.company.name)}{where}", f"{_OUTCOMES[found.outcome]}:"]
    width = max((len(reason.criterion) for reason in found.reasons), default=0)
    lines += [f"  {_MARKS[reason.fit]} {reason.criterion:<{width}}  {_plain(reason.text)}" for reason in found.reasons]
    if not found.reasons:
        lines.append("  + nothing was asked for")
    return "\n".join(lines)


def explain_json(criteria: Criteria, posting: PostingCore, found: Verdict) -> dict[str, Any]:
    """The same as data, with the criteria and the posting's name beside the reasons."""
    return {
        "criteria": criteria.model_dump(mode="json", exclude_defaults=True),
        "posting": {"posting_id": posting.posting_id, "title": posting.title, "company": posting.company.name},
        "verdict": found.outcome,
        "reasons": [_reason(reason) for reason in found.reasons],
    }


def pair_json(criteria_id: str, posting: PostingCore, found: Verdict) -> dict[str, Any]:
    """One line of `jobchime match --json`."""
    return {
        "criteria_id": criteria_id,
        "posting_id": posting.posting_id,
        "verdict": found.outcome,
        "reasons": [_reason(reason) for reason in found.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"criterion": reason.criterion, "fit": reason.fit, "text": reason.text, "facts": dict(reason.facts)}


def _plain(text: str) -> str:
    """One line without control characters: a feed's text must not steer a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
