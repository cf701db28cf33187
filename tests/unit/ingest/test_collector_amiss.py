"""A source that gives nothing, or the same for ever, is known by its polls; one that says 304 is as it was."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.giving import Giving
from services.ingest.domain.polling.giving import Polled, given
from services.overview.stream.troubles.sources import moved_sources, source_troubles
from services.runtime.figures.sources import Expected, SourceFigures, read_source_figures
from tests.support import feed_server as serve
from tests.support.collecting import DAY, HOUR, NOON, Bench, bench, board, browse_page, job, json_lines, line, source
from tests.support.feed_server import FeedServer
from tests.support.pushing import posting

NONE = board()
UNLISTED = board(*(job(str(number), isListed=False) for number in range(12)))
LEGAL = {"legal": "Link back to us", "last_updated": 1}


def figures(on: Bench) -> SourceFigures:
    (found,) = read_source_figures(on.ledger._engine, on.now, [Expected("board", DAY)])
    return found


def giving(on: Bench) -> Giving:
    health = on.ledger.health("board")
    assert health is not None
    return health.giving


def blank(*rows: dict[str, object]) -> bytes:
    """A listing of Remote OK."""
    return json.dumps([LEGAL, *rows]).encode()


@pytest.mark.parametrize("body", [NONE, UNLISTED])
def test_a_feed_that_gives_nothing_from_the_start_is_told_after_a_day(
    server: FeedServer, tmp_path: Path, body: bytes
) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(body))))
    while on.now - NOON < DAY:
        on.poll()
        assert figures(on).state == "ok"
    on.poll()
    found = figures(on)
    assert (found.state, found.amiss and found.amiss.since) == ("barren", NOON)
    assert ("12 skipped: an unlisted job" in found.notes) == (body == UNLISTED)


def test_an_operators_word_holds_until_it_has_listed_something_and_stops_again(
    server: FeedServer, tmp_path: Path
) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(NONE))))
    for _ in range(26):
        on.poll()
    on.ledger.accept_giving("board", on.now)
    for _ in range(48):
        on.poll()
    assert figures(on).state == "ok"
    server.on("/feed", serve.served(board(job("1", posted=on.now))), serve.served(NONE))
    on.poll()
    assert giving(on).nothing_since is None
    on.poll()
    assert giving(on).nothing_since == on.now - HOUR


@pytest.mark.parametrize(("body", "state"), [(board(job("1")), "ok"), (NONE, "barren")])
def test_a_feed_that_says_that_nothing_changed_is_as_it_was(
    server: FeedServer, tmp_path: Path, body: bytes, state: str
) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.conditional(body, '"1"'))))
    for _ in range(30):
        report = on.poll()
    assert report.unchanged
    assert figures(on).state == state


def test_a_complete_listing_of_which_pages_are_left_unasked_is_told_until_all_are(
    server: FeedServer, tmp_path: Path
) -> None:
    first, last = browse_page("1", cursor="b"), browse_page("2")
    on = bench(
        tmp_path, source(server.on("/feed", *map(serve.served, (first, first, last))), complete=True, max_pages=1)
    )
    for _ in range(2):
        report = on.poll()
        assert (report.error, report.cut) == (None, True)
        found = figures(on)
        assert (found.state, found.amiss and found.amiss.said) == (
            "unread",
            "pages of it are left unasked since 2026-03-02 12:00Z",
        )
        [told] = source_troubles([found], on.now)
        assert told.grave
        assert told.what.startswith("the source board lists more pages than are asked for, for ")
        assert told.do.startswith("a larger `max_pages` of the source asks for more; ")
    on.poll()
    assert figures(on).state == "ok"


def test_known_jobs_that_all_link_to_another_host_are_told_until_they_link_back_or_an_operator_says_so(
    server: FeedServer, tmp_path: Path
) -> None:
    def polled(host: str, first: int = 0, of: int = 12) -> str:
        jobs = [job(f"{at}", title=f"Gardener {at}", jobUrl=f"https://{host}/{at}") for at in range(first, first + of)]
        server.on("/feed", serve.served(board(*jobs)))
        on.poll()
        found = figures(on)
        return found.amiss.said.partition(" since ")[0] if found.amiss else found.state

    on = bench(tmp_path, source(server.on("/feed", serve.served(NONE)), complete=False))
    assert polled("jobs.example") == polled("jobs.example") == "ok"
    assert polled("parked.example", of=9) == "ok", "of so few nothing is concluded"
    assert polled("parked.example") == "its links lead to parked.example, and led to jobs.example,"
    [told] = source_troubles([figures(on)], on.now)
    assert (told.grave, "press a link of one of its jobs" in told.do) == (True, True)
    assert polled("jobs.example") == "ok"
    assert polled("parked.example") != "ok"
    on.ledger.accept_giving("board", on.now)
    assert polled("parked.example") == "ok"
    assert polled("further.example") == "its links lead to further.example, and led to jobs.example,", "no word for it"
    assert polled("new.example", first=100) == "ok", "other jobs may be elsewhere"


@pytest.mark.parametrize(
    ("was", "is_", "is_told"),
    [
        ("boards.fern.example", "job-boards.fern.example", False),
        ("www.fern.example", "fern.example", False),
        ("jobs.fern.co.uk", "www.fern.co.uk", False),
        ("fern.co.uk", "kelp.co.uk", True),
        ("fern.example", "kelp.example", True),
        ("10.0.0.1", "10.0.0.2", True),
        ("localhost", "fern.example", True),
    ],
)
def test_links_to_another_name_of_the_same_site_are_no_move(was: str, is_: str, is_told: bool) -> None:
    def polled(host: str) -> Polled:
        return Polled(listed=20, ended=0, new=0, unread=0, moved=False, whole=True, unchanged=False, hosts={host: 20})

    after = given(given(Giving(), NOON, polled(was)), NOON + HOUR, polled(is_))
    assert (after.other_host_since is not None, after.host) == (is_told, was if is_told else is_)


def test_of_a_listing_of_the_newest_pages_may_be_left_unasked(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(browse_page("1", cursor="b"))), max_pages=1))
    assert not on.poll().cut
    assert figures(on).state == "ok"


def test_failures_are_no_empty_listings(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(board(job("1"))), serve.status(500))))
    for _ in range(30):
        on.poll()
    assert giving(on).nothing_since is None
    assert figures(on).state != "barren"


def test_new_changed_and_gone_postings_are_movements(server: FeedServer, tmp_path: Path) -> None:
    on = bench(
        tmp_path,
        source(
            server.on(
                "/feed",
                serve.served(board(job("1"))),
                serve.served(board(job("1"), job("2"))),
                serve.served(board(job("1", title="Head of Data"), job("2"))),
                serve.served(board(job("1", title="Head of Data"))),
            )
        ),
    )
    moves = []
    for _ in range(6):
        on.poll()
        moves.append(giving(on).moves)
    # What a listing lacks is gone once two have.
    assert moves == [0, 1, 2, 2, 3, 3]
    assert giving(on).began == NOON
    assert giving(on).longest == 2 * HOUR


def test_a_listing_of_blank_rows_alone_cannot_be_read_and_some_among_others_can(
    server: FeedServer, tmp_path: Path
) -> None:
    row: dict[str, object] = {"id": "1", "position": "", "company": "", "epoch": 1, "tags": []}
    full = row | {
        "id": "2", "position": "Gardener", "company": "Fern", "url": "https://remoteok.com/2",
        "date": (NOON - timedelta(hours=2)).isoformat(),
    }  # fmt: skip
    on = bench(tmp_path, source(server.on("/feed", serve.served(blank(row)), serve.served(blank(row, full)))))
    assert on.poll().error == "not one item could be read"
    assert figures(on).state == "failing"
    assert on.poll().error is None
    assert figures(on).state == "ok"


def test_a_listing_of_which_most_rows_are_blank_is_told_at_its_first_poll_until_an_operator_says_that_it_is_right(
    server: FeedServer, tmp_path: Path
) -> None:
    rows = [_full(number) for number in range(20)]
    nothing = [{"id": f"x{number}", "position": "", "company": "", "epoch": 1, "tags": []} for number in range(500)]
    served = (serve.served(blank(*rows)), serve.served(blank(*rows, *nothing)))
    on = bench(tmp_path, source(server.on("/feed", *served)))
    on.poll()
    assert figures(on).state == "ok"
    assert on.poll().error is None
    found = figures(on)
    assert (found.state, found.items, found.amiss and found.amiss.number) == ("unread", 20, 500)
    on.ledger.accept_giving("board", on.now)
    on.poll()
    assert figures(on).state == "ok"


def test_a_posting_of_which_the_row_is_blank_for_once_is_not_closed(server: FeedServer, tmp_path: Path) -> None:
    rows = [_full(number) for number in range(20)]
    empty = [row | {"position": "", "company": ""} for row in rows[:9]]
    served = (serve.served(blank(*rows)), serve.served(blank(*empty, *rows[9:])))
    on = bench(tmp_path, source(server.on("/feed", *served), complete=True))
    for _ in range(4):
        report = on.poll()
        assert report.counts.closed == 0


def test_a_feed_that_gives_its_postings_new_ids_at_each_poll_is_told_after_three(
    server: FeedServer, tmp_path: Path
) -> None:
    polls = [blank(*(_full(number, f"{number}-{poll}") for number in range(20))) for poll in range(5)]
    on = bench(tmp_path, source(server.on("/feed", *(serve.served(body) for body in polls))))
    states = []
    for _ in polls:
        on.poll()
        states.append(figures(on).state)
    assert states == ["ok", "ok", "ok", "replaced", "replaced"]


def test_a_feed_of_which_all_jobs_have_one_id_is_told_at_its_first_poll_and_one_that_repeats_a_job_is_not(
    server: FeedServer, tmp_path: Path
) -> None:
    repeats, jobs = [_full(1, "1")] * 50, [_full(number, "1") for number in range(50)]
    on = bench(tmp_path, source(server.on("/feed", serve.served(blank(*repeats)), serve.served(blank(*jobs)))))
    on.poll()
    assert (figures(on).state, figures(on).items) == ("ok", 1)
    on.poll()
    found = figures(on)
    assert (found.state, found.items, found.amiss and found.amiss.number) == ("unread", 1, 49)
    assert "49 skipped: it has the id of another job" in found.notes


def test_a_feed_whose_postings_are_all_past_their_end_is_told_at_once(server: FeedServer, tmp_path: Path) -> None:
    jobs = [line(str(number), title=f"Gardener {number}") for number in range(12)]
    over = [job | {"expires_at": (NOON - 300 * DAY).isoformat()} for job in jobs]
    on = bench(tmp_path, source(server.on("/feed", *(serve.served(json_lines(*rows)) for rows in (jobs, over, jobs)))))
    states = []
    for _ in range(3):
        on.poll()
        states.append((figures(on).state, figures(on).amiss and figures(on).amiss.number))
    assert states == [("ok", None), ("ended", 12), ("ok", None)]


def _full(number: int, source_id: str = "") -> dict[str, object]:
    return {
        "id": source_id or str(number), "position": f"Gardener {number}", "company": "Fern", "epoch": 1, "tags": [],
        "url": f"https://remoteok.com/{source_id or number}", "date": (NOON - timedelta(hours=2)).isoformat(),
    }  # fmt: skip


def test_what_half_of_the_rows_said_and_none_says_any_more_is_told_until_it_is_back_or_right(
    server: FeedServer, tmp_path: Path
) -> None:
    pay = {"salary_min": 70_000, "salary_max": 90_000, "salary_currency": "EUR", "salary_period": "year"}

    def listing(paid: int, unpaid: int, **more: object) -> bytes:
        rows = [posting(f"paid {number}", **pay, **more) for number in range(paid)]
        rows += [posting(f"unpaid {number}", **more) for number in range(unpaid)]
        return b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    def polled(body: bytes) -> str:
        server.on("/feed", serve.served(body))
        on.poll()
        found = figures(on)
        return found.amiss.said.partition(" since ")[0] if found.amiss else found.state

    on = bench(tmp_path, source(server.on("/feed", serve.served(listing(6, 6))), format="posting_lines"))
    assert polled(listing(6, 6)) == "ok"
    assert polled(listing(1, 11)) == "ok"
    assert polled(listing(0, 12)) == "ok", "of a few it is chance"
    assert polled(listing(6, 6, location="Lisbon")) == "ok"
    assert polled(listing(0, 9, location="Lisbon")) == "ok", "of so few rows nothing is concluded"
    assert polled(listing(0, 12, location="Lisbon")) == "none says its pay any more,"
    assert polled(listing(0, 14, location="Lisbon")) == "none says its pay any more,"
    on.ledger.accept_giving("board", on.now)
    assert polled(listing(0, 12, location="Lisbon")) == "ok"
    assert polled(listing(0, 12)) == "none says its pay or its place any more,"
    assert polled(listing(1, 11, location="Lisbon")) == "ok"


def test_jobs_that_lose_their_own_words_or_get_a_date_to_come_are_told_at_once(
    server: FeedServer, tmp_path: Path
) -> None:
    rows = [posting(f"own {number}", title=f"Gardener {number}") | _dated(NOON) for number in range(12)]

    def text(at: int) -> str:
        return (
            f"In house {at} we grow ferns, and you help us with that. " + f"Each of the {at} ponds has its fish. " * 20
        )

    def polled(of: Callable[[int], dict[str, object]] = lambda at: {}, **more: object) -> str:
        server.on("/feed", serve.served(json_lines(*(row | of(at) | more for at, row in enumerate(rows)))))
        on.poll()
        found = figures(on)
        return found.amiss.said.partition(" since ")[0] if found.amiss else found.state

    def own(at: int) -> dict[str, object]:
        words = {"description": text(at), "url": f"https://board.example/{at}"}
        return words | {"company": f"House {at} of ferns", "location": f"Village {at}, Portugal"}

    rows = [row | own(at) for at, row in enumerate(rows)]
    on = bench(tmp_path, source(server.on("/feed", serve.served(json_lines(*rows))), format="posting_lines"))
    assert polled() == "ok"
    assert polled(description="Enable JavaScript to continue.") == "all have the same text, or none,"
    banner = f'<div class="{"notice " * 50}"><b>This position has been filled.</b></div>'
    assert (
        polled(lambda at: {"description": f"{banner} {text(at)}"})
        == "all have the same beginning of their texts, or none,"
    )
    assert polled(lambda at: {"description": text(at)[: 180 + at]}) == "none says more than a few sentences any more,"
    assert polled(title="Gardener") == "all have the same title, or none,"
    asks_in = "https://board.example/sign-in?to="
    assert polled(lambda at: {"url": f"{asks_in}{at}"}) == "all have the same page behind their links, or none,"
    assert polled(lambda at: {"url": f"/{at}"}) == "all have the same link, or none,", "which leads nowhere from a mail"
    assert polled(url="https://board.example/") == "all have the same link, or none,"
    assert polled(company="Jobs of All") == "all have the same company, or none,", "as of whoever collects them"
    assert polled(location="Porto, Portugal") == "all have the same town, or none,"
    assert polled(**_dated(NOON + 40 * DAY)) == "none says a date that has come any more,"
    assert polled(**_dated(on.now)) == "ok"
    assert polled(title="Gardener") == "all have the same title, or none,"
    rows = rows[:4]
    assert polled(title="Gardener") == "all have the same title, or none,", "of fewer rows it is so still"
    assert polled() == "ok"


def test_one_company_that_fills_a_feed_of_the_newest_is_right_and_one_that_known_jobs_get_is_not(
    server: FeedServer, tmp_path: Path
) -> None:
    def listed(first: int, company: str, town: str) -> str:
        rows = [
            posting(f"job {at}", title=f"Gardener {at}", company=company.format(at), location=town.format(at))
            for at in range(first, first + 12)
        ]
        server.on("/feed", serve.served(json_lines(*rows)))
        on.poll()
        found = figures(on)
        return found.amiss.said.partition(" since ")[0] if found.amiss else found.state

    on = bench(tmp_path, source(server.on("/feed", serve.served(b"")), format="posting_lines"))
    assert listed(0, "House {}", "Village {}, Portugal") == "ok"
    assert listed(12, "Fern", "Porto, Portugal") == "ok"
    assert listed(12, "Fern", "Porto, Portugal") == "ok"
    assert listed(24, "House {}", "Village {}, Portugal") == "ok"
    assert listed(26, "Jobs of All", "Village {}, Portugal") == "all have the same company, or none,"
    assert listed(38, "Jobs of All", "Village {}, Portugal") == "all have the same company, or none,", "until it ends"
    assert listed(40, "House {}", "Village {}, Portugal") == "ok"


def test_pay_in_a_unit_that_nobody_is_paid_in_is_told_at_once_though_it_was_never_otherwise(
    server: FeedServer, tmp_path: Path
) -> None:
    def polled(least: int, *, of: int = 12, more: int = 0, period: str = "year") -> str:
        pays = [(least + at, period) for at in range(of)] + [(60_000 + at, "year") for at in range(more)]
        rows = [
            posting(f"pay {at}", salary_min=pay, salary_currency="EUR", salary_period=per)
            for at, (pay, per) in enumerate(pays)
        ]
        server.on("/feed", serve.served(json_lines(*rows)))
        on.poll()
        found = figures(on)
        return found.amiss.said.partition(" since ")[0] if found.amiss else found.state

    on = bench(tmp_path, source(server.on("/feed", serve.served(b"")), format="posting_lines"))
    assert polled(6_000_000) == "12 postings state a pay that nobody earns,"
    assert polled(60_000) == "ok"
    assert polled(60) == "12 postings state a pay that nobody earns,", "in thousands"
    assert polled(60, period="hour") == "ok"
    assert polled(6_000_000, of=9) == "ok", "of so few it is a slip"
    assert polled(6_000_000) == "12 postings state a pay that nobody earns,"
    assert polled(60_000, of=3) == "ok", "it is over, though its listing has become short"
    assert polled(6_000_000, more=13) == "ok"
    assert polled(999_999, of=1, more=12) == "ok"
    on = bench(tmp_path / "changed", source(server.on("/feed", serve.served(b"")), format="posting_lines"))
    assert polled(60_000) == "ok"
    assert polled(6_000_000) == "12 postings state a pay that nobody earns,", "of known ones alone"
    on.ledger.accept_giving("board", on.now)
    assert [polled(6_000_000), polled(6_000_000)] == ["ok"] * 2, "an operator's word holds from poll to poll"


def _dated(at: datetime) -> dict[str, object]:
    return {"posted_at": at.isoformat()}


def test_ids_that_are_given_to_other_jobs_are_told_at_once_and_until_the_source_moves_otherwise(
    server: FeedServer, tmp_path: Path
) -> None:
    trades = ("Gardener", "Baker", "Mason", "Tailor", "Roofer", "Plumber", "Welder", "Cooper", "Joiner", "Glazier")
    jobs = [(f"{trade} in {town}", f"Our {trade} in {town}") for town in ("Porto", "Lyon") for trade in trades]
    more, most = ("Farrier in Bath", "Horses"), ("Weaver in Turin", "Wool")

    def polled(jobs: Sequence[tuple[str, str]]) -> str:
        rows = [job(str(at), title=title, descriptionHtml=f"<p>{text}.</p>") for at, (title, text) in enumerate(jobs)]
        server.on("/feed", serve.served(board(*rows)))
        on.poll()
        found = figures(on)
        return found.amiss.said.partition(" since ")[0] if found.amiss else found.state

    on = bench(tmp_path, source(server.on("/feed", serve.served(board()))))
    assert polled(jobs) == "ok"
    longer = [(f"{title} (m/f/d)", f"{text}!") for title, text in jobs]
    assert polled(longer) == "ok", "the same jobs, under longer titles"
    shifted = "known ids are other jobs (20),"
    assert polled([(f"REQ-{at}", text) for at, (_, text) in enumerate(longer)]) == shifted, "numbers in place of titles"
    assert polled(longer) == "ok"
    assert polled([(f"REQ-{at}", text) if at < 9 else (title, text) for at, (title, text) in enumerate(longer)]) == "ok"
    on.sent.events()
    assert polled([more, *jobs]) == shifted, "ids that number the rows"
    for _ in range(23):
        assert polled([more, *jobs]) == shifted
    assert on.sent.events() == [], "nobody is mailed them for a day"
    assert polled([more, *jobs]) == shifted
    assert len(on.sent.events()) == 21
    assert polled([more, *jobs]) == shifted, "nothing has moved since"
    assert polled([more, *jobs, most]) == "ok"
    assert polled([most, more, *jobs]) == "known ids are other jobs (22),"
    on.sent.events()
    assert polled([more, *jobs, most]) == "ok", "it was none of the board's"
    assert on.sent.events() == []
    assert polled([most, more, *jobs]) == "known ids are other jobs (22),"
    on.ledger.accept_giving("board", on.now)
    assert polled([most, more, *jobs]) == "ok"
    assert len(on.sent.events()) == 22


def test_known_jobs_that_all_get_another_pay_or_other_towns_stay_as_they_were_for_a_day_and_are_told(
    server: FeedServer, tmp_path: Path
) -> None:
    towns = ("Berlin", "Munich", "Hamburg", "Cologne")
    abroad = {"Berlin": "Lyon", "Munich": "Paris, France", "Hamburg": "Nantes", "Cologne": "Toulouse"}

    def polled(pay: float = 45_000, of: int = 12, town: Callable[[str], str] = str, period: str = "year") -> str:
        rows = [
            posting(
                f"job {at}",
                salary_min=(pay if at < of else 45_000) + at,
                salary_currency="EUR",
                salary_period=period if at < of else "year",
                location=town(towns[at % 4]) if at < of else towns[at % 4],
            )
            for at in range(12)
        ]
        server.on("/feed", serve.served(json_lines(*rows)))
        on.poll()
        found = figures(on)
        return found.amiss.said.partition(" since ")[0] if found.amiss else found.state

    on = bench(tmp_path, source(server.on("/feed", serve.served(b"")), format="posting_lines"))
    assert polled() == "ok"
    assert len(on.sent.events()) == 12
    assert polled(45_000 / 12) == "known postings have another pay (12),"
    assert on.sent.events() == [], "nobody is mailed a month's pay as a year's"
    assert [trouble.what.partition(", ")[0] for trouble in source_troubles([figures(on)], on.now)] == [
        "of the source board 12 known postings got a pay four times as high or as low as before and more"
    ]
    assert polled() == "ok"
    assert on.sent.events() == [], "they are as they were sent"
    assert polled(45_000 * 12) == "known postings have another pay (12),"
    assert polled() == "ok"
    on.sent.events()
    assert polled(45_000 / 12, period="month") == "ok", "the same pay, said by the month"
    assert len(on.sent.events()) == 12
    assert polled(4_000, period="month") == "ok", "a raise"
    assert polled() == "ok"
    assert polled(3_750, of=5) == "ok", "of few somebody mended a slip"
    assert polled() == "ok"
    on.sent.events()
    assert polled(town=abroad.__getitem__) == "known postings are in other towns (12),"
    assert on.sent.events() == []
    assert polled(town=lambda town: f"{town}, Germany") == "ok", "the same towns, said in full"
    names = {"Munich": "München", "Cologne": "Köln"}
    assert polled(town=lambda town: names.get(town, town)) == "ok", "in another language"
    assert polled(town=lambda town: "Germany") == "ok", "their country"
    assert polled(town=abroad.__getitem__) == "known postings are in other towns (12),"
    for _ in range(24):
        assert polled(town=abroad.__getitem__) == "known postings are in other towns (12),"
    assert len(on.sent.events()) > 0, "after a day they go out as they are"


def test_a_feed_that_moved_to_another_site_for_good_is_noted_and_named_once_its_former_address_is_gone(
    server: FeedServer, tmp_path: Path
) -> None:
    def told(on: Bench) -> list[tuple[str, bool]]:
        found = [figures(on)]
        return [(trouble.what, trouble.grave) for trouble in (*source_troubles(found, on.now), *moved_sources(found))]

    server.on("/new", serve.conditional(board(job("1")), '"a"'))
    new = server.url("/new", "localhost")
    feed = server.on("/feed", serve.redirect(f"{new}?key=s3cretk3y", 301))
    on = bench(tmp_path, source(feed))
    on.poll()
    [(what, grave)] = told(on)
    assert what.startswith(f"the source board moved for good to {new}?key="), what
    assert "s3cretk3y" not in what
    assert not grave
    assert on.poll().unchanged
    assert len(told(on)) == 1, "it answers 304 where it is now"
    server.on("/feed", serve.status(404))
    on.poll()
    [(what, grave)] = told(on)
    assert what.startswith("the source board fails")
    assert f"it had moved for good to {new}" in what
    assert grave
    for way in (serve.redirect("/new", 308), serve.redirect(new, 302), serve.served(board(job("1")))):
        server.on("/feed", way)
        on.poll()
        assert told(on) == [], "within its site, or for a while"


def test_a_board_that_had_its_last_jobs_is_no_failure_and_they_close_after_a_day(
    server: FeedServer, tmp_path: Path
) -> None:
    for had, ends in ((2, "empty"), (3, "silent")):
        body = board(*(job(str(at)) for at in range(had)))
        path = server.on(f"/feed{had}", serve.served(body), serve.conditional(NONE, '"none"'))
        on = bench(tmp_path / str(had), source(path))
        on.poll()
        on.sent.events()
        for _ in range(100):
            on.poll()
        closed = [event for event in on.sent.events() if event.startswith("closed")]
        assert (figures(on).state, len(closed)) == (ends, had if ends == "empty" else 0)
        (told,) = source_troubles([figures(on)], on.now)
        assert told.grave == (ends == "silent")
        assert ("had its last jobs before" in told.what) == (ends == "empty")
        server.on(f"/feed{had}", serve.status(404))
        on.poll()
        (told,) = source_troubles([figures(on)], on.now)
        assert (figures(on).state, told.grave) == ("failing" if ends == "empty" else "silent", True), told.what


@pytest.mark.parametrize("loses", ["text", "pay", "place", "unit"])
def test_what_new_jobs_alone_do_not_say_any_more_is_told_until_one_says_it_or_all_do(
    server: FeedServer, tmp_path: Path, loses: str
) -> None:
    def row(at: int, lost: str = "") -> dict[str, object]:
        pay = {} if lost == "pay" else {"salary": f"{(4_500_000 if lost == 'unit' else 45_000) + at} EUR a year"}
        text = {} if lost == "text" else {"description_html": f"<p>{at} " + "You mend boats and plan tours. " * 20}
        return (
            {**line(f"{at}"), "title": f"Boat builder {at}", "location": "" if lost == "place" else "Kiel"} | pay | text
        )

    def polled(*rows: dict[str, object]) -> tuple[str, str]:
        server.on("/feed", serve.served(json_lines(*rows)))
        on.poll()
        found = figures(on)
        return found.state, " ".join(trouble.what for trouble in source_troubles([found], on.now))

    on = bench(tmp_path, source(server.on("/feed", serve.served(b"")), format="posting_lines"))
    before = [row(at) for at in range(100)]
    assert polled(*before)[0] == "ok"
    well = [row(at) for at in range(100, 110)]
    assert polled(*before, *well)[0] == "ok"
    before += well
    lacking = [row(at, loses) for at in range(200, 230)]
    said = [polled(*before, *lacking[: 5 * upto])[0] for upto in range(1, 7)]
    assert said.index("unread") == (1 if loses == "unit" else 3), said
    state, what = polled(*before, *lacking)
    assert state == "unread", "nothing new says otherwise"
    if loses == "unit":
        assert "of the source board 30 postings state a pay that nobody earns" in what
    else:
        assert "of the source board none of the last 30 new ones says " in what
    assert polled(*before, *[row(at) for at in range(200, 230)])[0] == "ok", "its mapping was mended"
    assert polled(*before, *lacking)[0] == "ok", "they are no new ones"


def test_one_employer_who_lists_much_at_once_and_says_no_pay_is_no_fault(server: FeedServer, tmp_path: Path) -> None:
    def polled(*rows: dict[str, object]) -> str:
        server.on("/feed", serve.served(json_lines(*rows)))
        on.poll()
        return figures(on).state

    on = bench(tmp_path, source(server.on("/feed", serve.served(b"")), format="posting_lines"))
    before = [{**line(f"{at}"), "salary": f"{45_000 + at} EUR a year"} for at in range(40)]
    at_once = [line(f"{at}") for at in range(100, 140)]
    assert [polled(*before), polled(*before, *at_once), polled(*before, *at_once)] == ["ok"] * 3
    mixed = [*before, *({**line(f"{at}")} for at in range(200, 205))]
    on = bench(tmp_path / "mixed", source(server.on("/feed", serve.served(b"")), format="posting_lines"))
    assert polled(*mixed) == "ok"
    for at in range(5):
        mixed += [line(f"{300 + 10 * at + one}") for one in range(9)]
        assert polled(*mixed) == "ok", "one in nine said none before"
