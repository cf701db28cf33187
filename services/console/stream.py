"""The whole stream on one page that keeps up by itself, and what is done about it by a button."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from schemas.counted import counted
from services.console.acts import ACTS, BY_HAND, Act, Button, button_of
from services.console.door import ConsoleDoor, page_of_ours
from services.console.live import Watch, live_pieces
from services.console.plots import DRAWING, plot
from services.console.turns import Turns
from services.runtime.errors import UsageError
from services.usecases.overview import (
    SERVICE_SEVERITY,
    SOURCE_SEVERITY,
    SPANS,
    Overview,
    ServiceView,
    Severity,
    SourceFigures,
    SourceHour,
    Span,
    Trouble,
    healthy,
    history,
    troubles,
)
from services.usecases.relevance import relevance
from services.usecases.workers import Terms

_MOST_TROUBLES: Final = 50
_MOST_ABOUT: Final = 4_000
"""Characters: what is shared by many is told by its reason, whole."""
_LABELS: Final[dict[Span, str]] = {"hour": "%H:%M", "day": "%d %b %H:00", "month": "%d %b", "year": "%b %Y"}


def routes(door: ConsoleDoor, watch: Watch, turns: Turns) -> APIRouter:
    """`GET /`, its pieces as they change, and `POST /do`."""
    router = APIRouter()

    @router.get("/")
    async def stream(request: Request) -> Response:
        """The page."""
        operator = door.access.operator(request)
        overview = await door.work(watch.look)
        return door.show(request, "stream", operator, values=_shown(overview))

    @router.get("/stream/live")
    async def live(request: Request) -> Response:
        """The same, again and again, as server-sent events (HTML Living Standard, section 9.2)."""
        token = door.access.form_token(door.access.operator(request))

        def now() -> tuple[str, bool]:
            return door.piece("stream_now", {"form_token": token, **_shown(watch.look())}), False

        return live_pieces(door, watch, request, now)

    @router.get("/figures")
    async def figures(request: Request, span: Span = "day") -> Response:
        """What was counted over time, and the objectives."""
        operator = door.access.operator(request)
        found = await door.work(lambda: history(door.installation, span, door.clock()))
        labels = [begins.strftime(_LABELS[span]) for begins in found.begins]
        drawn = [plot(series.name, labels, series.counts) for series in found.series]
        values = {"plots": drawn, "stages": found.stages, "span": span, "spans": SPANS, "drawing": DRAWING}
        return door.show(request, "figures", operator, values=values)

    @router.get("/relevance")
    async def of_feedback(request: Request) -> Response:
        """What readers made of the jobs that they were mailed."""
        operator = door.access.operator(request)
        found = await door.work(lambda: relevance(door.installation))
        return door.show(request, "relevance", operator, values={"found": found})

    @router.post("/do")
    async def do(
        request: Request,
        act: str = Form(max_length=40),
        about: str = Form("", max_length=_MOST_ABOUT),
        token: str = Form(max_length=400),
        back: str = Form("/", max_length=200),
        until: str = Form("", max_length=40),
        why: str = Form("", max_length=200),
    ) -> Response:
        """Do one of `ACTS`: at once, or led to how far it is. Of a pause may be said until when, in UTC, and why."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, token)
        if (known := ACTS.get(act)) is None:
            raise HTTPException(400)
        if not isinstance(known, Act):
            work = partial(known.do, door.installation, about, door.clock(), operator.name)
            turn = await door.act(operator, act, about, partial(turns.take, act, work, about))
            return door.back(f"/turns/{turn.id}")
        do = partial(known.do, door.installation, about, door.clock())
        if known.do_on is not None:
            do = partial(known.do_on, door.installation, about, door.clock(), _terms(until, why, operator.name))
        await door.act(operator, act, about, do)
        watch.forget()
        return door.back(page_of_ours(request.app, back) or "/")

    return router


def _terms(until: str, why: str, by: str) -> Terms:
    """Raises UsageError for what is no time."""
    try:
        at = datetime.fromisoformat(until) if until else None
    except ValueError:
        raise UsageError(f"{until!r} is not a time; write it as 2026-12-27T08:00") from None
    return Terms(at if at is None or at.tzinfo else at.replace(tzinfo=UTC), " ".join(why.split()), by)


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as the page shows it."""

    view: ServiceView
    state: str
    severity: Severity
    error: str
    """Of a worker that fails; empty where none does."""


def _shown(overview: Overview) -> dict[str, object]:
    found, figures = troubles(overview), overview.figures
    return {
        "overview": overview,
        "stages": overview.stages,
        "figures": figures,
        "sources": _of_sources(overview),
        "all_sources": len(figures.sources) if figures else 0,
        "severity_of": SOURCE_SEVERITY,
        "well": healthy(overview),
        "troubles": [*_with_buttons(found[:_MOST_TROUBLES])],
        "by_hand": BY_HAND,
        "more_troubles": max(len(found) - _MOST_TROUBLES, 0),
        "grave": sum(trouble.grave for trouble in found),
        "services": [_row(service, overview) for service in overview.services],
    }


def _with_buttons(found: Sequence[Trouble]) -> Iterator[tuple[Trouble, Button | None, str]]:
    """Each with its button and the id of that: what it does, and about what, so that the one that was aimed at is told
    from others whichever stands where; of some that do the same, which of them."""
    had = Counter[str]()
    for trouble in found:
        button = button_of(trouble.remedy)
        name = quote(f"{button.act} {button.about}" if button.act else button.address, safe="") if button else ""
        had[name] += 1
        yield trouble, button, f"trouble-{name}-{had[name]}"


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of a source: one sign, its gravity, and the same in words."""

    sign: str
    severity: Severity
    said: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as the page shows it."""

    figures: SourceFigures
    hours: Sequence[SourceHour]

    @property
    def cells(self) -> list[Cell]:
        """The present hour last."""
        return [cell_of(hour, pushed=self.figures.pushed) for hour in self.hours]

    @property
    def summary(self) -> str:
        """All of them in a sentence, for who does not see them."""
        polls, seen, new, failed, unread = (
            sum(getattr(hour, name) for hour in self.hours) for name in ("polls", "seen", "new", "failed", "unread")
        )
        begins = [f"{hour.begins:%H:00}" for hour in self.hours if hour.failed or hour.unread]
        amiss = f"; amiss at {', '.join(begins)}" if begins else ""
        said = _counts_in_words(polls, seen, new, failed, unread, pushed=self.figures.pushed)
        return f"24 hours: {said}{amiss}"


def _of_sources(overview: Overview) -> list[SourceRow]:
    """Those that fare worst. What was counted is read more rarely than how each fares, by which they are in order."""
    known = {source.name: source for source in overview.figures.sources} if overview.figures else {}
    return [SourceRow(known[name], hours) for name, hours in overview.source_hours.items() if name in known]


def cell_of(hour: SourceHour, *, pushed: bool = False) -> Cell:
    """What is worst of it is its sign."""
    sign, severity = _sign_of(hour)
    if not hour.polls and not hour.failed:
        return Cell(sign, severity, f"{hour.begins:%H:00}: not {'pushed to' if pushed else 'polled'}")
    said = _counts_in_words(hour.polls, hour.seen, hour.new, hour.failed, hour.unread, pushed=pushed)
    return Cell(sign, severity, f"{hour.begins:%H:00}: {said}")


def _counts_in_words(polls: int, seen: int, new: int, failed: int, unread: int, *, pushed: bool) -> str:
    if pushed:
        took = f"{counted(polls, 'push', 'pushes')}, {seen:,} taken, {new:,} new or changed, {failed:,} not taken"
        return f"{took}, {counted(unread, 'record')} refused"
    listed = f"{counted(polls, 'poll')}, {seen:,} seen, {new:,} new or changed, {failed:,} failed"
    return f"{listed}, {counted(unread, 'row')} unread"


def _sign_of(hour: SourceHour) -> tuple[str, Severity]:
    if hour.failed:
        return "×", "grave"
    if hour.unread:
        return "?", "note"
    if hour.new:
        return "+", "well"
    return ("·" if hour.polls else "", "idle")


def _row(service: ServiceView, overview: Overview) -> ServiceRow:
    state = service.state(overview.at)
    alive, ready = len(service.alive(overview.at)), len(service.ready(overview.at))
    said = f"{ready} of {alive} ready" if state == "partly ready" else state
    return ServiceRow(service, said, SERVICE_SEVERITY[state], _error_of(service, overview))


def _error_of(service: ServiceView, overview: Overview) -> str:
    failing = (worker.heartbeat.last_error for worker in service.alive(overview.at))
    return next((error for error in failing if error), "")
