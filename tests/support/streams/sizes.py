"""How much flows and how much goes wrong, in the short form and in the long one."""

import os
from dataclasses import dataclass
from typing import Literal, get_args

from tests.support.own_engines import Engine

ServiceName = Literal["ingest", "matcher", "notifier"]
SERVICES: tuple[ServiceName, ...] = get_args(ServiceName)
Index = Literal["elasticsearch", "memory"]


@dataclass(frozen=True)
class Size:
    """One form of the run."""

    name: str
    postings: int
    """Distinct jobs to be listed; new versions, closings, copies and repeats come on top."""
    criteria: int
    """Searches for as many different criteria, there before the first posting."""
    people: int
    topics: int
    """A posting is of one of so many trades, and most criteria ask for one: what a search finds is 1 in so many."""
    span_s: float
    """Over which all that flows and fails is spread."""
    kills: int
    """Of each service."""
    freezes: int
    """Of each service, past the session timeout."""
    joins: int
    """Of a second worker of each service, which leaves again."""
    restarts: tuple[Engine, ...]
    """Engines that are killed and started again."""
    aways: tuple[tuple[Engine, float], ...]
    """Engines that are stopped and for how many seconds."""
    acts_a_second: float
    """What people do: join, change, pause and leave."""
    sampled: int
    """Pairs that the truth judges."""
    session_s: float = 4.0
    patience_s: float = 900.0
    """For lag to go down to nothing, after all."""


SHORT = Size(
    name="short",
    postings=600,
    criteria=600,
    people=100,
    topics=40,
    span_s=40,
    kills=2,
    freezes=1,
    joins=1,
    restarts=("kafka", "postgresql"),
    aways=(("elasticsearch", 8.0),),
    acts_a_second=3.0,
    sampled=10_000,
    session_s=3.0,
    patience_s=180.0,
)
LONG = Size(
    name="long",
    postings=20_000,
    criteria=20_000,
    people=1_000,
    topics=300,
    span_s=840,
    kills=21,
    freezes=2,
    joins=3,
    restarts=("kafka", "elasticsearch", "postgresql"),
    aways=(("kafka", 120.0), ("elasticsearch", 120.0), ("postgresql", 120.0)),
    acts_a_second=2.0,
    sampled=100_000,
)


def chosen_size() -> Size:
    """The one that JOBCHIME_FAULTS names, else the short one."""
    return {size.name: size for size in (SHORT, LONG)}[os.environ.get("JOBCHIME_FAULTS", SHORT.name)]


def chosen_seed() -> int:
    """JOBCHIME_FAULTS_SEED, with which a run is replayed."""
    return int(os.environ.get("JOBCHIME_FAULTS_SEED", "20260803"))


def chosen_index() -> Index:
    """Where the matcher holds criteria: JOBCHIME_FAULTS_INDEX."""
    return "memory" if os.environ.get("JOBCHIME_FAULTS_INDEX") == "memory" else "elasticsearch"
