"""What a subscriber said of jobs moves the chance of those like them, for a while, and with the answer named."""

import math
from datetime import date, timedelta
from random import Random

import pytest

from schemas.posting import PostingCore, Reach, Skill
from services.notifier.domain.curation.chance.answers import (
    FADES_IN,
    MOST,
    USUALLY_FORESEEN,
    alike,
    answered,
    answered_job,
)
from services.notifier.domain.curation.chance.model import chance_of, probability
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.wishes import signs_of, wish_of
from services.notifier.domain.feedback import answer_of, foreseen
from services.notifier.domain.model import AnsweredJob, Ask, Candidate, Digest, Hold
from services.notifier.domain.weights import AnswerFacts, AnswerKind, Chance
from services.notifier.domain.wording.score_lines import answer_words
from services.notifier.domain.wording.view import answer_in_words
from services.wording.catalogues import words_of
from tests.support.digests import NOON, PYTHON, posting, recipient, search

DAY = timedelta(days=1)


def said(kind: AnswerKind, job: PostingCore, days_ago: float = 0, foreseen: float | None = None) -> AnsweredJob:
    return answered_job(kind, PostingFeatures(job), NOON - days_ago * DAY, foreseen)


def odds(job: PostingCore, *answers: AnsweredJob) -> float:
    found = answered(answers, PostingFeatures(job), NOON)
    return found.odds if found else 0.0


PORTUGAL = Reach(scope="listed", countries=("PT",))
SHOP = posting(
    "shop",
    title="Shopware developer",
    company="Agency",
    skills=(Skill(name="PHP", core=True),),
    roles=("backend_developer",),
    reach=PORTUGAL,
)
LIKE_IT = SHOP.model_copy(update={"posting_id": "like", "company": posting(company="Other").company})
OTHER = posting(
    "other", title="Head of people", company="Fine", skills=(Skill(name="Recruiting", core=True),), roles=()
)


def test_a_job_is_like_itself_wholly_and_like_others_by_what_they_share() -> None:
    assert alike(said("more_like", SHOP), PostingFeatures(SHOP)) == pytest.approx(1.0)
    assert alike(said("more_like", SHOP), PostingFeatures(LIKE_IT)) == pytest.approx(0.65)
    assert alike(said("more_like", SHOP), PostingFeatures(OTHER)) == 0.0


def test_an_answer_says_as_much_as_it_surprises() -> None:
    for foreseen_at in (0.1, 0.5, 0.9):
        assert odds(SHOP, said("not_relevant", SHOP, foreseen=foreseen_at)) == pytest.approx(-MOST * foreseen_at / 2)
        assert odds(SHOP, said("more_like", SHOP, foreseen=foreseen_at)) == pytest.approx(MOST * (1 - foreseen_at) / 2)


def test_to_save_a_job_says_more_like_it_and_is_named_as_that() -> None:
    assert odds(SHOP, said("saved", SHOP, foreseen=0.3)) == odds(SHOP, said("more_like", SHOP, foreseen=0.3))
    found = answered([said("saved", SHOP, 1)], PostingFeatures(LIKE_IT), NOON)
    assert found is not None
    assert found.by.kind == "saved"
    chance = Chance(0.5, answered=found)
    assert answer_in_words(chance, words_of("en")) == "Further up because you saved “Shopware developer”."
    assert answer_words(chance) == ("more since “Shopware developer” at Agency was saved on 2026-09-13",)


def test_of_what_an_earlier_release_took_in_the_usual_chance_is_taken() -> None:
    old = said("not_relevant", SHOP)
    assert odds(SHOP, old) == odds(SHOP, said("not_relevant", SHOP, foreseen=USUALLY_FORESEEN))


def test_the_answer_that_moves_a_job_most_is_named() -> None:
    answers = [said("not_relevant", SHOP, 60), said("more_like", SHOP, 1), said("more_like", LIKE_IT, 50)]
    found = answered(answers, PostingFeatures(SHOP), NOON)
    assert found is not None
    assert found.by == AnswerFacts("more_like", "Shopware developer", "Agency", date(2026, 9, 13))
    Random(3).shuffle(answers)
    assert answered(answers, PostingFeatures(SHOP), NOON) == found


def test_what_has_nothing_to_do_with_it_is_not_moved() -> None:
    assert answered([said("not_relevant", SHOP)], PostingFeatures(OTHER), NOON) is None


def test_what_was_said_counts_less_each_day_and_ends() -> None:
    lifts = [odds(SHOP, said("more_like", SHOP, age)) for age in (0, 30, 60, 89.9)]
    assert lifts == sorted(lifts, reverse=True)
    assert lifts[-1] > 0
    assert odds(SHOP, said("more_like", SHOP, FADES_IN / DAY)) == 0


def test_however_often_the_same_is_said_the_bound_holds() -> None:
    many = [said("not_relevant", SHOP.model_copy(update={"posting_id": f"p{n}"})) for n in range(50)]
    assert -MOST * USUALLY_FORESEEN < odds(SHOP, *many) < odds(SHOP, *many[:5]) < odds(SHOP, many[0])


def test_a_job_whose_cause_their_searches_know_says_nothing_of_others() -> None:
    answer = answer_of("not_relevant", SHOP, NOON)
    assert answer.job is not None
    known = AnsweredJob(
        **{name: getattr(answer.job, name) for name in AnsweredJob.__slots__} | {"causes": ("skills: PHP",)}
    )
    assert answered([known], PostingFeatures(LIKE_IT), NOON) is None


def test_who_said_nothing_has_every_chance_as_it_was() -> None:
    judged = JudgedPosting(PYTHON, PostingFeatures(posting("one")))
    wish = wish_of(PYTHON, "Python")
    plain = chance_of(judged, wish)
    assert chance_of(judged, wish, answered([], judged.ready, NOON)) == plain
    unlike = answered([said("not_relevant", OTHER)], judged.ready, NOON)
    assert unlike is None
    assert chance_of(judged, wish, unlike) == plain


def test_what_is_said_moves_log_odds_of_the_chance() -> None:
    job = posting("one")
    judged, wish = JudgedPosting(PYTHON, PostingFeatures(job)), wish_of(PYTHON, "Python")
    plain = chance_of(judged, wish).value
    by = answered([said("not_relevant", job, foreseen=plain)], judged.ready, NOON)
    assert by is not None
    before = math.log(plain / (1 - plain))
    assert chance_of(judged, wish, by).value == pytest.approx(probability(before + by.odds), abs=0.0002)


def test_the_same_kind_of_job_is_not_sent_again_to_who_called_it_not_relevant() -> None:
    by, settings = search(), CurateSettings(least_mail_chance=0)
    jobs = [posting("a", title="Python engineer, billing"), posting("b", title="Python engineer, billing")]
    to = recipient(asks=(Ask(by.name, by.criteria),))
    seen = [posting(f"seen{n}", title="Python engineer, billing") for n in range(3)]
    no = tuple(answered_job("not_relevant", PostingFeatures(job), NOON, foreseen(to, job)) for job in seen)
    candidates = [Candidate(job, (by,)) for job in jobs]
    assert isinstance(curate(to, [by], candidates, [], NOON, settings), Digest)
    kept = curate(recipient(asks=to.asks, answers=no), [by], candidates, [], NOON, settings)
    assert isinstance(kept, Hold)
    assert {left.cause.code for left in kept.dropped} == {"unlikely"}
    assert all(left.cause.chance.answered for left in kept.dropped)


def test_of_two_jobs_as_good_the_one_like_what_was_liked_comes_first() -> None:
    by = search()
    jobs = [posting("a", title="Python engineer, billing"), posting("b", title="Python engineer, robots")]
    liked = said("more_like", posting("c", title="Python engineer, robots", company=jobs[1].company.name))
    made = curate(recipient(answers=(liked,)), [by], [Candidate(job, (by,)) for job in jobs], [], NOON)
    assert isinstance(made, Digest)
    assert [item.posting.source_id for item in made.items] == ["b", "a"]
    answer = made.items[0].chance.answered
    assert answer is not None
    assert answer.by.kind == "more_like"


def test_what_was_foreseen_of_a_job_is_its_best_chance_whatever_was_said_of_others() -> None:
    by, job = search(), posting("one")
    to = recipient(asks=(Ask(by.name, by.criteria),), answers=(said("not_relevant", job),))
    assert (
        foreseen(to, job)
        == chance_of(
            JudgedPosting(by.criteria, PostingFeatures(job)), wish_of(by.criteria, by.name, signs_of(to))
        ).value
    )
    assert foreseen(recipient(), job) is None
