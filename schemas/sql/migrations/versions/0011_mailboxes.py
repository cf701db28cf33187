"""Addresses compared by what the standards say is one mailbox; until now several mailboxes were taken for one.

Written out in full: a migration says what was, whatever `services.notifier.domain.ids` becomes. Where the form that is
compared differs from the one before, the hash is written anew under the installation's secret, and what was suppressed
stays suppressed. Two rows that come to one mailbox are both kept, the later one under its former hash; a note says so.
"""

import hashlib
import hmac
import string
import unicodedata

import idna
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_subscribers = sa.table(
    "subscribers", *(sa.column(name) for name in ("subscriber_id", "address", "address_hash", "created_at"))
)
_suppressions = sa.table(
    "suppressions", *(sa.column(name) for name in ("address_hash", "reason", "created_at", "exact"))
)


def upgrade() -> None:
    op.add_column(
        "suppressions",
        sa.Column(
            "exact",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="of the form that tells mailboxes apart; else of an earlier release's, which took some for one",
        ),
    )
    _rewrite(op.get_bind())


def _rewrite(connection: sa.Connection) -> None:
    columns = (_subscribers.c.subscriber_id, _subscribers.c.address, _subscribers.c.address_hash)
    in_order = sa.select(*columns).order_by(_subscribers.c.created_at, _subscribers.c.subscriber_id)
    # Most addresses are the same in both forms, and need neither the secret nor a write.
    changed = [row for row in connection.execute(in_order) if _former(row.address) != _folded(row.address)]
    for row in changed:
        given = connection.get_execution_options()
        new_hash = _hash(given["jobchime_secret"](), _folded(row.address))
        same = sa.select(_subscribers.c.subscriber_id).where(_subscribers.c.address_hash == new_hash)
        other = connection.execute(same).scalar_one_or_none()
        if other is not None:
            given["jobchime_notes"].append(
                f"the subscribers {other} and {row.subscriber_id} have the same mailbox; both are kept as they are,"
                f" and {row.subscriber_id} is found by that id only: erase one of them"
            )
            continue
        own = sa.update(_subscribers).where(_subscribers.c.subscriber_id == row.subscriber_id)
        connection.execute(own.values(address_hash=new_hash))
        _stay_suppressed(connection, row.address_hash, new_hash)


def _stay_suppressed(connection: sa.Connection, old_hash: str, new_hash: str) -> None:
    kept = sa.select(_suppressions).where(_suppressions.c.address_hash == old_hash)
    for row in connection.execute(kept).all():
        values = {"address_hash": new_hash, "reason": row.reason, "created_at": row.created_at, "exact": True}
        connection.execute(sa.insert(_suppressions).values(values))


def _former(address: str) -> str:
    return unicodedata.normalize("NFKC", address).strip().casefold()


def _folded(address: str) -> str:
    local, at, domain = address.strip().rpartition("@")
    folded = unicodedata.normalize("NFC", local).translate(_ASCII_LOWER)
    try:
        whole = idna.decode(idna.encode(domain, uts46=True, std3_rules=True, transitional=False).decode("ascii"))
    except (idna.IDNAError, UnicodeError):
        whole = unicodedata.normalize("NFC", domain).translate(_ASCII_LOWER)
    return f"{folded}{at}{whole}"


def _hash(secret: bytes, folded: str) -> str:
    state = hmac.new(secret, digestmod=hashlib.sha256)
    for part in ("address", folded):
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big") + data)
    return state.digest()[:16].hex()
