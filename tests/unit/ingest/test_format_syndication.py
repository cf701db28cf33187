"""Any RSS, Atom or JSON Feed, read in a child process."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.adapters.formats.syndication import FeedReader, FeedUnreadableError, feed_reader
from services.ingest.ports import Broken, Item
from tests.support.feed_bodies import broken, draft, items, parts, texts

SYNDICATION = format_named("syndication")


def rss(*inner: str, channel: str = "<title>Sample board</title><language>en</language>") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:job_listing="https://board.example"><channel>'
        + channel
        + "".join(f"<item>{entry_text}</item>" for entry_text in inner)
        + "</channel></rss>"
    )


def entry(number: int = 1, more: str = "", title: str = "Gardener") -> str:
    address = f"https://board.example/{number}"
    return (
        f"<title>{title}</title><link>{address}</link><guid>{address}</guid>"
        "<pubDate>Wed, 18 Nov 2026 06:30:00 +0000</pubDate><category>Roses</category>"
        f"<description>&lt;p&gt;Prune.&lt;/p&gt;</description>{more}"
    )


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:f</id><title>Sample jobs</title>
<entry><id>tag:1</id><title>Baker</title><link href="https://jobs.example/1"/><author><name>Crumb Ltd</name>
<email>robin@crumb.example</email></author><published>2026-11-14T22:38:01+00:00</published>
<updated>2026-11-15T22:38:01+00:00</updated><category term="Bread"/><summary>Short</summary>
<content type="html">&lt;p&gt;Bake all night.&lt;/p&gt;</content></entry></feed>"""


def json_feed(*feed_items: dict[str, Any], **feed: Any) -> str:
    around = {"version": "https://jsonfeed.org/version/1.1", "title": "Sample jobs", "language": "de"}
    return json.dumps(around | feed | {"items": feed_items})


def json_item(**changes: Any) -> dict[str, Any]:
    return {
        "id": "jf-1",
        "url": "https://feed.example/1",
        "title": "Bäcker",
        "content_html": "<p>Backen.</p>",
        "date_published": "2026-11-18T22:25:49+00:00",
        "authors": [{"name": "Krume", "url": "mailto:robin@krume.example"}],
        "tags": ["Brot"],
    } | changes


def test_an_rss_item_comes_out_field_by_field() -> None:
    fields = (
        "<job_listing:company>Thorn Ltd</job_listing:company><location>Ghent, Belgium</location><salary>€30/hr</salary>"
    )
    made = draft("syndication", rss(entry(more=fields + "<job_type>Part-time</job_type>")))
    assert (made.source_id, made.title, made.company) == ("https://board.example/1", "Gardener", "Thorn Ltd")
    assert made.html == "<p>Prune.</p>"
    assert texts(made.skills) == ["Roses"]
    assert texts(made.locations) == ["Ghent, Belgium"]
    assert texts(made.pay_text) == ["€30/hr"]
    assert texts(made.employment) == ["Part-time"]
    assert made.language == "en"
    assert made.posted_at == "Wed, 18 Nov 2026 06:30:00 +0000"


def test_an_atom_entry_takes_the_full_content_and_drops_the_authors_address() -> None:
    (item,) = items("syndication", ATOM)
    made = draft("syndication", ATOM)
    assert (made.source_id, made.title, made.company) == ("tag:1", "Baker", "Crumb Ltd")
    assert made.html == "<p>Bake all night.</p>"
    assert (made.url, made.posted_at) == ("https://jobs.example/1", "2026-11-14T22:38:01+00:00")
    assert "robin" not in json.dumps(item.data)


def test_a_json_feed_item_comes_out_field_by_field() -> None:
    made = draft("syndication", json_feed(json_item(_job={"location": "Berlin", "salary": "50k €"})))
    assert (made.source_id, made.title, made.company) == ("jf-1", "Bäcker", "Krume")
    assert (made.language, texts(made.skills)) == ("de", ["Brot"])
    assert (texts(made.locations), texts(made.pay_text)) == (["Berlin"], ["50k €"])


def test_a_job_posting_within_a_json_feed_says_the_rest() -> None:
    place = {"@type": "Place", "address": {"addressLocality": "Lund", "addressCountry": "SE"}}
    posting = {
        "@context": "http://schema.org/",
        "@type": "JobPosting",
        "identifier": {"@type": "PropertyValue", "name": "Krume", "value": 7},
        "hiringOrganization": {"@type": "Organization", "name": "Krume AB"},
        "employmentType": "PART_TIME",
        "jobLocation": [place],
        "validThrough": "2026-12-01",
        "image": "https://krume.example/logo.png",
    }
    body = json_feed(json_item(_jobposting=posting))
    found = detect(body.encode() if isinstance(body, str) else body)
    assert found is not None
    assert found.name == "syndication"
    made = draft("syndication", body)
    assert (made.source_id, made.title, made.company) == ("jf-1", "Bäcker", "Krume AB")
    assert (texts(made.locations), texts(made.employment)) == (["Lund, SE"], ["PART_TIME"])
    assert made.url is not None
    assert made.html
    assert made.expires_at == "2026-12-01"


def test_a_job_posting_without_a_title_of_its_own_has_that_of_its_item() -> None:
    posting = {"@type": "JobPosting", "title": " ", "name": "", "employmentType": "PART_TIME"}
    made = draft("syndication", json_feed(json_item(_jobposting=posting)))
    assert (made.title, texts(made.employment)) == ("Bäcker", ["PART_TIME"])


def test_another_date_of_change_in_a_job_posting_changes_no_job() -> None:
    def printed(**changes: str) -> dict[str, Any]:
        posting = {"@type": "JobPosting", "employmentType": "PART_TIME", "dateModified": "2026-11-01"} | changes
        (item,) = items("syndication", json_feed(json_item(_jobposting=posting)))
        return SYNDICATION.fingerprint(item.data)

    assert printed(dateModified="2026-11-02") == printed()
    assert printed(employmentType="FULL_TIME") != printed()


@pytest.mark.parametrize(
    ("more", "company"),
    [
        ("<dc:creator>Thorn Ltd</dc:creator>", "Thorn Ltd"),
        ("<dc:creator>robin@thorn.example</dc:creator>", "Sample board"),
        ("<author>robin@thorn.example (Robin)</author>", "Sample board"),
        ("<company>Rose &amp;amp; Co</company><dc:creator>Robin Example</dc:creator>", "Rose & Co"),
        ("", "Sample board"),
    ],
)
def test_the_company_is_the_items_else_its_byline_else_the_feed(more: str, company: str) -> None:
    (item,) = items("syndication", rss(entry(more=more)))
    assert SYNDICATION.draft(item.data).company == company
    assert "robin@" not in json.dumps(item.data)
    if "<company>" in more:
        assert "Robin" not in json.dumps(item.data)


def test_a_loose_ampersand_is_borne() -> None:
    assert draft("syndication", rss(entry(title="Roses & more"))).title == "Roses & more"


@pytest.mark.parametrize(
    "body",
    [
        rss(entry()),
        ATOM,
        json_feed(json_item()),
        '<?xml version="1.0"?><!-- made by hand --><rss version="0.91"><channel/></rss>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"></rdf:RDF>',
        "\n  <rss><channel></channel></rss>",
    ],
)
def test_feeds_are_detected_by_their_root(body: str) -> None:
    assert detect(body.encode()) is SYNDICATION


@pytest.mark.parametrize("body", ["<source><job/></source>", "<html><rss></rss></html>", "rss", '{"items": []}'])
def test_other_documents_are_not(body: str) -> None:
    assert not SYNDICATION.detects(body.encode())


@pytest.mark.parametrize(
    ("encoding", "declared"), [("iso-8859-1", "iso-8859-1"), ("utf-16", "utf-16"), ("utf-8-sig", "utf-8")]
)
def test_other_encodings_are_read(encoding: str, declared: str) -> None:
    body = rss(entry(title="Gärtner")).replace("UTF-8", declared).encode(encoding)
    assert detect(body) is SYNDICATION
    assert draft("syndication", body).title == "Gärtner"


def test_a_feed_that_is_cut_short_gives_the_entries_that_were_closed() -> None:
    whole = rss(entry(1), entry(2), entry(3))
    found = parts("syndication", whole[: whole.index("board.example/3")])
    assert [type(part) for part in found] == [Item, Item, Broken]
    assert found[-1].ends_feed
    feed = json_feed(json_item(id="1"), json_item(id="2"))
    *whole_items, last = parts("syndication", feed[: feed.rindex("tags")])
    assert [type(part) for part in whole_items] == [Item]
    assert isinstance(last, Broken)
    assert last.ends_feed


def test_a_dtd_is_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">]>' + rss(entry(title="&a;")).split("?>", 1)[1]
    (fault,) = parts("syndication", bomb)
    assert isinstance(fault, Broken)
    assert "DTD" in fault.reason


def test_what_is_no_feed_says_so() -> None:
    (fault,) = broken("syndication", "<p>hello</p>")
    assert "neither RSS nor Atom" in fault.reason


def test_a_lone_surrogate_by_character_reference_reaches_nobody() -> None:
    for item in items("syndication", rss(entry(title="x&#xD800;y"))):
        assert not any("\ud800" <= letter <= "\udfff" for letter in json.dumps(item.data, ensure_ascii=False))


def test_the_feeds_own_title_and_date_of_change_are_no_part_of_the_fingerprint() -> None:
    first, other = items("syndication", ATOM), items("syndication", ATOM.replace("2026-11-15", "2026-11-16"))
    assert SYNDICATION.fingerprint(first[0].data) == SYNDICATION.fingerprint(other[0].data)


def test_one_child_serves_many_feeds() -> None:
    items("syndication", rss(entry()))
    child = feed_reader().pid
    items("syndication", ATOM)
    assert child is not None
    assert feed_reader().pid == child


def test_a_feed_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    reader = FeedReader(most_seconds=1.0)
    try:
        reader.read(ATOM)
        began = time.monotonic()
        with pytest.raises(FeedUnreadableError, match="within 1 seconds"):
            reader.read("<rss><channel><item><author>" + "a." * 30_000 + "</author>")
        assert time.monotonic() - began < 60
        assert len(reader.read(ATOM)["entries"]) == 1
    finally:
        reader.close()


def test_a_feed_that_is_too_large_is_not_even_tried() -> None:
    reader = FeedReader()
    with pytest.raises(FeedUnreadableError, match="larger than"):
        reader.read("x" * (17 * 1024 * 1024))
    assert reader.pid is None


def test_the_child_ends_with_its_parent() -> None:
    code = (
        "from services.ingest.adapters.formats.registry import format_named\n"
        "from services.ingest.adapters.formats.syndication import feed_reader\n"
        f"print(len(list(format_named('syndication').split({ATOM.encode()!r}))), feed_reader().pid)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    count, pid = done.stdout.split()
    assert (count, done.stderr) == ("1", "")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


_NESTED = "<a>" * 5_000 + "</a>" * 5_000


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("<author>" + "a." * 30_000 + "</author>", "its <author> has 60,000 characters, over 5,000"),
        ("<dc:creator>" + "a." * 30_000 + "</dc:creator>", "its <dc:creator> has 60,000 characters, over 5,000"),
        ("<x " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/>", "its <x> has 50,000 attributes, over 200"),
        (_NESTED, "its elements lie deeper than 100 within one another"),
        (f"<description>{'x' * 1_000_000}</description>", "over 900,000"),
    ],
)
def test_an_item_that_is_too_much_for_a_parser_costs_only_itself(bad: str, why: str) -> None:
    body = rss(entry(1), f"<title>Bad</title><guid>bad</guid>{bad}", entry(2))
    began = time.monotonic()
    found = parts("syndication", body)
    assert time.monotonic() - began < 60
    (fault,) = [part for part in found if isinstance(part, Broken)]
    assert why in fault.reason
    assert not fault.ends_feed
    assert [part.source_id[-2:] for part in found if isinstance(part, Item)] == ["/1", "/2"]


def test_an_item_that_keeps_the_reader_busy_all_the_same_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.adapters.formats.feed_items.MOST_SHORT", 1_000_000)
    monkeypatch.setattr("services.ingest.adapters.formats.syndication.feed_reader", lambda: reader)
    reader = FeedReader(most_seconds=3.0)
    bad = "<title>Bad</title><author>" + "a." * 60_000 + "</author>"
    found = parts("syndication", rss(entry(1), bad, entry(2), entry(3)))
    reader.close()
    (fault,) = [part for part in found if isinstance(part, Broken)]
    assert fault.reason.startswith("an item: the feed could not be read within 3 seconds")
    assert sorted(part.source_id[-2:] for part in found if isinstance(part, Item)) == ["/1", "/2", "/3"]


TITLE = "<title>Sample board</title><language>de</language>"
HEADS = {
    "its <managingEditor> has 60,000 characters": f"<managingEditor>{'a.' * 30_000}</managingEditor>",
    "its <webMaster> has": f"<webMaster>{'a.' * 30_000}",
    "its <link> has 60,000 characters": f"<image><link>{'a.' * 30_000}</link></image>",
    "its <x> has 50,000 attributes": "<x " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/>",
    "its elements lie deeper": _NESTED,
    "it has 1,0": f"<description>{'x' * 1_000_000}</description>",
}


@pytest.mark.parametrize("why", HEADS)
@pytest.mark.parametrize("where", ["before", "between", "after"])
def test_a_feed_that_says_too_much_of_itself_keeps_its_items(why: str, where: str) -> None:
    bad = HEADS[why]
    pieces = {"before": (bad, "", ""), "between": ("", bad, ""), "after": ("", "", bad)}[where]
    first, between, after = pieces
    item, next_item = (f"<item>{entry(number)}</item>" for number in (1, 2))
    body = rss(channel=TITLE + first + item + between + next_item + after)
    began = time.monotonic()
    found = parts("syndication", body)
    assert time.monotonic() - began < 60
    (fault,) = [part for part in found if isinstance(part, Broken)]
    assert fault.reason.startswith("what the feed says of itself is left out: ")
    assert why in fault.reason
    assert not fault.ends_feed
    read = [part for part in found if isinstance(part, Item)]
    assert [part.source_id[-2:] for part in read] == ["/1", "/2"]
    assert [(part.data["feed_title"], part.data["language"]) for part in read] == [("Sample board", "de")] * 2


def test_a_root_of_many_attributes_keeps_what_tells_its_format() -> None:
    many = " ".join(f'a{number}="1"' for number in range(50_000))
    found = parts("syndication", ATOM.replace("<feed ", f"<feed {many} "))
    (item,) = [part for part in found if isinstance(part, Item)]
    assert item.data["byline"] == "Crumb Ltd"


def test_a_feed_whose_head_keeps_the_reader_busy_all_the_same_keeps_its_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.adapters.formats.feed_items.MOST_SHORT", 1_000_000)
    monkeypatch.setattr("services.ingest.adapters.formats.syndication.feed_reader", lambda: reader)
    reader = FeedReader(most_seconds=3.0)
    bad = f"{TITLE}<managingEditor>{'a.' * 60_000}</managingEditor>"
    found = parts("syndication", rss(entry(1), entry(2), channel=bad))
    reader.close()
    assert [part.source_id[-2:] for part in found if isinstance(part, Item)] == ["/1", "/2"]
    assert not [part for part in found if isinstance(part, Broken)]
