"""People, masked until somebody has a reason to see them, which is written down; whom no mail reaches; doubts."""

import re
from functools import partial
from typing import Annotated, Final, Literal

from cachetools import TTLCache
from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.console.access import Operator
from services.console.door import ConsoleDoor
from services.runtime.errors import UsageError
from services.usecases import accounts, choices, consent, mail, mailed, searches, suppressions
from services.usecases.accounts import Subscriber
from services.usecases.errors import WrongFieldError

_MOST_LISTED: Final = 200
_MOST_MAILS: Final = 20
_SHOWN_FOR_S: Final = 900.0
_MOST_REVEALED: Final = 1_000
_ACTS: Final = ("suppress", "lift", "went out", "send it", "leave it")
_DARK: Final = re.compile(r"\(prefers-color-scheme:\s*dark\)")
_FRAMED: Final = {
    # A mail brings its styles along; it runs nothing, sends nothing and is framed by these pages alone.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'; sandbox"
    )
}


class Revealed:
    """Whom an operator looks at unmasked, on whichever page: for a quarter of an hour, in their own session."""

    def __init__(self, door: ConsoleDoor) -> None:
        self._door = door
        self._open: TTLCache[tuple[str, str], bool] = TTLCache(_MOST_REVEALED, _SHOWN_FOR_S)

    def covers(self, operator: Operator, person: str) -> bool:
        """Whether they revealed somebody just now."""
        return (operator.session or operator.name, person) in self._open

    async def reveal(self, operator: Operator, person: str) -> None:
        """Write down that they do, then let them. Raises UnavailableError where it cannot be written down."""
        await self._door.act(operator, "reveal", person, lambda: None)
        self._open[operator.session or operator.name, person] = True


class PeopleForm(BaseModel):
    """What is done about an address or a delivery."""

    act: str = Field(max_length=20)
    token: str = Field(max_length=400)
    address: str = Field(default="", max_length=300)
    why: str = Field(default="", max_length=300)
    delivery: str = Field(default="", max_length=200)


def routes(door: ConsoleDoor, revealed: Revealed) -> APIRouter:
    """`/people`: whom no mail reaches and what is in doubt; one person; their next digest."""
    router = APIRouter()
    installation = door.installation

    @router.get("/people")
    async def listed(request: Request) -> Response:
        """Find somebody; suppressions; deliveries of which nobody knows."""
        return await _listed(door, request, door.access.operator(request), "")

    @router.post("/people")
    async def find(request: Request, person: str = Form(max_length=300), token: str = Form(max_length=400)) -> Response:
        """Lead to somebody by id or address, which has no business in the address of a page."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, token)
        try:
            found = await door.work(lambda: accounts.find(installation, person.strip()))
        except UsageError as error:
            return await _listed(door, request, operator, str(error))
        return door.back(f"/people/{found.subscriber_id}")

    @router.post("/people/do")
    async def do(request: Request, given: Annotated[PeopleForm, Form()]) -> Response:
        """Suppress an address, lift that, or settle a delivery."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, given.token)
        if given.act not in _ACTS:
            raise HTTPException(400)
        about = given.delivery or await door.work(lambda: suppressions.short_hash(installation, given.address))
        said = await door.act(operator, given.act, about, partial(_act, door, given, operator.name))
        return door.show(request, "done", operator, values={"said": said, "back": "/people"})

    @router.get("/people/{person}")
    async def person_page(request: Request, person: str) -> Response:
        """Somebody: masked, or as they are where that was asked for just now."""
        operator = door.access.operator(request)
        shown = revealed.covers(operator, person)
        values = await door.work(partial(_person, door, person, shown=shown))
        return door.show(request, "person", operator, values=values)

    @router.post("/people/{person}/reveal")
    async def reveal(request: Request, person: str, token: str = Form(max_length=400)) -> Response:
        """Show who they are, which is written down first."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, token)
        found = await door.work(lambda: accounts.find(installation, person))
        await revealed.reveal(operator, found.subscriber_id)
        return door.back(f"/people/{found.subscriber_id}")

    @router.get("/people/{person}/next")
    async def upcoming(request: Request, person: str, scheme: Literal["light", "dark"] = "light") -> Response:
        """Their next digest by itself, in light or dark whatever the browser prefers."""
        operator = door.access.operator(request)
        if not revealed.covers(operator, person):
            raise HTTPException(403)
        found = await door.work(lambda: _next(door, accounts.find(installation, person)))
        if found is None or not found.html:
            raise HTTPException(404)
        return HTMLResponse(_DARK.sub("all" if scheme == "dark" else "not all", found.html), headers=_FRAMED)

    return router


async def _listed(door: ConsoleDoor, request: Request, operator: Operator, fault: str) -> Response:
    installation = door.installation
    suppressed = await door.work(lambda: suppressions.listed(installation, lifted=True))
    doubts = await door.work(lambda: mail.listed(installation, "unknown", _MOST_LISTED))
    values = {
        "fault": fault,
        "suppressed": [
            (listed.suppression, accounts.masked(listed.address) if listed.address else f"{listed.address_hash[:12]}…")
            for listed in suppressed[:_MOST_LISTED]
        ],
        "more": max(len(suppressed) - _MOST_LISTED, 0),
        "in_force": sum(listed.suppression.lifted_at is None for listed in suppressed),
        "chosen": await door.work(lambda: choices.counted(installation)),
        "doubts": [(doubt, accounts.masked(doubt.address)) for doubt in doubts],
    }
    return door.show(request, "people", operator, 404 if fault else 200, values)


def _act(door: ConsoleDoor, given: PeopleForm, by: str) -> str:
    installation, now, why = door.installation, door.clock(), given.why.strip()
    if given.act in ("suppress", "lift"):
        if not why:
            raise WrongFieldError("why", "say why, so that whoever looks later knows")
        if given.act == "suppress":
            added = suppressions.add(installation, given.address, why, by, now)
            return "The address is mailed no more." if added else "The address was suppressed before."
        suppressions.require_suppressed(installation, given.address)
        suppressions.lift(installation, given.address, why, by, now)
        return "The address may be mailed again."
    settled = mail.settle(
        installation, given.delivery, now, accepted=given.act == "went out", resend=given.act == "send it"
    )
    return f"The delivery is {settled} now."


def _next(door: ConsoleDoor, person: Subscriber) -> mailed.NextMail | None:
    return mailed.next_mail(door.installation, person, door.clock())


def _person(door: ConsoleDoor, own_id: str, *, shown: bool) -> dict[str, object]:
    installation = door.installation
    person = accounts.find(installation, own_id)
    found = _next(door, person) if shown else None

    def masked(text: str) -> str:
        return text if shown else accounts.MASK

    profile = person.profile
    return {
        "person": person,
        "shown": shown,
        "address": profile.address if shown else accounts.masked(profile.address),
        "name": masked(profile.name) if profile.name else "",
        "suppressed": suppressions.in_force(installation, profile.address),
        "consents": consent.ledger(installation, person.subscriber_id),
        "searches": [
            (masked(listed.search.name), listed.search)
            for listed in searches.listed(installation, person.subscriber_id)
        ],
        "mails": [
            (masked(mailing.subject), mailing) for mailing in mailed.sent(installation, person, most=_MOST_MAILS)
        ],
        "next": found,
        "head": _head(found) if found else "",
    }


def _head(found: mailed.NextMail) -> str:
    try:
        return mailed.head_of(found.email) if found.email else ""
    except UsageError as error:
        return str(error)
