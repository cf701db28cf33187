"""What somebody says of themself makes of a job: where they live, and for how long they have done their work."""

import pytest

from schemas.criteria import Criteria
from schemas.posting import Condition, PostingCore, Reach
from services.notifier.domain.curation.chance.model import chance_of, roles_that_may_reach
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.wishes import Signs, signs_of, wish_of
from services.notifier.domain.model import Ask
from services.notifier.domain.weights import Chance
from services.notifier.domain.wording.reason_order import telling_against
from services.notifier.domain.wording.score_lines import chance_line
from services.rules.home import Home, home_read
from services.rules.places.towns import town_of
from services.rules.roles.taxonomy import roles
from tests.support.digests import posting, recipient

AMERICA = Reach(scope="listed", countries=("US",))
NURSE = Criteria(text="nurse", places=("US",))
OHIO = home_read("Columbus, US-OH")


def nursing(**changes: object) -> PostingCore:
    return posting("one", **({"title": "Nurse", "roles": ("nurse",), "reach": AMERICA, "skills": ()} | changes))


def on_site(town: str, **changes: object) -> PostingCore:
    known = town_of(town)
    assert known
    return nursing(workplace="onsite", towns=(known.id,), **changes)


def chance(
    job: PostingCore, home: Home | None = None, years: int | None = None, *levels: str, criteria: Criteria = NURSE
) -> Chance:
    signs = signs_of(recipient(home=home, years=years))._replace(levels=frozenset(levels))
    return chance_of(JudgedPosting(criteria, PostingFeatures(job)), wish_of(criteria, "Nursing", signs))


def years_asked(years: int) -> PostingCore:
    return nursing(description_text=f"nurse. You bring {years}+ years of experience in nursing.")


def test_work_on_site_far_from_home_is_less_likely_wanted_where_only_the_country_is_asked_for() -> None:
    near, far = on_site("Dayton, US-OH"), on_site("Seattle, US-WA")
    assert chance(far, OHIO).value < chance(far).value == chance(near).value == chance(near, OHIO).value
    assert "its town is far off, 3,2" in chance_line(chance(far, OHIO))


@pytest.mark.parametrize(("home", "town"), [("GB-SCT", "Edinburgh, GB"), ("DE-BY", "Munich, DE")])
def test_work_on_site_may_lie_in_ones_part_of_a_country_whose_towns_are_known_by_the_country_alone(
    home: str, town: str
) -> None:
    criteria, reach = Criteria(text="nurse", places=(home[:2],)), Reach(scope="listed", countries=(home[:2],))
    near = on_site(town, reach=reach)
    assert chance(near, home_read(home), criteria=criteria) == chance(near, criteria=criteria)


def test_a_town_that_a_search_names_is_measured_from_beside_such_a_part() -> None:
    germany, bavaria = Criteria(text="nurse", places=("DE",)), signs_of(recipient(home=home_read("DE-BY")))
    munich = PostingFeatures(on_site("Munich, DE", reach=Reach(scope="listed", countries=("DE",))))
    judged = JudgedPosting(germany, munich)
    kiel, silent = (chance_of(judged, wish_of(germany, name, bavaria)) for name in ("Nursing in Kiel", "Nursing"))
    assert kiel.value < silent.value


def test_remote_work_is_as_likely_from_anywhere_in_the_country_but_for_a_state_that_its_title_names() -> None:
    remote = nursing(towns=on_site("Seattle, US-WA").towns)
    assert chance(remote, OHIO) == chance(remote)
    florida = nursing(title="Nurse (Florida)")
    assert chance(florida, OHIO).value < chance(florida).value
    assert chance(florida, home_read("US-FL")).value == chance(florida).value


def test_a_search_that_names_a_town_keeps_it_for_who_lives_elsewhere() -> None:
    seattle = on_site("Seattle, US-WA")
    named = signs_of(recipient(home=OHIO))
    judged = JudgedPosting(NURSE, PostingFeatures(seattle))
    there, silent = (chance_of(judged, wish_of(NURSE, name, named)) for name in ("Nurse in Seattle", "Nurse"))
    assert there.value > silent.value


@pytest.mark.parametrize("kind", ["relocation", "licence"])
def test_a_condition_of_ones_own_state_is_met_and_that_of_another_is_not(kind: str) -> None:
    bound = nursing(conditions=(Condition(kind=kind, places=("US-OH",)),))
    assert chance(bound, home_read("US-NY")).value < chance(bound).value < chance(bound, OHIO).value


def test_the_country_where_somebody_says_that_they_live_beats_that_of_their_time_zone() -> None:
    groups = Criteria(text="nurse", places=("europe",))
    german = nursing(reach=Reach(scope="listed", countries=("DE",)))
    says, silent = (Signs(time_zone="Europe/Lisbon", home=home) for home in (Home("DE"), None))
    judged = JudgedPosting(groups, PostingFeatures(german))
    there, guessed = (chance_of(judged, wish_of(groups, "Nursing", signs)) for signs in (says, silent))
    assert there.value > guessed.value


def test_a_quarter_more_than_ones_own_years_may_be_asked() -> None:
    at_most, some, beyond = (chance(years_asked(years), None, 4, "mid", "senior") for years in (5, 6, 7))
    none = chance(years_asked(2), None, 4, "mid", "senior")
    assert beyond.value < some.value < at_most.value == none.value
    assert chance(years_asked(8), None, None, "mid", "senior").value == none.value, "by the levels alone"
    assert "it asks for 7 years, of which they have 4" in chance_line(beyond)


def test_years_that_a_text_asks_for_say_more_than_its_level() -> None:
    two = years_asked(2).model_copy(update={"seniority": "senior"})
    assert chance(two, None, 2, "mid").value > chance(nursing(seniority="senior"), None, 2, "mid").value


def test_many_more_years_than_are_asked_for_speak_against_a_job() -> None:
    three = years_asked(3)
    twice, some, many = (chance(three, None, years) for years in (6, 10, 15))
    assert many.value < some.value < twice.value == chance(three).value
    assert "it asks for 3 years, and they have 15" in chance_line(many)
    [doubt] = telling_against(many, (), three)
    assert (doubt.fact, doubt.amount, doubt.own) == ("overqualified", 3, 15)
    level = nursing(seniority="mid")
    assert not telling_against(chance(level, None, 15), (), level), "a level alone counts no years to tell"


def test_own_years_stand_where_no_level_is_asked_for() -> None:
    ten = years_asked(10)
    assert chance(ten, None, 4).value < chance(ten).value < chance(ten, None, 12).value
    director = nursing(seniority="director")
    assert chance(director, None, 2).value < chance(director, None, 15).value


def test_a_level_that_a_search_asks_for_is_met_whatever_ones_years() -> None:
    staff = nursing(seniority="staff")
    assert chance(staff, None, 2, "staff") == chance(staff, None, None, "staff")


@pytest.mark.parametrize("job", [nursing(seniority="junior"), nursing(seniority="intern"), years_asked(1)])
def test_a_beginners_job_is_less_likely_wanted_by_who_has_done_the_work_for_years(job: PostingCore) -> None:
    asked = ("mid", "senior")
    begins, some, long = (chance(job, None, years, *asked).value for years in (2, 4, 8))
    assert long < some < begins == chance(job, None, None, *asked).value
    assert "it is meant for beginners, and they have 8 years" in chance_line(chance(job, None, 8, *asked))


def test_a_senior_job_that_asks_for_one_year_is_not_called_one_for_beginners() -> None:
    senior = years_asked(1).model_copy(update={"seniority": "senior"})
    found = chance(senior, None, 8, "mid")
    assert "it asks for 1 year, and they have 8" in chance_line(found)
    [doubt] = [doubt for doubt in telling_against(found, (), senior) if doubt.fact == "overqualified"]
    assert doubt.amount == 1


@pytest.mark.parametrize(("level", "asked"), [("mid", 1), ("junior", 3), ("intern", 2)])
def test_neither_a_job_of_another_level_nor_one_that_asks_for_some_years_is_called_one_for_beginners(
    level: str, asked: int
) -> None:
    job = years_asked(asked).model_copy(update={"seniority": level})
    found = chance(job, None, 15)
    [doubt] = [doubt for doubt in telling_against(found, (), job) if doubt.fact == "overqualified"]
    assert (doubt.amount, doubt.own) == (asked, 15)


def test_who_asks_for_a_beginners_level_is_taken_at_their_word() -> None:
    junior = nursing(seniority="junior")
    assert chance(junior, None, 8, "junior") == chance(junior, None, None, "junior")


CLERK = posting("one", title="Payroll Specialist", roles=("payroll-specialist",), reach=AMERICA, skills=())
OFFICE = Criteria(roles={"any": ["paralegal", "payroll-specialist"]}, places=("US",))


def worked(*roles: str, years: int | None = None, job: PostingCore = CLERK, criteria: Criteria = OFFICE) -> Chance:
    signs = signs_of(recipient(worked_as=roles, years=years))
    return chance_of(JudgedPosting(criteria, PostingFeatures(job)), wish_of(criteria, "From home", signs))


def test_a_job_far_from_what_somebody_has_worked_as_is_less_likely_wanted_though_they_ask_for_it() -> None:
    far, silent, own = worked("paralegal"), worked(), worked("paralegal", "payroll-specialist")
    assert far.value < silent.value == own.value
    assert "another role: Payroll Specialist; they have worked as Paralegal" in chance_line(far)


def test_what_somebody_has_worked_as_counts_by_the_years_that_they_say() -> None:
    begins, some, long, unsaid = (worked("paralegal", years=years).value for years in (1, 3, 5, None))
    assert begins == worked().value > some > long == unsaid == worked("paralegal", years=20).value


def test_what_somebody_has_worked_as_stands_in_place_of_what_their_searches_say_together() -> None:
    signs = signs_of(recipient(asks=(Ask("Law", Criteria(roles={"any": ["lawyer"]})),)))
    judged = JudgedPosting(OFFICE, PostingFeatures(CLERK))
    done = signs_of(recipient(worked_as=("payroll-specialist",)))._replace(trades=signs.trades)
    silent, said = (chance_of(judged, wish_of(OFFICE, "From home", of)) for of in (signs, done))
    assert said.value > silent.value, "their other search is for lawyers, and they have done this work"


def test_a_posting_that_tells_no_role_is_as_likely_whatever_somebody_has_worked_as() -> None:
    untold = CLERK.model_copy(update={"roles": ()})
    assert worked("paralegal", job=untold).value == worked(job=untold).value
    alone = Criteria(places=("US",))
    assert worked("paralegal", job=untold, criteria=alone).value == worked(job=untold, criteria=alone).value


def test_where_no_search_names_a_trade_what_somebody_has_worked_as_tells_jobs_apart() -> None:
    anything = Criteria(places=("US",))
    near, far = (worked(role, criteria=anything).value for role in ("payroll-specialist", "paralegal"))
    assert far < worked(criteria=anything).value < near


def test_no_role_is_passed_over_whose_job_near_home_reaches_the_bar() -> None:
    wish = wish_of(NURSE, "Nursing", signs_of(recipient(home=OHIO, knows=("nurse",))))
    for role in roles():
        near = PostingFeatures(on_site("Dayton, US-OH", roles=(role.id,)))
        reached = chance_of(JudgedPosting(NURSE, near), wish).value
        looked_through = roles_that_may_reach(reached, wish)
        assert looked_through is None or role.id in looked_through
