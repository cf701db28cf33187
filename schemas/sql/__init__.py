"""The tables of the store and how they came to be.

Enters: nothing. Leaves: one complete MetaData, and the Alembic migrations that make it in SQLite and PostgreSQL alike.
"""

from schemas.sql import doors as _doors  # noqa: F401 (registers its tables)
from schemas.sql import ingest as _ingest  # noqa: F401 (registers its tables)
from schemas.sql import tables as _tables  # noqa: F401 (registers its tables)
from schemas.sql import webhooks as _webhooks  # noqa: F401 (registers its tables)
from schemas.sql import workers as _workers  # noqa: F401 (registers its tables)
from schemas.sql.base import metadata

__all__ = ["metadata"]
