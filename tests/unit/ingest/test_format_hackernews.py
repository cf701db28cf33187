"""Hacker News by Algolia: comments that are postings and those that are none, pages and trees, nobody's name."""

import json
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.normalise import normalise
from services.ingest.ports import JsonObject, Skip
from tests.support.board_bodies import hackernews, hackernews_hit, hackernews_tree
from tests.support.drafting import RATES, a_raw
from tests.support.feed_bodies import draft, items, parts, texts

HN = format_named("hackernews")
URL = "https://hn.algolia.com/api/v1/search_by_date?tags=comment,story_48747976"


def skips(*hits: JsonObject) -> list[str]:
    return [part.reason for part in parts("hackernews", hackernews(*hits)) if isinstance(part, Skip)]


def test_a_comment_comes_out_field_by_field() -> None:
    line = (
        'Coral Ledger (<a href="https:&#x2F;&#x2F;coral.example">https:&#x2F;&#x2F;coral.example</a>)'
        " | Senior R&amp;D Baker | Oslo, Norway | REMOTE (EU) | Full-time | €60k - €70k"
    )
    made = draft("hackernews", hackernews(hackernews_hit(line, "We bake.", "Write to us.")))
    assert (made.source_id, made.title, made.company) == ("48860201", "Senior R&D Baker", "Coral Ledger")
    assert made.url == "https://news.ycombinator.com/item?id=48860201"
    assert made.company_url == "https://coral.example"
    assert made.html.endswith("<p>We bake.<p>Write to us.")
    assert texts(made.locations) == ["Oslo, Norway", "REMOTE (EU)"]
    assert texts(made.workplace) == ["remote"]
    assert texts(made.employment) == ["Full-time"]
    assert texts(made.pay_text) == ["€60k - €70k"]
    assert {stated.field for stated in (*made.locations, *made.pay_text)} == {"first line"}
    assert made.posted_at == 1785772931


def test_a_line_is_understood_by_the_normaliser() -> None:
    line = "Coral Ledger | Senior Backend Engineer | REMOTE (US) | Full-time | $160k-$200k"
    posting = normalise(draft("hackernews", hackernews(hackernews_hit(line))), raw=a_raw(), rates=RATES)
    assert (posting.workplace, posting.seniority, posting.reach.countries) == ("remote", "senior", ("US",))
    assert posting.salary is not None
    assert (posting.salary.min, posting.salary.max, posting.salary.currency) == (160_000, 200_000, "USD")


def test_roles_stand_on_lines_of_their_own_where_the_first_names_none() -> None:
    hit = hackernews_hit(
        "Coral Ledger | Remote | https://coral.example", "We hire:", "- Data Engineer\n- Product Designer"
    )
    assert draft("hackernews", hackernews(hit)).title == "Data Engineer, Product Designer"


def test_a_greeting_before_the_line_is_passed_over() -> None:
    hit = hackernews_hit("Thank you all for your help!", "Coral Ledger | Senior Baker | Onsite | Oslo", "Still hiring.")
    made = draft("hackernews", hackernews(hit))
    assert (made.company, made.title, texts(made.workplace)) == ("Coral Ledger", "Senior Baker", ["onsite"])


def test_without_any_role_the_line_is_the_title_as_it_stands() -> None:
    made = draft("hackernews", hackernews(hackernews_hit("Coral Ledger | Remote | Full-time")))
    assert (made.title, made.company) == ("Coral Ledger | Remote | Full-time", "Coral Ledger")


@pytest.mark.parametrize(
    ("hit", "reason"),
    [
        (hackernews_hit(parent_id=48860200), "an answer to another comment"),
        (hackernews_hit("Do you take people from Oslo?"), "a comment that tells of no opening"),
        (hackernews_hit("42. 0.ae . 1e"), "a comment that tells of no opening"),
        (
            hackernews_hit("Why are all of these about software? Nobody is hiring cooks."),
            "a comment that tells of no opening",
        ),
        (hackernews_hit("SEEKING WORK | Oslo | Remote"), "a comment of somebody who seeks work"),
        (hackernews_hit("Location: Oslo", "Remote: yes"), "a comment of somebody who seeks work"),
        (
            hackernews_hit(
                "Hello,", "I hope that you are well.", "I'm currently looking for a job as a full-stack developer."
            ),
            "a comment of somebody who seeks work",
        ),
        (
            hackernews_hit("I am a backend developer", "I am looking for a new role."),
            "a comment of somebody who seeks work",
        ),
        (
            hackernews_hit("I am a backend developer", "I am looking for any remote backend role."),
            "a comment of somebody who seeks work",
        ),
        (
            hackernews_hit("I am a developer", "I'm looking for a new full-stack engineering position."),
            "a comment of somebody who seeks work",
        ),
        (hackernews_hit(story_title="Ask HN: Who wants to be hired?"), "a comment of a thread of people who seek work"),
        (hackernews_hit(comment_text=None), "a comment without a text, as deleted ones are, or a story"),
        (hackernews_hit(comment_text=" "), "a comment without a text, as deleted ones are, or a story"),
    ],
)
def test_what_is_no_posting_is_skipped_with_its_reason(hit: JsonObject, reason: str) -> None:
    assert skips(hit) == [reason]


@pytest.mark.parametrize(
    "said",
    [
        "We are looking for a remote backend developer for a new role.",
        "I am looking for a backend developer to work with me.",
        "I'm looking for developers to work on Coral Ledger.",
        "I'm looking for a developer to fill this role.",
    ],
)
def test_who_seeks_a_developer_is_no_seeker_of_work(said: str) -> None:
    assert len(items("hackernews", hackernews(hackernews_hit("Backend developer at Coral Ledger", said)))) == 1


@pytest.mark.parametrize("ids", [{"parent_id": "48747976"}, {"story_id": None}, {"parent_id": None, "story_id": None}])
def test_ids_may_be_texts_or_missing(ids: dict[str, Any]) -> None:
    assert len(items("hackernews", hackernews(hackernews_hit(**ids)))) == 1


@pytest.mark.parametrize("body", [hackernews(hackernews_hit()), hackernews_tree(hackernews_hit())])
def test_nobodys_name_is_kept(body: bytes) -> None:
    (item,) = items("hackernews", body)
    assert "robin" not in str(item.data)
    assert "kim" not in str(item.data)


def test_a_thread_as_one_tree_gives_what_its_pages_give() -> None:
    hits = [hackernews_hit(), hackernews_hit("Nimbus Fern | Cook | Oslo", objectID="2")]
    body = hackernews_tree(*hits)
    assert detect(body) is HN
    assert items("hackernews", body) == items("hackernews", hackernews(*hits))
    assert HN.next_page("https://hn.algolia.com/api/v1/items/48747976", body) is None


def test_pages_are_counted_from_nought_until_the_last() -> None:
    assert HN.next_page(URL, hackernews(hackernews_hit(), page=0, pages=2)) == f"{URL.replace(',', '%2C')}&page=1"
    assert HN.next_page(f"{URL}&page=1", hackernews(hackernews_hit(), page=1, pages=2)) is None


def test_a_page_without_comments_is_known_and_an_edit_of_a_comment_changes_it() -> None:
    assert detect(hackernews()) is HN
    first, same, edited = (
        items("hackernews", hackernews(hit))[0].data
        for hit in (
            hackernews_hit(),
            hackernews_hit(updated_at="x", children=[1, 2]),
            hackernews_hit("Coral | Cook | Oslo"),
        )
    )
    assert HN.fingerprint(first) == HN.fingerprint(same) != HN.fingerprint(edited)


def test_a_tree_that_is_cut_short_gives_what_was_whole() -> None:
    body = hackernews_tree(hackernews_hit(), hackernews_hit(objectID="2"), hackernews_hit(objectID="3"))
    found = parts("hackernews", body[: body.rindex(b'"parent_id"')])
    assert [type(part).__name__ for part in found] == ["Item", "Item", "Broken"]


def test_other_answers_of_algolia_are_not_taken_for_a_thread() -> None:
    story = {"objectID": "1", "title": "A story", "url": "https://a.example", "points": 3}
    assert detect(json.dumps({"hits": [story], "nbPages": 1, "page": 0, "hitsPerPage": 20}).encode()) is not HN
    assert detect(json.dumps({"children": [], "name": "a tree"}).encode()) is not HN


def test_it_is_not_taken_for_a_whole_listing() -> None:
    assert not HN.complete
