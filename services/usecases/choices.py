"""How choosy somebody's mails are, and what a less choosy one would have brought them of late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notifier.adapters.sql.people.served import left_out_since
from services.notifier.domain.people import Subscriber
from services.notifier.domain.selectivity import SELECTIVITIES, Selectivity, wider
from services.runtime.figures.subscribers import read_selectivities
from services.runtime.sql.store import reading
from services.usecases import accounts
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation

__all__ = ["SELECTIVITIES", "Choice", "Selectivity", "choice", "choose", "counted", "selectivity_in"]

_LATELY: Final = 28
_AT_LEAST: Final = 7
"""Days that are looked back, and what is said of who has been there for fewer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose, and what else they may."""

    now: Selectivity
    days: int
    """Of so many it is counted what else would have come."""
    more: Mapping[Selectivity, int]
    """By each that brings more: jobs of these days that fitted, and that their digests left out as too unlikely."""

    @property
    def wider(self) -> Selectivity | None:
        """The next that brings more; None where nothing does."""
        return wider(self.now)


def choice(installation: Installation, person: Subscriber, now: datetime) -> Choice:
    """Counted, not foreseen: jobs in several places once, by the chance of then. Raises UnavailableError."""
    days = min(_LATELY, max(_AT_LEAST, (now - person.created_at).days))
    left = left_out_since(installation.engine, person.subscriber_id, now - timedelta(days=days))
    own, settings = person.profile.selectivity, installation.settings.notifier.curate
    less_choosy = SELECTIVITIES[SELECTIVITIES.index(own) + 1 :]
    chances = [job.chance or 0.0 for job in left if not job.near and not job.beside]
    kept_out = [chance for chance in chances if chance < settings.job_bar(own)]
    more = {wanted: sum(chance >= settings.job_bar(wanted) for chance in kept_out) for wanted in less_choosy}
    return Choice(own, days, more)


def counted(installation: Installation) -> dict[Selectivity, int]:
    """How many of those who are mailed chose each. Raises UnavailableError."""
    with reading(installation.engine) as connection:
        found = read_selectivities(connection)
    return {selectivity: found.get(selectivity, 0) for selectivity in SELECTIVITIES}


def choose(installation: Installation, person: Subscriber, said: str, now: datetime) -> None:
    """Have them mailed so from their next digest on. Raises WrongFieldError."""
    accounts.change(installation, person.subscriber_id, {"selectivity": selectivity_in(said)}, now)


def selectivity_in(said: str) -> Selectivity:
    """One that a form names. Raises WrongFieldError."""
    for known in SELECTIVITIES:
        if said == known:
            return known
    raise WrongFieldError("selectivity", f"{said!r} is not one of {', '.join(SELECTIVITIES)}")
