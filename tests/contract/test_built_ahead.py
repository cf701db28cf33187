"""Digests of a crowd are built before their hour, as if it had struck; no mail goes out before it does."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import Table, select, update

from schemas.posting import Skill
from schemas.sql.tables import digest_items, digest_searches, digests, saved_searches, sent_jobs
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.digests.delivery_list import DeliveryList
from services.notifier.adapters.sql.windows.lead import SqlLead
from services.notifier.building import Builder
from services.notifier.composing import Composer
from services.notifier.domain.people import Subscriber, timing_of
from services.notifier.mail_settings import MailSettings, WarmUpSettings
from services.notifier.settings import NotifierSettings
from services.runtime.figures.hours import add_hours, hour_of
from services.runtime.figures.peak import BUILDING_MS, DIGESTS_BUILT
from services.runtime.figures.stream import read_figures
from services.runtime.sql.ran_ahead import read_ran_ahead
from services.runtime.sql.store import reading, writing
from tests.support.consenting import declared, paused, resumed
from tests.support.long_form import some
from tests.support.notifying import GO, NOW, NotifierStore, posting, sqlite_store
from tests.support.simulated_days import Days, text_of
from tests.support.stores import ENGINES, new_engine

pytestmark = pytest.mark.one_of("store")
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EIGHT = NOW + 2 * HOUR
EARLY = EIGHT - 2 * MINUTE
"""By the pace of `board` three minutes are needed for four people."""
ONE_PASS = NotifierSettings(passes_a_tick=1)
NAMES = ("ada", "bob", "cy", "dan")
_CLOCKED = ("created_at", "changed_at", "accepted_at")


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_engine(request.param, tmp_path / "store") as engine:
        yield NotifierStore(engine)


def board(
    store: NotifierStore,
    folder: Path,
    *,
    each: timedelta = 36 * SECOND,
    settings: NotifierSettings | None = None,
    warm_up: WarmUpSettings | None = None,
    takes_s: float = 0.0,
) -> Days:
    """Four who look for Python daily at eight, two jobs that came, and a pace of so long a digest."""
    took = 100 * each // timedelta(milliseconds=1)
    add_hours(store.engine, {(hour_of(NOW), DIGESTS_BUILT, ""): 100, (hour_of(NOW), BUILDING_MS, ""): took})
    for name in NAMES:
        store.search(store.person(name), hour=8)
    days = Days(
        store,
        folder,
        settings=settings or NotifierSettings(),
        refuse=lambda email: sleep(takes_s),
        warm_up=warm_up or WarmUpSettings(),
    )
    days.publish(posting("one"), NOW)
    days.publish(posting("two"), NOW)
    days.live(NOW)
    return days


def person(store: NotifierStore, name: str) -> Subscriber:
    return store.subscribers.find(f"{name}@example.com")


def waiting(store: NotifierStore) -> int:
    return store.deliveries.states().get("pending", 0)


def jobs_of(days: Days, name: str) -> list[list[str]]:
    """By mail, which of these jobs it shows."""
    texts = [text_of(mail) for mail in days.mails(f"{name}@example.com")]
    return [[job for job in ("one", "two", "three") if posting(job).url in text] for text in texts]


def test_nothing_is_built_until_it_has_to_be_and_no_mail_goes_out_before_its_hour(
    store: NotifierStore, tmp_path: Path
) -> None:
    days = board(store, tmp_path, settings=ONE_PASS)
    days.live(EIGHT - 31 * MINUTE)
    days.live(EIGHT - 4 * MINUTE)
    assert store.deliveries.states() == {}
    days.live(EARLY)
    assert store.deliveries.states() == {"pending": 3}, "as many as are built by then"
    days.live(EIGHT - MINUTE)
    assert store.deliveries.states() == {"pending": 4}
    days.live(EIGHT - SECOND)
    assert days.files() == {}
    days.live(EIGHT)
    assert store.deliveries.states() == {"accepted": 4}
    days.live(EIGHT + MINUTE)
    assert len(days.files()) == 4


def test_no_figure_takes_what_waits_for_its_hour_for_what_waits_for_the_mailer(
    store: NotifierStore, tmp_path: Path
) -> None:
    days = board(store, tmp_path)
    for moment in (EARLY, EIGHT - MINUTE):
        days.live(moment)
    early = read_figures(store.engine, EIGHT - SECOND, ())
    assert early.mail.ahead == ((EIGHT, 4),)
    assert (early.deliveries, early.mail.untaken, early.due_subscribers) == ({}, 0, 0)
    assert DeliveryList(store.engine).waiting(EIGHT - SECOND) == 0
    late = read_figures(store.engine, EIGHT + MINUTE, ())
    assert late.mail.ahead == ()
    assert (late.deliveries, late.mail.untaken, late.mail.untaken_since) == ({"pending": 4}, 4, EIGHT)
    assert late.untaken_for == MINUTE
    assert DeliveryList(store.engine).waiting(EIGHT) == 4


def test_what_is_built_ahead_is_to_the_byte_what_would_be_built_at_the_hour(
    store: NotifierStore, tmp_path: Path
) -> None:
    with new_engine(store.engine.dialect.name, tmp_path / "other") as engine:
        late = board(NotifierStore(engine), tmp_path / "late", settings=NotifierSettings(builds_ahead=timedelta()))
        late.live(EARLY)
        assert late.store.deliveries.states() == {}
        late.live(EIGHT)
        early = board(store, tmp_path / "early")
        for moment in (EARLY, EIGHT - MINUTE, EIGHT):
            early.live(moment)
        assert early.files() == late.files() != {}
        for table in (digests, digest_items, digest_searches, sent_jobs, saved_searches):
            assert rows(early.store, table) == rows(late.store, table)


def rows(store: NotifierStore, table: Table) -> list[dict[str, object]]:
    own = [column for column in table.c if column.name not in _CLOCKED]
    with reading(store.engine) as connection:
        return [dict(row) for row in connection.execute(select(*own).order_by(*own[:2])).mappings()]


def test_what_comes_between_building_and_the_hour_waits_for_the_next_digest(
    store: NotifierStore, tmp_path: Path
) -> None:
    days = board(store, tmp_path)
    days.live(EARLY)
    days.live(EIGHT - MINUTE)
    days.publish(posting("three", fetched_at=EIGHT - MINUTE), EIGHT - MINUTE)
    for moment in (EIGHT - SECOND, EIGHT, EIGHT + MINUTE, EIGHT + DAY):
        days.live(moment)
    for name in NAMES:
        assert jobs_of(days, name) == [["one", "two"], ["three"]]


def test_who_is_due_earlier_is_built_earlier_and_each_hour_has_its_own_digest(
    store: NotifierStore, tmp_path: Path
) -> None:
    days = board(store, tmp_path)
    ada = person(store, "ada")
    store.search(ada, "Go work", GO, hour=9)
    store.search(store.person("eve", time_zone="Asia/Kathmandu"), hour=13)  # 7:15 by UTC
    days.publish(posting("go", roles=("backend-engineer",), skills=(Skill(name="Go", core=True),)), NOW)
    quarter = EIGHT - 45 * MINUTE
    days.live(quarter - 30 * SECOND)
    assert waiting(store) == 0, "there is no time for another"
    days.live(quarter)
    assert len(days.files()) == 1
    for moment in (EARLY, EIGHT - MINUTE, EIGHT):
        days.live(moment)
    assert len(days.mails("ada@example.com")) == 1
    days.live(EIGHT + HOUR - 40 * SECOND)
    assert waiting(store) == 1
    days.live(EIGHT + HOUR)
    assert [len(days.mails(f"{name}@example.com")) for name in ("ada", "bob", "eve")] == [2, 1, 1]


def test_an_instant_search_is_served_meanwhile(store: NotifierStore, tmp_path: Path) -> None:
    days = board(store, tmp_path)
    store.search(person(store, "ada"), "Go work", GO, now=EARLY - HOUR, cadence="instant")
    for moment in (EARLY, EIGHT - MINUTE):
        days.live(moment)
    assert waiting(store) == 4
    came = posting("go", roles=("backend-engineer",), skills=(Skill(name="Go", core=True),), fetched_at=EIGHT - MINUTE)
    days.publish(came, EIGHT - MINUTE)
    days.live(EIGHT - 50 * SECOND)
    assert [text_of(mail).count(came.url) > 0 for mail in days.mails("ada@example.com")] == [True]
    days.live(EIGHT)
    assert len(days.mails("ada@example.com")) == 2


def test_news_of_the_minute_in_which_a_digest_was_due_goes_out_in_the_next(
    store: NotifierStore, tmp_path: Path
) -> None:
    days = board(store, tmp_path)
    store.search(person(store, "ada"), "Go work", GO, now=EARLY - HOUR, cadence="instant")
    for moment in (EARLY, EIGHT - MINUTE, EIGHT):
        days.live(moment)
    came = posting(
        "go", roles=("backend-engineer",), skills=(Skill(name="Go", core=True),), fetched_at=EIGHT + 10 * SECOND
    )
    days.publish(came, EIGHT + 10 * SECOND)
    days.live(EIGHT + 20 * SECOND)
    assert len(days.mails("ada@example.com")) == 1, "a minute has one digest"
    days.live(EIGHT + MINUTE)
    assert [came.url in text_of(mail) for mail in days.mails("ada@example.com")] == [False, True]


def test_an_instant_search_whose_mails_of_the_day_are_out_stays_put_off(store: NotifierStore, tmp_path: Path) -> None:
    days = board(store, tmp_path, each=5 * MINUTE)
    search = store.search(person(store, "ada"), "Go work", GO, cadence="instant")
    with writing(store.engine) as connection:
        own = saved_searches.c.search_id == search.search_id
        connection.execute(update(saved_searches).where(own).values(next_due_at=NOW + 18 * HOUR))
    days.live(EIGHT - 25 * MINUTE)
    assert waiting(store) == 4
    with reading(store.engine) as connection:
        assert read_ran_ahead(connection, EIGHT - 24 * MINUTE).due_too_late == 0


LEAVING: dict[str, Callable[[NotifierStore], object]] = {
    "unsubscribed": lambda store: store.subscribers.unsubscribe(
        person(store, "ada").subscriber_id, declared(EIGHT - MINUTE, "withdrawn")
    ),
    "paused": lambda store: store.subscribers.pause(person(store, "ada").subscriber_id, paused(EIGHT - MINUTE)),
    "erased": lambda store: store.subscribers.erase(person(store, "ada").subscriber_id, EIGHT - MINUTE),
    "suppressed": lambda store: store.suppressions.suppress("ada@example.com", "asked us", EIGHT - MINUTE),
    "search paused": lambda store: store.searches.pause(
        store.searches.all(person(store, "ada").subscriber_id)[0].search_id, EIGHT - MINUTE
    ),
    "search deleted": lambda store: store.searches.delete(
        store.searches.all(person(store, "ada").subscriber_id)[0].search_id, EIGHT - MINUTE
    ),
}


@pytest.mark.parametrize("how", LEAVING)
def test_who_left_meanwhile_is_mailed_nothing(store: NotifierStore, tmp_path: Path, how: str) -> None:
    days = board(store, tmp_path)
    for moment in (EARLY, EIGHT - MINUTE):
        days.live(moment)
    LEAVING[how](store)
    days.live(EIGHT)
    assert {name: len(days.mails(f"{name}@example.com")) for name in NAMES} == {"ada": 0, "bob": 1, "cy": 1, "dan": 1}


def test_who_paused_meanwhile_gets_its_jobs_once_back(store: NotifierStore, tmp_path: Path) -> None:
    days = board(store, tmp_path)
    for moment in (EARLY, EIGHT - MINUTE):
        days.live(moment)
    ada = person(store, "ada").subscriber_id
    store.subscribers.pause(ada, paused(EIGHT - MINUTE))
    days.live(EIGHT)
    store.subscribers.resume(ada, resumed(EIGHT + HOUR))
    days.live(EIGHT + DAY)
    assert jobs_of(days, "ada") == [["one", "two"]]


def test_another_hour_asked_for_meanwhile_counts_from_the_next_mail_on(store: NotifierStore, tmp_path: Path) -> None:
    days = board(store, tmp_path)
    for moment in (EARLY, EIGHT - MINUTE):
        days.live(moment)
    [search] = store.searches.all(person(store, "ada").subscriber_id)
    store.searches.edit(search.search_id, EIGHT - MINUTE, timing=timing_of({"hour": 18}))
    days.publish(posting("three"), EIGHT)
    for hour in range(0, 36, 2):
        days.live(EIGHT + hour * HOUR)
    assert jobs_of(days, "ada") == [["one", "two"], ["three"]]
    [search] = store.searches.all(person(store, "ada").subscriber_id)
    assert search.next_due_at == EIGHT + 2 * DAY + 10 * HOUR


@pytest.mark.parametrize("back", [SECOND, 10 * MINUTE, 50 * MINUTE])
def test_a_clock_that_is_set_back_hands_nothing_over_before_its_hour(
    store: NotifierStore, tmp_path: Path, back: timedelta
) -> None:
    days = board(store, tmp_path)
    for moment in (EARLY, EIGHT - MINUTE):
        days.live(moment)
    behind = Days(store, tmp_path, settings=NotifierSettings(worker="behind"))
    for worker in (behind, days):
        worker.live(EIGHT - MINUTE - back)
        worker.live(EIGHT - SECOND)
    assert days.files() == {}
    behind.live(EIGHT)
    assert len(days.files()) == 4


def test_the_longest_lead_leaves_room_for_clocks_that_lie_apart(store: NotifierStore, tmp_path: Path) -> None:
    days = board(store, tmp_path, each=20 * MINUTE, settings=NotifierSettings(builds_ahead=HOUR))
    days.live(EIGHT - HOUR)
    assert waiting(store) > 0
    behind = Days(store, tmp_path, settings=NotifierSettings(worker="behind", builds_ahead=HOUR))
    behind.live(EIGHT - HOUR - 2 * SECOND)
    assert days.files() == {}


def test_what_a_clock_that_ran_ahead_built_goes_out_by_the_right_one(store: NotifierStore, tmp_path: Path) -> None:
    days = board(store, tmp_path)
    with writing(store.engine) as connection:
        connection.execute(update(saved_searches).values(next_due_at=EIGHT + 3 * DAY))
    for moment in (EARLY + 3 * DAY, EIGHT + 3 * DAY - MINUTE, EARLY):
        days.live(moment)
    assert len(days.files()) == 4


def test_an_operator_who_has_mails_tried_again_has_none_sent_before_its_hour(
    store: NotifierStore, tmp_path: Path
) -> None:
    days = board(store, tmp_path)
    for moment in (EARLY, EIGHT - MINUTE):
        days.live(moment)
    assert DeliveryList(store.engine).retry(EIGHT - MINUTE) == 0
    days.live(EIGHT - SECOND)
    assert days.files() == {}


def test_a_plan_of_a_warm_up_decides_itself_when_mails_are_built(store: NotifierStore, tmp_path: Path) -> None:
    days = board(store, tmp_path, warm_up=WarmUpSettings(since=NOW.date(), per_day=(10, 10)))
    for moment in (EARLY, EIGHT - SECOND):
        days.live(moment)
    assert store.deliveries.states() == {}
    days.live(EIGHT)
    assert store.deliveries.states() == {"accepted": 4}


@pytest.mark.parametrize("settings", [NotifierSettings(builds_ahead=timedelta()), NotifierSettings().in_one_go()])
def test_who_wants_nothing_built_ahead_has_nothing(
    store: NotifierStore, tmp_path: Path, settings: NotifierSettings
) -> None:
    days = board(store, tmp_path, settings=settings)
    days.live(EIGHT - SECOND)
    assert store.deliveries.states() == {}


def test_without_a_pace_nothing_is_built_ahead(store: NotifierStore, tmp_path: Path) -> None:
    store.search(store.person(), hour=8)
    days = Days(store, tmp_path)
    days.publish(posting("one"), NOW)
    days.live(EIGHT - SECOND)
    assert store.deliveries.states() == {}
    days.live(EIGHT)
    assert store.deliveries.states() == {"accepted": 1}


def test_a_crowd_that_was_built_ahead_goes_out_before_the_rest_of_it_is_built(
    store: NotifierStore, tmp_path: Path
) -> None:
    slow = {"deliveries_at_once": 1, "delivers_for": timedelta(seconds=0.25)}
    days = board(store, tmp_path, settings=ONE_PASS.model_copy(update=slow), takes_s=0.3)
    days.live(EARLY)
    days.live(EIGHT)
    assert store.deliveries.states() == {"accepted": 1, "pending": 2}, "nobody more is built while mails wait"
    for _ in range(5):
        days.live(EIGHT + SECOND)
    assert store.deliveries.states() == {"accepted": 4}


def test_who_builds_more_slowly_than_was_thought_still_hands_over_at_the_hour(
    store: NotifierStore, tmp_path: Path
) -> None:
    board(store, tmp_path, each=10 * SECOND)
    # It looks at the time before each digest.
    looks, mail = count(0, 10), MailSettings()
    composer = Composer(JinjaRenderer(mail.sender), mail.sender, "", store.ids)
    builder = Builder(
        store.matches,
        store.windows,
        store.digests,
        composer,
        ONE_PASS,
        lead=SqlLead(store.engine, HOUR),
        monotonic=lambda: next(looks),
    )
    assert builder.serve(EIGHT - 40 * SECOND) == 2, "of three for whom there seemed to be time"
    cut = store.windows.take_cut(EIGHT)
    assert len(store.windows.claim_due("other", EIGHT, cut, HOUR, 10)) == 2, "who is left is given back"


@pytest.mark.one_of  # who takes what of several is SQL itself
def test_two_notifiers_share_what_is_built_ahead(store: NotifierStore, tmp_path: Path) -> None:
    days = board(store, tmp_path, settings=NotifierSettings(worker="one", subscribers_at_once=1, passes_a_tick=1))
    other = Days(store, tmp_path, settings=NotifierSettings(worker="two", subscribers_at_once=1, passes_a_tick=1))
    for number in range(4):
        (days, other)[number % 2].live(EARLY + number * SECOND)
        assert waiting(store) == number + 1
    days.live(EIGHT)
    other.live(EIGHT)
    assert len(days.files()) == 4
    assert store.deliveries.states() == {"accepted": 4}


def test_a_kill_at_any_step_of_a_morning_loses_nothing_and_sends_nothing_twice(tmp_path: Path) -> None:
    whole = morning(tmp_path / "whole", 0)
    assert whole.killer.steps > 20
    for at in some(range(1, whole.killer.steps + 1), 6):
        days = morning(tmp_path / str(at), at)
        assert days.kills == 1
        assert days.files() == whole.files()
        assert days.mailer.sends == sorted(set(days.mailer.sends), key=days.mailer.sends.index)
        days.store.engine.dispose()
    whole.store.engine.dispose()


def morning(folder: Path, kill_at: int) -> Days:
    store = sqlite_store(folder)
    days = board(store, folder / "mails")
    days.killer.watch(store)
    days.killer.at, days.killer.steps = kill_at, 0
    # Whoever is left after a kill is begun with when that is soon enough for one.
    for moment in (EARLY, EIGHT - 40 * SECOND, EIGHT - SECOND):
        days.live(moment)
        assert days.files() == {}
    days.publish(posting("three"), EIGHT)
    # The claims of a killed worker end with its next start; its mails under way are known by their files.
    for moment in (EIGHT, EIGHT + MINUTE, EIGHT + 11 * MINUTE, EIGHT + DAY):
        days.live(moment)
    return days
