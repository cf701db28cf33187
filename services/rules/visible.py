"""Text of strangers without what nobody sees: it can hide words from a reader, turn them round, or smuggle others in.

One list for all that is shown: titles, companies, places, names of searches, subjects.
"""

import re
import unicodedata
from functools import lru_cache

_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")
"""Most lines hold none, and need no look at each character."""
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Controls of direction (Unicode, UAX 9)."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing."""
_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Variation selectors, of which any number may follow a letter unseen."""
_TAGS = range(0xE0000, 0xE0080)
_NOT_SEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def visible(text: str) -> str:
    """The text without characters that nobody sees: controls, formats, tags, fillers, halves and what is none.

    What ends a line or turns the direction leaves a blank, so that words stay apart; all else leaves nothing.
    """
    return _NOT_PLAIN.sub(lambda found: _visible(found[0]), text)


@lru_cache(maxsize=4_096)
def _visible(character: str) -> str:
    if character in _TURNING:
        return " "
    code, category = ord(character), unicodedata.category(character)
    if category == "Cc":
        return " "
    if category in _NOT_SEEN or character in _BLANK or code in _TAGS or any(code in some for some in _SELECTORS):
        return ""
    return character
