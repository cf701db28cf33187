"""Jobs that somebody is asked about at home, and what their answers change; at sign-up they stand on the first page."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.accounts.at_home import AtHome, at_home, lead, show
from services.portal.accounts.guard import Cookies, FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door
from services.runtime.web.bodies import form_of
from services.usecases import questions
from services.usecases.live_previews import LivePreviews
from services.usecases.wording import ShownJob, shown_job

_PLACES = range(1, questions.MOST_ASKED + 1)
_FIELDS = [f"{name}{at}" for name in ("job", "answer") for at in _PLACES]


def routes(door: Door, guard: FormGuard, cookies: Cookies, live: LivePreviews) -> APIRouter:
    """`GET` and `POST` of `/home/answers`."""
    router = APIRouter(responses=answers(303, 400, 403, 404, 408, 413, 503), default_response_class=HTMLResponse)

    @router.get("/home/answers")
    async def ask(request: Request) -> Response:
        """Ask about some jobs, and say what answers changed."""
        here = await at_home(door, cookies, request)
        return await door.work(partial(_page, door, cookies, live, here))

    @router.post("/home/answers", openapi_extra=form("csrf", *_FIELDS))
    async def answer(request: Request) -> Response:
        """Keep what was answered; what was left out is asked again."""
        guard.check(request)
        sent, here = await form_of(request), await at_home(door, cookies, request)
        cookies.check_form(here.session.key, sent.get("csrf", ""))
        some = _answers_in(sent)
        kept = await door.work(lambda: questions.answer(door.installation, here.person, some, door.clock()))
        return lead(door, cookies, here, "/home/answers", "answer" if kept else "")

    return router


def asked(door: Door, live: LivePreviews, here: AtHome) -> list[tuple[str, ShownJob]]:
    """What they are asked about, by posting. Raises UnavailableError."""
    found = questions.questions(door.installation, live, here.person, door.clock())
    return [(posting.posting_id, shown_job(posting, here.words)) for posting in found]


def _answers_in(sent: Mapping[str, str]) -> Mapping[str, str]:
    """By posting."""
    pairs = ((sent.get(f"job{at}", ""), sent.get(f"answer{at}", "")) for at in _PLACES)
    return {job: said for job, said in pairs if job and said}


def _page(door: Door, cookies: Cookies, live: LivePreviews, here: AtHome) -> Response:
    changed = questions.effect(door.installation, live, here.person, door.clock())
    return show(door, cookies, here, "answers", asked=asked(door, live, here), changed=changed, ready=live.ready)
