"""Verdicts at the command line."""

import json
import re
from pathlib import Path

import pytest
from babel.numbers import get_currency_symbol

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Company, Evidence, PostingCore, Reach, Salary, Skill, Timezones
from services.matcher.explain import explain_json, explain_text, explained, pair_json
from services.rules.verdict import verdict
from services.wording.catalogues import words_of
from services.wording.reasons import in_words, verdict_in_words
from services.wording.words import LANGUAGES
from tests.support.blank_words import blank_words, words_beside
from tests.support.generate import criteria as generated_criteria
from tests.support.generate import postings as generated_postings
from tests.support.judging import a_posting, floor, having, paying, reaching, skills

ASKED = Criteria(salary_floor=floor(100_000), workplace=("remote",))
POSTING = paying({"EUR": 95_000}).model_copy(
    update={
        "workplace": "remote",
        "title": "Bad\x1b[31m\ntitle",
        "company": Company(name="Acme"),
        "url": "https://acme.example/1",
    }
)
FOUND = verdict(ASKED, POSTING)
GENERATED = generated_postings(60, 5)
PAIRS = [
    (asked, GENERATED[(number * 7 + other) % len(GENERATED)])
    for number, asked in enumerate(generated_criteria(150, 5, GENERATED))
    for other in range(4)
]


def _evidence(*pairs: tuple[str, str]) -> tuple[Evidence, ...]:
    return tuple(Evidence.model_validate({"from": source, "text": text}) for source, text in pairs)


PROOF = {
    "workplace": _evidence(("title", "Remote engineer")),
    "reach": _evidence(("location", "Berlin")),
    "skills": _evidence(("text", "Python and Go")),
}


def _details(criteria: Criteria, posting: PostingCore, **proof: tuple[Evidence, ...]) -> dict[str, tuple[str, ...]]:
    shown = explained(posting, verdict(criteria, posting), words_of("en"), proof)
    return {line.criterion: line.more for line in shown.lines}


def _groups(criteria: Criteria, posting: PostingCore) -> list[str]:
    """What stands behind each label of the details on skills; no label stands twice."""
    labelled = [line.rsplit(": ", 1) for line in _details(criteria, posting)["skills.any"]]
    assert len({label for label, _ in labelled}) == len(labelled)
    return [names for _, names in labelled]


def test_the_text_names_the_posting_the_verdict_and_each_reason() -> None:
    pay, workplace = (in_words(reason, words_of("en")) for reason in FOUND.reasons)
    assert explain_text(POSTING, FOUND).splitlines() == [
        "Bad [31m title, Acme (https://acme.example/1)",
        f"{verdict_in_words(FOUND, words_of('en'))}:",
        f"  ~ salary     {pay}",
        f"  + workplace  {workplace}",
    ]


def test_a_rejection_counts_its_faults_and_begins_with_them() -> None:
    asked = Criteria(workplace=("remote",), seniority=("senior",), languages=("en",))
    posting = a_posting(language="en", seniority="senior", workplace="onsite")
    shown = explained(posting, verdict(asked, posting), words_of("en"))
    assert re.findall(r"\d+", shown.said) == ["1", "3"]
    assert [line.criterion for line in shown.lines] == ["workplace", "seniority", "language"]


def test_a_verdict_without_reasons_says_so() -> None:
    assert "nothing was asked for" in explain_text(POSTING, verdict(Criteria(), POSTING))


def test_skills_are_told_by_core_mention_and_lack_and_what_else_is_core() -> None:
    posting = a_posting(
        skills=(Skill(name="Go", core=True), Skill(name="Kafka"), Skill(name="Terraform", core=True)),
    )
    assert _groups(skills(any=("Go", "Kafka", "Rust")), posting) == ["Go", "Kafka", "Rust", "Terraform"]
    [nothing] = _details(skills(all=("Rust",)), a_posting())["skills.all"]
    assert "Rust" not in nothing


def test_what_a_core_skill_implies_is_core_as_it_is_to_the_score() -> None:
    posting = a_posting(skills=(Skill(name="User Research", core=True), Skill(name="UX Design"), Skill(name="Figma")))
    asked = skills(any=("Figma", "UX Design", "User Research"))
    assert _groups(asked, posting) == ["User Research", "UX Design", "Figma"]


def test_pay_is_told_as_stated_and_the_least_of_it_in_the_floors_currency() -> None:
    pay = Salary(
        min=100_000,
        max=150_000,
        currency="USD",
        period="year",
        annual_min=100_000,
        annual_max=150_000,
        tops={"USD": 150_000, "EUR": 120_000},
    )
    asked = Criteria(salary_floor=floor(100_000))
    stated, least = _details(asked, a_posting(salary=pay))["salary"]
    assert "$150,000 a year" in stated
    assert re.search("about €80,000 a year.*20%", least)
    abroad = pay.model_copy(update={"stated": {"EUR": 95_000}})
    open_ended = abroad.model_copy(update={"max": None, "annual_max": None})
    for pay in (abroad, open_ended):
        [least] = _details(asked, a_posting(salary=pay))["salary"]
        assert re.search("(?<!about )€95,000 a year.* 5%", least)


def test_the_words_that_name_what_was_asked_for_are_quoted_before_others() -> None:
    posting = reaching(countries=("FR", "AT", "DE"))
    said = _evidence(("location", "Paris, France"), ("location", "Wien"), ("text", "or from Germany"))
    assert _details(Criteria(places=("DE",)), posting, reach=said)["place"] == ("“or from Germany”",)
    assert _details(Criteria(places=("ES",)), posting, reach=said)["place"] == (
        "location: “Paris, France”",
        "location: “Wien”",
    )


def test_a_group_that_takes_in_what_was_asked_for_is_quoted() -> None:
    said = _evidence(("location", "Americas"), ("location", "Asia"), ("location", "Europe"))
    posting = reaching(groups=("americas", "asia", "europe"))
    assert _details(Criteria(places=("DE",)), posting, reach=said)["place"] == ("location: “Europe”",)


def test_a_sentence_that_was_kept_twice_is_quoted_once() -> None:
    said = _evidence(
        ("text", "• You will work with Python 3, Flask and Redis. We run a"),
        ("text", "…will work with Python 3, Flask and Redis. We run a service that"),
        ("text", "Flask knowledge"),
    )
    assert _details(skills(any=("Python", "Flask")), having("Python", "Flask"), skills=said)["skills.any"][-2:] == (
        "“• You will work with Python 3, Flask and Redis. We run a”",
        "“Flask knowledge”",
    )


def test_a_skill_is_quoted_only_by_its_own_name() -> None:
    said = _evidence(("text", "Great team"), ("text", "years of Go, in production"), ("title", "Going far"))
    assert _details(skills(all=("Go",)), having("Go"), skills=said)["skills.all"][-1] == "“years of Go, in production”"


def test_what_the_title_decided_is_not_repeated() -> None:
    said = _evidence(("title", "Senior Engineer"))
    posting = a_posting(title="Senior Engineer", seniority="senior")
    assert _details(Criteria(seniority=("senior",)), posting, seniority=said)["seniority"] == ("by its title",)


def test_words_are_quoted_from_the_description_where_they_stand() -> None:
    posting = a_posting(description_text="We build data-pipelines for hospitals.")
    quoted = "“We build data-pipelines for hospitals.…”"
    assert _details(Criteria(text='"data pipelines"'), posting)["text"] == (quoted,)
    assert _details(Criteria(text='-"data pipelines"'), posting)["text"] == (quoted,)


def test_a_pair_is_one_line_of_json() -> None:
    line = json.loads(json.dumps(pair_json("c1", POSTING, FOUND)))
    assert (line["criteria_id"], line["posting_id"], line["verdict"]) == ("c1", "p1", "near")
    assert [reason["criterion"] for reason in line["reasons"]] == ["salary", "workplace"]
    assert line["reasons"][0]["facts"]["annual_top"] == 95_000


def test_the_json_holds_what_was_asked_and_the_evidence() -> None:
    said = {"workplace": _evidence(("tags", "remote"))}
    found = json.loads(json.dumps(explain_json(ASKED, POSTING, FOUND, said)))
    assert Criteria.model_validate(found["criteria"]) == ASKED
    assert found["posting"]["posting_id"] == "p1"
    assert [reason["evidence"] for reason in found["reasons"]] == [[], [{"from": "tags", "text": "remote"}]]


def test_the_page_of_docs_shows_what_is_printed() -> None:
    asked = Criteria(
        skills=SkillTerms(any=("Python", "SQL", "dbt")),
        places=("DE",),
        utc_offset=1.0,
        salary_floor=floor(80_000),
        workplace=("remote",),
        seniority=("senior",),
    )
    pay = Salary(
        min=70_000,
        max=95_000,
        currency="EUR",
        period="year",
        annual_min=70_000,
        annual_max=95_000,
        tops={"EUR": 95_000},
    )
    posting = a_posting(
        title="Data Engineer, remote",
        company=Company(name="Inkbarrow"),
        url="https://push.example.com/inkbarrow-data-engineer",
        skills=(
            *(Skill(name=name, core=True) for name in ("Python", "Airflow", "Terraform")),
            Skill(name="SQL"),
        ),
        reach=Reach(scope="listed", countries=("AT", "CH")),
        timezones=Timezones(min=-1, max=3),
        salary=pay,
        workplace="remote",
        seniority="mid",
    )
    proof = {
        "reach": _evidence(("location", "Wien or Zürich")),
        "salary": _evidence(("text", "Gehalt: 70.000 - 95.000 EUR im Jahr")),
        "workplace": _evidence(("title", "Data Engineer, remote")),
    }
    page = (Path(__file__).resolve().parents[3] / "docs" / "backtest.md").read_text(encoding="utf-8")
    example = page.partition("How to read it:")[0]
    shown = "\n".join(line[4:] for line in example.splitlines() if line.startswith("    "))
    assert explain_text(posting, verdict(asked, posting), proof) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_explanation_is_whole_in_every_language(language: str) -> None:
    for asked, posting in PAIRS:
        judgement = verdict(asked, posting)
        shown = explained(posting, judgement, words_of(language), PROOF)
        assert shown.said
        assert {line.criterion for line in shown.lines} == {reason.criterion for reason in judgement.reasons}
        assert all(line.text and all(line.more) for line in shown.lines)
        in_english = explained(posting, judgement, words_of("en"), PROOF)
        for line, english in zip(shown.lines, in_english.lines, strict=True):
            assert len(line.details) == len(english.details)
            assert language == "en" or not {line.text, *line.details} & {english.text, *english.details}


def test_every_word_of_an_explanation_is_the_catalogues_or_a_name() -> None:
    blank = blank_words()
    for asked, posting in PAIRS:
        shown = explained(posting, verdict(asked, posting), blank, {})
        names = {skill.name for skill in posting.skills} | {*asked.skills.all, *asked.skills.any}
        pay = posting.salary
        codes = [code for code in (pay and pay.currency, asked.salary_floor and asked.salary_floor.currency) if code]
        symbols = [get_currency_symbol(code, blank.locale) for code in codes]
        for line in shown.lines:
            assert not [more for more in line.details if words_beside(more, *names, *codes, *symbols)], line
        assert not words_beside(shown.said)
