"""How curation weighs a job, in words and as data: the parts of its score, and the languages that it needs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.usecases.explaining import Chance, Judgement, Part, PostingCore, Score
from services.usecases.wording import english, needs_in_words, one_line, part_line, unspoken_in_words


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
    """The chance, the bar where it is known, and what speaks against the job: log odds that each thing costs."""
    if chance is None:
        return None
    against = [{"fact": fact.fact, "costs": fact.costs, "of": fact.said or None} for fact in chance.against]
    return {"value": chance.value, **({} if bar is None else {"bar": bar}), "against": against}


def parts_json(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Each part with its bound and what it rests on."""
    return [{"part": part.code, "points": part.points, "most": part.most, "facts": dict(part.facts)} for part in parts]


def language_lines(posting: PostingCore, judged: Judgement) -> list[str]:
    """What a posting needs, and that its reader does not speak it: a line each, where there is anything to say."""
    said = languages_json(posting, judged)["languages"]
    never = f"left out of every mail: {said['unspoken']}" if said["unspoken"] else ""
    return [line for line in (said["needs"], never) if line]


def languages_json(posting: PostingCore, judged: Judgement) -> dict[str, dict[str, str | None]]:
    """The same as data; null where there is nothing to say."""
    missing = unspoken_in_words(judged.unspoken, english()) if judged.unspoken else None
    return {"languages": {"needs": needs_in_words(posting, english()) or None, "unspoken": missing}}
