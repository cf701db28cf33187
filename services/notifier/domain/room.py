"""The places of a digest: so many, and few for one company or for jobs that read alike."""

from collections import Counter
from collections.abc import Mapping, Sequence

from schemas.posting import Cluster
from services.notifier.domain.model import Item
from services.rules.signature import SAME_KEY_LIKENESS, candidates_key, likeness


class Room:
    """What a digest still has room for; matches take theirs first, near misses what is left.

    Places go from the best down, so that whatever comes in takes a place from worse jobs alone.
    """

    def __init__(self, companies: Mapping[str, str], most_per_company: int, most_alike: int) -> None:
        """`companies`: the folded name by posting id; those without a name are no company."""
        self._companies = companies
        self._most_per_company = most_per_company
        self._most_alike = most_alike
        self._of_company: Counter[str] = Counter()
        self._of_title: dict[str, list[Cluster]] = {}

    def fill(self, ranked: Sequence[Item], most: int) -> tuple[tuple[Item, ...], list[tuple[Item, str]]]:
        """Take the best until `most`; the others come with why there was no room for them, the best first."""
        chosen: list[Item] = []
        beyond: list[tuple[Item, str]] = []
        for item in ranked:
            why = f"{most} better ones fill the digest" if len(chosen) == most else self._why_crowded(item)
            if why:
                beyond.append((item, why))
            else:
                self._take(item)
                chosen.append(item)
        return tuple(chosen), beyond

    def _why_crowded(self, item: Item) -> str:
        company = self._companies[item.posting.posting_id]
        if company and self._of_company[company] >= self._most_per_company:
            return f"{self._most_per_company} better ones of its company are in the digest"
        own = item.posting.cluster
        of_title = self._of_title.get(candidates_key(own.key), ())
        if sum(likeness(own.signature, other.signature) >= SAME_KEY_LIKENESS for other in of_title) >= self._most_alike:
            return f"{self._most_alike} better ones that read alike are in the digest"
        return ""

    def _take(self, item: Item) -> None:
        self._of_company[self._companies[item.posting.posting_id]] += 1
        self._of_title.setdefault(candidates_key(item.posting.cluster.key), []).append(item.posting.cluster)
