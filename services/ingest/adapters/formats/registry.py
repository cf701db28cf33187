"""The list of feed formats. To add one: its mapping in `services/ingest/boards`, and its line here."""

from functools import cache

from services.ingest.adapters.formats.ashby import Ashby
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.greenhouse import Greenhouse
from services.ingest.adapters.formats.hackernews import HackerNews
from services.ingest.adapters.formats.himalayas import Himalayas
from services.ingest.adapters.formats.himalayas_rss import HimalayasRss
from services.ingest.adapters.formats.jsonld import JsonLd
from services.ingest.adapters.formats.lever import Lever
from services.ingest.adapters.formats.posting_lines import PostingLines
from services.ingest.adapters.formats.recruitee import Recruitee
from services.ingest.adapters.formats.remoteok import RemoteOk
from services.ingest.adapters.formats.smartrecruiters import SmartRecruiters
from services.ingest.adapters.formats.syndication import Syndication
from services.ingest.adapters.formats.weworkremotely import WeWorkRemotely
from services.ingest.adapters.formats.workable import Workable
from services.ingest.adapters.mapped.format import Mapped
from services.ingest.mapping.files import shipped
from services.ingest.ports import Format
from services.runtime.errors import UsageError

_BOARDS: dict[str, type[Board]] = {
    "himalayas": Himalayas,
    "himalayas_rss": HimalayasRss,
    "weworkremotely": WeWorkRemotely,
    "remoteok": RemoteOk,
    "remotive": Board,
    "jobicy": Board,
    "arbeitnow": Board,
    "themuse": Board,
    "hackernews": HackerNews,
    "greenhouse": Greenhouse,
    "lever": Lever,
    "ashby": Ashby,
    "workable": Workable,
    "smartrecruiters": SmartRecruiters,
    "recruitee": Recruitee,
    "jsonld": JsonLd,
    "syndication": Syndication,
}
"""In the order in which they are asked whether a body is theirs; `Board` itself where the mapping says all."""


@cache
def named_formats() -> tuple[Format, ...]:
    """The formats with names of their own."""
    return (*(board(name) for name, board in _BOARDS.items()), PostingLines())


def detect(body: bytes) -> Format | None:
    """Tell a body's format by its content alone; None where no format knows it. Never raises."""
    return next((known for known in (*mapped(), *named_formats()) if known.detects(body)), None)


def format_named(name: str) -> Format:
    """Give the format of this name. Raises UsageError, with the names that there are."""
    all_known = (*named_formats(), *mapped())
    for known in all_known:
        if known.name == name:
            return known
    raise UsageError(f'there is no format "{name}"; there are: {", ".join(known.name for known in all_known)}')


@cache
def mapped() -> tuple[Format, ...]:
    """The formats of the mappings that come along; each knows its feeds by elements that no named format has."""
    return tuple(Mapped(name, mapping) for name, mapping in shipped().items())
