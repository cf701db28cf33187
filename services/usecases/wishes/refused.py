"""What a sentence refuses: by criteria, in the words of what somebody would rather not do, or by nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from services.rules.lexicon.builder import LANGUAGES, any_of, phrases_of
from services.rules.skills.taxonomy import taxonomy
from services.usecases.wishes import sentence as wishes
from services.usecases.wishes.fields import names_person
from services.usecases.wishes.places import Places, named_in
from services.usecases.wishes.skills import skills_of
from services.usecases.wishes.spoken import names_languages_alone
from services.usecases.wishes.terms import Reader, forms_refused, levels_refused
from services.usecases.wishes.titles import Titles
from services.usecases.wishes.ways import ways

MOST_AVOIDED: Final = 60
"""Characters of what somebody would rather not do."""


@dataclass(slots=True)
class Unwanted:
    """What somebody does not want."""

    skills: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    """What no criterion takes, each with the word that refuses it."""
    avoided: dict[str, str] = field(default_factory=dict)
    """Of that what they would rather not do, in words of work: "crypto" of "no crypto"."""


def unwanted_in(refused: Sequence[str], read: Reader) -> Unwanted:
    """What the refusals of a sentence do not want."""
    unwanted = Unwanted()
    for denial in refused:
        behind_form = False
        for part, added in ((denial, False),) if wishes.lacks_experience(denial) else wishes.each_refused(denial):
            said = wishes.without_denial(part)
            forms_of = forms_refused(said, lambda text: read(text).offered)
            if forms_of and added and (not behind_form or "full_time" in forms_of):
                # "No nights and part-time" may ask for it as well, and "no internships and full-time" does.
                unwanted.missed.append(part)
                continue
            behind_form = bool(forms_of)
            if forms_of:
                unwanted.forms += forms_of
            elif levels := levels_refused(said, read):
                unwanted.levels += levels
            elif names_languages_alone(said):
                # Who speaks none is no teacher who would not teach it.
                unwanted.missed.append(part)
            elif wishes.names_condition(said) or not _add_named(unwanted, said, read):
                unwanted.missed.append(part if added else wishes.with_denial(part, denial))
                if words := _words_of_work(said):
                    unwanted.avoided[unwanted.missed[-1]] = words
    return unwanted


def nights_avoided(sentence: str) -> dict[str, str]:
    """Work by day that is asked for, each with the work at night that its writer would rather not do: "day shift"."""
    lowered = sentence.lower()
    if any(night.search(lowered) for _, night, _ in _by_day()):
        return {}
    return {sentence[slice(*found.span())]: said for day, _, said in _by_day() if (found := day.search(lowered))}


@cache
def _by_day() -> tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...]:
    """In each language how work by day is said, how work at night is, and its plainest words for that."""
    return tuple(
        (
            re.compile(any_of("wish.days", languages=(language,))),
            re.compile(any_of("wish.nights", languages=(language,))),
            phrases_of("wish.nights", languages=(language,))[0],
        )
        for language in LANGUAGES
    )


def _add_named(unwanted: Unwanted, refused: str, read: Reader) -> bool:
    """Leave out the tools that are refused, else the role; a way of working is told by the whole sentence."""
    if wishes.lacks_experience(refused):
        return False
    posting, towns = read(refused), tuple(place.town.label for place in named_in(refused) if place.town)
    named = skills_of(posting, refused, Places(towns=towns), Titles(posting.roles))
    tools = [name for name in named if taxonomy().is_tool(name)]
    if tools and _says_more(refused):
        return False
    if tools:
        unwanted.skills += tools
    elif any(way.search(refused.lower()) for way in ways().wanted.values()):
        return True
    elif posting.roles:
        unwanted.roles += posting.roles[:1]
        if not names_person(refused) and (words := _words_of_work(refused)):
            # Who wants nothing with finance wants no other job in it either.
            unwanted.avoided[refused] = words
    return bool(tools or posting.roles)


def _says_more(refused: str) -> bool:
    """Whether a refusal goes on beyond the tools that it names: "overnight trips, CDL class A"."""
    rest = refused
    for skill in reversed(taxonomy().find(refused.title())):
        rest = f"{rest[: skill.start]} {rest[skill.end :]}"
    return len([word for word in rest.split() if not wishes.is_idle(word) and not wishes.is_vague(word)]) > 1


def _words_of_work(refused: str) -> str:
    """The same without what leads to it; empty where it is of a place, or of numbers, as days are."""
    words = refused.split()
    while words and wishes.is_idle(words[0]) and not wishes.names_condition(" ".join(words)):
        words = words[1:]
    said = " ".join(words)
    of_else = len(said) > MOST_AVOIDED or re.search(r"\d", said) or named_in(refused)
    return "" if of_else or wishes.lacks_experience(refused) else said
