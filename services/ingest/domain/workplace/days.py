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
    return rf"(?:{_any('the')} )?(?:[\w-]+ ){{0,3}}{_any('office')}s?"


def all_week() -> str:
    """Compose the whole week: behind the office, on-site."""
    return _any("all_week")


@cache
def patterns() -> Patterns:
    """The patterns, compiled once."""
    some, share = re.compile(rf"\b(?:{_few()} ?{_day()}|{_any('times')}|{_ONE_TO_FOUR}x)\b"), re.compile(_share())
    return Patterns(
        parts=(
            (some, re.compile(_days())),
            (re.compile(rf"\d ?(?:%|{_any('percent')})"), share),
        ),
        share=share,
        weekdays=re.compile(_weekdays()),
        others=re.compile(rf"\b{_any('people')}\b[^.\n,;]{{0,20}}$"),
        once=re.compile(rf"\b{_any('once')}\b[^.,;\n]{{0,30}}$"),
        rarely=re.compile(rf"\W{{0,3}}{any_of('week.rarely')}| ?/ ?{_any('month')}\b"),
    )


def _any(entry: str) -> str:
    return any_of(f"week.{entry}", whole=False)


def _few() -> str:
    some, all_days = f"(?:{_ONE_TO_FOUR}|{_any('some')})", any_of("zone.number.five", whole=False)
    return rf"{some}(?:\s?(?:-|–|/|{_any('to')})\s?(?:{some}|5|{all_days}))?\+?(?: {_any('full')})?"


def _day() -> str:
    return rf"(?:{_any('day_of')}?[ -]?{_any('day')})"


def _week() -> str:
    week = _any("week")
    return rf"(?:,? {_any('per')} ?{week}| ?/ ?{week}| {_any('weekly')})"


def _there(before: str) -> str:
    """In the office, behind words of the entry `before`; in person."""
    return rf"(?:{_any(before)}[- ]?(?:{_any('presence')}|{office()})|{_any('at_office')})"


def _about() -> str:
    return rf"(?:{_any('about')} )"


def _not_there() -> str:
    return rf"(?![^.\n,;]{{0,25}}{any_of('week.elsewhere')})"


def _days() -> str:
    few, day, week, home, about, at = _few(), _day(), _week(), _any("home"), _about(), _there("in")
    times, in_words = rf"(?:{_any('times')}|{_ONE_TO_FOUR}x)", rf"\(?{about}?"
    possible = rf"(?:(?: {_any('work')})?(?: {_any('is')})? {_any('possible')})?"
    return (
        rf"\b(?:{few} {_any('day_of')}[- ]?{_any('day')}\b"
        rf"|{few} ?{day}(?:{week})?,? (?:{_any('spent')} )?(?:{at}|{home})\b{_not_there()}"
        rf"|(?:{at}|{home})(?: {_any('of_town')} [\w-]+)?{possible}(?:,? | ?: ?| ?\(| [-–] ){about}{{0,2}}"
        rf"{few} ?{day}(?:{week}| ?\)|(?<=:)(?=$|\n))"
        rf"|(?:{home}|{_any('place_label')}) ?: ?{about}?{few} ?{day}"
        rf"|{_any('in')}[- ](?:{office()}|{_any('presence')})[ ,(]{{1,2}}{about}?{few} ?{_any('day')}\b"
        rf"|{_any('into')} {office()},?\s{in_words}{times}{week}\b"
        rf"|{_any('office')}s? {_any('regularly')} \({_ONE_TO_FOUR}x{week}\))"
    )


def _share() -> str:
    part = rf"(?:(?:\d\d ?(?:%|{_any('percent')})? ?(?:-|–|{_any('to')}) ?)?[1-9]\d ?(?:%|{_any('percent')}))"
    home, about = _any("home"), _about()
    return (
        rf"(?<![\d\-–])(?<![\d\-–] ){part}(?: {_any('of_time')})? (?:{_any('share_in')} )?"
        rf"(?:{_there('in')}|{home})\b{_not_there()}"
        rf"|\b{home}(?:[- ]?{_any('share')})?(?: ?: ?| ?\(| ){about}?{part}(?! ?[-–] ?\d)"
        rf"|\b{_any('share_label')}[: ]{{1,3}}(?:{_any('share_is')} )?{about}?{part}"
    )


def _weekdays() -> str:
    to_be, at, short, weekday = any_of("week.to_be"), _there("into"), _any("weekday_short"), _any("weekday")
    listed = rf"{weekday}(?:(?:,| &|/| {_any('and')}){{1,2}} ?(?:{_any('on')} )?{weekday}){{0,3}}"
    not_on = rf"\b(?! ?(?:-|–|/|\d|{_any('clock')} \d|{any_of('week.until')}))"
    ends = (word for language in LANGUAGES for word in written("week.range", language))
    not_of = "".join(rf"(?<!\b{word} )" for word in dict.fromkeys(ends)) + "(?<![-–])(?<![-–] )"
    return (
        rf"{to_be}[^.\n]{{0,30}}?\b{at}\b[^.\n]{{0,25}}?{not_of}\b{listed}{not_on}"
        rf"|{to_be}[^.\n]{{0,20}}?{not_of}\b{listed}{not_on}[^.\n]{{0,15}}?\b{at}\b"
        rf"|{not_of}\b{listed}{not_on}[^.\n]{{0,30}}?{to_be}[^.\n]{{0,20}}?\b{at}\b"
        rf"|{any_of('week.office_day')}[^.\n]{{0,25}}?\b{listed}{not_on}"
        rf"|{any_of('week.days_label')} ?[:(] ?{short}\b(?:(?:, ?| {_any('and')} | & |/){short}\b)*"
        rf"(?! ?(?:-|–|{_any('until')}\b))"
    )
