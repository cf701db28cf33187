"""`jobchime republish`: topics and store brought to agree again, after one of them was lost or restored."""

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Engine

from schemas.topics import CRITERIA, MATCHES
from services.cli.opened import open_installation
from services.cli.options import Config, Now, moment
from services.notifier.adapters.sql.criteria_again import CriteriaAgain, Difference, published_of
from services.notifier.agreement import Agreement
from services.notifier.app import make_agreement
from services.runtime.errors import UsageError
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import require
from services.settings import load_settings


def republish(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what does not agree.")] = False,
    now: Now = None,
    config: Config = None,
) -> None:
    """Have the topics and the store agree again, after Kafka was lost or the store restored; harmless to repeat.

    The notifier reads on where the store ends; criteria that criteria.v1 lacks are queued for it, and those that the
    store does not know are removed from it. With --dry-run, exit 1 where something does not agree.
    """
    settings = load_settings(config)
    if not settings.deployed:
        raise UsageError("there is nothing to republish: without Kafka, `jobchime backup` takes log and store as one")
    require(settings.kafka, (CRITERIA.name, MATCHES.name))
    with open_installation(config, create=False) as installation:
        engine = installation.engine
        said = _read_on(make_agreement(engine, settings.kafka), dry_run=dry_run)
        found = _publish(engine, settings.kafka, moment(now), dry_run=dry_run)
    if dry_run and (said or found):
        raise typer.Exit(1)


def _read_on(agreement: Agreement, *, dry_run: bool) -> str:
    standing = agreement.standing()
    said = standing.said()
    if not said:
        typer.echo("The notifier has come as far as the store says.")
    elif dry_run:
        typer.echo(f"{said}.")
    else:
        agreement.mend(standing)
        typer.echo(f"{said}: the notifier reads on where the store ends; what it reads twice adds nothing.")
    return said


def _publish(engine: Engine, kafka: KafkaSettings, at: datetime, *, dry_run: bool) -> Difference:
    again = CriteriaAgain(engine)
    with RecordReader(kafka) as reader:
        published = published_of(reader.read_all(CRITERIA.name))
    found = again.difference(published)
    if not found:
        typer.echo(f"{CRITERIA.name} tells what the store does.")
        return found
    typer.echo(
        f"{CRITERIA.name} lacks the newest state of {len(found.newest):,} criteria, and holds {len(found.strangers):,}"
        " that the store does not know."
    )
    if not dry_run:
        again.publish(found, published, at)
        typer.echo("All are queued, as they should be: a notifier publishes them.")
    return found
