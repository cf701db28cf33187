"""Which addresses must not be mailed: the one condition, for who mails and for who counts."""

from sqlalchemy import ColumnElement, exists

from schemas.sql.tables import suppressions


def is_suppressed(address_hash: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether mails to an address are suppressed, and no operator has lifted that."""
    return exists().where(suppressions.c.address_hash == address_hash, suppressions.c.lifted_at.is_(None))
