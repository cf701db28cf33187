"""The demo signs in as any of its people by one press; no other portal has such a page."""

from collections.abc import Iterator

import httpx2
import pytest

from services.cli.commands.demo import people
from services.notifier.domain.people import Subscriber
from services.portal.app import PortalServer
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal, settings_of


@pytest.fixture
def demo(store: NotifierStore, ada: Subscriber) -> Iterator[httpx2.Client]:
    installation = Installation(settings_of(), store.engine)
    with (
        PortalServer(installation, lambda: NOW, more=(people,)) as server,
        httpx2.Client(base_url=f"http://{server.address}", timeout=30, verify=False) as client,
    ):
        yield client


def test_one_press_signs_in_as_somebody_of_the_demo(ada: Subscriber, demo: httpx2.Client) -> None:
    address = ada.profile.address
    path = f"/demo/{ada.subscriber_id}"
    assert f'action="{path}"' in demo.get("/demo").text
    answer = demo.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert address in demo.get("/home", headers={"Cookie": cookie}).text


def test_nobody_else_and_no_form_of_another_site_is_let_in(ada: Subscriber, demo: httpx2.Client) -> None:
    assert demo.post("/demo/nobody@example.com").status_code == 400
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert demo.post(f"/demo/{ada.subscriber_id}", headers=foreign).status_code == 403


def test_an_ordinary_portal_has_no_such_page(ada: Subscriber, portal: ServedPortal) -> None:
    assert portal.get("/demo").status_code == 404
    assert portal.post(f"/demo/{ada.subscriber_id}").status_code == 404
