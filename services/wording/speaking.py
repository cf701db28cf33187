"""Languages that a job needs, and why somebody cannot do it for want of them."""

from collections.abc import Iterable, Mapping

from schemas.posting import LanguageLevel, PostingCore
from services.rules.languages.speaking import Unspoken, needs_of
from services.wording.lines import language_in_words, listed
from services.wording.words import Words, mark

_LEVELS: Mapping[LanguageLevel, str] = {
    "basic": mark("basic knowledge"),
    "working": mark("working level"),
    "fluent": mark("fluent"),
    "native": mark("native level"),
}
_OWN: Mapping[LanguageLevel, str] = {
    "basic": mark("{needs}, and your {language} is basic"),
    "working": mark("{needs}, and your {language} is at working level"),
}
"""What falls short by more than a level."""


def needs_in_words(posting: PostingCore, words: Words, *, beside: str = "") -> str:
    """`needs German (fluent) and English`; empty where it needs none.

    `beside`: a language that goes without saying, as that of a mail.
    """
    needs = (need for need in needs_of(posting) if beside not in need.any)
    named = [_with_level(need.any, need.level, words) for need in needs]
    return words.say("needs {languages}", languages=listed(named, words)) if named else ""


def unspoken_in_words(found: Unspoken, words: Words) -> str:
    """`needs Danish, which you do not speak`."""
    one_of = _any_language(found.codes, words)
    if found.why == "written":
        return words.say("is written in {language}, which you do not speak", language=one_of)
    if found.own is not None and found.own.level is not None:
        needs = words.say("needs {languages}", languages=_with_level(found.codes, found.level, words))
        return words.say(_OWN[found.own.level], needs=needs, language=language_in_words(found.own.code, words))
    if len(found.codes) == 1:
        return words.say("needs {language}, which you do not speak", language=one_of)
    return words.say("needs {languages}, of which you speak none", languages=one_of)


def _with_level(codes: Iterable[str], level: LanguageLevel | None, words: Words) -> str:
    one_of = _any_language(codes, words)
    return words.say("{language} ({level})", language=one_of, level=words.say(_LEVELS[level])) if level else one_of


def _any_language(codes: Iterable[str], words: Words) -> str:
    return listed([language_in_words(code, words) for code in codes], words, either=True)
