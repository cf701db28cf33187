"""All that a job asks for by its text and that nobody could tell from its title, as one value."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from schemas.posting import PostingCore
from services.notifier.domain.curation.demands import (
    Degree,
    degree_asked,
    is_on_call,
    needs_clearance,
    travel_asked,
    works_weekends,
    years_asked,
)
from services.notifier.domain.curation.skill_sentences import is_asked_for_alone
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import Haystack, term_of

_MOST_KEPT: Final = 8_192
_MOST_TOOLS: Final = 8
_DRIVING: Final = frozenset({"Driver's License", "UK Driving Licence"})
_AT_EVERY_DESK: Final = frozenset(
    {
        "Microsoft Office", "Excel", "Microsoft Word", "PowerPoint", "Outlook", "Microsoft Teams", "Google Workspace",
        "Google Docs", "Google Sheets", "Google Slides", "Gmail", "Google Meet", "Google Calendar", "Zoom", "Slack",
    }
)  # fmt: skip
"""Tools that tell one job from another the least."""


class Demands(NamedTuple):
    """What a job asks for, see `demands.py`."""

    years: int = 0
    """Of experience; 0 where none are counted."""
    degree: Degree | None = None
    clearance: bool = False
    driving: bool = False
    """A licence to drive."""
    tools: tuple[str, ...] = ()
    """Tools and certificates, each of which it asks for by itself, in its order."""
    on_call: bool = False
    weekends: bool = False
    travel: int = 0
    """Per cent of one's time; 0 where none are counted."""


def demands_of(posting: PostingCore) -> Demands:
    """What a posting asks for: of its skills, and of its text what no field has."""
    named = tuple(skill.name for skill in posting.skills if skill.strength == "required")
    titled = tuple(skill.name for skill in posting.skills if skill.strength == "title")
    enrolled = any(condition.kind == "enrolment" for condition in posting.conditions)
    employer = _first_word(posting.company.name)
    asked = _asked(posting.description_text, posting.title, employer, posting.language, named, titled)
    return asked._replace(degree=None) if enrolled else asked


@lru_cache(maxsize=_MOST_KEPT)
def _asked(
    text: str, title: str, employer: str, language: str | None, named: tuple[str, ...], titled: tuple[str, ...]
) -> Demands:
    # What an employer makes is mostly called as it is itself.
    told = [name for name in named if _may_tell(name) and (not employer or _first_word(name) != employer)]
    alone = [name for name in told if is_asked_for_alone(name, text, language)]
    return Demands(
        years=years_asked(text),
        degree=degree_asked(text),
        clearance=needs_clearance(text),
        driving=not _DRIVING.isdisjoint(alone),
        tools=tuple(_besides_title([name for name in alone if name not in _DRIVING], title, titled))[:_MOST_TOOLS],
        on_call=is_on_call(text),
        weekends=works_weekends(text),
        travel=travel_asked(text),
    )


def _may_tell(name: str) -> bool:
    """Of fields and methods four in five are what is asked for, of tools nearly all; not of C, as in "C-level"."""
    return name in _DRIVING or (len(name) > 1 and taxonomy().is_tool(name) and name not in _AT_EVERY_DESK)


def _first_word(name: str) -> str:
    return term_of(name).partition(" ")[0]


def _besides_title(names: list[str], title: str, titled: tuple[str, ...]) -> Iterator[str]:
    """Those that the title neither says nor implies, and that no other of them implies."""
    words = Haystack.of(title, "")
    implied = {parent for name in (*names, *titled) for parent in taxonomy().parents(name)}
    return (name for name in names if name not in implied and not words.holds(term_of(name)))
