"""Topics and store brought to agree again, after one of them was lost or restored; harmless to repeat."""

from datetime import datetime

from schemas.topics import CRITERIA, MATCHES
from services.notifier.adapters.sql.criteria.repair import CriteriaRepair, Difference, published_of
from services.notifier.app import make_agreement
from services.runtime.errors import UsageError
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.topics import require
from services.settings import Settings
from services.usecases.installation import Installation

__all__ = ["Difference", "publish", "read_on", "require_topics"]


def require_topics(settings: Settings) -> None:
    """Raises UsageError where there is no Kafka to agree with, or the topics are missing; UnavailableError."""
    if not settings.deployed:
        raise UsageError("there is nothing to republish: without Kafka, `jobchime backup` takes log and store as one")
    require(settings.kafka, (CRITERIA.name, MATCHES.name))


def read_on(installation: Installation, *, dry_run: bool) -> str:
    """Have the notifier read on where the store ends, unless `dry_run`; says what did not agree, empty where all did.

    What it reads twice adds nothing. Raises UnavailableError.
    """
    agreement = make_agreement(installation.engine, installation.settings.kafka)
    standing = agreement.standing()
    said = standing.said()
    if said and not dry_run:
        agreement.mend(standing)
    return said


def publish(installation: Installation, now: datetime, *, dry_run: bool) -> Difference:
    """Queue the criteria that criteria.v1 lacks, and the removal of those that the store does not know.

    With `dry_run` only says which. Raises UnavailableError.
    """
    repair = CriteriaRepair(installation.engine)
    with RecordReader(installation.settings.kafka) as reader:
        published = published_of(reader.read_all(CRITERIA.name))
    found = repair.difference(published)
    if found and not dry_run:
        repair.publish(found, published, now)
    return found
