"""`jobchime subscriber`: add, edit, import, list, show and erase people; what they say of jobs is in `saying.py`."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.counted import counted
from services.cli.commands import saying
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import console, no_mail_line, print_json, progress, table
from services.runtime.errors import UsageError
from services.runtime.files.named import read_named
from services.settings import load_settings
from services.usecases import accounts, consent, importing, sessions
from services.usecases.installation import has_store

_SPEAKS = "A language that they speak: de, or de:working (basic, working, fluent, native). Repeatable."
_HOME = "Where they live: a town, such as Munich or 'Cambridge, MA', or a country."
_YEARS = "For how many years they have done the work that they look for, 0 to 60."
_NO_LONGER = '"" deletes it.'

WorkedAs = Annotated[
    list[str] | None,
    typer.Option(metavar="TITLE", help=f"A job title that they have had. Repeatable. {_NO_LONGER}"),
]
Knows = Annotated[
    list[str] | None,
    typer.Option(metavar="SKILL", help=f"Something that they can do, in their words. Repeatable. {_NO_LONGER}"),
]
Avoids = Annotated[
    list[str] | None,
    typer.Option(metavar="WORDS", help=f"Something that they would rather not do. Repeatable. {_NO_LONGER}"),
]
Choosy = Annotated[
    str | None,
    typer.Option("--selectivity", help="How choosy their mails are: strict, usual, wide or all."),
]
ConsentOrigin = Annotated[
    str | None, typer.Option(help="Where they agreed to be mailed, such as: the sign-up form of jobs.example.com.")
]
ConsentDate = Annotated[str | None, typer.Option(help="When they agreed, such as 2026-03-31.")]
ConsentWording = Annotated[str | None, typer.Option(help="The words that they agreed to.")]

_DECLARE = "--consent-origin, --consent-date and --consent-wording"

app = typer.Typer(no_args_is_help=True)


@app.command("add")
def add(
    address: Annotated[
        str, typer.Argument(help="An e-mail address. State its owner's consent with the --consent options.")
    ],
    name: Annotated[str, typer.Option(help="How mails greet them.")] = "",
    time_zone: Annotated[str, typer.Option(help="Their time zone, an IANA name.")] = "UTC",
    currency: Annotated[str, typer.Option(help="The currency in which they see pay, by ISO 4217.")] = "EUR",
    locale: Annotated[
        str, typer.Option("--language", "--locale", help="The language of their mails, such as en or de_AT.")
    ] = "en",
    speaks: Annotated[list[str] | None, typer.Option(metavar="LANGUAGE", help=_SPEAKS)] = None,
    home: Annotated[str, typer.Option(help=_HOME)] = "",
    years: Annotated[str, typer.Option(metavar="NUMBER", help=_YEARS)] = "",
    worked_as: WorkedAs = None,
    knows: Knows = None,
    avoids: Avoids = None,
    selectivity: Choosy = None,
    consent_origin: ConsentOrigin = None,
    consent_date: ConsentDate = None,
    consent_wording: ConsentWording = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Add somebody who agreed to be mailed. State how: it is kept, shown to them, and erased with them."""
    fields = {"address": address, "name": name, "time_zone": time_zone, "currency": currency, "locale": locale}
    of_themself = {
        "speaks": speaks,
        "home": home,
        "years": years,
        "worked_as": worked_as,
        "knows": knows,
        "avoids": avoids,
    }
    profile = accounts.profile_from(fields | of_themself | {"selectivity": selectivity})
    declaration = _declaration(consent_origin, consent_date, consent_wording)
    if declaration is None:
        raise UsageError(f"state where, when and to what words they agreed to be mailed: {_DECLARE}")
    saved = accounts.add(open_installation(config, create=True), profile, moment(now), declaration)
    typer.echo(saved.subscriber_id)
    _warn_of_suppression(saved)


@app.command("edit")
def edit(
    person: Person,
    email: Annotated[str | None, typer.Option(help="A new e-mail address.")] = None,
    name: Annotated[str | None, typer.Option(help="How mails greet them.")] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Their time zone, an IANA name. Their hours are in it from the next digest on.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="The currency in which they see pay, by ISO 4217.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", "--locale", help="The language of their mails, such as en or de_AT.")
    ] = None,
    speaks: Annotated[list[str] | None, typer.Option(metavar="LANGUAGE", help=f"{_SPEAKS} {_NO_LONGER}")] = None,
    home: Annotated[str | None, typer.Option(help=f"{_HOME} {_NO_LONGER}")] = None,
    years: Annotated[str | None, typer.Option(metavar="NUMBER", help=f"{_YEARS} {_NO_LONGER}")] = None,
    worked_as: WorkedAs = None,
    knows: Knows = None,
    avoids: Avoids = None,
    selectivity: Choosy = None,
    consent_origin: ConsentOrigin = None,
    consent_date: ConsentDate = None,
    consent_wording: ConsentWording = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Change somebody's details. What you do not name stays, as do their searches and what they were sent.

    A new address gets a link by which its owner must confirm it, unless you state where, when and with what words they
    asked for the change.
    """
    given = {"address": email, "time_zone": time_zone, "currency": currency, "locale": language, "name": name}
    said = {"home": home, "years": years, "speaks": speaks, "selectivity": selectivity}
    done = {"worked_as": worked_as, "knows": knows, "avoids": avoids}
    fields = {field: value for field, value in (given | said | done).items() if value is not None}
    declaration = _declaration(consent_origin, consent_date, consent_wording)
    saved = accounts.change(open_installation(config, create=False), person, fields, moment(now), declaration)
    if not saved.changes and not saved.unconfirmed and declaration is None:
        raise UsageError("nothing changes: give an option, such as --time-zone Europe/Berlin")
    for change in saved.changes:
        typer.echo(str(change))
    if saved.unconfirmed:
        typer.echo(
            f"address: {saved.unconfirmed} once they confirm it, within 48 hours, by the link that was mailed there"
        )
    elif declaration is not None:
        typer.echo("consent: what you declare is kept")
    _warn_of_suppression(saved)


def _declaration(origin: str | None, date: str | None, wording: str | None) -> consent.Declaration | None:
    fields = {"consent_origin": origin, "consent_date": date, "consent_wording": wording}
    return consent.declaration_from(fields)


def _warn_of_suppression(saved: accounts.Saved) -> None:
    if saved.suppressed is not None:
        typer.echo(f"Note: {no_mail_line(saved.suppressed)}", err=True)


@app.command("list")
def list_people(config: Config = None, as_json: AsJson = False) -> None:
    """List all subscribers, by address."""
    people = accounts.everybody(open_installation(config, create=False))
    if as_json:
        for person in people:
            print_json(_as_json(person))
        return
    rows = [_row(person) for person in people]
    columns = ("id", "address", "time zone", "currency", "status", "searches")
    console().print(table(counted(len(rows), "subscriber"), columns, rows, numbers=("searches",)))


@app.command("show")
def show(
    person: Person,
    brief: Annotated[bool, typer.Option("--brief", help="Leave out how mails look, and indent: to be read.")] = False,
    config: Config = None,
) -> None:
    """Print everything that is kept about a person, as JSON. They have a right to it."""
    kept = accounts.export(open_installation(config, create=False), person)
    if not brief:
        print_json(kept)
        return
    digests = [{name: value for name, value in digest.items() if name != "email"} for digest in kept["digests"]]
    print_json(kept | {"digests": digests}, indent=2, separators=(",", ": "))


@app.command("pause")
def pause(person: Person, config: Config = None, now: Now = None) -> None:
    """Send this person nothing until you resume them."""
    at = moment(now)
    accounts.pause(open_installation(config, create=False), person, at)
    typer.echo("Paused.")


@app.command("resume")
def resume(
    person: Person,
    consent_origin: ConsentOrigin = None,
    consent_date: ConsentDate = None,
    consent_wording: ConsentWording = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Send to this person again. If they paused it themselves, state where, when and with what words they asked."""
    at, declaration = moment(now), _declaration(consent_origin, consent_date, consent_wording)
    accounts.resume(open_installation(config, create=False), person, at, declaration)
    typer.echo("Resumed.")


@app.command("sign-out")
def sign_out(person: Person, config: Config = None) -> None:
    """Sign a person out of every browser and program. Use it if somebody got into their mailbox."""
    installation = open_installation(config, create=False)
    sessions.end(installation, accounts.find(installation, person).subscriber_id)
    typer.echo("Signed out everywhere.")


@app.command("erase")
def erase(
    person: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    config: Config = None,
    now: Now = None,
) -> None:
    """Delete everything about a person, for good."""
    installation = open_installation(config, create=False)
    found = accounts.find(installation, person)
    if not yes:
        typer.confirm(f"Delete everything about {found.profile.address}, for good?", abort=True)
    accounts.erase(installation, found.subscriber_id, moment(now))
    typer.echo("Erased. Backups taken before still hold this person; `restore` erases them again.")


def _row(account: accounts.Account) -> tuple[str | int, ...]:
    person, profile = account.subscriber, account.subscriber.profile
    facts = profile.address, profile.time_zone, profile.currency, account.status
    return (person.subscriber_id, *facts, account.searches)


def _as_json(account: accounts.Account) -> dict[str, Any]:
    person, profile = account.subscriber, account.subscriber.profile
    return {
        "subscriber_id": person.subscriber_id,
        "address": profile.address,
        "name": profile.name,
        "time_zone": profile.time_zone,
        "currency": profile.currency,
        "locale": profile.locale,
        "speaks": [str(language) for language in profile.speaks],
        "home": str(profile.home) if profile.home else None,
        "years": profile.years,
        "worked_as": list(profile.worked_as),
        "knows": list(profile.knows),
        "avoids": list(profile.avoids),
        "selectivity": profile.selectivity,
        "status": account.status,
        "searches": account.searches,
    }


@app.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(help="JSON lines or CSV (docs/fields.md), or - for standard input.")],
    update: Annotated[
        bool,
        typer.Option("--update", help="Also change people who are subscribed: only what a line names."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change, person by person.")] = False,
    consent_origin: ConsentOrigin = None,
    consent_date: ConsentDate = None,
    consent_wording: ConsentWording = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Add many people, with their searches. Lines with faults are reported; all others are imported.

    With --update, people are found by address and searches by name. No search is deleted. New people must have agreed
    to be mailed: the --consent options state it for all lines that do not, field by field.
    """
    fields = {"consent_origin": consent_origin, "consent_date": consent_date, "consent_wording": consent_wording}
    declared = consent.declared_from(fields)
    data, at = read_named(file), moment(now)
    unstored = dry_run and not has_store(load_settings(config))
    installation = None if unstored else open_installation(config, create=True)
    done = importing.import_all(
        installation,
        data,
        declared,
        at,
        update=update,
        dry_run=dry_run,
        tell=lambda outcome: _print_outcome(outcome, dry_run=dry_run),
        progress=progress,
    )
    typer.echo(_summary(done, update=update, dry_run=dry_run))
    if done.search_yield is not None and done.search_yield.hardly_any:
        print(f"Note: {done.search_yield.said}. Correct the file, and import it again with --update.", file=sys.stderr)
    if done.faults:
        raise typer.Exit(1)


_MENDS: dict[type[importing.Fault], str] = {
    importing.KnownAlready: "; --update changes people who are",
    importing.Undeclared: f"; {_DECLARE} state it for the whole file",
}


def _print_outcome(outcome: importing.Imported | importing.Fault, *, dry_run: bool) -> None:
    if isinstance(outcome, importing.Fault):
        mend = _MENDS.get(type(outcome), "")
        print(f"line {outcome.line}: {outcome.said}{mend}", file=sys.stderr)
    elif dry_run:
        new = (f"new, with {counted(outcome.searches, 'search')}",) if outcome.done == "new" else ()
        for change in (*new, *outcome.changes):
            typer.echo(f"line {outcome.line}, {outcome.address}: {change}")


def _summary(done: importing.Summary, *, update: bool, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    new = f"{counted(done.new, 'subscriber')} with {counted(done.searches, 'search')} {would}taken in"
    changed = f", {done.changed} {would}changed, {done.same} the same" if update else ""
    return f"{new}{changed}, {counted(done.faults, 'line')} left out{'; nothing was changed' if dry_run else ''}."


app.command("feedback")(saying.feedback)
app.command("follow")(saying.follow)
