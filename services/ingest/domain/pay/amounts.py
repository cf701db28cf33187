"""Numbers of a text with the currency and the multiplier beside them."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from itertools import islice
from typing import Final, NamedTuple

from services.ingest.domain.pay.data import PayData, pay_data
from services.ingest.domain.pay.words import LOCAL
from services.rules.lexicon.builder import composed
from services.rules.skills.text import haystack_of

_DIGIT: Final = "0-9０-９"
# The first digit is written out ahead of everything else: a scan for a set of characters is what makes this cheap.
_NUMBER = re.compile(
    rf"[{_DIGIT}](?<![{_DIGIT}.,'’][{_DIGIT}])"
    rf"(?:\d{{0,2}}(?P<mark>[ \xa0\u2009\u202f.,'’])\d{{3}}(?:(?P=mark)\d{{3}})*(?:[.,]\d{{1,2}})?"
    rf"|\d?(?:,\d{{2}})+,\d{{3}}(?:\.\d{{1,2}})?|\d{{0,11}}(?:[.,]\d{{1,3}})?)(?![.,'’]?\d)"
)
_MARKS = re.compile(r"[ \xa0\u2009\u202f.,'’]")
_WIDE_DIGITS: Final = "０１２３４５６７８９"
_DIGITS: Final = bytes(ord("0") if chr(code) in "0123456789" else ord(" ") for code in range(256))


def numbers_in(text: str) -> Iterator[re.Match[str]]:
    """Find the numbers, in order; group `mark` is what stands between thousands."""
    if not text.isascii() and any(digit in text for digit in _WIDE_DIGITS):
        yield from _NUMBER.finditer(text)
        return
    # What `finditer` gives, in a third of the time: a number begins where digits do, and bytes are searched faster.
    digits = b" " + haystack_of(text).translate(_DIGITS)
    reached = at = 0
    while (at := digits.find(b" 0", at)) >= 0:
        if at >= reached and (match := _NUMBER.match(text, at)):
            reached = match.end()
            yield match
        at += 1


def decimal_of(number: str, *, multiplied: bool) -> Decimal | None:
    """Tell thousands from decimals: a last group of three digits is thousands, unless a `k` follows a single one.

    None where the digits are of no number.
    """
    if number.isdecimal():
        return Decimal(number)
    groups = _MARKS.split(number)
    last = groups[-1]
    whole = len(last) == 3 and groups[0] != "0" and not (multiplied and len(groups) == 2)
    digits = "".join(groups) if whole else "".join(groups[:-1]) + "." + last
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


_SYMBOLS: Final = "$€£¥￥₹₺₴₩₪฿₫₱₦₽₸₾₵₨"
_BEFORE = re.compile(
    rf"(?:(?<![^\W\d_])(?P<code>[^\W\d_]{{2,4}})[ \xa0]?)??(?<![^\W\d_])"
    rf"(?P<token>[^\W\d_]{{0,4}}[{_SYMBOLS}]{{1,2}}|S/\.?|[^\W\d_]{{1,5}}\.?)[ \xa0]?$"
)
_AFTER = re.compile(rf"[ \xa0]?(?:(?P<word>[^\W\d_\u2e80-\uffff]+\.?|[\u2e80-\ud7af]+)|(?P<sign>(?:US)?[{_SYMBOLS}]))")
_EAST_ASIAN = re.compile(r"(万|萬|千|億|亿|만|억)?\s?(円|元|원)?")
_EAST_ASIAN_REST = re.compile(r"([\d,]{1,5})(万|萬|千|百|만|천|백)?\s?(円|元|원)?")
"""What goes on behind a myriad: the `5千円` of `1万5千円`."""
_EAST_ASIAN_FROM = "\u2e80"
"""Scripts from here on put no space between a word and a number."""
_NO_CENTS = re.compile(r"[.,][-–—]{1,2}(?!\s?\d|[$€£])")
"""A dash for nought of the smaller coin: `CHF 6'500.–`, `3.200,-- €`."""
_DIGIT_NEXT = re.compile(r"[ \xa0]?\d")
_DECIMAL_KINDS = frozenset({"thousand", "lakh", "crore", "million", "billion"})
"""Multipliers ahead of which a point or comma is a decimal one: `1,250 million`, but `4,000` myriads."""
_EAST_ASIAN_KINDS = frozenset({"myriad", "hundred_million"})
_LETTERS_ALONE = frozenset("mbtl")
"""Multipliers that need to touch their number, or a currency ahead of it: `5 m` is a distance."""
_CAPITALS = frozenset({"R", "RM", "TL", "DH"})
_PENSION = re.compile(r"40[13]\s?\(?[kb]\b", re.IGNORECASE)
_LONGEST_NAME = 5
"""Letters of a currency before a number, see `_BEFORE`."""
_MOST_NUMBERS = 600


class Amount(NamedTuple):
    """A number of a text with what stands beside it."""

    start: int
    end: int
    value: Decimal
    currency: str | None
    kind: str | None
    """Its multiplier: `thousand`, `lakh`, ..."""
    open_ended: bool = False
    plain: bool = False
    """Digits alone, without marks or multiplier."""


def amounts_in(text: str, data: PayData) -> Iterator[Amount]:
    """Find the numbers of a text, in order, with the currency and the multiplier of each."""
    taken = 0
    for match in islice(numbers_in(text), _MOST_NUMBERS):
        start, end = match.span()
        if start < taken:
            continue
        sign, begun = _currency_before(text, start, data)
        if sign is None and (behind := _behind_name(text, match)):
            match, start, begun = behind, behind.start(), behind.start()
            end = match.end()
        if sign is None and (_is_joined(text, start) or (text.startswith("40", start) and _PENSION.match(text, start))):
            continue  # "B2B", "C4M", 401k
        if cents := _NO_CENTS.match(text, end):
            end = cents.end()
        kind, named, stop, open_ended = _following(text, end, data, known=sign is not None)
        value = decimal_of(match.group(), multiplied=kind in _DECIMAL_KINDS)
        if value is None:
            continue
        if kind is not None:
            value *= data.multiples[kind]
        if kind in _EAST_ASIAN_KINDS and named is None and (rest := _EAST_ASIAN_REST.match(text, stop)):
            more, named = _east_asian_rest(rest, data)
            value, stop = value + more, rest.end()
        taken = stop
        yield Amount(
            start=begun,
            end=stop,
            value=value,
            currency=_chosen(sign, named),
            kind=kind,
            open_ended=open_ended,
            plain=kind is None and match.group("mark") is None,
        )


@cache
def _numbered() -> re.Pattern[str]:
    """What its words are for stands in rules/lexicon/meanings.toml, under `[pay]`."""
    return re.compile(composed("pay", r"{numbered}\s?$"), re.IGNORECASE)


def is_numbered(text: str, start: int) -> bool:
    """Whether a number belongs to the name of a level or a place: `Level 5 - $90,000`."""
    return _numbered().search(text, max(0, start - 10), start) is not None


def _behind_name(text: str, match: re.Match[str]) -> re.Match[str] | None:
    """The number behind the one of such a name, where a space makes both look like thousands: `L3 100-120k EUR`."""
    mark, start = match.group("mark"), match.start()
    if mark is None or not mark.isspace() or not (_is_joined(text, start) or is_numbered(text, start)):
        return None
    return _NUMBER.match(text, text.index(mark, start) + 1)


def _is_joined(text: str, start: int) -> bool:
    """Whether a letter touches a number, of a script that puts spaces between words and numbers."""
    ahead = text[start - 1] if start else ""
    return ahead.isalnum() and not ahead.isdecimal() and not _EAST_ASIAN_FROM <= ahead <= "\uffff"


def _chosen(before: str | None, after: str | None) -> str | None:
    """`$80,000 CAD` is Canadian: a code beats a sign that several countries use."""
    if before is None or (before in LOCAL and after is not None and after not in LOCAL):
        return after
    return before


def _currency_before(text: str, start: int, data: PayData) -> tuple[str | None, int]:
    """The currency that ends at a number, and where the sum then begins."""
    at = start - 1
    if at >= 0 and text[at] in " \xa0":
        at -= 1
    if at < 0 or not (text[at].isalpha() or text[at] in _SYMBOLS or text[at] in "./"):
        return None, start
    if text[at - _LONGEST_NAME : at + 1].isalpha() and at >= _LONGEST_NAME:
        return None, start  # "minimum 3"
    left = max(0, start - 14)
    match = _BEFORE.search(text, left, start)
    if match is None:
        return None, start
    beside = match.group("token")
    name = _named("$" if beside == "$$" else beside, data)
    code = match.group("code")
    if name in LOCAL and code is None:
        code = _word_before(text, match.start("token"))
    if name in LOCAL and code is not None:
        exact = data.before.get(f"{code.lower()}$") or _named(code, data)
        if exact is not None:
            return exact, max(left, text.rfind(code, left, start))
    return (name, match.start("token")) if name is not None else (None, start)


_LAST_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,4}(?=[ \xa0]?$)")


def _word_before(text: str, at: int) -> str | None:
    """The short word right before a sign: the `CAD` of `CAD $`."""
    match = _LAST_WORD.search(text, max(0, at - 6), at)
    return match.group() if match else None


def _named(token: str, data: PayData) -> str | None:
    if token in data.capital_codes:
        return token
    if token.upper() in _CAPITALS and token not in _CAPITALS:
        return None
    return data.before.get(token.lower()) or data.before.get(token.lower().rstrip("."))


def _following(text: str, end: int, data: PayData, *, known: bool) -> tuple[str | None, str | None, int, bool]:
    """What follows a number: its multiplier, its currency, where the sum then ends, whether a `+` leaves it open."""
    kind: str | None = None
    at = end
    match = _AFTER.match(text, at)
    if match and (word := match.group("word")):
        if _says_nothing(word):
            return None, None, end, False
        if word[0] >= _EAST_ASIAN_FROM:
            return _east_asian(text, match.start("word"), data)
        joined = data.joined.get(word.lower().rstrip("."))
        if joined is not None:
            return joined[0], joined[1], _without_stop(match, word), False
        kind = _multiplier(text, match, word.lower(), data, known=known)
        if kind is not None:
            at = match.end() if word.lower() in data.multipliers else _without_stop(match, word)
    open_ended = text.startswith("+", at)
    at += open_ended
    if at != end:
        match = _AFTER.match(text, at)
    if match is None:
        return kind, None, at, open_ended
    word = match.group("word") or match.group("sign")
    if word[0] >= _EAST_ASIAN_FROM and _EAST_ASIAN.match(word):
        _, currency, stop, _ = _east_asian(text, match.start("word"), data)
        return kind, currency, stop if currency else at, open_ended
    if word in data.capital_codes:
        currency = word
    elif word.upper() in _CAPITALS and word not in _CAPITALS:
        currency = None
    else:
        currency = data.after.get(word.lower()) or data.after.get(word.lower().rstrip("."))
    if currency is None or _DIGIT_NEXT.match(text, match.end()) or _is_one_of_two(text, match.end(), data):
        return kind, None, at, open_ended  # "Tier 1 $90,000": the sign belongs to the next number
    stop = match.end() if word.lower() in data.after else _without_stop(match, word)
    if not open_ended and text.startswith("+", stop):
        open_ended, stop = True, stop + 1
    return kind, currency, stop, open_ended


@lru_cache(maxsize=4096)
def _says_nothing(word: str) -> bool:
    """Whether a word behind a number is neither a multiplier nor a currency, as most are: "5 years"."""
    data = pay_data()
    lowered = word.lower()
    names = {lowered, lowered.rstrip(".")}
    known = (data.joined, data.multipliers, data.after)
    return word[0] < _EAST_ASIAN_FROM and word not in data.capital_codes and all(map(names.isdisjoint, known))


def _is_one_of_two(text: str, end: int, data: PayData) -> bool:
    """Whether a code is followed by another: `CAD/USD` says as little as the sign alone."""
    return text.startswith("/", end) and text[end + 1 : end + 4].lower() in data.before


def _without_stop(match: re.Match[str], word: str) -> int:
    """Where a word ends: a full stop behind it ends the sentence, unless it is an abbreviation's."""
    return match.end() - word.endswith(".")


def _multiplier(text: str, match: re.Match[str], name: str, data: PayData, *, known: bool) -> str | None:
    if name == "t" and text.startswith("€", match.end()):
        return "thousand"
    kind = data.multipliers.get(name) or data.multipliers.get(name.rstrip("."))
    name = name.rstrip(".")
    touches = match.start() == match.start("word")
    if kind is None or (name in _LETTERS_ALONE and not touches and not known):
        return None
    if name == "l" and not (known or match.group("word") == "L"):
        return None
    return kind


def _east_asian(text: str, at: int, data: PayData) -> tuple[str | None, str | None, int, bool]:
    match = _EAST_ASIAN.match(text, at)
    if match is None or match.end() == at:
        return None, None, at, False
    kind = data.multipliers.get(match.group(1) or "")
    currency = data.after.get(match.group(2) or "")
    return kind, currency, match.end(), False


def _east_asian_rest(rest: re.Match[str], data: PayData) -> tuple[Decimal, str | None]:
    number = Decimal(rest.group(1).replace(",", "") or 0)
    kind = data.multipliers.get(rest.group(2) or "")
    return number * (data.multiples[kind] if kind else 1), data.after.get(rest.group(3) or "")
