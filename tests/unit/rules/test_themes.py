"""Themes: what people refuse, by the names that people give it and the phrases that postings say it in."""

import pytest

from services.rules.roles.taxonomy import roles
from services.rules.text import term_of
from services.rules.themes import LANGUAGES, Theme, themes


@pytest.mark.parametrize("theme", list(themes()), ids=lambda theme: theme.id)
def test_each_theme_is_said_in_each_language_and_stands_on_roles_that_are_known(theme: Theme) -> None:
    assert set(theme.names) == set(LANGUAGES)
    assert set(theme.tells) <= set(LANGUAGES)
    assert all(theme.names[language] for language in LANGUAGES)
    assert all(role in roles() for role in theme.roles)
    assert all(map(term_of, theme.every_name))


@pytest.mark.parametrize(
    ("said", "theme"),
    [
        ("crypto", "crypto"), ("Web3", "crypto"), ("Kryptowährungen", "crypto"), ("cold calls", "cold-calling"),
        ("Kaltakquise", "cold-calling"), ("nights", "nights"), ("Nachtschicht", "nights"), ("agency", "agencies"),
        ("seguros", "insurance"), ("Door-to-door", "door-to-door"),
    ],
)  # fmt: skip
def test_a_theme_is_known_by_each_of_its_names(said: str, theme: str) -> None:
    assert [found.id for found in themes().named(said)] == [theme]


@pytest.mark.parametrize("said", ["underwriting", "crypto insurance of nights", "", "welding"])
def test_what_is_narrower_wider_or_another_thing_names_no_theme(said: str) -> None:
    assert themes().named(said) == ()


def test_phrases_are_of_the_language_of_a_text_and_of_english_and_none_holds_another() -> None:
    german = themes()["crypto"].phrases("de")
    assert {"krypto", "blockchain", "web3"} <= set(german)
    assert "cripto" not in german
    assert not [one for one in german for other in german if other != one and f" {other} " in f" {one} "]


def test_what_a_theme_is_also_called_leaves_out_the_name_that_was_typed_and_says_what_tells_it() -> None:
    crypto, insurance = themes()["crypto"], themes()["insurance"]
    assert crypto.other_words("crypto", "en", 3) == ("blockchain", "web3", "DeFi")
    assert crypto.other_words("blockchains", "en", 2) == ("crypto", "web3")
    assert crypto.other_words("blockchain", "de", 2) == ("Krypto", "Kryptowährung")
    assert crypto.other_words("crypto", "it", 1) == ("blockchain",), "in English where it has no words of a language"
    assert insurance.other_words("insurance", "en", 4) == ("insurer", "insurtech", "underwriting", "policyholder")


@pytest.mark.parametrize(
    "name", ["accounts payable", "accounts receivable", "Debitorenbuchhaltung", "cuentas por cobrar"]
)
def test_invoices_are_the_work_of_clerks_of_both_sides(name: str) -> None:
    (theme,) = themes().named(name)
    assert {"accounts-payable-clerk", "accounts-receivable-clerk"} <= set(theme.roles)
