"""Where one may work from: the order of what is believed, and the three states."""

import pytest

from schemas.posting import Reach
from tests.support.drafting import normalised


def reach(title: str = "Data Engineer", html: str = "", **stated: object) -> Reach:
    return normalised(title, html, **stated).reach


def test_a_restriction_in_the_text_beats_the_field_and_the_location() -> None:
    found = reach(html="<p>You must be based in Portugal.</p>", restriction="Spain", locations="Berlin, Germany")
    assert (found.scope, found.countries) == ("listed", ("PT",))


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("Candidates must be located in Canada or the United States.", ("CA", "US")),
        ("You must be authorized to work in the United States.", ("US",)),
        ("Applicants need to have the right to work in the UK.", ("GB",)),
        ("This role is open to candidates based in Poland and Romania.", ("PL", "RO")),
        ("US only.", ("US",)),
        ("We are only considering candidates in Brazil.", ("BR",)),
        ("This position is remote within Mexico.", ("MX",)),
        ("Remote - Colombia", ("CO",)),
        ("Work from anywhere in France.", ("FR",)),
        ("Location: Remote, Netherlands", ("NL",)),
    ],
)
def test_words_that_restrict(text: str, countries: tuple[str, ...]) -> None:
    found = reach(html=f"<p>{text}</p>")
    assert (found.scope, found.countries) == ("listed", countries)


@pytest.mark.parametrize(
    "text",
    [
        "Our customers are located in Canada and our founders live in Chile.",
        "The salary range applies to candidates residing in California and Colorado.",
        "If you are based in California, please read this notice for residents.",
        "You will manage the sales territory of Germany and Austria.",
        "Work from anywhere in Spain for four weeks a year.",
        "We were founded in Norway and are growing fast.",
    ],
)
def test_words_that_do_not_restrict(text: str) -> None:
    assert reach(html=f"<p>{text}</p>").scope == "unknown"


def test_the_boards_restriction_beats_the_location() -> None:
    assert reach(restriction=("Spain", "Italy"), locations="Berlin, Germany").countries == ("ES", "IT")


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


@pytest.mark.parametrize(
    "text",
    ["We hire globally.", "This role can be performed from anywhere in the world.", "Open to applicants worldwide."],
)
def test_a_posting_that_says_that_anybody_may_apply_is_worldwide(text: str) -> None:
    assert reach(html=f"<p>{text}</p>", locations="London").scope == "worldwide"


def test_globally_distributed_teams_are_not_a_reach() -> None:
    assert reach(html="<p>You lead remote, globally distributed teams.</p>").scope == "unknown"


def test_a_hiring_region_in_a_title_stands_beside_the_listed_countries() -> None:
    found = reach("Go Developer - Remote, Latin America", restriction="Costa Rica")
    assert (found.countries, found.groups) == (("CR",), ("latam",))


def test_a_sales_territory_in_a_title_is_no_restriction() -> None:
    found = reach("Sales Director (EMEA)", restriction="Netherlands")
    assert (found.countries, found.groups) == (("NL",), ())


def test_a_state_restriction_names_state_and_country() -> None:
    found = reach(html="<p>You must reside in Texas or Ohio.</p>")
    assert found.subdivisions == ("US-TX", "US-OH")
    assert found.countries == ("US",)


def test_groups_are_kept_as_named_and_not_expanded() -> None:
    found = reach(html="<p>Candidates must be based in Europe.</p>")
    assert (found.countries, found.groups) == ((), ("europe",))


def test_exclusions_are_kept_apart() -> None:
    found = reach(html="<p>We cannot hire candidates in Quebec.</p>", restriction="Canada")
    assert (found.countries, found.excluded) == (("CA",), ("CA-QC",))


def test_where_nothing_is_said_nothing_is_guessed() -> None:
    posting = normalised(html="<p>We make maps.</p>", locations="Remote")
    assert posting.reach == Reach(scope="unknown")
    assert "reach" not in posting.evidence


def test_evidence_names_the_field() -> None:
    assert normalised(restriction="Spain").evidence["reach"][0].source == "restriction"
