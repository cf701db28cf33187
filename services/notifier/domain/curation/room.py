"""The places of a digest: so many, and few for one company or for jobs that read alike."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

from schemas.posting import Cluster
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.model import Cause
from services.rules.signature import SAME_KEY_LIKENESS, candidates_key, likeness


class Job(Protocol):
    """What may take a place."""

    @property
    def ready(self) -> PostingFeatures: ...


AnyJob = TypeVar("AnyJob", bound=Job)


class Room:
    """What a digest still has room for; matches take theirs first, near misses what is left.

    Places go from the best down, first to those within the caps: what comes in takes a place from worse jobs, or from
    those beyond a cap. A cap withholds nothing while there is room.
    """

    def __init__(self, most_per_company: int, most_alike: int) -> None:
        self._most_per_company = most_per_company
        self._most_alike = most_alike
        self._of_company: Counter[str] = Counter()
        self._of_title: dict[str, list[Cluster]] = {}

    def fill(self, ranked: Sequence[AnyJob], most: int) -> tuple[list[AnyJob], list[tuple[AnyJob, Cause]]]:
        """Take at most `most`, best first; the others come with why there was no room for them, the best first."""
        within = list[int]()
        crowded = dict[int, Cause]()
        for place, job in enumerate(ranked):
            if len(within) == most:
                break
            if why := self._why_crowded(job.ready):
                crowded[place] = why
            else:
                self.take(job.ready)
                within.append(place)
        besides = [*crowded][: most - len(within)]
        for place in besides:
            self.take(ranked[place].ready)
        chosen = sorted((*within, *besides))
        full = Cause("full", most=most)
        taken = frozenset(chosen)
        left = [(job, crowded.get(place, full)) for place, job in enumerate(ranked) if place not in taken]
        return [ranked[place] for place in chosen], left

    def _why_crowded(self, ready: PostingFeatures) -> Cause | None:
        # Those without a name are no company.
        if ready.company and self._of_company[ready.company] >= self._most_per_company:
            return Cause("full_of_company", most=self._most_per_company)
        own = ready.posting.cluster
        of_title = self._of_title.get(candidates_key(own.key), ())
        if sum(likeness(own.signature, other.signature) >= SAME_KEY_LIKENESS for other in of_title) >= self._most_alike:
            return Cause("full_of_alike", most=self._most_alike)
        return None

    def take(self, ready: PostingFeatures) -> None:
        """Let a job that is chosen already take its place."""
        self._of_company[ready.company] += 1
        self._of_title.setdefault(candidates_key(ready.posting.cluster.key), []).append(ready.posting.cluster)
