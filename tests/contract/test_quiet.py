"""Who looks for jobs and is sent none is told so once; nobody else is, and nothing of it is lost or doubled."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from schemas.criteria import Criteria, SalaryFloor
from schemas.posting import Skill
from schemas.sql.tables import subscribers
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.delivery_steps import open_notice
from services.notifier.adapters.sql.digests.digest_rows import unlikely_cards
from services.notifier.adapters.sql.people import asking
from services.notifier.domain.consent import Consent
from services.notifier.domain.links import claim_of
from services.notifier.domain.people import Subscriber, timing_of
from services.notifier.ports import MailDeferredError
from services.notifier.settings import NotifierSettings
from services.runtime.sql.day_limit import DayLimit
from services.runtime.sql.store import writing
from tests.support.at_once import at_once
from tests.support.consenting import paused
from tests.support.notifying import GO, NOW, PYTHON, SECRET, NotifierStore, arrival, posting
from tests.support.posting_mails import Post

pytestmark = pytest.mark.one_of("store")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TOLD = "Nothing new has fitted since {}"
FIRST_DAY = TOLD.format("July 1, 2026")


@dataclass
class Board:
    """Days on which a posting comes in that nobody looks for, and a notifier that works when searches are due, and two
    hours later."""

    store: NotifierStore
    post: Post
    day: int = 0
    offset: int = 0

    def publish(self, *keys: int, **fields: object) -> None:
        name = f"p{self.offset}"
        of = posting(name, fetched_at=NOW + self.day * DAY, **fields)
        self.store.matches.store(0, [arrival(self.offset, of, keys)], NOW + self.day * DAY)
        self.offset += 1

    def live(self, days: int, *, news: bool = True) -> None:
        for _ in range(days):
            if news:
                self.publish(skills=(Skill(name="Cobol", core=True),))
            self.work()
            self.day += 1

    def work(self) -> None:
        for hour in (0, 2):
            self.post.notifier.tick(NOW + self.day * DAY + hour * HOUR)

    def fits(self, person: Subscriber) -> None:
        """Publish what somebody looks for, of which a digest comes today."""
        [search] = self.store.searches.all(person.subscriber_id)
        self.publish(search.key)
        self.live(1)


def opened(store: NotifierStore, quiet_days: int = 10) -> Board:
    return Board(store, Post(store, NotifierSettings(quiet_days=quiet_days), ask_after="400d"))


def person_with_search(
    store: NotifierStore, name: str = "ada", criteria: Criteria = PYTHON, **fields: object
) -> Subscriber:
    person = store.person(name, **fields)
    store.search(person, criteria=criteria, hour=6)
    return person


def test_who_signed_up_and_got_nothing_is_told_after_a_week_and_never_again(store: NotifierStore) -> None:
    person_with_search(store)
    board = opened(store)
    board.live(7)
    assert board.post.sent == []
    board.live(1)
    assert board.post.subjects == [FIRST_DAY]
    [email] = board.post.sent
    assert email.unsubscribe_url.startswith("https://a.example/u/")
    assert "- Python work: Python\n" in email.text
    assert "https://a.example/m/" in email.text
    assert "?more=1" in email.text
    assert "by the letter" not in email.text
    board.live(15)
    assert board.post.subjects == [FIRST_DAY]


def test_after_a_digest_it_takes_longer_and_each_silence_is_told_once(store: NotifierStore) -> None:
    ada, board = person_with_search(store), opened(store)
    board.fits(ada)
    board.live(9)
    assert len(board.post.sent) == 1
    board.live(15)
    assert board.post.subjects[1:] == [TOLD.format("July 2, 2026")]
    board.fits(ada)
    board.live(15)
    assert board.post.subjects[3:] == [TOLD.format("July 26, 2026")]


def test_what_fits_by_the_letter_alone_is_counted(store: NotifierStore) -> None:
    ada, board = person_with_search(store), opened(store)
    [search] = store.searches.all(ada.subscriber_id)
    for _ in range(2):
        board.publish(search.key, title="Account executive", roles=("account-executive",))
    board.live(8)
    [email] = board.post.sent
    assert "2 jobs fitted by the letter, and were unlikely to be what you want." in email.text
    [listed] = [line for line in email.text.splitlines() if "/r/" in line]
    assert listed.startswith("See what was left out: https://a.example/r/")
    assert "\nSee what would bring more: https://a.example/m/" in email.text
    claim = claim_of([SECRET], "rest", listed.rsplit("/", 1)[1])
    kept = store.digests.with_id(ada.subscriber_id, claim.posting_id) if claim else None
    assert kept
    assert len(unlikely_cards(kept.dropped)) == 2, "the page lists what the mail counts"


def test_who_paused_left_is_suppressed_asked_or_searches_for_nothing_is_not_told(store: NotifierStore) -> None:
    people = {name: person_with_search(store, name) for name in ("ada", "bob", "eve", "joe")}
    store.person("kim")
    store.subscribers.pause(people["ada"].subscriber_id, paused(NOW))
    store.subscribers.unsubscribe(people["bob"].subscriber_id, Consent("withdrawn", NOW, "page", "Stop"))
    store.suppressions.suppress(people["eve"].profile.address, "complained", NOW)
    [search] = store.searches.all(people["joe"].subscriber_id)
    store.searches.pause(search.search_id, NOW)
    board = opened(store)
    board.live(12)
    assert board.post.sent == []


def test_who_is_asked_whether_they_want_mails_is_told_nothing_besides(store: NotifierStore) -> None:
    person_with_search(store)
    board = Board(store, Post(store, NotifierSettings(quiet_days=10), ask_after="5d"))
    board.live(12)
    assert not [subject for subject in board.post.subjects if subject == FIRST_DAY]


def test_everybody_is_told_at_their_own_hour(store: NotifierStore) -> None:
    in_the_evening, at_once_alone = store.person("ada", time_zone="Asia/Tokyo"), store.person("bob")
    store.search(in_the_evening, criteria=PYTHON, hour=21)
    store.search(at_once_alone, criteria=PYTHON, cadence="instant")
    board = opened(store)
    board.live(7)
    told: dict[int, int] = {}
    board.publish(skills=(Skill(name="Cobol", core=True),))
    for hour in range(24):
        before = len(board.post.subjects)
        board.post.notifier.tick(NOW + 7 * DAY + hour * HOUR)
        if told_now := len(board.post.subjects) - before:
            told[(NOW.hour + hour) % 24] = told_now
    assert told == {8: 1, 13: 1}, "8 where no hour was asked for; 22 in Tokyo, when the search of 21 was served"


def test_a_time_zone_that_is_none_any_more_keeps_nobody_else_from_being_told(store: NotifierStore) -> None:
    for name in ("ada", "bob"):
        store.search(store.person(name), criteria=PYTHON, cadence="instant")
    with writing(store.engine) as connection:
        own = subscribers.c.address == "ada@example.com"
        connection.execute(update(subscribers).where(own).values(time_zone="Former/Town"))
    board = opened(store)
    board.live(8)
    assert board.post.subjects == [FIRST_DAY] * 2


def test_of_many_as_many_are_told_in_their_hours_as_else_in_a_day(
    store: NotifierStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_AT_ONCE", 2)
    for number in range(5):
        person_with_search(store, f"p{number}")
    board = opened(store)
    board.live(7)
    board.publish(skills=(Skill(name="Cobol", core=True),))
    board.post.notifier.tick(NOW + 7 * DAY)
    told = []
    for minutes in (0, 5, 8, 16, 24):
        board.post.notifier.tick(NOW + 7 * DAY + 2 * HOUR + timedelta(minutes=minutes))
        told.append(len(board.post.sent))
    assert told == [2, 2, 4, 5, 5]


def test_where_the_board_has_nothing_new_nobody_is_told_before_it_has(store: NotifierStore) -> None:
    person_with_search(store)
    board = opened(store)
    board.live(12, news=False)
    assert board.post.sent == []
    board.live(1)
    assert board.post.subjects == [FIRST_DAY]


def test_it_can_be_turned_off(store: NotifierStore) -> None:
    person_with_search(store)
    board = opened(store, quiet_days=0)
    board.live(12)
    assert board.post.sent == []


def test_who_changes_a_search_begins_anew(store: NotifierStore) -> None:
    ada, board = person_with_search(store), opened(store)
    board.live(6)
    [search] = store.searches.all(ada.subscriber_id)
    store.searches.edit(search.search_id, NOW + 6 * DAY, criteria=GO)
    board.live(7)
    assert board.post.sent == []
    board.live(1)
    assert board.post.subjects == [TOLD.format("July 7, 2026")]


def test_a_weekly_search_was_served_before_its_person_is_told(store: NotifierStore) -> None:
    ada = store.person()
    search = store.searches.add(
        ada.subscriber_id, "Weekly", PYTHON, timing_of({"cadence": "weekly", "weekday": 0, "hour": 6}), NOW
    )
    board = opened(store)
    board.publish(search.key)
    board.live(12)
    assert len(board.post.sent) == 1
    assert "p0" in board.post.sent[0].text


def test_a_digest_that_comes_before_it_is_sent_takes_it_back(store: NotifierStore) -> None:
    ada, board = person_with_search(store), opened(store)
    board.live(7)
    board.post.fault = MailDeferredError("away")
    board.work()
    board.fits(ada)
    board.live(1)
    board.post.fault = None
    board.live(1)
    assert FIRST_DAY not in board.post.subjects
    assert len(board.post.sent) == 1


def test_who_pauses_before_it_is_sent_is_told_nothing(store: NotifierStore) -> None:
    ada, board = person_with_search(store), opened(store)
    board.live(7)
    board.post.fault = MailDeferredError("away")
    board.work()
    [claimed] = store.deliveries.claim("w", "noting", NOW + 8 * DAY, DAY, 10)
    store.subscribers.pause(ada.subscriber_id, paused(NOW + 8 * DAY))
    assert not store.deliveries.begin([claimed], NOW + 8 * DAY, DAY)


def test_who_was_not_reached_is_told_later_and_not_each_hour(store: NotifierStore) -> None:
    person_with_search(store)
    board = opened(store)
    board.post.fault = MailDeferredError("away")
    board.live(13)
    board.post.fault = None
    board.live(5)
    assert board.post.sent == []
    board.live(1)
    assert board.post.subjects == [FIRST_DAY]


def test_it_counts_in_the_day_of_a_warm_up_and_waits_for_room(store: NotifierStore) -> None:
    person_with_search(store, "ada")
    person_with_search(store, "bob")
    board = opened(store)
    board.live(7)
    board.post.fault = MailDeferredError("away")
    board.work()
    limited = SqlDeliveries(store.engine, DayLimit(lambda day: 1))
    assert len(limited.claim("w", "noting", NOW + 8 * DAY, DAY, 10)) == 1


def test_what_ends_within_telling_loses_and_doubles_nothing(
    store: NotifierStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_with_search(store)
    board = opened(store)
    board.live(7)
    board.publish()
    with monkeypatch.context() as breaking:

        def kept_and_killed(*given: Any, **named: Any) -> None:
            open_notice(*given, **named)
            raise KeyboardInterrupt

        breaking.setattr(asking, "open_notice", kept_and_killed)
        with pytest.raises(KeyboardInterrupt):
            board.work()
    again = opened(store)
    for hour in range(3):
        again.post.notifier.tick(NOW + 7 * DAY + hour * HOUR)
    assert (board.post.sent, again.post.subjects) == ([], [FIRST_DAY])


def test_several_notifiers_tell_once(stores: list[NotifierStore]) -> None:
    for number in range(20):
        person_with_search(stores[0], f"p{number}")
    boards = [opened(store) for store in stores]
    boards[0].live(7)
    boards[0].publish()
    boards[0].post.notifier.tick(NOW + 7 * DAY)
    at_once(*(partial(board.post.notifier.tick, NOW + 7 * DAY + 2 * HOUR) for board in boards))
    sent = sorted(email.to_address for board in boards for email in board.post.sent)
    assert sent == sorted(f"p{number}@example.com" for number in range(20))


def test_the_day_and_what_they_look_for_are_said_in_their_language(store: NotifierStore) -> None:
    floor = Criteria(skills=PYTHON.skills, salary_floor=SalaryFloor(amount=70_000, currency="EUR", period="year"))
    for locale in ("de", "es", "fr", "pt"):
        person_with_search(store, locale, floor, locale=locale)
    board = opened(store)
    board.live(8)
    subjects = {email.to_address[:2]: email.subject for email in board.post.sent}
    assert subjects == {
        "de": "Seit dem 1. Juli 2026 hat nichts Neues gepasst",
        "es": "Nada nuevo ha encajado desde el 1 de julio de 2026",
        "fr": "Rien de nouveau ne convient depuis le 1er juillet 2026",
        "pt": "Nada de novo correspondeu desde 1 de julho de 2026",
    }
    for email in board.post.sent:
        assert "Python" in email.text
        assert "70" in email.text
