"""The evidence of a stored posting, which the store does not keep: read again from postings.v1."""

from datetime import datetime
from itertools import islice
from typing import Final

from schemas.codec import UnreadableError, decode
from schemas.posting import Posting, PostingCore
from schemas.topics import POSTINGS
from services.matcher.explain import Proof
from services.runtime.records import TopicReader

_MOST_LOOKED_THROUGH: Final = 20_000
"""Records: a posting is sent to the topic soon after it was fetched, or by a replay much later."""


def evidence_of(reader: TopicReader, posting: PostingCore, most: int = _MOST_LOOKED_THROUGH) -> Proof:
    """What this version of a posting was decided by; empty where the topic tells it no more.

    Looks at no more than `most` records from the time on at which it was fetched. Raises UnavailableError.
    """
    own, since = posting.posting_id.encode(), _whole_ms(posting.fetched_at)
    for record in islice(reader.read_all(POSTINGS.name, since=since), most):
        if record.key != own:
            continue
        try:
            whole = decode(Posting, record.value)
        except UnreadableError:
            continue
        if whole.version == posting.version:
            return whole.evidence
    return {}


def _whole_ms(at: datetime) -> datetime:
    """A broker knows milliseconds: what was appended in the same one as it was fetched must not be missed."""
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)
