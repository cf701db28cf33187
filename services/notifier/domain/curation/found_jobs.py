"""What candidates come to: postings that may be sent, one a job, with the searches that they fit; why others not."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.posting import PostingCore
from services.notifier.domain.curation.copies import Copies, SentJobs, gather
from services.notifier.domain.curation.judging import JudgedPosting, Judging, PostingFeatures
from services.notifier.domain.curation.pay_news import pay_news
from services.notifier.domain.curation.preferred_places import preferred_of
from services.notifier.domain.model import Candidate, Cause, Dropped, DueSearch, FoundBy, PayNews, Recipient, SentItem
from services.rules.languages.speaking import unspoken
from services.rules.verdict import Outcome


class FoundJob(NamedTuple):
    """A posting with the searches that it fits whole, else those that it nearly fits."""

    ready: PostingFeatures
    fits: tuple[tuple[DueSearch, JudgedPosting], ...]
    outcome: Outcome
    searches: tuple[DueSearch, ...]
    """All that found it, also those that it does not fit as well, or no longer."""
    copies: tuple[str, ...] = ()
    """The ids of its other postings."""
    pay_news: PayNews | None = None

    @property
    def posting(self) -> PostingCore:
        return self.ready.posting


def found_jobs(
    recipient: Recipient,
    candidates: Iterable[Candidate],
    sent: Sequence[SentItem],
    due_at: datetime,
    stale_after: timedelta,
    judging: Judging,
    dropped: list[Dropped],
) -> list[FoundJob]:
    """The jobs that candidates come to and that may be sent; `dropped` takes all others, each with why."""
    judged = _judge_all(_newest(candidates), recipient, due_at, stale_after, judging, dropped)
    return _merged_jobs(judged, sent, judging, dropped)


def _newest(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate a posting: its newest version, with all the searches that found any version of it."""
    found: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        found.setdefault(candidate.posting.posting_id, []).append(candidate)
    return tuple(_together(found[posting_id]) for posting_id in sorted(found))


def _together(found: Sequence[Candidate]) -> Candidate:
    """Versions of a posting as one candidate, its searches in their order; mostly there is one of either."""
    if len(found) == 1 and len(found[0].searches) == 1:
        return found[0]
    newest = max(found, key=lambda candidate: candidate.posting.version)
    searches = {search.search_id: search for candidate in found for search in candidate.searches}
    return Candidate(newest.posting, tuple(sorted(searches.values(), key=by_name)))


def _judge_all(
    candidates: Iterable[Candidate],
    recipient: Recipient,
    due_at: datetime,
    stale_after: timedelta,
    judging: Judging,
    dropped: list[Dropped],
) -> dict[str, FoundJob]:
    judged: dict[str, FoundJob] = {}
    for candidate in candidates:
        ready = judging.ready(candidate.posting)
        why_not = why_no_news(ready, recipient, due_at, stale_after) or _why_unspoken(candidate, recipient)
        posting_id = candidate.posting.posting_id
        job = Dropped(posting_id, why_not) if why_not else _judge(ready, candidate.searches, judging)
        if isinstance(job, Dropped):
            dropped.append(job)
        else:
            judged[posting_id] = job
    return judged


def why_no_news(ready: PostingFeatures, recipient: Recipient, due_at: datetime, stale_after: timedelta) -> Cause | None:
    """Why somebody is not sent a posting, whatever they search for; None where they may be."""
    posting = ready.posting
    if posting.status == "closed":
        return Cause("closed")
    if posting.expires_at is not None and posting.expires_at <= due_at:
        return Cause("expired", day=posting.expires_at.date())
    if due_at - ready.seen_at > stale_after:
        return Cause("old", most=stale_after.days)
    if posting.backlog:
        return Cause("backlog")
    if recipient.hidden_companies and ready.company in recipient.hidden_companies:
        return Cause("hidden_company")
    if posting.cluster.key in recipient.not_relevant:
        return Cause("not_relevant")
    if ready.leads_nowhere:
        return Cause("no_link")
    return None


def _why_unspoken(candidate: Candidate, recipient: Recipient) -> Cause | None:
    """That it needs a language which the recipient does not speak; what a search asks to be written in is welcome."""
    if not recipient.speaks:
        return None
    asked = {code for search in candidate.searches for code in search.criteria.languages}
    found = unspoken(recipient.speaks, candidate.posting, asked)
    return Cause("unspoken", unspoken=found) if found else None


def _judge(ready: PostingFeatures, searches: Sequence[DueSearch], judging: Judging) -> FoundJob | Dropped:
    found = [(search, judging.of(search.criteria, ready)) for search in searches]
    for outcome in _WORTH_SHOWING:
        fitting = tuple(fit for fit in found if fit[1].outcome == outcome)
        if fitting:
            return FoundJob(ready, fitting, outcome, tuple(searches))
    if not found:
        return Dropped(ready.posting.posting_id, Cause("not_found"))
    faults = (reason for reason in found[0][1].verdict.reasons if reason.fit == "no")
    return Dropped(ready.posting.posting_id, Cause("no_fit", reason=next(faults, None)))


_WORTH_SHOWING: Final[tuple[Outcome, ...]] = ("match", "near")


def _merged_jobs(
    judged: dict[str, FoundJob], sent: Sequence[SentItem], judging: Judging, dropped: list[Dropped]
) -> list[FoundJob]:
    matched = frozenset(posting_id for posting_id, job in judged.items() if job.outcome == "match")
    remembered = SentJobs(sent)
    kept = []
    for copies in gather([job.posting for job in judged.values()], matched):
        job = _merged(copies, judged, judging)
        before = remembered.of(copies)
        if before:
            news = pay_news(before, job.posting, found_by(job.fits)) if job.outcome == "match" else None
            if news is None:
                dropped += [Dropped(copy.posting_id, _why_sent(copy, before)) for copy in copies.all]
                continue
            job = job._replace(pay_news=news)
        for copy in copies.others:
            dropped.append(Dropped(copy.posting_id, Cause("worse_copy", posting_id=copies.best.posting_id)))
        kept.append(job)
    return kept


def _why_sent(posting: PostingCore, before: Sequence[SentItem]) -> Cause:
    own = next((item for item in before if item.posting_id == posting.posting_id), None)
    if own is not None:
        return Cause("sent", day=own.sent_at.date())
    return Cause("copy_sent", day=before[0].sent_at.date(), posting_id=before[0].posting_id)


def _merged(copies: Copies, judged: dict[str, FoundJob], judging: Judging) -> FoundJob:
    """The best copy with the searches of all copies, each judged on the copy that is shown."""
    own = judged[copies.best.posting_id]
    if not copies.others:
        return own
    searches = {search.search_id: search for copy in copies.all for search in judged[copy.posting_id].searches}
    merged = _judge(own.ready, sorted(searches.values(), key=by_name), judging)
    copies_of_it = tuple(copy.posting_id for copy in copies.others)
    return (own if isinstance(merged, Dropped) else merged)._replace(copies=copies_of_it)


def found_by(fits: Sequence[tuple[DueSearch, JudgedPosting]]) -> tuple[FoundBy, ...]:
    """The searches that a job fits, each with why."""
    return tuple(
        FoundBy(search, judged.verdict, preferred_of(search.preferred_places, judged.ready)) for search, judged in fits
    )


def by_name(search: DueSearch) -> tuple[str, str]:
    """The order of a person's searches."""
    return (search.name, search.search_id)
