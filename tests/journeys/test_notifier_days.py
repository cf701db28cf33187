"""The notifier over simulated days: who gets what, when, and that no kill doubles or loses a job."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.criteria import SalaryFloor
from schemas.posting import Company, PostingCore, Skill, Spoken
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.settings import NotifierSettings
from tests.support.digests import pay
from tests.support.long_form import some
from tests.support.notifying import GO, PYTHON, posting, sqlite_store
from tests.support.simulated_days import Days, Killer, sent_at, text_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ALL = CurateSettings(most_items=500, most_per_company=500)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def stream(start: datetime, end: datetime, every: timedelta, first: int = 0) -> list[PostingCore]:
    """A posting at a time, each at a company of its own."""
    found = []
    at = start
    while at <= end:
        found.append(posting(f"job-{first + len(found):03}", fetched_at=at))
        at += every
    return found


def jobs_in(days: Days, address: str) -> Counter[str]:
    """How often each job was mailed to someone."""
    found: Counter[str] = Counter()
    for mail in days.mails(address):
        found.update(set(re.findall(r"job-\d{3}", text_of(mail))))
    return found


def test_three_cadences_through_a_change_of_clocks(tmp_path: Path) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails", settings=NotifierSettings(curate=ALL))
    start, end = utc("2026-03-20T00:00"), utc("2026-04-07T00:00")
    berlin = days.store.person("berlin", time_zone="Europe/Berlin", now=start)
    denver = days.store.person("denver", time_zone="America/Denver", now=start)
    tokyo = days.store.person("tokyo", time_zone="Asia/Tokyo", now=start)
    days.store.search(berlin, now=start, cadence="daily", hour=2)
    days.store.search(denver, now=start, cadence="weekly", hour=9, weekday="monday")
    days.store.search(tokyo, now=start, cadence="instant")
    dense = stream(start, end - 14 * DAY, 5 * HOUR)
    sparse = stream(end - 13 * DAY, end - 2 * DAY, 31 * HOUR, first=len(dense))
    days.live_until(start, end, HOUR, [*dense, *sparse])

    at_two = [sent_at(mail).astimezone(ZoneInfo("Europe/Berlin")) for mail in days.mails("berlin@example.com")]
    assert {(local.hour, local.minute) for local in at_two if local.date().isoformat() != "2026-03-29"} == {(2, 0)}
    assert [local.hour for local in at_two if local.date().isoformat() == "2026-03-29"] in ([], [3])
    assert len({local.date() for local in at_two}) == len(at_two)
    at_nine = [sent_at(mail).astimezone(ZoneInfo("America/Denver")) for mail in days.mails("denver@example.com")]
    assert [(local.weekday(), local.hour) for local in at_nine] == [(0, 9)] * 3

    expected = {posting.source_id for posting in (*dense, *sparse)}
    for name in ("berlin", "tokyo"):
        assert jobs_in(days, f"{name}@example.com") == Counter(dict.fromkeys(expected, 1))
    assert max(jobs_in(days, "denver@example.com").values()) == 1
    days.store.engine.dispose()


def test_instant_mails_are_six_a_local_day_and_the_rest_waits_for_the_next(tmp_path: Path) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails", settings=NotifierSettings(curate=ALL))
    start = utc("2026-07-01T06:00")  # midnight in Denver
    ada = days.store.person("ada", time_zone="America/Denver", now=start)
    days.store.search(ada, now=start, cadence="instant")
    days.live_until(start, start + 25 * HOUR, 5 * MINUTE, stream(start + HOUR, start + 12 * HOUR, HOUR))
    zone = ZoneInfo("America/Denver")
    local = [sent_at(mail).astimezone(zone) for mail in days.mails("ada@example.com")]
    assert Counter(at.date().day for at in local) == {1: 6, 2: 1}
    assert local[-1].strftime("%H:%M") == "00:00"
    assert jobs_in(days, "ada@example.com") == Counter({f"job-{n:03}": 1 for n in range(12)})
    days.store.engine.dispose()


@pytest.mark.parametrize("cadence", ["instant", "daily", "weekly"])
def test_who_speaks_english_and_spanish_is_mailed_no_danish_job(tmp_path: Path, cadence: str) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails", settings=NotifierSettings(curate=ALL))
    start = utc("2026-07-01T06:00")
    for name, speaks in (("eva", ["en", "es"]), ("dan", ["da"])):
        person = days.store.person(name, speaks=speaks, now=start)
        days.store.search(person, now=start, cadence=cadence, hour=8)
    danish = {"languages": (Spoken(any=("da",)),)}
    jobs = [posting(f"job-{n:03}", fetched_at=start, language="en", **(danish if n else {})) for n in range(3)]
    days.live_until(start, start + 8 * DAY, 6 * HOUR, jobs)
    assert jobs_in(days, "eva@example.com") == Counter({"job-000": 1})
    assert jobs_in(days, "dan@example.com") == Counter({"job-001": 1, "job-002": 1})
    days.store.engine.dispose()


def test_after_an_outage_one_mail_comes_for_all_that_were_missed(tmp_path: Path) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails", settings=NotifierSettings(curate=ALL))
    start = utc("2026-07-01T00:00")
    ada = days.store.person("ada", now=start)
    days.store.search(ada, now=start, cadence="daily", hour=8)
    for arriving in stream(start, start + 4 * DAY, 10 * HOUR):
        days.publish(arriving, arriving.fetched_at)
    days.live(start + 4 * DAY + 20 * HOUR)
    days.live(start + 4 * DAY + 21 * HOUR)
    [mail] = days.mails("ada@example.com")
    assert sent_at(mail) == start + 4 * DAY + 8 * HOUR
    assert len(jobs_in(days, "ada@example.com")) == 10
    days.store.engine.dispose()


def test_one_mail_takes_in_all_searches_due_then(tmp_path: Path) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails")
    start = utc("2026-07-01T00:00")
    ada = days.store.person("ada", now=start)
    days.store.search(ada, "snakes", PYTHON, now=start, hour=8)
    days.store.search(ada, "gophers", GO, now=start, hour=8)
    both = posting("job-000", fetched_at=start, skills=(Skill(name="Go", core=True), Skill(name="Python", core=True)))
    days.publish(both, start)
    days.publish(
        posting("job-001", fetched_at=start, roles=("backend-engineer",), skills=(Skill(name="Go", core=True),)), start
    )
    days.live(start + 9 * HOUR)
    [mail] = days.mails("ada@example.com")
    assert "snakes" in text_of(mail)
    assert "gophers" in text_of(mail)
    assert jobs_in(days, "ada@example.com") == Counter({"job-000": 1, "job-001": 1})
    days.store.engine.dispose()


def test_an_edited_posting_is_not_news_and_a_closed_one_is_not_sent(tmp_path: Path) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails")
    start = utc("2026-07-01T00:00")
    ada = days.store.person("ada", now=start)
    days.store.search(ada, now=start, hour=8)
    days.publish(posting("job-000", fetched_at=start), start)
    days.publish(posting("job-001", fetched_at=start), start)
    days.publish(posting("job-001", fetched_at=start + HOUR, status="closed"), start + HOUR)
    days.live(start + 9 * HOUR)
    days.publish(posting("job-000", fetched_at=start + 10 * HOUR, description_text="Edited."), start + 10 * HOUR)
    days.live(start + 33 * HOUR)
    assert jobs_in(days, "ada@example.com") == Counter({"job-000": 1})
    days.store.engine.dispose()


def test_a_near_miss_comes_once_more_when_its_pay_is_stated_and_then_never(tmp_path: Path) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails")
    start = utc("2026-07-01T00:00")
    ada = days.store.person("ada", now=start)
    floor = SalaryFloor(amount=60_000, currency="EUR")
    strict = PYTHON.model_copy(update={"salary_floor": floor, "accept_undisclosed": False})
    days.store.search(ada, "paid", strict, now=start, hour=8)

    def job(name: str, at: datetime, top: int | None) -> PostingCore:
        return posting(name, fetched_at=at, salary=pay(None, top) if top else None)

    for number, top in enumerate((None, 70_000, 80_000)):
        at = start + number * DAY
        days.publish(job("job-000", at, top), at)
        days.publish(job(f"job-10{number}", at, 90_000), at)
        days.live(at + 9 * HOUR)
    assert jobs_in(days, "ada@example.com") == Counter({"job-000": 2, "job-100": 1, "job-101": 1, "job-102": 1})
    days.store.engine.dispose()


def test_a_subscriber_whose_digest_fails_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails")
    start = utc("2026-07-01T00:00")
    days.store.search(days.store.person("ada", now=start), now=start, hour=8)
    days.store.search(days.store.person("bob", now=start), now=start, hour=8)
    broken = posting("job-000", fetched_at=start, company=Company(name="Acme"))
    days.publish(broken, start)
    days.live(start + HOUR)
    _spoil_criteria_of(days, "ada")
    days.live(start + 9 * HOUR)
    assert len(days.mails("bob@example.com")) == 1
    assert days.mails("ada@example.com") == []
    days.store.engine.dispose()


def _spoil_criteria_of(days: Days, name: str) -> None:
    """Give someone a time zone that no longer exists, as an update of the zone data may."""
    from sqlalchemy import update

    from schemas.sql.tables import subscribers
    from services.runtime.sql.store import writing

    with writing(days.store.engine) as connection:
        connection.execute(
            update(subscribers).where(subscribers.c.name == name.title()).values(time_zone="Mars/Olympus")
        )


def busy_days(folder: Path, killer: Killer, ticks: int) -> Days:
    """Two people with three cadences; the first tick serves one search, the second all, later ones some."""
    start = utc("2026-07-01T00:00")
    days = Days(sqlite_store(folder), folder / "mails", killer)
    ada, bob = days.store.person("ada", now=start), days.store.person("bob", now=start)
    days.store.search(ada, "daily python", now=start, cadence="daily", hour=8)
    days.store.search(ada, "instant go", GO, now=start, cadence="instant")
    days.store.search(bob, "weekly python", now=start, cadence="weekly", hour=8, weekday="thursday")
    killer.watch(days.store)
    postings = [
        posting("job-000", fetched_at=start),
        posting("job-001", fetched_at=start + 20 * HOUR),
        posting("job-002", fetched_at=start + 21 * HOUR, skills=(Skill(name="Go"),)),
        posting("job-003", fetched_at=start + 40 * HOUR),
        posting("job-004", fetched_at=start + 40 * HOUR, skills=(Skill(name="Go"), Skill(name="Python"))),
    ]
    days.live_until(start + 9 * HOUR, start + 9 * HOUR + (ticks - 1) * DAY, DAY, postings)
    return days


def test_a_kill_at_any_step_doubles_nothing_and_loses_nothing(tmp_path: Path) -> None:
    whole = busy_days(tmp_path / "whole", Killer(), ticks=2)
    expected = whole.files()
    assert len(expected) == 3
    assert whole.killer.steps > 30
    for at in some(range(1, whole.killer.steps + 1), 4):
        days = busy_days(tmp_path / f"killed-{at}", Killer(at=at), ticks=2)
        assert days.kills == 1, at
        assert days.files() == expected, at
        assert days.store.deliveries.states() == {"accepted": 3}, at
        days.store.engine.dispose()
    whole.store.engine.dispose()


@pytest.mark.parametrize("every", [17, 19, 23, 29])
def test_kills_that_go_on_and_on_double_nothing_and_lose_nothing(tmp_path: Path, every: int) -> None:
    whole = busy_days(tmp_path / "whole", Killer(), ticks=4)
    days = busy_days(tmp_path / "killed", Killer(at=every, again=True), ticks=4)
    assert days.kills >= 3
    assert days.files() == whole.files()
    assert len(days.files()) == 4
    assert days.store.deliveries.states() == {"accepted": 4}
    days.store.engine.dispose()
    whole.store.engine.dispose()


@pytest.mark.parametrize("paused_for", [1, 3])
def test_what_waits_while_sending_is_paused_goes_out_after(tmp_path: Path, paused_for: int) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails")
    start = utc("2026-07-01T00:00")
    days.store.search(days.store.person("ada", now=start), now=start, hour=8)
    days.publish(posting("job-000", fetched_at=start), start)
    days.store.pauses.set_sending(True, start)
    for hour in range(paused_for):
        days.live(start + (9 + hour) * HOUR)
        assert days.files() == {}
    days.store.pauses.set_sending(False, start)
    days.live(start + (9 + paused_for) * HOUR)
    assert jobs_in(days, "ada@example.com") == Counter({"job-000": 1})
    days.store.engine.dispose()
