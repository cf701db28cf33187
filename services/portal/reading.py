"""Reading a posting that somebody pastes: which skills it names, by which sentence, and how it means them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from schemas.posting import Strength
from services.portal.accounts.guard import FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door
from services.portal.pages import words_for
from services.runtime.web.bodies import MOST_PASTED, form_of
from services.usecases.pasted import MOST_TEXT, NamedSkill, skills_in
from services.wording.words import Words, mark

_GROUPS: Final[Mapping[str, tuple[Strength | None, ...]]] = {
    mark("Required"): ("title", "required"),
    mark("Wanted"): ("wanted",),
    mark("A plus"): ("bonus",),
    mark("Only in passing"): ("employer", "passing", None),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """Skills that are meant alike."""

    heading: str
    skills: Sequence[tuple[NamedSkill, str]]
    """Each with how its words come to it; empty where they are its name."""


def routes(door: Door, guard: FormGuard) -> APIRouter:
    """`GET` and `POST` of `/read`."""
    router = APIRouter(responses=answers(400, 403, 408, 413, 429, 503), default_response_class=HTMLResponse)

    @router.get("/read")
    async def ask(request: Request) -> Response:
        """Show the form."""
        return door.show("read", words_for(request.headers), pasted="", groups=None, most=MOST_TEXT)

    @router.post("/read", openapi_extra=form("pasted"))
    async def read(request: Request) -> Response:
        """Show what it says; nothing of it is kept."""
        guard.check_preview(request)
        pasted = (await form_of(request, MOST_PASTED)).get("pasted", "")[:MOST_TEXT]
        words = words_for(request.headers)
        named = await door.work(partial(skills_in, pasted)) if pasted.strip() else []
        return door.show("read", words, pasted=pasted, groups=_grouped(named, words), most=MOST_TEXT)

    return router


def _grouped(named: Sequence[NamedSkill], words: Words) -> list[_Group]:
    groups = (
        _Group(words.say(heading), [(one, _matched(one, words)) for one in named if one.strength in strengths])
        for heading, strengths in _GROUPS.items()
    )
    return [group for group in groups if group.skills]


def _matched(one: NamedSkill, words: Words) -> str:
    if not one.said:
        return words.say("The title implies it.")
    if one.said.casefold() == one.name.casefold():
        return ""
    return words.say("“{said}” is another way to write it.", said=one.said)
