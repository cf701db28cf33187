"""`jobchime reindex`: the shared indices made anew from their topics, while they are used."""

from contextlib import closing
from typing import Annotated

import typer

from services.cli.options import Config, Now, moment
from services.cli.output import progress
from services.matcher.app import kept_indices, patient_engine
from services.matcher.rebuilding import Kept, Rebuilder
from services.runtime.clock import FixedClock
from services.runtime.elasticsearch import SearchEngine
from services.runtime.errors import UsageError
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.settings import load_settings


def reindex(
    only: Annotated[str, typer.Option(help="Only this index: criteria or postings.")] = "",
    now: Now = None,
    config: Config = None,
) -> None:
    """Rebuild the indices in Elasticsearch from their topics while workers go on, and turn searches to the new ones."""
    settings = load_settings(config)
    at = moment(now)
    if not settings.deployed or settings.matcher.index != "elasticsearch":
        raise UsageError(
            "there is no index to rebuild: workers hold criteria in memory, read from the log at each start"
            ' (matcher.index is "memory", or no Kafka is configured)'
        )
    if only not in ("", "criteria", "postings"):
        raise UsageError(f"--only is criteria or postings, not {only!r}")
    with closing(patient_engine(settings.elasticsearch)) as engine:
        for kept in kept_indices(engine, settings.matcher, FixedClock(at)):
            if only in ("", kept.name):
                _rebuild(settings.kafka, engine, kept)


def _rebuild(kafka: KafkaSettings, engine: SearchEngine, kept: Kept) -> None:
    with RecordReader(kafka) as reader, progress(f"Rebuilding {kept.name}", _records(kafka, kept)) as advance:
        name = Rebuilder(engine, reader).rebuild(kept, advance, wait=True)
    typer.echo(f"Searches for {kept.name} go to {name} now.")


def _records(kafka: KafkaSettings, kept: Kept) -> int:
    """How many there are to read at most: compaction leaves gaps."""
    since = kept.since()
    with Offsets(kafka) as offsets:
        starts = offsets.starts((kept.topic,)) if since is None else offsets.since(kept.topic, since)
        ends = offsets.ends((kept.topic,))
    return sum(end - starts[place] for place, end in ends.items())
