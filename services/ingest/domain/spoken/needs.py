"""What one sentence says of the languages in it: needed or wished for, how well, and of which one is enough."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from schemas.posting import LanguageLevel
from services.ingest.domain.spoken.words import BREAKS, EDGES, JOINTS, NAMES, SUPPORT, Word, WordKind
from services.rules.languages.speaking import LEVELS

Where = Literal["title", "list", "text"]
"""A list is one whose heading says that it is of languages, or a board's field for them."""
_MOST_BETWEEN: Final = 4
"""Words of another kind that may stand between a wish and its language."""
_PARTING: Final[frozenset[WordKind]] = frozenset({"comma", "dash", "open"})
"""What stands behind one may be said of that alone."""
_OWN: Final = SUPPORT - {"wanted"}


class LanguageChoice(NamedTuple):
    """Languages of which one is enough, and the words that say so, by their places in the text."""

    codes: tuple[str, ...]
    level: LanguageLevel | None
    wanted: bool
    stressed: bool
    """A word says that it is needed, or wished for."""
    start: int
    stop: int


def said_of(
    words: Sequence[Word], where: Where, is_denied: Callable[[Word], bool], *, wished: bool
) -> Iterator[LanguageChoice]:
    """Read a sentence: of names that are denied nothing is said; `wished` is what its section says of all of it."""
    words = _without_asides(_without_lone_codes(words))
    optional = _optional_names(words)
    for first, stop in _runs(words):
        names = [at for at in range(first, stop) if words[at].kind in NAMES]
        if not names or not (_is_supported(words, first, stop, where) or optional.intersection(names)):
            continue
        if _are_taught(words[first : names[0]]):
            continue
        names = names[: len(names) - _described(words, names, first, stop)]
        names = [at for at in names if at in optional or not is_denied(words[at])]
        needed = any(word.kind == "needed" for word in (*words[first:stop], *_behind(words, stop)))
        start, end = words[first].start, words[stop - 1].stop
        for group, wanted in _groups(words, names, optional):
            yield LanguageChoice(
                tuple(dict.fromkeys(code for at in group for code in words[at].code.split("|"))),
                _level(words, group, _since(words, group[0], wanted, optional, first), stop),
                wanted or (wished and not needed),
                wanted or needed,
                start,
                end,
            )


def _behind(words: Sequence[Word], stop: int) -> Iterator[Word]:
    """A few words behind a run, up to the next language: "English communication abilities are" essential."""
    for word in words[stop : stop + _MOST_BETWEEN + 1]:
        if word.kind in NAMES or (word.kind == "other" and word.stop - word.start == 1):
            return
        yield word


def _without_lone_codes(words: Sequence[Word]) -> list[Word]:
    """Two letters are a language only beside another two: the IT of "IT translator" is none."""
    kept = list(words)
    for at, word in enumerate(words):
        if word.kind == "code" and not any(
            0 <= near < len(words) and words[near].kind == "code" and words[(at + near) // 2].kind not in BREAKS
            for near in (at - 2, at + 2)
        ):
            kept[at] = word._replace(kind="other")
    return kept


def _without_asides(words: Sequence[Word]) -> list[Word]:
    """Without brackets that speak of something else: "fluent in French (our clients are in Paris) and Dutch"."""
    kept: list[Word] = []
    opened: int | None = None
    for word in words:
        kept.append(word)
        if word.kind == "open":
            opened = len(kept) - 1
        elif word.kind == "close" and opened is not None:
            kinds = {inside.kind for inside in kept[opened:]}
            if kinds & BREAKS and not kinds & SUPPORT:
                del kept[opened:]
            opened = None
    return kept


def _runs(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Stretches of words that belong together."""
    first = 0
    for at in range(len(words) + 1):
        if at == len(words) or words[at].kind in BREAKS:
            if at > first:
                yield first, at
            first = at + 1


def _is_supported(words: Sequence[Word], first: int, stop: int, where: Where) -> bool:
    kinds = [word.kind for word in words[first:stop]]
    names = sum(kind in NAMES for kind in kinds)
    if not SUPPORT.isdisjoint(kinds) or ("trade" in kinds and (where == "title" or names > 1)):
        return True
    if where != "title":
        return where == "list"
    lone = (first == 0 or words[first].kind in EDGES) and (stop == len(words) or words[stop - 1].kind in EDGES)
    led = any(before.kind == "title_with" and behind.kind in NAMES for before, behind in pairwise(words[first:stop]))
    return led or lone


def _are_taught(before: Sequence[Word]) -> bool:
    """Whether the words right before the names speak of lessons: "language courses (" German."""
    kinds = [word.kind for word in before]
    return "lessons" in kinds and "comma" not in kinds[kinds.index("lessons") :]


def _described(words: Sequence[Word], names: Sequence[int], first: int, stop: int) -> int:
    """How many names at the end of a run only describe what follows it: the German of "German tax law".

    Whoever is bilingual in a language is called so before their trade: "a bilingual in Spanish account manager".
    """
    if _of_others(words[max(0, first - 3) : first]):
        return len(names)
    if stop == len(words):
        return 0
    behind, between = words[stop], words[names[-1] + 1 : stop]
    of_people = any(word.kind == "bilingual" for word in words[first : names[-1]])
    of_noun = (
        behind.kind == "other"
        and not behind.grammar
        and not of_people
        and all(word.kind == "working" for word in between)
    )
    of_others = behind.kind == "others" and all(word.kind in {"ability", "sign"} for word in between)
    of_knowledge = _joined_to_a_noun(words[first : names[-1]], between, behind)
    return _chained(words, names) if of_noun or of_others or of_knowledge else 0


def _of_others(before: Sequence[Word]) -> bool:
    """Whether a clause on others leads to the names: "customers who" speak German."""
    places = [place for place, word in enumerate(before) if word.kind == "others"]
    led = before[places[-1] + 1 :] if places else ()
    return bool(led) and all(word.grammar or word.kind == "comma" for word in led)


def _joined_to_a_noun(before: Sequence[Word], between: Sequence[Word], behind: Word) -> bool:
    """Of knowledge, as in "knowledge of French and international law"."""
    return (
        bool(between)
        and between[0].kind == "and"
        and all(word.kind == "filling" for word in between[1:])
        and not behind.grammar
        and any(word.kind == "knowledge" for word in before)
        and not any(word.kind in {"ability", "fluent", "native"} for word in before)
    )


def _chained(words: Sequence[Word], names: Sequence[int]) -> int:
    """How many of the last names nothing but joints part."""
    count = 1
    for before, behind in zip(reversed(names[:-1]), reversed(names), strict=False):
        if any(word.kind == "open" or word.kind not in JOINTS | EDGES for word in words[before + 1 : behind]):
            break
        count += 1
    return count


def _groups(words: Sequence[Word], names: Sequence[int], optional: frozenset[int]) -> Iterator[tuple[list[int], bool]]:
    """Names of which one is enough, together, and whether they are only wished for."""
    joints = [_joint(words[before:behind]) for before, behind in pairwise(names)]
    for place in range(len(joints) - 2, -1, -1):
        joints[place] = joints[place] or joints[place + 1]
    group: list[int] = []
    any_of = bool(names) and any(word.kind == "any_of" for word in words[max(0, names[0] - 6) : names[0]])
    for number, name in enumerate(names):
        if group:
            joint = joints[number - 1]
            between = words[names[number - 1] : name]
            enough = joint == "or" or (any_of and any(word.kind in JOINTS for word in between))
            if not enough or (group[-1] in optional) != (name in optional):
                yield group, group[-1] in optional
                group = []
            any_of = any_of or any(word.kind == "any_of" for word in between)
        group.append(name)
    if group:
        yield group, group[-1] in optional


def _joint(between: Sequence[Word]) -> WordKind | None:
    kinds = [word.kind for word in between]
    return next((kind for kind in kinds if kind in {"or", "and", "slash"}), None)


def _since(words: Sequence[Word], name: int, wanted: bool, optional: frozenset[int], first: int) -> int:
    """Where the words begin that may say the level of a name: behind a need those of a wish, and the reverse."""
    places = (at for at in range(name - 1, first - 1, -1) if words[at].kind in NAMES and (at in optional) != wanted)
    return next(places, first - 1) + 1


def _level(words: Sequence[Word], group: Sequence[int], first: int, stop: int) -> LanguageLevel | None:
    """The level behind the names up to the next joint, else the last before them, else the next behind."""
    for place in range(group[-1] + 1, stop):
        kind = words[place].kind
        if kind in JOINTS or kind in NAMES:
            break
        if kind in LEVELS:
            return _as_level(kind)
    before = [words[place].kind for place in range(first, group[0]) if words[place].kind in LEVELS]
    behind = [words[place].kind for place in range(group[-1] + 1, stop) if words[place].kind in LEVELS]
    return _as_level((*reversed(before), *behind)[0]) if before or behind else None


def _as_level(kind: WordKind) -> LanguageLevel | None:
    return next((level for level in LEVELS if level == kind), None)


def _optional_names(words: Sequence[Word]) -> frozenset[int]:
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
            if found or others > _MOST_BETWEEN:
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
            if found or others > _MOST_BETWEEN:
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
