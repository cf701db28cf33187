"""Digests are held to those of a commit."""

from datetime import timedelta
from pathlib import Path

import pytest

from bench.morning import MORNING, Morning
from bench.same_digests import made_by_both
from schemas.criteria import Criteria, RoleTerms, SkillTerms
from schemas.keys import keys_of
from services.notifier.domain.windows import Arrival
from tests.support.digests import posting


@pytest.mark.skipif(not Path(".git").exists(), reason="there are no commits")
def test_both_are_served_what_the_morning_holds() -> None:
    asked = [Criteria(skills=SkillTerms(all=("Python",)), roles=RoleTerms(any=("backend-engineer",)))]
    job = posting(
        roles=("backend-engineer",),
        posted_at=MORNING - timedelta(hours=2),
        fetched_at=MORNING - timedelta(hours=1),
        expires_at=None,
    )
    arrivals = [Arrival(0, job, keys_of([0]), keys_of([]))]

    ours, theirs = made_by_both("HEAD", Morning(asked, [[0], [0]], arrivals))

    for run in (ours, theirs):
        assert sum(name.startswith("mail ") for name in run.found) == 2
        assert sum(name.startswith("digests ") for name in run.found) == 2
        assert run.cpu_ms_a_person > 0
