"""A title that says its noun twice, once for each gender: "Conducteur / Conductrice de ligne"."""

from collections.abc import Sequence
from typing import Final

from services.rules.roles.vocabulary import Vocabulary
from services.rules.roles.words import Word

_LONGEST: Final = 4
"""Words that are said twice: "Technicien de maintenance / Technicienne de maintenance"."""


def said_once(title: str, vocabulary: Vocabulary) -> str:
    """The title with blanks in place of what a slash says again: what stands behind belongs to the one noun."""
    if "/" not in title:
        return title
    words = vocabulary.words(title)
    for at in range(1, len(words)):
        if words[at].soft == "/" and (size := _said_again(words, at)):
            begins, ends = words[at - size].start, words[at].start
            title = f"{title[:begins]}{' ' * (ends - begins)}{title[ends:]}"
    return title


def _said_again(words: Sequence[Word], at: int) -> int:
    """How many words before the slash at `at` stand behind it in the same order; none of another part of a title."""
    for size in range(min(_LONGEST, at, len(words) - at), 0, -1):
        before, behind = words[at - size : at], words[at : at + size]
        same = all(one.stem == other.stem for one, other in zip(before, behind, strict=True))
        if same and not any(word.hard for word in (*before[1:], *behind)):
            return size
    return 0
