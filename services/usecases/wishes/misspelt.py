"""Words that nobody understood and that are spelt nearly like a trade, a tool or a town: which may be meant."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.rules.places.town_data import towns
from services.rules.roles.affinity import learned
from services.rules.roles.said import roles_as_said as roles
from services.rules.roles.words import stem
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import fold
from services.usecases.wishes.sentence import is_idle, is_lead, is_vague

_LEAST: Final = 6
"""Letters: of shorter words one letter makes another."""
_LIKE: Final = 0.83
"""One letter of six is another, stands elsewhere, is left out or too many."""
_LONGEST_END: Final = 3
"""Letters by which a title says for whom it is."""
_MOST: Final = 3
"""Parts that are looked at."""
_OWN: Final = 5
"""Thousands of people of a town that may be meant by whoever is in its country; too many villages are called alike."""
_LARGE: Final = 100
"""Thousands of people of a town that may be meant anywhere."""


class Told(NamedTuple):
    """What a sentence says so far, where nothing else need be sought."""

    trade: bool
    """Whether it names one."""
    tools: bool
    """Whether tools may be meant: where its trade works with some, or it names none."""
    town: bool
    """Whether it names a place."""
    country: str
    """Where its writer is, as far as that is known."""


def as_meant(sentence: str, parts: Sequence[str], told: Told) -> str:
    """The sentence as it may have been meant; empty where no word in these parts of it is like another one.

    "enfremera en sevila" is "enfermera en sevilla".
    """
    meant = sentence
    for part in parts[:_MOST]:
        for typed, known in _respelt(sentence, part, told):
            meant = meant.replace(typed, known, 1)
    return meant if meant != sentence else ""


def _respelt(sentence: str, part: str, told: Told) -> Iterator[tuple[str, str]]:
    words = [word for word in part.split() if not is_idle(word) and not is_vague(word)]
    pairs = (f"{one} {other}" for one, other in pairwise(words))
    trade = next(_trades((" ".join(words), *pairs, *words)), None) if not told.trade else None
    if trade:
        yield trade
    for word in words:
        if len(word) < _LEAST or (trade and word in trade[0]):
            continue
        if known := (_tool(word) if told.tools else "") or ("" if told.town else _town(sentence, word, told)):
            yield word, known


def _trades(said: Sequence[str]) -> Iterator[tuple[str, str]]:
    for words in dict.fromkeys(said):
        if len(words) < _LEAST or (stems := _stems(words)) in _called():
            continue  # What is spelt rightly has been understood for what it is.
        if like := _like(stems, _called()):
            yield words, _in_its_form(words, _called()[like])


def _in_its_form(typed: str, titles: Collection[str]) -> str:
    """The title that is most like it, for whom it is: "enfremera" is "enfermera", where the table has "enfermero"."""
    small = typed.lower()
    ends = {small[-length:] for length in range(1, _LONGEST_END + 1)}
    forms = [
        form
        for title in titles
        for form in (
            title,
            *(f"{title[: len(title) - cut]}{end}" for end in sorted(ends) for cut in range(_LONGEST_END)),
        )
        if form == title or _stems(form) == _stems(title)
    ]
    best = max(forms, key=lambda form: OSA.normalized_similarity(small, form))
    return best[0].upper() + best[1:] if typed[0].isupper() else best


def _tool(word: str) -> str:
    # A word of titles is spelt as it is meant: a customer is no Kustomer.
    return (
        "" if fold(word) in _tools() or stem(word) in learned().words else _tools().get(_like(fold(word), _tools()), "")
    )


def _town(sentence: str, word: str, told: Told) -> str:
    """A town where its writer is; a large one anywhere behind "in"."""
    folded, known = fold(word), _towns(told.country)
    if like := "" if folded in known else _like(folded, known):
        return known[like]
    before = sentence.partition(word)[0].split()[-1:]
    if not before or not is_lead(before[0]) or folded in _towns(""):
        return ""
    return _towns("").get(_like(folded, _towns("")), "")


def _like(said: str, known: Mapping[str, object]) -> str:
    found = process.extractOne(said, known.keys(), scorer=OSA.normalized_similarity, score_cutoff=_LIKE)
    return found[0] if found else ""


@cache
def _called() -> Mapping[str, Collection[str]]:
    """What roles and their fields are called, in small letters, by its stems."""
    found: dict[str, list[str]] = {}
    for role in roles():
        titles = (title for some in role.titles.values() for title in some)
        for said in (*titles, *(field for field in role.fields if len(field) >= _LEAST)):
            found.setdefault(_stems(said), []).append(said.lower())
    return found


@cache
def _tools() -> Mapping[str, str]:
    """Tools of one word that are such without doubt and that jobs ask for, by their folded spelling."""
    known = taxonomy()
    named = ((folded, known.typed_tool(folded)) for folded, _ in known.spellings() if " " not in folded)
    return {folded: name for folded, name in named if name and name in learned().skills and len(folded) >= _LEAST}


@cache
def _towns(country: str) -> Mapping[str, str]:
    """The names of towns of a country, by the folded one; of none: of the large towns of all."""
    some = (
        (folded, town)
        for folded, called in towns().named.items()
        for town in called[:1]
        if len(folded) >= _LEAST and town.thousands >= (_OWN if country else _LARGE)
        if not country or town.country == country
    )
    return {folded: town.name for folded, town in some}


def _stems(said: str) -> str:
    """One for both genders and numbers."""
    return " ".join(map(stem, said.split()))
