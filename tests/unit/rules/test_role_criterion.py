"""What a search asks of roles: which postings fit, in which form it is kept, and how it is relaxed."""

from typing import Any

import pytest

from schemas.criteria import Criteria, RoleTerms, SkillTerms
from services.matcher.adapters.elasticsearch.documents import document, hash_of
from services.matcher.adapters.memory.columns import CLAUSES
from services.matcher.adapters.memory.vocabulary import Vocabulary
from services.matcher.relaxing import removals, steps
from services.rules.criteria import accepted, canonical
from services.rules.criterion.base import CriteriaError
from services.rules.criterion.role import RoleFacts
from services.rules.roles.taxonomy import neighbours_mark
from services.rules.verdict import distance, verdict
from services.runtime.clock import SystemClock
from tests.support.generate import records
from tests.support.judging import a_posting, fit_of, having

BACKEND = "backend-engineer"
FULL_STACK = "full-stack-engineer"
"""Near a backend engineer."""
SOLUTIONS = "solutions-engineer"
"""Far from one."""


def asking(*names: str, **terms: Any) -> Criteria:
    return Criteria(roles=RoleTerms(any=names, **terms))


class TestFit:
    @pytest.mark.parametrize("own", [(BACKEND,), (SOLUTIONS, BACKEND)])
    def test_one_of_the_roles_of_a_posting_is_enough(self, own: tuple[str, ...]) -> None:
        assert fit_of(asking(BACKEND), a_posting(roles=own), "roles.any") == "yes"

    def test_another_role_does_not_fit_however_close(self) -> None:
        assert fit_of(asking(BACKEND), a_posting(roles=(FULL_STACK,)), "roles.any") == "no"

    def test_with_neighbours_a_near_role_fits_and_a_far_one_does_not(self) -> None:
        asked = asking(BACKEND, neighbours=True)
        assert fit_of(asked, a_posting(roles=(FULL_STACK,)), "roles.any") == "yes"
        assert fit_of(asked, a_posting(roles=(SOLUTIONS,)), "roles.any") == "no"

    def test_an_excluded_role_rules_out_where_it_decides_and_not_as_a_second_one(self) -> None:
        asked = Criteria(roles=RoleTerms(none=(SOLUTIONS,)), text="kafka")
        assert fit_of(asked, a_posting(roles=(SOLUTIONS, BACKEND)), "roles.none") == "no"
        assert fit_of(asked, a_posting(roles=(BACKEND, SOLUTIONS)), "roles.none") == "yes"
        assert fit_of(asked, a_posting(), "roles.none") == "yes"

    def test_an_excluded_role_rules_out_although_it_is_near_one_that_is_asked_for(self) -> None:
        asked = asking(BACKEND, neighbours=True, none=(FULL_STACK,))
        assert verdict(asked, a_posting(roles=(FULL_STACK,))).outcome == "reject"
        assert verdict(asked, a_posting(roles=(BACKEND,))).outcome == "match"

    @pytest.mark.parametrize(
        ("beside", "fit"),
        [
            ({}, "no"),
            ({"places": ("DE",)}, "no"),
            ({"text": "-kafka"}, "no"),
            ({"skills": SkillTerms(none=("PHP",))}, "no"),
            ({"text": "kafka"}, "yes"),
            ({"text": "kafka OR flink"}, "yes"),
            ({"skills": SkillTerms(all=("Go",))}, "yes"),
            ({"skills": SkillTerms(any=("Go",))}, "yes"),
        ],
    )
    def test_a_posting_without_a_role_fits_where_skills_or_words_say_what_the_work_is(
        self, beside: dict[str, Any], fit: str
    ) -> None:
        asked = asking(BACKEND).model_copy(update=beside)
        assert fit_of(asked, having("Go"), "roles.any") == fit
        assert fit_of(canonical(asked), having("Go"), "roles.any") == fit

    def test_whether_a_posting_without_a_role_fits_can_be_said(self) -> None:
        assert fit_of(asking(BACKEND, accept_unknown=True), a_posting(), "roles.any") == "yes"
        asked = Criteria(roles=RoleTerms(any=(BACKEND,), accept_unknown=False), text="kafka")
        assert fit_of(asked, a_posting(), "roles.any") == "no"

    def test_a_role_of_another_release_is_far_from_all_others(self) -> None:
        found = verdict(asking(BACKEND, neighbours=True), a_posting(roles=("starship-pilot",)))
        assert found.outcome == "reject"
        assert found.reasons[0].facts == RoleFacts((BACKEND,), ("starship-pilot",), (), closeness="far")


class TestCanonical:
    def test_names_in_three_languages_and_titles_become_ids_sorted_and_once(self) -> None:
        asked = asking("Krankenschwester", "Senior Backend Engineer (m/w/d)", BACKEND, "Desarrollador backend")
        assert canonical(asked).roles == RoleTerms(any=(BACKEND, "nurse"), accept_unknown=False)

    def test_it_is_its_own_canonical_form_and_keeps_what_it_said_of_unknown_roles(self) -> None:
        found = canonical(asking("nurse", neighbours=True).model_copy(update={"text": "icu"}))
        assert found.roles.accept_unknown
        assert canonical(found) == found
        assert canonical(found.model_copy(update={"text": ""})).roles.accept_unknown

    def test_what_only_qualifies_roles_goes_with_them(self) -> None:
        asked = Criteria(roles=RoleTerms(neighbours=True, accept_unknown=True), text="kafka")
        assert canonical(asked) == Criteria(text="kafka")

    def test_an_unknown_role_is_named_with_the_nearest_known(self) -> None:
        with pytest.raises(CriteriaError, match="'Bakend Enginer' is not a role that is known here; did you mean Back"):
            canonical(asking("Bakend Enginer"))

    def test_a_field_that_has_several_roles_is_refused_with_its_choices(self) -> None:
        said = "'construction' may be Construction Manager or Construction Worker: name which is meant"
        with pytest.raises(CriteriaError, match=said):
            canonical(asking("construction"))

    def test_a_role_that_is_asked_for_and_excluded_is_refused(self) -> None:
        with pytest.raises(CriteriaError, match="Nurse is both asked for and excluded"):
            canonical(asking("nurse", none=("Krankenschwester",)))

    def test_a_search_that_only_excludes_roles_is_refused_at_the_door(self) -> None:
        with pytest.raises(CriteriaError, match="only excludes"):
            accepted(Criteria(roles=RoleTerms(none=("nurse",))))
        assert accepted(asking("nurse", none=("physician",)))


class TestRelaxing:
    def test_neighbours_and_postings_without_a_role_are_let_in_and_exclusions_dropped(self) -> None:
        asked = canonical(asking(BACKEND, none=("nurse", "physician")))
        assert {(step.criterion, step.step, step.value) for step in steps(asked)} == {
            ("roles.any", "tolerate", None),
            ("roles.any", "accept", None),
            ("roles.none", "drop", "nurse"),
            ("roles.none", "drop", "physician"),
        }
        assert removals(asked)["roles.none"].criteria == canonical(asking(BACKEND))

    def test_a_posting_is_the_farther_off_the_farther_its_role_is(self) -> None:
        asked = asking(BACKEND)
        own = ((), (FULL_STACK,), ("ios-engineer",), (SOLUTIONS,))
        off = [distance(verdict(asked, a_posting(roles=some)).reasons[0]) for some in own]
        assert off == [0.3, 0.3, 0.6, 0.9]

    def test_of_several_roles_the_closest_counts(self) -> None:
        [reason] = verdict(asking(BACKEND), a_posting(roles=(SOLUTIONS, FULL_STACK))).reasons
        assert reason.facts == RoleFacts(
            (BACKEND,), (SOLUTIONS, FULL_STACK), (), near=(FULL_STACK,), near_to=(BACKEND,), closeness="near"
        )


class TestIndices:
    def test_a_search_for_roles_alone_is_filed_by_them_in_memory(self) -> None:
        known = Vocabulary({})
        row = known.row_of(canonical(asking(BACKEND)))
        assert row.section == CLAUSES
        assert len(row.literals) == 1
        assert len(known.row_of(canonical(asking(BACKEND, neighbours=True))).literals) > 1

    def test_a_search_for_roles_alone_is_looked_at_for_postings_of_these_in_elasticsearch(self) -> None:
        [record] = records([canonical(asking(BACKEND, none=("nurse",)))])
        found = document(record, SystemClock().now())
        assert f"roles.any:{BACKEND}" in found["anchor"]
        assert found["roles_any"] == (BACKEND,)
        assert found["unwanted"] == [hash_of("roles.none:nurse")]

    def test_neighbours_are_written_out_and_the_index_names_the_table_that_they_are_of(self) -> None:
        [record] = records([canonical(asking(BACKEND, neighbours=True))])
        assert {BACKEND, FULL_STACK} <= {*document(record, SystemClock().now())["roles_any"]}
        assert len(neighbours_mark()) == 8
