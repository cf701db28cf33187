"""What a mail left out as unlikely: listed without signing in, and answered by one press each, never by a look."""

import re
import zlib
from typing import Any

import pytest
from lxml import html as lxml_html
from sqlalchemy import delete, update

from schemas.sql.tables import digests, postings
from services.notifier.domain.curation import wishes
from services.notifier.domain.curation.wishes import Signs
from services.notifier.domain.links import slot_of
from services.notifier.domain.model import Cause, Recipient
from services.notifier.domain.people import Subscriber
from services.runtime.sql.store import writing
from services.usecases.left_out import MOST
from tests.support.left_out import AT, mailed, unlikely
from tests.support.notifying import NOW, NotifierStore, posting
from tests.support.placed_digest import in_towns
from tests.support.portal import ServedPortal

SALES = {"title": "Account Executive", "roles": ("account-executive",)}


def listed(page: str) -> list[str]:
    """What each job of the unlikely ones says."""
    tree: Any = lxml_html.fromstring(page)
    return [" ".join(job.text_content().split()) for job in tree.xpath("//*[@id='unlikely']//ul/li")]


def test_they_are_listed_the_likeliest_first_each_card_once_with_what_speaks_against_it(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    berlin, munich = in_towns(("Berlin, DE", "Munich, DE"), company="Tidewater Energy", **SALES)
    near, sent = posting("near", title="Nearly it"), posting("sent", title="Sent before")
    mailed(
        store,
        (posting("low", title="Night clerk", seniority="director"), unlikely(0.05)),
        (munich, unlikely(0.2, posting_id=berlin.posting_id)),
        (berlin, unlikely(0.2001)),
        (near, unlikely(0.3, near=True)),
        (sent, Cause("sent", day=NOW.date())),
    )
    page = portal.get(portal.path("rest", ada, slot_of(AT))).text
    first, second = listed(page)
    assert "2 jobs that fit, and that we doubt you would want" in page
    assert first.startswith("Account Executive")
    assert "Also in: On site, Munich" in first
    assert "Is at director level" in second
    assert second.startswith("Night clerk")
    assert "Nearly it" not in page
    assert "Sent before" not in page


def test_one_press_answers_one_job_and_another_takes_that_back(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    yes, no = posting("yes", **SALES), posting("no", title="Night clerk")
    mailed(store, (yes, unlikely(0.3)), (no, unlikely(0.2)))
    path = portal.path("rest", ada, slot_of(AT))
    portal.get(path)
    portal.client.head(path)
    assert store.feedback.said(ada.subscriber_id) == [], "a look says nothing"
    assert portal.post(path, job=yes.posting_id, at="1", do="more").headers["location"] == f"{path}#at1"
    portal.post(path, job=no.posting_id, at="2", do="irrelevant")
    answers = {answer.posting_id: answer for answer, _ in store.feedback.said(ada.subscriber_id)}
    assert {own_id: answer.kind for own_id, answer in answers.items()} == {
        yes.posting_id: "more_like", no.posting_id: "not_relevant"
    }  # fmt: skip
    assert all(answer.job and answer.job.foreseen is not None for answer in answers.values())
    first, second = listed(portal.get(path).text)
    assert first.endswith("More like this Undo Account Executive")
    assert second.endswith("Not relevant Undo Night clerk")
    for _ in range(2):
        portal.post(path, job=yes.posting_id, at="1", do="undo")
    assert [answer.kind for answer, _ in store.feedback.said(ada.subscriber_id)] == ["not_relevant"]


@pytest.mark.parametrize(
    ("job", "do", "status"), [("one", "more", 404), ("yes", "", 400), ("yes", "leave-out", 400), ("none", "undo", 404)]
)
def test_nothing_else_is_answered_by_it(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, job: str, do: str, status: int
) -> None:
    mailed(store, (posting("yes"), unlikely(0.3)))
    path = portal.path("rest", ada, slot_of(AT))
    assert portal.post(path, job=posting(job).posting_id, at="<b>", do=do).status_code == status
    assert store.feedback.said(ada.subscriber_id) == []


def test_of_many_the_likeliest_are_listed_and_the_others_counted(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    some = [(posting(f"job{at}", title=f"Clerk {at}"), unlikely(round(0.3 - at / 1000, 4))) for at in range(MOST + 2)]
    mailed(store, *some)
    page = portal.get(portal.path("rest", ada, slot_of(AT))).text
    assert [re.findall(r"Clerk (\d+)", job)[0] for job in listed(page)] == [str(at) for at in range(MOST)]
    assert f"{MOST + 2} jobs that fit" in page
    assert "2 more are less likely still, and are not listed." in page


def test_what_an_earlier_release_kept_without_a_chance_is_listed_too(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    left = posting("left", title="Night clerk")
    mailed(store, (left, unlikely(0.3)))
    said = f'[["{left.posting_id}", {{"code": "unlikely", "said": "too unlikely to be wanted: 30 %"}}]]'
    with writing(store.engine) as connection:
        connection.execute(update(digests).values(dropped=zlib.compress(said.encode())))
    [job] = listed(portal.get(portal.path("rest", ada, slot_of(AT))).text)
    assert job.startswith("Night clerk")


def test_what_is_forgotten_is_counted_and_of_all_of_it_that_is_said(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    some = [posting(f"job{at}", title=f"Clerk {at}") for at in range(3)]
    mailed(store, *((job, unlikely(0.3)) for job in some))
    path = portal.path("rest", ada, slot_of(AT))
    for kept, said in ((1, "2 more are forgotten by now."), (0, "All of them are forgotten by now.")):
        with writing(store.engine) as connection:
            connection.execute(
                delete(postings).where(postings.c.posting_id.in_([job.posting_id for job in some[kept:]]))
            )
        page = portal.get(path).text
        assert len(listed(page)) == max(kept, 1)
        assert re.findall(r"[^>]*forgotten[^<]*", page) == [said]


def test_what_a_person_lets_one_guess_is_worked_out_once_a_page(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailed(store, *((posting(f"job {at}", title=f"Night clerk {at}"), unlikely(0.1 + at / 100)) for at in range(5)))
    worked_out = list[Recipient]()

    def signs_of(recipient: Recipient) -> Signs:
        worked_out.append(recipient)
        return wishes.signs_of(recipient)

    monkeypatch.setattr("services.notifier.domain.feedback.signs_of", signs_of)
    assert len(listed(portal.get(portal.path("rest", ada, slot_of(AT))).text)) == 5
    assert len(worked_out) == 1
