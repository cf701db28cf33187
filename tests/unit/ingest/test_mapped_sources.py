"""Sources that are read by a mapping, polled."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from services.ingest.app import make_normaliser
from services.ingest.mapping.files import mapping_of
from services.ingest.mapping.settings import MappingSettings
from services.ingest.settings import IngestSettings
from services.runtime.errors import PoisonError, UsageError
from services.runtime.records import Record
from tests.support import feed_server as serve
from tests.support.collecting import HOUR, NOON, Bench, bench, source
from tests.support.feed_server import FeedServer
from tests.support.mapped_feeds import JSON_FIELDS

MAPPING = "kind = 'json'\nitems = 'jobs'\ncomplete = true\npaging = { next = 'next' }" + JSON_FIELDS


def mapping(more: str = "") -> MappingSettings:
    return mapping_of(tomllib.loads(MAPPING + more), "test")


def reading(address: str, folder: Path, *, more: str = "") -> Bench:
    return bench(folder, source(address, format="mapping:acme"), mappings={"acme": mapping(more)})


def edited(before: Bench, folder: Path, more: str) -> Bench:
    """The same store after the settings were edited and read anew."""
    fresh = reading(before.settings.sources[0].url, folder / "anew", more=more)
    return replace(fresh, tools=replace(fresh.tools, ledger=before.ledger), now=before.now)


def body(*ids: int, following: str = "null") -> bytes:
    rows = ", ".join(f'{{"id": {number}, "title": "Baker", "city": "Porto", "views": {number}}}' for number in ids)
    return f'{{"jobs": [{rows}], "next": {following}}}'.encode()


def test_pages_are_followed_and_what_vanishes_from_a_complete_listing_closes(
    server: FeedServer, tmp_path: Path
) -> None:
    second = server.on("/two", serve.served(body(3)))
    address = server.on("/one", serve.served(body(1, 2, following=f'"{second}"')))
    on = reading(address, tmp_path)
    assert on.poll().counts.items == 3
    assert on.sent.events() == ["seen 1", "seen 2", "seen 3"]
    server.on("/two", serve.served(body()))
    on.poll()
    on.poll()
    assert on.sent.events() == ["closed 3"]


def test_a_next_page_that_is_no_address_keeps_the_listing_from_being_whole(server: FeedServer, tmp_path: Path) -> None:
    on = reading(server.on("/one", serve.served(body(1, following='"ftp://x"'))), tmp_path)
    report = on.poll()
    assert not report.whole
    assert report.error == 'the next page, at "next", is no address'
    assert on.sent.events() == ["seen 1"]


def test_an_edit_of_the_mapping_reads_an_unchanged_feed_anew(server: FeedServer, tmp_path: Path) -> None:
    on = reading(server.on("/one", serve.conditional(body(1, 2), '"a"')), tmp_path)
    on.poll()
    assert on.poll().unchanged
    after = edited(on, tmp_path, "locations = 'city'")
    report = after.poll()
    assert not report.unchanged
    assert report.counts.changed == 2


def test_the_normaliser_reads_by_the_mappings_of_its_settings(server: FeedServer, tmp_path: Path) -> None:
    on = reading(server.on("/one", serve.served(body(1))), tmp_path, more="locations = 'city'")
    on.poll()
    (raw,) = on.sent.records
    record = Record(raw.topic, 0, 0, raw.key, raw.value, raw.headers, NOON)
    (posting,) = make_normaliser(IngestSettings(mappings={"acme": mapping("locations = 'city'")})).handle([record])
    assert b'"reach":{"scope":"listed","countries":["PT"]' in posting.value
    with pytest.raises(PoisonError, match='no format is called "mapping:acme"'):
        make_normaliser().handle([record])


def test_a_source_of_a_mapping_that_is_not_there_keeps_collectors_from_starting(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='there is no format "mapping:acme"'):
        bench(tmp_path, source("https://acme.example/feed", format="mapping:acme"))


def test_an_own_mapping_that_says_how_it_knows_its_feed_is_told_by_content(server: FeedServer, tmp_path: Path) -> None:
    own = {"acme": mapping("[recognise]\nhas = ['id', 'title', 'views']")}
    on = bench(tmp_path, source(server.on("/one", serve.served(body(1)))), mappings=own)
    assert on.poll(after=HOUR).format == "mapping:acme"
