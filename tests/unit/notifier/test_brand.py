"""The colours of a board: everybody can read them, in mails and on pages."""

from dataclasses import astuple, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.adapters.rendering.jinja import TEMPLATES, JinjaRenderer
from services.notifier.domain.brand import (
    DARK_GROUND,
    HOUSE,
    LEAST_CONTRAST,
    LIGHT_GROUND,
    brand_of,
    contrast,
)
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Sender
from services.notifier.domain.wording.letters import write_letter
from services.runtime.errors import UsageError
from services.settings import load_settings
from services.wording.catalogues import words_of
from tests.support.digests import rich_digest
from tests.support.noted_digest import OTHERS, WEEK

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#777777") == 1
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@given(light=COLOURS)
def test_a_colour_is_readable_or_refused_with_one_that_is(light: str) -> None:
    try:
        made = brand_of(light, "")
    except ValueError as error:
        assert contrast(light, LIGHT_GROUND) < LEAST_CONTRAST
        near = str(error).split("needed; ")[1].removesuffix(" would do")
        made = brand_of(near, "")
    assert contrast(made.accent, LIGHT_GROUND) >= LEAST_CONTRAST
    assert contrast(made.accent_dark, DARK_GROUND) >= LEAST_CONTRAST
    # What stands on a button.
    assert contrast(made.accent, "#ffffff") >= LEAST_CONTRAST
    assert contrast(made.accent_dark, "#10201d") >= LEAST_CONTRAST


def test_the_house_itself_can_be_read() -> None:
    assert brand_of("", "") == HOUSE
    assert contrast(HOUSE.accent, LIGHT_GROUND) >= LEAST_CONTRAST
    assert contrast(HOUSE.accent_dark, DARK_GROUND) >= LEAST_CONTRAST


def test_a_mail_is_in_the_boards_colours_and_in_no_other() -> None:
    css = (TEMPLATES / "digest.css").read_text(encoding="utf-8")
    assert all(colour in css for colour in astuple(HOUSE))
    made = replace(rich_digest(), week=WEEK, others=OTHERS)
    links = links_for(made, "https://jobs.harbour.example", b"secret")
    sender = Sender("Harbour Jobs", "alerts@harbour.example", "1 Quay Street", brand_of("#8a1538", ""))
    html, plain = JinjaRenderer(sender).render(made, links).html, JinjaRenderer(replace(sender, brand=HOUSE))
    assert "#8a1538" in html
    assert not [colour for colour in astuple(HOUSE) if colour in html]
    assert "#8a1538" not in plain.render(made, links).html


@pytest.mark.parametrize(
    ("brand", "public_url", "shown"),
    [
        (
            'logo = "logo.png"',
            "https://jobs.harbour.example/alerts/",
            "https://jobs.harbour.example/alerts/static/logo",
        ),
        ('logo = "logo.svg"', "https://jobs.harbour.example", ""),
        ('logo = "logo.png"', "", ""),
        ("", "https://jobs.harbour.example", ""),
    ],
)
def test_a_mail_shows_a_logo_that_mail_clients_draw_and_else_the_name(
    tmp_path: Path, brand: str, public_url: str, shown: str
) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text(
        f'[mail]\npublic_url = "{public_url}"\nsender_name = "Harbour & Jobs"\n[mail.brand]\n{brand}\n',
        encoding="utf-8",
    )
    made = rich_digest()
    sender = load_settings(file).mail.sender
    html = JinjaRenderer(sender).render(made, links_for(made, "https://jobs.harbour.example", b"secret")).html
    assert (f'src="{shown}" alt="Harbour &amp; Jobs"' in html) == bool(shown)
    assert ("<img" in html) == bool(shown)
    # The last line says the name whatever stands at the head.
    assert html.count(">Harbour &amp; Jobs</p>") == (1 if shown else 2)


@pytest.mark.parametrize(
    ("brand", "said"),
    [
        ('colour = "#ffcc00"', "colour #ffcc00 cannot be read on light pages: its contrast is 1.4, and 4.5 is needed"),
        ('colour = "teal"', "colour must look like #0a5d53, not 'teal'"),
        ('colour_dark = "#400000"', "colour_dark #400000 cannot be read on dark pages"),
        ('website = "http://board.example"', "website must begin with https://"),
        ('logo = "logo.exe"', "logo must be one of .svg, .png"),
    ],
)
def test_what_cannot_be_shown_is_refused_at_the_start(tmp_path: Path, brand: str, said: str) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text(f"[mail.brand]\n{brand}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mail\.brand") as refused:
        load_settings(file)
    assert said in str(refused.value)


def test_a_logo_lies_beside_the_settings_and_is_small(tmp_path: Path) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text('[mail.brand]\nlogo = "logo.svg"\n', encoding="utf-8")
    brand = load_settings(file).mail.brand
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        brand.logo_bytes()
    (tmp_path / "logo.svg").write_bytes(b"<svg/>")
    assert brand.logo_bytes() == (b"<svg/>", "image/svg+xml")
    (tmp_path / "logo.svg").write_bytes(b" " * 65_537)
    with pytest.raises(UsageError, match="65537 bytes, and 65536 are the most"):
        brand.logo_bytes()


def test_the_link_of_a_letter_is_a_button_in_the_colour_of_the_board_which_it_names_once() -> None:
    board = Sender("Quay", "jobs@quay.example", "Quay, 1 Quay Street", brand=brand_of("#7a1fa2", ""))
    letter = write_letter("sign_in", "https://quay.example/in", board, words_of("en"), {})
    assert "background-color:#7a1fa2" in letter.html
    assert HOUSE.accent not in letter.html
    for form in (letter.html, letter.text):
        assert "Quay, 1 Quay Street" in form
        assert "Quay · Quay" not in form
    unlinked = write_letter("old_address", "", board, words_of("en"), {"contact": "a@quay.example"})
    assert "<a" not in unlinked.html
