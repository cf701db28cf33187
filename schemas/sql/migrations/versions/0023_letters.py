"""What became of letters, so that those that come back count as digests do, and mails to a former address.

Written out in full: a migration says what was, whatever `schemas.sql.doors` becomes. Letters of the release before have
none of it, and count for how often an address is mailed alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_COLUMNS = {
    "letter_id": "what mailers and mail providers know it by; null: not known",
    "kind": "what it says",
    "state": "sending, accepted, failed, not_sent or unknown, as of deliveries",
    "fault": "why it was not accepted, by kind",
    "to_hash": "keyed hash of the folded address; forgotten after a day, like the other",
}


def upgrade() -> None:
    for name, comment in _COLUMNS.items():
        op.add_column("letters", sa.Column(name, sa.Text(), comment=comment))
    op.create_index("ix_letters_letter_id", "letters", ["letter_id"])
    said = "of the address that it goes to, where it is another than its subscriber's"
    op.add_column("deliveries", sa.Column("address_hash", sa.Text(), comment=said))
