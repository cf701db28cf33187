"""The truth of all pairs, and what a store holds of matches and digests."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from schemas.codec import decode
from schemas.criteria import Criteria
from schemas.keys import unpack
from schemas.posting import Cluster, PostingCore
from schemas.sql.tables import criteria as criteria_table
from schemas.sql.tables import deliveries, digest_items, digests, matches, saved_searches
from services.notifier.adapters.sql.digests.digest_rows import kept_dropped
from services.notifier.adapters.sql.digests.waiting import waiting_read
from services.notifier.domain.delivery import NOT_OUT
from services.rules.prepared import PreparedPosting
from services.rules.signature import same_job
from services.rules.verdict import Outcome, judge, near_miss
from services.runtime.sql.store import reading

Pair = tuple[int, str]
"""A criteria key and a posting id."""


@dataclass(frozen=True)
class Truth:
    """What every version of every posting is to every criteria that ever was."""

    outcomes: Mapping[Pair, frozenset[Outcome]]
    nearly: frozenset[Pair] = frozenset()
    """Those of which some version fails one criterion alone, and by a little: a digest with room looks for them."""

    def surely(self, pair: Pair, outcome: Outcome) -> bool:
        """All versions agree (exchange rates of two days may differ)."""
        return self.outcomes[pair] == {outcome}

    def perhaps(self, pair: Pair, outcome: Outcome) -> bool:
        return outcome in self.outcomes[pair]


def truth_of(criteria: Mapping[int, Criteria], versions: Iterable[PostingCore]) -> Truth:
    """Judge all pairs."""
    outcomes: dict[Pair, set[Outcome]] = defaultdict(set)
    nearly = set[Pair]()
    for posting in versions:
        prepared = PreparedPosting(posting)
        for key, asked in criteria.items():
            pair = (key, posting.posting_id)
            outcomes[pair].add(judge(asked, prepared).outcome)
            if near_miss(asked, prepared) is not None:
                nearly.add(pair)
    return Truth({pair: frozenset(found) for pair, found in outcomes.items()}, frozenset(nearly))


def stored_criteria(engine: Engine) -> dict[int, Criteria]:
    """All criteria that were ever joined, by key."""
    with reading(engine) as connection:
        rows = connection.execute(select(criteria_table.c.key, criteria_table.c.document)).all()
    return {key: decode(Criteria, document.encode()) for key, document in rows}


def stored_pairs(engine: Engine) -> tuple[list[Pair], list[Pair]]:
    """Matched and nearly matched pairs, as often as they are stored."""
    with reading(engine) as connection:
        rows = connection.execute(select(matches.c.posting_id, matches.c.matched, matches.c.near)).all()
    matched = [(int(key), posting_id) for posting_id, packed, _ in rows for key in unpack(packed)]
    near = [(int(key), posting_id) for posting_id, _, packed in rows for key in unpack(packed)]
    return matched, near


@dataclass(frozen=True)
class SentJob:
    """One item of one digest."""

    posting_id: str
    cluster: Cluster
    near: bool
    due_at: datetime

    def is_twice_with(self, later: "SentJob") -> bool:
        """Whether both are one job, which came twice.

        A near miss whose pay rose above the floor comes again, once and as a match (docs/curation.md).
        """
        same = self.posting_id == later.posting_id or same_job(self.cluster, later.cluster)
        return same and not (self.near and not later.near and self.due_at < later.due_at)


def sent_items(engine: Engine) -> dict[str, list[SentJob]]:
    """The jobs of all digests, whole matches and near misses, by subscriber, the earliest first.

    The jobs of a mail that did not go out are not among them: they wait for a later one.
    """
    query = select(digests.c.subscriber_id, digests.c.due_at, digest_items).join_from(digests, digest_items)
    query = query.outerjoin(deliveries, deliveries.c.digest_id == digests.c.digest_id)
    query = query.where(deliveries.c.state.is_(None) | deliveries.c.state.not_in(NOT_OUT))
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(digests.c.due_at, digest_items.c.rank)).all()
    found: dict[str, list[SentJob]] = defaultdict(list)
    for row in rows:
        cluster = Cluster(key=row.cluster_key, signature=row.signature)
        found[row.subscriber_id].append(SentJob(row.posting_id, cluster, row.kind == "near", row.due_at))
    return dict(found)


def waiting_items(engine: Engine) -> dict[str, set[str]]:
    """By subscriber: the postings that wait with their searches, since their mail did not go out or had no room."""
    found: dict[str, set[str]] = defaultdict(set)
    with reading(engine) as connection:
        for row in connection.execute(select(saved_searches.c.subscriber_id, saved_searches.c.waiting)):
            found[row.subscriber_id].update(waiting_read(row.waiting))
    return found


def dropped_for(engine: Engine, subscriber_id: str) -> dict[str, list[str]]:
    """By posting id: why it was left out of each of a subscriber's digests."""
    query = select(digests.c.due_at, digests.c.dropped).where(digests.c.subscriber_id == subscriber_id)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(digests.c.due_at)).all()
    reasons: dict[str, list[str]] = defaultdict(list)
    for due_at, packed in rows:
        for left in kept_dropped(packed):
            reasons[left.posting_id].append(f"{due_at:%d %H:%M} {left.in_words({})}")
    return reasons


def job_of(postings: Sequence[PostingCore]) -> dict[str, int]:
    """Number the jobs: postings that are copies of one another, directly or by way of a third, share one."""
    jobs = list(range(len(postings)))
    for at, posting in enumerate(postings):
        for before in range(at):
            if jobs[before] != jobs[at] and same_job(posting.cluster, postings[before].cluster):
                old, new = jobs[at], jobs[before]
                jobs = [new if job == old else job for job in jobs]
    return {posting.posting_id: job for posting, job in zip(postings, jobs, strict=True)}
