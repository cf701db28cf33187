"""Another address: confirmed there, told to the old one, and nobody learns who else is subscribed."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.adapters.sql.people.doors import CONFIRM_WITHIN, LETTER_EVERY, SqlDoors
from services.notifier.adapters.sql.people.opt_outs import SqlOptOuts
from services.notifier.delivering import Courier
from services.notifier.domain.consent import Consent
from services.notifier.domain.links import slot_of
from services.notifier.domain.people import Subscriber
from services.notifier.domain.wording.letters import MOVE
from services.notifier.settings import NotifierSettings
from services.portal.accounts.guard import COOKIE
from tests.support.consenting import paused
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal, served_portal, subject_of

BASE = "https://alerts.example"
NEW, THIRD = "ada@elsewhere.example", "ada@third.example"


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    return tmp_path / "mails"


@pytest.fixture
def portal(store: NotifierStore, mails: Path) -> Iterator[ServedPortal]:
    with served_portal(store, folder=mails, public_url=BASE, sender_address="a@harbour.example") as made:
        yield made


def letters(portal: ServedPortal, mails: Path) -> dict[str, list[tuple[str, str]]]:
    """By address: the subject and the text of each letter, once what waits is handed over."""
    portal.postman.join()
    Courier(portal.store.deliveries, FolderMailer(mails), NotifierSettings()).deliver(portal.now)
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(mails.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        text = message.get_body(("plain",))
        assert text is not None
        found.setdefault(str(message["To"]), []).append((str(message["Subject"]), text.get_content()))
    return found


def link_in(text: str) -> str:
    [link] = re.findall(rf"{BASE}(/\S+)", text)
    return str(link)


def signed_in(portal: ServedPortal, person: Subscriber, number: int = 0) -> str:
    """The cookie of a browser that came in by a link."""
    made = f"a link of {person.subscriber_id} {number}"
    SqlDoors(portal.store.engine, portal.store.ids).keep_sign_in(made, person.subscriber_id, portal.now)
    answer = portal.post(f"/s/{made}", do="enter")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["set-cookie"].partition(";")[0])


def act(portal: ServedPortal, cookie: str, do: str, **fields: str) -> tuple[int, str]:
    [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', portal.get("/home", Cookie=cookie).text)
    form = {"do": do, "csrf": csrf} | fields
    answer = portal.client.post("/home", data=form, headers={"Cookie": cookie})
    return answer.status_code, answer.text


def test_mails_go_to_another_address_once_it_is_confirmed_there_and_the_old_one_is_told(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    cookie = signed_in(portal, ada)
    assert act(portal, cookie, "move", address=NEW)[0] == 200
    [(subject, text)] = letters(portal, mails)[NEW]
    assert (subject, ada.profile.name in text) == (subject_of("new_address"), False)
    link = link_in(text)
    assert NEW in portal.get(link).text
    assert store.subscribers.with_address(NEW) is None, "a scanner of mail looked"
    portal.now += timedelta(hours=1)
    answer = portal.post(link, do="confirm")
    assert (answer.status_code, COOKIE in answer.headers["set-cookie"]) == (303, True)
    moved = store.subscribers.find(NEW)
    assert (moved.subscriber_id, moved.address_since) == (ada.subscriber_id, portal.now)
    assert store.subscribers.with_address(ada.profile.address) is None
    [(subject, text)] = letters(portal, mails)[ada.profile.address]
    assert (subject, NEW in text) == (subject_of("old_address"), False)
    assert "a@harbour.example" in text
    kept = store.subscribers.consents(ada.subscriber_id)[-1]
    assert (kept.kind, kept.origin, kept.wording) == ("moved", "page", MOVE)
    assert portal.post(link, do="confirm").status_code == 410
    assert len(letters(portal, mails)[ada.profile.address]) == 1


def test_what_led_to_them_by_the_old_address_is_over_but_for_leaving(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    here, elsewhere = signed_in(portal, ada), signed_in(portal, ada, 1)
    before, waits = slot_of(NOW), "/s/a link that waits"
    SqlDoors(store.engine, store.ids).keep_sign_in("a link that waits", ada.subscriber_id, portal.now)
    act(portal, here, "move", address=NEW)
    link = link_in(letters(portal, mails)[NEW][0][1])
    portal.now += timedelta(minutes=5)
    session = portal.post(link, do="confirm").headers["set-cookie"].partition(";")[0]
    assert [portal.get("/home", Cookie=each).status_code for each in (here, elsewhere, session)] == [303, 303, 200]
    assert portal.post(waits, do="enter").status_code == 410
    manage, answer = portal.path("manage", ada, before), portal.path("answer", ada, before)
    assert (portal.get(manage).status_code, portal.get(answer).status_code) == (410, 410)
    store.subscribers.pause(ada.subscriber_id, paused(portal.now))
    assert portal.post(answer, do="yes").status_code == 410
    assert portal.post(manage, do="again").status_code == 410
    assert store.subscribers.find(NEW).status == "paused"
    assert portal.get(portal.path("manage", ada, slot_of(portal.now + timedelta(days=1)))).status_code == 200
    portal.post(portal.path("unsubscribe", ada), **{"List-Unsubscribe": "One-Click"})
    assert store.subscribers.find(NEW).status == "unsubscribed"


@pytest.mark.parametrize("do", ["again", "pause", "go-on", "resume-search"])
def test_who_reads_the_old_mailbox_can_have_them_left_alone_and_not_mailed_again(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path, do: str
) -> None:
    store.subscribers.move(ada.subscriber_id, NEW, Consent("moved", NOW, "page", "Send them here"))
    link, search = portal.path("unsubscribe", ada), store.searches.all(ada.subscriber_id)[0]
    assert portal.post(link, do="pause-search", search=search.search_id).status_code == 200
    assert store.searches.get(search.search_id).paused
    if do == "go-on":
        assert portal.post(link, do="pause").status_code == 200
    elif do != "resume-search":
        assert portal.post(link, **{"List-Unsubscribe": "One-Click"}).status_code == 200
    before = store.subscribers.find(NEW)
    answer = portal.post(link, do=do, search=search.search_id)
    assert (answer.status_code, "Look into your mailbox" in answer.text) == (200, True)
    assert (store.subscribers.find(NEW).status, store.searches.get(search.search_id).paused) == (before.status, True)
    sent = letters(portal, mails)
    assert list(sent) == [NEW], "where they are mailed now"
    entered = portal.post(link_in(sent[NEW][0][1]), do="enter")
    if do != "resume-search":
        status, _ = act(portal, entered.headers["set-cookie"].partition(";")[0], "again")
        assert (status, store.subscribers.find(NEW).status) == (303, "active")
    assert portal.post(link, do="again", **{"List-Unsubscribe": "One-Click"}).status_code == 200
    assert store.subscribers.find(NEW).status == "unsubscribed"


def test_the_answer_is_the_same_whoever_has_the_address(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    bob = store.person("bob")
    store.suppressions.suppress("spam@example.com", "they complained", NOW)
    cookie = signed_in(portal, ada)
    given = (NEW, bob.profile.address, "spam@example.com", ada.profile.address)
    answers = [(act(portal, cookie, "move", address=address), address) for address in given]
    # But for the address itself, which whoever asks knows.
    assert len({(status, text.replace(address, "")) for (status, text), address in answers}) == 1
    sent = letters(portal, mails)
    assert sorted(sent) == sorted({NEW, bob.profile.address, ada.profile.address})
    assert sent[bob.profile.address][0][0] == "Harbour Jobs knows your address already"
    assert store.subscribers.find(bob.profile.address).subscriber_id == bob.subscriber_id


def test_letters_to_a_new_address_are_as_few_as_to_any_other(
    ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    cookie = signed_in(portal, ada)
    for _ in range(4):
        assert act(portal, cookie, "move", address=NEW)[0] == 200
    assert len(letters(portal, mails)[NEW]) == 1
    portal.now += LETTER_EVERY
    assert act(portal, cookie, "move", address=NEW)[0] == 200
    links = {link_in(text) for _, text in letters(portal, mails)[NEW]}
    assert sorted(portal.get(link).status_code for link in links) == [200, 410], "the last wish stands"
    for _ in range(8):
        act(portal, cookie, "move", address="x@example.com")
    assert act(portal, cookie, "move", address="x@example.com")[0] == 429


def test_a_new_address_is_forgotten_after_two_days(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    act(portal, signed_in(portal, ada), "move", address=NEW)
    link = link_in(letters(portal, mails)[NEW][0][1])
    portal.now += CONFIRM_WITHIN
    assert (portal.get(link).status_code, portal.post(link, do="confirm").status_code) == (410, 410)
    assert store.subscribers.with_address(NEW) is None


def test_an_address_that_somebody_else_came_by_meanwhile_is_not_taken_from_them(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    act(portal, signed_in(portal, ada), "move", address="bob@example.com")
    link = link_in(letters(portal, mails)["bob@example.com"][0][1])
    bob = store.person("bob")
    answer = portal.post(link, do="confirm")
    assert (answer.status_code, "subscribed with this address already" in answer.text) == (400, True)
    assert store.subscribers.find("bob@example.com").subscriber_id == bob.subscriber_id
    assert store.subscribers.find(ada.profile.address).subscriber_id == ada.subscriber_id


@pytest.mark.parametrize("status", ["paused", "unsubscribed"])
def test_another_address_has_nobody_mailed_who_did_not_want_it(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path, status: str
) -> None:
    if status == "paused":
        store.subscribers.pause(ada.subscriber_id, paused(NOW))
    else:
        store.subscribers.unsubscribe(ada.subscriber_id, Consent("withdrawn", NOW, "page", "Stop"))
    act(portal, signed_in(portal, ada), "move", address=NEW)
    portal.post(link_in(letters(portal, mails)[NEW][0][1]), do="confirm")
    assert store.subscribers.find(NEW).status == status


def test_the_old_address_is_told_though_the_portal_ends_and_they_leave_or_move_on_before_it_is(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    """Who took an account over would end it at once, so that nobody hears of it."""
    cookie = signed_in(portal, ada)
    act(portal, cookie, "move", address=NEW)
    link = link_in(letters(portal, mails)[NEW][0][1])
    portal.now += timedelta(minutes=5)
    cookie = portal.post(link, do="confirm").headers["set-cookie"].partition(";")[0]
    store.pauses.set_sending(True, portal.now)
    act(portal, cookie, "move", address=THIRD)
    link = link_in(letters(portal, mails)[THIRD][0][1])
    portal.now += timedelta(minutes=5)
    assert portal.post(link, do="confirm").status_code == 303
    portal.post(portal.path("unsubscribe", ada), **{"List-Unsubscribe": "One-Click"})
    assert len(letters(portal, mails)) == 2, "sending is paused: nobody is told yet"
    store.pauses.set_sending(False, portal.now)
    found = letters(portal, mails)
    notice = subject_of("old_address")
    assert [subject for subject, _ in found[ada.profile.address]] == [notice]
    assert [subject for subject, _ in found[NEW]][1:] == [notice]
    assert notice not in [subject for subject, _ in found[THIRD]]


def test_who_complained_at_the_old_address_is_not_told_there_and_it_stays_suppressed(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    store.suppressions.suppress(ada.profile.address, "they complained", NOW)
    act(portal, signed_in(portal, ada), "move", address=NEW)
    portal.post(link_in(letters(portal, mails)[NEW][0][1]), do="confirm")
    assert sorted(letters(portal, mails)) == [NEW]
    assert store.suppressions.reason(ada.profile.address) == "they complained"
    assert store.suppressions.reason(NEW) is None


def test_a_new_address_that_waits_is_in_what_they_may_ask_for_and_goes_with_them(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    cookie = signed_in(portal, ada)
    act(portal, cookie, "move", address=NEW)
    link = link_in(letters(portal, mails)[NEW][0][1])
    assert portal.get("/home/export", Cookie=cookie).json()["new_address"]["address"] == NEW
    assert act(portal, cookie, "erase", sure="1")[0] == 200
    assert portal.post(link, do="confirm").status_code == 410
    with store.engine.connect() as connection:
        for table in ("new_addresses", "sessions"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table
    assert len(SqlOptOuts(store.engine, store.ids).all()) == 1


def test_who_erases_themself_and_comes_back_floods_no_other_mailbox(
    store: NotifierStore, portal: ServedPortal, mails: Path
) -> None:
    mailed = 0
    for name in ("mallory", "mallory2", "mallory3", "mallory4", "mallory5"):
        cookie = signed_in(portal, store.person(name))
        act(portal, cookie, "move", address=NEW)
        mailed += len(letters(portal, mails).get(NEW, ()))
        act(portal, cookie, "erase", sure="yes")
        portal.now += timedelta(minutes=1)
    assert mailed == 1


def test_who_erases_themself_takes_letters_to_all_their_addresses_along_and_nobody_elses(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    first, never, taken = ada.profile.address, "ada@never.example", "ada@taken.example"
    cookie = signed_in(portal, ada)
    for address in (never, taken, NEW):
        act(portal, cookie, "move", address=address)
    confirmed = portal.post(link_in(letters(portal, mails)[NEW][0][1]), do="confirm")
    cookie = confirmed.headers["set-cookie"].partition(";")[0]
    store.person("carl", address=taken)
    portal.now += timedelta(days=1)
    portal.post("/sign-in", address=taken)
    assert set(letters(portal, mails)) == {first, never, taken, NEW}
    act(portal, cookie, "erase", sure="yes")
    assert {to: len(found) for to, found in letters(portal, mails).items()} == {taken: 2}
    # Of whoever comes back to an address that somebody had, nothing goes with them.
    assert store.subscribers.addresses(store.person("eve", address=never).subscriber_id) == {
        store.ids.address_hash(never)
    }


def test_what_is_no_address_is_said_beside_the_form(ada: Subscriber, portal: ServedPortal, mails: Path) -> None:
    status, page = act(portal, signed_in(portal, ada), "move", address="no address")
    assert (status, 'role="alert"' in page) == (400, True)
    assert letters(portal, mails) == {}


def test_the_page_and_letters_are_in_their_language(store: NotifierStore, portal: ServedPortal, mails: Path) -> None:
    ines = store.person("ines", locale="es")
    act(portal, signed_in(portal, ines), "move", address=NEW)
    [(subject, text)] = letters(portal, mails)[NEW]
    assert subject == "Confirma tu nueva dirección para Harbour Jobs"
    assert "Quiero recibir mis alertas de empleo" in portal.get(link_in(text)).text
    portal.post(link_in(text), do="confirm")
    assert "van a otra dirección" in letters(portal, mails)["ines@example.com"][0][0]


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("leaves", [False, True])
def test_to_erase_by_a_mail_takes_a_letter_to_where_mails_go_as_it_may_have_been_passed_on(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path, moved: bool, leaves: bool
) -> None:
    link = portal.path("unsubscribe", ada)
    if moved:
        store.subscribers.move(ada.subscriber_id, NEW, Consent("moved", NOW, "page", "Send them here"))
    if leaves:
        portal.post(link, do="leave")
    assert 'value="erase"' in portal.get(link).text
    assert portal.post(link, do="erase").status_code == 200
    assert store.subscribers.with_id(ada.subscriber_id) is not None
    [(to, [(_, text)])] = letters(portal, mails).items()
    assert to == (NEW if moved else ada.profile.address)
    came_in = portal.post(link_in(text))
    cookie = came_in.headers["set-cookie"].partition(";")[0]
    assert act(portal, cookie, "erase", sure="1")[0] == 200
    assert store.subscribers.with_id(ada.subscriber_id) is None


def test_who_erases_themself_right_after_another_letter_waits_for_none_and_nobody_floods_them_by_a_mail(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    portal.post("/sign-in", address=ada.profile.address)
    link = portal.path("unsubscribe", ada)
    for _ in range(3):
        assert portal.post(link, do="erase").status_code == 200
    [sent] = letters(portal, mails).values()
    assert [subject.partition(" ")[0] for subject, _ in sent] == ["Your", "Erase"]
