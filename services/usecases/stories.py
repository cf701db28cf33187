"""Why somebody got, or did not get, a job: what became of it for them, as a line of events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from schemas.posting import Cluster, PostingCore, revision_of
from services.ingest.adapters.sql import SqlSourceLedger
from services.matcher.explain import explained
from services.notifier.adapters.sql.digests.delivery_list import MailedJob, mails_with
from services.notifier.adapters.sql.windows.matches import MatchRecord, match_records, taken_at, window_that_took
from services.notifier.domain.delivery import State
from services.notifier.domain.feedback import Kind
from services.notifier.domain.model import Digest
from services.notifier.domain.people import SavedSearch, Subscriber
from services.notifier.domain.wording.score_lines import cause_line, chance_line, part_line
from services.overview.stream.spans import stamp
from services.rules.signature import same_job
from services.runtime.errors import UsageError
from services.runtime.pauses import BY_OPERATOR, Pauses, SqlPauses
from services.runtime.privacy.redaction import without_people
from services.usecases import tracker
from services.usecases.accounts import MASK
from services.usecases.explaining import Judgement, explain
from services.usecases.installation import Installation
from services.usecases.left_out import why_left_out
from services.usecases.previews import next_digest
from services.usecases.searches import Query
from services.wording.catalogues import english
from services.wording.lines import one_line

_GOT, _MISSED, _LATE = "They got it", "They did not get it", "Not yet"
_CAME: Final[dict[State, str]] = {
    "accepted": _GOT, "delivered": _GOT, "pending": _LATE, "claimed": _LATE, "sending": _LATE,
    "unknown": "Nobody knows whether they got it",
}  # fmt: skip
_COPIES_SINCE: Final = timedelta(days=400)
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


def story(installation: Installation, person: str, posting: str, now: datetime, *, masked: bool = False) -> Story:
    """What became of a posting for somebody, by id or address. Raises UsageError for whom or what nobody knows.

    `masked`: without what they look for, what they said, and what their mails are called.
    """
    reader = installation.subscribers.find(person)
    found = installation.matches.postings([posting]).get(posting)
    if found is None:
        raise UsageError(f"the store has no posting {posting}; see dead letters, or `jobchime backtest SEARCH` for ids")
    case = Case(installation, reader, found, now, masked)
    verdicts, mails = _verdicts(case), _mails(case)
    upcoming, unmailed = _upcoming(case), tuple(_unmailed(case))
    events = (*_arrival(case), *verdicts.events, *mails.events, *_said_of(case), *unmailed, *upcoming)
    return Story(found, reader, _answer(verdicts, mails, unmailed, upcoming), events)


def _verdicts(case: Case) -> _Verdicts:
    reader, installation = case.person, case.installation
    saved = installation.searches.all(reader.subscriber_id)
    records = match_records(installation.engine, case.posting.posting_id, [search.key for search in saved])
    events, fitting = list[StoryEvent](), 0
    for search in saved:
        query = Query(search.name, search.criteria, search.preferred_places, reader.subscriber_id)
        found = explain(query, case.posting, case.now, installation)
        fitting += found.verdict.outcome == "match" and not search.paused
        events.append(_verdict_event(case, search, found))
        record = records.get(search.key)
        if record is not None or found.verdict.outcome != "reject":
            events += _taken_in(case, search, record)
    if not saved:
        events.append(StoryEvent("verdict", None, "they have no saved search"))
    return _Verdicts(tuple(events), fitting, len(saved))


def _verdict_event(case: Case, search: SavedSearch, found: Judgement) -> StoryEvent:
    said = explained(case.posting, found.verdict, english())
    matches = found.verdict.outcome == "match"
    shown = () if case.masked else said.lines
    lines = [f"{line.criterion}: {line.text}" for line in shown if matches or line.fit != "yes"]
    paused = ", which is paused" if search.paused else ""
    sentence = f"by {case.search(search)}{paused}, it {said.said}"
    return StoryEvent("verdict", None, sentence, (*lines, *_weighed(case, found)))


def _weighed(case: Case, found: Judgement) -> Iterator[str]:
    """The chance beside the bar, and the score with its parts; of both the number alone where they tell of a wish."""
    if found.chance is not None:
        line = chance_line(found.chance, found.bar)
        yield line.partition(":")[0] if case.masked else line
    if found.score is not None:
        parts = "" if case.masked else f": {'; '.join(map(part_line, found.score.parts))}"
        yield f"score {found.score.total:.1f}{parts}"


def _mails(case: Case) -> _Mails:
    posting_id, installation, person = case.posting.posting_id, case.installation, case.person.subscriber_id
    events = list[StoryEvent]()
    got = last_refusal = None
    came = _MISSED
    sending = SqlPauses(installation.engine).read()
    for mail in mails_with(installation.engine, person, posting_id):
        holds = _mail_event(case, mail, sending)
        events += (holds, *_steps_of(mail))
        means = _CAME.get(mail.state, _MISSED)
        if got is None or (came != _GOT and means == _GOT):
            got, came = holds, means
    sent = installation.digests.sent({person: [case.posting]}, case.posting.fetched_at - _COPIES_SINCE)
    for item in sent.get(person, ()):
        cluster = Cluster.model_construct(key=item.cluster_key, signature=item.signature)
        if item.posting_id != posting_id and same_job(cluster, case.posting.cluster):
            copy = StoryEvent("digest", item.sent_at, f"they were sent the same job as {item.posting_id}")
            events.append(copy)
            got, came = (got, came) if came == _GOT else (copy, _GOT)
    for digest in installation.digests.history(person, with_holds=True):
        why = next((left for left in digest.dropped if left.posting_id == posting_id), None)
        if why is None:
            continue
        kind = "the digest" if digest.outcome == "digest" else "a digest that was held"
        waits = ", and waits for the next" if posting_id in dict(digest.rest) else ""
        cause = case.cause(why.code, why_left_out(installation, person, why, case.posting))
        said = f"{kind} left it out: {cause}{waits}"
        last_refusal = StoryEvent("digest", digest.due_at, said)
        events.append(last_refusal)
    events.sort(key=lambda event: event.at or case.posting.fetched_at)
    return _Mails(tuple(events), got, came, last_refusal)


def _unmailed(case: Case) -> Iterator[StoryEvent]:
    """Why no mail reaches them."""
    reader = case.person
    if not reader.is_served(case.now):
        yield StoryEvent("standing", reader.paused_until, f"they are {reader.status}: no digest is built for them")
    suppressed = case.installation.suppressions.in_force(reader.profile.address)
    if suppressed is not None:
        yield StoryEvent("standing", suppressed.since, f"their address is suppressed: {suppressed.reason}")


def _upcoming(case: Case) -> tuple[StoryEvent, ...]:
    """What the next digest, were it built now, would do with it."""
    posting_id, person = case.posting.posting_id, case.person.subscriber_id
    if not any(not search.paused for search in case.installation.searches.all(person)):
        return ()
    outcome = next_digest(case.installation, person, case.now).outcome
    jobs = (*outcome.items, *outcome.near) if isinstance(outcome, Digest) else ()
    if any(item.posting.posting_id == posting_id for item in jobs):
        return (StoryEvent("next", None, "their next digest, were it built now, would hold it"),)
    left = (*outcome.dropped, *(outcome.beyond if isinstance(outcome, Digest) else ()))
    causes = (dropped.cause for dropped in left if dropped.posting_id == posting_id)
    said = "their next digest, were it built now, would leave it out"
    return tuple(StoryEvent("next", None, f"{said}: {case.cause(cause.code, cause_line(cause))}") for cause in causes)


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


def _arrival(case: Case) -> Iterator[StoryEvent]:
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
        yield StoryEvent("seen", None, "it was old news at its source's first poll: such postings are never mailed")
    if posting.status == "closed":
        yield StoryEvent("seen", None, "it is closed: its source lists it no more")


def _taken_in(case: Case, search: SavedSearch, record: MatchRecord | None) -> Iterator[StoryEvent]:
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


def _mail_event(case: Case, mail: MailedJob, sending: Pauses) -> StoryEvent:
    """The mail that holds it."""
    said = f"it went into the mail “{case.own(one_line(mail.subject))}”, which is {_state_of(mail, sending, case.now)}"
    near = ", as a near miss" if mail.near else ""
    chance = f" and chance {100 * mail.chance:.0f} %" if mail.chance is not None else ""
    where = f"posting {mail.place} of it{near}, at score {mail.score:.1f}{chance}"
    return StoryEvent("digest", mail.due_at, said, (where,))


def _steps_of(mail: MailedJob) -> Iterator[StoryEvent]:
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


def _state_of(mail: MailedJob, sending: Pauses, now: datetime) -> str:
    """With why it waits, or will not come."""
    if mail.state == "pending" and sending.sending:
        if sending.restored:
            return "pending, as sending is held in a store that was restored"
        why = sending.stopped_because
        return f"pending, as sending stopped by itself: {why}" if why else f"pending, as sending is {BY_OPERATOR}"
    if mail.state == "pending" and mail.built_at <= now < mail.due_at:
        return "pending, as it was built ahead of its hour"
    return _named(mail.state, mail.reason)


def _named(state: str, reason: str) -> str:
    return f"{state}: {without_people(one_line(reason))}" if reason else state


def _said_of(case: Case) -> Iterator[StoryEvent]:
    """What they said of it, and whether they keep it."""
    posting_id, person = case.posting.posting_id, case.person.subscriber_id
    for answer, at in case.installation.feedback.said(person):
        by_saving = answer.job is not None and answer.job.kind == "saved"
        if answer.posting_id == posting_id and not by_saving:
            yield StoryEvent("said", at, f"they said of it: {case.own(_SAID[answer.kind])}")
    if job := tracker.saved(case.installation, person, posting_id):
        applied = f"saved it, and applied on {job.applied_on}" if job.applied_on else "saved it"
        yield StoryEvent("said", job.saved_at, f"they did with it: {case.own(applied)}")
