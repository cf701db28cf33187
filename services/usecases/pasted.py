"""What a pasted text asks for: a job posting, a CV or a sentence. Nothing of it is kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from math import ceil
from typing import Any, Final

from schemas.criteria import Criteria, Nearby, RoleTerms, SkillTerms
from schemas.posting import Posting, PostingCore, Workplace
from services.rules.criteria import CriteriaError, accepted
from services.rules.criterion.facet import EMPLOYMENT, SENIORITY
from services.rules.home import Home, home_read
from services.rules.lexicon.builder import LANGUAGES
from services.rules.places.towns import label_of
from services.rules.roles.taxonomy import roles
from services.usecases.wishes import sentence as wishes
from services.usecases.wishes.indifferent import in_plain_words
from services.usecases.wishes.missed import Missed
from services.usecases.wishes.misspelt import Told, as_meant
from services.usecases.wishes.named import cut, home_of, skills_in, takes_beginners, years_of
from services.usecases.wishes.pay import floor_of, with_whole_periods
from services.usecases.wishes.places import Places, Whereabouts, places_of
from services.usecases.wishes.posting import draft_of, posting_in
from services.usecases.wishes.radius import radius_of
from services.usecases.wishes.refused import nights_avoided, unwanted_in
from services.usecases.wishes.skills import skills_had, skills_of
from services.usecases.wishes.spoken import NOTHING_SPOKEN, SpokenIn, spoken_in
from services.usecases.wishes.terms import (
    Reader,
    may_last,
    permanent_in,
    terms_of,
    values_without,
    with_permanent,
)
from services.usecases.wishes.titles import Offer, Titles, titles_in
from services.usecases.wishes.ways import workplaces_of
from services.usecases.wishes.writer import Cv, cv_of, former_trade

_MANY: Final = 4
"""Skills of which one alone says little."""
_KM: Final = 50
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+")
_POSTING: Final = """Senior engineer
Harbour Works, Berlin
You work remotely from Germany or Poland. Requirements:
- 5 years of Python, PostgreSQL
- Fluent English
We pay 70,000 to 90,000 EUR a year and offer visa sponsorship.
"""


READ_IN: Final = LANGUAGES
"""Codes of the languages that are read."""
READ_FROM: Final[Mapping[str, str]] = {
    "roles": "roles",
    "places": "reach",
    "near": "towns",
    "workplace": "workplace",
    "salary_floor": "salary",
    "seniority": "seniority",
    "employment": "employment",
    "permanent": "employment",
    "visa_sponsorship": "visa",
}
"""Of fields of criteria, the field of a posting whose words they are read from."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a text asks for by one criterion, and the words that say so."""

    field: str
    """Of criteria."""
    skill: str
    """Which of the skills; empty for all else."""
    said: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text asks for."""

    criteria: Criteria
    """Canonical; of nothing where a role is only offered, or no word is known."""
    proposals: tuple[Proposal, ...]
    of_sentence: bool
    """Each proposal is then of the whole text, as far as nothing shorter says it."""
    missed: tuple[str, ...] = ()
    """Parts of a sentence that no criterion takes."""
    offered: tuple[Offer, ...] = ()
    """Roles that are not asked for, and that a skill or a field suggests."""
    home: Home | None = None
    """Where its writer says that they live, else the one town that a sentence names."""
    says_home: bool = False
    """Whether it is what they say."""
    years: int | None = None
    """For which somebody has done the work that they look for, as a sentence says."""
    worked_as: tuple[str, ...] = ()
    """Roles that they have had for these."""
    avoids: Mapping[str, str] = field(default_factory=dict)
    """Of these parts those that refuse some work, each with the words of what they would rather not do."""
    knows: tuple[str, ...] = ()
    """What a CV says that they can do: the skills that it names."""
    spoken: SpokenIn = NOTHING_SPOKEN
    """Languages that they speak, as a sentence says."""
    meant: str = ""
    """The sentence as it may have been meant, where something in it is misspelt."""


@cache
def warm() -> None:
    """Read one text, which takes seconds the first time, before somebody waits for theirs."""
    for text in (_POSTING, "Remote Go jobs from Poland above 90k"):
        asked_in(text, "EUR", datetime(2026, 1, 1, tzinfo=UTC))
        skills_in(text)


def asked_in(text: str, currency: str, now: datetime, country: str = "") -> Asked | None:
    """What a text asks for; None where nothing is found. `currency`: of pay that names none.

    `country`: where its writer is, as far as their browser says.
    """
    draft = draft_of(text)
    sentence, links = _without_links(with_whole_periods(draft.title)) if not draft.html else ("", [])
    sentence = in_plain_words(sentence, country)
    permanent, rest = permanent_in(sentence)
    wish = wishes.taken_apart(rest)
    hours, wanted = wishes.hours_of(wish.wanted)
    former = former_trade(wanted)
    years, wanted = years_of(former.wanted)
    km, wanted = radius_of(wanted)
    lives, wanted = home_of(wanted)
    spoken = spoken_in(wanted) if sentence else NOTHING_SPOKEN
    wanted = spoken.wanted
    refused = [denial for denial in wish.refused if not takes_beginners(denial)]
    if years is None and len(refused) < len(wish.refused):
        years = 0
    # Parts are read many times over; what is remembered of them goes with this call.
    read = cache(partial(posting_in, now=now))
    near = Whereabouts(lives.country if lives else "", country)
    unread = _missed(wanted, read(wanted), currency, near, read) if sentence else None
    if unread and (apart := unread.set_apart()) != wanted:
        wanted, unread = apart, _missed(apart, read(apart), currency, near, read)
    posting = read(wanted if sentence else text)
    # Who states pay has a job to give.
    cv = Cv() if sentence or posting.salary else cv_of(text)
    if not sentence:
        lives, years = cv.home, cv.years
    zone, titles = _zone(hours, read), titles_in(wanted, posting.roles) if sentence else Titles(posting.roles[:1])
    had = former.had(titles.asked) if years else ()
    if years and (titles.asked or former.is_left) and not had:
        years = None
    workplaces = workplaces_of(posting, sentence)
    places = Places((cv.home.country,), (str(cv.home),)) if cv.home else None
    places = places or _places(posting, wanted, titles, workplaces, near)
    fields = _fields(posting, wanted, currency, titles, workplaces, places, read) | zone
    if km:
        fields["near"] = tuple(circle.model_copy(update={"km": km}) for circle in fields["near"])
    unwanted = unwanted_in(refused, read)
    unwanted.avoided |= nights_avoided(sentence)
    missed = unwanted.missed
    fields["skills"] = fields["skills"].model_copy(update={"none": _apart(unwanted.skills, fields["skills"].any)})
    fields["roles"] = fields["roles"].model_copy(update={"none": _apart(unwanted.roles, fields["roles"].any)})
    # "CDI ou alternance": what ends is wanted besides, and one criterion would leave it out.
    besides = permanent and not may_last(fields["employment"])
    forms = with_permanent(fields["employment"]) if besides else fields["employment"]
    fields["employment"] = values_without(EMPLOYMENT, unwanted.forms, forms)
    if permanent and not besides:
        # It says of every form that ends that it is not wanted.
        fields |= {"permanent": True, "employment": tuple(form for form in fields["employment"] if may_last((form,)))}
    # Who has a permanent post is no intern: "apprentissage ou CDI".
    kept = [level for level in fields["seniority"] if level != "intern" or not permanent]
    fields["seniority"] = values_without(SENIORITY, unwanted.levels, kept)
    if hours and not zone:
        missed.insert(0, hours)
    unknown = [*unread.parts()] if unread else []
    missed = [*unknown, *spoken.learned, *missed, *map(cut, links)] if sentence or links else []
    tools = not titles.asked or roles()[titles.asked[0]].works_with_tools
    told = Told(bool(titles.asked or titles.offered), tools, bool(places.codes), country)
    meant = as_meant(draft.title, unknown, told)
    try:
        criteria = accepted(Criteria(**fields))
    except CriteriaError:
        if not titles.offered and not missed:
            return None
        criteria = Criteria()
    proposals = [*_proposals(criteria, text, posting, sentence, cv)]
    if criteria.utc_offset is not None:
        proposals.append(Proposal("utc_offset", "", hours))
    towns = places.towns if sentence and not lives else ()
    home = lives or (home_read(towns[0]) if len(towns) == 1 and not places.areas else None)
    can = skills_had(posting) if cv.is_one else ()
    said = tuple(missed), titles.offered, home, lives is not None, years, had, unwanted.avoided, can, spoken, meant
    return Asked(criteria, tuple(proposals), bool(sentence), *said)


def as_words(said: str) -> str:
    """Some words as a search's text asks for them, as they stand."""
    return f'"{said}"' if re.search(r"\W", said) else said


def naming(criteria: Criteria, text: str) -> Criteria | None:
    """The same of jobs alone that a search by words finds; None where that could not be asked."""
    try:
        return accepted(criteria.model_copy(update={"text": text}))
    except CriteriaError:
        return None


def _without_links(sentence: str) -> tuple[str, list[str]]:
    """What somebody typed, and the addresses of pages in it, whose words ask for nothing."""
    return _LINK.sub("", sentence).strip(), _LINK.findall(sentence)


def _apart(unwanted: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for term in unwanted if term not in wanted))


def _fields(
    posting: PostingCore,
    wanted: str,
    currency: str,
    titles: Titles,
    workplaces: tuple[Workplace, ...],
    places: Places,
    read: Reader,
) -> dict[str, Any]:
    """What is asked for. `wanted`: a sentence without what it refuses."""
    # "In Valencia or from home": a circle lets remote work in, and remote alone would let no work in Valencia in.
    either = workplaces == ("remote",) and places.beside_remote
    skills = tuple(name for name in skills_of(posting, wanted, places, titles) if name not in places.no_skills)
    if titles.tool:
        skills = tuple(dict.fromkeys((titles.tool, *skills)))
    return {
        "skills": SkillTerms(any=skills, at_least=2 if len(skills) >= _MANY else 1),
        "roles": RoleTerms(any=titles.asked, neighbours=titles.near),
        "places": places.codes,
        "workplace": () if either else workplaces,
        "near": tuple(
            Nearby(town=town, km=places.areas.get(town, _KM))
            for town in places.towns
            if either or workplaces != ("remote",)
        ),
        **terms_of(wanted, posting, read),
        "salary_floor": floor_of(posting, wanted, places.codes, currency),
        "visa_sponsorship": posting.visa == "offered" or wishes.wants_visa(wanted),
    }


def _zone(hours: str, read: Reader) -> dict[str, float]:
    """The hours of a place, from the middle of its zones to the farthest; nothing where none are named."""
    if not hours or (zones := read(hours).timezones) is None:
        return {}
    return {"utc_offset": (zones.min + zones.max) / 2, "tolerance": max(1.0, float(ceil((zones.max - zones.min) / 2)))}


def _missed(wanted: str, whole: PostingCore, currency: str, near: Whereabouts, read: Reader) -> Missed:
    """What of a sentence no criterion takes. `whole`: the sentence as a posting."""

    def asked(posting: PostingCore, text: str) -> dict[str, Any]:
        titles, workplaces = titles_in(text, posting.roles), workplaces_of(posting, text)
        places = _places(posting, text, titles, workplaces, near)
        fields = _fields(posting, text, currency, titles, workplaces, places, read)
        return {**fields, "ways": workplaces, "offered": titles.offered}

    def asked_by(text: str) -> dict[str, Any]:
        return asked(read(text), text)

    return Missed(wanted, asked(whole, wanted), asked_by, titles_in(wanted, whole.roles).said)


def _proposals(criteria: Criteria, text: str, posting: Posting, sentence: str, cv: Cv) -> Iterator[Proposal]:
    named = {skill.name: skill for skill in skills_in(text)}
    for name in (*criteria.skills.all, *criteria.skills.any):
        skill = named.get(name)
        yield Proposal("skills", name, cut(f"{skill.before}{skill.said}{skill.after}" if skill else sentence))
    for name, read in READ_FROM.items():
        asked = criteria.roles.any if name == "roles" else getattr(criteria, name)
        if asked:
            evidence = posting.evidence.get(read)
            said = evidence[0].text.lstrip(" •") if evidence else sentence
            yield Proposal(name, "", cut(cv.said if cv.home and read in ("reach", "towns") else said))


def _places(
    posting: PostingCore, sentence: str, titles: Titles, workplaces: Sequence[Workplace], near: Whereabouts
) -> Places:
    """Those that a sentence names, else those of the posting."""
    if sentence:
        return places_of(sentence, titles.asked, at_home=workplaces == ("remote",), near=near)
    reach = posting.reach
    towns = tuple(town for town in map(label_of, posting.towns) if town)
    return Places((*reach.groups, *reach.countries, *reach.subdivisions), towns)
