"""Webhooks by Standard Webhooks (https://www.standardwebhooks.com): what is posted, how it is signed, when it is tried
again and when its address is shut. Pure."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from schemas.codec import encode
from schemas.webhook import (
    EventKind,
    FoundBySearch,
    JobMatched,
    PostedJob,
    PostedPay,
    SaidJob,
    Tried,
    WebhookEvent,
    WhyReason,
)
from services.notifier.domain.fields import FieldError
from services.notifier.domain.ids import Ids
from services.notifier.domain.model import FoundBy, Item
from services.notifier.domain.wording.view import shown_job, why_lines, why_of
from services.rules.web_address import web_address
from services.wording.lines import one_line
from services.wording.reasons import in_words
from services.wording.words import Words

WebhookState = Literal["unproven", "active", "shut", "removed"]
"""`unproven`: nobody has shown yet that the address is theirs; `removed`: kept for a day, so that it counts."""
WhyShut = Literal["failing", "gone"]
AttemptFault = Literal["refused", "slow", "no_host", "no_connection", "no_tls", "no_http", "away"]
"""`refused`: the address may not be asked, as in a private network; `slow`: no answer in time; `away`: else."""
EventState = Literal["waiting", "delivered", "failed", "cancelled"]

SCHEDULE: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long an event waits after its first attempt that failed, its second and so on; then it is over with it."""
CHALLENGED: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300))
"""The same of a challenge: whoever adds an address is there to see what comes of it."""
JITTER: Final = 0.2
"""By so much of itself a wait is longer, at most, so that what failed together does not come back together."""
FORMER_COUNTS: Final = timedelta(days=1)
"""For how long what is posted is signed with the secret of before too."""
MOST_ADDRESS: Final = 1_000
MOST_ANSWER: Final = 200
"""Characters of an answer that its owner is shown."""
ANSWER_READ: Final = 4_096
"""Bytes of an answer that are read."""
_PREFIX: Final = "whsec_"
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address to which a subscriber has jobs posted."""

    webhook_id: str
    subscriber_id: str
    search_id: str | None
    """None: of all their searches."""
    address: str
    salt: str
    state: WebhookState
    served_cut: int
    created_at: datetime
    former_salt: str = ""
    former_until: datetime | None = None
    why_shut: WhyShut | None = None
    failing_since: datetime | None = None

    def secrets(self, ids: Ids, now: datetime) -> tuple[bytes, ...]:
        """What is signed with, the present one first."""
        own = (ids.webhook_secret(self.webhook_id, self.salt),)
        if not self.former_salt or self.former_until is None or self.former_until <= now:
            return own
        return (*own, ids.webhook_secret(self.webhook_id, self.former_salt))


@dataclass(frozen=True, slots=True)
class Attempt:
    """An event was posted, and what came of it."""

    at: datetime
    took_ms: int
    status: int | None = None
    """None: no answer came."""
    answer: str = ""
    """The first of its body, whatever it holds."""
    fault: AttemptFault | None = None
    """Why there was none: `answer` says more where it may, in English, for programs."""

    @property
    def is_well(self) -> bool:
        """Whether it counts as delivered."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def shown(self) -> str:
        """What its owner is shown of the answer: one line, safe to show."""
        return one_line(self.answer, MOST_ANSWER)


@dataclass(frozen=True, slots=True)
class AfterAttempt:
    """What follows an attempt."""

    state: EventState
    wait: timedelta | None = None
    """How long the event waits now; None where it is over with it."""
    proven: bool = False
    """The address is its owner's."""
    shut: WhyShut | None = None
    """Nothing more is posted there until its owner says so."""


def after_attempt(
    kind: EventKind,
    challenge: str,
    attempt: Attempt,
    number: int,
    failing_since: datetime | None,
    shut_after: timedelta,
    chance: float,
) -> AfterAttempt:
    """What follows the attempt of that number, from 1, of an event whose webhook has failed since then.

    `chance`: 0 to 1. An address that answers 410 is gone at once; one that has failed for `shut_after` is shut.
    """
    if attempt.is_well:
        return AfterAttempt("delivered", proven=kind == "webhook.challenge" and holds_challenge(attempt, challenge))
    gone = attempt.status == _GONE
    if kind == "webhook.challenge":
        wait = None if gone else wait_after(number, chance, CHALLENGED)
        return AfterAttempt("waiting" if wait else "failed", wait)
    if kind == "webhook.ping":
        # It says how the address fares now: nobody waits for a later one.
        return AfterAttempt("failed", shut="gone" if gone else None)
    if gone:
        return AfterAttempt("failed", shut="gone")
    failing = failing_since is not None and attempt.at - failing_since >= shut_after
    wait = wait_after(number, chance)
    return AfterAttempt("waiting" if wait else "failed", wait, shut="failing" if failing else None)


def wait_after(number: int, chance: float, schedule: Sequence[timedelta] = SCHEDULE) -> timedelta | None:
    """How long an event waits after so many attempts that failed; None where there is no further one."""
    if number > len(schedule):
        return None
    return schedule[max(number, 1) - 1] * (1.0 + JITTER * min(max(chance, 0.0), 1.0))


def holds_challenge(attempt: Attempt, challenge: str) -> bool:
    """Whether an answer holds the challenge: as its whole text, or as `challenge` of a JSON object."""
    said = attempt.answer.strip()
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        found = None
    echoed = found.get("challenge") if isinstance(found, dict) else found if isinstance(found, str) else said
    return same_challenge(echoed if isinstance(echoed, str) else "", challenge)


def same_challenge(given: str, challenge: str) -> bool:
    """Compare in constant time; an empty challenge is nobody's."""
    return bool(challenge) and hmac.compare_digest(given.strip().encode("utf-8", "replace"), challenge.encode())


def shown_secret(secret: bytes) -> str:
    """A secret as its owner is shown it, once."""
    return _PREFIX + base64.b64encode(secret).decode("ascii")


def signed_headers(event_id: str, at: datetime, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """The three headers, with a signature for each secret. `at`: of the attempt, not of the event."""
    stamp = str(int(at.timestamp()))
    signed = f"{event_id}.{stamp}.".encode() + body
    signatures = (base64.b64encode(hmac.new(own, signed, hashlib.sha256).digest()).decode("ascii") for own in secrets)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def address_of(text: str, *, allow_private: bool = False) -> str:
    """Check what somebody names as an address of theirs. Raises FieldError.

    Which network it is in is checked when it is asked, each time: names come to mean something else.
    """
    given = text.strip()
    if len(given) > MOST_ADDRESS:
        raise FieldError("address", f"it may have {MOST_ADDRESS:,} characters", "webhook_address")
    found = web_address(given)
    scheme = found.partition(":")[0]
    if not found or urlsplit(found).fragment or scheme not in (("https", "http") if allow_private else ("https",)):
        raise FieldError("address", f"{given[:200]!r} is no https address", "webhook_address")
    return found


def job_event(webhook: Webhook, item: Item, words: Words, now: datetime) -> bytes:
    """The body that tells of a job, in the words of its reader."""
    data = JobMatched(
        webhook=webhook.webhook_id,
        language=words.tag,
        job=_job(item, words),
        searches=tuple(_found_by_search(found, item, words) for found in item.found_by),
    )
    return encode(WebhookEvent(type="job.matched", timestamp=now, data=data))


def trying_event(webhook: Webhook, now: datetime, challenge: str = "") -> bytes:
    """The body of a challenge, or without one of a ping."""
    kind: EventKind = "webhook.challenge" if challenge else "webhook.ping"
    return encode(
        WebhookEvent(type=kind, timestamp=now, data=Tried(webhook=webhook.webhook_id, challenge=challenge or None))
    )


def _job(item: Item, words: Words) -> PostedJob:
    posting, shown = item.posting, shown_job(item.posting, words)
    pay, company_url = posting.salary, web_address(posting.company.url)
    return PostedJob(
        posting_id=posting.posting_id,
        title=shown.title,
        company=posting.company.model_copy(update={"name": shown.company, "url": company_url or None}),
        url=shown.url,
        source=posting.attribution.model_copy(
            update={"name": one_line(posting.attribution.name), "url": shown.source_url}
        )
        if posting.attribution and shown.source_url
        else None,
        salary=PostedPay(**{name: getattr(pay, name) for name in PostedPay.model_fields}) if pay else None,
        forms=posting.offered,
        said=SaidJob(where=shown.where, pay=shown.pay, details=shown.details),
        **{name: getattr(posting, name) for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE: Final = (
    "language", "languages", "roles", "skills", "workplace", "reach", "timezones", "seniority", "hours", "visa",
    "posted_at", "expires_at",
)  # fmt: skip


def _found_by_search(found: FoundBy, item: Item, words: Words) -> FoundBySearch:
    why = why_lines(why_of(found, item.posting, known=item.known, suits=item.suits, bar=False), item.posting, words)
    reasons = tuple(
        WhyReason(criterion=reason.criterion, facts=reason.facts.as_data(), text=one_line(in_words(reason, words)))
        for reason in found.verdict.reasons
    )
    return FoundBySearch(
        search_id=found.search.search_id, name=found.search.name, why=one_line(". ".join(why), 500), reasons=reasons
    )
