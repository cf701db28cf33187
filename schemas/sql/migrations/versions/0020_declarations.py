"""Where an operator has somebody's consent from, since when; signs of life; addresses that wait to be confirmed.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. Of people whom an operator took
in before, all that is known is when he did; where the ledger has nothing of somebody, that is written into it now. The
release before writes no declarations, which is to say that none was made.
"""

import sqlalchemy as sa
from alembic import op

from schemas.sql.base import Moment

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    source = "where an operator has the consent from, in his words; null: nobody said"
    op.add_column("consents", sa.Column("source", sa.Text(), comment=source))
    op.add_column("consents", sa.Column("given_at", Moment, comment="when it was given, as an operator declares"))
    op.add_column("subscribers", sa.Column("seen_at", Moment, comment="their last sign of life; null: not known"))
    asked = "when they were last asked whether they want mails; null: nothing is asked of them"
    op.add_column("subscribers", sa.Column("asked_at", Moment, comment=asked))
    op.add_column("subscribers", sa.Column("address_since", Moment, comment="null: they always had this address"))
    op.create_index("ix_subscribers_status_asked_at", "subscribers", ["status", "asked_at"])
    op.create_table(
        "new_addresses",
        sa.Column("token_hash", sa.Text(), primary_key=True, comment="of what stands in the link that confirms it"),
        sa.Column(
            "subscriber_id",
            sa.Text(),
            sa.ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
            comment="one at a time",
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False, comment="what stands beside the button that confirms it"),
        sa.Column("expires_at", Moment, nullable=False),
        comment="Addresses at which subscribers want to be mailed, until they confirm there that they have them.",
    )
    op.create_index("ix_new_addresses_expires_at", "new_addresses", ["expires_at"])
    bind = op.get_bind()
    bind.execute(sa.text("UPDATE consents SET source = '', given_at = at WHERE kind = 'given' AND origin = 'operator'"))
    bind.execute(
        sa.text(
            "INSERT INTO consents (subscriber_id, kind, at, origin, wording, why, source, given_at)"
            " SELECT subscriber_id, 'given', created_at, 'operator', '', '', '', created_at FROM subscribers"
            " WHERE NOT EXISTS (SELECT 1 FROM consents WHERE consents.subscriber_id = subscribers.subscriber_id)"
            " ORDER BY created_at"
        )
    )
