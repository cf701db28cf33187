"""Mails: those handed over, listed and settled; what the mail provider tells of them; and a trial."""

import mailbox
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from pathlib import Path
from typing import get_args

from services.notifier.adapters.mail.mailers import trial_mailer_of, way_of
from services.notifier.adapters.mail.sendgrid_events import (
    SIGNATURE,
    TIMESTAMP,
    NotEventsError,
    events_of,
    is_genuine,
)
from services.notifier.adapters.mail.smtp_bounces import event_of
from services.notifier.adapters.sql.digests.delivery_list import DeliveryList, ListedDelivery
from services.notifier.adapters.sql.digests.mail_events import SendingBrake, SqlMailEvents, TakenEvents
from services.notifier.domain.delivery import State
from services.notifier.domain.mail_events import MailEvent, Tally
from services.notifier.domain.model import Sender
from services.notifier.domain.wording.letters import WrittenLetter
from services.notifier.emails import email_of
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import (
    Email,
    MailDeferredError,
    Mailer,
    MailRefusedError,
    MailUnknownError,
    MailWithheldError,
)
from services.runtime.chunks import chunked
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.pauses import Pauses, SqlPauses, read_pauses
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.day_limit import begun_on
from services.runtime.sql.store import reading
from services.settings import Settings
from services.usecases.accounts import profile_from
from services.usecases.installation import Installation, has_store, open_installation
from services.usecases.progress import Tell
from services.usecases.suppressions import why_suppressed

__all__ = [
    "SIGNATURE",
    "STATES",
    "TIMESTAMP",
    "ForgedEventsError",
    "ListedDelivery",
    "PlannedDay",
    "Sending",
    "State",
    "TakenEvents",
    "TrialReceipt",
    "check_brake",
    "counts",
    "listed",
    "retry",
    "send_trial",
    "sending",
    "settle",
    "state_named",
    "stop_letters",
    "take_events",
    "take_maildir",
    "take_returned",
    "trial_subject",
    "trial_text",
]
STATES: tuple[State, ...] = get_args(State)
_MAILS_AT_ONCE = 200


def state_named(name: str) -> State:
    """A state by its name. Raises UsageError for any other."""
    for state in STATES:
        if state == name:
            return state
    raise UsageError(f"{name!r} is no state of a delivery; there are {', '.join(STATES)}")


def listed(installation: Installation, state: State, most: int, *, newest: bool = False) -> Sequence[ListedDelivery]:
    """Deliveries in a state, the oldest due first, or the `newest`. Raises UnavailableError."""
    return DeliveryList(installation.engine).of(state, most, newest=newest)


def retry(installation: Installation, now: datetime) -> int:
    """Have mails that wait for their next try be handed over now; how many. Raises UnavailableError."""
    return DeliveryList(installation.engine).retry(now)


def counts(installation: Installation) -> Mapping[State, int]:
    """How many deliveries there are in each state that has any. Raises UnavailableError."""
    return DeliveryList(installation.engine).counts()


def settle(installation: Installation, delivery: str, now: datetime, *, accepted: bool, resend: bool = False) -> State:
    """Say of a delivery that is unknown whether it went out; gives what it is then.

    `resend`: what was not accepted goes out after all. Raises UsageError where there is no such delivery or its state
    is known, UnavailableError.
    """
    if resend and accepted:
        raise UsageError("a mail that was accepted never goes out again: only what was not sent can be sent after all")
    return DeliveryList(installation.engine).settle(delivery, now, accepted=accepted, resend=resend)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day of the warm-up plan, by UTC."""

    day: date
    limit: int
    begun: int
    """Mails that it had."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How mails go out: by which way, what holds them, and what would."""

    way: str
    """Without its secrets."""
    pauses: Pauses
    waiting: int
    """Mails that wait to be handed over."""
    tally: Tally
    """What the brake goes by: mails to addresses that are confirmed."""
    tally_of_all: Tally
    """With letters to addresses that nobody has confirmed."""
    plan: tuple[PlannedDay, ...]
    """Empty where there is none."""
    limit_today: int | None
    """None: any number."""


def sending(installation: Installation, now: datetime) -> Sending:
    """Raises UnavailableError."""
    mail, engine = installation.settings.mail, installation.engine
    tally, of_all = SendingBrake(engine).tallies(now)
    plan, since = mail.warm_up, mail.warm_up.since
    days = [] if since is None else [since + timedelta(days=at) for at in range(len(plan.per_day))]
    with reading(engine) as connection:
        pauses = read_pauses(connection)
        begun = [begun_on(connection, datetime.combine(day, time(), UTC)) for day in days]
    planned = zip(days, plan.per_day, begun, strict=True) if days else ()
    return Sending(
        way=way_of(mail),
        pauses=pauses,
        waiting=DeliveryList(engine).waiting(now),
        tally=tally,
        tally_of_all=of_all,
        plan=tuple(PlannedDay(*day) for day in planned),
        limit_today=plan.limit(now),
    )


def check_brake(installation: Installation, now: datetime) -> str:
    """Have the brake look now, and say what it found. Raises UnavailableError."""
    why = SendingBrake(installation.engine).check_now(now)
    return f"it stopped, as {why}" if why else "nothing speaks against sending"


def stop_letters(installation: Installation, now: datetime) -> None:
    """Send no letters to addresses that nobody has confirmed, until sending goes on; all else does."""
    SqlPauses(installation.engine).stop_confirmations("an operator stopped them", now)


@dataclass(frozen=True, slots=True)
class TrialReceipt:
    """A trial mail that was taken."""

    mailer: str
    where: str
    """By which way it went, without its secrets."""
    answer: str
    """What the mail server said."""


def send_trial(settings: Settings, address: str, now: datetime, *, tell: Tell) -> TrialReceipt:
    """Send it; also while sending is paused, and only to an address that mail.allow names.

    `tell` is told what there is to say of the store. Raises WrongFieldError for what is no address, UsageError where it
    must not be mailed, JobchimeError with the answer where that is no yes.
    """
    to = profile_from({"address": address}).address
    mailer = trial_mailer_of(settings.mail)
    if reason := _why_suppressed(settings, to, tell):
        raise UsageError(f"mails to this address are suppressed: {reason}; `jobchime suppression lift` lifts that")
    answer = _hand_over(mailer, _trial(settings.mail, to, now))
    return TrialReceipt(mailer.name, way_of(settings.mail), answer)


def _hand_over(mailer: Mailer, email: Email) -> str:
    """The mail server's answer. Raises UsageError or JobchimeError with it where it is no yes."""
    try:
        return mailer.send(email).provider_id
    except MailWithheldError as error:
        raise UsageError(f"nothing was sent: {redacted(error)}") from None
    except MailRefusedError as error:
        raise JobchimeError(f"the test mail was refused: {redacted(error)}") from None
    except MailDeferredError as error:
        raise JobchimeError(f"the test mail was not sent: {redacted(error)}") from None
    except MailUnknownError as error:
        raise JobchimeError(f"nobody knows whether the test mail went out: {redacted(error)}") from None


def _trial(mail: MailSettings, to: str, now: datetime) -> Email:
    text = trial_text(mail.sender, now)
    html = "".join(f"<p>{escape(line)}</p>\n" for line in text.splitlines())
    said = WrittenLetter(trial_subject(mail.sender), text, html)
    return email_of(mail.sender, f"test-{now:%Y%m%dT%H%M%S%f}", to, said, now)


def _why_suppressed(settings: Settings, address: str, tell: Tell) -> str | None:
    """As far as there is a store that can say so: mails must be possible to try without one."""
    if not has_store(settings):
        return None
    with suppress(UnavailableError), open_installation(settings, create=False, tell=tell) as installation:
        return why_suppressed(installation, address)
    return None


def trial_subject(sender: Sender) -> str:
    """Says in the list of mails already that it is no digest."""
    return f"Test mail from {sender.name}"


def trial_text(sender: Sender, now: datetime) -> str:
    """What it says, a line a paragraph."""
    sent_as = f"{sender.name} <{sender.address}>"
    return (
        f"This is a test mail of jobchime, sent by hand at {now:%Y-%m-%d %H:%M} UTC as {sent_as}.\n"
        "It holds no jobs and no links, and nobody was subscribed to anything by it.\n"
        "That you read it says that digests can reach this mailbox. See whether it came into the inbox or among spam,"
        " and in its headers whether SPF, DKIM and DMARC passed.\n"
    )


class ForgedEventsError(JobchimeError):
    """Events that the provider did not sign, or not of late, or that no key is there to check."""


def take_returned(installation: Installation, messages: Sequence[bytes], now: datetime) -> TakenEvents:
    """Take mails that came back to the return path of an SMTP sender, each once.

    Raises UsageError where the settings name none, UnavailableError, after which the same may be taken again.
    """
    path = installation.settings.mail.smtp.return_path
    if not path:
        raise UsageError("set mail.smtp.return_path: mails come back there, each to an address of its own")
    return _take_events(installation, [event_of(message, path, now) for message in messages], now)


def take_maildir(installation: Installation, folder: Path, now: datetime) -> TakenEvents:
    """Take the new mails of a maildir, and mark each as seen once it is taken.

    Raises as `take_returned`; UsageError for what is no maildir. What was taken before an error stays taken.
    """
    if not (folder / "new").is_dir():
        raise UsageError(f"{folder} is no maildir: it has no folder `new`")
    mails = mailbox.Maildir(folder, create=False)
    taken = known = aside = 0
    for some in chunked([key for key, mail in mails.iteritems() if mail.get_subdir() == "new"], _MAILS_AT_ONCE):
        events = take_returned(installation, [mails.get_bytes(key) for key in some], now)
        taken, known, aside = taken + events.taken, known + events.known, aside + events.aside
        for key in some:
            mail = mails[key]
            mail.set_subdir("cur")
            mail.add_flag("S")
            mails[key] = mail
    return TakenEvents(taken, known, aside)


def take_events(installation: Installation, body: bytes, signature: str, timestamp: str, now: datetime) -> TakenEvents:
    """Take a request of SendGrid's event webhook, whose body must be as it came.

    Raises ForgedEventsError, UsageError for a body that is no list of events, UnavailableError, after which the same
    may be sent again.
    """
    key = installation.settings.mail.sendgrid.event_key
    if not key or not is_genuine(body, signature, timestamp, key, now):
        if key:
            SqlMailEvents(installation.engine, installation.ids).note_refused(now)
        raise ForgedEventsError("the events are not signed by the mail provider")
    try:
        events = events_of(body, now)
    except NotEventsError as error:
        raise UsageError(str(error)) from None
    return _take_events(installation, events, now)


def _take_events(installation: Installation, events: Sequence[MailEvent], now: datetime) -> TakenEvents:
    taken = SqlMailEvents(installation.engine, installation.ids).take(events, now)
    SendingBrake(installation.engine).check_now(now)
    return taken
