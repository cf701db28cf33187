"""What somebody says of kinds of jobs, as criteria: left out, taken back, taken too."""

from hypothesis import given

from schemas.criteria import Criteria, RoleTerms
from services.matcher.relaxing import steps
from services.rules.criteria import canonical
from services.rules.criterion import ROLES_ANY
from services.rules.prepared import PreparedPosting
from services.rules.roles.siblings import GROUPS, siblings_of
from services.rules.roles.taxonomy import roles
from services.rules.verdict import outcome_of
from services.usecases.kinds import is_far_level, is_next_level, leaving_out, taking_back, taking_too
from tests.support import generate
from tests.support.notifying import posting
from tests.support.strategies import seeds


def of(*wanted: str, none: tuple[str, ...] = (), neighbours: bool = False) -> Criteria:
    return canonical(Criteria(roles=RoleTerms(any=wanted, none=none, neighbours=neighbours)))


def fits(asked: Criteria, *job: str) -> bool:
    return outcome_of(asked, PreparedPosting(posting(roles=job))) == "match"


@given(seeds)
def test_a_kind_that_is_left_out_fits_no_more_and_all_else_as_before(seed: int) -> None:
    postings = generate.postings(30, seed)
    opened = [PreparedPosting(posting.model_copy(update={"status": "open"})) for posting in postings]
    for asked in generate.criteria(4, seed + 1, postings):
        fitting = [job for job in opened if outcome_of(asked, job) == "match"]
        for role in {job.posting.roles[0] for job in fitting if job.posting.roles}:
            left = leaving_out(asked, role)
            if left is None or role in asked.roles.any:
                continue
            kept = [job for job in opened if outcome_of(left, job) == "match"]
            assert kept == [job for job in fitting if job.posting.roles[:1] != (role,)]
            assert taking_back(left, role) == asked


def test_one_of_several_that_are_asked_for_is_asked_for_no_more_nor_fits_by_a_second_role() -> None:
    left = leaving_out(of("nurse", "electrician"), "electrician")
    assert left == of("nurse", none=("electrician",))
    assert not fits(left, "electrician")
    assert not fits(left, "electrician", "nurse")
    assert fits(left, "nurse", "electrician")


def test_it_is_excluded_where_it_would_still_do_as_a_neighbour() -> None:
    asked = "backend-engineer"
    near = min(roles().neighbours(asked))
    left = leaving_out(of(asked, near, neighbours=True), near)
    assert left == of(asked, none=(near,), neighbours=True)
    assert not fits(left, near)
    assert fits(left, asked, near)


def test_all_that_is_asked_for_is_left_out_by_no_press() -> None:
    assert leaving_out(of("nurse"), "nurse") is None


def test_as_many_are_left_out_or_taken_too_as_a_search_may_hold() -> None:
    hundred = tuple(sorted(role.id for role in roles()))[:100]
    other = max(role.id for role in roles())
    assert leaving_out(canonical(Criteria(text="x", roles=RoleTerms(none=hundred))), other) is None
    assert taking_too(of(*hundred), other) is None
    assert taking_too(of("nurse"), "electrician") == of("electrician", "nurse")


def test_a_kind_that_only_another_release_knows_cannot_be_left_out() -> None:
    assert leaving_out(of("nurse"), "dream-weaver") is None


def test_titles_beside_are_near_what_will_do_and_neither_asked_for_nor_excluded() -> None:
    role = "backend-engineer"
    near = roles().neighbours(role)
    assert ROLES_ANY.beside(of(role)) == near
    assert ROLES_ANY.beside(of(role, none=(min(near),))) == near - {min(near)}
    further = ROLES_ANY.beside(of(role, neighbours=True))
    assert further
    assert further.isdisjoint({role, *near})
    assert ROLES_ANY.beside(Criteria(text="zeppelin")) == frozenset()


def test_roles_that_one_word_names_are_offered_and_not_taken_in_its_place() -> None:
    asked = canonical(Criteria(roles=RoleTerms(any=("Lehrerin",), neighbours=True)))
    siblings = {"primary-teacher", "special-education-teacher", "kindergarten-teacher"}
    assert siblings <= ROLES_ANY.beside(asked)
    assert not any(fits(asked, role) for role in siblings)
    assert ROLES_ANY.beside(of("nurse", "childrens-nurse", none=("mental-health-nurse",))) == {
        "learning-disability-nurse"
    }


def test_siblings_are_of_one_family_in_one_group_and_never_near() -> None:
    known = roles()
    every = [role for group in GROUPS for role in group]
    assert len(every) == len(set(every))
    for group in GROUPS:
        for role in group:
            assert siblings_of(role) == group - {role}
            assert {known.closeness(role, other) for other in siblings_of(role)} == {"family"}
    assert siblings_of("electrician") == frozenset()


def test_the_next_levels_are_those_above_and_below() -> None:
    asked = canonical(Criteria(text="x", seniority=("mid", "senior")))
    assert {made.value for made in steps(asked) if is_next_level(made)} == {"junior", "lead", "staff"}
    assert {made.value for made in steps(asked) if is_far_level(made)} == {"intern", "principal"}
