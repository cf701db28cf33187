"""What is not well though all that runs is: beneath and before an installation, by how it is set, or by a list.

Its disk, its topics and the certificate of its pages; and what has readers get nothing. Pure.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.counted import counted
from schemas.topics import CRITERIA, MATCHES
from services.overview.stream.model import DATA_FOLDER, ByHand, Overview, Remedy, Trouble
from services.overview.stream.spans import ago, joined, named_of, short, stamp
from services.runtime.figures.cut_off import Nowhere, is_all_held
from services.runtime.figures.stream import StoreFigures
from services.runtime.http.certificate import Certificate
from services.way_in import LET_POSTS_THROUGH, Leaving

_AN_HOUR, _RECENT = timedelta(hours=1), timedelta(days=1)
_REACH_NOBODY = ("folder", "sandbox")
_TRIAL = 'a copy to try things out on wants mail.mailer = "folder"'
LITTLE_FREE = 1 << 30
"""Bytes of the data folder's disk below which it is worth a look."""
_NOWHERE: dict[Nowhere, tuple[str, str]] = {
    "folder": (
        'mail.mailer is "folder": mails are kept on this machine and reach nobody',
        "set mail.mailer to what it was",
    ),
    "sandbox": (
        "mail.sendgrid.sandbox is on: SendGrid takes each mail and sends none",
        "turn it off",
    ),
    "warm_up": (
        "the warm-up plan has not begun: no digest is built before",
        "mend mail.warm_up.since, or take it out",
    ),
}
"""What the settings do to all mails, and what to do about it."""
_AGAIN: tuple[str, Remedy | ByHand] = ("`jobchime source again` sends", Remedy("sources again"))
_AGAIN_OF: dict[str, tuple[str, Remedy | ByHand]] = {
    MATCHES.name: ("`jobchime reconcile --day DAY`, for each day that they were of, sends", "known to you"),
    CRITERIA.name: ("`jobchime republish`, while no notifier runs, sends", "process"),
}
"""By topic, how what it lost comes again, and its button."""


def ground_troubles(overview: Overview) -> Iterator[Trouble]:
    """A disk that is full is told of as what cannot be used."""
    is_told = any(engine.name == DATA_FOLDER and not engine.reachable for engine in overview.engines)
    if overview.free is not None and overview.free < LITTLE_FREE and not is_told:
        yield Trouble(
            f"the disk of {DATA_FOLDER} has {overview.free >> 20:,} MiB free: once it is full nothing is taken in or"
            " mailed",
            "free some space, or give it more",
            "machine",
            grave=False,
        )
    yield from _left_unread(overview)
    yield from _topics(overview)
    yield from _sender(overview)
    if overview.leaving is not None:
        yield from _leaving(overview.leaving, overview.figures, overview.at)
    if overview.figures is not None:
        yield from _copied(overview.figures, overview.leaving.run if overview.leaving else "", overview.at)
    if overview.search_yield is not None and overview.search_yield.hardly_any:
        yield Trouble(
            overview.search_yield.said,
            "`jobchime backtest SEARCH` says what each criterion of one costs; where an import brought them, mend its"
            " file, then `jobchime subscriber import FILE --update`",
            "known to you",
        )
    if overview.certificate is not None:
        yield from _certificate(overview.certificate, overview.at)


def _sender(overview: Overview) -> Iterator[Trouble]:
    """One note of all that never was, as within a company, where mails are taken all the same; of what was there and is
    gone one failure: that is an accident, after which Gmail and others begin to refuse them."""
    met = overview.figures.sender_met if overview.figures else {}
    gone = [fault for fault in overview.sender_faults if fault.what in met]
    for faults in (gone, [fault for fault in overview.sender_faults if fault.what not in met]):
        if not faults:
            continue
        one = len(faults) == 1
        until = ""
        if faults is gone:
            until = f"; {'it was' if one else 'they were'} right until {stamp(max(met[each.what] for each in gone))}"
        names, mends = joined([fault.what for fault in faults]), {fault.mend for fault in faults}
        yield Trouble(
            f"mails may be taken for spam or refused, by {names} of their sender: {short(faults[0].said)}{until}",
            f"{faults[0].mend}; `jobchime doctor` looks again"
            if len(mends) == 1
            else "`jobchime doctor` says of each what to publish, and looks again",
            "others",
            grave=faults is gone,
        )


def _leaving(leaving: Leaving, figures: StoreFigures | None, now: datetime) -> Iterator[Trouble]:
    met = figures.way_in_met if figures else None
    why = leaving.why_lost(met, now)
    if why == "no button":
        yield Trouble(
            f"who presses a mail program's own button is not unsubscribed: {leaving.refused}",
            LET_POSTS_THROUGH,
            "machine",
        )
    elif why == "no portal":
        yield Trouble(
            f"links in mails, those to unsubscribe among them, lead to no portal: {short(leaving.lost, 240)}",
            "see that mail.public_url names the portal, with its path if it has one, and that the server that speaks"
            " TLS there passes all to it; `jobchime doctor` tries it",
            "machine",
        )
    elif why == "no answer" and met is not None:
        yield Trouble(
            f"links in mails, those to unsubscribe among them, lead nowhere: a portal answered at mail.public_url until"
            f" {stamp(met)}, and none does now: {short(leaving.unreached)}",
            "see that the server that speaks TLS there runs, and try it from elsewhere; where only this machine no"
            " longer gets to its own public address, that is told for a week",
            "machine",
        )


def _copied(figures: StoreFigures, answered_by: str, now: datetime) -> Iterator[Trouble]:
    """Who answers at our address knows; where nobody does, a file that is another one since a start may be a copy.

    Then it is a failure for an hour, in which somebody who made it looks.
    """
    own, pauses = figures.own_file, figures.pauses
    if figures.cut_off.nowhere in _REACH_NOBODY or pauses.restored or answered_by == own.run != "":
        return
    if answered_by and own.run:
        yield Trouble(
            "another jobchime than this one answers at mail.public_url: one of the two is a copy, and each mail goes"
            " out twice; who unsubscribes is mailed on by the other",
            f"stop one of them, `jobchime pause sending` meanwhile; {_TRIAL}; where the name only has to be led here,"
            " lead it",
            Remedy("pause", "sending"),
            grave=not pauses.sending,
        )
    elif own.copied_at is not None and now - own.copied_at < _RECENT:
        yield Trouble(
            f"the data folder is a copy, restored or moved: its store is another file since {stamp(own.copied_at)}, and"
            " nothing that answers at mail.public_url says whose it is; where the one before still runs, each mail goes"
            " out twice",
            f"if this one runs alone, `jobchime resume sending` says so; else stop one of them; {_TRIAL}",
            Remedy("settle copy"),
            grave=now - own.copied_at < _AN_HOUR and not pauses.sending,
        )


def _left_unread(overview: Overview) -> Iterator[Trouble]:
    """Kafka deletes by time and size, whoever has yet to read; the log of the embedded form, nothing of the kind."""
    left, why, look = (
        ("were gone from the log", "somebody deleted them from its file, or put another in its place", "")
        if overview.form == "embedded"
        else (
            "left Kafka",
            "it is kept for too short, or what reads it stood for too long",
            "`jobchime topics check` says how long it is kept; ",
        )
    )
    for topic, number in (overview.figures.left_unread if overview.figures else {}).items():
        sends, remedy = _AGAIN_OF.get(topic, _AGAIN)
        yield Trouble(
            f"{counted(number, 'record')} of {topic} {left} in the last 24 hours before they were read: {why}",
            f"{look}{sends} them once more",
            remedy,
        )


def _topics(overview: Overview) -> Iterator[Trouble]:
    """What Kafka deletes before it is to, or does not take; what else is not as planned `jobchime doctor` tells."""
    if refused := [fault for fault in overview.topic_faults if fault.kept == "not at all"]:
        yield Trouble(
            f"Kafka takes nothing large into {named_of([fault.topic for fault in refused])} ({short(refused[0].what)}):"
            " what is larger becomes a dead letter, and nobody is mailed it",
            "`jobchime topics create` sets it; then `jobchime dead replay` sends back what died meanwhile",
            Remedy("make topics"),
        )
    for kept, grave in (("not a day", True), ("shorter", False)):
        faults = [fault for fault in overview.topic_faults if fault.kept == kept]
        if faults:
            names = named_of(list(dict.fromkeys(fault.topic for fault in faults)))
            when = "long before it is to" if grave else "earlier than it is to"
            yield Trouble(
                f"Kafka deletes what is in {names} {when} ({short(faults[0].what)}): what no service has read by then"
                " is lost",
                "`jobchime topics create` sets it; `jobchime topics check` says how each is to be",
                "machine",
                grave=grave,
            )


def _certificate(found: Certificate, now: datetime) -> Iterator[Trouble]:
    severity = found.severity(now)
    if severity == "well":
        return
    if found.ends is None:
        what = f"is refused: {short(found.refused)}"
    elif found.ends > now:
        what = f"ends in {ago(found.ends - now)} ({stamp(found.ends)}), and was not renewed"
    else:
        what = f"ended {ago(now - found.ends)} ago"
    lost = "links in mails, those to unsubscribe among them, sign-up and the mail provider's events lead nowhere"
    yield Trouble(
        f"the certificate of {found.host}, which mail.public_url names, {what}: {lost}"
        + " from then on" * (found.ends is not None and found.ends > now),
        "renew it at the server that speaks TLS there, and see that this happens by itself; `jobchime doctor` tries it",
        "machine",
        grave=severity == "grave",
    )


def reader_troubles(figures: StoreFigures) -> Iterator[Trouble]:
    """Readers whom nobody mails any more."""
    cut_off = figures.cut_off
    if cut_off.nowhere is not None and (cut_off.went_out or (cut_off.nowhere == "sandbox" and figures.searches)):
        what, do = _NOWHERE[cut_off.nowhere]
        before = f", where {'they' if cut_off.nobody else 'those to one reader'} did until"
        yield Trouble(
            f"{what}{before} {stamp(cut_off.went_out)}" if cut_off.went_out else what,
            f"{do}, and start anew; `jobchime config show` says where each setting is from"
            if cut_off.went_out
            else f"{do} once mails are to go out, and start anew",
            "settings",
            grave=cut_off.nobody is not None,
        )
    if cut_off.kept:
        yield Trouble(
            f"{counted(cut_off.kept, 'mail')} of the last hour went into a folder and reached nobody: a notifier runs"
            ' with mail.mailer = "folder", which the settings here do not name',
            "`jobchime worker list` names the notifiers and their machines: start each anew with the settings that"
            " `jobchime config show` has here; these mails do not come again: `jobchime delivery list --state accepted`"
            " has them",
            "settings",
        )
    if cut_off.nobody == "quiet":
        yield Trouble(
            "no mail went to any reader in the last 24 hours, though postings came as before, and a day of the week"
            f" before had {cut_off.usual:,.0f}",
            "what is said of mails, digests and services here, if anything is; else see what a program of the board, an"
            " import or an operator did to readers and searches: `jobchime subscriber show --brief` one who was mailed"
            " before, `jobchime preview` what they would get",
            Remedy("show people"),
        )
    if cut_off.suppressed:
        yield Trouble(
            f"in a day {cut_off.suppressed:,} of {counted(cut_off.of, 'reader')} were suppressed by an operator, and"
            " are not mailed any more",
            "`jobchime suppression list` says by whom and why; those that are there by mistake: `jobchime suppression"
            " lift ADDRESS`",
            Remedy("show suppressions"),
        )
    if silence := figures.silence:
        yield Trouble(
            f"since {stamp(silence.since)} no reader followed a link or came by, of"
            f" {counted(silence.mails, 'mail')} that the mail server took and are a day old; by the month before"
            f" {silence.expected:,.0f} of them would have: it may lose them, or they are taken for spam",
            "mail yourself: `jobchime mail test ADDRESS` at several providers, and look into their spam folders;"
            " `jobchime doctor` looks at SPF, DKIM and DMARC",
            "others",
        )
    yield from _put_off(figures)
    yield from _all_held(figures)


def _put_off(figures: StoreFigures) -> Iterator[Trouble]:
    day = figures.mail.day
    if day is not None and figures.put_off and figures.cut_off.nobody != "warm_up":
        wait = counted(figures.put_off, "subscriber waits", "subscribers wait")
        yield Trouble(
            f"{wait} until {stamp(day.until)}: the warm-up plan lets {counted(day.limit, 'mail')} go out today,"
            f" {day.begun:,} did"
            if day.limit
            else f"{wait} until {stamp(day.until)}, when the warm-up plan begins",
            "nothing: each gets one digest with all that came meanwhile; mail.warm_up in the settings is the plan",
            "passes",
            grave=False,
        )


def _all_held(figures: StoreFigures) -> Iterator[Trouble]:
    """On a small board it may be so of a day; where digests were sent all week it is not."""
    if is_all_held(figures.digests):
        before = figures.cut_off.nobody == "held"
        yield Trouble(
            f"each of the {figures.digests['hold']:,} digests of the last 24 hours was held: nothing in them was likely"
            " enough to be wanted, and nobody was mailed" + ", where some were in the week before" * before,
            "`jobchime preview SUBSCRIBER --dropped` says why of one; the bars are notifier.curate.least_chance and"
            " least_mail_chance, which each person may move for themself",
            "settings",
            grave=before,
        )
