"""What goes into a digest, and the plain reason for everything that does not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Attribution, Condition, PostingCore, Reach, Salary, Skill, Spoken
from services.notifier.domain.curation.copies import is_one_job
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.pay_news import pay_of
from services.notifier.domain.model import (
    AnnualPay,
    Candidate,
    Cause,
    Digest,
    Dropped,
    DueSearch,
    Hold,
    HoldCause,
    PayNews,
    Recipient,
    SentItem,
)
from services.notifier.domain.people import speaks_of
from services.notifier.domain.wording.score_lines import cause_line
from services.rules.languages.speaking import Unspoken
from services.rules.signature import fold_company
from tests.support.digests import NOON, PYTHON, pay, posting, recipient, search, words_about

SEARCH = search()
FLOOR = search("Paid Python", PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=70_000, currency="EUR")}))


def choose(
    *postings: PostingCore,
    by: tuple[DueSearch, ...] = (SEARCH,),
    sent: tuple[SentItem, ...] = (),
    to: Recipient | None = None,
    **settings: Any,
) -> Digest | Hold:
    candidates = [Candidate(job, by) for job in postings]
    return curate(to or recipient(), by, candidates, sent, NOON, CurateSettings(**settings))


def chosen(*postings: PostingCore, **given: Any) -> Digest:
    made = choose(*postings, **given)
    assert isinstance(made, Digest), made
    return made


def ids(digest: Digest) -> list[str]:
    return [item.posting.source_id for item in digest.items]


def cause_of(job: PostingCore, made: Digest | Hold) -> Cause:
    return next(dropped.cause for dropped in made.dropped if dropped.posting_id == job.posting_id)


def reason_of(job: PostingCore, made: Digest | Hold) -> str:
    return cause_line(cause_of(job, made))


def sent_of(job: PostingCore, days_ago: float = 10) -> SentItem:
    return SentItem(job.posting_id, job.cluster.key, job.cluster.signature, NOON - timedelta(days=days_ago))


def test_a_fitting_job_is_an_item_with_the_search_that_found_it_and_its_reasons() -> None:
    made = chosen(posting())
    (item,) = made.items
    (found,) = item.found_by
    assert found.search == SEARCH
    assert [reason.criterion for reason in found.verdict.reasons if reason.fit == "yes"] == ["skills.any"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "closed"}, "closed"),
        ({"expires_at": NOON}, "expired"),
        ({"posted_at": NOON - timedelta(days=31)}, "older than 30 days"),
        ({"backlog": True}, "first read"),
        ({"skills": (Skill(name="Java", core=True),)}, "no longer fits"),
    ],
)
def test_what_is_no_news_is_dropped_with_a_plain_reason(changes: dict[str, Any], said: str) -> None:
    job = posting(**changes)
    made = choose(job)
    assert isinstance(made, Hold)
    assert said in reason_of(job, made)


def test_what_expires_after_the_digest_is_due_still_counts() -> None:
    assert chosen(posting(expires_at=NOON + timedelta(seconds=1))).items


def test_hidden_companies_and_waved_away_jobs_are_dropped() -> None:
    hidden, away, kept = posting("a", company="Dull GmbH"), posting("b"), posting("c")
    to = recipient(hidden_companies=frozenset({fold_company("DULL")}), not_relevant=frozenset({away.cluster.key}))
    made = chosen(hidden, away, kept, to=to)
    assert ids(made) == ["c"]
    assert "hidden" in reason_of(hidden, made)
    assert "not relevant" in reason_of(away, made)


@pytest.mark.parametrize("days_ago", [1, 90, 3_000])
def test_a_job_already_sent_is_never_sent_again(days_ago: int) -> None:
    job = posting()
    made = choose(job, sent=(sent_of(job, days_ago),))
    assert isinstance(made, Hold)
    assert "was sent to the subscriber" in reason_of(job, made)


def test_another_copy_of_a_job_already_sent_is_not_sent() -> None:
    sent = posting("board", company="Acme", description_text=words_about("same"))
    copy = posting("direct", company="Acme Ltd", description_text=words_about("same"))
    assert "same job as" in reason_of(copy, choose(copy, sent=(sent_of(sent),)))


def near_of(job: PostingCore, days_ago: float = 10) -> SentItem:
    return replace(sent_of(job, days_ago), near=True, pay=pay_of(job))


def test_a_near_miss_whose_pay_rose_above_the_floor_comes_once_more_and_says_so() -> None:
    near = posting("a", salary=pay(None, 65_000))
    made = chosen(near, posting("b", salary=pay(None, 90_000)), by=(FLOOR,))
    assert [item.posting.source_id for item in made.near] == ["a"]
    raised = posting("a", salary=pay(None, 80_000), version=2)
    before = near_of(near)
    (item,) = chosen(raised, by=(FLOOR,), sent=(before,)).items
    euros = (AnnualPay(65_000, "EUR"), AnnualPay(80_000, "EUR"))
    assert item.pay_news == PayNews("pay_raised", before.sent_at, *euros)
    after = (before, sent_of(raised, 1))
    assert isinstance(choose(raised, by=(FLOOR,), sent=after), Hold)


def test_a_near_miss_that_now_states_pay_above_the_floor_comes_once_more_and_says_so() -> None:
    strict = search("Strict", FLOOR.criteria.model_copy(update={"accept_undisclosed": False}))
    silent = posting("a")
    paid = posting("a-again", company="Company a", description_text=silent.description_text, salary=pay(None, 80_000))
    (item,) = chosen(paid, by=(strict,), sent=(near_of(silent),)).items
    assert item.pay_news == PayNews("pay_stated", NOON - timedelta(days=10), None, AnnualPay(80_000, "EUR"))


@pytest.mark.parametrize(
    ("before", "now", "by"),
    [
        (pay(None, 65_000), pay(None, 68_000), FLOOR),  # still below
        (pay(None, 65_000), pay(None, 65_000), SEARCH),  # a search without a floor found it
        (pay(None, 65_000), None, FLOOR),  # no pay any more
        (pay(None, 72_000), pay(None, 71_000), FLOOR),  # not raised
        (pay(None, 86_000, "USD"), pay(None, 70_500), FLOOR),  # what the exchange rate may have done
    ],
)
def test_a_near_miss_that_is_no_better_does_not_come_again(before: Salary, now: Salary | None, by: DueSearch) -> None:
    near, later = posting("a", salary=before), posting("a", salary=now, version=2)
    assert isinstance(choose(later, by=(by,), sent=(near_of(near),)), Hold)


def test_pay_raised_in_another_currency_counts_beyond_what_exchange_rates_do() -> None:
    near, later = posting("a", salary=pay(None, 80_000, "USD")), posting("a", salary=pay(None, 70_500), version=2)
    (item,) = chosen(later, by=(FLOOR,), sent=(near_of(near),)).items
    assert item.pay_news is not None
    assert item.pay_news.before == AnnualPay(80_000, "USD")


def test_copies_of_one_job_come_once_as_the_copy_that_states_its_pay() -> None:
    text = words_about("same")
    bare = posting("bare", company="Acme", description_text=text)
    paid = posting("paid", company="Acme", description_text=text, salary=pay(60_000, 70_000),
                   attribution=Attribution(name="Board", url="https://board.example/"))  # fmt: skip
    made = chosen(bare, paid)
    assert ids(made) == ["paid"]
    assert "better copy" in reason_of(bare, made)


def test_of_copies_alike_the_direct_one_is_kept_and_then_the_newest() -> None:
    text = words_about("same")
    board = Attribution(name="Board", url="https://board.example/")
    listed = posting("listed", company="Acme", description_text=text, attribution=board)
    direct = posting("direct", company="Acme", description_text=text, posted_at=NOON - timedelta(days=3))
    newer = posting("newer", company="Acme", description_text=text, posted_at=NOON - timedelta(days=2))
    assert ids(chosen(listed, direct)) == ["direct"]
    assert ids(chosen(direct, newer)) == ["newer"]


def test_the_searches_that_found_copies_of_one_job_are_merged() -> None:
    other = search("Another", PYTHON)
    text = words_about("same")
    first, second = (posting(name, company="Acme", description_text=text) for name in ("x", "y"))
    candidates = [Candidate(first, (SEARCH,)), Candidate(second, (other,))]
    made = curate(recipient(), [SEARCH, other], candidates, [], NOON)
    assert isinstance(made, Digest)
    (item,) = made.items
    assert {found.search.name for found in item.found_by} == {SEARCH.name, "Another"}


def test_a_copy_that_fits_whole_goes_before_one_that_fits_nearly() -> None:
    text = words_about("same")
    nearly = posting("nearly", company="Acme", description_text=text, salary=pay(None, 66_000))
    whole = posting("whole", company="Acme", description_text=text)
    made = chosen(nearly, whole, by=(FLOOR,))
    assert ids(made) == ["whole"]
    assert not made.near


def test_only_the_newest_version_of_a_posting_is_judged() -> None:
    old, new = posting(version=1), posting(version=2, skills=(Skill(name="Java"),))
    made = choose(old, new)
    assert isinstance(made, Hold)
    assert [dropped.posting_id for dropped in made.dropped] == [old.posting_id]


def test_a_company_gets_two_places_where_others_fill_the_digest() -> None:
    better = [posting(f"j{n}", company="Acme") for n in range(5)]
    others = [posting(name, posted_at=NOON - timedelta(days=3)) for name in ("p", "q", "r")]
    made = chosen(*better, *others, most_items=4)
    assert [item.posting.company.name for item in made.items].count("Acme") == 2
    assert made.left_out == 4
    assert sum(dropped.cause.code == "full_of_company" for dropped in made.beyond) == 3


def test_a_company_gets_all_places_for_which_there_is_no_other() -> None:
    made = chosen(
        *(posting(f"j{n}", company="Acme") for n in range(5)), posting("other", posted_at=NOON - timedelta(days=9))
    )
    assert len(made.items) == 6
    assert ids(made)[-1] == "other"
    assert made.left_out == 0


def test_the_cap_holds_and_the_best_are_kept() -> None:
    many = [posting(f"j{n}", posted_at=NOON - timedelta(hours=n)) for n in range(15)]
    made = chosen(*many)
    assert ids(made) == [f"j{n}" for n in range(10)]
    assert made.left_out == 5


def test_jobs_that_read_alike_get_two_places_whoever_posts_them() -> None:
    shared = [f"word{number}" for number in range(60)]
    texts = [" ".join([*shared, *(f"town{n}x{number}" for number in range(14))]) for n in range(5)]
    many = [
        posting(
            f"j{n}", title="Data engineer", description_text=text, reach=Reach(scope="listed", countries=("PT", code))
        )
        for n, (text, code) in enumerate(zip(texts, ("DE", "ES", "FR", "IT", "PL"), strict=True))
    ]
    assert len(chosen(*many).items) == 5
    others = [posting(name, posted_at=NOON - timedelta(days=9)) for name in ("p", "q")]
    made = chosen(*many, *others, most_items=4)
    assert [item.posting.title for item in made.items].count("Data engineer") == 2
    assert {cause_line(dropped.cause) for dropped in made.beyond} == {
        "2 better ones that read alike are in the digest, and others fill it"
    }


def test_the_rest_is_listed_best_first_with_its_reasons() -> None:
    many = [posting(f"j{n}", posted_at=NOON - timedelta(hours=n)) for n in range(15)]
    made = chosen(*many)
    assert [item.posting.source_id for item in made.rest] == [f"j{n}" for n in range(10, 15)]
    assert all(waiting.searches and waiting.score > 0 for waiting in made.rest)


def test_near_misses_stand_apart_and_are_at_most_three() -> None:
    near = [posting(f"n{n}", salary=pay(None, 64_000 + n)) for n in range(5)]
    made = chosen(posting("hit", salary=pay(None, 90_000)), *near, by=(FLOOR,))
    assert ids(made) == ["hit"]
    assert len(made.near) == 3
    assert all(found.verdict.outcome == "near" for item in made.near for found in item.found_by)
    assert sum(cause_line(dropped.cause).startswith("fits only nearly") for dropped in made.dropped) == 2


def test_a_match_of_one_search_is_no_near_miss_of_another() -> None:
    made = chosen(posting(salary=pay(None, 66_000)), by=(SEARCH, FLOOR))
    assert not made.near
    assert [found.search for found in made.items[0].found_by] == [SEARCH]


def test_near_misses_alone_are_held() -> None:
    job = posting(salary=pay(None, 66_000))
    made = choose(job, by=(FLOOR,))
    assert isinstance(made, Hold)
    assert made.cause == HoldCause("only_near")
    assert made.dropped == (Dropped(job.posting_id, Cause("only_near")),)


def test_nothing_found_is_held() -> None:
    made = choose()
    assert isinstance(made, Hold)
    assert made.cause == HoldCause("nothing_found")


def test_the_search_that_a_job_suits_best_is_named_first() -> None:
    vague = search("A vague one", Criteria(skills=SkillTerms(none=("Rust",)), places=("PT",)))
    made = chosen(posting(reach=Reach(scope="worldwide")), by=(vague, SEARCH))
    assert [found.search.name for found in made.items[0].found_by] == [SEARCH.name, "A vague one"]


def test_of_jobs_as_likely_a_better_one_comes_before_a_newer_one() -> None:
    better = posting("better", posted_at=NOON - timedelta(days=3), salary=pay(None, 140_000))
    newer = posting("newer", posted_at=NOON - timedelta(hours=2), salary=pay(None, 71_000))
    made = chosen(newer, better, by=(FLOOR,))
    first, second = made.items
    assert round(first.chance.value, 1) == round(second.chance.value, 1)
    assert first.score > second.score
    assert ids(made) == ["better", "newer"]


def test_jobs_of_equal_score_come_newest_first_and_then_by_id() -> None:
    older = posting("older", posted_at=NOON - timedelta(days=25))
    newer = [posting(name, posted_at=NOON - timedelta(days=20)) for name in ("p", "q", "r")]
    made = chosen(older, *newer)
    assert len({item.score for item in made.items}) == 1
    by_id = sorted(newer, key=lambda job: job.posting_id)
    assert ids(made) == [*(job.source_id for job in by_id), "older"]


def test_a_job_that_states_no_link_may_say_in_its_text_how_to_apply() -> None:
    assert ids(chosen(posting(url=None, apply_url=None))) == ["one"]


@pytest.mark.parametrize("url", ["https://bank.example@evil.example/", "https://acme.example\\jobs"])
def test_a_job_that_nobody_can_follow_is_dropped_and_one_with_another_link_is_not(url: str | None) -> None:
    job = posting(url=url)
    assert reason_of(job, choose(job)) == "has no link that can be followed"
    assert ids(chosen(posting(url=url, apply_url="https://acme.example/apply"))) == ["one"]


def test_of_two_copies_of_a_job_the_one_that_can_be_followed_is_shown() -> None:
    linked, bare = (
        posting("a", company="Acme"),
        posting("b", company="Acme", url=None, description_text=words_about("a")),
    )
    assert ids(chosen(bare, linked)) == ["a"]


def speaking(*languages: str) -> Recipient:
    return recipient(speaks=speaks_of(list(languages)))


def test_a_job_that_needs_what_the_subscriber_does_not_speak_is_dropped_and_no_near_miss() -> None:
    danish = posting("danish", languages=(Spoken(any=("da",)),))
    near = posting("near", languages=(Spoken(any=("da",)),), salary=pay(None, 65_000))
    made = chosen(posting("plain"), danish, near, by=(FLOOR,), to=speaking("en", "es"))
    assert ids(made) == ["plain"]
    assert made.near == ()
    assert [cause_of(job, made).unspoken for job in (danish, near)] == [Unspoken("needed", ("da",))] * 2
    assert sorted(ids(chosen(danish, to=speaking("da", "es")))) == ["danish"]
    assert ids(chosen(danish, least_chance=0)) == ["danish"], "who does not say what they speak is kept from nothing"


@pytest.mark.parametrize("cadence", ["instant", "daily", "weekly"])
def test_the_languages_count_at_any_cadence(cadence: str) -> None:
    by = search(cadence=cadence)
    made = choose(posting(languages=(Spoken(any=("da",)),)), by=(by,), to=speaking("en"))
    assert isinstance(made, Hold)


def test_what_is_written_in_another_language_is_dropped_unless_a_search_asks_for_it() -> None:
    danish = posting(language="da")
    hold = choose(danish, to=speaking("en"))
    assert cause_of(danish, hold).unspoken == Unspoken("written", ("da",))
    reads = search("Danish", PYTHON.model_copy(update={"languages": ("da",)}))
    assert ids(chosen(danish, by=(SEARCH, reads), to=speaking("en"))) == [danish.source_id]


def test_of_one_job_in_two_languages_the_copy_that_can_be_read_comes() -> None:
    text = words_about("job")
    danish = posting("danish", description_text=text, language="da", salary=pay(None, 90_000))
    english = posting("english", description_text=text, language="en")
    assert ids(chosen(danish, english, least_chance=0)) == ["danish"]
    made = chosen(danish, english, to=speaking("en"))
    assert ids(made) == ["english"]
    assert cause_of(danish, made).unspoken == Unspoken("written", ("da",))


def retitled(name: str, title: str, **changes: Any) -> PostingCore:
    """Of one company and text."""
    given = {"roles": ("vehicle-mechanic",), "description_text": words_about("camper"), "company": "Camper"}
    return posting(name, title=title, **(given | changes))


def test_who_asks_for_all_that_fits_is_sent_no_talent_pool() -> None:
    pool, post = posting("pool", conditions=(Condition(kind="pool"),)), posting("post")
    made = chosen(pool, post, to=recipient(selectivity="all"))
    assert ids(made) == ["post"]
    assert cause_of(pool, made).code == "unlikely"


def test_one_text_under_two_titles_comes_once() -> None:
    camper, english = retitled("a", "Wohnmobil-Techniker (m/w/d)"), retitled("b", "RV Technician (m/w/d)")
    made = chosen(camper, english, to=recipient(selectivity="all"))
    assert len(made.items) == 1
    left = next(job for job in (camper, english) if job.posting_id != made.items[0].posting.posting_id)
    assert cause_of(left, made).code == "worse_copy"


@pytest.mark.parametrize(
    ("title", "changes"),
    [
        ("RV Technician", {"description_text": f"{words_about('camper')} else"}),
        ("RV Technician", {"roles": ("driver",)}),
        ("RV Technician", {"seniority": "lead"}),
        ("RV Technician", {"company": "Caravan"}),
        ("RV Technician", {"workplace": "onsite"}),
        ("RV Technician", {"languages": (Spoken(any=("de",)),)}),
        ("Car Mechanic (Nights)", {}),
    ],
)
def test_two_titles_are_two_jobs_where_more_than_the_title_differs_or_it_tells_them_apart(
    title: str, changes: dict[str, Any]
) -> None:
    job = retitled("a", "Car Mechanic (Days)")
    assert not is_one_job(job, retitled("b", title, **changes))
    assert is_one_job(job, retitled("b", "RV Technician"))
