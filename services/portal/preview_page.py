"""A preview in the reader's words: what a page shows of what a search finds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final
from urllib.parse import urlencode

from babel.numbers import format_compact_currency, format_decimal, format_percent

from schemas.criteria import Criteria
from services.portal.about_oneself import covered, readable, reader_of
from services.portal.forms import fault_in
from services.portal.gains import ShownGains, names_trade, rate_in_words, shown_gains
from services.portal.kinds import ShownKinds, opens, shown_kinds
from services.portal.search_form import asking, search_of
from services.runtime.web.bars import Bar, Drawing
from services.usecases.errors import WrongFieldError
from services.usecases.live_previews import LivePreviews, Recipient
from services.usecases.previewed import LivePreview, Loosened, Opening, PayBin, PayRange, Taste
from services.usecases.searches import WantedSearch, query_of
from services.usecases.wording import (
    ShownJob,
    capitalised,
    criteria_in_words,
    doubts_briefly,
    each_in_words,
    shown_job,
    why_briefly,
)
from services.wording.dates import day_of_year
from services.wording.words import Words, mark

_MANY_A_DAY: Final = 20
ENOUGH: Final = 1.0
"""Jobs mailed a week: with fewer a search brings hardly anything."""
_NEARLY_ALL: Final = 0.8
"""Of all postings: a wish that so many fit narrows nothing."""
_PLOT: Final = Drawing(width=300.0, height=48.0, gap=1.5)

EVERY_TRADE: Final = mark(
    "As it is, jobs of every trade fit, and few of them would be yours. Name a job title or a skill."
)

NOTHING_ASKED: Final[Mapping[str, Any]] = {
    "preview": None,
    "note": "",
    "fault": None,
    "asks_again": False,
    "looks_for": "",
    "kept_out": (),
    "covered": None,
}
"""`fault`: a WrongFieldError, of which `note` tells; `asks_again`: whether the page does by itself, soon; `looks_for`:
all that is asked for; `kept_out`: sentences on what of whom it is for nobody can read; `covered`: what else
counts as what they avoid, None at home, where the form does not ask it."""


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """A preview in the reader's words."""

    headline: str
    few: bool
    """Less than one is mailed a week."""
    mails: str
    """How often a mail comes; empty where none would."""
    passing: str
    days: Sequence[Bar]
    days_said: str
    by_week: str
    """The numbers of that plot, for who does not see it."""
    pay: Sequence[Bar]
    pay_said: str
    by_pay: str
    """Likewise."""
    pay_range: PayRange | None
    jobs: Sequence[tuple[ShownJob, Sequence[str]]]
    near: Sequence[tuple[ShownJob, Sequence[str]]]
    unlikely: Sequence[tuple[ShownJob, Sequence[str]]]
    """What fits and is not mailed, each with what speaks against it."""
    kinds: ShownKinds
    gains: "ShownGains"
    feed: str
    """What the address of the same as a feed asks for."""
    openings: Sequence[tuple[str, str]]
    """Skills that would let in more, and what is said of each."""
    advice: str


def previewed(
    live: LivePreviews, given: Mapping[str, str], words: Words, now: datetime, *, weighed: bool = True
) -> dict[str, Any]:
    """What the piece of a page names: a preview, or a fault of a field.

    `weighed`: whether what would find more is weighed too, which takes as long again. Raises UnavailableError.
    """
    given, kept_out = readable(given, words)
    nothing = {**NOTHING_ASKED, "kept_out": kept_out}
    try:
        wanted, reader = search_of(given, words), reader_of(given, words)
    except WrongFieldError as error:
        return {**nothing, "note": fault_in(error, words), "fault": error}
    if "address" in given:
        nothing["covered"] = covered(reader.avoids, words)
    if wanted is None:
        return nothing
    asked = {**nothing, "looks_for": capitalised(" · ".join(criteria_in_words(wanted.criteria, words)))}
    if not live.ready:
        note = words.say("The postings of the last days are still being read: a minute more.")
        return {**asked, "note": note, "asks_again": True}
    query = query_of(wanted)
    found = live.preview(query, reader, now)
    loosened = live.loosened(query, reader, now) if weighed else None
    return {**asked, "preview": _shown(found, loosened, wanted, given, words, live.count)}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What somebody is told to expect of a search that they have or are about to have."""

    headline: str
    advice: str
    """Why nothing comes, or that no change would bring more; empty where there is nothing of it to say."""
    looser: Sequence[tuple[str, str]]
    """Where hardly anything comes, what would bring more, each with what a form that does it sends."""


def outlook(
    live: LivePreviews,
    wanted: WantedSearch,
    given: Mapping[str, str],
    reader: Recipient,
    words: Words,
    now: datetime,
    *,
    whatever_comes: bool = False,
) -> Outlook | None:
    """What comes of a search, and where hardly anything does, why and what would; None while postings are still being
    read.

    `whatever_comes`: say what would bring more in any case. Raises UnavailableError.
    """
    if not live.ready:
        return None
    query = query_of(wanted)
    found = live.preview(query, reader, now)
    a_week = found.taste.jobs_a_week
    if a_week >= ENOUGH and not whatever_comes:
        return Outlook(_headline(found, words), "", ())
    gains = shown_gains(found, live.loosened(query, reader, now), wanted, given, words, live.count)
    why = () if a_week else (_passing(found.taste, words), _advice(found, wanted.criteria, words))
    said = " ".join(filter(None, [*why, gains.nothing]))
    return Outlook(_headline(found, words), said, gains.buttons)


def _shown(
    preview: LivePreview,
    loosened: Sequence[Loosened] | None,
    wanted: WantedSearch,
    given: Mapping[str, str],
    words: Words,
    count: Callable[[Criteria], int],
) -> ShownPreview:
    found, taste, asked = preview.found, preview.taste, wanted.criteria
    say, floor = words.say, asked.salary_floor
    pay = _pay_bars(preview, words)
    return ShownPreview(
        headline=_headline(preview, words),
        few=taste.jobs_a_week < ENOUGH,
        mails=_often(taste.mails_a_week, wanted.timing.cadence, words) if taste.passing else "",
        passing=_passing(taste, words),
        days=_day_bars(preview, words),
        days_said=say(
            "By the day on which they came, {first} to {last}",
            first=_day(preview, 0, words),
            last=_day(preview, -1, words),
        ),
        by_week=_by_week(preview, words),
        pay=pay,
        pay_said=_pay_said(preview.pay, preview.currency, words),
        by_pay=_semicolon(words).join(bar.title for bar in pay),
        pay_range=preview.pay_range(floor.period if floor else given["period"]),
        jobs=[(shown_job(item.posting, words), why_briefly(item, words)) for item in taste.best],
        near=[(shown_job(item.posting, words), why_briefly(item, words)) for item in taste.near],
        unlikely=[
            (shown_job(posting, words), tuple(filter(None, [doubts_briefly(chance, posting, words)])))
            for posting, chance in taste.unlikely
        ],
        kinds=shown_kinds(preview, asked, given, words),
        gains=shown_gains(preview, loosened, wanted, given, words, count, beside_kinds=True),
        feed=urlencode(asking(given)),
        openings=[(opening.skill, _opened(opening, words)) for opening in found.openings],
        advice=_advice(preview, asked, words) if names_trade(asked) else words.say(EVERY_TRADE),
    )


def _semicolon(words: Words) -> str:
    """In French with a space before it."""
    return f"{words.say(mark(';'))} "


def _headline(preview: LivePreview, words: Words) -> str:
    """At what rate jobs are mailed, and how many fit."""
    matching, a_week = preview.found.matching, preview.taste.jobs_a_week
    fit = words.count(
        "1 job of the last {days} days fits",
        "{shown} jobs of the last {days} days fit",
        matching,
        shown=format_decimal(matching, locale=words.locale),
        days=preview.days,
    )
    if a_week:
        return f"{capitalised(rate_in_words(a_week, preview.days, words))}{_semicolon(words)}{fit}"
    return words.say("{fit}; nothing would have been mailed", fit=fit) if matching else fit


def _by_week(preview: LivePreview, words: Words) -> str:
    """By the first day of each seven: `from Jun 2: 3; from Jun 9: 0`."""
    say, number = words.say, partial(format_decimal, locale=words.locale)
    weeks = range(0, len(preview.by_day), 7)
    counts = (sum(count for _, count in preview.by_day[at : at + 7]) for at in weeks)
    return _semicolon(words).join(
        say("from {day}: {count}", day=_day(preview, at, words), count=number(count))
        for at, count in zip(weeks, counts, strict=True)
    )


def _often(mails_a_week: float, cadence: str, words: Words) -> str:
    if cadence == "weekly":
        mails_a_week = min(mails_a_week, 1.0)
    if mails_a_week >= 6:
        return words.say("A mail like this, nearly every day")
    if mails_a_week >= 1.5:
        return words.say("A mail like this, about {count} times a week", count=round(mails_a_week))
    if mails_a_week >= 0.6:
        return words.say("A mail like this, about once a week")
    return words.say("A mail like this, now and then")


def _passing(taste: Taste, words: Words) -> str:
    if not taste.weighed:
        return ""
    why_not = words.say("The others fit by the letter, and are unlikely to be what you want.") if taste.unlikely else ""
    if not taste.passing:
        # That nothing would have been mailed stands in the headline.
        why_not = words.count(
            "It fits by the letter, and is unlikely to be what you want.",
            "They fit by the letter, and are unlikely to be what you want.",
            taste.weighed,
        )
        return " ".join(filter(None, [why_not if taste.unlikely else "", _by_reader(taste, words)]))
    number = partial(format_decimal, locale=words.locale)
    likely = words.say(
        "Likely enough to be mailed: {passing} of the newest {weighed}.",
        passing=number(taste.passing),
        weighed=number(taste.weighed),
    )
    return " ".join(filter(None, [likely, _by_reader(taste, words), why_not]))


def _by_reader(taste: Taste, words: Words) -> str:
    """What of it is by where the reader says that they live, for how long they have worked, and as what."""
    number = partial(format_decimal, locale=words.locale)
    out = words.count(
        "What you say of yourself leaves out {shown} of them.",
        "What you say of yourself leaves out {shown} of them.",
        taste.left_out,
        shown=number(taste.left_out),
    )
    more = words.count(
        "What you say of yourself lets in {shown} of them.",
        "What you say of yourself lets in {shown} of them.",
        taste.brought_in,
        shown=number(taste.brought_in),
    )
    return " ".join([*([out] if taste.left_out else []), *([more] if taste.brought_in else [])])


def _opened(opening: Opening, words: Words) -> str:
    said = opens(opening.skill, opening.more, words)
    if opening.pay_percent is None:
        return said
    percent = format_percent(abs(opening.pay_percent) / 100, locale=words.locale)
    if opening.pay_percent == 0:
        return words.say("{opening}, typically for the same pay", opening=said)
    if opening.pay_percent < 0:
        return words.say("{opening}, typically for {percent} less pay", opening=said, percent=percent)
    return words.say("{opening}, typically for {percent} more pay", opening=said, percent=percent)


def _advice(preview: LivePreview, asked: Criteria, words: Words) -> str:
    found = preview.found
    if found.matching > _MANY_A_DAY * preview.days:
        broad = [name for name, fit in found.alone if fit > _NEARLY_ALL * preview.postings]
        much = words.say("That is a lot: a skill, a place or a floor makes the mails better.")
        if not broad:
            return much
        broadest = words.say("Nearly everything fits this: {names}.", names=_named(broad, asked, words))
        return f"{much} {broadest}"
    if found.matching:
        return ""
    waits = words.say("As it is, no mail comes until such a job is posted.")
    return f"{_why_none(preview, asked, words)} {waits}".lstrip()


def _why_none(preview: LivePreview, asked: Criteria, words: Words) -> str:
    found = preview.found
    if never := [name for name, fit in found.alone if not fit]:
        names = _named(never, asked, words)
        return words.say("No job of these days fits this, whatever else you ask for: {names}.", names=names)
    if len(found.conflict) > 1:
        clash = words.say(
            "Each of these finds jobs, and no job of these days fits them together: {names}.",
            names=_named(found.conflict, asked, words),
        )
        alone = words.say("No single change finds any: ask for less.") if not found.without else ""
        return f"{clash} {alone}".rstrip()
    return ""


def _named(criteria: Sequence[str], asked: Criteria, words: Words) -> str:
    phrases = each_in_words(asked, words)
    return " · ".join(capitalised(phrases[name]) for name in criteria)


def _day(preview: LivePreview, at: int, words: Words) -> str:
    return day_of_year(preview.by_day[at][0], words.locale, short=True)


def _day_bars(preview: LivePreview, words: Words) -> list[Bar]:
    counts = [count for _, count in preview.by_day]
    titles = [f"{_day(preview, at, words)}: {count}" for at, count in enumerate(counts)]
    return _PLOT.bars(counts, titles) if any(counts) else []


@lru_cache(maxsize=4_096)
def _money(amount: int, currency: str, words: Words) -> str:
    return str(format_compact_currency(amount, currency, locale=words.locale))


def _pay_said(pay: Sequence[PayBin], currency: str, words: Words) -> str:
    if not pay:
        return ""
    lowest, highest = _money(pay[0].least, currency, words), _money(pay[-1].below, currency, words)
    return words.say("By the most that they pay in a year, {lowest} to {highest}", lowest=lowest, highest=highest)


def _pay_bars(preview: LivePreview, words: Words) -> list[Bar]:
    money = partial(_money, currency=preview.currency, words=words)
    titles = [f"{money(pay_bin.least)} - {money(pay_bin.below)}: {pay_bin.count}" for pay_bin in preview.pay]
    bars = _PLOT.bars([pay_bin.count for pay_bin in preview.pay], titles)
    return [replace(bar, lower=pay_bin.below <= preview.floor) for bar, pay_bin in zip(bars, preview.pay, strict=True)]
