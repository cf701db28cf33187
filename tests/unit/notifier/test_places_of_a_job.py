"""One job in several places is one card, and each of its postings an item that is sent and remembered by itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Skill, Spoken, Timezones
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.digests.sent_jobs import sent_rows
from services.notifier.domain.curation.cards import MOST_PLACES, cards_of
from services.notifier.domain.curation.curate import CurateSettings, curate, worth_a_mail
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Candidate, Digest, DueSearch, Hold
from services.notifier.domain.weights import Against, Chance, Doubt
from services.notifier.domain.wording.job import title_of
from services.notifier.domain.wording.places import place_lines
from services.notifier.domain.wording.view import Reader
from services.notifier.ports import Rendered
from services.rules.places.town_data import towns
from services.wording.catalogues import words_of
from tests.support.digests import NOON, SENDER, pay, posting, recipient, search
from tests.support.placed_digest import AT_HOME, TOWNS, in_town, in_towns, placed_digest

DATA: dict[str, Any] = {"title": "Data Engineer", "company": "Tidewater Energy"}
FLOOR = Criteria(skills=SkillTerms(any=("Python",)), salary_floor=SalaryFloor(amount=60_000, currency="EUR"))
ANY_CHANCE = CurateSettings(least_chance=0, least_mail_chance=0)


def chosen(jobs: Sequence[PostingCore], by: DueSearch | None = None, settings: CurateSettings = ANY_CHANCE) -> Digest:
    found_by = by or search()
    made = curate(recipient(), [found_by], [Candidate(job, (found_by,)) for job in jobs], [], NOON, settings)
    assert isinstance(made, Digest)
    return made


def sizes(made: Digest) -> list[int]:
    return sorted(map(len, cards_of(made.items)))


def rendered(made: Digest) -> Rendered:
    return JinjaRenderer(SENDER).render(made, links_for(made, "https://jobs.harbour.example", b"secret"))


def test_one_job_in_five_towns_is_one_card_with_a_link_for_each() -> None:
    jobs = in_towns(TOWNS, **DATA)
    made = chosen(jobs)
    page = rendered(made)
    assert page.subject == "New job: Data Engineer at Tidewater Energy"
    assert page.html.count('class="card"') == 1
    tree: Any = lxml_html.fromstring(page.html)
    assert sorted(place.get("href") for place in tree.find_class("place")) == sorted(job.url for job in jobs if job.url)
    assert "On site, Germany\n" in page.text
    assert "Cologne: https://" in page.text
    assert "On site, Germany · Hamburg, Cologne, Leipzig or 2 more · Asks for Python" in page.preheader


def test_each_posting_of_a_card_is_sent_and_remembered_by_itself() -> None:
    jobs = in_towns(TOWNS, **DATA)
    assert {row["posting_id"] for row in sent_rows(chosen(jobs))} == {job.posting_id for job in jobs}


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Data Scientist"},
        {"company": "Quillfeather"},
        {"seniority": "senior"},
        {"employment": "part_time"},
        {"language": "de"},
        {"languages": (Spoken(any=("de",)),)},
        {"skills": (Skill(name="Python", strength="wanted"),)},
        {"timezones": {"min": -8.0, "max": -5.0}},
    ],
)
def test_what_is_told_otherwise_has_a_card_of_its_own(other: dict[str, Any]) -> None:
    made = chosen([in_town("Berlin, DE", **DATA), in_town("Munich, DE", **(DATA | other))])
    assert sizes(made) == [1, 1]


def test_where_pay_workplace_and_age_differ_each_line_says_its_own() -> None:
    page = rendered(placed_digest())
    support = page.text.partition("Support Engineer")[2].partition("Why and feedback")[0]
    lines = " ".join(support.split())
    assert "In 3 places" in lines
    assert "On site, Lisbon, Portugal · €1,030–€1,200 a month (about €12K–€14K a year): https" in lines
    assert "Remote from Portugal · Pay not stated · posted 4 days ago: https" in lines
    assert lines.count("Pay not stated") == 1


@pytest.mark.parametrize(("month", "away"), [(1, (2.0, 5.0)), (7, (1.0, 4.0))])
def test_each_line_tells_how_far_its_hours_lie_by_the_season(month: int, away: tuple[float, float]) -> None:
    at, words = NOON.replace(month=month), words_of("en")
    reader = Reader(words, ZoneInfo("America/Argentina/Buenos_Aires"), "ARS", "AR")
    card = [
        replace(item, chance=Chance(0.6, lambda apart=apart: [Against(Doubt("zone", amount=apart), 0.7)]))
        for apart, offset in ((2.0, -5.0), (5.0, -8.0))
        for item in chosen([posting(str(offset), timezones=Timezones(min=offset, max=offset))]).items
    ]
    lines = place_lines(card, at, reader)
    assert [f"hours {hours:g} h from" in line.own for hours, line in zip(away, lines, strict=True)] == [True, True]


def test_pay_that_is_held_against_a_floor_keeps_jobs_apart() -> None:
    pays = {"Berlin, DE": pay(None, 70_000), "Munich, DE": pay(None, 90_000)}
    jobs = [in_town(label, salary=paid, **DATA) for label, paid in pays.items()]
    assert sizes(chosen(jobs)) == [2]
    assert sizes(chosen(jobs, search("Paid", FLOOR))) == [1, 1]


def test_forms_of_which_both_are_true_keep_a_job_from_one_that_offers_either() -> None:
    of_level = search(criteria=Criteria(seniority=("senior",)))
    [ends, either] = in_towns(TOWNS[:2], **DATA, seniority="senior", forms=("contract", "full_time"))
    assert sizes(chosen([ends, either], of_level)) == [2]
    assert sizes(chosen([ends.model_copy(update={"employment": "contract"}), either], of_level)) == [1, 1]


def test_a_place_that_is_not_told_joins_nothing() -> None:
    twice = [in_town(AT_HOME, **DATA), in_town("Berlin, DE", **DATA), in_town("Munich, DE", **DATA, towns=())]
    assert sizes(chosen(twice)) == [1, 2], "two lines that say Germany would tell nobody which is which"


def test_room_and_the_rest_count_cards() -> None:
    others = [posting(f"other{number}") for number in range(4)]
    more = in_towns(("Vienna, AT", "Graz, AT"), title="Python Developer", company="Lantern & Loom")
    settings = ANY_CHANCE.model_copy(update={"most_items": 3})
    made = chosen([*in_towns(TOWNS, **DATA), *others, *more], settings=settings)
    assert len(cards_of(made.items)) == 3
    assert made.left_out == 3
    assert len(made.items) + len(made.rest) == 5 + 4 + 2
    assert "3 more jobs fit" in rendered(made).text


def test_what_only_its_chance_kept_out_is_counted_by_cards_and_leads_to_a_page() -> None:
    kept_out = in_towns(TOWNS, **DATA | {"title": "Account Executive"}, roles=("account-executive",))
    made = chosen([posting("fits"), *kept_out], settings=CurateSettings(least_mail_chance=0))
    assert [item.posting.posting_id for item in made.items] == [posting("fits").posting_id]
    assert (made.unlikely, len(made.dropped)) == (1, len(TOWNS))
    page, said = rendered(made), "1 other job fits, but we doubt that you would want it."
    link = f"{links_for(made, 'https://jobs.harbour.example', b'secret').rest}#unlikely"
    assert said in " ".join(page.text.split())
    assert said in page.html
    assert f"See what was left out: {link}" in page.text
    assert f'href="{link}"' in page.html


def test_a_near_miss_below_the_bar_is_not_counted_among_what_fits() -> None:
    low = posting("low", title="Account Executive", roles=("account-executive",), salary=pay(50_000, 57_000))
    searches = search(criteria=FLOOR)
    made = chosen([posting("fits", salary=pay(90_000, 99_000)), low], searches, CurateSettings(least_mail_chance=0))
    assert [left.cause.near for left in made.dropped] == [True]
    assert made.unlikely == 0
    assert "we doubt" not in rendered(made).text


def test_a_job_in_more_places_than_a_card_holds_has_another() -> None:
    labels = [town.label for town in towns().by_id.values() if town.country == "DE"][: MOST_PLACES + 2]
    assert sizes(chosen(in_towns(labels, **DATA))) == [2, MOST_PLACES]


def test_five_postings_of_a_job_are_no_five_chances_that_it_is_wanted() -> None:
    jobs = in_towns(TOWNS, **DATA)
    made = chosen(jobs)
    likely = max(item.chance.value for item in made.items)
    held = worth_a_mail(made, CurateSettings(least_chance=0, least_mail_chance=likely + 0.01))
    assert isinstance(held, Hold)
    assert len(held.rest) == len(jobs)
    assert worth_a_mail(made, CurateSettings(least_chance=0, least_mail_chance=likely)) == made


def test_a_mail_full_of_full_cards_is_shown_whole() -> None:
    labels = [town.label for town in towns().by_id.values() if town.country == "DE"][:MOST_PLACES]
    named = [{"title": f"Data Engineer {number}", "company": f"Company {number}"} for number in range(10)]
    jobs = [job for of_all in named for job in in_towns(labels, **of_all)]
    made = chosen(jobs)
    assert sizes(made) == [MOST_PLACES] * 10
    page = JinjaRenderer(SENDER).render(made, links_for(made, "https://jobs.harbour.example", b"secret", clicks=True))
    assert len(page.html.encode()) < 102_000, "from there on Gmail shows a part alone"


@pytest.mark.parametrize(
    ("titles", "shown"),
    [
        (("Data Engineer - Berlin", "Data Engineer - Hamburg"), "Data Engineer"),
        (("Data Engineer (Berlin) (m/w/d)", "Data Engineer (Bern) (m/w/d)"), "Data Engineer"),
        (("Customer Support with Dutch - Remote", "Customer Support with Dutch"), "Customer Support with Dutch"),
        (("Data Engineer, Remote", "Data Engineer, Remote"), "Data Engineer, Remote"),
        (("Berlin - Data Engineer", "Bern - Data Engineer"), "Berlin - Data Engineer"),
    ],
)
def test_a_shared_title_is_told_without_its_place(titles: Sequence[str], shown: str) -> None:
    assert title_of(titles) == shown
