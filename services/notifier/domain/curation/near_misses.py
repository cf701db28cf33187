"""Near misses that no match record tells of: looked for among the newest postings, while a digest has room for them.

Match records hold those that pay or distance make, which an index finds as it finds matches. What misses a level, a
neighbouring role, an hour or a skill is looked for here, for digests that are sent alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from cachetools import LRUCache

from schemas.criteria import Criteria
from services.notifier.domain.curation.chance import chance_of
from services.notifier.domain.curation.curate import (
    CurateSettings,
    Ranked,
    item_of,
    ranked,
    why_no_news,
)
from services.notifier.domain.curation.judging import Judging, PostingFeatures
from services.notifier.domain.curation.room import Room
from services.notifier.domain.curation.wishes import signs_of, wish_of
from services.notifier.domain.model import Cadence, Candidate, Digest, Hold, SentItem
from services.rules.criterion.role import accepts_unknown_role
from services.rules.roles.taxonomy import roles
from services.rules.verdict import asked_by, near_miss, outcome_of

SPANS: Final[Mapping[Cadence, timedelta]] = {
    "instant": timedelta(days=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
}
"""How far back a digest looks: what is older, the one before it had to look at."""
_SPARE: Final = 4
"""So many are looked up for each place: some were sent before, or are too many of one company."""
_MOST_HELD: Final = 4_096
"""Searches whose near misses are remembered."""
_NO_ROLE: Final = ""


class Newest:
    """The newest postings, prepared once for all searches that look through them."""

    def __init__(self, postings: Iterable[PostingFeatures]) -> None:
        self._all = tuple(postings)
        self._by_skill: dict[str, set[int]] = {}
        """Places of those that name a skill or imply it, however they mean it."""
        self._by_role: dict[str, set[int]] = {}
        for place, ready in enumerate(self._all):
            for name in (*ready.skills, *ready.implied):
                self._by_skill.setdefault(name, set()).add(place)
            for role in ready.posting.roles or (_NO_ROLE,):
                self._by_role.setdefault(role, set()).add(place)
        self._found: LRUCache[Criteria, tuple[PostingFeatures, ...]] = LRUCache(_MOST_HELD)

    def near(self, criteria: Criteria) -> tuple[PostingFeatures, ...]:
        """Those that miss criteria by a little and that no match record tells of, in the order in which they came."""
        found = self._found.get(criteria)
        if found is None:
            found = self._found[criteria] = tuple(self._look(criteria))
        return found

    def _look(self, criteria: Criteria) -> Iterator[PostingFeatures]:
        asked = asked_by(criteria)
        # Else whatever nearly fits stands in match records.
        if any(criterion.may_be_near and not criterion.indexed_near for criterion in asked):
            for place in sorted(self._maybe(criteria)):
                ready = self._all[place]
                if near_miss(criteria, ready, asked) is not None and outcome_of(criteria, ready) == "reject":
                    yield ready

    def _maybe(self, criteria: Criteria) -> Iterable[int]:
        """Of what is asked for in skills, else in roles, a near miss has something."""
        asked, wanted = criteria.skills, criteria.roles.any
        if asked.all or asked.any:
            by_name = sorted((self._by_skill.get(name, set()) for name in asked.all or asked.any), key=len)
            # Of all at most one is missing: so either of any two is there.
            return set[int]().union(*(by_name[:2] if asked.all else by_name))
        if wanted:
            suiting = frozenset(wanted).union(*map(roles().neighbours, wanted))
            unknown = {_NO_ROLE} if accepts_unknown_role(criteria) else set()
            return set[int]().union(*(self._by_role.get(role, set()) for role in suiting | unknown))
        return range(len(self._all))


def near_candidates(
    digest: Digest | Hold, newest: Callable[[], Newest], settings: CurateSettings, judging: Judging
) -> list[Candidate]:
    """The likeliest of what nearly fits the searches of a digest, somewhat more than it has room for.

    `newest` is called where there is room; near misses alone are no mail.
    """
    if isinstance(digest, Hold) or len(digest.near) >= settings.most_near:
        return []
    looked_through, recipient, due_at = newest(), digest.recipient, digest.due_at
    signs = signs_of(recipient)
    worth: dict[str, tuple[float, PostingFeatures]] = {}
    for search in digest.searches:
        wish, since = wish_of(search.criteria, search.name, signs), due_at - SPANS[search.cadence]
        if not wish.trades:
            continue  # Nobody can tell what is near to work of any trade.
        for ready in looked_through.near(search.criteria):
            if ready.posting.seen_at <= since or why_no_news(ready, recipient, due_at, settings):
                continue
            judged = judging.of(search.criteria, ready)
            chance = chance_of(judged, wish).value
            if chance >= settings.least_chance:
                own = chance - judged.off
                worth[ready.posting.posting_id] = max(worth.get(ready.posting.posting_id, (own, ready))[0], own), ready
    best = sorted(worth.values(), key=lambda one: (-one[0], -one[1].seen, one[1].posting.posting_id))
    room = settings.most_near - len(digest.near)
    return [Candidate(ready.posting, digest.searches) for _, ready in best[: _SPARE * room]]


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
    candidates = [one for one in candidates if not _fits_any(asked, judging.ready(one.posting), judging)]
    due_at = digest.due_at
    known = [*(item.posting for item in (*digest.items, *digest.near)), *(left.posting for left in digest.rest)]
    known += [left.posting for left in digest.near_rest]
    there = [SentItem(one.posting_id, one.cluster.key, one.cluster.signature, due_at) for one in known]
    jobs = ranked(digest.recipient, candidates, [*sent, *there], due_at, settings, judging, [])
    near = sorted((job for job in jobs if job.outcome == "near"), key=_off_last)
    room = Room(settings.most_per_company, settings.most_alike)
    for item in (*digest.items, *digest.near):
        room.take(judging.ready(item.posting))
    chosen, _ = room.fill(near, settings.most_near - len(digest.near))
    return replace(digest, near=(*digest.near, *(item_of(job, digest.recipient, due_at) for job in chosen)))


def _fits_any(asked: Iterable[Criteria], ready: PostingFeatures, judging: Judging) -> bool:
    return any(judging.of(criteria, ready).outcome == "match" for criteria in asked)


def _off_last(job: Ranked) -> float:
    """Of equal ones the better one stays first."""
    _, judged = job.fits[0]
    return -round(job.chance.value - judged.off, 3)
