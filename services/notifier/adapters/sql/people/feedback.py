"""What subscribers say of jobs and companies."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Subquery, delete, select, update

from schemas.sql.doors import tracked_jobs
from schemas.sql.tables import digest_items, digests, feedback, subscribers
from services.notifier.adapters.sql.digests.digest_rows import chance_in, kept_dropped
from services.notifier.adapters.sql.rows import chunks, hold_person, to_json
from services.notifier.domain.feedback import Answer, Kind
from services.notifier.domain.model import AnsweredJob
from services.notifier.domain.weights import AnswerKind
from services.runtime.errors import UsageError
from services.runtime.sql.store import bytewise, reading, retried, upsert, writing


@dataclass(frozen=True, slots=True)
class Feedback:
    """All that one subscriber said, as curation takes it."""

    hidden_companies: frozenset[str] = frozenset()
    """Folded names."""
    not_relevant: frozenset[str] = frozenset()
    """Cluster keys."""
    answers: tuple[AnsweredJob, ...] = ()


NOTHING = Feedback()


class SqlFeedback:
    """What each subscriber says, one thing at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def say(self, subscriber_id: str, answer: Answer, now: datetime) -> None:
        """Keep what someone says of a company or a job, once; of two answers on one job the last one stands.

        Said again it counts from now on. Raises UsageError.
        """
        with writing(self._engine) as connection:
            say(connection, subscriber_id, answer, now)

    @retried
    def unsay(self, subscriber_id: str, kind: Kind, value: str) -> bool:
        """Take that back; False where it was never said."""
        with writing(self._engine) as connection:
            return _take_back(connection, subscriber_id, kind, value)

    @retried
    def note(self, subscriber_id: str, kind: Kind, value: str, text: str) -> bool:
        """Keep what someone writes beside what they said; False where it was never said."""
        with writing(self._engine) as connection:
            return note(connection, subscriber_id, kind, value, text)

    @retried
    def cause(self, subscriber_id: str, kind: Kind, value: str, cause: str, *, holds: bool) -> None:
        """Keep that someone said something, where they did, for a cause that their searches know; or forget it."""
        with writing(self._engine) as connection:
            # What is read is written again: nobody else may write between.
            if hold_person(connection, subscriber_id) is None:
                return
            row = connection.execute(select(feedback).where(_row_of(subscriber_id, kind, value))).one_or_none()
            if row is None or row.about is None:
                return
            about = json.loads(row.about)
            others = {*about.get("causes", ())} - {cause}
            about["causes"] = sorted(others | {cause} if holds else others)
            kept = update(feedback).where(_row_of(subscriber_id, kind, value)).values(about=to_json(about))
            connection.execute(kept)

    def said(self, subscriber_id: str) -> list[tuple[Answer, datetime]]:
        """All that someone said, by kind and value, with when."""
        with reading(self._engine) as connection:
            rows = rows_of(connection, subscriber_id)
        return [(answer_in(row), row.created_at) for row in rows]


def _row_of(subscriber_id: str, kind: str, value: str) -> ColumnElement[bool]:
    return (feedback.c.subscriber_id == subscriber_id) & (feedback.c.kind == kind) & (feedback.c.value == value)


def say(connection: Connection, subscriber_id: str, answer: Answer, now: datetime) -> None:
    """Keep what someone says. Raises UsageError where they are gone."""
    if hold_person(connection, subscriber_id) is None:
        raise UsageError(f"There is no subscriber {subscriber_id}.")
    _upsert(connection, subscriber_id, answer, now)


def note(connection: Connection, subscriber_id: str, kind: Kind, value: str, text: str) -> bool:
    """Keep what someone writes beside what they said; False where it was never said."""
    noted = update(feedback).where(_row_of(subscriber_id, kind, value)).values(note=text or None)
    return connection.execute(noted).rowcount > 0


def _upsert(connection: Connection, subscriber_id: str, answer: Answer, now: datetime) -> None:
    own = {"subscriber_id": subscriber_id, "kind": answer.kind, "value": answer.value}
    opposite = {"not_relevant": "more_like", "more_like": "not_relevant"}.get(answer.kind)
    if opposite:
        _take_back(connection, subscriber_id, opposite, answer.value)
    known = _row_of(subscriber_id, answer.kind, answer.value)
    before = connection.execute(select(feedback.c.about).where(known)).scalar_one_or_none()
    said = {"created_at": now, "about": _about(answer, before), "posting_id": answer.posting_id or None}
    row = upsert(connection, feedback).values(own | said)
    keys = [feedback.c.subscriber_id, feedback.c.kind, feedback.c.value]
    connection.execute(row.on_conflict_do_update(index_elements=keys, set_=said))


def _take_back(connection: Connection, subscriber_id: str, kind: str, value: str) -> bool:
    return connection.execute(delete(feedback).where(_row_of(subscriber_id, kind, value))).rowcount > 0


def say_by_saving(connection: Connection, subscriber_id: str, answer: Answer, now: datetime) -> None:
    """What saving a job says of it; who says that by a button goes on saying it."""
    known = connection.execute(select(feedback).where(_row_of(subscriber_id, answer.kind, answer.value)))
    said = job_in(row) if (row := known.one_or_none()) else None
    if said is None or said.kind == "saved":
        _upsert(connection, subscriber_id, answer, now)


def unsay_by_saving(connection: Connection, subscriber_id: str, posting_id: str) -> bool:
    """Take back what saving a job said of it, and nothing that was said by a button; False where it said nothing."""
    own = (feedback.c.subscriber_id == subscriber_id) & (feedback.c.posting_id == posting_id)
    said_by_it = False
    for row in connection.execute(select(feedback).where(own, feedback.c.kind == "more_like")).all():
        said = job_in(row)
        if said and said.kind == "saved":
            said_by_it |= _take_back(connection, subscriber_id, row.kind, row.value)
    return said_by_it


def feedback_of(connection: Connection, subscriber_ids: Sequence[str]) -> dict[str, Feedback]:
    """By subscriber; those who never said anything are left out."""
    rows: dict[str, list[Row[Any]]] = {}
    for some in chunks(subscriber_ids):
        for row in connection.execute(select(feedback).where(feedback.c.subscriber_id.in_(some))):
            rows.setdefault(row.subscriber_id, []).append(row)
    return {subscriber_id: _feedback(own) for subscriber_id, own in rows.items()}


def rows_of(connection: Connection, subscriber_id: str) -> Sequence[Row[Any]]:
    """All rows of a subscriber, by kind and value."""
    query = select(feedback).where(feedback.c.subscriber_id == subscriber_id)
    order = (bytewise(connection, column) for column in (feedback.c.kind, feedback.c.value))
    return connection.execute(query.order_by(*order)).all()


def job_in(row: Row[Any]) -> AnsweredJob | None:
    """The job that an answer was given to; None where that is not known, as of a release that did not ask."""
    if not row.about or row.kind not in ("not_relevant", "more_like"):
        return None
    about = json.loads(row.about)
    by_saving = bool(about.get("saved"))
    kind: AnswerKind = "not_relevant" if row.kind == "not_relevant" else "saved" if by_saving else "more_like"
    return AnsweredJob(
        kind=kind,
        title=about["title"],
        company=about["company"],
        title_words=frozenset(about["title_words"]),
        company_key=about["company_key"],
        skills=frozenset(about["skills"]),
        said_at=row.created_at,
        # An earlier release kept none of these.
        roles=tuple(about.get("roles", ())),
        places=frozenset(about.get("places", ())),
        foreseen=about.get("foreseen"),
        causes=tuple(about.get("causes", ())),
    )


def answer_in(row: Row[Any]) -> Answer:
    """What was said, by its row."""
    company = json.loads(row.about)["company"] if row.about and row.kind == "hidden_company" else ""
    return Answer(row.kind, row.value, job_in(row), row.posting_id or "", company, row.note or "")


def _feedback(rows: Sequence[Row[Any]]) -> Feedback:
    hidden = frozenset(row.value for row in rows if row.kind == "hidden_company")
    jobs = filter(None, (job_in(row) for row in rows))
    # Of a job whose company they hide it was the company.
    counting = (job for job in jobs if job.kind != "not_relevant" or job.company_key not in hidden)
    return Feedback(
        hidden_companies=hidden,
        not_relevant=frozenset(row.value for row in rows if row.kind == "not_relevant"),
        answers=tuple(sorted(counting, key=lambda job: (job.said_at, job.title, job.company))),
    )


def _about(answer: Answer, before: str | None) -> str | None:
    """`before`: what was kept where it was said already; why it was said, and of what was foreseen at least that."""
    said = answer.job
    if said is None:
        return to_json({"company": answer.company}) if answer.company else None
    kept = json.loads(before) if before else {}
    return to_json(
        {
            "title": said.title,
            "company": said.company,
            "title_words": sorted(said.title_words),
            "company_key": said.company_key,
            "skills": sorted(said.skills),
            "roles": list(said.roles),
            "places": sorted(said.places),
            # What searches leave out since is foreseen by none of them any more.
            "foreseen": kept.get("foreseen") if said.foreseen is None else said.foreseen,
            "causes": sorted({*said.causes, *kept.get("causes", ())}),
        }
        | ({"saved": True} if said.kind == "saved" else {})
    )


@dataclass(frozen=True, slots=True)
class JudgedJob:
    """A job of a mail, and what its reader made of it."""

    posting_id: str
    score: float
    near: bool
    verdict: str
    """A kind of feedback, `saved`, `applied`, or empty where they said nothing."""
    chance: float | None
    """That its reader accepts it, as it was foreseen; None where that was not kept."""
    mail: int
    reader: int
    """Numbers that tell jobs of one mail, and of one reader, from those of others."""
    left_out: bool = False
    """It was not in the mail, for its chance, and its reader answered it on the page of what was left out."""
    usual: bool = True
    """Whether its reader has the usual choice now; else other bars decide what they are mailed."""


def judged_jobs(engine: Engine, digests_at_most: int) -> tuple[JudgedJob, ...]:
    """Of the newest digests that were built, by the index of when; no reader is named. Raises UnavailableError."""
    newest = (
        select(digests.c.digest_id, digests.c.subscriber_id)
        .where(digests.c.outcome == "digest")
        .order_by(digests.c.created_at.desc())
        .limit(digests_at_most)
        .subquery()
    )
    own = digest_items.c
    columns = (own.digest_id, own.posting_id, own.score, own.kind, own.found_by, newest.c.subscriber_id)
    said: dict[tuple[str, str], str] = {}
    choosing = set[str]()
    with reading(engine) as connection:
        items = connection.execute(select(*columns).join(newest, newest.c.digest_id == digest_items.c.digest_id)).all()
        for some in chunks(sorted({row.subscriber_id for row in items})):
            jobs, person = tracked_jobs.c, subscribers.c
            others = select(person.subscriber_id).where(person.subscriber_id.in_(some), person.selectivity.is_not(None))
            choosing.update(connection.execute(others).scalars())
            query = select(jobs.subscriber_id, jobs.posting_id, jobs.applied_on).where(jobs.subscriber_id.in_(some))
            for row in connection.execute(query):
                said[row.subscriber_id, row.posting_id] = "applied" if row.applied_on else "saved"
            of = feedback.c
            stated = select(of.subscriber_id, of.posting_id, of.kind).where(of.subscriber_id.in_(some))
            for row in connection.execute(stated.where(of.posting_id.is_not(None))):
                said.setdefault((row.subscriber_id, row.posting_id), row.kind)
        sent = {(row.subscriber_id, row.posting_id) for row in items}
        left_out = _left_out(connection, newest, {key: verdict for key, verdict in said.items() if key not in sent})
    mails, readers = dict[str, int](), dict[str, int]()
    mailed = tuple(
        JudgedJob(
            posting_id=row.posting_id,
            score=row.score,
            near=row.kind == "near",
            verdict=said.get((row.subscriber_id, row.posting_id), ""),
            chance=chance_in(row.found_by),
            mail=mails.setdefault(row.digest_id, len(mails)),
            reader=readers.setdefault(row.subscriber_id, len(readers)),
            usual=row.subscriber_id not in choosing,
        )
        for row in items
    )
    return mailed + tuple(
        JudgedJob(
            posting_id=posting_id,
            score=0.0,
            near=False,
            verdict=verdict,
            chance=chance,
            mail=mails.setdefault(digest_id, len(mails)),
            reader=readers.setdefault(subscriber_id, len(readers)),
            left_out=True,
            usual=subscriber_id not in choosing,
        )
        for (subscriber_id, posting_id), (digest_id, chance, verdict) in left_out.items()
    )


def _left_out(
    connection: Connection, newest: Subquery, said: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], tuple[str, float, str]]:
    """By reader and posting, of what was answered and never mailed: which mail left it out, how likely, the answer."""
    found: dict[tuple[str, str], tuple[str, float, str]] = {}
    of = digests.c
    columns = select(of.digest_id, of.subscriber_id, of.dropped).join(newest, newest.c.digest_id == of.digest_id)
    for some in chunks(sorted({subscriber_id for subscriber_id, _ in said})):
        own = columns.where(of.subscriber_id.in_(some), of.dropped.is_not(None)).order_by(of.created_at)
        for row in connection.execute(own):
            for left in kept_dropped(row.dropped):
                verdict = said.get((row.subscriber_id, left.posting_id))
                if verdict and left.code == "unlikely" and not left.near and left.chance is not None:
                    found[row.subscriber_id, left.posting_id] = row.digest_id, left.chance, verdict
    return found
