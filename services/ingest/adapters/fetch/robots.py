"""What a site's robots.txt allows (RFC 9309), asked once a day."""

from collections.abc import Callable
from threading import Lock
from urllib.parse import urlsplit

from cachetools import TTLCache
from protego import Protego

from services.ingest.ports import FetchFailedError
from services.runtime.http.fetch import Answer
from services.runtime.privacy.secrets import without_keys

PRODUCT = "jobchime"
_KEPT_S = 24 * 3600.0
_MOST_KEPT = 10_000
"""Origins whose rules are remembered, 512 kB each at most."""
MOST_BYTES = 512_000
_LONGEST_DELAY_S = 60.0


class Robots:
    """Remembers the rules of each origin, for polls in several threads.

    `get` asks for an address and raises FetchFailedError without an answer.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._lock = Lock()
        self._kept: TTLCache[str, Protego] = TTLCache(_MOST_KEPT, ttl=_KEPT_S, timer=monotonic)

    def check(self, url: str, get: Callable[[str], Answer]) -> float:
        """How many seconds the site asks to lie between two requests; 0 where it asks for none.

        Raises FetchFailedError where it asks not to be visited at `url`, or where that cannot be told.
        """
        rules = self._rules(url, get)
        if not rules.can_fetch(url, PRODUCT):
            raise FetchFailedError(
                f"the site's robots.txt asks not to visit {without_keys(url)}; if this is a feed meant for programs, "
                "name its format or set robots = false"
            )
        return min(float(rules.crawl_delay(PRODUCT) or 0.0), _LONGEST_DELAY_S)

    def _rules(self, url: str, get: Callable[[str], Answer]) -> Protego:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            rules: Protego | None = self._kept.get(origin)
        if rules is None:
            rules = _parse(get(f"{origin}/robots.txt"), origin)
            with self._lock:
                self._kept[origin] = rules
        return rules


def _parse(answer: Answer, origin: str) -> Protego:
    # Section 2.3.1: without the file all is allowed; while the server fails nothing is.
    if 400 <= answer.status < 500 and answer.status != 429:
        return Protego.parse("")
    if answer.status != 200:
        raise FetchFailedError(f"{without_keys(origin)}/robots.txt answers {answer.status}, so the site is not visited")
    return Protego.parse(answer.body.decode("utf-8", "replace"))
