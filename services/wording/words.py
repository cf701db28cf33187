"""Texts in the reader's language: English sentences are the keys of gettext catalogues.

`say`, `count` and `mark` are what `make locales` looks for: each is called with literals.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from gettext import NullTranslations
from typing import Final

from babel import Locale

LANGUAGES = ("en", "de", "es", "fr", "pt")
"""Languages that the texts exist in, the language of the keys first."""
FALLBACK_LOCALE = "en"
_MAY_ELIDE: Final = re.compile(r"\b([Dd]|[Qq]u)e \{(\w+)\}")
_MAY_BE_AN: Final = re.compile(r"\ba \{(\w+)\}")
_SPOKEN_VOWEL: Final = re.compile("[AEFHILMNORSX](?=[A-Z])|(?![A-Z]{2})(?:[AIOaio]|[Ee](?!u)|[Uu](?!ni|s[aei]|ti))")
"""What `an` stands before: `IT Manager`, `Underwriter`, but `UX Designer`, `University Lecturer`."""
_VOWEL: Final = re.compile("[aeiouâàéèêëîïôœ]", re.IGNORECASE)


def mark(text: str) -> str:
    """A text for the catalogues that is said later, by `Words.say`."""
    return text


@dataclass(frozen=True)
class Words:
    """One locale's texts, and how it joins them."""

    locale: str
    """As Babel spells it: `de_AT`."""
    catalogue: NullTranslations

    def say(self, text: str, **values: object) -> str:
        """A text with its `{placeholders}` filled."""
        said = self.catalogue.gettext(text)
        return self._filled(said, values) if values else said

    def count(self, single: str, many: str, number: int, **values: object) -> str:
        """The form that a number takes; `{count}` is the number."""
        return self._filled(self.catalogue.ngettext(single, many, number), {"count": number, **values})

    def _filled(self, said: str, values: Mapping[str, object]) -> str:
        if self.locale.startswith("en"):
            said = _in_english(said, values)
        elif self.locale.startswith("fr"):
            said = _in_french(said, values)
        return said.format(**values)

    def either(self, names: Sequence[str]) -> str:
        """`Germany, Austria or Spain`; empty for nothing."""
        return self._joined(names, mark("{some} or {last}"))

    def all_of(self, names: Sequence[str]) -> str:
        """`one, two and three`; empty for nothing."""
        return self._joined(names, mark("{some} and {last}"))

    def _joined(self, names: Sequence[str], last: str) -> str:
        if len(names) < 2:
            return "".join(names)
        said = self.say(last, some=", ".join(names[:-1]), last=names[-1])
        return _in_spanish(said, names[-1]) if self.locale.startswith("es") else said

    @property
    def tag(self) -> str:
        """The locale as HTML names it (BCP 47): `de-AT`."""
        return self.locale.replace("_", "-")

    @cached_property
    def language(self) -> str:
        """Of the locale, without its country: `de`."""
        return str(Locale.parse(self.locale).language)

    @cached_property
    def direction(self) -> str:
        """Which way the language is written: `ltr` or `rtl`."""
        return str(Locale.parse(self.locale).text_direction)


def _in_english(said: str, values: Mapping[str, object]) -> str:
    """`an` before what begins with the sound of a vowel: `an Accountant job`."""

    def article(found: re.Match[str]) -> str:
        return f"an {{{found[1]}}}" if _SPOKEN_VOWEL.match(str(values[found[1]])) else found[0]

    return _MAY_BE_AN.sub(article, said) if "a {" in said else said


def _in_french(said: str, values: Mapping[str, object]) -> str:
    """`d’` and `qu’` before what begins with a vowel: `un poste d’Ingénieur`, but `de Haskell`."""

    def short(found: re.Match[str]) -> str:
        return f"{found[1]}’{{{found[2]}}}" if _VOWEL.match(str(values[found[2]])) else found[0]

    return _MAY_ELIDE.sub(short, said)


def _in_spanish(said: str, last: str) -> str:
    """`e` before what sounds like i, `u` before what sounds like o: `alemán e inglés`."""
    start = said.removesuffix(last)
    if re.match("h?[ií](?!e)", last, re.IGNORECASE):
        start = re.sub(" y $", " e ", start)
    elif re.match("h?[oó]", last, re.IGNORECASE):
        start = re.sub(" o $", " u ", start)
    return start + last
