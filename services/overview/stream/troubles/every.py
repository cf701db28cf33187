"""What is not well, and what to do about it: pure, for whoever is woken at three."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from schemas.counted import counted
from schemas.topics import dead_of
from services.overview.stream.model import LetterView, Overview, Remedy, Trouble
from services.overview.stream.spans import MOST_NAMED, ago, lasting, named_of, short, stamp
from services.overview.stream.troubles.ground import ground_troubles, reader_troubles
from services.overview.stream.troubles.lacking import lacking_troubles
from services.overview.stream.troubles.late import late_troubles
from services.overview.stream.troubles.mail import FRESH, LATE, digest_troubles, sending_troubles
from services.overview.stream.troubles.sources import (
    LATE_POLLS,
    late_polls,
    left_open,
    moved_sources,
    no_postings,
    no_sources,
    source_troubles,
)
from services.overview.stream.troubles.starts import clocks, releases, restarting
from services.overview.stream.troubles.workers import SLOW_S, is_beginning, of_services, too_few
from services.overview.stream.ways_out import WAYS_OUT
from services.processes import NOTIFIER, process_of
from services.runtime.figures.canary import EVERY
from services.runtime.figures.source_readers import SourceReaders
from services.runtime.figures.stream import StoreFigures
from services.runtime.sql.ran_ahead import RanAhead

LOST_CANARY = timedelta(minutes=3)
"""A canary that is not in the store for so long is lost, or waits behind what else does."""
NO_CANARY = timedelta(minutes=25)
"""Twice the time between two, and some."""
_RECENT = timedelta(days=1)
_OUTBOX_MANY = 10_000
_LEAST_LETTERS, _MUCH_DIES = 10, 0.01
"""A few records of a feed are always odd; where a share dies, jobs of a whole board reach nobody until it is mended."""
DECLARE = (
    "`jobchime subscriber import FILE --update` with --consent-origin, --consent-date and --consent-wording says it;"
    " portal.consent.confirm_declared asks those who were never mailed"
)
_MEND_LETTERS = "`jobchime dead list` says why; mend it, then `jobchime dead replay` or `dead discard`"
_MEND_FEED = (
    "`jobchime dead list` says why; mend its mapping, or have its board mend the feed: its next poll reads it again by"
    " itself, and `jobchime dead discard` puts the letter away"
)
"""Of a feed no record died that could be sent back."""
_COLLECTOR = "ingest.collector"
_TAKES_POLLS = ("store", "log", "Kafka")


def troubles(overview: Overview) -> tuple[Trouble, ...]:
    """All that is not well, the gravest first; empty where all is."""
    overview = _without_polls_in_hand(overview)
    found = [
        *_engines(overview),
        # A clock that is wrong makes all else that is said of its services doubtful.
        *clocks(overview),
        *of_services(overview),
        *(store_troubles(overview.figures, overview.at, overview.source_readers) if overview.figures else ()),
        *ground_troubles(overview),
        # Often an operator's own starts: behind all that has one thing to do.
        *restarting(overview),
        *releases(overview),
        *_late_polls(overview),
        *_not_taken_up(overview),
        *lacking_troubles(overview),
        *late_troubles(overview),
        *too_few(overview),
        *_undeclared(overview),
        *_letters(overview),
    ]
    return tuple(sorted(found, key=lambda trouble: not trouble.grave))


def _without_polls_in_hand(overview: Overview) -> Overview:
    """A poll that has yet to hand on what its board gave waits for the log or the store, while these are away."""
    if overview.figures is None or all(engine.reachable for engine in overview.engines if engine.name in _TAKES_POLLS):
        return overview
    sources = tuple(
        replace(source, state="ok") if source.state == "hanging" and not source.hangs else source
        for source in overview.figures.sources
    )
    return replace(overview, figures=replace(overview.figures, sources=sources))


def healthy(overview: Overview) -> bool:
    """Whether nothing grave is wrong: a pause by an operator is no fault, unless it is forgotten."""
    return not any(trouble.grave for trouble in troubles(overview))


def mailing_troubles(overview: Overview) -> tuple[Trouble, ...]:
    """What of it keeps mails from readers, the gravest first."""
    figures, now = overview.figures, overview.at
    notifiers = tuple(service for service in overview.services if service.name == NOTIFIER)
    found = [*of_services(replace(overview, services=notifiers))] if notifiers else []
    found += () if figures is None else (*sending_troubles(figures, now), *digest_troubles(figures, now))
    return tuple(sorted(found, key=lambda trouble: not trouble.grave))


def store_troubles(
    figures: StoreFigures, now: datetime, readers: Mapping[str, SourceReaders] | None = None
) -> Iterator[Trouble]:
    """All that the store says: what keeps mails from readers, then sources, all before single ones, then the rest."""
    yield from sending_troubles(figures, now)
    yield from reader_troubles(figures)
    yield from digest_troubles(figures, now)
    yield from no_sources(figures, now)
    yield from no_postings(figures, now)
    yield from left_open(figures)
    yield from source_troubles(figures.sources, now, readers)
    yield from moved_sources(figures.sources)
    yield from _canary(figures, now)
    yield from _late_events(figures, now)
    yield from ran_ahead_troubles(figures.ran_ahead, now)
    yield from _outbox(figures, now)


def _engines(overview: Overview) -> Iterator[Trouble]:
    begins = is_beginning(overview)
    for engine in overview.engines:
        # Of a new data folder a start makes store and log first, and of any it may hold them for a moment.
        made = ("log",) if overview.store_is_server else ("store", "log")
        is_made = begins and engine.mend is None and engine.name in made
        if not engine.reachable and not is_made:
            yield Trouble(
                f"{engine.name} cannot be used: {short(engine.said)}{lasting(engine.away_since, None, overview.at)}",
                *WAYS_OUT[engine.mend],
            )


def _late_polls(overview: Overview) -> Iterator[Trouble]:
    """Of a collector that works; one that does not, or is paused, is told of itself."""
    collectors = [service for service in overview.services if service.name == _COLLECTOR]
    if overview.figures and any(service.alive(overview.at) and not service.paused for service in collectors):
        yield from late_polls(overview.figures.sources, overview.at)


def _not_taken_up(overview: Overview) -> Iterator[Trouble]:
    """A collector registers each source of its settings at once: of one that it does not know the store has no row."""
    begun = [
        worker.started_at
        for service in overview.services
        if service.name == _COLLECTOR and not service.paused
        for worker in service.alive(overview.at)
    ]
    if overview.figures is None or not begun or abs(overview.at - max(begun)) < LATE_POLLS:
        return
    names = [
        source.name
        for source in overview.figures.sources
        if source.state == "waiting" and not source.pushed and source.next_due is None
    ]
    if names:
        process = "run" if overview.form == "embedded" else process_of(_COLLECTOR)
        yield Trouble(
            f"{counted(len(names), 'source')} of the settings {'is' if len(names) == 1 else 'are'} not polled by what"
            f" runs: {named_of(names)}",
            f"start `jobchime {process}` anew: it was started before, or with other settings",
            "process",
        )


def _undeclared(overview: Overview) -> Iterator[Trouble]:
    if overview.undeclared:
        served = counted(overview.undeclared, "subscriber is", "subscribers are")
        yield Trouble(
            f"{served} served without a word on where, when and to what words they agreed",
            DECLARE,
            "known to you",
            grave=False,
        )


def _letters(overview: Overview) -> Iterator[Trouble]:
    by_topic: dict[str, list[LetterView]] = {}
    for letter in overview.letters:
        if letter.waiting:
            by_topic.setdefault(letter.topic, []).append(letter)
    records = {dead_of(topic.name): topic.records for topic in overview.topics}
    for topic, letters in by_topic.items():
        waiting = sum(letter.waiting for letter in letters)
        many = waiting >= _LEAST_LETTERS and waiting > _MUCH_DIES * records.get(topic, 0)
        of_all = f" of {waiting:,}" if len(letters) > 1 else ""
        share = f", {'together ' if of_all else ''}more than 1 of 100 records" if many else ""
        frequent = sorted(letters, key=lambda letter: -letter.waiting)[:MOST_NAMED]
        for letter in frequent:
            words = "dead letter" if waiting == 1 else "dead letters"
            finding = f"{letter.waiting:,}{of_all} {words} in {topic}{share}: {short(letter.error)}"
            back = Remedy("replay letters", f"{topic} {letter.fault}", letter.returnable)
            do, remedy = (_MEND_LETTERS, back) if back.count else (_MEND_FEED, Remedy("show letters", topic))
            yield Trouble(finding, do, remedy, grave=many)
        if reasons := len(letters) - len(frequent):
            rest = waiting - sum(letter.waiting for letter in frequent)
            finding = f"{counted(rest, 'more dead letter')} in {topic}, of {counted(reasons, 'other reason')}"
            yield Trouble(finding, _MEND_LETTERS, Remedy("show letters", topic), grave=many)
    for service, seconds in overview.freshness_s.items():
        if seconds > SLOW_S:
            yield Trouble(
                f"{service} handles postings {ago(timedelta(seconds=seconds))} after their fetch",
                "see its lag above",
                "told of elsewhere",
                grave=False,
            )


def _canary(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """While a service is paused none comes through, as is wanted."""
    canary = figures.canary
    if canary is None or canary.sent_at is None:
        return
    grave = not figures.pauses.services
    # Another is sent meanwhile, of which it is not known yet: the one before is missed all the same.
    since = canary.through_at if canary.through_at is not None else canary.sent_at
    if canary.is_under_way and (now - canary.sent_at > LOST_CANARY or now - since > EVERY + LOST_CANARY):
        step = "waits in the outbox" if canary.in_outbox else "was published, but not normalised, matched or stored"
        yield Trouble(
            f"the canary, a posting made up as a test, was sent {ago(now - canary.sent_at)} ago and did not come"
            f" through (it {step}): real postings may be stuck too",
            "see which service does not run, lags or stands still; `jobchime dead list` says whether it died",
            "told of elsewhere",
            grave=grave,
        )
    elif not canary.has_digest and canary.digest_at is not None and now - canary.digest_at > EVERY + LOST_CANARY:
        if figures.takes_none:
            return  # the mailer takes none of anybody's either, which is told with why
        yield Trouble(
            f"the canary, a digest made up as a test, was not built and delivered for {ago(now - canary.digest_at)}, or"
            " the mailer would not take it: people's digests may be stuck too",
            "see that a notifier runs and is ready; its log says what could not be built, what the mailer said, or at"
            " what its ticks fail",
            "process",
            grave=grave and not _is_mailed(figures, now),
        )
    elif now - canary.sent_at > NO_CANARY:
        yield Trouble(
            f"no canary was sent for {ago(now - canary.sent_at)}, which a notifier does to test the whole way",
            "see that a notifier runs and is ready",
            "process",
            grave=grave,
        )


def _is_mailed(figures: StoreFigures, now: datetime) -> bool:
    """Whether people's own digests were built and accepted while the canary's was missed, as by a slow mailer."""
    made, accepted = figures.last_digest, figures.mail.last_accepted
    return made is not None and accepted is not None and now - min(made, accepted) <= EVERY


def _late_events(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """Events for webhooks are posted at once; while sending is paused they wait with the mails."""
    webhooks, paused = figures.webhooks, figures.pauses.sending or figures.pauses.holds("notifier.webhooks")
    if not paused and webhooks.overdue_since is not None and now - webhooks.overdue_since > LATE:
        yield Trouble(
            f"{counted(webhooks.overdue, 'event')} for webhooks of subscribers should be posted and are not, the oldest"
            f" for {ago(now - webhooks.overdue_since)}",
            "see that a notifier runs and is ready; a larger notifier.webhooks.at_once posts more at a time",
            "process",
        )


def ran_ahead_troubles(ran: RanAhead, now: datetime) -> Iterator[Trouble]:
    """A failure until what a clock left behind is put right, and for an hour after; for a day it is told of.

    What a right clock wrote looks the same to one that is behind: which of the two it was nobody knows afterwards.
    """
    if ran.due_too_late:
        yield Trouble(
            f"a clock ran ahead, or one is behind: {counted(ran.due_too_late, 'search is', 'searches are')} due later"
            " than the cadence allows",
            "see that a notifier runs, which puts them right within an hour; `jobchime doctor` compares the clocks",
            "passes",
        )
    if ran.put_right_at is not None and ran.until is not None and abs(now - ran.put_right_at) < _RECENT:
        searches = counted(ran.put_right, "search was", "searches were")
        yield Trouble(
            f"a clock ran ahead, to about {stamp(ran.until)}, or the notifier's was behind: {searches} due too late,"
            f" put right at {stamp(ran.put_right_at)} by its clock; where one ran ahead, who was mailed meanwhile was"
            " mailed early",
            "set the clocks of all machines by NTP, and see its log; `jobchime doctor` compares them",
            "machine",
            grave=abs(now - ran.put_right_at) < FRESH,
        )


def _outbox(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    since, paused = figures.outbox_since, figures.pauses.holds("outbox.relay")
    long = since is not None and now - since > LATE and not paused
    if figures.outbox > _OUTBOX_MANY or long:
        oldest = f", the oldest for {ago(now - since)}" if since and long else ""
        waits = counted(figures.outbox, "record waits", "records wait")
        yield Trouble(
            f"{waits} to be published{oldest}; new searches find nothing yet",
            "see that a notifier runs, and that its outbox.relay and the log are well",
            "process",
        )
