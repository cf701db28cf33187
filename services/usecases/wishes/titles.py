"""Job titles that a sentence asks for: a posting names one job, a wish several, of which any will do.

Whoever names people ("electrician or plumber") asks for these; whoever names fields alone ("SEO, content, email
marketing") for the trade of each. A field beside a trade may be a detail of it as well as another one: it is offered.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple

from services.ingest.domain.role.reading import RoleReading, read_role
from services.ingest.domain.role.title import head_in
from services.ingest.domain.workplace.reading import at_homes
from services.rules.roles.said import called_too, named_too
from services.rules.roles.said import roles_as_said as roles
from services.rules.roles.taxonomy import roles as roles_of_postings
from services.rules.roles.vocabulary import WEAK
from services.rules.skills.taxonomy import taxonomy
from services.usecases.wishes.fields import (
    Field,
    Trades,
    cut_at_leads,
    is_field,
    is_title,
    is_title_by_hand,
    is_wide,
    read_in,
    tool_alone,
    without_tools,
)
from services.usecases.wishes.named import tools_typed
from services.usecases.wishes.places import named_in
from services.usecases.wishes.sentence import (
    EDGES,
    choices_in,
    choices_of,
    is_idle,
    is_of_pay,
    is_vague,
    parts_of,
    shifts_in,
    stretches_of,
    takes_similar,
    without_idle,
)
from services.usecases.wishes.spoken import names_languages_alone
from services.usecases.wishes.ways import ways_said

_MOST_OFFERED: Final = 4
_LEAST_WORDS: Final = 2
"""Of the beginning of a part that stands for a trade: one word may be of many."""


class Offer(NamedTuple):
    """A role that some words may mean."""

    role: str
    """Its id."""
    said: str


@dataclass(frozen=True, slots=True)
class Titles:
    """Ids of roles."""

    asked: tuple[str, ...]
    near: bool = False
    """Whether those near them will do too: a tool beside a noun tells the trade only roughly, as "Python developer",
    and so do fields."""
    offered: tuple[Offer, ...] = ()
    """None of which is asked for."""
    tool: str = ""
    """What alone suggests all that is offered."""
    said: tuple[str, ...] = ()
    """The words of the sentence that name these."""


def titles_in(wanted: str, read: Sequence[str]) -> Titles:
    """What a sentence asks for, of which `read` are the roles as of a posting."""
    titles = _titles_in(wanted, read)
    too = _named_too(wanted) if len(titles.asked) == 1 else ()
    return replace(titles, asked=tuple(dict.fromkeys((*titles.asked, *too)))) if too else titles


def _named_too(wanted: str) -> tuple[str, ...]:
    """What the only words for a trade mean as well: "security jobs", but not "IT security"."""
    if read_in(wanted).spans:
        return ()
    return named_too(without_idle(_without_places(wanted)).strip(EDGES))


def _titles_in(wanted: str, read: Sequence[str]) -> Titles:
    reading = read_in(wanted)
    for way in ways_said(wanted):
        at = wanted.find(way)
        within = [wanted[start:end] for start, end in reading.spans if start < at + len(way) and at < end]
        if within and not all(map(at_homes, within)):
            # Work from a home office is no work in an office.
            rest = f"{wanted[:at]} {wanted[at + len(way) :]}"
            return titles_in(rest, read_in(rest).roles)
    trades = Trades(wanted)
    if reading.roles != read_role(wanted, (), "", roles_of_postings()).roles:
        read = reading.roles  # By words that no posting is read by.
    words = tuple(field.said for field in trades.fields)
    if names_languages_alone(wanted):
        # "German" is spoken, or taught.
        return Titles((), offered=tuple(Offer(role, wanted) for role in read[:1]))
    if not read:
        if alone := tuple(islice(_alone(wanted), 1)):
            return Titles(alone)
        if fields := trades.listed() or trades.beside_tool():
            return Titles(fields, near=True, offered=_offers(trades.doubtful(), fields), said=words)
        bare = _without_places(wanted)
        found = _beside_place(wanted, bare)
        found = found if found.asked or found.offered else _beginning(wanted)
        return found if found.asked or found.offered else _field_alone(bare)
    if reading.roles[:1] != tuple(read[:1]) or not reading.spans:
        return Titles(tuple(read[:1]))
    start, end = reading.spans[0]
    said = wanted[start:end]
    if tool := tool_alone(said):
        return Titles((), offered=(Offer(read[0], tool),), tool=tool)
    if listed := trades.listed():
        return Titles(listed, near=True, offered=_offers(trades.doubtful(), listed), said=words)
    if is_wide(said) and not trades.names_person and (doubtful := _offers(trades.doubtful(), ())):
        return Titles((), offered=doubtful, said=words)
    if _is_of_another(said, wanted, read[0]):
        return Titles((), offered=(Offer(read[0], said),), said=(said,))
    trade, industry = _in_industry(wanted, (start, end), read[0], words)
    first = trade or trades.exactly(start, end) or _by_title(wanted, start, end) or read[0]
    listed_titles = [*_listed(wanted, read)]
    spans = dict.fromkeys(((start, end), *_titles_begun(wanted)))
    choices = [role for span in spans for role in _other_choices(wanted, span)]
    others = (*choices, *(title.role for title in listed_titles))
    asked = tuple(dict.fromkeys(name for name in (first, *others) if not trade or name != read[0]))
    named = [skill.name for skill in taxonomy().find(said) if taxonomy().is_tool(skill.name)]
    by_tool = any(not is_title_by_hand(name, read[0]) for name in named) or bool(tools_typed(said, asked))
    near = by_tool and len(asked) == 1 and first == read[0]
    asked = (near and trades.branches(first)) or (*asked, *trades.chosen(several=len(asked) > 1))
    asked = tuple(dict.fromkeys((*asked, *(role for part in choices_of(wanted) for role in called_too(part)))))
    of_industry = tuple(offer for offer in industry if offer.role not in asked)
    offered = tuple(dict.fromkeys((*of_industry, *_offers(trades.fields, asked))))[:_MOST_OFFERED]
    said_by = (*words, said, *(title.said for title in (*listed_titles, *industry)))
    return Titles(asked, near or takes_similar(wanted), offered, said=said_by)


def _offers(fields: Iterable[Field], asked: Sequence[str]) -> tuple[Offer, ...]:
    """The roles of fields that are not asked for, as many as fit beside each other."""
    unasked = {role: Offer(role, field.said) for field in fields for role in field.roles if role not in asked}
    return tuple(islice(unasked.values(), _MOST_OFFERED))


def _without_places(wanted: str) -> str:
    """A sentence without its places, ways of working, hours and pay, each of which ends a part."""
    bare = wanted
    for place in reversed(named_in(wanted)):
        before = bare[: place.start].rstrip()
        while is_idle(last := before.rpartition(" ")[2]):
            before = before.removesuffix(last).rstrip()
        behind = bare[place.end :]
        if is_vague(next_word := behind.lstrip().partition(" ")[0]):
            behind = behind.lstrip().removeprefix(next_word)  # "Cork city"
        bare = f"{before}, {behind}"
    for said in (*ways_said(bare), *shifts_in(bare)):
        bare = bare.replace(said, ",")
    return " ".join("," if re.match(r"\D?\d", word) or is_of_pay(word) else word for word in bare.split(" "))


def _field_alone(bare: str) -> Titles:
    """The trade of a field that stands behind idle words and names nobody: "trabajo en compras"."""
    trades = Trades(bare)
    asked = trades.beside_tool() or trades.alone()
    return Titles(asked, near=True, said=tuple(field.said for field in trades.fields)) if asked else Titles(())


def _beside_place(wanted: str, bare: str) -> Titles:
    """What is asked for where a place beside it, or a way of working, is too near to it: "marketing in LA or NYC".

    What is a skill too is asked for as one, but for work by hand: "cleaning jobs Leeds" asks for a cleaner's.
    """
    reading = read_in(bare) if bare != wanted else RoleReading()
    said = [bare[start:end] for start, end in reading.spans]
    skills = [name for name in map(taxonomy().canonical, said) if name and taxonomy().kind(name) != "broad"]
    if not said or (skills and not roles()[reading.roles[0]].by_hand):
        return Titles(())
    titles = titles_in(bare, reading.roles)
    return replace(titles, said=(*titles.said, *said))


def _beginning(wanted: str) -> Titles:
    """The trade with which a part begins that says more than any title: "adjointe administrative bilingue"."""
    for start, end in stretches_of(wanted):
        words = wanted[start:end].split()
        for count in range(len(words) - 1, _LEAST_WORDS - 1, -1):
            said = " ".join(words[:count])
            reading = read_in(said)
            if reading.spans and reading.spans[0][1] == len(said):
                return Titles(reading.roles[:1], said=(said,))
    return Titles(())


def _in_industry(
    wanted: str, span: tuple[int, int], role: str, fields: Collection[str]
) -> tuple[str, tuple[Offer, ...]]:
    """The trade that stands by itself before the field of another, which is offered: "software engineer in energy".

    `span`: of the words that name that other role; `fields`: parts of the sentence that name nobody. Nothing where the
    field is a branch of the trade: "software engineer in machine learning".
    """
    start, end = span
    for first, last in stretches_of(wanted):
        before, *behind = cut_at_leads(wanted[first:last])
        stop = first + len(before)
        if behind and first <= start < stop < end and head_in(wanted[stop:end], roles()) is None:
            start = stop
        elif wanted[start:end] not in fields:
            continue
        trade = read_in(before).roles[:1] if is_title(before) else ()
        branch = trade and all(roles()[own].works_with_tools for own in (trade[0], role))
        # "Marketing manager, SEO" says who is sought, and "manager, SEO" does not.
        in_full = " " in before and start >= last and trade != (role,)
        if trade and not branch and (in_full or roles().closeness(trade[0], role) == "far"):
            return trade[0], (Offer(role, without_idle(wanted[start:end])),)
    return "", ()


def _alone(wanted: str) -> Iterator[str]:
    """Roles of titles beside which a part says nothing else of the work, but may ask for it: "I am a developer"."""
    vocabulary = roles().vocabulary
    for part, _ in parts_of(wanted):
        said = without_idle(part)
        for start, end in read_in(said).spans[:1]:
            if tuple(word.stem for word in vocabulary.words(said[start:end])) in vocabulary.alone:
                yield from read_in(said).roles[:1]


def _is_of_another(field: str, wanted: str, role: str) -> bool:
    """Whether a sentence seeks somebody whom the role of a field does not name: "engineer, fintech or healthcare"."""
    nouns = {head_in(part, roles()) for part in choices_of(wanted)} - {None, WEAK}
    named = head_in(field, roles()) is not None or is_title(field)
    return bool(nouns) and not named and nouns.isdisjoint(roles()[role].heads)


def _other_choices(wanted: str, span: tuple[int, int]) -> Iterator[str]:
    """Roles on the other side of an "or": "Electrician or plumber", "Store or restaurant manager"."""
    start, end = span
    said = wanted[start:end]
    noun = said.rsplit(None, 1)[-1]
    for before, joint, behind in choices_in(wanted):
        if not start <= behind <= end or wanted[behind:start].strip():
            continue
        within = start < joint
        left = wanted[start:joint] if within else before
        # "Frontend- oder Backend-Entwickler": both end in the same noun.
        whole = f"{left}{noun.rpartition('-')[2]}" if left.endswith("-") else f"{left} {noun}"
        alone = (left,) if len(left.split()) > 1 or not within else ()
        if alone and _ends_in_role(left, read_in(said).roles):
            continue  # "Physician reviewer or medical director": both are physicians, and no noun is left out.
        # What the noun tells without the words before it, it tells of any: "bokeeper or payroll clerk".
        shared = _ending(whole, said, before=len(left))
        ways = (*(_ending(way, said) for way in alone), shared)
        yield from next(filter(None, ways if len(left.split()) > 1 else reversed(ways)), ())
        if within and len(right := wanted[behind:end]) > len(noun):
            yield from _ending(right, said)


def _ends_in_role(text: str, called: Sequence[str]) -> bool:
    """Whether a text ends in words for the first of these roles."""
    reading = read_in(text)
    return reading.roles[:1] == tuple(called[:1]) and bool(reading.spans) and reading.spans[0][1] == len(text)


def _titles_begun(wanted: str) -> Iterator[tuple[int, int]]:
    """Where the titles stand with which parts begin."""
    for start, end in stretches_of(wanted):
        for first, last in read_in(wanted[start:end]).spans[:1]:
            if first == 0 and is_title(wanted[start : start + last]):
                yield start, start + last


def _listed(wanted: str, read: Sequence[str]) -> Iterator[Offer]:
    """Roles of parts that begin with the name of a trade: "Electrician, plumber or welder in Cork"."""
    vocabulary = roles().vocabulary
    for part in choices_of(wanted):
        reading = read_in(part)
        if not reading.spans or reading.spans[0][0] or is_field(part):
            continue
        said = part[: reading.spans[0][1]]
        stems = tuple(word.stem for word in vocabulary.words(said))
        # "Construction" is a field, in which there are many trades.
        by_noun = (head := head_in(said, roles())) is not None
        # Beside work with tools an "architect" may be one of software, and "designer, creative" are one trade.
        noun = stems in vocabulary.titles and not (roles()[read[0]].works_with_tools or head in roles()[read[0]].heads)
        named = " " in said or noun
        trade = named if by_noun else stems in vocabulary.titles and stems not in vocabulary.activities
        if trade and not roles()[reading.roles[0]].generic and not tool_alone(said):
            yield Offer(reading.roles[0], said)


def _ending(text: str, beside: str, before: int | None = None) -> tuple[str, ...]:
    """The role whose name ends a text, if it is another than that of `beside` and no tool suggests it.

    `before`: where it has begun at last.
    """
    reading = read_in(text)
    if not reading.spans or reading.roles[:1] == read_in(beside).roles[:1]:
        return ()
    start, end = reading.spans[0]
    if before is not None and start >= before:
        return ()
    vague = roles()[reading.roles[0]].generic and " " not in text[start:end]
    return () if tool_alone(text[start:end]) or vague or text[end:].strip() else reading.roles[:1]


def _by_title(wanted: str, start: int, end: int) -> str:
    """The role that a title has where no tool stands in it, which tells it roughly: "embedded C++ engineer"."""
    for first, last in stretches_of(wanted):
        if first <= start and end <= last:
            bare = without_tools(wanted[first:last])
            reading = read_in(bare) if bare != wanted[first:last] else RoleReading()
            if reading.roles and not roles()[reading.roles[0]].generic:
                begins, ends = reading.spans[0]
                return reading.roles[0] if " " in bare[begins:ends] else ""
    return ""
