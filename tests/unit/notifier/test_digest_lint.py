"""Digests under linters for mail: clients, accessibility, spam, and whether the HTML is valid."""

from dataclasses import replace
from typing import Any

import pytest

from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Ask, Digest, Sender
from services.notifier.domain.wording.letters import WrittenLetter, write_quiet
from services.wording.catalogues import words_of
from services.wording.words import LANGUAGES
from tests.support.digests import digest, linked_to, posting, recipient, rich_digest
from tests.support.linting import lint
from tests.support.noted_digest import OTHERS, WEEK, noted_digest
from tests.support.notifying import GO, PYTHON
from tests.support.placed_digest import placed_digest

SENDER = Sender("Harbour Jobs", "alerts@harbour.example", "Harbour Jobs, 12 Quay Street, Suite 4, Portland, OR 97201")
LOGO = "https://jobs.harbour.example/static/logo"
WORST = {"outlook-windows": 70, "outlook-windows-legacy": 70}
"""Least scores where corners are square and colours do not turn dark; elsewhere `LEAST_SCORE`."""
LEAST_SCORE = 85
COLOUR_ALONE = frozenset({"small-text", "small-text-multiple"})
"""Bars are cells without a word, and as low as their font."""
PREHEADER = "hidden-text"
"""The one hidden text is the preheader, which repeats titles that are there to be read."""
ENGLISH_WORDS = "missing-unsubscribe"
"""The link to unsubscribe is looked for by its English name."""


def mails() -> dict[str, Digest]:
    made = {
        f"rich {language}": replace(rich_digest(recipient(locale=language)), week=WEEK, others=OTHERS)
        for language in LANGUAGES
    }
    return made | {
        **{f"noted {language}": replace(noted_digest(language), week=WEEK, others=OTHERS) for language in LANGUAGES},
        **{f"in places {language}": placed_digest(recipient(locale=language)) for language in LANGUAGES},
        "one job": digest(posting()),
        "with a logo": digest(posting()),
        "no addresses": linked_to(digest(posting("unlinked")), None),
        "capped": digest(*(posting(f"j{number}") for number in range(12))),
        "long words": digest(posting(title="W" * 200, company="Ω" * 200)),
    }


NAMES = (*mails(), *(f"quiet {language}" for language in LANGUAGES))


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    plain, with_logo = JinjaRenderer(SENDER), JinjaRenderer(replace(SENDER, logo=LOGO))
    pages = {
        name: (with_logo if name == "with a logo" else plain).render(
            made, links_for(made, "https://jobs.harbour.example", b"secret")
        )
        for name, made in mails().items()
    }
    letters = {f"quiet {language}": _quiet(language) for language in LANGUAGES}
    return lint({name: (page.html, page.subject) for name, page in (pages | letters).items()})


def _quiet(language: str) -> WrittenLetter:
    base, asks = "https://jobs.harbour.example", (Ask("Go", GO), Ask("Berlin <or> Porto", PYTHON))
    links = f"{base}/m/a.b?more=1", f"{base}/r/a.c.b"
    return write_quiet(*links, SENDER, words_of(language), "", asks, 2, f"{base}/u/a.b", offers_more=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_html_is_valid(name: str, found: dict[str, Any]) -> None:
    assert found[name]["invalid"] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_client_lacks_what_a_mail_cannot_do_without(name: str, found: dict[str, Any]) -> None:
    assert found[name]["unsupported"] == []
    assert not found[name]["clipped"]
    low = {
        client: figures["score"]
        for client, figures in found[name]["clients"].items()
        if figures["score"] < WORST.get(client, LEAST_SCORE)
    }
    assert low == {}


@pytest.mark.parametrize("name", NAMES)
def test_screen_readers_and_weak_eyes_are_served(name: str, found: dict[str, Any]) -> None:
    faults = [fault for fault in found[name]["accessibility"] if fault["rule"] not in COLOUR_ALONE]
    assert faults == []
    # What is that small holds no word.
    assert {fault["element"] for fault in found[name]["accessibility"]} <= {"", "<div>", "<td>"}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_looks_like_spam_and_no_link_is_broken(name: str, found: dict[str, Any]) -> None:
    borne = {PREHEADER} if name in ("rich en", "noted en", "one job", "quiet en") else {PREHEADER, ENGLISH_WORDS}
    assert [fault for fault in found[name]["spam"] if fault["rule"] not in borne] == []
    assert found[name]["links"] == []
    assert found[name]["unresolved"] == 0
