"""From a page of a feed to the address of the next, as its mapping says."""

from urllib.parse import parse_qs, urljoin, urlsplit

from services.ingest.adapters.formats.fields import with_query
from services.ingest.adapters.formats.json_rows import count_rows
from services.ingest.adapters.mapped.body import Body
from services.ingest.mapping.settings import PageSettings, PagingSettings
from services.ingest.ports import FetchFailedError

_MOST_DIGITS = 9
"""Of the number of a page or of a row."""


def next_page(paging: PagingSettings, url: str, page: Body) -> str | None:
    """The address of the page behind this one, None at the end.

    Raises FetchFailedError where the feed names something else than an address for it.
    """
    if paging.next is not None:
        return _resolved(url, next(iter(page.of_feed(paging.next)), ""), paging.next)
    if paging.cursor is not None:
        cursor = next(iter(page.of_feed(paging.cursor.path)), "")
        return with_query(url, **{paging.cursor.parameter: cursor}) if cursor else None
    if paging.page is not None:
        number = _number_of(paging.page, url, page)
        if number is None or not _follows(paging.page, number, page):
            return None
        return with_query(url, **{paging.page.parameter: str(number + 1)})
    assert paging.offset is not None
    if count_rows(page.rows(), paging.offset.size) < paging.offset.size:
        return None
    counted = _counted(url, paging.offset.parameter, paging.offset.first)
    return with_query(url, **{paging.offset.parameter: str(counted + paging.offset.size)})


def _follows(settings: PageSettings, number: int, page: Body) -> bool:
    if settings.pages is not None:
        said = next(iter(page.of_feed(settings.pages)), "")
        return _is_number(said) and number + 1 < int(said) + settings.first
    return bool(page.of_feed(settings.more)) if settings.more else bool(count_rows(page.rows(), 1))


def _resolved(url: str, following: str, path: str) -> str | None:
    if not following:
        return None
    try:
        address = urljoin(url, following)
        usable = urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        usable = False
    if not usable:
        raise FetchFailedError(f'the next page, at "{path}", is no address')
    return address


def _number_of(settings: PageSettings, url: str, page: Body) -> int | None:
    if settings.current is None:
        return _counted(url, settings.parameter, settings.first)
    said = next(iter(page.of_feed(settings.current)), "")
    return int(said) if _is_number(said) else None


def _counted(url: str, parameter: str, first: int) -> int:
    given = parse_qs(urlsplit(url).query).get(parameter, [""])[-1]
    return int(given) if _is_number(given) else first


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
