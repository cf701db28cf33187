"""Mails and what each left out, over the API."""

import pytest

from services.notifier.domain.links import slot_of
from services.notifier.domain.model import Cause
from services.notifier.domain.people import Subscriber
from tests.support.left_out import AT, mailed, unlikely
from tests.support.notifying import NotifierStore, posting
from tests.support.placed_digest import in_towns
from tests.support.portal import ServedPortal
from tests.support.programs import Program, problem_of

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

SALES = {"title": "Account Executive", "roles": ("account-executive",)}


def test_what_a_mail_left_out_is_listed_with_what_speaks_against_it(
    store: NotifierStore, ada: Subscriber, program: Program
) -> None:
    berlin, munich = in_towns(("Berlin, DE", "Munich, DE"), company="Tidewater Energy", **SALES)
    night = posting("low", title="Night clerk", seniority="director")
    full, sent = posting("full", title="Python trainer"), posting("sent", title="Sent before")
    mailed(
        store,
        (night, unlikely(0.05)),
        (munich, unlikely(0.2, posting_id=berlin.posting_id)),
        (berlin, unlikely(0.2001)),
        (sent, Cause("sent", day=AT.date())),
        no_room=[full],
    )
    [mail] = program.get("/mails").json()["items"]
    found = program.get(f"/mails/{mail['id']}/left-out").json()
    assert [job["title"] for job in found["no_room"]] == ["Python trainer"]
    assert [(job["job"]["title"], len(job["elsewhere"])) for job in found["unlikely"]] == [
        ("Account Executive", 1),
        ("Night clerk", 0),
    ]
    assert found["unlikely_count"] == 2
    assert "director" in found["unlikely"][1]["but"]
    assert 0.0 < found["unlikely"][1]["chance"] < 1.0


def test_what_is_said_of_a_job_that_was_left_out_stands_beside_it(
    store: NotifierStore, ada: Subscriber, program: Program
) -> None:
    job = posting("yes", **SALES)
    mailed(store, (job, unlikely(0.3)))
    path = f"/mails/{slot_of(AT)}/left-out"
    [before] = program.get(path).json()["unlikely"]
    assert before["said"] is None
    program.ask("POST", "/feedback", {"kind": "more_like", "job_id": job.posting_id})
    [after] = program.get(path).json()["unlikely"]
    assert (after["job"]["id"], after["said"]) == (job.posting_id, "more_like")


def test_nobody_is_shown_what_a_mail_to_somebody_else_left_out(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, program: Program
) -> None:
    mailed(store, (posting("yes", **SALES), unlikely(0.3)))
    bob = store.person("bob")
    other = Program(portal, bob)
    assert problem_of(other.get(f"/mails/{slot_of(AT)}/left-out")) == (404, "missing")
    for unknown in ("20261125T0800Z", "20261399T0800Z"):
        assert problem_of(program.get(f"/mails/{unknown}/left-out")) == (404, "missing")
    for wrong in ("nothing", "%00", "a" * 40):
        assert problem_of(program.get(f"/mails/{wrong}/left-out")) == (422, "wrong_field")
