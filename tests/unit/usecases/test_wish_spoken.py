"""The languages that a sentence says its writer speaks."""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW


@in_one_test(
    "text, codes, written_in",
    [
        ("customer support remote, fluent french and english", ("fr", "en"), ("en",)),
        ("Spanish speaking customer support, remote", ("es",), ("en",)),
        ("help desk with Dutch, Porto", ("nl",), ("en",)),
        ("nurse Berlin, german B2", ("de",), ("en",)),
        ("comptable Montréal bilingue anglais", ("en",), ("fr",)),
        ("recepcionista inglés y francés Málaga", ("en", "fr"), ("es",)),
        ("Kellner Wien, Englisch und Türkisch", ("en", "tr"), ("de",)),
        ("obsługa klienta z niemieckim Kraków", ("de",), ("pl",)),
        ("klantenservice duits Rotterdam", ("de",), ("nl",)),
        ("impiegata contabile a Torino, inglese fluente", ("en",), ("it",)),
        # Either, which drops fewer jobs than to guess one.
        ("asistente virtual ingles desde casa", ("en",), ("es", "pt")),
        # What a language calls itself is known in each.
        ("call center italiano, Tirana", ("it",), ()),
        ("French customer support, remote", ("fr",), ("en",)),
    ],
)
def test_a_language_is_spoken_and_so_is_that_of_its_name(
    text: str, codes: tuple[str, ...], written_in: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.spoken.codes, asked.spoken.written_in) == (codes, written_in)
    assert (asked.missed, asked.criteria.languages, bool(asked.criteria.roles.any)) == ((), (), True)


@in_one_test(
    "text",
    [
        ("English teacher, Hanoi"),
        ("professora de inglês, São Paulo"),
        ("translator German to English"),
        ("German tax consultant"),
        ("account manager for the German market"),
        ("Pflegekraft in Köln ohne Deutschkenntnisse"),
        ("nurse in Germany"),
    ],
)
def test_a_language_that_the_work_is_about_or_that_is_refused_is_not_spoken(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.spoken.codes == ()
