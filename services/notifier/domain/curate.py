"""What goes into a digest, and why everything else does not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.posting import PostingCore
from services.notifier.domain.copies import Copies, SentJobs, gather
from services.notifier.domain.model import (
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
from services.notifier.domain.score import score
from services.rules.signature import fold_company
from services.rules.verdict import Outcome, Verdict, verdict


@dataclass(frozen=True, slots=True)
class CurateSettings:
    """How much a digest may hold and how far back it looks."""

    most_items: int = 10
    most_near: int = 3
    most_per_company: int = 2
    remember_sent: timedelta = timedelta(days=90)
    stale_after: timedelta = timedelta(days=30)


DEFAULTS = CurateSettings()


@dataclass(frozen=True, slots=True)
class _Judged:
    """A posting with the searches that it fits whole, else those that it nearly fits."""

    posting: PostingCore
    found_by: tuple[FoundBy, ...]
    outcome: Outcome


def curate(
    recipient: Recipient,
    searches: Sequence[DueSearch],
    candidates: Iterable[Candidate],
    sent: Sequence[SentItem],
    due_at: datetime,
    settings: CurateSettings = DEFAULTS,
) -> Digest | Hold:
    """Choose the jobs for one subscriber at one due time.

    Every distinct candidate ends as an item, a near miss, one beyond the cap, or dropped with a reason. The answer does
    not depend on the order of any argument.
    """
    dropped: list[Dropped] = []
    judged = _judge_all(_newest(candidates), recipient, due_at, settings, dropped)
    kept = _one_a_job(judged, recipient, sent, due_at, settings, dropped)
    ranked = sorted((_item(one, due_at) for one in kept), key=_rank)
    outcomes = {one.posting.posting_id: one.outcome for one in kept}
    companies: Counter[str] = Counter()
    items, beyond = _fill(
        [item for item in ranked if outcomes[item.posting.posting_id] == "match"],
        settings.most_items,
        companies,
        settings,
    )
    near, crowded = _fill(
        [item for item in ranked if outcomes[item.posting.posting_id] == "near"],
        settings.most_near,
        companies,
        settings,
    )
    dropped += [Dropped(one.posting_id, f"fits only nearly, and {one.reason}") for one in crowded]
    if not items:
        dropped += [Dropped(one.posting.posting_id, "fits only nearly, and no job fits whole") for one in near]
        return Hold(recipient, due_at, _why_held(dropped, near), _in_order(dropped))
    return Digest(
        recipient=recipient,
        due_at=due_at,
        searches=tuple(sorted(searches, key=_by_name)),
        items=items,
        near=near,
        left_out=len(beyond),
        dropped=_in_order(dropped),
        beyond=_in_order(beyond),
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
    dropped: list[Dropped],
) -> dict[str, tuple[Candidate, _Judged]]:
    judged: dict[str, tuple[Candidate, _Judged]] = {}
    for candidate in candidates:
        posting = candidate.posting
        no_news = _why_no_news(posting, recipient, due_at, settings)
        if no_news:
            dropped.append(Dropped(posting.posting_id, no_news))
            continue
        one = _judge(posting, candidate.searches)
        if isinstance(one, Dropped):
            dropped.append(one)
            continue
        judged[posting.posting_id] = (candidate, one)
    return judged


def _why_no_news(posting: PostingCore, recipient: Recipient, due_at: datetime, settings: CurateSettings) -> str | None:
    if posting.status == "closed":
        return "is closed"
    if posting.expires_at is not None and posting.expires_at <= due_at:
        return f"expired on {posting.expires_at:%Y-%m-%d}"
    if due_at - posting.seen_at > settings.stale_after:
        return f"is older than {settings.stale_after.days} days"
    if posting.backlog:
        return "was there already when its source was first read"
    if fold_company(posting.company.name) in recipient.hidden_companies:
        return "its company is hidden by the subscriber"
    if posting.cluster.key in recipient.not_relevant:
        return "was called not relevant by the subscriber"
    return None


def _judge(posting: PostingCore, searches: Sequence[DueSearch]) -> _Judged | Dropped:
    found = [FoundBy(search, verdict(search.criteria, posting)) for search in searches]
    for outcome in ("match", "near"):
        fitting = tuple(one for one in found if one.verdict.outcome == outcome)
        if fitting:
            return _Judged(posting, fitting, outcome)
    if not found:
        return Dropped(posting.posting_id, "no search that is due found it")
    return Dropped(posting.posting_id, f"no longer fits: {_first_fault(found[0].verdict)}")


def _first_fault(judgement: Verdict) -> str:
    return next((reason.text for reason in judgement.reasons if reason.fit == "no"), "it was rejected")


def _one_a_job(
    judged: dict[str, tuple[Candidate, _Judged]],
    recipient: Recipient,
    sent: Sequence[SentItem],
    due_at: datetime,
    settings: CurateSettings,
    dropped: list[Dropped],
) -> list[_Judged]:
    matched = frozenset(posting_id for posting_id, (_, one) in judged.items() if one.outcome == "match")
    since = due_at - settings.remember_sent
    remembered = SentJobs(item for item in sent if item.sent_at > since)
    kept = []
    for copies in gather([one.posting for _, one in judged.values()], matched):
        before = remembered.of(copies)
        if before is not None:
            dropped += [Dropped(one.posting_id, _why_sent(one, before)) for one in copies.all]
            continue
        dropped += [
            Dropped(one.posting_id, f"is the same job as {copies.best.posting_id}, which is the better copy")
            for one in copies.others
        ]
        kept.append(_merged(copies, judged))
    return kept


def _why_sent(posting: PostingCore, before: SentItem) -> str:
    day = f"{before.sent_at:%Y-%m-%d}"
    if before.posting_id == posting.posting_id:
        return f"was sent to the subscriber on {day}"
    return f"is the same job as {before.posting_id}, which was sent to the subscriber on {day}"


def _merged(copies: Copies, judged: dict[str, tuple[Candidate, _Judged]]) -> _Judged:
    """The best copy with the searches of all copies, each judged on the copy that is shown."""
    own = judged[copies.best.posting_id][1]
    searches = {search.search_id: search for one in copies.all for search in judged[one.posting_id][0].searches}
    merged = _judge(copies.best, sorted(searches.values(), key=_by_name))
    return own if isinstance(merged, Dropped) else merged


def _item(one: _Judged, due_at: datetime) -> Item:
    """The posting with its searches, the one that it suits best first."""
    scored = [(score(found.search.criteria, one.posting, due_at).total, found) for found in one.found_by]
    scored.sort(key=lambda pair: (-pair[0], _by_name(pair[1].search)))
    return Item(one.posting, tuple(found for _, found in scored), scored[0][0])


def _rank(item: Item) -> tuple[float, float, str]:
    return (-item.score, -item.posting.seen_at.timestamp(), item.posting.posting_id)


def _fill(
    ranked: Sequence[Item], most: int, companies: Counter[str], settings: CurateSettings
) -> tuple[tuple[Item, ...], list[Dropped]]:
    """Take the best until `most`, skipping companies that are full; `companies` counts on through the digest."""
    chosen: list[Item] = []
    beyond: list[Dropped] = []
    for item in ranked:
        company = fold_company(item.posting.company.name)
        if len(chosen) == most:
            beyond.append(Dropped(item.posting.posting_id, f"{most} better ones fill the digest"))
        elif company and companies[company] >= settings.most_per_company:
            reason = f"{settings.most_per_company} better ones of its company are in the digest"
            beyond.append(Dropped(item.posting.posting_id, reason))
        else:
            companies[company] += 1
            chosen.append(item)
    return tuple(chosen), beyond


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
