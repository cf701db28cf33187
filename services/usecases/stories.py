"""Why somebody got, or did not get, a job: what became of it for them, as a line of events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.posting import Cluster, PostingCore
from services.matcher.explain import explained
from services.notifier.adapters.sql.digests.mailed_job import mails_with
from services.notifier.adapters.sql.windows.match_records import match_records
from services.notifier.domain.delivery import State
from services.notifier.domain.model import Digest
from services.notifier.domain.people import SavedSearch, Subscriber
from services.notifier.domain.wording.score_lines import cause_line, chance_line, part_line
from services.rules.signature import same_job
from services.runtime.errors import UsageError
from services.runtime.pauses import SqlPauses
from services.usecases.explaining import Judgement, bar_of, explain
from services.usecases.installation import Installation
from services.usecases.previews import next_digest
from services.usecases.searches import Query
from services.usecases.story_events import Case, StoryEvent, arrival, mail_event, said_of, steps_of, taken_in
from services.wording.catalogues import english

__all__ = ["Story", "StoryEvent", "story"]

_GOT, _MISSED, _LATE = "They got it", "They did not get it", "Not yet"
_CAME: Final[dict[State, str]] = {
    "accepted": _GOT, "delivered": _GOT, "pending": _LATE, "claimed": _LATE, "sending": _LATE,
    "unknown": "Nobody knows whether they got it",
}  # fmt: skip
_COPIES_SINCE: Final = timedelta(days=400)


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
        raise UsageError(f"the store has no posting {posting}: it never came, or is forgotten; look at dead letters")
    case = Case(installation, reader, found, now, masked)
    verdicts, mails = _verdicts(case), _mails(case)
    upcoming, unmailed = _upcoming(case), _unmailed(case)
    events = (*arrival(case), *verdicts.events, *mails.events, *said_of(case), *unmailed, *upcoming)
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
            events += taken_in(case, search, record)
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
        line = chance_line(found.chance, bar_of(case.installation))
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
        holds = mail_event(case, mail, sending)
        events += (holds, *steps_of(mail))
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
        said = f"{kind} left it out: {case.cause(why.code, why.said)}{waits}"
        last_refusal = StoryEvent("digest", digest.due_at, said)
        events.append(last_refusal)
    in_order = sorted(events, key=lambda event: event.at or case.posting.fetched_at)
    return _Mails(tuple(in_order), got, came, last_refusal)


def _unmailed(case: Case) -> tuple[StoryEvent, ...]:
    found, reader = [], case.person
    if not reader.is_served(case.now):
        found.append(
            StoryEvent("standing", reader.paused_until, f"they are {reader.status}: no digest is built for them")
        )
    suppressed = case.installation.suppressions.in_force(reader.profile.address)
    if suppressed is not None:
        found.append(StoryEvent("standing", suppressed.since, f"their address is suppressed: {suppressed.reason}"))
    return tuple(found)


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
    whys = (
        case.cause(dropped.cause.code, cause_line(dropped.cause))
        for dropped in left
        if dropped.posting_id == posting_id
    )
    said = "their next digest, were it built now, would leave it out"
    return tuple(StoryEvent("next", None, f"{said}: {why}") for why in whys)


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
