"""What nearly fits the searches of a digest, looked for among the newest postings while there is room."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from schemas.criteria import Criteria, RoleTerms, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Skill
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.judging import Judging
from services.notifier.domain.curation.near_misses import Newest, near_candidates, with_near_misses
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Candidate, Digest, DueSearch, Hold, Recipient, SentItem
from services.rules.signature import fold_company
from tests.support.digests import NOON, SENDER, pay, posting, recipient, search

MID = search("Python, mid", Criteria(skills=SkillTerms(any=("Python",)), seniority=("mid",)))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FITS = posting("fits", seniority="mid")


def senior(name: str, **changes: Any) -> PostingCore:
    return posting(name, **{"seniority": "senior", "posted_at": NOON - 2 * HOUR} | changes)


def digest(
    newest: Sequence[PostingCore],
    *,
    by: Sequence[DueSearch] = (MID,),
    fitting: Sequence[PostingCore] = (FITS,),
    sent: Sequence[SentItem] = (),
    to: Recipient | None = None,
    **settings: Any,
) -> Digest | Hold:
    """What is mailed of matches, and of what is new besides; unless said otherwise at the bar of jobs alone."""
    judging, curating = Judging(), CurateSettings(**{"least_mail_chance": 0.0} | settings)
    candidates = [Candidate(job, tuple(by)) for job in fitting]
    made = curate(to or recipient(), by, candidates, sent, NOON, curating, judging)
    some = near_candidates(made, lambda: Newest(map(judging.ready, newest)), curating, judging)
    return with_near_misses(made, some, sent, curating, judging)


def near(newest: Sequence[PostingCore], **more: Any) -> list[str]:
    made = digest(newest, **more)
    return [item.posting.source_id for item in made.near] if isinstance(made, Digest) else []


def sent(job: PostingCore) -> SentItem:
    return SentItem(job.posting_id, job.cluster.key, job.cluster.signature, NOON - DAY)


def test_what_misses_by_a_level_stands_below_what_fits_and_says_so() -> None:
    made = digest([senior("a")])
    assert isinstance(made, Digest)
    assert [item.posting.source_id for item in made.items] == ["fits"]
    [item] = made.near
    [found] = item.found_by
    assert (item.posting.source_id, found.search.name, found.verdict.outcome) == ("a", "Python, mid", "near")
    assert [reason.criterion for reason in found.verdict.reasons if reason.fit == "near"] == ["seniority"]
    text = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret")).text
    assert "But: is at senior level" in text
    assert "Senior" not in text, "the level is said once"


def test_there_are_three_at_most_the_newest_of_equal_ones() -> None:
    new = [senior(f"new{number}", posted_at=NOON - number * HOUR) for number in range(1, 6)]
    assert near(new) == ["new1", "new2", "new3"]
    assert near(new, most_near=0) == []


def test_near_misses_that_match_records_tell_of_come_before_them() -> None:
    paid = MID.criteria.model_copy(update={"salary_floor": SalaryFloor(amount=60_000, currency="EUR")})
    fits = posting("fits", seniority="mid", salary=pay(None, 90_000))
    poor = posting("poor", seniority="mid", salary=pay(None, 55_000))
    new = [senior(f"new{number}", posted_at=NOON - number * HOUR, salary=pay(None, 90_000)) for number in range(1, 6)]
    assert near(new, by=(search("Paid", paid),), fitting=(fits, poor)) == ["poor", "new1", "new2"]


def test_near_misses_alone_are_no_mail() -> None:
    assert isinstance(digest([senior("a")], fitting=()), Hold)


def test_the_likeliest_come_first_less_how_far_off_they_are() -> None:
    asked = Criteria(skills=SkillTerms(all=("Go", "Python")), seniority=("mid",))
    both = (Skill(name="Go", core=True), Skill(name="Python", core=True))
    by = search("Go and Python", asked)
    level = senior("level", skills=both)
    lacks = posting("lacks", seniority="mid", skills=(Skill(name="Python", core=True),), posted_at=NOON - HOUR)
    made = near([lacks, level], by=(by,), fitting=(posting("fits", seniority="mid", skills=both),), least_chance=0)
    assert made == ["level", "lacks"], "a level is 0.2 off, one of two skills 0.5"


def test_below_the_bar_nothing_is_a_near_miss() -> None:
    by = search("Backend", Criteria(roles=RoleTerms(any=("backend-engineer",))))
    full_stack = posting("near", roles=("full-stack-engineer",), posted_at=NOON - HOUR)
    fits = posting("fits", roles=("backend-engineer",))
    assert near([full_stack], by=(by,), fitting=(fits,), least_chance=0.2) == ["near"]
    assert near([full_stack], by=(by,), fitting=(fits,), least_chance=0.6) == []
    assert near([full_stack], to=recipient(selectivity="all"), by=(by,), fitting=(fits,), least_chance=0.6) == ["near"]


def test_a_near_miss_must_be_as_likely_as_a_mail_that_goes_out() -> None:
    new = [senior("a")]
    assert near(new, least_mail_chance=0.45) == ["a"]
    assert near(new, least_mail_chance=0.75) == [], "which a job that fits need not be"
    paid = MID.criteria.model_copy(update={"salary_floor": SalaryFloor(amount=60_000, currency="EUR")})
    fits, poor = (
        posting(name, seniority="mid", salary=pay(None, most)) for name, most in (("fits", 90_000), ("poor", 55_000))
    )
    made = digest([], by=(search("Paid", paid),), fitting=(fits, poor), least_mail_chance=0.9)
    assert isinstance(made, Digest)
    assert [item.posting.source_id for item in made.items] == ["fits"]
    assert made.near == (), "nor one that match records tell of"


@pytest.mark.parametrize(
    "job",
    [
        senior("closed", status="closed"),
        senior("expired", expires_at=NOON - HOUR),
        senior("older", posted_at=NOON - DAY - HOUR),
        senior("hidden", company="Cobalt"),
        senior("waved", cluster=FITS.cluster.model_copy(update={"key": "waved away", "signature": ""})),
        senior("fits"),
        posting("two levels", seniority="principal", posted_at=NOON - HOUR),
    ],
    ids=lambda job: job.source_id,
)
def test_what_nobody_wants_or_has_already_is_no_near_miss(job: PostingCore) -> None:
    to = recipient(hidden_companies=frozenset({fold_company("Cobalt")}), not_relevant=frozenset({"waved away"}))
    assert near([job], to=to) == []


def test_of_a_search_for_work_of_any_trade_nothing_is_a_near_miss() -> None:
    anything = search("At my level", Criteria(seniority=("mid",)))
    fitting, new = posting("fits", seniority="mid", skills=()), [senior("new")]
    assert near(new, by=(anything,), fitting=(fitting,)) == []
    assert near(new, by=(anything, MID), fitting=(FITS,)) == ["new"]


def test_what_was_sent_in_any_copy_is_not_sent_again() -> None:
    job = senior("a", company="Acme")
    copy = senior("copy", company="Acme", description_text=job.description_text)
    assert near([job]) == ["a"]
    assert near([job], sent=[sent(job)]) == []
    assert near([copy], sent=[sent(job)]) == []
    assert len(near([job, copy])) == 1


def test_what_fits_another_search_whole_waits_to_come_as_a_match() -> None:
    anything = search("Anything in Python")
    assert near([senior("a")], by=(MID, anything)) == []


def test_a_weekly_digest_looks_back_a_week() -> None:
    weekly = search("Python, mid", MID.criteria, cadence="weekly")
    some = [senior("six", posted_at=NOON - 6 * DAY), senior("eight", posted_at=NOON - 8 * DAY)]
    assert near(some, by=(weekly,)) == ["six"]


def test_those_of_a_company_that_matches_took_its_places_of_come_where_others_leave_room() -> None:
    fitting = [posting(f"fits{number}", company="Acme", seniority="mid", title=f"Python {number}") for number in "ab"]
    acme = senior("acme", company="Acme", title="Senior Python")
    others = [senior(f"other{number}", posted_at=NOON - (3 + number) * HOUR) for number in range(3)]
    assert near([acme, *others], fitting=fitting) == ["other0", "other1", "other2"]
    assert near([acme, *others[:1]], fitting=fitting) == ["acme", "other0"]
