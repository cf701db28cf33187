"""What is posted to webhooks: `{"type": ..., "timestamp": ..., "data": ...}`, as Standard Webhooks has it."""

from typing import Any, Literal

from pydantic import Field

from schemas.model import Instant, Model
from schemas.posting import (
    Attribution,
    Company,
    Form,
    Hours,
    Period,
    Reach,
    Seniority,
    Skill,
    Spoken,
    Timezones,
    Visa,
    Workplace,
)

EventKind = Literal["job.matched", "webhook.ping", "webhook.challenge"]


class PostedPay(Model):
    """Pay as stated, and what it comes to in a year."""

    min: float | None = None
    max: float | None = None
    currency: str | None = None
    """ISO 4217."""
    period: Period
    annual_min: float | None = None
    annual_max: float | None = None
    estimated: bool = False
    """Whether the board estimates it, and the employer says nothing."""


class SaidJob(Model):
    """A job in the words of the reader's language."""

    where: str
    pay: str = ""
    details: tuple[str, ...] = ()
    """Level, forms of employment and hours, what its text asks for, and that pay is not stated."""


class PostedJob(Model):
    """A job as anybody may see it. Fields that it says nothing of are left out."""

    posting_id: str
    """The same for as long as the job is listed."""
    title: str
    company: Company
    url: str = ""
    """Where one applies; empty where the posting has no address."""
    source: Attribution | None = None
    """Whom a page that shows the job has to name."""
    language: str | None = None
    """What it is written in, ISO 639-1."""
    languages: tuple[Spoken, ...] = ()
    """What the work needs."""
    roles: tuple[str, ...] = ()
    skills: tuple[Skill, ...] = ()
    workplace: Workplace = "unknown"
    reach: Reach = Reach()
    """Where one may work from."""
    timezones: Timezones | None = None
    salary: PostedPay | None = None
    seniority: Seniority | None = None
    forms: tuple[Form, ...] = ()
    """The forms of employment of which one is enough; of employment for a time its form, then how much work it is."""
    hours: Hours | None = None
    visa: Visa = "unknown"
    posted_at: Instant | None = None
    expires_at: Instant | None = None
    said: SaidJob


class WhyReason(Model):
    """What one criterion found in the job."""

    criterion: str
    facts: dict[str, Any]
    """By name; each criterion has its own."""
    text: str
    """The same in the reader's language."""


class FoundBySearch(Model):
    """A search that found the job."""

    search_id: str
    name: str
    why: str
    """A sentence in the reader's language."""
    reasons: tuple[WhyReason, ...] = ()


class JobMatched(Model):
    """`job.matched`: a job came that fits, and is likely enough to be wanted."""

    webhook: str
    """Its id, which its page shows."""
    language: str
    """The reader's: BCP 47."""
    job: PostedJob
    searches: tuple[FoundBySearch, ...]
    """The one that it suits best first."""


class Tried(Model):
    """`webhook.ping` and `webhook.challenge`: an address is tried."""

    webhook: str
    challenge: str | None = None
    """What the body of the answer has to hold, so that the address is proven to be one's own; a ping has none."""


class WebhookEvent(Model):
    """One event. Its id is in the header webhook-id, the same each time that it is posted."""

    type: EventKind
    timestamp: Instant = Field(description="When it came to be, not when it is posted.")
    data: JobMatched | Tried
