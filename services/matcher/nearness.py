"""How near a posting came to a criterion that it failed."""

from typing import Final

from services.rules.reason import Criterion, Reason

_UNTOLD: Final[dict[Criterion, float]] = {
    "skills.any": 0.6,
    "skills.none": 0.7,
    "text": 0.6,
    "place": 0.7,
    "timezone": 0.5,
    "salary": 0.3,
    "workplace": 0.5,
    "seniority": 0.6,
    "employment": 0.5,
    "language": 0.9,
}
"""Where no distance can be told."""
_SILENT: Final = 0.3
"""What the posting does not say may well fit."""
_A_STEP: Final = 0.2
_AN_HOUR: Final = 0.1
_KIN: Final = 0.5


def distance(reason: Reason, kin: float = 0.0) -> float:
    """From 0, which just fails, to 1: only good for putting near ones before far ones.

    Pay by the share that is missing of the floor, time zones by hours beyond the tolerance, levels by steps, skills
    that are all needed by the share that is missing. Of skills of which any will do by `kin`: how often, 0 to 1, those
    of the posting go together with them. The others by what people may well reconsider.
    """
    facts = dict(reason.facts)
    far = _UNTOLD.get(reason.criterion, 1.0)
    if reason.criterion == "salary" and "apart_percent" in facts:
        far = -_number(facts["apart_percent"]) / 100
    elif reason.criterion == "timezone" and "beyond" in facts:
        far = _AN_HOUR * _number(facts["beyond"])
    elif reason.criterion == "seniority" and "steps" in facts:
        far = _A_STEP * abs(_number(facts["steps"]))
    elif reason.criterion == "skills.any":
        far -= _KIN * kin
    elif reason.criterion == "skills.all":
        far = _count(facts["missing"]) / _count(facts["asked"])
    elif (reason.criterion == "place" and facts.get("scope") == "unknown") or facts.get("value") in ("", "unknown"):
        far = _SILENT
    return min(1.0, max(0.0, far))


def _number(fact: object) -> float:
    return float(fact) if isinstance(fact, int | float) else 0.0


def _count(fact: object) -> int:
    return len(fact) if isinstance(fact, tuple) else 1
