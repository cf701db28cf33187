"""Every sentence about one job, as plain functions of its facts: English now, one place to translate later."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from schemas.posting import Employment, PostingCore, Reach, Seniority, Timezones
from services.notifier.domain.lines import capitalised, either, one_line
from services.notifier.domain.model import FoundBy, Item
from services.notifier.domain.score import states_pay
from services.notifier.domain.telling import in_telling_order, most_telling
from services.rules.phrases import place_phrase
from services.rules.places import countries_of, country_of

_MOST_PLACES = 4
_DAYS_IN_WORDS = 14
_ALL_ROUND = 20.0
"""Hours between the first and the last time zone from which on they tell nothing."""
_SENIORITY: dict[Seniority, str] = {
    "intern": "Internship level",
    "junior": "Junior",
    "mid": "Mid-level",
    "senior": "Senior",
    "lead": "Lead",
    "staff": "Staff",
    "principal": "Principal",
    "manager": "Manager",
    "director": "Director",
    "executive": "Executive",
}
_EMPLOYMENT: dict[Employment, str] = {
    "full_time": "full time",
    "part_time": "part time",
    "contract": "contract",
    "temporary": "temporary",
    "internship": "internship",
    "freelance": "freelance",
}
_NEVER_SHOWN = frozenset({"status"})


def reach_line(posting: PostingCore, locale: str) -> str:
    """Where one may work from: `Remote from Germany or Austria`, `Remote from anywhere`, `Hybrid, Germany`."""
    places = _places(posting.reach, locale)
    except_for = _some(posting.reach.excluded, locale)
    outside = f", except {except_for}" if except_for else ""
    if posting.workplace in ("remote", "unknown") and posting.reach.scope == "worldwide":
        return f"{'Remote' if posting.workplace == 'remote' else 'Work'} from anywhere{outside}"
    if posting.workplace == "remote":
        return f"Remote from {places}{outside}" if places else f"Remote; from where is not stated{outside}"
    kind = {"hybrid": "Hybrid", "onsite": "On site"}.get(posting.workplace, "")
    if not kind:
        return f"{places[:1].upper()}{places[1:]}{outside}" if places else "Place not stated"
    return f"{kind}, {places}{outside}" if places else kind


def timezones_line(zones: Timezones | None) -> str:
    """`UTC−1 to UTC+3`; empty where nothing is asked, or nearly the whole globe will do."""
    if zones is None or zones.max - zones.min >= _ALL_ROUND:
        return ""
    low, high = _offset(zones.min), _offset(zones.max)
    return f"time zone {low}" if low == high else f"time zones {low} to {high}"


def level_line(posting: PostingCore) -> str:
    """Level and kind of employment: `Senior, full time`; empty where neither is known."""
    level = _SENIORITY[posting.seniority] if posting.seniority else ""
    kind = _EMPLOYMENT[posting.employment] if posting.employment else ""
    return ", ".join(part for part in (level, kind) if part)


def no_pay_line(posting: PostingCore) -> str:
    """`Pay not stated`, or empty where it is."""
    return "" if states_pay(posting) else "pay not stated"


def age_line(posting: PostingCore, due_at: datetime, zone: ZoneInfo, locale: str) -> str:
    """How old the job is on the reader's calendar: `posted yesterday`, `found today`, `posted on 3 November`."""
    verb = "posted" if posting.posted_at is not None else "found"
    day = posting.seen_at.astimezone(zone).date()
    days = (due_at.astimezone(zone).date() - day).days
    if days <= 0:
        return f"{verb} today"
    if days == 1:
        return f"{verb} yesterday"
    if days <= _DAYS_IN_WORDS:
        return f"{verb} {days} days ago"
    return f"{verb} on {format_date(day, 'd MMMM', locale=locale)}"


def reason_line(item: Item, most: int = 3) -> str:
    """Why its most telling search found a job, the best reasons first: `Asks for Python; pays up to ...`."""
    # That pay is not stated stands among the details already.
    silent = _NEVER_SHOWN if states_pay(item.posting) else _NEVER_SHOWN | {"salary"}
    reasons = most_telling(item).verdict.reasons
    fitting = [one for one in reasons if one.fit == "yes" and one.criterion not in silent]
    return _sentence([one.text for one in in_telling_order(fitting)[:most]])


def fault_line(item: Item) -> str:
    """What keeps a near miss from fitting the search that `reason_line` explains it by."""
    return _sentence([reason.text for reason in most_telling(item).verdict.reasons if reason.fit == "near"])


def found_line(found_by: Sequence[FoundBy]) -> str:
    """The searches that found a job, quoted."""
    return ", ".join(f"“{one_line(found.search.name, 60)}”" for found in found_by)


def _sentence(texts: Iterable[str]) -> str:
    return capitalised("; ".join(one_line(text, 240).rstrip(".") for text in texts))


def _places(reach: Reach, locale: str) -> str:
    """The places of a reach, each once: a country goes without saying beside its group, or beside parts of it."""
    grouped = frozenset[str]().union(*(countries_of(group) for group in reach.groups))
    parted = {country_of(part) for part in reach.subdivisions}
    countries = [code for code in reach.countries if code not in grouped and code not in parted]
    return _some((*reach.groups, *countries, *reach.subdivisions), locale)


def _some(codes: Sequence[str], locale: str) -> str:
    names = [place_phrase(code, locale) for code in codes]
    if len(names) <= _MOST_PLACES:
        return either(names)
    return f"{', '.join(names[: _MOST_PLACES - 1])} or {len(names) - _MOST_PLACES + 1} other places"


def _offset(hours: float) -> str:
    minutes = round(abs(hours) * 60)
    sign = "−" if hours < 0 else "+"
    whole, rest = divmod(minutes, 60)
    return f"UTC{sign}{whole}{f':{rest:02d}' if rest else ''}"
