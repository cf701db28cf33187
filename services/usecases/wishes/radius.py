"""How far from a town somebody would go, as a sentence says it: "within 10 miles of Bristol", "Köln, 30 km Umkreis"."""

import re
from functools import cache
from typing import Final

from services.rules.criterion.near import MOST_KM
from services.rules.lexicon.builder import any_of

_MILE: Final = 1.609344


def radius_of(sentence: str) -> tuple[int | None, str]:
    """The kilometres that a sentence names, and the sentence without them; None and all of it where it names none."""
    for found in _distance().finditer(sentence):
        km = round(int(found["number"]) * (_MILE if found["miles"] else 1))
        if not 0 < km <= MOST_KM:
            continue
        before, behind = sentence[: found.start()].rstrip(), sentence[found.end() :].lstrip()
        # What it was far from is still where the work is.
        lead = " in" if found["of"] and behind[:1].isalpha() else ""
        return km, f"{before}{lead} {behind}".strip()
    return None, sentence


@cache
def _distance() -> re.Pattern[str]:
    """A distance that is not driven each day, nor paid for: "200 km a day"."""
    unit = rf"(?:{any_of('wish.kilometres', whole=False)}|(?P<miles>{any_of('wish.miles', whole=False)}))(?!\w)"
    a_time = rf"(?:/|(?:{any_of('week.per')} )?{any_of('week.day', 'week.week')})"
    return re.compile(
        rf"(?<![\w.,])\(?(?:{any_of('wish.round')} )?(?:\+ ?)?(?P<number>\d{{1,3}}) ?{unit}(?! ?{a_time})\)?"
        rf"(?P<of> {any_of('wish.round_of')}(?:(?<=['’])|(?!\w)))?",
        re.IGNORECASE,
    )
