"""Fields out of foreign JSON: a getter never raises, and gives nothing for what is not of its kind."""

import html
import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from services.ingest.domain.draft import PayBand, Stated
from services.ingest.faults import FeedFault
from services.ingest.ports import JsonObject, UnusableItemError
from services.rules.text import collapsed

Date = str | int | float | None

_LONGEST_NAME = 40
_SHORTEST_NAME = 4
"""Letters before an address's ending that are no common word: what is left of go.dev may begin any sentence."""
_WEB_ENDING = re.compile(r"(?:\.[a-z]{2,3})?\.[a-z]{2,4}$")
_BEGINNING = 20_000
"""Characters of a text in which a company's name is looked for."""
_TRUE = FeedFault("wrong_type", "true stands where an amount of pay is expected")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ESCAPED_TAG = re.compile(r"&lt;/?[a-zA-Z!]|&amp;lt;/?[a-zA-Z!]")
_WORKPLACES = {
    "remote": "remote",
    "fullyremote": "remote",
    "telecommute": "remote",
    "hybrid": "hybrid",
    "onsite": "onsite",
    "inoffice": "onsite",
    "office": "onsite",
    "inperson": "onsite",
}
_DEGREES = re.compile(r"[+-]?\d{0,3}(?:\.\d{1,20})?(?<=\d)")
_POLE = 90.0


def text_of(value: Any) -> str:
    """A string, or a number as one, stripped; anything else is ""."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return ""


def object_of(value: Any) -> JsonObject:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """A list; a single value as a list of one; null as none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts_of(value: Any) -> list[str]:
    """The strings of a list, or a single one, without empty ones and repeats."""
    return list(dict.fromkeys(text for part in list_of(value) if (text := text_of(part))))


def stated(field: str, *values: Any) -> tuple[Stated, ...]:
    """The non-empty texts among `values`, each as stated in `field`."""
    return tuple(Stated(field, text) for text in texts_of(list(values)))


def distinct(*groups: Iterable[Stated]) -> tuple[Stated, ...]:
    """Join, keeping the first of equal texts."""
    found: dict[str, Stated] = {}
    for group in groups:
        for value in group:
            found.setdefault(value.text.casefold(), value)
    return tuple(found.values())


def as_written(name: str, markup: str) -> str:
    """A company's name as its own text writes it, where an address has it in small letters: `acmebooks` is Acme Books.

    Most often, and of equals first; of `acmebooks.com` the whole before what stands before its ending. The name itself
    where the text has it in no capitals, without a `.com`.
    """
    if not name.islower():
        return name
    before_ending = _WEB_ENDING.sub("", name)
    ways = (name, before_ending) if len(before_ending) >= _SHORTEST_NAME else (name,)
    return next(filter(None, (_spelling(way, markup) for way in dict.fromkeys(ways))), name.removesuffix(".com"))


def _spelling(name: str, markup: str) -> str | None:
    letters = re.sub(r"\W", "", name)[:_LONGEST_NAME]
    # A capital to begin with is found at once, where all else would be tried at each character.
    capital, rest = re.escape(letters[:1].upper()), "".join(rf"[ .-]?{re.escape(letter)}" for letter in letters[1:])
    found = re.findall(rf"{capital}(?<![\w@./-]{capital})(?i:{rest})(?![\w@/-]|\.\w)", markup[:_BEGINNING])
    spellings = Counter(spelling for spelling in found if spelling[:1].isupper())
    return max(spellings, key=lambda spelling: (not spelling.isupper(), spellings[spelling]), default=None)


def place_text(*parts: str) -> str:
    """The parts of a place as one text, `Berlin, Germany`: each once, without empty ones."""
    return ", ".join(dict.fromkeys(part for part in parts if part))


def point_of(north: Any, east: Any) -> tuple[float, float] | None:
    """Degrees of latitude and longitude as served; None of what is none, and of 0 and 0, which stand for unknown."""
    degrees = [float(text) for text in (str(north).strip(), str(east).strip()) if _DEGREES.fullmatch(text)]
    if len(degrees) < 2 or not any(degrees) or abs(degrees[0]) > _POLE or abs(degrees[1]) > 2 * _POLE:
        return None
    return degrees[0], degrees[1]


def places_listed(text: str, worldwide: frozenset[str]) -> tuple[list[str], bool]:
    """The places of `Canada, USA`, and whether among them stood a word for all the world, which is none of them."""
    listed = [plain(part) for part in text.split(",")]
    places = [place for place in listed if place.casefold() not in worldwide]
    return places, len(places) < len(listed)


def remote_flag(field: str, value: Any) -> tuple[Stated, ...]:
    """Remote or on site, of a truth; anything else says nothing."""
    return (Stated(field, "remote" if value else "onsite"),) if isinstance(value, bool) else ()


def date_of(value: Any) -> Date:
    """A date as served: text or number; an empty text is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return value if not isinstance(value, str) else value.strip() or None


def amount_of(value: Any) -> Decimal | None:
    """A positive amount from a number or a plain decimal text. Feeds write 0, and some false, for unknown: none.

    Raises UnusableItemError for true.
    """
    if value is True:
        raise UnusableItemError(_TRUE)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < Decimal(10) ** 15 else None


def band(
    field: str, low: Any, high: Any, currency: Any, period: Any, *, zone: str | None = None
) -> tuple[PayBand, ...]:
    """A pay band of base pay, or none where neither bound is an amount. Raises UnusableItemError for true."""
    if "true" in (low, high):  # a mapped feed's texts
        raise UnusableItemError(_TRUE)
    least, most = amount_of(low), amount_of(high)
    if least is None and most is None:
        return ()
    return (PayBand(field, least, most, text_of(currency).upper() or None, text_of(period) or None, zone=zone),)


def workplace_word(text: str) -> str | None:
    """`remote`, `hybrid` or `onsite` for the spellings of a workplace field; None for any other text."""
    return _WORKPLACES.get(re.sub(r"[^a-z]", "", text.casefold()))


def plain(text: str) -> str:
    """A one-line field without entities and outer space: `R&amp;D ` is `R&D`."""
    return collapsed(html.unescape(text))


def unescaped(markup: str) -> str:
    """Undo the escaping of markup: until its tags are tags, at most twice, so that `&lt;` in a text stays."""
    for _ in range(2):
        if _TAG.search(markup) or not _ESCAPED_TAG.search(markup):
            return markup
        markup = html.unescape(markup)
    return markup


def markup_of(text: str) -> str:
    """Markup for a description that may be plain text: its lines become paragraphs."""
    ready = unescaped(text)
    if _TAG.search(ready):
        return ready
    return "".join(
        f"<p>{html.escape(html.unescape(part.strip()), quote=False)}</p>"
        for part in re.split(r"\n\s*\n|\r\n\s*\r\n", ready)
        if part.strip()
    )


def with_query(url: str, **changes: str | None) -> str:
    """The address with these query parameters set, or removed where None."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in changes]
    query += [(name, value) for name, value in changes.items() if value is not None]
    return urlunsplit(parts._replace(query=urlencode(query)))
