"""From a source to the parts of its listing, page by page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.ingest.domain.polling.giving import is_same_site
from services.ingest.domain.polling.schedule import Validators
from services.ingest.ports import Broken, Fetched, Fetcher, Format, Item, Skip
from services.ingest.settings import SourceSettings
from services.runtime.http.fetch import host_of
from services.runtime.privacy.secrets import without_keys

_HEAD = 60
_LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class Page:
    """One body of a listing."""

    address: str
    format: Format | None = None
    """None where the body is of no known format, or unchanged."""
    parts: Iterator[Item | Skip | Broken] = field(default_factory=lambda: iter(()))
    """To be read before the next page is asked for."""
    size: int = 0
    validators: Validators = field(default_factory=Validators)
    unchanged: bool = False
    fault: str | None = None
    """Why the listing is not whole: something broke."""
    hung: bool = False
    """It is not, because its server let the time run out."""
    limit: str | None = None
    """Why the listing is not whole: more was not asked for."""
    moved_to: str = ""
    """Where another site has it for good, by what its server says; empty where it did not move."""


class Reader:
    """Fetches a source, tells its format and follows its pages."""

    def __init__(
        self,
        *,
        web: Fetcher,
        files: Fetcher,
        detect: Callable[[bytes], Format | None],
        format_named: Callable[[str], Format],
        revision: str = "",
    ) -> None:
        """`revision` names what an operator can change of the formats; with it, what is unchanged is read anew."""
        self._revision = revision
        self._web = web
        self._files = files
        self._detect = detect
        self._format_named = format_named

    def read(
        self,
        source: SourceSettings,
        validators: Validators,
        now: datetime,
        *,
        daily: bool = False,
        in_time: Callable[[], bool] = lambda: True,
    ) -> Iterator[Page]:
        """The pages of a listing, each fetched when it is asked for. Raises FetchFailedError at any of them.

        `daily`: what is unchanged is read once a day all the same, for what is asked about each of its postings.
        `in_time` says whether a further page may be asked for.
        """
        day = f"{now:%Y-%m-%d}" if daily else ""
        request = " ".join(filter(None, (source.format, self._revision, day, source.url)))
        address = source.url if source.is_web else str(source.path)
        asked_with = validators if validators.request == request else Validators()
        met: set[str] = set()
        while True:
            met.add(address)
            fetched = self._fetch(source, address, asked_with, now)
            if fetched.unchanged:
                yield Page(address=fetched.address, unchanged=True, moved_to=_elsewhere(source, fetched))
                return
            page = self._page(source, fetched)
            yield replace(page, validators=replace(fetched.validators, request=request))
            following = _following(page.format, fetched)
            if following is None:
                return
            limit = _limit(source, following, met)
            if limit is not None:
                yield Page(address=following, limit=limit)
                return
            if not in_time():
                yield Page(address=following, fault="its pages took longer than poll_timeout", hung=True)
                return
            address, asked_with = following, Validators()

    def detail(self, source: SourceSettings, address: str, validators: Validators, now: datetime) -> Fetched:
        """Fetch what is at one posting's address. Raises FetchFailedError."""
        return self._fetch(source, address, validators, now)

    def _fetch(self, source: SourceSettings, address: str, validators: Validators, now: datetime) -> Fetched:
        # By the source, not the address: a page on the web must not lead to a file.
        return (self._web if source.is_web else self._files).fetch(source, address, validators, now)

    def _page(self, source: SourceSettings, fetched: Fetched) -> Page:
        page = Page(
            address=fetched.address,
            size=len(fetched.body),
            fault=fetched.cut,
            hung=fetched.hung,
            moved_to=_elsewhere(source, fetched),
        )
        found = self._detect(fetched.body) if source.format == "auto" else self._format_named(source.format)
        if found is None:
            reason = f"{without_keys(fetched.address) if source.is_web else fetched.address}: {_unknown(fetched.body)}"
            # A folder may hold other files too; the listing is not whole then, for one may be a feed that is damaged.
            in_folder = not source.is_web and fetched.address != str(source.path)
            return replace(page, limit=reason) if in_folder else replace(page, fault=fetched.cut or reason)
        return replace(page, format=found, parts=found.split(fetched.body))


def _elsewhere(source: SourceSettings, fetched: Fetched) -> str:
    """An address of another site, without its keys; within one nothing ends with the former name."""
    is_same = is_same_site(host_of(source.url), host_of(fetched.moved_to))
    return "" if is_same else without_keys(fetched.moved_to)[:_LONGEST_ADDRESS]


def _following(found: Format | None, fetched: Fetched) -> str | None:
    if not fetched.pages or found is None:
        return fetched.following
    return found.next_page(fetched.address, fetched.body)


def _limit(source: SourceSettings, following: str, met: set[str]) -> str | None:
    if following in met:
        return "the pages lead round in a circle"
    # Files are all here already: the bound is for what a server can go on with for ever.
    if source.is_web and len(met) >= source.max_pages:
        return f"only the first {source.max_pages} pages were asked for (max_pages)"
    return None


def _unknown(body: bytes) -> str:
    if not body.strip():
        return "empty"
    head = " ".join(body[:_HEAD].decode("utf-8", "replace").split())
    return f"of no known format; it begins: {head}"
