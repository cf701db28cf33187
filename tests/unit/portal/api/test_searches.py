"""Searches over the API: read a page at a time, added once, changed by the version that was read, deleted."""

from functools import partial

import httpx2
import pytest

from services.notifier.domain.people import Subscriber
from tests.support.at_once import WORKERS, at_once
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal
from tests.support.programs import Program, problem_of
from tests.support.waiting import until

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

WISH = {"name": "Data", "criteria": {"skills": {"any": ["python", "k8s"]}, "places": ["Germany"]}}


def names(program: Program) -> list[str]:
    return sorted(item["name"] for item in program.get("/searches").json()["items"])


def first(program: Program) -> str:
    return str(program.get("/searches").json()["items"][0]["id"])


def test_a_search_is_added_read_replaced_and_deleted(program: Program) -> None:
    made = program.ask("POST", "/searches", WISH | {"cadence": "weekly", "weekday": 4, "preferred_places": ["France"]})
    assert made.status_code == 201
    shown = made.json()
    assert made.headers["location"] == f"/api/v1/searches/{shown['id']}"
    assert shown["criteria"]["skills"]["any"] == ["Kubernetes", "Python"]
    assert shown["criteria"]["places"] == ["DE"]
    assert (shown["cadence"], shown["hour"], shown["weekday"], shown["preferred_places"]) == ("weekly", 8, 4, ["FR"])
    path = f"/searches/{shown['id']}"
    assert program.get(path).json() == shown
    assert program.get(path).headers["etag"] == made.headers["etag"]
    replaced = program.change("PUT", path, {"name": "Rust", "criteria": {"skills": {"all": ["Rust"]}}}).json()
    assert (replaced["cadence"], replaced["weekday"], replaced["preferred_places"]) == ("daily", None, [])
    assert replaced["criteria"]["places"] == []
    assert names(program) == ["Go work", "Python work", "Rust"]
    assert program.change("DELETE", path).status_code == 204
    assert problem_of(program.get(path)) == (404, "missing")
    assert names(program) == ["Go work", "Python work"]


def test_what_is_not_named_stays_and_a_pause_and_a_change_are_one(store: NotifierStore, program: Program) -> None:
    path = f"/searches/{first(program)}"
    before = program.get(path).json()
    after = program.change("PATCH", path, {"paused": True, "hour": 19}).json()
    assert after == before | {"paused": True, "hour": 19}
    # Replacing what it asks for leaves the pause alone.
    assert program.change("PUT", path, WISH).json()["paused"] is True
    assert program.change("PATCH", path, {"paused": False}).json()["paused"] is False
    assert program.change("PATCH", path, {}).json()["name"] == "Data"


def test_a_change_that_others_overtook_is_refused_and_none_is_lost(program: Program) -> None:
    path = f"/searches/{first(program)}"
    tag = program.get(path).headers["etag"]
    assert program.ask("PATCH", path, {"hour": 9}, {"If-Match": f'"other", {tag}'}).status_code == 200
    for method, body in (("PATCH", {"hour": 10}), ("PUT", WISH), ("DELETE", None)):
        assert problem_of(program.ask(method, path, body, {"If-Match": tag})) == (412, "changed")
        assert problem_of(program.ask(method, path, body, {"If-Match": f"W/{tag}"})) == (412, "changed")
        assert problem_of(program.ask(method, path, body)) == (428, "no_precondition")
    assert program.get(path).json()["hour"] == 9
    assert program.ask("DELETE", path, headers={"If-Match": "*"}).status_code == 204


def test_of_changes_at_once_one_is_done(program: Program) -> None:
    path = f"/searches/{first(program)}"
    tag = program.get(path).headers["etag"]
    answers: list[httpx2.Response] = []

    def change(hour: int) -> None:
        answers.append(program.ask("PATCH", path, {"hour": hour}, {"If-Match": tag}))

    at_once(*(partial(change, hour) for hour in range(10, 16)))
    done = [answer for answer in answers if answer.status_code == 200]
    assert len(done) == 1
    assert {answer.status_code for answer in answers} == {200, 412}
    assert program.get(path).json() == done[0].json()


def test_a_request_that_comes_again_adds_no_second_search(program: Program) -> None:
    key = {"Idempotency-Key": "first try"}
    answers: list[httpx2.Response] = []
    at_once(*[lambda: answers.append(program.ask("POST", "/searches", WISH, key))] * WORKERS)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert problem_of(program.ask("POST", "/searches", WISH | {"name": "Another"}, key)) == (409, "conflict")
    assert problem_of(program.ask("POST", "/searches", WISH)) == (409, "conflict")
    assert names(program) == ["Data", "Go work", "Python work"]


def test_keys_of_two_people_have_nothing_to_do_with_each_other(
    store: NotifierStore, portal: ServedPortal, program: Program
) -> None:
    theirs, key = Program(portal, store.person("bob")), {"Idempotency-Key": "1"}
    made = [program.ask("POST", "/searches", WISH, key).json()["id"] for program in (program, theirs)]
    assert made[0] != made[1]
    assert names(theirs) == ["Data"]


def test_a_copy_is_another_search(program: Program) -> None:
    path = f"/searches/{first(program)}"
    original = program.get(path).json()
    copied = program.ask("POST", f"{path}/copies", {}, {"Idempotency-Key": "c"}).json()
    assert copied["name"] == f"{original['name']}, another"
    assert copied | {"id": "", "name": ""} == original | {"id": "", "name": ""}
    assert program.ask("POST", f"{path}/copies", {}, {"Idempotency-Key": "c"}).json() == copied
    assert problem_of(program.ask("POST", f"{path}/copies", {"name": original["name"]})) == (409, "conflict")


def test_pages_follow_each_other_whatever_is_added_or_deleted_meanwhile(program: Program) -> None:
    for number in range(5):
        assert program.ask("POST", "/searches", WISH | {"name": f"Data {number}"}).status_code == 201
    whole = [item["id"] for item in program.get("/searches").json()["items"]]
    answer, seen = program.get("/searches", limit="3"), []
    while True:
        seen += [item["id"] for item in answer.json()["items"]]
        if "link" not in answer.headers:
            break
        target, relation = answer.headers["link"].split("; ")
        assert relation == 'rel="next"'
        if len(seen) == 3:
            assert program.change("DELETE", f"/searches/{seen[0]}").status_code == 204
        answer = program.get(f"/searches{target.strip('<>')}")
    assert seen == whole
    for cursor in ("x", "é", "bnVsbA", "W10x", "e30"):
        assert problem_of(program.get("/searches", cursor=cursor)) == (400, "malformed")
    for limit in ("0", "101", "many"):
        assert problem_of(program.get("/searches", limit=limit)) == (422, "wrong_field")


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"criteria": {}}, "criteria", "nothing_asked"),
        ({"criteria": {"skills": {"any": ["Pyhton"]}}}, "criteria", "skill_near"),
        ({"criteria": {"places": ["Atlantis"]}}, "criteria", "place"),
        ({"criteria": {"skils": {"any": ["Python"]}}}, "criteria.skils", ""),
        ({"criteria": {"text": "write to ada@example.com"}}, "criteria", "contact"),
        ({"criteria": {"text": "a\0b"}}, "body", ""),
        ({"criteria": ["Python"]}, "criteria", ""),
        ({"hour": 24}, "hour", ""),
        ({"hour": "8"}, "hour", ""),
        ({"cadence": "hourly"}, "cadence", ""),
        ({"name": " "}, "name", ""),
        ({"name": "x" * 121}, "name", ""),
        ({"preferred_places": ["Atlantis"]}, "preferred_places", ""),
        ({"owner": "bob"}, "owner", ""),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(
    program: Program, wish: dict[str, object], field: str, code: str
) -> None:
    answer = program.ask("POST", "/searches", WISH | wish)
    assert problem_of(answer) == (422, "wrong_field")
    [fault] = answer.json()["errors"]
    assert fault["field"] == field
    assert not code or fault["code"] == code
    assert names(program) == ["Go work", "Python work"]


def test_there_is_room_for_fifty(program: Program) -> None:
    for number in range(48):
        assert program.ask("POST", "/searches", WISH | {"name": f"Data {number}"}).status_code == 201
    answer = program.ask("POST", "/searches", WISH)
    assert (problem_of(answer), answer.json()["errors"][0]["code"]) == ((409, "conflict"), "name_room")


def test_a_feed_is_made_moved_and_taken_back_and_reading_does_not_tell_where(
    portal: ServedPortal, ada: Subscriber, program: Program
) -> None:
    until(lambda: portal.get("/feed.json?skills=Python").status_code == 200, "the postings are read")
    path = f"/searches/{first(program)}"
    assert problem_of(program.get(f"{path}/feed")) == (404, "missing")
    feed = program.ask("POST", f"{path}/feed").json()
    assert portal.get(feed["json_feed"]).status_code == 200
    assert program.get(f"{path}/feed").json() == feed
    reader = Program(portal, ada, ["searches:read"])
    assert problem_of(reader.get(f"{path}/feed")) == (403, "out_of_scope")
    assert reader.get(path).json()["has_feed"] is True
    assert feed["atom"].split("/")[-1].split(".")[0] not in reader.get("/searches").text
    other = program.ask("POST", f"{path}/feed").json()
    assert other != feed
    assert portal.get(feed["json_feed"]).status_code == 404
    assert program.ask("DELETE", f"{path}/feed").status_code == 204
    assert portal.get(other["json_feed"]).status_code == 404


def test_what_a_search_finds_is_shown_with_what_it_costs(
    store: NotifierStore, portal: ServedPortal, ada: Subscriber, program: Program
) -> None:
    until(lambda: portal.get("/feed.json?skills=Python").status_code == 200, "the postings are read")
    [path] = [
        f"/searches/{search.search_id}"
        for search in store.searches.all(ada.subscriber_id)
        if search.name == "Python work"
    ]
    found = program.get(f"{path}/jobs").json()["items"]
    assert [job["title"] for job in found] == ["Python engineer, one"]
    preview = program.get(f"{path}/preview").json()
    assert (preview["matching"], preview["postings"], preview["days"]) == (1, 1, 30)
    assert preview["best"][0]["job"] == found[0]
    assert preview["best"][0]["why"] == [], "its title says it"
    assert sum(day["count"] for day in preview["by_day"]) == 1
    assert store.matches.postings([found[0]["id"]])


def test_a_served_search_is_the_same_version(store: NotifierStore, ada: Subscriber, program: Program) -> None:
    path = f"/searches/{first(program)}"
    tag = program.get(path).headers["etag"]
    search = next(search for search in store.searches.all(ada.subscriber_id) if path.endswith(search.search_id))
    store.matches.store(0, [arrival(1, posting("two"), (search.key,))], NOW)
    store.searches.give_feed(search.search_id, None)
    assert program.ask("PATCH", path, {"hour": 11}, {"If-Match": tag}).status_code == 200
