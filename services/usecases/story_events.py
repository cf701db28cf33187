"""The events of a story that the store kept: when a posting came, who matched it, in which window, in which mails."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from schemas.posting import PostingCore, revision_of
from services.ingest.adapters.sql import SqlSourceLedger
from services.notifier.adapters.sql.digests.mailed_job import MailedJob
from services.notifier.adapters.sql.windows.match_records import MatchRecord, taken_at, window_that_took
from services.notifier.domain.feedback import Kind
from services.notifier.domain.people import SavedSearch, Subscriber
from services.overview.stream.spans import stamp
from services.runtime.pauses import BY_OPERATOR, Pauses
from services.runtime.privacy.redaction import without_people
from services.usecases.accounts import MASK
from services.usecases.installation import Installation
from services.wording.lines import one_line

_SAID: Final[dict[Kind, str]] = {
    "hidden_company": "to hide its company",
    "not_relevant": "that it is not relevant",
    "more_like": "that they want more like it",
}
_NAMES_NOTHING: Final = frozenset(
    {
        "closed", "expired", "old", "backlog", "no_link", "not_found", "sent", "copy_sent", "worse_copy",
        "unlikely_mail", "only_near", "full", "full_of_company", "full_of_alike",
    }
)  # fmt: skip
"""Causes whose words tell nothing of what somebody looks for or said."""
_MASKED_AFTER_COLON: Final = frozenset({"no_fit", "unlikely"})

EventKind = Literal[
    "seen", "normalised", "verdict", "matched", "window", "digest", "delivery", "mail", "said", "standing", "next"
]


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """One thing that happened, or would happen now."""

    kind: EventKind
    at: datetime | None
    """None for what holds now."""
    what: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What a story is told of, and whether as to who may not see what the person looks for."""

    installation: Installation
    person: Subscriber
    posting: PostingCore
    now: datetime
    masked: bool

    def own(self, text: str) -> str:
        """Words of theirs, or of what they look for."""
        return MASK if self.masked else text

    def search(self, search: SavedSearch) -> str:
        """A search by its name, or by an id that tells nothing."""
        return f"their search {search.search_id}" if self.masked else f"their search “{one_line(search.name)}”"

    def cause(self, code: str, said: str) -> str:
        """Why a digest left it out."""
        if not self.masked or code in _NAMES_NOTHING:
            return said
        return f"{said.partition(':')[0]}: {MASK}" if code in _MASKED_AFTER_COLON else MASK


def arrival(case: Case) -> Iterator[StoryEvent]:
    """When it was posted, seen, and read."""
    posting = case.posting
    if posting.posted_at is not None:
        yield StoryEvent("seen", posting.posted_at, "it was posted")
    ledger = SqlSourceLedger(case.installation.engine)
    item = ledger.known(posting.source, [posting.source_id]).get(posting.source_id)
    if item is not None:
        last = f", and for the last time on {stamp(item.last_seen)}" if item.last_seen > item.first_seen else ""
        yield StoryEvent("seen", item.first_seen, f"{posting.source} was seen to list it{last}")
    place = f"from {posting.source}, version {posting.version}"
    rules = f"revision {revision_of(posting.version)} of the normaliser's rules"
    yield StoryEvent("normalised", posting.fetched_at, f"it was fetched and normalised, {place}, by {rules}")
    if posting.backlog:
        was = "it was old news at its source's first poll: such postings are never mailed"
        yield StoryEvent("seen", None, was)
    if posting.status == "closed":
        yield StoryEvent("seen", None, "it is closed: its source lists it no more")


def taken_in(case: Case, search: SavedSearch, record: MatchRecord | None) -> Iterator[StoryEvent]:
    """The record that gave it to a search as that asks now, and the window in which that fell."""
    name = case.search(search)
    if record is None:
        said = f"no match record names {name} as that asks now: it came before the search did, or is late"
        yield StoryEvent("matched", None, said)
        return
    fits = "nearly fits" if record.near else "fits"
    where = f"partition {record.partition}, position {record.position} of matches.v1"
    had = "had its match record by then" if record.stored_by else "has its match record"
    yield StoryEvent("matched", record.stored_by, f"the store {had}: it {fits} {name}", (where,))
    yield _window(case, search, record)


def _window(case: Case, search: SavedSearch, record: MatchRecord) -> StoryEvent:
    name, engine = case.search(search), case.installation.engine
    if record.cut is None or record.cut > search.served_cut:
        since = _begin_of(taken_at(engine, search.served_cut))
        clocked = search.timing.cadence != "instant"
        due = f"due {stamp(search.next_due_at)}" if clocked else "due as jobs come in"
        return StoryEvent("window", None, f"it lies in the open window of {name}, from {since} to now, {due}")
    closed = window_that_took(engine, case.person.subscriber_id, search.search_id, record.cut)
    if closed is None:
        said = f"it fell before the open window of {name}, and no digest of the window in which it fell is kept"
        return StoryEvent("window", None, said)
    until = stamp(closed.until) if closed.until else "a cut that is not kept any more"
    said = f"it fell into the window of {name} from {_begin_of(closed.since)} to {until}, which was due then"
    return StoryEvent("window", closed.due_at, said)


def _begin_of(at: datetime | None) -> str:
    return stamp(at) if at else "the beginning"


def mail_event(case: Case, mail: MailedJob, sending: Pauses) -> StoryEvent:
    """The mail that holds it."""
    said = f"it went into the mail “{case.own(one_line(mail.subject))}”, which is {_state_of(mail, sending)}"
    near = ", as a near miss" if mail.near else ""
    chance = f" and chance {100 * mail.chance:.0f} %" if mail.chance is not None else ""
    where = f"job {mail.place} of it{near}, at score {mail.score:.1f}{chance}"
    return StoryEvent("digest", mail.due_at, said, (where,))


def steps_of(mail: MailedJob) -> Iterator[StoryEvent]:
    """What became of a mail, as far as it is kept."""
    yield StoryEvent("delivery", mail.built_at, "the mail was built")
    if mail.failing_since is not None:
        yield StoryEvent("delivery", mail.failing_since, "an attempt to hand the mail over failed, the first one")
    if mail.accepted_at is not None:
        tries = f" at attempt {mail.attempts}" if mail.attempts > 1 else ""
        yield StoryEvent("delivery", mail.accepted_at, f"{mail.mailer or 'the mailer'} accepted the mail{tries}")
    if mail.state not in ("pending", "claimed", "accepted"):
        yield StoryEvent("delivery", mail.changed_at, f"the delivery came to be {_named(mail.state, mail.reason)}")
    for event in mail.events:
        event_said = _named(event.kind.replace("_", " "), event.reason)
        yield StoryEvent("mail", event.at, f"the mail provider told of the mail: {event_said}")


def _state_of(mail: MailedJob, sending: Pauses) -> str:
    """With why it waits, or will not come."""
    if mail.state == "pending" and sending.sending:
        if sending.restored:
            return "pending, as sending is held in a store that was restored"
        why = sending.stopped_because
        return f"pending, as sending stopped by itself: {why}" if why else f"pending, as sending is {BY_OPERATOR}"
    return _named(mail.state, mail.reason)


def _named(state: str, reason: str) -> str:
    return f"{state}: {without_people(one_line(reason))}" if reason else state


def said_of(case: Case) -> Iterator[StoryEvent]:
    """What they said of it, and whether they keep it."""
    posting_id, person = case.posting.posting_id, case.person.subscriber_id
    for statement, at in case.installation.feedback.said(person):
        if statement.posting_id == posting_id:
            yield StoryEvent("said", at, f"they said of it: {case.own(_SAID[statement.kind])}")
    for job in case.installation.tracked_jobs.all(person):
        if job.posting_id == posting_id:
            applied = f"saved it, and applied on {job.applied_on}" if job.applied_on else "saved it"
            yield StoryEvent("said", job.saved_at, f"they did with it: {case.own(applied)}")
