"""Sources, with what they gave over time, tried and added; and sending, with what holds it."""

from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.console.access import Operator
from services.console.door import ConsoleDoor
from services.console.live import Watch
from services.console.plots import DRAWING, plot
from services.runtime.errors import UsageError
from services.usecases import accounts, mail, remapping, sources
from services.usecases.overview import SOURCE_SEVERITY, mailing_troubles, of_one_source
from services.usecases.sources import SourceHistory

_MOST_LINES: Final = 200
_MOST_FAILED: Final = 50


class SourceForm(BaseModel):
    """A source to be tried, and then added."""

    act: str = Field(max_length=20)
    token: str = Field(max_length=400)
    name: str = Field(default="", max_length=100)
    url: str = Field(default="", max_length=2_000)
    every: str = Field(default="", max_length=20)

    @property
    def fields(self) -> dict[str, str]:
        """What a page shows again."""
        return {"name": self.name.strip(), "url": self.url.strip(), "every": self.every.strip()}


def routes(door: ConsoleDoor, watch: Watch) -> APIRouter:
    """`/sources`, one source, the trial of a new one; `/sending`."""
    router = APIRouter()
    _add_sending(router, door, watch)

    @router.get("/sources")
    async def listed(request: Request) -> Response:
        """All of them, what is not well first."""
        return await _listed(door, request, door.access.operator(request), {})

    @router.post("/sources")
    async def new(request: Request, given: Annotated[SourceForm, Form()]) -> Response:
        """Read a feed and say what it would give, or add it, once it gives something."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, given.token)
        if given.act not in ("check", "add"):
            raise HTTPException(400)
        door.access.check_reads()
        about = given.fields["name"] or "a feed"
        try:
            tried = await door.act(operator, f"{given.act} source", about, partial(_tried, door, given))
        except UsageError as error:
            return await _listed(door, request, operator, {"fault": str(error), "given": given.fields})
        return await _listed(door, request, operator, {**tried, "given": given.fields})

    @router.get("/sources/{name}")
    async def source_page(request: Request, name: str) -> Response:
        """One source, and what it gave by day."""
        operator = door.access.operator(request)
        values = await door.work(partial(_details, door, name))
        if values is None:
            raise HTTPException(404)
        return door.show(request, "source", operator, values=values)

    return router


def _add_sending(router: APIRouter, door: ConsoleDoor, watch: Watch) -> None:
    @router.get("/sending")
    async def sending(request: Request) -> Response:
        """What holds mails, and what would."""
        return await shown(request, door.access.operator(request), "")

    @router.post("/sending")
    async def do(request: Request, act: str = Form(max_length=20), token: str = Form(max_length=400)) -> Response:
        """Have the brake look now, or stop letters to addresses that nobody has confirmed."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, token)
        installation, now = door.installation, door.clock()
        if act == "check brake":
            said = (
                f"The brake looked: {await door.act(operator, act, '', lambda: mail.check_brake(installation, now))}."
            )
        elif act == "stop letters":
            await door.act(operator, act, "", lambda: mail.stop_letters(installation, now))
            said = "No letter goes to an address that nobody has confirmed, until sending is resumed."
        else:
            raise HTTPException(400)
        watch.forget()
        return await shown(request, operator, said)

    async def shown(request: Request, operator: Operator, said: str) -> Response:
        found = await door.work(lambda: mail.sending(door.installation, door.clock()))
        failed = await door.work(lambda: mail.listed(door.installation, "failed", _MOST_FAILED, newest=True))
        masked = [(delivery, accounts.masked(delivery.address)) for delivery in failed]
        amiss = mailing_troubles(await door.work(watch.look))
        values = {"sending": found, "said": said, "now": door.clock(), "failed": masked, "amiss": amiss}
        return door.show(request, "sending", operator, values=values)


def _tried(door: ConsoleDoor, given: SourceForm) -> dict[str, object]:
    """Raises UsageError for what is no source, or gives no posting and is to be added."""
    fields, settings = given.fields, door.installation.settings.ingest
    require_web(fields["url"])
    report = sources.check(
        settings, fields["url"], "auto", allow_private=False, now=door.clock(), tell=lambda _: None,
        name=fields["name"] or "check",
    )  # fmt: skip
    tried = {"lines": list(sources.lines(report))[:_MOST_LINES], "usable": report.usable}
    if given.act == "check" or not report.usable:
        return tried
    if not fields["name"]:
        raise UsageError("give it a name: it is part of the id of every posting, and stays")
    if door.file is None or not door.file.is_file():
        raise UsageError("there is no settings file to add it to; `jobchime config init` writes one")
    sources.add(door.file, fields["name"], fields["url"], every=fields["every"] or None)
    return tried | {"added": f"Added {fields['name']} to {door.file}. Restart what is running, so that it is polled."}


def require_web(url: str) -> None:
    """Raises UsageError for the path of a file: who is at the console reads none of this machine's."""
    if not url.startswith(("https://", "http://")):
        raise UsageError("an http(s) address is tried here; `jobchime source check` reads files too")


async def _listed(door: ConsoleDoor, request: Request, operator: Operator, more: dict[str, object]) -> Response:
    now = door.clock()
    standings = await door.work(lambda: sources.standings(door.installation, now))
    history = await door.work(lambda: sources.history(door.installation, now))
    values: dict[str, object] = {
        "standings": standings,
        "yields": {name: sum(counts) for name, counts in history.yields.items()},
        "failures": {name: sum(counts) for name, counts in history.failures.items()},
        "severity_of": SOURCE_SEVERITY,
        "given": {"name": "", "url": "", "every": ""},
        "fault": "",
        "lines": [],
        "usable": False,
        "added": "",
    }
    return door.show(request, "sources", operator, 400 if "fault" in more else 200, values | more)


def _details(door: ConsoleDoor, name: str) -> dict[str, object] | None:
    standings = sources.standings(door.installation, door.clock())
    standing = next((standing for standing in standings if standing.figures.name == name), None)
    if standing is None:
        return None
    history = sources.history(door.installation, door.clock())
    plots = [_plot(history, name, "New or changed postings", failures=False)]
    failed = "Pushes that were not taken" if standing.figures.pushed else "Polls that failed"
    plots.append(_plot(history, name, failed, failures=True))
    return {
        "standing": standing,
        "plots": plots,
        "drawing": DRAWING,
        "hours": [hour for hour in reversed(sources.hours(door.installation, name, door.clock())) if hour.polls],
        "severity": SOURCE_SEVERITY[standing.figures.state],
        "amiss": of_one_source(standing.figures, door.clock()),
        "mapped": remapping.has_file(door.installation.settings.ingest, door.file, name),
    }


def _plot(history: SourceHistory, name: str, called: str, *, failures: bool) -> object:
    counts = (history.failures if failures else history.yields).get(name, (0,) * len(history.days))
    return plot(called, [day.strftime("%d %b") for day in history.days], counts)
