"""Webhooks over a store: somebody's, proven, and a receiver that answers as it is told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from services.notifier.adapters.sql.webhooks.events import SqlWebhookEvents, TellShut
from services.notifier.adapters.sql.webhooks.hooks import SqlWebhooks
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.people import Subscriber
from services.notifier.domain.webhooks import Attempt, Webhook
from services.notifier.settings import WebhookSettings
from services.notifier.webhooks import Webhooks
from tests.support.notifying import NOW, NotifierStore

ADDRESS = "https://receiver.example/jobs"
CHALLENGE = "what is to be echoed"
WAITS = WebhookSettings(waits=timedelta(seconds=20))
"""So that a tick has kept what it posted."""


@dataclass
class Posted:
    """One request."""

    address: str
    body: bytes
    headers: Mapping[str, str]
    at: datetime

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def job(self) -> str:
        """The title of the job that it tells of."""
        return self.event["data"]["job"]["title"]


@dataclass
class Receiving:
    """Stands for receivers: keeps what is posted, and answers."""

    answer: Callable[[Posted], Attempt] = lambda posted: Attempt(posted.at, 1, 200, "")
    posted: list[Posted] = field(default_factory=list)

    def __call__(self, address: str, body: bytes, headers: Mapping[str, str], at: datetime) -> Attempt:
        request = Posted(address, body, headers, at)
        self.posted.append(request)
        return self.answer(request)

    def says(self, status: int | None, answer: str = "") -> None:
        self.answer = lambda posted: Attempt(posted.at, 1, status, answer, None if status else "away")

    @property
    def jobs(self) -> list[str]:
        """The titles that were posted, in order."""
        return sorted(one.job for one in self.posted if one.event["type"] == "job.matched")


def webhooks_over(
    store: NotifierStore,
    receiving: Receiving,
    settings: WebhookSettings = WAITS,
    worker: str = "test",
    tell: TellShut | None = None,
    **curating: Any,
) -> Webhooks:
    """The service over a store, which takes all that fits unless told otherwise."""
    curate = CurateSettings(**{"least_chance": 0.0} | curating)
    adapters = SqlWebhookEvents(store.engine), store.windows, store.matches
    return Webhooks(*adapters, receiving, store.ids, settings, curate, worker, Random(0), tell=tell)


def added(store: NotifierStore, person: Subscriber, search_id: str | None = None, name: str = "hook") -> Webhook:
    """A webhook of somebody, unproven; its challenge waits."""
    hook = Webhook(name, person.subscriber_id, search_id, f"{ADDRESS}/{name}", "salt", "unproven", 0, NOW)
    SqlWebhooks(store.engine).add(hook, f"msg_{name}", CHALLENGE, 10)
    return hook


def proven(store: NotifierStore, person: Subscriber, search_id: str | None = None, name: str = "hook") -> Webhook:
    """A webhook of somebody to which jobs are posted."""
    hook = added(store, person, search_id, name)
    hooks = SqlWebhooks(store.engine)
    assert hooks.prove(person.subscriber_id, name, CHALLENGE, NOW)
    # What would be its first request is nobody's business here.
    webhooks_over(store, Receiving()).tick(NOW)
    return replace(hook, state="active")
