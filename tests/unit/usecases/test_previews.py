"""Previews and explanations as any door calls them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.codec import UnreadableError
from schemas.posting import Company, Spoken
from services.runtime.errors import UsageError
from services.usecases import accounts, backtests, explaining, feedback, previews, searches
from services.usecases.installation import Installation
from tests.support.consenting import DECLARATION
from tests.support.installed_store import installation_in
from tests.support.notifying import NOW, arrival, posting

ADA = "ada@example.com"
AT = NOW + timedelta(hours=5)
JOBS = (posting("robots", company=Company(name="Acme")), posting("billing", company=Company(name="Dull GmbH")))
GARDENS = searches.query_from({"text": "gardener"}, "gardens")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installation_in(tmp_path) as opened:
        accounts.add(opened, accounts.profile_from({"address": ADA}), NOW, DECLARATION)
        yield opened


@pytest.fixture
def snakes(installation: Installation) -> searches.SavedSearch:
    wanted = searches.search_from({"name": "Snakes", "criteria": {"skills": {"all": ["Python"]}}})
    saved = searches.add(installation, ADA, wanted, NOW)
    installation.matches.store(0, [arrival(number, posting, [saved.key]) for number, posting in enumerate(JOBS)], NOW)
    return saved


def tell(sentence: str) -> None:
    raise AssertionError(sentence)


def test_who_saved_no_search_has_no_next_digest(installation: Installation) -> None:
    with pytest.raises(UsageError, match=f"{ADA} has no saved search"):
        previews.next_digest(installation, ADA, AT)


def test_a_preview_takes_a_reader_as_their_digest_does(
    installation: Installation, snakes: searches.SavedSearch
) -> None:
    feedback.say(installation, ADA, "hidden_company", "Dull GmbH", NOW)
    query = searches.saved_query(installation, snakes.search_id)
    found = previews.found_by(installation, ADA, query, 7, AT, tell=tell)
    for made in (previews.next_digest(installation, ADA, AT).outcome, found.outcome):
        assert isinstance(made, previews.Digest)
        assert [item.posting.title for item in made.items] == [JOBS[0].title]
    assert (found.days, found.fitting) == (7, len(JOBS))


def test_a_preview_looks_back_no_further_than_postings_are_held(installation: Installation) -> None:
    with pytest.raises(UsageError, match="for 30 days"):
        previews.found_by(installation, ADA, GARDENS, 31, AT, tell=tell)


def test_what_the_owner_of_a_saved_search_said_weighs_and_what_does_not_fit_is_not_weighed(
    installation: Installation, snakes: searches.SavedSearch
) -> None:
    job, query = JOBS[0], searches.saved_query(installation, snakes.search_id)
    before = explaining.explain(query, job, AT, installation).chance
    feedback.say(installation, ADA, "more_like", job.posting_id, NOW)
    after = explaining.explain(query, job, AT, installation).chance
    assert before is not None
    assert after is not None
    assert after.value > before.value
    assert explaining.explain(query, job, AT).chance == before, "an answer is its owner's alone"
    assert explaining.explain(GARDENS, job, AT, installation).score is None


def test_a_stored_posting_has_no_evidence_where_there_is_no_log(
    installation: Installation, snakes: searches.SavedSearch
) -> None:
    assert explaining.stored_posting(installation, JOBS[0].posting_id) == explaining.PostingWithEvidence(JOBS[0], {})
    with pytest.raises(UsageError, match="no posting nope"):
        explaining.stored_posting(installation, "nope")
    with pytest.raises(UnreadableError):
        explaining.posting_from({"title": "alone"})


def test_the_same_postings_backtest_alike_from_the_store_and_given(
    installation: Installation, snakes: searches.SavedSearch
) -> None:
    query = searches.saved_query(installation, snakes.search_id)
    stored = backtests.of_store(installation, query, AT, 30, tell=tell)
    given = backtests.of_postings(JOBS, query, AT, 30)
    assert given is not None
    assert len(stored.matches) == len(JOBS)
    assert [job.tried.posting.posting_id for job in given.matches] == [
        job.tried.posting.posting_id for job in stored.matches
    ]
    assert backtests.of_postings([], query, AT, 30) is None
    with pytest.raises(UsageError, match="the store keeps postings for"):
        backtests.of_store(installation, query, AT, 3_000, tell=tell)


def test_a_job_in_a_language_that_is_not_spoken_is_told_as_left_out(
    installation: Installation, snakes: searches.SavedSearch
) -> None:
    query, job = searches.saved_query(installation, snakes.search_id), JOBS[0]
    danish = job.model_copy(update={"languages": (Spoken(any=("da",)),)})
    assert explaining.explain(query, danish, AT, installation).unspoken is None
    accounts.change(installation, ADA, {"speaks": ["en"]}, NOW)
    assert explaining.explain(query, danish, AT, installation).unspoken == explaining.Unspoken("needed", ("da",))
    assert explaining.explain(query, danish, AT).unspoken is None, "what is spoken is its owner's alone"
    assert explaining.explain(query, job, AT, installation).unspoken is None
