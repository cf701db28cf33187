"""What is known of people whom an operator took in before he had to declare their consent.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. The release before may take in
more of them meanwhile, whose declaration is empty: `doctor` and `status` count these too. How somebody came to be
paused was not kept; that is not made up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_KNOWN = "added by the operator before declarations were kept"
_UNDECLARED = sa.text("kind = 'given' AND origin = 'operator' AND wording = ''")


def upgrade() -> None:
    bind = op.get_bind()
    bind.execute(
        sa.text(
            "INSERT INTO consents (subscriber_id, kind, at, origin, wording, why, source, given_at)"
            " SELECT subscriber_id, 'given', created_at, 'operator', '', '', '', created_at FROM subscribers"
            " WHERE NOT EXISTS (SELECT 1 FROM consents WHERE consents.subscriber_id = subscribers.subscriber_id)"
            " ORDER BY created_at"
        )
    )
    bind.execute(
        sa.text(
            "UPDATE consents SET source = :known, given_at = COALESCE(given_at, at)"
            " WHERE kind = 'given' AND origin = 'operator' AND wording = '' AND COALESCE(source, '') = ''"
        ),
        {"known": _KNOWN},
    )
    op.create_index(
        "ix_consents_undeclared",
        "consents",
        ["subscriber_id"],
        sqlite_where=_UNDECLARED,
        postgresql_where=_UNDECLARED,
    )
