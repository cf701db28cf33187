"""Near misses that no match record tells of: looked for among the newest postings, while a digest has room for them.

Match records hold those that pay or distance make, which an index finds as it finds matches. What misses a level, a
neighbouring role, an hour or a skill is looked for here, for digests that are sent alone.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any, Final

from schemas.criteria import Criteria
from services.notifier.domain.curation.cards import cards_of, on_cards
from services.notifier.domain.curation.chance.answers import answered
from services.notifier.domain.curation.chance.model import chance_of, may_reach, roles_that_may_reach
from services.notifier.domain.curation.curate import CurateSettings, Ranked, items_of, ranked
from services.notifier.domain.curation.found_jobs import why_no_news
from services.notifier.domain.curation.judging import JudgedPosting, Judging, PostingFeatures
from services.notifier.domain.curation.room import Room
from services.notifier.domain.curation.wishes import Wish
from services.notifier.domain.model import Cadence, Candidate, Digest, Hold, Recipient, SentItem
from services.rules.criterion import CRITERIA, Criterion, Narrowing
from services.rules.criterion.role import accepts_unknown_role
from services.rules.roles.taxonomy import roles
from services.rules.verdict import asked_by, near_miss

SPANS: Final[Mapping[Cadence, timedelta]] = {
    "instant": timedelta(days=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
}
"""How far back a digest looks: what is older, the one before it had to look at."""
_SPARE: Final = 4
"""So many are looked up for each place: some were sent before, or are too many of one company."""
_NO_ROLE: Final = ""


class Newest:
    """The newest postings, prepared once for all searches that look through them.

    Some of them are a number whose bits are their places: what fails by the terms of a criterion is found for all of
    them at once, and the truth is asked of those alone that may fail one criterion, and by a little.
    """

    def __init__(self, postings: Iterable[PostingFeatures]) -> None:
        self._all = tuple(postings)
        self._by_skill: defaultdict[str, int] = defaultdict(int)
        """Those that name a skill or imply it, however they mean it."""
        self._by_role: defaultdict[str, int] = defaultdict(int)
        for place, ready in enumerate(self._all):
            for name in (*ready.skills, *ready.implied):
                self._by_skill[name] |= 1 << place
            for role in ready.posting.roles or (_NO_ROLE,):
                self._by_role[role] |= 1 << place
        self._by_terms: dict[str, _ByTerms] = {}
        """By criterion."""
        self._newer: dict[datetime, int] = {}

    def near(
        self,
        criteria: Criteria,
        since: datetime,
        is_wanted: Callable[[PostingFeatures], bool],
        of_roles: Iterable[str] | None = None,
    ) -> Iterator[JudgedPosting]:
        """Those seen after `since` that miss criteria by a little and that no match record tells of, in their order.

        The truth is asked of wanted ones alone: telling that takes less, and lets few through. `of_roles`: none is
        wanted that tells its roles and has none of these.
        """
        asked = asked_by(criteria)
        # Else whatever nearly fits stands in match records.
        if not any(criterion.may_be_near and not criterion.indexed_near for criterion in asked):
            return
        among = self._seen_after(since) & self._maybe(criteria)
        if of_roles is not None:
            among &= self._of_roles((*of_roles, _NO_ROLE))
        if among:
            among &= self._failing_once(criteria, asked)
        for place in _places(among):
            ready = self._all[place]
            if is_wanted(ready) and near_miss(criteria, ready, asked) is not None:
                judged = JudgedPosting(criteria, ready, asked)
                if judged.is_unrecorded:
                    yield judged

    def forget_times(self) -> None:
        """Let go of what was seen when: others are served next, at other times."""
        self._newer.clear()

    def _seen_after(self, since: datetime) -> int:
        newer = self._newer.get(since)
        if newer is None:
            newer = sum(1 << place for place, ready in enumerate(self._all) if ready.seen_at > since)
            self._newer[since] = newer
        return newer

    def read_ahead(self) -> None:
        """Take their terms by every criterion now, so that nobody waits who is the first to ask by one."""
        for criterion in CRITERIA:
            self._terms(criterion)

    def _terms(self, criterion: Criterion[Any]) -> "_ByTerms":
        by_terms = self._by_terms.get(criterion.name)
        if by_terms is None:
            by_terms = self._by_terms[criterion.name] = _ByTerms(criterion, self._all)
        return by_terms

    def _maybe(self, criteria: Criteria) -> int:
        """Of what is asked for in skills, else in roles, a near miss has something."""
        asked, wanted = criteria.skills, criteria.roles.any
        if asked.all or asked.any:
            by_name = sorted((self._by_skill.get(name, 0) for name in asked.all or asked.any), key=int.bit_count)
            # Of all at most one is missing: so either of any two is there.
            return reduce(or_, by_name[:2] if asked.all else by_name)
        if wanted:
            suiting = frozenset(wanted).union(*map(roles().neighbours, wanted))
            unknown = {_NO_ROLE} if accepts_unknown_role(criteria) else set()
            return self._of_roles(suiting | unknown)
        return (1 << len(self._all)) - 1

    def _of_roles(self, any_of: Iterable[str]) -> int:
        return reduce(or_, (self._by_role.get(role, 0) for role in any_of), 0)

    def _failing_once(self, criteria: Criteria, asked: Iterable[Criterion[Any]]) -> int:
        """Those that may fail one criterion alone, and that one by a little, as far as terms tell."""
        failing_any = failing_two = nearly = 0
        for criterion in asked:
            unrecorded = criterion.may_be_near and not criterion.indexed_near
            narrowing = criterion.narrowing(criteria)
            if narrowing is None:
                nearly |= -1 if unrecorded else 0
                continue
            failing = self._terms(criterion).failing(narrowing)
            failing_two |= failing_any & failing
            failing_any |= failing
            if unrecorded:
                nearly |= failing if criterion.exact else -1
        return nearly & ~failing_two


class _ByTerms:
    """Which postings have the terms of one criterion."""

    def __init__(self, criterion: Criterion[Any], postings: Sequence[PostingFeatures]) -> None:
        self._excludes = criterion.excludes
        self._all = (1 << len(postings)) - 1
        self._having_any = 0
        """Those that have whichever terms are asked for."""
        self._having: defaultdict[str, int] = defaultdict(int)
        alike: dict[Hashable, list[int]] = {}
        for place, ready in enumerate(postings):
            alike.setdefault(criterion.looks_at(ready), []).append(place)
        for places in alike.values():
            own, terms = sum(1 << place for place in places), criterion.terms_of(postings[places[0]])
            self._having_any |= own if terms is None else 0
            for term in terms or ():
                self._having[term] |= own

    def failing(self, narrowing: Narrowing) -> int:
        """Those that have too few of the terms, or any that are excluded."""
        enough = [0] * narrowing.at_least
        """Those that have one of them, two, and so on."""
        for term in narrowing.terms:
            own = self._having.get(term, 0)
            for number in range(len(enough) - 1, 0, -1):
                enough[number] |= enough[number - 1] & own
            enough[0] |= own
        having = enough[-1] | self._having_any
        return having if self._excludes else self._all & ~having


def _places(bits: int) -> Iterator[int]:
    """The places of the bits of a number, in order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def near_candidates(
    digest: Digest | Hold, newest: Callable[[], Newest], settings: CurateSettings, judging: Judging
) -> list[Candidate]:
    """The likeliest of what nearly fits the searches of a digest, somewhat more than it has room for.

    `newest` is called where there is room; near misses alone are no mail. `judging` is told of what was judged.
    """
    if isinstance(digest, Hold) or len(cards_of(digest.near)) >= settings.most_near:
        return []
    looked_through, recipient, due_at = newest(), digest.recipient, digest.due_at
    wishes, bar = judging.wishes(recipient), settings.near_bar(recipient.selectivity)
    worth: dict[str, tuple[float, PostingFeatures]] = {}
    for search in digest.searches:
        wish, since = wishes.of(search), due_at - SPANS[search.cadence]
        if not wish.trades:
            continue  # Nobody can tell what is near to work of any trade.
        of_roles = roles_that_may_reach(bar, wish)
        is_wanted = partial(_is_wanted, wish, bar, recipient, due_at, settings)
        for judged in looked_through.near(search.criteria, since, is_wanted, of_roles):
            ready = judged.ready
            by_answers = answered(recipient.answers, ready, due_at) if recipient.answers else None
            chance = chance_of(judged, wish, by_answers).value
            if chance >= bar:
                judging.keep(judged)
                own = chance - judged.off
                worth[ready.posting.posting_id] = max(worth.get(ready.posting.posting_id, (own, ready))[0], own), ready
    best = sorted(worth.values(), key=lambda pair: (-pair[0], -pair[1].seen, pair[1].posting.posting_id))
    room = settings.most_near - len(cards_of(digest.near))
    return [Candidate(ready.posting, digest.searches) for _, ready in best[: _SPARE * room]]


def _is_wanted(
    wish: Wish, bar: float, recipient: Recipient, due_at: datetime, settings: CurateSettings, ready: PostingFeatures
) -> bool:
    """Whether somebody may be sent a posting, and likely enough takes it."""
    if not may_reach(bar, ready, wish):
        return False
    return why_no_news(ready, recipient, due_at, settings.stale_after) is None


def with_near_misses(
    digest: Digest | Hold,
    candidates: Sequence[Candidate],
    sent: Sequence[SentItem],
    settings: CurateSettings,
    judging: Judging,
) -> Digest | Hold:
    """A digest with the best of what nearly fits, where it has room: the likeliest, less how far off it is.

    `sent` is all that the subscriber was ever sent that may be the same job as a candidate. What fits one of their
    searches whole, due or not, is left out: it comes as its match.
    """
    if isinstance(digest, Hold) or not candidates:
        return digest
    asked = [ask.criteria for ask in digest.recipient.asks]
    candidates = [
        candidate for candidate in candidates if not _fits_any(asked, judging.ready(candidate.posting), judging)
    ]
    due_at = digest.due_at
    known = [*(item.posting for item in (*digest.items, *digest.near)), *(left.posting for left in digest.rest)]
    known += [left.posting for left in digest.near_rest]
    there = [SentItem(posting.posting_id, posting.cluster.key, posting.cluster.signature, due_at) for posting in known]
    jobs = ranked(digest.recipient, candidates, [*sent, *there], due_at, settings, judging, [], [])
    near = sorted((job for job in jobs if job.outcome == "near"), key=_off_last)
    room = Room(settings.most_per_company, settings.most_alike)
    cards = cards_of(digest.near)
    for first, *_ in (*cards_of(digest.items), *cards):
        room.take(judging.ready(first.posting))
    chosen, _ = room.fill(on_cards(near), settings.most_near - len(cards))
    return replace(digest, near=(*digest.near, *items_of(chosen, due_at, digest.recipient)))


def _fits_any(asked: Iterable[Criteria], ready: PostingFeatures, judging: Judging) -> bool:
    return any(judging.of(criteria, ready).outcome == "match" for criteria in asked)


def _off_last(job: Ranked) -> float:
    """Of equal ones the better one stays first."""
    _, judged = job.fits[0]
    return -round(job.chance.value - judged.off, 3)
