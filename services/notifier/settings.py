"""How the notifier works: how much at a time, and how long things may take."""

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from schemas.setting_types import Lead, Span
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.schedule import MOST_INSTANT


class WebhookSettings(BaseModel):
    """Webhooks: addresses of their own to which subscribers have jobs posted as they come in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    """Whether subscribers may have any; while they may not, nothing is posted."""
    allow_private: bool = False
    """Whether they may be in private networks and on loopback, and speak plain http: for tests, or within one's own."""
    most: int = Field(default=10, ge=1, le=1_000)
    """Webhooks of one subscriber."""
    at_once: int = Field(default=16, ge=1, le=64)
    """Requests of one notifier that are under way at the same time."""
    timeout: Span = timedelta(seconds=15)
    """For one request, from finding the host to the end of the answer."""
    waits: Span = timedelta(milliseconds=100)
    """How long a tick waits for answers, to go on where they are quick; those that come later the next one keeps."""
    shut_after: Span = timedelta(days=3)
    """A webhook is shut when every attempt has failed for so long; its owner is told, and may turn it on again."""


class NotifierSettings(BaseModel):
    """How the notifier works: bounds of one tick, leases, and what a digest may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worker: str = "embedded"
    """Names this process among all; one that starts frees what a dead one of its name held."""
    subscribers_at_once: int = Field(default=1_000, ge=1, le=10_000)
    """Subscribers claimed together: their windows are read in one pass."""
    passes_a_tick: int = Field(default=2, ge=1)
    """How often a tick claims; what is left waits for the next one, so that matching goes on in between."""
    builds_ahead: Lead = timedelta(minutes=30)
    """How long before their hour digests may be built, so that those of a crowd are ready when it strikes: an hour at
    most, 0 is never. They are built so early only where so many are due, by how long that took of late."""
    delivers_for: Span = timedelta(seconds=10)
    """How long a tick hands mails over; what is left waits for the next one, so that matching goes on in between."""
    deliveries_at_once: int = Field(default=50, ge=1, le=500)
    """Claimed together. Small, so that a killed worker keeps few waiting for its lease to end."""
    setbacks_in_row: int = Field(default=3, ge=1)
    """After so many that were deferred or lost the mailer is taken to be away, and is left alone for a while."""
    build_lease: Span = timedelta(minutes=10)
    """How long a worker holds the subscribers whose digests it builds."""
    claim_lease: Span = timedelta(minutes=10)
    """How long it holds deliveries before it sends them."""
    send_lease: Span = timedelta(minutes=10)
    """Longer than any request can take: a delivery whose sender is silent for so long is unknown."""
    canary: bool = False
    """Whether a made-up posting goes the whole way into the store each ten minutes, and a made-up person is served by
    it: claimed, a digest built and delivered to nowhere. One that is lost is told of; nobody else sees or gets it."""
    give_up_after: Span = timedelta(days=2)
    """A digest that could not be handed over for so long after it was due is of no use."""
    most_instant: int = Field(default=MOST_INSTANT, ge=1, le=48)
    """Digests with instant searches in one local day."""
    quiet_days: int = Field(default=28, ge=0, le=365)
    """After so many days without a digest, seven at least, who searches is told so, once until one comes; who never had
    one after seven. 0: nobody is."""
    webhooks: WebhookSettings = WebhookSettings()
    """Where jobs are posted beside the mails."""
    curate: CurateSettings = CurateSettings()
    """What a digest may hold."""
    newest_looked_at: int = Field(default=2_000, ge=0, le=20_000)
    """The newest postings, of which what nearly fits is shown in mails that have room for it; 0 looks at none."""
    postings_held: int = Field(default=5_000, ge=1)
    """Postings kept in memory while digests are built."""

    def in_one_go(self) -> Self:
        """The same, but a tick leaves nothing of what is due for the next: for a command that ticks and ends."""
        patient = self.webhooks.model_copy(update={"waits": 2 * self.webhooks.timeout})
        bounds = {"passes_a_tick": 10_000, "delivers_for": timedelta(days=1), "webhooks": patient}
        bounds |= {"builds_ahead": timedelta()}
        return self.model_copy(update=bounds)


class ConsentSettings(BaseModel):
    """Who is asked whether they want mails, and what follows where no answer comes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confirm_declared: bool = False
    """Whether people whom an operator adds or imports must confirm; until they do, they are mailed that alone."""
    ask_silent: bool = True
    """Whether who gives no sign of life (a link followed, a visit, a change) is asked if they still want mails."""
    ask_after: Span = timedelta(days=365)
    """After how long without one."""
    answer_within: Span = timedelta(days=30)
    """Who has not answered by then is paused, and told; who never confirmed is erased."""
    erase_after: Span = timedelta(days=180)
    """Who was paused so and has not answered by then is erased."""
