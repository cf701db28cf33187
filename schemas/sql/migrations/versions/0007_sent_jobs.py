"""What was ever sent to whom, apart from digests; what is beyond a digest's cap; what a job was like that was judged.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "sent_jobs",
        sa.Column("subscriber_id", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False, comment="of its digest, which may be forgotten already"),
        sa.Column(
            "title", sa.BigInteger(), nullable=False, comment="a hash of what same jobs have in common, to find them by"
        ),
        sa.Column("cluster_key", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("near", sa.Boolean(), nullable=False, comment="shown as a near miss"),
        sa.Column("pay", sa.BigInteger(), comment="of a near miss: the top of its pay in a year, where it stated that"),
        sa.Column("pay_currency", sa.Text()),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.subscriber_id"],
            name=op.f("fk_sent_jobs_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "posting_id", "due_at", name=op.f("pk_sent_jobs")),
        comment="What a subscriber was ever sent, for as long as there is the subscriber: no job comes twice.",
    )
    op.create_index("ix_sent_jobs_title", "sent_jobs", ["subscriber_id", "title"])
    op.add_column(
        "digests",
        sa.Column(
            "rest",
            sa.LargeBinary(),
            comment="fitting jobs beyond the cap, best first: ids and searches, JSON, zlib",
        ),
    )
    op.add_column(
        "digests",
        sa.Column(
            "remembered",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="its items are in sent_jobs; those of an earlier release are not until a chore sees to them",
        ),
    )
    op.create_index(
        "ix_digests_unremembered",
        "digests",
        ["subscriber_id"],
        postgresql_where=sa.text("NOT remembered AND outcome = 'digest'"),
        sqlite_where=sa.text("remembered = 0 AND outcome = 'digest'"),
    )
    op.add_column(
        "feedback",
        sa.Column(
            "about", sa.Text(), comment="what the job was like that it was said of, a JSON object; null where not known"
        ),
    )
