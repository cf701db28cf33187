"""What criteria ask for when they are relaxed, in every language."""

from collections.abc import Iterator

import pytest

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from services.matcher.relaxing import removals, steps
from services.rules.criterion import CRITERIA, LANGUAGE, PLACE, SKILLS_ANY, Relaxation
from services.wording.catalogues import english, words_of
from services.wording.relaxations import criteria_in_words, each_in_words, relaxation_in_words
from services.wording.words import LANGUAGES
from tests.support.generate import criteria as generated_criteria
from tests.support.generate import postings as generated_postings
from tests.support.judging import floor, skills

ASKED = generated_criteria(400, 11, generated_postings(200, 11))


def all_of(asked: Criteria) -> Iterator[Relaxation]:
    yield from removals(asked).values()
    yield from steps(asked)
    if asked.skills.any:
        yield SKILLS_ANY.adding(asked, "Fortran")
    if asked.places:
        yield PLACE.adding(asked, "NZ")
    if asked.languages:
        yield LANGUAGE.adding(asked, "sv")


@pytest.mark.parametrize(
    ("locale", "one", "several"),
    [
        ("en", "without the word cruise", "without the words cruise ship"),
        ("de", "ohne das Wort cruise", "ohne die Wörter cruise ship"),
        ("es", "sin la palabra cruise", "sin las palabras cruise ship"),
        ("fr", "sans le mot cruise", "sans les mots cruise ship"),
        ("pt", "sem a palavra cruise", "sem as palavras cruise ship"),
    ],
)
def test_one_word_is_a_word_and_several_are_words(locale: str, one: str, several: str) -> None:
    for text, said in (("cruise", one), ("cruise ship", several)):
        asked = Criteria(text=text)
        assert relaxation_in_words(removals(asked)["text"], asked, words_of(locale)) == said


def test_the_steps_of_criteria_read_as_english() -> None:
    asked = Criteria(
        skills=SkillTerms(all=("Go", "Kafka"), none=("PHP", "Perl")),
        text='backend OR server payments -"trading floor"',
        places=("DE",),
        utc_offset=1.0,
        tolerance=2.0,
        salary_floor=floor(50, "GBP", "hour"),
        seniority=("senior",),
        languages=("en",),
    )
    assert {relaxation_in_words(step, asked, english()) for step in removals(asked).values()} == {
        "without needing Go and Kafka",
        "without excluding PHP or Perl",
        'without the words payments backend OR server -"trading floor"',
        "without regard to places",
        "without regard to time zones",
        "without the floor of £50 an hour",
        "without regard to level (senior)",
        "without regard to language",
    }
    said = {relaxation_in_words(step, asked, english()) for step in steps(asked)}
    assert {
        "without needing Go",
        "with any one of Go or Kafka",
        "without excluding Perl",
        "without needing “payments”",
        "without needing any of “backend” or “server”",
        "without excluding “trading floor”",
        "with a tolerance of 3 h",
        "with a floor of £45 an hour (10% lower)",
        "with mid or an unstated level besides senior",
        "with intern besides senior",
    } <= said


@pytest.mark.parametrize(
    ("asked", "made", "said"),
    [
        (
            skills(any=("Java",)),
            SKILLS_ANY.adding(skills(any=("Java",)), "Kotlin"),
            {
                "en": "with Kotlin besides Java",
                "de": "auch Kotlin, neben Java",
                "es": "también Kotlin, además de Java",
                "fr": "aussi Kotlin, en plus de Java",
                "pt": "também Kotlin, além de Java",
            },
        ),
        (
            Criteria(languages=("en",)),
            LANGUAGE.adding(Criteria(languages=("en",)), "de"),
            {
                "en": "with postings in German besides English",
                "de": "auch Anzeigen auf Deutsch, neben Englisch",
                "es": "también anuncios en alemán, además de inglés",
                "fr": "aussi annonces en allemand, en plus d’anglais",
                "pt": "também anúncios em alemão, além de inglês",
            },
        ),
        (
            Criteria(places=("DE", "FR", "ES")),
            PLACE.adding(Criteria(places=("DE", "FR", "ES")), "NL"),
            {
                "en": "with the Netherlands too",
                "de": "auch Niederlande",
                "es": "también Países Bajos",
                "fr": "aussi Pays-Bas",
                "pt": "também Países Baixos",
            },
        ),
    ],
)
def test_what_is_added_is_said_beside_what_is_asked_for(
    asked: Criteria, made: Relaxation, said: dict[str, str]
) -> None:
    assert {language: relaxation_in_words(made, asked, words_of(language)) for language in LANGUAGES} == said


def test_some_of_several_skills_are_counted_unless_one_will_do() -> None:
    asked = skills(any=("Go", "Kafka", "Rust"), at_least=3)
    assert [relaxation_in_words(step, asked, english()) for step in all_of(asked)][:3] == [
        "without needing 3 of Go, Kafka or Rust",
        "with at least 2 of Go, Kafka or Rust",
        "with any one of Go, Kafka or Rust",
    ]


def test_every_relaxation_can_be_said_in_every_language_and_is_told_from_the_others() -> None:
    criteria = set()
    for asked in ASKED:
        made = list(all_of(asked))
        texts = [tuple(relaxation_in_words(step, asked, words_of(language)) for language in LANGUAGES) for step in made]
        assert all(len(set(text)) == len(LANGUAGES) and all(text) for text in texts), texts
        assert len(set(texts)) == len(texts), texts
        assert not [text for said in texts for text in said if "{" in text]
        criteria.update((step.criterion, step.step) for step in made)
    assert len(criteria) > 25, "every step of every criterion"


def test_criteria_are_said_in_a_phrase_each() -> None:
    asked = Criteria(
        skills=SkillTerms(any=("Go", "Python"), none=("PHP",)),
        places=("DE", "AT"),
        workplace=("remote",),
        salary_floor=SalaryFloor(amount=70_000, currency="EUR"),
        languages=("de",),
    )
    said = ["Go or Python", "not PHP", "Germany or Austria", "remote", "at least €70,000 a year", "in German"]
    assert criteria_in_words(asked, words_of("en")) == said
    assert criteria_in_words(asked, words_of("de"))[:2] == ["Go oder Python", "nicht PHP"]


def test_each_criterion_that_asks_for_something_is_said_and_no_other() -> None:
    said = set[str]()
    for asked in ASKED:
        phrases = each_in_words(asked, english())
        assert set(phrases) == set(removals(asked))
        said |= set(phrases)
    assert said == {criterion.name for criterion in CRITERIA}


def test_words_that_are_searched_for_are_said_without_the_signs_of_a_query() -> None:
    asked = Criteria(text='zeppelin early OR dawn -night -"on call"')
    assert criteria_in_words(asked, english()) == ["“zeppelin”, “dawn” or “early”, not “night” or “on call”"]
    assert criteria_in_words(asked, words_of("de")) == ["„zeppelin“, „dawn“ oder „early“, nicht „night“ oder „on call“"]
