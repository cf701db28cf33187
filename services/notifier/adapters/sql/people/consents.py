"""The ledger of consents, a row each change, which goes with the person."""

from sqlalchemy import Connection, Engine, exists, func, insert, or_, select, update

from schemas.sql.tables import consents, subscribers
from services.notifier.domain.consent import CONSENTING, Consent
from services.runtime.sql.store import reading


def keep(connection: Connection, subscriber_id: str, consent: Consent) -> None:
    """Add a change, within a transaction that has locked its person."""
    row = {"subscriber_id": subscriber_id, "kind": consent.kind, "at": consent.at, "origin": consent.origin}
    row |= {"wording": consent.wording, "why": consent.why, "source": consent.source, "given_at": consent.given_at}
    connection.execute(insert(consents).values(row))


def consents_of(connection: Connection, subscriber_id: str) -> list[Consent]:
    """All changes of somebody, the oldest first."""
    query = select(consents).where(consents.c.subscriber_id == subscriber_id).order_by(consents.c.id)
    return [
        Consent(row.kind, row.at, row.origin, row.wording, row.why, row.source or "", row.given_at)
        for row in connection.execute(query)
    ]


def count_undeclared(engine: Engine) -> int:
    """How many are served although neither they nor an operator said where, when and to what words they agreed."""
    ledger, theirs = consents.c, consents.c.subscriber_id == subscribers.c.subscriber_id
    said = exists().where(theirs, ledger.kind.in_(CONSENTING), or_(ledger.origin != "operator", ledger.wording != ""))
    # The partial index on such rows spares looking at everybody who signed up.
    suspect = select(ledger.subscriber_id).where(
        ledger.kind == "given", ledger.origin == "operator", ledger.wording == ""
    )
    query = select(func.count()).select_from(subscribers).where(subscribers.c.subscriber_id.in_(suspect), ~said)
    with reading(engine) as connection:
        return int(connection.execute(query.where(subscribers.c.status == "active")).scalar_one())


def say_why(connection: Connection, subscriber_id: str, why: str) -> None:
    """Keep with the last withdrawal why it was."""
    withdrawn = select(func.max(consents.c.id)).where(
        consents.c.subscriber_id == subscriber_id, consents.c.kind == "withdrawn"
    )
    connection.execute(update(consents).where(consents.c.id == withdrawn.scalar_subquery()).values(why=why))
