"""Which kinds of jobs a search finds and which others it could, asked in the reader's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from babel.numbers import format_decimal

from schemas.criteria import Criteria
from services.portal.search_form import asking_instead
from services.usecases.kinds import is_next_level, leaving_out, taking_back, taking_too
from services.usecases.previewed import FEW, LivePreview, PastKind
from services.usecases.wording import capitalised
from services.wording.facets import FACETS
from services.wording.lines import quoted
from services.wording.roles import role_in_words
from services.wording.words import Words

_MOST_TITLES: Final = 2
_MOST_BESIDE: Final = 4
_MOST_LEVELS: Final = 2


@dataclass(frozen=True, slots=True)
class ShownKind:
    """A kind of job."""

    name: str
    fit: str
    said: str
    """How many would be mailed, and how such jobs are called."""
    other: str
    """What a form without it sends; empty where it cannot be left out."""
    asked_for: bool


@dataclass(frozen=True, slots=True)
class ShownKinds:
    """A question that a press answers, in the reader's words."""

    kinds: Sequence[ShownKind]
    """Of which one would be left out; empty where hardly more than one fits."""
    others: str
    """How many are of none of these."""
    left_out: Sequence[tuple[str, str]]
    """What is, each with what a form that asks for it again sends."""
    wider: Sequence[tuple[str, str]]
    """Job titles and levels that would bring more, likewise."""


def shown_kinds(preview: LivePreview, asked: Criteria, given: Mapping[str, str], words: Words) -> ShownKinds:
    """The question, where there is something to choose."""
    found = preview.kinds
    number = partial(format_decimal, locale=words.locale)

    def sent(criteria: Criteria | None) -> str:
        return asking_instead(given, asked, criteria, words) if criteria else ""

    others = words.count(
        "1 more is something else, or does not say what it is.",
        "{shown} more are something else, or do not say what they are.",
        found.others + found.untold,
        shown=number(found.others + found.untold),
    )
    several = len(found.kinds) > 1
    return ShownKinds(
        [
            _shown(kind, sent(leaving_out(asked, kind.role)), words, asked_for=kind.role in asked.roles.any)
            for kind in found.kinds
        ]
        if several
        else (),
        others if several and found.others + found.untold else "",
        [
            (
                words.count(
                    "{name}: 1 job", "{name}: {shown} jobs", cost, name=role_in_words(role, words), shown=number(cost)
                ),
                sent(taking_back(asked, role)),
            )
            for role, cost in found.left_out
        ],
        [(said, other) for said, criteria in _wider(preview, asked, words) if (other := sent(criteria))],
    )


def _shown(kind: PastKind, other: str, words: Words, *, asked_for: bool) -> ShownKind:
    number, name = partial(format_decimal, locale=words.locale), role_in_words(kind.role, words)
    mailed, weighed = number(kind.mailed), number(kind.weighed)
    by_mail = words.say("by mail: {mailed}", mailed=mailed) if kind.weighed else ""
    if 0 < kind.weighed < kind.fit:
        by_mail = words.say("by mail: {mailed} of the newest {weighed}", mailed=mailed, weighed=weighed)
    such = [quoted(title, words) for title in kind.titles if title.casefold() != name.casefold()][:_MOST_TITLES]
    said = " · ".join(filter(None, [by_mail, ", ".join(such)]))
    return ShownKind(name, number(kind.fit), said, other, asked_for)


def _wider(preview: LivePreview, asked: Criteria, words: Words) -> Iterator[tuple[str, Criteria | None]]:
    """Each with what asks for it too."""
    for role, more in preview.kinds.beside[:_MOST_BESIDE]:
        yield opens(role_in_words(role, words), more, words), taking_too(asked, role)
    level = FACETS["seniority"]
    levels = [(made, more) for made, more in preview.found.steps if is_next_level(made)]
    for made, more in levels[:_MOST_LEVELS]:
        value = str(made.value)
        name = capitalised(words.say(level.added.get(value) or level.asked[value]))
        yield opens(name, more, words), made.criteria


def opens(name: str, more: int, words: Words) -> str:
    """How many more there would be with a skill, a title or a level besides."""
    number = partial(format_decimal, locale=words.locale)
    if more < FEW:
        return words.say("{skill}: fewer than {few} more", skill=name, few=number(FEW))
    return words.say("{skill}: {shown} more", skill=name, shown=number(more))
