"""The trades that a title lists: "Nurse, Paramedic or Midwife", "RN/LPN/CNA"."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from services.rules.lexicon.builder import any_of
from services.rules.roles.taxonomy import Roles
from services.rules.text import blanked
from services.rules.titles import genders

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ENDS: Final = re.compile(r"\s[-–—]|[-–—]\s|[|:;@•·~*()\[\]]")
"""Behind it a title says no more of what is listed."""
_RUN: Final = re.compile(r"(?<![\w/])[A-Z]{2,5}(?:\s?[/,&]\s?[A-Z]{2,5})+(?![\w/])")
_ABBREVIATION: Final = re.compile("[A-Z]+")
_MOST: Final = 6


class ListedRole(NamedTuple):
    """A role, and the stretch of the title that lists it."""

    role: str
    start: int
    end: int


def listed_roles(title: str, known: Roles) -> tuple[ListedRole, ...]:
    """The roles of a title whose every part is one, but what a comma sets apart behind them; none of no two of them.

    A generic role gives way to those that say more, and an abbreviation is the one of the family that stands beside it:
    "NP/PA" seeks no personal assistant. A run of abbreviations says it wherever it stands: "Travel PT/OT/SLP".
    """
    if abbreviated := _abbreviated(title, known):
        return abbreviated
    bare = blanked(title, _BRACKETS, genders())
    ends = _ENDS.search(bare)
    listed = bare[: ends.start() if ends else len(bare)]
    if not _joined().search(listed):
        return ()
    found: dict[str, ListedRole] = {}
    last = 0
    for start, end in _parts(listed):
        role = _role(listed[start:end], known)
        if role is None and listed[last:start].strip() == "," and _joined().search(listed[:last]):
            break
        if role is None:
            return ()
        found.setdefault(role, ListedRole(role, start, end))
        last = end
    families = {known[role].family for role in found}
    if len(families) > 1:
        found = {role: said._replace(role=_beside(said, title, known, families)) for role, said in found.items()}
    named = [said for said in found.values() if not known[said.role].generic]
    return tuple(named[:_MOST]) if len({said.role for said in named}) > 1 else ()


def _abbreviated(title: str, known: Roles) -> tuple[ListedRole, ...]:
    """The roles of the first run of abbreviations of which each is one's in such a list."""
    of = known.vocabulary.listed
    title = blanked(title, _BRACKETS)
    for run in _RUN.finditer(title):
        found: dict[str, ListedRole] = {}
        said = [*_ABBREVIATION.finditer(title, run.start(), run.end())]
        for one in said if all(one[0] in of for one in said) else ():
            found.setdefault(of[one[0]], ListedRole(of[one[0]], one.start(), one.end()))
        if len(found) > 1:
            return tuple(found.values())[:_MOST]
    return ()


def _parts(listed: str) -> Iterator[tuple[int, int]]:
    at = 0
    for found in (*_joint().finditer(listed), None):
        end = found.start() if found else len(listed)
        if part := listed[at:end].strip():
            start = listed.index(part, at)
            yield start, start + len(part)
        at = found.end() if found else end


def _role(part: str, known: Roles) -> str | None:
    """The role that a part is a title of, up to where it is done; not one of an activity alone."""
    vocabulary = known.vocabulary
    words = vocabulary.words(part)
    stop = next((at for at, word in enumerate(words) if at and word.soft in vocabulary.breaks), len(words))
    every = tuple(word.stem for word in words[:stop])
    bare = tuple(stem for stem in every if stem not in vocabulary.levels)
    stems = next((stems for stems in (every, bare) if stems in vocabulary.titles), ())
    if not stems or stems in vocabulary.alone or stems in vocabulary.activities:
        return None
    return vocabulary.titles[stems]


def _beside(said: ListedRole, title: str, known: Roles, families: set[str]) -> str:
    own = known[said.role].family
    sharing = known.sharing(said.role, title[said.start : said.end])
    return next((role for role in sharing if known[role].family in families - {own}), said.role)


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"[,/&+]|(?<=[\s/,]){any_of('joint.and', 'joint.or')}(?=[\s/])", re.IGNORECASE)


@cache
def _joined() -> re.Pattern[str]:
    """What makes a list of it: commas alone set apart what else a title says."""
    return re.compile(rf"[/&+]|(?<=\s){any_of('joint.and', 'joint.or')}(?=\s)", re.IGNORECASE)
