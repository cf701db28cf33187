"""Hypothesis strategies of postings and criteria.

A strategy draws a seed for `tests.support.generate`, whose criteria are drawn after a posting: hypothesis alone would
all but never find a pair that matches in twelve respects. Failures are still reproduced, and shrunk to fewer pairs.
"""

import random

from hypothesis import strategies as st

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from tests.support import generate

seeds = st.integers(min_value=0, max_value=2**32 - 1)


@st.composite
def postings(draw: st.DrawFn, most: int = 6) -> list[PostingCore]:
    """Some postings, numbered from 0."""
    random_ = random.Random(draw(seeds))
    return [generate.posting(random_, number) for number in range(draw(st.integers(1, most)))]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Criteria, PostingCore]:
    """Criteria, not in canonical form and perhaps asking for nothing, with the posting that they were drawn after."""
    random_ = random.Random(draw(seeds))
    posting = generate.posting(random_, 0)
    return generate.loose_criteria(random_, posting), posting
