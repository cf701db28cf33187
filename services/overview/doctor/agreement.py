"""Whether the store and the topics tell of the same things, looked at for `jobchime doctor`."""

from collections.abc import Iterator

from sqlalchemy import Engine

from schemas.topics import CRITERIA
from services.notifier.adapters.sql.criteria.outbox import SqlOutbox
from services.notifier.adapters.sql.criteria.repair import CriteriaRepair, Drift, published_of
from services.notifier.app import make_agreement
from services.overview.doctor.finding import Finding
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings

_MEND = "stop the notifiers, run `jobchime republish`; see the deployed form, an engine lost for good"


def agreement(engine: Engine, kafka: KafkaSettings) -> Iterator[Finding]:
    """What was lost on one side and not on the other. Raises UnavailableError where one of them is away."""
    if said := make_agreement(engine, kafka).standing().said():
        yield Finding("positions", "wrong", said, _MEND)
    else:
        yield Finding("positions", "well", "store and topics agree on how far the notifier has come")
    yield _criteria(engine, kafka)


def _criteria(engine: Engine, kafka: KafkaSettings) -> Finding:
    repair = CriteriaRepair(engine)
    found = _drift(repair, kafka)
    if found and not SqlOutbox(engine).pending(1):
        # What was on its way at the first look has arrived at the second.
        second = _drift(repair, kafka)
        found = Drift(_both(found.newest, second.newest), _both(found.strangers, second.strangers))
    if not found:
        return Finding("criteria", "well", f"{CRITERIA.name} tells what the store does")
    if SqlOutbox(engine).pending(1):
        return Finding("criteria", "note", "some wait to be published", "see that a notifier runs")
    lacking, strangers = len(found.newest), len(found.strangers)
    said = (
        f"{CRITERIA.name} lacks the newest state of {lacking:,}, and holds {strangers:,} that the store does not know"
    )
    return Finding("criteria", "wrong", said, _MEND)


def _drift(repair: CriteriaRepair, kafka: KafkaSettings) -> Drift:
    with RecordReader(kafka) as reader:
        return repair.drift(published_of(reader.read_all(CRITERIA.name)))


def _both(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(first) & set(second)))
