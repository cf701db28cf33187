"""Words of a title of which somebody may say by one press that they would rather not do it."""

from dataclasses import replace

import pytest

from schemas.criteria import Criteria
from schemas.posting import Company, PostingCore
from services.notifier.domain.curation.chance.avoidable import avoidable
from services.notifier.domain.curation.chance.own_words import avoided
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Wish, signs_of, wish_of
from services.notifier.domain.model import Ask
from tests.support.digests import posting, recipient

SUPPORT = Criteria(roles={"any": ["customer-support-representative"]})


def job(title: str, *roles: str) -> PostingCore:
    return posting("one", title=title, roles=roles, skills=(), seniority=None)


def wishes(*searches: Criteria, knows: tuple[str, ...] = (), avoids: tuple[str, ...] = ()) -> list[Wish]:
    asks = tuple(Ask(f"Search {at}", criteria) for at, criteria in enumerate(searches))
    signs = signs_of(recipient(knows=knows, avoids=avoids, asks=asks))
    return [wish_of(ask.criteria, ask.name, signs) for ask in asks]


def offered(of: PostingCore, *searches: Criteria, knows: tuple[str, ...] = (), avoids: tuple[str, ...] = ()) -> str:
    return " ".join(avoidable(wishes(*(searches or (SUPPORT,)), knows=knows, avoids=avoids), PostingFeatures(of)))


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Customer Support Specialist - Insurance (Medicare)", "Insurance Medicare"),
        ("Senior Sachbearbeiter:in Versicherung (m/w/d), Berlin", "Versicherung"),
        ("Técnico de Seguros, tiempo completo", "Seguros"),
        ("Analista de crédito júnior", "crédito"),
        ("Chargé de clientèle épargne, temps plein", "épargne"),
        ("Gestor de apólices", "apólices"),
        # No half of a compound says it alone; what hyphens join to a word of any work does.
        ("Außendienstmitarbeiter", "Außendienstmitarbeiter"),
        ("PHP-Entwickler", "PHP"),
        ("E-Commerce Support", "E-Commerce"),
        ("Casino, casino and the Casino", "Casino"),
        ("Bees, cats, dogs, eels", "Bees cats dogs"),
        ("Part-Time Customer Support (Remote)", ""),
        ("Senior Manager II", ""),
        ("保険 営業", ""),
        ("Digital People Platform Support, Crypto", "Crypto"),
        ("Global Technical Support, Finance", "Finance"),
        ("Soporte técnico de Seguros", "Seguros"),
        ("x" * 61, ""),
        ("", ""),
    ],
)
def test_a_title_offers_what_it_is_about_as_it_spells_it(title: str, words: str) -> None:
    assert offered(job(title or "-", "customer-support-representative")) == words


def test_whatever_is_offered_is_held_against_the_job_wholly() -> None:
    for title in ("Außendienst für Versicherungsmakler", "AWS/GCP DevOps Engineer (C++)", "E-Commerce Élevage"):
        ready, [wish] = PostingFeatures(job(title)), wishes(SUPPORT)
        found = avoidable([wish], ready)
        assert found
        for words in found:
            assert avoided(replace(wish, avoids=(words,)), ready) == (1.0, (words,))


def test_what_somebody_can_do_or_avoids_already_is_not_offered() -> None:
    about = job("Support, Insurance and Crypto")
    assert offered(about) == "Insurance Crypto"
    assert offered(about, knows=("insurance claims",)) == "Crypto"
    assert offered(about, avoids=("CRYPTO",)) == "Insurance"


def test_a_role_or_skill_that_any_search_asks_for_is_not_offered_under_another_name() -> None:
    nurse, cluster = job("Krankenschwester, k8s"), Criteria(skills={"any": ["Kubernetes"]})
    assert offered(nurse) == "Krankenschwester k8s"
    assert offered(nurse, SUPPORT, cluster) == "Krankenschwester"
    assert offered(nurse, Criteria(roles={"any": ["registered-nurse"]}), cluster) == ""


def test_a_company_is_no_work() -> None:
    named = job("Support at Oakhurst Insurance").model_copy(update={"company": Company(name="Oakhurst")})
    assert offered(named) == "Insurance"


def test_a_part_of_what_the_job_is_called_says_nothing_alone() -> None:
    assert offered(job("Site Engineer, Payments", "site-reliability-engineer")) == "Payments"


def test_who_searches_for_nothing_is_offered_nothing() -> None:
    assert avoidable([], PostingFeatures(job("Insurance"))) == ()
