"""Strategies for curation: jobs of which some are copies of each other, what was sent of them, and what was said."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from schemas.criteria import SalaryFloor
from schemas.posting import Attribution, Cluster, PostingCore, Reach, Skill, Spoken
from services.notifier.domain.curation.chance.answers import answered_job
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.pay_news import pay_of
from services.notifier.domain.model import AnsweredJob, Candidate, Cause, Digest, Hold, Item, SentItem
from services.notifier.domain.people import speaks_of
from services.rules.signature import same_job
from tests.support.digests import NOON, PYTHON, pay, posting, search, words_about

STRICT = PYTHON.model_copy(
    update={"salary_floor": SalaryFloor(amount=60_000, currency="EUR"), "accept_undisclosed": False}
)
SEARCHES = (
    search("Any Python", PYTHON.model_copy(update={"places": ("PT",)}), preferred_places=("PT",)),
    search("Paid", PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=60_000, currency="EUR")})),
    search("Paid for sure", STRICT),
    search("Written", PYTHON.model_copy(update={"text": "engineer"}), preferred_places=("eu",)),
)
SETTINGS = CurateSettings(most_items=4, most_near=2, most_per_company=2, most_alike=2)
PAYS = (None, pay(None, 57_000), pay(None, 64_000), pay(None, 90_000), pay(30, 45, "USD", "hour"))
NEEDS: tuple[tuple[Spoken, ...], ...] = (
    (), (), (Spoken(any=("de",), level="fluent"),), (Spoken(any=("da", "de")), Spoken(any=("en",))),
    (Spoken(any=("da",), need="wanted"),),
)  # fmt: skip
SPEAKS = st.sampled_from(["", "", "en", "en; de:basic", "en; de:working", "da; de"]).map(speaks_of)
TITLES = ("Python engineer", "Developer")
REACHES = (
    Reach(scope="worldwide"), Reach(scope="listed", countries=("PT",)), Reach(scope="listed", groups=("eu",)),
    Reach(scope="listed", countries=("PT", "ES")), Reach(scope="listed", countries=("PT",), subdivisions=("ES-CT",)),
)  # fmt: skip


class Life(NamedTuple):
    """Of one subscriber."""

    jobs: list[Candidate]
    sent: list[SentItem]


@st.composite
def postings(draw: st.DrawFn, names: str = "abcdefghijkl") -> PostingCore:
    job = draw(st.integers(0, 7))
    return posting(
        draw(st.sampled_from(names)),
        title=draw(st.sampled_from(TITLES)),
        company=draw(st.sampled_from(["Acme", "Borealis GmbH", "Cobalt", "Delta", ""])),
        reach=draw(st.sampled_from(REACHES)),
        description_text=words_about(f"job{job}", count=draw(st.sampled_from([50, 51, 60, 85]))),
        attribution=draw(st.sampled_from([None, Attribution(name="Board", url="https://board.example/")])),
        version=draw(st.integers(1, 3)),
        status=draw(st.sampled_from(["open"] * 9 + ["closed"])),
        backlog=draw(st.sampled_from([False] * 9 + [True])),
        skills=(Skill(name=draw(st.sampled_from(["Python"] * 5 + ["Go"])), core=draw(st.booleans())),),
        salary=draw(st.sampled_from(PAYS)),
        language=draw(st.sampled_from(["en", "en", "en", "de", None])),
        languages=draw(st.sampled_from(NEEDS)),
        posted_at=NOON - timedelta(days=draw(st.sampled_from([0, 1, 2, 3, 5, 8, 13, 14, 21, 30, 33]))),
    )


def distinct(drawn: Iterable[PostingCore]) -> list[PostingCore]:
    """Two records of one version are one record: what differs has another version."""
    return list({(core.posting_id, core.version): core for core in drawn}.values())


@st.composite
def candidates(draw: st.DrawFn, most: int = 14) -> list[Candidate]:
    found_by = st.lists(st.sampled_from(SEARCHES), min_size=1, unique=True)
    # Without a least size, most lists hold next to nothing.
    found = draw(st.lists(postings(), min_size=draw(st.integers(0, most)), max_size=most))
    return [Candidate(core, tuple(draw(found_by))) for core in distinct(found)]


@st.composite
def sent_items(draw: st.DrawFn, of: Sequence[PostingCore]) -> list[SentItem]:
    """What was sent over three years, near misses among it: some of these postings as they were then, and others."""
    then = st.sampled_from(of) if of else postings("xyz")
    items = []
    for core in draw(st.lists(then | postings("xyz"), min_size=draw(st.integers(0, 4)), max_size=5)):
        near, paid = draw(st.sampled_from([True, True, False])), draw(st.sampled_from(PAYS))
        items.append(
            SentItem(
                core.posting_id,
                core.cluster.key,
                core.cluster.signature,
                NOON - timedelta(days=draw(st.integers(1, 1_000))),
                near,
                pay_of(core.model_copy(update={"salary": paid})) if near else None,
            )
        )
    return list({(item.posting_id, item.sent_at): item for item in items}.values())


@st.composite
def lives(draw: st.DrawFn, most: int = 14) -> Life:
    """What is found now, and what was sent before."""
    jobs = draw(candidates(most))
    return Life(jobs, draw(sent_items([job.posting for job in jobs])))


@st.composite
def answers_given(draw: st.DrawFn) -> tuple[AnsweredJob, ...]:
    found = []
    for core in draw(st.lists(postings(), max_size=4)):
        kind = draw(st.sampled_from(["not_relevant", "more_like"]))
        said_at, foreseen = NOON - timedelta(days=draw(st.integers(0, 100))), draw(st.sampled_from([None, 0.2, 0.9]))
        found.append(answered_job(kind, PostingFeatures(core), said_at, foreseen))
    return tuple(found)


SETTINGS_DRAWN = st.builds(
    CurateSettings,
    most_items=st.integers(1, 5),
    most_near=st.integers(0, 3),
    most_per_company=st.integers(1, 3),
    most_alike=st.integers(1, 3),
)
EVERYTHING = CurateSettings(most_items=99, most_near=99, most_per_company=99, most_alike=99)


def shown(made: Digest | Hold) -> tuple[Item, ...]:
    """Matches, then near misses."""
    return () if isinstance(made, Hold) else (*made.items, *made.near)


def ids_of(items: Iterable[Item]) -> list[str]:
    """In order."""
    return [item.posting.posting_id for item in items]


def is_of(old: SentItem, posting: PostingCore) -> bool:
    """Whether what was sent was this job."""
    cluster = Cluster(key=old.cluster_key, signature=old.signature)
    return old.posting_id == posting.posting_id or same_job(posting.cluster, cluster)


def copies_of(item: Item, jobs: Iterable[Candidate], made: Digest | Hold) -> list[PostingCore]:
    """What is shown of a job, and the copies that were dropped for it."""
    better = Cause("worse_copy", posting_id=item.posting.posting_id)
    ids = {left.posting_id for left in made.dropped if left.cause == better} | {item.posting.posting_id}
    newest = {job.posting.posting_id: job.posting for job in sorted(jobs, key=lambda job: job.posting.version)}
    return [newest[posting_id] for posting_id in ids]


def remembered(made: Digest | Hold) -> Iterator[SentItem]:
    """What is kept of a digest that was sent."""
    near = made.near if isinstance(made, Digest) else ()
    for item in shown(made):
        cluster, is_near = item.posting.cluster, item in near
        pay_then = pay_of(item.posting) if is_near else None
        yield SentItem(item.posting.posting_id, cluster.key, cluster.signature, made.due_at, is_near, pay_then)
