"""What is read in the process of its own: pieces of work that a parent pickles, each of which gives bytes."""

import functools
import pickle
from collections.abc import Mapping, Sequence
from datetime import date

from schemas.codec import encode
from schemas.raw import RawPosting
from services.ingest.adapters.formats.catalogue import Catalogue
from services.ingest.domain.draft import STATED_FIELDS, Draft
from services.ingest.domain.normalise import REVISION, Reading, normalise, reading_of
from services.ingest.normaliser import Normaliser
from services.rules.money import Rates, rates_before
from services.runtime.records import Record

MOST_TOGETHER = 60_000
"""Characters of an item that is read among others; none of 2,731 captured ones has more than 50,000 of markup."""


class LargeItemError(Exception):
    """An item among others that is to be read alone."""


class OtherRulesError(Exception):
    """Ours are not those of whoever asks: another release was installed while it runs."""


def draft_read(draft: Draft, raw: RawPosting, on: date, euro: Mapping[str, float]) -> bytes:
    """The posting of one draft, by the rates of a day."""
    return encode(normalise(draft, raw=raw, rates=Rates(on, euro)))


def records_read(mappings: bytes, revision: int, records: Sequence[Record]) -> bytes:
    """What the normaliser gives for records of raw.v1, pickled. Raises what it raises, LargeItemError, OtherRulesError.

    `mappings` are those of the settings, pickled; `revision` is that of the rules of whoever asks.
    """
    if revision != REVISION:
        raise OtherRulesError
    return pickle.dumps(_normaliser(mappings).handle(records))


def size_of(draft: Draft) -> int:
    """Characters of what the rules read of a draft."""
    stated = sum(len(part.text) for name in STATED_FIELDS for part in getattr(draft, name))
    return len(draft.title) + len(draft.company) + len(draft.html) + stated


@functools.lru_cache(maxsize=1)
def _normaliser(mappings: bytes) -> Normaliser:
    return Normaliser(Catalogue(pickle.loads(mappings)).by_name(), _begun)  # noqa: S301 (our own parent's)


def _begun(draft: Draft, raw: RawPosting) -> Reading:
    if size_of(draft) > MOST_TOGETHER:
        raise LargeItemError
    return reading_of(draft, raw=raw, rates=rates_before(raw.fetched_at.date()))
