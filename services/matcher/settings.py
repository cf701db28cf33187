"""What an operator decides of the matcher."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MatcherSettings(BaseModel):
    """How postings and criteria are matched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: Literal["memory", "elasticsearch"] = "memory"
    """Where criteria and recent postings are held: in the memory of each worker, or once for all workers in
    Elasticsearch."""
    kernel: Literal["numpy", "numba"] = "numpy"
    """What searches the index in memory: `numpy`, or `numba`, which is several times as fast and needs
    `jobchime[compiled]`."""
    keys_a_record: int = Field(default=50_000, ge=1, le=500_000)
    """A posting that matches more criteria than this is sent in several records. 50,000 keys take about 90 KB."""
    backwards_days: int = Field(default=7, ge=1, le=90)
    """How many days back new criteria are matched, and postings are held in memory."""
    indexed_days: int = Field(default=30, ge=1, le=400)
    """How many days postings are held in Elasticsearch, for matching backwards and for backtests. A rebuild brings back
    only what the topic keeps, 30 days."""
    backwards_most: int = Field(default=200, ge=1, le=10_000)
    """How many of the newest postings new criteria are matched with."""

    @property
    def backwards(self) -> timedelta:
        """`backwards_days`, as a span."""
        return timedelta(days=self.backwards_days)

    @property
    def indexed(self) -> timedelta:
        """`indexed_days`, as a span; never less than is matched backwards."""
        return timedelta(days=max(self.indexed_days, self.backwards_days))
