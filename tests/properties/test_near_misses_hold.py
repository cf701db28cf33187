"""What nearly fits, over generated postings and criteria: looking things up finds all that judging each would."""

import random
from datetime import timedelta

from hypothesis import given

from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.near_misses import Newest
from services.rules.criteria import CriteriaError, canonical
from services.rules.verdict import near_miss, outcome_of
from tests.support import generate
from tests.support.strategies import seeds


@given(seeds)
def test_all_that_nearly_fits_and_no_index_finds_is_found(seed: int) -> None:
    random_ = random.Random(seed)
    ready = [PostingFeatures(generate.posting(random_, number)) for number in range(40)]
    newest = Newest(ready)
    if seed % 2:
        newest.read_ahead()
    for posting in random_.sample(ready, 12):
        try:
            asked = canonical(generate.loose_criteria(random_, posting.posting))
        except CriteriaError:
            continue
        since = random_.choice((generate.NOON - timedelta(days=11), *(other.seen_at for other in ready)))
        late = [other for other in ready if other.seen_at > since]
        missed = [other for other in late if near_miss(asked, other) and outcome_of(asked, other) == "reject"]
        assert [miss.ready for miss in newest.near(asked, since, lambda _: True)] == missed
        wanted = dict.fromkeys(missed[::2])
        assert [miss.ready for miss in newest.near(asked, since, wanted.__contains__)] == [*wanted]
        judged = [JudgedPosting(asked, other) for other in missed]
        assert all(miss.outcome == miss.verdict.outcome == "near" and 0 <= miss.off <= 1 for miss in judged)
