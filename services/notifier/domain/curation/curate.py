"""What goes into a digest, and why everything else does not; and whether that is worth a mail.

docs/curation.md says it in words.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas.posting import PostingCore
from schemas.setting_types import Span
from services.notifier.domain.curation.cards import Card, cards_of, each_of, on_cards
from services.notifier.domain.curation.chance.answers import answered
from services.notifier.domain.curation.chance.model import chance_of, tenth
from services.notifier.domain.curation.chance.own_words import named
from services.notifier.domain.curation.found_jobs import FoundJob, by_name, found_by, found_jobs
from services.notifier.domain.curation.judging import JudgedPosting, Judging, PostingFeatures
from services.notifier.domain.curation.room import Room
from services.notifier.domain.curation.score import fresh_points, score, total, weight_of
from services.notifier.domain.curation.suits import suits_of
from services.notifier.domain.model import (
    Candidate,
    Cause,
    Digest,
    Dropped,
    DueSearch,
    Hold,
    HoldCause,
    Item,
    Recipient,
    SentItem,
    WaitingJob,
)
from services.notifier.domain.selectivity import Selectivity, bar_for
from services.notifier.domain.weights import Chance
from services.rules.verdict import Outcome


class CurateSettings(BaseModel):
    """How much a digest may hold and how old a job may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most_items: int = Field(default=10, ge=1)
    """How many jobs one digest may hold. Each is on a card; one job in several places is one card."""
    most_near: int = Field(default=3, ge=0)
    """How many near misses may stand below them."""
    most_per_company: int = Field(default=2, ge=1)
    """How many cards of one company a digest holds if other companies' jobs would fill it."""
    most_alike: int = Field(default=2, ge=1)
    """How many cards with one title and similar texts a digest holds if other jobs would fill it."""
    least_chance: float = Field(default=0.40, ge=0.0, le=1.0)
    """The bar: a job is sent only if its chance to be accepted is at least this (docs/relevance.md). 0 sends all that
    fits."""
    least_mail_chance: float = Field(default=0.60, ge=0.0, le=1.0)
    """A mail goes out only if the chance that one of its jobs is accepted is at least this. Near misses need it too."""
    stale_after: Span = timedelta(days=30)
    """A job that was posted longer ago is not sent."""

    def job_bar(self, selectivity: Selectivity) -> float:
        """The chance that a job needs for somebody who is so choosy."""
        return bar_for(selectivity, self.least_chance)

    def mail_bar(self, selectivity: Selectivity) -> float:
        """How likely a mail to them must hold something that they accept."""
        return bar_for(selectivity, self.least_mail_chance)

    def near_bar(self, selectivity: Selectivity) -> float:
        """The chance that a near miss needs: a mail has room for it, and nobody asked for it."""
        return max(self.job_bar(selectivity), self.mail_bar(selectivity))


DEFAULTS = CurateSettings()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A job with its score for the search that it suits best, which is the first in `fits`."""

    job: FoundJob
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


class BelowBar(NamedTuple):
    """A job that may be sent but for its chance."""

    job: FoundJob
    chance: Chance

    @property
    def fits(self) -> tuple[tuple[DueSearch, JudgedPosting], ...]:
        return self.job.fits


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
    below: list[BelowBar] = []
    found = ranked(recipient, candidates, sent, due_at, settings, judging, dropped, below)
    dropped += _unlikely(below)
    fitting = [job for job in found if job.outcome == "match"]
    room = Room(settings.most_per_company, settings.most_alike)
    items, rest = room.fill(on_cards(fitting), settings.most_items)
    near, crowded_near = room.fill(on_cards([job for job in found if job.outcome == "near"]), settings.most_near)
    beyond, crowded = each_of(rest), each_of(crowded_near)
    dropped += [Dropped(job.posting.posting_id, why._replace(near=True)) for job, why in crowded]
    if not items:
        dropped += [Dropped(job.posting.posting_id, Cause("only_near")) for card in near for job in card.jobs]
        near_rest = _waiting([job for job in found if job.outcome == "near"])
        return Hold(recipient, due_at, _why_no_mail(dropped, near), _in_order(dropped), near_rest=near_rest)
    return Digest(
        recipient=recipient,
        due_at=due_at,
        searches=tuple(sorted(searches, key=by_name)),
        items=items_of(items, due_at, recipient),
        near=items_of(near, due_at, recipient),
        left_out=len(rest),
        dropped=_in_order(dropped),
        beyond=_in_order(Dropped(job.posting.posting_id, why) for job, why in beyond),
        rest=_waiting([job for job, _ in beyond]),
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
    below: list[BelowBar],
) -> list[Ranked]:
    """The jobs that candidates come to and that may be sent, best first.

    `below` takes those that only their chance keeps out, and `dropped` all others, each with why.
    """
    wishes, job_bar = judging.wishes(recipient), settings.job_bar(recipient.selectivity)
    near_bar = settings.near_bar(recipient.selectivity)
    weighed = []
    for job in found_jobs(recipient, candidates, sent, due_at, settings.stale_after, judging, dropped):
        by_answers = answered(recipient.answers, job.ready, due_at) if recipient.answers else None
        chances = [chance_of(judged, wishes.of(search), by_answers) for search, judged in job.fits]
        bar = near_bar if job.outcome == "near" else job_bar
        only = _only_best(chances)
        if only is not None and only.value < bar:
            below.append(BelowBar(job, only))
            continue
        whole = _weighed(job, chances, due_at)
        if whole.chance.value < bar:
            below.append(BelowBar(job, whole.chance))
        else:
            weighed.append(whole)
    return sorted(weighed, key=_rank)


def _only_best(chances: Sequence[Chance]) -> Chance | None:
    """The best; None where several are: of equal chances the one that goes first says why, and weighing tells that."""
    if len(chances) == 1:
        return chances[0]
    most = max(chance.value for chance in chances)
    best = [chance for chance in chances if chance.value == most]
    return best[0] if len(best) == 1 else None


def _unlikely(below: Iterable[BelowBar]) -> Iterator[Dropped]:
    """Those that fit stand on cards as in a mail, the likeliest first: what is said of them counts cards."""
    in_order = sorted(below, key=lambda left: (-left.chance.value, left.job.posting.posting_id))
    for card in on_cards([left for left in in_order if left.job.outcome == "match"]):
        first = card.jobs[0].job.posting.posting_id
        for left in card.jobs:
            own = left.job.posting.posting_id
            yield Dropped(own, Cause("unlikely", posting_id="" if own == first else first, chance=left.chance))
    for left in in_order:
        if left.job.outcome == "near":
            yield Dropped(left.job.posting.posting_id, Cause("unlikely", chance=left.chance, near=True))


def _waiting(ranked: Sequence[Ranked]) -> tuple[WaitingJob, ...]:
    return tuple(
        WaitingJob(job.posting, tuple(search for search, _ in job.fits), job.score, job.job.copies, job.chance)
        for job in ranked
    )


def _weighed(job: FoundJob, chances: Sequence[Chance], due_at: datetime) -> Ranked:
    """The job with the searches that it fits, the one that it suits best first."""
    fresh = fresh_points(job.ready, due_at)
    weighed = []
    for (search, judged), chance in zip(job.fits, chances, strict=True):
        weight = weight_of(judged, search.preferred_places)
        points = total(weight, fresh)
        weighed.append(((-tenth(chance), -points, -weight.fit, *by_name(search)), chance, points, (search, judged)))
    weighed.sort(key=lambda entry: entry[0])
    best = max((chance for _, chance, _, _ in weighed), key=lambda chance: chance.value)
    return Ranked(job, tuple(fit for *_, fit in weighed), weighed[0][2], best)


def _rank(ranked: Ranked) -> tuple[int, float, float, float, str]:
    _, best = ranked.fits[0]
    return (-tenth(ranked.chance), -ranked.score, -weight_of(best).fit, -ranked.ready.seen, ranked.posting.posting_id)


def items_of(cards: Iterable[Card[Ranked]], due_at: datetime, whom: Recipient) -> tuple[Item, ...]:
    """What is shown of jobs to somebody. Reasons, and what the parts of a score rest on, are worked out for these few
    alone."""
    return tuple(item_of(job, due_at, whom, beside=place > 0) for card in cards for place, job in enumerate(card.jobs))


def item_of(ranked: Ranked, due_at: datetime, whom: Recipient, *, beside: bool = False) -> Item:
    """Likewise of one."""
    search, best = ranked.fits[0]
    parts = score(best, due_at, search.preferred_places).parts
    found, news = found_by(ranked.fits), ranked.job.pay_news
    known, suits = named(whom.knows, ranked.ready) if whom.knows else (), suits_of(ranked.ready, whom)
    return Item(ranked.posting, found, ranked.score, parts, news, ranked.chance, beside, known, suits)


def _why_no_mail(dropped: Sequence[Dropped], near: Sequence[Card[Ranked]]) -> HoldCause:
    if near:
        return HoldCause("only_near")
    return HoldCause("none_chosen", len(dropped)) if dropped else HoldCause("nothing_found")


def _in_order(dropped: Iterable[Dropped]) -> tuple[Dropped, ...]:
    return tuple(sorted(dropped, key=lambda posting: posting.posting_id))


def worth_a_mail(chosen: Digest | Hold, settings: CurateSettings) -> Digest | Hold:
    """A digest as it is, where its jobs are likely enough to hold one that is accepted; else they wait for others.

    A mail of one job that is as likely unwanted as wanted teaches not to open the next.
    """
    if isinstance(chosen, Hold):
        return chosen
    # One job in several places is wanted or not as one.
    likely = 1.0 - math.prod(1.0 - max(item.chance.value for item in card) for card in cards_of(chosen.items))
    bar = settings.mail_bar(chosen.recipient.selectivity)
    if likely >= bar:
        return chosen
    waiting = (*(_waiting_job(item, chosen) for item in chosen.items), *chosen.rest)
    near = tuple(_waiting_job(item, chosen) for item in chosen.near)
    alone = (*(_left_out(job) for job in waiting), *(_left_out(job, near=True) for job in near))
    return Hold(
        recipient=chosen.recipient,
        due_at=chosen.due_at,
        cause=HoldCause("unlikely", len(waiting), likely, bar),
        dropped=tuple(sorted((*chosen.dropped, *alone), key=lambda posting: posting.posting_id)),
        rest=waiting,
        near_rest=(*near, *chosen.near_rest),
    )


def _left_out(job: WaitingJob, *, near: bool = False) -> Dropped:
    return Dropped(job.posting.posting_id, Cause("unlikely_mail", chance=job.chance, near=near))


def _waiting_job(item: Item, chosen: Digest) -> WaitingJob:
    copy_of_it = Cause("worse_copy", posting_id=item.posting.posting_id)
    copies = (left.posting_id for left in chosen.dropped if left.cause == copy_of_it)
    return WaitingJob(
        item.posting, tuple(found.search for found in item.found_by), item.score, tuple(copies), item.chance
    )
