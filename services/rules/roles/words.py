"""The words of a job title: folded to stems that are one for both genders, singular and plural, with their places."""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from services.rules.lexicon.builder import any_of
from services.rules.text import blanked, fold
from services.rules.titles import genders

_WORD: Final = re.compile(r"[^\W_]{1,2}&[^\W_](?!\w)|[cC](?:\+\+|#)|[^\W_]+")
_HARD: Final = re.compile(r"[,|()\[\]{}:;@•\n–—>~*]|\s[-‐−]|[-‐−]\s|\s[·/]{2,}|\.\s")
_OF_ALL: Final = re.compile(r"(?<=[^\W\d_]{3})@(?=r?(?:e?s)?(?!\w))")
"""Stands for both endings of a Spanish or Portuguese word: `Administrativ@`, `Programad@r`."""


_MARKED: Final = (
    (("trice", "teuse", "teur", "tora", "tore", "tor"), "tr"),
    (("euse", "eure", "eur"), "eur"),
    (("istka", "istin", "ista", "iste", "ist"), "ist"),
    (("ystka", "ystin", "ysta"), "yst"),
    (("ienne", "ien"), "ien"),
    (("iere", "ier"), "ier"),
    (("owa", "owy"), "ow"),
    (("angestellter", "angestellte"), "angestellt"),
    (("beamter", "beamtin", "beamte"), "beamt"),
    (("beauftragter", "beauftragte"), "beauftragt"),
    (("ischer", "ische"), "isch"),
    (("frau", "mann"), "mann"),
    (("woman", "man"), "man"),
)
_FEMININE_IN: Final = (
    *("er", "or", "ent", "ant", "eur", "log", "oge", "agog", "opad", "opath", "apeut", "orand", "graf", "nom", "itekt"),
    *(
        "arzt",
        "wirt",
        "anwalt",
        "notar",
        "aktuar",
        "sekretar",
        "thekar",
        "archivar",
        "koch",
        "chef",
        "gesell",
        "gehilf",
    ),
    *("pilot", "kapitan", "steward", "lots", "bot", "schmied", "metz", "wart", "detektiv"),
)
"""German, before the ending: Physiotherapeutin, Sekretärin, Souschefin."""
_POLISH: Final = ("rka", "lka")
_KEPT: Final = {"trainee": "trainee", "trainees": "trainee", "jefa": "jefe", "news": "news"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a title at `title[start:end]`."""

    stem: str
    start: int
    end: int
    hard: bool = False
    """A comma, a bracket, a dash or the like stands before it."""
    soft: str = ""
    """The last joining word before it: `of`, `de`; or `/` where it is coordinated."""


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """Fold a word so that its forms of both genders and numbers are equal; what comes out is for comparing only."""
    folded = fold(word)
    if folded in _KEPT or len(folded) < 4:
        return _KEPT.get(folded, folded)
    if folded.endswith("innen"):
        folded = folded[:-3]
    if folded.endswith("s") and not folded.endswith(("ss", "us", "is")):
        folded = folded[:-1]
    if folded.endswith("in") and folded[:-2].endswith(_FEMININE_IN):
        folded = folded[:-2]
    for endings, common in _MARKED:
        for ending in endings:
            if folded.endswith(ending) and len(folded) > len(ending) + 1:
                return folded[: -len(ending)] + common
    if folded.endswith(_POLISH) and len(folded) > 6:
        folded = folded[:-2]
    if folded.endswith("ee") and len(folded) > 5:
        folded = folded[:-1]
    return folded[:-1] if len(folded) > 4 and folded[-1] in "aeo" else folded


@cache
def _coordination() -> re.Pattern[str]:
    return re.compile(rf"[/&+]|{any_of('joint.and', 'joint.or', 'joint.own.and')}", re.IGNORECASE)


@cache
def _rate() -> re.Pattern[str]:
    """The unit of an hourly rate, which is no word of the work: `$85/hr`."""
    return re.compile(rf"(?<=\d)\s?/\s?{any_of('period.behind.hour')}(?!\w)", re.IGNORECASE)


@cache
def _charged() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('title.charged')}(?!\w)", re.IGNORECASE)


def title_words(title: str, *, joins: Container[str], compounds: Container[str] = ()) -> list[Word]:
    """Split a title into words without joining ones, gender marks and the level's; compounds are taken apart.

    `joins` are folded words; `compounds` the stems of nouns that end a compound. Linear in the title.
    """
    bare = _OF_ALL.sub("o", blanked(title, genders(), _rate(), _charged()))
    read: list[Word] = []
    coordination = _coordination()
    last, hard, soft, joined = 0, False, "", False
    for found in _WORD.finditer(bare):
        between = bare[last : found.start()]
        if joined:
            # A dot behind a joining word shortens it: "Specjalista ds. płac".
            between = between.removeprefix(".")
        hard = hard or bool(_HARD.search(between))
        soft = soft or ("/" if coordination.search(between) else "")
        last = found.end()
        folded = fold(found[0])
        joined = folded in joins
        if joined:
            soft = "/" if coordination.fullmatch(found[0]) else folded
            continue
        read += _parts(found[0], found.start(), hard, soft, compounds)
        hard, soft = False, ""
    return read


_LONGEST_NOUN: Final = 40
"""Letters of a noun that ends a compound: a longer word is not looked through, which would take the square of it."""


def _parts(word: str, start: int, hard: bool, soft: str, compounds: Container[str]) -> list[Word]:
    whole = stem(word)
    end = start + len(word)
    # The longest noun that ends it: "Vertriebsmitarbeiter" is of "mitarbeiter", not of "arbeiter".
    cuts = range(max(3, len(word) - _LONGEST_NOUN), len(word) - 3)
    for at in cuts if len(word) > 7 and whole not in compounds else ():
        if stem(word[at:]) in compounds:
            first = stem(word[:at])
            return [Word(first, start, start + at, hard, soft), Word(stem(word[at:]), start + at, end)]
    return [Word(whole, start, end, hard, soft)]
