"""Every sentence of a digest, as plain functions of its facts: English now, one place to translate later."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from schemas.posting import Employment, PostingCore, Reach, Seniority, Timezones
from services.notifier.domain.amounts import brief_top
from services.notifier.domain.model import Cadence, Digest, FoundBy, Item, Sender
from services.notifier.domain.score import states_pay
from services.rules.phrases import place_phrase
from services.rules.places import countries_of, country_of

LANGUAGES = frozenset({"en"})
"""Languages that the sentences here exist in."""
FALLBACK_LOCALE = "en"

LABELS = {
    "why": "Why",
    "nearly": "Nearly",
    "nearly_note": "These miss what you asked for by a little.",
    "off": "What is off",
    "found_by": "Found by",
    "source": "via",
    "not_relevant": "Not relevant",
    "hide_company": "Hide this company",
    "manage": "Change your searches",
    "unsubscribe": "Unsubscribe",
}
"""The fixed words of the templates."""

_MOST_TITLE = 160
_MOST_SUBJECT_TITLE = 60
_MOST_PLACES = 4
_DAYS_IN_WORDS = 14
_ALL_ROUND = 20.0
"""Hours between the first and the last time zone from which on they tell nothing."""
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

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
_CADENCE: dict[Cadence, str] = {"instant": "sent as jobs come in", "daily": "sent daily", "weekly": "sent weekly"}
_NEVER_SHOWN = frozenset({"status"})


def locale_of(wanted: str) -> str:
    """The reader's locale where its language is one of ours, so that words and numbers agree; else English."""
    try:
        locale = Locale.parse(wanted.replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        return FALLBACK_LOCALE
    return str(locale) if locale.language in LANGUAGES else FALLBACK_LOCALE


def zone_of(name: str) -> ZoneInfo:
    """The reader's time zone; UTC where the name is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def one_line(text: str, most: int = _MOST_TITLE) -> str:
    """Foreign text made safe for a line: no control or direction-changing characters, single spaces, cut with `…`."""
    visible = "".join(
        character if character not in _BIDI_CONTROLS and unicodedata.category(character) not in ("Cc", "Cs") else " "
        for character in text
    )
    line = " ".join(visible.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def subject(digest: Digest, locale: str) -> str:
    """What is inside, best first: `3 new remote Python jobs, best pays up to €95K`."""
    top = best_top(digest, locale)
    if len(digest.items) == 1:
        posting = digest.items[0].posting
        title = one_line(posting.title, _MOST_SUBJECT_TITLE)
        company = one_line(posting.company.name, _MOST_SUBJECT_TITLE)
        at = f" at {company}" if company else ""
        return f"New job: {title}{at}{f', up to {top}' if top else ''}"
    return f"{headline(digest)}{f', best pays up to {top}' if top else ''}"


def headline(digest: Digest) -> str:
    """How many jobs of what kind: `3 new remote Python jobs`."""
    count = len(digest.items)
    kind = " ".join(part for part in (_shared_workplace(digest.items), _shared_skills(digest.items)) if part)
    noun = "job" if count == 1 else "jobs"
    if kind:
        return f"{count} new {kind} {noun}"
    names = {found.search.name for item in digest.items for found in item.found_by}
    if len(names) == 1:
        return f"{count} new {noun} for “{one_line(names.pop(), _MOST_SUBJECT_TITLE)}”"
    return f"{count} new {noun} for {len(names)} of your searches"


def preheader(digest: Digest) -> str:
    """The line that a mailbox shows beside the subject: companies, or titles, and near misses."""
    if len(digest.items) == 1:
        shown = [reason_line(digest.items[0])]
    else:
        shown = [
            f"{one_line(item.posting.title, 50)} at {one_line(item.posting.company.name, 40)}"
            for item in digest.items[:3]
        ]
        if len(digest.items) > 3:
            shown.append(f"{len(digest.items) - 3} more")
    if digest.near:
        shown.append(near_count(len(digest.near)))
    return " · ".join(part for part in shown if part)


def near_count(count: int) -> str:
    """`2 near misses`."""
    return "1 near miss" if count == 1 else f"{count} near misses"


def best_top(digest: Digest, locale: str) -> str:
    """The highest yearly pay among the items, in the reader's currency, or empty where none is known."""
    currency = digest.recipient.currency
    paid = [item.posting.salary for item in digest.items if item.posting.salary is not None]
    tops = [salary for salary in paid if salary.tops.get(currency)]
    if not tops:
        return ""
    return brief_top(max(tops, key=lambda salary: salary.tops[currency]), currency, locale)


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
    """Why its first search found a job, the most telling reasons first: `Asks for Python; pays up to ...`."""
    # That pay is not stated stands among the details already.
    silent = _NEVER_SHOWN if states_pay(item.posting) else _NEVER_SHOWN | {"salary"}
    reasons = item.found_by[0].verdict.reasons
    return _sentence([one.text for one in reasons if one.fit == "yes" and one.criterion not in silent][:most])


def fault_line(found: FoundBy) -> str:
    """What keeps a near miss from fitting."""
    return _sentence([reason.text for reason in found.verdict.reasons if reason.fit == "near"])


def found_line(found_by: Sequence[FoundBy]) -> str:
    """The searches that found a job, quoted."""
    return ", ".join(f"“{one_line(found.search.name, 60)}”" for found in found_by)


def more_line(left_out: int) -> str:
    """What the cap left out."""
    if left_out == 0:
        return ""
    if left_out == 1:
        return "1 more job fits; these are the ones that fit best."
    return f"{left_out} more jobs fit; these are the ones that fit best."


def why_line(digest: Digest) -> str:
    """Why the reader gets this mail."""
    names = [f"“{one_line(search.name, 60)}”" for search in digest.searches]
    if len(names) == 1:
        return f"You get this mail because you saved the search {names[0]} ({_CADENCE[digest.searches[0].cadence]})."
    return f"You get this mail because you saved the searches {_all_of(names)}."


def day_line(digest: Digest, zone: ZoneInfo, locale: str) -> str:
    """The reader's day: `Wednesday, 25 November 2026`."""
    return str(format_date(digest.due_at.astimezone(zone).date(), "EEEE, d MMMM y", locale=locale))


def sender_line(sender: Sender) -> str:
    """The sender's name and postal address, the name once."""
    if not sender.postal_address or sender.postal_address.startswith(sender.name):
        return sender.postal_address or sender.name
    return f"{sender.name}, {sender.postal_address}"


def capitalised(line: str) -> str:
    """The first letter large, the others as they are."""
    return line[:1].upper() + line[1:]


def _sentence(texts: Iterable[str]) -> str:
    return capitalised("; ".join(one_line(text, 240).rstrip(".") for text in texts))


def _shared_workplace(items: Sequence[Item]) -> str:
    kinds = {item.posting.workplace for item in items}
    return kinds.pop() if kinds in ({"remote"}, {"hybrid"}) else ""


def _shared_skills(items: Sequence[Item]) -> str:
    """The skills that the finding searches ask for, where they are few enough to name."""
    asked = {
        (found.search.criteria.skills.all, found.search.criteria.skills.any)
        for item in items
        for found in item.found_by
    }
    if len(asked) != 1:
        return ""
    wanted, either = asked.pop()
    if wanted and len(wanted) <= 2:
        return " and ".join(wanted)
    return " or ".join(either) if not wanted and 0 < len(either) <= 2 else ""


def _places(reach: Reach, locale: str) -> str:
    """The places of a reach, each once: a country goes without saying beside its group, or beside parts of it."""
    grouped = frozenset[str]().union(*(countries_of(group) for group in reach.groups))
    parted = {country_of(part) for part in reach.subdivisions}
    countries = [code for code in reach.countries if code not in grouped and code not in parted]
    return _some((*reach.groups, *countries, *reach.subdivisions), locale)


def _some(codes: Sequence[str], locale: str) -> str:
    names = [place_phrase(code, locale) for code in codes]
    if len(names) <= _MOST_PLACES:
        return _either(names)
    return f"{', '.join(names[: _MOST_PLACES - 1])} or {len(names) - _MOST_PLACES + 1} other places"


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else ""


def _all_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _offset(hours: float) -> str:
    minutes = round(abs(hours) * 60)
    sign = "−" if hours < 0 else "+"
    whole, rest = divmod(minutes, 60)
    return f"UTC{sign}{whole}{f':{rest:02d}' if rest else ''}"
