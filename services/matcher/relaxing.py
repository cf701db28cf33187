"""Criteria made to ask for less, one step of one criterion at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeVar, get_args

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Employment, Seniority, Workplace
from services.rules.phrases import place_phrase
from services.rules.reason import Criterion, listed
from services.rules.reasons_terms import asked_pay, language_name, spelt
from services.rules.text import TextQuery

Step = Literal["without", "drop", "add", "either", "lower", "accept", "tolerate"]
"""What is done to a criterion: not asked for at all; one of its terms less, one more; any one of its skills will do;
a lower floor; what postings do not say is accepted; more hours of tolerance."""

_LOWER_BY: Final = (10, 20)
"""Per cent."""
_HOURS_MORE: Final = (1.0, 2.0, 3.0)
_HALF_DAY: Final = 12.0
_MOST_NAMED: Final = 2
_FACETS: Final[tuple[tuple[Literal["workplace", "seniority", "employment"], tuple[str, ...]], ...]] = (
    ("workplace", get_args(Workplace)),
    ("seniority", get_args(Seniority)),
    ("employment", get_args(Employment)),
)

_UNSTATED: Final = {
    "unknown": "jobs that do not say which",
    "mid": "mid or an unstated level",
    "full_time": "full-time or an unstated form",
}
"""How values read that stand for silence too, see `services.rules.fits`."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Criteria that differ from a search's in one criterion, and accept whatever it accepts there."""

    criterion: Criterion
    step: Step
    value: str | int | float | None
    """The term that is dropped or added, the amount of the floor, the hours of tolerance."""
    text: str
    """An English phrase: `with Kotlin besides Java`, `without regard to places`."""
    criteria: Criteria

    @property
    def own(self) -> tuple[Criterion, Step, str | int | float | None]:
        """What tells it from the other relaxations of the same criteria."""
        return (self.criterion, self.step, self.value)


def removals(criteria: Criteria) -> dict[Criterion, Relaxation]:
    """For each criterion that asks for something, the same criteria without it."""
    found = (*_removed_skills(criteria), *_removed_terms(criteria), *_removed_facets(criteria))
    return {
        name: Relaxation(name, "without", None, f"without {what}", relaxed)
        for name, asked, what, relaxed in found
        if asked
    }


_Removed = tuple[Criterion, object, str, Criteria]
"""A criterion, what it asks for, how that reads after `without`, and the criteria without it."""


def _removed_skills(criteria: Criteria) -> Iterator[_Removed]:
    skills = criteria.skills
    yield "skills.all", skills.all, f"needing {_listed(skills.all)}", _skills(criteria, all=())
    yield "skills.any", skills.any, f"needing {_listed(skills.any, 'or')}", _skills(criteria, any=())
    yield "skills.none", skills.none, f"excluding {_listed(skills.none, 'or')}", _skills(criteria, none=())


def _removed_terms(criteria: Criteria) -> Iterator[_Removed]:
    query, floor = TextQuery.parse(criteria.text), criteria.salary_floor
    yield "text", query, f"the words {query}", _with(criteria, text="")
    yield "place", criteria.places, "regard to places", _with(criteria, places=())
    yield "timezone", criteria.utc_offset is not None, "regard to time zones", _with(criteria, utc_offset=None)
    pay = f"the floor of {asked_pay(floor)}" if floor else ""
    yield "salary", floor, pay, _with(criteria, salary_floor=None, accept_undisclosed=True)


def _removed_facets(criteria: Criteria) -> Iterator[_Removed]:
    kinds = _listed(criteria.workplace, "or")
    yield "workplace", kinds, f"regard to workplace ({kinds})", _with(criteria, workplace=())
    levels = _listed(criteria.seniority, "or")
    yield "seniority", levels, f"regard to level ({levels})", _with(criteria, seniority=())
    forms = _listed(criteria.employment, "or")
    yield "employment", forms, f"regard to employment ({forms})", _with(criteria, employment=())
    yield "language", criteria.languages, "regard to language", _with(criteria, languages=())


def steps(criteria: Criteria) -> tuple[Relaxation, ...]:
    """All smaller relaxations that can be told from the criteria alone."""
    return (
        *_skill_steps(criteria),
        *_text_steps(criteria),
        *_place_steps(criteria),
        *_hour_steps(criteria),
        *_pay_steps(criteria),
        *_facet_steps(criteria),
    )


def with_skill(criteria: Criteria, name: str) -> Relaxation:
    """One more skill of which any will do."""
    asked = criteria.skills.any
    words = f"with {name}{_besides(asked)}"
    return Relaxation("skills.any", "add", name, words, _skills(criteria, any=(*asked, name)))


def with_place(criteria: Criteria, code: str) -> Relaxation:
    """One more place."""
    words = f"with {place_phrase(code)}{_besides(tuple(map(place_phrase, criteria.places)))}"
    return Relaxation("place", "add", code, words, _with(criteria, places=(*criteria.places, code)))


def with_language(criteria: Criteria, code: str) -> Relaxation:
    """One more language that postings may be written in."""
    words = f"with postings in {language_name(code)}{_besides(tuple(map(language_name, criteria.languages)))}"
    return Relaxation("language", "add", code, words, _with(criteria, languages=(*criteria.languages, code)))


def _skill_steps(criteria: Criteria) -> Iterator[Relaxation]:
    needed, unwanted = criteria.skills.all, criteria.skills.none
    for name, others in _each_less(needed):
        yield Relaxation("skills.all", "drop", name, f"without needing {name}", _skills(criteria, all=others))
    if len(needed) > 1 and not criteria.skills.any:
        words = f"with any one of {listed(needed, 'or')}"
        yield Relaxation("skills.all", "either", None, words, _skills(criteria, all=(), any=needed))
    for name, others in _each_less(unwanted):
        yield Relaxation("skills.none", "drop", name, f"without excluding {name}", _skills(criteria, none=others))


def _text_steps(criteria: Criteria) -> Iterator[Relaxation]:
    query = TextQuery.parse(criteria.text)
    if len(query.wanted) + len(query.either) + len(query.excluded) < 2:
        return
    for term in query.wanted:
        less = TextQuery(tuple(one for one in query.wanted if one != term), query.excluded, query.either)
        yield _text_step(criteria, term, f'without needing "{term}"', less)
    for group in query.either:
        said = " OR ".join(group)
        less = TextQuery(query.wanted, query.excluded, tuple(one for one in query.either if one != group))
        yield _text_step(criteria, said, f"without needing any of {said}", less)
    for term in query.excluded:
        less = TextQuery(query.wanted, tuple(one for one in query.excluded if one != term), query.either)
        yield _text_step(criteria, f"-{term}", f'without excluding "{term}"', less)


def _text_step(criteria: Criteria, term: str, words: str, query: TextQuery) -> Relaxation:
    return Relaxation("text", "drop", term, words, _with(criteria, text=str(query)))


def _place_steps(criteria: Criteria) -> Iterator[Relaxation]:
    if criteria.places and not criteria.accept_unknown_place:
        words = "with postings that do not say from where"
        yield Relaxation("place", "accept", None, words, _with(criteria, accept_unknown_place=True))


def _hour_steps(criteria: Criteria) -> Iterator[Relaxation]:
    if criteria.utc_offset is None:
        return
    for hours in _HOURS_MORE:
        tolerance = criteria.tolerance + hours
        if tolerance < _HALF_DAY:
            words = f"with a tolerance of {tolerance:g} h"
            yield Relaxation("timezone", "tolerate", tolerance, words, _with(criteria, tolerance=tolerance))


def _pay_steps(criteria: Criteria) -> Iterator[Relaxation]:
    floor = criteria.salary_floor
    if floor is None:
        return
    for percent in _LOWER_BY:
        lower = floor.model_copy(update={"amount": floor.amount * (100 - percent) // 100})
        if lower.amount > 0:
            words = f"with a floor of {asked_pay(lower)} ({percent} % lower)"
            yield Relaxation("salary", "lower", lower.amount, words, _with(criteria, salary_floor=lower))
    if not criteria.accept_undisclosed:
        words = "with pay that is not stated"
        yield Relaxation("salary", "accept", None, words, _with(criteria, accept_undisclosed=True))


def _facet_steps(criteria: Criteria) -> Iterator[Relaxation]:
    for field, every in _FACETS:
        asked: tuple[str, ...] = getattr(criteria, field)
        for value in every if asked else ():
            if value not in asked:
                more = _with(criteria, **{field: (*asked, value)})
                words = f"with {_UNSTATED.get(value) or _adjective(value)}{_besides(tuple(map(_adjective, asked)))}"
                yield Relaxation(field, "add", value, words, more)


def _with(criteria: Criteria, **changes: object) -> Criteria:
    return criteria.model_copy(update=changes)


def _skills(criteria: Criteria, **changes: tuple[str, ...]) -> Criteria:
    return _with(criteria, skills=SkillTerms(**{**dict(criteria.skills), **changes}))


def _listed(values: tuple[str, ...], word: str = "and") -> str:
    return spelt(values, word) if values else ""


def _adjective(value: str) -> str:
    return value if value == "intern" else spelt([value])


def _besides(asked: tuple[str, ...]) -> str:
    """What something is added to, where that is little."""
    return f" besides {' or '.join(asked)}" if len(asked) <= _MOST_NAMED else " too"


def _each_less(values: tuple[T, ...]) -> Iterator[tuple[T, tuple[T, ...]]]:
    """Each of several, with the others."""
    for value in values if len(values) > 1 else ():
        yield value, tuple(other for other in values if other != value)
