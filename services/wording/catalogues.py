"""The texts of each language, from the compiled gettext catalogues beside this module."""

from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources

from babel import Locale

from services.wording.lines import locale_of
from services.wording.words import FALLBACK_LOCALE, LANGUAGES, Words

DOMAIN = "digest"


@lru_cache(maxsize=1_024)
def words_of(wanted: str) -> Words:
    """The texts for a reader's locale; English where its language is not one of ours."""
    return _words(locale_of(wanted))


def english() -> Words:
    """What the command line, its JSON and the store's notes for operators speak."""
    return words_of(FALLBACK_LOCALE)


@cache
def _words(locale: str) -> Words:
    return Words(locale, catalogue(Locale.parse(locale).language))


@cache
def catalogue(language: str) -> NullTranslations:
    """One language's texts. Those in English are the keys themselves."""
    if language == LANGUAGES[0]:
        return NullTranslations()
    compiled = resources.files("services.wording").joinpath(f"locale/{language}/LC_MESSAGES/{DOMAIN}.mo")
    with compiled.open("rb") as file:
        return GNUTranslations(file)
