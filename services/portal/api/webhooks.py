"""Webhooks over the API: addresses of one's own to which jobs are posted as they match."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from schemas.model import Instant
from services.portal.accounts.guard import FormGuard
from services.portal.api.access import Caller, may
from services.portal.api.answers import (
    TAKES,
    RefusedError,
    Sent,
    Shown,
    answer,
    changes,
    makes,
    shows,
    takes_away,
    there,
)
from services.portal.door import Door
from services.usecases import webhooks
from services.usecases.installation import Installation
from services.usecases.webhooks import MOST_ADDRESS, AttemptFault, EventState, ListedEvent

_Act = Callable[[Installation, str, str, datetime], None]
_Id = Annotated[str, Path(max_length=100)]
_Fault = Literal["refused", "slow", "away"]
"""As the document was released: a finer one is `away`, and told in `answer`."""


class Attempt(Shown):
    """What came of the last time that an event was posted."""

    at: Instant
    status: int | None
    """Of the answer; null where none came."""
    fault: _Fault | None
    """Why none came."""
    answer: str
    """The first of it."""


class Event(Shown):
    """What is posted, or was of late."""

    id: str
    """As `webhook-id` has it."""
    kind: str
    created_at: Instant
    state: EventState
    attempts: int
    last: Attempt | None


class Webhook(Shown):
    """An address to which jobs are posted as they match."""

    id: str
    address: str
    search_id: str | None
    """Null: of all searches."""
    state: Literal["unproven", "active", "shut", "removed"]
    """Nothing is posted before its challenge is answered, nor once it failed for long, until its owner turns it on."""
    why_shut: Literal["failing", "gone"] | None
    failing_since: Instant | None
    created_at: Instant
    events: tuple[Event, ...]
    """The newest first."""


class Webhooks(Shown):
    """All of theirs, the oldest first."""

    items: tuple[Webhook, ...]


class WebhookSecret(Shown):
    """A webhook with what its events are signed with, which is shown this once."""

    webhook: Webhook
    secret: str
    """`whsec_...`, by Standard Webhooks."""


class WebhookWish(Sent):
    """A webhook to add."""

    address: str = Field(min_length=1, max_length=MOST_ADDRESS)
    search_id: str = Field(default="", max_length=100)
    """Empty: of all searches."""


class Proof(Sent):
    """What was read in a challenge."""

    challenge: str = Field(min_length=1, max_length=200)


def routes(door: Door, guard: FormGuard) -> APIRouter:
    """`/v1/webhooks` and what lies below it."""
    router, installation = APIRouter(tags=["Webhooks"]), door.installation
    reads, writes = may("webhooks:read"), may("webhooks:write")

    def all_of(caller: Caller) -> list[Webhook]:
        if not webhooks.allowed(installation):
            raise RefusedError("missing", "webhooks are switched off here")
        return [_shown(webhook) for webhook in webhooks.listed(installation, caller.own_id)]

    def own(caller: Caller, webhook_id: str) -> Webhook:
        """Raises RefusedError for what is not theirs."""
        webhook = (listed for listed in all_of(caller) if listed.id == webhook_id)
        return there(next(webhook, None), "there is no such webhook of yours")

    def acted(request: Request, caller: Caller, webhook_id: str, act: _Act) -> Response:
        act(installation, caller.own_id, own(caller, webhook_id).id, caller.now)
        return answer(request, own(caller, webhook_id))

    @router.get("/v1/webhooks", responses=shows(Webhooks, "missing"))
    def list_webhooks(request: Request, caller: Annotated[Caller, reads]) -> Response:
        """All of theirs, with what was posted of late."""
        return answer(request, Webhooks(items=tuple(all_of(caller))))

    @router.post("/v1/webhooks", status_code=201, responses=makes(WebhookSecret, "missing", *TAKES))
    def add_webhook(request: Request, wish: WebhookWish, caller: Annotated[Caller, writes]) -> Response:
        """Add an address, which is challenged before anything else is posted there. It outlives the token."""
        all_of(caller)
        guard.check_reaching(caller.own_id)
        made = webhooks.add(installation, caller.person, wish.address, wish.search_id, caller.now)
        shown = WebhookSecret(webhook=own(caller, made.webhook.webhook_id), secret=made.secret)
        where = f"{door.root}/api/v1/webhooks/{shown.webhook.id}"
        return answer(request, shown, 201, {"Location": where})

    @router.get("/v1/webhooks/{webhook_id}", responses=shows(Webhook, "missing"))
    def get_webhook(request: Request, webhook_id: _Id, caller: Annotated[Caller, reads]) -> Response:
        """One of them."""
        return answer(request, own(caller, webhook_id))

    @router.delete("/v1/webhooks/{webhook_id}", status_code=204, responses=takes_away("missing"))
    def remove_webhook(webhook_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Post nothing there any more, and forget the address."""
        webhooks.remove(installation, caller.own_id, own(caller, webhook_id).id, caller.now)
        return Response(status_code=204)

    @router.post("/v1/webhooks/{webhook_id}/challenge", responses=changes(Webhook, "missing", "conflict"))
    def challenge_webhook(request: Request, webhook_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Challenge one that is unproven once more."""
        guard.check_reaching(caller.own_id)
        return acted(request, caller, webhook_id, webhooks.challenge)

    @router.post("/v1/webhooks/{webhook_id}/proof", responses=changes(Webhook, "missing", *TAKES))
    def prove_webhook(request: Request, webhook_id: _Id, proof: Proof, caller: Annotated[Caller, writes]) -> Response:
        """Say what was read in its challenge, where it cannot answer by itself."""
        webhooks.prove(installation, caller.own_id, own(caller, webhook_id).id, proof.challenge, caller.now)
        return answer(request, own(caller, webhook_id))

    @router.post("/v1/webhooks/{webhook_id}/ping", responses=changes(Webhook, "missing", "conflict"))
    def ping_webhook(request: Request, webhook_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Have it tried."""
        guard.check_reaching(caller.own_id)
        return acted(request, caller, webhook_id, webhooks.ping)

    @router.post("/v1/webhooks/{webhook_id}/secret", responses=changes(WebhookSecret, "missing", "conflict"))
    def rotate_secret(request: Request, webhook_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Give it another secret; for a day what is posted is signed with that of before too."""
        made = webhooks.rotate(installation, caller.own_id, own(caller, webhook_id).id, caller.now)
        return answer(request, WebhookSecret(webhook=own(caller, webhook_id), secret=made.secret))

    @router.post("/v1/webhooks/{webhook_id}/turn-on", responses=changes(Webhook, "missing", "conflict"))
    def turn_on_webhook(request: Request, webhook_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Post to one that was shut again, what waited too."""
        return acted(request, caller, webhook_id, webhooks.turn_on)

    return router


def _shown(shown: webhooks.Shown) -> Webhook:
    hook = shown.webhook
    return Webhook(
        id=hook.webhook_id,
        address=hook.address,
        search_id=hook.search_id,
        state=hook.state,
        why_shut=hook.why_shut,
        failing_since=hook.failing_since,
        created_at=hook.created_at,
        events=tuple(map(_event, shown.events)),
    )


def _event(event: ListedEvent) -> Event:
    last = event.last
    return Event(
        id=event.event_id,
        kind=event.kind,
        created_at=event.created_at,
        state=event.state,
        attempts=event.attempts,
        last=Attempt(at=last.at, status=last.status, fault=_fault(last.fault), answer=last.shown) if last else None,
    )


def _fault(fault: AttemptFault | None) -> _Fault | None:
    match fault:
        case None | "refused" | "slow":
            return fault
        case _:
            return "away"
