"""Which jobs a person is asked about."""

from random import Random

from services.notifier.domain.curation.chance.answers import MOST_ASKED, worth_asking
from services.notifier.domain.curation.judging import PostingFeatures
from tests.support.digests import posting


def ready(name: str, role: str, company: str = "") -> PostingFeatures:
    fields = {"title": f"{role} {name}", "roles": (role,)} | ({"company": company} if company else {})
    return PostingFeatures(posting(name, **fields))


def names(found: list[PostingFeatures]) -> list[str]:
    return [some.posting.source_id for some in found]


def test_the_least_sure_come_first_and_other_roles_before_more_of_one() -> None:
    jobs = [
        (ready("at the bar", "nurse"), 0.4),
        (ready("near it", "nurse"), 0.45),
        (ready("surer", "carer"), 0.7),
        (ready("unlikely", "midwife"), 0.12),
    ]
    assert names(worth_asking(jobs, 0.4)) == ["at the bar", "surer", "unlikely", "near it"]
    Random(1).shuffle(jobs)
    assert names(worth_asking(jobs, 0.4)) == ["at the bar", "surer", "unlikely", "near it"]


def test_of_one_company_one_title_is_asked_about_once_and_no_more_than_a_few() -> None:
    several = [(ready(f"{at}", "nurse", "Clinic"), 0.5) for at in range(3)]
    alike = [(PostingFeatures(some.posting.model_copy(update={"title": "Nurse"})), chance) for some, chance in several]
    assert len(worth_asking(alike, 0.4)) == 1
    many = [(ready(f"{chr(97 + at)}", "nurse", f"Clinic {at}"), 0.5) for at in range(20)]
    assert len(worth_asking(many, 0.4)) == MOST_ASKED
