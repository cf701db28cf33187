"""Terms of text queries, told once a posting instead of once a criterion."""

from itertools import pairwise

import numpy as np

from services.matcher.adapters.columns import Bools
from services.rules.text import Haystack


class Terms:
    """Every distinct term that some query holds: a word, or a phrase filed under its first two words."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._phrases: dict[str, dict[str, int]] = {}
        self._count = 0

    def number_of(self, term: str) -> int:
        """The term's number, given at its first mention."""
        words = term.split(" ")
        known = self._words if len(words) == 1 else self._phrases.setdefault(" ".join(words[:2]), {})
        number = known.setdefault(term, self._count)
        self._count += number == self._count
        return number

    def held_by(self, haystack: Haystack, words: set[str]) -> Bools:
        """Which terms occur, by number; `words` are those of the haystack."""
        held = np.zeros(self._count, dtype=np.bool_)
        for word in words & self._words.keys():
            held[self._words[word]] = True
        line = haystack.line.split(" ")
        # All pairs of a posting are few beside the phrases that millions of criteria hold.
        for pair in self._phrases.keys() & set(map(" ".join, pairwise(line))):
            for phrase, number in self._phrases[pair].items():
                held[number] = haystack.holds(phrase)
        return held
