"""Part of the week, and the whole of it, in the office or at home; all patterns read lower-case text."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.rules.lexicon.builder import LANGUAGES, any_of, written

_ONE_TO_FOUR: Final = "[1-4]"


@dataclass(frozen=True, slots=True)
class Patterns:
    """What their words are for stands in rules/lexicon/meanings.toml."""

    parts: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    """Each with what it needs at least, which spares most stretches the long pattern.

    Some days of the week in the office, or at home: hybrid, whatever it is called. A share of the time there: likewise;
    the whole, `80-100 %`, is none.
    """
    share: re.Pattern[str]
    weekdays: re.Pattern[str]
    """Named days in the office, one who comes there said before: `you come to the office on Tuesdays and Thursdays`."""
    others: re.Pattern[str]
    """Before a share: so many of the people work so."""
    once: re.Pattern[str]
    """Before days: they come once."""
    rarely: re.Pattern[str]
    """After such days: a visit, and no part of the week."""


@cache
def office() -> str:
    """Compose what a place of the employer is called: `our Lyon office`."""
    return rf"(?:{_words('the')} )?(?:[\w-]+ ){{0,5}}{_words('office')}s?"


def all_week() -> str:
    """Compose the whole week: behind the office, on-site."""
    return _words("all_week")


@cache
def patterns() -> Patterns:
    """The patterns, compiled once."""
    some, share = re.compile(rf"\b(?:{_few()} ?{_day()}|{_words('times')}|{_ONE_TO_FOUR}x)\b"), re.compile(_share())
    return Patterns(
        parts=(
            (some, re.compile(_days())),
            (re.compile(rf"\d ?(?:%|{_words('percent')})"), share),
        ),
        share=share,
        weekdays=re.compile(_weekdays()),
        others=re.compile(rf"\b{_words('people')}\b[^.\n,;]{{0,20}}$"),
        once=re.compile(rf"\b{_words('once')}\b[^.,;\n]{{0,30}}$"),
        rarely=re.compile(rf"\W{{0,3}}{any_of('week.rarely')}| ?/ ?{_words('month')}\b"),
    )


def _words(entry: str) -> str:
    return any_of(f"week.{entry}", whole=False)


def _few() -> str:
    some, all_days = f"(?:{_ONE_TO_FOUR}|{_words('some')})", any_of("zone.number.five", whole=False)
    return rf"{some}(?:\s?(?:-|–|/|{_words('to')})\s?(?:{some}|5|{all_days}))?\+?(?: {_words('full')})?"


def _day() -> str:
    return rf"(?:{_words('day_of')}?[ -]?{_words('day')})"


def _week() -> str:
    week = _words("week")
    return rf"(?:,? {_words('per')} ?{week}| ?/ ?{week}| {_words('weekly')})"


def _in_office(before: str) -> str:
    """In the office, behind words of the entry `before`; in person."""
    return rf"(?:{_words(before)}[- ]?(?:{_words('presence')}|{office()})|{_words('at_office')})"


def _about() -> str:
    return rf"(?:{_words('about')} )"


def _not_elsewhere() -> str:
    return rf"(?![^.\n,;]{{0,25}}{any_of('week.elsewhere')})"


def _days() -> str:
    few, day, week, home, about, at = _few(), _day(), _week(), _words("home"), _about(), _in_office("in")
    times, in_words = rf"(?:{_words('times')}|{_ONE_TO_FOUR}x)", rf"\(?{about}?"
    possible = rf"(?:(?: {_words('work')})?(?: {_words('is')})? {_words('possible')})?"
    return (
        rf"\b(?:{few} {_words('day_of')}[- ]?{_words('day')}\b"
        rf"|{few} ?{day}(?:{week})?,? (?:{_words('spent')} )?(?:{at}|{home})\b{_not_elsewhere()}"
        rf"|(?:{at}|{home})(?: {_words('of_town')} [\w-]+)?{possible}(?:,? | ?: ?| ?\(| [-–] ){about}{{0,2}}"
        rf"{few} ?{day}(?:{week}| ?\)|(?<=:)(?=$|\n))"
        rf"|(?:{home}|{_words('place_label')}) ?: ?{about}?{few} ?{day}"
        rf"|{_words('in')}[- ](?:{office()}|{_words('presence')})[ ,(]{{1,2}}{about}?{few} ?{_words('day')}\b"
        rf"|{_words('into')} {office()},?\s{in_words}{times}{week}\b"
        rf"|{_words('office')}s? {_words('regularly')} \({_ONE_TO_FOUR}x{week}\))"
    )


def _share() -> str:
    part = rf"(?:(?:\d\d ?(?:%|{_words('percent')})? ?(?:-|–|{_words('to')}) ?)?[1-9]\d ?(?:%|{_words('percent')}))"
    home, about = _words("home"), _about()
    return (
        rf"(?<![\d\-–])(?<![\d\-–] ){part}(?: {_words('of_time')})? (?:{_words('share_in')} )?"
        rf"(?:{_in_office('in')}|{home})\b{_not_elsewhere()}"
        rf"|\b{home}(?:[- ]?{_words('share')})?(?: ?: ?| ?\(| ){about}?{part}(?! ?[-–] ?\d)"
        rf"|\b{_words('share_label')}[: ]{{1,3}}(?:{_words('share_is')} )?{about}?{part}"
    )


def _weekdays() -> str:
    to_be, at, short, weekday = any_of("week.to_be"), _in_office("into"), _words("weekday_short"), _words("weekday")
    listed = rf"{weekday}(?:(?:,| &|/| {_words('and')}){{1,2}} ?(?:{_words('on')} )?{weekday}){{0,3}}"
    not_on = rf"\b(?! ?(?:-|–|/|\d|{_words('clock')} \d|{any_of('week.until')}))"
    ends = (word for language in LANGUAGES for word in written("week.range", language))
    not_of = "".join(rf"(?<!\b{word} )" for word in dict.fromkeys(ends)) + "(?<![-–])(?<![-–] )"
    return (
        rf"{to_be}[^.\n]{{0,30}}?\b{at}\b[^.\n]{{0,25}}?{not_of}\b{listed}{not_on}"
        rf"|{to_be}[^.\n]{{0,20}}?{not_of}\b{listed}{not_on}[^.\n]{{0,15}}?\b{at}\b"
        rf"|{not_of}\b{listed}{not_on}[^.\n]{{0,30}}?{to_be}[^.\n]{{0,20}}?\b{at}\b"
        rf"|{any_of('week.office_day')}[^.\n]{{0,25}}?\b{listed}{not_on}"
        rf"|{any_of('week.days_label')} ?[:(] ?{short}\b(?:(?:, ?| {_words('and')} | & |/){short}\b)*"
        rf"(?! ?(?:-|–|{_words('until')}\b))"
    )
