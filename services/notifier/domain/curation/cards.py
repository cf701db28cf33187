"""Which jobs stand on one card: one job that an employer posts once a place, told alike but for where it is done.

Copies (`copies.py`) are one vacancy, of which one posting is shown and sent. These are vacancies of their own: each is
sent, remembered and called not relevant by itself, and only told together.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from schemas.posting import PostingCore
from services.notifier.domain.curation.all_demands import demands_of
from services.notifier.domain.curation.found_jobs import FoundJob, found_by
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.model import Cause, DueSearch, FoundBy, Item
from services.notifier.domain.weights import Chance, ChanceFact
from services.rules.criterion import Reason
from services.rules.signature import SAME_KEY_LIKENESS, likeness
from services.rules.web_address import job_address

MOST_PLACES: Final = 8
"""Of one card; a job in more places has a further one."""
CRITERIA_OF_PLACE: Final = frozenset({"place", "near"})
_DOUBTS_OF_PLACE: Final[frozenset[ChanceFact]] = frozenset({"home", "region", "elsewhere"})
"""What these say of each place stands on its line."""


class Job(Protocol):
    """What may stand on a card."""

    @property
    def job(self) -> FoundJob: ...
    @property
    def fits(self) -> tuple[tuple[DueSearch, JudgedPosting], ...]: ...
    @property
    def chance(self) -> Chance: ...


AnyJob = TypeVar("AnyJob", bound=Job)


@dataclass(frozen=True, slots=True)
class Card(Generic[AnyJob]):
    """The jobs that are told together, the best first."""

    jobs: tuple[AnyJob, ...]

    @property
    def ready(self) -> PostingFeatures:
        """Of the best, by which it takes its room."""
        return self.jobs[0].job.ready


def on_cards(ranked: Sequence[AnyJob]) -> list[Card[AnyJob]]:
    """Put jobs together, in the order of the best of each."""
    titles = Counter([job.job.ready.company_and_title for job in ranked])
    cards: list[list[AnyJob]] = []
    open_cards: defaultdict[Hashable, list[list[AnyJob]]] = defaultdict(list)
    for job in ranked:
        title = job.job.ready.company_and_title
        # What comes again says why.
        if titles[title] == 1 or not job.job.ready.company or not _place_of(job.job.posting) or job.job.pay_news:
            cards.append([job])
            continue
        told = open_cards[title, _told_of(job)]
        card = next((some for some in told if _has_room(some, job)), None)
        if card is None:
            card = []
            cards.append(card)
            told.append(card)
        card.append(job)
    return [Card(tuple(jobs)) for jobs in cards]


def each_of(left: Iterable[tuple[Card[AnyJob], Cause]]) -> list[tuple[AnyJob, Cause]]:
    """The jobs of cards that were left out, each with why."""
    return [(job, why) for card, why in left for job in card.jobs]


def is_one_job_elsewhere(one: PostingCore, other: PostingCore) -> bool:
    """Whether two postings of one company and title are one job in two places."""
    places = _place_of(one), _place_of(other)
    return all(places) and places[0] != places[1] and _are_alike(one, other)


def _has_room(card: Sequence[Job], job: Job) -> bool:
    postings = [other.job.posting for other in card]
    return (
        len(card) < MOST_PLACES
        and _are_alike(postings[0], job.job.posting)
        and _place_of(job.job.posting) not in map(_place_of, postings)
    )


def _are_alike(one: PostingCore, other: PostingCore) -> bool:
    return likeness(one.cluster.signature, other.cluster.signature) >= SAME_KEY_LIKENESS


def _place_of(posting: PostingCore) -> tuple[Hashable, ...]:
    """Where it is done; empty where that is not told, or only where not."""
    if posting.reach.excluded:
        return ()
    return posting.towns or (*posting.reach.groups, *posting.reach.countries, *posting.reach.subdivisions)


def _told_of(job: Job) -> Hashable:
    """What a card says once of all its jobs, so that it keeps those apart of which it is not equal.

    Place, workplace and pay may differ: these stand on the line of each. Not pay that is held against a floor, which a
    reason says and a bar draws.
    """
    found = frozenset((of.search.search_id, tuple(_reasons(of)), of.preferred) for of in found_by(job.fits))
    doubts = frozenset(some.doubt for some in job.chance.against if some.doubt.fact not in _DOUBTS_OF_PLACE)
    return _shown_of(job.job.ready), job.job.outcome, found, doubts


def _reasons(found: FoundBy) -> Iterator[Reason]:
    """Those that no place answers, and what a near miss is off by."""
    reasons = found.verdict.reasons
    return (reason for reason in reasons if reason.criterion not in CRITERIA_OF_PLACE or reason.fit == "near")


def _shown_of(ready: PostingFeatures) -> Hashable:
    posting = ready.posting
    return (
        posting.timezones, posting.seniority, posting.offered, posting.ends_by_a_day, posting.hours, posting.language,
        posting.languages, posting.attribution, posting.visa, demands_of(posting), bool(job_address(posting)),
    )  # fmt: skip


def cards_of(items: Sequence[Item]) -> list[tuple[Item, ...]]:
    """The cards of a digest's jobs, or of its near misses."""
    cards: list[list[Item]] = []
    for item in items:
        if item.beside and cards:
            cards[-1].append(item)
        else:
            cards.append([item])
    return [tuple(card) for card in cards]
