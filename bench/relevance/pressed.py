"""What the invented people press where the form asks which titles and levels they would take."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from bench.relevance.people import LABELS, Person

PRESSED: Final = LABELS / "pressed.toml"
"""By person and the number of their search: `leave_out` and `add` are ids of roles, `levels` are added."""


def pressed(person: Person) -> Person:
    """Somebody once they answered the form; who pressed nothing is the same."""
    answers = _read().get(person.name, {})
    return replace(
        person,
        searches=tuple(
            _answered(search, answers[str(number)]) if str(number) in answers else search
            for number, search in enumerate(person.searches)
        ),
    )


def _answered(search: Mapping[str, Any], said: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    criteria = dict(search["criteria"])
    roles = dict(criteria.get("roles", {}))
    out = said.get("leave_out", ())
    named = list(roles.get("any", ()))
    # A title that they typed is asked for no more; of one that came by others, or of the only one, none is wanted.
    kept = [role for role in named if role not in out] or named
    none = [*roles.get("none", ()), *(role for role in out if role in kept or role not in named)]
    roles |= {"any": [*kept, *said.get("add", ())], "none": none}
    criteria["roles"] = roles
    if said.get("levels"):
        criteria["seniority"] = [*criteria["seniority"], *said["levels"]]
    return {**search, "criteria": criteria}


@cache
def _read() -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    return tomllib.loads(PRESSED.read_text(encoding="utf-8"))
