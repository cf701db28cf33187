"""A posting in the numbers of a vocabulary: for each thing that criteria may ask, whether it fits."""

from collections.abc import Hashable
from itertools import repeat
from operator import attrgetter, truediv
from typing import Final, NamedTuple

import numpy as np
from cachetools import LRUCache

from schemas.posting import Reach, Timezones
from services.matcher.adapters.floors import MOST_FLOOR
from services.matcher.adapters.memory.columns import UNKNOWN_PLACE, Bools, Column, Rows
from services.matcher.adapters.memory.vocabulary import ANY_FACETS, MOST_RANK, MOST_SKILLS, Vocabulary, rank_of
from services.rules.criterion import FACETS, SKILLS_ALL
from services.rules.criterion.language import language_fits
from services.rules.criterion.timezone import end_of
from services.rules.places.placing import Allowed
from services.rules.prepared import PreparedPosting

_REMEMBERED_BYTES: Final = 16 << 20
_SLACK: Final = 1 + 1e-9
"""More than the rounding of the ranks of floors, less than any amount of money."""


class PostingArrays(NamedTuple):
    """What a scan needs of a posting."""

    has_skill: Bools
    """By number of a skill, by its own name. The first place stands for no skill asked."""
    skills: Rows
    holds: Bools
    """By number of a literal."""
    literals: Rows
    mask: np.uint32
    """The bits of `Columns.bits` that are all needed: one of each facet of which the posting has one value."""
    either: np.uint32
    """Those of which one is enough: its several values of a facet."""
    place_fits: Bools
    manner_fits: Bools
    tops: Column
    """By number of a currency, int64; below 0 where pay is undisclosed. The first place stands for no floor."""
    cut: np.uint16
    """Floors of higher rank are not even nearly reached."""


class Judge:
    """Makes postings into arrays. What a reach or a time zone fits is remembered: most postings share theirs."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._known = vocabulary
        self._places = _remembered()
        self._manners = _remembered()

    def arrays(self, prepared: PreparedPosting) -> PostingArrays:
        """A posting, as things stand now."""
        known, posting = self._known, prepared.posting
        numbers = [known.skills[term] for term in SKILLS_ALL.terms_of(prepared) if term in known.skills]
        skills = np.array([number for number in numbers if number < MOST_SKILLS], dtype=np.int64)
        has_skill = np.zeros(min(len(known.skills) + 1, MOST_SKILLS), dtype=np.bool_)
        has_skill[0] = True
        has_skill[skills] = True
        literals = known.literals.literals_of(prepared)
        holds = np.zeros(max(len(known.literals), 1), dtype=np.bool_)
        holds[literals] = True
        mask, either = _bits_of(prepared)
        tops, cut = self._pay(posting.salary.tops if posting.salary else {})
        return PostingArrays(
            has_skill=has_skill,
            skills=skills,
            holds=holds,
            literals=literals,
            mask=np.uint32(mask),
            either=np.uint32(either),
            place_fits=self._place_fits(prepared.reach),
            manner_fits=self._manner_fits(posting.timezones, posting.language),
            tops=tops,
            cut=np.uint16(cut),
        )

    def _place_fits(self, reach: Reach) -> Bools:
        """For each set of places, by the same rule as the criterion; each place is looked up once."""
        known = self._known
        starts = known.place_starts.view
        count = starts.size - 1
        allowed = Allowed.of(reach)
        if not allowed.stated:
            # Told by a bit of its own.
            return np.ones(count, dtype=np.bool_)
        fitting = self._places.get(reach)
        if fitting is None or fitting.size < count:
            taken_in = np.fromiter(map(allowed.takes_in, known.places), dtype=np.bool_, count=len(known.places))
            fitting = np.ones(count, dtype=np.bool_)
            if count > 1:
                fitting[1:] = np.logical_or.reduceat(taken_in[known.place_values.view], starts[1:-1])
            _remember(self._places, reach, fitting)
        return fitting

    def _manner_fits(self, zones: Timezones | None, language: str | None) -> Bools:
        known = self._known
        asked = (zones, language)
        fitting = self._manners.get(asked)
        if fitting is None or fitting.size < len(known.offsets):
            speaks = np.fromiter((language_fits(asked_for, language) for asked_for in known.languages), dtype=np.bool_)
            fitting = speaks[known.language_of.view]
            if zones is not None:
                fitting &= _near_enough(known.offsets.view, known.tolerances.view, zones)
            _remember(self._manners, asked, fitting)
        return fitting

    def _pay(self, tops: dict[str, int]) -> tuple[Column, int]:
        """The pay by number of a currency, and the rank above which no floor is nearly reached.

        No floor that is reached is above that, whichever rates the pay was reckoned with: the highest of all currencies
        counts. There is none where pay is undisclosed in a currency whose floors are ranked.
        """
        known = self._known
        amounts = [MOST_FLOOR, *map(min, map(tops.get, known.currencies, repeat(-1)), repeat(MOST_FLOOR))]
        pay = np.array(amounts, dtype=np.int64)
        # What is not ranked comes to nothing, be it told or not.
        worth = list(map(truediv, amounts, known.rates))
        undisclosed = not tops or min(worth) < 0
        return pay, MOST_RANK if undisclosed else rank_of(max(worth) / 0.9 * _SLACK)


def _bits_of(prepared: PreparedPosting) -> tuple[int, int]:
    """The bits of which all are needed, and those of which one is.

    A value that nobody can ask for fits where nothing is asked, and so needs the bits of all.
    """
    mask, either, shift = 0 if prepared.allowed.stated else UNKNOWN_PLACE, 0, 0
    for facet in FACETS:
        bits = sum(1 << facet.values.index(value) for value in facet.standing(prepared.posting)) << shift
        if bits.bit_count() > 1 and not either:
            either = bits
        else:
            mask |= bits or ((1 << len(facet.values)) - 1) << shift
        shift += len(facet.values)
    return mask, either or ANY_FACETS


def _near_enough(offsets: Column, tolerances: Column, zones: Timezones) -> Bools:
    """`timezone_fits`, in columns; an offset that is not asked is NaN."""
    low, high = zones.min, end_of(zones)
    turns = (offsets - 24, offsets, offsets + 24)
    apart = np.minimum.reduce([np.maximum(np.maximum(low - at, at - high), 0.0) for at in turns])
    near: Bools = np.isnan(offsets) | (apart <= tolerances)
    return near


def _remembered() -> LRUCache[Hashable, Bools]:
    """The arrays used last, as far as they fit into some memory."""
    return LRUCache(_REMEMBERED_BYTES, getsizeof=attrgetter("nbytes"))


def _remember(arrays: LRUCache[Hashable, Bools], key: Hashable, array: Bools) -> None:
    if array.nbytes <= arrays.maxsize:
        arrays[key] = array
