"""What a text names: skills, each with the sentence that does; and of who writes it, where they live and their years.

Where they live is no place that they ask for where they name another one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from schemas.posting import Strength
from services.ingest.domain.role.reading import read_role
from services.ingest.domain.skills.reading import skill_meanings
from services.ingest.domain.text.html import sanitise, text_of_safe
from services.rules.home import Home, home_read
from services.rules.lexicon.builder import any_of
from services.rules.places.data import country_part
from services.rules.places.known import is_country, is_subdivision
from services.rules.roles.taxonomy import roles
from services.rules.sections import document_of
from services.rules.skills.taxonomy import Taxonomy, taxonomy
from services.usecases.wishes.beside_places import NamedPlace
from services.usecases.wishes.places import Whereabouts, named_in, places_of
from services.usecases.wishes.posting import draft_of
from services.usecases.wishes.sentence import anything, is_idle, without_denial

_MOST_SAID: Final = 300
_TYPED: Final = re.compile(r"(?<![\w.])[.\w][\w+#]*(?:\.[a-z]+)?[+#]*")
_STOP: Final = re.compile(r"[.!?](?=\s)")
_EDGES: Final = " ,;"
"""Of what is left of a sentence."""
_MOST_YEARS: Final = 60
_SURELY: Final = 15
"""More years, by themselves, are as likely somebody's age."""
_YEAR: Final = 12
"""Months."""
_OF_YEARS: Final = ("experience.year", "experience.own_year")
_BEFORE_YEARS: Final = 40
"""Characters before years in which something may say that they are no experience."""


@dataclass(frozen=True, slots=True)
class NamedSkill:
    """A skill, and the sentence that names it, in three parts."""

    name: str
    strength: Strength | None
    """How it is meant; None where the text only speaks of it: of its company, its product or others."""
    before: str
    said: str
    """The words that name it; empty where the whole sentence does."""
    after: str


def skills_in(text: str) -> list[NamedSkill]:
    """The skills that a text names, those that it asks for most first, each with the sentence that names it."""
    draft, known = draft_of(text), taxonomy()
    document = document_of(draft.title, text_of_safe(sanitise(draft.html)))
    found: dict[str, NamedSkill] = {}
    for name, meaning in skill_meanings(draft, document, known):
        where = document.title if meaning.strength == "title" else document.text
        found[name] = _skill(name, meaning.strength, where, meaning.span or _span_in(document.title, name, known))
    for mention in known.find(document.text):
        if mention.name not in found:
            found[mention.name] = _skill(mention.name, None, document.text, (mention.start, mention.end))
    ranks = ("title", "required", "wanted", "bonus", "employer", "passing", None)
    return sorted(found.values(), key=lambda skill: ranks.index(skill.strength))


def _span_in(title: str, name: str, known: Taxonomy) -> tuple[int, int]:
    """Where a title names a skill; nowhere, where it only implies it."""
    return next(((mention.start, mention.end) for mention in known.find(title) if mention.name == name), (0, 0))


def _skill(name: str, strength: Strength | None, text: str, span: tuple[int, int]) -> NamedSkill:
    start, end = span
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[first : last if last >= 0 else len(text)]
    start, end = start - first, end - first
    begins = max((stop.end() for stop in _STOP.finditer(line, 0, start)), default=0)
    stop = _STOP.search(line, end)
    ends = stop.end() if stop else len(line)
    before, after = line[begins:start].lstrip(" •"), line[end:ends]
    if start == end:
        return NamedSkill(name, strength, "", "", after[:_MOST_SAID])
    return NamedSkill(name, strength, cut(before, from_end=True), line[start:end], cut(after))


def cut(text: str, *, from_end: bool = False) -> str:
    """What is quoted of a text, which may be long."""
    half = _MOST_SAID // 2
    if len(text) <= half:
        return text
    return f"…{text[-half:]}" if from_end else f"{text[:half]}…"


def tools_typed(wanted: str, called: Sequence[str]) -> tuple[str, ...]:
    """The tools that somebody names as they come, without capitals: "python", "node/react"."""
    known = taxonomy()
    listed = known.find(wanted.title())
    longer = [(mention.start, mention.end) for mention in listed if " " in mention.text]  # "react native" is no React
    longer += [found.span() for found in anything().finditer(wanted)]  # "lo que sea" is no SEA
    words = (word for word in _TYPED.finditer(wanted) if word[0].islower() and not is_idle(word[0]))
    small = [word[0] for word in words if not any(start <= word.start() < end for start, end in longer)]
    named = [name for word in small if (name := known.typed_tool(word))]
    named += _tools_beside(wanted)
    if small and called and roles()[called[0]].works_with_tools:
        # Beside a tool that is one without doubt its neighbour in a list is one too.
        named += [mention.name for mention in listed if known.is_tool(mention.name)]
    return tuple(dict.fromkeys(named))


def _tools_beside(wanted: str) -> Iterator[str]:
    """Tools that stand right beside others without a comma: "aws spark", "react node", "Java Spring"."""
    known = taxonomy()
    for before, word in pairwise(_TYPED.finditer(wanted)):
        if wanted[before.end() : word.start()] != " " or is_idle(before[0]) or is_idle(word[0]):
            continue
        pair = [known.canonical(said) for said in (before[0], word[0])]
        both, sure = (
            known.canonical(f"{before[0]} {word[0]}"),
            [known.typed_tool(said) for said in (before[0], word[0])],
        )
        if both and known.is_tool(both) and both not in pair:
            yield both  # "React Native developer" names a trade besides.
        elif any(sure) and all(name and known.is_tool(name) for name in pair):
            yield from (name for name in pair if name)


def years_of(sentence: str) -> tuple[int | None, str]:
    """The years of work that somebody says they have, and the sentence without them; None and all of it where none."""
    known = _experience()
    for found in known.years.finditer(sentence):
        before = sentence[max(0, found.start() - _BEFORE_YEARS) : found.start()]
        if known.else_before.search(before):
            continue
        if found["months"]:
            years, most = int(found["months"]) // _YEAR, _MOST_YEARS
        else:
            years, most = int(found["years"]), _MOST_YEARS if found["since"] or found["own"] else _SURELY
            if known.else_behind.match(sentence, found.end("year")) or _is_age(found, before):
                continue
        if years <= most:
            return years, f"{sentence[: found.start()].rstrip()} {sentence[found.end() :].lstrip()}".strip()
    return None, sentence


def _is_age(years: re.Match[str], before: str) -> bool:
    """Whether years are those of the people one works with: "kids aged 3 to 6 years", but "with kids for 6 years"."""
    return bool(_experience().ages.search(before)) and (years["since"] is None or years["to"] is not None)


def takes_beginners(refused: str) -> bool:
    """Whether what is denied is experience of any kind: "no experience needed"."""
    return _experience().knowing.fullmatch(without_denial(refused)) is not None


class _Experience(NamedTuple):
    """What their words are for stands in rules/lexicon/meanings.toml, under `[experience]` and `[denial]`."""

    years: re.Pattern[str]
    """Or months, which are a contract's where no experience stands behind them."""
    else_before: re.Pattern[str]
    else_behind: re.Pattern[str]
    ages: re.Pattern[str]
    knowing: re.Pattern[str]


@cache
def _experience() -> _Experience:
    since, more, to = (any_of(f"experience.{name}") for name in ("since", "or_more", "to"))
    year, month = (any_of(*names, whole=False) for names in (_OF_YEARS, ("experience.month",)))  # "15yrs"
    own = any_of("experience.own")
    behind = rf"(?: [\w'’]+)?? (?:d['’])?{own}(?!\w)"
    return _Experience(
        years=re.compile(
            rf"(?<![\w.,$€£-])(?:(?P<months>\d{{1,2}}) ?\+? ?{month}(?!\w)['’]?{behind}"
            rf"|(?P<since>{since} )?(?P<years>\d{{1,2}})(?:[.,]\d)?"
            rf"(?: ?\+| {more})?(?P<to> ?(?:-|–|{to}) ?\d{{1,2}})? ?\+? ?"
            rf"(?P<year>{year})(?!\w)['’]?(?: (?:{any_of('joint.and')} )?\d{{1,2}} ?{month}(?!\w))?(?P<own>{behind})?)",
            re.IGNORECASE,
        ),
        else_before=re.compile(
            rf"{any_of('experience.else_before', 'experience.without_work')}\W*(?:\w+\W+){{0,3}}$", re.IGNORECASE
        ),
        else_behind=re.compile(rf"\W*{any_of('experience.else_behind', 'experience.without_work')}", re.IGNORECASE),
        ages=re.compile(rf"{any_of('experience.ages')}(?: \d{{1,2}} \w+)?\s*$", re.IGNORECASE),
        knowing=re.compile(
            rf"(?:{any_of('denial.kind_of_knowledge')} )?{own}(?: {any_of('denial.needed')})?", re.IGNORECASE
        ),
    )


def home_of(wanted: str) -> tuple[Home | None, str]:
    """Where the writer of a sentence lives; and the sentence without it, if it names another place.

    Else they want to work there, or from there, and it lacks the words alone that say who lives there.
    """
    named = named_in(wanted)
    for at, place in enumerate(named):
        if not (is_country(place.code) or is_subdivision(place.code)):
            continue
        last = _last_of(wanted, named[at:])
        found = _said_of(wanted, place, last) if last else None
        if found is None:
            continue
        start, name_start, end = found
        before, behind = wanted[:start].rstrip(_EDGES), wanted[end:].lstrip(_EDGES)
        rest = f"{before}, {behind}".strip(_EDGES)
        home = home_read(place.town.label if place.town else place.code)
        called = read_role(wanted, (), "", roles()).roles
        elsewhere = places_of(rest, called, at_home=False, near=Whereabouts(lives=home.country))
        if elsewhere.codes or elsewhere.towns:
            return home, rest
        return home, f"{wanted[:start]}{wanted[name_start:]}" if name_start > start else wanted
    return None, wanted


def _last_of(text: str, named: Sequence[NamedPlace]) -> NamedPlace | None:
    """The last of the names of one place: "Porto, Portugal"; None where others will do: "Leeds, York or Hull"."""
    first, last = named[0], named[0]
    for before, place in pairwise(named):
        joint = text[before.end : place.start]
        if _living().choice.fullmatch(joint):
            return None
        if joint.strip() not in ("", ","):
            break
        if last is before and not place.is_town and place.code in (first.code, country_part(first.code)):
            last = place
    return last


def _said_of(text: str, first: NamedPlace, last: NamedPlace) -> tuple[int, int, int] | None:
    """Where the words begin that say that they live at a place, where its name does with "in", and where all ends."""
    known = _living()
    leads = known.lead.search(text, 0, first.start)
    name_start = leads.start() if leads else first.start
    before = known.lives.search(text, 0, name_start)
    if leads and before:
        return before.start(), name_start, last.end
    behind = known.lives_behind.match(text, last.end)
    return (name_start, name_start, behind.end()) if behind else None


class _Living(NamedTuple):
    lives: re.Pattern[str]
    lead: re.Pattern[str]
    """Between that and the place."""
    lives_behind: re.Pattern[str]
    choice: re.Pattern[str]


@cache
def _living() -> _Living:
    leads = any_of("place.town_before", "wish.leads")
    return _Living(
        lives=re.compile(rf"{any_of('wish.lives')}(?: {any_of('wish.lives_now')})?\s+$", re.IGNORECASE),
        lead=re.compile(rf"(?<!\w)(?:{leads}\s+)+(?:{any_of('place.town_article')}\s+)?$", re.IGNORECASE),
        lives_behind=re.compile(rf"[ -]{any_of('wish.lives_behind')}", re.IGNORECASE),
        choice=re.compile(rf"\s*(?:/|,?\s?{any_of('joint.or', 'joint.and', 'joint.either')})\s+", re.IGNORECASE),
    )
