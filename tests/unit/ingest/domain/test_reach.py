"""Where one may work from: the order of what is believed, and the three states."""

from dataclasses import replace
from typing import Any

import pytest

from schemas.posting import Reach
from services.ingest.domain.draft import Stated
from services.ingest.domain.reach.reading import read_reach
from services.rules.places.known import countries_of, place_name
from services.rules.places.seated import seated_reach
from services.rules.sections import document_of
from tests.support.drafting import a_draft, normalised
from tests.support.in_one_test import in_one_test
from tests.support.notations import notations


def reach(title: str = "Data Engineer", html: str = "", **stated: object) -> Reach:
    return normalised(title, html, **stated).reach


def test_a_restriction_in_the_text_beats_the_field_and_the_location() -> None:
    found = reach(html="<p>You must be based in Portugal.</p>", restriction="Spain", locations="Berlin, Germany")
    assert (found.scope, found.countries) == ("listed", ("PT",))


def said(text: str) -> set[str]:
    """What a text alone says, in the notation of the table."""
    found = reach(html="".join(f"<p>{line}</p>" for line in text.split("\\n")))
    named = {*found.countries, *found.subdivisions, *found.groups, *(f"!{code}" for code in found.excluded)}
    return named | ({"worldwide"} if found.scope == "worldwide" else set()) or {"-"}


@in_one_test("text, expected", notations("reach"))
def test_words_that_say_where_one_may_work_from(text: str, expected: str) -> None:
    assert said(text) == set(expected.split())


@in_one_test("text, expected", notations("reach_refusals"))
def test_words_that_turn_somebody_away(text: str, expected: str) -> None:
    assert said(text) == set(expected.split())


@pytest.mark.parametrize(
    ("title", "restriction", "places"),
    [
        ("Growth Marketer - Belgium", ("France", "Belgium", "Spain"), {"BE"}),
        ("Comptable (Belgique)", ("France", "Belgium"), {"BE"}),
        ("Data Engineer (Canada residents only)", ("Americas",), {"CA"}),
        ("Data Engineer (Remote, US)", ("United States", "Canada"), {"US"}),
        ("Support Engineer (US/Canada)", ("North America",), {"US", "CA"}),
        ("Nurse - Texas", ("United States",), {"US", "US-TX"}),
        ("Account Executive, EMEA", (), {"emea"}),
        ("Soporte técnico (Colombia)", (), {"CO"}),
        ("Account Executive, EMEA Partnerships", (), {"worldwide"}),
        ("Solutions Architect (US time zones)", (), {"worldwide"}),
        ("Growth Marketer - Belgium", ("France", "Spain"), {"FR", "ES"}),
        ("Growth Marketer - Europe", ("France", "Spain"), {"FR", "ES"}),
        ("Data Engineer (Mexico)", ("United States",), {"MX"}),
    ],
)
def test_a_place_apart_in_the_title_narrows_the_boards_region(
    title: str, restriction: tuple[str, ...], places: set[str]
) -> None:
    found = reach(title, restriction=restriction, restriction_open=not restriction)
    named = {*found.countries, *found.subdivisions, *found.groups}
    assert (named or {found.scope}) == places


def test_a_title_narrows_what_is_said_of_all_whom_the_employer_hires_but_not_what_is_said_of_the_role() -> None:
    assert reach("Account Executive, USA", "<p>We hire globally.</p>").countries == ("US",)
    assert reach("Account Executive, USA", "<p>This role can be executed globally.</p>").scope == "worldwide"


def test_of_a_region_that_a_board_writes_out_the_titles_is_left() -> None:
    listed = tuple(place_name(code) for code in sorted(countries_of("emea") | {"GL", "GF"}))
    assert reach("Data Engineer - EMEA, Remote", restriction=listed) == Reach(scope="listed", groups=("emea",))


def test_the_boards_larger_region_says_nothing_beside_that_of_a_label() -> None:
    assert reach(html="<p>Location: Remote, Europe</p>", locations="EMEA").groups == ("europe",)


def test_a_location_that_says_only_keeps_its_states() -> None:
    assert reach(locations="Remote - Utah and Colorado based only").subdivisions == ("US-UT", "US-CO")
    assert reach(locations="Salt Lake City, Utah").subdivisions == ()


@pytest.mark.parametrize(
    ("stated", "scope"),
    [({"restriction_open": True}, "worldwide"), ({"locations": "Lisbon, Portugal"}, "listed")],
)
def test_the_small_print_of_a_country_counts_only_where_nothing_else_is_said(
    stated: dict[str, Any], scope: str
) -> None:
    found = reach(html="<p>You get a 401(k).</p>", **stated)
    assert (found.scope, "US" in found.countries) == (scope, False)


def test_the_small_print_of_a_country_beats_a_slogan() -> None:
    assert reach(html="<p>Work from anywhere.</p><p>You get a 401(k).</p>").countries == ("US",)


def test_the_boards_restriction_beats_the_location() -> None:
    assert reach(restriction=("Spain", "Italy"), locations="Berlin, Germany").countries == ("ES", "IT")


@pytest.mark.parametrize(
    ("field", "countries", "groups", "excluded"),
    [
        ("Europe, not UK", (), ("europe",), ("GB",)),
        ("EU (no Germany)", (), ("eu",), ("DE",)),
        ("Europe (except Spain and Italy), Brazil", ("BR",), ("europe",), ("ES", "IT")),
        ("US (excluding CA, NY)", ("US",), (), ("US-CA", "US-NY")),
        ("No candidates from India", (), (), ("IN",)),
        ("Remoto no Brasil", ("BR",), (), ()),
    ],
)
def test_a_field_leaves_places_out(
    field: str, countries: tuple[str, ...], groups: tuple[str, ...], excluded: tuple[str, ...]
) -> None:
    found = reach(restriction=field)
    assert (found.countries, found.groups, found.excluded) == (countries, groups, excluded)


@pytest.mark.parametrize("field", ["Anywhere except Iran and Cuba", "Worldwide, excluding Iran, Cuba"])
def test_a_field_that_leaves_places_out_of_the_world_is_worldwide(field: str) -> None:
    assert reach(restriction=field) == Reach(scope="worldwide", excluded=("IR", "CU"))


@pytest.mark.parametrize(
    ("title", "groups", "excluded"),
    [
        ("Backend Engineer (Remote, non-US)", (), ("US",)),
        ("Backend Engineer - Remote, Europe except Spain or Malta", ("europe",), ("ES", "MT")),
        ("Go Developer | Remote EU, no UK", ("eu",), ("GB",)),
    ],
)
def test_a_title_leaves_places_out(title: str, groups: tuple[str, ...], excluded: tuple[str, ...]) -> None:
    found = reach(title)
    assert (found.countries, found.groups, found.excluded) == ((), groups, excluded)


def test_the_own_location_is_the_last_resort_for_every_workplace() -> None:
    found = reach(locations="Berlin, Germany", workplace="onsite")
    assert (found.scope, found.countries, found.subdivisions) == ("listed", ("DE",), ())


def test_a_documented_open_restriction_is_worldwide() -> None:
    assert reach(restriction_open=True).scope == "worldwide"


def test_a_restriction_in_the_text_beats_an_open_field() -> None:
    assert reach(html="<p>You must reside in Kenya.</p>", restriction_open=True).countries == ("KE",)


def test_work_from_anywhere_as_a_slogan_is_not_worldwide_beside_a_restriction() -> None:
    html = "<h3>Benefits</h3><ul><li>Work from anywhere</li></ul>"
    assert reach(html=html, restriction="Germany") == Reach(scope="listed", countries=("DE",))


def test_a_posting_that_says_that_anybody_may_apply_is_worldwide_whatever_its_location() -> None:
    assert reach(html="<p>We hire globally.</p>", locations="London").scope == "worldwide"


def test_a_slogan_counts_only_where_nothing_else_is_said() -> None:
    slogan = "<p>Work from anywhere!</p>"
    assert reach(html=slogan).scope == "worldwide"
    assert reach(html=slogan, locations="Berlin").countries == ("DE",)


def test_a_hiring_region_in_a_title_stands_beside_the_listed_countries() -> None:
    found = reach("Go Developer - Remote, Latin America", restriction="Costa Rica")
    assert (found.countries, found.groups) == (("CR",), ("latam",))


def test_a_sales_territory_in_a_title_is_no_restriction() -> None:
    found = reach("Sales Director (EMEA)", restriction="Netherlands")
    assert (found.countries, found.groups) == (("NL",), ())


def test_a_region_in_a_makers_title_is_a_hiring_region() -> None:
    found = reach("Senior Software Engineer (Europe)", locations="Poland")
    assert (found.countries, found.groups) == (("PL",), ("europe",))


def test_the_address_of_a_location_that_names_a_region_says_nothing() -> None:
    stated = (Stated("location", "Remote (EMEA)"), Stated("address", "San Francisco, California, United States"))
    draft = replace(a_draft(), locations=stated)
    assert read_reach(draft, document_of("Engineer", "")).value == Reach(scope="listed", groups=("emea",))


@pytest.mark.parametrize("location", ["Remote International", "International (Remote)", "Remote - Global"])
def test_the_address_of_a_location_all_over_the_world_says_nothing(location: str) -> None:
    stated = (Stated("location", location), Stated("address", "Rosario, Santa Fe, Argentina"))
    assert read_reach(replace(a_draft(), locations=stated), document_of("Engineer", "")).value.scope == "worldwide"


def test_the_address_of_a_location_that_says_only_who_may_not_says_nothing() -> None:
    stated = (Stated("location", "Remote (non-U.S.)"), Stated("address", "Toronto, Ontario, Canada"))
    draft = replace(a_draft(), locations=stated)
    assert read_reach(draft, document_of("Engineer", "")).value == Reach(scope="worldwide", excluded=("US",))


@pytest.mark.parametrize(
    ("field", "scope", "codes"),
    [
        ("Berlin", "listed", "DE"),
        ("NYC", "listed", "US"),
        ("Sonipat", "listed", "IN"),
        ("Austin, TX", "listed", "US"),
        ("US-CA", "listed", "US"),
        ("remote, germany", "listed", "DE"),
        ("Tokyo, Japan", "listed", "JP"),
        ("DACH", "listed", "dach"),
        ("Remote (EU, UK)", "listed", "GB eu"),
        ("USA, Canada, USA timezones", "listed", "US CA"),
        ("Virgin Islands, British", "listed", "VG"),
        ("Georgia", "listed", "GE"),
        ("Anywhere", "worldwide", ""),
        ("Worldwide", "worldwide", ""),
        ("Global", "worldwide", ""),
        ("Remote", "unknown", ""),
        ("Narnia", "unknown", ""),
    ],
)
def test_what_a_boards_restriction_field_names(field: str, scope: str, codes: str) -> None:
    found = reach(restriction=field)
    assert (found.scope, {*found.countries, *found.groups}) == (scope, set(codes.split()))


def test_states_of_a_restriction_field_are_kept_and_those_of_an_address_are_not() -> None:
    states = (Stated("state", "Georgia"), Stated("state", "California"), Stated("country", "United States"))
    found = read_reach(replace(a_draft(), restriction=states), document_of("Engineer", "")).value
    assert (found.countries, found.subdivisions) == (("US",), ("US-GA", "US-CA"))
    assert reach(locations="California").subdivisions == ()


def test_a_field_may_rule_a_place_out() -> None:
    found = reach(locations="Remote (non-U.S.)")
    assert (found.scope, found.excluded) == ("worldwide", ("US",))


@pytest.mark.parametrize("location", ["Non-US Remote", "Remote, outside the US", "Remote (ex-US)"])
def test_remote_and_who_may_not_is_anywhere_else(location: str) -> None:
    found = reach(locations=location)
    assert (found.scope, found.excluded) == ("worldwide", ("US",))


def test_who_may_not_alone_says_nothing_of_who_may() -> None:
    found = reach(html="<p>We cannot hire candidates in Quebec.</p>")
    assert (found.scope, found.excluded) == ("unknown", ("CA-QC",))


def test_a_location_that_says_headquarters_is_where_the_text_puts_the_office() -> None:
    found = reach(html="<p>Our team, located in Amsterdam, is growing.</p>", locations="Headquarters")
    assert found.countries == ("NL",)


def test_exclusions_are_kept_apart() -> None:
    found = reach(html="<p>We cannot hire candidates in Quebec.</p>", restriction="Canada")
    assert (found.countries, found.excluded) == (("CA",), ("CA-QC",))


def test_where_nothing_is_said_nothing_is_guessed() -> None:
    posting = normalised(html="<p>We make maps.</p>", locations="Remote")
    assert posting.reach == Reach(scope="unknown")
    assert "reach" not in posting.evidence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You work with us on site in Tokyo.", Reach(scope="listed", countries=("JP",))),
        ("Sie arbeiten vor Ort in Berlin.", Reach(scope="listed", countries=("DE",))),
        ("The post is on site in Gdynia.", Reach(scope="listed", countries=("PL",))),
        ("Duty station: Addis Ababa", Reach(scope="listed", countries=("ET",))),
        ("We hire throughout the EU.", Reach(scope="listed", groups=("eu",))),
        ("Wir stellen in ganz Europa ein.", Reach(scope="listed", groups=("europe",))),
        ("We have teams on site in Paris and Lima.", Reach()),
        ("Our customers work on site in Berlin.", Reach()),
        ("Wir suchen in ganz Deutschland Kunden.", Reach()),
    ],
)
def test_a_town_or_a_region_that_the_text_alone_tells(text: str, expected: Reach) -> None:
    assert reach(html=text) == expected


def test_evidence_names_the_field() -> None:
    assert normalised(restriction="Spain").evidence["reach"][0].source == "restriction"


def test_evidence_tells_what_ruled_a_place_out() -> None:
    posting = normalised(html="<p>We cannot hire in California.</p>", restriction="United States")
    assert [(quote.source, quote.text) for quote in posting.evidence["reach"]] == [
        ("restriction", "United States"),
        ("text", "We cannot hire in California."),
    ]


@pytest.mark.parametrize(
    ("title", "groups"),
    [
        ("Product Engineer, APAC, based in Osaka", ()),
        ("Support Engineer (EMEA)", ("emea",)),
        ("Customer Support Lead (EMEA)", ()),
    ],
)
def test_a_region_in_a_title_is_where_one_is_hired_or_a_market(title: str, groups: tuple[str, ...]) -> None:
    assert reach(title, locations="Osaka, Japan").groups == groups


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("This role is based in Tampa, Florida.", ("US-FL",)),
        ("You must be based in Austin, TX or Boston, MA.", ("US-TX", "US-MA")),
        ("Candidates must live in the greater Denver area.", ("US-CO",)),
        ("You can be based in our Denver office or work remotely.", ()),
        ("You must be based in Denver or remote within the United States.", ()),
        ("You are based in Denver, preferably.", ()),
        ("Location: Denver, CO", ()),
    ],
)
def test_a_town_that_one_must_live_in_ties_remote_work_to_its_state(text: str, states: tuple[str, ...]) -> None:
    remote = normalised("Data Engineer", f"<p>{text}</p>", restriction="United States", workplace="remote")
    assert (remote.workplace, remote.reach.countries, remote.reach.subdivisions) == ("remote", ("US",), states)


def test_other_work_has_its_town_and_no_state() -> None:
    onsite = normalised("Data Engineer", "<p>This role is based in Tampa, Florida.</p>", workplace="onsite")
    assert (onsite.reach.countries, onsite.reach.subdivisions) == (("US",), ())
    assert onsite.towns


def test_an_address_with_a_post_code_in_a_title_names_no_state() -> None:
    assert reach("Nurse (Dover, DE, US, 19901)", restriction="United States").subdivisions == ()
    assert reach("Nurse (Delaware)", restriction="United States").subdivisions == ("US-DE",)


def test_a_valley_is_not_the_state_of_its_name() -> None:
    found = reach(html="<p>Candidates must be located in the Ohio Valley.</p>", restriction="United States")
    assert (found.countries, found.subdivisions) == (("US",), ())


@pytest.mark.parametrize(
    ("address", "states"),
    [
        ("Brightwater Falls, Massachusetts, United States", ("US-MA",)),
        ("Brightwater Falls, ON, Canada", ("CA-ON",)),
        ("Boston, Massachusetts, United States", ()),
        ("Massachusetts, United States", ()),
        ("United States", ()),
    ],
)
def test_a_town_that_nobody_knows_ties_work_to_its_state(address: str, states: tuple[str, ...]) -> None:
    assert reach(locations=address).subdivisions == states
    assert normalised("Cook", "<p>This role is fully remote.</p>", locations=address).reach.subdivisions == ()


@pytest.mark.parametrize(
    ("locations", "workplace", "states"),
    [
        ("Massachusetts, United States", "onsite", ("US-MA",)),
        ("Massachusetts, United States", "hybrid", ("US-MA",)),
        ("Massachusetts, United States", "", ()),
        ("United States", "onsite", ()),
    ],
)
def test_a_state_alone_is_where_one_must_be_if_a_posting_tells_that_one_must_come_in(
    locations: str, workplace: str, states: tuple[str, ...]
) -> None:
    read = normalised("Accountant", "", locations=locations, workplace=workplace)
    assert (read.reach.countries, read.reach.subdivisions, read.towns) == (("US",), states, ())


def test_new_england_is_not_england() -> None:
    found = reach(html="<p>Location: the mill is close to all that New England offers.</p>", locations="United States")
    assert found.countries == ("US",)


@pytest.mark.parametrize(
    ("address", "states"),
    [
        ("Templeton, CA, US", ("US-CA",)),
        ("Claymont, DE, US", ("US-DE",)),
        ("Lake Orion, MI, US", ("US-MI",)),
        ("Sun City Center, FL, US", ("US-FL",)),
        ("Andover, MA", ("US-MA",)),
    ],
)
def test_an_address_of_a_small_town_tells_its_state_and_never_the_country_of_the_same_code(
    address: str, states: tuple[str, ...]
) -> None:
    found = seated_reach(normalised("Nurse", "", locations=address))
    assert (found.countries, found.subdivisions) == (("US",), states)


@pytest.mark.parametrize(("title", "states"), [("Electrician", ("US-TX",)), ("Accountant", ())])
def test_a_state_alone_ties_work_that_is_done_by_hand(title: str, states: tuple[str, ...]) -> None:
    found = reach(title, locations="Texas, United States")
    assert (found.countries, found.subdivisions) == (("US",), states)


@pytest.mark.parametrize(
    ("address", "countries", "states"),
    [
        ("Hamilton, MT, United States", ("US",), ("US-MT",)),
        ("Hamilton, MT", ("US",), ("US-MT",)),  # Malta has no town of that name
        ("Parma, ID, United States", ("US",), ("US-ID",)),
        ("DELHI, LA, United States", ("US",), ("US-LA",)),
        ("Paris, AR", ("US",), ("US-AR",)),
        ("Wagga Wagga, NSW", ("AU",), ("AU-NSW",)),
        ("California, MD", ("US",), ("US-MD",)),
        ("Fort Saskatchewan, AB, Canada", ("CA",), ("CA-AB",)),
        ("Houston, MS, United States", ("US",), ("US-MS",)),
        ("Stockton-on-Tees", ("GB",), ()),
        ("Sliema, MT", ("MT",), ()),
        ("Toronto, CA", ("CA",), ("CA-ON",)),
        ("London, NY", ("GB", "US"), ()),
    ],
)
def test_the_code_behind_a_town_ties_it_to_a_state_be_it_known_elsewhere(
    address: str, countries: tuple[str, ...], states: tuple[str, ...]
) -> None:
    found = seated_reach(normalised("Cook", "", locations=address))
    assert (found.countries, found.subdivisions) == (countries, states)


@pytest.mark.parametrize("listed", ["UK, CA, US", "Germany, CA, US"])
def test_codes_in_a_list_of_countries_are_countries(listed: str) -> None:
    found = reach(locations=listed)
    assert ({"CA", "US"} <= {*found.countries}, found.subdivisions) == (True, ())


@pytest.mark.parametrize(
    ("locations", "states"),
    [
        ("Florida, USA, Remote; New York, USA, Remote", ("US-FL", "US-NY")),
        ("Remote - Texas", ("US-TX",)),
        ("Texas, USA, Remote; USA, Remote", ()),
        ("Austin, Texas, Remote", ()),
    ],
)
def test_remote_work_keeps_to_states_where_each_location_is_one_that_is_called_remote(
    locations: str, states: tuple[str, ...]
) -> None:
    found = reach(html="<p>This role is fully remote.</p>", locations=locations)
    assert (found.countries, found.subdivisions) == (("US",), states)


def test_anywhere_in_a_bracket_of_places_to_sit_at_opens_nothing() -> None:
    assert said("Location: Remote - US (From Home / Beach / Cafe / Anywhere!)") == {"US"}
    assert said("Location: Peru | Chile | Anywhere") == {"worldwide"}


def test_what_a_text_says_of_remote_work_is_wider_than_a_location_of_one_state() -> None:
    found = reach(html="<p>This role can be based remotely anywhere in the US.</p>", locations="Remote - California")
    assert (found.countries, found.subdivisions) == (("US",), ())


def test_software_around_the_world_says_nothing_of_who_may_apply_and_applications_from_there_do() -> None:
    code = "Our code runs inside thousands of production applications around the world."
    assert reach(html=f"<p>{code}</p>", locations="Lisbon, Portugal").countries == ("PT",)
    assert said("Applications from all over the world are welcome.") == {"worldwide"}
    assert said("We welcome applications from anywhere in the world.") == {"worldwide"}
