"""What is said of one job, but for why it was found."""

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from schemas.posting import PostingCore, Seniority, Timezones
from services.notifier.domain.curation.score import states_pay
from services.notifier.domain.model import FoundBy, Preferred
from services.rules.placing import WORLDWIDE
from services.wording.amounts import weekly
from services.wording.facets import asked_in_words
from services.wording.lines import capitalised, quoted
from services.wording.places import any_of, places_listed, towns_in_words, worth_naming
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


def reach_line(posting: PostingCore, words: Words) -> str:
    """Where one may work from: `Remote from Germany or Austria`, `Hybrid, Augsburg, Germany`."""
    places = towns_in_words(posting.towns, words) or any_of(worth_naming(posting.reach), words)
    where = _where(posting, places, words)
    excluded = any_of(posting.reach.excluded, words)
    return words.say("{where}, except {places}", where=where, places=excluded) if excluded else where


def _where(posting: PostingCore, places: str, words: Words) -> str:
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


def timezones_line(zones: Timezones | None, words: Words) -> str:
    """`time zones UTC−1 to UTC+3`; empty where nothing is asked, or nearly the whole globe will do."""
    if zones is None or zones.max - zones.min >= _ALL_ROUND:
        return ""
    low, high = offset(zones.min), offset(zones.max)
    if low == high:
        return words.say("time zone {zone}", zone=low)
    return words.say("time zones {low} to {high}", low=low, high=high)


def level_line(posting: PostingCore, words: Words) -> str:
    """Level, forms of employment and hours: `Senior, part time, 20 hours a week`; empty where none is known."""
    level = words.say(SENIORITY[posting.seniority]) if posting.seniority else ""
    forms = asked_in_words("employment", posting.offered, words) if posting.offered else ""
    hours = weekly(posting.hours.min, posting.hours.max, words) if posting.hours else ""
    return ", ".join(part for part in (level, forms, hours) if part)


def no_pay_line(posting: PostingCore, words: Words) -> str:
    """`Pay not stated`, or empty where it is."""
    return "" if states_pay(posting) else words.say("Pay not stated")


def seen_on(posting: PostingCore, zone: ZoneInfo) -> date:
    """The reader's day on which a job was posted, or else found."""
    return posting.seen_at.astimezone(zone).date()


def age_line(seen: date, due: date, words: Words, *, posted: bool) -> str:
    """How old a job is on the reader's calendar: `posted yesterday`, `found today`, `posted on November 3`."""
    days = (due - seen).days
    if not posted:
        return _found(seen, days, words)
    if days <= 0:
        return words.say("posted today")
    if days == 1:
        return words.say("posted yesterday")
    if days <= _DAYS_IN_WORDS:
        return words.count("posted {count} day ago", "posted {count} days ago", days)
    return words.say("posted on {day}", day=day_and_month(seen, words))


def _found(day: date, days: int, words: Words) -> str:
    if days <= 0:
        return words.say("found today")
    if days == 1:
        return words.say("found yesterday")
    if days <= _DAYS_IN_WORDS:
        return words.count("found {count} day ago", "found {count} days ago", days)
    return words.say("found on {day}", day=day_and_month(day, words))


def day_and_month(day: date, words: Words) -> str:
    """`November 3`, `3. November`."""
    return str(format_skeleton("MMMMd", day, locale=words.locale))


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
