"""Places: what fields call them, and which words of a text are places."""

import pytest

from services.rules.places.known import (
    canonical_place,
    countries_of,
    country_of,
    find_places,
    is_country,
    is_group,
    is_subdivision,
    nearest_places,
    place_name,
    places_in_field,
)


def found(text: str) -> list[str]:
    return [mention.subdivision or mention.code for mention in find_places(text)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("us", "US"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("gbr", "GB"),
        ("uk", "GB"),
        ("germany", "DE"),
        ("Deutschland", "DE"),
        ("Türkiye", "TR"),
        ("turkey", "TR"),
        ("Brasil", "BR"),
        ("Gauteng", "ZA-GP"),
        ("śląskie", "PL-24"),
        ("woj. mazowieckie", "PL-14"),
        ("Calabarzon", "PH-40"),
        ("Región Metropolitana", "CL-RM"),
        ("KwaZulu-Natal", "ZA-KZN"),
        ("Mpumalanga", "ZA-MP"),
        ("Holland", "NL"),
        ("the Netherlands", "NL"),
        ("Korea", "KR"),
        ("Czechia", "CZ"),
        ("日本", "JP"),
        ("Україна", "UA"),
        ("us-ca", "US-CA"),
        ("California", "US-CA"),
        ("tx", "US-TX"),
        ("NSW", "AU-NSW"),
        ("CA", "CA"),
        ("California, USA", "US-CA"),
        ("England", "GB-ENG"),
        ("Bayern", "DE-BY"),
        ("Québec", "CA-QC"),
        ("EU", "eu"),
        ("European Union", "eu"),
        ("latam", "latam"),
        ("Latin America", "latam"),
        ("Asia-Pacific", "apac"),
        ("uk-and-ireland", "uk-and-ireland"),
        ("Worldwide", "worldwide"),
        ("Anywhere", "worldwide"),
        ("Remote (Global)", "worldwide"),
        ("Germany (Remote)", "DE"),
        ("Remote - US", "US"),
        ("Georgia (US-GA)", "US-GA"),
        ("Georgia (country)", "GE"),
    ],
)
def test_a_field_names_a_place(text: str, code: str) -> None:
    assert canonical_place(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "  ", "Georgia", "Washington", "Munich", "Austin, TX", "US, Canada", "Narnia", "x" * 5000, "remote", "()"],
)
def test_a_city_an_ambiguous_or_an_unknown_name_is_no_place_to_search(text: str) -> None:
    assert canonical_place(text) is None


def test_nearest_places_can_be_typed_back() -> None:
    assert nearest_places("Germny") == ("Germany",)
    assert nearest_places("Munich")[:2] == ("Bavaria", "Germany")
    assert {"GE", "US-GA"} <= {canonical_place(name) for name in nearest_places("Georgia")}
    assert nearest_places("") == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Remote (US) or San Francisco, CA", ["US", "US-CA"]),
        ("Austin, TX, USA; Paris, Texas; Paris", ["US-TX", "US-TX", "FR-IDF"]),
        ("San Francisco, California", ["US-CA"]),
        ("NYC / Berlin / Bangalore", ["US-NY", "DE-BE", "IN-KA"]),
        ("Ontario, CA", ["CA-ON"]),
        ("Toronto, CA", ["CA-ON"]),
        ("London, ON", ["CA-ON"]),
        ("Emalahleni, Mpumalanga", ["ZA-MP"]),
        ("London, UK", ["GB-ENG"]),
        ("Cambridge, MA", ["US-MA"]),
        ("Cambridge, UK", ["GB-ENG"]),
        ("Vancouver, WA", ["US-WA"]),
        ("Springfield, IL 62701", ["US-IL"]),
        ("Petersburg, VA", ["US-VA"]),
        ("Washington, DC", ["US-DC"]),
        ("Tbilisi, Georgia and Atlanta, Georgia", ["GE", "US-GA"]),
        ("Alabama, Florida, Georgia, Ohio", ["US-AL", "US-FL", "US-GA", "US-OH"]),
        ("Armenia, Georgia", ["AM", "GE"]),
        ("Locations: US, CA, UK, DE", ["US", "CA", "GB", "DE"]),
        ("licensed in TX, CA or NY", ["US-TX", "US-CA", "US-NY"]),
        ("DACH (DE/AT/CH)", ["dach", "DE", "AT", "CH"]),
        ("EMEA or LATAM, not South Africa", ["emea", "latam", "ZA"]),
        ("anywhere in the world", ["worldwide"]),
        ("work from anywhere in the US", ["US"]),
        ("You live in Jordan", ["JO"]),
        ("Zürich, Switzerland", ["CH-ZH"]),
        ("remote, germany", ["DE"]),
        ("England, Scotland, Wales and Northern Ireland", ["GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR"]),
        ("New York, United States", ["US-NY"]),
    ],
)
def test_text_names_places(text: str, codes: list[str]) -> None:
    assert found(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "Contact us, join us, or CONTACT US.",
        "IT and HR, IN or OR; ME, IS",
        "We need HR, IT, PR and QA people",
        "Cambridge",
        "Richmond",
        "Georgia and I",
        "You report to Jordan or Charlotte.",
        "Experience in Mobile testing",
        "the GermanyX and xGermany, and Parisian ways",
        "see www.germany.example.com",
        "a Nice place, a Reading list and a Split test",
        "Somewhere, CA",
        "chile con carne with turkey, we bring china to the table of everybody who comes along with us to dine tonight",
    ],
)
def test_lone_ambiguous_names_and_codes_give_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Our plant in New Albany, Ohio", ["US-OH"]),
        ("In person in Fort Lee, VA", ["US-VA"]),
        ("Our plant in New Albany, Indiana", ["US-IN"]),
        ("We meet in Londonderry, New Hampshire", ["US-NH"]),
        ("Offices in Boston, Ontario and Quebec", ["US-MA", "CA-ON", "CA-QC"]),
    ],
)
def test_a_small_town_beside_a_state_that_it_is_not_in_is_another_one(text: str, codes: list[str]) -> None:
    assert found(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Halifax, GB", ["GB"]),
        ("Kettering, UK", ["GB", "GB"]),
        ("Boston, England, United Kingdom", ["GB-ENG"]),
        ("Denmark Hill, London, GB", ["GB-ENG"]),
        ("Stoney Stanton Road, Coventry, GB", ["GB-ENG"]),
        ("Bishop Auckland, GB", ["GB"]),
        ("Guadalajara, ES", ["ES"]),
        ("Ipswich, Australia", ["AU-QLD", "AU"]),
        ("64 - BAYONNE, France", ["FR", "FR"]),
        ("Any place that is not known, 12, NZ", ["NZ"]),
        ("Oxford, OH, United States", ["US-OH"]),
        ("London, ON, CA", ["CA-ON"]),
        ("Richmond, BC, CA", ["CA-BC"]),
        ("Toronto, ON, Canada", ["CA-ON"]),
    ],
)
def test_all_of_an_address_lies_in_the_country_that_ends_it(text: str, codes: list[str]) -> None:
    assert [place.subdivision or place.code for place in places_in_field(text)] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("London, Paris, FR", ["GB-ENG", "FR-IDF"]),
        ("Germany, Austria, CH", ["DE", "AT"]),
        ("London, GB; New York, US", ["GB-ENG", "US-NY"]),
        ("Berlin, Germany / Vienna, Austria", ["DE-BE", "AT-9"]),
        ("EMEA, GB", ["emea"]),
        ("Halifax, CA", ["CA-NS"]),
        ("Paris, TX", ["US-TX"]),
    ],
)
def test_a_list_of_places_is_no_address(text: str, codes: list[str]) -> None:
    assert [place.subdivision or place.code for place in places_in_field(text)] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Curitiba, PR", ["BR-PR"]),
        ("Florianópolis - SC", ["BR-SC"]),
        ("Vitória, ES", ["BR"]),
        ("Salvador - BA", ["BR-BA"]),
        ("Bern BE", ["CH-BE"]),
        ("Chur, GR", ["CH"]),
        ("St. Gallen, SG", ["CH-SG"]),
        ("Bergamo, BG", ["IT-25"]),
        ("Milano (MI)", ["IT-25"]),
        ("Cagliari, CA", ["IT-88"]),
        ("Varese, VA", []),
        ("Chennai, TN", ["IN-TN"]),
        ("Barcelona, CT", ["ES-CT"]),
        ("Sofia, BG", ["BG"]),
        ("San Juan, PR", ["PR"]),
        ("Nashville, TN", ["US-TN"]),
        ("Venice, CA", ["US-CA"]),
        ("São Paulo, SP; Curitiba, PR", ["BR-SP", "BR-PR"]),
    ],
)
def test_a_code_behind_a_town_is_of_the_part_that_it_lies_in(text: str, codes: list[str]) -> None:
    assert [place.subdivision or place.code for place in places_in_field(text)] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Warsaw, IN", ["US-IN"]),
        ("Cairo, IL", ["US-IL"]),
        ("Berlin, MD", ["US-MD"]),
        ("Hyderabad, IN", ["IN-TS"]),
        ("Tel Aviv, IL", ["IL"]),
        ("Monterrey, NL", ["MX-NLE"]),
    ],
)
def test_a_state_behind_a_town_abroad_is_meant_where_its_code_is_not_of_the_towns_country(
    text: str, codes: list[str]
) -> None:
    assert [place.subdivision or place.code for place in places_in_field(text)] == codes


def test_american_time_is_not_estonia() -> None:
    assert found("Remote (EST overlap)") == []
    assert found("Remote, Estonia") == ["EE"]


def test_a_city_has_its_country_as_code_and_its_subdivision_beside() -> None:
    (mention,) = find_places("Office in München")
    assert (mention.kind, mention.code, mention.subdivision, mention.text) == ("city", "DE", "DE-BY", "München")


def test_groups_expand_to_countries() -> None:
    assert len(countries_of("eu")) == 27
    assert countries_of("eea") - countries_of("eu") == {"IS", "LI", "NO"}
    assert countries_of("dach") == {"DE", "AT", "CH"}
    assert {"MX", "BR", "CR"} <= countries_of("latam") <= countries_of("americas")
    assert {"GB", "CH", "UA"} <= countries_of("europe") <= countries_of("emea")
    assert {"JP", "IN", "SG", "AU"} <= countries_of("apac")
    assert "IN" not in countries_of("emea")
    assert len(countries_of("worldwide")) > 240
    with pytest.raises(KeyError):
        countries_of("atlantis")


def test_codes_tell_their_kind() -> None:
    assert [code for code in ("DE", "de", "US-CA", "eu", "worldwide") if is_country(code)] == ["DE"]
    assert [code for code in ("DE", "US-CA", "us-ca", "US", "eu") if is_subdivision(code)] == ["US-CA"]
    assert [code for code in ("DE", "eu", "EU", "worldwide") if is_group(code)] == ["eu"]
    assert country_of("US-CA") == "US"
    with pytest.raises(ValueError, match="ISO 3166-2"):
        country_of("US")


def test_places_have_names_in_the_readers_language() -> None:
    assert place_name("DE") == "Germany"
    assert place_name("DE", "fr") == "Allemagne"
    assert place_name("US-CA", "fr") == "California"
    assert place_name("eu") == "European Union"
    assert place_name("latam", "de-DE") == "Lateinamerika"
    assert place_name("dach", "de") == place_name("dach")
    assert place_name("DE", "no such locale") == "Germany"
    assert place_name("zz") == "zz"
