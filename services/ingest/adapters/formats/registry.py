"""The list of feed formats. To add one: its file, and its line here."""

from functools import cache

from services.ingest.adapters.formats.arbeitnow import Arbeitnow
from services.ingest.adapters.formats.ashby import Ashby
from services.ingest.adapters.formats.greenhouse import Greenhouse
from services.ingest.adapters.formats.himalayas import Himalayas
from services.ingest.adapters.formats.himalayas_rss import HimalayasRss
from services.ingest.adapters.formats.jobicy import Jobicy
from services.ingest.adapters.formats.jsonld import JsonLd
from services.ingest.adapters.formats.lever import Lever
from services.ingest.adapters.formats.posting_lines import PostingLines
from services.ingest.adapters.formats.recruitee import Recruitee
from services.ingest.adapters.formats.remoteok import RemoteOk
from services.ingest.adapters.formats.remotive import Remotive
from services.ingest.adapters.formats.smartrecruiters import SmartRecruiters
from services.ingest.adapters.formats.syndication import Syndication
from services.ingest.adapters.formats.weworkremotely import WeWorkRemotely
from services.ingest.adapters.formats.workable import Workable
from services.ingest.adapters.mapped.format import Mapped
from services.ingest.mapping.files import shipped
from services.ingest.ports import Format
from services.runtime.errors import UsageError

FORMATS: tuple[Format, ...] = (
    Himalayas(),
    HimalayasRss(),
    WeWorkRemotely(),
    RemoteOk(),
    Remotive(),
    Jobicy(),
    Arbeitnow(),
    Greenhouse(),
    Lever(),
    Ashby(),
    Workable(),
    SmartRecruiters(),
    Recruitee(),
    JsonLd(),
    Syndication(),
    PostingLines(),
)


def detect(body: bytes) -> Format | None:
    """Tell a body's format by its content alone; None where no format knows it. Never raises."""
    return next((known for known in (*mapped(), *FORMATS) if known.detects(body)), None)


def format_named(name: str) -> Format:
    """Give the format of this name. Raises UsageError, with the names that there are."""
    all_known = (*FORMATS, *mapped())
    for known in all_known:
        if known.name == name:
            return known
    raise UsageError(f'there is no format "{name}"; there are: {", ".join(known.name for known in all_known)}')


@cache
def mapped() -> tuple[Format, ...]:
    """The formats of the mappings that come along; each knows its feeds by elements that no named format has."""
    return tuple(Mapped(name, mapping) for name, mapping in shipped().items())
