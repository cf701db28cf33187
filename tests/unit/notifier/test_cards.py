"""Cached cards give the mails that cards made anew give."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Condition, PostingCore, Reach, Spoken
from services.notifier.adapters.rendering.forms import Form
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.links import links_for
from services.notifier.domain.model import AnnualPay, Digest, Item, PayNews
from services.notifier.domain.weights import LEAST_MOVED, Answered, AnswerFacts, AnswerKind, Chance
from services.notifier.ports import Links
from services.rules.home import Home
from services.rules.places.known import place_name
from services.rules.places.towns import town_of
from services.wording.catalogues import words_of
from services.wording.conditions import conditions_in_words
from services.wording.words import LANGUAGES
from tests.support.digests import NOON, SENDER, digest, pay, posting, recipient, rich_digest, search

JOBS = [
    posting("a", salary=pay(70_000, 90_000)),
    posting("b", salary=pay(None, 80_000, "USD"), workplace="hybrid"),
    posting("c", posted_at=None),
    posting("d", title="100 % remote, %s and {x}", salary=pay(30, 45, "GBP", "hour"),
            posted_at=NOON - timedelta(days=20)),
]  # fmt: skip
FLOORS = [None, SalaryFloor(amount=60_000, currency="EUR"), SalaryFloor(amount=25, currency="USD", period="hour")]


@st.composite
def digests(draw: st.DrawFn) -> tuple[Digest, Links]:
    """One reader's digest of some of the jobs."""
    floor = draw(st.sampled_from(FLOORS))
    by = search(draw(st.sampled_from(["One", "Two"])), Criteria(skills=SkillTerms(any=("Python",)), salary_floor=floor))
    to = recipient(
        subscriber_id=draw(st.sampled_from(["ann", "bob"])),
        locale=draw(st.sampled_from(["en", "en_GB", "de", "es"])),
        currency=draw(st.sampled_from(["EUR", "GBP", "INR"])),
        time_zone=draw(st.sampled_from(["UTC", "Pacific/Auckland"])),
    )
    jobs = draw(st.lists(st.sampled_from(JOBS), min_size=1, unique_by=lambda job: job.posting_id))
    made = replace(digest(*jobs, to=to, by=by), due_at=NOON + timedelta(hours=draw(st.sampled_from([0, 20]))))
    return made, links_for(made, draw(st.sampled_from(["", "https://jobs.harbour.example"])), b"secret")


@given(mails=st.lists(digests(), min_size=1, max_size=12), cached=st.sampled_from([1, 3, 1_000]))
def test_a_mail_is_the_same_whatever_cards_are_cached(mails: list[tuple[Digest, Links]], cached: int) -> None:
    kept, anew = JinjaRenderer(SENDER, cached_cards=cached), JinjaRenderer(SENDER, cached_cards=0)
    for made, links in mails:
        assert kept.render(made, links) == anew.render(made, links)


def test_a_newer_version_of_a_job_has_a_card_of_its_own() -> None:
    renderer = JinjaRenderer(SENDER)

    def page(job: PostingCore) -> str:
        made = digest(job)
        return renderer.render(made, links_for(made, "", b"secret")).html

    assert "Old title" in page(posting(title="Old title"))
    assert "New title" in page(posting(title="New title", version=2))


def test_the_country_where_a_reader_says_that_they_live_stands_first_whatever_was_cached() -> None:
    renderer = JinjaRenderer(SENDER)
    job = posting(reach=Reach(scope="listed", countries=("AT", "BE", "DE", "FR", "IT", "PL", "PT")))

    def named_first(home: Home | None) -> str:
        made = digest(job, to=recipient(time_zone="Europe/Berlin", home=home))
        [first] = re.findall(r"Remote from (\w+),", renderer.render(made, links_for(made, "", b"secret")).text)
        return str(first)

    assert [named_first(home) for home in (None, Home("PL"), Home("US"), None)] == [
        "Germany",
        "Poland",
        "Austria",
        "Germany",
    ]


def test_percent_signs_and_braces_of_a_feed_stay_as_they_are() -> None:
    made = digest(JOBS[3])
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    assert "100 % remote, %s and {x}" in page.html
    assert "100 % remote, %s and {x}" in page.text


def test_a_form_is_filled_where_its_places_are() -> None:
    form = Form.of("50% of \x01what\x01 and \x01what\x01%s\x01rest\x01")
    assert form.filled({"what": "%d", "rest": "!"}) == "50% of %d and %d%s!"
    assert form.partly({"rest": "?"}).filled({"what": "%d"}) == "50% of %d and %d%s?"
    inner = Form.of("\x01one\x01, \x01two\x01")
    assert form.holding("rest", inner).filled({"what": "x", "one": "1", "two": "2"}) == "50% of x and x%s1, 2"
    assert form.holding("rest", Form.of(".")).filled({"what": "x"}) == "50% of x and x%s."


@pytest.mark.parametrize(
    ("news", "amounts"),
    [
        (
            PayNews("pay_raised", NOON, AnnualPay(60_000, "EUR"), AnnualPay(75_000, "EUR")),
            ["€60,000", "€75,000"],
        ),
        # What it pays stands beside it.
        (PayNews("pay_stated", NOON, None, AnnualPay(75_000, "EUR")), []),
    ],
)
def test_a_job_that_comes_again_says_why(news: PayNews, amounts: list[str]) -> None:
    note = note_on(lambda item: replace(item, pay_news=news))
    assert note.startswith("Here again: ")
    assert re.findall(r"€[\d,]+", note) == amounts


@pytest.mark.parametrize(("kind", "said"), [("more_like", "up"), ("not_relevant", "down")])
def test_a_job_that_feedback_moved_says_so(kind: AnswerKind, said: str) -> None:
    by = AnswerFacts(kind, "Python <lead>", "Acme", date(2026, 9, 13))
    odds = 2 * LEAST_MOVED if kind == "more_like" else -2 * LEAST_MOVED
    chance = Chance(0.5, answered=Answered(odds, by))
    assert re.search(rf"\b{said}\b.*“Python <lead>”", note_on(lambda item: replace(item, chance=chance)))


def note_on(change: Callable[[Item], Item]) -> str:
    """The note on the first item of a digest, which was changed; its text says it as its HTML does."""
    made = rich_digest()
    made = replace(made, items=(change(made.items[0]), *made.items[1:]))
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    assert page.html.count('class="note"') == 1
    assert "<lead>" not in page.html
    tree: Any = lxml_html.fromstring(page.html)
    [note] = tree.find_class("note")
    said = " ".join(note.text_content().split())
    assert said in " ".join(page.text.split())
    return said


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        (
            "en",
            ["On site, Cyprus", "move there", "Texas or Canada", "night", "students"],
        ),
        (
            "de",
            ["Vor Ort, Zypern", "dorthin ziehen", "Texas oder Kanada", "nachts", "Studierende"],
        ),
        (
            "es",
            ["Presencial, Chipre", "mudarse allí", "Texas o Canadá", "noche", "estudiantes"],
        ),
    ],
)
def test_a_card_says_beside_the_place_what_a_job_sets_as_a_condition(locale: str, said: list[str]) -> None:
    conditions = (
        Condition(kind="relocation", places=("CY",)),
        Condition(kind="licence", places=("US-TX", "CA")),
        Condition(kind="shifts"),
        Condition(kind="enrolment"),
    )
    job = posting(conditions=conditions, workplace="onsite", reach=Reach(scope="listed", countries=("CY",)))
    made = digest(job, to=recipient(locale=locale))
    email = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    [line] = re.findall(rf">({said[0]} [^<]+)</p>", email.html)
    clauses = line.split(" · ")
    assert [fact for fact, clause in zip(said, clauses, strict=True) if fact not in clause] == []
    assert line in " ".join(email.text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_condition_names_no_place_that_stands_before_it(language: str) -> None:
    words, cyprus = words_of(language), Reach(scope="listed", countries=("CY",))
    moving, licence = Condition(kind="relocation", places=("CY",)), Condition(kind="licence", places=("CY",))
    here = posting(title="Nurse", reach=cyprus, conditions=(moving, licence))
    move, licensed = conditions_in_words(here, words)
    of_no_place = posting(reach=cyprus, conditions=(Condition(kind="licence"),))
    assert [licensed] == list(conditions_in_words(of_no_place, words))
    wider = here.model_copy(update={"reach": Reach(scope="listed", countries=("CY", "GR"))})
    named = list(conditions_in_words(wider, words))
    assert all(place_name("CY", language) in clause for clause in named)
    assert not any(place_name("CY", language) in clause for clause in (move, licensed))


def test_a_card_names_the_town_to_move_to_and_a_licence_of_no_place() -> None:
    lisbon = town_of("Lisbon, PT")
    assert lisbon is not None
    conditions = (Condition(kind="relocation", places=("PT",), towns=(lisbon.id,)), Condition(kind="licence"))
    made = digest(posting(conditions=conditions))
    text = " ".join(JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret")).text.split())
    assert re.search("live in Lisbon, Portugal or [^·]* · [^·]*professional licence", text)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Remote from anywhere · needs German (fluent)"),
        ("de", "Remote, von überall · erfordert Englisch"),
        ("es", "En remoto desde cualquier lugar · requiere alemán (fluido) e inglés"),
    ],
)
def test_a_card_says_beside_the_place_which_languages_a_job_needs_but_that_of_the_mail(locale: str, said: str) -> None:
    needs = (Spoken(any=("de",), level="fluent"), Spoken(any=("en",)), Spoken(any=("fr",), need="wanted"))
    made = digest(posting(languages=needs, reach=Reach(scope="worldwide")), to=recipient(locale=locale))
    email = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    assert f">{said}</p>" in email.html
    assert said in " ".join(email.text.split())
