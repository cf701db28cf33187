"""How curation weighs a job, in words and as data: the parts of its score, and what it demands."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from services.usecases.explaining import Chance, Doubt, Judgement, Part, PostingCore, Score
from services.usecases.wording import (
    conditions_in_words,
    english,
    needs_in_words,
    one_line,
    part_line,
    unspoken_in_words,
)


def score_lines(scored: Score, at: datetime) -> list[str]:
    """`score 81.5 on 2026-09-01:`, then a line for each part, in the order of docs/curation.md."""
    return [
        f"score {scored.total:.1f} on {at:%Y-%m-%d}:",
        *(f"  {one_line(part_line(part), 200)}" for part in scored.parts),
    ]


def score_json(scored: Score, at: datetime) -> dict[str, Any]:
    """The same as data."""
    return {"total": scored.total, "at": at.isoformat(), "parts": parts_json(scored.parts)}


def chance_json(chance: Chance | None, bar: float | None = None) -> dict[str, Any] | None:
    """The chance, the bar where it is known, what speaks against the job, and what was said of one that is like it.

    By log odds that each thing costs, or gives.
    """
    if chance is None:
        return None
    against = [
        {"fact": doubt.fact, "costs": costs, "of": _details(doubt)} | ({} if doubt.own is None else {"own": doubt.own})
        for doubt, costs in chance.against
    ]
    by_answer = _answer(chance)
    return {"value": chance.value, **({} if bar is None else {"bar": bar}), "against": against, **by_answer}


def _answer(chance: Chance) -> dict[str, Any]:
    """What was said of a job like it, and what that gives or takes; nothing where nothing was."""
    answered = chance.answered
    if answered is None:
        return {}
    by = answered.by._asdict() | {"said_on": answered.by.said_on.isoformat()}
    return {"answered": {"odds": round(answered.odds, 3), "by": by}}


def parts_json(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Each part with its bound and what it rests on."""
    return [{"part": part.code, "points": part.points, "most": part.most, "facts": _facts(part)} for part in parts]


def _details(doubt: Doubt) -> list[str] | float | None:
    return [*filter(None, (doubt.condition, *doubt.of))] or doubt.amount


def _facts(part: Part) -> dict[str, Any]:
    """Without those that say nothing."""
    facts = part.facts._asdict() if part.facts else {}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
        if value is not None
    }


def demand_lines(posting: PostingCore, judged: Judgement) -> list[str]:
    """The languages that a posting needs, that its reader speaks none of them, and its conditions: a line each."""
    languages = _languages(posting, judged)
    never = f"left out of every mail: {languages['unspoken']}" if languages["unspoken"] else ""
    return [line for line in (languages["needs"], never, *conditions_in_words(posting, english())) if line]


def demands_json(posting: PostingCore, judged: Judgement) -> dict[str, Any]:
    """The same as data; null where there is nothing to say."""
    conditions = [condition.model_dump(mode="json") for condition in posting.conditions]
    return {"languages": _languages(posting, judged), "conditions": conditions}


def _languages(posting: PostingCore, judged: Judgement) -> dict[str, str | None]:
    missing = unspoken_in_words(judged.unspoken, english()) if judged.unspoken else None
    return {"needs": needs_in_words(posting, english()) or None, "unspoken": missing}
