"""What goes into a digest, and why everything else does not. docs/curation.md says it in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from schemas.posting import PostingCore
from services.notifier.domain.again import again
from services.notifier.domain.copies import Copies, SentJobs, gather
from services.notifier.domain.judging import Judging, Ready
from services.notifier.domain.model import (
    Again,
    Candidate,
    Digest,
    Dropped,
    DueSearch,
    FoundBy,
    Hold,
    Item,
    Recipient,
    SentItem,
)
from services.notifier.domain.room import Room
from services.notifier.domain.score import score
from services.rules.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class CurateSettings:
    """How much a digest may hold and how old a job may be."""

    most_items: int = 10
    most_near: int = 3
    most_per_company: int = 2
    most_alike: int = 2
    """Jobs of one title whose texts are alike: other vacancies, but the same thing to read."""
    stale_after: timedelta = timedelta(days=30)


DEFAULTS = CurateSettings()


@dataclass(frozen=True, slots=True)
class _Judged:
    """A posting with the searches that it fits whole, else those that it nearly fits."""

    ready: Ready
    found_by: tuple[FoundBy, ...]
    outcome: Outcome
    searches: tuple[DueSearch, ...]
    """All that found it, also those that it does not fit as well, or no longer."""
    again: Again | None = None

    @property
    def posting(self) -> PostingCore:
        return self.ready.posting


def curate(
    recipient: Recipient,
    searches: Sequence[DueSearch],
    candidates: Iterable[Candidate],
    sent: Sequence[SentItem],
    due_at: datetime,
    settings: CurateSettings = DEFAULTS,
    judging: Judging | None = None,
) -> Digest | Hold:
    """Choose the jobs for one subscriber at one due time.

    Every distinct candidate ends as an item, a near miss, one beyond the cap, or dropped with a reason. The answer does
    not depend on the order of any argument. `sent` is what the subscriber was ever sent, or at least all of it that may
    be the same job as a candidate. `judging` remembers verdicts for whoever curates next; the answer is the same
    without it.
    """
    dropped: list[Dropped] = []
    judging = judging or Judging()
    judged = _judge_all(_newest(candidates), recipient, due_at, settings, judging, dropped)
    kept = _one_a_job(judged, sent, judging, dropped)
    ranked = sorted((_item(one, recipient, due_at) for one in kept), key=_rank)
    outcomes = {one.posting.posting_id: one.outcome for one in kept}
    companies = {one.posting.posting_id: one.ready.company for one in kept}
    room = Room(companies, settings.most_per_company, settings.most_alike)
    items, rest = room.fill(
        [item for item in ranked if outcomes[item.posting.posting_id] == "match"], settings.most_items
    )
    near, crowded = room.fill(
        [item for item in ranked if outcomes[item.posting.posting_id] == "near"], settings.most_near
    )
    dropped += [Dropped(one.posting.posting_id, f"fits only nearly, and {why}") for one, why in crowded]
    if not items:
        dropped += [Dropped(one.posting.posting_id, "fits only nearly, and no job fits whole") for one in near]
        return Hold(recipient, due_at, _why_held(dropped, near), _in_order(dropped))
    return Digest(
        recipient=recipient,
        due_at=due_at,
        searches=tuple(sorted(searches, key=_by_name)),
        items=items,
        near=near,
        left_out=len(rest),
        dropped=_in_order(dropped),
        beyond=_in_order(Dropped(one.posting.posting_id, why) for one, why in rest),
        rest=tuple(one for one, _ in rest),
    )


def _newest(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate a posting: its newest version, with all the searches that found any version of it."""
    newest: dict[str, PostingCore] = {}
    found: dict[str, dict[str, DueSearch]] = {}
    for candidate in candidates:
        posting = candidate.posting
        held = newest.setdefault(posting.posting_id, posting)
        if posting.version > held.version:
            newest[posting.posting_id] = posting
        found.setdefault(posting.posting_id, {}).update({one.search_id: one for one in candidate.searches})
    return tuple(
        Candidate(newest[posting_id], tuple(sorted(found[posting_id].values(), key=_by_name)))
        for posting_id in sorted(newest)
    )


def _judge_all(
    candidates: Iterable[Candidate],
    recipient: Recipient,
    due_at: datetime,
    settings: CurateSettings,
    judging: Judging,
    dropped: list[Dropped],
) -> dict[str, _Judged]:
    judged: dict[str, _Judged] = {}
    for candidate in candidates:
        ready = judging.ready(candidate.posting)
        no_news = _why_no_news(ready, recipient, due_at, settings)
        one = Dropped(candidate.posting.posting_id, no_news) if no_news else _judge(ready, candidate.searches, judging)
        if isinstance(one, Dropped):
            dropped.append(one)
        else:
            judged[candidate.posting.posting_id] = one
    return judged


def _why_no_news(ready: Ready, recipient: Recipient, due_at: datetime, settings: CurateSettings) -> str | None:
    posting = ready.posting
    if posting.status == "closed":
        return "is closed"
    if posting.expires_at is not None and posting.expires_at <= due_at:
        return f"expired on {posting.expires_at:%Y-%m-%d}"
    if due_at - posting.seen_at > settings.stale_after:
        return f"is older than {settings.stale_after.days} days"
    if posting.backlog:
        return "was there already when its source was first read"
    if recipient.hidden_companies and ready.company in recipient.hidden_companies:
        return "its company is hidden by the subscriber"
    if posting.cluster.key in recipient.not_relevant:
        return "was called not relevant by the subscriber"
    return None


def _judge(ready: Ready, searches: Sequence[DueSearch], judging: Judging) -> _Judged | Dropped:
    found = [FoundBy(search, judging.verdict(search.criteria, ready)) for search in searches]
    for outcome in ("match", "near"):
        fitting = tuple(one for one in found if one.verdict.outcome == outcome)
        if fitting:
            return _Judged(ready, fitting, outcome, tuple(searches))
    if not found:
        return Dropped(ready.posting.posting_id, "no search that is due found it")
    return Dropped(ready.posting.posting_id, f"no longer fits: {_first_fault(found[0].verdict)}")


def _first_fault(judgement: Verdict) -> str:
    return next((reason.text for reason in judgement.reasons if reason.fit == "no"), "it was rejected")


def _one_a_job(
    judged: dict[str, _Judged], sent: Sequence[SentItem], judging: Judging, dropped: list[Dropped]
) -> list[_Judged]:
    matched = frozenset(posting_id for posting_id, one in judged.items() if one.outcome == "match")
    remembered = SentJobs(sent)
    kept = []
    for copies in gather([one.posting for one in judged.values()], matched):
        one = _merged(copies, judged, judging)
        before = remembered.of(copies)
        if before:
            news = again(before, one.posting, one.found_by) if one.outcome == "match" else None
            if news is None:
                dropped += [Dropped(copy.posting_id, _why_sent(copy, before)) for copy in copies.all]
                continue
            one = replace(one, again=news)
        dropped += [
            Dropped(copy.posting_id, f"is the same job as {copies.best.posting_id}, which is the better copy")
            for copy in copies.others
        ]
        kept.append(one)
    return kept


def _why_sent(posting: PostingCore, before: Sequence[SentItem]) -> str:
    own = next((item for item in before if item.posting_id == posting.posting_id), None)
    if own is not None:
        return f"was sent to the subscriber on {own.sent_at:%Y-%m-%d}"
    return (
        f"is the same job as {before[0].posting_id}, which was sent to the subscriber on {before[0].sent_at:%Y-%m-%d}"
    )


def _merged(copies: Copies, judged: dict[str, _Judged], judging: Judging) -> _Judged:
    """The best copy with the searches of all copies, each judged on the copy that is shown."""
    own = judged[copies.best.posting_id]
    if not copies.others:
        return own
    searches = {search.search_id: search for one in copies.all for search in judged[one.posting_id].searches}
    merged = _judge(own.ready, sorted(searches.values(), key=_by_name), judging)
    return own if isinstance(merged, Dropped) else merged


def _item(one: _Judged, recipient: Recipient, due_at: datetime) -> Item:
    """The posting with its searches, the one that it suits best first."""
    scored = [(score(found, one.ready, due_at, recipient.said), found) for found in one.found_by]
    scored.sort(key=lambda pair: (-pair[0].total, _by_name(pair[1].search)))
    best = scored[0][0]
    return Item(one.posting, tuple(found for _, found in scored), best.total, best.parts, one.again)


def _rank(item: Item) -> tuple[float, float, str]:
    return (-item.score, -item.posting.seen_at.timestamp(), item.posting.posting_id)


def _why_held(dropped: Sequence[Dropped], near: Sequence[Item]) -> str:
    if near:
        return "no new job fits; near misses alone are not worth a mail"
    if dropped:
        return f"none of {len(dropped)} found jobs is worth a mail"
    return "nothing new was found"


def _by_name(search: DueSearch) -> tuple[str, str]:
    return (search.name, search.search_id)


def _in_order(dropped: Iterable[Dropped]) -> tuple[Dropped, ...]:
    return tuple(sorted(dropped, key=lambda one: one.posting_id))
