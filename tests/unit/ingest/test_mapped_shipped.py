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
PERSONIO = """<?xml version="1.0" encoding="UTF-8"?><workzag-jobs><position><id>31</id>
<subcompany>Nimbus Fern</subcompany>
<office>Munich</office><additionalOffices><office>Graz</office></additionalOffices><department>Mills</department>
<recruitingCategory>Crafts</recruitingCategory><name>Miller (m/f/d)</name><jobDescriptions>
<jobDescription><name>Your tasks</name><value><![CDATA[<ul><li>Grind flour</li></ul>]]></value></jobDescription>
<jobDescription><name>Your profile</name><value><![CDATA[<p>You know rye.</p>]]></value></jobDescription>
</jobDescriptions><employmentType>permanent</employmentType><seniority>experienced</seniority><schedule>full-or-part-time</schedule>
<keywords>Milling,Rye</keywords><createdAt>2026-08-03T08:00:00+0200</createdAt></position></workzag-jobs>"""
TEAMTAILOR = """<?xml version="1.0" encoding="UTF-8"?><rss xmlns:tt="https://teamtailor.com/locations" version="2.0">
<channel><title>Nimbus Fern</title><link>https://career.nimbus.example</link><item><title>Baker</title>
<description>&lt;p&gt;Bake bread.&lt;/p&gt;</description><pubDate>Mon, 03 Aug 2026 09:00:00 +0200</pubDate>
<link>https://career.nimbus.example/jobs/11-baker</link><remoteStatus>fully</remoteStatus><guid>1c9e-11</guid><tt:locations>
<tt:location><tt:name>North</tt:name><tt:city>Lund</tt:city><tt:country>Sweden</tt:country></tt:location>
<tt:location><tt:name>South</tt:name><tt:city>Lyon</tt:city><tt:country>France</tt:country></tt:location></tt:locations>
<tt:department>Bakery</tt:department><tt:role>Baking</tt:role></item></channel></rss>"""
NEOGOV = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
xmlns:joblisting="http://www.neogov.com/namespaces/JobListing"><channel><title>City of Nimbus</title><item>
<guid>https://nimbus.example/jobs/41</guid><link>https://nimbus.example/jobs/41</link><title>Gardener</title>
<description>&lt;p&gt;Mind the trees.&lt;/p&gt;</description><pubDate>Wed, 05 Aug 2026 23:10:38 GMT</pubDate>
<joblisting:jobId>41</joblisting:jobId><joblisting:minimumSalary>21</joblisting:minimumSalary>
<joblisting:maximumSalary>25</joblisting:maximumSalary><joblisting:salaryInterval>Hour</joblisting:salaryInterval>
<joblisting:jobType>Part Time</joblisting:jobType><joblisting:location>Atlanta, Georgia</joblisting:location>
<joblisting:qualifications>&lt;p&gt;You know oaks.&lt;/p&gt;</joblisting:qualifications></item></channel></rss>"""
FEEDS = {
    "job-feed": JOB_FEED,
    "job-ads": JOB_ADS,
    "company-rss": COMPANY_RSS,
    "personio": PERSONIO,
    "teamtailor": TEAMTAILOR,
    "neogov": NEOGOV,
}


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
    assert [location.text for location in draft.locations] == ["Porto, PT"]
    assert [quote.text for quote in draft.workplace] == ["hybrid"]
    assert [quote.text for quote in draft.employment] == ["fulltime", "permanent"]
    assert [quote.text for quote in draft.pay_text] == ["1200 - 1400 EUR a month"]
    assert (draft.posted_at, draft.expires_at) == ("2026-08-11", "2026-09-30")


OTHERS = {
    "rows in a list of their own": """<source><jobs><job><location>Porto</location><title>Night Baker</title>
<country>PT</country><job_type>Fulltime</job_type><posted_at>2026-08-11</posted_at><job_reference>9</job_reference>
<company>Nimbus Fern</company><link>https://board.example/9</link><remote>1</remote>
<description>Bake bread.</description></job></jobs></source>""",
    "no source around it": """<jobs><job><id>9</id><url>https://board.example/9</url><title>Night Baker</title>
<arrangement>fulltime</arrangement><location_type>remote</location_type><location>Porto, PT</location>
<published_at>2026-08-11</published_at><html_description><![CDATA[<p>Bake bread.</p>]]></html_description>
<company_name>Nimbus Fern</company_name></job></jobs>""",
    "its id as an attribute": """<jobs><job id="9"><link>https://board.example/9</link><name>Night Baker</name>
<region>Porto, PT</region><description>Bake bread.</description><pubdate>2026-08-11</pubdate><jobtype>fulltime</jobtype>
<company>Nimbus Fern</company><workplace>remote</workplace></job></jobs>""",
    "within RSS": """<rss version="2.0"><jobs><job><id>9</id><title>Night Baker</title><url>https://board.example/9</url>
<description>Bake bread.</description><location>Porto, PT</location><company>Nimbus Fern</company>
<employment_type>fulltime</employment_type><date_posted>2026-08-11</date_posted><remote>yes</remote></job></jobs></rss>""",
}


@pytest.mark.parametrize("form", OTHERS)
def test_a_job_feed_of_another_form_says_the_same(form: str) -> None:
    body = OTHERS[form].encode()
    known = detect(body)
    assert known is not None
    assert known.name == "mapping:job-feed"
    (item,) = known.split(body)
    assert isinstance(item, Item)
    draft = known.draft(item.data)
    assert (draft.source_id, draft.title, draft.company) == ("9", "Night Baker", "Nimbus Fern")
    assert (draft.url, draft.posted_at) == ("https://board.example/9", "2026-08-11")
    assert draft.html.removeprefix("<p>").startswith("Bake bread.")
    assert [location.text for location in draft.locations] == ["Porto, PT"]
    assert [quote.text for quote in draft.workplace] == ["remote"]
    assert [quote.text.casefold() for quote in draft.employment] == ["fulltime"]


def test_other_names_of_an_id_change_none_that_a_job_feed_had_by_its_address() -> None:
    body = b"""<source><job id="7"><title>Cook</title><job_reference>8</job_reference><job_id>9</job_id>
<url>https://board.example/9</url></job></source>"""
    known = detect(body)
    assert known is not None
    (item,) = known.split(body)
    assert isinstance(item, Item)
    assert item.source_id == "https://board.example/9"


@pytest.mark.parametrize("name", ["neogov", "teamtailor"])
def test_a_feed_that_was_read_as_any_rss_keeps_its_ids(name: str) -> None:
    (item,) = format_named("syndication").split(FEEDS[name].encode())
    assert isinstance(item, Item)
    assert read(name).source_id == item.source_id


def test_what_a_job_feed_pays_is_read_from_numbers_too() -> None:
    body = b"""<jobs><job><id>9</id><title>Cook</title><url>https://board.example/9</url><salary_minimum>24000</salary_minimum>
<salary_maximum>26000</salary_maximum><salary_currency>GBP</salary_currency><salary_schedule>yearly</salary_schedule></job></jobs>"""
    known = detect(body)
    assert known is not None
    (item,) = known.split(body)
    assert isinstance(item, Item)
    (band,) = known.draft(item.data).pay
    assert (band.min, band.max, band.currency) == (24000, 26000, "GBP")


def test_pay_in_two_texts_and_words_for_nothing() -> None:
    body = b"""<source><jobs><job><title>Cook</title><job_reference>9</job_reference><url>https://board.example/9</url>
<company>Nimbus Fern</company><location>None</location><city>None</city><country>PT</country>
<min_compensation>$24K</min_compensation><max_compensation>$26K</max_compensation>
<compensation_currency>USD</compensation_currency><compensation_time_frame>annually</compensation_time_frame>
<valid_through>2026-10-01</valid_through></job></jobs></source>"""
    known = detect(body)
    assert known is not None
    (item,) = known.split(body)
    assert isinstance(item, Item)
    draft = known.draft(item.data)
    assert [quote.text for quote in draft.pay_text] == ["$24K - $26K USD annually"]
    assert [location.text for location in draft.locations] == ["PT"]
    assert draft.expires_at == "2026-10-01"


def test_personio() -> None:
    draft = read("personio")
    assert (draft.source_id, draft.title, draft.company) == ("31", "Miller (m/f/d)", "Nimbus Fern")
    assert draft.html.index("Your tasks") < draft.html.index("Grind flour") < draft.html.index("Your profile")
    assert [location.text for location in draft.locations] == ["Munich", "Graz"]
    assert [quote.text for quote in draft.employment] == ["permanent", "full", "part-time"]
    assert [skill.text for skill in draft.skills] == ["Milling", "Rye"]
    assert draft.posted_at == "2026-08-03T08:00:00+0200"


def test_teamtailor() -> None:
    draft = read("teamtailor")
    assert (draft.source_id, draft.company) == ("1c9e-11", "Nimbus Fern")
    assert {location.text for location in draft.locations} >= {"Lund", "Lyon", "Sweden", "France"}
    assert [quote.text for quote in draft.workplace] == ["remote"]
    assert draft.posted_at


def test_neogov() -> None:
    draft = read("neogov")
    assert (draft.source_id, draft.company) == ("https://nimbus.example/jobs/41", "City of Nimbus")
    assert "You know oaks." in draft.html
    assert [location.text for location in draft.locations] == ["Atlanta, Georgia"]
    (band,) = draft.pay
    assert (band.min, band.max, band.currency, band.period) == (21, 25, "USD", "Hour")


def test_job_ads() -> None:
    draft = read("job-ads")
    assert (draft.source_id, draft.title, draft.posted_at) == ("7", "Miller", "2026-08-11T00:00:00")
    assert draft.html == "Grind <b>flour</b>."


def test_a_company_rss() -> None:
    draft = read("company-rss")
    assert (draft.source_id, draft.company) == ("https://nimbus.example/jobs/3", "Nimbus Fern")
    assert [location.text for location in draft.locations] == ["Porto"]


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
