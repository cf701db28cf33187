"""How many people are mailed by each choice of how choosy their mails are; nobody is named."""

from sqlalchemy import Connection, func, select

from schemas.sql.tables import subscribers


def read_selectivities(connection: Connection) -> dict[str, int]:
    """By selectivity, of those that anybody who is mailed chose."""
    chosen = func.coalesce(subscribers.c.selectivity, "usual").label("chosen")
    query = select(chosen, func.count().label("people")).where(subscribers.c.status == "active").group_by(chosen)
    return {row.chosen: row.people for row in connection.execute(query)}
