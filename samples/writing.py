"""What the board writers share."""

import json
from datetime import datetime
from typing import Any

Json = dict[str, Any]


def as_json(value: object) -> str:
    """JSON as a server sends it, one line a member for readable diffs."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())
