"""What criteria would have found among past postings, what they nearly found, and what each criterion costs.

All by the truth. A criterion says the same whatever the others ask. So criteria that are relaxed in one criterion
match besides only what failed that one alone, and without it match all of that; nothing else is judged a second time.
What fails two criteria is counted alone, so that an index may say of it that it need not be read.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.relaxing import removals, steps
from services.rules.criterion import LANGUAGE, PLACE, SKILLS_ANY, Relaxation
from services.rules.prepared import PreparedPosting
from services.rules.skills.context import SkillKind
from services.rules.skills.taxonomy import taxonomy
from services.rules.verdict import Verdict, judge

_MOST_GROWN: Final = 5
"""So many skills, places or languages are tried beside those that are asked for."""
_MOST_PLACES_TRIED: Final = 25
_LEAST_AKIN: Final = 0.1
"""A skill that is seldom asked for together with those of a search is no alternative to them."""
_TELLING: Final[frozenset[SkillKind]] = frozenset({"tool", "term", "method", "field"})
"""What is neither broad nor a language that people speak."""


@dataclass(frozen=True, slots=True)
class Past:
    """A posting as it is known now, and when any version of it was first seen."""

    posting: PostingCore
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Far:
    """A past posting that fails two criteria or more: counted, and of no other account to any single step."""

    core: frozenset[str]
    """Its core skills."""


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """A posting, without its description, with what the criteria say of it, or said while it was open."""

    posting: PostingCore
    seen_at: datetime
    closed: bool
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Gain:
    """What relaxed criteria would have matched besides."""

    relaxation: Relaxation
    posting_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one criterion keeps out, and what smaller steps would let in of it, the largest gain first."""

    criterion: str
    without: Gain
    steps: tuple[Gain, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of a search over past postings."""

    criteria: Criteria
    judged: int
    matches: tuple[PastVerdict, ...]
    near: tuple[PastVerdict, ...]
    """Near misses."""
    close: tuple[PastVerdict, ...]
    """Rejected for one criterion alone."""
    costs: tuple[Cost, ...]
    kin: Mapping[str, float]
    """How often skills are core together with those of `skills.any`, 0 to 1 (Ochiai's coefficient)."""


class Backtesting:
    """Takes past postings one by one, each once, and holds no description longer than it judges by it."""

    def __init__(self, criteria: Criteria) -> None:
        self._criteria = criteria
        self._wordless = criteria.model_copy(update={"text": ""})
        self._removals = removals(criteria)
        self._steps: defaultdict[str, list[Relaxation]] = defaultdict(list)
        for step in steps(criteria):
            self._steps[step.criterion].append(step)
        self._gained: defaultdict[Hashable, list[str]] = defaultdict(list)
        self._tried: list[PastVerdict] = []
        self._judged = 0
        self._skills = _TogetherWith(criteria.skills.any)

    def pass_over(self, far: Far) -> None:
        """Count one posting that is known to be far, without judging it."""
        self._judged += 1
        self._skills.note(far.core)

    def take(self, past: Past) -> None:
        """Judge one posting."""
        self._judged += 1
        posting = past.posting
        closed = posting.status == "closed"
        prepared = PreparedPosting(posting.model_copy(update={"status": "open"}) if closed else posting)
        self._skills.note(prepared.core)
        # What costs most is to fold a description: most postings fail two other criteria.
        if self._criteria.text and _is_far(judge(self._wordless, prepared)):
            return
        found = judge(self._criteria, prepared)
        if _is_far(found):
            return
        failed = _failed(found)
        # What misses two by a little is a near miss, and no single step lets it in.
        for criterion in failed if len(failed) == 1 else ():
            self._gained[self._removals[criterion].own].append(posting.posting_id)
            for step in self._steps[criterion]:
                if judge(step.criteria, prepared).outcome == "match":
                    self._gained[step.own].append(posting.posting_id)
        bare = prepared.posting.model_copy(update={"description_text": ""})
        self._tried.append(PastVerdict(bare, past.seen_at, closed, found))

    def finish(self) -> Backtest:
        """What came of all that was taken, the newest first."""
        newest = sorted(
            sorted(self._tried, key=lambda tried: tried.posting.posting_id),
            key=lambda tried: tried.seen_at,
            reverse=True,
        )
        by_outcome = {
            outcome: tuple(tried for tried in newest if tried.verdict.outcome == outcome)
            for outcome in ("match", "near", "reject")
        }
        return Backtest(
            criteria=self._criteria,
            judged=self._judged,
            matches=by_outcome["match"],
            near=by_outcome["near"],
            close=by_outcome["reject"],
            costs=self._costs(),
            kin=self._skills.kin(),
        )

    def _costs(self) -> tuple[Cost, ...]:
        alone: defaultdict[str, list[PreparedPosting]] = defaultdict(list)
        for tried in self._tried:
            for criterion in _failed(tried.verdict):
                alone[criterion].append(PreparedPosting(tried.posting))
        grown = {
            SKILLS_ANY.name: self._with_skills(alone[SKILLS_ANY.name]),
            PLACE.name: self._with_places(alone[PLACE.name]),
            LANGUAGE.name: self._with_languages(alone[LANGUAGE.name]),
        }
        costs = (
            Cost(
                criterion,
                self._gain(removal),
                _largest_first((*map(self._gain, self._steps[criterion]), *grown.get(criterion, ()))),
            )
            for criterion, removal in self._removals.items()
        )
        return tuple(sorted(costs, key=lambda cost: -len(cost.without.posting_ids)))

    def _gain(self, relaxation: Relaxation) -> Gain:
        return Gain(relaxation, tuple(self._gained[relaxation.own]))

    def _tried_with(self, relaxation: Relaxation, failed: Sequence[PreparedPosting]) -> Gain:
        """Of postings that failed this criterion alone, so that their words, which are gone, fitted."""
        asked = relaxation.criteria.model_copy(update={"text": ""})
        found = (prepared.posting.posting_id for prepared in failed if judge(asked, prepared).outcome == "match")
        return Gain(relaxation, tuple(found))

    def _with_skills(self, failed: Sequence[PreparedPosting]) -> list[Gain]:
        """Those that are most akin to what is asked."""
        kin = self._skills.kin()
        found = frozenset[str]().union(*(prepared.skills for prepared in failed))
        akin = [name for name in found if is_alternative(name, kin.get(name, 0.0))]
        names = sorted(akin, key=lambda name: (-kin[name], name))[:_MOST_GROWN]
        return [self._tried_with(SKILLS_ANY.adding(self._criteria, name), failed) for name in names]

    def _with_places(self, failed: Sequence[PreparedPosting]) -> list[Gain]:
        named: Counter[str] = Counter()
        for prepared in failed:
            reach = prepared.posting.reach
            named.update({*reach.countries, *reach.groups})
        tried = [code for code, _ in _most_common(named, _MOST_PLACES_TRIED)]
        gains = (self._tried_with(PLACE.adding(self._criteria, code), failed) for code in tried)
        return list(_largest_first(gains)[:_MOST_GROWN])

    def _with_languages(self, failed: Sequence[PreparedPosting]) -> list[Gain]:
        spoken = Counter(prepared.posting.language for prepared in failed if prepared.posting.language)
        tried = (code for code, _ in _most_common(spoken, _MOST_GROWN))
        return [self._tried_with(LANGUAGE.adding(self._criteria, code), failed) for code in tried]


def backtest(criteria: Criteria, postings: Iterable[Past]) -> Backtest:
    """Judge past postings, each of which comes once."""
    made = Backtesting(criteria)
    for past in postings:
        made.take(past)
    return made.finish()


def newest_versions(postings: Iterable[PostingCore]) -> list[Past]:
    """Each posting once: its newest version, and when any version of it was first seen."""
    newest: dict[str, PostingCore] = {}
    seen: dict[str, datetime] = {}
    for posting in postings:
        posting_id = posting.posting_id
        known = newest.get(posting_id)
        if known is None or posting.version > known.version:
            newest[posting_id] = posting
        seen[posting_id] = min(posting.seen_at, seen.get(posting_id, posting.seen_at))
    return [Past(posting, seen[posting_id]) for posting_id, posting in newest.items()]


class OpenSieve:
    """`Sieve` that tells of none: every posting is read and judged."""

    def far(self, criteria: Criteria, versions: Mapping[str, int]) -> dict[str, Far]:
        """None of them."""
        return {}


class _TogetherWith:
    """How often skills are asked for, alone and together with some of those that any of will do."""

    def __init__(self, asked: Sequence[str]) -> None:
        self._asked = frozenset(asked)
        self._alone: Counter[str] = Counter()
        self._together: Counter[str] = Counter()
        self._with_asked = 0

    def note(self, core: frozenset[str]) -> None:
        if not self._asked:
            return
        self._alone.update(core)
        if not self._asked.isdisjoint(core):
            self._with_asked += 1
            self._together.update(core)

    def kin(self) -> dict[str, float]:
        """Ochiai's coefficient, of each skill that was core together with one that is asked for."""
        return {
            name: ochiai(together, self._alone[name], self._with_asked)
            for name, together in self._together.items()
            if name not in self._asked
        }


def ochiai(together: int, alone: int, with_asked: int) -> float:
    """How often a skill and some others go together, 0 to 1, by how many postings ask for both, for it and for them."""
    return together / math.sqrt(alone * with_asked)


def is_alternative(name: str, kin: float) -> bool:
    """Whether somebody who has other skills may well want jobs that ask for this one; `kin` as `ochiai` has it."""
    return kin >= _LEAST_AKIN and taxonomy().kind(name) in _TELLING


def _is_far(found: Verdict) -> bool:
    return found.outcome == "reject" and len(_failed(found)) > 1


def _failed(found: Verdict) -> frozenset[str]:
    return frozenset(reason.criterion for reason in found.reasons if reason.fit != "yes")


def _largest_first(gains: Iterable[Gain]) -> tuple[Gain, ...]:
    """Without those that gain nothing; of equal ones the first."""
    return tuple(sorted((gain for gain in gains if gain.posting_ids), key=lambda gain: -len(gain.posting_ids)))


def _most_common(counted: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
