"""The parts of a score, in words and as data: how curation weighs a job."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.usecases.explaining import Part, Score
from services.usecases.wording import one_line, part_line


def score_lines(scored: Score, at: datetime) -> list[str]:
    """`score 81.5 on 2026-09-01:`, then a line for each part, in the order of docs/curation.md."""
    return [
        f"score {scored.total:.1f} on {at:%Y-%m-%d}:",
        *(f"  {one_line(part_line(part), 200)}" for part in scored.parts),
    ]


def score_json(scored: Score, at: datetime) -> dict[str, Any]:
    """The same as data."""
    return {"total": scored.total, "at": at.isoformat(), "parts": parts_json(scored.parts)}


def parts_json(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Each part with its bound and what it rests on."""
    return [{"part": part.code, "points": part.points, "most": part.most, "facts": dict(part.facts)} for part in parts]
