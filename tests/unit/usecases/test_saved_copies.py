"""One job may be saved as several postings, of which there is one answer: it stands while any of them is saved."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.posting import Cluster, PostingCore
from services.notifier.domain.people import Subscriber
from services.usecases import feedback, tracker
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore, arrival, posting, sqlite_store
from tests.support.portal import settings_of
from tests.support.serving import HOUR

FIRST, SECOND, OTHER = (posting(name, cluster=Cluster(key=key)) for name, key in (("a", "k"), ("b", "k"), ("c", "l")))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NotifierStore]:
    made = sqlite_store(tmp_path)
    made.matches.store(0, [arrival(at, job) for at, job in enumerate((FIRST, SECOND, OTHER))], NOW)
    yield made
    made.engine.dispose()


@pytest.fixture
def saver(store: NotifierStore) -> "Saver":
    return Saver(store, store.person("ada"))


class Saver:
    """Who saved three postings of two jobs."""

    def __init__(self, store: NotifierStore, person: Subscriber) -> None:
        self.own_id, self._feedback = person.subscriber_id, store.feedback
        self.installation = Installation(settings_of(), store.engine)
        for hours, job in enumerate((FIRST, SECOND, OTHER)):
            tracker.save(self.installation, self.own_id, job.posting_id, NOW + hours * HOUR)

    def takes_out(self, posting_id: str) -> None:
        tracker.take_out(self.installation, self.own_id, posting_id)

    def said(self) -> list[tuple[str, str, str]]:
        return [(answer.kind, answer.value, answer.posting_id) for answer, _ in self._feedback.said(self.own_id)]


@pytest.mark.parametrize(("gone", "left"), [(FIRST, SECOND), (SECOND, FIRST)])
def test_the_copy_that_stays_saved_goes_on_saying_more_like_this(
    saver: Saver, gone: PostingCore, left: PostingCore
) -> None:
    saver.takes_out(gone.posting_id)
    assert ("more_like", "k", left.posting_id) in saver.said()
    saver.takes_out(left.posting_id)
    assert saver.said() == [("more_like", "l", OTHER.posting_id)]


def test_what_was_said_since_by_a_button_stands(saver: Saver) -> None:
    feedback.say(saver.installation, saver.own_id, "not_relevant", FIRST.posting_id, NOW + 9 * HOUR)
    saver.takes_out(SECOND.posting_id)
    assert ("not_relevant", "k", FIRST.posting_id) in saver.said()


def test_who_hides_one_copy_and_takes_that_back_still_says_what_saving_the_other_says(saver: Saver) -> None:
    feedback.hide_job(saver.installation, saver.own_id, FIRST.posting_id, NOW + 9 * HOUR)
    feedback.take_back(saver.installation, saver.own_id, "not_relevant", "k")
    assert ("more_like", "k", SECOND.posting_id) in saver.said()
