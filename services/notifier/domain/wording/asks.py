"""What a job asks for that its title does not say, in one line: `Asks for 3 years of experience, Zendesk and ...`."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from schemas.posting import PostingCore
from services.notifier.domain.curation.all_demands import Demands, demands_of
from services.notifier.domain.curation.demands import Degree
from services.notifier.domain.curation.suits import LEAST_YEARS
from services.notifier.domain.weights import ChanceFact, Doubt
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import Haystack, term_of
from services.wording.amounts import percent
from services.wording.lines import one_line
from services.wording.words import Words, mark

_MOST: Final = 5
"""So many things are read in passing."""
_MOST_TOOLS: Final = 3
_LEAST_TRAVEL: Final = 10
OF_YEARS: Final[frozenset[ChanceFact]] = frozenset({"experience", "overqualified"})
"""Facts that tell with an amount how many years a text asks for."""


class Told(NamedTuple):
    """What a card says of what a job asks for in another line."""

    lines: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    """What they name of what its reader can do, in their words."""
    years: bool = False
    asks: bool = False
    """A line above says already that it asks for something."""


NOTHING_TOLD: Final = Told()


def asks_line(posting: PostingCore, words: Words, against: Iterable[Doubt] = (), told: Told = NOTHING_TOLD) -> str:
    """`asks for a degree in Nursing and Epic`, or `also asks for` where another line begins so; empty for nothing.

    Without what is told elsewhere on the card, for the job or `against` it.
    """
    asked, facts = demands_of(posting), tuple(against)
    things = [*_before_tools(asked, facts, told, words)]
    behind = [*_behind_tools(asked, facts, words)]
    room = max(0, _MOST - len(things) - len(behind))
    said = Haystack.of("; ".join(told.lines), "")
    tools = [one_line(name) for name in asked.tools if not said.holds(term_of(name)) and not _is_known(name, told)]
    things = [*things, *tools[: min(room, _MOST_TOOLS)], *behind][:_MOST]
    if not things:
        return ""
    text = mark("also asks for {skills}") if told.asks else mark("asks for {skills}")
    return words.say(text, skills=words.all_of(things))


def _before_tools(asked: Demands, against: tuple[Doubt, ...], told: Told, words: Words) -> Iterator[str]:
    of_years = told.years or any(doubt.fact in OF_YEARS and doubt.amount is not None for doubt in against)
    if asked.years >= LEAST_YEARS and not of_years:
        yield words.say("{years} years of experience", years=asked.years)
    if asked.degree:
        yield _degree(asked.degree, words)
    if asked.clearance:
        yield words.say("a security clearance")
    if asked.driving:
        yield words.say("a driving licence")


def _behind_tools(asked: Demands, against: tuple[Doubt, ...], words: Words) -> Iterator[str]:
    if asked.on_call:
        yield words.say("on-call duty")
    if asked.weekends:
        yield words.say("work on weekends")
    if asked.travel >= _LEAST_TRAVEL and all(doubt.fact != "travel" for doubt in against):
        yield words.say("up to {percent} travel", percent=percent(asked.travel / 100.0, words.locale))


def _degree(degree: Degree, words: Words) -> str:
    if not degree.subject:
        return words.say("a degree")
    if degree.alone:
        return words.say("a degree in {subject}", subject=one_line(degree.subject))
    return words.say("a degree in {subject} or the like", subject=one_line(degree.subject))


def _is_known(name: str, told: Told) -> bool:
    return any(taxonomy().canonical(said) == name for said in told.known)
