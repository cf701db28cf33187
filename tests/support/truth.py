"""What an index must return, worked out the slow way."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.criteria import Criteria
from schemas.keys import keys_of
from schemas.posting import PostingCore
from services.matcher.ports import Hits
from services.rules.prepared import PreparedPosting
from services.rules.verdict import Outcome, judge

Pairs = dict[Outcome, list[int]]


def judged(criteria: Mapping[int, Criteria], posting: PostingCore) -> Pairs:
    """Keys by outcome, by the verdict on each pair."""
    prepared = PreparedPosting(posting)
    found: Pairs = {"match": [], "near": [], "reject": []}
    for key, asked in sorted(criteria.items()):
        found[judge(asked, prepared).outcome].append(key)
    return found


def true_hits(criteria: Mapping[int, Criteria], postings: Iterable[PostingCore]) -> list[Hits]:
    """What `CriteriaIndex.match` must return."""
    found = (judged(criteria, posting) for posting in postings)
    return [Hits(keys_of(pairs["match"]), keys_of(pairs["near"])) for pairs in found]


def same_hits(found: Sequence[Hits], expected: Sequence[Hits]) -> bool:
    """Whether hits are the same, key by key and in order."""
    return [(hits.keys.tolist(), hits.near.tolist()) for hits in found] == [
        (hits.keys.tolist(), hits.near.tolist()) for hits in expected
    ]
