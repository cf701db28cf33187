"""A job with why it is there, and what a reader says of a job.

Save, not relevant, more like this, hide company: what it will change is said first, and it can be undone. Below a job
that is not relevant stands what of it their searches could leave out, and what that costs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from schemas.posting import PostingCore
from services.portal.accounts.guard import Cookies
from services.portal.answers import answers, form
from services.portal.door import Door, Visit
from services.portal.links import rather_not
from services.portal.links.former import is_former, sign_in_first
from services.portal.links.undoing import UNDONE, Done, undo_of, undone
from services.runtime.errors import UsageError
from services.runtime.web.bodies import form_of
from services.usecases import exclusions, feedback, links, tracker
from services.usecases.exclusions import Exclusion
from services.usecases.feedback import FADES_IN, KIND_OF
from services.usecases.installation import Installation
from services.usecases.links import FoundBy, Purpose, SavedSearch
from services.usecases.live_previews import LivePreviews
from services.usecases.wording import capitalised, in_telling_order, in_words, shown_job
from services.wording.lines import quoted
from services.wording.relaxations import exclusion_in_words
from services.wording.words import Words, mark

FeedbackPurpose = Literal["irrelevant", "more", "hide", "save"]


@dataclass(frozen=True, slots=True)
class _Texts:
    """What a page says before and after."""

    asks: str
    said: str
    """Its heading afterwards."""
    will: str
    button: str
    done: str


_TEXTS: dict[FeedbackPurpose, _Texts] = {
    "save": _Texts(
        mark("Save this job?"),
        mark("This job is saved"),
        mark(
            "It is kept among your jobs, where you can write beside it and see when it closes. For {days} days jobs"
            " like it move up."
        ),
        mark("Save it"),
        mark("Saved. It is among your jobs, and for {days} days jobs like it move up."),
    ),
    "irrelevant": _Texts(
        mark("Not relevant?"),
        mark("Not relevant"),
        mark("This job will not come again. For {days} days jobs like it move down or stay away."),
        mark("It is not relevant"),
        mark("Noted. This job will not come again, and for {days} days jobs like it move down or stay away."),
    ),
    "more": _Texts(
        mark("More like this?"),
        mark("More like this"),
        mark("For {days} days jobs like this one move up."),
        mark("More like this"),
        mark("Noted. For {days} days jobs like this one move up."),
    ),
    "hide": _Texts(
        mark("Hide {company}?"),
        mark("{company} is hidden"),
        mark("No job of {company} will come any more, until you undo it."),
        mark("Hide this company"),
        mark("Noted. No job of {company} will come any more."),
    ),
}

_SAYS = ("say", "undo")
_DOES = ("leave-out", "let-in")
"""What a form may do about what searches could leave out."""
_SAVED_ALONE = mark("Saved. It is among your jobs.")
"""Of a job that was saved by an earlier release, or answered otherwise since."""
_FIELDS = ("criterion", "value", "words", "undo")


@dataclass(frozen=True, slots=True)
class _ShownExclusion:
    """What of a job searches could leave out, in the reader's words."""

    named: str
    costs: tuple[str, ...]
    """A sentence a search."""
    fields: Mapping[str, str]
    """What its button sends."""


def routes(door: Door, cookies: Cookies, live: LivePreviews) -> APIRouter:
    """`GET` of `/j/TOKEN` and `/o/TOKEN`; `GET` and `POST` of `/n/`, `/l/`, `/h/` and `/k/TOKEN`."""
    router = APIRouter(responses=answers(400, 404, 408, 410, 413, 503), default_response_class=HTMLResponse)

    @router.get("/j/{token}")
    async def job(request: Request, token: str) -> Response:
        """Show a job."""
        visit = await door.visit(request, "job", token)
        former = await is_former(door, cookies, request, visit, "job")
        return await door.work(partial(_job_page, door, visit, former=former))

    @router.get("/o/{token}", response_class=RedirectResponse, responses=answers(303), status_code=303)
    async def follow(request: Request, token: str) -> Response:
        """Lead on to a job; where to is what the store has of it, and never a word of the link."""
        visit = await door.visit(request, "open", token)
        posting = await door.work(lambda: links.posting_of(door.installation, visit.about))
        if posting is None:
            return door.show("forgotten", visit.words, 410)
        address = shown_job(posting, visit.words).url
        return RedirectResponse(address or door.link("job", visit.subscriber, visit.about), 303)

    for purpose in _TEXTS:
        _add(router, door, cookies, live, purpose)
    return router


def _job_page(door: Door, visit: Visit, *, former: bool) -> Response:
    """`former`: it shows the job alone."""
    job = links.job(door.installation, visit.subscriber, visit.about)
    if job is None:
        return door.show("forgotten", visit.words, 410)
    person, posting = visit.subscriber, job.posting
    return door.show(
        "job",
        visit.words,
        job=shown_job(posting, visit.words),
        posting=posting,
        closed=posting.status == "closed",
        blocks=_blocks(posting.description_text),
        why=[(found, _reasons(found, visit.words)) for found in job.found_by],
        actions={purpose: door.link(purpose, person, posting.posting_id) for purpose in _TEXTS},
        saved=tracker.is_saved(door.installation, person.subscriber_id, posting.posting_id),
        elsewhere=_elsewhere(door, visit, posting, "job"),
        former=former,
    )


def _elsewhere(door: Door, visit: Visit, posting: PostingCore, purpose: Purpose) -> list[tuple[str, str]]:
    """The other places of a job, each with the same page of it: a press on a card speaks of its first place."""
    others = links.elsewhere(door.installation, visit.subscriber, posting)
    shown = ((shown_job(other, visit.words).where, other) for other in others)
    return sorted((where, door.link(purpose, visit.subscriber, other.posting_id)) for where, other in shown)


def _blocks(text: str) -> list[tuple[bool, list[str]]]:
    """The paragraphs of a description and its lists: whether it is a list, and its lines."""
    lines = [line.strip() for line in text.splitlines()]
    runs = ((kind, list(some)) for kind, some in groupby(lines, key=lambda line: line[:1] if line[:1] in "•" else "p"))
    return [
        (kind == "•", [line.removeprefix("•").strip() for line in some if line]) for kind, some in runs if any(some)
    ]


def _reasons(found: FoundBy, words: Words) -> list[tuple[bool, str]]:
    ordered = in_telling_order(found.reasons)
    return [(reason.fit == "yes", capitalised(in_words(reason, words))) for reason in ordered]


def _add(router: APIRouter, door: Door, cookies: Cookies, live: LivePreviews, purpose: FeedbackPurpose) -> None:
    path, leaves_out = f"/{links.PATHS[purpose]}/{{token}}", purpose == "irrelevant"
    takes = form(*_FIELDS, do=(*_SAYS, *_DOES, *rather_not.DOES)) if leaves_out else form(do=_SAYS)

    @router.get(path, name=f"ask_{purpose}")
    async def ask(request: Request, token: str) -> Response:
        """Say what it will change."""
        visit = await door.visit(request, purpose, token)
        if await is_former(door, cookies, request, visit, purpose):
            return sign_in_first(door, visit)
        return await door.work(partial(_feedback_page, door, live, visit, purpose))

    @router.post(path, name=f"do_{purpose}", openapi_extra=takes)
    async def do(request: Request, token: str) -> Response:
        """Keep it, or take it back."""
        given = await form_of(request)
        visit, act = await door.visit(request, purpose, token), given.get("do", "")
        if await is_former(door, cookies, request, visit, purpose):
            return sign_in_first(door, visit)
        done = None
        if leaves_out and act in _DOES:
            done = await door.work(partial(_leave_out, door, visit, given))
        elif leaves_out and act in rather_not.DOES:
            done = await door.work(partial(rather_not.act, door, visit, given))
        else:
            await door.work(partial(_act, door.installation, visit, purpose, act))
        return await door.work(partial(_feedback_page, door, live, visit, purpose, is_undone=act == "undo", done=done))


def _act(installation: Installation, visit: Visit, purpose: FeedbackPurpose, act: str) -> None:
    own_id, about, now = visit.subscriber.subscriber_id, visit.about, visit.now
    if act not in _SAYS:
        raise UsageError("the form says nothing that can be done here")
    kind = KIND_OF.get(purpose)
    if act == "say":
        if kind is None:
            tracker.save(installation, own_id, about, now)
        else:
            feedback.say(installation, own_id, kind, about, now)
    elif _is_done(installation, visit, purpose):
        if kind is None:
            tracker.take_out(installation, own_id, about)
        else:
            feedback.unsay(installation, own_id, kind, about, now)


def _is_done(installation: Installation, visit: Visit, purpose: FeedbackPurpose) -> bool:
    own_id, kind = visit.subscriber.subscriber_id, KIND_OF.get(purpose)
    if kind is None:
        return tracker.is_saved(installation, own_id, visit.about)
    return feedback.is_said(installation, own_id, kind, visit.about, visit.now)


def _moves_others(installation: Installation, visit: Visit) -> bool:
    return feedback.is_said(installation, visit.subscriber.subscriber_id, "more_like", visit.about, visit.now)


def _feedback_page(
    door: Door,
    live: LivePreviews,
    visit: Visit,
    purpose: FeedbackPurpose,
    *,
    is_undone: bool = False,
    done: Done | None = None,
) -> Response:
    posting = links.posting_of(door.installation, visit.about)
    if posting is None:
        return door.show("forgotten", visit.words, 410)
    texts, said = _TEXTS[purpose], _is_done(door.installation, visit, purpose)
    noted = texts.done if purpose != "save" or _moves_others(door.installation, visit) else _SAVED_ALONE
    filled: dict[str, object] = {
        "company": posting.company.name or visit.words.say(mark("this company")),
        "days": FADES_IN.days,
    }
    return door.show(
        "feedback",
        visit.words,
        title=visit.words.say(texts.said if said else texts.asks, **filled),
        job=posting.title,
        where=shown_job(posting, visit.words).where,
        elsewhere=_elsewhere(door, visit, posting, purpose) if purpose != "hide" else [],
        company=posting.company.name,
        text=visit.words.say(noted if said else UNDONE if is_undone else texts.will, **filled),
        button=visit.words.say(texts.button),
        said=said,
        undone=is_undone,
        lists=purpose == "save",
        exclusions=_exclusions_of(door, live, visit, posting) if said and purpose == "irrelevant" else (),
        rather_not=rather_not.offered(door, live, visit, posting) if said and purpose == "irrelevant" else None,
        done=done,
        job_page=door.link("job", visit.subscriber, visit.about),
    )


def _exclusions_of(door: Door, live: LivePreviews, visit: Visit, posting: PostingCore) -> list[_ShownExclusion]:
    """What could be left out, but for what some search of theirs stands on: without it none would find anything."""
    found = exclusions.of_job(door.installation, visit.subscriber, posting)
    return [
        _ShownExclusion(
            exclusion_in_words(exclusion.criterion, exclusion.value, visit.words),
            tuple(_cost(exclusion, search, live, visit.words) for search in some),
            _fields(exclusion),
        )
        for exclusion, some in found.items()
        if not all(_empties(exclusion, search, live) for search in some)
    ]


def _leave_out(door: Door, visit: Visit, form: Mapping[str, str]) -> Done:
    """Do what a form says of `_DOES`. Raises MissingError, ChangedError, WrongFieldError."""
    installation, person, words = door.installation, visit.subscriber, visit.words
    if form.get("do") == "let-in":
        criterion, value, changed = undone(installation, visit, "let-in", form)
        exclusions.let_in(installation, person, visit.about, Exclusion(criterion, value), changed, visit.now)
        return Done(words.say(UNDONE))
    exclusion = Exclusion(form.get("criterion", ""), form.get("value", ""))
    some = exclusions.leave_out(installation, person, visit.about, exclusion, visit.now)
    said = words.say(
        "Left out from now on: {what} (in {searches}).",
        what=exclusion_in_words(exclusion.criterion, exclusion.value, words),
        searches=_listed([one.search for one in some], words),
    )
    changed = {one.search.search_id: one.stood for one in some}
    return Done(said, "let-in", undo_of(installation, visit, "let-in", [exclusion.criterion, exclusion.value, changed]))


def _fields(exclusion: Exclusion) -> dict[str, str]:
    return {"criterion": exclusion.criterion, "value": exclusion.value}


def _empties(exclusion: Exclusion, search: SavedSearch, live: LivePreviews) -> bool:
    """Whether it would leave out all of several jobs that a search finds."""
    return live.ready and live.count(search.criteria) > 1 and not live.count(exclusion.of(search.criteria))


def _cost(exclusion: Exclusion, search: SavedSearch, live: LivePreviews, words: Words) -> str:
    name = quoted(search.name, words)
    if not live.ready:
        return name
    now, then = live.count(search.criteria), live.count(exclusion.of(search.criteria))
    said = words.count(
        "{name}: {fewer} fewer of the {count} job that fits in {days} days",
        "{name}: {fewer} fewer of the {count} jobs that fit in {days} days",
        now,
        name=name,
        fewer=now - then,
        days=live.days,
    )
    return said if then or not now else words.say("{cost}: none is left", cost=said)


def _listed(some: Iterable[SavedSearch], words: Words) -> str:
    return words.all_of([quoted(search.name, words) for search in some])
