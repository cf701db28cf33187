"""An account over the API: facts of its owner, a pause, and all that is kept."""

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, RootModel
from starlette.requests import Request
from starlette.responses import Response

from services.portal.api.access import Caller, may
from services.portal.api.answers import (
    CHANGES,
    TAKES,
    Sent,
    Shown,
    answer,
    answer_bytes,
    changes,
    require_match,
    shows,
)
from services.portal.door import Door
from services.usecases import accounts, consent
from services.usecases.api_tokens import Scope
from services.usecases.links import Subscriber
from services.wording.lines import zone_of

_MOST_SPOKEN = 50


class Account(Shown):
    """Who the token acts for."""

    address: str
    """Another one is asked for at home, and confirmed by a mail that goes there."""
    name: str
    locale: str
    """Of mails and of sentences here: `en`, `de_AT`."""
    time_zone: str
    """IANA name."""
    currency: str
    """ISO 4217."""
    speaks: tuple[str, ...]
    """Languages, with levels where they are said: `en`, `de:working`; empty where they do not say."""
    home: str | None = None
    """Where they live: `Cambridge, US-MA`, `US-MA` or `US`; null where they do not say."""
    years: int | None = None
    """For which they have done the work that they look for; null where they do not say."""
    worked_as: tuple[str, ...] = ()
    """Ids of the roles that they have had; empty where they do not say."""
    knows: tuple[str, ...] = ()
    """What they say that they can do, in their words; empty where they do not say."""
    avoids: tuple[str, ...] = ()
    """What they would rather not do, in their words; empty where they do not say."""
    selectivity: accounts.Selectivity = "usual"
    """How choosy their mails are: the surest jobs alone, the usual choice, more, or all that fits."""
    status: str
    """`active`, `paused`, `unsubscribed` or `unconfirmed`: only who is active is mailed."""
    paused_until: date | None
    """The day, by their clock, from which mails go on by themselves; null: not before somebody says so."""
    token: str
    """What its owner calls this token."""
    scopes: tuple[Scope, ...]
    """What it allows."""


class AccountChange(Sent):
    """Facts to change; what is not named stays."""

    name: str = Field(default="", max_length=120)
    """Empty: they are greeted by none."""
    locale: str = Field(default="", min_length=1, max_length=40)
    time_zone: str = Field(default="", min_length=1, max_length=60)
    currency: str = Field(default="", min_length=3, max_length=3)
    speaks: list[Annotated[str, Field(max_length=60)]] = Field(default=[], max_length=_MOST_SPOKEN)
    """Empty: they do not say, and nothing is kept from them for its language."""
    home: str | None = Field(default=None, max_length=200)
    """A town, else a country or a part of one, by name or code; null: they do not say."""
    years: int | None = Field(default=None, ge=0, le=accounts.MOST_YEARS)
    """For which they have done the work that they look for; null: they do not say."""
    worked_as: list[Annotated[str, Field(max_length=120)]] = Field(default=[], max_length=_MOST_SPOKEN)
    """Job titles that they have had, by id or name; empty: they do not say."""
    knows: list[Annotated[str, Field(max_length=60)]] = Field(default=[], max_length=20)
    """What they can do, in their words; empty: they do not say."""
    avoids: list[Annotated[str, Field(max_length=60)]] = Field(default=[], max_length=20)
    """What they would rather not do, in their words; empty: they do not say."""
    selectivity: accounts.Selectivity = "usual"
    """How choosy their mails are."""


class Pause(Sent):
    """For how long nothing is mailed."""

    until: str | None = Field(default=None, json_schema_extra={"format": "date"})
    """A day of the next year, by their clock, from which mails go on by themselves; null: until somebody says so."""


class Export(RootModel[dict[str, Any]]):
    """All that is kept, as the page at home gives it as a file."""


def account_of(caller: Caller, person: Subscriber) -> Account:
    """An account as it is shown."""
    profile, until = person.profile, person.paused_until
    return Account(
        address=profile.address,
        name=profile.name,
        locale=profile.locale,
        time_zone=profile.time_zone,
        currency=profile.currency,
        speaks=tuple(map(str, profile.speaks)),
        home=str(profile.home) if profile.home else None,
        years=profile.years,
        worked_as=profile.worked_as,
        knows=profile.knows,
        avoids=profile.avoids,
        selectivity=profile.selectivity,
        status=person.status,
        paused_until=until.astimezone(zone_of(profile.time_zone)).date() if until else None,
        token=caller.token.name,
        scopes=caller.token.scopes,
    )


def routes(door: Door) -> APIRouter:
    """`/v1/account`, `/v1/account/pause` and `/v1/account/export`."""
    router = APIRouter()
    _add_account(router, door)
    return router


def _add_account(router: APIRouter, door: Door) -> None:
    reads, writes = may("account:read"), may("account:write")
    installation = door.installation

    def now_of(request: Request, caller: Caller) -> Response:
        person = accounts.find(installation, caller.own_id)
        return answer(request, account_of(caller, person))

    @router.get("/v1/account", tags=["Account"], responses=shows(Account))
    def get_account(request: Request, caller: Annotated[Caller, reads]) -> Response:
        """Facts of whoever the token acts for."""
        return answer(request, account_of(caller, caller.person))

    @router.patch(
        "/v1/account",
        tags=["Account"],
        responses=changes(Account, *CHANGES),
    )
    def change_account(request: Request, change: AccountChange, caller: Annotated[Caller, writes]) -> Response:
        """Change some facts; `If-Match` names the version that was read."""
        require_match(request, account_of(caller, caller.person))
        fields = {name: getattr(change, name) for name in change.model_fields_set}
        accounts.change(installation, caller.own_id, fields, caller.now, known=caller.person.profile)
        return now_of(request, caller)

    @router.put("/v1/account/pause", tags=["Account"], responses=changes(Account, *TAKES))
    def pause_mails(request: Request, wish: Pause, caller: Annotated[Caller, writes]) -> Response:
        """Have nothing mailed, until a day or until somebody says so; said again it may be another day."""
        zone, until, said = caller.person.profile.time_zone, None, "nothing until further notice"
        if wish.until is not None:
            day = consent.day_back(wish.until, zone, caller.now)
            until, said = consent.beginning_of(day, zone), f"nothing until {day.isoformat()}"
        consent.pause(installation, caller.own_id, _wording(caller, said), caller.now, until)
        return now_of(request, caller)

    @router.delete("/v1/account/pause", tags=["Account"], responses=changes(Account, "conflict"))
    def resume_mails(request: Request, caller: Annotated[Caller, writes]) -> Response:
        """Have mails go on; said again it changes nothing. Who unsubscribed goes on at home alone: 409."""
        consent.resume(installation, caller.own_id, _wording(caller, "mails go on"), caller.now)
        return now_of(request, caller)

    @router.get(
        "/v1/account/export",
        tags=["Account"],
        responses=shows(Export),
    )
    def export_all(request: Request, caller: Annotated[Caller, may("export")]) -> Response:
        """All that is kept. Mails in it hold their links, which act for their reader without any token."""
        data = accounts.export(installation, caller.own_id)
        return answer_bytes(request, json.dumps(data, ensure_ascii=False).encode())


def _wording(caller: Caller, said: str) -> str:
    """What the ledger of consents keeps as their words."""
    return f"By a program, “{caller.token.name}”: {said}"
