"""What languages somebody speaks, held against those that a job needs."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, Literal, NamedTuple, get_args

from schemas.posting import LanguageLevel, PostingCore, Spoken

LEVELS: Final[tuple[LanguageLevel, ...]] = get_args(LanguageLevel)
"""The lowest first."""
_MOST_BELOW: Final = 1
"""So many levels below what is asked for are for the employer to judge."""


class SpokenLanguage(NamedTuple):
    """A language that somebody speaks: `de`, `de:working`."""

    code: str
    """ISO 639-1."""
    level: LanguageLevel | None = None
    """None where they do not say."""

    def __str__(self) -> str:
        return f"{self.code}:{self.level}" if self.level else self.code


class Unspoken(NamedTuple):
    """Languages that a job needs one of, and somebody does not speak, or not well enough."""

    why: Literal["needed", "written"]
    """The posting says so, or it is written in it and says nothing of languages."""
    codes: tuple[str, ...]
    level: LanguageLevel | None = None
    """As the posting asks for."""
    own: SpokenLanguage | None = None
    """What they speak best of it, where they speak it at all."""


def unspoken(speaks: Sequence[SpokenLanguage], posting: PostingCore, asked: Collection[str] = ()) -> Unspoken | None:
    """The first need of a posting that somebody does not meet; None too where they do not say what they speak.

    `asked`: languages that they want to read postings in, whether they speak them or not. One level below is met.
    """
    if not speaks:
        return None
    for need in needs_of(posting):
        known = [language for language in speaks if language.code in need.any]
        if not known:
            return Unspoken("needed", need.any, need.level)
        best = max(known, key=_rank)
        if not _is_enough(best.level, need.level):
            return Unspoken("needed", need.any, need.level, best)
    written = posting.language
    if written is None or posting.languages or written in asked or any(language.code == written for language in speaks):
        return None
    return Unspoken("written", (written,))


def less_well(speaks: Sequence[SpokenLanguage], posting: PostingCore) -> tuple[str, ...]:
    """The first languages of a posting's needs that somebody speaks, and by their own word less well than is asked."""
    for need in needs_of(posting):
        own = [language.level for language in speaks if language.code in need.any]
        if own and need.level and all(level and LEVELS.index(level) < LEVELS.index(need.level) for level in own):
            return need.any
    return ()


def needs_of(posting: PostingCore) -> Iterator[Spoken]:
    """What a posting says that the work needs, without what it only wishes for."""
    return (need for need in posting.languages if need.need == "needed")


def _rank(language: SpokenLanguage) -> int:
    """A level that somebody does not say is held against nobody."""
    return LEVELS.index(language.level) if language.level else len(LEVELS)


def _is_enough(own: LanguageLevel | None, asked: LanguageLevel | None) -> bool:
    return own is None or asked is None or LEVELS.index(asked) - LEVELS.index(own) <= _MOST_BELOW
