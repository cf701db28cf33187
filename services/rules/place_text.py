"""Finding places in running text: names by Aho-Corasick, then codes and doubtful names by what stands beside them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from services.rules.place_codes import PLACE_BEFORE, CodeToken, believed_codes, code_tokens
from services.rules.place_data import PlaceKind, Sense, country_part, place_data
from services.rules.text import fold


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place in a text: `text[start:end]`. A city has its country's code, and its subdivision where that is known."""

    code: str
    kind: PlaceKind
    start: int
    end: int
    text: str
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A name or code in the text, with every place that it may mean."""

    start: int
    end: int
    senses: tuple[Sense, ...]
    name_end: int
    """Where the name itself ends, without the state or country that is joined to it."""
    doubtful: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class _Names:
    automaton: AhoCorasick
    patterns: tuple[str, ...]
    senses: tuple[tuple[Sense, ...], ...]
    written: tuple[frozenset[str], ...]
    """Acronyms among the spellings of a pattern: believed in this case only."""


_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "\u2019": "'", "\u2011": "-", "\u00a0": " ", "\t": " "}
)


def _plain(text: str) -> str:
    """Lower case without accents, character for character, so that offsets stay."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    if not lowered.isascii():
        lowered = "".join(char if char.isascii() else unicodedata.normalize("NFD", char)[0] for char in lowered)
        lowered = lowered.translate(_LETTERS)
    return lowered


@cache
def _names() -> _Names:
    senses: dict[str, list[Sense]] = {}
    written: dict[str, set[str]] = {}
    for name, sense in place_data().text:
        pattern = _plain(name)
        if sense not in senses.setdefault(pattern, []):
            senses[pattern].append(sense)
        written.setdefault(pattern, set()).add(name)
    return _Names(
        automaton=AhoCorasick(list(senses), matchkind=MatchKind.Standard),
        patterns=tuple(senses),
        senses=tuple(tuple(found) for found in senses.values()),
        written=tuple(frozenset(n for n in ways if n.isupper() and len(n) <= 6) for ways in written.values()),
    )


def find_places(text: str) -> tuple[PlaceMention, ...]:
    """Every place that the text names, in order; a city with its state or country is one mention.

    Names want a capital letter, codes a comma or a list. A name of several places is told apart by what stands
    beside it, else left out.
    """
    named = _named(text)
    found = _joined(text, sorted([*named, *_coded(text, named)], key=lambda one: one.start))
    meant: list[Sense | None] = []
    for i, one in enumerate(found):
        meant.append(_meant(text, one, _neighbours(text, found, meant, i)))
    for i, one in enumerate(found):
        meant[i] = meant[i] or _meant(text, one, _neighbours(text, found, meant, i))
    return tuple(
        PlaceMention(sense.code, sense.kind, one.start, one.end, text[one.start : one.end], sense.subdivision)
        for one, sense in zip(found, meant, strict=True)
        if sense
    )


def _neighbours(text: str, found: Sequence[Found], meant: Sequence[Sense | None], i: int) -> list[Sense]:
    """What stands before and behind in one list with a name, as far as it is decided."""
    beside = [meant[i - 1]] if i and _BESIDE.fullmatch(text[found[i - 1].end : found[i].start]) else []
    if i + 1 < len(meant) and _BESIDE.fullmatch(text[found[i].end : found[i + 1].start]):
        beside.append(meant[i + 1])
    return [sense for sense in beside if sense]


def _named(text: str) -> list[Found]:
    names = _names()
    plain = _plain(text)
    lower_field = len(text) <= 80 and not any(char.isupper() for char in text)
    hits = names.automaton.find_matches_as_indexes(plain, overlapping=True)
    hits.sort(key=lambda hit: (hit[1], -hit[2]))
    found: list[Found] = []
    reached = 0
    for pattern, start, end in hits:
        if start < reached or not _whole_word(plain, start, end):
            continue
        senses = names.senses[pattern]
        if not _spelt(text[start:end], senses, names.written[pattern], lower_field=lower_field):
            continue
        if _shouted(text, start, end) or _anywhere_within(text, end, senses):
            continue
        doubtful = fold(text[start:end]) in place_data().doubtful
        found.append(Found(start, end, senses, end, doubtful))
        reached = end
    return found


def _whole_word(plain: str, start: int, end: int) -> bool:
    before, after = plain[start - 1 : start], plain[end : end + 1]
    if before.isalnum() or before in ("_", "@", "$") or (before == "." and plain[start - 2 : start - 1].isalnum()):
        return False
    if after.isalnum() or after in ("_", "@"):
        return False
    # A hyphen may join ("London-based"); a dot before a letter makes a host name.
    return not (after == "." and plain[end + 1 : end + 2].isalnum() and plain[end - 1] != ".")


def _spelt(text: str, senses: Sequence[Sense], acronyms: frozenset[str], *, lower_field: bool) -> bool:
    if acronyms:
        return text in acronyms
    if senses[0].kind in ("worldwide", "group") or lower_field:
        return True
    if len(text) <= 4:
        return text.istitle() or text.isupper()  # "NiCE" is a firm
    return text[0].isupper() or text.startswith("the ")


def _shouted(text: str, start: int, end: int) -> bool:
    """CONTACT US, JOIN US."""
    return (
        text[start:end] == "US"
        and bool(re.search(r"\b[A-Z]{2,}['’]?[A-Z]* $", text[max(0, start - 12) : start]))
        and (text[max(0, start - 12) : start].split()[-1] not in ("IN", "THE", "REMOTE", "FROM"))
    )


def _anywhere_within(text: str, end: int, senses: Sequence[Sense]) -> bool:
    """`work from anywhere in the US` is not worldwide."""
    return senses[0].kind == "worldwide" and bool(
        re.match(
            r"\s*,?\s*(?:\(?(?:with)?in|across|inside|throughout)\s(?!the world)", text[end : end + 24], re.IGNORECASE
        )
    )


def _coded(text: str, named: Sequence[Found]) -> list[Found]:
    taken = [(one.start, one.end) for one in named]
    loose = [t for t in code_tokens(text) if not any(a < t.end and t.start < b for a, b in taken)]
    # US, UK and EU are names already; in a list they say that its other codes are countries.
    sure = [
        CodeToken(one.start, one.end, text[one.start : one.end], one.senses)
        for one in named
        if one.end - one.start <= 3 and text[one.start : one.end].isupper()
    ]
    endings = {one.end: one.senses for one in named}
    tokens = sorted([*loose, *sure], key=lambda token: token.start)
    believed = believed_codes(text, tokens, endings)
    return [Found(t.start, t.end, t.senses, t.end, code=True) for t in believed if (t.start, t.end) not in taken]


_JOINT = re.compile(r"\s*,\s*|\s*\(\s*|\s+[-–—]\s+|\s")


def _joined(text: str, found: Iterable[Found]) -> list[Found]:
    """Join `Austin, TX, USA` into one, where each lies in the next."""
    joined: list[Found] = []
    for one in found:
        last = joined[-1] if joined else None
        gap = text[last.end : one.start] if last else ""
        if last and (_JOINT.fullmatch(gap) and (gap.strip() or one.code)):
            inner = tuple(a for a in last.senses if any(a.within(b) for b in one.senses))
            if inner:
                joined[-1] = Found(last.start, one.end + _closing(text, gap, one.end), inner, last.name_end)
                continue
        joined.append(one)
    return joined


def _closing(text: str, gap: str, end: int) -> int:
    return 1 if "(" in gap and text[end : end + 1] == ")" else 0


_LEADING = re.compile(
    r"""(?:\b(?:in|from|at|near|within|around|across|outside|remote|locations?:?|based\ in|offices?|hybrid|onsite)
        \s*[-–—:(,]?\s*|^\s*)$""",
    re.IGNORECASE | re.VERBOSE,
)
_BESIDE = re.compile(r"\s*(?:[,/;|•·&]|\band\b|\bor\b|\n)\s*(?:and\s|or\s)?\s*", re.IGNORECASE)
_TRAILING = re.compile(r"\s*(?:$|[,;|/)(•·\n-])")


def _meant(text: str, one: Found, beside: Sequence[Sense]) -> Sense | None:
    if one.doubtful and one.end == one.name_end and not beside and not _in_field(text, one):
        return None
    kindred = [sense for sense in one.senses if any(_kindred(sense, other) for other in beside)]
    if len(kindred) == 1:
        return kindred[0]
    lone = place_data().lone.get(fold(text[one.start : one.name_end]))
    if lone is not None and (one.end == one.name_end or (lone and len(one.senses) > 1)):
        return next((sense for sense in one.senses if sense.narrowest == lone), None)
    return one.senses[0] if len(one.senses) == 1 else _agreed(one.senses)


def _kindred(sense: Sense, other: Sense) -> bool:
    """Florida beside Georgia is a state beside a state of one country; Armenia beside it a country beside a country."""
    if sense.kind == "country":
        return other.kind == "country"
    return sense.kind == other.kind and country_part(sense.code) == country_part(other.code)


def _agreed(senses: Sequence[Sense]) -> Sense | None:
    """A city named like its state is the city; cities of one country are that country."""
    if len({sense.narrowest for sense in senses}) == 1:
        return min(senses, key=lambda sense: sense.kind != "city")
    if len({sense.code for sense in senses}) == 1 and senses[0].kind == "city":
        return replace(senses[0], subdivision=None)
    return None


def _in_field(text: str, one: Found) -> bool:
    """After `in` or the like; at the start of a short field, before a separator; a state behind a name and comma."""
    before = text[max(0, one.start - 40) : one.start]
    if one.senses[0].kind == "subdivision" and PLACE_BEFORE.search(before):
        return True
    if not _LEADING.search(before):
        return False
    return bool(before.strip()) or (len(text) <= 80 and bool(_TRAILING.match(text, one.end)))
