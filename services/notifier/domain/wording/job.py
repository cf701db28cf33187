"""What is said of one job, but for why it was found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from schemas.criteria import Criteria
from schemas.posting import PostingCore, Seniority, Timezones
from services.notifier.domain.curation.score import states_pay
from services.notifier.domain.model import FoundBy, Preferred
from services.notifier.domain.weights import Doubt
from services.rules.criterion.facet import FacetFacts
from services.rules.criterion.timezone import hours_apart
from services.rules.places.known import country_of, find_places, is_group, is_subdivision
from services.rules.places.placing import WORLDWIDE
from services.rules.places.towns import known_towns
from services.rules.titles import fold_title
from services.wording.amounts import weekly
from services.wording.dates import day_of_year
from services.wording.facets import facet_in_words, offered_in_words
from services.wording.lines import capitalised, quoted, standard_offset
from services.wording.places import any_of, places_listed, shares_ground, towns_in_words, worth_naming
from services.wording.reasons import offset
from services.wording.words import Words, mark

_DAYS_IN_WORDS = 14
_ALL_ROUND = 20.0
"""Hours between the first and the last time zone from which on they tell nothing."""
SENIORITY: Mapping[Seniority, str] = {
    "intern": mark("Internship level"),
    "junior": mark("Junior"),
    "mid": mark("Mid-level"),
    "senior": mark("Senior"),
    "lead": mark("Lead"),
    "staff": mark("Staff"),
    "principal": mark("Principal"),
    "manager": mark("Manager"),
    "director": mark("Director"),
    "executive": mark("Executive"),
}
_OF_INTERNS: Final = frozenset({"internship", "student"})
_KEPT_BY: Final[Mapping[float, str]] = {
    -9.0: "America/Anchorage", -8.0: "America/Los_Angeles", -7.0: "America/Denver", -6.0: "America/Chicago",
    -5.0: "America/New_York", -4.0: "America/Halifax", -3.5: "America/St_Johns", 0.0: "Europe/London",
    1.0: "Europe/Berlin", 2.0: "Europe/Athens", 9.5: "Australia/Adelaide", 10.0: "Australia/Sydney",
    12.0: "Pacific/Auckland",
}  # fmt: skip
"""Who keeps summer time, by the offset of their winter, hours from UTC."""
_MOST_OWN: Final = 4
_BEFORE_PLACE: Final = " ([{|@,:;/-–—"
"""What parts a title from the place behind it."""


def title_of(titles: Sequence[str]) -> str:
    """The title of one job in different places, without these: `Data Engineer` of `Data Engineer - Berlin`."""
    title, words_of_it = titles[0], titles[0].split()
    if all(other.split() == words_of_it for other in titles):
        return title
    shorter = (" ".join(words_of_it[:most]).rstrip(_BEFORE_PLACE) for most in range(1, len(words_of_it)))
    return next((some for some in shorter if fold_title(some) == fold_title(title)), title)


def reach_line(posting: PostingCore, words: Words, own: Sequence[str] = ()) -> str:
    """Where one may work from: `Remote from Germany or Austria`, `Hybrid, Augsburg, Germany`.

    `own`: places of the reader, which stand first and are never among those that are only counted.
    """
    named = in_title(posting) or worth_naming(posting.reach)
    places = towns_in_words(posting.towns, words, own) or any_of(named, words, own)
    where = _workplace_line(posting, places, words)
    excluded = any_of(posting.reach.excluded, words)
    return words.say("{where}, except {places}", where=where, places=excluded) if excluded else where


def _workplace_line(posting: PostingCore, places: str, words: Words) -> str:
    remote = posting.workplace == "remote"
    if posting.reach.scope == "worldwide" and posting.workplace in ("remote", "unknown"):
        return words.say("Remote from anywhere") if remote else words.say("Work from anywhere")
    if remote:
        if places:
            return words.say("Remote from {places}", places=places)
        return words.say("Remote; from where is not stated")
    if posting.workplace == "hybrid":
        return words.say("Hybrid, {places}", places=places) if places else words.say("Hybrid")
    if posting.workplace == "onsite":
        return words.say("On site, {places}", places=places) if places else words.say("On site")
    return capitalised(places) if places else words.say("Place not stated")


def in_title(posting: PostingCore) -> tuple[str, ...]:
    """The parts of the one country of a posting that its title names; empty where it names none, or also others."""
    named = worth_naming(posting.reach)
    if len(named) != 1 or is_group(named[0]) or is_subdivision(named[0]):
        return ()
    titled = [code for code in _named_in(posting.title) if code != named[0]]
    fits = all(is_subdivision(code) and country_of(code) == named[0] for code in titled)
    return tuple(titled) if fits and not set(titled) & set(posting.reach.excluded) else ()


@lru_cache(maxsize=8_192)
def _named_in(title: str) -> tuple[str, ...]:
    """The places that a title names, each once."""
    return tuple(dict.fromkeys(place.code for place in find_places(title)))


def own_places(posting: PostingCore, criteria: Criteria, home: str | None) -> tuple[str, ...]:
    """Those that a reader knows as their own of the places that a posting names: their country, what they ask for, what
    lies in that. Parts of a country for which they do not ask count as the country."""
    towns = (town.code for town in known_towns(posting.towns))
    wanted = [place for place in criteria.places if place != WORLDWIDE]
    named = (*worth_naming(posting.reach), *in_title(posting), *towns)
    known = dict.fromkeys(country_of(code) if is_subdivision(code) and code not in wanted else code for code in named)
    at_home = (place for place in known if home and shares_ground(place, (home,)))
    asked = (place for place in known if place in wanted)
    besides = (place for place in known if shares_ground(place, wanted))
    return tuple(dict.fromkeys((*at_home, *asked, *besides)))[:_MOST_OWN]


def by_the_clock(against: Sequence[Doubt], zones: Timezones | None, at: datetime, zone: ZoneInfo) -> tuple[Doubt, ...]:
    """What speaks against a job, hours of another zone as far away as clocks show at a time: summer is kept by some."""
    own = at.astimezone(zone).utcoffset()
    if zones is None or own is None or all(doubt.fact != "zone" for doubt in against):
        return tuple(against)
    away = hours_apart(own.total_seconds() / 3600.0, _by_season(zones, at))
    told = (doubt._replace(amount=away) if doubt.fact == "zone" else doubt for doubt in against)
    return tuple(doubt for doubt in told if doubt.fact != "zone" or away)


def timezones_line(
    zones: Timezones | None, at: datetime, zone: ZoneInfo, words: Words, against: Iterable[Doubt] = ()
) -> str:
    """`time zones UTC−1 to UTC+3`, as clocks stand at a time where such zones are kept.

    Empty where nothing is asked, where the reader's own `zone` is among them, then or in standard time, where nearly
    the whole globe will do, and where they are said to speak against the job.
    """
    if any(doubt.fact == "zone" for doubt in against):
        return ""
    if zones is None or zones.max - zones.min >= _ALL_ROUND or hours_apart(standard_offset(zone), zones) == 0:
        return ""
    then, own = _by_season(zones, at), at.astimezone(zone).utcoffset()
    if own is not None and hours_apart(own.total_seconds() / 3600.0, then) == 0:
        return ""
    low, high = offset(then.min), offset(then.max)
    if low == high:
        return words.say("time zone {zone}", zone=low)
    return words.say("time zones {low} to {high}", low=low, high=high)


def _by_season(zones: Timezones, at: datetime) -> Timezones:
    """Offsets of standard time as they are at a time of the year."""
    low, high = _at(zones.min, at), _at(zones.max, at)
    # Newfoundland in summer lies behind Brazil, and before it in winter.
    passed = zones.min <= zones.max and low > high
    return Timezones(min=high, max=low) if passed else Timezones(min=low, max=high)


def _at(hours: float, at: datetime) -> float:
    """One of these, by a zone that most of those who have it go by."""
    kept = _KEPT_BY.get(hours)
    now = at.astimezone(ZoneInfo(kept)).utcoffset() if kept else None
    return hours if now is None else now.total_seconds() / 3600.0


def level_line(posting: PostingCore, words: Words, against: Iterable[Doubt] = ()) -> str:
    """Level, forms of employment and hours: `Senior, part time, 20 hours a week`; empty where none is known.

    Without the level where it is said to speak against the job, and where the form says the same, of interns.
    """
    same = posting.seniority == "intern" and not _OF_INTERNS.isdisjoint(posting.offered)
    silent = same or any(doubt.fact == "level" for doubt in against)
    level = words.say(SENIORITY[posting.seniority]) if posting.seniority and not silent else ""
    offered = posting.offered
    forms = offered_in_words("employment", offered, words, posting.ends_by_a_day) if offered else ""
    hours = weekly(posting.hours.min, posting.hours.max, words) if posting.hours else ""
    return ", ".join(part for part in (level, forms, hours) if part)


def visa_line(posting: PostingCore, home: str | None, words: Words) -> str:
    """Whether a visa is sponsored, to whom it matters: who lives in none of the countries where the work is done."""
    named = worth_naming(posting.reach)
    abroad = home and named and not any(shares_ground(place, (home,)) for place in named)
    if not abroad or posting.visa == "unknown" or posting.workplace == "remote":
        return ""
    return facet_in_words("visa", "yes", FacetFacts((), posting.visa), words)


def no_pay_line(posting: PostingCore, words: Words) -> str:
    """`Pay not stated`, or empty where it is."""
    return "" if states_pay(posting) else words.say("Pay not stated")


def seen_on(posting: PostingCore, zone: ZoneInfo) -> date:
    """The reader's day on which a job was posted, or else found."""
    return _day_of(posting.seen_at, zone)


@lru_cache(maxsize=16_384)
def _day_of(time: datetime, zone: ZoneInfo) -> date:
    """Many live by one clock, and are told of the same postings."""
    return time.astimezone(zone).date()


def age_line(seen: date, due: date, words: Words, *, posted: bool) -> str:
    """How old a job is on the reader's calendar: `posted yesterday`, `found today`, `posted on November 3`."""
    days = (due - seen).days
    if not posted:
        return _found_on(seen, days, words)
    if days <= 0:
        return words.say("posted today")
    if days == 1:
        return words.say("posted yesterday")
    if days <= _DAYS_IN_WORDS:
        return words.count("posted {count} day ago", "posted {count} days ago", days)
    return words.say("posted on {day}", day=day_of_year(seen, words.locale))


def _found_on(day: date, days: int, words: Words) -> str:
    if days <= 0:
        return words.say("found today")
    if days == 1:
        return words.say("found yesterday")
    if days <= _DAYS_IN_WORDS:
        return words.count("found {count} day ago", "found {count} days ago", days)
    return words.say("found on {day}", day=day_of_year(day, words.locale))


def found_line(found_by: Sequence[FoundBy], words: Words) -> str:
    """The searches that found a job, quoted."""
    names = ", ".join(quoted(found.search.name, words) for found in found_by)
    return words.say("Found by {searches}", searches=names)


def preferred_in_words(preferred: Preferred, posting: PostingCore, words: Words) -> str:
    """That a job may be done where the reader would like best, as such a clause; empty where it may not."""
    if WORLDWIDE in preferred.named:
        return words.say("may be done from anywhere, which you prefer")
    if preferred.named:
        # A country need not be named beside a group that holds it, unless it alone is preferred.
        named = [place for place in worth_naming(posting.reach) if place in preferred.named] or preferred.named
        return words.say("hires in {places}, which you prefer", places=places_listed(named, words))
    if preferred.taken_in:
        return words.say(
            "may also be done from {places}, which you prefer", places=places_listed(preferred.taken_in, words)
        )
    return ""
