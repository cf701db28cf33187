"""Why a posting fits or does not, in every language."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from babel.numbers import get_currency_symbol
from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Criteria, Nearby, RoleTerms, SalaryFloor, SkillTerms
from schemas.posting import Hours, PostingCore, Reach, Salary, Skill, Timezones
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.rules.criterion import FACETS as CRITERION_FACETS
from services.rules.criterion import Facts, Reason
from services.rules.criterion.language import LanguageFacts
from services.rules.criterion.near import NearFacts
from services.rules.criterion.place import PlaceFacts
from services.rules.criterion.role import OtherRoleFacts, RoleFacts
from services.rules.criterion.salary import SalaryFacts
from services.rules.criterion.skills import AllFacts, AnyFacts, NoneFacts
from services.rules.criterion.text import TextFacts
from services.rules.criterion.timezone import TimezoneFacts
from services.rules.text import TextQuery
from services.rules.verdict import verdict
from services.wording.amounts import stated_pay
from services.wording.catalogues import words_of
from services.wording.facets import FACETS, wished_in_words
from services.wording.lines import language_in_words
from services.wording.places import place_in_words, town_in_words
from services.wording.reasons import in_words
from services.wording.roles import role_in_words
from services.wording.words import LANGUAGES, Words
from tests.support.blank_words import blank_words, words_beside
from tests.support.digests import NOON, pay, posting
from tests.support.generate import criteria as generated_criteria
from tests.support.generate import postings as generated_postings
from tests.support.judging import a_posting, floor, having, paying, reaching, skills

EUROPE = Reach(scope="listed", groups=("eu",))
FLOOR = SalaryFloor(amount=80_000, currency="EUR")
HOURLY = SalaryFloor(amount=20, currency="EUR", period="hour")


def said(criteria: Criteria, job: PostingCore, language: str = "en") -> str:
    """All that fits, or nearly fits, as mails say it."""
    reasons = [reason for reason in verdict(criteria, job).reasons if reason.fit != "no"]
    return "; ".join(in_words(reason, words_of(language), brief=True) for reason in reasons)


def reason(criteria: Criteria, job: PostingCore, language: str = "en") -> str:
    """The one reason, in full."""
    [only] = verdict(criteria, job).reasons
    return in_words(only, words_of(language))


@pytest.mark.parametrize(
    ("criteria", "job", "english", "german", "spanish"),
    [
        (Criteria(skills=SkillTerms(all=("Python",))), posting(), "asks for Python", "verlangt Python", "pide Python"),
        (
            Criteria(skills=SkillTerms(any=("JavaScript",))),
            posting(skills=(Skill(name="React", core=True),)),
            "asks for React, which implies JavaScript",
            "verlangt React, was JavaScript einschließt",
            "pide React, que implica JavaScript",
        ),
        (
            Criteria(skills=SkillTerms(any=("JavaScript",))),
            posting(skills=(Skill(name="React"),)),
            "mentions React, which implies JavaScript",
            "erwähnt React, was JavaScript einschließt",
            "menciona React, que implica JavaScript",
        ),
        (
            Criteria(skills=SkillTerms(any=("JavaScript",))),
            posting(skills=(Skill(name="Angular"), Skill(name="React", core=True))),
            "asks for React, which implies JavaScript",
            "verlangt React, was JavaScript einschließt",
            "pide React, que implica JavaScript",
        ),
        (
            Criteria(skills=SkillTerms(any=("JavaScript",))),
            posting(skills=(Skill(name="Angular", strength="bonus"), Skill(name="React", strength="wanted"))),
            "would like React, which implies JavaScript",
            "wünscht sich React, was JavaScript einschließt",
            "valora React, que implica JavaScript",
        ),
        (
            Criteria(skills=SkillTerms(all=("Python", "Go", "Rust"), mentions=True)),
            posting(
                skills=(
                    Skill(name="Rust", strength="bonus"),
                    Skill(name="Python", strength="wanted"),
                    Skill(name="Go", strength="title"),
                )
            ),
            "asks for Go, would like Python and mentions Rust",
            "verlangt Go, wünscht sich Python und erwähnt Rust",
            "pide Go, valora Python y menciona Rust",
        ),
        (
            Criteria(skills=SkillTerms(all=("Python", "Go"))),
            posting(skills=(Skill(name="Python"), Skill(name="Go", core=True))),
            "asks for Go and mentions Python",
            "verlangt Go und erwähnt Python",
            "pide Go y menciona Python",
        ),
        (
            Criteria(skills=SkillTerms(any=("Python", "Go", "Rust"))),
            posting(skills=(Skill(name="Python"), Skill(name="Go"))),
            "mentions Python and Go",
            "erwähnt Python und Go",
            "menciona Python y Go",
        ),
        (
            Criteria(text="engineer -internship"),
            posting(title="Engineer"),
            "says “engineer”",
            "enthält „engineer“",
            "menciona «engineer»",
        ),
        (
            Criteria(places=("DE", "PT")),
            posting(reach=EUROPE),
            "hires in the European Union, which fits Germany and Portugal",
            "stellt ein in: Europäische Union; das passt zu: Deutschland und Portugal",
            "contrata en: Unión Europea; eso incluye: Alemania y Portugal",
        ),
        (
            Criteria(places=("PT", "eu")),
            posting(reach=Reach(scope="listed", countries=("PT", "US"))),
            "hires in Portugal",
            "stellt ein in: Portugal",
            "contrata en: Portugal",
        ),
        (
            Criteria(places=("PT",)),
            posting(reach=Reach(scope="listed", groups=("eu", "apac"), countries=("PL", "US"))),
            "hires in the European Union, which fits Portugal",
            "stellt ein in: Europäische Union; das passt zu: Portugal",
            "contrata en: Unión Europea; eso incluye: Portugal",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 95_000)),
            "pays up to €95,000 a year, above your minimum of €80K",
            "zahlt bis zu 95.000\u00a0€ im Jahr, über deinem Minimum von 80.000\u00a0€",
            "paga hasta 95.000\u00a0€ al año, por encima de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 76_000)),
            "pays up to €76,000 a year, 5% below your minimum of €80K",
            "zahlt bis zu 76.000\u00a0€ im Jahr, 5\u00a0% unter deinem Minimum von 80.000\u00a0€",
            "paga hasta 76.000\u00a0€ al año, un 5\u00a0% por debajo de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 79_700)),
            "pays up to €79,700 a year, just below your minimum of €80K",
            "zahlt bis zu 79.700\u00a0€ im Jahr, knapp unter deinem Minimum von 80.000\u00a0€",
            "paga hasta 79.700\u00a0€ al año, justo por debajo de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 46, "USD", "hour")),
            "pays up to about €76,500 a year, 4% below your minimum of €80K",
            "zahlt bis zu etwa 76.500\u00a0€ im Jahr, 4\u00a0% unter deinem Minimum von 80.000\u00a0€",
            "paga hasta unos 76.500\u00a0€ al año, un 4\u00a0% por debajo de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=HOURLY),
            posting(salary=pay(None, 93_600)),
            "pays up to €45 an hour, above your minimum of €20 an hour",
            "zahlt bis zu 45\u00a0€ in der Stunde, über deinem Minimum von 20\u00a0€ in der Stunde",
            "paga hasta 45\u00a0€ por hora, por encima de tu mínimo de 20\u00a0€ por hora",
        ),
        (
            Criteria(salary_floor=HOURLY),
            posting(salary=pay(None, 3_300, "GBP", "month"), employment="part_time"),
            "pays up to about €23.80 an hour if full-time, above your minimum of €20 an hour",
            "zahlt bis zu etwa 23,80\u00a0€ in der Stunde bei Vollzeit, über deinem Minimum von 20\u00a0€ "
            "in der Stunde",
            "paga hasta unos 23,80\u00a0€ por hora a jornada completa, por encima de tu mínimo de 20\u00a0€ por hora",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 45, "EUR", "hour"), forms=("part_time",), hours=Hours(min=20, max=20)),
            "pays up to €93,600 a year if full-time (part-time, 20 hours a week), above your minimum of €80K",
            "zahlt bis zu 93.600\u00a0€ im Jahr bei Vollzeit (Teilzeit, 20 Stunden pro Woche), über deinem "
            "Minimum von 80.000\u00a0€",
            "paga hasta 93.600\u00a0€ al año a jornada completa (tiempo parcial, 20 horas semanales), por "
            "encima de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=SalaryFloor(amount=2_000, currency="EUR", period="month")),
            posting(salary=pay(None, 23_000), forms=("contract",), hours=Hours(min=16, max=20)),
            "pays up to €1,917 a month for part-time work (16 to 20 hours a week), "
            "4% below your minimum of €2,000 a month",
            "zahlt bis zu 1.917\u00a0€ im Monat für Teilzeitarbeit (16 bis 20 Stunden pro Woche), 4\u00a0% unter "
            "deinem Minimum von 2.000\u00a0€ im Monat",
            "paga hasta 1.917\u00a0€ al mes por trabajo a tiempo parcial (de 16 a 20 horas semanales), un 4\u00a0% por "
            "debajo de tu mínimo de 2.000\u00a0€ al mes",
        ),
        (
            Criteria(employment=("part_time",)),
            posting(forms=("full_time", "part_time")),
            "offers full time or part time",
            "bietet Vollzeit oder Teilzeit",
            "ofrece jornada completa o tiempo parcial",
        ),
        (
            Criteria(employment=("internship",)),
            posting(forms=("student",)),
            "is a job for students",
            "ist ein Job für Studierende",
            "es un empleo para estudiantes",
        ),
        (
            Criteria(salary_floor=SalaryFloor(amount=2_000, currency="EUR", period="month")),
            posting(salary=pay(None, 23_000), employment="part_time"),
            "pays up to €1,917 a month for part-time work, 4% below your minimum of €2,000 a month",
            "zahlt bis zu 1.917\u00a0€ im Monat für Teilzeitarbeit, 4\u00a0% unter deinem Minimum von "
            "2.000\u00a0€ im Monat",
            "paga hasta 1.917\u00a0€ al mes por trabajo a tiempo parcial, un 4\u00a0% por debajo de tu mínimo de "
            "2.000\u00a0€ al mes",
        ),
        (
            Criteria(salary_floor=HOURLY),
            posting(salary=pay(None, 25, "EUR", "hour"), employment="part_time"),
            "pays up to €25 an hour, above your minimum of €20 an hour",
            "zahlt bis zu 25\u00a0€ in der Stunde, über deinem Minimum von 20\u00a0€ in der Stunde",
            "paga hasta 25\u00a0€ por hora, por encima de tu mínimo de 20\u00a0€ por hora",
        ),
        (
            Criteria(salary_floor=FLOOR, accept_undisclosed=False),
            posting(),
            "does not say what it pays; you ask for €80K",
            "nennt kein Gehalt; du möchtest 80.000\u00a0€",
            "no dice cuánto paga; pides 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=FLOOR, accept_undisclosed=False),
            posting(salary=pay(1_000, 2_000, "EUR", "project")),
            "pays by the project, which tells nothing of a year; you ask for €80K",
            "zahlt je Projekt, was nichts über ein Jahr sagt; du möchtest 80.000\u00a0€",
            "paga por proyecto, lo que no dice nada de un año; pides 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(utc_offset=1, tolerance=2),
            posting(timezones=Timezones(min=-1, max=0)),
            "wants UTC−1 to UTC+0, within 2 h of your UTC+1",
            "verlangt UTC−1 bis UTC+0, höchstens 2 h von deinem UTC+1 entfernt",
            "pide UTC−1 a UTC+0, a no más de 2 h de tu UTC+1",
        ),
        (
            Criteria(languages=("de",)),
            posting(language="de"),
            "is written in German",
            "ist auf Deutsch verfasst",
            "está escrito en alemán",
        ),
    ],
)
def test_a_reason_is_said_in_the_readers_language(
    criteria: Criteria, job: PostingCore, english: str, german: str, spanish: str
) -> None:
    assert said(criteria, job, "en") == english
    assert said(criteria, job, "de") == german
    assert said(criteria, job, "es") == spanish


@pytest.mark.parametrize(
    ("criteria", "job", "french", "portuguese"),
    [
        (
            Criteria(skills=SkillTerms(all=("Python", "Go", "Rust"), mentions=True)),
            posting(
                skills=(
                    Skill(name="Rust", strength="bonus"),
                    Skill(name="Python", strength="wanted"),
                    Skill(name="Go", strength="title"),
                )
            ),
            "demande Go, souhaite Python et mentionne Rust",
            "pede Go, valoriza Python e menciona Rust",
        ),
        (
            Criteria(places=("DE", "PT")),
            posting(reach=EUROPE),
            "recrute dans\u00a0: Union européenne\u202f; cela comprend\u00a0: Allemagne et Portugal",
            "contrata em: União Europeia; isso inclui: Alemanha e Portugal",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 76_000)),
            "paie jusqu’à 76\u202f000\u00a0€ par an, 5\u00a0% au-dessous de votre minimum de 80\u00a0k\u00a0€",
            "paga até €\u00a076.000 por ano, 5% abaixo do seu mínimo de €\u00a080\u00a0mil",
        ),
        (
            Criteria(roles=RoleTerms(any=("backend-engineer",), neighbours=True)),
            posting(roles=("platform-engineer",)),
            "est un poste d’Ingénieur plateforme, proche de Développeur back-end",
            "é uma vaga de Engenheiro de plataforma, próxima de Desenvolvedor back-end",
        ),
        (
            Criteria(text='"on call"'),
            posting(title="On call"),
            "mentionne «\u00a0on call\u00a0»",
            "menciona “on call”",
        ),
        (Criteria(languages=("en",)), posting(language="en"), "est rédigée en anglais", "está escrita em inglês"),
    ],
)
def test_french_and_portuguese_say_it_as_they_would(
    criteria: Criteria, job: PostingCore, french: str, portuguese: str
) -> None:
    assert [said(criteria, job, locale) for locale in ("fr", "pt_BR")] == [french, portuguese]


JOBS = st.builds(
    posting,
    skills=st.sampled_from([(), (Skill(name="React"),), (Skill(name="Python"), Skill(name="Go"))]),
    salary=st.sampled_from([None, pay(60_000, 95_000), pay(30, 40, "USD", "hour"), pay(9, 9, "EUR", "project"),
                            Salary(period="year"), pay(70_000, 90_000, None)]),
    reach=st.sampled_from([Reach(), EUROPE, Reach(scope="worldwide"), Reach(scope="listed", countries=("US",))]),
    timezones=st.sampled_from([None, Timezones(min=-3, max=3.5), Timezones(min=1, max=1)]),
    workplace=st.sampled_from(["remote", "hybrid", "onsite", "unknown"]),
    seniority=st.sampled_from([None, "senior", "intern", "executive"]),
    employment=st.sampled_from([None, "full_time", "contract"]),
    language=st.sampled_from([None, "en", "ja"]),
    posted_at=st.sampled_from([NOON, NOON - timedelta(days=3)]),
)  # fmt: skip
AUGSBURG = 2954172
MUNICH = Criteria(near=(Nearby(town="Munich, DE", km=40),))
ROLE = Criteria(roles=RoleTerms(any=("backend-engineer",), neighbours=True))
POSTINGS = generated_postings(200, 7)
ASKED = st.sampled_from(generated_criteria(400, 7, POSTINGS))


@given(criteria=ASKED, job=JOBS | st.sampled_from(POSTINGS))
def test_every_reason_can_be_said_in_every_language(criteria: Criteria, job: PostingCore) -> None:
    for given_reason in JudgedPosting(criteria, PostingFeatures(job)).verdict.reasons:
        for brief in (True, False):
            texts = {language: in_words(given_reason, words_of(language), brief=brief) for language in LANGUAGES}
            assert all(texts.values())
            # Portuguese has clauses in common with Spanish: `menciona Python`.
            portuguese, others = texts.pop("pt"), set(texts.values())
            assert len(others) == len(texts), texts
            assert portuguese not in others - {texts["es"]}, texts
            assert not [text for text in (*others, portuguese) if re.search(r"[{}]", text)]


@given(criteria=ASKED, job=JOBS | st.sampled_from(POSTINGS))
def test_every_word_of_a_reason_is_the_catalogues_or_a_name(criteria: Criteria, job: PostingCore) -> None:
    blank = blank_words()
    for given_reason in JudgedPosting(criteria, PostingFeatures(job)).verdict.reasons:
        assert not words_beside(in_words(given_reason, blank), *names_in(given_reason.facts, blank)), given_reason


def test_every_kind_of_facts_has_words_whether_it_fits_or_not() -> None:
    found = {
        (type(reason.facts).__name__, reason.fit)
        for criteria in generated_criteria(400, 7, POSTINGS)
        for job in (*POSTINGS[:40], POSTINGS[0].model_copy(update={"status": "closed"}))
        for reason in verdict(criteria, job).reasons
        if in_words(reason, words_of("de"))
    }
    kinds = {kind.__name__ for kind in Facts.__subclasses__()} - {"_NewFacts"}
    assert {kind for kind, fit in found if fit == "no"} == kinds
    assert {kind for kind, fit in found if fit == "yes"} == kinds - {"ClosedFacts"}


@dataclass(frozen=True, slots=True)
class _NewFacts(Facts):
    """Of a criterion that nobody wrote words for."""


def test_facts_without_words_are_an_error_and_not_an_empty_clause() -> None:
    with pytest.raises(ValueError, match="no words for novelty"):
        in_words(Reason("novelty", "yes", _NewFacts()), words_of("en"))


@pytest.mark.parametrize("facet", FACETS)
def test_every_value_of_a_facet_has_words_said_and_asked(facet: str) -> None:
    [own] = [each for each in CRITERION_FACETS if each.name == facet]
    words = FACETS[facet]
    silent = {""} if own.unmarked else set()
    assert set(words.said) == {*own.values, *own.further, *silent}
    assert set(words.asked) == {*own.values, *own.further} - ({"refused"} if facet == "visa" else set())


@pytest.mark.parametrize(
    ("language", "fits", "misses"),
    [
        ("en", "is 56 km from Munich", "is 56 km from Munich; you ask for at most 40 km"),
        ("de", "ist 56 km von München entfernt", "; du suchst im Umkreis von 40 km"),
        ("es", "está a 56 km de Múnich", "; buscas a 40 km como máximo"),
        ("fr", "se trouve à 56 km de Munich", "\u202f; vous cherchez dans un rayon de 40 km"),
        ("pt", "fica a 56 km de Munique", "; você procura a no máximo 40 km"),
    ],
)
def test_beside_a_card_that_names_the_town_only_how_far_it_is_is_said(language: str, fits: str, misses: str) -> None:
    job, words = a_posting(workplace="onsite", towns=(AUGSBURG,)), words_of(language)
    wide = MUNICH.model_copy(update={"near": (Nearby(town="Munich, DE", km=60),)})
    [near] = (reason for reason in verdict(wide, job).reasons if reason.criterion == "near")
    [beyond] = (reason for reason in verdict(MUNICH, job).reasons if reason.criterion == "near")
    assert in_words(near, words, brief=True) == fits
    assert in_words(beyond, words, brief=True) == (misses if language == "en" else fits + misses)


def test_every_facet_has_words() -> None:
    assert set(FACETS) == {each.name for each in CRITERION_FACETS}


@pytest.mark.parametrize(
    ("criteria", "job", "english", "german", "spanish"),
    [
        (
            MUNICH,
            a_posting(workplace="hybrid", towns=(AUGSBURG,)),
            "is in Augsburg, 56 km from Munich and 16 km beyond your 40 km",
            "ist in Augsburg, 56 km von München und 16 km mehr als deine 40 km",
            "está en Augsburgo, a 56 km de Múnich y 16 km más allá de tus 40 km",
        ),
        (
            MUNICH.model_copy(update={"near": (Nearby(town="Munich, DE", km=60),)}),
            a_posting(workplace="onsite", towns=(AUGSBURG,)),
            "is in Augsburg, 56 km from Munich",
            "ist in Augsburg, 56 km von München",
            "está en Augsburgo, a 56 km de Múnich",
        ),
        (
            MUNICH,
            a_posting(workplace="remote"),
            "is remote, so that no town counts",
            "ist remote, sodass kein Ort zählt",
            "es remoto, de modo que la ciudad no importa",
        ),
        (
            MUNICH,
            a_posting(workplace="onsite"),
            "does not say in which town it is",
            "sagt nicht, in welchem Ort",
            "no dice en qué ciudad es",
        ),
        (
            Criteria(skills=SkillTerms(all=("Python", "Go"))),
            posting(skills=(Skill(name="Go", strength="title"), Skill(name="Python", strength="bonus"))),
            "only mentions Python, but asks for Go",
            "erwähnt nur Python, verlangt aber Go",
            "solo menciona Python, pero pide Go",
        ),
        (
            Criteria(skills=SkillTerms(any=("JavaScript",))),
            posting(skills=(Skill(name="React", strength="passing"),)),
            "only mentions JavaScript",
            "erwähnt nur JavaScript",
            "solo menciona JavaScript",
        ),
        (
            ROLE,
            a_posting(roles=("backend-engineer",)),
            "is a Backend Engineer job",
            "ist eine Stelle als Backend-Entwickler",
            "es un puesto de Desarrollador backend",
        ),
        (
            ROLE,
            a_posting(roles=("full-stack-engineer",)),
            "is a Full-stack Engineer job, close to Backend Engineer",
            "ist eine Stelle als Full-Stack-Entwickler, ähnlich wie Backend-Entwickler",
            "es un puesto de Desarrollador full stack, parecido a Desarrollador backend",
        ),
        (
            ROLE,
            a_posting(roles=("nurse",)),
            "is a Nurse job; you ask for Backend Engineer",
            "ist eine Stelle als Pflegefachkraft; du suchst Backend-Entwickler",
            "es un puesto de Enfermero; buscas Desarrollador backend",
        ),
        (
            ROLE,
            a_posting(),
            "does not say what job it is; you ask for Backend Engineer",
            "sagt nicht, um welchen Beruf es geht; du suchst Backend-Entwickler",
            "no dice de qué puesto se trata; buscas Desarrollador backend",
        ),
        (
            Criteria(roles=RoleTerms(none=("nurse",))),
            a_posting(roles=("nurse",)),
            "is a Nurse job, which you exclude",
            "ist eine Stelle als Pflegefachkraft, was du ausschließt",
            "es un puesto de Enfermero, que excluyes",
        ),
        (
            skills(all=("Go", "Kafka", "Rust")),
            a_posting(skills=(Skill(name="Go", core=True), Skill(name="Kafka"))),
            "does not ask for Rust, but for Go and Kafka",
            "verlangt nicht Rust, aber Go und Kafka",
            "no pide Rust, pero sí Go y Kafka",
        ),
        (skills(any=("Go",)), having("PHP"), "does not ask for Go", "verlangt nicht Go", "no pide Go"),
        (
            skills(any=("Go", "Rust")),
            having("PHP"),
            "asks for neither Go nor Rust",
            "verlangt weder Go noch Rust",
            "no pide ni Go ni Rust",
        ),
        (
            skills(any=("Go", "Kafka", "Rust")),
            having("PHP"),
            "asks for none of Go, Kafka and Rust",
            "verlangt nichts von Go, Kafka und Rust",
            "no pide ninguna de Go, Kafka y Rust",
        ),
        (
            skills(any=("Go", "JavaScript", "Kafka", "Rust"), at_least=2),
            having("Kafka"),
            "asks for only 1 of your 4 skills, Kafka; you want 2",
            "verlangt nur 1 deiner 4 Fähigkeiten, Kafka; du möchtest 2",
            "pide solo 1 de tus 4 habilidades, Kafka; quieres 2",
        ),
        (
            skills(none=("PHP", "Perl")),
            having("PHP", "Perl"),
            "asks for PHP and Perl, which you exclude",
            "verlangt PHP und Perl, was du ausschließt",
            "pide PHP y Perl, que excluyes",
        ),
        (
            Criteria(text='payments "on call"'),
            a_posting(title="Payments"),
            "does not say “on call”",
            "enthält nicht „on call“",
            "no menciona «on call»",
        ),
        (
            Criteria(text="engineer -payments"),
            a_posting(title="Payments engineer"),
            "says “payments”, which you exclude",
            "enthält „payments“, was du ausschließt",
            "menciona «payments», que excluyes",
        ),
        (
            Criteria(places=("DE",)),
            reaching("unknown"),
            "does not say where one may work from",
            "sagt nicht, von wo man arbeiten kann",
            "no dice desde dónde se puede trabajar",
        ),
        (
            Criteria(places=("DE",)),
            reaching("worldwide", excluded=("DE",)),
            "rules out Germany",
            "schließt aus: Deutschland",
            "excluye: Alemania",
        ),
        (
            Criteria(places=("DE", "FR")),
            reaching(countries=("US",)),
            "hires only in the United States, not in Germany or France",
            "stellt nur ein in: Vereinigte Staaten; nicht in: Deutschland oder Frankreich",
            "contrata solo en: Estados Unidos; no en: Alemania o Francia",
        ),
        (
            Criteria(places=("worldwide",)),
            reaching(countries=("DE",)),
            "hires only in Germany, not worldwide",
            "stellt nur ein in: Deutschland; nicht weltweit",
            "contrata solo en: Alemania; no en todo el mundo",
        ),
        (
            Criteria(places=("DE",)),
            reaching(),
            "hires only in places that it does not name, not in Germany",
            "stellt nur ein in: nicht genannte Orte; nicht in: Deutschland",
            "contrata solo en: lugares que no nombra; no en: Alemania",
        ),
        (
            Criteria(utc_offset=1.0),
            a_posting(timezones=Timezones(min=-8, max=-5)),
            "wants UTC−8 to UTC−5, 6 h from your UTC+1",
            "verlangt UTC−8 bis UTC−5, 6 h von deinem UTC+1 entfernt",
            "pide UTC−8 a UTC−5, a 6 h de tu UTC+1",
        ),
        (
            Criteria(utc_offset=1.5, tolerance=3.0),
            a_posting(timezones=Timezones(min=-8, max=-5)),
            "wants UTC−8 to UTC−5, 6.5 h from your UTC+1:30 and 3.5 h beyond your tolerance",
            "verlangt UTC−8 bis UTC−5, 6,5 h von deinem UTC+1:30 entfernt und 3,5 h jenseits deiner Toleranz",
            "pide UTC−8 a UTC−5, a 6,5 h de tu UTC+1:30 y 3,5 h más allá de tu tolerancia",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 48_000)),
            "pays up to €48,000 a year, 40% below your minimum of €80,000 a year",
            "zahlt bis zu 48.000\u00a0€ im Jahr, 40\u00a0% unter deinem Minimum von 80.000\u00a0€ im Jahr",
            "paga hasta 48.000\u00a0€ al año, un 40\u00a0% por debajo de tu mínimo de 80.000\u00a0€ al año",
        ),
        (
            Criteria(workplace=("remote", "unknown")),
            a_posting(workplace="onsite"),
            "is on site; you ask for remote or unstated",
            "ist vor Ort; du suchst remote oder ohne Angabe",
            "es presencial; buscas en remoto o sin indicar",
        ),
        (
            Criteria(seniority=("lead", "senior")),
            a_posting(seniority="junior"),
            "is at junior level, 2 steps below; you ask for lead or senior",
            "ist eine Junior-Stelle, 2 Stufen darunter; du suchst Lead oder Senior",
            "es de nivel júnior, 2 niveles por debajo; buscas líder o sénior",
        ),
        (
            Criteria(seniority=("mid",)),
            a_posting(seniority="senior"),
            "is at senior level, 1 step above; you ask for mid",
            "ist eine Senior-Stelle, 1 Stufe darüber; du suchst mittlere Stufe",
            "es de nivel sénior, 1 nivel por encima; buscas nivel medio",
        ),
        (
            Criteria(seniority=("senior",)),
            a_posting(seniority="manager"),
            "is at manager level; you ask for senior",
            "ist eine Leitungsstelle; du suchst Senior",
            "es de nivel de jefatura; buscas sénior",
        ),
        (
            Criteria(employment=("contract",)),
            a_posting(),
            "does not say how one is employed, and so may be full-time; you ask for contract",
            "nennt keine Anstellungsart, also vielleicht Vollzeit; du suchst befristeter Vertrag",
            "no dice el tipo de jornada, así que puede ser completa; buscas por contrato",
        ),
        (
            Criteria(visa_sponsorship=True, accept_unknown_visa=False),
            a_posting(visa="refused"),
            "sponsors no visa; you ask for a sponsored visa",
            "hilft nicht beim Visum; du suchst Hilfe beim Visum",
            "no patrocina visados; buscas visado patrocinado",
        ),
        (
            Criteria(languages=("en",)),
            a_posting(language="de"),
            "is written in German; you ask for English",
            "ist auf Deutsch verfasst; du suchst Englisch",
            "está escrito en alemán; buscas inglés",
        ),
        (Criteria(), a_posting(status="closed"), "is closed", "ist geschlossen", "está cerrado"),
    ],
)
def test_what_does_not_fit_is_said_in_every_language(
    criteria: Criteria, job: PostingCore, english: str, german: str, spanish: str
) -> None:
    assert reason(criteria, job, "en") == english
    assert reason(criteria, job, "de") == german
    assert reason(criteria, job, "es") == spanish


@pytest.mark.parametrize(
    ("criteria", "job", "english", "german", "spanish"),
    [
        (
            Criteria(seniority=("lead",)),
            a_posting(seniority="staff"),
            "is at staff level; you ask for lead",
            "ist eine Staff-Stelle; du suchst Lead",
            "es de nivel staff; buscas líder",
        ),
        (
            Criteria(roles=RoleTerms(any=("backend-engineer",))),
            a_posting(roles=("full-stack-engineer",)),
            "is a Full-stack Engineer job, close to Backend Engineer",
            "ist eine Stelle als Full-Stack-Entwickler, ähnlich wie Backend-Entwickler",
            "es un puesto de Desarrollador full stack, parecido a Desarrollador backend",
        ),
        (
            Criteria(utc_offset=1.0, tolerance=2.0),
            a_posting(timezones=Timezones(min=4, max=8)),
            "wants UTC+4 to UTC+8, 3 h from your UTC+1 and 1 h beyond your tolerance",
            "verlangt UTC+4 bis UTC+8, 3 h von deinem UTC+1 entfernt und 1 h jenseits deiner Toleranz",
            "pide UTC+4 a UTC+8, a 3 h de tu UTC+1 y 1 h más allá de tu tolerancia",
        ),
        (
            skills(all=("Go", "Python")),
            having("Python"),
            "does not ask for Go, but for Python",
            "verlangt nicht Go, aber Python",
            "no pide Go, pero sí Python",
        ),
        (
            skills(any=("Go", "Rust")),
            a_posting(skills=(Skill(name="Go", strength="bonus"),)),
            "only mentions Go",
            "erwähnt nur Go",
            "solo menciona Go",
        ),
    ],
)
def test_what_is_off_in_a_near_miss_is_said_in_every_language(
    criteria: Criteria, job: PostingCore, english: str, german: str, spanish: str
) -> None:
    found = JudgedPosting(criteria, PostingFeatures(job)).verdict
    [off] = (reason for reason in found.reasons if reason.fit == "near")
    assert [in_words(off, words_of(language)) for language in ("en", "de", "es")] == [english, german, spanish]


def part_time(tops: dict[str, int], **changes: object) -> PostingCore:
    return paying(tops, **changes).model_copy(update={"employment": "part_time"})


@pytest.mark.parametrize(
    ("asked", "job", "text"),
    [
        (floor(80_000), paying({"EUR": 95_000}), "pays up to €95,000 a year, 19% above your minimum of €80,000 a year"),
        (floor(95_000), paying({"EUR": 95_000}), "pays up to €95,000 a year, which is your minimum"),
        (
            floor(100_000),
            paying({"EUR": 95_000}),
            "pays up to €95,000 a year, 5% below your minimum of €100,000 a year",
        ),
        (
            floor(100_000),
            paying({"EUR": 99_700}),
            "pays up to €99,700 a year, just below your minimum of €100,000 a year",
        ),
        (floor(10_000), paying({"EUR": 60_000}), "pays up to €60,000 a year, 6 times your minimum of €10,000 a year"),
        (
            floor(50, period="hour"),
            paying({"USD": 124_800, "EUR": 114_000}, max=60, currency="USD", period="hour"),
            "pays up to about €54.80 an hour, 10% above your minimum of €50 an hour",
        ),
        (
            floor(80_000),
            paying({"USD": 260_000, "EUR": 120_000}, max=260_000, currency="USD", stated={"EUR": 90_000}),
            "pays up to €120,000 a year, 50% above your minimum of €80,000 a year",
        ),
        (
            floor(20, period="hour"),
            part_time({"GBP": 7_200, "EUR": 8_320}, max=600, currency="GBP", period="month"),
            "pays up to about €4 an hour if full-time, 80% below your minimum of €20 an hour",
        ),
        (
            floor(50_000),
            part_time({"EUR": 62_400}, max=30, period="hour"),
            "pays up to €62,400 a year if full-time, 25% above your minimum of €50,000 a year",
        ),
        (
            floor(2_000, period="month"),
            part_time({"EUR": 18_000}, max=18_000),
            "pays up to €1,500 a month for part-time work, 25% below your minimum of €2,000 a month",
        ),
        (floor(1), a_posting(), "does not say what it pays, which you accept"),
        (
            floor(1),
            paying({}, period="project", currency="EUR"),
            "pays by the project, which tells nothing of a year; you accept that",
        ),
        (
            floor(1, "USD"),
            paying({"XTS": 1}),
            "states pay that cannot be turned into USD; you accept that",
        ),
    ],
)
def test_pay_is_said_in_full_with_how_far_it_lies_from_the_floor(
    asked: SalaryFloor, job: PostingCore, text: str
) -> None:
    assert reason(Criteria(salary_floor=asked), job) == text


def test_a_mail_says_a_floor_in_few_characters_and_never_rounds_it_to_another() -> None:
    odd = SalaryFloor(amount=79_600, currency="EUR")
    assert said(Criteria(salary_floor=FLOOR), posting(salary=pay(None, 95_000))).endswith("above your minimum of €80K")
    assert said(Criteria(salary_floor=odd), posting(salary=pay(None, 79_700))).endswith("above your minimum of €79,600")


def names_in(facts: Facts, words: Words) -> list[str]:
    """The names that a reason may hold beside words: of skills, places and languages, and what somebody wrote."""
    given = [value for values in facts.as_data().values() if isinstance(values, tuple) for value in values]
    match facts:
        case PlaceFacts():
            return [place_in_words(code, words) for code in given]
        case NearFacts():
            return [town_in_words(label, words) for label in (facts.town, facts.centre) if label] + ["km"]
        case RoleFacts():
            return [role_in_words(role, words) for role in given]
        case OtherRoleFacts():
            return [role_in_words(role, words) for role in (*given, facts.deciding) if role]
        case LanguageFacts():
            return [language_in_words(code, words) for code in (*given, facts.value)]
        case TextFacts():
            return [*given, *TextQuery.parse(facts.asked).excluded]
        case SalaryFacts():
            return [facts.currency, get_currency_symbol(facts.currency, words.locale)]
        case TimezoneFacts():
            return ["UTC"]
        case AllFacts() | AnyFacts() | NoneFacts():
            return given
        case _:
            return []


def test_pay_that_the_board_estimates_is_held_against_the_floor_and_called_an_estimate() -> None:
    guess = pay(None, 95_000).model_copy(update={"estimated": True})
    text = said(Criteria(salary_floor=FLOOR), posting(salary=guess))
    assert text == f"{said(Criteria(salary_floor=FLOOR), posting(salary=pay(None, 95_000)))}, as the board estimates"
    assert stated_pay(guess, words_of("en")).endswith(" a year, estimated by the board")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "any but internship"),
        ("de", "alles außer Praktikum"),
        ("es", "todo menos prácticas"),
        ("fr", "tout sauf stage"),
        ("pt", "tudo menos estágio"),
    ],
)
def test_all_forms_but_one_are_said_by_that_one(language: str, said: str) -> None:
    others = [form for form in FACETS["employment"].asked if form != "internship"]
    assert wished_in_words("employment", others, words_of(language)) == said
