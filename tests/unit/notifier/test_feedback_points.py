"""What a subscriber said of jobs moves those like them: a little, for a while, and with the saying named."""

from datetime import date, timedelta

from schemas.posting import PostingCore, Skill
from services.notifier.domain.curation.curate import curate
from services.notifier.domain.curation.feedback_points import (
    FADES_IN,
    MOST_POINTS,
    POINTS_EACH,
    feedback_part,
    opinion_of,
)
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.model import Candidate, Digest, JobOpinion
from services.notifier.domain.weights import FeedbackFacts, Opinion, Part
from tests.support.digests import NOON, posting, recipient, search

DAY = timedelta(days=1)


def said(opinion: Opinion, job: PostingCore, days_ago: float = 0) -> JobOpinion:
    return opinion_of(opinion, PostingFeatures(job), NOON - days_ago * DAY)


def moved(job: PostingCore, *sayings: JobOpinion) -> Part:
    return feedback_part(sayings, PostingFeatures(job), NOON)


SHOP = posting("shop", title="Shopware developer", company="Agency", skills=(Skill(name="PHP", core=True),))
LIKE_IT = posting("like", title="Shopware developer", company="Other", skills=(Skill(name="PHP", core=True),))


def test_what_is_just_like_a_job_called_not_relevant_loses_points_and_the_saying_is_named() -> None:
    part = moved(SHOP, said("not_relevant", SHOP, 1))
    assert -POINTS_EACH < part.points < -0.9 * POINTS_EACH
    assert part.facts == FeedbackFacts("not_relevant", "Shopware developer", "Agency", date(2026, 9, 13))


def test_more_like_this_lifts_and_a_likeness_in_part_lifts_less() -> None:
    assert moved(SHOP, said("more_like", SHOP)).points > moved(LIKE_IT, said("more_like", SHOP)).points > 0


def test_what_has_nothing_to_do_with_it_is_not_moved() -> None:
    other = posting("other", company="Agency", title="Head of people", skills=(Skill(name="Recruiting", core=True),))
    assert moved(other, said("not_relevant", SHOP)) == Part("feedback", 0.0, MOST_POINTS)


def test_what_was_said_counts_less_each_day_and_ends() -> None:
    ages = (0, 30, 60, 89.9)
    lifts = [moved(SHOP, said("more_like", SHOP, age)).points for age in ages]
    assert lifts == sorted(lifts, reverse=True)
    assert lifts[0] == POINTS_EACH
    assert lifts[-1] > 0
    assert moved(SHOP, said("more_like", SHOP, FADES_IN / DAY)).points == 0


def test_however_much_is_said_the_bound_holds() -> None:
    many = [said("not_relevant", posting(f"p{n}", title=SHOP.title, skills=SHOP.skills)) for n in range(20)]
    assert moved(SHOP, *many).points == -MOST_POINTS


def test_of_sayings_that_pull_both_ways_one_is_named_that_won() -> None:
    part = moved(SHOP, said("not_relevant", SHOP, 60), said("more_like", SHOP), said("more_like", LIKE_IT, 50))
    assert part.points > 0
    assert isinstance(part.facts, FeedbackFacts)
    assert part.facts.opinion == "more_like"


def test_of_two_jobs_as_good_the_one_like_what_was_liked_comes_first() -> None:
    by = search()
    jobs = [posting("a", title="Python engineer, billing"), posting("b", title="Python engineer, robots")]
    liked = said("more_like", posting("c", title="Python engineer, robots"))
    made = curate(recipient(said=(liked,)), [by], [Candidate(job, (by,)) for job in jobs], [], NOON)
    assert isinstance(made, Digest)
    assert [item.posting.source_id for item in made.items] == ["b", "a"]
    [facts] = (part.facts for part in made.items[0].parts if part.code == "feedback")
    assert isinstance(facts, FeedbackFacts)
    assert facts.opinion == "more_like"
