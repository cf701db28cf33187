"""Damaged feeds, and what holds of the items of any body."""

import json
from collections.abc import Sequence
from contextlib import suppress

from hypothesis import strategies as st

from services.ingest.domain.draft import Draft
from services.ingest.ports import Broken, Format, Item, Skip, UnusableItemError

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn, body: bytes, fragments: Sequence[bytes]) -> bytes:
    """A sound body with some fragments put in, cut out or in place of others, perhaps cut short."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        until = min(len(body), at + draw(st.integers(0, 12)))
        body = body[:at] + draw(st.sampled_from(fragments) | st.binary(max_size=4)) + body[until:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


def check_items(known: Format, body: bytes) -> list[Item]:
    """Cut, draft and fingerprint all that a body gives; the items."""
    items: list[Item] = []
    for part in known.split(body):
        assert isinstance(part, Item | Skip | Broken)
        if isinstance(part, Broken):
            assert part.reason
            assert len(part.excerpt) <= 520
        if not isinstance(part, Item):
            continue
        items.append(part)
        assert json.loads(json.dumps(part.data, allow_nan=False).encode()) == part.data
        json.dumps(part.data, ensure_ascii=False).encode()
        json.dumps(known.fingerprint(part.data), allow_nan=False)
        with suppress(UnusableItemError):
            assert isinstance(known.draft(part.data), Draft)
    ids = [item.source_id for item in items]
    assert len(set(ids)) == len(ids)
    return items
