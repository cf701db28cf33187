"""Hits that an engine lists one by one, read and told apart by the client."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from schemas.keys import Keys
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.documents import CURRENCIES, currency_number
from services.matcher.adapters.floors import ACCEPTS_UNDISCLOSED, CURRENCY_SHIFT, FLOOR_BITS
from services.matcher.ports import Hits

MOST: Final = 10_000_000
"""Above all numbers of criteria: every hit comes in one answer."""
_NO_FLOOR: Final = (0,)
_CURRENCY_BITS: Final = (1 << 15) - 1


def every_hit(query: dict[str, Any], *more: str) -> dict[str, Any]:
    """A search for the keys and floors, and more fields, of all that a query finds, in no order, unscored."""
    return {
        "size": MOST,
        "track_total_hits": False,
        "query": {"constant_score": {"filter": query}},
        "sort": ["_doc"],
        "stored_fields": "_none_",
        "docvalue_fields": ["key", "pay", *more],
    }


def tops_of(posting: PostingCore) -> dict[str, int]:
    """The highest pay by currency, none where it is not told."""
    return posting.salary.tops if posting.salary else {}


def split_by_pay(posting: PostingCore, fields: Sequence[dict[str, Any]]) -> Hits:
    """Matches and near misses, by the floor in `pay`: all that were found are one or the other."""
    keys, pay = _column(hit["key"][0] for hit in fields), _column(hit.get("pay", _NO_FLOOR)[0] for hit in fields)
    tops = np.full(CURRENCIES, -1, dtype=np.int64)
    for code, top in tops_of(posting).items():
        tops[currency_number(code)] = top
    floor = pay & ((1 << FLOOR_BITS) - 1)
    top = tops[pay >> CURRENCY_SHIFT & _CURRENCY_BITS]
    fits = (floor == 0) | np.where(top < 0, pay & ACCEPTS_UNDISCLOSED != 0, top >= floor)
    return Hits(_sorted(keys[fits]), _sorted(keys[~fits]))


def _column(values: Iterable[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.fromiter(values, dtype=np.int64)


def _sorted(keys: np.ndarray[Any, np.dtype[np.int64]]) -> Keys:
    found: Keys = np.sort(keys.astype(np.uint32))
    return found
