"""What operators read of why a job stands where it stands, in a preview of a digest."""

from datetime import timedelta
from typing import get_args

import pytest

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Reach, Skill
from services.notifier.domain.curation.chance.answers import answered_job
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.model import Candidate, Cause, CauseCode, Digest, SentItem
from services.notifier.domain.weights import Part, PayFacts
from services.notifier.domain.wording.score_lines import cause_line, chance_line, part_line, why_here
from services.notifier.settings import NotifierSettings
from services.rules.languages.speaking import Unspoken
from services.usecases.previews import Preview
from tests.support.digests import NOON, PYTHON, digest, pay, posting, recipient, search
from tests.support.notifying import NOW, NotifierStore, arrival
from tests.support.notifying import posting as listed_posting
from tests.support.serving import HOUR, commit, due

FACTS = {"day": f"{NOON:%Y-%m-%d}", "most": "4711", "other": "the other", "unspoken": "Danish"}
FLOOR = search(
    "Paid", PYTHON.model_copy(update={"places": ("PT",), "salary_floor": SalaryFloor(amount=60_000, currency="EUR")})
)


@pytest.mark.parametrize("code", get_args(CauseCode))
def test_each_cause_has_a_line_with_its_facts_and_no_other(code: CauseCode) -> None:
    plain, nearly = cause_line(Cause(code)), cause_line(Cause(code, near=True))
    assert plain or code == "unspoken"
    assert nearly.endswith(plain)
    facts = Cause(code, day=NOON.date(), most=4_711, posting_id="the other", unspoken=Unspoken("written", ("da",)))
    named = {name for name, fact in FACTS.items() if fact in cause_line(facts)}
    assert named == {
        "expired": {"day"}, "sent": {"day"}, "copy_sent": {"day", "other"}, "worse_copy": {"other"}, "old": {"most"},
        "full": {"most"}, "full_of_company": {"most"}, "full_of_alike": {"most"}, "unspoken": {"unspoken"},
    }.get(code, set())  # fmt: skip


def test_each_part_says_what_it_rests_on_the_greatest_first() -> None:
    job = posting("one", salary=pay(None, 75_000))
    said = answered_job("not_relevant", PostingFeatures(posting("two")), NOON - timedelta(days=45))
    before = SentItem(job.posting_id, job.cluster.key, job.cluster.signature, NOON - timedelta(days=9), near=True)
    made = curate(
        recipient(answers=(said,)), [FLOOR], [Candidate(job, (FLOOR,))], [before], NOON, CurateSettings(least_chance=0)
    )
    assert isinstance(made, Digest)
    assert why_here(made.items[0]) == (
        "comes again: was a near miss on 2026-09-05; pay now stated: €75,000 a year",
        "fit 50 of 50: Python is core to it",
        "fresh 18.6 of 20: a day old",
        "place 8 of 10: takes in PT",
        "pay 7.5 of 15: up to €75,000 a year, 25% above the floor",
        "stated 5 of 5: states its pay",
    )
    assert chance_line(made.items[0].chance).endswith(
        "; less since “Python engineer” at Company two was called not relevant on 2026-07-31"
    )


@pytest.mark.parametrize(("top", "said"), [(57_000, "5% below the floor"), (60_000, "which is the floor")])
def test_pay_that_is_not_above_the_floor_is_not_called_so(top: int, said: str) -> None:
    part = Part("pay", 0.0, 15.0, PayFacts(top, 60_000, "EUR", "year"))
    assert part_line(part) == f"pay 0 of 15: up to €{top:,} a year, {said}"


@pytest.mark.parametrize(
    ("floor", "said"),
    [
        (SalaryFloor(amount=20, currency="EUR", period="hour"), "pay 15 of 15: up to €40 an hour, 100% above"),
        (
            SalaryFloor(amount=6_400, currency="EUR", period="month"),
            "pay 2.5 of 15: up to €6,933 a month, 8% above",
        ),
    ],
)
def test_pay_is_told_in_the_period_of_the_floor(floor: SalaryFloor, said: str) -> None:
    asked = search(criteria=PYTHON.model_copy(update={"salary_floor": floor}))
    lines = why_here(digest(posting(salary=pay(None, 83_200)), by=asked).items[0])
    assert f"{said} the floor" in lines


def test_what_is_implied_is_said_with_what_implies_it() -> None:
    asked = search(criteria=Criteria(skills=SkillTerms(any=("Go", "JavaScript", "Python"))))

    def fit(*core: str) -> str:
        job = posting(skills=tuple(Skill(name=name, core=True) for name in core))
        return next(line for line in why_here(digest(job, by=asked).items[0]) if line.startswith("fit"))

    assert fit("React") == "fit 17.5 of 50: React, which is core to it, implies JavaScript and counts half"
    assert fit("Django", "React") == (
        "fit 35 of 50: React, which is core to it, implies JavaScript and counts half; "
        "Django, which is core to it, implies Python and counts half"
    )
    assert fit("Python", "React") == (
        "fit 42.5 of 50: Python is core to it; React, which is core too, implies JavaScript and counts half"
    )


def test_a_job_that_only_mentions_what_is_asked_for_says_what_that_costs_it() -> None:
    asked = search(criteria=Criteria(skills=SkillTerms(any=("Go", "Python"))))
    job = posting("one", skills=(Skill(name="Python"),))
    lines = why_here(digest(job, by=asked).items[0])
    assert "fit 0 of 50: names Go or Python only in passing, so that all else counts 35%" in lines
    assert "fresh 6.5 of 20: a day old" in lines


@pytest.mark.parametrize(
    ("preferred", "said"),
    [
        (("DE", "PT"), "preferred 7 of 7: names PT, which is preferred"),
        (("PT-11",), "preferred 3.5 of 7: takes in PT-11, which is preferred"),
        (("DE", "FR"), "preferred 0 of 7: is not known to be open to DE or FR, which is preferred"),
    ],
)
def test_a_preferred_place_is_said_whether_it_counts_or_not(preferred: tuple[str, ...], said: str) -> None:
    job = posting(reach=Reach(scope="listed", countries=("PT",)))
    lines = why_here(digest(job, by=search(preferred_places=preferred)).items[0])
    assert said in lines
    assert "place 1.5 of 3: no place is asked for" in lines


def preview(store: NotifierStore, subscriber_id: str) -> object:
    return Preview(store.matches, store.windows, store.digests, NotifierSettings()).of(subscriber_id, NOW + HOUR)


def test_a_preview_is_what_the_next_digest_would_be_and_changes_nothing(store: NotifierStore) -> None:
    ada = store.person()
    own = store.search(ada, hour=8)
    for number, name in enumerate(("one", "two")):
        store.matches.store(0, [arrival(number, listed_posting(name), [own.key])], NOW)
    made = [preview(store, ada.subscriber_id) for _ in range(2)]
    assert isinstance(made[0], Digest)
    assert {item.posting.source_id for item in made[0].items} == {"one", "two"}
    assert made[0] == made[1]
    [person], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
    assert commit(store, person, cut, NOW + 3 * HOUR, "one")
    store.matches.store(0, [arrival(2, listed_posting("one", skills=()), [own.key])], NOW)
    assert not isinstance(preview(store, ada.subscriber_id), Digest)
    assert preview(store, store.person("bob").subscriber_id) is None


def test_a_preview_plots_the_week(store: NotifierStore) -> None:
    ada = store.person()
    own = store.search(ada, hour=8)
    for number, days in enumerate((0, 1, 1)):
        job = listed_posting(f"job-{number}", fetched_at=NOW - timedelta(days=days))
        store.matches.store(0, [arrival(number, job, [own.key])], NOW)
    made = preview(store, ada.subscriber_id)
    assert isinstance(made, Digest)
    assert [count for _, count in made.week] == [0, 0, 0, 0, 0, 2, 1]
