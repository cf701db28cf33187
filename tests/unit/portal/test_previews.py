"""What a search finds is shown before anybody signs up, and nothing of it is kept."""

import asyncio
import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import func, select
from starlette.types import Message

from schemas.posting import Company, Reach, Salary, Skill
from schemas.sql.base import metadata
from services.matcher.relaxing import removals
from services.portal.app import portal_app
from services.portal.postman import Postman
from services.portal.search_form import search_of, sent_in
from services.rules.places.towns import towns_meant
from services.rules.verdict import verdict
from services.usecases.installation import Installation
from services.usecases.live_previews import LivePreviews
from services.usecases.searches import query_of
from services.usecases.wording import capitalised, each_in_words, english
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import FORM, ServedPortal, jobs_that_fit, served_portal, settings_of
from tests.support.waiting import until

ASKED = {"skills": "Python", "currency": "EUR", "hour": "8", "cadence": "daily"}


@pytest.fixture
def second(store: NotifierStore) -> None:
    """Another job, there before the portal is."""
    store.matches.store(0, [arrival(1, posting("two", title="Python engineer in <b>Porto</b>"))], NOW)


def read(portal: ServedPortal) -> None:
    """Wait until the postings of the store are read."""
    until(lambda: "still being read" not in portal.post("/preview", **ASKED).text, "the postings are read")


def rows(store: NotifierStore) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def test_a_piece_of_the_page_says_how_many_fit_and_which(
    store: NotifierStore, second: None, portal: ServedPortal
) -> None:
    read(portal)
    before = rows(store)
    page = portal.post("/preview", **ASKED, text="Porto", places="Portugal").text
    assert "<!doctype" not in page
    assert jobs_that_fit(page) == 0
    found = portal.post("/preview", **ASKED)
    assert jobs_that_fit(found.text) == 2
    assert "Python engineer in &lt;b&gt;Porto&lt;/b&gt;" in found.text
    assert re.search(r"<svg[^>]+role=\"img\" aria-label=\"[^\"]+\"", found.text)
    assert rows(store) == before


def test_what_fits_nothing_says_which_criterion_costs_it(portal: ServedPortal) -> None:
    read(portal)
    page = portal.post("/preview", **ASKED, text="zeppelin").text
    assert jobs_that_fit(page) == 0
    assert "What would find more" in page
    assert re.search(r'<li><button[^>]+name="instead"[^>]*>Without[^<]*: 1 more</button></li>', page)


def test_a_button_asks_for_what_would_find_more(portal: ServedPortal) -> None:
    read(portal)
    page = portal.post("/preview", **ASKED, text="zeppelin").text
    other = html.unescape(re.findall(r'name="instead" value="([^"]*)"[^>]*>Without[^<]*: 1 more<', page)[0])
    page = portal.post("/sign-up", **ASKED, text="zeppelin", instead=other).text
    assert "1 job of the last 30 days fits" in page
    assert 'name="skills" maxlength="500" value="Python"' in page
    assert 'value="zeppelin"' not in page
    undone = portal.post("/sign-up", **ASKED, instead=html.unescape(re.findall(r'value="([^"]*)"[^>]*>Undo<', page)[0]))
    assert 'value="zeppelin"' in undone.text


def test_words_of_an_industry_are_one_press_away_with_what_they_cost(store: NotifierStore, second: None) -> None:
    in_fintech = posting("three", title="Python engineer", description_text="We build fintech for banks.")
    store.matches.store(0, [arrival(2, in_fintech)], NOW)
    with served_portal(store) as portal:
        read(portal)
        page = portal.post("/sign-up", do="read", pasted="Python, fintech, zeppelins", currency="EUR").text
        [(said, other)] = re.findall(r'<p class="facts">(\d[^<:]*):\s*<button[^>]*name="instead" value="([^"]*)"', page)
        assert re.findall(r"\d+", said) == ["1", "3"]
        narrowed = portal.post("/sign-up", currency="EUR", instead=html.unescape(other)).text
    # What no job names is not offered.
    assert jobs_that_fit(narrowed) == 1
    assert 'value="fintech"' in narrowed


def pay(amount: int) -> Salary:
    return Salary(min=amount, currency="EUR", period="year", annual_min=amount, tops={"EUR": amount})


def costs_in(page: str) -> dict[str, str]:
    [listed] = re.findall(r'<ul class="plain costs">(.*?)</ul>', page, re.DOTALL)
    rows = re.findall(r"<li><strong>([^<]+)</strong> <span>([^<]+)</span></li>", listed)
    return {html.unescape(wish): html.unescape(cost) for wish, cost in rows}


def test_each_wish_is_said_by_its_value_with_what_it_takes_away_and_what_never_fires_is_named(
    portal: ServedPortal,
) -> None:
    read(portal)
    page = portal.post("/preview", **ASKED, text="zeppelin").text
    assert costs_in(page) == {"Python": "also without it, none fits", "“zeppelin”": "takes away 1 job"}
    [advice] = re.findall(r"</h2>\s*<p>([^<]+)</p>", page)
    assert "whatever else you ask for: “zeppelin”." in advice
    weighed = costs_in(portal.post("/preview/gains", **ASKED, text="zeppelin").text)
    assert weighed["“zeppelin”"] == "takes away 1 job; without it: about 1 in 30 days would be mailed"


@pytest.mark.parametrize(
    "asked",
    [
        {"workplace.remote": "1"},
        {"roles": "Nurse", "amount": "50000", "stated_pay": "1"},
        {
            "roles": "Nurse",
            "skills_none": "Java",
            "amount": "50000",
            "places": "Portugal",
            "workplace.remote": "1",
            "text": '-night -"on call"',
        },
    ],
)
def test_what_a_wish_takes_away_is_what_single_verdicts_count(store: NotifierStore, asked: dict[str, str]) -> None:
    usual = {"skills": (), "reach": Reach(scope="listed", countries=("PT",)), "workplace": "remote"}
    ways: list[dict[str, Any]] = [
        {},
        {"workplace": "onsite"},
        {"reach": Reach(scope="listed", countries=("DE",))},
        {"description_text": "By night and on call."},
        {"skills": (Skill(name="Java"),)},
    ]
    jobs = [
        posting(f"{role} {paid} {at}", title=f"{role} {at}", **usual | {"roles": (role,), "salary": pay(paid)} | way)
        for at, way in enumerate(ways)
        for role in ("nurse", "welder")
        for paid in (30_000, 60_000)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)
    given, words = {"currency": "EUR", "hour": "8", "cadence": "daily", **asked}, english()
    with served_portal(store) as portal:
        read(portal)
        page = portal.post("/preview", **given).text
        stored = [*jobs, posting()]
    wanted = search_of(sent_in(given), words)
    assert wanted is not None
    criteria = query_of(wanted).criteria
    fitting = [job.posting_id for job in stored if verdict(criteria, job).outcome == "match"]
    counted = {}
    for name, made in removals(criteria).items():
        without = [job for job in stored if verdict(made.criteria, job).outcome == "match"]
        # Without the only wish that says which work it is, it would be another search.
        if name != "roles.any" or criteria.text:
            counted[capitalised(each_in_words(criteria, words)[name])] = len(without) - len(fitting)
    assert all(counted.values())
    taken = {wish: re.findall(r"\d+", cost) or ["0"] for wish, cost in costs_in(page).items()}
    assert {wish: int(numbers[0]) for wish, numbers in taken.items()} == counted


def test_wishes_that_fit_nothing_together_are_named_and_no_others(store: NotifierStore) -> None:
    jobs = [posting("in Porto", title="Zeppelin pilot", skills=()), posting("in Faro", posted_at=NOW)]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)
    with served_portal(store) as portal:
        read(portal)
        page = portal.post("/preview", **ASKED, text="zeppelin", skills_none="Java").text
    assert jobs_that_fit(page) == 0
    [advice] = re.findall(r"</h2>\s*<p>([^<]+)</p>", page)
    [named] = re.findall(r"together: ([^.]+)\.", advice)
    assert set(named.split(" · ")) == {"Python", "“zeppelin”"}
    assert advice.endswith("no mail comes until such a job is posted.")


def test_where_no_job_is_of_the_trade_no_other_wish_is_said_to_cost_nothing(store: NotifierStore) -> None:
    store.matches.store(0, [arrival(2, posting("one", posted_at=NOW))], NOW)
    with served_portal(store) as portal:
        read(portal)
        asked = {"roles": "Nurse", "places": "Germany", "workplace.remote": "1"}
        page = portal.post("/preview/gains", currency="EUR", hour="8", cadence="daily", **asked).text
    assert "none fits" not in page


def test_where_several_wishes_each_fail_it_says_which_to_do_without_together_and_what_that_brings(
    store: NotifierStore,
) -> None:
    wanted: dict[str, Any] = {"roles": ("nurse",), "skills": (), "posted_at": NOW}
    of_else = {"roles": ("welder",), "workplace": "remote", "reach": Reach(scope="listed", countries=("DE",))}
    porto = Reach(scope="listed", countries=("PT",))
    far = wanted | {"workplace": "onsite", "reach": Reach(scope="listed", countries=("DE",))}
    jobs = [
        *(posting(f"far {at}", title=f"Nurse {at}", salary=pay(30_000), **far) for at in range(3)),
        posting("elsewhere", title="Nurse in Faro", salary=pay(30_000), **wanted, workplace="remote", reach=porto),
        posting("other work", title="Welder", skills=(), salary=pay(95_000), posted_at=NOW, **of_else),
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)
    asked = {"roles": "Nurse", "places": "Germany", "workplace.remote": "1", "amount": "90000", "stated_pay": "1"}
    with served_portal(store) as portal:
        read(portal)
        page = portal.post("/preview/gains", currency="EUR", hour="8", cadence="daily", **asked).text
    costs = costs_in(page)
    assert "Nurse" not in costs, "without it, it would be another search"
    alone = [cost for wish, cost in costs.items() if " and " not in wish]
    assert set(alone) == {"also without it, none fits"}
    assert [cost for wish, cost in costs.items() if " and " in wish] == [
        "together: take away 3 jobs",
        "together: take away 1 job",
    ]


def test_where_no_change_finds_any_the_work_alone_is_one_press_away(store: NotifierStore) -> None:
    jobs = [posting("in Porto", title="Zeppelin pilot", skills=()), posting("in Faro", posted_at=NOW)]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)
    asked = {**ASKED, "skills": "Cobol", "text": "zeppelin", "amount": "900000", "currency": "EUR", "stated_pay": "1"}
    with served_portal(store) as portal:
        read(portal)
        page = portal.post("/preview/gains", **asked).text
        [other] = re.findall(r'name="instead" value="([^"]+)"[^>]*>“zeppelin” alone: 1 fits<', page)
        then = portal.post("/sign-up", **asked, instead=html.unescape(other)).text
        refusing = asked | {"skills": "Python", "text": "zeppelin -pilot", "skills_none": "Java", "roles_none": "Nurse"}
        page = portal.post("/preview/gains", **refusing).text
        [other] = re.findall(r'name="instead" value="([^"]+)"[^>]*>Python alone: \d+ fit', page)
    assert jobs_that_fit(then) == 1
    kept = {**refusing, **dict(parse_qsl(html.unescape(other), keep_blank_values=True))}
    unwanted = (kept["skills_none"], kept["roles_none"], kept["text"])
    assert unwanted == ("Java", "Nurse", "-pilot"), "what is not wanted stays unwanted"


def test_what_finds_more_is_weighed_by_what_would_be_mailed_once_somebody_rests(
    clerk: None, portal: ServedPortal
) -> None:
    read(portal)
    asked = {**ASKED, "skills": "Kubernetes", "text": "Python"}
    typed = portal.post("/preview", **asked).text
    assert 'hx-post="/preview/gains"' in typed
    rested = portal.post("/preview/gains", **asked).text
    assert "hx-post" not in rested
    assert "<!doctype" not in rested
    # Without scripts the page has it at once.
    page = portal.post("/sign-up", **asked, do="preview").text
    assert 'hx-post="/preview/gains"' not in page
    assert rested.strip() in page


def test_the_mail_itself_is_shown_and_can_do_nothing(store: NotifierStore, second: None, portal: ServedPortal) -> None:
    read(portal)
    page = portal.post("/preview", **ASKED).text
    assert re.search(r"<summary>A mail like this, [^<]+</summary>", page)
    assert '<iframe name="mail" title="The mail" sandbox></iframe>' in page
    before = rows(store)
    mail = portal.post("/preview/mail", **ASKED)
    policy = mail.headers["content-security-policy"]
    assert {"sandbox", "form-action 'none'", "frame-ancestors 'self'"} <= {part.strip() for part in policy.split(";")}
    assert "script-src" not in policy
    assert "Python engineer in &lt;b&gt;Porto&lt;/b&gt;" in mail.text
    assert "<script" not in mail.text
    assert not re.search(r'href="[^"]*/(?:u|m|n|l|h|r)/', mail.text)
    assert rows(store) == before
    nothing = portal.post("/preview/mail", **ASKED, text="zeppelin")
    assert nothing.status_code == 200
    assert re.fullmatch(r"[\w .]+", nothing.text), "a sentence, and no mail"


def test_pay_is_told_of_all_that_fit_but_for_it_and_the_slider_steps_in_its_period(
    store: NotifierStore, portal: ServedPortal
) -> None:
    tops = [30_000 + 5_000 * at for at in range(20)]
    paying = (posting(f"paid-{at}", salary=pay(top)) for at, top in enumerate(tops))
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(paying, 2)], NOW)
    with served_portal(store) as again:
        read(again)
        asked = ASKED | {"amount": "60000"}
        for form, most in ((asked, 100_000), (asked | {"period": "month", "amount": "5000"}, 10_000)):
            page = again.post("/preview", **form).text
            found = re.search(r'data-pay-least="(\d+)" data-pay-most="(\d+)" data-pay-step="(\d+)"', page)
            assert found is not None
            least, top, step = map(int, found.groups())
            assert 0 < least < top
            assert top >= most * 0.9
            assert least % step == top % step == 0
            assert 'class="lower"' in page


def test_a_form_that_asks_nothing_yet_finds_nothing_and_a_wrong_word_is_said(portal: ServedPortal) -> None:
    read(portal)
    asks_nothing = portal.post("/preview", currency="EUR").text
    assert "What the search finds is shown here." in asks_nothing
    assert "<h2>" not in asks_nothing
    wrong = portal.post("/preview", skills="Pyhton", currency="EUR")
    assert wrong.status_code == 200
    assert "Did you mean Python" in wrong.text


def test_without_scripts_a_button_shows_it_on_the_page_and_signs_nobody_up(
    store: NotifierStore, portal: ServedPortal
) -> None:
    read(portal)
    before = rows(store)
    page = portal.post("/sign-up", **ASKED, do="preview", address="grace@example.com").text
    assert jobs_that_fit(page) == 1
    assert 'value="grace@example.com"' in page
    portal.postman.join()
    assert rows(store) == before


def test_it_is_said_in_the_readers_language(portal: ServedPortal) -> None:
    read(portal)
    for language, said in (("de", "Stelle der letzten 30 Tage passt"), ("es", "empleo de los últimos 30 días")):
        page = portal.client.post("/preview", data=ASKED, headers={"accept-language": language})
        assert said in page.text


def test_other_sites_are_refused_and_one_network_may_type_fast_but_not_for_ever(portal: ServedPortal) -> None:
    foreign = portal.client.post("/preview", data=ASKED, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    answers = [portal.post("/preview", currency="EUR").status_code for _ in range(125)]
    assert answers[:60] == [200] * 60
    assert answers[-1] == 429
    # Forms are counted by themselves.
    assert portal.post("/sign-in", address="ada@example.com").status_code == 200


def test_scripts_come_from_this_site_alone(portal: ServedPortal) -> None:
    policy = portal.get("/sign-up").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    page = portal.get("/sign-up").text
    assert re.findall(r"<script[^>]*>", page) == [
        '<script src="/static/search.js" data-htmx="/static/htmx.min.js" defer>'
    ]
    assert {portal.get(f"/static/{name}").status_code for name in ("htmx.min.js", "search.js", "search.css")} == {200}


def test_how_often_a_mail_comes_is_never_more_than_was_asked_for(store: NotifierStore) -> None:
    days = (posting(f"of day {day}", posted_at=NOW - timedelta(days=day), fetched_at=NOW) for day in range(28))
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(days, 2)], NOW)
    with served_portal(store) as portal:
        read(portal)
        for cadence, often in (("daily", "every day"), ("weekly", "once a week")):
            page = portal.post("/preview", **ASKED | {"cadence": cadence}).text
            assert re.search(rf'<details class="mail"><summary>[^<]*{often}</summary>', page)


def test_one_that_a_browser_took_back_is_not_begun(store: NotifierStore) -> None:
    installation = Installation(settings_of(), store.engine)
    live = LivePreviews(installation)
    live.refresh(NOW)
    app = portal_app(installation, lambda: NOW, Postman(), live)

    async def answer(*, left: bool) -> tuple[int, bytes]:
        body = {"type": "http.request", "body": b"skills=Python&currency=EUR", "more_body": False}
        coming = [body, *([{"type": "http.disconnect"}] if left else ())]
        sent: list[Message] = []

        async def receive() -> Message:
            if not coming:
                await asyncio.sleep(3600)
            return coming.pop(0)

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(b"host", b"127.0.0.1"), (b"content-type", FORM.encode())]
        scope = {"type": "http", "method": "POST", "path": "/preview", "query_string": b"", "headers": headers}
        await app(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)

    status, page = asyncio.run(answer(left=False))
    assert (status, jobs_that_fit(page.decode())) == (200, 1)
    assert asyncio.run(answer(left=True)) == (400, b"")


@pytest.fixture
def cloudy(store: NotifierStore) -> None:
    """Jobs that ask for Kubernetes, most of them with Terraform, and as many more for Terraform alone."""
    named = [("Kubernetes", "Terraform")] * 4 + [("Terraform",)] * 7 + [("Ansible", "Kubernetes")] + [("Ansible",)] * 2
    jobs = [
        posting(f"cloud {at}", skills=tuple(Skill(name=name, core=True) for name in names), posted_at=NOW)
        for at, names in enumerate(named)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)


def test_skills_that_would_open_more_are_offered_and_added_by_a_button(cloudy: None, portal: ServedPortal) -> None:
    read(portal)
    asked = {**ASKED, "skills": "Kubernetes"}
    page = portal.post("/preview", **asked).text
    assert "Terraform: 7 more" in page
    assert "Ansible: fewer than 5 more" in page
    added = portal.post("/sign-up", **asked, add="Terraform").text
    assert 'value="Kubernetes, Terraform"' in added
    assert jobs_that_fit(added.partition('<section class="preview"')[2]) == 12
    assert "Terraform: 7 mehr" in portal.client.post("/preview", data=asked, headers={"Accept-Language": "de"}).text


def test_no_button_gives_up_the_only_trade_that_is_asked_for(cloudy: None, portal: ServedPortal) -> None:
    read(portal)
    for path in ("/preview", "/preview/gains"):
        for wishes in ({}, {"workplace.hybrid": "1"}):
            page = portal.post(path, **ASKED | {"skills": "Kubernetes"} | wishes).text
            buttons = re.findall(r'name="instead" value="([^"]*)"', page)
            assert buttons or not wishes
            assert not any("skills=&" in html.unescape(other) for other in buttons)


@pytest.fixture
def clerk(store: NotifierStore) -> None:
    """Nine jobs at whose core Kubernetes is, and one that names it in passing."""
    core, aside = (Skill(name="Kubernetes", core=True),), (Skill(name="Kubernetes", core=False),)
    passed = [posting(f"passing {at}", roles=("backend-engineer",), skills=core, posted_at=NOW) for at in range(9)]
    named = posting("named", title="Warehouse clerk", roles=("warehouse-worker",), skills=aside, posted_at=NOW)
    store.matches.store(0, [arrival(at, job) for at, job in enumerate([*passed, named], 2)], NOW)


def test_a_preview_says_how_many_a_week_are_mailed_and_which_are_not_and_why(clerk: None, portal: ServedPortal) -> None:
    read(portal)
    page = portal.post("/preview", **{**ASKED, "skills": "Kubernetes"}).text
    [headline, advice] = re.findall(r"<h2[^>]*>([^<]+)</h2>\s*<p>([^<]+)</p>", page)[0]
    assert re.findall(r"\d+", headline) == ["2", "10", "30"]
    assert advice.strip()
    [left_out] = re.findall(r"<details><summary>(.*?)</details>", page, re.DOTALL)
    assert "Warehouse clerk" in left_out
    assert "engineer" not in left_out
    [label] = re.findall(r'aria-label="(By the day[^"]*)"', page)
    assert re.findall(r"from [^:]+: (\d+)", label) == ["0", "0", "0", "0", "10"]
    mail = portal.post("/preview/mail", **{**ASKED, "skills": "Kubernetes"}).text
    assert "Python engineer" in mail
    assert "but we doubt" not in mail, "that is of thirty days, and no mail is"


@pytest.fixture
def hospital(store: NotifierStore) -> None:
    """Three jobs in Leeds, one of which asks for many years and one is about dialysis, and one in London."""
    leeds, london = (towns_meant(name)[0].id for name in ("Leeds, GB", "London, GB"))
    many = "You have at least 8 years of experience as a nurse, and lead nobody."
    jobs = [
        posting(
            f"ward {at}",
            title=f"Nurse, dialysis ward {at}" if at == 0 else f"Nurse, ward {at}",
            roles=("nurse",),
            workplace="onsite",
            reach=Reach(scope="listed", countries=("GB",)),
            towns=(london if at == 3 else leeds,),
            description_text=many if at == 2 else "You care for people on our ward.",
            company=Company(name=f"Hospital {at}"),
            posted_at=NOW,
        )
        for at in range(4)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)


def test_a_preview_says_how_many_jobs_drop_by_what_somebody_says_of_themself(
    hospital: None, portal: ServedPortal
) -> None:
    read(portal)
    asked = {**ASKED, "skills": "", "roles": "Nurse", "places": "United Kingdom", "currency": "GBP"}

    def left_out(**said: str) -> tuple[str, list[str]]:
        page = portal.post("/preview", **asked, **said).text
        [likely] = re.findall(r"Likely enough to be mailed: (\d) of the newest 4", page)
        return likely, re.findall(r"What you say of yourself leaves out (\d) of them", page)

    assert left_out() == ("4", [])
    assert left_out(years="0") == left_out(home="Leeds") == ("3", ["1"])
    assert left_out(years="0", avoids="Dialysis") == ("2", ["2"])
    assert left_out(home="Leeds", years="0") == ("3", ["1"]), "that a job lies near home outweighs its years"
    assert left_out(home="United Kingdom", years="12") == ("4", [])
    assert left_out(avoids="Dialysis") == ("3", ["1"])
    assert left_out(home="Leeds", years="0", avoids="Dialysis") == ("3", ["1"])
    assert left_out(avoids="crypto, cold calling") == ("4", [])


def test_while_it_is_typed_what_somebody_avoids_says_what_else_it_covers(portal: ServedPortal) -> None:
    read(portal)
    page = portal.post("/preview", **ASKED, address="", avoids="no Web3, welding").text
    assert html.unescape(page).count("“Web3” covers crypto, blockchain, DeFi and cryptocurrency too.</p>") == 1
    cleared = portal.post("/preview", **ASKED, address="", avoids="welding").text
    assert '<p id="covered" hx-swap-oob="innerHTML"></p>' in cleared
    assert "covered" not in portal.post("/preview", **ASKED, avoids="Web3").text, "at home no such field is there"
    # A page has it once, below the field.
    page = portal.post("/sign-up", **ASKED, address="", avoids="Web3", do="preview").text
    assert html.unescape(page).count("“Web3” covers") == 1
    assert page.index('name="avoids"') < page.index('id="covered"') < page.index('name="address"')
