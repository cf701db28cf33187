"""Forward search for previews: in the index of postings where there is one, else over the store, with one answer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.matcher.ports import BackwardHit
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.notifier.previewing import Fitting, ForwardSearch
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of
from services.runtime.errors import UnavailableError
from services.settings import Settings
from services.usecases.index import index_of, without_index
from services.usecases.progress import Tell


class StoredPostings:
    """`ForwardSearch` that reads and judges what the store took in since then."""

    def __init__(self, stored: SqlPastPostings) -> None:
        self._stored = stored

    def search(self, criteria: Criteria, since: datetime, most: int) -> list[BackwardHit]:
        """The newest `most`. Raises UnavailableError."""
        best: list[BackwardHit] = []
        for page in self._stored.open_since(since):
            # What is older than all of enough is not among the newest, whether it fits or not.
            oldest = best[-1].posting.seen_at if len(best) == most else since
            found = (_hit(criteria, one) for one in page if one.seen_at >= oldest)
            best += [hit for hit in found if hit is not None]
            best.sort(key=lambda hit: hit.posting.posting_id)
            best.sort(key=lambda hit: hit.posting.seen_at, reverse=True)
            del best[most:]
        return best


def _hit(criteria: Criteria, posting: PostingCore) -> BackwardHit | None:
    outcome = outcome_of(criteria, PreparedPosting(posting))
    return None if outcome == "reject" else BackwardHit(posting, near=outcome == "near")


class IndexedPostings:
    """`ForwardSearch` in the index of postings, up to its first failure, of which a sentence is told."""

    def __init__(self, recent: ElasticsearchRecentPostings, otherwise: ForwardSearch, tell: Tell) -> None:
        self._recent = recent
        self._otherwise = otherwise
        self._tell = tell

    def search(self, criteria: Criteria, since: datetime, most: int) -> Sequence[Fitting]:
        """The newest `most` of what was put before this call. Raises UnavailableError only where the other does."""
        try:
            self._recent.refresh()
            return self._recent.search(criteria, since, most)
        except UnavailableError as error:
            self._tell(without_index(error))
            return self._otherwise.search(criteria, since, most)


@contextmanager
def forward_of(settings: Settings, stored: SqlPastPostings, tell: Tell) -> Iterator[ForwardSearch]:
    """The forward search that an installation has; `tell` is told a sentence where it cannot be used after all."""
    over_store = StoredPostings(stored)
    with index_of(settings) as engine:
        if engine is None:
            yield over_store
        else:
            yield IndexedPostings(ElasticsearchRecentPostings(engine), over_store, tell)
