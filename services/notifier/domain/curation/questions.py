"""Which jobs a person is asked about: those by whose answers most is learned of them."""

import math
from collections.abc import Iterable
from typing import Final

from services.notifier.domain.curation.judging import PostingFeatures

MOST: Final = 6
"""Asked at once."""
UNSURE: Final = (0.1, 0.9)
"""Nobody need be asked of what is less likely, or more."""


def worth_asking(found: Iterable[tuple[PostingFeatures, float]], bar: float, most: int = MOST) -> list[PostingFeatures]:
    """Of jobs with their chances the least sure first, by how near the bar they are; of other roles before more of one.

    The same for any order; of one company's jobs with one title one.
    """
    at = _odds(bar)
    unsure = sorted(found, key=lambda pair: (abs(_odds(pair[1]) - at), -pair[0].seen, pair[0].posting.posting_id))
    apart = list({(ready.company, ready.title_words): ready for ready, _ in reversed(unsure)}.values())[::-1]
    first = list({ready.posting.roles[:1]: ready for ready in reversed(apart)}.values())[::-1]
    return [*first, *(ready for ready in apart if ready not in first)][:most]


def _odds(chance: float) -> float:
    held = min(max(chance, 0.0001), 0.9999)
    return math.log(held / (1.0 - held))
