"""What the polls of a source gave over time, and an operator's word for one that gives nothing."""

import sqlalchemy as sa
from alembic import op

from schemas.sql.base import Moment

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    gave = "what its polls gave over time, a JSON object; null: nobody looked yet"
    op.add_column("sources", sa.Column("giving", sa.Text(), comment=gave))
    word = "when an operator said that it is right to give nothing new"
    op.add_column("sources", sa.Column("giving_accepted", Moment, comment=word))
