"""We Work Remotely: titles, regions, flags."""

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.adapters.formats.weworkremotely import listed, split_title
from services.ingest.ports import Item, Merged
from tests.support.feed_bodies import draft, himalayas_rss, items, parts, texts, wwr, wwr_item


def test_an_item_comes_out_field_by_field() -> None:
    made = draft("weworkremotely", wwr(wwr_item()))
    assert (made.company, made.title) == ("Coral Ledger", "Senior Python Engineer")
    assert texts(made.headquarters) == ["Remote - Portugal"]
    assert made.company_url == "https://coral.example"
    assert "Build ledgers." in made.html
    assert "Headquarters" not in made.html
    assert texts(made.skills) == ["Python", "Django", "PostgreSQL"]
    assert (texts(made.employment), texts(made.departments)) == (["Full-Time"], ["Back-End Programming"])
    assert (made.posted_at, made.expires_at) == ("Tue, 11 Aug 2026 07:30:41 +0000", "Thu, 10 Sep 2026 07:30:41 +0000")
    assert made.workplace == made.pay == ()


@pytest.mark.parametrize(
    ("served", "company", "role"),
    [
        ("Coral Ledger: Engineer: Long-term job", "Coral Ledger", "Engineer: Long-term job"),
        ("Coral Ledger : Engineer", "Coral Ledger", "Engineer"),
        ("Engineer", "", "Engineer"),
        ("Coral Ledger: ", "", "Coral Ledger: "),
        ("Ratio 3:1 Ltd: Engineer", "Ratio 3:1 Ltd", "Engineer"),
    ],
)
def test_a_title_is_split_at_its_first_colon(served: str, company: str, role: str) -> None:
    assert split_title(served) == (company, role)


@pytest.mark.parametrize(
    ("region", "country", "state", "restriction", "is_open"),
    [
        ("Anywhere in the World", "", "", ["Anywhere in the World"], True),
        ("USA Only", "", "", ["USA"], False),
        ("Latin America Only", "", "", ["Latin America"], False),
        ("Other (don’t specify)", "", "", [], False),
        ("Other (don't specify)", "", "", [], False),
        ("", "", "", [], False),
        ("Anywhere in the World", "🇸🇦 Saudi Arabia", "", ["Saudi Arabia"], False),
        ("Europe Only", "🇪🇸 Spain, 🇫🇷 France, and 🇩🇪 Germany", "", ["Spain", "France", "Germany"], False),
        (
            "USA Only",
            "🇺🇸 United States of America",
            "Texas, and Ohio",
            ["Texas", "Ohio", "United States of America"],
            False,
        ),
    ],
)
def test_the_narrowest_statement_of_place_stands(
    region: str, country: str, state: str, restriction: list[str], is_open: bool
) -> None:
    made = draft("weworkremotely", wwr(wwr_item(region=region, country=country, state=state)))
    assert texts(made.restriction) == restriction
    assert made.restriction_open is is_open


@pytest.mark.parametrize(
    ("served", "parts_of_it"),
    [
        ("🇪🇸 Spain", ("Spain",)),
        ("🇧🇦 Bosnia and Herzegovina and 🇹🇹 Trinidad and Tobago", ("Bosnia and Herzegovina", "Trinidad and Tobago")),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿 Scotland, and 🇨🇭 Switzerland", ("Scotland", "Switzerland")),
        ("Python and Go", ("Python", "Go")),
        ("Python, Search and Rescue, and Go", ("Python", "Search and Rescue", "Go")),
        ("Brand, Android", ("Brand", "Android")),
        ("", ()),
    ],
)
def test_lists_are_read_past_flags_and_ands(served: str, parts_of_it: tuple[str, ...]) -> None:
    assert listed(served) == parts_of_it


def test_the_same_guid_within_a_feed_is_one_item() -> None:
    first, again = parts("weworkremotely", wwr(wwr_item(1), wwr_item(1)))
    assert isinstance(first, Item)
    assert again == Merged("repeat of an item of this feed", first.source_id)


def test_the_same_posting_in_two_category_feeds_has_one_id_and_one_fingerprint() -> None:
    wwr_format = format_named("weworkremotely")
    (first,), (_, other) = (
        items("weworkremotely", wwr(wwr_item(1))),
        items("weworkremotely", wwr(wwr_item(2), wwr_item(1))),
    )
    assert first.source_id == other.source_id
    assert wwr_format.fingerprint(first.data) == wwr_format.fingerprint(other.data)


def test_twice_escaped_markup_is_unescaped_twice() -> None:
    made = draft("weworkremotely", wwr(wwr_item(description="&lt;p&gt;Tom &amp;amp; Co&lt;/p&gt;")))
    assert made.html == "<p>Tom &amp; Co</p>"


def test_it_is_detected_by_channel_or_address_and_not_by_a_mention() -> None:
    known = format_named("weworkremotely")
    assert detect(wwr(wwr_item()).encode()) is known
    assert detect(wwr().encode()) is known
    mention = (
        "<rss version='2.0'><channel><title>Links</title><link>https://links.example</link><item>"
        "<title>We read weworkremotely.com</title><link>https://links.example/1</link></item></channel></rss>"
    )
    assert detect(mention.encode()) is format_named("syndication")
    assert not known.detects(himalayas_rss().encode())
