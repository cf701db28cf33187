"""Words that stand for people of both genders, read as each of the two that they stand for.

"Mitarbeiter/in", "enfermero(a)", "infirmier·ère", "MitarbeiterIn", "Camarer@s", "pracownik/pracowniczka".
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, product, takewhile
from typing import Final, NamedTuple

from services.rules.lexicon.builder import any_of, phrases_of

_LETTER: Final = r"[^\W\d_]"
_WORD_BEFORE: Final = re.compile(rf"{_LETTER}+\Z")
_LONGEST: Final = 40
"""Letters of such a word."""
_SHARED: Final = 4
"""Letters with which two words of one trade begin."""
_MOST: Final = 30
"""Such words of a text; what follows them has been said by then."""
_MOST_TOGETHER: Final = 3
_AROUND: Final = 3
"""Words on each side with which they are read."""
_NEAR: Final = 60
"""Characters in which these are looked for."""


class Form(NamedTuple):
    """What stands at `text[start:end]`, and the two words that it stands for."""

    start: int
    end: int
    words: tuple[str, str]


def forms_in(text: str) -> Iterator[Form]:
    """The words of a text that stand for both, in their order. Linear."""
    at = 0
    for found in _signs().finditer(text):
        before = _WORD_BEFORE.search(text, max(at, found.start() - _LONGEST), found.start())
        words = _words_of(before[0], found) if before else None
        if before and words:
            at = found.end()
            yield Form(before.start(), at, words)


def readings(said: str) -> tuple[str, ...]:
    """A word or a phrase with each of its forms by one word of the two; as it is where it has none."""
    forms = tuple(islice(forms_in(said), _MOST_TOGETHER))
    return tuple(_read(said, 0, len(said), forms))


def read_in_place(text: str) -> tuple[str, ...]:
    """Each form of a text by either word, with those right behind it and some words on each side."""
    found: dict[str, None] = {}
    for together in _together(islice(forms_in(text), _MOST), text):
        first, last = together[0].start, together[-1].end
        begin, end = max(0, first - _NEAR), last + _NEAR
        # What begins or ends within a word is none.
        before = text[begin:first].split()[1 if begin else 0 :][-_AROUND:]
        behind = text[last:end].split()[: -1 if end < len(text) else None][:_AROUND]
        for said in _read(text, first, last, together):
            found[" ".join((*before, said, *behind))] = None
    return tuple(found)


def _together(forms: Iterable[Form], text: str) -> Iterator[Sequence[Form]]:
    """Forms between which nothing but white space stands, a few at once."""
    run: list[Form] = []
    for form in forms:
        if run and (len(run) == _MOST_TOGETHER or text[run[-1].end : form.start].strip()):
            yield run
            run = []
        run.append(form)
    if run:
        yield run


def _read(text: str, start: int, end: int, forms: Sequence[Form]) -> Iterator[str]:
    """That stretch of a text by each choice of words."""
    for chosen in product(*(form.words for form in forms)):
        at, parts = start, []
        for form, word in zip(forms, chosen, strict=True):
            parts += [text[at : form.start], word]
            at = form.end
        yield "".join((*parts, text[at:end]))


def _words_of(word: str, sign: re.Match[str]) -> tuple[str, str] | None:
    if sign["of_all"] is not None:
        rest = sign["of_all"]
        if rest.startswith("r"):
            return f"{word}o{rest}", f"{word}ora{rest[1:].removeprefix('e')}"
        return f"{word}o{rest}", f"{word}a{rest}"
    if other := sign["other"]:
        pairs = zip(word.casefold(), other.casefold(), strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return (word, other) if shared >= _SHARED and 2 * shared >= min(len(word), len(other)) else None
    if capital := sign["capital"]:
        return (word, f"{word}i{capital}") if word.endswith(_before_capital()) else None
    ending = sign["ending"] or sign["hyphened"]
    # A capital letter is a name: Twitter/X.
    return None if len(ending) == 1 and ending.isupper() and not word.isupper() else (word, _turned(word, ending))


def _turned(word: str, ending: str) -> str:
    """The word with the ending of the other gender, in place of its own where that gives way."""
    word, ending = word.casefold(), ending.casefold()
    own = max((old for old, new in _turns() if new == ending and word.endswith(old)), key=len, default="")
    return word.removesuffix(own) + ending


@cache
def _turns() -> tuple[tuple[str, str], ...]:
    pairs = (pair.partition("/") for pair in phrases_of("gender.turns"))
    return tuple((old, new) for old, _, new in pairs)


@cache
def _before_capital() -> tuple[str, ...]:
    return tuple(phrases_of("gender.before_capital"))


@cache
def _signs() -> re.Pattern[str]:
    """What stands behind the letters of such a word. It begins with one sign, so that texts are passed over fast."""
    ending, hyphened = (any_of(f"gender.{entry}", whole=False) for entry in ("ending", "hyphened"))
    return re.compile(
        rf"[*:_·•/(@I-](?<={_LETTER}{{3}}.)(?:"
        rf"(?<=[*:_·•/(])(?:(?<=/)-)?(?P<ending>(?i:{ending}))(?:\)s?)?(?!\w)"
        rf"|(?<=-)(?P<hyphened>(?i:{hyphened}))(?:-s)?(?!\w)"
        r"|(?<=@)(?P<of_all>r?(?:e?s)?)(?!\w)"
        rf"|(?<=I)(?P<capital>{any_of('gender.capital', whole=False)})(?!\w)"
        rf"|(?<=/)(?P<other>{_LETTER}{{{_SHARED},{_LONGEST}}})(?![\w/]))"
    )
