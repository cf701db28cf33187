"""A store that was away may come back as it was before: nobody is mailed by it until that is known."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings
from services.runtime.errors import UnavailableError
from tests.support.notifying import NOW, sqlite_store


def test_a_tick_after_one_that_failed_looks_first_whether_the_store_still_tells_what_the_topic_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, looks = sqlite_store(tmp_path), []
    is_older = False

    def check() -> None:
        looks.append(is_older)
        if is_older:
            raise UnavailableError("Kafka counts 9 records as stored that this store lacks", mend="republish")

    def away(*_: object) -> None:
        raise UnavailableError("the store is away")

    notifier = build_notifier(store.engine, store.ids, MailSettings(folder=tmp_path / "mails"), check=check)
    for _ in range(3):
        notifier.tick(NOW)
    assert looks == [False], "no oftener than what was away may have come back"
    with monkeypatch.context() as broken:
        broken.setattr(notifier, "_ask", away)
        with pytest.raises(UnavailableError, match="is away"):
            notifier.tick(NOW)
    is_older = True
    for _ in range(2):
        with pytest.raises(UnavailableError, match="that this store lacks"):
            notifier.tick(NOW)
    is_older = False
    notifier.tick(NOW)
    assert looks == [False, True, True, False]


def test_a_topic_made_anew_while_ticks_go_well_is_noticed_within_minutes_and_kafka_that_is_away_holds_no_mail(
    tmp_path: Path,
) -> None:
    store, is_another, is_away = sqlite_store(tmp_path), False, False

    def check() -> None:
        if is_another:
            raise UnavailableError(
                "matches.v1 in Kafka are not the topics that this store belongs to", mend="republish"
            )
        if is_away:
            raise UnavailableError("Kafka is away")

    notifier = build_notifier(store.engine, store.ids, MailSettings(folder=tmp_path / "mails"), check=check)
    notifier.tick(NOW)
    is_another = True
    notifier.tick(NOW + timedelta(minutes=1))
    for minutes in (2, 3):
        with pytest.raises(UnavailableError, match="are not the topics"):
            notifier.tick(NOW + timedelta(minutes=minutes))
    is_another = False
    notifier.tick(NOW + timedelta(minutes=4))
    is_away = True
    notifier.tick(NOW + timedelta(minutes=7))
    is_away, is_another = False, True
    with pytest.raises(UnavailableError, match="are not the topics"):
        notifier.tick(NOW + timedelta(minutes=9))
    is_away, is_another = True, False
    with pytest.raises(UnavailableError, match="Kafka is away"):
        notifier.tick(NOW + timedelta(minutes=9))
