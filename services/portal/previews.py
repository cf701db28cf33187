"""What a search finds, shown while it is typed; nothing of it is kept."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import structlog
from babel.numbers import format_compact_currency, format_decimal, format_percent
from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from services.portal.accounts.guard import FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door
from services.portal.forms import fault_in
from services.portal.pages import words_for
from services.portal.search_form import DEFAULTS, asking, reader_of, search_of
from services.runtime.privacy.redaction import redacted
from services.runtime.web.bodies import MOST_PASTED, form_of
from services.usecases.completion import Kind, suggestions, warm
from services.usecases.errors import WrongFieldError
from services.usecases.live_previews import Fitting, LivePreview, LivePreviews, Opening, PayBin, PayRange, Taste
from services.usecases.searches import Query, WantedSearch
from services.usecases.wording import ShownJob, capitalised, relaxation_in_words, shown_job, why_briefly
from services.wording.dates import day_of_year
from services.wording.words import Words, mark

T = TypeVar("T")

_EVERY_S: Final = 60.0
_SOON_S: Final = 5.0
_MOST_GAINS: Final = 5
_FEW: Final = 5
"""Of fewer jobs the number says more than is known."""
_MANY_A_DAY: Final = 20
_NEARLY_ALL: Final = 0.8
"""Of all postings: a wish that so many fit narrows nothing."""
_WIDTH, _HEIGHT, _GAP = 300.0, 48.0, 1.5

FRAMED: Final[Mapping[str, str]] = {
    # A mail brings its styles along; it runs nothing, sends nothing and is framed by our own pages alone.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'; sandbox"
    )
}
"""Headers of a mail in a frame."""
_NAMES: Final[Mapping[str, str]] = {
    "roles.any": mark("Job titles"),
    "roles.none": mark("Job titles that you do not want"),
    "skills.all": mark("Skills that it must ask for"),
    "skills.any": mark("Skills"),
    "skills.none": mark("Skills that you do not want"),
    "text": mark("Words"),
    "place": mark("Where you may work from"),
    "near": mark("Towns"),
    "timezone": mark("Working hours"),
    "salary": mark("Least pay"),
    "workplace": mark("Remote or not"),
    "seniority": mark("Level"),
    "employment": mark("Kind of job"),
    "visa": mark("Visa"),
    "language": mark("Languages"),
}
"""What the form calls each criterion."""

NOTHING_ASKED: Final[Mapping[str, Any]] = {"preview": None, "note": ""}

_events = structlog.get_logger(__name__)


class PreviewReading:
    """A thread that keeps live previews up to the store, while it is entered."""

    def __init__(self, live: LivePreviews, clock: Callable[[], datetime]) -> None:
        self._live = live
        self._clock = clock
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="previews", daemon=True)

    def __enter__(self) -> "PreviewReading":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join(_SOON_S)

    def _run(self) -> None:
        wait_s = 0.0
        while not self._ended.wait(wait_s):
            try:
                self._live.refresh(self._clock())
                warm()
                wait_s = _EVERY_S
            except Exception as error:
                # The thread goes on, whatever it is: else what is shown would stay as it is for ever.
                _events.warning("previews are not up to date", error=redacted(error), error_type=type(error).__name__)
                wait_s = _SOON_S


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a plot, in the units of its drawing."""

    x: float
    y: float
    width: float
    height: float
    title: str
    lower: bool = False
    """Whether it lies below the floor."""


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """A preview in the reader's words."""

    headline: str
    mails: str
    """How often a mail comes; empty where none would."""
    passing: str
    criteria: Sequence[tuple[str, str, str]]
    """What is asked for, how many fit it by itself, and how many more fit without it; of one alone nothing."""
    days: Sequence[Bar]
    days_said: str
    pay: Sequence[Bar]
    pay_said: str
    pay_range: PayRange | None
    jobs: Sequence[tuple[ShownJob, Sequence[str]]]
    near: Sequence[tuple[ShownJob, Sequence[str]]]
    gains: Sequence[str]
    feed: str
    """What the address of the same as a feed asks for."""
    openings: Sequence[tuple[str, str]]
    """Skills that would let in more, and what is said of each."""
    advice: str


def routes(door: Door, guard: FormGuard, live: LivePreviews) -> APIRouter:
    """`POST /preview` and `GET /complete/{kind}`: pieces of a page."""
    router = APIRouter(responses=answers(400, 403, 404, 408, 413, 429, 503), default_response_class=HTMLResponse)
    turn = asyncio.Lock()

    async def in_turn(request: Request, what: Callable[[], T]) -> T:
        """Do it after what came before. Raises ClientDisconnect where nobody waits for it any more.

        A browser that has typed on takes its last request back: that one is overtaken and is not begun.
        """
        async with turn:
            if await request.is_disconnected():
                raise ClientDisconnect
            return await door.work(what)

    @router.post("/preview", openapi_extra=form(*DEFAULTS))
    async def preview(request: Request) -> Response:
        """Show what the search in a form finds."""
        guard.check_preview(request)
        words, given = words_for(request.headers), {**DEFAULTS, **await form_of(request, MOST_PASTED)}
        return door.show(
            "preview", words, **await in_turn(request, partial(previewed, live, given, words, door.clock()))
        )

    @router.post("/preview/mail", openapi_extra=form(*DEFAULTS))
    async def mail(request: Request) -> Response:
        """Show the mail that the search in a form would bring, to be framed by the form's page."""
        guard.check_preview(request)
        words, given = words_for(request.headers), {**DEFAULTS, **await form_of(request, MOST_PASTED)}
        shown = await in_turn(request, partial(_mailed, live, given, words, door.clock()))
        return HTMLResponse(shown or words.say("None of them would have been mailed."), headers=FRAMED)

    @router.get("/complete/{kind}")
    async def complete(request: Request, kind: Kind, typed: str = "") -> Response:
        """What may be meant by the beginning of a name: options of a list."""
        guard.check_completion(request)
        words = words_for(request.headers)
        found = await door.work(partial(suggestions, kind, typed, words, live.asked_for()))
        return door.show("suggestions", words, found=found)

    return router


def _mailed(live: LivePreviews, given: Mapping[str, str], words: Words, now: datetime) -> str | None:
    """The mail as HTML; None where there is none, or a field is at fault. Raises UnavailableError."""
    try:
        wanted, reader = search_of(given, words), reader_of(given, words)
    except WrongFieldError:
        return None
    if wanted is None or not live.ready:
        return None
    return live.mail(Query(wanted.name, wanted.criteria, wanted.preferred_places), reader, now)


def previewed(live: LivePreviews, given: Mapping[str, str], words: Words, now: datetime) -> dict[str, Any]:
    """What the piece of a page names: a preview, or a fault of a field. Raises UnavailableError."""
    try:
        wanted, reader = search_of(given, words), reader_of(given, words)
    except WrongFieldError as error:
        return {"preview": None, "note": fault_in(error, words)}
    if wanted is None:
        return dict(NOTHING_ASKED)
    if not live.ready:
        return {
            "preview": None,
            "note": words.say("The postings of the last days are still being read: a minute more."),
        }
    found = live.preview(Query(wanted.name, wanted.criteria, wanted.preferred_places), reader, now)
    return {"preview": _shown(found, wanted, given, words), "note": ""}


def _shown(preview: LivePreview, wanted: WantedSearch, given: Mapping[str, str], words: Words) -> ShownPreview:
    found, taste, asked = preview.found, preview.taste, wanted.criteria
    say, number = words.say, partial(format_decimal, locale=words.locale)
    floor = asked.salary_floor
    return ShownPreview(
        headline=words.count(
            "1 job of the last {days} days fits",
            "{shown} jobs of the last {days} days fit",
            found.matching,
            shown=number(found.matching),
            days=preview.days,
        ),
        mails=_often(taste.mails_a_week, wanted.timing.cadence, words) if taste.passing else "",
        passing=_passing(taste, words),
        criteria=_by_criterion(found, words),
        days=_day_bars(preview, words),
        days_said=say(
            "By the day on which they came, {first} to {last}",
            first=_day(preview, 0, words),
            last=_day(preview, -1, words),
        ),
        pay=_pay_bars(preview, words),
        pay_said=_pay_said(preview.pay, preview.currency, words),
        pay_range=preview.pay_range(floor.period if floor else given["period"]),
        jobs=[(shown_job(item.posting, words), why_briefly(item, words)) for item in taste.best],
        near=[(shown_job(item.posting, words), why_briefly(item, words)) for item in taste.near],
        gains=[
            words.count(
                "{how}: 1 more",
                "{how}: {shown} more",
                more,
                how=capitalised(relaxation_in_words(made, asked, words)),
                shown=number(more),
            )
            for made, more in preview.gains(_MOST_GAINS)
        ],
        feed=urlencode(asking(given)),
        openings=[(opening.skill, _opened(opening, words)) for opening in found.openings],
        advice=_advice(preview, words),
    )


def _often(mails_a_week: float, cadence: str, words: Words) -> str:
    if cadence == "weekly":
        mails_a_week = min(mails_a_week, 1.0)
    if mails_a_week >= 6:
        return words.say("A mail like this, nearly every day")
    if mails_a_week >= 1.5:
        return words.say("A mail like this, about {count} times a week", count=round(mails_a_week))
    if mails_a_week >= 0.6:
        return words.say("A mail like this, about once a week")
    return words.say("A mail like this, now and then")


def _passing(taste: Taste, words: Words) -> str:
    if not taste.weighed:
        return ""
    if not taste.passing:
        return words.say("None of them would have been mailed.")
    number = partial(format_decimal, locale=words.locale)
    return words.say(
        "Likely enough to be mailed: {passing} of the newest {weighed}.",
        passing=number(taste.passing),
        weighed=number(taste.weighed),
    )


def _by_criterion(found: Fitting, words: Words) -> list[tuple[str, str, str]]:
    if len(found.alone) < 2:
        return []
    more = {made.criterion: gained for made, gained in found.without}
    number = partial(format_decimal, locale=words.locale)
    return [(words.say(_NAMES[name]), number(fit), number(more.get(name, 0))) for name, fit in found.alone]


def _opened(opening: Opening, words: Words) -> str:
    number = partial(format_decimal, locale=words.locale)
    if opening.more < _FEW:
        said = words.say("{skill}: fewer than {few} more", skill=opening.skill, few=number(_FEW))
    else:
        said = words.say("{skill}: {shown} more", skill=opening.skill, shown=number(opening.more))
    if opening.pay_percent is None:
        return said
    percent = format_percent(abs(opening.pay_percent) / 100, locale=words.locale)
    if opening.pay_percent == 0:
        return words.say("{opening}, typically for the same pay", opening=said)
    if opening.pay_percent < 0:
        return words.say("{opening}, typically for {percent} less pay", opening=said, percent=percent)
    return words.say("{opening}, typically for {percent} more pay", opening=said, percent=percent)


def _advice(preview: LivePreview, words: Words) -> str:
    found = preview.found
    if found.matching > _MANY_A_DAY * preview.days:
        broad = [name for name, fit in found.alone if fit > _NEARLY_ALL * preview.postings]
        much = words.say("That is a lot: a skill, a place or a floor makes the mails better.")
        if not broad:
            return much
        which = words.say("Nearly everything fits this: {names}.", names=_named(broad, words))
        return f"{much} {which}"
    if found.matching == 0 and (never := [name for name, fit in found.alone if not fit]):
        names = _named(never, words)
        return words.say("No job of these days fits this, whatever else you ask for: {names}.", names=names)
    if found.matching == 0 and not found.without:
        return words.say("No single change finds any: ask for less.")
    return ""


def _named(criteria: Sequence[str], words: Words) -> str:
    return ", ".join(words.say(_NAMES[name]) for name in criteria)


def _day(preview: LivePreview, at: int, words: Words) -> str:
    return day_of_year(preview.by_day[at][0], words.locale, short=True)


def _day_bars(preview: LivePreview, words: Words) -> list[Bar]:
    counts = [count for _, count in preview.by_day]
    titles = [f"{_day(preview, at, words)}: {count}" for at, count in enumerate(counts)]
    return _bars(counts, titles, [False] * len(counts)) if any(counts) else []


def _money(amount: int, currency: str, words: Words) -> str:
    return str(format_compact_currency(amount, currency, locale=words.locale))


def _pay_said(pay: Sequence[PayBin], currency: str, words: Words) -> str:
    if not pay:
        return ""
    lowest, highest = _money(pay[0].least, currency, words), _money(pay[-1].below, currency, words)
    return words.say("By the most that they pay in a year, {lowest} to {highest}", lowest=lowest, highest=highest)


def _pay_bars(preview: LivePreview, words: Words) -> list[Bar]:
    money = partial(_money, currency=preview.currency, words=words)
    titles = [f"{money(one.least)} - {money(one.below)}: {one.count}" for one in preview.pay]
    return _bars([one.count for one in preview.pay], titles, [one.below <= preview.floor for one in preview.pay])


def _bars(counts: Sequence[int], titles: Sequence[str], lower: Sequence[bool]) -> list[Bar]:
    most, each = max(counts, default=0), _WIDTH / max(len(counts), 1)
    return [
        Bar(
            x=round(at * each, 2),
            y=round(_HEIGHT - (height := _HEIGHT * count / most), 2),
            width=round(each - _GAP, 2),
            height=round(height, 2),
            title=title,
            lower=below,
        )
        for at, (count, title, below) in enumerate(zip(counts, titles, lower, strict=True))
    ]
