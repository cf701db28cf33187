"""The privacy page states what the store does and what the settings say; no log says who somebody is."""

import re
from io import StringIO
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.notifier.adapters.sql.retention import KEEP_BODIES, KEEP_DIGESTS, KEEP_ERASURES
from services.runtime.logging import configure_logging
from services.settings.portal import PortalSettings
from tests.support.notifying import NotifierStore, sqlite_store
from tests.support.portal import ServedPortal, served_portal


def test_it_says_how_long_mails_are_kept_and_is_linked_from_every_page(portal: ServedPortal) -> None:
    page = portal.get("/privacy").text
    assert f"{KEEP_BODIES.days} days" in page
    assert f"{KEEP_DIGESTS.days} days" in page
    assert f"no backup brings them back: {KEEP_ERASURES.days} days" in page
    assert "Harbour Jobs, 1 Quay Street, Porto" in page
    for path in ("/sign-up", "/u/forged.aaaaaaaaaaaaaaaa"):
        assert 'href="/privacy"' in portal.get(path).text


def test_it_says_how_long_suppressions_backups_and_logs_are_kept_as_the_settings_have_it(store: NotifierStore) -> None:
    with served_portal(store) as portal:
        page = portal.get("/privacy").text
    assert (
        "an address that must not be mailed, a keyed hash that names nobody, and why: until that is taken back" in page
    )
    assert f"Backups of all this: {KEEP_ERASURES.days} days" in page
    assert "Our logs name nobody" in page
    assert "logs of the web server" not in page
    kept = PortalSettings(port=0, backups_kept_days=35, logs_kept_days=14)
    with served_portal(store, kept) as portal:
        page = portal.get("/privacy").text
    assert "Backups of all this: 35 days" in page
    assert "logs of the web server, with the address of that network: 14 days" in page


def test_backups_are_not_kept_for_longer_than_it_is_known_who_was_erased() -> None:
    assert PortalSettings().backups_kept_days == KEEP_ERASURES.days
    with pytest.raises(ValidationError):
        PortalSettings(backups_kept_days=KEEP_ERASURES.days + 1)


def test_it_says_that_what_they_say_of_themselves_is_kept_and_why(portal: ServedPortal) -> None:
    page = portal.get("/privacy").text
    [said] = re.findall(r"<li>(Where you live[^<]+)</li>", page)
    assert "what you have worked as, what you can do and what you would rather not do" in said
    assert "to leave out jobs that are too far, too senior or not for you: until you take it back or erase it" in said


def test_it_names_whom_to_ask(store: NotifierStore) -> None:
    with served_portal(store, sender_address="alerts@harbour.example") as portal:
        assert "alerts@harbour.example" in portal.get("/privacy").text


def test_it_names_who_works_on_it_and_what_they_are_called_is_never_run(store: NotifierStore) -> None:
    processors = ("Twilio SendGrid, USA: sends the mails", "Hosting <b>Ltd</b>, Ireland: runs the machines")
    with served_portal(store, PortalSettings(port=0, processors=processors)) as portal:
        page = portal.get("/privacy").text
    assert "<li>Twilio SendGrid, USA: sends the mails</li>" in page
    assert "<li>Hosting &lt;b&gt;Ltd&lt;/b&gt;, Ireland: runs the machines</li>" in page


def test_no_log_tells_a_token_or_an_address_whatever_becomes_of_a_visit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, lines = sqlite_store(tmp_path), StringIO()
    tokens = {"s": "a-link-that-signs-in", "c": "a-wish-that-waits", "u": "person.forged-mac"}
    with served_portal(store, public_url="https://alerts.example", folder=tmp_path / "mails") as portal:
        configure_logging(level="debug", json=True, stream=lines)
        for path in [f"/{letter}/{token}" for letter, token in tokens.items()]:
            portal.get(path)
            portal.post(path, do="leave")
        portal.get("/f/the-key-of-a-feed.atom")
        of_oneself = {"home": "Windhoek", "worked_as": "Upholsterer", "knows": "taxidermy", "avoids": "haggling"}
        # The mailer cannot write, and then the store breaks.
        (tmp_path / "mails").write_text("in the way")
        portal.post("/sign-up", address="grace@example.com", text="harbour", time_zone="UTC", **of_oneself)
        portal.postman.join()
        monkeypatch.setattr(store.engine, "connect", None)
        monkeypatch.setattr(store.engine, "begin", None)
        assert portal.get("/f/the-key-of-a-feed.atom").status_code >= 500
        assert {portal.get(f"/{letter}/{token}").status_code for letter, token in tokens.items()} <= {200, 500, 503}
    said = lines.getvalue()
    assert "a letter did not go out" in said
    assert "a visit failed" in said
    secrets = (
        *tokens.values(),
        "the-key-of-a-feed",
        "grace@example.com",
        "grace",
        "Windhoek",
        "Upholsterer",
        "tailor",
        "taxidermy",
        "haggling",
    )
    assert [secret for secret in secrets if secret in said] == []
