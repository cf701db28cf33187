"""Ways of working: at home, on site or both, in the words of somebody who says what they look for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from schemas.posting import PostingCore, Workplace
from services.ingest.domain.workplace.reading import at_homes
from services.rules.lexicon.builder import any_of


@dataclass(frozen=True, slots=True)
class Ways:
    """How they are said."""

    wanted: Mapping[Workplace, re.Pattern[str]]
    never: re.Pattern[str]
    """Ends where a way begins that they do not want."""
    or_remote: re.Pattern[str]
    """Remote work, beside something else."""
    partly: re.Pattern[str]
    """Remote work for part of the time: where it is possible, or on some days of the week."""
    remote_too: re.Pattern[str]
    """Remote work, which will do as well as any other."""
    liked: re.Pattern[str]
    """Remote work that somebody likes best: any other will do."""


@cache
def ways() -> Ways:
    """In any language."""
    named: tuple[Workplace, ...] = ("remote", "hybrid", "onsite")
    remote, onsite = any_of("workplace.wish.remote"), any_of("workplace.wish.onsite")
    # Of a week of five: who says "5 days from home" is always there.
    number = rf"(?:[1-4]|{any_of('week.some')})(?:[ –/-]*(?:{any_of('week.to')} )?[1-4])?"
    a_week = rf"(?: {any_of('week.per')} {any_of('week.week')})?"
    days = rf"(?<![\w.,-])(?:{any_of('week.about')} )?{number}[ -]{any_of('week.day')}{a_week}"
    there = rf"(?:{remote}|{onsite})"
    whole_week = rf"[5-7][ -]{any_of('week.day')}{a_week}"
    of_week = rf"{days} (?:{any_of('wish.of_days')} )?{there}|{there} {days}|{remote}[ -]{any_of('week.day')}(?!\w)"
    return Ways(
        {way: re.compile(any_of(f"workplace.wish.{way}")) for way in named},
        # Who would not be there on all days would on some.
        re.compile(rf"{any_of('wish.never')} (?:(?:{whole_week}|{any_of('wish.vague', 'wish.idle')}) )?$"),
        re.compile(rf"{any_of('joint.or', 'joint.own.or')} (?:[\w-]+ )?{remote}"),
        re.compile(rf"{any_of('wish.partly')} {remote}|{remote} \(?{any_of('wish.possible')}|{of_week}"),
        re.compile(rf"{any_of('wish.also')} {remote}|{remote} \(?{any_of('wish.will_do')}"),
        re.compile(rf"{any_of('wish.preferred')} {remote}|{remote} \(?{any_of('wish.preferred')}"),
    )


def ways_said(wanted: str) -> Iterator[str]:
    """The words that name ways of working: "from home", "remote will do too"."""
    for named in (ways().remote_too, *ways().wanted.values()):
        yield from (wanted[said.start() : said.end()] for said in named.finditer(wanted.lower()))


def workplaces_of(posting: PostingCore, sentence: str) -> tuple[Workplace, ...]:
    """A posting is of one kind; who says in a sentence what they look for may name several, or refuse one.

    Remote work that is "possible", or of "2 days", is so for part of the time; where it will do "too" any way will.
    """
    known, lowered = ways(), sentence.lower()
    named, refused = list[Workplace](), list[Workplace]()
    for way, words in known.wanted.items():
        if denied := [bool(known.never.search(lowered, 0, said.start())) for said in words.finditer(lowered)]:
            (refused if all(denied) else named).append(way)
    if at_homes(sentence):
        # "Aide à domicile" names a trade, and most such jobs name no way.
        return tuple(way for way in named if way != "remote")
    found: tuple[Workplace, ...] = (posting.workplace,)
    if len(named) > 1 or posting.workplace in ("unknown", *refused):
        # Most jobs that name no way are on site, so that to refuse remote work asks for nothing.
        found = tuple(named) or (("hybrid", "remote") if refused == ["onsite"] else ())
    if found in (("remote",), ("onsite",)) and known.partly.search(lowered):
        return ("hybrid", "remote")
    if found == ("hybrid",) and named == ["remote"]:
        # A job is hybrid where some work from home is possible; who asks for that will take more of it.
        return ("hybrid", "remote")
    if found != ("remote",):
        return found
    return () if known.remote_too.search(lowered) or known.liked.search(lowered) else found
