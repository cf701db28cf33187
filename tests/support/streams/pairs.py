"""All pairs of criteria and postings, by the in-memory index, beside what the store holds; the truth on a sample."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from sqlalchemy import Engine, select

from schemas.criteria import Criteria
from schemas.keys import Keys, keys_of, unpack
from schemas.posting import PostingCore
from schemas.sql.tables import matches
from services.rules.prepared import PreparedPosting
from services.rules.verdict import judge
from services.runtime.sql.store import reading
from tests.support.streams.crowd import Crowd
from tests.support.streams.material import index_of

BOUND = 200
"""Matching backwards and a window both stop at so many postings."""
_NONE = keys_of(())
_AT_ONCE = 500

Versions = Mapping[str, Sequence[PostingCore]]
"""By posting id, oldest first."""


@dataclass(frozen=True)
class Fits:
    """The keys that a posting's versions match and nearly match."""

    matched: Keys
    """By any version."""
    near: Keys
    """By any version, save where it or an older one matches: the store keeps a key that matched as matched."""
    near_ever: Keys
    surely: Keys
    """Matched by every version."""
    surely_near: Keys


@dataclass(frozen=True)
class Stored:
    """The keys that the store holds for a posting, as often as it does."""

    matched: Keys
    near: Keys


@dataclass
class PairTally:
    """What all pairs came to."""

    expected: int = 0
    found: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    """Stored, and no version of the posting is so."""
    judged: int = 0
    """Sampled pairs on which the truth was asked."""
    differing: int = 0


@dataclass(frozen=True)
class Expected:
    """What there should be."""

    criteria: Mapping[int, Criteria]
    fits: Mapping[str, Fits]
    steady: Keys
    """Keys that were searched for from before the first posting to the end."""
    later: Keys
    """Keys that are searched for in the end and were not all the time."""
    broad: frozenset[int]
    """Keys that fit more postings than the bounds let through: of the steady ones all matches are demanded, but not
    that all are mailed; of later ones neither. `later` is without them."""


def expected_of(criteria: Mapping[int, Criteria], versions: Versions, crowd: Crowd) -> Expected:
    """Match every version with every criteria that there ever was."""
    fits = fits_of(criteria, versions)
    fitting = np.zeros(max(criteria) + 1, dtype=np.int64)
    for pairs in fits.values():
        fitting[np.union1d(pairs.matched, pairs.near_ever)] += 1
    live = {key for key, members in crowd.members.items() if members > 0}
    broad = frozenset(key for key in live if fitting[key] > BOUND)
    return Expected(criteria, fits, keys_of(crowd.steady), keys_of(live - crowd.steady - broad), broad)


def fits_of(criteria: Mapping[int, Criteria], versions: Versions) -> dict[str, Fits]:
    """By posting id."""
    index = index_of(dict(criteria))
    flat = [posting for found in versions.values() for posting in found]
    hits = iter([hit for at in range(0, len(flat), _AT_ONCE) for hit in index.match(flat[at : at + _AT_ONCE])])
    fits = {}
    for posting_id, found in versions.items():
        own = [next(hits) for _ in found]
        matched = near = _NONE
        for hit in own:
            matched = np.union1d(matched, hit.keys)
            near = np.union1d(near, np.setdiff1d(hit.near, matched))
        fits[posting_id] = Fits(
            matched,
            near,
            reduce(np.union1d, [hit.near for hit in own]),
            reduce(np.intersect1d, [hit.keys for hit in own]),
            reduce(np.intersect1d, [hit.near for hit in own]),
        )
    return fits


def stored_in(store: Engine) -> dict[str, Stored]:
    """By posting id."""
    with reading(store) as connection:
        rows = connection.execute(select(matches.c.posting_id, matches.c.matched, matches.c.near)).all()
    found: dict[str, tuple[list[Keys], list[Keys]]] = {}
    for posting_id, matched, near in rows:
        parts = found.setdefault(posting_id, ([], []))
        parts[0].append(unpack(matched))
        parts[1].append(unpack(near))
    return {own: Stored(np.concatenate(matched), np.concatenate(near)) for own, (matched, near) in found.items()}


def check_pairs(expected: Expected, stored: Mapping[str, Stored], versions: Versions) -> tuple[PairTally, list[str]]:
    """Of steady criteria exactly the pairs, of later ones all that every version gives, of none what no version gives.

    The strings tell of differences, each with what the truth says.
    """
    tally, faults = PairTally(), []
    empty = Stored(_NONE, _NONE)
    is_steady, is_later = _among(expected.steady, expected.criteria), _among(expected.later, expected.criteria)
    for posting_id, fits in expected.fits.items():
        stored_pairs = stored.get(posting_id, empty)
        for word, kept, exact, ever, surely in (
            ("match", stored_pairs.matched, fits.matched, fits.matched, fits.surely),
            ("near", stored_pairs.near, fits.near, fits.near_ever, fits.surely_near),
        ):
            found = np.unique(kept)
            wanted = np.union1d(exact[is_steady[exact]], surely[is_later[surely]])
            lost = np.setdiff1d(wanted, found)
            known = np.intersect1d(found, ever)
            wrong = np.union1d(np.setdiff1d(found, ever), np.setdiff1d(known[is_steady[known]], exact))
            tally.expected += wanted.size
            tally.found += wanted.size - lost.size
            tally.lost += lost.size
            tally.doubled += kept.size - found.size
            tally.wrong += wrong.size
            faults += _explained(f"lost {word}", lost, expected, versions[posting_id])
            faults += _explained(f"wrong {word}", wrong, expected, versions[posting_id])
    unknown = stored.keys() - expected.fits.keys()
    tally.wrong += len(unknown)
    return tally, faults + [f"matches of an unknown posting {own}" for own in sorted(unknown)]


def check_truth(
    tally: PairTally, expected: Expected, stored: Mapping[str, Stored], versions: Versions, count: int, seed: int
) -> list[str]:
    """Judge sampled pairs of steady criteria by the rules, many of them near what fits, and hold the store to it."""
    chance = random.Random(seed)
    each = 50
    steady = expected.steady.tolist()
    everywhere = np.asarray(expected.steady)
    names = sorted(expected.fits)
    faults: list[str] = []
    while tally.judged < count:
        posting_id = chance.choice(names)
        fits, stored_pairs = expected.fits[posting_id], stored.get(posting_id, Stored(_NONE, _NONE))
        close = np.intersect1d(np.union1d(fits.matched, fits.near_ever), everywhere).tolist()
        keys = set(chance.sample(close, min(len(close), each // 2)))
        keys |= set(chance.sample(steady, min(each - len(keys), len(steady))))
        prepared = [PreparedPosting(posting) for posting in versions[posting_id]]
        matched, near = set(stored_pairs.matched.tolist()), set(stored_pairs.near.tolist())
        for key in sorted(keys):
            outcomes = [judge(expected.criteria[key], posting).outcome for posting in prepared]
            before = outcomes[: outcomes.index("match")] if "match" in outcomes else outcomes
            tally.judged += 1
            if ("match" in outcomes, "near" in before) != (key in matched, key in near):
                tally.differing += 1
                faults.append(f"the truth says {outcomes} of {key} and {posting_id}, the store does not")
    return faults


def _among(keys: Keys, criteria: Mapping[int, Criteria]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """By key: whether it is one of these."""
    mask = np.zeros(max(criteria) + 1, dtype=np.bool_)
    mask[keys] = True
    return mask


def _explained(what: str, keys: Iterable[int], expected: Expected, versions: Sequence[PostingCore]) -> list[str]:
    return [
        f"{what}: criteria {key} and {versions[0].posting_id}, by the truth "
        f"{[judge(expected.criteria[int(key)], PreparedPosting(posting)).outcome for posting in versions]}"
        for key in keys
    ]
