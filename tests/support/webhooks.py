"""Webhooks over a store: somebody's, proven, and a receiver that answers as it is told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from standardwebhooks.webhooks import Webhook as Receiver

from schemas.criteria import Criteria, SkillTerms
from services.notifier.adapters.sql.webhooks.events import SqlWebhookEvents, TellShut
from services.notifier.adapters.sql.webhooks.hooks import SqlWebhooks
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.people import Subscriber, profile_of, timing_of
from services.notifier.domain.webhooks import Attempt, Webhook
from services.notifier.settings import WebhookSettings
from services.notifier.webhooks import Webhooks
from services.settings import load_settings
from services.usecases import webhooks
from services.usecases.installation import open_installation
from tests.support.consenting import declared
from tests.support.feed_server import Exchange, FeedServer, feed_server
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
        return sorted(event.job for event in self.posted if event.event["type"] == "job.matched")


def webhooks_over(
    store: NotifierStore,
    receiving: Receiving,
    settings: WebhookSettings = WAITS,
    worker: str = "test",
    tell: TellShut | None = None,
    **curating: Any,
) -> Webhooks:
    """The service over a store, which takes all that fits unless told otherwise."""
    curate = CurateSettings(**{"least_chance": 0.0, "least_mail_chance": 0.0} | curating)
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


@dataclass
class Endpoint:
    """A receiver as somebody would write it by the docs: a real server that verifies with the library, and echoes."""

    server: FeedServer
    secret: str = ""
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id, each once however often it came."""
    came: int = 0
    status: int = 200

    def __post_init__(self) -> None:
        self.address = self.server.on("/hook", self.take)

    def take(self, exchange: Exchange) -> None:
        asked = exchange.asked
        at = datetime.fromtimestamp(int(asked.headers["webhook-timestamp"]), UTC)
        event_id, body = asked.headers["webhook-id"], asked.body.decode()
        # By the library, but for its clock, which is not that of a journey.
        assert asked.headers["webhook-signature"] == Receiver(self.secret).sign(event_id, at, body)
        event = json.loads(body)
        self.came += 1
        if self.status >= 300:
            exchange.reply(self.status, b"not now")
            return
        self.events[event_id] = event
        answer = {"challenge": event["data"]["challenge"]} if event["type"] == "webhook.challenge" else {}
        exchange.reply(200, json.dumps(answer).encode())

    @property
    def titles(self) -> list[str]:
        return sorted(event["data"]["job"]["title"] for event in self.events.values() if event["type"] == "job.matched")


LINE = {
    "company": "Thorn Ltd",
    "remote": True,
    "description": "You will write Python all day, from anywhere in the world. Required: Python, five years of it.",
}


def live_through(file: Path, go: Callable[[datetime], None], start: datetime) -> None:
    """A subscriber adds a webhook and jobs come, of which one form or another makes one event each.

    `file`: as `settings_file` makes one; `go` has the form do what is due at a time, which begins at `start`.
    """
    settings = load_settings(file)
    feeds = file.parent / "feeds"

    def bring(name: str, *titles: str) -> None:
        lines = [
            LINE | {"id": f"{name} {at}", "title": title, "url": f"https://thorn.example/{at}/{name}"}
            for at, title in enumerate(titles)
        ]
        (feeds / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    bring("before", "Python engineer for what was there before")
    with feed_server() as server, open_installation(settings, create=True, tell=lambda said: None) as installation:
        endpoint = Endpoint(server)
        person = installation.subscribers.add(
            profile_of({"address": "ada@example.com", "time_zone": "UTC", "locale": "de"}), start, declared(start)
        )
        criteria = Criteria(skills=SkillTerms(all=("Python",)))
        installation.searches.add(person.subscriber_id, "Python überall", criteria, timing_of({}), start)
        go(start)
        made = webhooks.add(installation, person, endpoint.address, "", start)
        endpoint.secret = made.secret
        go(start + timedelta(minutes=1))
        [hook] = webhooks.listed(installation, person.subscriber_id)
        assert hook.webhook.state == "active"
        bring("news", "Senior Python engineer", "Python developer")
        # What another source calls the same job.
        bring("other", "Senior Python engineer")
        endpoint.status = 503
        for minutes in (2, 3):
            go(start + timedelta(minutes=minutes))
        assert endpoint.titles == []
        assert endpoint.came > 1
        endpoint.status = 200
        for minutes in (15, 40):
            go(start + timedelta(minutes=minutes))
        assert endpoint.titles == ["Python developer", "Senior Python engineer"]
        job = next(event for event in endpoint.events.values() if event["type"] == "job.matched")
        assert job["data"]["searches"][0]["name"] == "Python überall"
        assert job["data"]["language"] == "de"
        installation.subscribers.erase(person.subscriber_id, start + timedelta(minutes=41))
        bring("later", "Python engineer whom nobody hears of")
        before = endpoint.came
        for minutes in (42, 43):
            go(start + timedelta(minutes=minutes))
        assert endpoint.came == before


def settings_file(folder: Path, more: str = "") -> Path:
    """Of one source, a folder, with webhooks on loopback."""
    (folder / "feeds").mkdir(parents=True)
    file = folder / "jobchime.toml"
    file.write_text(
        f"""
data = "state"
secret = "one secret for all processes of it"
log_level = "info"
{more}
[[ingest.sources]]
name = "board"
url = "feeds"
every = "1m"
format = "posting_lines"

[notifier.curate]
least_chance = 0.0
least_mail_chance = 0.0
[notifier.webhooks]
allow_private = true

[mail]
folder = "mails"
public_url = "https://alerts.example"
sender_address = "alerts@jobs.example"
postal_address = "Example Board, 1 Example Street, Exampletown"
""",
        encoding="utf-8",
    )
    return file
