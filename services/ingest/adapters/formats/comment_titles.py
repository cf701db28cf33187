"""The titles of jobs in a comment: on lines of their own, or in sentences that say whom somebody looks for."""

import re
from collections.abc import Iterable
from functools import cache

from services.ingest.domain.role.title import head_in, read_title
from services.rules.lexicon.builder import composed
from services.rules.roles.taxonomy import roles
from services.rules.roles.vocabulary import WEAK
from services.rules.text import collapsed

LINK = re.compile(r"https?://[^\s|)>\]]+", re.IGNORECASE)
AROUND = " \t*_~:,;-–—\u00a0"
_MOST_LINE = 1_000
_MOST_FIELD = 5
"""Words of a part that names a role by its field, without a noun of work."""
_MOST_TITLE = 70
"""Of a further line that is a title."""
_BULLET = re.compile(r"^[\s*•·>→–—+-]{0,5}(?:\d{1,2}[.)]\s)?")
_ITEM = re.compile(r"\s*[*•·>–—+-]+\s")
_BEHIND_TITLE = re.compile(r"\s*(?:[-–—|:,(+]\s*)?[$€£]\s?\d.*$|\s*[|].*$|\s*[(\[]\s*[)\]]|\s*[-–—:>]+\s*$")
_INDUSTRY = r"\w+[ -]?{trade}|{stack}.*"
_LABEL = r"^[\s*•·-]*(?:\w+ ){0,2}{openings}[^:|]{0,20}:\s*"
_ITEM_END = r"\s(?:{sought.ends}|{ends})\s.*|[:,]\s.*|\s[-–—]\s.*"
_ARTICLE = r"^(?:{article}|\d+x?) "
_SENTENCE = r"[.!?]\s|[.!?]$|@|{prose}"
_SOUGHT = (
    r"{seeks}(?: (?:{article}|\d+x?))? (?P<title>[^.;:!?|(]{3,90}?)"
    r"(?=\s*(?:[.,;:!?|(]|$)|\s+(?:{sought.ends}|{ends}))"
)


@cache
def words(template: str) -> re.Pattern[str]:
    """The pattern of a template of words of comments: in English, in whatever language a comment is."""
    return re.compile(composed("comment", template, languages=("en",)), re.IGNORECASE)


def has_head(text: str) -> bool:
    """Whether a text holds a noun of work, `baker`, as the title of a job does."""
    return not words(_INDUSTRY).fullmatch(text) and head_in(text, roles()) not in {None, WEAK}


def names_a_role(text: str) -> bool:
    """Whether a text names what somebody does: by a noun of work, or, where it is short, by a field alone."""
    if has_head(text):
        return True
    is_list = "," in text or len(text.split()) > _MOST_FIELD
    return not is_list and not words(_INDUSTRY).fullmatch(text) and bool(read_title(text, roles()))


def bare_title(text: str) -> str:
    """A title without links, a label or bullet before it and pay behind it."""
    return _BEHIND_TITLE.sub("", _BULLET.sub("", collapsed(words(_LABEL).sub("", LINK.sub(" ", text))))).strip(AROUND)


def roles_listed(lines: Iterable[str], most: int) -> tuple[str, ...]:
    """Of further lines those that are titles: short, no sentences, with a noun of work; up to `most`, each once."""
    found: dict[str, str] = {}
    for line in lines:
        is_item = _ITEM.match(line) is not None
        title = "" if line.endswith(":") else bare_title(line[:_MOST_LINE])  # A heading stands before titles.
        title = words(_ITEM_END).sub("", words(_ARTICLE).sub("", title)) if is_item else title
        if (
            3 < len(title) <= _MOST_TITLE
            and (is_item or title.lstrip("(")[:1].isupper())
            and not words(_SENTENCE).search(title)
            and has_head(title)
        ):
            found.setdefault(title.casefold(), title)
        if len(found) == most:
            break
    return tuple(found.values())


def roles_sought(text: str) -> tuple[str, ...]:
    """The role of `we are looking for a baker to join us`, the first of a text that says so."""
    found = (match["title"].strip() for match in words(_SOUGHT).finditer(text))
    return tuple(title for title in found if " " in title and names_a_role(title))[:1]
