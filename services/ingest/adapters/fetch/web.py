"""Fetching over http(s): conditional, bounded in time, one request at a time a host, save beside those that hang."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from threading import Condition, Lock, get_ident
from urllib.parse import urlsplit

from cachetools import TTLCache
from protego import Protego

from services.ingest.domain.polling.schedule import Validators, http_date, pause_before_retry, retry_after
from services.ingest.polls import LONG_S, MOST_OF_A_HOST
from services.ingest.ports import Fetched, FetchFailedError
from services.ingest.settings import IngestSettings, SourceSettings
from services.runtime.errors import UnavailableError
from services.runtime.http.addresses import AddressRefusedError
from services.runtime.http.fetch import PRODUCT, Answer, Limits, TimedOutError, get, host_of, user_agent
from services.runtime.privacy.secrets import without_keys

PAGE_FORMATS = frozenset({"auto", "jsonld"})
"""Formats whose sources are asked for robots.txt first: web pages, and what may turn out to be one."""
SHORT_WAIT = timedelta(seconds=10)
"""A Retry-After up to this is waited for within the poll; a longer one puts the poll off."""
_MOST_VALIDATOR = 1_000
_LOOK_EVERY_S = 1.0
_ACCEPT = "application/json, application/feed+json, application/rss+xml, application/atom+xml, */*;q=0.8"
_RULES_KEPT_S = 24 * 3600.0
_MOST_RULES = 10_000
"""Origins whose rules are remembered, 512 kB each at most."""
_MOST_ROBOTS = 512_000
"""Bytes of a robots.txt."""
_LONGEST_DELAY_S = 60.0


@dataclass(frozen=True, slots=True)
class _Again:
    """A failure that may pass within the poll."""

    reason: str
    lasted_s: float
    wish: timedelta | None = None


class WebFetcher:
    """`Fetcher` for http(s) sources."""

    def __init__(
        self,
        settings: IngestSettings,
        chance: Random,
        *,
        environ: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._chance = chance
        self._environ = os.environ if environ is None else environ
        self._sleep = sleep
        self._monotonic = monotonic
        self._robots = Robots(monotonic)
        self._hosts: dict[str, _Host] = {}

    def fetch(self, source: SourceSettings, address: str, validators: Validators, now: datetime) -> Fetched:
        gap = self._settings.gap.total_seconds()
        if _asks_robots(source):
            gap = max(gap, self._robots.check(address, lambda url: self._robots_txt(source, url, gap)))
        headers = _condition(validators)
        attempt, spent = 0, 0.0
        while True:
            found = self._once(source, address, headers, gap, now)
            if isinstance(found, Fetched):
                return found
            spent += found.lasted_s
            wait = found.wish if found.wish is not None else pause_before_retry(attempt, self._chance.random())
            attempt += 1
            over = spent >= self._settings.total_timeout.total_seconds()
            if wait > SHORT_WAIT or attempt >= self._settings.attempts or over:
                raise FetchFailedError(found.reason, retry_after=found.wish)
            self._sleep(wait.total_seconds())

    def _once(
        self, source: SourceSettings, address: str, headers: Mapping[str, str], gap: float, now: datetime
    ) -> Fetched | _Again:
        began = self._monotonic()
        try:
            answer = self._get(source, address, headers, gap, source.max_bytes)
        except AddressRefusedError as error:
            raise FetchFailedError(str(error)) from error
        except TimedOutError as error:
            raise FetchFailedError(str(error), hung=True) from error
        except UnavailableError as error:
            return _Again(str(error), self._monotonic() - began)
        if answer.status == 200:
            return Fetched(
                address=answer.url,
                body=answer.body,
                validators=_validators(answer),
                cut=answer.cut,
                hung=answer.timed_out,
                moved_to=answer.moved_to,
            )
        if answer.status == 304 and headers:
            return Fetched(address=answer.url, body=b"", unchanged=True, moved_to=answer.moved_to)
        reason = f"{without_keys(answer.url)} answers {answer.status}{_meaning(answer.status)}"
        if answer.status == 429 or answer.status >= 500:
            at = http_date(answer.headers.get("date")) or now
            return _Again(reason, self._monotonic() - began, retry_after(answer.headers.get("retry-after"), at))
        raise FetchFailedError(reason, gone=answer.status in (404, 410))

    def _robots_txt(self, source: SourceSettings, url: str, gap: float) -> Answer:
        try:
            return self._get(source, url, {}, gap, _MOST_ROBOTS, with_keys=False)
        except TimedOutError as error:
            raise FetchFailedError(str(error), hung=True) from error
        except (AddressRefusedError, UnavailableError) as error:
            raise FetchFailedError(str(error)) from error

    def _get(
        self,
        source: SourceSettings,
        url: str,
        headers: Mapping[str, str],
        gap: float,
        most_bytes: int,
        *,
        with_keys: bool = True,
    ) -> Answer:
        # A page that a body names may lie anywhere: keys go to the source's own origin only.
        private = self._private_headers(source) if with_keys and _same_origin(url, source.url) else {}
        own = {"User-Agent": user_agent(self._settings.contact), "Accept": _ACCEPT, **headers}
        host = self._hosts.setdefault(host_of(url), _Host(self._monotonic))
        limits = self._limits(most_bytes)
        wait = host.begin(gap, limits.total)
        if wait is None:
            raise TimedOutError(f"{without_keys(url)} was not asked: other requests to its host took all the time")
        try:
            self._sleep(wait)
            return get(url, headers=own, limits=limits, allow_private=source.allow_private, private_headers=private)
        finally:
            host.end(gap)

    def _limits(self, most_bytes: int) -> Limits:
        return Limits(
            connect=self._settings.connect_timeout.total_seconds(),
            headers=self._settings.header_timeout.total_seconds(),
            read=self._settings.read_timeout.total_seconds(),
            total=self._settings.total_timeout.total_seconds(),
            body=most_bytes,
        )

    def _private_headers(self, source: SourceSettings) -> Mapping[str, str]:
        return {header: self._secret(source, variable) for header, variable in source.headers_from.items()}

    def _secret(self, source: SourceSettings, variable: str) -> str:
        value = self._environ.get(variable, "").strip()
        if not value:
            raise FetchFailedError(f"the source {source.name} needs the environment variable {variable}")
        if not (value.isascii() and value.isprintable()):
            raise FetchFailedError(f"the environment variable {variable} holds what no request header can")
        return value


class _Host:
    """One host: a request at a time, save beside one that hangs, and when the next may be."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._free_at = float("-inf")
        self._changed = Condition()
        self._asked_at: dict[int, float] = {}

    def begin(self, gap: float, patience_s: float) -> float | None:
        """Wait for the calling thread's turn to ask; gives how long to sleep before it does, None out of patience."""
        last = time.monotonic() + patience_s
        with self._changed:
            while not self._is_free():
                left = last - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(min(left, _LOOK_EVERY_S))
            now = self._monotonic()
            at = max(now, self._free_at)
            self._asked_at[get_ident()], self._free_at = at, at + gap
            return at - now

    def end(self, gap: float) -> None:
        """The calling thread's request has come to its end."""
        with self._changed:
            del self._asked_at[get_ident()]
            self._free_at = max(self._free_at, self._monotonic() + gap)
            self._changed.notify()

    def _is_free(self) -> bool:
        latest = self._monotonic() - LONG_S
        return len(self._asked_at) < MOST_OF_A_HOST and all(at <= latest for at in self._asked_at.values())


def _same_origin(url: str, other: str) -> bool:
    parts, others = urlsplit(url), urlsplit(other)
    return (parts.scheme, parts.netloc) == (others.scheme, others.netloc)


def _asks_robots(source: SourceSettings) -> bool:
    return source.format in PAGE_FORMATS if source.robots is None else source.robots


def _condition(validators: Validators) -> dict[str, str]:
    headers = {"If-None-Match": _sendable(validators.etag), "If-Modified-Since": _sendable(validators.last_modified)}
    return {name: value for name, value in headers.items() if value}


def _validators(answer: Answer) -> Validators:
    return Validators(_sendable(answer.headers.get("etag")), _sendable(answer.headers.get("last-modified")))


def _sendable(value: str | None) -> str | None:
    """A validator that can be sent back; one of other letters (obs-text, RFC 9110, 5.5) is left out."""
    return value if value and len(value) <= _MOST_VALIDATOR and value.isascii() and value.isprintable() else None


def _meaning(status: int) -> str:
    words = {
        401: ": it wants a key",
        403: ": it does not let us in",
        404: ": there is nothing at this address",
        410: ": it is gone for good",
        429: ": it is asked too often",
        503: ": it is not available",
    }
    return words.get(status, "")


class Robots:
    """What a site's robots.txt allows (RFC 9309), asked once a day.

    Remembers the rules of each origin, for polls in several threads. `get` asks for an address and raises
    FetchFailedError without an answer.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._lock = Lock()
        self._kept: TTLCache[str, Protego] = TTLCache(_MOST_RULES, ttl=_RULES_KEPT_S, timer=monotonic)

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
            rules = _rules_of(get(f"{origin}/robots.txt"), origin)
            with self._lock:
                self._kept[origin] = rules
        return rules


def _rules_of(answer: Answer, origin: str) -> Protego:
    # Section 2.3.1: without the file all is allowed; while the server fails nothing is.
    if 400 <= answer.status < 500 and answer.status != 429:
        return Protego.parse("")
    if answer.status != 200:
        raise FetchFailedError(f"{without_keys(origin)}/robots.txt answers {answer.status}, so the site is not visited")
    return Protego.parse(answer.body.decode("utf-8", "replace"))
