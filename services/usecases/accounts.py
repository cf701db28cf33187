"""People who get digests: taken in, changed, held, shown what is known of them, erased."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from services.notifier.adapters.mail.folder import forget_mails
from services.notifier.adapters.sql.people.doors import CONFIRM_WITHIN, SESSION_FOR
from services.notifier.adapters.sql.retention import (
    KEEP_ATTEMPTS,
    KEEP_BODIES,
    KEEP_DIGESTS,
    KEEP_ERASURES,
    KEEP_EVENTS,
    KEEP_MAIL_EVENTS,
)
from services.notifier.domain.consent import Consent, Declaration
from services.notifier.domain.ids import fold_address
from services.notifier.domain.people import MOST_YEARS, Profile, Status, Subscriber, profile_of
from services.notifier.domain.selectivity import Selectivity
from services.notifier.importing.differences import Difference, of_profile
from services.runtime.errors import UsageError
from services.usecases import consent as consents
from services.usecases import signing
from services.usecases.errors import WrongFieldError, fields_checked
from services.usecases.installation import Installation
from services.usecases.suppressions import why_suppressed
from services.wording.catalogues import words_of

__all__ = [
    "MASK",
    "MOST_YEARS",
    "RETENTION",
    "Account",
    "Difference",
    "Profile",
    "Saved",
    "Selectivity",
    "Subscriber",
    "add",
    "change",
    "erase",
    "everybody",
    "export",
    "find",
    "masked",
    "pause",
    "profile_from",
    "resume",
]

MASK = "•••"
"""In place of what who looks over a shoulder is not to read."""

_UNSAID = ("name", "home", "years", "worked_as", "knows", "avoids", "selectivity")
"""Facts that an empty text takes back."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Somebody as they are kept now."""

    subscriber_id: str
    changes: tuple[Difference, ...]
    """Of somebody who was known; none where all is as it was."""
    suppressed: str | None
    """Why no mail goes to their address, if none does."""
    unconfirmed: str = ""
    """Another address, which they have once they confirm it there."""


@dataclass(frozen=True, slots=True)
class Account:
    """A subscriber, how many searches they saved, and whether mail goes to them."""

    subscriber: Subscriber
    searches: int
    suppressed: bool

    @property
    def status(self) -> str:
        """`suppressed` before `paused` or `unsubscribed`: to resume somebody would not get them a mail."""
        return "suppressed" if self.suppressed else self.subscriber.status


def profile_from(fields: Mapping[str, Any]) -> Profile:
    """Check the fields of a person. Raises WrongFieldError."""
    with fields_checked():
        return profile_of(fields)


def add(installation: Installation, profile: Profile, now: datetime, declaration: Declaration) -> Saved:
    """Take someone in, for whose consent the caller answers. Raises UsageError where they are known already."""
    with fields_checked():
        consent = declaration.of("given", now)
    must_confirm = installation.settings.portal.consent.confirm_declared
    status: Status = "unconfirmed" if must_confirm else "active"
    added = installation.subscribers.add(profile, now, consent, status=status)
    return Saved(added.subscriber_id, (), why_suppressed(installation, profile.address))


def change(
    installation: Installation,
    person: str,
    fields: Mapping[str, str | int | list[str] | None],
    now: datetime,
    declaration: Declaration | None = None,
    known: Profile | None = None,
) -> Saved:
    """Change facts of someone, by id or address; what is not named stays. Raises UsageError, WrongFieldError.

    `known`: what whoever changes them has read; raises ChangedError where they are others by now. Another mailbox is
    theirs at once where it is declared that they asked for it, else once they confirm it there; of who stays where they
    are, a declaration is kept by itself.
    """
    for field, value in fields.items():
        # An empty name is how somebody asks not to be greeted by one; what else may be empty nobody needs to say.
        if field not in _UNSAID and isinstance(value, str) and not value.strip():
            raise WrongFieldError(field, "it is empty; leave it out, and it stays as it is")
    found = find(installation, person)
    profile = profile_from({**asdict(found.profile), **fields})
    wanted = profile.address
    moves = fold_address(wanted) != fold_address(found.profile.address)
    with fields_checked():
        moved = declaration.of("moved", now) if declaration and moves else None
    if moves and moved is None:
        _require_confirmable(installation, wanted)
        profile = replace(profile, address=found.profile.address)
    changes = of_profile(found.profile, profile)
    if changes:
        installation.subscribers.change(found.subscriber_id, profile, now, moved, known)
    if declaration is not None and not moves:
        consents.declare(installation, found.subscriber_id, declaration, now)
    if not moves or moved is not None:
        return Saved(found.subscriber_id, tuple(changes), why_suppressed(installation, wanted))
    _have_confirm(installation, found, wanted, now)
    return Saved(found.subscriber_id, tuple(changes), why_suppressed(installation, profile.address), wanted)


def _require_confirmable(installation: Installation, address: str) -> None:
    """Raises UsageError, before anything is changed, where nobody could confirm an address."""
    if installation.subscribers.with_address(address) is not None:
        raise UsageError(f"{address} is subscribed already.")
    if not installation.settings.mail.public_url:
        raise WrongFieldError(
            "address", "nobody can confirm it, as mail.public_url names no portal; declare that they asked for it"
        )
    if (why := why_suppressed(installation, address)) is not None:
        raise WrongFieldError("address", f"no letter that asks to confirm it may go there: {why}")


def _have_confirm(installation: Installation, person: Subscriber, address: str, now: datetime) -> None:
    """Mail a link there, as where they ask for it themselves. Raises UsageError where no letter goes."""
    wording = words_of(person.profile.locale).say(signing.MOVE)
    wanted = signing.NewAddress(person.subscriber_id, address, wording)
    base = installation.settings.mail.public_url.rstrip("/")
    if not signing.ask_new_address(installation, wanted, base, now):
        raise UsageError(
            "no letter that asks to confirm the address went there: it was mailed others of late, or letters to new"
            " addresses have stopped, as `jobchime status` says; or the mailer did not take it, as the log says"
        )


def find(installation: Installation, person: str) -> Subscriber:
    """Someone by id or address. Raises UsageError where there is no such person."""
    return installation.subscribers.find(person)


def masked(address: str) -> str:
    """An address that names nobody to who looks over a shoulder: `a•••@e•••.org`."""
    local, _, domain = address.rpartition("@")
    name, dot, ending = domain.rpartition(".")
    return f"{local[:1]}{MASK}@{(name or domain)[:1]}{MASK}{dot}{ending if dot else ''}"


def everybody(installation: Installation) -> list[Account]:
    """All subscribers, by address."""
    counts = Counter(search.subscriber_id for search in installation.searches.all())
    suppressed = installation.subscribers.suppressed()
    return [
        Account(subscriber, counts[subscriber.subscriber_id], subscriber.subscriber_id in suppressed)
        for subscriber in installation.subscribers.all()
    ]


def export(installation: Installation, person: str) -> dict[str, Any]:
    """All that is held about someone, ready for JSON: what they may ask for. Raises UsageError."""
    return installation.subscribers.export(find(installation, person).subscriber_id)


def pause(installation: Installation, person: str, now: datetime) -> None:
    """Send someone nothing until they go on, by an operator. Raises UsageError."""
    installation.subscribers.pause(find(installation, person).subscriber_id, Consent("paused", now, "operator", ""))


def resume(installation: Installation, person: str, now: datetime, declaration: Declaration | None = None) -> None:
    """Serve someone again, by an operator. Raises UsageError, WrongFieldError.

    `declaration`: that they asked for it, without which nobody goes on who paused themselves or fell silent.
    """
    with fields_checked():
        resumed = declaration.of("resumed", now) if declaration else Consent("resumed", now, "operator", "")
        installation.subscribers.resume(find(installation, person).subscriber_id, resumed)


def erase(installation: Installation, person: str, now: datetime) -> None:
    """Delete everything about someone, for good: mails in a folder too. Raises UsageError, UnavailableError."""
    known, folder = find(installation, person), installation.settings.mail.folder
    # Before, so that nobody is left to ask again for whose mails could not be deleted; after, for one that was on its
    # way meanwhile.
    forget_mails(folder, installation.ids, installation.subscribers.addresses(known.subscriber_id), known.subscriber_id)
    hashes = installation.subscribers.erase(known.subscriber_id, now)
    forget_mails(folder, installation.ids, hashes, known.subscriber_id)


RETENTION: Final[Mapping[str, int]] = {
    "sign_ups": CONFIRM_WITHIN.days,
    "sessions": SESSION_FOR.days,
    "mails": KEEP_BODIES.days,
    "digests": KEEP_DIGESTS.days,
    "mail_events": KEEP_MAIL_EVENTS.days,
    "erasures": KEEP_ERASURES.days,
    # Of webhooks, as the attempts are.
    "events": KEEP_EVENTS.days,
    "attempts": KEEP_ATTEMPTS.days,
}
"""How long things are kept, in whole days."""
