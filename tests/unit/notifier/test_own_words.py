"""What somebody says that they can do, and what they would rather not do, held against a job."""

import pytest

from schemas.criteria import Criteria
from schemas.posting import PostingCore, Skill
from services.notifier.domain.curation.chance.facts import FACTS
from services.notifier.domain.curation.chance.model import chance_of, model
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.wishes import signs_of, wish_of
from services.notifier.domain.weights import Chance
from services.notifier.domain.wording.reason_order import doubt_in_words, telling_against
from services.notifier.domain.wording.score_lines import chance_line
from services.wording.catalogues import words_of
from tests.support.digests import posting, recipient

SUPPORT = Criteria(roles={"any": ["customer-support-representative"]})


def job(title: str = "Customer Support Representative", **changes: object) -> PostingCore:
    roles = ("customer-support-representative",)
    return posting("one", **({"title": title, "roles": roles, "skills": (), "seniority": None} | changes))


def chance(
    of: PostingCore, knows: tuple[str, ...] = (), avoids: tuple[str, ...] = (), search: str = "Support"
) -> Chance:
    signs = signs_of(recipient(knows=knows, avoids=avoids))
    return chance_of(JudgedPosting(SUPPORT, PostingFeatures(of)), wish_of(SUPPORT, search, signs))


ZENDESK = job(description_text="You answer by Zendesk and telephone, in English. Refunds by SAP.")


def test_a_job_that_names_what_somebody_can_do_is_likelier_the_more_of_it_it_names() -> None:
    none, quarter, all_of_it = (
        chance(ZENDESK, knows).value
        for knows in (("payroll", "welding"), ("Zendesk", "a", "b", "c"), ("Zendesk", "SAP"))
    )
    assert none < quarter < all_of_it
    assert quarter == pytest.approx(chance(ZENDESK).value, abs=0.0002), "as for who says nothing"


def test_four_things_that_a_job_names_are_enough_however_many_one_can_do() -> None:
    many = tuple(f"thing{number}" for number in range(9))
    named = ("Zendesk", "telephone", "refunds", "SAP")
    assert chance(ZENDESK, named).value == chance(ZENDESK, (*named, *many)).value


def test_what_one_can_do_is_found_as_a_word_and_in_any_case() -> None:
    assert chance(ZENDESK, ("ZENDESK",)).value > chance(ZENDESK).value > chance(ZENDESK, ("desk",)).value


@pytest.mark.parametrize(
    "about",
    [
        job("Insurance Customer Support Representative"),
        job(skills=(Skill(name="Insurance", strength="required"),)),
        job(description_text="Insurance by day, insurance by night, and more insurance: all of it is insurance."),
    ],
)
def test_a_job_that_is_about_what_somebody_avoids_is_less_likely(about: PostingCore) -> None:
    found = chance(about, avoids=("insurance",))
    least = model().weights[FACTS.index("avoided")]
    assert [round(against.costs, 3) for against in found.against if against.doubt.fact == "avoided"] == [least]
    assert found.value < chance(about).value
    assert "it is about what they would rather not do: insurance" in chance_line(found)


def test_what_is_said_once_costs_a_quarter() -> None:
    once = job(description_text="Our clients are in insurance.")
    costs = [against.costs for against in chance(once, avoids=("insurance",)).against if against.doubt.of]
    assert model().weights[FACTS.index("avoided")] / 4 in [pytest.approx(cost, abs=0.001) for cost in costs]


def test_a_role_that_somebody_avoids_is_known_by_any_of_its_names() -> None:
    carer = job("Representative", roles=("nurse",))
    assert chance(carer, avoids=("Krankenpfleger",)).value < chance(carer).value


def test_what_the_search_itself_says_is_not_held_against_a_job() -> None:
    assert chance(job(), avoids=("customer support",)).value == chance(job()).value
    about = job("Insurance Support")
    assert (
        chance(about, avoids=("insurance",), search="Insurance support").value
        == chance(about, search="Insurance support").value
    )


def test_what_says_nothing_counts_for_nothing() -> None:
    assert chance(ZENDESK, ("...",), ("–",)).value == chance(ZENDESK).value


def test_a_mail_says_what_of_a_job_somebody_would_rather_not_do() -> None:
    about = job("Insurance Customer Support Representative")
    (doubt,) = telling_against(chance(about, avoids=("insurance",)), (), about)
    assert doubt_in_words(doubt, words_of("en")) == "is about insurance, which you would rather not do"
