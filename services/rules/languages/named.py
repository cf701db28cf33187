"""Human languages by the names that English has for them."""

from collections.abc import Mapping
from functools import cache

from babel import Locale


def language_named(term: str) -> str | None:
    """The ISO 639-1 code of a language that a word names in English, as "german" does; the word is in lower case."""
    return _names().get(term)


@cache
def _names() -> Mapping[str, str]:
    return {name.lower(): code for code, name in Locale("en").languages.items() if len(code) == 2}
