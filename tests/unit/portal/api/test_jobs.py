"""Jobs, what somebody keeps of them and says of them, and what is mailed, over the API."""

from datetime import timedelta

import pytest

from services.notifier.domain.people import Subscriber
from services.portal.api.models import Job
from services.rules.criterion import CRITERIA
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal
from tests.support.programs import Program, problem_of

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

JOB = posting("one").posting_id


def test_a_job_shows_what_each_criterion_looks_at() -> None:
    shown_as = {"salary": "pay", "towns": "where_in_words"}
    looked_at = {criterion.evidence for criterion in CRITERIA if criterion.name != "text"}
    assert {shown_as.get(field, field) for field in looked_at} <= set(Job.model_fields)


def test_a_job_is_shown_with_the_searches_that_it_fits(store: NotifierStore, program: Program) -> None:
    shown = program.get(f"/jobs/{JOB}").json()
    assert shown["job"]["title"] == "Python engineer, one"
    assert shown["job"]["company"]["name"] == "Company one"
    assert shown["job"]["url"] == "https://jobs.example.com/one"
    assert [(finding["search"], finding["near"]) for finding in shown["found_by"]] == [("Python work", False)]
    assert shown["found_by"][0]["reasons"]
    assert shown["saved"] is False
    store.matches.store(0, [arrival(1, posting("one", status="closed", revision=2))], NOW)
    assert program.get(f"/jobs/{JOB}").json()["job"]["status"] == "closed"
    for unknown in ("nothing", "%00", "a" * 101, "..%2F..%2Fetc"):
        assert problem_of(program.get(f"/jobs/{unknown}")) in ((404, "missing"), (422, "wrong_field"))


def test_a_job_is_saved_with_a_note_and_the_day_of_applying(program: Program) -> None:
    path = f"/saved-jobs/{JOB}"
    assert problem_of(program.get(path)) == (404, "missing")
    saved = program.ask("PUT", path, {"note": "Ask for Grace.\n<b>Three</b>"}).json()
    assert (saved["note"], saved["applied_on"], saved["title"]) == (
        "Ask for Grace.\n<b>Three</b>", None, "Python engineer, one"
    )  # fmt: skip
    assert program.get(f"/jobs/{JOB}").json()["saved"] is True
    applied = program.ask("PUT", path, {"applied_on": "2026-06-28"}).json()
    assert (applied["note"], applied["applied_on"]) == ("", "2026-06-28")
    assert program.get(path).json() == applied
    assert [job["id"] for job in program.get("/saved-jobs", applied="true").json()["items"]] == [JOB]
    assert program.get("/saved-jobs", applied="false").json()["items"] == []
    for wrong in ({"applied_on": "soon"}, {"note": "x" * 2_001}, {"note": "\0"}, {"applied_on": 3}):
        assert problem_of(program.ask("PUT", path, wrong)) == (422, "wrong_field")
    assert problem_of(program.ask("PUT", "/saved-jobs/nothing", {})) == (404, "missing")
    for _ in range(2):
        assert program.ask("DELETE", path).status_code == 204
    assert program.get("/saved-jobs").json()["items"] == []


def test_saved_jobs_come_a_page_at_a_time_the_last_saved_first(
    store: NotifierStore, portal: ServedPortal, program: Program
) -> None:
    names = [f"job {number}" for number in range(5)]
    for number, name in enumerate(names):
        store.matches.store(0, [arrival(number + 1, posting(name))], NOW)
        portal.now = NOW + timedelta(minutes=number // 2)
        assert program.ask("PUT", f"/saved-jobs/{posting(name).posting_id}", {}).status_code == 200
    answer, seen = program.get("/saved-jobs", limit="2"), []
    while True:
        seen += [item["title"].rpartition(", ")[2] for item in answer.json()["items"]]
        if "link" not in answer.headers:
            break
        answer = program.get(f"/saved-jobs{answer.headers['link'].split(';')[0].strip('<>')}")
    assert len(seen) == 5
    assert seen[0] == "job 4"
    assert set(seen[1:3]) == {"job 2", "job 3"}


def test_what_is_said_of_a_job_is_listed_noted_and_taken_back(program: Program) -> None:
    program.ask("PUT", f"/saved-jobs/{JOB}", {"note": "Too far"})
    made = program.ask("POST", "/feedback", {"kind": "not_relevant", "job_id": JOB})
    said = made.json()
    assert made.headers["location"] == f"/api/v1/feedback/{said['id']}"
    assert (said["note"], said["title"], said["job_id"]) == ("Too far", "Python engineer, one", JOB)
    assert said["counts_until"] > said["said_at"]
    assert program.get("/saved-jobs").json()["items"] == []
    path = f"/feedback/{said['id']}"
    assert program.ask("PATCH", path, {"note": "Much too far"}).json() == said | {"note": "Much too far"}
    # Of two answers on one job the last one stands.
    more = program.ask("POST", "/feedback", {"kind": "more_like", "job_id": JOB}).json()
    assert [feedback["id"] for feedback in program.get("/feedback").json()["items"]] == [more["id"]]
    assert problem_of(program.get(path)) == (404, "missing")
    assert program.ask("DELETE", f"/feedback/{more['id']}").status_code == 204
    for method, body in (("GET", None), ("PATCH", {"note": ""}), ("DELETE", None)):
        assert problem_of(program.ask(method, f"/feedback/{more['id']}", body)) == (404, "missing")


def test_to_save_a_job_says_more_like_it_until_it_is_taken_out_or_that_is_taken_back(program: Program) -> None:
    path = f"/saved-jobs/{JOB}"
    for body in ({}, {"applied_on": "2026-06-28"}):
        program.ask("PUT", path, body)
        [said] = program.get("/feedback").json()["items"]
        assert (said["kind"], said["job_id"]) == ("more_like", JOB)
    program.ask("DELETE", path)
    assert program.get("/feedback").json()["items"] == []
    program.ask("PUT", path, {})
    assert program.ask("DELETE", f"/feedback/{said['id']}").status_code == 204
    assert program.get("/feedback").json()["items"] == []
    assert program.get(path).status_code == 200, "it stays saved"


def test_companies_are_hidden_by_name_and_shown_again(program: Program) -> None:
    said = program.ask("POST", "/feedback", {"kind": "hidden_company", "company": "Nought & Sons GmbH"}).json()
    assert (said["company"], said["counts_until"]) == ("Nought & Sons GmbH", None)
    assert program.get("/feedback", kind="hidden_company").json()["items"] == [said]
    assert program.get("/feedback", kind="more_like").json()["items"] == []
    for wrong in (
        {"kind": "hidden_company", "company": " "},
        {"kind": "hidden_company", "job_id": JOB},
        {"kind": "more_like", "company": "Nought"},
        {"kind": "admire", "job_id": JOB},
    ):
        assert problem_of(program.ask("POST", "/feedback", wrong)) == (422, "wrong_field")
    assert problem_of(program.ask("POST", "/feedback", {"kind": "more_like", "job_id": "x"})) == (404, "missing")
    assert program.ask("DELETE", f"/feedback/{said['id']}").status_code == 204
    assert program.get("/feedback").json()["items"] == []


def test_the_next_mail_is_shown_without_links_that_act(store: NotifierStore, ada: Subscriber, program: Program) -> None:
    [search] = [search for search in store.searches.all(ada.subscriber_id) if search.name == "Python work"]
    job = posting("two", title="Backend Engineer")
    store.matches.store(0, [arrival(1, job, (search.key,))], NOW)
    upcoming = program.get("/mails/next").json()
    assert [chosen["job"]["title"] for chosen in upcoming["jobs"]] == ["Backend Engineer"]
    assert upcoming["jobs"][0]["why"]
    assert upcoming["subject"]
    assert "/u/" not in program.get("/mails/next").text
    for saved in store.searches.all(ada.subscriber_id):
        store.searches.pause(saved.search_id, NOW)
    assert problem_of(program.get("/mails/next")) == (404, "missing")


def test_names_are_completed_and_texts_read_and_nothing_of_it_is_kept(
    store: NotifierStore, ada: Subscriber, program: Program
) -> None:
    assert program.get("/completions/skills", typed="k8s").json()["items"][0]["value"] == "Kubernetes"
    assert program.get("/completions/places", typed="Germ").json()["items"][0]["value"] == "Germany"
    assert problem_of(program.get("/completions/people", typed="Ada")) == (422, "wrong_field")
    read = program.ask("POST", "/readings", {"text": "remote Go work from Poland, 90k"}).json()
    assert (read["criteria"]["skills"]["any"], read["criteria"]["places"]) == (["Go"], ["PL"])
    assert read["criteria"]["salary_floor"] == {"amount": 90_000, "currency": "EUR", "period": "year"}
    assert {quote["field"] for quote in read["read_from"]} >= {"skills", "places", "salary_floor"}
    assert program.ask("POST", "/readings", {"text": " "}).json() == {
        "criteria": None,
        "offered": [],
        "read_from": [],
        "skills": [],
    }
    assert problem_of(program.ask("POST", "/readings", {"text": "x" * 20_001})) == (422, "wrong_field")
    # What is read can be saved as it is.
    made = program.ask("POST", "/searches", {"name": "Read", "criteria": read["criteria"]})
    assert made.json()["criteria"] == read["criteria"]
    assert len(store.searches.all(ada.subscriber_id)) == 3


def test_a_preview_counts_and_says_what_each_criterion_costs(portal: ServedPortal, program: Program) -> None:
    wish = {"criteria": {"skills": {"any": ["Python"]}, "places": ["Japan"]}}
    while (answer := program.ask("POST", "/previews", wish)).status_code == 503:
        assert answer.headers["retry-after"]
    shown = answer.json()
    assert (shown["matching"], shown["currency"], shown["best"]) == (0, "EUR", [])
    assert {
        criterion["criterion"]: (criterion["alone"], criterion["more_without"]) for criterion in shown["criteria"]
    } == {
        "skills.any": (1, 0),
        "place": (0, 1),
    }
    [gain] = [gain for gain in shown["gains"] if gain["criteria"]["places"] == []]
    assert (gain["more"], gain["criterion"]) == (1, "place")
    loosened = program.ask("POST", "/previews", {"criteria": gain["criteria"]}).json()
    assert (loosened["matching"], loosened["passing"]) == (1, 1)
    assert loosened["jobs_a_week"] > 0


@pytest.fixture
def kinds(store: NotifierStore) -> None:
    jobs = [
        posting(f"{role} {at}", title=f"A {role}", roles=(role,))
        for role, many in (("data-analyst", 3), ("data-engineer", 4), ("data-scientist", 6))
        for at in range(many)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)


def test_a_preview_says_of_which_kinds_jobs_are_and_what_other_roles_would_let_in(
    kinds: None, portal: ServedPortal, program: Program
) -> None:
    asked = {"any": ["data-analyst", "data-engineer"]}
    while (answer := program.ask("POST", "/previews", {"criteria": {"roles": asked}})).status_code == 503:
        assert answer.headers["retry-after"]
    found = answer.json()
    assert {(kind["role"], kind["fit"], kind["weighed"]) for kind in found["kinds"]} == {
        ("data-analyst", 3, 3),
        ("data-engineer", 4, 4),
        ("backend-engineer", 1, 1),
    }
    assert sum(kind["passing"] for kind in found["kinds"]) == found["passing"]
    assert {"role": "data-scientist", "more": 6} in found["role_openings"]
    refused = {"criteria": {"roles": {**asked, "none": ["backend-engineer"]}}}
    without = program.ask("POST", "/previews", refused).json()
    assert (without["matching"], without["left_out"]) == (7, [{"role": "backend-engineer", "more": 1}])


@pytest.fixture
def german(store: NotifierStore) -> None:
    store.matches.store(0, [arrival(1, posting("two", language="de", roles=("data-engineer",)))], NOW)


def test_a_preview_holds_no_job_in_a_language_that_they_do_not_speak(
    german: None, portal: ServedPortal, program: Program
) -> None:
    wish = {"criteria": {"skills": {"any": ["Python"]}}}
    while (answer := program.ask("POST", "/previews", wish)).status_code == 503:
        assert answer.headers["retry-after"]
    assert (answer.json()["matching"], answer.json()["passing"]) == (2, 2)
    assert program.ask("PATCH", "/account", {"speaks": ["en"]}, {"If-Match": "*"}).status_code == 200
    answer = program.ask("POST", "/previews", wish)
    assert (answer.json()["matching"], answer.json()["passing"]) == (2, 1)
