"""Webhooks over the API: added with a secret that is shown once, proven, tried, given another secret, removed."""

import pytest

from services.notifier.domain.people import Subscriber
from tests.support.notifying import NotifierStore
from tests.support.portal import ServedPortal
from tests.support.programs import Program, problem_of

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

ADDRESS = "https://ada.example/hook"


def test_a_webhook_is_added_tried_given_another_secret_and_removed(
    store: NotifierStore, program: Program, ada: Subscriber
) -> None:
    [search, _] = store.searches.all(ada.subscriber_id)
    made = program.ask("POST", "/webhooks", {"address": ADDRESS, "search_id": search.search_id})
    assert made.status_code == 201
    secret, hook = made.json()["secret"], made.json()["webhook"]
    assert secret.startswith("whsec_")
    assert (hook["address"], hook["search_id"], hook["state"]) == (ADDRESS, search.search_id, "unproven")
    assert [event["kind"] for event in hook["events"]] == ["webhook.challenge"]
    path = f"/webhooks/{hook['id']}"
    assert made.headers["location"] == f"/api/v1{path}"
    assert program.get(path).json() == hook
    assert secret not in program.get("/webhooks").text
    assert problem_of(program.ask("POST", f"{path}/proof", {"challenge": "a guess"})) == (422, "wrong_field")
    other = program.ask("POST", f"{path}/secret").json()["secret"]
    assert other != secret
    assert program.ask("DELETE", path).status_code == 204
    for method, below in (("GET", ""), ("DELETE", ""), ("POST", "/ping"), ("POST", "/challenge"), ("POST", "/secret")):
        assert problem_of(program.ask(method, path + below)) == (404, "missing")
    assert [
        webhook["id"] for webhook in program.get("/webhooks").json()["items"] if webhook["state"] != "removed"
    ] == []


def test_addresses_of_private_networks_and_searches_of_others_are_refused(
    store: NotifierStore, program: Program
) -> None:
    theirs = store.search(store.person("bob"))
    for address in ("http://ada.example/hook", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "nowhere"):
        assert problem_of(program.ask("POST", "/webhooks", {"address": address})) == (422, "wrong_field"), address
    wish = {"address": ADDRESS, "search_id": theirs.search_id}
    assert problem_of(program.ask("POST", "/webhooks", wish)) == (404, "missing")
    assert program.get("/webhooks").json()["items"] == []


def test_nobody_has_us_ask_servers_of_others_all_day(portal: ServedPortal, program: Program, ada: Subscriber) -> None:
    hook = program.ask("POST", "/webhooks", {"address": ADDRESS}).json()["webhook"]["id"]
    statuses = [program.ask("POST", f"/webhooks/{hook}/challenge").status_code for _ in range(12)]
    assert statuses[-1] == 429
    # Another token of the same person makes no difference.
    assert problem_of(Program(portal, ada).ask("POST", f"/webhooks/{hook}/ping")) == (429, "too_many_requests")
    reader = Program(portal, ada, ["webhooks:read"])
    assert problem_of(reader.ask("POST", f"/webhooks/{hook}/secret")) == (403, "out_of_scope")
    assert reader.get("/webhooks").json()["items"][0]["id"] == hook
