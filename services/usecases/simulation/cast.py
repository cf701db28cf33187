"""Whom a demo over anybody's feeds mails: invented people, each of whom asks for work that the feeds hold."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from schemas.criteria import Criteria, RoleTerms
from schemas.posting import Posting, PostingCore
from schemas.raw import unserved
from services.ingest.adapters.formats.registry import detect
from services.ingest.domain.normalise import normalise
from services.ingest.ports import Item
from services.rules.money import rates_before
from services.rules.prepared import PreparedPosting
from services.rules.verdict import judge
from services.usecases.simulation.shelf import feed_files, posted_at_of
from services.wording.catalogues import words_of
from services.wording.places import place_in_words
from services.wording.roles import role_in_words

MOST: Final = 16
"""People: a few trades of a few countries, and a folder that one can look through."""
_NEWS: Final = timedelta(days=3)
"""Before the first poll: what it takes as new."""
_SPREAD: Final = 2
"""What one more person of a trade, or of a country, must make up for in postings."""
_MOST_OF_A_TRADE: Final = 3
"""A folder of one trade gives a few mails, and not the same jobs to everybody."""


@dataclass(frozen=True, slots=True)
class Home:
    """Somebody invented, who asks for nothing yet."""

    name: str
    country: str
    time_zone: str
    currency: str
    locale: str
    speaks: tuple[str, ...]


_HOMES: Final = TypeAdapter(Home)


def cast(homes: str, folder: Path, end: datetime, days: int) -> str:
    """People as JSON lines, chosen of `homes`, JSON lines too, by what the folder posted in the days up to `end`."""
    people = [_HOMES.validate_json(line) for line in homes.splitlines()]
    since, until = end - timedelta(days=days) - _NEWS, end + timedelta(days=1)
    postings = _postings(folder, since, until)
    return "".join(f"{json.dumps(_entry(*chosen), ensure_ascii=False)}\n" for chosen in choose(people, postings))


def choose(homes: Sequence[Home], postings: Iterable[PostingCore]) -> list[tuple[Home, str]]:
    """Whom to mail, and the role that each asks for, once a country: where most fit, spread over trades and countries.

    The same for the same postings, in whichever order they come.
    """
    fit = _fitting(homes, postings)
    chosen, trades, lands = list[tuple[Home, str]](), Counter[str](), Counter[str]()
    free = list(homes)

    def worth(pair: tuple[Home, str]) -> tuple[float, str, str]:
        home, role = pair
        crowd = _SPREAD ** (trades[role] + lands[home.country])
        return -fit[home.country, home.speaks][role] / crowd, role, home.name

    while free and len(chosen) < MOST:
        taken = {(home.country, role) for home, role in chosen}
        pairs = [
            (home, role)
            for home in free
            for role in fit[home.country, home.speaks]
            if (home.country, role) not in taken and trades[role] < _MOST_OF_A_TRADE
        ]
        if not pairs:
            break
        home, role = min(pairs, key=worth)
        chosen.append((home, role))
        free.remove(home)
        trades[role] += 1
        lands[home.country] += 1
    return sorted(chosen, key=lambda pair: pair[0].name)


def _fitting(
    homes: Sequence[Home], postings: Iterable[PostingCore]
) -> Mapping[tuple[str, tuple[str, ...]], Counter[str]]:
    """By where somebody lives and what they speak, how many postings of each role fit."""
    fit = {(home.country, home.speaks): Counter[str]() for home in homes}
    for posting in postings:
        if not posting.roles:
            continue
        prepared, role = PreparedPosting(posting), posting.roles[0]
        for (country, speaks), counts in fit.items():
            if posting.language in (None, *speaks) and judge(_asking(role, country), prepared).outcome == "match":
                counts[role] += 1
    return fit


def _asking(role: str, country: str) -> Criteria:
    return Criteria(roles=RoleTerms(any=(role,), neighbours=True), places=(country,))


def _entry(home: Home, role: str) -> dict[str, object]:
    """As a file of subscribers has it."""
    words = words_of(home.locale)
    name = f"{role_in_words(role, words)}, {place_in_words(home.country, words)}"
    search = {
        "name": name,
        "cadence": "daily",
        "hour": 7,
        "criteria": _asking(role, home.country).model_dump(mode="json", exclude_defaults=True),
    }
    profile = {"name": home.name, "time_zone": home.time_zone, "currency": home.currency, "locale": home.locale}
    return {"address": f"{home.name.lower()}@example.com", **profile, "speaks": home.speaks, "searches": [search]}


def _postings(folder: Path, since: datetime, until: datetime) -> Iterator[Posting]:
    """What was posted in those days, as the normaliser reads it."""
    rates = rates_before(until.date())
    for path in feed_files(folder):
        body = path.read_bytes()
        found = detect(body)
        for part in found.split(body) if found else ():
            if not found or not isinstance(part, Item):
                continue
            posted_at = posted_at_of(found, part, until)
            if posted_at is not None and since < posted_at <= until:
                yield normalise(found.draft(part.data), raw=unserved(found.name, part.source_id, until), rates=rates)
