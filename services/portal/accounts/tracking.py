"""Jobs at home: saved, applied for and hidden, and some to be asked about; what feedback changed can be taken back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.accounts.at_home import AtHome, at_home, day_here, lead, show
from services.portal.accounts.guard import Cookies, FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door
from services.portal.forms import fault_in
from services.runtime.errors import UsageError
from services.runtime.web.bodies import form_of
from services.usecases import feedback, questions, tracker
from services.usecases.errors import WrongFieldError
from services.usecases.feedback import FADES_IN, LOOKS_BACK, GivenAnswer
from services.usecases.live_previews import LivePreviews
from services.usecases.tracker import Tracked
from services.usecases.wording import ShownJob, shown_job
from services.wording.dates import day_in_words
from services.wording.lines import zone_of

_OF_JOBS = ("save", "applied", "note", "out", "hide", "show", "note-hidden")
_OF_FEEDBACK = ("take-back", "hide-company")
_ASKED = range(1, questions.MOST_ASKED + 1)
_OF_ANSWERS = [f"{name}{at}" for name in ("job", "answer") for at in _ASKED]
_Page = Callable[[AtHome, WrongFieldError | None, Mapping[str, str]], Response]
"""With what is wrong in a form, and what was typed there."""
_Act = Callable[[AtHome, Mapping[str, str], datetime], None]


def routes(door: Door, guard: FormGuard, cookies: Cookies, live: LivePreviews) -> APIRouter:
    """`GET` and `POST` of `/home/jobs`, `/home/feedback` and `/home/answers`."""
    router = APIRouter(responses=answers(303, 400, 403, 404, 408, 413, 429, 503), default_response_class=HTMLResponse)

    async def show(request: Request, page: _Page) -> Response:
        here = await at_home(door, guard, cookies, request)
        return await door.work(partial(page, here, None, {}))

    async def take(request: Request, page: _Page, act: _Act, path: str) -> Response:
        guard.check(request)
        sent, here = await form_of(request), await at_home(door, guard, cookies, request)
        cookies.check_form(here.session.key, sent.get("csrf", ""))
        try:
            await door.work(partial(act, here, sent, door.clock()))
        except WrongFieldError as error:
            return await door.work(partial(page, here, error, sent))
        return lead(door, cookies, here, path, sent["do"])

    jobs_page, feedback_page = partial(_jobs_page, door, cookies), partial(_feedback_page, door, cookies)

    @router.get("/home/jobs")
    async def jobs(request: Request) -> Response:
        """Show them."""
        return await show(request, jobs_page)

    @router.post("/home/jobs", openapi_extra=form("csrf", "job", "hidden", "note", "applied_on", do=_OF_JOBS))
    async def change_jobs(request: Request) -> Response:
        """Do what a form says of one of them."""
        return await take(request, jobs_page, partial(_track, door), "/home/jobs")

    @router.get("/home/feedback")
    async def said(request: Request) -> Response:
        """Show what was said, and what came of it."""
        return await show(request, feedback_page)

    @router.post("/home/feedback", openapi_extra=form("csrf", "kind", "value", "company", do=_OF_FEEDBACK))
    async def change_said(request: Request) -> Response:
        """Take something back, or hide a company."""
        return await take(request, feedback_page, partial(_act, door), "/home/feedback")

    @router.get("/home/answers")
    async def ask(request: Request) -> Response:
        """Ask about some jobs, and say what answers changed."""
        here = await at_home(door, guard, cookies, request)
        return await door.work(partial(_answers_page, door, cookies, live, here))

    @router.post("/home/answers", openapi_extra=form("csrf", *_OF_ANSWERS))
    async def answer(request: Request) -> Response:
        """Keep what was answered; what was left out is asked again."""
        guard.check(request)
        sent, here = await form_of(request), await at_home(door, guard, cookies, request)
        cookies.check_form(here.session.key, sent.get("csrf", ""))
        some = _answers_in(sent)
        kept = await door.work(lambda: questions.answer(door.installation, here.person, some, door.clock()))
        return lead(door, cookies, here, "/home/answers", "answer" if kept else "")

    return router


def _track(door: Door, here: AtHome, sent: Mapping[str, str], now: datetime) -> None:
    installation, own_id, job, hidden = (
        door.installation, here.person.subscriber_id, sent.get("job", ""), sent.get("hidden", "")
    )  # fmt: skip
    match sent.get("do"):
        case "save":
            tracker.save(installation, own_id, job, now)
        case "applied":
            today = now.astimezone(zone_of(here.person.profile.time_zone)).date()
            tracker.apply(installation, own_id, job, today, now)
        case "note":
            tracker.change(installation, own_id, job, sent.get("note", ""), _day(sent.get("applied_on", "")), now)
        case "out":
            tracker.take_out(installation, own_id, job)
        case "hide":
            feedback.hide_job(installation, own_id, job, now)
        case "show":
            feedback.take_back(installation, own_id, "not_relevant", hidden)
        case "note-hidden":
            feedback.note(installation, own_id, "not_relevant", hidden, sent.get("note", ""))
        case _:
            raise UsageError("the form says nothing that can be done here")


def _act(door: Door, here: AtHome, sent: Mapping[str, str], now: datetime) -> None:
    own_id = here.person.subscriber_id
    match sent.get("do"):
        case "take-back":
            feedback.take_back(door.installation, own_id, sent.get("kind", ""), sent.get("value", ""))
        case "hide-company":
            feedback.hide_company(door.installation, own_id, sent.get("company", ""), now)
        case _:
            raise UsageError("the form says nothing that can be done here")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongFieldError("applied_on", f"{text!r} is not a date such as 2026-03-31", "day") from None


def _jobs_page(
    door: Door, cookies: Cookies, here: AtHome, error: WrongFieldError | None, typed: Mapping[str, str]
) -> Response:
    words, person = here.words, here.person
    tracked = tracker.tracked(door.installation, person.subscriber_id)
    said = feedback.said(door.installation, person.subscriber_id)
    shown = [(job, *_shown(door, here, job)) for job in tracked]
    return show(
        door,
        cookies,
        here,
        "jobs",
        400 if error else 200,
        error=fault_in(error, words) if error else "",
        typed=typed,
        saved=[row for row in shown if row[0].job.applied_on is None],
        applied=[row for row in shown if row[0].job.applied_on is not None],
        hidden=[_listed(door, here, given) for given in _newest(said) if given.answer.kind == "not_relevant"],
        most=tracker.MOST_NOTE,
    )


def _shown(door: Door, here: AtHome, tracked: Tracked) -> tuple[str, str, str, str, str]:
    """Where it is and what it pays, its page, when it was saved, applied for, and until when it is open."""
    posting, job, words = tracked.posting, tracked.job, here.words
    applied = day_in_words(job.applied_on, words.locale) if job.applied_on else ""
    if posting is None:
        return "", "", day_here(here, job.saved_at), applied, ""
    about = shown_job(posting, words)
    until = day_here(here, posting.expires_at) if posting.expires_at and not tracked.closed else ""
    page = door.link("job", here.person, job.posting_id)
    return " · ".join(filter(None, (about.where, about.pay))), page, day_here(here, job.saved_at), applied, until


def _listed(door: Door, here: AtHome, given: GivenAnswer) -> dict[str, str]:
    """One thing said, as a page lists it."""
    answer, about = given.answer, given.answer.job
    return {
        "kind": answer.kind,
        "value": answer.value,
        "title": about.title if about else answer.company or answer.value,
        "company": about.company if about else "",
        "note": answer.note,
        "saved": "saved" if about and about.kind == "saved" else "",
        "said": day_here(here, given.said_at),
        "until": day_here(here, given.fades_at) if given.fades_at else "",
        "page": door.link("job", here.person, answer.posting_id) if answer.posting_id else "",
    }


def _newest(said: list[GivenAnswer]) -> list[GivenAnswer]:
    return sorted(said, key=lambda given: given.said_at, reverse=True)


def _feedback_page(
    door: Door, cookies: Cookies, here: AtHome, error: WrongFieldError | None, typed: Mapping[str, str]
) -> Response:
    installation, words, now = door.installation, here.words, door.clock()
    said = _newest(feedback.said(installation, here.person.subscriber_id))
    changed = feedback.changed(installation, here.person.subscriber_id, now)
    counting = [given for given in said if given.answer.job and given.fades_at and given.fades_at > now]
    return show(
        door,
        cookies,
        here,
        "said",
        400 if error else 200,
        error=fault_in(error, words) if error else "",
        typed=typed,
        up=[_listed(door, here, given) for given in counting if given.answer.kind == "more_like"],
        down=[_listed(door, here, given) for given in counting if given.answer.kind == "not_relevant"],
        companies=[
            (_listed(door, here, given), changed.kept_out.get(given.answer.value, 0))
            for given in said
            if given.answer.kind == "hidden_company"
        ],
        moved=changed.moved,
        left_out=changed.left_out,
        days=LOOKS_BACK.days,
        fades=FADES_IN.days,
    )


def asked(door: Door, live: LivePreviews, here: AtHome) -> list[tuple[str, ShownJob]]:
    """What they are asked about, by posting. Raises UnavailableError."""
    found = questions.questions(door.installation, live, here.person, door.clock())
    return [(posting.posting_id, shown_job(posting, here.words)) for posting in found]


def _answers_in(sent: Mapping[str, str]) -> Mapping[str, str]:
    """By posting."""
    pairs = ((sent.get(f"job{at}", ""), sent.get(f"answer{at}", "")) for at in _ASKED)
    return {job: said for job, said in pairs if job and said}


def _answers_page(door: Door, cookies: Cookies, live: LivePreviews, here: AtHome) -> Response:
    changed = questions.effect(door.installation, live, here.person, door.clock())
    return show(door, cookies, here, "answers", asked=asked(door, live, here), changed=changed, ready=live.ready)
