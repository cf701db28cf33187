"""What is not well by what the store says, and what to do about it: sources, mails and digests. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.counted import counted
from schemas.sql.doors import MOST_SIGN_UPS
from schemas.topics import CRITERIA, MATCHES
from services.overview.stream.mail_troubles import FRESH, mail_troubles
from services.overview.stream.model import ByHand, Remedy, Trouble
from services.overview.stream.source_troubles import source_troubles
from services.overview.stream.spans import ago, forgotten, stamp
from services.runtime.figures.canary import EVERY
from services.runtime.figures.stream import StoreFigures
from services.runtime.pauses import BY_OPERATOR
from services.runtime.sql.ran_ahead import RanAhead

REPLAY = (
    "`jobchime opt-outs replay FILE`, with what `jobchime opt-outs list --json` wrote last; where there is no such"
    " list, look at the mail provider who opted out, then `jobchime resume sending`"
)
"""What to do in a store that was restored."""
_GO_ON = Remedy("resume", "sending")
_RECENT = timedelta(days=1)
_LINKS_ACT_FOR = timedelta(days=30)
"""So long a link to unsubscribe has to act (CAN-SPAM, 16 CFR 316.5)."""
LATE = timedelta(minutes=15)
"""A digest that has been due for so long is late."""
LOST_CANARY = timedelta(minutes=3)
"""A canary that is not in the store for so long is lost, or waits behind what else does."""
NO_CANARY = timedelta(minutes=25)
"""Twice the time between two, and some."""
QUIET = timedelta(hours=12)
"""So long without any posting is worth a look."""
_OUTBOX_MANY = 10_000
_AGAIN: tuple[str, Remedy | ByHand] = ("`jobchime source again` sends", Remedy("sources again"))
_AGAIN_OF: dict[str, tuple[str, Remedy | ByHand]] = {
    MATCHES.name: ("`jobchime reconcile --day DAY`, for each day that they were of, sends", "known to you"),
    CRITERIA.name: ("`jobchime republish`, while no notifier runs, sends", "process"),
}
"""By topic, how what it lost comes again, and its button."""
_MANY_HELD = 20
_MANY_SIGN_UPS, _NEARLY_ALL_SIGN_UPS = 0.5, 0.8
"""Shares of the room for sign-ups: worth a look, and a failure."""


def store_troubles(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """All of it, in the order of the stream."""
    yield from source_troubles(figures.sources, now)
    if figures.pauses.sending:
        waiting = figures.deliveries.get("pending", 0)
        waits = counted(waiting, "mail waits", "mails wait")
        because = figures.pauses.stopped_because
        if figures.pauses.restored:
            what = "sending is held, as the store is a copy that was restored and does not know who opted out since"
            yield Trouble(f"{what}; {waits}", REPLAY, "known to you")
        elif because:
            do = "find out what they did not want, then `jobchime resume sending`"
            yield Trouble(f"sending stopped by itself, as {because}; {waits}", do, _GO_ON)
        else:
            long = forgotten(figures.pauses.paused_since("sending"), now)
            what = f"sending is {BY_OPERATOR}{long}; {waits}"
            yield Trouble(what, "`jobchime resume sending`", _GO_ON, grave=bool(long))
    if not figures.pauses.sending and (because := figures.pauses.confirmations_stopped_because):
        do = "see who signs up, and whether by hand; then `jobchime resume sending`"
        what = f"letters that confirm an address stopped by themselves, as {because}; nobody can sign up"
        yield Trouble(what, do, _GO_ON)
    yield from _links_lost(figures, now)
    yield from _room_for_sign_ups(figures)
    yield from _put_off(figures)
    yield from _no_sources(figures)
    yield from _no_postings(figures, now)
    yield from _all_held(figures)
    yield from mail_troubles(figures.mail, now)
    unknown = figures.deliveries.get("unknown", 0)
    if unknown:
        since = f" since {figures.unknown_since:%Y-%m-%d %H:%M}Z" if figures.unknown_since else ""
        yield Trouble(
            f"of {unknown:,} mails nobody knows whether they went out{since}",
            "`jobchime delivery list` names them: ask the mail provider, then `jobchime delivery settle`",
            Remedy("show doubts"),
        )
    put_off = figures.put_off or figures.pauses.holds("notifier")
    if figures.due_since is not None and now - figures.due_since > LATE and not put_off:
        yield Trouble(
            f"{counted(figures.due_subscribers, 'digest is', 'digests are')} due and not built, the oldest for"
            f" {ago(now - figures.due_since)}"
            + (f"; {figures.due_retried:,} of them could not be built yet" if figures.due_retried else ""),
            "the notifier's log says why: a digest could not be built"
            if figures.due_retried
            else "see that a notifier runs and is ready",
            "process",
        )
    yield from _untaken(figures)
    yield from _canary(figures, now)
    yield from _late_events(figures, now)
    yield from ran_ahead_troubles(figures.ran_ahead, now)
    yield from _outbox(figures, now)
    yield from _left_unread(figures)


def _left_unread(figures: StoreFigures) -> Iterator[Trouble]:
    """Kafka deletes by time and size, whoever has yet to read."""
    for topic, number in figures.left_unread.items():
        sends, remedy = _AGAIN_OF.get(topic, _AGAIN)
        yield Trouble(
            f"{counted(number, 'record')} of {topic} left Kafka in the last 24 hours before they were read: it is kept"
            " for too short, or what reads it stood for too long",
            f"`jobchime topics check` says how long it is kept; {sends} them once more",
            remedy,
        )


def _untaken(figures: StoreFigures) -> Iterator[Trouble]:
    if figures.untaken_for > LATE:
        yield Trouble(
            f"{counted(figures.mail.untaken, 'mail is', 'mails are')} built and not handed over, the oldest for"
            f" {ago(figures.untaken_for)}",
            "see that a notifier runs and is ready, and what its log says of mails; if they become fewer, wait",
            "process",
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
            "told of elsewhere",
            grave=grave,
        )
    elif not canary.has_digest and canary.digest_at is not None and now - canary.digest_at > EVERY + LOST_CANARY:
        yield Trouble(
            f"of the canary in the store no digest was built and delivered for {ago(now - canary.digest_at)}, or the"
            " mailer would not take it: those of people may not go out either",
            "see that a notifier runs and is ready; its log says what could not be built, what the mailer said, or at"
            " what its ticks fail",
            "process",
            grave=grave,
        )
    elif now - canary.sent_at > NO_CANARY:
        yield Trouble(
            f"no canary was sent for {ago(now - canary.sent_at)}",
            "see that a notifier runs and is ready",
            "process",
            grave=grave,
        )


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


def _room_for_sign_ups(figures: StoreFigures) -> Iterator[Trouble]:
    if figures.sign_ups < MOST_SIGN_UPS * _MANY_SIGN_UPS:
        return
    full = "" if figures.sign_ups < MOST_SIGN_UPS else "; no more are taken, and nobody new can sign up"
    yield Trouble(
        f"{figures.sign_ups:,} sign-ups wait to be confirmed, where there is room for {MOST_SIGN_UPS:,}{full}",
        "see in the log of the server before the portal who posts to /sign-up, and shut them out there; each is"
        " forgotten 48 hours after it came",
        "machine",
        grave=figures.sign_ups >= MOST_SIGN_UPS * _NEARLY_ALL_SIGN_UPS,
    )


def _links_lost(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """A failure for a day, in which it may be mended; then a note, as long as a law may want the links to act."""
    lost = figures.links_lost
    if lost is not None and now - lost < _LINKS_ACT_FOR:
        yield Trouble(
            f"links in mails sent before {stamp(lost)}, those to unsubscribe among them, lead nowhere: the secret is"
            " another one since",
            "set JOBCHIME_SECRET, or mail.link_secret, to what it was, or list that in [[mail.former_link_secrets]],"
            " and start anew; where it is gone for good, see who asks to be unsubscribed by other ways",
            "settings",
            grave=now - lost < _RECENT,
        )


def ran_ahead_troubles(ran: RanAhead, now: datetime) -> Iterator[Trouble]:
    """A failure until what a clock left behind is put right, and for an hour after; for a day it is told of."""
    if ran.due_too_late:
        yield Trouble(
            f"a clock ran ahead: {counted(ran.due_too_late, 'search is', 'searches are')} due later than the cadence"
            " allows",
            "see that a notifier runs, which puts them right within an hour; `jobchime doctor` compares the clocks",
            "passes",
        )
    if ran.put_right_at is not None and ran.until is not None and abs(now - ran.put_right_at) < _RECENT:
        searches = counted(ran.put_right, "search was", "searches were")
        yield Trouble(
            f"a clock ran ahead, to about {stamp(ran.until)}: {searches} due too late, put right at"
            f" {stamp(ran.put_right_at)}; who was mailed meanwhile was mailed early",
            "set the clocks of all machines by NTP, and see its log; `jobchime doctor` compares them",
            "machine",
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
            "passes",
            grave=False,
        )


def _no_sources(figures: StoreFigures) -> Iterator[Trouble]:
    """While nobody looks for anything the settings may still be written."""
    if figures.searches and all(source.state == "off" for source in figures.sources):
        yield Trouble(
            "no source is asked, as each is off in the settings: no posting comes"
            if figures.sources
            else "no source is in the settings, and nobody may push: no posting comes",
            "`jobchime source add` adds one; `enabled = true` lets one that is off be asked; then start anew",
            Remedy("show sources"),
        )


def _all_held(figures: StoreFigures) -> Iterator[Trouble]:
    """On a small board it may be so of a day."""
    holds = figures.digests.get("hold", 0)
    if holds >= _MANY_HELD and not figures.digests.get("digest"):
        yield Trouble(
            f"each of the {holds:,} digests of the last 24 hours was held: nothing in them was likely enough to be"
            " wanted, and nobody was mailed",
            "`jobchime preview SUBSCRIBER --dropped` says why of one; the bars are notifier.curate.least_chance and"
            " least_mail_chance",
            "settings",
            grave=False,
        )


def _no_postings(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """Each source may be well and none have news, as at a weekend: a note, for whoever knows their boards."""
    polled = [source for source in figures.sources if source.state not in ("off", "paused", "waiting")]
    if polled and all(source.gives_nothing for source in polled):
        which = "the only source that is" if len(polled) == 1 else f"each of the {len(polled):,} sources that are"
        yield Trouble(
            f"{which} asked lists nothing, or nothing new: no posting comes",
            "`jobchime source check` reads one anew; `jobchime source add` adds one that has jobs",
            Remedy("show sources"),
        )
    if polled and figures.last_posting is not None and now - figures.last_posting > QUIET:
        yield Trouble(
            f"no posting has come for {ago(now - figures.last_posting)} from any source of {len(polled):,}",
            "`jobchime source list` shows what each gave last; `jobchime source check` reads one anew",
            Remedy("show sources"),
            grave=False,
        )
