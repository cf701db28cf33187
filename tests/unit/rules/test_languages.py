"""Languages by what people call them."""

import pytest

from services.rules.languages.codes import language_code, language_near


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("pt_BR", "pt"),
        (" german ", "de"),
        ("Deutsch", "de"),
        ("alemán", "de"),
        ("polski", "pl"),
        ("Brazilian Portuguese", "pt"),
        ("Flemish", "nl"),
        ("Mandarin", "zh"),
        ("nb", "no"),
        ("Norwegian Nynorsk", "no"),
        ("Filipino", "tl"),
    ],
)
def test_a_language_is_known_by_code_and_by_name(asked: str, code: str) -> None:
    assert language_code(asked) == code


@pytest.mark.parametrize(
    ("asked", "near"), [("Danisch", "Danish"), ("Germn", "German"), ("klingonese", None), ("", None)]
)
def test_what_is_no_language_has_perhaps_one_near_it_that_would_be_taken(asked: str, near: str | None) -> None:
    assert language_code(asked) is None
    assert language_near(asked) == near
    assert near is None or language_code(near) is not None
