"""Which sieve a backtest has, and what it does when that one fails."""

from collections.abc import Mapping

import pytest

from schemas.criteria import Criteria
from services.matcher.backtest import Far, OpenSieve
from services.runtime.errors import JobchimeError, UnavailableError
from services.settings import Settings
from services.usecases.backtests import WhileItAnswers, sieve_of

FAR = {"far": Far(frozenset())}
DEPLOYED = {"kafka": {"bootstrap": ["127.0.0.1:1"]}, "elasticsearch": {"urls": ["http://127.0.0.1:1"]}}


class Failing:
    """A sieve that answers some times, and then fails."""

    def __init__(self, answers: int, error: JobchimeError) -> None:
        self.answers = answers
        self.error = error

    def far(self, criteria: Criteria, versions: Mapping[str, int]) -> dict[str, Far]:
        self.answers -= 1
        if self.answers < 0:
            raise self.error
        return FAR


def test_a_sieve_that_fails_is_told_of_once_and_asked_no_more() -> None:
    notes: list[str] = []
    failing = Failing(1, UnavailableError("it does not answer"))
    sieve = WhileItAnswers(failing, notes.append)
    assert [sieve.far(Criteria(), {"far": 1}) for _ in range(4)] == [FAR, {}, {}, {}]
    assert len(notes) == 1
    assert notes[0].startswith("it does not answer; ")
    assert failing.answers == -1


def test_a_request_that_is_refused_is_a_failure_and_not_passed_over() -> None:
    sieve = WhileItAnswers(Failing(0, JobchimeError("refused")), lambda sentence: None)
    with pytest.raises(JobchimeError, match="refused"):
        sieve.far(Criteria(), {"far": 1})


@pytest.mark.parametrize(
    ("given", "sifts"),
    [
        ({}, False),
        ({"matcher": {"index": "elasticsearch"}}, False),
        (DEPLOYED, False),
        (DEPLOYED | {"matcher": {"index": "elasticsearch"}}, True),
    ],
    ids=["embedded", "embedded, whatever the matcher's index", "deployed, in memory", "deployed, Elasticsearch"],
)
def test_only_the_deployed_form_with_its_index_in_elasticsearch_sifts(given: dict[str, object], sifts: bool) -> None:
    with sieve_of(Settings.model_validate(given), lambda sentence: None) as sieve:
        assert isinstance(sieve, OpenSieve) != sifts
