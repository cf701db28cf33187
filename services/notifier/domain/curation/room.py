"""The places of a digest: so many, and few for one company or for jobs that read alike."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

from schemas.posting import Cluster
from services.notifier.domain.curation.judging import Ready
from services.rules.signature import SAME_KEY_LIKENESS, candidates_key, likeness


class Job(Protocol):
    """What may take a place."""

    @property
    def ready(self) -> Ready: ...


AnyJob = TypeVar("AnyJob", bound=Job)


class Room:
    """What a digest still has room for; matches take theirs first, near misses what is left.

    Places go from the best down, so that whatever comes in takes a place from worse jobs alone.
    """

    def __init__(self, most_per_company: int, most_alike: int) -> None:
        self._most_per_company = most_per_company
        self._most_alike = most_alike
        self._of_company: Counter[str] = Counter()
        self._of_title: dict[str, list[Cluster]] = {}

    def fill(self, ranked: Sequence[AnyJob], most: int) -> tuple[list[AnyJob], list[tuple[AnyJob, str]]]:
        """Take the best until `most`; the others come with why there was no room for them, the best first."""
        chosen: list[AnyJob] = []
        beyond: list[tuple[AnyJob, str]] = []
        full = f"{most} better ones fill the digest"
        for job in ranked:
            why = full if len(chosen) == most else self._why_crowded(job.ready)
            if why:
                beyond.append((job, why))
            else:
                self._take(job.ready)
                chosen.append(job)
        return chosen, beyond

    def _why_crowded(self, ready: Ready) -> str:
        # Those without a name are no company.
        if ready.company and self._of_company[ready.company] >= self._most_per_company:
            return f"{self._most_per_company} better ones of its company are in the digest"
        own = ready.posting.cluster
        of_title = self._of_title.get(candidates_key(own.key), ())
        if sum(likeness(own.signature, other.signature) >= SAME_KEY_LIKENESS for other in of_title) >= self._most_alike:
            return f"{self._most_alike} better ones that read alike are in the digest"
        return ""

    def _take(self, ready: Ready) -> None:
        self._of_company[ready.company] += 1
        self._of_title.setdefault(candidates_key(ready.posting.cluster.key), []).append(ready.posting.cluster)
