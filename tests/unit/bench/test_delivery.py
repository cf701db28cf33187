"""A crowd of waiting mails is made of few that were built."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bench.delivery import LATENCY_S, Ran, deployed, embedded
from bench.morning import MORNING, Morning
from schemas.criteria import Criteria, RoleTerms, SkillTerms
from schemas.keys import keys_of
from services.notifier.domain.windows import Arrival
from tests.support.digests import posting

WAYS = {
    "sqlite": lambda morning, folder: embedded(morning, folder, copies=2),
    "postgresql": lambda morning, folder: deployed(morning, folder, LATENCY_S, copies=2),
}


@pytest.mark.slow
@pytest.mark.one_of("way")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_each_mail_that_waits_goes_to_as_many_people_as_are_asked_for(
    tmp_path: Path, way: Callable[[Morning, Path], Ran]
) -> None:
    asked = [Criteria(skills=SkillTerms(all=("Python",)), roles=RoleTerms(any=("backend-engineer",)))]
    job = posting(
        roles=("backend-engineer",),
        posted_at=MORNING - timedelta(hours=2),
        fetched_at=MORNING - timedelta(hours=1),
        expires_at=None,
    )
    of_two_hours = Morning(asked, [[0]] * 10, [Arrival(0, job, keys_of([0]), keys_of([]))])

    ran = way(of_two_hours, tmp_path)

    assert (ran.mails, ran.holds) == (20, 0)
    assert (ran.lost, ran.doubled, ran.early) == (0, 0, 0)
