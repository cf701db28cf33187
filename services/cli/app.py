"""The tree of commands."""

import typer

from services.cli import (
    configuration,
    dead,
    demo,
    doctor,
    explaining,
    files,
    pausing,
    people,
    reconciling,
    reindexing,
    running,
    searches,
    sources,
    state,
    status,
    topics,
    workers,
)

app = typer.Typer(
    name="jobchime",
    help="Job alerts as a service: postings in, one short, well-chosen email out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("run")(running.run)
app.command("ingest")(workers.ingest)
app.command("matcher")(workers.matcher)
app.command("notifier")(workers.notifier)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("pause")(pausing.pause)
app.command("resume")(pausing.resume)
app.command("normalise")(files.normalise)
app.command("match")(files.match)
app.command("explain")(explaining.explain)
app.add_typer(people.app, name="subscriber", help="People who get digests.")
app.add_typer(searches.app, name="search", help="Saved searches.")
app.add_typer(sources.app, name="source", help="Feeds.")
app.add_typer(dead.app, name="dead", help="Dead letters: records that could not be processed.")
app.add_typer(configuration.app, name="config", help="The settings file.")
app.add_typer(topics.app, name="topics", help="The topics of the deployed form, on Kafka.")
app.command("reindex")(reindexing.reindex)
app.command("reconcile")(reconciling.reconcile)
app.command("migrate")(state.migrate)
app.command("backup")(state.backup)
app.command("restore")(state.restore)
