"""Digests: what each subscriber is owed, what they were sent, and whether any job came twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sqlalchemy import Engine

from schemas.criteria import Criteria
from schemas.posting import Cluster, PostingCore
from services.rules.prepared import PreparedPosting
from services.rules.signature import candidates_key, same_job
from services.rules.verdict import near_miss
from tests.support.streams.crowd import Crowd
from tests.support.streams.pairs import Expected, Versions
from tests.support.truth_check import SentJob, dropped_for, sent_items, stored_criteria

_PIECES = 4
"""Signatures that are alike enough differ in fewer of their places than that, so one of the pieces is equal."""


@dataclass
class ItemTally:
    """What all digests came to; a job counts once for each subscriber."""

    expected: int = 0
    found: int = 0
    sent: int = 0
    doubled: int = 0
    strange: int = 0
    """Sent, and no search that the subscriber ever had fits it, or nearly."""


def _nearly(versions: Sequence[PostingCore], asked: Sequence[Criteria]) -> bool:
    """Whether one criterion alone keeps some version out, and by a little: a digest with room looks for such."""
    prepared = [PreparedPosting(posting) for posting in versions]
    return any(near_miss(criteria, posting) is not None for criteria in asked for posting in prepared)


def check_items(store: Engine, expected: Expected, versions: Versions, crowd: Crowd) -> tuple[ItemTally, list[str]]:
    """All that is owed was sent, once. The strings tell of differences."""
    sent = sent_items(store)
    tally, faults, criteria = ItemTally(), list[str](), stored_criteria(store)
    for subscriber_id, items in sent.items():
        tally.sent += len(items)
        twice = _twice(items)
        tally.doubled += len(twice)
        faults += [f"{subscriber_id} was sent {twin} twice" for twin in twice]
        own = np.array(sorted(crowd.keys_ever[subscriber_id]), dtype=np.uint32)
        for posting_id in {item.posting_id: None for item in items}:
            fits = expected.fits[posting_id]
            fitting = np.isin(own, np.union1d(fits.matched, fits.near_ever)).any()
            if not fitting and not _nearly(versions[posting_id], [criteria[int(key)] for key in own]):
                tally.strange += 1
                faults.append(
                    f"{subscriber_id} was sent {posting_id}, which none of their searches fits or nearly fits"
                )
    jobs = jobs_of(versions)
    came = {(subscriber_id, jobs[item.posting_id]) for subscriber_id, items in sent.items() for item in items}
    owed = _owed(expected, versions, crowd)
    wanted = {(subscriber_id, jobs[posting_id]): posting_id for subscriber_id, posting_id in owed}
    tally.expected = len(wanted)
    missing = sorted(pair for pair in wanted if pair not in came)
    tally.found = len(wanted) - len(missing)
    for subscriber_id, job in missing[:50]:
        posting_id = wanted[subscriber_id, job]
        faults.append(f"{subscriber_id} lacks {posting_id}: {dropped_for(store, subscriber_id).get(posting_id)}")
    return tally, faults + [f"{len(missing)} items are missing"] * bool(missing)


def _owed(expected: Expected, versions: Versions, crowd: Crowd) -> set[tuple[str, str]]:
    """Subscriber and posting, where an untouched search matches every version and the job is open."""
    wanting: dict[int, list[str]] = defaultdict(list)
    for search in crowd.searches.values():
        if search.plain and search.key not in expected.broad:
            wanting[search.key].append(search.subscriber_id)
    return {
        (subscriber_id, posting_id)
        for posting_id, fits in expected.fits.items()
        if all(posting.status == "open" for posting in versions[posting_id])
        for key in fits.surely.tolist()
        for subscriber_id in wanting.get(key, ())
    }


def jobs_of(versions: Versions) -> Mapping[str, int]:
    """Number the jobs: postings that are copies of one another in any version, directly or by way of others."""
    names = list(versions)
    first = {name: at for at, name in enumerate(names)}
    root = list(range(len(names)))

    def found(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    clusters = [(name, cluster) for name in names for cluster in {posting.cluster for posting in versions[name]}]
    for place, other in alike([cluster for _, cluster in clusters]):
        root[found(first[clusters[place][0]])] = found(first[clusters[other][0]])
    return {name: found(at) for at, name in enumerate(names)}


def alike(clusters: Sequence[Cluster]) -> Iterable[tuple[int, int]]:
    """The places of all two that are the same job."""
    buckets: dict[tuple[int, str], list[int]] = defaultdict(list)
    for at, cluster in enumerate(clusters):
        maybe: set[int] = set()
        for bucket in _buckets_of(cluster):
            maybe.update(buckets[bucket])
            buckets[bucket].append(at)
        yield from ((other, at) for other in sorted(maybe) if same_job(clusters[other], cluster))


def _buckets_of(cluster: Cluster) -> list[tuple[int, str]]:
    width = len(cluster.signature) // _PIECES
    pieces = [(at, cluster.signature[at * width : (at + 1) * width]) for at in range(_PIECES)] if width else []
    return [(-1, candidates_key(cluster.key)), *pieces]


def _twice(items: Sequence[SentJob]) -> list[str]:
    pairs = set(alike([item.cluster for item in items]))
    places: dict[str, list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        places[item.posting_id].append(at)
    pairs.update(pair for found in places.values() for pair in combinations(found, 2))
    return [
        f"{items[place].posting_id} and {items[other].posting_id}"
        for place, other in sorted(pairs)
        if items[place].is_twice_with(items[other])
    ]
