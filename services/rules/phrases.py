"""Phrases in a text, by one pass over it."""

from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

Match = tuple[int, int, int]
"""The number of a phrase, and where it starts and ends."""


class Phrases:
    """Phrases to be found, leftmost longest, none overlapping another.

    The text is searched as UTF-8, and places counted in characters for what is found alone: to tell the character of
    each byte beforehand takes twice as long as the search.
    """

    def __init__(self, written: Iterable[str], implementation: Implementation | None = None) -> None:
        self._automaton = BytesAhoCorasick(
            [phrase.encode() for phrase in written],
            matchkind=MatchKind.LeftmostLongest,
            implementation=implementation,
        )

    def matches(self, text: str) -> list[Match]:
        """What is found, in order. Raises UnicodeEncodeError for half a pair of surrogates."""
        encoded = text.encode()
        found = self._automaton.find_matches_as_indexes(encoded)
        return found if len(encoded) == len(text) else _in_characters(encoded, found)


def _in_characters(encoded: bytes, found: Iterable[Match]) -> list[Match]:
    told: list[Match] = []
    at = passed = 0
    for number, start, end in found:
        first = passed + len(encoded[at:start].decode())
        passed = first + len(encoded[start:end].decode())
        at = end
        told.append((number, first, passed))
    return told
