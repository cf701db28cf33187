"""A text as bytes, one a character, lower case: what the skills' automaton searches, and where addresses stand in it.

Bytes, because the places it reports are then those of the text, and because folding them is a table look-up: the same
with `str.translate` took longer than the search itself.
"""

import re
from functools import lru_cache
from typing import Final

from services.rules.money import currencies

_SMALL = (("\u0130", "I"), ("\u0178", "\xff"), ("\u212a", "k"), ("\u212b", "\xe5"), ("\u1e9e", "\xdf"))
"""Capitals outside Latin-1 that are of it in lower case, so that a text folds as the same in lower case does."""
_HYPHENS = ("\u2010", "\u2011", "\u2007", "\u2009", "\u202f")

FOREIGN = b"?"[0]
"""Stands for every character outside Latin-1: letters, and also quotes and bullets."""
_LINKS = re.compile(r"(?:https?://|www\.)[^\s<>\"']+")
_HOST = re.compile(r"@[\w-]+\.[\w.]+")
_MAILBOX = re.compile(r"[\w.+-]*$")
_LONGEST_MAILBOX = 64
_MOST_OF_AMOUNT: Final = 24
_AMOUNT_BEFORE: Final = re.compile(r"(?:(?<![\w.])\d+ ?[kK]|\d[\d.,]{3,}|[$€£] ?\d[\d.,]*)\+?\s?\(?$")
_AMOUNT_BEHIND: Final = re.compile(
    r"\)?:?\s?(?:[$€£]\s?\d|\d{1,3}(?:[.,\s]\d{3})+|\d{3}\b(?!\.\d)|\d{5,}|\d+(?: ?[-–] ?\d+)? ?[kK]\b)"
)


def _folded(code: int) -> int:
    char = chr(code)
    if char in "-\t\xa0":
        return ord(" ")
    lowered = char.lower()
    return ord(lowered) if len(lowered) == 1 and ord(lowered) < 256 else code


def _opened(code: int) -> int:
    char = chr(code)
    return code if char.isalnum() or char in "_@$.#+" else ord(" ")


_FOLD = bytes(_folded(code) for code in range(256))
_OPEN = bytes(_opened(code) for code in range(256))


@lru_cache(maxsize=128)
def haystack_of(text: str) -> bytes:
    """Fold a text to one byte a character: lower case, hyphens and odd spaces as spaces, `?` outside Latin-1.

    Kept for the next rule that reads the same text, which comes after those of all that are read together.
    """
    if not text.isascii():
        text = text.replace("\u2019", "'")
        for hyphen in _HYPHENS:
            text = text.replace(hyphen, " ")
        for capital, small in _SMALL:
            text = text.replace(capital, small)
    return text.replace("?", ";").encode("latin-1", "replace").translate(_FOLD)


def opened(haystack: bytes) -> bytes:
    """The same with a space in front and for every sign that may stand before a word.

    A name sought with its space in front is then found at the start of words alone, which is a quarter of the places.
    """
    return b" " + haystack.translate(_OPEN)


def links_of(text: str) -> list[tuple[int, int]]:
    """Where addresses stand, the last first."""
    links = [link.span() for link in _LINKS.finditer(text)] if "://" in text or "www." in text else []
    if "@" in text:
        for host in _HOST.finditer(text):
            mailbox = _MAILBOX.search(text, max(0, host.start() - _LONGEST_MAILBOX), host.start())
            links.append((mailbox.start() if mailbox else host.start(), host.end()))
        links.sort()
    return links[::-1]


def is_currency(text: str, start: int, end: int) -> bool:
    """Whether a word is the code of a currency beside an amount: `$75,000 CAD` is no design by computer.

    Pesos are written "Php 20,000" too; no version of what is called by such a code has three digits.
    """
    if text[start:end].upper() not in currencies():
        return False
    before = text[max(0, start - _MOST_OF_AMOUNT) : start]
    return bool(_AMOUNT_BEFORE.search(before) or _AMOUNT_BEHIND.match(text, end))
