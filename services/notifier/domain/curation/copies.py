"""Which candidates are the same job, and which copy of it to show."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, takewhile
from typing import NamedTuple

from schemas.posting import Cluster, PostingCore
from services.notifier.domain.curation.score import states_pay
from services.notifier.domain.model import SentItem
from services.rules.roles.taxonomy import roles
from services.rules.signature import (
    PERMUTATIONS,
    SAME_TEXT_LIKENESS,
    candidates_key,
    same_but_for_title,
    same_job,
)
from services.rules.text import words
from services.rules.titles import without_genders


class Copies(NamedTuple):
    """One job: the copy to show, and the others, best first."""

    best: PostingCore
    others: tuple[PostingCore, ...]

    @property
    def all(self) -> tuple[PostingCore, ...]:
        """Every copy, the best one first."""
        return (self.best, *self.others)


def gather(postings: Sequence[PostingCore], matched: frozenset[str]) -> tuple[Copies, ...]:
    """Put the postings of one job together, best copy first.

    `matched` holds the ids that fit whole: such a copy goes before one that fits nearly. Then goes the copy that states
    its pay, then the one from where one applies directly, then the newest. Likeness is no equivalence, so each posting
    is held against the best copies only, in that order: the outcome does not depend on the order of the input.
    """
    alone, others = _apart(postings)
    groups: list[list[PostingCore]] = []
    index = _Alike()
    for posting in sorted(others, key=lambda posting: _preference(posting, matched)):
        near = index.near(posting.cluster)
        group = next((place for place in near if is_one_job(groups[place][0], posting)), None)
        if group is not None:
            groups[group].append(posting)
            continue
        index.add(posting.cluster)
        groups.append([posting])
    return (*(Copies(posting, ()) for posting in alone), *(Copies(group[0], tuple(group[1:])) for group in groups))


def is_one_job(one: PostingCore, other: PostingCore) -> bool:
    """Whether a reader would take two postings for one: the same job, or one text word for word under two titles.

    Only of one company, place, role, level and languages to speak, and not where the titles name the role alike and
    then go on each in its own way: so an employer tells jobs of one text apart, `Nurse (Days)` and `Nurse (Nights)`.
    """
    return same_job(one.cluster, other.cluster) or (
        same_but_for_title(one.cluster, other.cluster)
        and bool(one.roles)
        and _said_of(one) == _said_of(other)
        and _words_of(one.description_text) == _words_of(other.description_text)
        and not _told_apart(*(words(without_genders(posting.title)) for posting in (one, other)))
    )


@lru_cache(maxsize=4_096)
def _words_of(text: str) -> bytes:
    """What stands for the words of a text, however they are spaced: texts of one company are held against many."""
    return hashlib.blake2b(" ".join(text.split()).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _said_of(posting: PostingCore) -> tuple[object, ...]:
    return posting.roles, posting.seniority, posting.languages, posting.workplace, posting.towns


def _told_apart(title: Sequence[str], other: Sequence[str]) -> bool:
    shared = [word for word, its in takewhile(lambda pair: pair[0] == pair[1], zip(title, other, strict=False))]
    runs = (" ".join(shared[first:last]) for first, last in combinations(range(len(shared) + 1), 2))
    return min(len(title), len(other)) > len(shared) and any(map(roles().find, runs))


def _apart(postings: Sequence[PostingCore]) -> tuple[list[PostingCore], list[PostingCore]]:
    """Those that share no bucket with any other, which most do not and which so are no copies, and the rest."""
    buckets = [_buckets_of(posting.cluster.key, posting.cluster.signature) for posting in postings]
    seen, shared = set[int](), set[int]()
    for own in buckets:
        if not seen.isdisjoint(own):
            shared |= seen & own
        seen |= own
    alone, others = list[PostingCore](), list[PostingCore]()
    for posting, own in zip(postings, buckets, strict=True):
        (alone if shared.isdisjoint(own) else others).append(posting)
    return alone, others


class SentJobs:
    """What a subscriber was sent, ready to be asked whether a job was among it."""

    def __init__(self, sent: Iterable[SentItem]) -> None:
        self._items = sorted(sent, key=lambda item: (item.sent_at, item.posting_id))
        self._by_id: defaultdict[str, list[int]] = defaultdict(list)
        self._index = _Alike()
        for place, item in enumerate(self._items):
            self._by_id[item.posting_id].append(place)
            self._index.add(Cluster.model_construct(key=item.cluster_key, signature=item.signature))

    def of(self, copies: Copies) -> tuple[SentItem, ...]:
        """All items that were this job, in any of its copies, the earliest first."""
        if not self._items:
            return ()
        places = {place for posting in copies.all for place in self._by_id.get(posting.posting_id, ())}
        places.update(place for posting in copies.all for place in self._index.all(posting.cluster))
        return tuple(self._items[place] for place in sorted(places))


class _Alike:
    """Clusters in order, found by likeness without comparing all pairs.

    Signatures that are nearly equal differ in so few places that one of their pieces is equal; all else that can be the
    same job has one title. So equal titles and equal pieces name all that `same_job` can accept; it then decides.
    """

    def __init__(self) -> None:
        self._clusters: list[Cluster] = []
        self._buckets: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, cluster: Cluster) -> None:
        place, buckets = len(self._clusters), self._buckets
        for bucket in _buckets_of(cluster.key, cluster.signature):
            buckets[bucket].append(place)
        self._clusters.append(cluster)

    def near(self, cluster: Cluster) -> list[int]:
        """The places of all clusters that may be the same job, or its text under another title, in order."""
        buckets = self._buckets
        shared = [own for bucket in _buckets_of(cluster.key, cluster.signature) if (own := buckets.get(bucket))]
        return sorted({*chain.from_iterable(shared)}) if shared else []

    def all(self, cluster: Cluster) -> Iterator[int]:
        """The places of all clusters that are the same job, in order."""
        return (place for place in self.near(cluster) if same_job(self._clusters[place], cluster))


@lru_cache(maxsize=65_536)
def _buckets_of(key: str, signature: str) -> frozenset[int]:
    """Numbers that stand for its title and pieces: two that share one by chance are told apart by `same_job`."""
    pieces = PERMUTATIONS - math.ceil(SAME_TEXT_LIKENESS * PERMUTATIONS) + 1
    width = len(signature) // pieces
    cut = [(piece, signature[piece * width : (piece + 1) * width]) for piece in range(pieces)] if width else []
    return frozenset(map(hash, ((-1, candidates_key(key)), *cut)))


def _preference(posting: PostingCore, matched: frozenset[str]) -> tuple[bool, bool, bool, float, str]:
    return (
        posting.posting_id not in matched,
        not states_pay(posting),
        not _is_direct(posting),
        -posting.seen_at.timestamp(),
        posting.posting_id,
    )


def _is_direct(posting: PostingCore) -> bool:
    # A job board asks to be named; an employer's own listing does not.
    return posting.attribution is None
