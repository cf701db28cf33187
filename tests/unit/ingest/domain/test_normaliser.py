"""The normaliser: raw postings in, postings out, bad records named."""

from datetime import UTC, date, datetime

import pytest

from schemas.codec import decode, encode
from schemas.posting import Attribution, Posting, version_of
from schemas.raw import RawPosting
from services.ingest.adapters.children.normalise_apart import NormaliseApart
from services.ingest.adapters.formats.registry import named_formats
from services.ingest.domain.normalise import REVISION
from services.ingest.normaliser import READ_TOGETHER, Normaliser
from services.ingest.ports import Format
from services.rules.money import Rates
from services.rules.skills.text import haystack_of
from services.runtime.errors import PoisonError
from services.runtime.records import Record
from tests.support.drafting import RATES, a_raw


def a_record(value: bytes) -> Record:
    return Record("raw.v1", 0, 7, b"key", value, {}, datetime(2026, 8, 15, tzinfo=UTC))


def the_normaliser(days: list[date] | None = None) -> Normaliser:
    formats: dict[str, Format] = {known.name: known for known in named_formats()}

    def rates_before(day: date) -> Rates:
        if days is not None:
            days.append(day)
        return RATES

    return Normaliser(formats, NormaliseApart(rates_before).begin)


def himalayas(**changes: object) -> RawPosting:
    item = {
        "title": "Data Engineer",
        "companyName": "Nimbus Fern",
        "guid": "https://board.example/jobs/1",
        "description": "<p>Salary: $120k - $150k</p>",
        "locationRestrictions": ["Spain"],
        "pubDate": 1786449600,
    }
    return a_raw(**{"format": "himalayas", "item": item, **changes})


def only(raw: RawPosting) -> Posting:
    (outgoing,) = the_normaliser().handle([a_record(encode(raw))])
    assert (outgoing.topic, outgoing.key) == ("postings.v1", b"key")
    return decode(Posting, outgoing.value)


def test_a_batch_comes_out_in_its_order_as_each_does_alone() -> None:
    places = ("Spain", "Remote from Germany or France", "On site in Cardiff", "Anywhere")
    raws = [
        himalayas(source_id=str(at), item=himalayas().item | {"description": f"<p>{places[at % 4]}. ${at + 50}k</p>"})
        for at in range(READ_TOGETHER + 3)
    ]
    sent = the_normaliser().handle([a_record(encode(raw)) for raw in raws])
    assert [decode(Posting, outgoing.value) for outgoing in sent] == [only(raw) for raw in raws]


def test_what_is_kept_of_a_text_is_there_for_all_rules_of_a_batch() -> None:
    records = [
        a_record(
            encode(
                himalayas(
                    source_id=str(at),
                    item=himalayas().item | {"title": f"Engineer {at}", "description": f"<p>Number {at}, in Go.</p>"},
                )
            )
        )
        for at in range(READ_TOGETHER)
    ]

    def folded(batches: list[list[Record]]) -> int:
        haystack_of.cache_clear()
        for batch in batches:
            the_normaliser().handle(batch)
        return haystack_of.cache_info().misses

    assert folded([records]) == folded([[record] for record in records])


def test_a_raw_posting_becomes_a_posting() -> None:
    raw = himalayas(backlog=True, attribution=Attribution(name="Board", url="https://board.example"))
    posting = only(raw)
    assert (posting.title, posting.company.name) == ("Data Engineer", "Nimbus Fern")
    assert posting.reach.countries == ("ES",)
    assert posting.salary is not None
    assert posting.version == version_of(int(raw.fetched_at.timestamp() * 1000), REVISION)
    assert (posting.posting_id, posting.content_hash) == (raw.posting_id, raw.content_hash)
    assert (posting.backlog, posting.attribution) == (True, raw.attribution)
    assert posting.status == "open"


def test_a_closed_item_gives_a_closed_posting_that_is_otherwise_the_same() -> None:
    seen, closed = only(himalayas()), only(himalayas(event="closed"))
    assert closed.status == "closed"
    assert closed.model_copy(update={"status": "open"}) == seen


@pytest.mark.parametrize("changes", [{"format": "mapping:gone"}, {"item": {}}, {"item": {"guid": "x"}}])
def test_a_posting_closes_although_its_item_can_no_longer_be_read(changes: dict[str, object]) -> None:
    closed = only(himalayas(event="closed", **changes))
    assert (closed.posting_id, closed.status, closed.title) == (himalayas().posting_id, "closed", "No longer listed")


def test_rates_are_those_before_the_day_of_the_fetch() -> None:
    days: list[date] = []
    the_normaliser(days).handle([a_record(encode(himalayas()))])
    assert days == [date(2026, 8, 15)]


def test_a_record_redone_gives_the_same_bytes() -> None:
    record = a_record(encode(himalayas()))
    assert the_normaliser().handle([record]) == the_normaliser().handle([record])


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (b"\xff{", "RawPosting"),
        (b"{}", "posting_id"),
        (encode(himalayas(format="unheard-of")), "unheard-of"),
        (encode(himalayas(item={"guid": "x"})), "title"),
    ],
)
def test_what_can_be_no_posting_is_poison_with_a_reason(value: bytes, word: str) -> None:
    with pytest.raises(PoisonError, match=word):
        the_normaliser().handle([a_record(value)])
