"""What a part of a sentence says besides what is understood of it, which is quoted."""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said


@in_one_test(
    "text, missed",
    [
        ("enfermera madrid turno de mañana", ("turno de mañana",)),
        # Nobody knows it, and it hides the trade beside it.
        ("pyhton developer remote", ("pyhton",)),
        ("Erzieherin Leipzig vormittags", ("vormittags",)),
        ("adjointe administrative bilingue", ("bilingue",)),
        ("driver sydney weekends only", ("weekends",)),
        ("Falconer remote", ("Falconer",)),
        ("paralegal toronto immigration law", ("immigration law",)),
        ("product designer b2b saas remote europe", ("b2b saas",)),
        ("designer in Lisbon, remote preferred", ("remote preferred",)),
        ("React Native developer, Brazil, usd pay", ("usd pay",)),
        # Each stretch by itself.
        ("tall nurse dublin mornings", ("tall", "mornings")),
    ],
)
def test_words_beside_what_is_understood_are_quoted(text: str, missed: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.missed == missed


@in_one_test(
    "text",
    [
        ("experienced nurse, greater London, full time"),
        ("fully remote python developer, no PHP"),
        ("Krankenpfleger Raum Stuttgart"),
        ("développeur php full remote, télétravail complet"),
        ("electrician open to relocate to Cork"),
        ("adjointe administrative télétravail Québec"),
        ("junior data analyst, 60k per year"),
        ("bookkeeper in Leeds, remote is fine too"),
        ("sales rep medical devices, Texas"),
    ],
)
def test_words_that_say_no_more_of_what_is_understood_are_not_quoted(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.missed == ()


@in_one_test(
    "text, expected",
    [
        ("Verkäuferin Minijob Bremen", "sales-assistant; DE; Bremen DE; part_time"),
        ("Softwareentwickler Java 80% Zürich", "backend-engineer~; Java; CH; Zürich CH; full_time; part_time"),
        ("verpleegkundige utrecht 24 uur", "nurse; NL; Utrecht NL; part_time"),
        # A place is there already, and hours of what is no week are no part-time work.
        ("nurse dublin bath", "nurse; IE; Dublin IE; “bath”"),
        ("developer in Leeds, within 12 hours", "software-engineer; GB; Leeds GB; “12 hours”"),
    ],
)
def test_what_a_comma_would_set_apart_is_asked_for_without_one(text: str, expected: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert said(asked) == expected
