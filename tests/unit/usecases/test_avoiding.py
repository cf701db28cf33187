"""What of a job that is not relevant somebody says that they would rather not do, and what that would cost them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.criteria import Criteria, RoleTerms
from schemas.posting import PostingCore
from services.notifier.domain.people import Subscriber
from services.runtime.errors import ChangedError
from services.settings import Settings
from services.usecases import accounts, avoiding, searches
from services.usecases.errors import MissingError
from services.usecases.installation import Installation
from services.usecases.live_previews import LivePreviews
from tests.support.notifying import NOW, SECRET, NotifierStore, arrival, posting, sqlite_store

SUPPORT = Criteria(roles=RoleTerms(any=("customer-support-representative",)))


def job(name: str, what: str) -> PostingCore:
    return posting(name, title=f"Customer Support Representative, {what}", roles=SUPPORT.roles.any, skills=())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NotifierStore]:
    made = sqlite_store(tmp_path)
    about = ("Insurance (Medicare)", "Insurance", "Insurance claims", "Toys")
    made.matches.store(0, [arrival(at, job(f"job {at}", what)) for at, what in enumerate(about)], NOW)
    yield made
    made.engine.dispose()


@pytest.fixture
def ada(store: NotifierStore) -> Subscriber:
    person = store.person(knows=["payroll"])
    store.search(person, "Support", SUPPORT)
    return person


JOB = job("job 0", "Insurance (Medicare)")


def installation_of(store: NotifierStore) -> Installation:
    return Installation(Settings(secret=SecretStr(SECRET.decode())), store.engine)


def again(store: NotifierStore, person: Subscriber) -> Subscriber:
    return store.subscribers.find(person.subscriber_id)


def test_what_is_pressed_stands_with_what_they_say_of_themselves_and_is_exported(
    store: NotifierStore, ada: Subscriber
) -> None:
    installation = installation_of(store)
    assert avoiding.of_job(installation, ada, JOB) == ("Insurance", "Medicare")
    for _ in range(2):
        avoiding.avoid(installation, again(store, ada), JOB.posting_id, "Insurance", NOW)
    profile = again(store, ada).profile
    assert (profile.knows, profile.avoids) == (("payroll",), ("Insurance",))
    assert accounts.export(installation, ada.subscriber_id)["subscriber"]["avoids"] == ["Insurance"]
    assert avoiding.of_job(installation, ada, JOB) == ("Medicare",)
    for _ in range(2):
        avoiding.take_back(installation, again(store, ada), "Insurance", NOW)
    assert again(store, ada).profile == ada.profile


def test_what_was_changed_meanwhile_is_not_written_over(store: NotifierStore, ada: Subscriber) -> None:
    installation = installation_of(store)
    accounts.change(installation, ada.subscriber_id, {"avoids": ["crypto"]}, NOW)
    with pytest.raises(ChangedError):
        avoiding.avoid(installation, ada, JOB.posting_id, "Insurance", NOW)
    assert again(store, ada).profile.avoids == ("crypto",)


def test_nothing_is_avoided_that_the_job_does_not_say_or_of_a_job_that_is_kept_no_more(
    store: NotifierStore, ada: Subscriber
) -> None:
    for posting_id, words in ((JOB.posting_id, "Toys"), (posting("gone").posting_id, "Insurance")):
        with pytest.raises(MissingError):
            avoiding.avoid(installation_of(store), ada, posting_id, words, NOW)


def test_what_each_would_cost_is_counted_over_all_searches_that_are_mailed(
    store: NotifierStore, ada: Subscriber
) -> None:
    installation = installation_of(store)
    curate = installation.settings.notifier.curate.model_copy(update={"least_chance": 0.5})
    chooses = installation.settings.notifier.model_copy(update={"curate": curate})
    choosy = Installation(installation.settings.model_copy(update={"notifier": chooses}), store.engine)
    live = LivePreviews(choosy)
    some = ("Insurance", "Medicare")
    assert avoiding.costs(choosy, live, ada, some, NOW) == {}, "postings are still read"
    live.refresh(NOW)
    assert avoiding.costs(choosy, live, ada, some, NOW) == {"Insurance": 3, "Medicare": 1}
    assert avoiding.costs(choosy, live, ada, (), NOW) == {}
    for at in range(5):
        store.search(ada, f"Support {at}", SUPPORT)
    assert avoiding.costs(choosy, live, ada, some, NOW) == {}, "a page does not wait for many searches"
    for search in store.searches.all(ada.subscriber_id):
        searches.pause(choosy, search.search_id, NOW)
    assert avoiding.costs(choosy, live, ada, some, NOW) == {}
