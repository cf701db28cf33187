"""Jobs that somebody keeps for themself: saved, applied for, with what they write beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.posting import PostingCore
from services.notifier.domain.feedback import MOST_NOTE, MOST_TRACKED, Answer, TrackedJob, answer_by_saving, foreseen
from services.rules.web_address import job_address
from services.usecases.errors import MissingError, WrongFieldError
from services.usecases.installation import Installation

__all__ = [
    "MOST_NOTE",
    "Tracked",
    "TrackedJob",
    "apply",
    "change",
    "is_saved",
    "note_from",
    "save",
    "saved",
    "saved_ids",
    "say_again",
    "take_out",
    "tracked",
]


@dataclass(frozen=True, slots=True)
class Tracked:
    """A job that somebody saved, and what became of it."""

    job: TrackedJob
    posting: PostingCore | None
    """As it is now; None where the store has forgotten it."""

    @property
    def closed(self) -> bool:
        """Whether it is known that nobody can apply any more."""
        return self.posting is not None and self.posting.status == "closed"


def tracked(installation: Installation, own_id: str) -> Sequence[Tracked]:
    """All that somebody saved, the last saved first. Raises UnavailableError."""
    jobs = installation.tracked_jobs.all(own_id)
    postings = installation.matches.postings([job.posting_id for job in jobs])
    return [Tracked(job, postings.get(job.posting_id)) for job in jobs]


def saved(installation: Installation, own_id: str, posting_id: str) -> TrackedJob | None:
    """What somebody keeps of a job; None where they do not. Raises UnavailableError."""
    return next((job for job in installation.tracked_jobs.all(own_id) if job.posting_id == posting_id), None)


def saved_ids(installation: Installation, own_id: str) -> frozenset[str]:
    """The postings of all that somebody saved. Raises UnavailableError."""
    return frozenset(job.posting_id for job in installation.tracked_jobs.all(own_id))


def save(installation: Installation, own_id: str, posting_id: str, now: datetime) -> None:
    """Keep a job, which says more like this; said again it changes nothing.

    What was written beside it while it was hidden goes along. Raises MissingError where the store has none,
    WrongFieldError.
    """
    posting = installation.matches.postings([posting_id]).get(posting_id)
    if posting is None:
        raise MissingError(f"there is no posting {posting_id} in the store")
    if is_saved(installation, own_id, posting_id):
        return
    if len(installation.tracked_jobs.all(own_id)) >= MOST_TRACKED:
        raise WrongFieldError("job", f"there are {MOST_TRACKED} saved jobs already", "job_room")
    hidden = ("not_relevant", posting.cluster.key)
    said = (answer for answer, _ in installation.feedback.said(own_id))
    note = next((answer.note for answer in said if (answer.kind, answer.value) == hidden), "")
    job = TrackedJob(posting_id, posting.title, posting.company.name, job_address(posting), note, now, None)
    installation.tracked_jobs.save(own_id, job, _answer(installation, own_id, posting, now))


def say_again(installation: Installation, own_id: str, posting_id: str) -> None:
    """Who calls a job that they saved not relevant no more goes on saying what saving it said, as of that time.

    So do they where they saved a copy of it.
    """
    copies = _copies(installation, own_id, posting_id)
    for posting, job in sorted(copies, key=lambda copy: copy[1].posting_id != posting_id)[:1]:
        answer = _answer(installation, own_id, posting, job.saved_at)
        installation.tracked_jobs.say_again(own_id, job.posting_id, answer, job.saved_at)


def _copies(installation: Installation, own_id: str, posting_id: str) -> list[tuple[PostingCore, TrackedJob]]:
    """What somebody saved of a job, by whichever of its postings, the last saved first: there is one answer on all."""
    jobs = {job.posting_id: job for job in installation.tracked_jobs.all(own_id)}
    postings = installation.matches.postings([posting_id, *jobs])
    own = postings.get(posting_id)
    of_one = ((postings[name], job) for name, job in jobs.items() if own and name in postings)
    return [(posting, job) for posting, job in of_one if own and posting.cluster.key == own.cluster.key]


def is_saved(installation: Installation, own_id: str, posting_id: str) -> bool:
    """Whether somebody keeps a job. Raises UnavailableError."""
    return installation.tracked_jobs.has(own_id, posting_id)


def _answer(installation: Installation, own_id: str, posting: PostingCore, now: datetime) -> Answer:
    """What saving a job, or applying for it, says, with the chance that it has by now."""
    return answer_by_saving(posting, now, foreseen(installation.subscribers.recipient(own_id), posting))


def change(
    installation: Installation, own_id: str, posting_id: str, note: str, applied_on: date | None, now: datetime
) -> None:
    """What they write beside a job, and when they applied, which says more like this from now on.

    Raises WrongFieldError; MissingError for none of theirs.
    """
    posting = installation.matches.postings([posting_id]).get(posting_id) if applied_on else None
    answer = _answer(installation, own_id, posting, now) if posting else None
    if not installation.tracked_jobs.change(own_id, posting_id, note_from(note), applied_on, answer):
        raise MissingError("there is no such job of yours")


def apply(installation: Installation, own_id: str, posting_id: str, day: date, now: datetime) -> None:
    """They applied for a job on a day; what they wrote stays. Raises MissingError where it is not kept."""
    job = saved(installation, own_id, posting_id)
    if job is None:
        raise MissingError("there is no such job of yours")
    change(installation, own_id, posting_id, job.note, day, now)


def take_out(installation: Installation, own_id: str, posting_id: str) -> None:
    """Keep a job no more, and take back what saving it said; said again it changes nothing. Raises UnavailableError.

    A copy of it that stays among their jobs goes on saying that.
    """
    if installation.tracked_jobs.take_out(own_id, posting_id):
        say_again(installation, own_id, posting_id)


def note_from(text: str) -> str:
    """What somebody writes beside a job. Raises WrongFieldError."""
    note = "\n".join(text.split("\r\n")).strip()
    if len(note) > MOST_NOTE:
        raise WrongFieldError("note", f"it has more than {MOST_NOTE} characters", "note_long", given=str(MOST_NOTE))
    return note
