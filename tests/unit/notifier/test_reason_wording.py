"""Why a job was found, in every language."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Reach, Salary, Skill, Timezones
from services.rules.verdict import verdict
from services.wording.catalogues import words_of
from services.wording.reasons import in_words
from services.wording.words import LANGUAGES
from tests.support.digests import NOON, pay, posting
from tests.support.generate import criteria as generated_criteria
from tests.support.generate import postings as generated_postings

EUROPE = Reach(scope="listed", groups=("eu",))
FLOOR = SalaryFloor(amount=80_000, currency="EUR")
HOURLY = SalaryFloor(amount=20, currency="EUR", period="hour")


def said(criteria: Criteria, job: PostingCore, language: str = "en") -> str:
    """All that fits, or nearly fits."""
    reasons = [one for one in verdict(criteria, job).reasons if one.fit != "no"]
    return "; ".join(in_words(one, job, words_of(language)) for one in reasons)


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
            "pays up to €95,000 a year, above your floor of €80K",
            "zahlt bis zu 95.000\u00a0€ im Jahr, über deinem Minimum von 80.000\u00a0€",
            "paga hasta 95.000\u00a0€ al año, por encima de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 76_000)),
            "pays up to €76,000 a year, 5% below your floor of €80K",
            "zahlt bis zu 76.000\u00a0€ im Jahr, 5\u00a0% unter deinem Minimum von 80.000\u00a0€",
            "paga hasta 76.000\u00a0€ al año, un 5\u00a0% por debajo de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 79_700)),
            "pays up to €79,700 a year, just below your floor of €80K",
            "zahlt bis zu 79.700\u00a0€ im Jahr, knapp unter deinem Minimum von 80.000\u00a0€",
            "paga hasta 79.700\u00a0€ al año, justo por debajo de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=FLOOR),
            posting(salary=pay(None, 46, "USD", "hour")),
            "pays up to about €76,500 a year, 4% below your floor of €80K",
            "zahlt bis zu etwa 76.500\u00a0€ im Jahr, 4\u00a0% unter deinem Minimum von 80.000\u00a0€",
            "paga hasta unos 76.500\u00a0€ al año, un 4\u00a0% por debajo de tu mínimo de 80\u00a0mil\u00a0€",
        ),
        (
            Criteria(salary_floor=HOURLY),
            posting(salary=pay(None, 93_600)),
            "pays up to €45 an hour, above your floor of €20 an hour",
            "zahlt bis zu 45\u00a0€ in der Stunde, über deinem Minimum von 20\u00a0€ in der Stunde",
            "paga hasta 45\u00a0€ por hora, por encima de tu mínimo de 20\u00a0€ por hora",
        ),
        (
            Criteria(salary_floor=HOURLY),
            posting(salary=pay(None, 3_300, "GBP", "month"), employment="part_time"),
            "pays up to about €23.80 an hour if full-time, above your floor of €20 an hour",
            "zahlt bis zu etwa 23,80\u00a0€ in der Stunde bei Vollzeit, über deinem Minimum von 20\u00a0€ "
            "in der Stunde",
            "paga hasta unos 23,80\u00a0€ por hora a jornada completa, por encima de tu mínimo de 20\u00a0€ por hora",
        ),
        (
            Criteria(salary_floor=SalaryFloor(amount=2_000, currency="EUR", period="month")),
            posting(salary=pay(None, 23_000), employment="part_time"),
            "pays up to €1,917 a month for part-time work, 4% below your floor of €2,000 a month",
            "zahlt bis zu 1.917\u00a0€ im Monat für Teilzeitarbeit, 4\u00a0% unter deinem Minimum von "
            "2.000\u00a0€ im Monat",
            "paga hasta 1.917\u00a0€ al mes por trabajo a tiempo parcial, un 4\u00a0% por debajo de tu mínimo de "
            "2.000\u00a0€ al mes",
        ),
        (
            Criteria(salary_floor=HOURLY),
            posting(salary=pay(None, 25, "EUR", "hour"), employment="part_time"),
            "pays up to €25 an hour, above your floor of €20 an hour",
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
POSTINGS = generated_postings(200, 7)
ASKED = st.sampled_from(generated_criteria(400, 7, POSTINGS))


@given(criteria=ASKED, job=JOBS | st.sampled_from(POSTINGS))
def test_whatever_fits_can_be_said_in_every_language(criteria: Criteria, job: PostingCore) -> None:
    for reason in verdict(criteria, job).reasons:
        if reason.fit == "no":
            continue
        texts = {language: in_words(reason, job, words_of(language)) for language in LANGUAGES}
        assert all(texts.values())
        assert len(set(texts.values())) == len(LANGUAGES), texts
        assert not [text for text in texts.values() if re.search(r"[{}]", text)]
