"""Digests of anything that may be found: all numbers in a mail agree with what it holds, and with each other."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.digests.digest_rows import digest_row, kept_dropped, unlikely_cards
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Candidate, Counted, Digest
from services.notifier.domain.week import with_week
from services.notifier.domain.windows import DueSubscriber, DueWindow, WindowMatches
from services.notifier.domain.wording.job import seen_on
from services.notifier.domain.wording.score_lines import cause_line
from services.wording.catalogues import words_of
from tests.support.digests import NOON, SENDER, email, pay, posting, recipient, search, words_about

DAY = timedelta(days=1)
FLOOR = SalaryFloor(amount=60_000, currency="EUR")
SEARCHES = [
    search("One", Criteria(skills=SkillTerms(any=("Python",)), salary_floor=FLOOR, accept_undisclosed=False)),
    search("Two", Criteria(skills=SkillTerms(any=("Python",)), places=("PT",))),
]
ROOMS = st.builds(
    CurateSettings, most_items=st.integers(1, 6), most_near=st.integers(0, 3), least_chance=st.sampled_from((0.0, 0.4))
)


@st.composite
def digests(draw: st.DrawFn) -> Digest | None:
    """Jobs of some weeks, copies among them; some are news, some waited, some nearly fit."""
    made = list[Candidate]()
    found = dict[str, list[str]]()
    for number in range(draw(st.integers(1, 14))):
        job = posting(
            f"job{number}",
            roles=draw(st.sampled_from([(), ("account-executive",)])),
            company=draw(st.sampled_from(["Acme", "Borealis", ""])),
            description_text=words_about(f"job{draw(st.integers(0, 13))}"),
            posted_at=NOON - draw(st.integers(-30, 20 * 24)) * timedelta(hours=1),
            salary=draw(st.sampled_from([None, pay(None, 90_000), pay(None, 58_000)])),
        )
        by = tuple(draw(st.lists(st.sampled_from(SEARCHES), min_size=1, unique_by=lambda search: search.search_id)))
        made.append(Candidate(job, by))
        for some in by:
            found.setdefault(some.search_id, []).append(job.posting_id)
    to = recipient(
        locale=draw(st.sampled_from(["en", "de", "es"])), time_zone=draw(st.sampled_from(["UTC", "Asia/Tokyo"]))
    )
    outcome = curate(to, SEARCHES, made, [], NOON, draw(ROOMS))
    if not isinstance(outcome, Digest):
        return None
    windows = tuple(DueWindow(search, number, 0, NOON, 12, None) for number, search in enumerate(SEARCHES))
    # Of what is judged a window holds the first: the others waited, or were let in by a later version.
    matches = {
        name: WindowMatches(tuple(ids), draw(st.integers(0, len(ids))), more=False) for name, ids in found.items()
    }
    day = NOON.date()
    counts = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), max_size=3, unique_by=lambda count: count[0])
    before = (Counted(NOON - DAY, tuple((day - at * DAY, count) for at, count in draw(counts))),)
    weekly = with_week(outcome, DueSubscriber(to, windows), matches, made, before)
    assert isinstance(weekly, Digest)
    return weekly


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


@given(digests())
def test_numbers_agree(made: Digest | None) -> None:
    if made is None:
        return
    links = links_for(made, "https://jobs.harbour.example", b"secret")
    page = JinjaRenderer(SENDER).render(made, links)
    tree: Any = lxml_html.fromstring(page.html)
    jobs, near = len(made.items), len(made.near)
    assert (len(tree.xpath("//h2[@class='title']")), len(tree.xpath("//h3[@class='title']"))) == (jobs, near)
    assert len(re.findall(r"(?m)^\d+\.", page.text)) == jobs + near
    headline = tree.find_class("headline")[0].text_content()
    assert numbers(headline)[0] == numbers(page.text.splitlines()[0])[0] == jobs
    assert jobs == 1 or numbers(page.subject)[0] == jobs
    _assert_preheader(made, page.preheader)
    _assert_rest(made, [line.text_content() for line in tree.find_class("more")], page.text, links.rest)
    _assert_week(made, tree)


def _assert_preheader(made: Digest, preheader: str) -> None:
    words = words_of(made.recipient.locale)
    more = words.count("{count} more", "{count} more", len(made.items) - 3)
    assert (more in preheader.split(" · ")) == (len(made.items) > 3)
    near = words.count("{count} nearly fits", "{count} nearly fit", len(made.near))
    assert (near in preheader.split(" · ")) == bool(made.near)


def _assert_rest(made: Digest, lines: list[str], text: str, link: str) -> None:
    """What is said to have no room is what the page of the rest has, none of it in the mail."""
    assert made.left_out == len(made.rest) == len(made.beyond)
    assert not {job.posting.posting_id for job in made.rest} & {item.posting.posting_id for item in made.items}
    assert bool(link) == bool(made.rest or made.unlikely) == (link in text if link else False)
    if made.rest:
        assert numbers(lines[0])[0] == len(made.rest)
    if made.unlikely:
        assert numbers(lines[-1])[0] == made.unlikely
    kept = kept_dropped(digest_row("a digest", made, (), email(), NOON)["dropped"])
    assert len(unlikely_cards(kept)) == made.unlikely, "the page of a link lists what the mail counts"
    for left, then in zip(kept, (*made.dropped, *made.beyond), strict=True):
        doubts = {against.doubt.fact: against.doubt for against in then.cause.chance.against}
        assert left.in_words(doubts) == cause_line(then.cause), "what is told later is what was true then"


def _assert_week(made: Digest, tree: Any) -> None:
    bars = [int(count.text_content() or 0) for count in tree.find_class("count")]
    if not made.week:
        assert bars == []
        return
    line = numbers(tree.find_class("day")[1].text_content())
    zone, (first, _) = ZoneInfo(made.recipient.time_zone), made.week[0]
    assert line[:2] == [7, sum(bars)]
    older = sum(seen_on(item.posting, zone) < first for item in made.items)
    assert line[2:] == ([older] if older else [])
    fitting = [item.posting for item in made.items] + [left.posting for left in made.rest]
    assert sum(seen_on(at, zone) >= first for at in fitting) <= sum(bars)
