"""By which key links in mails were last signed: under another one, those of mails sent before lead nowhere.

Nothing else would tell: whoever follows such a link is told that it no longer acts, and no operator hears of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select

from schemas.sql.tables import deliveries
from services.runtime.sql.flag_rows import read_flag, set_flag
from services.runtime.sql.store import reading, retried, writing

_FLAG: Final = "link_key"


@retried
def keep_link_key(engine: Engine, honoured: Sequence[str], now: datetime) -> None:
    """Remember what names the key of links, the first of `honoured`, and since when a former one is none of them.

    Safe to repeat: it says the same again. Raises UnavailableError.
    """
    current = honoured[0]
    with reading(engine) as connection:
        kept = read_flag(connection, _FLAG)
        was_mailed = connection.execute(select(deliveries.c.delivery_id).limit(1)).first() is not None
    before, lost, lost_at = kept.get("key", current), kept.get("lost"), kept.get("lost_at")
    if lost in honoured:
        # Set back: what was signed in between was signed by mistake, and that was told then.
        lost, lost_at = None, None
    elif before not in honoured and was_mailed:
        lost, lost_at = before, now.isoformat()
    after = {"key": current, "lost": lost, "lost_at": lost_at}
    if after != kept:
        with writing(engine) as connection:
            set_flag(connection, _FLAG, after, now)


def read_links_lost(connection: Connection) -> datetime | None:
    """Since when links of mails sent before lead nowhere, within the caller's transaction; None where they act."""
    at = read_flag(connection, _FLAG).get("lost_at")
    return datetime.fromisoformat(at) if at else None


def names_signing_key(engine: Engine, honoured: Sequence[str]) -> bool:
    """Whether the key by which links in mails are signed is one of `honoured`, or none was signed yet.

    Raises UnavailableError.
    """
    with reading(engine) as connection:
        return read_flag(connection, _FLAG).get("key", honoured[0]) in honoured
