"""Signing up and in: nobody is subscribed who did not confirm, nobody learns who is, and a session ends when told."""

import email
import email.policy
import html
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import httpx2
import pytest
import sqlalchemy
from starlette.requests import Request

from services.notifier.adapters.sql.people import doors
from services.notifier.adapters.sql.people.doors import CONFIRM_WITHIN, LETTER_EVERY, SESSION_FOR, SIGN_IN_WITHIN
from services.notifier.domain.consent import Consent
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.links import PATHS, Purpose, slot_of
from services.notifier.domain.people import Subscriber, profile_of
from services.portal.accounts.guard import COOKIE, browser_of
from services.runtime.errors import UnavailableError
from services.runtime.logging import configure_logging
from services.usecases.live_previews import LivePreviews
from tests.support.consenting import declared, paused
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal, settings_of, subject_of
from tests.support.signed_in import Browser
from tests.support.waiting import until

BASE = "https://alerts.example"
WISH = {
    "address": "grace@example.com",
    "skills": "Python, Go",
    "places": "DE",
    "workplace.remote": "1",
    "time_zone": "UTC",
}


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    return tmp_path / "mails"


@pytest.fixture
def portal(store: NotifierStore, mails: Path) -> Iterator[ServedPortal]:
    with served_portal(store, folder=mails, public_url=BASE) as made:
        yield made


def letters(portal: ServedPortal, mails: Path) -> list[tuple[str, str, str]]:
    """To whom, subject and link of each letter, by its file."""
    portal.postman.join()
    found = []
    for path in sorted(mails.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        text = message.get_body(("plain",))
        assert text is not None
        [link] = re.findall(rf"{BASE}(/\S+)", text.get_content())
        found.append((str(message["To"]), str(message["Subject"]), link))
    return found


def cookie_of(answer: httpx2.Response) -> str:
    assert answer.status_code == 303, answer.text
    [header] = answer.headers.get_list("set-cookie")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(header.split("; "))
    return header.partition(";")[0]


def signed_in(portal: ServedPortal, mails: Path, address: str) -> str:
    """The cookie of a browser that came in by a link."""
    portal.post("/sign-in", address=address)
    [(_, _, link)] = [each for each in letters(portal, mails) if "/s/" in each[2]]
    return cookie_of(portal.post(link, do="enter"))


def home(portal: ServedPortal, cookie: str) -> httpx2.Response:
    return portal.get("/home", Cookie=cookie)


def act(portal: ServedPortal, cookie: str, do: str, **fields: str) -> httpx2.Response:
    [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', home(portal, cookie).text)
    form = {"do": do, "csrf": csrf} | fields
    return portal.client.post("/home", data=form, headers={"Cookie": cookie})


def test_who_signs_up_is_subscribed_once_they_confirm_and_not_before(
    store: NotifierStore, portal: ServedPortal, mails: Path
) -> None:
    answer = portal.post("/sign-up", **WISH)
    assert (answer.status_code, "Look into your mailbox" in answer.text) == (200, True)
    [(to, subject, link)] = letters(portal, mails)
    assert (to, subject) == ("grace@example.com", subject_of("confirm"))
    assert store.subscribers.with_address("grace@example.com") is None
    assert "Python, Go" in portal.get(link).text
    assert store.subscribers.with_address("grace@example.com") is None, "a scanner of mail looked"
    confirmed = portal.post(link, do="confirm")
    assert confirmed.headers["location"] == "/home/welcome"
    cookie = cookie_of(confirmed)
    welcome = portal.get("/home/welcome", Cookie=cookie)
    assert "grace@example.com" in welcome.text
    assert re.search(r"Your first mail comes on [^<]+, 8:00\sAM \(", welcome.text)
    grace = store.subscribers.find("grace@example.com")
    [search] = store.searches.all(grace.subscriber_id)
    assert (search.criteria.skills.any, search.criteria.places) == (("Go", "Python"), ("DE",))
    [consent] = store.subscribers.consents(grace.subscriber_id)
    assert (consent.kind, consent.origin) == ("given", "page")
    assert "send me these job alerts" in consent.wording
    assert "Python, Go" in home(portal, cookie).text
    assert portal.post(link, do="confirm").status_code == 410


def test_who_has_just_signed_up_is_asked_which_languages_they_speak_until_they_say(
    store: NotifierStore, portal: ServedPortal, mails: Path
) -> None:
    portal.post("/sign-up", **WISH)
    [(_, _, link)] = letters(portal, mails)
    cookie = cookie_of(portal.post(link, do="confirm"))
    page = portal.get("/home/welcome", Cookie=cookie).text
    [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', page)
    assert '<input name="speaks"' in page
    form = {"do": "profile", "csrf": csrf, "speaks": "English, Deutsch"}
    assert portal.client.post("/home", data=form, headers={"Cookie": cookie}).status_code == 303
    grace = store.subscribers.find("grace@example.com")
    assert [language.code for language in grace.profile.speaks] == ["de", "en"]
    assert '<input name="speaks"' not in portal.get("/home/welcome", Cookie=cookie).text


def test_where_somebody_lives_their_years_and_their_work_are_asked_once_kept_and_never_needed(
    store: NotifierStore, portal: ServedPortal, mails: Path
) -> None:
    said = {"home": "Cambridge, MA", "years": "0", "worked_as": "Nurse, tailor", "knows": "phlebotomy, Java"}
    assert portal.post("/sign-up", **WISH, **said, avoids="cold calling").status_code == 200
    [(_, _, link)] = letters(portal, mails)
    letter = (mails / next(mails.glob("*.eml")).name).read_text().lower()
    assert [word for word in ("tailor", "cambridge", "phlebotomy", "cold calling") if word in letter] == []
    cookie = cookie_of(portal.post(link, do="confirm"))
    grace = store.subscribers.find("grace@example.com")
    assert (str(grace.profile.home), grace.profile.years) == ("Cambridge, US-MA", 0)
    assert grace.profile.worked_as == ("nurse", "tailor")
    assert (grace.profile.knows, grace.profile.avoids) == (("phlebotomy", "Java"), ("cold calling",))
    assert 'name="home" value="' not in re.sub(
        r'<input type="hidden"[^>]*>', "", portal.get("/home/welcome", Cookie=cookie).text
    )
    assert 'value="Cambridge, US-MA"' in home(portal, cookie).text


def presses(page: str) -> list[tuple[str, str]]:
    """What each button of a page that changes a search sends, and what stands on it."""
    return re.findall(r'name="press" value="([^"]+)">([^<]+)<', page)


def test_who_would_get_nothing_is_told_why_before_they_confirm_and_asks_for_less_by_one_press(
    store: NotifierStore, mails: Path
) -> None:
    jobs = [posting(f"onsite {at}", title="Python engineer", workplace="onsite") for at in range(5)]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)
    with served_portal(store, folder=mails, public_url=BASE) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
        portal.post(
            "/sign-up", address="grace@example.com", skills="Python", time_zone="UTC", **{"workplace.hybrid": "1"}
        )
        [(_, _, link)] = letters(portal, mails)
        before = portal.get(link).text
        assert "0 jobs of the last 30 days fit." in before
        assert "As it is, no mail comes until such a job is posted." in before
        assert "you can ask for less by one press" in before
        cookie = cookie_of(portal.post(link, do="confirm"))
        page = portal.get("/home/welcome", Cookie=cookie).text
        ways = [value for value, said in presses(page) if "workplace" in said or "on site" in said]
        assert ways, page
        answer = act(portal, cookie, "widen", press=ways[0])
        assert (answer.status_code, "asks for less from now on" in answer.text) == (200, True)
        grace = store.subscribers.find("grace@example.com")
        [search] = store.searches.all(grace.subscriber_id)
        assert search.criteria.workplace in ((), ("hybrid", "onsite"))
        assert search.criteria.skills.any == ("Python",)


def test_who_comes_to_confirm_can_where_what_would_come_cannot_be_told(
    portal: ServedPortal, mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise UnavailableError("the postings cannot be read")

    until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
    portal.post("/sign-up", **WISH)
    [(_, _, link)] = letters(portal, mails)
    monkeypatch.setattr(LivePreviews, "preview", away)
    page = portal.get(link)
    assert page.status_code == 200
    assert re.search(r"<form[^>]*>.*?<button", page.text, re.DOTALL)


def promised(page: str) -> str:
    """What a page says is mailed, without the jobs that it asks about."""
    return page.partition("Would you take these?")[0]


@pytest.mark.parametrize("backlog", [True, False])
def test_the_page_after_it_promises_no_job_that_is_never_mailed(
    store: NotifierStore, mails: Path, backlog: bool
) -> None:
    job = posting("fresh", title="Python engineer of bridges", backlog=backlog)
    store.matches.store(0, [arrival(2, job)], NOW)
    with served_portal(store, folder=mails, public_url=BASE) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
        portal.post("/sign-up", address="grace@example.com", skills="Python", time_zone="UTC")
        [(_, _, link)] = letters(portal, mails)
        page = portal.get("/home/welcome", Cookie=cookie_of(portal.post(link, do="confirm"))).text
    assert f"it would hold {1 if backlog else 2} job" in promised(page), "beside the one that is there in any case"


def test_jobs_too_unsure_for_a_mail_by_themselves_are_said_to_wait(store: NotifierStore, mails: Path) -> None:
    bars = CurateSettings(least_chance=0.0, least_mail_chance=1.0)
    store.matches.store(0, [arrival(2, posting("fresh"))], NOW)
    with served_portal(store, folder=mails, public_url=BASE, curate=bars) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
        portal.post("/sign-up", address="grace@example.com", skills="Python", time_zone="UTC")
        [(_, _, link)] = letters(portal, mails)
        page = portal.get("/home/welcome", Cookie=cookie_of(portal.post(link, do="confirm"))).text
    assert "it would hold 2 jobs now; you are asked about them below." in promised(page)
    assert "they wait for more of their kind" in page


def test_the_letter_holds_no_word_that_a_stranger_chose(portal: ServedPortal, mails: Path) -> None:
    portal.post("/sign-up", **WISH | {"skills": "", "text": '"Buy cheap watches at evil dot example"'})
    assert len(letters(portal, mails)) == 1
    [path] = mails.glob("*.eml")
    assert b"watches" not in path.read_bytes()


def test_a_sign_up_is_forgotten_after_two_days(store: NotifierStore, portal: ServedPortal, mails: Path) -> None:
    portal.post("/sign-up", **WISH)
    [(_, _, link)] = letters(portal, mails)
    portal.now = NOW + CONFIRM_WITHIN
    assert portal.post(link, do="confirm").status_code == 410
    assert store.subscribers.with_address("grace@example.com") is None


@pytest.fixture
def everybody(store: NotifierStore, ada: Subscriber) -> list[str]:
    """An address of each standing: new, active, paused, unsubscribed, not confirmed yet, suppressed, and no address."""
    store.subscribers.pause(store.person("paused").subscriber_id, paused(NOW))
    store.subscribers.unsubscribe(store.person("left").subscriber_id, Consent("withdrawn", NOW, "page", "Stop"))
    store.subscribers.add(profile_of({"address": "unconfirmed@example.com"}), NOW, declared(NOW), status="unconfirmed")
    for address in ("spam@example.com", store.person("complained").profile.address):
        store.suppressions.suppress(address, "they complained", NOW)
    names = ("new", "paused", "left", "unconfirmed", "spam", "complained")
    return [ada.profile.address, *(f"{name}@example.com" for name in names)]


def test_the_answer_is_the_same_whoever_has_an_address(everybody: list[str], portal: ServedPortal, mails: Path) -> None:
    for hours, path in enumerate(("/sign-up", "/sign-in")):
        asked = [{"X-Forwarded-For": f"198.51.{number}.{hours}"} for number in range(len(everybody))]
        answers = [
            portal.client.post(path, data=WISH | {"address": address}, headers=here)
            for address, here in zip(everybody, asked, strict=True)
        ]
        assert {answer.status_code for answer in answers} == {200}
        said = {_said(answer, address) for answer, address in zip(answers, everybody, strict=True)}
        assert len(said) == 1
        portal.postman.join()
        portal.now += timedelta(hours=1)
    mailed = Counter(to for to, _, _ in letters(portal, mails))
    silent = {"spam@example.com": 0, "complained@example.com": 0, "new@example.com": 1}
    assert {address: mailed[address] for address in everybody} == dict.fromkeys(everybody, 2) | silent


def _said(answer: httpx2.Response, address: str) -> tuple[object, ...]:
    """All that may tell something, but for the address itself, which whoever asks knows."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in ("date", "content-length"))
    return answer.status_code, answer.text.replace(address, ""), *headers


def test_the_answer_is_given_before_anything_is_looked_up(
    store: NotifierStore, everybody: list[str], portal: ServedPortal, mails: Path
) -> None:
    asked = statements(store)
    gate = threading.Event()

    def wait() -> None:
        gate.wait(60)

    portal.postman.later(wait)
    for number, address in enumerate(everybody):
        for path in ("/sign-up", "/sign-in"):
            here = {"X-Forwarded-For": f"198.51.{number}.9"}
            assert portal.client.post(path, data=WISH | {"address": address}, headers=here).status_code == 200
    assert asked == []
    assert not list(mails.glob("*.eml"))
    gate.set()
    assert letters(portal, mails) != []
    assert asked != []


@pytest.mark.parametrize("purpose", PATHS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_costs_what_a_genuine_one_of_an_unknown_person_does(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, purpose: Purpose, method: str
) -> None:
    about = {"unsubscribe": "", "manage": slot_of(NOW), "answer": slot_of(NOW), "rest": slot_of(NOW)}
    own = about.get(purpose, posting("one").posting_id)
    other = b"another secret, of others"
    unknown = portal.path(purpose, "nobodyatall", own)
    forged = (
        portal.path(purpose, "nobodyatall", own, other),
        portal.path(purpose, ada, own, other),
        f"/{PATHS[purpose]}/{portal.path('hide' if purpose == 'more' else 'more', ada, own).rpartition('/')[2]}",
        f"/{PATHS[purpose]}/no-token-at-all",
    )
    asked = statements(store)

    def cost(path: str) -> tuple[int, list[str]]:
        asked.clear()
        answer = portal.post(path, do="leave") if method == "post" else portal.get(path)
        return answer.status_code, list(asked)

    status, of_unknown = cost(unknown)
    # That a mail program, which leaves, is told so although nobody is there tells only who holds a genuine link.
    kind = (410, 405) if (purpose, method) != ("unsubscribe", "post") else (200,)
    assert status in kind
    for path in forged:
        status, of_forged = cost(path)
        assert status in (404, 405)
        assert of_forged == of_unknown, path


def statements(store: NotifierStore) -> list[str]:
    """What the store is asked from now on, but for the previews, which are read all the time."""
    asked: list[str] = []

    @sqlalchemy.event.listens_for(store.engine, "before_cursor_execute")
    def note(_: object, __: object, statement: str, *___: object) -> None:
        if threading.current_thread().name != "previews":
            asked.append(statement)

    return asked


def test_while_too_many_wishes_wait_nobody_is_mailed_but_who_has_one_or_is_known(
    ada: Subscriber, portal: ServedPortal, mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "MOST_SIGN_UPS", 1)
    lines = StringIO()
    configure_logging(json=True, stream=lines)
    portal.post("/sign-up", **WISH)
    portal.postman.join()
    portal.now += LETTER_EVERY
    given = ("new@example.com", WISH["address"], ada.profile.address)
    answers = [portal.post("/sign-up", **WISH | {"address": address}) for address in given]
    assert len({_said(answer, address) for answer, address in zip(answers, given, strict=True)}) == 1
    found = letters(portal, mails)
    assert sorted(to for to, _, _ in found) == [ada.profile.address, WISH["address"], WISH["address"]]
    wishes = [link for _, _, link in found if link.startswith("/c/")]
    assert sorted(portal.get(link).status_code for link in wishes) == [200, 410]
    assert "too many sign-ups wait" in lines.getvalue()
    portal.now += CONFIRM_WITHIN
    portal.post("/sign-up", **WISH | {"address": "new@example.com"})
    assert "new@example.com" in {to for to, _, _ in letters(portal, mails)}


def test_an_address_is_mailed_every_quarter_of_an_hour_and_three_times_a_day_at_most(
    portal: ServedPortal, mails: Path
) -> None:
    for _ in range(3):
        portal.post("/sign-up", **WISH)
    assert len(letters(portal, mails)) == 1
    for _ in range(6):
        portal.now += LETTER_EVERY
        portal.post("/sign-up", **WISH)
        portal.postman.join()
    assert len(letters(portal, mails)) == 3


@pytest.mark.parametrize("ask", ["GET", "HEAD"])
@pytest.mark.parametrize("root", ["", "/alerts"])
def test_the_bare_address_leads_home_or_to_where_one_signs_up(
    store: NotifierStore, ada: Subscriber, root: str, ask: str
) -> None:
    with served_portal(store, public_url=f"https://board.example{root}") as portal:
        for path in {"/", root or "/", f"{root}/"}:
            answer = portal.client.request(ask, path)
            assert (answer.status_code, answer.headers["location"]) == (303, f"{root}/sign-up")
        home = portal.client.request(ask, "/", headers={"Cookie": Browser(portal, ada).cookie})
        assert (home.status_code, home.headers["location"]) == (303, f"{root}/home")


def test_a_network_that_floods_the_form_is_told_to_wait(portal: ServedPortal) -> None:
    answers = [
        portal.client.post(
            "/sign-in", data={"address": "x@example.com"}, headers={"X-Forwarded-For": f"198.51.100.{host}"}
        )
        for host in range(12)
    ]
    assert [answer.status_code for answer in answers[:10]] == [200] * 10
    assert {answer.status_code for answer in answers[10:]} == {429}
    other = portal.client.post(
        "/sign-in", data={"address": "x@example.com"}, headers={"X-Forwarded-For": "203.0.113.9"}
    )
    assert other.status_code == 200


def test_of_an_address_one_wish_is_kept_the_last(store: NotifierStore, portal: ServedPortal, mails: Path) -> None:
    portal.post("/sign-up", **WISH)
    portal.postman.join()
    portal.now += LETTER_EVERY
    portal.post("/sign-up", **WISH | {"skills": "Rust"})
    links = {link for _, _, link in letters(portal, mails)}
    assert sorted(portal.get(link).status_code for link in links) == [200, 410]
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sign_ups").scalar() == 1


def test_who_would_sign_up_while_such_letters_have_stopped_is_told_so_and_gets_none(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    assert portal.get("/sign-up").status_code == 200
    store.pauses.stop_confirmations("12 of the last 100 mails came back for good", portal.now)
    answer = portal.get("/sign-up")
    assert (answer.status_code, "Please try again later" in answer.text) == (503, True)
    assert portal.post("/sign-up", address="grace@example.com", skills="Python").status_code == 200
    assert portal.post("/sign-in", address=ada.profile.address).status_code == 200
    assert [to for to, _, _ in letters(portal, mails)] == [ada.profile.address]
    store.pauses.set_sending(False, portal.now)
    assert portal.post("/sign-up", address="grace@example.com", skills="Python").status_code == 200
    assert len(letters(portal, mails)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "no address"},
        {"skills": "", "places": "", "workplace.remote": ""},
        {"amount": "a lot"},
        {"currency": "XXXX", "amount": "5"},
        {"time_zone": "Mars"},
        {"hour": "25"},
        {"cadence": "hourly"},
        {"text": "call me at grace@example.com"},
    ],
)
def test_a_form_that_is_wrong_is_shown_again_with_what_is_wrong_and_what_was_given(
    portal: ServedPortal, mails: Path, wrong: dict[str, str]
) -> None:
    answer = portal.post("/sign-up", **WISH | wrong)
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
    assert (wrong.get("address") or WISH["address"]) in answer.text
    assert letters(portal, mails) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "no address"}, {"de": "keine E-Mail-Adresse", "es": "no es una dirección"}),
        ({"address": ""}, {"de": "keine E-Mail-Adresse", "es": "no es una dirección"}),
        ({"skills": "", "places": "", "workplace.remote": ""}, {"de": "Sag, was du suchst", "es": "Di qué buscas"}),
        ({"amount": "a lot"}, {"de": "als ganze Zahl", "es": "número entero"}),
        ({"amount": "99999999"}, {"de": "So viel zahlt", "es": "paga tanto al año"}),
        ({"amount": "5"}, {"de": "So wenig zahlt", "es": "paga tan poco al año"}),
        ({"currency": "XXXX", "amount": "5"}, {"de": "Kürzel einer Währung", "es": "código de una moneda"}),
        ({"time_zone": "Lisbon"}, {"de": "Meintest du Europe/Lisbon?", "es": "¿Querías decir Europe/Lisbon?"}),
        ({"places": "Germny"}, {"de": "Meintest du Germany", "es": "¿Querías decir Germany"}),
        ({"places": "qqqqqqqq"}, {"de": "kennen den Ort „qqqqqqqq“", "es": "el lugar «qqqqqqqq»"}),
        ({"places": ", ".join(f"Q{n}" for n in range(101))}, {"de": "den Ort", "es": "el lugar"}),
        ({"skills": "Pyhton"}, {"de": "Meintest du Python", "es": "¿Querías decir Python"}),
        ({"skills": "qqqqqqqq"}, {"de": "Fähigkeit „qqqqqqqq“", "es": "la habilidad «qqqqqqqq»"}),
        ({"text": "call me at grace@example.com"}, {"de": "Suchen sind anonym", "es": "son anónimas"}),
        ({"text": "call +49 170 1234567"}, {"de": "Suchen sind anonym", "es": "son anónimas"}),
        ({"text": "x " * 2_000}, {"de": "zu lang", "es": "demasiado largo"}),
        ({"text": "python -python"}, {"de": "ausgeschlossen", "es": "se excluye"}),
        ({"text": 'an "open quote'}, {"de": "Anführungszeichen", "es": "comillas"}),
        (
            {"text": "-internship", "skills": "", "places": "", "workplace.remote": ""},
            {"de": "nicht willst", "es": "no quieres"},
        ),
        ({"hour": "25"}, {"de": "Eines der Felder", "es": "Uno de los campos"}),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_the_readers_language(
    portal: ServedPortal, wrong: dict[str, str], said: dict[str, str]
) -> None:
    for language, part in said.items():
        headers = {"Accept-Language": language, "X-Forwarded-For": f"198.51.{len(part)}.1"}
        answer = portal.client.post("/sign-up", data=WISH | wrong, headers=headers)
        [fault] = re.findall(r'role="alert"[^>]*>([^<]*)<', answer.text)
        assert (answer.status_code, part in html.unescape(fault)) == (400, True), fault


@pytest.mark.parametrize(
    ("by", "why"), [("provider", "reported as spam"), ("mail server", "no such mailbox"), ("eve", "asked not to")]
)
def test_who_is_suppressed_is_told_so_and_why_and_what_to_do(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path, by: str, why: str
) -> None:
    cookie = signed_in(portal, mails, ada.profile.address)
    assert "Nothing is mailed" not in home(portal, cookie).text
    store.suppressions.suppress(ada.profile.address, "in words of theirs", NOW, by)
    page = home(portal, cookie).text
    [said] = re.findall(r'<div class="fault" role="status">(.*?)</div>', page, re.DOTALL)
    assert "July 1, 2026" in said
    assert why in said
    assert "another address" in said
    assert "in words of theirs" not in page
    store.suppressions.allow(ada.profile.address, "they asked", NOW, "eve")
    assert "Nothing is mailed" not in home(portal, cookie).text


def test_a_manage_link_that_expired_gets_a_new_one_by_mail_where_they_are_mailed_now(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    old = portal.path("manage", ada, slot_of(NOW))
    assert portal.post(old, do="mail").status_code == 400, "it has not expired"
    portal.now = NOW + timedelta(days=31)
    page = portal.get(old)
    assert (page.status_code, 'value="mail"' in page.text) == (410, True)
    for _ in range(3):
        assert portal.post(old, do="mail").status_code == 200
    [(to, _, link)] = letters(portal, mails)
    assert to == ada.profile.address
    assert portal.post(link, do="enter").status_code == 303
    assert portal.post(old, do="pause").status_code == 410
    assert store.subscribers.find(ada.subscriber_id).status == "active"


def test_who_unsubscribed_and_signs_in_comes_back_by_themselves(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    portal.post(portal.path("unsubscribe", ada), **{"List-Unsubscribe": "One-Click"})
    cookie = signed_in(portal, mails, ada.profile.address)
    assert act(portal, cookie, "again").status_code == 303
    assert store.subscribers.find(ada.subscriber_id).status == "active"


def test_a_link_signs_in_once_and_for_a_quarter_of_an_hour(ada: Subscriber, portal: ServedPortal, mails: Path) -> None:
    cookie = signed_in(portal, mails, ada.profile.address)
    assert "Go work" in home(portal, cookie).text
    [(_, _, link)] = letters(portal, mails)
    assert portal.post(link, do="enter").status_code == 410
    portal.now += timedelta(hours=1)
    portal.post("/sign-in", address=ada.profile.address)
    [late] = [each[2] for each in letters(portal, mails) if each[2] != link]
    portal.now += SIGN_IN_WITHIN
    assert portal.post(late, do="enter").status_code == 410


def test_a_link_that_is_pressed_twice_says_that_it_worked(ada: Subscriber, portal: ServedPortal, mails: Path) -> None:
    portal.post("/sign-up", **WISH)
    [(_, _, link)] = letters(portal, mails)
    cookie = cookie_of(portal.post(link, do="confirm"))
    for again in (
        portal.get(link, Cookie=cookie),
        portal.client.post(link, data={"do": "confirm"}, headers={"Cookie": cookie}),
    ):
        assert (again.status_code, "You are signed in already." in again.text) == (410, True)
        assert 'href="/home"' in again.text
    elsewhere = portal.get(link)
    assert "it did what it was for: sign in" in elsewhere.text
    assert 'href="/sign-in"' in elsewhere.text


def test_a_look_at_the_link_uses_nothing_up(ada: Subscriber, portal: ServedPortal, mails: Path) -> None:
    portal.post("/sign-in", address=ada.profile.address)
    [(_, _, link)] = letters(portal, mails)
    for _ in range(3):
        assert portal.get(link).status_code == 200
    assert portal.post(link, do="enter").status_code == 303


@pytest.mark.parametrize(
    ("agent", "kept"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/17.5 Mobile/15E148 Safari/604.1",
            "Mobile Safari, iOS",
        ),
        ("curl/8.5.0", "curl"),
        ("<script>alert(1)</script>", ""),
        ("x" * 8_000, ""),
        ("", ""),
    ],
)
def test_of_a_browser_no_more_is_kept_than_tells_it_apart(agent: str, kept: str) -> None:
    headers = [(b"user-agent", agent.encode())] if agent else []
    assert browser_of(Request({"type": "http", "headers": headers})) == kept


def test_a_session_ends_when_it_is_told_to_and_by_itself(ada: Subscriber, portal: ServedPortal, mails: Path) -> None:
    first = signed_in(portal, mails, ada.profile.address)
    for path in mails.glob("*.eml"):
        path.unlink()
    portal.now += LETTER_EVERY
    second = signed_in(portal, mails, ada.profile.address)
    left = act(portal, first, "sign-out")
    assert (left.status_code, left.headers["clear-site-data"]) == (303, '"cache", "storage"')
    assert left.headers["set-cookie"].startswith(f'{COOKIE}="";')
    assert (home(portal, first).status_code, home(portal, second).status_code) == (303, 200)
    assert act(portal, second, "sign-out-everywhere").status_code == 303
    assert home(portal, second).status_code == 303
    for path in mails.glob("*.eml"):
        path.unlink()
    portal.now += LETTER_EVERY
    third = signed_in(portal, mails, ada.profile.address)
    portal.now += SESSION_FOR
    assert home(portal, third).status_code == 303


def test_what_is_tried_against_the_portal_is_logged_without_whom(
    ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    lines = StringIO()
    configure_logging(json=True, stream=lines)
    cookie = signed_in(portal, mails, ada.profile.address)
    portal.get("/u/somebody.abcdefghijklmnop")
    portal.post("/s/never-made", do="enter")
    portal.client.post("/home", data={"do": "pause", "csrf": "x"}, headers={"Cookie": cookie})
    said = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["event"], line.get("status")) for line in said] == [
        ("a browser was signed in", None),
        ("a link that nobody here made", None),
        ("a link signs nobody in: used up, late, or never made", None),
        ("a form was refused", 403),
    ]
    assert not {"ada", "never-made", "somebody"} & set(re.findall(r"[\w-]+", lines.getvalue()))


def test_a_cookie_of_ones_own_making_signs_nobody_in(portal: ServedPortal) -> None:
    for value in ("", "x", '"abc".def', "a" * 3_000):
        assert home(portal, f"{COOKIE}={value}").status_code == 303


def test_a_form_of_another_site_or_session_does_nothing(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    cookie = signed_in(portal, mails, ada.profile.address)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        form = {"do": "pause"}
        assert portal.client.post("/home", data=form, headers={"Cookie": cookie} | headers).status_code == 403
        assert portal.client.post("/sign-in", data={"address": "a@b.example"}, headers=headers).status_code == 403
    for csrf in ("", "x"):
        form = {"do": "pause", "csrf": csrf}
        assert portal.client.post("/home", data=form, headers={"Cookie": cookie}).status_code == 403
    assert store.subscribers.find(ada.subscriber_id).status == "active"
    assert act(portal, cookie, "pause").status_code == 303
    assert store.subscribers.find(ada.subscriber_id).status == "paused"


def test_all_that_is_kept_is_given_as_a_file_and_erased_by_who_it_is_of(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    cookie = signed_in(portal, mails, ada.profile.address)
    export = portal.get("/home/export", Cookie=cookie)
    assert export.headers["content-disposition"].startswith("attachment")
    assert export.json()["subscriber"]["address"] == ada.profile.address
    assert act(portal, cookie, "erase").status_code == 400, "the box was not ticked"
    assert act(portal, cookie, "erase", sure="1").status_code == 200
    assert store.subscribers.with_address(ada.profile.address) is None
    assert home(portal, cookie).status_code == 303
    with store.engine.connect() as connection:
        for table in ("sessions", "sign_in_links", "sign_ups", "letters", "consents"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table


def test_nobody_reaches_the_searches_of_somebody_else(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    bob = store.person("bob")
    [search, _] = store.searches.all(ada.subscriber_id)
    cookie = signed_in(portal, mails, bob.profile.address)
    for do in ("pause-search", "delete-search"):
        assert act(portal, cookie, do, search=search.search_id).status_code == 404
    assert len(store.searches.all(ada.subscriber_id)) == 2


@pytest.mark.parametrize(
    ("jobs", "holds", "ends"),
    [(2, 3, "; you are asked about them below."), (8, 9, ", among them:"), (14, 10, ", among them:")],
)
def test_who_has_confirmed_is_told_whether_they_see_all_that_the_mail_would_hold_and_no_job_twice(
    store: NotifierStore, jobs: int, holds: int, ends: str
) -> None:
    person = store.person("grace")
    store.search(person)
    store.matches.store(0, [arrival(at, posting(f"job {at}")) for at in range(2, 2 + jobs)], NOW)
    with served_portal(store) as portal:
        browser = Browser(portal, person)
        until(lambda: "it would hold" in browser.get("/home/welcome").text, "the postings are read")
        page = browser.get("/home/welcome").text
    [(number, said)] = re.findall(r"it would hold (\d+) jobs now([^<]+)</p>", page)
    assert (int(number), said) == (holds, ends)
    shown = re.findall(r'<li class="job">.*?<a href="([^"]+)"', page)
    assert len(shown) == len(set(shown)) >= min(holds, 9)


@pytest.mark.parametrize(
    ("wish", "loosened"), [({"workplace.hybrid": "1"}, "workplace"), ({"seniority.senior": "1"}, "lead")]
)
def test_where_the_first_mail_waits_for_more_of_its_kind_one_press_asks_for_less(
    store: NotifierStore, mails: Path, wish: dict[str, str], loosened: str
) -> None:
    bars = CurateSettings(least_chance=0.0, least_mail_chance=0.999)
    jobs = [posting(f"onsite {at}", title="Python engineer", workplace="onsite", seniority="lead") for at in range(5)]
    jobs.append(posting("hybrid", title="Python engineer", workplace="hybrid", seniority="senior"))
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)
    with served_portal(store, folder=mails, public_url=BASE, curate=bars) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
        portal.post("/sign-up", address="grace@example.com", skills="Python", time_zone="UTC", **wish)
        [(_, _, link)] = letters(portal, mails)
        page = portal.get("/home/welcome", Cookie=cookie_of(portal.post(link, do="confirm"))).text
    assert "it waits for more of its kind" in page
    assert any(loosened in said for _, said in presses(page))


def test_who_waits_for_a_letter_is_told_from_whom_it_comes(portal: ServedPortal) -> None:
    assert f"It comes from {settings_of().mail.sender.address}." in portal.post("/sign-up", **WISH).text


def test_a_provider_that_is_misspelt_is_asked_about_before_a_letter_goes_there_and_never_refused(
    portal: ServedPortal, mails: Path
) -> None:
    mistyped = {**WISH, "address": "grace@gmial.com"}
    page = portal.post("/sign-up", **mistyped).text
    assert page.index("Did you mean grace@gmail.com?") < page.index("<form"), "where the page begins"
    assert re.search(r'<button form="wish" name="meant" value="grace@gmail.com">', page)
    assert page.count('id="wish"') == 1
    assert 'name="skills" maxlength="500" value="Python, Go"' in page
    assert letters(portal, mails) == []
    portal.post("/sign-up", **mistyped, as_typed="grace@gmial.com")
    assert [to for to, _, _ in letters(portal, mails)] == ["grace@gmial.com"]
    portal.post("/sign-up", **mistyped, as_typed="grace@gmial.com", meant="grace@gmail.com")
    assert [to for to, _, _ in letters(portal, mails)] == ["grace@gmial.com", "grace@gmail.com"]
