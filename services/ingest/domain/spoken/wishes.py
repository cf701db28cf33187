"""Which languages of a sentence are called optional: "German is a plus", "ideally French", "nice to have: Dutch"."""

from collections.abc import Sequence
from typing import Final

from services.ingest.domain.spoken.words import BREAKS, EDGES, JOINTS, NAMES, SUPPORT, Word, WordKind
from services.rules.speaking import LEVELS

MOST_BETWEEN: Final = 4
"""Words of another kind that may stand between a wish and its language."""
_PARTING: Final[frozenset[WordKind]] = frozenset({"comma", "dash", "open"})
"""What stands behind one may be said of that alone."""
_OWN: Final = SUPPORT - {"wanted"}


def optional_names(words: Sequence[Word]) -> frozenset[int]:
    """The names that are called optional."""
    found: set[int] = set()
    for at, word in enumerate(words):
        if word.kind != "wanted":
            continue
        ahead = _ahead(words, at)
        before = words[at - 1] if at else None
        behind = words[at + 1] if at + 1 < len(words) else None
        if behind is not None and behind.kind in LEVELS and not ahead:
            continue  # a wish for a level
        leads = before is None or before.kind in EDGES | {"and", "or", "other"}
        if leads:
            # "(bonus points for ...)" and "preferably at a bank" wish for something else.
            found.update(ahead or (() if behind is not None and behind.kind == "other" else _back(words, at)))
        else:
            found.update(_back(words, at) or ahead)
    return frozenset(found)


def _ahead(words: Sequence[Word], at: int) -> list[int]:
    """The names that a wish before them is for."""
    found: list[int] = []
    others = 0
    if at + 1 < len(words) and words[at + 1].kind in JOINTS:
        return found
    for place in range(at + 1, len(words)):
        word = words[place]
        if word.kind in NAMES:
            found.append(place)
        elif word.kind in {"needed", "wanted"} or (word.kind in BREAKS and not word.stop - word.start > 1):
            break
        elif word.kind in BREAKS:
            others += 1
            if found or others > MOST_BETWEEN:
                break
    return found


def _back(words: Sequence[Word], at: int) -> list[int]:
    """The names that a wish behind them is for."""
    found: list[int] = []
    others, of_more, closed = 0, False, 0
    for place in range(at - 1, -1, -1):
        word = words[place]
        of_more = of_more or (word.kind in _OWN and not found and not closed)
        closed += (word.kind == "close") - (word.kind == "open")
        if word.kind in NAMES:
            found.append(place)
        elif word.kind == "needed" or word.kind == "wanted" or (word.kind == "other" and word.stop - word.start == 1):
            break
        elif word.kind in BREAKS:
            others += 1
            if found or others > MOST_BETWEEN:
                break
        elif word.kind == "open" and closed >= 0:
            continue
        elif word.kind in _PARTING and ((not found and of_more) or (found and _has_its_own(words, place))):
            break  # of other languages, of a level, or of those behind it alone
    return found


def _has_its_own(words: Sequence[Word], comma: int) -> bool:
    """Whether what stands before a comma says by itself that its languages are spoken: "fluent in English, ..."."""
    named = False
    for place in range(comma - 1, -1, -1):
        word = words[place]
        if word.kind in _OWN:
            return True
        if word.kind in BREAKS or (word.kind in _PARTING and named):
            return False
        named = named or word.kind in NAMES
    return False
