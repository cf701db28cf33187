"""What subscribers say, by a link in a digest or by name, and what becomes of it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from schemas.sql.tables import feedback as table
from services.notifier.domain.curation.chance.answers import answered
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.feedback import Kind, foreseen
from services.notifier.domain.links import PATHS, Purpose, claim_of, links_for, slot_of, token
from services.notifier.domain.people import Subscriber
from services.rules.signature import fold_company
from services.runtime.errors import UsageError
from services.settings import Settings
from services.usecases import exclusions, feedback
from services.usecases.installation import Installation
from tests.support.digests import NOON, digest
from tests.support.digests import posting as python_job
from tests.support.notifying import NOW, SECRET, NotifierStore, arrival, posting, sqlite_store
from tests.support.serving import HOUR, due

BASE = "https://jobs.example.com"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NotifierStore]:
    made = sqlite_store(tmp_path)
    made.matches.store(0, [arrival(0, posting("one"))], NOW)
    yield made
    made.engine.dispose()


@pytest.fixture
def ada(store: NotifierStore) -> Subscriber:
    person = store.person()
    store.search(person, hour=8)
    return person


def installation_of(store: NotifierStore) -> Installation:
    return Installation(Settings(secret=SecretStr(SECRET.decode())), store.engine)


def links_of(store: NotifierStore, person: Subscriber, purpose: str) -> str:
    by: dict[str, Purpose] = {"not_relevant": "irrelevant", "more_like": "more", "hidden_company": "hide"}
    own = token(SECRET, by[purpose], person.subscriber_id, posting("one").posting_id)
    return f"{BASE}/{PATHS[by[purpose]]}/{own}"


@pytest.mark.parametrize("kind", ["not_relevant", "more_like", "hidden_company"])
def test_a_link_says_it_for_whom_it_was_made(store: NotifierStore, ada: Subscriber, kind: Kind) -> None:
    answer = feedback.follow(installation_of(store), links_of(store, ada, kind), NOW)
    assert answer.kind == kind
    assert store.feedback.said(ada.subscriber_id) == [(answer, NOW)]
    [subscriber] = due(store, NOW + 3 * HOUR)
    if kind == "hidden_company":
        assert subscriber.recipient.hidden_companies == {fold_company("Company one")}
    else:
        [said] = subscriber.recipient.answers
        assert (said.kind, said.title, said.company) == (kind, "Python engineer, one", "Company one")
        assert said.skills == {"Python"}
        assert subscriber.recipient.not_relevant == ({"cluster-one"} if kind == "not_relevant" else frozenset())


def test_a_link_that_is_none_says_nothing(store: NotifierStore, ada: Subscriber) -> None:
    link = links_of(store, ada, "not_relevant")
    other_mac = link[:-1] + ("a" if link[-1] != "a" else "b")
    for spoilt in (other_mac, link.replace("/n/", "/l/"), "", BASE):
        with pytest.raises(UsageError, match="no feedback link"):
            feedback.follow(installation_of(store), spoilt, NOW)
    assert store.feedback.said(ada.subscriber_id) == []


def test_of_two_answers_on_one_job_the_last_one_stands(store: NotifierStore, ada: Subscriber) -> None:
    own = posting("one").posting_id
    feedback.say(installation_of(store), ada.subscriber_id, "not_relevant", own, NOW)
    feedback.say(installation_of(store), ada.subscriber_id, "more_like", own, NOW + HOUR)
    [(answer, at)] = store.feedback.said(ada.subscriber_id)
    assert (answer.kind, at) == ("more_like", NOW + HOUR)


def test_what_is_said_again_counts_from_then_on(store: NotifierStore, ada: Subscriber) -> None:
    own = posting("one").posting_id
    for at in (NOW, NOW + timedelta(days=30)):
        feedback.say(installation_of(store), ada.subscriber_id, "more_like", own, at)
    assert [at for _, at in store.feedback.said(ada.subscriber_id)] == [NOW + timedelta(days=30)]


def test_with_an_answer_is_kept_what_the_job_was_like_and_what_was_foreseen_of_it(
    store: NotifierStore, ada: Subscriber
) -> None:
    installation, job = installation_of(store), posting("one")
    feedback.say(installation, ada.subscriber_id, "not_relevant", job.posting_id, NOW)
    [said] = store.subscribers.recipient(ada.subscriber_id).answers
    likely = foreseen(store.subscribers.recipient(ada.subscriber_id), job)
    assert said.foreseen == likely is not None
    assert (said.roles, said.places) == (job.roles[:1], PostingFeatures(job).hires)


def test_what_an_earlier_release_kept_of_an_answer_still_counts(store: NotifierStore, ada: Subscriber) -> None:
    installation, job = installation_of(store), posting("one")
    feedback.say(installation, ada.subscriber_id, "not_relevant", job.posting_id, NOW)
    with store.engine.begin() as connection:
        about = json.loads(connection.execute(select(table.c.about)).scalar_one())
        kept = {name: about[name] for name in ("title", "company", "title_words", "company_key", "skills")}
        connection.execute(update(table).values(about=json.dumps(kept)))
    [said] = store.subscribers.recipient(ada.subscriber_id).answers
    assert (said.foreseen, said.roles, said.places, said.causes) == (None, (), frozenset(), ())
    by = answered([said], PostingFeatures(job), NOW)
    assert by is not None
    assert by.odds < 0


def test_a_job_called_not_relevant_for_what_searches_leave_out_says_nothing_of_others(
    store: NotifierStore, ada: Subscriber
) -> None:
    installation, job = installation_of(store), posting("one", seniority="senior")
    store.matches.store(1, [arrival(0, job)], NOW)
    feedback.say(installation, ada.subscriber_id, "not_relevant", job.posting_id, NOW)
    exclusion = next(iter(exclusions.of_job(installation, ada, job)))
    [left_out] = exclusions.leave_out(installation, ada, job.posting_id, exclusion, NOW)
    [said] = store.subscribers.recipient(ada.subscriber_id).answers
    assert said.causes == (f"{exclusion.criterion}: {exclusion.value}",)
    assert answered([said], PostingFeatures(job), NOW) is None
    assert [given.fades_at for given in feedback.said(installation, ada.subscriber_id)] == [None]
    feedback.say(installation, ada.subscriber_id, "not_relevant", job.posting_id, NOW + HOUR)
    [again] = store.subscribers.recipient(ada.subscriber_id).answers
    assert (again.causes, again.foreseen, again.said_at) == (said.causes, said.foreseen, NOW + HOUR)
    assert again.foreseen is not None
    stood = {left_out.search.search_id: left_out.stood}
    exclusions.let_in(installation, ada, job.posting_id, exclusion, stood, NOW)
    [said] = store.subscribers.recipient(ada.subscriber_id).answers
    assert said.causes == ()


def test_a_job_called_not_relevant_whose_company_is_hidden_says_nothing_of_others(
    store: NotifierStore, ada: Subscriber
) -> None:
    installation, job = installation_of(store), posting("one")
    for kind in ("not_relevant", "hidden_company"):
        feedback.say(installation, ada.subscriber_id, kind, job.posting_id, NOW)
    assert store.subscribers.recipient(ada.subscriber_id).answers == ()
    feedback.unsay(installation, ada.subscriber_id, "hidden_company", job.posting_id, NOW)
    assert len(store.subscribers.recipient(ada.subscriber_id).answers) == 1


def test_a_company_is_hidden_by_its_name_however_it_is_spelt_and_shown_again(
    store: NotifierStore, ada: Subscriber
) -> None:
    feedback.say(installation_of(store), ada.subscriber_id, "hidden_company", "ACME Ltd.", NOW)
    [subscriber] = due(store, NOW + 3 * HOUR)
    assert subscriber.recipient.hidden_companies == {"acme"}
    feedback.unsay(installation_of(store), ada.subscriber_id, "hidden_company", "Acme", NOW)
    [subscriber] = due(store, NOW + 3 * HOUR)
    assert subscriber.recipient.hidden_companies == frozenset()
    with pytest.raises(UsageError, match="never said"):
        feedback.unsay(installation_of(store), ada.subscriber_id, "hidden_company", "Acme", NOW)


@pytest.mark.parametrize("kind", ["not_relevant", "more_like"])
def test_of_a_job_that_is_not_known_nothing_is_kept(store: NotifierStore, ada: Subscriber, kind: Kind) -> None:
    with pytest.raises(UsageError, match="there is no posting"):
        feedback.say(installation_of(store), ada.subscriber_id, kind, "Acme", NOW)


def test_what_was_said_is_exported_and_erased_with_the_person(store: NotifierStore, ada: Subscriber) -> None:
    feedback.say(installation_of(store), ada.subscriber_id, "more_like", posting("one").posting_id, NOW)
    [exported] = store.subscribers.export(ada.subscriber_id)["feedback"]
    assert exported["about"]["title"] == "Python engineer, one"
    store.subscribers.erase(ada.subscriber_id, NOW)
    store.person(now=NOW)
    assert store.feedback.said(ada.subscriber_id) == []


def test_the_link_to_the_rest_names_the_digest_and_is_there_only_where_something_is_left() -> None:
    few = digest(python_job("a"))
    many = digest(*(python_job(f"j{number}") for number in range(12)))
    assert links_for(few, BASE, SECRET).rest == ""
    rest = links_for(many, BASE, SECRET).rest
    claim = claim_of([SECRET], "rest", rest.rsplit("/", 1)[1])
    assert claim is not None
    assert (
        (claim.subscriber_id, claim.posting_id)
        == (many.recipient.subscriber_id, slot_of(NOON))
        == (
            "k3v9xq2m",
            "20260914T1200Z",
        )
    )
