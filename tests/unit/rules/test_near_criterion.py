"""What a search asks of the distance to towns: which postings fit, in which form it is kept, and how it is relaxed."""

from typing import Any

import pytest

from schemas.criteria import Criteria, Nearby
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.relaxing import steps
from services.rules.criteria import canonical
from services.rules.criterion.base import CriteriaError
from services.rules.verdict import distance, verdict
from tests.support.generate import records
from tests.support.judging import a_posting, fit_of

MUNICH, AUGSBURG, BERLIN = 2867714, 2954172, 2950159


def near(km: int = 40, *towns: str, **more: Any) -> Criteria:
    return canonical(Criteria(near=tuple(Nearby(town=town, km=km) for town in towns or ("Munich",)), **more))


class TestFit:
    @pytest.mark.parametrize("workplace", ["onsite", "hybrid", "unknown"])
    def test_work_that_is_not_remote_fits_within_the_kilometres_and_nearly_up_to_half_more(
        self, workplace: Any
    ) -> None:
        job = a_posting(workplace=workplace, towns=(AUGSBURG,))
        assert fit_of(near(60), job, "near") == "yes"
        assert fit_of(near(40), job, "near") == "near"
        assert fit_of(near(30), job, "near") == "no"

    def test_remote_work_is_as_the_other_criteria_say(self) -> None:
        assert fit_of(near(40), a_posting(workplace="remote"), "near") == "yes"

    def test_of_several_towns_on_either_side_the_nearest_counts(self) -> None:
        job = a_posting(workplace="onsite", towns=(BERLIN, AUGSBURG))
        assert fit_of(near(10, "Potsdam", "Augsburg"), job, "near") == "yes"

    def test_work_of_which_no_town_is_told_fits_where_that_is_accepted(self) -> None:
        job = a_posting(workplace="onsite")
        assert fit_of(near(40), job, "near") == "no"
        assert fit_of(near(40, accept_unknown_town=True), job, "near") == "yes"

    def test_the_reason_has_towns_and_kilometres(self) -> None:
        [reason] = verdict(near(40), a_posting(workplace="onsite", towns=(AUGSBURG,))).reasons
        assert reason.facts.as_data() == {
            "asked": ("Munich, DE",),
            "remote": False,
            "town": "Augsburg, DE",
            "centre": "Munich, DE",
            "km": 56.5,
            "within": 40,
        }
        assert distance(reason, 0.0) == pytest.approx(56.5 / 40 - 1)


class TestCanonical:
    def test_spellings_of_a_town_are_one_with_the_most_kilometres(self) -> None:
        asked = Criteria(near=(Nearby(town="münchen", km=20), Nearby(town="Munich, Germany", km=40)))
        assert canonical(asked).near == (Nearby(town="Munich, DE", km=40),)

    def test_a_namesake_is_told_apart_by_its_state_or_country(self) -> None:
        assert [near(9, said).near[0].town for said in ("Cambridge, MA", "Cambridge, UK")] == [
            "Cambridge, US-MA",
            "Cambridge, GB",
        ]

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("Cambridge", "'Cambridge' may be Cambridge, GB; Cambridge, CA-ON; Cambridge, US-MA or Cambridge, NZ"),
            ("Munih", "did you mean Munich, DE"),
            ("Atlantis, Germany", "'Atlantis, Germany' is not a town"),
        ],
    )
    def test_what_is_no_one_town_is_refused_with_what_may_be_meant(self, said: str, meant: str) -> None:
        with pytest.raises(CriteriaError, match=meant):
            near(9, said)

    def test_accepting_unknown_towns_says_nothing_by_itself(self) -> None:
        assert canonical(Criteria(text="kafka", accept_unknown_town=True)) == canonical(Criteria(text="kafka"))


class TestRelaxing:
    def test_it_is_relaxed_by_more_kilometres_and_by_what_names_no_town(self) -> None:
        made = {step.own: step.criteria for step in steps(near(40)) if step.criterion == "near"}
        assert made["near", "tolerate", 50].near[0].km == 60
        assert made["near", "tolerate", 100].near[0].km == 80
        assert made["near", "accept", None].accept_unknown_town

    def test_no_step_goes_beyond_the_most_kilometres(self) -> None:
        kms = [step.criteria.near[0].km for step in steps(near(250)) if step.step == "tolerate"]
        assert kms == [300]


class TestMemoryIndex:
    def test_a_changed_or_removed_search_leaves_its_circle(self) -> None:
        index = MemoryCriteriaIndex()
        job = a_posting(workplace="onsite", towns=(AUGSBURG,))
        [first] = records([near(40)])
        index.apply([first])
        assert index.match([job])[0].near.tolist() == [0]
        index.apply([first.model_copy(update={"version": 2, "criteria": near(60)})])
        assert index.match([job])[0].keys.tolist() == [0]
        index.apply([first.model_copy(update={"version": 3, "removed": True})])
        assert not index.match([job])[0].keys.size
