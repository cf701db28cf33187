"""What the invented people press where the form asks which titles and levels they would take."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from bench.relevance.people import LABELS, Person
from schemas.criteria import Criteria
from services.rules.criteria import canonical
from services.usecases.kinds import leaving_out, taking_too

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
    asked = canonical(Criteria.model_validate(search["criteria"]))
    # What the form has no button for stays as it is.
    for role in said.get("leave_out", ()):
        asked = leaving_out(asked, role) or asked
    for role in said.get("add", ()):
        asked = taking_too(asked, role) or asked
    levels = {"seniority": (*asked.seniority, *said.get("levels", ()))}
    return {**search, "criteria": asked.model_copy(update=levels).model_dump(mode="json", exclude_defaults=True)}


@cache
def _read() -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    return tomllib.loads(PRESSED.read_text(encoding="utf-8"))
