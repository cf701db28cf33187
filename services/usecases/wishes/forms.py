"""Forms of employment, as somebody says them who looks for work: otherwise than a posting does."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple, get_args

from schemas.criteria import Criteria
from schemas.posting import Employment
from services.rules.criterion.facet import Facet
from services.rules.lexicon.builder import any_of
from services.usecases.wishes.sentence import CLAUSE_ENDS, is_idle, ways

_FORMS: Final = get_args(Employment)
_PERMANENT: Final = ("full_time", "part_time")
"""All forms but those that end by a day, or are one's own business."""


def permanent_in(sentence: str) -> tuple[bool, str]:
    """Whether a permanent post is asked for, and the sentence without the words that say so."""
    for found in _patterns().permanent.finditer(sentence):
        if not ways().never.search(sentence.lower(), 0, found.start()):
            return True, f"{sentence[: found.start()]}{sentence[found.end() :]}"
    return False, sentence


def with_permanent(asked: Sequence[str]) -> tuple[str, ...]:
    """The forms that somebody asks for who wants a permanent post, or one of these forms besides."""
    return tuple(asked) if set(asked) & set(_PERMANENT) else (*_PERMANENT, *asked)


def forms_in(offered: Sequence[str], wanted: str) -> Iterator[str]:
    """A posting takes full-time for granted; a sentence says it because it is meant."""
    for form in offered:
        if form in _FORMS and (wanted or form != "full_time"):
            yield form
    if "part_time" not in offered and _is_part_time(wanted, beside_full_time="full_time" in offered):
        yield "part_time"


def _is_part_time(wanted: str, *, beside_full_time: bool) -> bool:
    """Whether that is named, beside whatever other form, as an internship may be; or hours that make no full week.

    "30 hours" say it beside full-time as another choice alone.
    """
    known = _patterns()
    hours = known.part_of_a_week.finditer(wanted)
    return bool(known.part_time.search(wanted)) or any(said["choice"] or not beside_full_time for said in hours)


def forms_refused(part: str, offered_by: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """The forms that a refusal names; none where it says more of them, as "unpaid internships" leaves paid ones."""
    forms = () if re.search(r"\d", part) else tuple(form for form in offered_by(part) if form in _FORMS)
    for word in re.finditer(r"[\w-]+", part) if forms else ():
        rest = f"{part[: word.start()]}{part[word.end() :]}"
        says_more = not is_idle(word[0]) and tuple(offered_by(rest)) == forms
        if says_more and not offered_by(word[0]):
            return ()
    return forms


def values_without(facet: Facet, values: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    """What is left to ask for of a facet; where nothing is asked for, all other values."""
    criteria = Criteria(**{facet.name: tuple(asked)})
    for value in values:
        if len(facet.asked(criteria)) != 1 or value not in facet.asked(criteria):
            criteria = facet.excluding(criteria, value)
    return facet.asked(criteria) if values else tuple(asked)


class _Patterns(NamedTuple):
    part_of_a_week: re.Pattern[str]
    """Hours of a week, or hours beside which nothing stands in their part."""
    part_time: re.Pattern[str]
    permanent: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    choice = any_of("joint.or", "joint.either")
    ends = rf"(?=\s*(?:$|{CLAUSE_ENDS}|{any_of('joint.and', 'joint.or', 'wish.leads')}))"
    return _Patterns(
        part_time=re.compile(rf"(?<!\w){any_of('employment.part_time')}(?!\w)", re.IGNORECASE),
        permanent=re.compile(any_of("wish.permanent"), re.IGNORECASE),
        part_of_a_week=re.compile(
            rf"(?:(?P<choice>(?<!\w){choice} )|(?P<apart>^|[,;(] ?| [-–—] )|(?<![\w.,]))"
            rf"(?:[12]\d|3[0-4])[ -]?{any_of('employment.hours')}"
            rf"(?:[ -]?(?:/|{any_of('employment.a_week')})? ?{any_of('employment.week')}"
            rf"|(?(choice){ends}|(?(apart){ends}|(?!))))",
            re.IGNORECASE,
        ),
    )
