"""What is said of the languages that a job needs."""

import pytest

from schemas.posting import Spoken
from services.rules.languages.speaking import SpokenLanguage, Unspoken
from services.wording.catalogues import words_of
from services.wording.speaking import needs_in_words, unspoken_in_words
from tests.support.digests import posting

GERMAN = Spoken(any=("de",), level="fluent")
EITHER = Spoken(any=("da", "sv"))
WISH = Spoken(any=("fr",), need="wanted")


@pytest.mark.parametrize(
    ("needs", "english", "german", "spanish"),
    [
        ((), "", "", ""),
        ((WISH,), "", "", ""),
        ((GERMAN, WISH), "needs German (fluent)", "erfordert Deutsch (fließend)", "requiere alemán (fluido)"),
        (
            (EITHER, Spoken(any=("es",), level="working")),
            "needs Danish or Swedish and Spanish (working level)",
            "erfordert Dänisch oder Schwedisch und Spanisch (gute Kenntnisse)",
            "requiere danés o sueco y español (buen nivel)",
        ),
    ],
)
def test_what_a_job_needs(needs: tuple[Spoken, ...], english: str, german: str, spanish: str) -> None:
    said = [needs_in_words(posting(languages=needs), words_of(locale)) for locale in ("en", "de_AT", "es")]
    assert said == [english, german, spanish]


def test_what_a_job_needs_in_french_and_portuguese() -> None:
    job = posting(languages=(GERMAN, EITHER))
    assert [needs_in_words(job, words_of(locale)) for locale in ("fr", "pt")] == [
        "il faut parler allemand (courant) et danois ou suédois",
        "requer alemão (fluente) e dinamarquês ou sueco",
    ]
    weak = Unspoken("needed", ("de",), "fluent", SpokenLanguage("de", "basic"))
    assert [unspoken_in_words(weak, words_of(locale)) for locale in ("fr", "pt")] == [
        "il faut parler allemand (courant), et vous n’avez que des notions en allemand",
        "requer alemão (fluente), e você tem apenas conhecimentos básicos de alemão",
    ]


def test_a_language_that_goes_without_saying_is_not_said() -> None:
    job = posting(languages=(Spoken(any=("en",), level="fluent"), Spoken(any=("da", "en")), GERMAN))
    assert needs_in_words(job, words_of("en"), beside="en") == "needs German (fluent)"
    assert needs_in_words(job, words_of("de"), beside="de") == "erfordert Englisch (fließend) und Dänisch oder Englisch"


@pytest.mark.parametrize(
    ("found", "english", "german", "spanish"),
    [
        (
            Unspoken("needed", ("da",), "fluent"),
            "needs Danish, which you do not speak",
            "erfordert Dänisch, das du nicht sprichst",
            "requiere danés, que no hablas",
        ),
        (
            Unspoken("needed", ("da", "sv")),
            "needs Danish or Swedish, of which you speak none",
            "erfordert Dänisch oder Schwedisch, und du sprichst keines davon",
            "requiere danés o sueco, y no hablas ninguno",
        ),
        (
            Unspoken("needed", ("de",), "fluent", SpokenLanguage("de", "basic")),
            "needs German (fluent), and your German is basic",
            "erfordert Deutsch (fließend), und du hast in Deutsch nur Grundkenntnisse",
            "requiere alemán (fluido), y solo tienes conocimientos básicos de alemán",
        ),
        (
            Unspoken("needed", ("de",), "native", SpokenLanguage("de", "working")),
            "needs German (native level), and your German is at working level",
            "erfordert Deutsch (Muttersprachniveau), und du hast in Deutsch gute Kenntnisse",
            "requiere alemán (nivel nativo), y tienes buen nivel de alemán",
        ),
        (
            Unspoken("written", ("da",)),
            "is written in Danish, which you do not speak",
            "ist auf Dänisch verfasst, das du nicht sprichst",
            "está escrito en danés, que no hablas",
        ),
    ],
)
def test_why_a_job_is_not_for_somebody(found: Unspoken, english: str, german: str, spanish: str) -> None:
    assert [unspoken_in_words(found, words_of(locale)) for locale in ("en", "de", "es")] == [english, german, spanish]
