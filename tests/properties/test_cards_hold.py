"""One job in several places: each posting that is sent stands on one card, and what it says alone stands beside it."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Cluster, Condition, PostingCore, Reach
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.curation.cards import MOST_PLACES, cards_of
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Candidate, Digest, Item
from services.notifier.domain.wording.places import told_once
from services.rules.places.towns import town_of
from services.rules.seat import Seat
from services.rules.signature import cluster_key, signature_of
from tests.support.digests import NOON, SENDER, pay, posting, recipient, search, words_about

TOWNS = ("Berlin, DE", "Hamburg, DE", "Munich, DE", "Köln, DE", "Leipzig, DE", "Vienna, AT", "Lisbon, PT")
PAYS = (None, pay(40_000, 50_000), pay(None, 60_000, "USD"))
CONDITIONS: tuple[tuple[Condition, ...], ...] = (
    (), (Condition(kind="shifts"),), (Condition(kind="relocation", places=("DE",)), Condition(kind="shifts")),
)  # fmt: skip
SEARCHES = (search(), search("Engineers", Criteria(skills=SkillTerms(any=("Python",)), text="engineer")))
ROOM = CurateSettings(most_items=4, most_near=2, least_chance=0, least_mail_chance=0)


@st.composite
def vacancies(draw: st.DrawFn) -> list[PostingCore]:
    """Of two jobs, in towns and countries, some told otherwise than others."""
    drawn = []
    for number, label in enumerate(draw(st.lists(st.sampled_from(TOWNS), min_size=1, max_size=12))):
        town = town_of(label)
        assert town is not None
        job = draw(st.sampled_from(["Python engineer", "Python engineer", "Data engineer"]))
        title = job + draw(st.sampled_from(["", "", f" - {town.name}", " (m/w/d)"]))
        company = draw(_mostly("Acme", "ACME GmbH", "Borealis", ""))
        at_home, reach = draw(_mostly(False, True)), Reach(scope="listed", countries=(town.code[:2],))
        text = words_about(job, count=draw(_mostly(60, 62, 90)))
        seat = Seat(at_home, frozenset() if at_home else frozenset([f"{town.id % 65_536:04x}"]))
        drawn.append(
            posting(
                f"of{number}",
                title=title,
                company=company,
                description_text=text,
                workplace="remote" if at_home else draw(_mostly("onsite", "hybrid", "unknown")),
                reach=reach,
                towns=() if at_home else (town.id,),
                salary=draw(_mostly(*PAYS)),
                conditions=draw(_mostly(*CONDITIONS)),
                seniority=draw(_mostly(None, "senior")),
                posted_at=NOON - timedelta(days=draw(_mostly(0, 1, 3))),
                cluster=Cluster(key=cluster_key(company, title, reach, seat), signature=signature_of(text)),
            )
        )
    return drawn


def _mostly(first: Any, *others: Any) -> st.SearchStrategy[Any]:
    """So that jobs differ in few things."""
    return st.sampled_from([first] * 9 * len(others) + list(others))


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    to = recipient(locale=draw(st.sampled_from(["en", "de", "fr"])), currency=draw(st.sampled_from(["EUR", "GBP"])))
    found = [Candidate(job, SEARCHES) for job in draw(vacancies())]
    made = curate(to, SEARCHES, found, [], NOON, ROOM)
    assert isinstance(made, Digest)
    return made


@given(digests())
def test_each_job_that_is_sent_stands_on_one_card_in_order(made: Digest) -> None:
    links = links_for(made, "https://jobs.harbour.example", b"secret", clicks=True)
    page = JinjaRenderer(SENDER).render(made, links)
    tree: Any = lxml_html.fromstring(page.html)
    shown = tree.find_class("card")
    cards = [*cards_of(made.items), *cards_of(made.near)]
    event(f"{max(map(len, cards))} on a card at most")
    assert len(shown) == len(cards) <= ROOM.most_items + ROOM.most_near
    for card, of in zip(shown, cards, strict=True):
        addresses = [anchor.get("href") for anchor in card.find_class("place")]
        assert addresses == ([links.open[item.posting.posting_id] for item in of] if len(of) > 1 else [])
        titled = [anchor.get("href") for anchor in card.find_class("link")]
        assert titled == [links.open[of[0].posting.posting_id]]
    mentions = Counter(address for item in made.items for address in [links.open[item.posting.posting_id]])
    assert all(page.text.count(f" {address}\n") == number for address, number in mentions.items())


@given(digests())
def test_a_card_says_once_only_what_is_so_of_all_its_jobs(made: Digest) -> None:
    for card in cards_of(made.items):
        places = [_place(item) for item in card]
        assert len(card) <= MOST_PLACES
        assert len(set(places)) == len(places)
        for name in ("seniority", "offered", "hours", "language", "languages", "timezones"):
            assert len({getattr(item.posting, name) for item in card}) == 1
        assert len({tuple(found.search.name for found in item.found_by) for item in card}) == 1
        for reason in (reason for found in told_once(card).found_by for reason in found.verdict.reasons):
            assert all(reason in reasons for item in card for reasons in [_reasons(item)])


def _place(item: Item) -> tuple[object, ...]:
    return (item.posting.towns, item.posting.reach.countries, item.posting.workplace)


def _reasons(item: Item) -> list[object]:
    return [reason for found in item.found_by for reason in found.verdict.reasons]


@given(digests())
def test_the_subject_the_heading_and_the_cards_count_alike(made: Digest) -> None:
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    tree: Any = lxml_html.fromstring(page.html)
    [heading] = tree.find_class("headline")
    number = str(len(cards_of(made.items)))
    assert heading.text.split()[0] == number
    assert page.subject.split()[0] == number or number == "1"
