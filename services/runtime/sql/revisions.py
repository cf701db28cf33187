"""Which tables a store has, and bringing them to what this program needs."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, Engine, inspect, text

import schemas.sql
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.pauses import keep_identity
from services.runtime.sql.store import is_postgresql, place_of, reading, writing

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(schemas.sql.__file__).parent / "migrations"
_LOCK_WAIT_S = 10.0
_one_migration = threading.Lock()
"""Alembic keeps what it works on in module globals."""


@dataclass(frozen=True, slots=True)
class Revision:
    """How a store's tables stand to this program."""

    current: str | None
    """None where there are no tables yet."""
    needed: str
    state: Literal["missing", "older", "same", "newer"]
    """A newer one serves this program too: a migration takes nothing away that its forerunner uses."""

    @property
    def usable(self) -> bool:
        return self.state in ("same", "newer")

    def why_not(self, place: str) -> str:
        """What to do about a store that is not usable."""
        has = "has no tables yet" if self.current is None else f"is at revision {self.current}"
        return f"the store at {place} {has} and this version needs {self.needed}: run `jobchime migrate`"


def revision_of(engine: Engine) -> Revision:
    """Which revision the store's tables have. Raises UnavailableError."""
    needed = _needed()
    with reading(engine) as connection:
        has_any = inspect(connection).has_table("alembic_version")
        current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if has_any else None
    if current is None:
        return Revision(None, needed, "missing")
    if current == needed:
        return Revision(current, needed, "same")
    # Revisions are numbered with as many digits, so that an older program knows a newer one by its number.
    return Revision(current, needed, "older" if current < needed else "newer")


def check_revision(engine: Engine) -> None:
    """Let a command work only on tables that it can use. Raises UnavailableError that says what to do."""
    found = revision_of(engine)
    if not found.usable:
        raise UnavailableError(found.why_not(place_of(engine.url)), mend="migrate")


def require_revision(engine: Engine) -> None:
    """Let a service begin only on tables that it can use. Raises UsageError, and UnavailableError for a store away."""
    found = revision_of(engine)
    if not found.usable:
        raise UsageError(found.why_not(place_of(engine.url)), mend="migrate")


def _no_secret() -> bytes:
    raise UsageError("this migration needs the installation's secret: run `jobchime migrate`", mend="migrate")


def migrate(
    engine: Engine, secret: Callable[[], bytes] = _no_secret, lock_wait_s: float = _LOCK_WAIT_S
) -> Sequence[str]:
    """Bring the tables to the newest revision; does nothing where they are there, or beyond.

    `secret` is the installation's, asked for where rows hold what was made with it; for `lock_wait_s` a table that
    others use is waited for. Returns what somebody should know, in sentences. Safe to run twice, by two at once, and
    while services of the release before still run. Raises UnavailableError; then nothing has changed.
    """
    from alembic import command  # half a second, which nobody waits for who finds the tables as they should be

    notes: list[str] = []
    with _one_migration, writing(engine) as connection:
        if is_postgresql(engine):
            # One after the other, however long the first takes; but no table is waited for so long that others, who
            # queue behind this wait, would stand still.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('jobchime migrations'))"))
            connection.execute(text(f"SET LOCAL lock_timeout = {lock_wait_s * 1000:.0f}"))
        if _is_newer(connection):
            return notes
        config = migration_config()
        config.attributes["connection"] = connection.execution_options(jobchime_secret=secret, jobchime_notes=notes)
        command.upgrade(config, "head")
        keep_identity(connection)
    return notes


def _is_newer(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return current is not None and current > _needed()


@cache
def _needed() -> str:
    """The newest revision, by the names of the files: each begins with its number."""
    return max(file.name for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def migration_config() -> "Config":
    """Where Alembic finds the migrations; `attributes["connection"]` is the transaction that they run in."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
