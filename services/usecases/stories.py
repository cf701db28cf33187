"""Why somebody got, or did not get, a job: what became of it for them, as a line of events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.posting import PostingCore
from services.matcher.explain import explained
from services.notifier.adapters.sql.digests.delivery_list import DeliveryList, MailedDigest
from services.notifier.domain.delivery import State
from services.notifier.domain.model import Digest
from services.notifier.domain.people import SavedSearch, Subscriber
from services.notifier.domain.wording.score_lines import cause_line, chance_line
from services.runtime.errors import UsageError
from services.runtime.pauses import BY_OPERATOR, Pauses, SqlPauses
from services.usecases.explaining import Judgement, bar_of, explain
from services.usecases.installation import Installation
from services.usecases.previews import next_digest
from services.usecases.searches import Query
from services.wording.catalogues import english
from services.wording.lines import one_line

_MOST_MAILS: Final = 400
_GOT, _MISSED, _LATE = "They got it", "They did not get it", "Not yet"
_CAME: Final[dict[State, str]] = {
    "accepted": _GOT, "delivered": _GOT, "pending": _LATE, "claimed": _LATE, "sending": _LATE,
    "unknown": "Nobody knows whether they got it",
}  # fmt: skip
_COPIES_SINCE: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """One thing that happened, or would happen now."""

    at: datetime | None
    """None for what holds now."""
    what: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """What became of a posting for somebody."""

    posting: PostingCore
    person: Subscriber
    answer: str
    """The one thing that decided it, in a sentence."""
    events: tuple[StoryEvent, ...]


@dataclass(frozen=True, slots=True)
class _Verdicts:
    events: tuple[StoryEvent, ...]
    fitting: int
    searches: int


@dataclass(frozen=True, slots=True)
class _Mails:
    events: tuple[StoryEvent, ...]
    got: StoryEvent | None
    """The mail that held it, or a copy of it: the one that reached them, else the last."""
    came: str
    """What that mail means for them."""
    last_refusal: StoryEvent | None
    """The last digest that left it out."""


def story(installation: Installation, person: str, posting: str, now: datetime) -> Story:
    """What became of a posting for somebody, by id or address. Raises UsageError for whom or what nobody knows."""
    reader = installation.subscribers.find(person)
    found = installation.matches.postings([posting]).get(posting)
    if found is None:
        raise UsageError(f"the store has no posting {posting}: it never came, or is forgotten; look at dead letters")
    verdicts = _verdicts(installation, reader, found, now)
    mails = _mails(installation, reader, found)
    upcoming = _upcoming(installation, reader, found, now)
    unmailed = _unmailed(installation, reader, now)
    events = (*_arrival(found), *verdicts.events, *mails.events, *unmailed, *upcoming)
    return Story(found, reader, _answer(verdicts, mails, unmailed, upcoming), events)


def _arrival(posting: PostingCore) -> Iterator[StoryEvent]:
    if posting.posted_at is not None:
        yield StoryEvent(posting.posted_at, "it was posted")
    place = f"from {posting.source}, version {posting.version}"
    yield StoryEvent(posting.fetched_at, f"it was fetched and normalised, {place}")
    if posting.backlog:
        yield StoryEvent(None, "it was old news at its source's first poll: such postings are never mailed")
    if posting.status == "closed":
        yield StoryEvent(None, "it is closed: its source lists it no more")


def _verdicts(installation: Installation, reader: Subscriber, posting: PostingCore, now: datetime) -> _Verdicts:
    saved = installation.searches.all(reader.subscriber_id)
    events, fitting = [], 0
    for search in saved:
        query = Query(search.name, search.criteria, search.preferred_places, reader.subscriber_id)
        found = explain(query, posting, now, installation)
        fitting += found.verdict.outcome == "match" and not search.paused
        events.append(_verdict_event(installation, search, found, posting))
    if not saved:
        events.append(StoryEvent(None, "they have no saved search"))
    return _Verdicts(tuple(events), fitting, len(saved))


def _verdict_event(
    installation: Installation, search: SavedSearch, found: Judgement, posting: PostingCore
) -> StoryEvent:
    said = explained(posting, found.verdict, english())
    matches = found.verdict.outcome == "match"
    lines = [f"{line.criterion}: {line.text}" for line in said.lines if matches or line.fit != "yes"]
    if found.chance is not None:
        lines.append(chance_line(found.chance, bar_of(installation)))
    paused = ", which is paused" if search.paused else ""
    return StoryEvent(None, f"by their search “{one_line(search.name)}”{paused}, it {said.said}", tuple(lines))


def _mails(installation: Installation, reader: Subscriber, posting: PostingCore) -> _Mails:
    own, events = posting.posting_id, list[StoryEvent]()
    got = last_refusal = None
    came = _MISSED
    sending = SqlPauses(installation.engine).read()
    copies = installation.digests.sent({reader.subscriber_id: [posting]}, posting.fetched_at - _COPIES_SINCE)
    for item in copies.get(reader.subscriber_id, ()):
        if item.posting_id != own:
            got, came = StoryEvent(item.sent_at, f"they were sent the same job as {item.posting_id}"), _GOT
            events.append(got)
    for mail in DeliveryList(installation.engine).of_person(reader.subscriber_id, _MOST_MAILS):
        if own in mail.posting_ids:
            said = f"it went into the mail “{one_line(mail.subject)}”, which is {_state_of(mail, sending)}"
            events.append(StoryEvent(mail.due_at, said))
            means = _CAME.get(mail.state, _MISSED)
            if got is None or (came != _GOT and means == _GOT):
                got, came = events[-1], means
    for digest in installation.digests.history(reader.subscriber_id, with_holds=True):
        why = dict(digest.dropped).get(own)
        if why is None:
            continue
        kind = "the digest" if digest.outcome == "digest" else "a digest that was held"
        waits = ", and waits for the next" if own in dict(digest.rest) else ""
        last_refusal = StoryEvent(digest.due_at, f"{kind} left it out: {why}{waits}")
        events.append(last_refusal)
    return _Mails(tuple(sorted(events, key=lambda event: event.at or posting.fetched_at)), got, came, last_refusal)


def _state_of(mail: MailedDigest, sending: Pauses) -> str:
    """With why it waits, or will not come."""
    if mail.state == "pending" and sending.sending:
        if sending.restored:
            return "pending, as sending is held in a store that was restored"
        why = sending.stopped_because
        return f"pending, as sending stopped by itself: {why}" if why else f"pending, as sending is {BY_OPERATOR}"
    return f"{mail.state}: {one_line(mail.reason)}" if mail.reason else mail.state


def _unmailed(installation: Installation, reader: Subscriber, now: datetime) -> tuple[StoryEvent, ...]:
    found = []
    if not reader.is_served(now):
        found.append(StoryEvent(reader.paused_until, f"they are {reader.status}: no digest is built for them"))
    suppressed = installation.suppressions.in_force(reader.profile.address)
    if suppressed is not None:
        found.append(StoryEvent(suppressed.since, f"their address is suppressed: {suppressed.reason}"))
    return tuple(found)


def _upcoming(
    installation: Installation, reader: Subscriber, posting: PostingCore, now: datetime
) -> tuple[StoryEvent, ...]:
    """What the next digest, were it built now, would do with it."""
    own = posting.posting_id
    if not any(not search.paused for search in installation.searches.all(reader.subscriber_id)):
        return ()
    outcome = next_digest(installation, reader.subscriber_id, now).outcome
    chosen: Sequence[str] = ()
    if isinstance(outcome, Digest):
        chosen = [item.posting.posting_id for item in (*outcome.items, *outcome.near)]
    if own in chosen:
        return (StoryEvent(None, "their next digest, were it built now, would hold it"),)
    left = (*outcome.dropped, *(outcome.beyond if isinstance(outcome, Digest) else ()))
    return tuple(
        StoryEvent(None, f"their next digest, were it built now, would leave it out: {cause_line(dropped.cause)}")
        for dropped in left
        if dropped.posting_id == own
    )


def _answer(verdicts: _Verdicts, mails: _Mails, unmailed: Sequence[StoryEvent], upcoming: Sequence[StoryEvent]) -> str:
    """What decided it: a mail, then what keeps all mails away, then the searches, then what left it out."""
    if mails.got is not None and not (mails.came == _MISSED and (unmailed or upcoming)):
        return f"{mails.came}: {mails.got.what}."
    if unmailed:
        return f"They did not get it: {unmailed[-1].what}."
    if not verdicts.fitting and not mails.last_refusal and not upcoming:
        searches = "their search" if verdicts.searches == 1 else f"any of their {verdicts.searches} searches"
        return f"They did not get it: it does not fit {searches}."
    if upcoming:
        return f"Not yet: {upcoming[-1].what}."
    if mails.last_refusal is not None:
        return f"They did not get it: {mails.last_refusal.what}."
    return "They did not get it, and no digest has seen it since: it came before their search was served, or is late."
