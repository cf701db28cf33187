"""In what a known posting differs so much from before that, of many, the feed is wrong or the jobs are others."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from services.ingest.domain.draft import Draft
from services.ingest.domain.pay.reading import is_in_another_unit, stated_pay
from services.ingest.domain.role.title import read_title
from services.rules.money import Rates
from services.rules.places.distances import kilometres
from services.rules.places.known import is_country, places_in_field
from services.rules.places.towns import Town, is_named, towns_in_field
from services.rules.roles.taxonomy import roles
from services.rules.titles import genders

SAME_WORDS = 0.8
"""The share of its words that a title keeps where it is the same."""
SAME_WORDS_OVER_THE_SAME_TEXT = 0.5
"""And where the same is told of the job as before: `Sr Engineer II` became `Senior Engineer, L4`."""
SAME_TEXT = 0.9
"""The share of its words that a text keeps where it is the same; texts of other jobs of a company share fewer."""
SAME_PAY = Decimal(4)
"""Times as much, or as little, in the same currency and period: a month's pay as a year's is twelve, a week's 52."""
NEAR_KM = 50
"""As far as an office moves within a region, or a suburb is from the town that it is called by."""

Differs = Literal["title", "pay", "town"]


def differs(now: Draft, before: Draft, rates: Rates) -> Differs | None:
    """In what first; None where it is the same job, be it told better or moved.

    Of a single one that is a better title, a slip that was mended, or a job that moved.
    """
    if _has_another_title(now, before):
        return "title"
    if _has_another_pay(now, before, rates):
        return "pay"
    return "town" if _is_elsewhere(now, before) else None


def words_of_title(title: str) -> frozenset[str]:
    """What a title says of a job, whatever its number and whoever may apply: of `Koch/in` the same as of `Koch 4`."""
    plain = re.sub(r"(?<=\w)-(?=\w)", "", genders().sub(" ", title)).casefold()
    words = frozenset(re.findall(r"\w+", plain))
    return frozenset(word for word in words if not word.isdigit()) or words


def _has_another_title(now: Draft, before: Draft) -> bool:
    """Whether it is not that of before with something added or left out or, over the same text, said otherwise."""
    words, then = words_of_title(now.title), words_of_title(before.title)
    kept, least = len(words & then), min(len(words), len(then))
    if kept >= SAME_WORDS * least:
        return False
    if not _has_the_same_text(now.html, before.html):
        return True
    return kept < SAME_WORDS_OVER_THE_SAME_TEXT * least and not _names_the_same_role(now.title, before.title)


def _names_the_same_role(title: str, before: str) -> bool:
    """Whether it is the same work in another language or by another word: `Krankenpfleger` became `Nurse`.

    What is put in place of a title by mistake, such as a company, a number or a template, names no work.
    """
    named, then = ({named.role for named in read_title(said, roles())} for said in (title, before))
    return bool(named & then)


def _has_the_same_text(now: str, before: str) -> bool:
    words, then = ({*re.findall(r"\w+", html)} for html in (now, before))
    return len(words & then) >= SAME_TEXT * max(len(words), len(then), 1)


def _has_another_pay(now: Draft, before: Draft, rates: Rates) -> bool:
    """Whether a pay is out of all proportion to what it was for the same stated period, at both its ends.

    Where nobody earns one of the two, that is told of itself, and that it is mended is no news.
    """
    ranges, then = _ranges(now), _ranges(before)
    apart = any(all(map(_is_far, ranges[terms], then[terms])) for terms in ranges.keys() & then.keys())
    return apart and not any(is_in_another_unit(draft, rates) for draft in (now, before))


def _is_far(pay: Decimal, then: Decimal) -> bool:
    return not then / SAME_PAY < pay < then * SAME_PAY


def _ranges(draft: Draft) -> Mapping[object, tuple[Decimal, Decimal]]:
    """The least and the most that it states, by currency and period: each country that it names may have a band."""
    found: dict[object, tuple[Decimal, Decimal]] = {}
    for ends, currency, spells in stated_pay(draft):
        if spells:
            all_ends = [*ends, *found.get((currency, spells), ())]
            found[currency, spells] = min(all_ends), max(all_ends)
    return found


def _is_elsewhere(now: Draft, before: Draft) -> bool:
    """Whether no town that it names is near one of before, nor, where no town is known, a country the same.

    An office that moved farther is written about: a town that the text names too is no slip of a field.
    """
    towns, lands = _places(now)
    towns_then, lands_then = _places(before)
    if towns and towns_then:
        is_near = any(kilometres(town, then) <= NEAR_KM for town in towns for then in towns_then)
        return not is_near and not any(is_named(town, now.html) for town in towns)
    return bool(lands and lands_then) and not lands & lands_then


def _places(draft: Draft) -> tuple[set[Town], set[str]]:
    texts = [said.text for said in draft.locations]
    towns = {town for text in texts for town in towns_in_field(text)}
    return towns, {found.code for text in texts for found in places_in_field(text) if is_country(found.code)}
