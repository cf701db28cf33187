"""What fits the searches of invented people by the rules of today, and the chance that is foreseen of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.relevance.captured import capture_dates, key_of
from bench.relevance.people import Person
from schemas.criteria import Criteria
from schemas.posting import Posting, PostingCore
from services.notifier.domain.curation.chance.model import chance_of
from services.notifier.domain.curation.judging import JudgedPosting, Judging
from services.notifier.domain.curation.wishes import Signs, Wish, asked_together, roles_done, wish_of
from services.notifier.domain.model import Ask
from services.rules.criteria import canonical
from services.rules.home import home_meant
from services.rules.languages.speaking import SpokenLanguage, unspoken
from services.rules.verdict import near_miss, outcome_of

_JUDGING: Final = Judging(most_postings=100_000)
_KNOWN: Final[dict[tuple[object, ...], list[tuple[Criteria, Wish]]]] = {}


@dataclass(frozen=True)
class Fitting:
    """A search that a posting fits, and what it gives a sign of."""

    judged: JudgedPosting
    wish: Wish


def postings_in(file: Path) -> list[PostingCore]:
    """What `jobchime normalise` printed into a file."""
    with file.open(encoding="utf-8") as lines:
        return [Posting.model_validate_json(line).core() for line in lines]


def by_key(postings: Iterable[PostingCore]) -> dict[str, PostingCore]:
    """Normalised captures by the key of their item."""
    files = {Path(file).stem: file for file in capture_dates()}
    return {key_of(files[posting.source], posting.source_id): posting for posting in postings}


def fitting(person: Person, posting: PostingCore) -> list[Fitting]:
    """Each search of a person that a posting fits; none where it needs a language that they do not speak."""
    ready = _JUDGING.ready(posting)
    return [
        Fitting(_JUDGING.of(criteria, ready), wish)
        for criteria, wish in searches_of(person)
        if not unspoken(spoken(person), posting, criteria.languages) and outcome_of(criteria, ready) != "reject"
    ]


def nearly_fitting(person: Person, posting: PostingCore) -> tuple[str, float] | None:
    """What a posting that fits no search of a person misses one by, a criterion's name, and the best chance of such."""
    ready = _JUDGING.ready(posting)
    searches = searches_of(person)
    if any(outcome_of(criteria, ready) != "reject" for criteria, _ in searches):
        return None
    found = [
        (missed.criterion, chance_of(_JUDGING.of(criteria, ready), wish).value)
        for criteria, wish in searches
        if not unspoken(spoken(person), posting, criteria.languages) and (missed := near_miss(criteria, ready))
    ]
    return max(found, key=lambda pair: pair[1], default=None)


def chance_of_fitting(found: Fitting) -> float:
    """What is foreseen of it today."""
    return chance_of(found.judged, found.wish).value


def spoken(person: Person) -> tuple[SpokenLanguage, ...]:
    """What somebody speaks, as the subscriber that they are."""
    parts = (language.partition(":") for language in person.speaks)
    return tuple(SpokenLanguage(code, level or None) for code, _, level in parts)


def searches_of(person: Person) -> list[tuple[Criteria, Wish]]:
    """What somebody asks for, search by search, and what it gives a sign of."""
    key = (person.name, person.worked_as, person.knows, person.avoids)
    if key not in _KNOWN:
        languages = tuple(sorted({"en", *(language.code for language in spoken(person))}))
        asked = [
            Ask(search["name"], canonical(Criteria.model_validate(search["criteria"]))) for search in person.searches
        ]
        home = home_meant(person.home) if person.home else None
        done = roles_done(person.worked_as)
        of_work = (home, person.years, done, person.knows, person.avoids)
        signs = Signs(languages, person.time_zone, *asked_together(asked), spoken(person), *of_work)
        _KNOWN[key] = [(criteria, wish_of(criteria, name, signs)) for name, criteria in asked]
    return _KNOWN[key]
