"""Himalayas' RSS: what a feed library would lose."""

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.ports import Broken, Item
from tests.support.feed_bodies import broken, draft, himalayas_item, himalayas_rss, items, parts, texts


def test_an_item_comes_out_field_by_field() -> None:
    made = draft("himalayas_rss", himalayas_rss(himalayas_item()))
    assert (made.title, made.company, made.html) == ("Senior Data Engineer", "Nimbus Fern", "<p>We build …</p>")
    assert texts(made.skills) == ["Data Engineer", "ETL Developer"]
    assert made.posted_at == "Tue, 11 Aug 2026 05:04:31 GMT"
    assert made.expires_at == "Sat, 10 Oct 2026 05:04:30 GMT"
    assert made.pay == ()


def test_of_two_guids_the_first_counts() -> None:
    (item,) = items("himalayas_rss", himalayas_rss(himalayas_item(7)))
    assert item.source_id == "https://himalayas.app/companies/nimbus-fern/jobs/senior-data-engineer-7"


def test_each_repeated_restriction_is_kept() -> None:
    more = "".join(
        f"<himalayasJobs:locationRestriction>{name}</himalayasJobs:locationRestriction>"
        for name in ("United States", "Canada")
    ) + "".join(
        f"<himalayasJobs:timezoneRestriction>{zone}</himalayasJobs:timezoneRestriction>"
        for zone in ("-5", "-3.5", "14")
    )
    made = draft("himalayas_rss", himalayas_rss(himalayas_item(1, more)))
    assert texts(made.restriction) == ["United States", "Canada"]
    assert made.timezones == (-5, -3.5)
    assert not made.restriction_open


def test_no_restriction_element_is_worldwide() -> None:
    assert draft("himalayas_rss", himalayas_rss(himalayas_item())).restriction_open


def test_a_document_that_is_cut_short_gives_what_was_whole() -> None:
    whole = himalayas_rss(himalayas_item(1), himalayas_item(2), himalayas_item(3))
    second = whole.index("</item>", whole.index("</item>") + 1)
    found = parts("himalayas_rss", whole[: second + 200])
    assert [type(part) for part in found] == [Item, Item, Broken]
    assert found[-1].ends_feed
    assert "cut short" in found[-1].reason


def test_one_malformed_item_costs_only_itself() -> None:
    body = himalayas_rss(himalayas_item(1), "<title>Broken</titel><guid>x</guid>", himalayas_item(3))
    first, bad, last = parts("himalayas_rss", body)
    assert isinstance(first, Item)
    assert isinstance(last, Item)
    assert isinstance(bad, Broken)
    assert not bad.ends_feed
    assert "not XML" in bad.reason


def test_loose_ampersands_html_names_and_unknown_prefixes_are_mended() -> None:
    inner = himalayas_item().replace("<![CDATA[Senior Data Engineer]]>", "R&D &eacute;t&eacute; &amp; more\x07")
    made = draft("himalayas_rss", himalayas_rss(inner + "<own:thing>1</own:thing>"))
    assert made.title == "R&D été & more�"


def test_an_end_tag_within_cdata_ends_nothing() -> None:
    inner = himalayas_item().replace("<p>We build …</p>", "<p>write &lt;item&gt; or </item> <item></p>")
    assert draft("himalayas_rss", himalayas_rss(inner)).html == "<p>write &lt;item&gt; or </item> <item></p>"


def test_a_dtd_is_refused_and_nothing_is_expanded() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        + himalayas_rss(himalayas_item()).split("?>", 1)[1]
    )
    (fault,) = parts("himalayas_rss", bomb)
    assert isinstance(fault, Broken)
    assert fault.ends_feed
    assert "DTD" in fault.reason


def test_it_is_detected_by_its_namespace() -> None:
    assert detect(himalayas_rss(himalayas_item()).encode()) is format_named("himalayas_rss")
    assert detect(himalayas_rss().encode()) is format_named("himalayas_rss")
    assert not broken("himalayas_rss", himalayas_rss())
