"""Sources, with what they gave over time, tried, mapped and added; and sending, with what holds it.

All that is chosen of a mapping is in its form, so that nothing is kept between its pages and no script is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.console.access import Operator
from services.console.door import ConsoleDoor
from services.console.live import Watch
from services.console.plots import DRAWING, plot
from services.runtime.errors import UsageError
from services.usecases import accounts, mail, mapping_feeds, sources
from services.usecases.mapping_feeds import FIELDS, MappingTrial, Survey
from services.usecases.overview import SOURCE_SEVERITY
from services.usecases.sources import SourceHistory

_MOST_LINES: Final = 200
_MOST_FAILED: Final = 50
_MOST_BODY: Final = 1_200_000
"""Bytes of a form, in which a sample is encoded."""
_MOST_SAMPLE: Final = 400_000
_MOST_TEXT: Final = 2_000
_ACTS: Final = ("show", "try", "save")
_DATES: Final = ("posted_at", "expires_at")
_ONE_PAGE: Final = ("", "", "", "")
_OURS: Final = {"source_id": "needed", "title": "needed"}


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


@dataclass(frozen=True)
class _Given:
    """What the form says."""

    act: str
    url: str
    name: str
    every: str
    sample: str
    items: str | None
    """None where nobody chose yet where the rows are."""
    complete: bool
    pages: tuple[str, str, str, str]
    """How pages are followed, where what leads to the next stands, by which parameter, and a number."""
    fields: Mapping[str, tuple[str, str, str]]
    """By field: the path chosen, the text of one's own, and how dates are written."""


@dataclass(frozen=True)
class _Choice:
    """A field of ours, as the form shows it."""

    name: str
    about: str
    path: str
    text: str
    date: str | None
    """None of a field that is no date."""


def routes(door: ConsoleDoor, watch: Watch) -> APIRouter:
    """`/sources`, one source, the trial of a new one; `/mapping`; `/sending`."""
    router = APIRouter()
    _add_sending(router, door, watch)
    _add_mapping(router, door)

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
    async def one(request: Request, name: str) -> Response:
        """One source, and what it gave by day."""
        operator = door.access.operator(request)
        values = await door.work(partial(_one, door, name))
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
        masked = [(one, accounts.masked(one.address)) for one in failed]
        values = {"sending": found, "said": said, "now": door.clock(), "failed": masked}
        return door.show(request, "sending", operator, values=values)


def _tried(door: ConsoleDoor, given: SourceForm) -> dict[str, object]:
    """Raises UsageError for what is no source, or gives no posting and is to be added."""
    fields, settings = given.fields, door.installation.settings.ingest
    _require_web(fields["url"])
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
    return tried | {"added": f"Added {fields['name']} to {door.file}. What runs takes it up when it is started anew."}


def _require_web(url: str) -> None:
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


def _one(door: ConsoleDoor, name: str) -> dict[str, object] | None:
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
    }


def _plot(history: SourceHistory, name: str, called: str, *, failures: bool) -> object:
    counts = (history.failures if failures else history.yields).get(name, (0,) * len(history.days))
    return plot(called, [day.strftime("%d %b") for day in history.days], counts)


def _add_mapping(router: APIRouter, door: ConsoleDoor) -> None:
    @router.get("/mapping")
    async def begin(request: Request) -> Response:
        """Asks for a feed's address, or some of its items."""
        operator = door.access.operator(request)
        asked = {name: request.query_params.get(name, "")[:_MOST_TEXT] for name in ("url", "name", "every")}
        empty = _Given(
            "show", asked["url"], asked["name"], asked["every"], "", None, complete=False, pages=_ONE_PAGE, fields={}
        )
        return door.show(request, "mapping", operator, values=_mapping_values(empty))

    @router.post("/mapping")
    async def map_feed(request: Request) -> Response:
        """Show what a feed holds, try a mapping, or save it with its source."""
        operator = door.access.operator(request)
        if int(request.headers.get("content-length") or _MOST_BODY + 1) > _MOST_BODY:
            raise HTTPException(413)
        form = await request.form()
        given = _given(form)
        door.access.check_form(request, operator, _text(form, "token"))
        if given.act not in _ACTS:
            raise HTTPException(400)
        door.access.check_reads()
        act = "save mapped source" if given.act == "save" else f"{given.act} mapping"
        try:
            values = await door.act(operator, act, given.name or "a feed", partial(_mapped, door, given))
        except UsageError as error:
            return door.show(request, "mapping", operator, 400, _mapping_values(given) | {"fault": str(error)})
        return door.show(request, "mapping", operator, 400 if values["fault"] else 200, values)


def _given(form: FormData) -> _Given:
    sample = _text(form, "sample", _MOST_SAMPLE)
    fields = {
        name: (_text(form, f"from.{name}"), _text(form, f"text.{name}"), _text(form, f"date.{name}")) for name in FIELDS
    }
    return _Given(
        _text(form, "act"), _text(form, "url"), _text(form, "name"), _text(form, "every"), sample,
        _text(form, "items") if "items" in form else None, "complete" in form,
        (_text(form, "pages"), _text(form, "pages.at"), _text(form, "pages.parameter"), _text(form, "pages.number")),
        fields,
    )  # fmt: skip


def _text(form: FormData, name: str, most: int = _MOST_TEXT) -> str:
    """Raises HTTPException 400 for what is too long, or a file."""
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise HTTPException(400)
    return value.strip()


def _mapping_values(given: _Given, found: Survey | None = None, tried: MappingTrial | None = None) -> dict[str, Any]:
    nothing = {"choices": [], "file": "", "fault": "", "added": ""}
    return {"given": given, "found": found, "tried": tried, **nothing}


def _mapped(door: ConsoleDoor, given: _Given) -> dict[str, Any]:
    """Raises UsageError for what cannot be read; other faults stand in what it gives, beside what was chosen."""
    settings, now = door.installation.settings.ingest, door.clock()
    if not given.sample:
        _require_web(given.url)
    body = given.sample.encode() if given.sample else mapping_feeds.fetched(settings, given.url, now)
    found = mapping_feeds.survey(body, given.items)
    chosen = given.fields
    if given.act == "show":
        chosen = {name: (found.guesses.get(name, ""), "", "") for name in FIELDS}
        given = replace(given, pages=("next", found.next_at, "", "") if found.next_at else _ONE_PAGE)
    values = _mapping_values(given, found) | {"choices": [_choice(name, chosen[name]) for name in FIELDS]}
    rules = {name: rule for name, choice in chosen.items() if (rule := _rule(*choice)) is not None}
    try:
        pages = mapping_feeds.paging(*given.pages)
        mapping = mapping_feeds.table(found, rules, complete=given.complete, pages=pages)
        if lacking := [name for name in _OURS if name not in rules]:
            if given.act == "show":
                return values
            raise UsageError(f"choose where {' and '.join(lacking)} comes from: without that a row is no posting")
        values["tried"] = mapping_feeds.tried(body, mapping, now, given.url)
        values["file"] = mapping_feeds.text_of(mapping)
        if given.act == "save":
            values["added"] = _saved(door, given, mapping)
    except UsageError as error:
        values["fault"] = str(error)
    return values


def _choice(name: str, chosen: tuple[str, str, str]) -> _Choice:
    path, text, date = chosen
    return _Choice(name, FIELDS[name], path, text, date if name in _DATES else None)


def _rule(path: str, text: str, date: str) -> Any:
    """A rule as TOML has it; None where nothing was chosen."""
    if text:
        return {"template": text} if "{" in text else {"constant": text}
    if not path:
        return None
    return {"path": path, "date": date} if date else path


def _saved(door: ConsoleDoor, given: _Given, mapping: Mapping[str, Any]) -> str:
    if not given.name:
        raise UsageError("give it a name: it is part of the id of every posting, and stays")
    if not given.url:
        raise UsageError("give the address at which the feed is polled: a sample is no source")
    _require_web(given.url)
    if door.file is None or not door.file.is_file():
        raise UsageError("there is no settings file to add it to; `jobchime config init` writes one")
    settings = door.installation.settings.ingest
    written = mapping_feeds.save(
        settings, door.file, given.name, given.url, mapping, every=given.every or None, now=door.clock()
    )
    return f"Added {given.name} to {door.file}, mapped by {written}. What runs takes it up when it is started anew."
