"""Which roles a search is taken to mean."""

from schemas.criteria import Criteria, RoleTerms, SkillTerms
from services.rules.roles.affinity import CLOSE, affinity_of, learned
from services.rules.roles.taxonomy import roles


def weights(criteria: Criteria, name: str = "") -> dict[str, float]:
    return dict(affinity_of(criteria, name).weights)


def test_words_that_are_titles_count_as_roles_in_any_language() -> None:
    assert weights(Criteria(text='"customer support"'))["customer-support-representative"] == 1.0
    assert weights(Criteria(text="Buchhalter"))["accountant"] == 1.0
    assert weights(Criteria(text="nurse OR copywriter")).keys() >= {"nurse", "copywriter"}


def test_a_word_means_what_titles_that_hold_it_mean() -> None:
    support = weights(Criteria(text="support"))
    assert support["customer-support-representative"] > support["technical-support-engineer"] > 0
    business = weights(Criteria(text='"business development"'))
    assert business["business-development-manager"] == 1.0
    assert "business-analyst" not in business


def test_words_that_are_asked_for_at_once_mean_what_all_of_them_allow() -> None:
    found = weights(Criteria(text="product banking OR payments"))
    assert found["product-manager"] == 1.0


def test_excluded_words_say_nothing() -> None:
    assert "nurse" not in weights(Criteria(text="copywriter -nurse"))


def test_the_name_says_more_by_a_title_than_by_one_word() -> None:
    by_skill = Criteria(skills=SkillTerms(any=("dbt",)))
    assert weights(by_skill, "Analytics engineering")["analytics-engineer"] == 1.0
    assert weights(by_skill, "Contracts anywhere")["contract-manager"] < 1.0


def test_where_words_say_nothing_skills_do() -> None:
    assert (
        max(weights(Criteria(skills=SkillTerms(any=("dbt",)))).items(), key=lambda weighed: weighed[1])[0]
        == "data-engineer"
    )
    assert weights(Criteria(skills=SkillTerms(any=("dbt",)), text='"data scientist"'))["data-engineer"] < 1.0


def test_roles_that_are_asked_for_are_all_that_is_meant() -> None:
    asked = Criteria(roles=RoleTerms(any=("nurse",)), skills=SkillTerms(any=("dbt",)), text="copywriter")
    assert weights(asked) == {"nurse": 1.0}


def test_nothing_is_guessed_of_a_search_for_a_place() -> None:
    assert not affinity_of(Criteria(places=("PT",)), "Portugal")


def test_a_nearer_role_is_closer() -> None:
    asked = affinity_of(Criteria(text='"backend engineer"'))
    to = [asked.to((role,)) for role in ("backend-engineer", "full-stack-engineer", "nurse")]
    assert to == [1.0, 0.6, 0.0]
    assert asked.to(("nurse", "backend-engineer")) == 0.8


def test_the_best_of_all_pairs_counts() -> None:
    meant = affinity_of(Criteria(skills=SkillTerms(any=("Python", "SQL"))))
    assert len(meant.weights) > 2
    pairs = {
        role.id: [weight * CLOSE[roles().closeness(wanted, role.id)] for wanted, weight in meant.weights]
        for role in roles()
    }
    assert {role: meant.to((role,)) for role in pairs} == {role: max(close) for role, close in pairs.items()}
    assert meant.to(()) == meant.to(("of-another-release",)) == affinity_of(Criteria()).to(("nurse",)) == 0.0


def test_a_language_of_the_work_is_no_trade() -> None:
    assert not any("teacher" in weights(Criteria(text=f"{said} support")) for said in ("german", "spanish"))
    assert weights(Criteria(text='"spanish teacher"')).keys() & {"teacher"}


def test_a_level_alone_names_no_role() -> None:
    assert not affinity_of(Criteria(), "Student jobs")


def test_skills_say_together_what_none_says_alone() -> None:
    alone = weights(Criteria(skills=SkillTerms(any=("AWS",))))
    together = weights(Criteria(skills=SkillTerms(any=("AWS", "Kubernetes", "Terraform"))))
    assert together["devops-engineer"] == 1.0
    assert alone.get("devops-engineer", 0.0) < 1.0


def test_the_table_counts_roles_of_the_taxonomy() -> None:
    table = learned()
    assert all(role in roles() for role in table.roles)
    for counts in table.skills.values():
        assert all(0 < count <= table.roles[role] for role, count in counts.items())
