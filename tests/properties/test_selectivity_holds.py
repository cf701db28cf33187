"""Whoever asks for more is sent no less: by bars, by what passes them, and by mails."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.curation.curate import CurateSettings, Ranked, curate, ranked, worth_a_mail
from services.notifier.domain.curation.judging import Judging
from services.notifier.domain.model import AnsweredJob, Candidate, Digest, Recipient
from services.notifier.domain.selectivity import SELECTIVITIES, bar_for
from tests.support.digests import NOON, recipient
from tests.support.found_jobs import EVERYTHING, SEARCHES, Life, answers_given, candidates, ids_of, lives

BARS = st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0))


def barred(bars: tuple[float, float]) -> CurateSettings:
    return EVERYTHING.model_copy(update={"least_chance": bars[0], "least_mail_chance": bars[1]})


@given(st.floats(0.0, 1.0, allow_subnormal=False))
def test_no_choosier_one_has_a_lower_bar_and_the_usual_is_that_of_the_settings_to_the_bit(least: float) -> None:
    bars = [bar_for(selectivity, least) for selectivity in SELECTIVITIES]
    assert bars == sorted(bars, reverse=True)
    # Of who asks for all it is above a chance of nothing, unless the operator's is none.
    assert bars[1] == least
    assert (bars[3] > 0.0, bars[3] <= 0.0001) == (least > 0.0, True)
    assert all(0.0 <= bar <= 1.0 for bar in bars)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_higher_bar_of_the_settings_is_a_higher_one_for_everybody(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert all(bar_for(selectivity, low) <= bar_for(selectivity, high) for selectivity in SELECTIVITIES)


@given(lives(), answers_given(), BARS)
def test_what_passes_somebodys_bar_passes_that_of_whoever_asks_for_more(
    life: Life, said: tuple[AnsweredJob, ...], bars: tuple[float, float]
) -> None:
    jobs, sent = life

    def passing(to: Recipient) -> set[str]:
        found: list[Ranked] = ranked(to, jobs, sent, NOON, barred(bars), Judging(), [], [])
        return {job.posting.posting_id for job in found}

    of = [passing(recipient(answers=said, selectivity=selectivity)) for selectivity in SELECTIVITIES]
    assert all(fewer <= more for fewer, more in pairwise(of))


@given(lives(), BARS)
def test_where_there_is_room_whoever_asks_for_more_is_mailed_no_less(life: Life, bars: tuple[float, float]) -> None:
    jobs, sent = life

    def mailed(to: Recipient) -> tuple[set[str], set[str]]:
        made = worth_a_mail(curate(to, SEARCHES, jobs, sent, NOON, barred(bars)), barred(bars))
        return (set(ids_of(made.items)), set(ids_of(made.near))) if isinstance(made, Digest) else (set(), set())

    of = [mailed(recipient(selectivity=selectivity)) for selectivity in SELECTIVITIES]
    assert all(fewer[0] <= more[0] and fewer[1] <= more[1] for fewer, more in pairwise(of))


@given(candidates(), lives(), BARS)
def test_what_is_remembered_of_others_who_are_more_or_less_choosy_changes_nothing(
    others: list[Candidate], life: Life, bars: tuple[float, float]
) -> None:
    jobs, sent = life
    settings, judging = barred(bars), Judging()
    for selectivity in SELECTIVITIES:
        other, own = (recipient(subscriber_id=name, selectivity=selectivity) for name in ("other", "own"))
        curate(other, SEARCHES, others, [], NOON, settings, judging)
        beside = curate(own, SEARCHES, jobs, sent, NOON, settings, judging)
        assert beside == curate(own, SEARCHES, jobs, sent, NOON, settings)
