"""Folding, words and text queries."""

import pytest

from services.rules.text import Haystack, TextQuery, fold, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Señor\tÉlan ", "senor elan"),
        ("STRASSE Straße", "strasse strasse"),
        ("Łódź, Ørsted", "lodz, orsted"),
        ("ＦＵＬＬ ｗｉｄｔｈ", "full width"),
        ("İstanbul ISPARTA ılık", "istanbul isparta ilik"),
        ("ガラス", "ガラス"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_folding_drops_case_width_accents_and_spacing(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C++, C# and C.", ["c++", "c#", "and", "c"]),
        ("Objective-C++17", ["objective", "c++", "17"]),
        (".NET or ASP.NET", [".net", "or", "asp", "net"]),
        ("front-end/node.js", ["front", "end", "node", "js"]),
        ("10+ years — we’re hiring…", ["10", "years", "we", "re", "hiring"]),
        ("エンジニア募集", list("エンジニア募集")),
        ("snake_case ❤️", ["snake", "case"]),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("query", "text", "fits"),
    [
        ("react", "React engineer", True),
        ("react", "Reactive systems", False),
        ("senor", "Señor engineer", True),
        ("señor", "Senor engineer", True),
        ('"front end"', "a front-end role", True),
        ('"front end"', "the end of the front", False),
        ("front-end", "Front end role", True),
        ("react -php", "React, no PHP", False),
        ("react -php", "React only", True),
        ("-php", "React only", True),
        ("react OR vue", "Vue engineer", True),
        ("react OR vue", "Angular engineer", False),
        ("senior react OR vue", "Vue engineer", False),
        ('"front end" OR "full stack" -php', "a full-stack role", True),
        ('"front end" OR "full stack" -php', "a full-stack role in PHP", False),
        ("react or vue", "React engineer", False),
        ('react "OR" vue', "React or Vue", True),
        ("OR react OR", "React engineer", True),
        # A word for both genders is found by either, and asks for either.
        ("Mitarbeiter", "Mitarbeiter/in Verkauf", True),
        ("Mitarbeiterin", "Mitarbeiter/in Verkauf", True),
        ('"Mitarbeiterin Verkauf"', "Mitarbeiter/in Verkauf", True),
        ("Mitarbeiter/in", "Mitarbeiterin Verkauf", True),
        ("Mitarbeiter/in", "Mitarbeit im Verkauf", False),
        ("Mitarbeiter", "MitarbeiterInnen gesucht", True),
        ("linked", "LinkedIn profile", False),
        ('"wissenschaftlicher Mitarbeiter"', "Wissenschaftliche/r Mitarbeiter/in (m/w/d)", True),
        ("Kauffrau", "Kaufmann/-frau im Einzelhandel", True),
        ("infirmière", "infirmier·ère H/F", True),
        ("infirmière", "Infirmier-ère chef-fe", True),
        ("vendeuse", "Vendeur(se) en magasin", True),
        ("enfermera", "Enfermero/a de urgencias", True),
        ("programadora", "Programador(a) Java", True),
        ("camareras", "Camarer@s de sala", True),
        ('"pracownik produkcji"', "Pracownik/pracowniczka produkcji", True),
        ("księgowa", "Księgowy/a", True),
        ("operatrice", "Operatore/trice di sportello", True),
        ("java -programadora", "Programador(a) Java", False),
        ('"and or"', "and/or", True),
        ("twitterx", "Twitter/X", False),
        ("react OR -vue", "Vue engineer", False),
        ('-"on site"', "work on-site", False),
        ("c++", "C developer", False),
        ("c", "C++ developer", False),
        (".net", "net salary", False),
        ("エンジニア", "ソフトウェアエンジニア募集", True),
        ("개발자", "백엔드 개발자를 찾습니다", True),
        ("“machine learning”", "machine-learning team", True),
        ('"unclosed quote', "an unclosed quote", True),
        ("react kafka", "Kafka before React", True),
    ],
)
def test_queries(query: str, text: str, fits: bool) -> None:
    parsed = TextQuery.parse(query)
    assert parsed.fits("", text) is fits
    assert parsed.fits(text, "") is fits


def test_a_phrase_does_not_span_title_and_description() -> None:
    assert not TextQuery.parse('"front end"').fits("The front", "end of it")


def test_words_may_be_spread_over_title_and_description() -> None:
    assert TextQuery.parse("react kafka").fits("React engineer", "with Kafka")


@pytest.mark.parametrize("nothing", ["", "   ", "-", '""', '-- ... *** -""', "❤️"])
def test_a_query_without_a_letter_asks_for_nothing(nothing: str) -> None:
    assert not TextQuery.parse(nothing)


def test_equal_queries_have_one_spelling() -> None:
    spelt = {str(TextQuery.parse(text)) for text in ("B  a -c", "a b -C", "-c A b a", "a B −c")}
    assert spelt == {"a b -c"}


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("vue OR react OR vue", "react OR vue"),
        ("react vue OR react", "react"),
        ("a OR b a OR b OR c", "a OR b"),
        ("react OR vue -vue", "react -vue"),
        ("react OR", "react"),
    ],
)
def test_alternatives_that_decide_nothing_are_left_out(query: str, same: str) -> None:
    assert str(TextQuery.parse(query)) == same


def test_what_a_group_lacks_and_says() -> None:
    query = TextQuery.parse('senior react OR "vue js"')
    assert query.missing(Haystack.of("Junior engineer", "")) == ("senior", "react", "vue js")
    assert query.missing(Haystack.of("Senior engineer", "Vue.js")) == ()
    assert query.said(Haystack.of("Senior engineer", "Vue.js")) == ("senior", "vue js")
    both = TextQuery.parse("Koch/Köchin Verkäufer/in")
    assert both.said(Haystack.of("Verkäufer/in", "")) == ("verkaufer",)
    assert both.said(Haystack.of("Verkäuferin", "")) == ("verkauferin",)
