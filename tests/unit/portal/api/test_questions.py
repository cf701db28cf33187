"""Jobs that somebody is asked about, over the API."""

import pytest

from schemas.posting import Company
from services.notifier.domain.people import Subscriber
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import served_portal
from tests.support.programs import Program, problem_of
from tests.support.waiting import until

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

TITLES = ("Python engineer, billing", "Python trainer", "Python developer, nights")


def test_jobs_that_are_unsure_are_asked_about_until_something_is_said_of_them(
    store: NotifierStore, ada: Subscriber
) -> None:
    jobs = [
        posting(f"job{at}", title=title, company=Company(name=f"Company {at}"), seniority="manager")
        for at, title in enumerate(TITLES)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)
    with served_portal(store) as portal:
        program = Program(portal, ada)
        until(lambda: program.get("/questions").status_code == 200, "the postings are read")
        first, *rest = [job["id"] for job in program.get("/questions").json()["items"]]
        assert rest
        said = program.ask("POST", "/feedback", {"kind": "not_relevant", "job_id": first})
        assert said.status_code == 201
        left = [job["id"] for job in program.get("/questions").json()["items"]]
        assert first not in left
        assert set(left) <= {job.posting_id for job in jobs} | {posting("one").posting_id}
        blind = Program(portal, ada, scopes=("mails:read",))
        assert problem_of(blind.get("/questions")) == (403, "out_of_scope")
