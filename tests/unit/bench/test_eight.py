"""A morning is lived through in either form, built at its hour and ahead of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bench.eight import FORMS, served
from bench.morning import MORNING, Morning
from schemas.criteria import Criteria, RoleTerms, SkillTerms
from schemas.keys import keys_of
from services.notifier.domain.windows import Arrival
from tests.support.digests import posting


@pytest.mark.parametrize("form", ["embedded", pytest.param("deployed", marks=pytest.mark.live)])
def test_all_are_handed_over_at_their_hour_though_built_ahead_of_it(tmp_path: Path, form: str) -> None:
    asked = [Criteria(skills=SkillTerms(all=("Python",)), roles=RoleTerms(any=("backend-engineer",)))]
    job = posting(
        roles=("backend-engineer",),
        posted_at=MORNING - timedelta(hours=2),
        fetched_at=MORNING - timedelta(hours=1),
        expires_at=None,
    )
    morning = Morning(asked, [[0]] * 10, [Arrival(0, job, keys_of([0]), keys_of([]))])

    with FORMS[form](tmp_path) as place:
        eight = served(place, morning, timedelta(minutes=30), 2_000.0)

    assert (eight.mails, eight.built_ahead) == (10, 9)
    assert (eight.lost, eight.doubled, eight.early, eight.out_of_turn) == (0, 0, 0, 0)
    assert eight.begun_s < 0 < eight.last_s
