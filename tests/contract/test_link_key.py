"""Links of mails that were sent before lead nowhere under another secret: that is known from the next start on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.embedded import embedded
from services.notifier.domain.links import FormerKey, LinkKeys
from services.runtime.clock import FixedClock
from services.runtime.sql.link_key import keep_link_key, read_links_lost
from services.runtime.sql.store import reading
from services.settings import Settings
from tests.support.notifying import NOW, SECRET, NotifierStore, new_store, sqlite_store
from tests.support.sending import open_deliveries
from tests.support.serving import DAY, HOUR
from tests.support.stores import ENGINES

FIRST, SECOND, THIRD = b"the first secret", b"the second secret", b"the third secret"


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_store(request.param, tmp_path) as made:
        yield made


def lost(store: NotifierStore) -> datetime | None:
    with reading(store.engine) as connection:
        return read_links_lost(connection)


def start(store: NotifierStore, keys: LinkKeys, at: datetime) -> datetime | None:
    """Since when links are lost, once a notifier has begun with these keys."""
    keep_link_key(store.engine, keys.names(at), at)
    return lost(store)


def test_another_key_is_told_until_the_former_is_back_or_listed(store: NotifierStore) -> None:
    assert start(store, LinkKeys(FIRST), NOW) is None
    open_deliveries(store, 1, NOW)
    assert start(store, LinkKeys(FIRST), NOW) is None
    assert start(store, LinkKeys(SECOND), NOW + HOUR) == NOW + HOUR
    assert start(store, LinkKeys(SECOND), NOW + DAY) == NOW + HOUR
    assert start(store, LinkKeys(FIRST), NOW + DAY) is None
    assert start(store, LinkKeys(THIRD), NOW + 2 * DAY) == NOW + 2 * DAY
    assert start(store, LinkKeys(THIRD, (FormerKey(FIRST, NOW + 9 * DAY),)), NOW + 2 * DAY) is None


def test_a_key_that_rotates_by_the_book_loses_nothing_nor_does_one_before_the_first_mail(store: NotifierStore) -> None:
    assert start(store, LinkKeys(THIRD), NOW) is None
    assert start(store, LinkKeys(FIRST), NOW) is None
    open_deliveries(store, 1, NOW)
    assert start(store, LinkKeys(SECOND, (FormerKey(FIRST, NOW + DAY),)), NOW) is None
    assert start(store, LinkKeys(SECOND), NOW + 2 * DAY) is None


def test_the_embedded_form_looks_at_it_as_it_begins(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    for at, secret in enumerate((SECRET.decode(), "another secret of sixteen bytes")):
        settings = Settings(data=tmp_path, secret=SecretStr(secret), suppression_key=SecretStr(SECRET.decode()))
        with embedded(settings, clock=FixedClock(NOW + timedelta(hours=at))):
            pass
        if at == 0:
            open_deliveries(store, 1, NOW)
    assert lost(store) == NOW + HOUR
