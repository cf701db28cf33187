"""Who mistypes at the door is told so where it matters, and is held up only by what a sign-up needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from services.usecases.signing import SignUp
from tests.support.notifying import NotifierStore
from tests.support.portal import ServedPortal, served_portal

WISH = {"address": "grace@example.com", "skills": "Python", "places": "DE", "time_zone": "UTC"}
OF_THEMSELF = {
    "home": "Brigadoon",
    "years": "a lot",
    "worked_as": "Dragon tamer, nurse",
    "knows": f"Java, {'a long story ' * 6}",
    "avoids": "y" * 61,
    "speaks": "Elvish, French",
}


@pytest.fixture
def portal(store: NotifierStore, tmp_path: Path) -> Iterator[ServedPortal]:
    with served_portal(store, folder=tmp_path / "mails", public_url="https://alerts.example") as made:
        yield made


def test_what_cannot_be_read_of_whom_it_is_for_is_left_out_with_a_word_and_holds_up_no_sign_up(
    portal: ServedPortal, kept: list[SignUp]
) -> None:
    posted = portal.post("/sign-up", **WISH, **OF_THEMSELF)
    assert posted.status_code == 200
    assert [word for word in ("Brigadoon", "whole number", "“Dragon tamer”") if word not in posted.text] == []
    portal.postman.join()
    [wish] = kept
    assert (wish.wanted["home"], wish.wanted["years"], wish.wanted["worked_as"]) == ("", "", ["nurse"])
    assert (wish.wanted["knows"], wish.wanted["avoids"]) == (["Java"], [])
    assert wish.wanted["speaks"] == ["French"]
    assert portal.post("/sign-up", **WISH | {"currency": "ZZZ"}, **OF_THEMSELF).status_code == 400


def test_a_preview_says_what_it_leaves_out_of_whom_it_is_for_and_keeps_it_in_the_form(portal: ServedPortal) -> None:
    filled = portal.post("/sign-up", **WISH, **OF_THEMSELF, do="preview").text
    for page in (filled, portal.post("/preview", **WISH, **OF_THEMSELF).text):
        assert page.count("It is left out: you need not say it.") == len(OF_THEMSELF)
    assert {name: values(filled)[name] for name in OF_THEMSELF} == OF_THEMSELF


def test_of_thousands_of_titles_no_more_are_looked_at_than_somebody_has_had(portal: ServedPortal) -> None:
    titles = ", ".join(f"Dragon tamer {number}" for number in range(3_000))
    page = portal.post("/sign-up", **WISH, worked_as=titles).text
    assert page.count("It is left out: you need not say it.") == 20


def test_who_can_do_more_than_is_taken_is_told_so_and_signs_up(portal: ServedPortal, kept: list[SignUp]) -> None:
    page = portal.post("/sign-up", **WISH, knows=", ".join(f"skill {number}" for number in range(21))).text
    assert page.count("Of what you can do, at most 20 are taken: name those that matter most.") == 1
    portal.postman.join()
    [wish] = kept
    assert wish.wanted["knows"][-1] == "skill 19"


def test_of_what_one_can_do_as_many_are_taken_however_they_are_parted(portal: ServedPortal, kept: list[SignUp]) -> None:
    pairs = "; ".join(f"this {number}, that {number}" for number in range(11))
    for path in ("/preview", "/sign-up"):
        page = portal.post(path, **WISH, knows=pairs, avoids=", ".join(["crypto"] * 30)).text
        assert page.count("Of what you can do, at most 20 are taken: name those that matter most.") == 1
    portal.postman.join()
    [wish] = kept
    assert (len(wish.wanted["knows"]), wish.wanted["knows"][-1], wish.wanted["avoids"]) == (20, "that 9", ["crypto"])


def test_who_wrote_a_wrong_address_gets_the_form_as_it_was_by_one_press(portal: ServedPortal) -> None:
    posted = portal.post("/sign-up", **WISH | {"address": "grace@exmaple.com"}, home="Leeds")
    tree: Any = html.fromstring(posted.text)
    [form] = tree.xpath("//main//form")
    [button] = form.xpath(".//button")
    again = portal.post("/sign-up", **{**dict(form.form_values()), button.get("name"): button.get("value")}).text
    asked = {name: values(again)[name] for name in ("address", "skills", "places", "home")}
    assert asked == {"address": "grace@exmaple.com", "skills": "Python", "places": "DE", "home": "Leeds"}


@pytest.mark.parametrize(
    ("zone", "named", "currency"),
    [
        ("Europe/Berlin", "USD", "EUR"),
        ("Africa/Johannesburg", "USD", "ZAR"),
        ("", "USD", "USD"),
        ("Europe/Berlin", "GBP", "GBP"),
    ],
)
def test_pay_without_a_currency_is_in_the_money_of_where_its_writer_is(
    portal: ServedPortal, zone: str, named: str, currency: str
) -> None:
    form = {"do": "read", "pasted": "nurse, 60k", "currency": named, "time_zone": zone}
    page = portal.client.post("/sign-up", data=form, headers={"Accept-Language": "en-US"}).text
    assert (values(page)["amount"], values(page)["currency"]) == ("60000", currency)


def values(page: str) -> dict[str, str]:
    return {field.name: field.value or "" for field in html.fromstring(page).xpath("//main//input[@name]")}


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[SignUp]:
    """The wishes that are kept until somebody confirms them."""
    from services.notifier.adapters.sql.people.doors import SqlDoors

    found, keep = list[SignUp](), SqlDoors.keep_sign_up

    def keeps(doors: SqlDoors, token: str, wish: SignUp, *rest: object) -> object:
        found.append(wish)
        return keep(doors, token, wish, *rest)

    monkeypatch.setattr(SqlDoors, "keep_sign_up", keeps)
    return found


def test_a_trade_that_nobody_knows_is_asked_for_by_its_word_where_it_is_all_that_is_said(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted="Beekeeper").text
    assert "We found nothing in that text" in page
    tree: Any = html.fromstring(page)
    [button] = [button for button in tree.xpath("//button[@name='instead']") if "Beekeeper" in button.text_content()]
    asked = portal.post("/sign-up", instead=button.get("value")).text
    assert values(asked)["text"] == "Beekeeper"


def test_a_sentence_is_read_by_the_time_zone_of_its_writer(portal: ServedPortal) -> None:
    said = {"do": "read", "pasted": "electrician cork"}
    there, elsewhere = (portal.post("/sign-up", **said, time_zone=f"Europe/{town}").text for town in ("Dublin", "Oslo"))
    assert (values(there)["towns"], values(elsewhere)["towns"]) == ("Cork, IE", "")
