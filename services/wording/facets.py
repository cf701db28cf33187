"""Words for the values of criteria that a posting has: workplace, level, forms of employment, visa."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.rules.criterion import Fit
from services.rules.criterion.facet import FACETS as CRITERIA
from services.rules.criterion.facet import FacetFacts
from services.wording.lines import listed
from services.wording.words import Words, mark

_BY_NAME: Final = {facet.name: facet for facet in CRITERIA}
_FEW_LEFT_OUT: Final = 2


@dataclass(frozen=True, slots=True)
class FacetWords:
    """What is said of one facet, by its values."""

    called: str
    """As a form calls it."""
    said: Mapping[str, str]
    """Of a posting with the value; of "", where a posting may say nothing."""
    asked: Mapping[str, str]
    """The value as somebody asks for it."""
    without: str
    """That it is not asked for."""
    added: Mapping[str, str] = field(default_factory=dict)
    """The value as it is asked for besides others, where that says more."""


FACETS: Mapping[str, FacetWords] = {
    "workplace": FacetWords(
        called=mark("Remote or not"),
        said={
            "remote": mark("is remote"),
            "hybrid": mark("is hybrid"),
            "onsite": mark("is on site"),
            "unknown": mark("does not say whether it is remote"),
        },
        asked={
            "remote": mark("remote"),
            "hybrid": mark("hybrid"),
            "onsite": mark("on site"),
            "unknown": mark("unstated"),
        },
        added={"unknown": mark("jobs that do not say which")},
        without=mark("without regard to workplace ({asked})"),
    ),
    "seniority": FacetWords(
        called=mark("Level"),
        said={
            "intern": mark("is for interns"),
            "junior": mark("is at junior level"),
            "mid": mark("is at mid level"),
            "senior": mark("is at senior level"),
            "lead": mark("is at lead level"),
            "staff": mark("is at staff level"),
            "principal": mark("is at principal level"),
            "manager": mark("is at manager level"),
            "director": mark("is at director level"),
            "executive": mark("is at executive level"),
            "": mark("names no level, and so may be mid-level"),
        },
        asked={
            "intern": mark("intern"),
            "junior": mark("junior"),
            "mid": mark("mid"),
            "senior": mark("senior"),
            "lead": mark("lead"),
            "staff": mark("staff"),
            "principal": mark("principal"),
            "manager": mark("manager"),
            "director": mark("director"),
            "executive": mark("executive"),
        },
        added={"mid": mark("mid or an unstated level")},
        without=mark("without regard to level ({asked})"),
    ),
    "employment": FacetWords(
        called=mark("Kind of job"),
        said={
            "full_time": mark("is full-time"),
            "part_time": mark("is part-time"),
            "contract": mark("is a contract"),
            "temporary": mark("is temporary"),
            "internship": mark("is an internship"),
            "freelance": mark("is freelance"),
            "apprenticeship": mark("is an apprenticeship"),
            "student": mark("is a job for students"),
            "volunteer": mark("is volunteer work"),
            "": mark("does not say how one is employed, and so may be full-time"),
        },
        asked={
            "full_time": mark("full time"),
            "part_time": mark("part time"),
            "contract": mark("contract"),
            "temporary": mark("temporary"),
            "internship": mark("internship"),
            "freelance": mark("freelance"),
            "apprenticeship": mark("apprenticeship"),
            "student": mark("student job"),
            "volunteer": mark("volunteer work"),
        },
        added={"full_time": mark("full time or an unstated form")},
        without=mark("without regard to employment ({asked})"),
    ),
    "visa": FacetWords(
        called=mark("Visa"),
        said={
            "offered": mark("sponsors a visa"),
            "refused": mark("sponsors no visa"),
            "unknown": mark("does not say whether it sponsors a visa"),
        },
        asked={"offered": mark("a sponsored visa"), "unknown": mark("no word of one")},
        without=mark("without regard to visas"),
    ),
    "permanent": FacetWords(
        called=mark("Permanent or not"),
        said={
            "permanent": mark("is permanent"),
            "ending": mark("is not permanent"),
            "": mark("does not say that it ends, and so may be permanent"),
        },
        asked={"permanent": mark("permanent"), "ending": mark("not permanent")},
        without=mark("with work that is not permanent too"),
    ),
}


def facet_in_words(facet: str, fit: Fit, facts: FacetFacts, words: Words) -> str:
    """`is at senior level`, `is at junior level, 2 steps below; you ask for senior`."""
    if facts.several:
        said = words.say("offers {forms}", forms=offered_in_words(facet, facts.several, words, facts.at_once))
    else:
        said = words.say(FACETS[facet].said[facts.value])
    if fit == "yes":
        return said
    if facts.steps:
        said = _apart(said, facts.steps, words)
    return words.say("{said}; you ask for {wanted}", said=said, wanted=asked_in_words(facet, facts.asked, words))


def asked_in_words(facet: str, values: Iterable[str], words: Words) -> str:
    """`remote or on site`."""
    return listed([words.say(FACETS[facet].asked[value]) for value in values], words, either=True)


def offered_in_words(facet: str, values: Sequence[str], words: Words, at_once: bool) -> str:
    """The same, or `temporary, full time or part time` where the first value and one of the others are true at once."""
    if not at_once:
        return asked_in_words(facet, values, words)
    [of_time, *amount] = values
    # Of employment, and so of no contractor.
    length = words.say("fixed-term contract") if of_time == "contract" else asked_in_words(facet, [of_time], words)
    return f"{length}, {asked_in_words(facet, amount, words)}"


def wished_in_words(facet: str, values: Iterable[str], words: Words) -> str:
    """The same, or `any but internship` where all others are asked for."""
    asked = tuple(values)
    others = [value for value in _BY_NAME[facet].values if value not in asked]
    if 0 < len(others) <= _FEW_LEFT_OUT and len(asked) > 2 * len(others):
        return words.say("any but {names}", names=asked_in_words(facet, others, words))
    return asked_in_words(facet, asked, words)


def _apart(said: str, steps: int, words: Words) -> str:
    if steps > 0:
        return words.count("{said}, {count} step above", "{said}, {count} steps above", steps, said=said)
    return words.count("{said}, {count} step below", "{said}, {count} steps below", -steps, said=said)
