"""Jobs that somebody is asked about, what they answer, and what that changes: `feedback` keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from schemas.posting import PostingCore
from services.notifier.domain.curation.chance.answers import MOST_ASKED, UNSURE, worth_asking
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.feedback import Kind
from services.notifier.domain.people import Subscriber
from services.usecases import feedback, links
from services.usecases.errors import MissingError
from services.usecases.installation import Installation
from services.usecases.live_previews import LivePreviews
from services.usecases.searches import query_of, reader

__all__ = ["MOST_ASKED", "Effect", "answer", "effect", "questions"]

_SAYS: Final[Mapping[str, Kind]] = {"yes": "more_like", "no": "not_relevant"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What all that somebody said of jobs changes, beside these jobs themselves."""

    days: int
    """Of so many, as the columns of previews hold them."""
    fewer: int
    """Jobs that would have been mailed, had they said nothing."""
    more: int
    """The other way round."""


def questions(
    installation: Installation, live: LivePreviews, person: Subscriber, now: datetime
) -> tuple[PostingCore, ...]:
    """Open jobs of late that fit their searches, of which it is unsure whether they would take them.

    None of which they said something, in whatever place. Raises UnavailableError.
    """
    if not live.ready:
        return ()
    own_id = person.subscriber_id
    whom = reader(installation, own_id)
    answers = [answer for answer, _ in installation.feedback.said(own_id)]
    known = {answer.value for answer in answers}
    told = {(job.company_key, job.title_words) for answer in answers if (job := answer.job)}
    likely: dict[str, tuple[PostingFeatures, float]] = {}
    for search in links.searches(installation, person):
        for ready, chance in () if search.paused else live.weighed(query_of(search), whom, now):
            if ready.posting.cluster.key not in known and (ready.company, ready.title_words) not in told:
                best = max(chance, likely.get(ready.posting.posting_id, (ready, 0.0))[1])
                likely[ready.posting.posting_id] = ready, best
    unsure = (pair for pair in likely.values() if UNSURE[0] <= pair[1] <= UNSURE[1])
    bar = installation.settings.notifier.curate.job_bar(whom.selectivity)
    return tuple(ready.posting for ready in worth_asking(unsure, bar))


def answer(installation: Installation, person: Subscriber, answers: Mapping[str, str], now: datetime) -> int:
    """Keep what somebody answers, by posting; gives how many were. Of what is not kept any more nothing is."""
    kept = 0
    for posting_id, said in answers.items():
        if (kind := _SAYS.get(said)) is not None:
            try:
                feedback.say(installation, person.subscriber_id, kind, posting_id, now)
            except MissingError:
                continue
            kept += 1
    return kept


def effect(installation: Installation, live: LivePreviews, person: Subscriber, now: datetime) -> Effect:
    """What their answers do to what their searches would have had mailed. Raises UnavailableError."""
    whom = reader(installation, person.subscriber_id)
    if not live.ready or not whom.answers:
        return Effect(live.days, 0, 0)
    before, after = set[str](), set[str]()
    for search in links.searches(installation, person):
        if not search.paused:
            unsaid, said = live.passing_of(query_of(search), (replace(whom, answers=()), whom), now)
            before |= unsaid
            after |= said
    return Effect(live.days, len(before - after), len(after - before))
