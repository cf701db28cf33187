"""What boards do to jobs that they still have is no other job; what a wrong feed does to them is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.ingest.domain.draft import Draft, PayBand, Stated
from services.ingest.domain.polling.changed import Differs, differs
from services.rules.money import rates_before

RATES = rates_before(date(2026, 11, 1))
TEXT = "<p>You repair and paint boats of wood, and teach apprentices, in a yard of twelve people by the river.</p>"
OTHER = "<p>You keep the books of three bakeries, answer letters and pay wages with a colleague in the office.</p>"


def draft(title: str = "Boat Builder", places: str = "", text: str = TEXT, *pay: PayBand) -> Draft:
    return Draft(
        "1",
        title,
        "Fern",
        html=text,
        locations=tuple(Stated("location", place) for place in places.split(";") if place),
        pay=pay,
    )


def year(least: int, most: int | None = None, currency: str = "USD") -> PayBand:
    return PayBand("pay", Decimal(least), most and Decimal(most), currency, "year")


def in_what(before: Draft, now: Draft) -> Differs | None:
    return differs(now, before, RATES)


def test_a_title_that_says_the_same_otherwise_is_no_other_job() -> None:
    for before, now in (
        ("Koch/Köchin", "Koch (m/w/d)"),
        ("Ingenieur/in", "Ingenieur (w/m/d)"),
        ("Software-Entwickler", "Softwareentwickler"),
        ("Driver 4711", "Driver 815"),
        ("Driver", "Driver #3"),
        ("Boat Builder", "Boat Builder, Porto (full time)"),
    ):
        assert in_what(draft(before), draft(now, text=OTHER)) is None, (before, now)


def test_another_title_over_the_same_text_is_the_same_job_as_long_as_half_of_it_stays() -> None:
    for before, now in (("Senior Boat Builder II", "Sr. Boat Builder L4"), ("Sr Builder", "Senior Builder")):
        assert in_what(draft(before), draft(now)) is None
        assert in_what(draft(before), draft(now, text=TEXT.replace("twelve", "thirteen"))) is None
        assert in_what(draft(before), draft(now, text=OTHER)) == "title"
        assert in_what(draft(before, text=""), draft(now, text="")) == "title", "nothing says that it is the same"
    for now in ("REQ-4711", "4711", "Fern", "{{job.title}} 7", "Bookkeeper"):
        assert in_what(draft(), draft(now)) == "title", now


def test_a_pay_is_out_of_proportion_where_both_ends_of_all_bands_are() -> None:
    wide = draft("Boat Builder", "", TEXT, year(20_000, 100_000))
    assert in_what(wide, draft("Boat Builder", "", TEXT, year(20_000))) is None, "it says the least alone"
    assert in_what(wide, draft("Boat Builder", "", TEXT, year(100_000))) is None, "or the most"
    bands = (year(150_000, 190_000), year(25_000, 30_000))
    assert in_what(draft("Boat Builder", "", TEXT, *bands), draft("Boat Builder", "", TEXT, *bands[::-1])) is None
    assert in_what(wide, draft("Boat Builder", "", TEXT, year(20_000 * 12, 100_000 * 12))) == "pay"
    assert in_what(wide, draft("Boat Builder", "", TEXT, year(20_000 // 4, 100_000 // 4))) == "pay"
    assert in_what(wide, draft("Boat Builder", "", TEXT, year(20_000 * 12, 100_000 * 12, "INR"))) is None, (
        "a mended slip"
    )


def test_a_town_nearby_or_another_name_of_it_is_no_other_place() -> None:
    for before, now in (
        ("New York City, NY", "NYC"),
        ("San Francisco, CA", "Oakland, CA"),
        ("Berlin, Germany", "Potsdam, Germany"),
        ("Berlin, Germany", "Remote"),
        ("Berlin, Germany", "Remote - Berlin"),
        ("Berlin, Germany;Porto, Portugal", "Porto, Portugal"),
    ):
        assert in_what(draft(places=before), draft(places=now)) is None, (before, now)
    for before, now in (
        ("Berlin, Germany", "Hamburg, Germany"),
        ("Germany", "Portugal"),
        ("London, UK", "London, Ontario"),
    ):
        assert in_what(draft(places=before), draft(places=now)) == "town", (before, now)


def test_a_pay_that_nobody_earns_is_told_of_itself() -> None:
    cents = draft("Boat Builder", "", TEXT, year(4_500_000, 6_000_000))
    assert in_what(cents, draft("Boat Builder", "", TEXT, year(45_000, 60_000))) is None
    assert in_what(replace(cents, title="Bookkeeper", html=OTHER), draft()) == "title"


def test_a_title_in_another_language_over_the_same_text_is_the_same_job() -> None:
    for before, now in (
        ("Krankenpfleger (m/w/d)", "Registered Nurse"),
        ("Bäcker", "Baker"),
        ("Softwareentwickler", "Software Engineer"),
        ("Buchhalter", "Comptable H/F"),
    ):
        assert in_what(draft(before), draft(now)) is None, (before, now)
        assert in_what(draft(before), draft(now, text=OTHER)) == "title", "of another text it may be another job"
    assert in_what(draft("Buchhalter"), draft("Baker")) == "title", "another work"


def test_a_town_that_the_text_names_too_is_where_an_office_moved() -> None:
    moved = TEXT.replace("in a yard", "in our yard in {}")
    for town, said in (("Hamburg, Germany", "Hamburg"), ("Munich, Germany", "München"), ("Munich", "Munich's heart")):
        before = draft(places="Berlin, Germany", text=moved.format("Berlin"))
        assert in_what(before, draft(places=town, text=moved.format(said))) is None, said
        assert in_what(before, draft(places=town, text=moved.format("Berlin"))) == "town", "the text stays"
