"""`jobchime demo`: some simulated days over sample feeds, to look at."""

import shutil
import sys
import threading
import time
from datetime import UTC, datetime
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from schemas.counted import counted
from services.cli.options import moment
from services.cli.output import console, progress, table
from services.portal.accounts.guard import Cookies, FormGuard, begin_session
from services.portal.app import PortalServer
from services.portal.door import Door
from services.runtime.errors import UsageError
from services.runtime.files.named import is_folder, text_named
from services.runtime.logging import configure_logging
from services.runtime.stages.embedded import stop_on_signals
from services.usecases import accounts, links
from services.usecases.accounts import Account
from services.usecases.simulation import days as simulated
from services.usecases.simulation.days import NOWHERE, address_at, hours, simulate
from services.usecases.simulation.report import DemoReport
from services.usecases.simulation.shelf import busiest_days, cast, posted_dates
from services.usecases.wording import criteria_in_words, english


def demo(
    feeds: Annotated[Path | None, typer.Option(help="A folder of feed files. Default: made-up samples.")] = None,
    subscribers: Annotated[
        Path | None,
        typer.Option(help="JSON lines of subscribers. Default: made-up ones that suit the feeds."),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="TIME", help="When the days end. Default: the days with the most postings."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=30, help="How many days to simulate before the last.")] = 4,
    out: Annotated[Path, typer.Option(help="The folder for digests and state. It is replaced.")] = Path("demo"),
    serve: Annotated[
        bool, typer.Option("--serve", help="Then serve the portal: links work, and new people get mails.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The portal's port on this machine; 0 for any free one.")
    ] = 8120,
) -> None:
    """Run feeds through simulated days, and write everybody's mails into a folder."""
    configure_logging(level="error")
    started = time.monotonic()
    with as_file(files("samples")) as samples:
        folder = feeds or samples / "feeds"
        if not is_folder(folder):
            raise UsageError(f"there is no folder {folder}")
        public_url = address_at(port) if serve else NOWHERE
        at, why = (moment(now), "") if now else _busiest(folder, days)
        people, happenings, who = _people(subscribers, samples, feeds, at, days)
        print(
            f"Simulating {counted(days, 'day')} up to {at:%Y-%m-%d %H:%M} UTC over {folder.name}/,"
            f" and one more, on which the last jobs are mailed. {why}",
            file=sys.stderr,
        )
        with progress("Simulated hours", len(hours(at, days))) as advance:
            report = simulate(
                folder,
                people,
                now=at,
                days=days,
                out=out,
                advance=advance,
                happenings=happenings,
                why=f"{why} {who}".strip(),
                public_url=public_url,
            )
        _print(report)
        if why:
            console().print(f"{why} --now and --days choose others.")
        if who:
            console().print(f"{who} --subscribers names others.")
        _point_further(report, out, hours(at, days)[-1])
        console().print(
            f"Open [bold]{out / 'index.html'}[/bold] to read the digests; the mails are in {out / 'mails'}."
        )
        print(f"Took {time.monotonic() - started:.0f} s.", file=sys.stderr)
        if serve:
            console().print(
                f"It goes on until Ctrl-C: links in mails are answered, and [bold]{public_url}/sign-up[/bold] is yours"
                f" to try; what you are mailed is in {out / 'mails'}. [bold]{public_url}/demo[/bold] signs you in as"
                " any of the people by one click."
            )
            with stop_on_signals() as stop:
                serve_on(out, folder, public_url, hours(at, days)[-1], stop)


def serve_on(out: Path, feeds: Path, public_url: str, now: datetime, stop: threading.Event) -> None:
    """Go on from `now` with the portal, until `stop` is set. Raises UsageError where the port is taken."""
    simulated.go_on(out, feeds, public_url, now, stop, partial(PortalServer, more=(people,)))


def people(door: Door, guard: FormGuard, cookies: Cookies) -> APIRouter:
    """`GET /demo` and `POST /demo/{person_id}`, as no other portal has: signed in as somebody invented by one press."""
    router = APIRouter(default_response_class=HTMLResponse)

    def sought(account: Account) -> list[str]:
        own = links.searches(door.installation, account.subscriber)
        return [f"{search.name}: {' · '.join(criteria_in_words(search.criteria, english()))}" for search in own]

    @router.get("/demo")
    async def choose(request: Request) -> Response:
        """Show a button for each of them."""
        known = await door.work(lambda: accounts.everybody(door.installation))
        named = sorted(known, key=lambda account: account.subscriber.profile.name)
        return door.show(
            "people", english(), people=[(account, await door.work(partial(sought, account))) for account in named]
        )

    @router.post("/demo/{person_id}")
    async def enter(request: Request, person_id: str) -> Response:
        """Begin a session, as a link that signs in does."""
        guard.check(request)
        person = await door.work(lambda: accounts.find(door.installation, person_id))
        return await begin_session(door, cookies, request, person, door.clock())

    return router


def _point_further(report: DemoReport, out: Path, end: datetime) -> None:
    """Name commands that look at what the days left behind, first of all why somebody got nothing."""
    # As it was called: in a fresh checkout nothing is on the path.
    called = "jobchime" if shutil.which("jobchime") else sys.argv[0]
    config = f"-c {out / simulated.SETTINGS}"
    unserved = next((person for person in report.people if not person.mailed and person.search_ids), None)
    if unserved is not None:
        at = f"{end:%Y-%m-%dT%H:%M}"
        command = f"{called} backtest {unserved.search_ids[0]} --now {at} {config}"
        console().print(f"Why {unserved.name} got nothing, and what each criterion costs: `{command}`", soft_wrap=True)
    console().print(f"Other commands look at it likewise: `{called} dead list {config}`.", soft_wrap=True)


def _people(
    subscribers: Path | None, samples: Path, feeds: Path | None, at: datetime, days: int
) -> tuple[str, str, str]:
    """People and what they do meanwhile, JSON lines, and a sentence of who they are where the folder decides it."""
    if subscribers is not None:
        return text_named(subscribers), "", ""
    if feeds is not None and (chosen := cast(text_named(samples / "residents.jsonl"), feeds, at, days)):
        return chosen, "", "The people are invented, and each asks for work that this folder holds for where they live."
    return text_named(samples / "subscribers.jsonl"), text_named(samples / "happenings.jsonl"), ""


def _busiest(folder: Path, days: int) -> tuple[datetime, str]:
    """When the days end that hold most postings, and a sentence of how many."""
    found = busiest_days(posted_dates(folder, at_most=datetime.now(UTC)), days)
    if found is None:
        raise UsageError(
            f"no posting with a date was found in {folder}; name a folder of feed files, or give the end with --now"
        )
    return found.end, f"{found}."


def _print(report: DemoReport) -> None:
    out = console()
    rows = [(s.source, s.format, s.raw, s.dead, s.skipped) for s in report.sources if s.raw or s.dead]
    rows.append(("all", "", *(sum(getattr(s, name) for s in report.sources) for name in ("raw", "dead", "skipped"))))
    columns = ("source", "format", "raw postings", "dead letters", "skipped")
    out.print(table("Ingested", columns, rows, numbers=columns[2:]))
    if report.dead:
        out.print(table("Dead letters", ("reason", "letters"), report.dead[:10], numbers=("letters",)))
    matched = [(report.postings, report.closed, report.criteria, report.matches, report.near)]
    counted = ("postings", "of them closed", "criteria that matched", "matches", "near misses")
    out.print(table("Matched", counted, matched, numbers=counted))
    people = [(p.name, p.time_zone, p.searches, p.mailed, p.holds, p.last_subject) for p in report.people]
    headings = ("subscriber", "time zone", "searches", "mailed", "held", "last subject")
    out.print(table("Mailed", headings, people, numbers=headings[2:5]))
