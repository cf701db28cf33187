"""Whether links in mails, and a mail program's own button to unsubscribe, get to a portal, and to which."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from services.notifier.domain.links import NOBODY, PATHS
from services.notifier.mail_settings import MailSettings
from services.operating import way_in
from services.runtime.errors import UnavailableError
from services.runtime.http.addresses import AddressRefusedError, UnansweredError, reachable
from services.runtime.http.fetch import Limits, post
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.own_file import RUN

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
_HTTPS: Final = 443


@dataclass(frozen=True, slots=True)
class Leaving:
    """What was answered to who leaves."""

    refused: str = ""
    """How a server before the portal refuses it; empty where it does not."""
    lost: str = ""
    """Why nothing there is a portal, so that no link gets to one; empty where that is not known."""
    run: str = ""
    """Over the store of which start the portal is that answered; empty where it does not say."""


def tried_to_leave(base: str, patience_s: float, trusts: ssl.SSLContext, beside: str = "") -> Leaving | None:
    """What is answered; None where nobody does.

    `beside`: another host; where that has no name either it is this machine that looks up none, as without a network.
    """
    limits = Limits(
        connect=patience_s, headers=patience_s, read=patience_s, total=2 * patience_s, body=_MOST, redirects=0
    )
    url = f"{base}/{PATHS['unsubscribe']}/{NOBODY}"
    try:
        answer = post(url, ONE_CLICK, headers=FORM, limits=limits, allow_private=True, tls=trusts)
    except UnavailableError as error:
        # A machine may not get to its own public address, be it open to all the world; its name it can look up.
        is_nameless = isinstance(error, UnansweredError) and error.why == "no_host"
        return Leaving(lost=redacted(error)) if is_nameless and _is_known(beside, patience_s) else None
    run, said = answer.headers.get(RUN), f"POST {url} answers {answer.status}"
    if answer.status in REFUSED or 300 <= answer.status < 400:
        return Leaving(refused=said)
    if answer.status in _BEFORE_IT:
        return Leaving(lost=f"{said}: a server before the portal does not reach it")
    if answer.status in _FROM_A_PORTAL and run is None and _ITS_PAGE not in answer.body:
        return Leaving(lost=f"{said}, and what says so is no portal of jobchime")
    return Leaving(run=run or "")


def leaving_by(mail: MailSettings) -> Callable[[], Leaving | None]:
    """The same of an installation, now and then."""
    return way_in(mail, partial(tried_to_leave, beside=mail.server))


def _is_known(host: str, patience_s: float) -> bool:
    try:
        return not host or bool(reachable(host, _HTTPS, allow_private=True, timeout_s=patience_s))
    except AddressRefusedError:
        return True
    except UnavailableError:
        return False
