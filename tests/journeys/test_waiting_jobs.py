"""Jobs for which a digest had no room, over simulated days: they come with later ones, each once."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.criteria import SalaryFloor
from schemas.posting import Company, PostingCore, Skill
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.feedback import Answer
from services.notifier.domain.model import Digest
from services.notifier.domain.people import Subscriber
from services.notifier.ports import Email, MailBusyError, MailRefusedError, MailUnknownError, MailWithheldError
from services.notifier.settings import NotifierSettings
from services.rules.signature import fold_company
from services.usecases.previews import Preview
from tests.support.consenting import paused, resumed
from tests.support.digests import pay, words_about
from tests.support.long_form import examples, some
from tests.support.notifying import GO, PYTHON, posting, sqlite_store
from tests.support.simulated_days import Days, Killer, sent_at, text_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 7, 1, tzinfo=UTC)


def goes_out(email: Email) -> None:
    """No mail is refused."""


def lives(
    folder: Path, killer: Killer | None = None, refuse: Callable[[Email], None] = goes_out, **curating: float
) -> Days:
    own = NotifierSettings(curate=CurateSettings(**curating))
    return Days(sqlite_store(folder), folder / "mails", killer or Killer(), own, refuse=refuse)


def ada(days: Days, cadence: str = "daily") -> Subscriber:
    person = days.store.person("ada", now=START)
    days.store.search(person, now=START, cadence=cadence, hour=8)
    return person


def job(number: int, company: str = "", at: datetime = START, **fields: object) -> PostingCore:
    text = words_about(f"job number {number}")
    named = {"company": Company(name=company)} if company else {}
    return posting(f"job-{number:03}", fetched_at=at, description_text=text, **named, **fields)


def publish(days: Days, jobs: Sequence[PostingCore], at: datetime = START) -> None:
    for job in jobs:
        days.publish(job, at)


def live_daily(days: Days, count: int, first: int = 0) -> None:
    for day in range(first, first + count):
        days.live(START + day * DAY + 9 * HOUR)


def mailed(days: Days) -> list[set[str]]:
    """The jobs of each mail to the one subscriber."""
    return [set(re.findall(r"job-\d{3}", text_of(mail))) for mail in days.mails("ada@example.com")]


def counted(days: Days) -> Counter[str]:
    return Counter(own for some in mailed(days) for own in some)


def names(*numbers: int) -> set[str]:
    return {f"job-{number:03}" for number in numbers}


def test_a_job_that_is_worth_no_mail_alone_comes_with_the_next_one(tmp_path: Path) -> None:
    days = lives(tmp_path, least_mail_chance=0.8)
    ada(days)
    publish(days, [job(1)])
    live_daily(days, 2)
    assert mailed(days) == []
    publish(days, [job(2, at=START + 2 * DAY)], START + 2 * DAY)
    live_daily(days, 2, first=2)
    assert mailed(days) == [names(1, 2)]


def test_a_board_of_one_company_has_no_cap_of_the_company_and_loses_no_job(tmp_path: Path) -> None:
    days = lives(tmp_path)
    ada(days)
    publish(days, [job(number, "Acme") for number in range(36)])
    live_daily(days, 6)
    assert [len(some) for some in mailed(days)] == [10, 10, 10, 6]
    assert counted(days) == Counter(dict.fromkeys(names(*range(36)), 1))


def test_what_the_cap_of_a_company_withholds_from_a_full_digest_comes_with_the_next(tmp_path: Path) -> None:
    days = lives(tmp_path)
    ada(days)
    acmes = names(*range(8))
    publish(days, [job(number, "Acme") for number in range(8)])
    publish(days, [job(number, f"Firm {number}") for number in range(8, 17)])
    live_daily(days, 4)
    assert [(len(some), len(some & acmes)) for some in mailed(days)] == [(10, 2), (7, 6)]
    assert counted(days) == Counter(dict.fromkeys(names(*range(17)), 1))


def test_what_a_window_holds_beyond_the_best_two_hundred_is_not_lost(tmp_path: Path) -> None:
    days = lives(tmp_path, most_items=100, most_per_company=100)
    ada(days)
    publish(days, [job(number) for number in range(260)])
    live_daily(days, 4)
    assert [len(some) for some in mailed(days)] == [100, 100, 60]
    assert counted(days) == Counter(dict.fromkeys(names(*range(260)), 1))


def test_a_near_miss_waits_for_room_and_for_a_match_to_come_with(tmp_path: Path) -> None:
    days = lives(tmp_path, most_near=1)
    person = days.store.person("ada", now=START)
    floor = SalaryFloor(amount=60_000, currency="EUR")
    strict = PYTHON.model_copy(update={"salary_floor": floor, "accept_undisclosed": False})
    days.store.search(person, criteria=strict, now=START, hour=8)
    publish(days, [job(0), job(1)])
    live_daily(days, 1)
    assert mailed(days) == []
    for day in (1, 2):
        at = START + day * DAY
        publish(days, [job(day + 1, at=at, salary=pay(None, 90_000))], at)
        live_daily(days, 1, first=day)
    assert [len(some) for some in mailed(days)] == [2, 2]
    assert counted(days) == Counter(dict.fromkeys(names(0, 1, 2, 3), 1))


def test_instant_mails_bring_what_waits_once_a_day_and_news_at_once(tmp_path: Path) -> None:
    days = lives(tmp_path, most_items=2)
    ada(days, "instant")
    publish(days, [job(number) for number in range(5)])
    days.live(START + HOUR)
    at = START + 3 * HOUR
    publish(days, [job(5, at=at)], at)
    days.live(at)
    publish(days, [job(6, at=at, skills=(Skill(name="Go"),))], at)
    days.live(START + 5 * HOUR)
    assert [len(some) for some in mailed(days)] == [2, 1]
    for day in (1, 2, 3):
        # Whatever comes in, of whatever kind, makes the notifier look who is due.
        at = START + day * DAY
        publish(days, [job(6 + day, at=at, skills=(Skill(name="Go"),))], at)
        days.live(at + HOUR)
    assert [len(some) for some in mailed(days)] == [2, 1, 2, 1]
    assert counted(days) == Counter(dict.fromkeys(names(*range(6)), 1))


@pytest.mark.parametrize(
    "what", ["closed", "hidden", "edited", "sent as a copy", "stale", "search paused", "search deleted", "vacation"]
)
def test_what_waits_is_judged_as_if_it_were_new(tmp_path: Path, what: str) -> None:
    days = lives(tmp_path, most_items=1)
    person = ada(days)
    first, second = (job(number, "Acme", at=START + number * HOUR) for number in (1, 0))
    publish(days, [first, second])
    live_daily(days, 1)
    assert mailed(days) == [names(1)]
    now = START + 12 * HOUR
    [search] = days.store.searches.all()
    match what:
        case "closed":
            days.publish(second.model_copy(update={"status": "closed", "version": second.version + 1}), now)
        case "hidden":
            days.store.feedback.say(person.subscriber_id, Answer("hidden_company", fold_company("Acme")), now)
        case "edited":
            days.store.searches.edit(search.search_id, now, criteria=GO)
        case "sent as a copy":
            copy = second.model_copy(update={"posting_id": "a-copy", "source_id": "job-000"})
            days.store.search(person, "another", PYTHON.model_copy(update={"text": "job"}), now=now, hour=9)
            days.publish(copy, now)
        case "search paused":
            days.store.searches.pause(search.search_id, now)
        case "search deleted":
            days.store.searches.delete(search.search_id, now)
        case "vacation":
            days.store.subscribers.pause(person.subscriber_id, paused(now))
    live_daily(days, 3, first=40 if what == "stale" else 1)
    if what == "sent as a copy":
        assert counted(days) == Counter(dict.fromkeys(names(0, 1), 1))
        return
    assert mailed(days) == [names(1)]
    if what in ("search paused", "vacation"):
        back = START + 4 * DAY + 10 * HOUR
        if what == "vacation":
            days.store.subscribers.resume(person.subscriber_id, resumed(back))
        else:
            days.store.searches.resume(search.search_id, back)
        live_daily(days, 2, first=5)
        assert mailed(days) == [names(1), names(0)]


def test_a_preview_shows_what_waits(tmp_path: Path) -> None:
    days = lives(tmp_path, most_items=1)
    person = ada(days)
    publish(days, [job(0), job(1)])
    live_daily(days, 1)
    engine = days.store.engine
    reader = Preview(SqlMatches(engine), SqlWindows(engine), SqlDigests(engine, days.store.ids), days.settings)
    made = reader.of(person.subscriber_id, START + 10 * HOUR)
    assert isinstance(made, Digest)
    assert {item.posting.source_id for item in made.items} == names(0, 1) - mailed(days)[0]


class Moody:
    """A mail server that does with each mail what the next of its moods says, and takes those that come after."""

    def __init__(self, moods: Sequence[Exception | None]) -> None:
        self._moods = iter(moods)

    def __call__(self, email: Email) -> None:
        if (mood := next(self._moods, None)) is not None:
            raise mood


MOODS = (None, MailRefusedError("5.6.0"), MailWithheldError("not allowed"), MailBusyError("4.2.0"), MailUnknownError())


@settings(max_examples=examples(15))
@given(moods=st.lists(st.sampled_from(MOODS), max_size=6), cadence=st.sampled_from(["daily", "instant"]))
def test_whatever_mail_does_not_go_out_its_jobs_come_once_all_the_same(
    moods: list[Exception | None], cadence: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    days = lives(tmp_path_factory.mktemp("moody"), refuse=Moody(moods), most_items=2)
    ada(days, cadence)
    for day in range(14):
        at = START + day * DAY
        publish(days, [job(day, at=at)] if day < 4 else [job(day, at=at, skills=(Skill(name="Go"),))], at)
        for hour in (9, 12, 23):
            days.live(at + hour * HOUR)
    assert counted(days) == Counter(dict.fromkeys(names(*range(4)), 1))
    days.store.engine.dispose()


def test_no_mail_is_tried_again_on_the_day_on_which_one_was_refused(tmp_path: Path) -> None:
    tried: list[Email] = []

    def refuse(email: Email) -> None:
        tried.append(email)
        raise MailRefusedError("5.6.0")

    days = lives(tmp_path, refuse=refuse)
    ada(days, "instant")
    publish(days, [job(0)])
    for minute in range(60):
        publish(days, [job(1 + minute, skills=(Skill(name="Go"),))])
        days.live(START + HOUR + timedelta(minutes=minute))
    assert len(tried) == 1


def waiting_days(folder: Path, killer: Killer) -> Days:
    days = lives(folder, killer, most_items=1)
    ada(days)
    killer.watch(days.store)
    publish(days, [job(number) for number in range(3)])
    live_daily(days, 4)
    return days


def test_a_kill_at_any_step_loses_nothing_that_waits(tmp_path: Path) -> None:
    whole = waiting_days(tmp_path / "whole", Killer())
    assert counted(whole) == Counter(dict.fromkeys(names(0, 1, 2), 1))
    for at in some(range(1, whole.killer.steps + 1), 4):
        days = waiting_days(tmp_path / f"killed-{at}", Killer(at=at))
        assert days.kills == 1, at
        assert days.files() == whole.files(), at
        days.store.engine.dispose()
    assert [sent_at(mail).day for mail in whole.mails("ada@example.com")] == [1, 2, 3]
