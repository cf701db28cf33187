"""In what a known posting differs so much from before that, of many, the feed is wrong or the jobs are others."""

import re
from decimal import Decimal
from typing import Literal

from services.ingest.domain.draft import Draft
from services.ingest.domain.pay.reading import is_in_another_unit, stated_pay
from services.rules.money import Rates
from services.rules.places.known import is_country, places_in_field
from services.rules.places.towns import towns_in_field

SAME_WORDS = 0.8
"""The share of its words that a title keeps where it is the same."""
SAME_PAY = Decimal(4)
"""Times as much, or as little, in the same currency and period: a month's pay as a year's is twelve, a week's 52."""

Differs = Literal["title", "pay", "town"]


def differs(now: Draft, before: Draft, rates: Rates) -> Differs | None:
    """In what first; None where it is the same job, be it told better or moved.

    Of a single one that is a better title, a slip that was mended, or a job that moved.
    """
    if _has_another_title(now.title, before.title):
        return "title"
    if _has_another_pay(now, before, rates):
        return "pay"
    return "town" if _is_elsewhere(now, before) else None


def _has_another_title(now: str, before: str) -> bool:
    """Whether it is not that of before with something added or left out."""
    words, then = ({*re.findall(r"\w+", title.casefold())} for title in (now, before))
    return len(words & then) < SAME_WORDS * min(len(words), len(then))


def _has_another_pay(now: Draft, before: Draft, rates: Rates) -> bool:
    """Whether a pay is out of all proportion to what it was for the same stated period.

    Where nobody earns one of the two, that is told of itself, and that it is mended is no news.
    """
    sums, then = (
        {(currency, spells): max(ends) for ends, currency, spells in stated_pay(draft) if spells}
        for draft in (now, before)
    )
    shared = sums.keys() & then.keys()
    apart = any(not then[terms] / SAME_PAY < sums[terms] < then[terms] * SAME_PAY for terms in shared)
    return apart and not any(is_in_another_unit(draft, rates) for draft in (now, before))


def _is_elsewhere(now: Draft, before: Draft) -> bool:
    """Whether no town that it names is one of before, nor, where no town is known, a country."""
    towns, lands = _places(now)
    towns_then, lands_then = _places(before)
    if towns and towns_then:
        return not towns & towns_then
    return bool(lands and lands_then) and not lands & lands_then


def _places(draft: Draft) -> tuple[set[int], set[str]]:
    texts = [said.text for said in draft.locations]
    towns = {town.id for text in texts for town in towns_in_field(text)}
    return towns, {found.code for text in texts for found in places_in_field(text) if is_country(found.code)}
