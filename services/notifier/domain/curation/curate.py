"""What goes into a digest, and why everything else does not. docs/curation.md says it in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas.posting import PostingCore
from schemas.setting_types import Span
from services.notifier.domain.curation.chance import chance_of, tenth
from services.notifier.domain.curation.copies import Copies, SentJobs, gather
from services.notifier.domain.curation.judging import JudgedPosting, Judging, PostingFeatures
from services.notifier.domain.curation.pay_news import pay_news
from services.notifier.domain.curation.preferred_places import preferred_of
from services.notifier.domain.curation.room import Room
from services.notifier.domain.curation.score import passing, score, total, weight_of
from services.notifier.domain.model import (
    Candidate,
    Cause,
    Digest,
    Dropped,
    DueSearch,
    FoundBy,
    Hold,
    Item,
    PayNews,
    Recipient,
    SentItem,
    WaitingJob,
)
from services.notifier.domain.weights import Chance
from services.rules.languages.speaking import unspoken
from services.rules.verdict import Outcome


class CurateSettings(BaseModel):
    """How much a digest may hold and how old a job may be."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    most_items: int = Field(default=10, ge=1)
    """Jobs in one digest."""
    most_near: int = Field(default=3, ge=0)
    """Near misses below them."""
    most_per_company: int = Field(default=2, ge=1)
    """Jobs of one company, where those of others would fill the digest."""
    most_alike: int = Field(default=2, ge=1)
    """Likewise, jobs of one title whose texts are alike: other vacancies, but the same thing to read."""
    least_chance: float = Field(default=0.40, ge=0.0, le=1.0)
    """The bar: a job that is less likely to be accepted is not sent, see docs/relevance.md; 0 sends all that fits."""
    least_mail_chance: float = Field(default=0.60, ge=0.0, le=1.0)
    """A mail goes out where it is at least so likely that one of its jobs is accepted; until then they wait."""
    stale_after: Span = timedelta(days=30)
    """A job that was posted longer ago is no news."""


DEFAULTS = CurateSettings()


class _FoundJob(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Ranked:
    """A job with its score for the search that it suits best, which is the first in `fits`."""

    job: _FoundJob
    fits: tuple[tuple[DueSearch, JudgedPosting], ...]
    score: float
    chance: Chance
    """The best one for any of these searches."""

    @property
    def ready(self) -> PostingFeatures:
        return self.job.ready

    @property
    def posting(self) -> PostingCore:
        return self.job.posting

    @property
    def outcome(self) -> Outcome:
        return self.job.outcome


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
    found = ranked(recipient, candidates, sent, due_at, settings, judging, dropped)
    fitting = [job for job in found if job.outcome == "match"]
    room = Room(settings.most_per_company, settings.most_alike)
    items, rest = room.fill(fitting, settings.most_items)
    near, crowded = room.fill([job for job in found if job.outcome == "near"], settings.most_near)
    dropped += [Dropped(job.posting.posting_id, why._replace(near=True)) for job, why in crowded]
    if not items:
        dropped += [Dropped(job.posting.posting_id, Cause("only_near")) for job in near]
        near_rest = _waiting([job for job in found if job.outcome == "near"])
        return Hold(recipient, due_at, _why_held(dropped, near), _in_order(dropped), near_rest=near_rest)
    return Digest(
        recipient=recipient,
        due_at=due_at,
        searches=tuple(sorted(searches, key=_by_name)),
        items=tuple(item_of(job, recipient, due_at) for job in items),
        near=tuple(item_of(job, recipient, due_at) for job in near),
        left_out=len(rest),
        dropped=_in_order(dropped),
        beyond=_in_order(Dropped(job.posting.posting_id, why) for job, why in rest),
        rest=_waiting([job for job, _ in rest]),
        near_rest=_waiting([job for job, _ in crowded]),
    )


def ranked(
    recipient: Recipient,
    candidates: Iterable[Candidate],
    sent: Sequence[SentItem],
    due_at: datetime,
    settings: CurateSettings,
    judging: Judging,
    dropped: list[Dropped],
) -> list[Ranked]:
    """The jobs that candidates come to and that may be sent, best first; `dropped` takes all others, each with why."""
    judged = _judge_all(_newest(candidates), recipient, due_at, settings, judging, dropped)
    wishes = judging.wishes(recipient)
    weighed = []
    for job in _one_a_job(judged, sent, judging, dropped):
        chances = [chance_of(judged, wishes.of(search)) for search, judged in job.fits]
        best = max(chances, key=lambda chance: chance.value)
        # Of several equal chances the one that goes first says why: weighing tells.
        if best.value < settings.least_chance and [chance.value for chance in chances].count(best.value) == 1:
            dropped.append(_unlikely(job, best))
            continue
        whole = _weighed(job, chances, recipient, due_at)
        if whole.chance.value < settings.least_chance:
            dropped.append(_unlikely(job, whole.chance))
        else:
            weighed.append(whole)
    return sorted(weighed, key=_rank)


def _unlikely(job: _FoundJob, chance: Chance) -> Dropped:
    return Dropped(job.posting.posting_id, Cause("unlikely", chance=chance))


def _waiting(ranked: Sequence[Ranked]) -> tuple[WaitingJob, ...]:
    return tuple(
        WaitingJob(job.posting, tuple(search for search, _ in job.fits), job.score, job.job.copies, job.chance)
        for job in ranked
    )


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
    return Candidate(newest.posting, tuple(sorted(searches.values(), key=_by_name)))


def _judge_all(
    candidates: Iterable[Candidate],
    recipient: Recipient,
    due_at: datetime,
    settings: CurateSettings,
    judging: Judging,
    dropped: list[Dropped],
) -> dict[str, _FoundJob]:
    judged: dict[str, _FoundJob] = {}
    for candidate in candidates:
        ready = judging.ready(candidate.posting)
        why_not = why_no_news(ready, recipient, due_at, settings) or _why_unspoken(candidate, recipient)
        posting_id = candidate.posting.posting_id
        job = Dropped(posting_id, why_not) if why_not else _judge(ready, candidate.searches, judging)
        if isinstance(job, Dropped):
            dropped.append(job)
        else:
            judged[posting_id] = job
    return judged


def why_no_news(
    ready: PostingFeatures, recipient: Recipient, due_at: datetime, settings: CurateSettings
) -> Cause | None:
    """Why somebody is not sent a posting, whatever they search for; None where they may be."""
    posting = ready.posting
    if posting.status == "closed":
        return Cause("closed")
    if posting.expires_at is not None and posting.expires_at <= due_at:
        return Cause("expired", day=posting.expires_at.date())
    if due_at - ready.seen_at > settings.stale_after:
        return Cause("old", most=settings.stale_after.days)
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


def _judge(ready: PostingFeatures, searches: Sequence[DueSearch], judging: Judging) -> _FoundJob | Dropped:
    found = [(search, judging.of(search.criteria, ready)) for search in searches]
    for outcome in _WORTH_SHOWING:
        fitting = tuple(fit for fit in found if fit[1].outcome == outcome)
        if fitting:
            return _FoundJob(ready, fitting, outcome, tuple(searches))
    if not found:
        return Dropped(ready.posting.posting_id, Cause("not_found"))
    faults = (reason for reason in found[0][1].verdict.reasons if reason.fit == "no")
    return Dropped(ready.posting.posting_id, Cause("no_fit", reason=next(faults, None)))


_WORTH_SHOWING: Final[tuple[Outcome, ...]] = ("match", "near")


def _one_a_job(
    judged: dict[str, _FoundJob], sent: Sequence[SentItem], judging: Judging, dropped: list[Dropped]
) -> list[_FoundJob]:
    matched = frozenset(posting_id for posting_id, job in judged.items() if job.outcome == "match")
    remembered = SentJobs(sent)
    kept = []
    for copies in gather([job.posting for job in judged.values()], matched):
        job = _merged(copies, judged, judging)
        before = remembered.of(copies)
        if before:
            news = pay_news(before, job.posting, _found_by(job.fits)) if job.outcome == "match" else None
            if news is None:
                dropped += [Dropped(copy.posting_id, _why_sent(copy, before)) for copy in copies.all]
                continue
            job = job._replace(pay_news=news)
        dropped += [
            Dropped(copy.posting_id, Cause("worse_copy", posting_id=copies.best.posting_id)) for copy in copies.others
        ]
        kept.append(job)
    return kept


def _why_sent(posting: PostingCore, before: Sequence[SentItem]) -> Cause:
    own = next((item for item in before if item.posting_id == posting.posting_id), None)
    if own is not None:
        return Cause("sent", day=own.sent_at.date())
    return Cause("copy_sent", day=before[0].sent_at.date(), posting_id=before[0].posting_id)


def _merged(copies: Copies, judged: dict[str, _FoundJob], judging: Judging) -> _FoundJob:
    """The best copy with the searches of all copies, each judged on the copy that is shown."""
    own = judged[copies.best.posting_id]
    if not copies.others:
        return own
    searches = {search.search_id: search for copy in copies.all for search in judged[copy.posting_id].searches}
    merged = _judge(own.ready, sorted(searches.values(), key=_by_name), judging)
    copies_of_it = tuple(copy.posting_id for copy in copies.others)
    return (own if isinstance(merged, Dropped) else merged)._replace(copies=copies_of_it)


def _weighed(job: _FoundJob, chances: Sequence[Chance], recipient: Recipient, due_at: datetime) -> Ranked:
    """The job with the searches that it fits, the one that it suits best first."""
    own = passing(job.ready, due_at, recipient.said)
    weighed = []
    for (search, judged), chance in zip(job.fits, chances, strict=True):
        weight = weight_of(judged, search.preferred_places)
        points = total(weight, own)
        weighed.append(((-tenth(chance), -points, -weight.fit, *_by_name(search)), chance, points, (search, judged)))
    weighed.sort(key=lambda one: one[0])
    best = max((chance for _, chance, _, _ in weighed), key=lambda chance: chance.value)
    return Ranked(job, tuple(fit for *_, fit in weighed), weighed[0][2], best)


def _rank(ranked: Ranked) -> tuple[int, float, float, float, str]:
    _, best = ranked.fits[0]
    return (-tenth(ranked.chance), -ranked.score, -weight_of(best).fit, -ranked.ready.seen, ranked.posting.posting_id)


def item_of(ranked: Ranked, recipient: Recipient, due_at: datetime) -> Item:
    """What is shown of a job. Reasons, and what the parts of a score rest on, are worked out for these few alone."""
    search, best = ranked.fits[0]
    parts = score(best, due_at, recipient.said, search.preferred_places).parts
    return Item(ranked.posting, _found_by(ranked.fits), ranked.score, parts, ranked.job.pay_news, ranked.chance)


def _found_by(fits: Sequence[tuple[DueSearch, JudgedPosting]]) -> tuple[FoundBy, ...]:
    return tuple(
        FoundBy(search, judged.verdict, preferred_of(search.preferred_places, judged.ready)) for search, judged in fits
    )


def _why_held(dropped: Sequence[Dropped], near: Sequence[Ranked]) -> str:
    if near:
        return "no new job fits; near misses alone are not worth a mail"
    if dropped:
        return f"none of {len(dropped)} found jobs is worth a mail"
    return "nothing new was found"


def _by_name(search: DueSearch) -> tuple[str, str]:
    return (search.name, search.search_id)


def _in_order(dropped: Iterable[Dropped]) -> tuple[Dropped, ...]:
    return tuple(sorted(dropped, key=lambda posting: posting.posting_id))
