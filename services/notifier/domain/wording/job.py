"""What is said of one job, but for why it was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.numbers import format_decimal

from schemas.criteria import SalaryFloor
from schemas.posting import PostingCore, Salary, Seniority, Timezones
from services.notifier.domain.curation.score import states_pay
from services.notifier.domain.model import FoundBy, Preferred
from services.rules.criterion.salary import annual_floor
from services.rules.money import annual_range
from services.rules.placing import WORLDWIDE
from services.wording.amounts import floor_in_words, percent, weekly
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
_LEAST, _MOST = 0.5, 3.0
"""The scale, in floors: the floor itself stands a fifth along, on every bar."""
_NARROWEST = 4
"""Percent of the width; what is stated as one amount can still be seen."""
_MANIFOLD = 2.0
"""So many floors are easier to grasp than by how many percent they are above one."""
_CHARACTERS = 36
"""Of a width that one of them shows the floor."""
Kind = Literal["rail", "under", "floor", "paid"]
_DRAWN: dict[Kind, str] = {"rail": "─", "floor": "┃", "paid": "━"}


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


FLOOR_AT = round(100 * (1.0 - _LEAST) / (_MOST - _LEAST))


@dataclass(frozen=True, slots=True)
class PayBar:
    """Where on a scale of 0 to 100 the pay begins and ends, and what that says."""

    start: int
    end: int
    caption: str
    """`up to 36% above your floor of €70K`."""

    @property
    def pieces(self) -> tuple[tuple[Kind, int], ...]:
        """What to draw from one end to the other, and how many percent of the width each takes."""
        runs = groupby(map(self._kind, range(100)))
        return tuple((kind, sum(1 for _ in run)) for kind, run in runs)

    @property
    def line(self) -> str:
        """The same in characters: `───────┃──━━━━━━━───────────────────`."""
        return "".join(map(self._character, range(_CHARACTERS)))

    def _character(self, at: int) -> str:
        """One of the line: the floor where it takes that in, else pay where it takes in any."""
        first, last = 100 * at // _CHARACTERS, 100 * (at + 1) // _CHARACTERS
        if first <= FLOOR_AT < last:
            return _DRAWN["floor"]
        return _DRAWN["paid" if first < self.end and self.start < last else "rail"]

    def _kind(self, at: int) -> Kind:
        if at == FLOOR_AT:
            return "floor"
        if not self.start <= at < self.end:
            return "rail"
        return "under" if at < FLOOR_AT else "paid"


def pay_bar(salary: Salary | None, floor: SalaryFloor | None, words: Words) -> PayBar | None:
    """The bar of a job's yearly pay in the floor's currency; None where there is no floor, or nothing to hold to it."""
    needed = annual_floor(floor) if floor is not None else None
    if salary is None or floor is None or not needed:
        return None
    low, high = annual_range(salary, floor.currency)
    if high is None:
        return None
    start, end = _widened(_place((low if low is not None else high) / needed), _place(high / needed))
    return PayBar(start, end, _caption(high / needed, floor_in_words(floor, words), words))


def _widened(start: int, end: int) -> tuple[int, int]:
    """Wide enough to be seen, on the scale, and never across the floor: pay above it does not begin below."""
    short = max(_NARROWEST - (end - start), 0)
    if start > FLOOR_AT:
        end = min(end + short, 100)
        return min(start, end - _NARROWEST), end
    start = max(start - short, 0)
    return start, max(end, start + _NARROWEST)


def _place(floors: float) -> int:
    return round(100 * (min(max(floors, _LEAST), _MOST) - _LEAST) / (_MOST - _LEAST))


def _caption(floors: float, floor: str, words: Words) -> str:
    share = percent(abs(floors - 1.0), words.locale)
    if round(floors, 2) == 1.0:
        return words.say("just at your floor of {floor}", floor=floor)
    if floors >= _MANIFOLD:
        times = format_decimal(floors, "#,##0.#", locale=words.locale)
        return words.say("up to {times} times your floor of {floor}", times=times, floor=floor)
    if floors > 1.0:
        return words.say("up to {percent} above your floor of {floor}", percent=share, floor=floor)
    return words.say("{percent} below your floor of {floor}", percent=share, floor=floor)
