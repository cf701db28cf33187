"""Matches on their way out."""

from collections.abc import Iterator
from datetime import datetime

from schemas.codec import digest_of, encode
from schemas.keys import to_text
from schemas.match import Cause, Matches
from schemas.posting import PostingCore
from schemas.topics import MATCHES
from services.matcher.ports import Hits
from services.runtime.records import Outgoing


def outgoing_matches(
    posting: PostingCore, hits: Hits, cause: Cause, at: datetime, keys_a_record: int
) -> Iterator[Outgoing]:
    """A posting's hits as records of at most so many keys, and as many near ones, each with the posting; never none.

    The same hits give the same bytes and, by the CloudEvents id (a hash of them), the same identity.
    """
    chunks = max(1, -(-max(hits.keys.size, hits.near.size) // keys_a_record))
    for chunk in range(chunks):
        part = slice(chunk * keys_a_record, (chunk + 1) * keys_a_record)
        message = Matches(
            posting=posting,
            keys=to_text(hits.keys[part]),
            near=to_text(hits.near[part]),
            chunk=chunk,
            chunks=chunks,
            cause=cause,
        )
        value = encode(message)
        headers = {
            "ce_id": digest_of(MATCHES.name, value),
            "ce_type": MATCHES.name,
            "ce_source": "matcher",
            "ce_time": at.isoformat(),
        }
        yield Outgoing(MATCHES.name, posting.posting_id.encode(), value, headers)
