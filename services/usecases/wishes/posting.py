"""A pasted text as the posting that it would be."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Final

from schemas.posting import Posting
from schemas.raw import unserved
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.normalise import normalise
from services.ingest.domain.role.reading import read_role
from services.rules.money import rates_before
from services.rules.roles.taxonomy import roles

MOST_TEXT: Final = 20_000
"""Characters of a pasted text that are read."""
_A_LINE: Final = 120
"""Of a line that may be a title."""
_A_SENTENCE: Final = 240
_TITLE_WITHIN: Final = 6
"""Lines: above the title of a posting stands its company, above that of a CV a name and an address."""
_ITEM: Final = re.compile(r"[-*•–·+]\s+")


def posting_in(text: str, now: datetime) -> Posting:
    """A text as the posting that it would be."""
    return normalise(draft_of(text), raw=unserved("pasted", "pasted", now), rates=rates_before(now.date()))


def draft_of(text: str) -> Draft:
    """Its lines as a feed would have them; a sentence is a title alone."""
    lines = [line.strip() for line in text[:MOST_TEXT].splitlines() if line.strip()]
    title = _title(lines)
    rest = [line for line in lines if line != title]
    said = (Stated("text", title),) if title and not rest else ()
    return Draft(source_id="pasted", title=title, company="", html="".join(_marked_up(rest)), locations=said)


def _title(lines: Sequence[str]) -> str:
    """The first line that names a role, else the first, as far as they are short enough; a sentence alone is one."""
    if len(lines) == 1:
        return lines[0] if len(lines[0]) <= _A_SENTENCE else ""
    short = [line for line in lines[:_TITLE_WITHIN] if len(line) <= _A_LINE]
    return next((line for line in short if read_role(line, (), "", roles()).roles), short[0] if short else "")


def _marked_up(lines: Sequence[str]) -> Iterator[str]:
    for is_item, some in groupby(lines, key=lambda line: bool(_ITEM.match(line))):
        if is_item:
            items = "".join(f"<li>{escape(_ITEM.sub('', line, count=1))}</li>" for line in some)
            yield f"<ul>{items}</ul>"
        else:
            yield "".join(f"<p>{escape(line)}</p>" for line in some)
