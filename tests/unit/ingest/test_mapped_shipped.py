"""The mappings that come along, on invented feeds of their form and on the captured ones."""

import pytest

from services.ingest.adapters.formats.catalogue import Catalogue
from services.ingest.adapters.formats.registry import detect, format_named, mapped, named_formats
from services.ingest.domain.draft import Draft
from services.ingest.mapping.files import shipped
from services.ingest.ports import Item
from services.runtime.errors import UsageError
from tests.support.shared import captures

JOB_FEED = """<?xml version="1.0" encoding="utf-8"?>
<source><publisher>Example Board</publisher><publisherurl>https://board.example</publisherurl>
<job><title><![CDATA[Night Baker]]></title><date><![CDATA[2026-08-11]]></date>
<referencenumber><![CDATA[nb-1]]></referencenumber><url><![CDATA[https://board.example/jobs/nb-1]]></url>
<company><![CDATA[Nimbus Fern]]></company><city>Porto</city><state>Porto</state><country>PT</country>
<email>ada@example.com</email><description><![CDATA[<p>Bake bread.</p>]]></description>
<salary>1200 - 1400 EUR a month</salary><jobtype>fulltime, permanent</jobtype><remotetype>Hybrid remote</remotetype>
<category>Bakery</category><expirationdate>2026-09-30</expirationdate></job></source>"""
JOB_ADS = """<?xml version="1.0"?><board><ad><id>7</id><title>Miller</title><url>https://board.example/7</url>
<content>Grind &lt;b&gt;flour&lt;/b&gt;.</content><city>Lyon</city><region>Rhône</region><date>11/08/2026</date>
<contract>Full time</contract></ad></board>"""
COMPANY_RSS = """<rss><channel><title>Nimbus Fern</title><link>https://nimbus.example</link><item><title>Smith</title>
<link>https://nimbus.example/jobs/3</link><description><![CDATA[<p>Forge.</p>]]></description>
<location>Porto</location></item></channel></rss>"""
FEEDS = {"job-feed": JOB_FEED, "job-ads": JOB_ADS, "company-rss": COMPANY_RSS}


def read(name: str) -> Draft:
    known = detect(FEEDS[name].encode())
    assert known is not None
    assert known.name == f"mapping:{name}"
    (item,) = known.split(FEEDS[name].encode())
    assert isinstance(item, Item)
    assert "ada@" not in str(item.data)
    return known.draft(item.data)


def test_a_job_feed() -> None:
    draft = read("job-feed")
    assert (draft.source_id, draft.title, draft.company) == ("nb-1", "Night Baker", "Nimbus Fern")
    assert [one.text for one in draft.locations] == ["Porto, PT"]
    assert [one.text for one in draft.workplace] == ["hybrid"]
    assert [one.text for one in draft.employment] == ["fulltime", "permanent"]
    assert [one.text for one in draft.pay_text] == ["1200 - 1400 EUR a month"]
    assert (draft.posted_at, draft.expires_at) == ("2026-08-11", "2026-09-30")


def test_job_ads() -> None:
    draft = read("job-ads")
    assert (draft.source_id, draft.title, draft.posted_at) == ("7", "Miller", "2026-08-11T00:00:00")
    assert draft.html == "Grind <b>flour</b>."


def test_a_company_rss() -> None:
    draft = read("company-rss")
    assert (draft.source_id, draft.company) == ("https://nimbus.example/jobs/3", "Nimbus Fern")
    assert [one.text for one in draft.locations] == ["Porto"]


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_known_by_one_mapping_and_by_the_rss_reader_at_most(name: str) -> None:
    body = FEEDS[name].encode()
    assert [known.name for known in mapped() if known.detects(body)] == [f"mapping:{name}"]
    assert {known.name for known in named_formats() if known.detects(body)} <= {"syndication"}


def test_an_own_mapping_goes_before_one_of_its_name() -> None:
    own = shipped()["job-feed"].model_copy(update={"label": "Ours"})
    catalogue = Catalogue({"job-feed": own})
    found = catalogue.detect(JOB_FEED.encode())
    assert found is not None
    assert found.title == "Ours"
    assert catalogue.format_named("mapping:job-feed").title == "Ours"
    assert catalogue.by_name()["mapping:job-feed"].title == "Ours"
    assert catalogue.revision != Catalogue({"job-feed": shipped()["job-feed"]}).revision
    with pytest.raises(UsageError, match="of your own: mapping:job-feed"):
        catalogue.format_named("mapping:gone")
    with pytest.raises(UsageError, match="mapping:company-rss"):
        format_named("mapping:gone")


@pytest.mark.parametrize(
    ("file", "name", "rows"), [("srdobolo_feed.xml", "job-feed", 122), ("srdobolo_rss.xml", "company-rss", 100)]
)
def test_the_captured_company_feeds_are_read_whole(file: str, name: str, rows: int) -> None:
    body = (captures() / "company_rss" / file).read_bytes()
    known = detect(body)
    assert known is not None
    assert known.name == f"mapping:{name}"
    found = list(known.split(body))
    assert len(found) == rows
    made = [known.draft(part.data) for part in found if isinstance(part, Item)]
    assert len(made) == rows
    assert all(draft.title and draft.company and draft.url and draft.html for draft in made)
    assert all(draft.locations and draft.posted_at for draft in made) == (name == "job-feed")


def test_no_other_capture_is_taken_by_a_mapping() -> None:
    for path in captures().glob("*/*"):
        if path.parent.name != "company_rss" and path.suffix in {".json", ".xml"}:
            body = path.read_bytes()
            assert [known.name for known in mapped() if known.detects(body)] == [], path
