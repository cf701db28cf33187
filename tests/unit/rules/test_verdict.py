"""Each rule of the verdict, by examples."""

from typing import Any, get_args

import pytest

from schemas.criteria import Criteria, RoleTerms, SalaryFloor, SkillTerms
from schemas.posting import Employment, Form, PostingCore, Reach, Seniority, Skill, Strength, Timezones
from services.rules.criterion import Fit
from services.rules.criterion.facet import FacetFacts
from services.rules.criterion.place import PlaceFacts
from services.rules.criterion.salary import SalaryFacts
from services.rules.criterion.skills import AllFacts, AnyFacts
from services.rules.criterion.timezone import TimezoneFacts
from services.rules.places.towns import town_of
from services.rules.verdict import verdict
from tests.support.judging import a_posting, fit_of, floor, having, paying, reaching, skills


def test_criteria_that_ask_nothing_accept_an_open_posting_without_a_word() -> None:
    found = verdict(Criteria(), a_posting())
    assert (found.outcome, found.reasons) == ("match", ())


def test_a_closed_posting_fits_nobody() -> None:
    assert verdict(Criteria(), a_posting(status="closed")).outcome == "reject"


def test_every_criterion_asked_gives_one_reason_although_others_have_failed() -> None:
    asked = Criteria(
        skills=SkillTerms(all=("Go",), any=("Rust",), none=("PHP",)),
        roles=RoleTerms(any=("nurse",), none=("physician",)),
        text="payments",
        places=("DE",),
        utc_offset=1.0,
        salary_floor=floor(90_000),
        workplace=("remote",),
        seniority=("senior",),
        employment=("contract",),
        visa_sponsorship=True,
        permanent=True,
        languages=("de",),
    )
    found = verdict(asked, having("PHP", status="closed", language="en"))
    assert [reason.criterion for reason in found.reasons] == [
        *("status", "roles.any", "roles.none", "skills.all", "skills.any", "skills.none", "text", "place"),
        *("timezone", "salary"),
        *("workplace", "seniority", "employment", "visa", "permanent", "language"),
    ]
    assert all(reason.facts.as_data() for reason in found.reasons if reason.criterion != "status")


class TestSkills:
    def test_all_needs_each(self) -> None:
        assert fit_of(skills(all=("Go", "Kafka")), having("Go", "Kafka", "SQL"), "skills.all") == "yes"
        assert fit_of(skills(all=("Go", "Kafka")), having("Go"), "skills.all") == "no"

    def test_a_parent_counts_for_any_and_not_for_all_or_none(self) -> None:
        react = having("React")
        assert fit_of(skills(any=("JavaScript",)), react, "skills.any") == "yes"
        assert fit_of(skills(all=("JavaScript",)), react, "skills.all") == "no"
        assert fit_of(skills(none=("JavaScript",)), react, "skills.none") == "yes"

    def test_a_child_does_not_count_for_its_parent_backwards(self) -> None:
        assert fit_of(skills(any=("React",)), having("JavaScript"), "skills.any") == "no"

    def test_none_rejects_on_one(self) -> None:
        assert fit_of(skills(none=("PHP", "Perl")), having("Go", "PHP"), "skills.none") == "no"

    @pytest.mark.parametrize(
        ("strength", "asked_for"),
        [
            *(("title", True), ("required", True), ("wanted", True), (None, True)),
            *(("bonus", False), ("employer", False), ("passing", False)),
        ],
    )
    def test_a_search_is_met_by_what_a_job_asks_for(self, strength: Strength | None, asked_for: bool) -> None:
        posting = a_posting(skills=(Skill(name="React", strength=strength),))
        for criterion, terms in {
            "skills.all": SkillTerms(all=("React",)),
            "skills.any": SkillTerms(any=("JavaScript", "React"), at_least=2),
        }.items():
            lax = terms.model_copy(update={"mentions": True})
            assert fit_of(Criteria(skills=terms), posting, criterion) == ("yes" if asked_for else "no")
            assert fit_of(Criteria(skills=lax), posting, criterion) == "yes"
        assert fit_of(skills(none=("React",)), posting, "skills.none") == "no", "whatever names it is kept out"

    def test_a_reason_names_what_is_met_beside_what_is_missing_and_what_is_core(self) -> None:
        posting = a_posting(skills=(Skill(name="Go", core=True), Skill(name="Kafka")))
        reason = verdict(skills(all=("Go", "Kafka", "Rust")), posting).reasons[0]
        assert reason.facts == AllFacts(asked=("Go", "Kafka", "Rust"), missing=("Rust",), core=("Go",))
        assert verdict(skills(any=("Go", "Rust")), posting).reasons[0].facts.as_data()["core"] == ("Go",)

    def test_a_reason_names_what_implies_what_and_whether_that_is_core(self) -> None:
        facts = verdict(skills(any=("JavaScript",)), having("React")).reasons[0].facts
        assert facts == AnyFacts(("JavaScript",), (), ("JavaScript",), (), 1, by=("React",))
        core = a_posting(skills=(Skill(name="Angular"), Skill(name="React", core=True)))
        assert verdict(skills(any=("JavaScript",)), core).reasons[0].facts.as_data()["by_core"] == ("React",)

    def test_so_many_of_some_are_counted_by_name_and_by_what_implies_them(self) -> None:
        asked = skills(any=("Go", "JavaScript", "Kafka", "Rust"), at_least=2)
        assert fit_of(asked, having("Go", "Kafka"), "skills.any") == "yes"
        assert fit_of(asked, having("Go", "React"), "skills.any") == "yes"
        assert fit_of(asked, having("Go", "SQL"), "skills.any") == "no"

    def test_a_reason_names_those_of_some_that_were_found(self) -> None:
        asked = ("Go", "JavaScript", "Kafka", "Rust")
        facts = verdict(skills(any=asked, at_least=2), having("Kafka", "React")).reasons[0].facts
        assert facts == AnyFacts(asked, ("Kafka",), ("JavaScript",), (), 2, by=("React",))


class TestPlace:
    @pytest.mark.parametrize(
        ("asked", "posting", "fit"),
        [
            (("DE",), reaching("worldwide"), "yes"),
            (("US-CA",), reaching("worldwide"), "yes"),
            (("eu",), reaching("worldwide"), "yes"),
            (("worldwide",), reaching("worldwide"), "yes"),
            (("worldwide",), reaching(countries=("DE",)), "no"),
            (("worldwide",), reaching(groups=("emea",)), "no"),
            (("DE",), reaching(countries=("FR", "DE")), "yes"),
            (("DE",), reaching(countries=("FR",)), "no"),
            (("DE",), reaching(groups=("eu",)), "yes"),
            (("GB",), reaching(groups=("eu",)), "no"),
            (("GB",), reaching(groups=("europe",)), "yes"),
            (("eu",), reaching(countries=("DE",)), "yes"),
            (("eu",), reaching(countries=("GB",)), "no"),
            (("latam",), reaching(groups=("americas",)), "yes"),
            (("US-CA",), reaching(subdivisions=("US-CA",)), "yes"),
            (("US",), reaching(subdivisions=("US-CA",)), "yes"),
            (("US-NY",), reaching(subdivisions=("US-CA",)), "no"),
            (("US-CA",), reaching(countries=("US",)), "yes"),
            (("US-CA",), reaching(groups=("north-america",)), "yes"),
            (("north-america",), reaching(subdivisions=("US-CA",)), "yes"),
            (("CA", "US-NY"), reaching(subdivisions=("US-NY",)), "yes"),
            # A country beside its own subdivision is narrowed to it.
            (("US-NY",), reaching(countries=("US",), subdivisions=("US-CA",)), "no"),
            (("US-NY",), reaching(groups=("north-america",), subdivisions=("US-CA",)), "yes"),
        ],
    )
    def test_reach(self, asked: tuple[str, ...], posting: object, fit: str) -> None:
        assert fit_of(Criteria(places=asked), posting, "place") == fit

    @pytest.mark.parametrize(
        ("asked", "posting", "fit"),
        [
            (("US",), reaching("worldwide", excluded=("US",)), "no"),
            (("US-CA",), reaching("worldwide", excluded=("US",)), "no"),
            (("DE",), reaching("worldwide", excluded=("US",)), "yes"),
            (("US-CA",), reaching("worldwide", excluded=("US-CA",)), "no"),
            # Someone who says only "US" may well live in another state.
            (("US",), reaching("worldwide", excluded=("US-CA",)), "yes"),
            (("DE",), reaching("worldwide", excluded=("eu",)), "no"),
            (("eu",), reaching("worldwide", excluded=("eu",)), "no"),
            (("eu",), reaching("worldwide", excluded=("DE",)), "yes"),
            (("DE",), reaching(groups=("eu",), excluded=("DE",)), "no"),
            (("US-CA",), reaching(countries=("US",), excluded=("US-CA",)), "no"),
            (("US",), reaching(subdivisions=("US-CA",), excluded=("US-CA",)), "no"),
            (("worldwide",), reaching("worldwide", excluded=("US",)), "yes"),
            # Beside a real place, `worldwide` does not bring back what is ruled out there.
            (("worldwide", "US"), reaching("worldwide", excluded=("US",)), "no"),
        ],
    )
    def test_exclusions(self, asked: tuple[str, ...], posting: object, fit: str) -> None:
        assert fit_of(Criteria(places=asked), posting, "place") == fit

    def test_an_unknown_reach_fits_only_who_accepts_it(self) -> None:
        for places in (("DE",), ("worldwide",)):
            assert fit_of(Criteria(places=places), reaching("unknown"), "place") == "no"
            assert fit_of(Criteria(places=places, accept_unknown_place=True), reaching("unknown"), "place") == "yes"

    def test_a_state_takes_in_work_in_its_own_towns_alone(self) -> None:
        labels = ("Boston, US-MA", "Atlanta, US-GA", "Leeds, GB", "Toronto, CA-ON")
        boston, atlanta, leeds, toronto = (town.id for label in labels if (town := town_of(label)))
        seated: dict[str, Any] = {"reach": Reach(scope="listed", countries=("US",)), "workplace": "hybrid"}
        for towns, fit in (((boston,), "no"), ((atlanta,), "yes"), ((boston, atlanta), "yes"), ((), "yes")):
            assert fit_of(Criteria(places=("US-GA",)), a_posting(**seated, towns=towns), "place") == fit
            assert fit_of(Criteria(places=("US",)), a_posting(**seated, towns=towns), "place") == "yes"
        at_home = a_posting(**seated | {"workplace": "remote"}, towns=(boston,))
        assert fit_of(Criteria(places=("US-GA",)), at_home, "place") == "yes"
        # A town outside the reach contradicts it, and a reach that names states itself stays as it is.
        beside = a_posting(**seated, towns=(boston, toronto))
        assert fit_of(Criteria(places=("US-GA",)), beside, "place") == "yes"
        named = Reach(scope="listed", countries=("US",), subdivisions=("US-GA",))
        assert (
            fit_of(Criteria(places=("US-GA",)), a_posting(**seated | {"reach": named}, towns=(boston,)), "place")
            == "yes"
        )
        abroad = a_posting(reach=Reach(scope="listed", countries=("GB",)), workplace="onsite", towns=(leeds,))
        assert fit_of(Criteria(places=("GB-SCT",)), abroad, "place") == "yes"  # the table knows no parts of others

    def test_no_places_is_any_place(self) -> None:
        assert fit_of(Criteria(), reaching("unknown"), "place") is None

    def test_codes_that_are_not_known_allow_nobody(self) -> None:
        assert fit_of(Criteria(places=("DE",)), reaching(countries=("ZZ",), groups=("nowhere",)), "place") == "no"
        assert fit_of(Criteria(places=("nowhere",)), reaching("worldwide"), "place") == "no"

    def test_a_reason_tells_what_is_ruled_out_from_what_is_not_named(self) -> None:
        shut = verdict(Criteria(places=("DE", "FR")), reaching("worldwide", excluded=("DE", "FR"))).reasons[0].facts
        elsewhere = verdict(Criteria(places=("DE",)), reaching(groups=("latam",), countries=("US",))).reasons[0].facts
        assert shut == PlaceFacts(("DE", "FR"), (), "worldwide", (), shut=("DE", "FR"))
        assert elsewhere == PlaceFacts(("DE",), (), "listed", ("latam", "US"))


class TestSalary:
    @pytest.mark.parametrize(
        ("top", "fit"),
        [(100_000, "yes"), (100_001, "yes"), (99_999, "near"), (90_000, "near"), (89_999, "no"), (0, "no")],
    )
    def test_the_top_is_held_against_the_floor_and_ten_per_cent_below_is_near(self, top: int, fit: str) -> None:
        assert fit_of(Criteria(salary_floor=floor(100_000)), paying({"EUR": top}), "salary") == fit

    def test_the_near_bound_is_not_rounded_down(self) -> None:
        # 90 % of 99,999 is 89,999.1.
        assert fit_of(Criteria(salary_floor=floor(99_999)), paying({"EUR": 90_000}), "salary") == "near"
        assert fit_of(Criteria(salary_floor=floor(99_999)), paying({"EUR": 89_999}), "salary") == "no"

    @pytest.mark.parametrize(
        ("amount", "period"), [(104_000, "year"), (50, "hour"), (400, "day"), (2_000, "week"), (8_666, "month")]
    )
    def test_a_floor_is_annualised(self, amount: int, period: str) -> None:
        asked = Criteria(salary_floor=floor(amount, period=period))
        assert fit_of(asked, paying({"EUR": 104_000}), "salary") == "yes"
        assert fit_of(asked, paying({"EUR": 93_000}), "salary") == "no"

    def test_the_floors_currency_decides_which_top_is_looked_at(self) -> None:
        posting = paying({"USD": 120_000, "EUR": 100_000}, currency="USD")
        assert fit_of(Criteria(salary_floor=floor(110_000, "USD")), posting, "salary") == "yes"
        assert fit_of(Criteria(salary_floor=floor(110_000, "EUR")), posting, "salary") == "near"

    @pytest.mark.parametrize(
        "posting",
        [a_posting(), paying({}, period="project", currency="EUR"), paying({"XTS": 5}, currency="XTS")],
        ids=["none", "project", "no rate"],
    )
    def test_undisclosed_pay_fits_who_accepts_it_and_is_near_for_others(self, posting: object) -> None:
        for accept, fit in ((True, "yes"), (False, "near")):
            asked = Criteria(salary_floor=floor(50_000), accept_undisclosed=accept)
            assert fit_of(asked, posting, "salary") == fit

    def test_near_only_where_all_else_fits(self) -> None:
        asked = Criteria(salary_floor=floor(100_000), workplace=("remote",))
        posting = paying({"EUR": 95_000})
        assert verdict(asked, posting.model_copy(update={"workplace": "remote"})).outcome == "near"
        assert verdict(asked, posting).outcome == "reject"

    @pytest.mark.parametrize(("top", "apart"), [(95_000, 18.8), (80_000, 0.0), (76_000, -5.0), (79_970, 0.0)])
    def test_a_reason_says_how_far_apart_pay_and_floor_are(self, top: int, apart: float) -> None:
        facts = _salary(floor(80_000), paying({"EUR": top}, max=top))
        assert (facts.annual_floor, facts.annual_top, facts.apart_percent) == (80_000, top, apart)
        assert (facts.annual_least, facts.rates_on, facts.part_time) == (None, None, False)

    def test_a_reason_holds_pay_as_stated_and_the_least_of_it_in_the_floors_currency(self) -> None:
        pay = {"min": 45, "max": 60, "currency": "USD", "period": "hour", "annual_min": 93_600, "annual_max": 124_800}
        posting = paying({"USD": 124_800, "EUR": 114_400}, rates_on="2026-08-07", **pay)
        facts = _salary(floor(50, period="hour"), posting.model_copy(update={"employment": "part_time"}))
        assert (facts.annual_top, facts.annual_least, facts.rates_on) == (114_400, pytest.approx(85_800), "2026-08-07")
        assert (facts.paid_top, facts.paid_in, facts.paid_per, facts.part_time) == (60, "USD", "hour", True)
        for forms, part_time in ((("contract", "part_time"), True), (("contract", "full_time", "part_time"), False)):
            ends = posting.model_copy(update={"forms": forms, "employment": "contract"})
            assert _salary(floor(50, period="hour"), ends).part_time is part_time

    def test_pay_that_is_stated_in_the_floors_currency_too_is_not_converted(self) -> None:
        posting = paying({"USD": 260_000, "EUR": 120_000}, max=260_000, currency="USD", stated={"EUR": 90_000})
        assert _salary(floor(80_000), posting).rates_on is None

    def test_a_reason_tells_pay_that_is_not_stated_from_pay_that_is_not_of_a_year(self) -> None:
        assert _salary(floor(1), a_posting()) == SalaryFacts(1, "EUR", "year")
        assert _salary(floor(1), paying({}, period="project", currency="EUR")).paid_per == "project"


def _salary(asked: SalaryFloor, posting: PostingCore) -> SalaryFacts:
    facts = verdict(Criteria(salary_floor=asked), posting).reasons[0].facts
    assert isinstance(facts, SalaryFacts)
    return facts


class TestTimezone:
    @pytest.mark.parametrize(
        ("offset", "tolerance", "zones", "fit"),
        [
            (1.0, 0.0, (0.0, 2.0), "yes"),
            (2.0, 0.0, (0.0, 2.0), "yes"),
            (3.0, 0.0, (0.0, 2.0), "no"),
            (3.0, 1.0, (0.0, 2.0), "yes"),
            (3.25, 1.0, (0.0, 2.0), "no"),
            (5.5, 0.0, (5.5, 5.5), "yes"),
            (-8.0, 2.0, (-5.0, -5.0), "no"),
            # Round the clock: +13 and -11 are the same hour of the day.
            (13.0, 0.0, (-11.0, -11.0), "yes"),
            (-11.0, 1.0, (12.0, 12.0), "yes"),
            (-12.0, 0.0, (12.0, 12.0), "yes"),
            (14.0, 0.0, (-10.0, -10.0), "yes"),
            # A range over the date line.
            (12.0, 0.0, (10.0, -10.0), "yes"),
            (0.0, 0.0, (10.0, -10.0), "no"),
        ],
    )
    def test_hours(self, offset: float, tolerance: float, zones: tuple[float, float], fit: str) -> None:
        posting = a_posting(timezones=Timezones(min=zones[0], max=zones[1]))
        assert fit_of(Criteria(utc_offset=offset, tolerance=tolerance), posting, "timezone") == fit

    def test_a_posting_without_time_zones_suits_everybody(self) -> None:
        assert fit_of(Criteria(utc_offset=13.0), a_posting(), "timezone") == "yes"

    def test_a_rejection_says_how_far_beyond_the_tolerance_it_lies(self) -> None:
        posting = a_posting(timezones=Timezones(min=-8.0, max=-5.0))
        facts = verdict(Criteria(utc_offset=1.0, tolerance=3.0), posting).reasons[0].facts
        assert facts == TimezoneFacts(1.0, 3.0, min=-8.0, max=-5.0, apart=6.0, beyond=3.0)


class TestFacets:
    def test_workplace_unknown_is_a_value_to_ask_for(self) -> None:
        assert fit_of(Criteria(workplace=("remote",)), a_posting(), "workplace") == "no"
        assert fit_of(Criteria(workplace=("remote", "unknown")), a_posting(), "workplace") == "yes"

    def test_an_unstated_level_fits_a_search_that_includes_the_middle(self) -> None:
        assert fit_of(Criteria(seniority=("mid", "senior")), a_posting(), "seniority") == "yes"
        assert fit_of(Criteria(seniority=("senior",)), a_posting(), "seniority") == "no"

    @pytest.mark.parametrize(
        ("asked", "value", "steps"),
        [
            (("mid",), "senior", 1),
            (("lead", "senior"), "junior", -2),
            (("senior",), None, -1),
            (("senior",), "manager", None),
            (("executive",), "senior", None),
        ],
    )
    def test_a_level_says_how_far_it_is_from_the_nearest_asked(
        self, asked: tuple[str, ...], value: Seniority | None, steps: int | None
    ) -> None:
        facts = verdict(Criteria.model_validate({"seniority": asked}), a_posting(seniority=value)).reasons[0].facts
        assert facts == FacetFacts(asked, value or "", steps)

    @pytest.mark.parametrize(
        ("forms", "fitting"),
        [
            (("full_time", "part_time"), {"full_time", "part_time"}),
            (("student",), {"internship"}),
            (("apprenticeship", "full_time"), {"internship", "full_time"}),
            (("volunteer",), set()),
            (("temporary", "full_time"), {"temporary", "full_time"}),
        ],
    )
    def test_one_of_several_forms_is_enough_and_learning_counts_as_an_internship(
        self, forms: tuple[Form, ...], fitting: set[str]
    ) -> None:
        posting = a_posting(forms=forms, employment="temporary")
        fits = {
            form
            for form in get_args(Employment)
            if fit_of(Criteria(employment=(form,)), posting, "employment") == "yes"
        }
        assert fits == fitting
        assert verdict(Criteria(workplace=("unknown",)), posting).outcome == "match"

    def test_a_record_from_before_forms_is_read_by_its_one_form(self) -> None:
        assert a_posting(employment="part_time").offered == ("part_time",)

    @pytest.mark.parametrize(
        ("forms", "employment", "fit"),
        [
            ((), None, "yes"),
            (("full_time",), "full_time", "yes"),
            (("full_time", "part_time"), None, "yes"),
            (("contract", "full_time"), None, "yes"),
            (("contract", "full_time"), "contract", "no"),
            (("temporary",), "temporary", "no"),
            (("internship",), "internship", "no"),
            (("freelance",), "freelance", "no"),
            (("student",), "part_time", "no"),
            ((), "contract", "no"),
        ],
    )
    def test_who_asks_for_permanent_work_gets_none_that_says_that_it_ends(
        self, forms: tuple[Form, ...], employment: Employment | None, fit: Fit
    ) -> None:
        posting = a_posting(forms=forms, employment=employment)
        assert fit_of(Criteria(permanent=True), posting, "permanent") == fit
        assert verdict(Criteria(workplace=("unknown",)), posting).outcome == "match"

    def test_unstated_employment_fits_a_search_that_includes_full_time(self) -> None:
        assert fit_of(Criteria(employment=("full_time",)), a_posting(), "employment") == "yes"
        assert fit_of(Criteria(employment=("contract",)), a_posting(), "employment") == "no"

    def test_language(self) -> None:
        assert fit_of(Criteria(languages=("de", "en")), a_posting(language="en"), "language") == "yes"
        assert fit_of(Criteria(languages=("de",)), a_posting(language="en"), "language") == "no"
        assert fit_of(Criteria(languages=("de",)), a_posting(language=None), "language") == "yes"
