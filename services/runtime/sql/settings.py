"""How a server store is reached and how long it may take. SQLite needs none of it."""

from pydantic import BaseModel, ConfigDict, Field


class StoreSettings(BaseModel):
    """Bounds of the connections to PostgreSQL. What the store's address says itself, as `?connect_timeout=3`, wins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool: int = Field(default=4, ge=1, le=200)
    """Connections that a process keeps open."""
    overflow: int = Field(default=4, ge=0, le=200)
    """Connections besides, closed after use. Keep the sum over all processes below the server's max_connections."""
    pool_wait_s: float = Field(default=15.0, gt=0, le=600)
    """How long to wait for a connection where all are in use."""
    connect_timeout_s: int = Field(default=5, ge=1, le=120)
    """How long connecting may take, in seconds."""
    statement_timeout_s: float = Field(default=60.0, gt=0, le=3_600)
    """The longest statement; migrations are not held to it."""
    lock_timeout_s: float = Field(default=10.0, gt=0, le=600)
    """The longest wait for another transaction; every one here is far shorter."""
    silent_s: int = Field(default=15, ge=3, le=600)
    """A server whose machine or network is silent for so long is taken to be away."""
