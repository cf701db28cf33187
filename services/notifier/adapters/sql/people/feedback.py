"""What subscribers say of jobs and companies."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from schemas.sql.tables import feedback
from services.notifier.adapters.sql.rows import chunks, to_json
from services.notifier.domain.feedback import Statement
from services.notifier.domain.model import JobOpinion, Opinion
from services.runtime.sql.store import bytewise, upsert


@dataclass(frozen=True, slots=True)
class Feedback:
    """All that one subscriber said, as curation takes it."""

    hidden_companies: frozenset[str] = frozenset()
    """Folded names."""
    not_relevant: frozenset[str] = frozenset()
    """Cluster keys."""
    said: tuple[JobOpinion, ...] = ()


NOTHING = Feedback()


def keep(connection: Connection, subscriber_id: str, statement: Statement, now: datetime) -> None:
    """Keep it, once; said again it counts from now on, and of two opinions on one job the last one stands."""
    own = {"subscriber_id": subscriber_id, "kind": statement.kind, "value": statement.value}
    opposite = {"not_relevant": "more_like", "more_like": "not_relevant"}.get(statement.kind)
    if opposite:
        take_back(connection, subscriber_id, opposite, statement.value)
    said = {"created_at": now, "about": _about(statement), "posting_id": statement.posting_id or None}
    row = upsert(connection, feedback).values(own | said)
    keys = [feedback.c.subscriber_id, feedback.c.kind, feedback.c.value]
    connection.execute(row.on_conflict_do_update(index_elements=keys, set_=said))


def note(connection: Connection, subscriber_id: str, kind: str, value: str, text: str) -> bool:
    """Keep what they write beside it; False where it was not said."""
    own = (feedback.c.subscriber_id == subscriber_id) & (feedback.c.kind == kind) & (feedback.c.value == value)
    return connection.execute(update(feedback).where(own).values(note=text or None)).rowcount > 0


def take_back(connection: Connection, subscriber_id: str, kind: str, value: str) -> bool:
    """Forget that it was said; False where it was not."""
    own = (feedback.c.subscriber_id == subscriber_id) & (feedback.c.kind == kind) & (feedback.c.value == value)
    return connection.execute(delete(feedback).where(own)).rowcount > 0


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


def opinion_of(row: Row[Any]) -> JobOpinion | None:
    """What an opinion was of; None where that is not known, as of a release that did not ask."""
    if not row.about or row.kind not in ("not_relevant", "more_like"):
        return None
    about = json.loads(row.about)
    opinion: Opinion = "more_like" if row.kind == "more_like" else "not_relevant"
    return JobOpinion(
        opinion=opinion,
        title=about["title"],
        company=about["company"],
        title_words=frozenset(about["title_words"]),
        company_key=about["company_key"],
        skills=frozenset(about["skills"]),
        said_at=row.created_at,
    )


def statement_in(row: Row[Any]) -> Statement:
    """What was said, by its row."""
    company = json.loads(row.about)["company"] if row.about and row.kind == "hidden_company" else ""
    return Statement(row.kind, row.value, opinion_of(row), row.posting_id or "", company, row.note or "")


def _feedback(rows: Sequence[Row[Any]]) -> Feedback:
    said = (opinion_of(row) for row in rows)
    return Feedback(
        hidden_companies=frozenset(row.value for row in rows if row.kind == "hidden_company"),
        not_relevant=frozenset(row.value for row in rows if row.kind == "not_relevant"),
        said=tuple(sorted(filter(None, said), key=lambda opinion: (opinion.said_at, opinion.title, opinion.company))),
    )


def _about(statement: Statement) -> str | None:
    said = statement.said
    if said is None:
        return to_json({"company": statement.company}) if statement.company else None
    return to_json(
        {
            "title": said.title,
            "company": said.company,
            "title_words": sorted(said.title_words),
            "company_key": said.company_key,
            "skills": sorted(said.skills),
        }
    )
