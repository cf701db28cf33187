"""A form that cannot be taken as it is comes back as it was filled in, and says why in the language of its page."""

from pathlib import Path
from typing import Any

from lxml import html

from services.usecases import tracker
from services.usecases.installation import Installation
from services.wording.words import LANGUAGES
from tests.support.notifying import GO, NOW, arrival, posting, sqlite_store
from tests.support.portal import ServedPortal, served_portal, settings_of
from tests.support.signed_in import Browser

PAGES = (
    "/sign-up",
    "/sign-in",
    "/home",
    "/home/jobs",
    "/home/feedback",
    "/home/search",
    "/home/webhooks",
    "/home/tokens",
)
JOB = posting("one")
WRONG = {
    "address": "ada at example.com",
    "skills": "Pyhton qqq",
    "currency": "ZZZ",
    "time_zone": "Mars/Olympus",
    "until": "2020-02-29",
    "preferred_places": "Atlantis",
    "home": "Atlantis",
    "years": "many",
    "note": "n" * 5_000,
    "applied_on": "someday",
    "company": " ",
    "pasted": "nothing of that kind",
}
"""By the name of a field."""
FILLED = {"name": "Grace", "speaks": "de, en", "hour": "17", "cadence": "weekly", "amount": "70000", "text": "compiler"}
"""What is right, and not what the page shows at first."""


def test_every_form_comes_back_as_it_was_filled_in_and_says_why_in_the_language_of_its_page(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    store.matches.store(0, [arrival(0, JOB)], NOW)
    said_by_form: dict[str, set[str]] = {}
    with served_portal(store) as portal:
        for number, language in enumerate(LANGUAGES):
            # A network each: they are no flood.
            portal.client.headers["X-Forwarded-For"] = f"198.51.{number}.1"
            person = store.person(f"reader-{language}", locale=language)
            store.search(person, "Go work", GO, hour=8)
            tracker.save(Installation(settings_of(), store.engine), person.subscriber_id, JOB.posting_id, NOW)
            for form, said in refused(portal, Browser(portal, person), language):
                said_by_form.setdefault(form, set()).add(said)
    store.engine.dispose()
    assert len(said_by_form) == 13
    assert {form: said for form, said in said_by_form.items() if len(said) < len(LANGUAGES) or "" in said} == {}


def refused(portal: ServedPortal, browser: Browser, language: str) -> list[tuple[str, str]]:
    """What is said of each form of the pages, once something wrong was posted by it; it must come back as it was."""
    found = []
    for path in PAGES:
        at_home, own = path.startswith("/home"), {"Accept-Language": language}
        page = browser.get(path) if at_home else portal.get(path, **own)
        for number, form in enumerate(forms(page.text)):
            filled = {name: WRONG.get(name, FILLED.get(name, value)) for name, value in written(form).items()}
            hidden = {field.name: field.value for field in form.xpath(".//input[@type='hidden']")}
            button = {button.get("name"): button.get("value") for button in form.xpath(".//button[@name]")[:1]}
            sent = {**hidden, **button, **filled}
            answer = browser.post(path, **sent) if at_home else portal.client.post(path, data=sent, headers=own)
            again = forms(answer.text)[number]
            assert {name: written(again)[name] for name in filled} == filled, f"{path}, form {number}"
            said = html.fromstring(answer.text).xpath("//*[@role='alert' or (@role='status' and @class='done')]")
            found.append((f"{path}, form {number}", " ".join(alert.text_content() for alert in said).strip()))
    return found


def forms(page: str) -> list[Any]:
    """Those of a page in which something is written."""
    return [form for form in html.fromstring(page).xpath("//main//form") if written(form)]


def written(form: Any) -> dict[str, str]:
    """What the fields hold that somebody writes in or chooses from, as a browser would send them."""
    of_a_browser = form.xpath(
        ".//textarea | .//select | .//input[not(@type='hidden' or @type='checkbox' or @type='radio')]"
    )
    return {field.name: field.value or "" for field in of_a_browser}
