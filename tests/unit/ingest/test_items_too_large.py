"""An item that is too much, of whichever format, is a dead letter with its reason, and the rest of the feed comes."""

import json
import time
from datetime import UTC, datetime

import pytest

from schemas.posting import Posting
from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.app import make_normalise
from services.ingest.ports import Format
from services.ingest.trial import Fallen, trial
from tests.support.feed_bodies import greenhouse, greenhouse_job, job_posting, page
from tests.support.mapped_feeds import JSON_FIELDS, mapped

_NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)
_ATTRIBUTES = " ".join(f'a{n}="1"' for n in range(20_000))
_WWR = '<rss version="2.0"><channel><title>We Work Remotely</title><link>https://weworkremotely.com</link>{}</channel></rss>'
_XML_FIELDS = '\n[fields]\nsource_id = "id"\ntitle = "title"\ncompany = "company"\n'


def outcomes(body: str | bytes, found: Format | None = None) -> tuple[list[Posting], list[Fallen]]:
    raw = body if isinstance(body, bytes) else body.encode()
    began = time.process_time()
    parts = list(trial(raw, source="s", found=found or detect(raw), normalise=make_normalise(), now=_NOW))
    assert time.process_time() - began < 20
    return [part for part in parts if isinstance(part, Posting)], [part for part in parts if isinstance(part, Fallen)]


def wwr(number: int, more: str = "") -> str:
    link = f"https://weworkremotely.com/remote-jobs/{number}"
    return f"<item><title>Thorn: Baker</title><link>{link}</link><guid>{link}</guid>{more}</item>"


def row(number: int, more: str = "") -> str:
    return f"<job><id>{number}</id><title>Baker</title><company>Thorn</company>{more}</job>"


def json_row(number: int, more: str = "") -> str:
    return json.dumps({"id": number, "title": "Baker", "employer": {"name": "Thorn"}, "text": more})


_LARGE = "word " * 250_000


@pytest.mark.parametrize(
    ("body", "found", "why"),
    [
        (greenhouse(greenhouse_job(1), greenhouse_job(2, content=_LARGE), greenhouse_job(3)), None,
         "larger than 900,000"),
        (page(job_posting(identifier="1"), job_posting(identifier="2", description=_LARGE),
              job_posting(identifier="3")), None, "larger than 900,000"),
        (_WWR.format(wwr(1) + wwr(2, f"<x {_ATTRIBUTES}/>") + wwr(3)), None, "20,000 attributes"),
        (_WWR.format(wwr(1) + wwr(2, "<b>" * 5_000 + "</b>" * 5_000) + wwr(3)), None, "deeper than 100"),
        (f"<jobs>{row(1)}{row(2, f'<x {_ATTRIBUTES}/>')}{row(3)}</jobs>",
         mapped("kind = 'xml'\nitems = 'job'" + _XML_FIELDS), "20,000 attributes"),
        (f"<jobs>{row(1)}{row(2, f'<text>{_LARGE}</text>')}{row(3)}</jobs>",
         mapped("kind = 'xml'\nitems = 'job'" + _XML_FIELDS), "over 900,000"),
        ("\n".join((json_row(1), json_row(2, _LARGE), json_row(3))),
         mapped("kind = 'jsonl'" + JSON_FIELDS.replace(', "$.board"', "")), "larger than 900,000"),
        (f'id,title,company,text\n1,Baker,Thorn,\n2,Baker,Thorn,"{_LARGE}"\n3,Baker,Thorn,\n',
         mapped("kind = 'csv'" + _XML_FIELDS), "larger than 900,000"),
    ],
    ids=["greenhouse", "jsonld", "rss attributes", "rss depth", "xml attributes", "xml size", "json lines", "csv"],
)  # fmt: skip
def test_one_item_that_is_too_much_costs_only_itself(body: str | bytes, found: Format | None, why: str) -> None:
    postings, fallen = outcomes(body, found)
    assert len(postings) == 2
    (letter,) = fallen
    assert letter.kind == "dead letter"
    assert why in letter.reason


@pytest.mark.parametrize("markup", ["<div>" * 100_000, "<b></i>" * 100_000, "<table><tr>" * 50_000])
def test_markup_of_a_hundred_thousand_tags_is_read_in_a_moment(markup: str) -> None:
    job = greenhouse_job(1, content=f"<p>Bake bread.</p>{markup}")
    postings, fallen = outcomes(greenhouse(job))
    assert not fallen
    assert "Bake bread." in postings[0].description_text


def test_the_formats_here_are_the_ones_that_are_meant() -> None:
    assert detect(_WWR.format(wwr(1)).encode()) is format_named("weworkremotely")
