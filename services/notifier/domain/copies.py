"""Which candidates are the same job, and which copy of it to show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.posting import Cluster, PostingCore
from services.notifier.domain.model import SentItem
from services.notifier.domain.score import states_pay
from services.rules.signature import same_job


@dataclass(frozen=True, slots=True)
class Copies:
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
    its pay, then the one from where one applies directly, then the newest. Likeness is no equivalence, so each posting is
    held against the best copies only, in that order: the outcome does not depend on the order of the input.
    """
    groups: list[list[PostingCore]] = []
    for posting in sorted(postings, key=lambda one: _preference(one, matched)):
        for group in groups:
            if same_job(group[0].cluster, posting.cluster):
                group.append(posting)
                break
        else:
            groups.append([posting])
    return tuple(Copies(group[0], tuple(group[1:])) for group in groups)


def sent_before(copies: Copies, sent: Iterable[SentItem]) -> SentItem | None:
    """What the subscriber was sent of this job already, in any of its copies."""
    ids = frozenset(posting.posting_id for posting in copies.all)
    for item in sent:
        if item.posting_id in ids:
            return item
        cluster = Cluster.model_construct(key=item.cluster_key, signature=item.signature)
        if any(same_job(cluster, posting.cluster) for posting in copies.all):
            return item
    return None


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
