"""People in the console: masked until revealed, which is written down; suppressions and doubts by its forms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from schemas.sql.tables import deliveries
from services.notifier.domain.people import Subscriber
from services.runtime.sql.store import writing
from services.usecases import accounts, mail, operators, suppressions
from tests.support.console import ServedConsole, served_console
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.serving import HOUR, commit, due


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    with served_console(tmp_path) as made:
        made.now = NOW + HOUR
        made.sign_in()
        yield made


@pytest.fixture
def ada(console: ServedConsole) -> Subscriber:
    store = NotifierStore(console.installation.engine)
    person = store.person()
    search = store.search(person, name="Secret plans", hour=8)
    store.matches.store(0, [arrival(0, posting("one"), (search.key,))], NOW)
    return person


def post(console: ServedConsole, path: str, **fields: str) -> tuple[int, str]:
    answer = console.client.post(path, data=fields | {"token": console.form_token()})
    return answer.status_code, answer.text


def acts(console: ServedConsole) -> list[tuple[str, str]]:
    return [(act.act, act.about) for act in operators.latest(console.installation)]


def test_a_person_is_masked_until_revealed_and_that_is_written_down(console: ServedConsole, ada: Subscriber) -> None:
    page = f"/people/{ada.subscriber_id}"
    found = console.client.post("/people", data={"person": "ada@example.com", "token": console.form_token()})
    assert (found.status_code, found.headers["location"]) == (303, page)
    for personal in ("ada@example.com", "Ada", "Secret plans"):
        assert personal not in console.client.get(page).text
    assert console.client.get(f"{page}/next").status_code == 403
    assert acts(console) == []
    assert post(console, f"{page}/reveal")[0] == 303
    assert acts(console) == [("reveal", ada.subscriber_id)]
    shown = console.client.get(page).text
    for personal in ("ada@example.com", "Ada", "Secret plans", "List-Id", "Python engineer, one"):
        assert personal in shown
    console.client.cookies.clear()
    console.sign_in()
    assert "ada@example.com" not in console.client.get(page).text


def test_the_next_digest_is_shown_in_light_and_dark_and_can_run_nothing(
    console: ServedConsole, ada: Subscriber
) -> None:
    page = f"/people/{ada.subscriber_id}"
    post(console, f"{page}/reveal")
    light, dark = (console.client.get(f"{page}/next", params={"scheme": scheme}) for scheme in ("light", "dark"))
    assert "Python engineer, one" in light.text
    assert "@media all" in dark.text
    assert "@media all" not in light.text
    assert "prefers-color-scheme" not in light.text + dark.text
    policy = light.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_how_many_chose_how_choosy_their_mails_are_is_counted_and_nobody_named(
    console: ServedConsole, ada: Subscriber
) -> None:
    store = NotifierStore(console.installation.engine)
    for name in ("bob", "eve"):
        store.person(name, selectivity="wide")
    page = console.client.get("/people").text
    counted = re.findall(r"<dt>(\w+)</dt><dd>(\d+)</dd>", page)
    assert counted == [("strict", "0"), ("usual", "1"), ("wide", "2"), ("all", "0")]
    assert "bob" not in page


def test_whom_nobody_knows_is_said(console: ServedConsole) -> None:
    status, page = post(console, "/people", person="nobody@example.com")
    assert (status, 'role="alert"' in page) == (404, True)
    assert console.client.get("/people/nobody").status_code == 400
    assert post(console, "/people/nobody/reveal")[0] == 400
    assert acts(console) == []


def test_an_address_is_suppressed_and_lifted_with_who_and_why(console: ServedConsole, ada: Subscriber) -> None:
    address = ada.profile.address
    assert post(console, "/people/do", act="suppress", address=address)[0] == 400
    assert post(console, "/people/do", act="suppress", address="no address", why="x")[0] == 400
    assert post(console, "/people/do", act="suppress", address=address, why="they called us")[0] == 200
    page = console.client.get("/people").text
    assert "they called us" in page
    assert "<td>operator</td>" in page
    assert address not in page
    assert post(console, "/people/do", act="lift", address=address, why="they called again")[0] == 200
    assert "they called again" in console.client.get("/people").text
    assert suppressions.why_suppressed(console.installation, address) is None
    assert address not in str(acts(console))


@pytest.mark.parametrize(("act", "after"), [("went out", "accepted"), ("send it", "pending"), ("leave it", "not_sent")])
def test_a_delivery_in_doubt_is_settled(console: ServedConsole, ada: Subscriber, act: str, after: str) -> None:
    store = NotifierStore(console.installation.engine)
    [person] = due(store, NOW + 3 * HOUR)
    assert commit(store, person, store.windows.take_cut(NOW + 3 * HOUR), NOW + 2 * HOUR, "one")
    with writing(store.engine) as connection:
        connection.execute(update(deliveries).values(state="unknown", reason="the line went dead"))
    console.now = NOW + 4 * HOUR
    [doubt] = mail.listed(console.installation, "unknown", 10)
    page = console.client.get("/people").text
    assert doubt.delivery_id in page
    assert f"<td>{accounts.masked(ada.profile.address)}</td>" in page
    assert post(console, "/people/do", act=act, delivery=doubt.delivery_id)[0] == 200
    assert mail.counts(console.installation) == {after: 1}
    assert (act, doubt.delivery_id) in acts(console)
    assert post(console, "/people/do", act=act, delivery=doubt.delivery_id)[0] == 400
