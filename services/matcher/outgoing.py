"""Matches on their way out."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from schemas.codec import digest_of, encode
from schemas.headers import headers_of
from schemas.keys import to_text
from schemas.match import Cause, Matches
from schemas.posting import PostingCore
from schemas.topics import MATCHES
from services.matcher.ports import Hits
from services.runtime.records import Outgoing


def outgoing_matches(
    posting: PostingCore,
    hits: Hits,
    cause: Cause,
    at: datetime,
    keys_a_record: int,
    after: Mapping[str, str] | None = None,
) -> Iterator[Outgoing]:
    """A posting's hits as records of at most so many keys, and as many near ones, each with the posting; never none.

    The same hits give the same bytes and, by the CloudEvents id (a hash of them), the same identity. `after` are the
    headers of the posting's record, where that brought them.
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
        headers = headers_of(id=digest_of(MATCHES.name, value), type=MATCHES.name, source="matcher", at=at, after=after)
        yield Outgoing(MATCHES.name, posting.posting_id.encode(), value, headers)
