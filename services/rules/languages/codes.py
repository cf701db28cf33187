"""Human languages by what people call them, as ISO 639-1 codes."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

from schemas.faults import nearest

ONE_CODE: Final = {"nb": "no", "nn": "no", "fil": "tl"}
"""Where CLDR parts what postings do not."""
_IN: Final = ("en", "de", "es", "fr", "pt")
"""Languages in which names are known, beside each language's name for itself; the first names what was meant."""
_BESIDES: Final = {"mandarin": "zh", "cantonese": "zh", "farsi": "fa", "castilian": "es", "gaelic": "ga"}


def language_code(asked: str) -> str | None:
    """The code that a person means by a code (`de-AT`), or by a name in one of a few languages; None for no language.

    `nb` and `nn` are `no`.
    """
    folded = " ".join(asked.casefold().split())
    subtag = re.split("[-_]", folded)[0]
    return _codes().get(folded) or _codes().get(subtag) or _own_names().get(folded)


def english_name(code: str) -> str | None:
    """What a language is called in English, by its code."""
    return Locale(_IN[0]).languages.get(code)


def language_near(asked: str) -> str | None:
    """The name of the language that was perhaps meant by what names none."""
    return nearest(asked, sorted(name for name, _ in _names(Locale(_IN[0]))))


@cache
def _codes() -> Mapping[str, str]:
    """By names, and by the codes themselves; a name in English counts before the same in another language."""
    codes = dict(_BESIDES)
    for language in reversed(_IN):
        codes |= {name.casefold(): code for name, code in _names(Locale(language))}
    return codes | {code: code for code in codes.values()} | ONE_CODE


@cache
def _own_names() -> Mapping[str, str]:
    """By the name that a language has in itself: `polski`."""
    own: dict[str, str] = {}
    for code in sorted(set(_codes().values())):
        try:
            name = Locale.parse(code).languages.get(code)
        except UnknownLocaleError:
            continue
        own |= {str(name).casefold(): code} if name else {}
    return own


def _names(locale: Locale) -> Iterator[tuple[str, str]]:
    """Names with the codes that they come to: Flemish is Dutch, as CLDR has it (`nl_BE`)."""
    for code, name in sorted(locale.languages.items(), key=lambda entry: ("_" not in entry[0], entry[0])):
        short = ONE_CODE.get(code) or code.partition("_")[0]
        if len(short) == 2:
            yield str(name), short
