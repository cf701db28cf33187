"""Jobs that wait for room, over generated weeks: each comes sooner or later, and none twice."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.posting import PostingCore
from services.notifier.domain.curation.copies import is_one_job
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.waiting import MOST_WAITING, judged_again, waiting_after
from services.notifier.domain.model import Candidate, Digest, SentItem
from services.notifier.domain.windows import DueWindow, WindowMatches
from services.rules.signature import same_job
from tests.support.digests import NOON, posting, recipient, search, words_about

DAY = timedelta(days=1)
ROOMS = st.builds(
    CurateSettings,
    most_items=st.integers(1, 4),
    most_near=st.integers(0, 2),
    most_per_company=st.integers(1, 2),
    most_alike=st.integers(1, 2),
    least_chance=st.just(0.0),
)
SEARCH = search()
ARRIVING = 4
"""Days on which jobs come in."""


@st.composite
def jobs(draw: st.DrawFn) -> list[tuple[int, PostingCore]]:
    """At most 16, each with the day on which it comes in; some are copies of others, some end before they are stale."""
    made = []
    for number in range(draw(st.integers(1, 16))):
        day = draw(st.integers(0, ARRIVING - 1))
        ends = draw(st.sampled_from([None] * 4 + [day + 1, day + 3]))
        job = posting(
            f"job{number}",
            title=draw(st.sampled_from(["Python engineer", "Developer"])),
            company=draw(st.sampled_from(["Acme", "Borealis", ""])),
            description_text=words_about(f"job{draw(st.integers(0, 12))}", count=draw(st.sampled_from([50, 60, 85]))),
            posted_at=NOON + day * DAY - timedelta(hours=1),
            expires_at=None if ends is None else NOON + ends * DAY,
        )
        made.append((day, job))
    return made


def lived(arriving: list[tuple[int, PostingCore]], rooms: CurateSettings, days: int) -> list[list[PostingCore]]:
    """What each day's digest brought."""
    postings = {posting.posting_id: posting for _, posting in arriving}
    waiting: tuple[str, ...] = ()
    sent: list[SentItem] = []
    brought = []
    for day in range(days):
        due_at = NOON + day * DAY
        news = tuple(posting.posting_id for on, posting in arriving if on == day)
        window, found = DueWindow(SEARCH, 1, day, due_at, 12, None, waiting), WindowMatches(news, len(news), more=False)
        judged = dict.fromkeys((*news, *judged_again(window, found)))
        made = curate(
            recipient(),
            [SEARCH],
            [Candidate(postings[posting_id], (SEARCH,)) for posting_id in judged],
            sent,
            due_at,
            rooms,
        )
        items = [*made.items, *made.near] if isinstance(made, Digest) else []
        waiting = waiting_after(made, window, found, judged)
        brought.append([item.posting for item in items])
        sent += [
            SentItem(item.posting.posting_id, item.posting.cluster.key, item.posting.cluster.signature, due_at)
            for item in items
        ]
    assert waiting == ()
    return brought


@given(jobs(), ROOMS)
def test_every_job_that_stays_open_and_fresh_comes_and_none_comes_twice(
    arriving: list[tuple[int, PostingCore]], rooms: CurateSettings
) -> None:
    brought = [core for some in lived(arriving, rooms, 28) for core in some]
    for place, core in enumerate(brought):
        assert not any(same_job(core.cluster, other.cluster) for other in brought[:place])
    came = {core.posting_id for core in brought}
    for _, core in arriving:
        if core.expires_at is None:
            assert came & copies_of(core, [other for _, other in arriving]), core.title


def copies_of(core: PostingCore, among: list[PostingCore]) -> set[str]:
    """Those that are one job with it, be it by way of others: likeness is not handed on, but a group of copies is."""
    group, rest = [core], [other for other in among if other is not core]
    for member in group:
        alike = [other for other in rest if is_one_job(member, other)]
        group += alike
        rest = [other for other in rest if all(other is not some for some in alike)]
    return {member.posting_id for member in group}


@given(jobs(), ROOMS)
def test_no_digest_holds_less_than_it_could(arriving: list[tuple[int, PostingCore]], rooms: CurateSettings) -> None:
    """While a job waits that may be sent, each day has a mail."""
    brought = lived(arriving, rooms, 28)
    last = max(day for day, some in enumerate(brought) if some)
    for day, some in enumerate(brought[ARRIVING : last + 1], ARRIVING):
        assert some, day


def window_of(waiting: int) -> DueWindow:
    return DueWindow(SEARCH, 1, 0, NOON, 12, None, tuple(f"waiting{number}" for number in range(waiting)))


def found_of(fitting: int, beyond: int = 0) -> WindowMatches:
    ids = tuple(f"new{number}" for number in range(fitting))
    return WindowMatches(ids, fitting, more=beyond > 0, beyond=tuple(f"beyond{number}" for number in range(beyond)))


@given(st.integers(0, MOST_WAITING), st.integers(0, 200), st.integers(0, MOST_WAITING))
def test_what_waits_and_what_is_judged_are_bounded(waiting: int, fitting: int, beyond: int) -> None:
    window, found = window_of(waiting), found_of(fitting, beyond)
    judged = judged_again(window, found)
    assert len(judged) <= max(20, 200 - fitting)
    assert judged == window.waiting[: len(judged)]
    nothing = curate(recipient(), [SEARCH], [], [], NOON)
    after = waiting_after(nothing, window, found, {*judged, *found.posting_ids})
    assert len(after) <= MOST_WAITING
    # What was not judged is not let go, as far as there is a place.
    assert after == (*window.waiting[len(judged) :], *found.beyond)[:MOST_WAITING]
