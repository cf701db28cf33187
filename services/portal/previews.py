"""What a search finds, shown while it is typed, and what a pasted posting says of skills; nothing of it is kept."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Final, TypeVar

import structlog
from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from schemas.posting import Strength
from services.portal.about_oneself import readable, reader_of
from services.portal.accounts.guard import Cookies, FormGuard, words_here
from services.portal.answers import answers, form
from services.portal.door import Door
from services.portal.pages import words_for
from services.portal.preview_page import previewed
from services.portal.search_form import DEFAULTS, search_of, sent_in
from services.runtime.privacy.redaction import redacted
from services.runtime.web.bodies import MOST_PASTED, form_of
from services.usecases import completion, pasted
from services.usecases.completion import Kind, suggestions
from services.usecases.errors import WrongFieldError
from services.usecases.live_previews import LivePreviews
from services.usecases.searches import query_of
from services.usecases.wishes.named import NamedSkill, skills_in
from services.usecases.wishes.posting import MOST_TEXT
from services.wording.words import Words, mark

T = TypeVar("T")

_EVERY_S: Final = 60.0
_SOON_S: Final = 5.0
FRAMED: Final[Mapping[str, str]] = {
    # A mail brings its styles along; it runs nothing, sends nothing and is framed by our own pages alone.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'; sandbox"
    )
}
"""Headers of a mail in a frame."""
_GROUPS: Final[Mapping[str, tuple[Strength | None, ...]]] = {
    mark("Required"): ("title", "required"),
    mark("Wanted"): ("wanted",),
    mark("A plus"): ("bonus",),
    mark("Only in passing"): ("employer", "passing", None),
}

_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Group:
    """Skills that are meant alike."""

    heading: str
    skills: Sequence[tuple[NamedSkill, str]]
    """Each with how its words come to it; empty where they are its name."""


class PreviewReading:
    """A thread that keeps live previews up to the store, while it is entered, and first reads what forms need else."""

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
                # After it: nobody sees a preview before the postings are read.
                completion.warm()
                pasted.warm()
                wait_s = _EVERY_S
            except Exception as error:
                # The thread goes on, whatever it is: else what is shown would stay as it is for ever.
                _events.warning("previews are not up to date", error=redacted(error), error_type=type(error).__name__)
                wait_s = _SOON_S


def routes(door: Door, guard: FormGuard, cookies: Cookies, live: LivePreviews) -> APIRouter:
    """`POST /preview` and `GET /complete/{kind}`, pieces of a page; `GET` and `POST` of `/read`."""
    router = APIRouter(responses=answers(400, 403, 404, 408, 413, 429, 503), default_response_class=HTMLResponse)
    turn = asyncio.Lock()
    _add_reading(router, door, guard, cookies)

    async def in_turn(request: Request, task: Callable[[], T]) -> T:
        """Do it after what came before. Raises ClientDisconnect where nobody waits for it any more.

        A browser that has typed on takes its last request back: that one is overtaken and is not begun.
        """
        async with turn:
            if await request.is_disconnected():
                raise ClientDisconnect
            return await door.work(task)

    @router.post("/preview", openapi_extra=form(*DEFAULTS))
    async def preview(request: Request) -> Response:
        """Show what the search in a form finds."""
        guard.check_preview(request)
        words, given = words_for(request), sent_in(await form_of(request, MOST_PASTED))
        return door.show(
            "preview",
            words,
            result=False,
            typed=True,
            folded=bool(given.get("folded")),
            **await in_turn(request, partial(previewed, live, given, words, door.clock(), weighed=False)),
        )

    @router.post("/preview/gains", openapi_extra=form(*DEFAULTS))
    async def gains(request: Request) -> Response:
        """Show what would find more than the search in a form, by what would be mailed."""
        guard.check_preview(request)
        words, given = words_for(request), sent_in(await form_of(request, MOST_PASTED))
        found = await in_turn(request, partial(previewed, live, given, words, door.clock()))
        return door.show("gains", words, gains=found["preview"].gains) if found["preview"] else HTMLResponse("")

    @router.post("/preview/mail", openapi_extra=form(*DEFAULTS))
    async def mail(request: Request) -> Response:
        """Show the mail that the search in a form would bring, to be framed by the form's page."""
        guard.check_preview(request)
        words, given = words_for(request), sent_in(await form_of(request, MOST_PASTED))
        shown = await in_turn(request, partial(_mailed, live, given, words, door.clock()))
        return HTMLResponse(shown or words.say("None of them would have been mailed."), headers=FRAMED)

    @router.get("/complete/{kind}")
    async def complete(request: Request, kind: Kind, typed: str = "") -> Response:
        """What may be meant by the beginning of a name: options of a list."""
        guard.check_completion(request)
        words = words_for(request)
        found = await door.work(partial(suggestions, kind, typed, words, live.asked_for()))
        return door.show("suggestions", words, found=found)

    return router


def _add_reading(router: APIRouter, door: Door, guard: FormGuard, cookies: Cookies) -> None:
    """Which skills a posting names that somebody pastes, by which sentence, and how it means them."""

    @router.get("/read")
    async def ask(request: Request) -> Response:
        """Show the form."""
        words = await words_here(door, cookies, request)
        return door.show("read", words, pasted="", groups=None, most=MOST_TEXT)

    @router.post("/read", openapi_extra=form("pasted"))
    async def read(request: Request) -> Response:
        """Show what it says; nothing of it is kept."""
        guard.check_preview(request)
        text = (await form_of(request, MOST_PASTED)).get("pasted", "")[:MOST_TEXT]
        words = await words_here(door, cookies, request)
        named = await door.work(partial(skills_in, text)) if text.strip() else []
        return door.show("read", words, pasted=text, groups=_grouped(named, words), most=MOST_TEXT)


def _mailed(live: LivePreviews, given: Mapping[str, str], words: Words, now: datetime) -> str | None:
    """The mail as HTML; None where there is none, or a field is at fault. Raises UnavailableError."""
    given, _ = readable(given, words)
    try:
        wanted, reader = search_of(given, words), reader_of(given, words)
    except WrongFieldError:
        return None
    if wanted is None or not live.ready:
        return None
    return live.mail(query_of(wanted), reader, now)


def _grouped(named: Sequence[NamedSkill], words: Words) -> list[_Group]:
    groups = (
        _Group(words.say(heading), [(skill, _matched(skill, words)) for skill in named if skill.strength in strengths])
        for heading, strengths in _GROUPS.items()
    )
    return [group for group in groups if group.skills]


def _matched(skill: NamedSkill, words: Words) -> str:
    if not skill.said:
        return words.say("The title implies it.")
    if skill.said.casefold() == skill.name.casefold():
        return ""
    return words.say("“{said}” is another way to write it.", said=skill.said)
