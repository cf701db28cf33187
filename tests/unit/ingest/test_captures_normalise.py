"""Every captured item of the formats that we read is normalised, or refused with a reason."""

from collections import Counter
from pathlib import Path

import pytest

from services.ingest.adapters.formats import detect
from services.ingest.domain.normalise import normalise
from services.ingest.ports import Item, UnusableItemError
from tests.support.drafting import RATES, a_raw
from tests.support.shared import captures


def _bodies() -> list[Path]:
    return sorted(path for path in captures().glob("*/*") if path.suffix in {".json", ".xml"})


@pytest.mark.timeout(120)
def test_each_captured_item_becomes_a_posting_or_is_refused_with_a_reason() -> None:
    seen: Counter[str] = Counter()
    reasons: list[str] = []
    for path in _bodies():
        body = path.read_bytes()
        known = detect(body)
        if known is None:
            continue
        for number, item in enumerate(known.split(body)):
            if not isinstance(item, Item) or number % 10:  # every tenth: the whole takes half a minute
                continue
            try:
                draft = known.draft(item.data)
            except UnusableItemError as error:
                reasons.append(str(error))
                continue
            posting = normalise(draft, raw=a_raw(source_id=item.source_id), rates=RATES)
            seen[known.name] += 1
            seen["located"] += posting.reach.scope != "unknown"
            seen["skilled"] += bool(posting.skills)
            assert posting.title
            assert "<script" not in posting.description_html
            assert "<" not in posting.title or "<" in draft.title
    assert all(reasons)
    postings = seen["himalayas"] + seen["ashby"] + seen["remoteok"]
    assert postings > 200
    assert seen["located"] > postings * 0.8
    assert seen["skilled"] > postings * 0.8
