"""Words of a level in a title, which say nothing of the work: "Senior", "II"."""

from collections.abc import Sequence

from services.rules.roles.taxonomy import LONGEST
from services.rules.roles.vocabulary import Vocabulary
from services.rules.roles.words import Word


def without_levels(every: Sequence[Word], levels: frozenset[str], known: Vocabulary) -> list[Word]:
    """The words but those of the level, unless they are the noun itself or part of a title: "Executive Assistant"."""
    kept: list[Word] = []
    pending: Word | None = None
    for at, word in enumerate(every):
        if word.stem in levels and not _belongs(every, at, known):
            pending = pending if pending and pending.hard else word
            continue
        if pending is not None:
            word = Word(word.stem, word.start, word.end, word.hard or pending.hard, word.soft or pending.soft)
            pending = None
        kept.append(word)
    return kept


def _belongs(every: Sequence[Word], at: int, known: Vocabulary) -> bool:
    """Whether a word of the level is part of a title of several words, or ends what it stands in."""
    stems = [word.stem for word in every[max(0, at - LONGEST) : at + LONGEST]]
    here = min(at, LONGEST)
    if any(
        tuple(stems[first:stop]) in known.titles
        for first in range(here + 1)
        for stop in range(max(here + 1, first + 2), min(first + LONGEST, len(stems)) + 1)
    ):
        return True
    ends = at + 1 == len(every) or every[at + 1].hard or every[at + 1].soft in known.breaks
    return ends and at > 0 and not every[at].hard and (every[at].stem,) in known.heads
