"""What is not well beneath and before an installation: its disk, and the certificate of its pages. Pure."""

from collections.abc import Iterator
from datetime import datetime

from services.overview.stream.model import DATA_FOLDER, Overview, Trouble
from services.overview.stream.spans import ago, short, stamp
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
    if overview.certificate is not None:
        yield from _certificate(overview.certificate, overview.at)


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
