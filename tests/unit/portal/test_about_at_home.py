"""At home one pauses until a day, and changes what is known of oneself, but the address."""

import re
from datetime import timedelta
from typing import Any

import pytest
from lxml import html
from sqlalchemy import update

from schemas.sql.tables import subscribers
from services.notifier.domain.model import Recipient
from services.notifier.domain.people import Subscriber
from services.rules.languages.speaking import SpokenLanguage
from services.usecases.live_previews import LivePreviews
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal
from tests.support.signed_in import Browser
from tests.support.waiting import until

SAID = ("knows", "avoids")


@pytest.fixture
def browser(portal: ServedPortal, ada: Subscriber) -> Browser:
    return Browser(portal, ada)


def test_a_pause_until_a_day_is_said_kept_in_the_ledger_and_ended_before_by_a_press(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    assert browser.post("/home", do="pause-until", until="2026-08-01").headers["location"] == "/home"
    found = store.subscribers.find(ada.subscriber_id)
    assert (found.status, found.paused_until) == ("paused", NOW.replace(hour=0) + timedelta(days=31))
    assert "Nothing is sent until August 1, 2026; from then on your mails come again" in browser.get("/home").text
    row = store.subscribers.consents(ada.subscriber_id)[-1]
    assert (row.kind, row.origin, row.wording) == ("paused", "page", "Nothing until August 1, 2026")
    assert browser.post("/home", do="go-on").status_code == 303
    found = store.subscribers.find(ada.subscriber_id)
    assert (found.status, found.paused_until) == ("active", None)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2026-07-01", "Name a day from tomorrow on"),
        ("2028-01-01", "at most a year"),
        ("soon", "Write the day such as"),
    ],
)
def test_a_day_that_is_over_or_far_away_pauses_nobody(
    store: NotifierStore, ada: Subscriber, browser: Browser, until: str, said: str
) -> None:
    answer = browser.post("/home", do="pause-until", until=until)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert store.subscribers.find(ada.subscriber_id).status == "active"


def test_facts_of_theirs_are_changed_but_the_address(store: NotifierStore, ada: Subscriber, browser: Browser) -> None:
    fields = {"name": "Ada L.", "time_zone": "berlin", "currency": "pln", "locale": "de", "speaks": "en, de:working"}
    answer = browser.post("/home", do="profile", address="eve@example.com", **fields)
    assert (answer.status_code, "Did you mean Europe/Berlin?" in answer.text) == (400, True)
    nowhere = browser.post("/home", do="profile", address="eve@example.com", **fields | {"time_zone": "not a zone"})
    assert (nowhere.status_code, "Did you mean" in nowhere.text, "such as Europe/Berlin." in nowhere.text) == (
        400,
        False,
        True,
    )
    assert store.subscribers.find(ada.subscriber_id).profile == ada.profile
    fields["time_zone"] = "Europe/Berlin"
    assert browser.post("/home", do="profile", address="eve@example.com", **fields).status_code == 303
    profile = store.subscribers.find(ada.subscriber_id).profile
    assert (profile.address, profile.name, profile.time_zone) == (ada.profile.address, "Ada L.", "Europe/Berlin")
    assert (profile.currency, profile.locale) == ("PLN", "de")
    assert profile.speaks == (SpokenLanguage("de", "working"), SpokenLanguage("en", None))
    page = browser.get("/home").text
    assert "Deine Suchen" in page
    assert 'value="de:working, en"' in page
    assert browser.post("/home", do="profile", speaks="").status_code == 303
    assert store.subscribers.find(ada.subscriber_id).profile.speaks == ()


def test_what_they_have_worked_as_is_said_by_titles_that_they_read_and_taken_back(
    store: NotifierStore, portal: ServedPortal
) -> None:
    eva = store.person("eva", locale="de", worked_as=["lawyer", "teacher"])
    browser = Browser(portal, eva)
    [shown] = re.findall(r'name="worked_as" maxlength="500" value="([^"]+)"', browser.get("/home").text)
    # What the page shows is what it takes.
    assert browser.post("/home", do="profile", worked_as=shown, years="3").status_code == 303
    assert store.subscribers.find(eva.subscriber_id).profile.worked_as == ("lawyer", "teacher")
    assert browser.post("/home", do="profile", worked_as=f"{shown}, Krankenschwester").status_code == 303
    assert store.subscribers.find(eva.subscriber_id).profile.worked_as == ("lawyer", "nurse", "teacher")
    wrong = browser.post("/home", do="profile", worked_as="Nurze")
    assert (wrong.status_code, 'value="Nurze"' in wrong.text) == (400, True)
    assert browser.post("/home", do="profile", worked_as="").status_code == 303
    assert store.subscribers.find(eva.subscriber_id).profile.worked_as == ()


def test_what_they_can_do_and_would_rather_not_is_said_in_their_words_and_taken_back(
    store: NotifierStore, portal: ServedPortal
) -> None:
    eva = store.person("eva", knows=["payroll", "Java"])
    browser = Browser(portal, eva)
    assert 'name="knows" maxlength="1300" value="payroll, Java"' in browser.get("/home").text
    said = {"knows": "payroll, Java, JAVA, forklift licence", "avoids": "cold calling; crypto"}
    assert browser.post("/home", do="profile", **said).status_code == 303
    kept = store.subscribers.find(eva.subscriber_id).profile
    assert (kept.knows, kept.avoids) == (("payroll", "Java", "forklift licence"), ("cold calling", "crypto"))
    for wrong, why in (
        ("c" * 61, "too long"),
        (", ".join(map(str, range(21))), "Of what you would rather not do, at most 20 are taken"),
    ):
        page = browser.post("/home", do="profile", avoids=wrong)
        assert (page.status_code, why in page.text, wrong in page.text) == (400, True, True)
    assert browser.post("/home", do="profile", knows="", avoids="").status_code == 303
    kept = store.subscribers.find(eva.subscriber_id).profile
    assert (kept.knows, kept.avoids) == ((), ())


def test_a_preview_is_for_who_can_do_and_would_rather_not_do_what_they_say(
    store: NotifierStore, portal: ServedPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers, preview = list[Recipient](), LivePreviews.preview

    def previews(live: LivePreviews, query: Any, reader: Recipient, *rest: Any) -> Any:
        readers.append(reader)
        return preview(live, query, reader, *rest)

    monkeypatch.setattr(LivePreviews, "preview", previews)
    eva = store.person("eva", knows=["payroll", "Java"], avoids=["cold calling"])
    browser = Browser(portal, eva)
    tree: Any = html.fromstring(browser.get("/home/search").text)
    carried = {name: tree.xpath(f"//form[contains(@class, 'search')]//input[@name='{name}']")[0].value for name in SAID}
    assert carried == {"knows": "payroll, Java", "avoids": "cold calling"}
    asked = {"skills": "Python", "currency": "EUR"}
    until(lambda: "still being read" not in portal.post("/preview", **asked).text, "the postings are read")
    for said in (carried, {"knows": "Java; payroll", "avoids": ""}):
        assert portal.post("/preview", **asked, **said).status_code == 200
    assert [(reader.knows, reader.avoids) for reader in readers[-2:]] == [
        (("payroll", "Java"), ("cold calling",)),
        (("Java", "payroll"), ()),
    ]


def test_where_they_live_and_their_years_are_said_by_names_that_they_read_and_taken_back(
    store: NotifierStore, portal: ServedPortal
) -> None:
    eva = store.person("eva", locale="de", home="Germany")
    browser = Browser(portal, eva)
    assert 'name="home" maxlength="200" value="Deutschland"' in browser.get("/home").text
    # What the page shows is what it takes.
    assert browser.post("/home", do="profile", home="Deutschland", years="0").status_code == 303
    profile = store.subscribers.find(eva.subscriber_id).profile
    assert (str(profile.home), profile.years) == ("DE", 0)
    wrong = browser.post("/home", do="profile", home="Halle an der Nordsee", years="3")
    assert (wrong.status_code, 'value="Halle an der Nordsee"' in wrong.text) == (400, True)
    assert browser.post("/home", do="profile", home="Halle (Saale), DE", years="12").status_code == 303
    page = browser.get("/home").text
    assert 'value="Halle (Saale), DE"' in page
    assert re.search(r'name="years"[^>]*value="12"', page)
    page = browser.get("/home/search").text
    carried = dict(re.findall(r'<input type="hidden" name="(home|years)" value="([^"]*)">', page))
    assert carried == {"home": "Halle (Saale), DE", "years": "12"}
    assert browser.post("/home", do="profile", home="", years=" ").status_code == 303
    profile = store.subscribers.find(eva.subscriber_id).profile
    assert (profile.home, profile.years) == (None, None)


@pytest.mark.parametrize("home", ["US-NY", "Newtown, US-MA"])
def test_who_changes_another_fact_lives_where_they_did(store: NotifierStore, portal: ServedPortal, home: str) -> None:
    """In a state that is called as a town is, and in a town that this release does not know."""
    eva = store.person("eva", home="US-NY")
    with store.engine.begin() as connection:
        connection.execute(update(subscribers).values(home=home))
    browser = Browser(portal, eva)
    [shown] = re.findall(r'name="home" maxlength="200" value="([^"]*)"', browser.get("/home").text)
    assert browser.post("/home", do="profile", home=shown, name="Eva").status_code == 303
    profile = store.subscribers.find(eva.subscriber_id).profile
    assert (profile.name, str(profile.home)) == ("Eva", home)


def test_a_language_keeps_the_country_that_it_was_chosen_for(store: NotifierStore, portal: ServedPortal) -> None:
    zoe = store.person("zoe", locale="fr_CA")
    browser = Browser(portal, zoe)
    assert '<option value="fr_CA" selected>Français</option>' in browser.get("/home").text
    browser.post("/home", do="profile", locale="fr_CA", name="Zoé")
    assert store.subscribers.find(zoe.subscriber_id).profile.locale == "fr_CA"


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "“crypto” covers blockchain, web3, DeFi and cryptocurrency too."),
        ("de", "„crypto“ umfasst auch Krypto, Kryptowährung und Kryptobranche."),
        ("fr", "comprend aussi cryptomonnaie"),
        ("es", "incluye también cripto"),
        ("pt", "inclui também cripto"),
    ],
)
def test_what_somebody_avoids_says_what_else_it_covers(browser: Browser, locale: str, said: str) -> None:
    assert " too." not in browser.get("/home").text
    fields = {"name": "Ada", "time_zone": "Europe/Berlin", "currency": "EUR", "locale": locale}
    assert browser.post("/home", do="profile", **fields, avoids="crypto, welding").status_code == 303
    page = browser.get("/home").text
    assert said in page
