"""`jobchime topics`: the topics of the deployed form."""

from collections.abc import Sequence

import typer

from services.cli.options import AsJson, Config
from services.cli.output import console, print_json, table
from services.settings import load_settings
from services.usecases import recovery
from services.usecases.recovery import TopicFinding

app = typer.Typer(no_args_is_help=True)


@app.command("create")
def create_topics(config: Config = None, as_json: AsJson = False) -> None:
    """Create missing topics, and correct those that differ. Safe to run again."""
    settings = load_settings(config)
    done = recovery.create_topics(settings)
    if as_json:
        _print_json(done)
    elif done:
        console().print(table("", ("topic", "done"), [(finding.topic, finding.what) for finding in done]))
    else:
        typer.echo(f"All {recovery.count_topics(settings)} topics are as they should be.")


@app.command("check")
def check_topics(config: Config = None, as_json: AsJson = False) -> None:
    """Check the topics: say what is missing or wrong, and how to fix it. Exit 1 if something is."""
    settings = load_settings(config)
    findings = recovery.check_topics(settings)
    if as_json:
        _print_json(findings)
    elif findings:
        rows = [(finding.topic, finding.what, finding.mend) for finding in findings]
        console().print(table("", ("topic", "found", "how to mend it"), rows))
    else:
        typer.echo(f"All {recovery.count_topics(settings)} topics are as they should be.")
    if findings:
        raise typer.Exit(1)


def _print_json(findings: Sequence[TopicFinding]) -> None:
    for finding in findings:
        print_json({"topic": finding.topic, "what": finding.what} | ({"mend": finding.mend} if finding.mend else {}))
