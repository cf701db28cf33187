"""Whether what was chosen is worth a mail, and what becomes of it where it is not."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.curation.curate import CurateSettings, worth_a_mail
from services.notifier.domain.curation.waiting import waiting_after
from services.notifier.domain.model import Cause, Digest, Dropped, Hold
from services.notifier.domain.weights import Chance
from services.notifier.domain.windows import NO_MATCHES, DueWindow
from services.notifier.domain.wording.score_lines import cause_line, hold_line
from tests.support.digests import NOON, digest, posting, recipient, search

SIXTY = CurateSettings(least_mail_chance=0.6)


def of_chances(*chances: float) -> Digest:
    """A digest whose jobs have these chances."""
    made = digest(*(posting(f"job{number}") for number in range(len(chances))))
    items = (replace(item, chance=Chance(chance)) for item, chance in zip(made.items, chances, strict=True))
    return replace(made, items=tuple(items))


def test_a_lone_job_that_is_hardly_likelier_wanted_than_not_waits_and_says_so() -> None:
    chosen = of_chances(0.5)
    hold = worth_a_mail(chosen, SIXTY)
    assert isinstance(hold, Hold)
    assert hold_line(hold.cause) == (
        "one job waits for others: a mail would hold something wanted by 50%, and 60% are asked for"
    )
    [job] = chosen.items
    assert [waiting.posting for waiting in hold.rest] == [job.posting]
    [left] = hold.dropped
    assert left.posting_id == job.posting.posting_id
    assert cause_line(left.cause).endswith("not likely enough to hold something wanted: 50 %")


def test_a_near_miss_beside_it_waits_too_and_says_why() -> None:
    chosen = of_chances(0.5, 0.9)
    hold = worth_a_mail(replace(chosen, items=chosen.items[:1], near=chosen.items[1:]), SIXTY)
    assert isinstance(hold, Hold)
    assert [waiting.posting for waiting in hold.near_rest] == [chosen.items[1].posting]
    said = {dropped.posting_id: cause_line(dropped.cause) for dropped in hold.dropped}
    assert said[chosen.items[1].posting.posting_id].startswith("fits only nearly, and waits for others")


def test_several_jobs_that_would_each_wait_make_a_mail_together() -> None:
    both = of_chances(0.5, 0.4)
    assert worth_a_mail(both, SIXTY) == both
    assert worth_a_mail(of_chances(0.6), SIXTY) == of_chances(0.6)


def test_without_a_bar_every_mail_goes_out() -> None:
    unlikely = of_chances(0.01)
    assert worth_a_mail(unlikely, CurateSettings(least_mail_chance=0.0)) == unlikely


def test_a_mail_goes_out_by_its_readers_own_bar_and_one_that_waits_says_that() -> None:
    chosen = of_chances(0.5)
    assert isinstance(worth_a_mail(replace(chosen, recipient=recipient(selectivity="wide")), SIXTY), Digest)
    surely = worth_a_mail(replace(of_chances(0.7), recipient=recipient(selectivity="strict")), SIXTY)
    assert isinstance(surely, Hold)
    assert hold_line(surely.cause).endswith("something wanted by 70%, and 75% are asked for")


def test_what_waits_is_a_candidate_for_the_next_digest_of_its_search_with_its_copies() -> None:
    chosen, by = of_chances(0.5), search()
    [job] = chosen.items
    copy = Dropped("a copy", Cause("worse_copy", posting_id=job.posting.posting_id))
    other = Dropped("another", Cause("worse_copy", posting_id="of another"))
    hold = worth_a_mail(replace(chosen, dropped=(copy, other)), SIXTY)
    assert isinstance(hold, Hold)
    window = DueWindow(by, 1, 0, NOON, 12, None)
    assert waiting_after(hold, window, NO_MATCHES, [job.posting.posting_id]) == (job.posting.posting_id, "a copy")


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5), st.floats(0.0, 1.0))
def test_it_goes_out_whole_or_waits_whole_and_one_more_job_never_holds_it_back(
    chances: list[float], least: float
) -> None:
    chosen, settings = of_chances(*chances), CurateSettings(least_mail_chance=least)
    made = worth_a_mail(chosen, settings)
    if isinstance(made, Digest):
        assert made == chosen
        assert isinstance(worth_a_mail(of_chances(*chances, 0.0), settings), Digest)
        return
    assert [waiting.posting for waiting in made.rest] == [item.posting for item in chosen.items]
    assert {dropped.posting_id for dropped in made.dropped} == {item.posting.posting_id for item in chosen.items}
