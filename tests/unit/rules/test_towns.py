"""Towns: which one a field or a person means, and how far apart two lie."""

import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.places.distances import cell_of, cells_round, kilometres
from services.rules.places.town_data import Town, towns
from services.rules.places.towns import label_of, town_of, towns_in_field, towns_in_sentence, towns_meant

TOWNS = st.sampled_from(sorted(towns().by_id.values(), key=lambda town: town.id))


@pytest.mark.parametrize(
    ("field", "labels"),
    [
        ("Augsburg, Bavaria, Germany", ["Augsburg, DE"]),
        ("München, DE", ["Munich, DE"]),
        ("Hybrid - Heppenheim", ["Heppenheim an der Bergstrasse, DE"]),
        ("Cambridge, MA", ["Cambridge, US-MA"]),
        ("Cambridge, UK", ["Cambridge, GB"]),
        ("New Albany, Indiana, United States", ["New Albany, US-IN"]),
        ("New Albany, Ohio, United States", ["New Albany, US-OH"]),
        ("Beaverton, Michigan, United States", []),  # a village, and no town of Oregon
        ("Beaverton, MI, USA", []),
        ("Boston, Maine, United States", ["Boston, US-MA"]),
        ("Cambridge", []),
        ("US, CA, Fresno", ["Fresno, US-CA"]),
        ("Buffalo, New York", ["Buffalo, US-NY"]),
        ("New York, NY; Austin, TX", ["New York City, US-NY", "Austin, US-TX"]),
        ("Berlin / Hamburg", ["Berlin, DE", "Hamburg, DE"]),
        ("Dover, DE", ["Dover, US-DE"]),
        ("Sydney NSW", ["Sydney, AU-NSW"]),
        ("Frankfurt (Oder)", ["Frankfurt (Oder), DE"]),
        ("Halle (Saale)", ["Halle (Saale), DE"]),
        ("Genève", ["Genève, CH"]),
        ("Singapore", ["Singapore, SG"]),
        ("Mobile, AL", ["Mobile, US-AL"]),
        ("Newcastle-Upon-Tyne, GB", ["Newcastle upon Tyne, GB"]),
        ("Stoke On Trent, GB", ["Stoke-on-Trent, GB"]),
        ("42 - ST ETIENNE, France", ["Saint-Étienne, FR"]),
        ("St. Albans, GB", ["St Albans, GB"]),
        ("Frankfurt-am-Main, Germany", ["Frankfurt am Main, DE"]),
        ("Winston Salem, NC", ["Winston-Salem, US-NC"]),
        ("Brisbane QLD, Australia", ["Brisbane, AU-QLD"]),
        ("Barueri-SP, Brasil", ["Barueri, BR"]),
        ("75 - Paris 1er Arrondissement, France", ["Paris, FR"]),
        ("69 - LYON 07, France", ["Lyon, FR"]),
        ("Poole, GB", ["Poole, GB"]),
        ("Norfolk, VA", ["Norfolk, US-VA"]),
        ("Lebanon, US", []),
        ("Delaware, OH", ["Delaware, US-OH"]),
        ("Delaware, Maryland, Ohio", []),
        ("Houston, MS, United States", []),  # a town that the table lacks
        ("Houston, Dallas, TX", ["Houston, US-TX", "Dallas, US-TX"]),
        ("Bellevue", ["Bellevue, US-WA"]),
        ("Columbus, IN", ["Columbus, US-IN"]),
        ("Warsaw, IN", ["Warsaw, US-IN"]),
        ("Warsaw, KY", []),
        ("Milan, MI", ["Milan, US-MI"]),
        ("California, MD", ["California, US-MD"]),
        ("California, Maryland", []),
        ("US, FR", []),
        ("Media, PA", ["Media, US-PA"]),
        ("Sales, France", ["Sales, FR"]),
        ("01 - ORNEX", ["Ornex, FR"]),
        ("Doubs, France", []),
        ("Vienna, VA", []),
        ("Curitiba, PR", ["Curitiba, BR"]),
        ("Bergamo, BG", ["Bergamo, IT"]),
        ("Sesto San Giovanni (MI)", ["Sesto San Giovanni, IT"]),
        ("Basel, BS", ["Basel, CH"]),
        ("Zollikofen", ["Zollikofen, CH"]),
        ("01 - BELLEY", ["Belley, FR"]),
        ("Ambérieu-en-Bugey", ["Ambérieu-en-Bugey, FR"]),
        ("Muri bei Bern, Schweiz", ["Muri, CH"]),
        ("Jakarta Barat, Indonesia", ["Jakarta, ID"]),
        ("we Wrocławiu", ["Wrocław, PL"]),
        ("Fuerteventura, España", ["Puerto del Rosario, ES"]),
        ("Getafe, Madrid, España", ["Getafe, ES"]),
        ("Sesto San Giovanni, Milano", ["Sesto San Giovanni, IT"]),
        ("Cascais, Lisboa", ["Cascais, PT"]),
        ("Barcelona, Madrid", ["Barcelona, ES", "Madrid, ES"]),
        ("Vigo, Madrid", ["Vigo, ES", "Madrid, ES"]),  # too far away for the part
        ("Campinas, São Paulo, Brasil", ["Campinas, BR"]),
        ("Niterói, Rio de Janeiro", ["Niterói, BR"]),
        ("Winterthur, Zürich", ["Winterthur, CH"]),
        ("Hallein, Salzburg, Österreich", ["Hallein, AT"]),
        ("Rangsdorf, Brandenburg, DE", ["Rangsdorf, DE"]),
        ("San Juan del Río, Querétaro, México", ["San Juan del Río, MX"]),
        ("Zürich, Bern", ["Zürich, CH", "Bern, CH"]),
        ("Potsdam, Berlin", ["Potsdam, DE", "Berlin, DE"]),  # no town but Berlin is in the part of this name
        ("Trujillo, La Libertad", ["Trujillo, PE"]),
        ("München, Warszawa", ["Munich, DE", "Warsaw, PL"]),
        ("London, Berlin, Paris", ["London, GB", "Berlin, DE", "Paris, FR"]),
        ("New York, London", ["New York City, US-NY", "London, GB"]),
        ("Amsterdam, Hamburg, Leipzig", ["Amsterdam, NL", "Hamburg, DE", "Leipzig, DE"]),
        ("Singapore, London", ["Singapore, SG", "London, GB"]),
        ("Rome, New York", ["Rome, US-NY"]),
        ("London, Ontario", ["London, CA-ON"]),
        ("Melbourne, Florida, Berlin", ["Melbourne, US-FL", "Berlin, DE"]),
        ("Monash, Victoria, Australia", ["Glen Waverley, AU-VIC"]),
        ("Gannawarra, Victoria", ["Kerang, AU-VIC"]),
        ("Kerang, Gannawarra, Victoria, Australia", ["Kerang, AU-VIC"]),
        ("Mansfield, Victoria, Australia", ["Mansfield, AU-VIC"]),  # the largest one of the country is in Queensland
        ("Bayside, NSW", ["Rockdale, AU-NSW"]),
        ("Hume", []),  # an area is one only where it is told
        ("Alpine, TX", ["Alpine, US-TX"]),
        ("Seattle, Washington", ["Seattle, US-WA"]),
        ("Laguna, CALABARZON (Region IV-A), Philippines", ["Calamba, PH"]),
        ("Ilagan City, Philippines", ["Ilagan, PH"]),
        ("Sto. Tomas City, Philippines", ["Santo Tomas, PH"]),
        ("Makati, Metro Manila", ["Makati City, PH"]),
        ("Callao, Lima, Peru", ["Callao, PE"]),
        ("Lanzarote, Las Palmas", ["Arrecife, ES", "Las Palmas de Gran Canaria, ES"]),
    ],
)
def test_a_field_names_towns_told_apart_by_what_stands_beside_them(field: str, labels: list[str]) -> None:
    assert [town.label for town in towns_in_field(field)] == labels


@pytest.mark.parametrize(
    ("field", "labels"),
    [
        ("NYC Office", ["New York City, US-NY"]),
        ("Remote / NYC", ["New York City, US-NY"]),
        ("SF or NYC", ["San Francisco, US-CA", "New York City, US-NY"]),
        ("Nimbus Minsk", ["Minsk, BY"]),
        ("Auckland CBD, New Zealand", ["Auckland, NZ"]),
        ("Fern House Leeds, GB", ["Leeds, GB"]),
        ("Fern Hospital Burton, GB", []),  # Burton in Michigan is the only one that the table has
        ("RIVERSIDE METHODIST HOSPITAL, United States", []),
        ("Riverside office, United States", ["Riverside, US-CA"]),
        ("Salt Lake City Hospital, United States", ["Salt Lake City, US-UT"]),
        ("Mount Wellington, New Zealand", []),
        ("Fern Centre - 801 S Milwaukee Ave, United States", []),
        ("Sutton-in-Ashfield, GB", []),
        ("Hamlet of West Salem, OH", []),
        ("Londonderry Mall", []),
    ],
)
def test_a_field_names_a_town_among_other_words(field: str, labels: list[str]) -> None:
    assert [town.label for town in towns_in_field(field)] == labels


@pytest.mark.parametrize(
    "field",
    ["Remote", "Sales", "Media", "Mobile", "Home", "Reading", "Central", "Europe", "Bavaria", "Georgia", "Delaware",
     "Mexico", "Washington", "Springfield, Germany", "Hybrid", "USA", "Ohio", "Nice to meet you", "Anywhere", ""],
)  # fmt: skip
def test_a_common_word_a_country_and_a_part_of_one_are_no_town(field: str) -> None:
    assert towns_in_field(field) == ()


def test_the_posting_s_country_tells_namesakes_apart() -> None:
    assert [town.label for town in towns_in_field("Reading", ["GB"])] == ["Reading, GB"]
    assert [town.label for town in towns_in_field("74 - Thônes", ["FR"])] == ["Thônes, FR"]


@pytest.mark.parametrize(("name", "country"), [("Paris", "CA"), ("Milan", "GB"), ("Sales", "FR"), ("Success", "AU")])
def test_a_small_town_is_neither_a_word_nor_a_far_larger_town_by_the_posting_s_country_alone(
    name: str, country: str
) -> None:
    assert towns_in_field(name, [country]) == ()
    assert [town.country for town in towns_in_field(f"{name}, {country}")] in ([country], [])


def test_a_sentence_names_a_small_town_of_a_country_that_is_known() -> None:
    said = "You come to our Heppenheim office twice a week."
    assert [town.label for town in towns_in_sentence(said, ["DE"])] == ["Heppenheim an der Bergstrasse, DE"]
    assert towns_in_sentence(said, []) == ()
    assert towns_in_sentence("You work on site at our Beaverton, Michigan depot", ["US"]) == ()
    assert towns_in_sentence("You work in Media and at Central Station", ["US"]) == ()
    assert [t.label for t in towns_in_sentence("You work at our New Albany, Indiana depot", ["US"])] == [
        "New Albany, US-IN"
    ]
    assert towns_in_sentence("You work at Best Buy in Mobile App Development", ["US"]) == ()
    assert [town.label for town in towns_in_sentence("Our Washington, D.C. office", ["US"])] == ["Washington, US-DC"]
    assert towns_in_sentence("You live in Ohio, Utah or Maine.", ["US"]) == ()


def test_a_person_may_say_a_label() -> None:
    for town in list(towns().by_id.values())[::97]:
        assert towns_meant(town.label) == (town,)
        assert label_of(town.id) == town.label


@given(TOWNS, TOWNS, TOWNS)
def test_distances_are_those_of_a_globe(town: Town, other: Town, third: Town) -> None:
    apart = kilometres(town, other)
    assert 0 <= apart <= 20_016
    assert apart == pytest.approx(kilometres(other, town))
    assert kilometres(town, town) == 0
    assert apart <= kilometres(town, third) + kilometres(third, other) + 1e-6


@given(TOWNS, TOWNS, st.integers(1, 450))
def test_no_town_within_a_circle_lies_outside_its_cells(town: Town, other: Town, km: int) -> None:
    if kilometres(town, other) <= km:
        assert cell_of(other) in cells_round(town, km)


def test_no_town_within_a_circle_round_one_near_the_date_line_lies_outside_its_cells() -> None:
    known = list(towns().by_id.values())
    for centre in (town for town in known if abs(town.longitude) > 175 or abs(town.latitude) > 68):
        cells = set(cells_round(centre, 450))
        assert all(cell_of(other) in cells for other in known if kilometres(centre, other) <= 450)


def test_known_distances() -> None:
    [munich], [augsburg] = towns_meant("Munich"), towns_meant("Augsburg")
    assert kilometres(munich, augsburg) == pytest.approx(57, abs=1)


def test_each_area_sits_in_a_town_of_the_table() -> None:
    file = resources.files("services.rules.data").joinpath("places", "seats.toml")
    table = tomllib.loads(file.read_text("utf-8"))
    assert table
    assert not [(code, area) for code, areas in table.items() for area, seat in areas.items()
                if town_of(f"{seat}, {code}") is None]  # fmt: skip
