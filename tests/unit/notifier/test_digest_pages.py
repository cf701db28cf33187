"""The digest as HTML and as text."""

import re
from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from schemas.criteria import Criteria
from schemas.posting import Attribution
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Candidate, Digest, Sender
from services.notifier.domain.wording.digest import more_line, week_line
from services.notifier.domain.wording.view import notes
from services.notifier.ports import Links, Rendered
from services.wording.catalogues import words_of
from services.wording.words import LANGUAGES, Words
from tests.support.digests import NOON, PYTHON, SENDER, digest, linked_to, pay, posting, recipient, rich_digest, search
from tests.support.noted_digest import noted_digest

CLIP_BYTES = 102_000
WANTED_BYTES = 40_000
HOSTILE = "<script>alert(1)</script>\"' onload=x {{ 7*7 }} &amp; \x00\x1b"


def rendered(made: Digest, base: str = "https://jobs.harbour.example", sender: Sender = SENDER) -> Rendered:
    return JinjaRenderer(sender).render(made, links_for(made, base, b"secret"))


def tree(page: Rendered) -> Any:
    return lxml_html.fromstring(page.html)


def test_each_job_says_what_it_is_what_it_pays_and_why_it_is_there() -> None:
    page = rendered(rich_digest())
    for part in (tree(page).text_content(), page.text):
        for said in (
            "Senior Python Engineer, Grid Forecasting",
            "Tidewater Energy",
            "$55–$70 an hour",
            "about €92K–€116K a year",
            "Remote from anywhere",
            "Posted yesterday · Senior, full time",
            "36% above your minimum of €70K",
            "Asks for Python",
            "“Remote Python”",
            "via Sample Board",
            "But: does not say what it pays; you ask for",
            "Harbour Jobs, 1 Quay Street",
            "You get this mail because",
        ):
            assert said in " ".join(part.split()), said


def test_links_that_each_job_has_are_named_with_the_job() -> None:
    page = tree(rendered(rich_digest()))
    named = [anchor.get("aria-label") for anchor in page.find_class("act")]
    assert len(named) == len(set(named)) > 4
    for anchor in page.find_class("act"):
        # What is seen begins what is heard (WCAG 2.5.3).
        assert anchor.get("aria-label").startswith(f"{anchor.text_content()}: ")


def test_the_text_part_holds_what_the_page_links_but_what_a_page_of_the_job_does() -> None:
    page = rendered(rich_digest())
    linked = {anchor.get("href") for anchor in tree(page).iter("a")}
    written = set(re.findall(r"https://\S+", page.text))
    of_a_job = {link for link in linked if re.search("/[kn]/", link)}
    assert linked - written == of_a_job
    assert (len(linked), len(of_a_job)) == (7 + 3 * 7 + 1 + 2, 2 * 7)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_job_of_the_text_part_ends_in_its_address_and_the_page_that_takes_feedback(locale: str) -> None:
    text = rendered(rich_digest(recipient(locale=locale))).text
    cards = re.findall(r"^\d+\. .*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)
    assert len(cards) == 7
    for card in cards:
        *said, job, why = card.splitlines()
        assert re.fullmatch(r" {4}\D+: https://\S+", job), job
        assert re.fullmatch(r" {4}\D+: https://jobs\.harbour\.example/j/.+", why), why
        assert not [line for line in said if "https://" in line and "Sample Board" not in line]


def test_the_same_digest_gives_the_same_page() -> None:
    assert rendered(rich_digest()) == rendered(rich_digest())


@pytest.mark.parametrize("length", [60, 2_000])
def test_ten_jobs_stay_clear_of_the_size_that_mailboxes_clip(length: int) -> None:
    jobs = [
        posting(f"j{n}", title="W" * length, company="Ω" * length, salary=pay(50_000, 90_000, "USD"),
                attribution=Attribution(name="Board" * 9, url="https://board.example/jobs"))
        for n in range(10)
    ]  # fmt: skip
    page = rendered(digest(*jobs))
    assert len(page.html.encode()) < CLIP_BYTES / 2
    if length < 100:
        assert len(page.html.encode()) < WANTED_BYTES


def test_nothing_that_a_feed_says_becomes_markup() -> None:
    made = digest(
        posting(title=HOSTILE, company=HOSTILE, attribution=Attribution(name=HOSTILE, url="https://b.example"))
    )
    page = rendered(made, sender=Sender(HOSTILE, "a@b.example", HOSTILE))
    root = tree(page)
    assert not root.xpath("//script")
    assert not root.xpath("//*[@onload]")
    assert "alert(1)" in root.text_content()
    assert "{{ 7*7 }}" in root.text_content()
    assert "\x00" not in page.html + page.text + page.subject


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://",
        "http://a b.example",
        'https://a.example/"',
        "https://[x",
        None,
    ],
)
def test_an_address_that_is_not_of_the_web_is_not_linked(url: str | None) -> None:
    page = rendered(linked_to(digest(posting()), url), base="")
    assert not tree(page).xpath("//a")
    assert "Python engineer" in page.text


def test_the_apply_address_stands_in_for_a_missing_one() -> None:
    page = rendered(digest(posting(url=None, apply_url="https://apply.example.com/1")), base="")
    assert [anchor.get("href") for anchor in tree(page).iter("a")] == ["https://apply.example.com/1"]


def test_without_a_public_address_the_links_to_it_are_left_out() -> None:
    page = rendered(digest(posting()), base="")
    assert "Unsubscribe" not in page.html + page.text
    assert "Hide company" not in page.html + page.text


def test_the_page_suits_screen_readers_phones_and_dark_mode() -> None:
    page = rendered(rich_digest())
    root = tree(page)
    assert root.get("lang") == "en"
    assert all(table.get("role") == "presentation" for table in root.iter("table"))
    assert root.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert "@media (prefers-color-scheme:dark)" in page.html
    assert not list(root.iter("img"))
    assert len(root.xpath("//h1")) == 1
    assert all(title.get("dir") == "auto" for title in root.find_class("title"))
    assert all("overflow-wrap" in cell.get("style") for cell in root.find_class("inside"))


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = rendered(rich_digest())
    assert not tree(page).xpath("//link | //*[@src] | //*[@background]")
    assert "url(" not in page.html
    assert "@import" not in page.html


def test_what_the_cap_left_out_is_counted_and_linked_in_both_parts() -> None:
    made = digest(*(posting(f"j{n}") for n in range(12)))
    rest = links_for(made, "https://jobs.harbour.example", b"secret").rest
    assert rest.startswith("https://jobs.harbour.example/r/")
    page = rendered(made)
    assert "2 more jobs fit" in page.html
    assert [anchor.text for anchor in tree(page).iter("a") if anchor.get("href") == rest] == ["See the others"]
    assert f"{more_line(2, words_of('en'))}\nSee the others: {rest}\n" in page.text


@pytest.mark.parametrize("base", ["https://jobs.harbour.example", ""])
def test_nothing_is_linked_that_was_left_out_where_nothing_was_or_nothing_is_public(base: str) -> None:
    whole, cut = digest(posting()), digest(*(posting(f"j{n}") for n in range(12)))
    for made in [whole] if base else [whole, cut]:
        page = rendered(made, base)
        assert "See the others" not in page.html + page.text


def test_a_job_that_comes_again_and_what_moved_it_are_said_in_both_parts() -> None:
    page = rendered(noted_digest())
    for part in (tree(page).text_content(), page.text):
        for said in (
            *notes(noted_digest().items[0], words_of("en")),
            "“Data engineer”",
            "€58,000 to €75,000",
            "Hires in Portugal, which you prefer",
            "just below your minimum of €60K",
        ):
            assert said in " ".join(part.split()), said


def test_each_address_of_the_text_part_says_what_it_leads_to() -> None:
    for line in rendered(noted_digest()).text.splitlines():
        if "https://" in line:
            assert re.fullmatch(r" *[A-Z][\w ]+: https://\S+| *via [\w ]+: https://\S+", line), line


def test_lines_of_the_text_part_are_short_unless_one_word_is_long() -> None:
    for line in rendered(rich_digest()).text.splitlines():
        assert len(line) <= 72 or line.strip().count(" ") <= 4, line
        assert line == line.rstrip() or not line.strip()


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("fore", "back"),
    [
        *((fore, back) for fore in ("#1b242d", "#55616c", "#0a5d53") for back in ("#ffffff", "#f2f4f3")),
        ("#7d4c00", "#ffffff"),
        *((fore, back) for fore in ("#e8edf0", "#a8b3bc", "#74d6c3") for back in ("#12171b", "#1b2228")),
        ("#f2bd6b", "#1b2228"),
    ],
)
def test_colours_that_meet_have_the_contrast_of_wcag_aa(fore: str, back: str) -> None:
    page = rendered(rich_digest())
    assert fore in page.html
    assert back in page.html
    light, dark = sorted((_luminance(fore), _luminance(back)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_links_of_an_empty_kind_leave_no_stray_words() -> None:
    made = digest(posting())
    page = JinjaRenderer(SENDER).render(made, Links(unsubscribe="", manage="", not_relevant={}))
    assert "None" not in page.html + page.text


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_a_digest_is_small_in_every_language(language: str) -> None:
    page = rendered(rich_digest(recipient(locale=language)))
    assert len(page.html.encode()) < WANTED_BYTES
    assert tree(page).get("lang") == language


def test_the_largest_digest_stays_below_what_mailboxes_clip() -> None:
    long = "Ω" * 2_000
    names = [search(f"{long}{number}", criteria=PYTHON) for number in range(5)]
    jobs = [
        posting(f"j{number}", title=long, company=f"{number}{long}", salary=pay(50_000, 90_000, "INR"),
                attribution=Attribution(name=long, url=f"https://board.example/{'a' * 400}"),
                url=f"https://jobs.example.com/{number}/{'a' * 400}")
        for number in range(10)
    ]  # fmt: skip
    every = CurateSettings(least_chance=0, least_mail_chance=0)
    made = curate(recipient(), names, [Candidate(job, tuple(names)) for job in jobs], [], NOON, every)
    assert isinstance(made, Digest)
    assert len(made.items) == 10
    assert len(rendered(made).html.encode()) < CLIP_BYTES


def test_pay_is_drawn_against_the_floor_in_both_parts() -> None:
    page = rendered(rich_digest())
    bars = tree(page).find_class("bar")
    assert len(bars) == page.text.count("┃") == 5
    for bar in bars:
        assert sum(int(cell.get("width").rstrip("%")) for cell in bar.iter("td")) == 100
        assert len([cell for cell in bar.iter("td") if cell.get("class") == "floor"]) == 1
    assert "━" in page.text


def test_a_week_is_plotted_in_both_parts() -> None:
    counts = (4, 0, 8, 3, 1, 12, 6)
    week = tuple((NOON.date() - timedelta(days=6 - at), count) for at, count in enumerate(counts))
    page = rendered(replace(rich_digest(), week=week, others=29))
    assert [cell.text_content().split() for cell in tree(page).find_class("weekday")][:3] == [
        ["4", "Tue"], ["Wed"], ["8", "Thu"],
    ]  # fmt: skip
    [heard] = tree(page).find_class("week")
    assert heard.get("role") == "img"
    assert heard.get("aria-label") == "Tue: 4; Wed: 0; Thu: 8; Fri: 3; Sat: 1; Sun: 12; Mon: 6"
    assert "In the last 7 days, 34 jobs fitted; " in page.text
    assert "\nTue ▂ 4  Wed 0  Thu ▅ 8" in page.text
    assert not tree(rendered(rich_digest())).find_class("weekday")


def test_a_week_of_more_than_is_below_says_what_became_of_the_others() -> None:
    def said(others: int, *, language: str = "en", sent: bool = True) -> str:
        made = digest(posting("a"), posting("b"))
        days = tuple((NOON.date() - timedelta(days=back), 5 if not back else 0) for back in reversed(range(7)))
        return week_line(replace(made, week=days, others=others, others_sent=sent), ZoneInfo("UTC"), words_of(language))

    assert said(0) == "In the last 7 days, 5 jobs fitted"
    assert said(1).endswith(" fitted; the other came in an earlier mail or suits you less")
    assert said(3).endswith(" fitted; the others came in earlier mails or suit you less")
    assert said(3, sent=False).endswith(" fitted; the others suit you less"), "a first mail"
    german = "In den letzten 7 Tagen passten 5 Stellen; die anderen passen weniger zu dir"
    assert said(3, language="de", sent=False) == german


def test_the_first_job_stands_right_below_the_heading_and_the_week_below_all() -> None:
    week = tuple((NOON.date() - timedelta(days=back), 1 + back) for back in reversed(range(7)))
    page = rendered(replace(rich_digest(), week=week))
    assert page.text.split("\n")[3].startswith("1.")
    assert page.text.rindex("Why and feedback") < page.text.index("Tue █ 7") < page.text.index("You get this mail")
    assert page.html.rindex("Not relevant") < page.html.index('class="week"') < page.html.index('class="foot"')


def test_which_search_found_a_job_goes_without_saying_where_there_is_one() -> None:
    assert "Found by" not in rendered(digest(posting())).text
    assert rendered(rich_digest()).text.count("Found by") == 7
    first, other = (search(name, Criteria(text="engineer")) for name in ("Of one", "Of another"))
    of_one = replace(digest(posting("a"), posting("b"), by=first), searches=(first, other))
    assert "2 new jobs for “Of one”" in rendered(of_one).text
    assert "Found by" not in rendered(of_one).text
    of_both = replace(of_one, items=(*of_one.items, *digest(posting("c"), by=other).items))
    assert rendered(of_both).text.count("Found by") == 3


def test_what_can_be_tapped_is_as_high_as_a_finger_is_wide() -> None:
    """44 px, WCAG 2.5.5: line height with padding."""
    for link in tree(rendered(rich_digest())).iter("a"):
        if link.get("class") == "source":
            # Part of a line of text, as the criterion allows.
            continue
        styles = dict(part.split(":", 1) for part in link.get("style").split(";") if part)
        top, *_, bottom = (int(size.removesuffix("px")) for size in (styles["padding"].split() * 3)[0:3])
        line = 24 if link.get("class") == "link" else 20
        assert top + bottom + line >= 44, link.get("class")


def test_a_right_to_left_title_keeps_its_direction_and_a_right_to_left_language_turns_the_page() -> None:
    root = tree(rendered(rich_digest()))
    assert root.get("dir") == "ltr"
    assert {title.get("dir") for title in root.find_class("title")} == {"auto"}
    assert {company.get("dir") for company in root.find_class("company")} == {"auto"}
    assert Words("ar", NullTranslations()).direction == "rtl"
