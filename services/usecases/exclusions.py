"""What of a job that somebody calls not relevant their searches could leave out: left out, and let in again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.domain.people import SavedSearch, Subscriber
from services.rules.criteria import canonical
from services.rules.criterion import CRITERIA, CRITERION
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of
from services.usecases import links, searches
from services.usecases.errors import MissingError
from services.usecases.installation import Installation


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A value that a job has, as criteria can ask for it to be absent."""

    criterion: str
    value: str

    def of(self, criteria: Criteria) -> Criteria:
        """The same criteria, by which no job with it fits; canonical."""
        return canonical(CRITERION[self.criterion].excluding(criteria, self.value))


@dataclass(frozen=True, slots=True)
class Excluded:
    """A search that leaves a value out since just now."""

    search: SavedSearch
    stood: str
    """What that took the place of, by which it is undone."""


def of_job(
    installation: Installation, person: Subscriber, posting: PostingCore
) -> Mapping[Exclusion, tuple[SavedSearch, ...]]:
    """What of a job could be left out, each with the searches that find the job and do not ask for just that.

    Raises UnavailableError.
    """
    found: dict[Exclusion, tuple[SavedSearch, ...]] = {}
    prepared = PreparedPosting(posting)
    for search in links.searches(installation, person):
        if outcome_of(search.criteria, prepared) == "reject":
            continue
        for criterion in CRITERIA:
            for value in criterion.excludable(search.criteria, prepared):
                exclusion = Exclusion(criterion.name, value)
                found[exclusion] = (*found.get(exclusion, ()), search)
    return found


def leave_out(
    installation: Installation, person: Subscriber, posting_id: str, exclusion: Exclusion, now: datetime
) -> tuple[Excluded, ...]:
    """Have searches find no such jobs any more; gives them. Raises MissingError, ChangedError, WrongFieldError."""
    posting = links.posting_of(installation, posting_id)
    some = of_job(installation, person, posting).get(exclusion, ()) if posting else ()
    if posting is None or not some:
        raise MissingError("no search of yours finds that any more")
    criterion = CRITERION[exclusion.criterion]
    excluded = tuple(
        Excluded(
            _revised(installation, search, exclusion.of(search.criteria), now),
            criterion.replaced(search.criteria, exclusion.value),
        )
        for search in some
    )
    _tell_cause(installation, person, posting, exclusion, holds=True)
    return excluded


def let_in(
    installation: Installation,
    person: Subscriber,
    posting_id: str,
    exclusion: Exclusion,
    left_out: Mapping[str, str],
    now: datetime,
) -> None:
    """Make searches what they were before `leave_out`, each by what stood there.

    The caller vouches that it was this that was left out. Raises MissingError, ChangedError, WrongFieldError.
    """
    posting = links.posting_of(installation, posting_id)
    criterion = CRITERION.get(exclusion.criterion)
    if posting is None or criterion is None:
        raise MissingError("nothing of that is left out")
    prepared = PreparedPosting(posting)
    for search_id, stood in left_out.items():
        search = links.own_search(installation, person, search_id)
        before = criterion.allowing(search.criteria, exclusion.value, stood)
        # Nothing but what such a link can leave out is let in by it.
        if exclusion.value in criterion.excludable(before, prepared):
            _revised(installation, search, before, now)
    _tell_cause(installation, person, posting, exclusion, holds=False)


def _tell_cause(
    installation: Installation, person: Subscriber, posting: PostingCore, exclusion: Exclusion, *, holds: bool
) -> None:
    """What their searches leave out need not be guessed from jobs that are like this one."""
    cause = f"{exclusion.criterion}: {exclusion.value}"
    installation.feedback.cause(person.subscriber_id, "not_relevant", posting.cluster.key, cause, holds=holds)


def _revised(installation: Installation, search: SavedSearch, criteria: Criteria, now: datetime) -> SavedSearch:
    fields = {"criteria": criteria.model_dump(mode="json", exclude_defaults=True)}
    return searches.revise(installation, search, fields, now, by_link=True)
