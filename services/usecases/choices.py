"""How choosy somebody's mails are, and what a less choosy one would have brought them of late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notifier.adapters.sql.people.served import left_out_since
from services.notifier.domain.curation.copies import SentJobs, gather
from services.notifier.domain.people import Subscriber
from services.notifier.domain.selectivity import SELECTIVITIES, Selectivity, less_choosy
from services.runtime.figures.subscribers import read_selectivities
from services.runtime.sql.store import reading
from services.usecases import accounts
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation

__all__ = ["SELECTIVITIES", "Choice", "Selectivity", "choice", "choose", "counted", "selectivity_in"]

_LATELY: Final = 28
_AT_LEAST: Final = 7
"""Days that are looked back, and what is said of who has been there for fewer."""
_MOST_COMPARED: Final = 500
"""Postings that are held against each other for copies, the likeliest: a page waits for it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose, and what else they may."""

    now: Selectivity
    days: int
    """Of so many it is counted what else would have come."""
    more: Mapping[Selectivity, int]
    """By each that brings more, the next first: jobs of these days that fitted, and that their digests left out as too
    unlikely."""

    @property
    def wider(self) -> Selectivity | None:
        """The next that would have brought any; None where nothing would, so that nothing is offered in vain."""
        return next((wanted for wanted, jobs in self.more.items() if jobs), None)


def choice(installation: Installation, person: Subscriber, now: datetime) -> Choice:
    """Counted, not foreseen: by the chance of then, each job once though copies of it came later or in other places.

    A job of which a copy was mailed is none. Raises UnavailableError.
    """
    days = min(_LATELY, max(_AT_LEAST, (now - person.created_at).days))
    since = now - timedelta(days=days)
    left = left_out_since(installation.engine, person.subscriber_id, since)
    own, settings = person.profile.selectivity, installation.settings.notifier.curate
    alone = {job.posting_id: job.chance or 0.0 for job in left if not job.near and not job.beside}
    kept_out = {posting_id: chance for posting_id, chance in alone.items() if chance < settings.job_bar(own)}
    chances = _by_job(installation, person, kept_out, since)
    more = {wanted: sum(chance >= settings.job_bar(wanted) for chance in chances) for wanted in less_choosy(own)}
    return Choice(own, days, more)


def _by_job(
    installation: Installation, person: Subscriber, chances: Mapping[str, float], since: datetime
) -> list[float]:
    """The chance of each job, by those of postings: of its copies the best."""
    likeliest = sorted(chances, key=lambda posting_id: (-chances[posting_id], posting_id))
    postings = list(installation.matches.postings(likeliest[:_MOST_COMPARED]).values())
    own_id = person.subscriber_id
    sent = SentJobs(installation.digests.sent({own_id: postings}, since).get(own_id, ()))
    jobs = gather(postings, frozenset())
    compared = {posting.posting_id for posting in postings}
    return [
        *(max(chances[copy.posting_id] for copy in job.all) for job in jobs if not sent.of(job)),
        *(chance for posting_id, chance in chances.items() if posting_id not in compared),
    ]


def counted(installation: Installation) -> dict[Selectivity, int]:
    """How many of those who are mailed chose each. Raises UnavailableError."""
    with reading(installation.engine) as connection:
        found = read_selectivities(connection)
    return {selectivity: found.get(selectivity, 0) for selectivity in SELECTIVITIES}


def choose(installation: Installation, person: Subscriber, said: str, now: datetime) -> None:
    """Have them mailed so from their next digest on. Raises WrongFieldError."""
    accounts.change(installation, person.subscriber_id, {"selectivity": selectivity_in(said)}, now)


def selectivity_in(said: str) -> Selectivity:
    """One that a form names. Raises WrongFieldError."""
    for known in SELECTIVITIES:
        if said == known:
            return known
    raise WrongFieldError("selectivity", f"{said!r} is not one of {', '.join(SELECTIVITIES)}")
