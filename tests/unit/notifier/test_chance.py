"""What makes a job more likely to be accepted, and the bar below which none is sent."""

import pytest

from schemas.criteria import Criteria, Nearby, RoleTerms, SalaryFloor, SkillTerms
from schemas.posting import Condition, LanguageLevel, PostingCore, Reach, Salary, Skill, Spoken, Timezones
from services.notifier.domain.curation.chance.model import chance_of, model
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.localities import localities_of
from services.notifier.domain.curation.wishes import NO_SIGNS, Signs, asked_together, signs_of, wish_of
from services.notifier.domain.model import Ask, Candidate, Cause, Digest, Hold
from services.notifier.domain.weights import Chance
from services.notifier.domain.wording.score_lines import cause_line, chance_line
from services.rules.home import home_meant
from services.rules.languages.speaking import SpokenLanguage
from tests.support.digests import NOON, posting, recipient, search

NURSE = Criteria(text="nurse", places=("PT",), workplace=("remote",))
PORTUGAL = Reach(scope="listed", countries=("PT",))


def nursing(name: str = "one", **changes: object) -> PostingCore:
    """A job that nothing speaks against."""
    fields = {"title": "Nurse", "roles": ("nurse",), "reach": PORTUGAL, "skills": ()}
    return posting(name, **(fields | changes))


def chance(job: PostingCore, criteria: Criteria = NURSE, name: str = "Nursing", signs: Signs = NO_SIGNS) -> float:
    return chance_of(JudgedPosting(criteria, PostingFeatures(job)), wish_of(criteria, name, signs)).value


BEST = nursing()


@pytest.mark.parametrize(
    "worse",
    [
        nursing(roles=("ios-engineer",)),
        nursing(roles=()),
        nursing(title="Care worker", description_text="a nurse"),
        nursing(reach=Reach(scope="listed", countries=("PT",), subdivisions=("PT-11",))),
        nursing(reach=Reach(scope="listed", countries=("FR",))),
        nursing(title="Nurse, Germany"),
        nursing(workplace="unknown"),
        nursing(seniority="director"),
        nursing(language="nl"),
        nursing(languages=(Spoken(any=("nl",)),)),
    ],
)
def test_each_thing_that_speaks_against_a_job_lowers_its_chance(worse: PostingCore) -> None:
    assert chance(worse) < chance(BEST)


def test_a_nearer_role_never_has_less_of_a_chance() -> None:
    far, family, near, same = (
        chance(nursing(roles=(role,))) for role in ("ios-engineer", "pharmacist", "care-assistant", "nurse")
    )
    assert far < family <= near <= same


def test_languages_that_the_search_or_its_person_give_a_sign_of_speak_against_nothing() -> None:
    dutch = nursing(language="nl", languages=(Spoken(any=("nl",)),))
    assert chance(dutch) < chance(BEST)
    assert chance(dutch, signs=signs_of(recipient(locale="nl_BE"))) == chance(BEST)
    assert chance(dutch, signs=signs_of(recipient(speaks=(SpokenLanguage("nl"),)))) == chance(BEST)
    assert chance(dutch, name="Nursing in Dutch") == chance(BEST)
    assert chance(dutch, NURSE.model_copy(update={"languages": ("nl",)})) == chance(BEST)
    assert chance(nursing(languages=(Spoken(any=("pt",)),))) == chance(BEST), "which is spoken where they look"


def test_a_language_that_the_title_names_is_needed() -> None:
    assert chance(nursing(title="Nurse with Dutch")) < chance(BEST)
    assert chance(nursing(title="Nurse with Dutch"), signs=Signs(("nl",))) == chance(BEST)


def test_of_a_group_of_countries_the_own_one_decides() -> None:
    europe = Criteria(text="nurse", places=("eu",))
    french, dutch = (nursing(reach=Reach(scope="listed", countries=(country,))) for country in ("FR", "NL"))
    paris = Signs(time_zone="Europe/Paris")
    assert chance(french, europe, signs=paris) > chance(french, europe) > chance(dutch, europe, signs=paris)


def test_a_job_that_keeps_to_a_part_of_the_country_is_less_likely_unless_the_part_is_asked_for() -> None:
    ohio = nursing(reach=Reach(scope="listed", countries=("US",), subdivisions=("US-OH",)))
    states = nursing(reach=Reach(scope="listed", countries=("US",)))
    anywhere = Criteria(text="nurse", places=("US",))
    assert chance(ohio, anywhere) < chance(states, anywhere)
    asked = anywhere.model_copy(update={"places": ("US", "US-OH")})
    assert chance(ohio, asked) == chance(states, anywhere)
    others = Signs(localities=asked_together([Ask("Ward", Criteria(places=("US-OH",)))])[2])
    assert chance(ohio, anywhere, signs=others) == chance(states, anywhere), "by another search of theirs"


BRISTOL, BATH, LEEDS = 2654675, 2656173, 2644688


@pytest.mark.parametrize("where", ["a name", "a distance"])
def test_a_town_that_any_search_names_speaks_against_work_that_is_not_remote_far_from_it(where: str) -> None:
    british = Reach(scope="listed", countries=("GB",))
    anywhere = Criteria(text="nurse", places=("GB",))
    near = Criteria(near=(Nearby(town="Bristol, GB", km=20),))
    other = Ask("Ward in Bristol", anywhere) if where == "a name" else Ask("Ward", near)
    signs = Signs(localities=asked_together([other])[2])

    def at(town: int, by: Signs = signs, **changes: object) -> float:
        return chance(
            nursing(**({"reach": british, "workplace": "onsite", "towns": (town,)} | changes)), anywhere, signs=by
        )

    remote = at(BRISTOL, workplace="remote", towns=())
    assert at(LEEDS) < remote < at(BATH) == at(BRISTOL), "what lies near is likelier than what is done from home"
    assert at(LEEDS, NO_SIGNS) == at(BRISTOL, NO_SIGNS) == remote, "of who names no town nothing is known"
    dutch = Signs(localities=asked_together([Ask("Ward in Utrecht", NURSE)])[2])
    assert at(LEEDS, dutch) == remote, "a town of another country says nothing of this one"


ARLON, LUXEMBOURG = "Arlon, BE", 2960316


def test_work_may_lie_near_home_beyond_a_border() -> None:
    office = nursing(reach=Reach(scope="listed", countries=("LU",)), workplace="onsite", towns=(LUXEMBOURG,))
    beyond = Criteria(text="nurse", places=("LU",))
    near, far = (
        chance(office, beyond, signs=signs_of(recipient(home=home_meant(town)))) for town in (ARLON, "Porto, PT")
    )
    assert near > far


def test_pay_below_what_another_search_asks_for_speaks_against_a_job() -> None:
    asks_no_pay = Criteria(text="nurse", places=("GB",))
    floors = [SalaryFloor(amount=amount, currency="GBP") for amount in (60_000, 45_000)]
    others = [Ask("Ward", Criteria(text="ward", salary_floor=floor)) for floor in floors]
    signs = Signs(floors=asked_together(others)[3])

    def at(top: int | None, by: Signs = signs, criteria: Criteria = asks_no_pay) -> float:
        pay = None if top is None else Salary(max=top, currency="GBP", period="year", tops={"GBP": top})
        return chance(nursing(salary=pay), criteria, signs=by)

    assert at(40_000) < at(45_000) == at(90_000), "the least of their floors will do"
    assert at(None) == at(45_000), "what is not told cannot be held against it"
    assert at(40_000, NO_SIGNS) == at(45_000, NO_SIGNS)
    own = asks_no_pay.model_copy(update={"salary_floor": SalaryFloor(amount=30_000, currency="GBP")})
    assert at(40_000, criteria=own) == at(45_000, criteria=own), "a search that asks for pay itself means its own"


def test_hours_of_a_far_zone_speak_against_a_job() -> None:
    american = nursing(timezones=Timezones(min=-8.0, max=-5.0))
    lisbon, toronto = Signs(time_zone="Europe/Lisbon"), Signs(time_zone="America/Toronto")
    assert chance(american, signs=lisbon) < chance(american, signs=toronto) == chance(BEST)
    auckland = Signs(time_zone="Pacific/Auckland")
    assert chance(american, signs=lisbon) < chance(american, signs=auckland), "by the clock it is near California"
    own = NURSE.model_copy(update={"utc_offset": 0.0})
    assert chance(american, own, signs=lisbon) == chance(BEST), "who asks for hours has them judged by the criteria"
    overlaps, in_full = (
        american.model_copy(update={"description_text": f"nurse, {how}overlap with New York"}) for how in ("", "full ")
    )
    assert chance(in_full, signs=lisbon) == chance(american, signs=lisbon) < chance(overlaps, signs=lisbon)


def setting(kind: str, *places: str, **changes: object) -> PostingCore:
    """A job that sets one condition."""
    return nursing(conditions=(Condition.model_validate({"kind": kind, "places": places}),), **changes)


@pytest.mark.parametrize("kind", ["licence", "relocation"])
def test_a_condition_of_a_place_speaks_against_a_job_unless_the_person_asks_for_the_place(kind: str) -> None:
    texas = NURSE.model_copy(update={"places": ("US-TX",)})
    country = NURSE.model_copy(update={"places": ("US",)})
    assert chance(setting(kind, "US-TX"), texas) == chance(BEST, texas)
    assert chance(setting(kind, "US"), texas) == chance(BEST, texas), "any state will do"
    assert chance(setting(kind, "US-OH", "US-TX"), texas) == chance(BEST, texas)
    assert chance(setting(kind, "US-OH"), texas) < chance(BEST, texas)
    assert chance(setting(kind, "US-OH"), texas) < chance(setting(kind, "US-OH"), country) < chance(BEST, country)


def test_where_groups_are_asked_for_the_own_country_decides_whether_one_must_move() -> None:
    europe, cyprus = NURSE.model_copy(update={"places": ("europe",)}), setting("relocation", "CY")
    at_home, away = Signs(time_zone="Asia/Nicosia"), Signs(time_zone="Europe/Lisbon")
    assert chance(cyprus, europe, signs=at_home) == chance(BEST, europe, signs=at_home)
    assert chance(cyprus, europe, signs=away) < chance(BEST, europe, signs=away)
    assert chance(cyprus, europe) < chance(BEST, europe), "nobody knows where they live"


def test_who_names_parts_of_a_country_has_no_licence_of_its_others() -> None:
    country = NURSE.model_copy(update={"places": ("US",)})
    in_texas = Signs(localities=asked_together([Ask("Nursing in Texas", country)])[2])
    ohio, texas = setting("licence", "US-OH"), setting("licence", "US-TX")
    assert chance(ohio, country, signs=in_texas) < chance(ohio, country) < chance(texas, country, signs=in_texas)


def test_a_licence_of_no_place_speaks_a_little_against_a_job_and_shifts_do_not() -> None:
    assert chance(setting("licence", "FR")) < chance(setting("licence")) < chance(BEST)
    assert chance(setting("shifts")) == chance(BEST)


def test_work_for_students_is_for_those_who_ask_for_it() -> None:
    students = setting("enrolment")
    internships = NURSE.model_copy(update={"employment": ("internship",)})
    assert chance(students) < chance(students, internships) < chance(BEST, internships)
    assert chance(students, name="Job for a student of nursing") == chance(BEST)
    assert chance(students, name="Werkstudentin in der Pflege") == chance(BEST)


def test_a_language_that_they_speak_less_well_than_is_asked_speaks_half_against_a_job() -> None:
    def knowing(level: LanguageLevel | None) -> float:
        danish = nursing(languages=(Spoken(any=("da",), level="fluent", need="needed"),))
        speaks = (SpokenLanguage("da", level), SpokenLanguage("pt"))
        return chance(danish, signs=Signs(("da", "pt"), speaks=speaks))

    assert chance(nursing(languages=(Spoken(any=("da",), level="fluent", need="needed"),))) < knowing("working")
    assert knowing("working") < knowing("fluent") == knowing("native") == knowing(None) == chance(BEST)


def test_where_no_post_is_open_nothing_is_sent_unless_a_word_asks_for_it() -> None:
    pool = setting("pool")
    assert chance(pool) == 0.0
    assert chance(pool, name="Talent pool of a clinic") == chance(BEST)
    assert chance(pool, NURSE.model_copy(update={"text": '"expression of interest"'})) > 0.0


def test_volunteering_is_sent_to_nobody_who_asks_for_paid_work() -> None:
    unpaid = nursing(forms=("volunteer",))
    assert chance(unpaid) == 0.0
    assert chance(unpaid, name="Volunteer nurse") > 0.0
    assert chance(unpaid, name="Krankenschwester, Ehrenamt") > 0.0
    assert chance(unpaid, name="Nurse, volunteering") > 0.0
    assert chance(unpaid, name="Nurse, no volunteer work") == 0.0
    assert chance(unpaid, name="Volunteer coordinator") == 0.0
    assert chance(nursing(forms=("part_time", "volunteer"))) > 0.0


def test_a_zone_that_nobody_knows_gives_no_sign() -> None:
    assert chance(BEST, signs=Signs(time_zone="Nowhere/At_All")) == chance(BEST)


def test_a_level_that_a_word_asks_for_speaks_against_nothing() -> None:
    intern = nursing(title="Nursing intern", seniority="intern")
    assert chance(intern, Criteria(text="intern", places=("PT",)), "Internships") > chance(intern)


def test_of_roles_that_are_asked_for_one_is_likelier_than_a_neighbour() -> None:
    asked = Criteria(roles=RoleTerms(any=("nurse",), neighbours=True))
    assert chance(nursing(roles=("care-assistant",)), asked) < chance(BEST, asked)


def test_the_more_roles_will_do_the_less_likely_each_is_unless_a_skill_or_a_word_narrows_them() -> None:
    def asked(*roles: str, **also: object) -> Criteria:
        return Criteria(roles=RoleTerms(any=roles), places=("PT",), **also)

    single, two, four = (
        chance(BEST, asked("nurse", *others))
        for others in ((), ("care-assistant",), ("care-assistant", "pharmacist", "dentist"))
    )
    assert single > two > four
    several = asked("nurse", "care-assistant", text="nurse")
    assert chance(BEST, several) == chance(BEST, asked("nurse", text="nurse")), "a word narrows them"


@pytest.mark.parametrize("of", ["remote work", "an office"])
def test_who_asks_for_no_place_is_hardly_hired_where_their_country_is_shut_out(of: str) -> None:
    anywhere = Criteria(text="nurse")
    abroad = nursing(workplace="remote" if of == "remote work" else "onsite")
    at_home = nursing(reach=Reach(scope="listed", countries=("PH",)))
    cebu = home_meant("Cebu City, PH")
    says, by_zone = Signs(home=cebu), Signs(time_zone="Asia/Manila")
    assert chance(abroad, anywhere, signs=says) == 0.0
    assert 0.0 < chance(abroad, anywhere, signs=by_zone) < chance(abroad, anywhere)
    lisbon = Signs(home=cebu, localities=localities_of(Criteria(), "Nurse in Lisbon"))
    assert chance(abroad, anywhere, signs=lisbon) > 0.0, "another search of theirs names a town there"
    assert chance(at_home, anywhere, signs=says) == chance(at_home, anywhere)
    untold = nursing(reach=Reach(scope="unknown"))
    assert chance(untold, anywhere, signs=says) == chance(untold, anywhere), "where nobody is shut out by its word"
    moves = Criteria(text="nurse", visa_sponsorship=True)
    assert chance(abroad, moves, signs=says) == chance(abroad, moves), "who asks for a visa looks abroad"


@pytest.mark.parametrize(("name", "text"), [("Nurse in Lisbon", "nurse"), ("Nursing", "nurse portugal OR spain")])
def test_who_names_another_country_in_a_search_looks_there_though_it_asks_for_no_place(name: str, text: str) -> None:
    asked, says = Criteria(text=text), Signs(home=home_meant("Cebu City, PH"))
    assert chance(BEST, asked, name, says) == chance(BEST, asked, name)
    at_home = f"{name} or Manila"
    assert chance(BEST, asked, at_home, says) < chance(BEST, asked, at_home), "who names their own too stays"


def test_a_doubt_of_home_says_what_it_rests_on() -> None:
    def said(criteria: Criteria, signs: Signs) -> str:
        abroad = JudgedPosting(criteria, PostingFeatures(BEST))
        return chance_line(chance_of(abroad, wish_of(criteria, "Nursing", signs)))

    cebu = Signs(home=home_meant("Cebu City, PH"))
    assert "it is not open to the Philippines, where they live by their word or time zone" in said(
        Criteria(text="nurse"), cebu
    )
    assert "the wanted places are hardly taken in" in said(Criteria(text="nurse", places=("PH",)), cebu)


def test_a_level_beside_the_asked_ones_speaks_against_what_nearly_fits() -> None:
    asked = NURSE.model_copy(update={"seniority": ("junior",)})
    assert chance(nursing(seniority="mid"), asked) < chance(nursing(seniority="junior"), asked)


def test_a_neighbour_speaks_against_a_job_only_where_roles_are_asked_for() -> None:
    asked = Criteria(roles=RoleTerms(any=("nurse", "care-assistant"), neighbours=True))
    assert chance(nursing(roles=("nurse", "physician")), asked) == chance(BEST, asked), "the first role decides"
    facts = [against.doubt.fact for against in chance_of_asked(nursing(roles=("physician", "nurse")), asked).against]
    assert "neighbour" in facts
    words = [against.doubt.fact for against in chance_of_asked(nursing(roles=("care-assistant",)), NURSE).against]
    assert "neighbour" not in words


def chance_of_asked(job: PostingCore, criteria: Criteria) -> Chance:
    return chance_of(JudgedPosting(criteria, PostingFeatures(job)), wish_of(criteria, "Nursing"))


@pytest.mark.parametrize(
    ("named", "title", "less"),
    [
        ("Nurse in Columbus", "Nurse (Florida)", True),
        ("Nurse in Columbus", "Nurse - Jacksonville, FL", True),
        ("Nurse in Columbus", "Nurse, Ohio", False),
        ("Nurse in Ohio", "Nurse - Cleveland, OH", False),
        ("Nurse in Columbus", "Nurse", False),
        ("Nurse", "Nurse (Florida)", False),
        ("Nurse in Leeds", "Nurse (Florida)", False),
    ],
)
def test_a_state_or_town_in_the_title_of_remote_work_speaks_against_it_for_who_names_another(
    named: str, title: str, less: bool
) -> None:
    american = Criteria(text="nurse", places=("US",))
    signs = Signs(localities=asked_together([Ask(named, american)])[2])
    everywhere = nursing(reach=Reach(scope="listed", countries=("US",)))
    local = everywhere.model_copy(update={"title": title})
    assert (chance(local, american, signs=signs) < chance(everywhere, american, signs=signs)) is less
    on_site = {"workplace": "onsite"}
    assert chance(local.model_copy(update=on_site), american, signs=signs) == chance(
        everywhere.model_copy(update=on_site), american, signs=signs
    ), "of work that is not remote its town decides"


def test_the_state_that_speaks_against_remote_work_is_named_and_not_its_country() -> None:
    american = Criteria(text="nurse", places=("US",))
    signs = Signs(localities=asked_together([Ask("Nurse in Columbus", american)])[2])
    floridian = nursing(title="Nurse - Jacksonville, FL", reach=Reach(scope="listed", countries=("US",)))
    found = chance_of(JudgedPosting(american, PostingFeatures(floridian)), wish_of(american, "Nursing", signs))
    assert [against.doubt.of for against in found.against if against.doubt.fact == "elsewhere"] == [("US-FL",)]


def test_what_their_other_searches_mean_counts_for_a_search_that_names_no_trade() -> None:
    part_time = Criteria(places=("PT",), employment=("part_time",))
    nurse = Signs(trades=asked_together([Ask("Nursing", NURSE)])[0])
    here = nursing(forms=("part_time",))
    far = nursing(forms=("part_time",), roles=("ios-engineer",))
    assert chance(here, part_time, "Part time", nurse) > chance(far, part_time, "Part time", nurse)
    assert chance(here, part_time, "Part time") == chance(far, part_time, "Part time"), "nothing says which trade"
    juniors = part_time.model_copy(update={"seniority": ("junior",)})
    assert chance(here, juniors, "Begin", nurse) > chance(far, juniors, "Begin", nurse), "nor does a level"


def test_a_job_of_one_of_several_trades_is_likelier_than_one_of_none_and_less_so_than_one_of_all() -> None:
    of = {name: Ask(name, Criteria(text=name)) for name in ("nurse", "lawyer", "carpenter")}
    single, same, beside = (
        Signs(trades=asked_together(of[name] for name in names)[0])
        for names in (("nurse",), ("nurse", "nurse"), ("nurse", "lawyer", "carpenter"))
    )
    assert chance(BEST, signs=beside) < chance(BEST, signs=same) == chance(BEST, signs=single)
    assert chance(nursing(roles=("ios-engineer",)), signs=beside) < chance(BEST, signs=beside)


def test_a_level_that_another_search_asks_for_counts_where_this_one_asks_for_none() -> None:
    begins = Signs(levels=frozenset({"junior"}))
    junior, senior = nursing(seniority="junior"), nursing(seniority="senior")
    assert chance(senior, signs=begins) < chance(junior, signs=begins)
    assert chance(senior) > chance(junior), "of most people"


@pytest.mark.parametrize(
    ("says", "years"),
    [
        ("A degree or equivalent8+ years of experience in nursing", 8),
        ("You write Python3 years are short.", 0),
        ("You bring 8+ years of experience in nursing.", 8),
        ("Minimum of 3-5 years' experience", 3),
        ("Mindestens 4 Jahre Erfahrung in der Pflege", 4),
        ("Al menos 6 años de experiencia", 6),
        ("1+ years of care. At least 9 years of relevant work", 9),
        ("Mínimo de 5 anos de experiência em enfermagem", 5),
        ("Au moins 3 ans d'expérience en soins", 3),
        ("Almeno 7 anni di esperienza", 7),
        ("Minimaal 4 jaren ervaring in de zorg", 4),
        ("Minimum 2 lata doświadczenia", 2),
        ("Depuis plus de 12 ans, notre expérience", 0),
        ("Negli ultimi 11 anni di esperienza", 0),
        ("We have grown for the last 12 years", 0),
        ("Founded 10 years ago, we lead in care", 0),
        ("A contract of 2 years", 0),
        ("over 40 years of experience", 0),
        ("Sales grew, with 30X revenue growth in 5 years", 0),
        ("Founded by nurses with 12 years of experience, we run clinics.", 0),
        ("Founded by nurses. You have 6 years of experience.", 6),
        ("A sabbatical after 5 years of service in care", 0),
        ("Best place to work in care 8 years in a row", 0),
        ("You need:\n• 2 years of experience in care\nNice to have:\n• 9 years of experience as a lead", 2),
        ("Preferred qualifications\n• A degree\n• 4+ years of experience in care", 0),
        ("You need:\n• A degree, preferred in nursing\n• 4+ years of experience in care", 4),
        ("Von Vorteil:\n• 3 Jahre Erfahrung als Leitung", 0),
    ],
)
def test_years_are_those_that_an_applicant_must_have(says: str, years: int) -> None:
    assert PostingFeatures(nursing(description_text=says)).years == years


def test_more_years_than_a_level_stands_for_speak_against_a_job() -> None:
    many = nursing(description_text="nurse with 12 years of experience")
    assert chance(many) < chance(BEST)
    director = NURSE.model_copy(update={"seniority": ("director",)})
    assert chance(many, director) == chance(BEST, director)
    some = nursing(description_text="nurse with 3 years of experience")
    assert chance(some) == chance(BEST)
    assert chance(some, signs=Signs(levels=frozenset({"junior"}))) < chance(BEST)


def test_a_level_that_is_asked_for_is_met_whatever_years_it_stands_for() -> None:
    begins = NURSE.model_copy(update={"seniority": ("junior", "mid")})
    mid = nursing(seniority="mid")
    assert chance(mid, begins) == chance(nursing(seniority="junior"), begins)
    many = mid.model_copy(update={"description_text": "nurse with 4 years of experience"})
    assert chance(many, begins) < chance(mid, begins), "years that the text counts are"


def test_a_level_that_none_of_their_searches_asks_for_is_half_of_one_at_most() -> None:
    senior = Signs(levels=frozenset({"senior", "mid"}))
    lead, asked = nursing(seniority="lead"), nursing(seniority="senior")
    assert chance(lead, signs=senior) < chance(asked, signs=senior)
    assert chance(nursing(seniority="director"), signs=senior) < chance(lead, signs=senior)


def test_words_of_a_title_that_no_search_says_speak_against_a_job() -> None:
    trials = nursing(title="Nurse, oncology trials")
    assert chance(nursing(title="Senior Nurse (m/w/d) - Lisbon")) == chance(BEST), "levels and places are no work"
    assert chance(trials) < chance(nursing(title="Nurse, trials")) < chance(BEST)
    said = Signs(said=asked_together([Ask("Oncology", Criteria(text="trials OR studies"))])[4])
    assert chance(trials, signs=said) == chance(BEST), "by any search of theirs"
    assert chance(trials, NURSE.model_copy(update={"text": "nurse -oncology"})) == chance(trials), "no excluded ones"


def test_what_a_meant_role_is_called_in_any_language_is_said() -> None:
    asks = Criteria(roles=RoleTerms(any=("nurse",)), places=("PT",))
    assert chance(nursing(title="Enfermeira"), asks, "") == chance(BEST, asks, "")
    assert chance(nursing(title="Enfermeira Chefe de Bloco"), asks, "") < chance(BEST, asks, "")


def test_the_title_speaks_against_nothing_for_who_names_no_trade() -> None:
    anything = Criteria(places=("PT",), employment=("full_time",))
    named = nursing(title="Nurse, oncology trials", forms=("full_time",))
    assert chance(named, anything, "Lisbon") == chance(nursing(forms=("full_time",)), anything, "Lisbon")


def test_leading_people_speaks_against_a_job_unless_a_search_asks_for_its_level_or_a_managers() -> None:
    leads = nursing(seniority="lead", description_text="You lead a team of nurses")
    alone = leads.model_copy(update={"description_text": "You know all about wards"})
    assert chance(leads) < chance(alone)
    for asked in ("lead", "director"):
        signs = Signs(levels=frozenset({asked}))
        assert chance(leads, signs=signs) == chance(alone, signs=signs)
    senior = nursing(seniority="senior", description_text="Nice to have: to lead a team of nurses")
    assert chance(senior) == chance(BEST), "of other levels a text says so in passing"


def test_much_travel_speaks_against_a_job_unless_a_word_asks_for_it() -> None:
    travels = nursing(description_text="nurse, travel up to 50%")
    assert chance(travels) < chance(BEST) == chance(nursing(description_text="nurse, travel up to 10%"))
    assert chance(travels, name="Nurse who likes to travel") == chance(BEST)


def test_part_time_is_less_likely_wanted_unless_a_form_is_asked_for() -> None:
    part_time = nursing(forms=("part_time",))
    assert chance(part_time) < chance(nursing(forms=("full_time", "part_time"))) == chance(BEST)
    assert chance(part_time, NURSE.model_copy(update={"employment": ("part_time", "full_time")})) == chance(BEST)
    either = nursing(forms=("contract", "full_time"))
    assert chance(either.model_copy(update={"employment": "contract"})) == chance(part_time), "it ends by a day"
    assert chance(either) == chance(BEST), "one of them is full-time"


def test_a_title_that_names_another_tool_than_the_asked_ones_speaks_against_a_job() -> None:
    java = Criteria(skills=SkillTerms(any=("Java", "Kotlin")))
    core = Skill(name="Java", strength="required")
    own, other, both = (
        posting(title="Engineer", roles=("backend-engineer",), skills=(core, *map(in_title, names)))
        for names in ((), ("Ruby",), ("Ruby", "Kotlin"))
    )
    assert chance(other, java, "Java") < chance(own, java, "Java") <= chance(both, java, "Java")
    assert chance(other, Criteria(text="engineer"), "") == chance(own, Criteria(text="engineer"), "")


def in_title(name: str) -> Skill:
    return Skill(name=name, strength="title")


def test_a_core_skill_makes_a_job_likelier_than_one_that_is_wanted_and_this_than_one_in_passing() -> None:
    core, wanted, passing = (
        posting(skills=(Skill(name="Python", strength=strength),)) for strength in ("required", "wanted", "passing")
    )
    for skills in (SkillTerms(any=("Python",)), SkillTerms(all=("Python",))):
        python = Criteria(skills=skills)
        assert chance(core, python, "Python") > chance(wanted, python, "Python") > chance(passing, python, "Python")


def test_no_weight_is_below_nothing() -> None:
    assert all(weight >= 0 for weight in model().weights)


def made_of(*jobs: PostingCore, bar: float = 0.3) -> Digest | Hold:
    asked = search("Nursing", NURSE)
    settings = CurateSettings(least_chance=bar)
    return curate(recipient(), [asked], [Candidate(job, (asked,)) for job in jobs], [], NOON, settings)


def test_what_is_too_unlikely_is_dropped_with_its_reason_and_makes_no_mail() -> None:
    other = nursing("other", title="iOS Developer", roles=("ios-engineer",), description_text="no nurse")
    made = made_of(other)
    assert isinstance(made, Hold)
    [dropped] = made.dropped
    assert cause_line(dropped.cause).startswith("too unlikely to be wanted: ")
    assert "another role: " in cause_line(dropped.cause)
    assert isinstance(made_of(other, bar=0.0), Digest)
    assert cause_line(dropped.cause._replace(near=True)).startswith(
        "fits only nearly, and is too unlikely to be wanted: "
    ), "by a higher bar"


def test_the_likelier_job_comes_first_however_new_the_other_is() -> None:
    likely = nursing("likely", posted_at=NOON.replace(day=2))
    new = nursing("new", title="Care worker", description_text="nurse nurse", reach=Reach(scope="worldwide"))
    made = made_of(new, likely, bar=0.0)
    assert isinstance(made, Digest)
    assert [item.posting for item in made.items] == [likely, new]
    assert made.items[0].score < made.items[1].score or made.items[0].chance.value > made.items[1].chance.value


def test_words_say_the_chance_the_bar_and_what_speaks_against() -> None:
    far = chance_of(JudgedPosting(NURSE, PostingFeatures(nursing(roles=("ios-engineer",)))), wish_of(NURSE, "Nursing"))
    assert "(bar 30 %): less for another role: " in chance_line(far, 0.3)
    licensed = chance_of(JudgedPosting(NURSE, PostingFeatures(setting("licence", "US-CA"))), wish_of(NURSE, "Nursing"))
    assert chance_line(licensed).endswith("less for its condition: licence US-CA")
    unlikely = f"too unlikely to be wanted: {100 * far.value:.0f} % ({_against(chance_line(far))})"
    assert cause_line(Cause("unlikely", chance=far)) == unlikely


def test_what_speaks_against_a_job_is_told_one_by_one_as_it_is_all_at_once() -> None:
    far = nursing(roles=("ios-engineer",), reach=Reach(scope="worldwide"), seniority="director")
    found = chance_of(JudgedPosting(NURSE, PostingFeatures(far)), wish_of(NURSE, "Nursing"))
    before = tuple(found.most_telling())
    assert len(before) > 3
    assert before == found.against == tuple(found.most_telling())
    assert [against.costs for against in before] == sorted((against.costs for against in before), reverse=True)


def _against(line: str) -> str:
    return line.partition("less for ")[2]


def test_where_towns_alone_are_asked_for_remote_work_must_take_in_their_country() -> None:
    near = Criteria(text="nurse", near=(Nearby(town="Bristol, GB", km=20),))
    here, elsewhere = (
        nursing(reach=Reach(scope="listed", countries=(country,)), workplace="remote") for country in ("GB", "FR")
    )
    assert chance(elsewhere, near) < chance(here, near)
    asked = near.model_copy(update={"places": ("FR",)})
    assert chance(elsewhere, asked) > chance(here, asked)
