"""What readers meet at `mail.public_url`: whether links in mails, and a mail program's own button, get to a portal."""

import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Literal, TypeVar, get_args
from urllib.parse import urlsplit

from services.notifier.domain.links import NOBODY, PATHS
from services.notifier.mail_settings import MailSettings
from services.runtime.cached import Cached
from services.runtime.errors import UnavailableError
from services.runtime.http.addresses import AddressRefusedError, UnansweredError, reachable
from services.runtime.http.certificate import Certificate, certificate_of
from services.runtime.http.fetch import Limits, TimedOutError, post
from services.runtime.http.trust import trusting
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.own_file import RUN

T = TypeVar("T")
WhyLost = Literal["no portal", "no button", "no answer"]
WHY_LOST: Final[tuple[WhyLost, ...]] = get_args(WhyLost)
"""`no button`: of a mail program, to unsubscribe by. `no answer`: where there was one before."""
_PATIENCE_S, _EVERY_S, _AMISS_EVERY_S = 5.0, 300.0, 60.0
"""For asking the server of our pages; between two such, and where the last met something amiss, so that what is mended
is not told of for long."""
_SOON, _MOVED = timedelta(minutes=3), timedelta(days=7)
LET_POSTS_THROUGH: Final = (
    "let the server that speaks TLS for mail.public_url pass posts to the portal, and ask nobody to sign in"
)
ONE_CLICK: Final = b"List-Unsubscribe=One-Click"
"""RFC 8058 section 3.2."""
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
REFUSED: Final = frozenset({401, 403, 405, 411, 415, 501})
"""What the portal never answers there, and servers before it do that pass pages and no posts, or want a sign-in."""
_BEFORE_IT: Final = frozenset({502, 504})
"""What a server says that does not reach what is behind it."""
_FROM_A_PORTAL: Final = frozenset({200, 404, 410})
"""What a portal may say; then it says too that it is one."""
_ITS_PAGE: Final = b'/static/base.css"'
"""In each of its pages, be its header lost in a server before it, or not known to its release."""
_MOST: Final = 20_000
_HTTP, _HTTPS = 80, 443


@dataclass(frozen=True, slots=True)
class Leaving:
    """What was answered to who leaves."""

    refused: str = ""
    """How a server before the portal refuses it; empty where it does not."""
    lost: str = ""
    """Why nothing there is a portal, so that no link gets to one; empty where that is not known."""
    unreached: str = ""
    """Why nothing was answered, where that may lie between there and this machine; empty where something was."""
    run: str = ""
    """Over the store of which start the portal is that answered; empty where it does not say."""

    @property
    def met(self) -> bool:
        """Whether a portal answered."""
        return not (self.refused or self.lost or self.unreached)

    def why_lost(self, met: datetime | None, now: datetime) -> WhyLost | None:
        """What is amiss, where whatever mails last met a portal at `met`; None where nothing is, or nobody can tell.

        After a week without an answer it may have moved to where it cannot get to its own address.
        """
        if self.refused:
            return "no button"
        if self.unreached:
            return "no answer" if met is not None and _SOON < now - met < _MOVED else None
        return "no portal" if self.lost else None


def tried_to_leave(base: str, patience_s: float, trusts: ssl.SSLContext, beside: str = "") -> Leaving:
    """What is answered.

    `beside`: another host; where that has no name either it is this machine that looks up none, as without a network.
    """
    limits = Limits(
        connect=patience_s, headers=patience_s, read=patience_s, total=2 * patience_s, body=_MOST, redirects=0
    )
    url = f"{base}/{PATHS['unsubscribe']}/{NOBODY}"
    try:
        answer = post(url, ONE_CLICK, headers=FORM, limits=limits, allow_private=True, tls=trusts)
    except UnavailableError as error:
        said = redacted(error)
        # A machine may not get to its own public address, be it open to all the world. Its name it can look up, and
        # what takes its connection and then says nothing is there.
        is_known = _is_silent(error, url, patience_s) or (_is_nameless(error) and _is_known(beside, patience_s))
        return Leaving(lost=said) if is_known else Leaving(unreached=said)
    run, said = answer.headers.get(RUN), f"POST {url} answers {answer.status}"
    if answer.status in REFUSED or 300 <= answer.status < 400:
        return Leaving(refused=said)
    if answer.status in _BEFORE_IT:
        return Leaving(lost=f"{said}: a server before the portal does not reach it")
    if answer.status in _FROM_A_PORTAL and run is None and _ITS_PAGE not in answer.body:
        return Leaving(lost=f"{said}, and what says so is no portal of jobchime")
    return Leaving(run=run or "")


class WayIn:
    """The way in of an installation, looked at now and then.

    Not where mails stay here, nor on trial, where addresses that are listed are all that is mailed: `jobchime doctor`
    tries it there too.
    """

    def __init__(self, mail: MailSettings) -> None:
        listed_alone = not any(rule.startswith(("*", "@")) for rule in mail.allow)
        on_trial = listed_alone or (mail.mailer == "sendgrid" and mail.sendgrid.sandbox)
        self.is_looked_at: Final = mail.mailer != "folder" and not on_trial
        self._base, self._beside = mail.public_url.rstrip("/"), mail.server
        self._trusts = trusting("mail.ca_file", mail.ca_file if self.is_looked_at else None)
        self._certificate = self._now_and_then(certificate_of, _is_well)
        self._leaving, self._run = self._tried_to_leave(), ""

    def certificate(self) -> Certificate | None:
        """Of its server; None where it has none, does not answer, or is not looked at."""
        if not self.is_looked_at:
            return None
        # Who waits for one need not wait for the other after it.
        self._leaving.start()
        return self._certificate()

    def leaving(self, run: str = "") -> Leaving | None:
        """What is answered to who leaves; None where that is not looked at.

        Tried anew once `run` was started anew: who answered before may be the same.
        """
        if not self.is_looked_at:
            return None
        if run != self._run:
            self._leaving, self._run = self._tried_to_leave(), run
        self._certificate.start()
        return self._leaving()

    def _tried_to_leave(self) -> Cached[Leaving]:
        return self._now_and_then(partial(tried_to_leave, beside=self._beside), lambda leaving: leaving.met)

    def _now_and_then(
        self, look: Callable[[str, float, ssl.SSLContext], T | None], is_well: Callable[[T], bool]
    ) -> Cached[T]:
        return Cached(
            lambda: look(self._base, _PATIENCE_S, self._trusts),
            keep_s=lambda value: _EVERY_S if is_well(value) else _AMISS_EVERY_S,
            first_wait_s=_PATIENCE_S + 1,
        )


def _is_well(certificate: Certificate) -> bool:
    return certificate.severity(datetime.now(UTC)) == "well"


def _is_nameless(error: UnavailableError) -> bool:
    return isinstance(error, UnansweredError) and error.why == "no_host"


def _is_silent(error: UnavailableError, url: str, patience_s: float) -> bool:
    """Whether what answers nothing took the connection."""
    if isinstance(error, UnansweredError):
        return error.why in ("no_http", "away")
    parts = urlsplit(url)
    if not isinstance(error, TimedOutError) or parts.hostname is None:
        return False
    port = parts.port or (_HTTPS if parts.scheme == "https" else _HTTP)
    try:
        with closing(socket.create_connection((parts.hostname, port), timeout=patience_s)):
            return True
    except OSError:
        return False


def _is_known(host: str, patience_s: float) -> bool:
    try:
        return not host or bool(reachable(host, _HTTPS, allow_private=True, timeout_s=patience_s))
    except AddressRefusedError:
        return True
    except UnavailableError:
        return False
