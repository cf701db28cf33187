"""How the notifier works: how much at a time, and how long things may take."""

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from schemas.setting_types import Lead, Span
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.schedule import MOST_INSTANT


class WebhookSettings(BaseModel):
    """Webhooks: addresses of subscribers to which jobs are posted as they match."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    """Whether subscribers may have webhooks. If not, nothing is posted."""
    allow_private: bool = False
    """Whether webhooks may be in private networks or on loopback, and use plain http. For tests, or inside your own
    network."""
    most: int = Field(default=10, ge=1, le=1_000)
    """How many webhooks one subscriber may have."""
    at_once: int = Field(default=16, ge=1, le=64)
    """How many requests one notifier makes at the same time."""
    timeout: Span = timedelta(seconds=15)
    """How long one request may take, from finding the host to the end of the answer."""
    waits: Span = timedelta(milliseconds=100)
    """How long a tick waits for answers. The next tick takes up those that come later."""
    shut_after: Span = timedelta(days=3)
    """A webhook is shut if every attempt has failed for this long. Its owner is told, and can turn it on again."""


class NotifierSettings(BaseModel):
    """How the notifier works: how much one tick does, how long leases last, and what a digest may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worker: str = "embedded"
    """A name that no other process has. A process that starts frees what a dead one of the same name had claimed."""
    subscribers_at_once: int = Field(default=1_000, ge=1, le=10_000)
    """How many subscribers are claimed together. Their windows are read in one pass."""
    passes_a_tick: int = Field(default=2, ge=1)
    """How often one tick claims subscribers. The rest waits for the next tick, so that matching goes on in between."""
    builds_ahead: Lead = timedelta(minutes=30)
    """How long before their hour digests may be built, so that a crowd's are ready in time; an hour at most, 0 for
    never. Only as early as building so many has lately taken."""
    delivers_for: Span = timedelta(seconds=10)
    """How long one tick hands mails over. The rest waits for the next tick, so that matching goes on in between."""
    deliveries_at_once: int = Field(default=50, ge=1, le=500)
    """How many deliveries are claimed together. Keep it small: those of a killed worker wait until its lease ends."""
    setbacks_in_row: int = Field(default=3, ge=1)
    """After so many deferred or lost mails in a row, the mailer counts as away and is left alone for a while."""
    build_lease: Span = timedelta(minutes=10)
    """How long a worker holds the subscribers whose digests it builds."""
    claim_lease: Span = timedelta(minutes=10)
    """How long a worker holds deliveries before it sends them."""
    send_lease: Span = timedelta(minutes=10)
    """A delivery is unknown if its sender is silent for this long. Must be longer than any request takes."""
    canary: bool = False
    """Whether a made-up posting goes through every stage every ten minutes, up to a digest that goes to nobody. If one
    is lost, an alert says so. No subscriber sees it."""
    give_up_after: Span = timedelta(days=2)
    """A digest that could not be handed over for this long after it was due is dropped."""
    most_instant: int = Field(default=MOST_INSTANT, ge=1, le=48)
    """How many digests of instant searches one subscriber gets in a local day."""
    quiet_days: int = Field(default=28, ge=0, le=365)
    """Subscribers who have had no digest for so many days are told so, once until the next digest. 1 to 6 count as 7; 0
    tells nobody. Those who never had a digest are told after 7 days."""
    webhooks: WebhookSettings = WebhookSettings()
    """Where jobs are posted in addition to mails."""
    curate: CurateSettings = CurateSettings()
    """What a digest may hold."""
    newest_looked_at: int = Field(default=2_000, ge=0, le=20_000)
    """How many of the newest postings are looked through for near misses, for mails that have room. With 0, none
    are."""
    postings_held: int = Field(default=5_000, ge=1)
    """How many postings are kept in memory while digests are built."""

    def in_one_go(self) -> Self:
        """The same, but a tick leaves nothing of what is due for the next: for a command that ticks and ends."""
        patient = self.webhooks.model_copy(update={"waits": 2 * self.webhooks.timeout})
        bounds = {"passes_a_tick": 10_000, "delivers_for": timedelta(days=1), "webhooks": patient}
        bounds |= {"builds_ahead": timedelta()}
        return self.model_copy(update=bounds)


class ConsentSettings(BaseModel):
    """Who is asked whether they want mails, and what happens if they do not answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confirm_declared: bool = False
    """Whether people whom an operator adds or imports must confirm first. Until they do, they get only that
    question."""
    ask_silent: bool = True
    """Whether people who give no sign of life are asked if they still want mails. A followed link, a visit and a change
    are signs of life."""
    ask_after: Span = timedelta(days=365)
    """How long after the last sign of life they are asked."""
    answer_within: Span = timedelta(days=30)
    """How long they have to answer. Then they are paused, and told so. People who never confirmed are erased."""
    erase_after: Span = timedelta(days=180)
    """How long after such a pause people who still have not answered are erased."""
