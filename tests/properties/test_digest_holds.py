"""Digests of whatever feeds may say: nothing of it becomes markup, and cards that are held change nothing."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Attribution, PostingCore, Reach, Skill
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.curation.cards import cards_of
from services.notifier.domain.curation.curate import curate
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Candidate, Digest
from services.notifier.ports import Links
from tests.support.digests import NOON, SENDER, pay, posting, recipient, search

ODD = st.sampled_from([
    "", " ", "<b>x</b>", "\x01number\x01", "\x01why\x01", "&amp;", "{{ 7*7 }}", "{skills}", "%(x)s", "مهندس بايثون",
    "🚀" * 50, "W" * 3_000, "a\u202eb", "\u2028x\u2029", "\x00\x1b", "'\"><img src=x>", "A\r\nBcc: x@example.com",
    "\u200b", "\ufeff",
])  # fmt: skip
TEXTS = ODD | st.text(st.characters(codec="utf-8"), max_size=30) | st.tuples(ODD, ODD).map("".join)
URLS = st.sampled_from([
    "https://a.example/x?a=1&b=2", "https://a.example/é", "HTTPS://A.EXAMPLE/", "javascript:alert(1)", "https://",
    "http://[", "https://a.example/\"onload=x", "\x01url\x01",
])  # fmt: skip
SALARIES = st.none() | st.builds(
    pay,
    st.none() | st.floats(0, 1e9),
    st.none() | st.floats(0, 1e12),
    st.sampled_from([None, "EUR", "USD", "JPY", "XXX"]),
    st.sampled_from(["year", "month", "hour", "project"]),
)
REACHES = st.sampled_from([
    Reach(), Reach(scope="worldwide", excluded=("nowhere", "US")), Reach(scope="listed"),
    Reach(scope="listed", countries=("ZZ", "DE")), Reach(scope="listed", subdivisions=("US-CA", "US-XX")),
    Reach(scope="listed", groups=("eu", "europe", "of-a-later-release")),
])  # fmt: skip
FLOORS = st.sampled_from([None, 1, 70_000]).map(lambda amount: amount and SalaryFloor(amount=amount, currency="EUR"))


@st.composite
def jobs(draw: st.DrawFn, number: int, version: int) -> PostingCore:
    return posting(
        f"job{number}",
        version=version,
        title=draw(TEXTS),
        company=draw(TEXTS),
        url=draw(URLS),
        attribution=draw(st.none() | st.builds(Attribution, name=TEXTS, url=URLS)),
        skills=(Skill(name="Python", core=draw(st.booleans())),),
        salary=draw(SALARIES),
        reach=draw(REACHES),
        workplace=draw(st.sampled_from(["remote", "hybrid", "onsite", "unknown"])),
    )


@st.composite
def mails(draw: st.DrawFn) -> list[tuple[Digest, Links]]:
    """Some readers' digests of the same jobs, of which there is a newer version each."""
    versions = [[draw(jobs(number, version)) for version in (1, 2)] for number in range(2)]
    made = []
    for _ in range(draw(st.integers(1, 4))):
        criteria = Criteria(skills=SkillTerms(any=("Python",)), salary_floor=draw(FLOORS))
        by = search(draw(TEXTS), criteria)
        to = recipient(
            locale=draw(st.sampled_from(["en", "de_AT", "es_MX", "ar", "", "x" * 99, "de-CH-1996"])),
            currency=draw(st.sampled_from(["EUR", "USD", "XXX", "none", ""])),
            time_zone=draw(st.sampled_from(["UTC", "Pacific/Kiritimati", "Nowhere/At_All"])),
        )
        chosen = [draw(st.sampled_from(some)) for some in versions]
        outcome = curate(to, [by], [Candidate(posting, (by,)) for posting in chosen], [], NOON)
        if isinstance(outcome, Digest):
            made.append((outcome, links_for(outcome, "https://jobs.harbour.example", b"secret")))
    return made


@given(mails(), st.sampled_from([1, 100]))
def test_a_mail_is_one_of_its_own_reader_and_of_versions_whatever_is_cached(
    made: list[tuple[Digest, Links]], cached: int
) -> None:
    kept, anew = JinjaRenderer(SENDER, cached_cards=cached), JinjaRenderer(SENDER, cached_cards=0)
    for digest, links in made:
        assert kept.render(digest, links) == anew.render(digest, links)


@given(mails())
def test_nothing_that_a_feed_says_becomes_markup_or_a_line_of_its_own(made: list[tuple[Digest, Links]]) -> None:
    renderer = JinjaRenderer(SENDER)
    for digest, links in made:
        page = renderer.render(digest, links)
        tree: Any = lxml_html.fromstring(page.html)
        assert tree.xpath("//img | //script | //b | //@onload") == []
        assert len(tree.find_class("card")) == len(cards_of(digest.items)) + len(cards_of(digest.near))
        assert all(re.match("https?://", anchor.get("href"), re.IGNORECASE) for anchor in tree.iter("a"))
        assert len(page.subject.splitlines()) == len(page.preheader.splitlines()) == 1
        for part in (page.html, page.text, page.subject, page.preheader):
            assert not set(part) & set("\x00\x01\x1b\u202e")
