"""What is not well beneath and before an installation: its disk, its topics, and the certificate of its pages.

Pure."""

from collections.abc import Iterator
from datetime import datetime

from services.overview.leaving import LET_POSTS_THROUGH
from services.overview.stream.model import DATA_FOLDER, Overview, Trouble
from services.overview.stream.spans import ago, named_of, short, stamp
from services.runtime.http.certificate import Certificate

LITTLE_FREE = 1 << 30
"""Bytes of the data folder's disk below which it is worth a look."""


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
    yield from _topics(overview)
    if overview.refused_leaving:
        yield Trouble(
            f"who presses a mail program's own button is not unsubscribed: {overview.refused_leaving}",
            LET_POSTS_THROUGH,
            "machine",
        )
    if overview.certificate is not None:
        yield from _certificate(overview.certificate, overview.at)


def _topics(overview: Overview) -> Iterator[Trouble]:
    """What Kafka deletes before it is to; what else is not as planned `jobchime doctor` tells."""
    for kept, grave in (("not a day", True), ("shorter", False)):
        faults = [fault for fault in overview.topic_faults if fault.kept == kept]
        if faults:
            names = named_of(list(dict.fromkeys(fault.topic for fault in faults)))
            when = "within a day" if grave else "earlier than it is to"
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
