"""What is refused of criteria that somebody writes now: what surely was not meant, or could never find anything."""

import pytest

from schemas.codec import decode, encode
from schemas.criteria import Criteria
from services.rules.criteria import CriteriaError, accepted, canonical
from services.rules.money import currencies
from tests.support.judging import floor, skills


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Criteria(text="-internship"), "only excludes"),
        (skills(none=("PHP",)), "only excludes"),
        (Criteria(text="-junior -intern", skills=skills(none=("PHP",)).skills), "only excludes"),
        (Criteria(text='python "front end'), "not closed"),
        (Criteria(text="python \u201cfront end"), "not closed"),
        (Criteria(text='"'), "not closed"),
        (Criteria(text="python OR"), "between two terms"),
        (Criteria(text="OR python"), "between two terms"),
        (Criteria(text="go OR OR rust"), "between two terms"),
        (Criteria(text="go OR -rust"), "between two terms"),
        (Criteria(text="python AND go"), "leave AND out"),
        (Criteria(text="python NOT php"), "write -word"),
        (Criteria(text="python - php"), "right before the word"),
        (Criteria(text='"front end" -front'), "nothing would fit"),
        (Criteria(text='"go team" OR "rust team" -team'), "nothing would fit"),
        (Criteria(salary_floor=floor(50_000, "XXX")), "not a currency code"),
        (Criteria(salary_floor=floor(50_000, "XTS")), "not a currency code"),
        (Criteria(salary_floor=floor(50_000, "XAU")), "not a currency code"),
        (Criteria(salary_floor=floor(50_000, "DEM")), "not a currency code"),
        (Criteria(salary_floor=floor(50, "EUR")), "name the period"),
        (Criteria(salary_floor=floor(700_000_000, "EUR")), "more than any job pays"),
        (Criteria(salary_floor=floor(80_000, "EUR", "hour")), "more than any job pays"),
        (Criteria(text="go", utc_offset=5.3), "quarters of an hour"),
        (Criteria(text="go", tolerance=3.0), "counted from utc_offset"),
        (Criteria(), "asks for nothing"),
    ],
)
def test_what_surely_was_not_meant_is_refused_in_one_sentence_that_says_how_to_mend_it(
    asked: Criteria, says: str
) -> None:
    with pytest.raises(CriteriaError, match=r"^[^\n]+$") as refused:
        accepted(asked)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "asked",
    [
        Criteria(text='python "front end" -php'),
        Criteria(text="go OR rust -intern"),
        Criteria(text='5" screens 7"'),
        Criteria(text="and or not c++ front-end"),
        Criteria(text="-internship", places=("DE",)),
        skills(any=("Go",), none=("PHP",)),
        Criteria(salary_floor=floor(50, "EUR", "hour")),
        Criteria(salary_floor=floor(2_000_000, "INR")),
        Criteria(salary_floor=floor(60_000_000, "KRW")),
        Criteria(salary_floor=floor(50, "KPW")),
        Criteria(text="go", utc_offset=5.75, tolerance=2.0),
        Criteria(languages=("de",)),
    ],
)
def test_what_can_be_meant_is_taken_as_it_always_was(asked: Criteria) -> None:
    assert accepted(asked) == canonical(asked)


@pytest.mark.parametrize("text", ["-internship", "go AND rust", 'go "front end'])
def test_what_an_earlier_release_took_is_still_read(text: str) -> None:
    stored = canonical(Criteria(text=text))
    assert decode(Criteria, encode(stored)) == stored


def test_a_currency_is_what_somebody_may_be_paid_in_today() -> None:
    assert currencies() >= {"EUR", "USD", "INR", "CHF", "JPY", "BRL"}
    assert not currencies() & {"XXX", "XTS", "XAU", "XAG", "XDR", "XBA", "CLF", "UYI", "BOV", "CHE", "USN", "DEM"}
