"""Digests in a real browser, as narrow as a small phone: nothing sticks out, and all can be read in light and dark."""

from dataclasses import replace
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest

from services.notifier.adapters.rendering import jinja
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Digest
from services.usecases.simulation.report import in_scheme
from services.wording.words import LANGUAGES, Words
from tests.support.browser import measured
from tests.support.digests import SENDER, digest, posting, recipient, rich_digest
from tests.support.noted_digest import OTHERS, WEEK, noted_digest
from tests.support.placed_digest import placed_digest

SMALL = 320
"""Pixels: the narrowest phone in use, and WCAG 1.4.10's width for reading without scrolling sideways."""
COMMON = 375
"""Pixels: most phones have as many, or more."""
FOREIGN = {
    "arabic": (
        "مهندس برمجيات أول لمنصة البيانات والتعلم الآلي في فريق البنية التحتية العالمي",
        "شركة المرفأ للتقنيات المتقدمة",
    ),
    "hebrew": (
        "מהנדסת תוכנה בכירה לפלטפורמת הנתונים והלמידה החישובית בצוות התשתיות העולמי",
        "חברת הנמל לטכנולוגיות מתקדמות",
    ),
    "one word": ("ا" * 160, "Ω" * 160),
    "mixed": ("مهندس Python أول (C++/Rust)", "שלום & Partners GmbH"),
}


def mails() -> dict[str, Digest]:
    made = {
        f"rich {language}": replace(rich_digest(recipient(locale=language)), week=WEEK, others=OTHERS)
        for language in LANGUAGES
    }
    foreign = [posting(name, title=title, company=company) for name, (title, company) in FOREIGN.items()]
    return made | {
        **{f"in places {language}": placed_digest(recipient(locale=language)) for language in LANGUAGES},
        "noted": replace(noted_digest(), week=WEEK, others=OTHERS),
        "capped": digest(*(posting(f"j{number}") for number in range(12))),
        "foreign": digest(*foreign),
    }


def page_of(made: Digest) -> str:
    return JinjaRenderer(SENDER).render(made, links_for(made, "https://jobs.harbour.example", b"secret")).html


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    pages = {
        f"{name}, {scheme}": in_scheme(page_of(made), scheme)
        for name, made in mails().items()
        for scheme in ("light", "dark")
    }
    with pytest.MonkeyPatch.context() as patched:
        # No language that is written from the right has its texts yet; the page is ready for one.
        patched.setattr(jinja, "words_of", lambda locale: Words("ar", NullTranslations()))
        pages["from the right, light"] = in_scheme(page_of(mails()["noted"]), "light")
    return measured(pages, SMALL, tmp_path_factory.mktemp("browser"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", mails())
def test_nothing_sticks_out_of_a_small_phone_and_every_text_can_be_read(
    name: str, scheme: str, found: dict[str, Any]
) -> None:
    page = found[f"{name}, {scheme}"]
    assert page["width"] == SMALL
    assert page["scrollWidth"] <= SMALL, page["outside"]
    assert page["outside"] == []
    assert page["pale"] == []
    assert page["height"] > 400


def test_the_links_of_a_card_take_one_row_of_a_common_phone(tmp_path: Path) -> None:
    pages = {language: page_of(rich_digest(recipient(locale=language))) for language in LANGUAGES}
    rows = {language: set(page["rows"]) for language, page in measured(pages, COMMON, tmp_path).items()}
    assert rows == {language: {1} for language in LANGUAGES}


def test_foreign_names_run_their_own_way_and_the_page_runs_its_own(found: dict[str, Any]) -> None:
    page = found["foreign, light"]
    assert page["direction"] == "ltr"
    # What one may tell by its first letter: the company of `one word` is Greek, the others' begin from the right.
    assert [start["direction"] for start in page["starts"] if start["name"] == "title"] == ["rtl"] * 4
    assert sorted(start["direction"] for start in page["starts"] if start["name"] == "company") == [
        "ltr",
        "rtl",
        "rtl",
        "rtl",
    ]
    assert {start["direction"] for start in page["starts"] if start["name"] == "where"} == {"ltr"}


def test_a_page_from_the_right_begins_at_the_right(found: dict[str, Any]) -> None:
    page = found["from the right, light"]
    assert page["direction"] == "rtl"
    assert page["scrollWidth"] <= SMALL, page["outside"]
    assert page["outside"] == []
    wheres = [start for start in page["starts"] if start["name"] == "where"]
    assert wheres
    assert all(where["right"] < where["left"] for where in wheres)


def test_the_stripe_beside_why_a_job_is_there_stands_where_its_lines_begin(found: dict[str, Any]) -> None:
    left = {"left": "3px", "right": "0px", "text": ["12px", "0px"]}
    right = {"left": "0px", "right": "3px", "text": ["0px", "12px"]}
    assert len(found["noted, light"]["stripes"]) > 1
    assert all(stripe == left for stripe in found["noted, light"]["stripes"])
    assert len(found["from the right, light"]["stripes"]) == len(found["noted, light"]["stripes"])
    assert all(stripe == right for stripe in found["from the right, light"]["stripes"])


def test_what_is_measured_tells_what_is_wrong(tmp_path: Path) -> None:
    wide = (
        '<body style="margin:0"><p class="wide" style="width:400px;color:#999;background:#aaa">hard to read</p></body>'
    )
    [page] = measured({"wide": wide}, SMALL, tmp_path).values()
    assert page["scrollWidth"] == 400
    assert page["outside"] == ["p.wide"]
    assert len(page["pale"]) == 1
