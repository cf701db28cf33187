"""Jobs that subscribers saved or applied for."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, func, select, update

from schemas.sql.doors import tracked_jobs
from schemas.sql.tables import postings
from services.notifier.adapters.sql.people.feedback import note, say, say_by_saving, unsay_by_saving
from services.notifier.adapters.sql.rows import chunks, hold_person
from services.notifier.domain.feedback import MOST_TRACKED, Answer, TrackedJob
from services.notifier.domain.model import ClosedJob
from services.runtime.errors import UsageError
from services.runtime.sql.store import bytewise, reading, retried, upsert, writing

_row = tracked_jobs.c


class SqlTrackedJobs:
    """What each person tracks. All raise UnavailableError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def save(self, subscriber_id: str, job: TrackedJob, answer: Answer | None = None) -> None:
        """Keep a job, with what saving it says; one that is kept stays as it is.

        Raises UsageError where they are gone or have no room left.
        """
        with writing(self._engine) as connection:
            if hold_person(connection, subscriber_id) is None:
                raise UsageError(f"There is no subscriber {subscriber_id}.")
            own = _row.subscriber_id == subscriber_id
            count = connection.execute(select(func.count()).select_from(tracked_jobs).where(own)).scalar_one()
            known = _is_saved(connection, subscriber_id, job.posting_id)
            if count >= MOST_TRACKED and not known:
                raise UsageError(f"One may have {MOST_TRACKED} saved jobs; take one out first.")
            row = {name: getattr(job, name) for name in ("posting_id", "title", "company", "url", "note", "saved_at")}
            row |= {"subscriber_id": subscriber_id, "applied_on": _written(job.applied_on)}
            # Whoever saves what is closed saw that it is.
            status = connection.execute(select(postings.c.status).where(postings.c.posting_id == job.posting_id))
            row |= {"closed_told_at": job.saved_at if status.scalar_one_or_none() == "closed" else None}
            connection.execute(upsert(connection, tracked_jobs).values(row).on_conflict_do_nothing())
            if answer and not known:
                say_by_saving(connection, subscriber_id, answer, job.saved_at)

    @retried
    def change(
        self, subscriber_id: str, posting_id: str, note: str, applied_on: date | None, answer: Answer | None = None
    ) -> bool:
        """What they write beside it, and when they applied; False where it is not kept.

        `answer`: what applying says, where they had not applied before.
        """
        own = (_row.subscriber_id == subscriber_id) & (_row.posting_id == posting_id)
        with writing(self._engine) as connection:
            hold_person(connection, subscriber_id)
            row = connection.execute(select(_row.applied_on).where(own)).one_or_none()
            if row is None:
                return False
            connection.execute(update(tracked_jobs).where(own).values(note=note, applied_on=_written(applied_on)))
            if answer and answer.job and applied_on and not row.applied_on:
                say_by_saving(connection, subscriber_id, answer, answer.job.said_at)
            return True

    @retried
    def say_again(self, subscriber_id: str, posting_id: str, answer: Answer, saved_at: datetime) -> None:
        """What saving a job says, where it is kept."""
        with writing(self._engine) as connection:
            hold_person(connection, subscriber_id)
            if _is_saved(connection, subscriber_id, posting_id):
                say_by_saving(connection, subscriber_id, answer, saved_at)

    @retried
    def take_out(self, subscriber_id: str, posting_id: str) -> bool:
        """Forget a job, and what saving it said, which is whether it said anything; again it changes nothing."""
        with writing(self._engine) as connection:
            hold_person(connection, subscriber_id)
            return _take_out(connection, subscriber_id, posting_id)[1]

    @retried
    def hide(self, subscriber_id: str, posting_id: str, answer: Answer, now: datetime) -> None:
        """Say of a job that it is not relevant: it is kept no more, and what was written beside it goes along.

        Raises UsageError where they are gone.
        """
        with writing(self._engine) as connection:
            say(connection, subscriber_id, answer, now)
            written, _ = _take_out(connection, subscriber_id, posting_id)
            if written is not None:
                note(connection, subscriber_id, answer.kind, answer.value, written)

    def has(self, subscriber_id: str, posting_id: str) -> bool:
        """Whether a job is kept."""
        with reading(self._engine) as connection:
            return _is_saved(connection, subscriber_id, posting_id)

    def all(self, subscriber_id: str) -> list[TrackedJob]:
        """Theirs, the last saved first."""
        query = select(tracked_jobs).where(_row.subscriber_id == subscriber_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_row.saved_at.desc(), bytewise(connection, _row.posting_id))).all()
        return [
            TrackedJob(
                posting_id=row.posting_id,
                title=row.title,
                company=row.company,
                url=row.url,
                note=row.note,
                saved_at=row.saved_at,
                applied_on=date.fromisoformat(row.applied_on) if row.applied_on else None,
            )
            for row in rows
        ]


def closed_jobs(connection: Connection, subscriber_ids: Sequence[str]) -> dict[str, tuple[ClosedJob, ...]]:
    """By subscriber: the jobs that they saved, that are closed, and of which no mail has said so; the last saved first.

    Those who have none are left out.
    """
    found: dict[str, list[ClosedJob]] = {}
    for some in chunks(subscriber_ids):
        query = (
            select(tracked_jobs)
            .join(postings, postings.c.posting_id == _row.posting_id)
            .where(_row.subscriber_id.in_(some), _row.closed_told_at.is_(None), postings.c.status == "closed")
            .order_by(_row.saved_at.desc(), bytewise(connection, _row.posting_id))
        )
        for row in connection.execute(query):
            found.setdefault(row.subscriber_id, []).append(ClosedJob(row.posting_id, row.title, row.company))
    return {subscriber_id: tuple(jobs) for subscriber_id, jobs in found.items()}


def note_closed_mailed(connection: Connection, subscriber_id: str, jobs: Iterable[ClosedJob], now: datetime) -> None:
    """A mail says that they are closed: no other one will."""
    for some in chunks([job.posting_id for job in jobs]):
        own = (_row.subscriber_id == subscriber_id) & _row.posting_id.in_(some)
        connection.execute(update(tracked_jobs).where(own).values(closed_told_at=now))


def _take_out(connection: Connection, subscriber_id: str, posting_id: str) -> tuple[str | None, bool]:
    """What was written beside it, None where it was not kept; and whether saving it said anything."""
    own = (_row.subscriber_id == subscriber_id) & (_row.posting_id == posting_id)
    written = connection.execute(delete(tracked_jobs).where(own).returning(_row.note)).scalar_one_or_none()
    return written, unsay_by_saving(connection, subscriber_id, posting_id)


def _is_saved(connection: Connection, subscriber_id: str, posting_id: str) -> bool:
    own = (_row.subscriber_id == subscriber_id) & (_row.posting_id == posting_id)
    return connection.execute(select(_row.posting_id).where(own)).first() is not None


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None
