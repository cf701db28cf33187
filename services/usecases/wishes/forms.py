"""Which forms of employment a sentence asks for and refuses."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, get_args

from schemas.criteria import Criteria
from schemas.posting import Employment
from services.rules.criterion.facet import EMPLOYMENT
from services.usecases.wishes.sentence import is_idle, is_part_time, names_part_time

_FORMS: Final = get_args(Employment)


def forms_in(offered: Sequence[str], wanted: str) -> Iterator[str]:
    """A posting takes full-time for granted; a sentence says it because it is meant."""
    for form in offered:
        if form in _FORMS and (wanted or form != "full_time"):
            yield form
    named = names_part_time(wanted) or is_part_time(wanted, beside_full_time="full_time" in offered)
    if named and "part_time" not in offered:
        yield "part_time"


def refused_in(part: str, offered_by: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """The forms that a refusal names; none where it says more of them, as "unpaid internships" leaves paid ones."""
    forms = () if re.search(r"\d", part) else tuple(form for form in offered_by(part) if form in _FORMS)
    for word in re.finditer(r"[\w-]+", part) if forms else ():
        rest = f"{part[: word.start()]}{part[word.end() :]}"
        says_more = not is_idle(word[0]) and tuple(offered_by(rest)) == forms
        if says_more and not offered_by(word[0]):
            return ()
    return forms


def without(forms: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    """What is left to ask for; where nothing is asked for, all other forms."""
    criteria = Criteria(employment=tuple(asked))
    for form in forms:
        criteria = EMPLOYMENT.excluding(criteria, form)
    return criteria.employment if forms else tuple(asked)
