"""Below a job that is not relevant: what of it searches can leave out, by one button, and how that is undone."""

import re

from itsdangerous import URLSafeSerializer

from schemas.criteria import Criteria, Nearby, RoleTerms, SalaryFloor, SkillTerms
from schemas.posting import Reach, Salary, Skill
from services.notifier.domain.people import Subscriber
from services.rules.places.towns import town_of
from services.rules.verdict import verdict
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal
from tests.support.signed_in import Browser
from tests.support.waiting import until

JUNIOR = posting(
    "data",
    title="Junior Java engineer",
    seniority="junior",
    roles=("data-engineer",),
    skills=(Skill(name="Python", strength="required"), Skill(name="Java", strength="title")),
)

TOLD_AT_HOME = "a link in one of your mails changed"


def criteria_of(store: NotifierStore, person: Subscriber) -> dict[str, Criteria]:
    return {search.name: search.criteria for search in store.searches.all(person.subscriber_id)}


_BUTTON = re.compile(r'value="leave-out"><input[^>]*value="([^"]*)"><input[^>]*value="([^"]*)">')


def offered(page: str) -> set[tuple[str, str]]:
    """What the buttons of a page would leave out."""
    return set(_BUTTON.findall(page))


def test_what_a_job_is_is_offered_once_it_is_called_not_relevant(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    store.matches.store(0, [arrival(1, JUNIOR)], NOW)
    path = portal.path("irrelevant", ada, JUNIOR.posting_id)
    assert offered(portal.get(path).text) == set()
    page = portal.post(path, do="say").text
    assert offered(page) == {("seniority", "junior"), ("roles.none", "data-engineer"), ("skills.none", "Java")}
    assert "Level: junior" in page
    assert "Job title: Data Engineer" in page
    # Of Go work, which does not find it, nothing is said.
    assert "Go work" not in page


def test_nothing_that_a_search_asks_for_is_offered(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    asked = Criteria(roles=RoleTerms(any=("data-engineer",)), skills=SkillTerms(any=("Java",)), seniority=("junior",))
    store.matches.store(0, [arrival(1, JUNIOR)], NOW)
    other = store.person("bob")
    store.search(other, "Just this", asked)
    assert offered(portal.post(portal.path("irrelevant", other, JUNIOR.posting_id), do="say").text) == set()


def test_what_is_left_out_is_found_no_more_and_undone_it_is_as_before(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    store.matches.store(0, [arrival(1, JUNIOR)], NOW)
    before = criteria_of(store, ada)
    path = portal.path("irrelevant", ada, JUNIOR.posting_id)
    home = Browser(portal, ada)
    portal.post(path, do="say")
    for criterion, value in offered(portal.get(path).text):
        done = portal.post(path, do="leave-out", criterion=criterion, value=value).text
        [line] = re.findall("<p[^>]*autofocus>.*", done)
        assert "Left out from now on" in line, "of two lines what the form did has the focus"
        assert TOLD_AT_HOME in home.get("/home").text
        changed = criteria_of(store, ada)
        assert verdict(changed["Python work"], JUNIOR).outcome in ("reject", "near")
        assert verdict(changed["Python work"], posting("one")).outcome == "match"
        assert changed["Go work"] == before["Go work"]
        assert "Left out from now on" in done
        [undo] = re.findall(r'name="undo" value="([^"]*)"', done)
        undone = portal.post(path, do="let-in", undo=undo).text
        assert "Undone" in undone
        assert criteria_of(store, ada) == before
        assert TOLD_AT_HOME not in home.get("/home").text


def test_too_little_pay_too_far_and_the_wrong_place_are_reasons_too(store: NotifierStore, portal: ServedPortal) -> None:
    augsburg = town_of("Augsburg, DE")
    assert augsburg
    job = posting(
        "far",
        workplace="onsite",
        towns=(augsburg.id,),
        reach=Reach(scope="listed", countries=("DE",)),
        salary=Salary(min=40_000, max=50_000, currency="EUR", period="year", tops={"EUR": 50_000}),
    )
    store.matches.store(0, [arrival(1, job)], NOW)
    person = store.person("bob")
    around = (Nearby(town="Munich, DE", km=100),)
    asked = Criteria(near=around, places=("AT", "DE"), salary_floor=SalaryFloor(amount=45_000, currency="EUR"))
    store.search(person, "Round here", asked)
    before, path = criteria_of(store, person), portal.path("irrelevant", person, job.posting_id)
    page = portal.post(path, do="say").text
    assert {
        ("salary", "51000 EUR year"),
        ("place", "DE"),
        ("near", "50 Munich, DE"),
    } <= offered(page)
    for said in ("Pay: less than €51,000 a year", "Place: Germany", "Town: more than 50 km from Munich"):
        assert said in page
    for criterion, value in offered(page):
        done = portal.post(path, do="leave-out", criterion=criterion, value=value).text
        assert verdict(criteria_of(store, person)["Round here"], job).outcome in ("reject", "near")
        [undo] = re.findall(r'name="undo" value="([^"]*)"', done)
        portal.post(path, do="let-in", undo=undo)
        assert criteria_of(store, person) == before


def test_what_would_leave_no_job_says_so(store: NotifierStore) -> None:
    store.matches.store(0, [arrival(1, JUNIOR)], NOW)
    person = store.person("bob")
    store.search(person, "Java", Criteria(skills=SkillTerms(any=("Java",))))
    with served_portal(store) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Java").text, "the postings are read")
        page = portal.post(portal.path("irrelevant", person, JUNIOR.posting_id), do="say").text
    assert "1 fewer of the 1 job that fits in 30 days: none is left" in page


def test_what_a_search_stands_on_is_not_offered_where_that_would_leave_none_of_several_jobs(
    store: NotifierStore,
) -> None:
    others = (posting(f"java {at}", skills=(Skill(name="Java", core=True),)) for at in range(3))
    store.matches.store(0, [arrival(at, job) for at, job in enumerate([JUNIOR, *others], 1)], NOW)
    person = store.person("bob")
    store.search(person, "Java", Criteria(skills=SkillTerms(any=("Java",))))
    with served_portal(store) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Java").text, "the postings are read")
        page = portal.post(portal.path("irrelevant", person, JUNIOR.posting_id), do="say").text
    assert ("skills", "Java") not in offered(page)
    assert offered(page)
    assert "none is left" not in page


def test_nobody_leaves_out_what_the_job_is_not_or_lets_in_what_was_never_offered(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    store.matches.store(0, [arrival(1, JUNIOR)], NOW)
    before = criteria_of(store, ada)
    path = portal.path("irrelevant", ada, JUNIOR.posting_id)
    searches = " ".join(search.search_id for search in store.searches.all(ada.subscriber_id))
    for criterion, value in (
        ("seniority", "senior"),
        ("roles.none", "lawyer"),
        ("text", "x"),
        ("", ""),
        ("visa", "offered"),
        ("salary", "1 EUR year"),
        ("salary", "51000 EUR year"),
        ("salary", "much"),
        ("place", "DE"),
        ("place", "nowhere"),
        ("near", "0 Munich, DE"),
        ("near", "x"),
    ):
        answer = portal.post(path, do="leave-out", criterion=criterion, value=value)
        assert answer.status_code in (200, 404), (criterion, answer.text)
        asked = {"criterion": criterion, "value": value, "searches": searches}
        assert portal.post(path, do="let-in", **asked).status_code == 404
        unsigned = URLSafeSerializer("guessed").dumps([criterion, value, dict.fromkeys(searches.split(), "1000")])
        assert portal.post(path, do="let-in", undo=str(unsigned)).status_code == 404
    assert criteria_of(store, ada) == before
    stranger = store.person("eve")
    other = portal.path("irrelevant", stranger, JUNIOR.posting_id)
    portal.post(path, do="say")
    done = portal.post(path, do="leave-out", criterion="seniority", value="junior").text
    [undo] = re.findall(r'name="undo" value="([^"]*)"', done)
    assert portal.post(other, do="let-in", undo=undo).status_code == 404, "it is of another's page"
    assert portal.post(path, do="let-in", undo=undo).status_code == 200
    assert criteria_of(store, ada) == before


def test_what_is_left_out_of_searches_with_other_floors_is_one_button_and_one_undo(
    store: NotifierStore, portal: ServedPortal
) -> None:
    augsburg = town_of("Augsburg, DE")
    assert augsburg
    pay = Salary(min=40_000, max=50_000, currency="EUR", period="year", tops={"EUR": 50_000})
    job = posting("far", workplace="onsite", towns=(augsburg.id,), salary=pay)
    store.matches.store(0, [arrival(1, job)], NOW)
    person = store.person("bob")
    for name, km, floor in (("Near", 100, 45_000), ("Far", 200, 30_000)):
        around, least = (Nearby(town="Munich, DE", km=km),), SalaryFloor(amount=floor, currency="EUR")
        store.search(person, name, Criteria(near=around, salary_floor=least))
    before, path = criteria_of(store, person), portal.path("irrelevant", person, job.posting_id)
    page = portal.post(path, do="say").text
    buttons = [button for button in _BUTTON.findall(page) if button[0] == "salary"]
    assert buttons == [("salary", "51000 EUR year")]
    done = portal.post(path, do="leave-out", criterion="salary", value="51000 EUR year").text
    floors = {criteria.salary_floor.amount for criteria in criteria_of(store, person).values() if criteria.salary_floor}
    assert floors == {51_000}
    [undo] = re.findall(r'name="undo" value="([^"]*)"', done)
    portal.post(path, do="let-in", undo=undo)
    assert criteria_of(store, person) == before
