"""Telling that two postings are the same job."""

import pytest

from schemas.posting import Cluster, Reach
from services.rules.seat import Seat
from services.rules.signature import (
    LEAST_WORDS,
    PERMUTATIONS,
    candidates_key,
    cluster_key,
    fold_company,
    likeness,
    same_job,
    signature_of,
)

TEXT = " ".join(f"word{number}" for number in range(300))
HALF = " ".join(f"word{number}" for number in range(150)) + " " + " ".join(f"other{number}" for number in range(150))
OTHER = " ".join(f"other{number}" for number in range(300))


def test_a_signature_is_fixed_for_ever() -> None:
    assert signature_of(TEXT) == signature_of(TEXT.upper())
    assert len(signature_of(TEXT)) == PERMUTATIONS * 4
    # Stored signatures must stay comparable: a change here needs a replay of all postings.
    assert signature_of(TEXT)[:16] == "c62d67e8316f6b42"


def test_likeness_estimates_how_much_two_texts_share() -> None:
    assert likeness(signature_of(TEXT), signature_of(TEXT + "!")) == 1.0
    assert likeness(signature_of(TEXT), signature_of(OTHER)) < 0.1
    assert likeness(signature_of(TEXT), signature_of(HALF)) == pytest.approx(1 / 3, abs=0.2)


def test_a_short_text_has_no_signature_and_nothing_is_like_it() -> None:
    short = " ".join(["apply"] * (LEAST_WORDS - 1))
    assert signature_of(short) == ""
    assert likeness("", "") == 0.0
    assert likeness("zz", signature_of(TEXT)) == 0.0


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
        ("Acme, Inc.", "acme"),
        ("Acme S.A.", "acme"),
        ("ACME sp. z o.o.", "acme"),
        ("Acme Technologies Pvt. Ltd.", "acme technologies"),
        ("Limited", "limited"),
        ("Co", "co"),
        ("***", "***"),
        ("株式会社テスト", "株 式 会 社 テ ス ト"),
    ],
)
def test_companies_are_folded_without_their_legal_form(name: str, folded: str) -> None:
    assert fold_company(name) == folded


def test_the_key_tells_reach_apart_but_not_its_order() -> None:
    first = cluster_key("Acme", "Engineer", Reach(scope="listed", countries=("DE", "FR")))
    assert first == cluster_key("ACME Inc", "engineer (m/w/d)", Reach(scope="listed", countries=("FR", "DE")))
    assert first != cluster_key("Acme", "Engineer", Reach(scope="listed", countries=("DE",)))
    assert first != cluster_key("Acme", "Engineer", Reach(scope="listed", groups=("DE", "FR")))


def _cluster(key: str, text: str) -> Cluster:
    return Cluster(key=key, signature=signature_of(text))


def test_equal_keys_with_texts_alike_are_one_job_and_with_texts_apart_are_two() -> None:
    reworded = " ".join(TEXT.split()[:250]) + " " + " ".join(OTHER.split()[:30])
    assert same_job(_cluster("k", TEXT), _cluster("k", reworded))
    assert not same_job(_cluster("k", TEXT), _cluster("k", OTHER))


def test_equal_keys_are_one_job_where_a_text_is_too_short_to_tell() -> None:
    assert same_job(_cluster("k", TEXT), _cluster("k", "See our website"))
    assert not same_job(_cluster("k", "See our website"), _cluster("j", "See our website"))


def _posted(company: str, title: str, text: str, *countries: str) -> Cluster:
    reach = Reach(scope="listed", countries=countries)
    return Cluster(key=cluster_key(company, title, reach), signature=signature_of(text))


def test_nearly_equal_texts_under_one_title_are_one_job_whoever_posts_it_wherever() -> None:
    first = _posted("Acme", "Go Engineer (m/f/d)", TEXT, "DE")
    assert same_job(first, _posted("Agency", "Go engineer - Remote", TEXT + " apply now", "FR"))
    assert not same_job(first, _posted("Agency", "Go Engineer", HALF, "DE"))


def test_one_text_over_different_jobs_of_a_company_does_not_make_them_one() -> None:
    first = _posted("Acme", "Customer Support with Greek", TEXT, "DE")
    assert not same_job(first, _posted("Acme", "Customer Support with Czech", TEXT, "DE"))


REMOTE = Seat(remote=True)
BERLIN, PORTO = (Seat(towns=frozenset({town})) for town in ("be01", "0a11"))


def _seated(seat: Seat, text: str, *, company: str = "Acme", language: str = "en", country: str = "DE") -> Cluster:
    reach = Reach(scope="listed", countries=(country,))
    return Cluster(key=cluster_key(company, "Nurse", reach, seat, language), signature=signature_of(text))


def test_one_text_at_two_hospitals_is_two_jobs() -> None:
    assert not same_job(_seated(BERLIN, TEXT), _seated(PORTO, TEXT))
    assert not same_job(_seated(BERLIN, TEXT), _seated(REMOTE, TEXT))
    assert same_job(_seated(BERLIN, TEXT), _seated(BERLIN, TEXT))
    assert same_job(_seated(BERLIN, TEXT), _seated(Seat(), TEXT))


def test_remote_copies_of_one_vacancy_may_say_something_else_of_each_country() -> None:
    with_benefits = " ".join(TEXT.split()[:280]) + " " + " ".join(OTHER.split()[:20])
    assert same_job(_seated(REMOTE, TEXT), _seated(REMOTE, with_benefits, country="FR"))
    assert not same_job(_seated(REMOTE, TEXT), _seated(REMOTE, HALF, country="FR"))


def test_agencies_reword_what_is_one_job_in_one_town() -> None:
    reworded = " ".join(TEXT.split()[:250]) + " " + " ".join(OTHER.split()[:30])
    assert same_job(_seated(BERLIN, TEXT), _seated(BERLIN, reworded, company="Agency"))
    assert not same_job(_seated(Seat(), TEXT), _seated(Seat(), reworded, company="Agency"))


def test_one_advertisement_in_two_languages_is_one_job_of_one_company_in_one_town() -> None:
    assert same_job(_seated(BERLIN, TEXT), _seated(BERLIN, OTHER, language="de"))
    assert not same_job(_seated(BERLIN, TEXT), _seated(BERLIN, OTHER))
    assert not same_job(_seated(BERLIN, TEXT), _seated(BERLIN, OTHER, language="de", company="Agency"))


def test_keys_without_seat_and_language_are_compared_by_what_they_tell() -> None:
    new = _seated(BERLIN, TEXT)
    old = Cluster(key="-".join(new.key.split("-")[:3]), signature=new.signature)
    assert same_job(old, new)
    assert candidates_key(old.key) == candidates_key(new.key)


def test_keys_of_another_make_leave_it_to_the_texts() -> None:
    assert same_job(_cluster("k", TEXT), _cluster("agency", TEXT + " apply now"))
    assert not same_job(_cluster("k", TEXT), _cluster("agency", HALF))
