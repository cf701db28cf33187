"""The privacy page states what the store does and what the settings say."""

from services.notifier.adapters.sql.retention import KEEP_BODIES, KEEP_DIGESTS
from tests.support.notifying import NotifierStore
from tests.support.portal import ServedPortal, served_portal


def test_it_says_how_long_mails_are_kept_and_is_linked_from_every_page(portal: ServedPortal) -> None:
    page = portal.get("/privacy").text
    assert f"{KEEP_BODIES.days} days" in page
    assert f"{KEEP_DIGESTS.days} days" in page
    assert "Harbour Jobs, 1 Quay Street, Porto" in page
    for path in ("/sign-up", "/u/forged.aaaaaaaaaaaaaaaa"):
        assert 'href="/privacy"' in portal.get(path).text


def test_it_names_whom_to_ask(store: NotifierStore) -> None:
    with served_portal(store, sender_address="alerts@harbour.example") as portal:
        assert "alerts@harbour.example" in portal.get("/privacy").text
