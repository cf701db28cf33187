"""How a server store is reached and how long it may take. SQLite needs none of it."""

from pydantic import BaseModel, ConfigDict, Field


class StoreSettings(BaseModel):
    """Limits of the connections to PostgreSQL. What the address of the store says, such as `?connect_timeout=3`,
    wins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool: int = Field(default=4, ge=1, le=200)
    """How many connections a process keeps open."""
    overflow: int = Field(default=4, ge=0, le=200)
    """How many more it may open, and close after use. Keep the sum of all processes below the server's
    max_connections."""
    pool_wait_s: float = Field(default=15.0, gt=0, le=600)
    """How long to wait for a connection if all are in use."""
    connect_timeout_s: int = Field(default=5, ge=1, le=120)
    """How long connecting may take, in seconds."""
    statement_timeout_s: float = Field(default=60.0, gt=0, le=3_600)
    """How long a statement may take. Migrations have no such limit."""
    lock_timeout_s: float = Field(default=10.0, gt=0, le=600)
    """How long to wait for a lock of another transaction. jobchime's own transactions are far shorter."""
    silent_s: int = Field(default=15, ge=3, le=600)
    """A server that is silent for this long counts as away."""
