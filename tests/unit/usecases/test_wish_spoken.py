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


@in_one_test(
    "text, missed",
    [
        ("I don't speak German, developer in Munich", "don't speak German"),
        ("I don’t speak German, developer in Munich", "don’t speak German"),
        ("dont speak french, nurse", "dont speak french"),
        ("waiter, I cannot speak French", "cannot speak French"),
        ("developer in Berlin, don't need German", "don't need German"),
        ("no English, cleaner in London", "no English"),
        ("nurse, no German needed", "no German needed"),
    ],
)
def test_who_speaks_a_language_not_is_read_neither_as_speaking_it_nor_as_refusing_to_teach_it(
    text: str, missed: str
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.spoken.codes, asked.criteria.roles.none, asked.missed) == ((), (), (missed,))


def test_a_trade_about_a_language_is_refused_as_any_other() -> None:
    asked = asked_in("tutor, no Spanish teacher", "EUR", NOW)
    assert asked is not None
    assert asked.criteria.roles.none == ("teacher",)


@in_one_test(
    "text, codes, missed",
    [
        # It says what a restaurant serves, or that one does not speak it yet, or is a word of something else.
        ("cook, Italian restaurant, London", (), ("Italian restaurant",)),
        ("cuoco ristorante giapponese Milano", (), ("ristorante giapponese",)),
        ("cocinero Madrid restaurante italiano, inglés fluido", ("en",), ("restaurante italiano",)),
        ("learning German, nurse in Berlin", (), ("learning German",)),
        ("enfermera Berlín, aprendiendo alemán, inglés fluido", ("en",), ("aprendiendo alemán",)),
        ("camarero Valencia fines de semana", (), ("fines de semana",)),
    ],
)
def test_a_language_that_one_does_not_speak_is_quoted(
    text: str, codes: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.spoken.codes, asked.missed, len(asked.criteria.roles.any)) == (codes, missed, 1)


@in_one_test("text", [("German"), ("English, Spanish"), ("fluent French")])
def test_a_language_alone_asks_for_no_teacher(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is None or asked.criteria.roles.any == ()
