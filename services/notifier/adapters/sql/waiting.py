"""The column of a saved search that holds the postings for which its digests had no room."""

import json
from collections.abc import Sequence

from services.notifier.adapters.sql.rows import squeeze, to_json, unsqueeze


def waiting_written(posting_ids: Sequence[str]) -> bytes | None:
    """Ids as bytes, in their order; None where there are none."""
    return squeeze(to_json(list(posting_ids))) if posting_ids else None


def waiting_read(column: bytes | None) -> tuple[str, ...]:
    """Undo `waiting_written`."""
    return tuple(json.loads(unsqueeze(column))) if column else ()
