"""What is not well by what the store says, and what to do about it: sources, mails and digests. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from schemas.counted import counted
from schemas.sql.doors import MOST_SIGN_UPS
from services.overview.stream.mail_troubles import FRESH, mail_troubles
from services.overview.stream.model import SOURCE_SEVERITY, Remedy, Trouble
from services.overview.stream.spans import MOST_NAMED, ago, forgotten, lasting, named_of, short, stamp
from services.runtime.figures.barren import Barren
from services.runtime.figures.canary import EVERY
from services.runtime.figures.sources import SourceFigures, SourceState
from services.runtime.figures.stream import StoreFigures
from services.runtime.pauses import BY_OPERATOR
from services.runtime.sql.ran_ahead import RanAhead

REPLAY = (
    "`jobchime opt-outs replay FILE`, with what `jobchime opt-outs list --json` wrote last; where there is no such"
    " list, look at the mail provider who opted out, then `jobchime resume sending`"
)
"""What to do in a store that was restored."""
_GO_ON = Remedy("resume", "sending")
_TOLD_FOR = timedelta(days=1)
LATE = timedelta(minutes=15)
"""A digest that has been due for so long is late."""
LOST_CANARY = timedelta(minutes=3)
"""A canary that is not in the store for so long is lost, or waits behind what else does."""
NO_CANARY = timedelta(minutes=25)
"""Twice the time between two, and some."""
QUIET = timedelta(hours=12)
"""So long without any posting is worth a look."""
_OUTBOX_MANY = 10_000
_MANY_SIGN_UPS, _NEARLY_ALL_SIGN_UPS = 0.5, 0.8
"""Shares of the room for sign-ups: worth a look, and a failure."""
LATE_POLLS = timedelta(minutes=15)
"""A poll that has been due for so long, and has not begun, is late."""
_HANGING = "others are not held up, and it is asked again by itself; `jobchime source pause` leaves it alone"
_LISTED = "`jobchime source list` names them"
_MANY: dict[SourceState, tuple[str, str]] = {
    "silent": ("are silent", f"{_LISTED}; `jobchime source check` the address of one"),
    "hanging": ("hang", f"{_LISTED}; others are not held up, and they are asked again by themselves"),
    "failing": ("fail", f"{_LISTED} with the reason of each"),
    "shrunk": (
        "lack many open postings, kept open",
        f"{_LISTED}; look at their boards; `jobchime source accept NAME` closes what is gone",
    ),
    "empty": (
        "list nothing any more, while postings of them are open",
        f"{_LISTED}; look at their boards; `jobchime source accept NAME` closes what is gone",
    ),
    "stale": (
        "list the same for far longer than they ever did",
        f"{_LISTED}; look at their boards; `jobchime source accept NAME` where it is right",
    ),
    "barren": (
        "list nothing",
        f"{_LISTED}; look at their boards; `jobchime source accept NAME` where it is right",
    ),
    "paused": (f"are {BY_OPERATOR}", f"{_LISTED}; `jobchime source resume NAME`"),
}
"""Of more than a few: what they do, and what to do."""


def store_troubles(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """All of it, in the order of the stream."""
    yield from source_troubles(figures.sources, now)
    if figures.pauses.sending:
        waiting = figures.deliveries.get("pending", 0)
        waits = counted(waiting, "mail waits", "mails wait")
        because = figures.pauses.stopped_because
        if figures.pauses.restored:
            what = "sending is held, as the store is a copy that was restored and does not know who opted out since"
            yield Trouble(f"{what}; {waits}", REPLAY)
        elif because:
            do = "find out what they did not want, then `jobchime resume sending`"
            yield Trouble(f"sending stopped by itself, as {because}; {waits}", do, remedy=_GO_ON)
        else:
            long = forgotten(figures.pauses.held_since("sending"), now)
            what = f"sending is {BY_OPERATOR}{long}; {waits}"
            yield Trouble(what, "`jobchime resume sending`", grave=bool(long), remedy=_GO_ON)
    if not figures.pauses.sending and (because := figures.pauses.confirmations_stopped_because):
        do = "see who signs up, and whether by hand; then `jobchime resume sending`"
        what = f"letters that confirm an address stopped by themselves, as {because}; nobody can sign up"
        yield Trouble(what, do, remedy=_GO_ON)
    yield from _room_for_sign_ups(figures)
    yield from _put_off(figures)
    yield from _no_postings(figures, now)
    yield from mail_troubles(figures.mail, now)
    unknown = figures.deliveries.get("unknown", 0)
    if unknown:
        since = f" since {figures.unknown_since:%Y-%m-%d %H:%M}Z" if figures.unknown_since else ""
        yield Trouble(
            f"of {unknown:,} mails nobody knows whether they went out{since}",
            "`jobchime delivery list` names them: ask the mail provider, then `jobchime delivery settle`",
        )
    put_off = figures.put_off or figures.pauses.holds("notifier")
    if figures.due_since is not None and now - figures.due_since > LATE and not put_off:
        yield Trouble(
            f"{figures.due_subscribers:,} digests are due and not built, the oldest for {ago(now - figures.due_since)}"
            + (f"; {figures.due_retried:,} of them could not be built yet" if figures.due_retried else ""),
            "the notifier's log says why: a digest could not be built"
            if figures.due_retried
            else "see that a notifier runs and is ready",
        )
    yield from _untaken(figures)
    yield from _canary(figures, now)
    yield from _late_events(figures, now)
    yield from ran_ahead_troubles(figures.ran_ahead, now)
    yield from _outbox(figures, now)


def _untaken(figures: StoreFigures) -> Iterator[Trouble]:
    if figures.untaken_for > LATE:
        yield Trouble(
            f"{counted(figures.mail.untaken, 'mail is', 'mails are')} built and not handed over, the oldest for"
            f" {ago(figures.untaken_for)}",
            "see that a notifier runs and is ready, and what its log says of mails; if they become fewer, wait",
        )


def _outbox(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    since, held = figures.outbox_since, figures.pauses.holds("outbox.relay")
    long = since is not None and now - since > LATE and not held
    if figures.outbox > _OUTBOX_MANY or long:
        oldest = f", the oldest for {ago(now - since)}" if since and long else ""
        waits = counted(figures.outbox, "record waits", "records wait")
        yield Trouble(
            f"{waits} to be published{oldest}; new searches find nothing yet",
            "see that a notifier runs, and that its outbox.relay and the log are well",
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
        step = "waits in the outbox" if canary.in_outbox else "was published, and is not normalised, matched or stored"
        yield Trouble(
            f"the canary sent {ago(now - canary.sent_at)} ago {step}: postings may not come into the store either",
            "see which service does not run, lags or stands still; `jobchime dead list` says whether it died",
            grave=grave,
        )
    elif not canary.has_digest and canary.digest_at is not None and now - canary.digest_at > EVERY + LOST_CANARY:
        yield Trouble(
            f"of the canary in the store no digest was built for {ago(now - canary.digest_at)}: those of people may not"
            " be built either",
            "see that a notifier runs and is ready; its log says what could not be built, or at what its ticks fail",
            grave=grave,
        )
    elif now - canary.sent_at > NO_CANARY:
        yield Trouble(
            f"no canary was sent for {ago(now - canary.sent_at)}", "see that a notifier runs and is ready", grave=grave
        )


def _late_events(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """Events for webhooks are posted at once; while sending is paused they wait with the mails."""
    webhooks, paused = figures.webhooks, figures.pauses.sending or figures.pauses.holds("notifier.webhooks")
    if not paused and webhooks.overdue_since is not None and now - webhooks.overdue_since > LATE:
        yield Trouble(
            f"{counted(webhooks.overdue, 'event')} for webhooks of subscribers should be posted and are not, the oldest"
            f" for {ago(now - webhooks.overdue_since)}",
            "see that a notifier runs and is ready; a larger notifier.webhooks.at_once posts more at a time",
        )


def _room_for_sign_ups(figures: StoreFigures) -> Iterator[Trouble]:
    if figures.sign_ups < MOST_SIGN_UPS * _MANY_SIGN_UPS:
        return
    full = "" if figures.sign_ups < MOST_SIGN_UPS else "; no more are taken, and nobody new can sign up"
    yield Trouble(
        f"{figures.sign_ups:,} sign-ups wait to be confirmed, where there is room for {MOST_SIGN_UPS:,}{full}",
        "see in the log of the server before the portal who posts to /sign-up, and shut them out there; each is"
        " forgotten 48 hours after it came",
        grave=figures.sign_ups >= MOST_SIGN_UPS * _NEARLY_ALL_SIGN_UPS,
    )


def ran_ahead_troubles(ran: RanAhead, now: datetime) -> Iterator[Trouble]:
    """A failure until what a clock left behind is put right, and for an hour after; for a day it is told of."""
    if ran.due_too_late:
        yield Trouble(
            f"a clock ran ahead: {counted(ran.due_too_late, 'search is', 'searches are')} due later than the cadence"
            " allows",
            "see that a notifier runs, which puts them right within an hour; `jobchime doctor` compares the clocks",
        )
    if ran.put_right_at is not None and ran.until is not None and abs(now - ran.put_right_at) < _TOLD_FOR:
        searches = counted(ran.put_right, "search was", "searches were")
        yield Trouble(
            f"a clock ran ahead, to about {stamp(ran.until)}: {searches} due too late, put right at"
            f" {stamp(ran.put_right_at)}; who was mailed meanwhile was mailed early",
            "set the clocks of all machines by NTP, and see its log; `jobchime doctor` compares them",
            grave=abs(now - ran.put_right_at) < FRESH,
        )


def _put_off(figures: StoreFigures) -> Iterator[Trouble]:
    day = figures.mail.day
    if day is not None and figures.put_off:
        wait = counted(figures.put_off, "subscriber waits", "subscribers wait")
        yield Trouble(
            f"{wait} until {stamp(day.until)}: the warm-up plan lets {counted(day.limit, 'mail')} go out today,"
            f" {day.begun:,} did",
            "nothing: each gets one digest with all that came meanwhile; mail.warm_up in the settings is the plan",
            grave=False,
        )


def _no_postings(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """Each source may be well and none have news, as at a weekend: a note, for whoever knows their boards."""
    polled = [source for source in figures.sources if source.state not in ("off", "paused", "waiting")]
    if polled and all(source.only_barren for source in polled):
        which = "the only source that is" if len(polled) == 1 else f"each of the {len(polled):,} sources that are"
        yield Trouble(
            f"{which} asked lists nothing, or nothing new: no posting comes",
            "`jobchime source check` reads one anew; `jobchime source add` adds one that has jobs",
        )
    if polled and figures.last_posting is not None and now - figures.last_posting > QUIET:
        yield Trouble(
            f"no posting has come for {ago(now - figures.last_posting)} from any source of {len(polled):,}",
            "`jobchime source list` shows what each gave last; `jobchime source check` reads one anew",
            grave=False,
        )


def source_troubles(sources: Sequence[SourceFigures], now: datetime) -> Iterator[Trouble]:
    """In the order of the sources, those of one kind where the first of them stands."""
    kinds: dict[SourceState, list[SourceFigures]] = {}
    for source in sources:
        kinds.setdefault(source.state, []).append(source)
    for state, some in kinds.items():
        if state in _MANY and len(some) > MOST_NAMED:
            yield _many(state, some)
        else:
            for source in some:
                yield from _of_source(source, now)


def late_polls(sources: Sequence[SourceFigures], now: datetime) -> Iterator[Trouble]:
    """Polls that should have begun long ago: one source that is late is told of as all are."""
    waits = [
        now - source.next_due
        for source in sources
        if source.next_due is not None and source.asked_since is None and source.state not in ("off", "paused")
    ]
    late = [wait for wait in waits if wait > LATE_POLLS]
    if late:
        yield Trouble(
            f"{len(late):,} of {len(sources):,} sources have been due and are not asked,"
            f" the longest for {ago(max(late))}",
            "see how many hang; a larger ingest.polls_at_once asks more at a time, a longer `every` fewer",
        )


def _many(state: SourceState, some: Sequence[SourceFigures]) -> Trouble:
    what, do = _MANY[state]
    reasons = Counter(source.error for source in some if source.error)
    ((reason, count),) = reasons.most_common(1) or ((None, 0),)
    why = f"; {'each' if count == len(some) else f'{count:,} of them'}: {short(reason)}" if reason else ""
    names = named_of([source.name for source in some])
    return Trouble(f"{counted(len(some), 'source')} {what}: {names}{why}", do, grave=SOURCE_SEVERITY[state] == "grave")


def _of_source(source: SourceFigures, now: datetime) -> Iterator[Trouble]:
    since = lasting(source.error_since, source.error_at, now)
    last = f"last success {ago(now - source.last_success)} ago" if source.last_success else "never a success"
    if source.state == "empty" or (source.state == "silent" and source.empty_since and not source.error):
        nothing = f", for {ago(now - source.empty_since)} now" if source.empty_since else ""
        still = counted(source.lacking, "posting of it is", "postings of it are")
        yield Trouble(
            f"the source {source.name} lists nothing any more{nothing}, while {still} open",
            f"look at its board, and `jobchime source check` its address; if they are gone, `jobchime source accept"
            f" {source.name}` closes them",
            grave=source.state == "silent",
            remedy=Remedy("accept source", source.name),
        )
    elif source.state == "silent":
        why = f": {short(source.error)}{since}" if source.error else ""
        yield Trouble(f"the source {source.name} is silent, {last}{why}", "`jobchime source check` its address")
    elif source.state == "hanging":
        yield Trouble(f"the source {source.name} hangs ({last}): {_hangs(source, now)}", _HANGING)
    elif source.state == "failing":
        again = "" if source.pushed else "; it is asked again by itself"
        yield Trouble(
            f"the source {source.name} fails ({last}): {short(source.error or '')}{since}", f"read the reason{again}"
        )
    elif source.state == "shrunk":
        yield Trouble(
            f"the source {source.name} lists {source.items:,} and lacks {counted(source.lacking, 'open posting')},"
            " kept open",
            f"look at its board; if they are gone, `jobchime source accept {source.name}` closes them",
            remedy=Remedy("accept source", source.name),
        )
    elif source.only_barren is not None:
        yield _barren(source, source.only_barren, now)
    elif source.state == "paused":
        yield Trouble(
            f"the source {source.name} is {BY_OPERATOR}",
            f"`jobchime source resume {source.name}`",
            grave=False,
            remedy=Remedy("resume source", source.name),
        )


def _barren(source: SourceFigures, found: Barren, now: datetime) -> Trouble:
    """That a listing is empty may be right for months, as of a small company; one that moved and then stands, not."""
    lasts = ago(now - found.since)
    skipped = f" ({short(source.notes)})" if source.notes else ""
    what = {
        "barren": f"the source {source.name} has listed nothing for {lasts}{skipped}",
        "stale": f"the source {source.name} lists the same for {lasts}, and never did for longer than"
        f" {ago(found.longest)} before",
    }
    return Trouble(
        what[found.why],
        f"look at its board, and `jobchime source check` its address; if it is right, `jobchime source accept"
        f" {source.name}`",
        grave=found.why == "stale",
        remedy=Remedy("accept source", source.name),
    )


def _hangs(source: SourceFigures, now: datetime) -> str:
    asked = [f"being asked for {ago(now - source.asked_since)}"] if source.asked_since else []
    before = [f"{counted(source.hangs, 'poll in a row', 'polls in a row')} ran out of time"] if source.hangs else []
    return "; ".join((*asked, *before, *([short(source.error)] if source.error else [])))
