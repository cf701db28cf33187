"""Tokens of programs: kept as hashes, good until their end, and gone with all that ends them, on either engine."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from schemas.sql.doors import api_tokens
from services.notifier.adapters.sql.people import doors as adapter
from services.notifier.adapters.sql.people.doors import SqlApiTokens, SqlDoors
from services.notifier.adapters.sql.retention import forget_ways_in
from services.notifier.domain.api_tokens import ApiToken, token_of
from services.notifier.domain.consent import Consent
from services.runtime.errors import UsageError
from services.runtime.sql.store import reading
from tests.support.notifying import NOW, NotifierStore

A_DAY = timedelta(days=1)


def kept(store: NotifierStore, own_id: str, chance: bytes = b"a" * 24, days: int = 30) -> ApiToken:
    return SqlApiTokens(store.engine).keep(
        token_of(chance), own_id, "A script", ("mails:read",), NOW, NOW + days * A_DAY
    )


def test_a_token_lets_in_until_its_end_and_the_store_knows_no_more_than_a_hash(store: NotifierStore) -> None:
    ada, tokens, text = store.person().subscriber_id, SqlApiTokens(store.engine), token_of(b"a" * 24)
    made = kept(store, ada)
    assert tokens.get(text, NOW) == made
    assert made.scopes == ("mails:read",)
    for _ in range(2):
        tokens.used(made.key, date(2026, 7, 2))
    [listed] = tokens.of_person(ada, NOW)
    assert (listed.used_on, listed.name) == (date(2026, 7, 2), "A script")
    assert tokens.get(text, NOW + 30 * A_DAY) is None
    assert tokens.of_person(ada, NOW + 30 * A_DAY) == []
    assert tokens.get(made.key, NOW) is None
    with reading(store.engine) as connection:
        assert text not in repr(connection.execute(select(api_tokens)).all())
    forget_ways_in(store.engine, NOW + 30 * A_DAY)
    with reading(store.engine) as connection:
        assert connection.execute(select(func.count()).select_from(api_tokens)).scalar_one() == 0


def test_one_may_have_so_many_and_the_erased_none(store: NotifierStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "MOST_TOKENS", 2)
    ada, bob = (store.person(name).subscriber_id for name in ("ada", "bob"))
    for chance in (b"a", b"b"):
        kept(store, ada, chance * 24)
    with pytest.raises(UsageError):
        kept(store, ada, b"c" * 24)
    kept(store, bob, b"c" * 24)
    store.subscribers.erase(ada, NOW)
    with pytest.raises(UsageError):
        kept(store, ada, b"d" * 24)
    assert [token.subscriber_id for token in SqlApiTokens(store.engine).of_person(bob, NOW)] == [bob]
    with reading(store.engine) as connection:
        assert connection.execute(select(func.count()).select_from(api_tokens)).scalar_one() == 1


@pytest.mark.parametrize("how", ["taken back", "all taken back", "signed out", "unsubscribed", "moved"])
def test_what_ends_a_token_ends_those_of_its_owner_alone(store: NotifierStore, how: str) -> None:
    ada, bob = (store.person(name).subscriber_id for name in ("ada", "bob"))
    tokens, first = SqlApiTokens(store.engine), kept(store, ada)
    kept(store, ada, b"b" * 24)
    kept(store, bob, b"c" * 24)
    tokens.end(bob, first.key)
    assert len(tokens.of_person(ada, NOW)) == 2
    match how:
        case "taken back":
            tokens.end(ada, first.key)
        case "all taken back":
            tokens.end(ada)
        case "signed out":
            SqlDoors(store.engine, store.ids).end_session(ada, "of one browser")
            assert len(tokens.of_person(ada, NOW)) == 2
            SqlDoors(store.engine, store.ids).end_session(ada)
        case "unsubscribed":
            store.subscribers.pause(ada, Consent("paused", NOW, "page", "Pause"))
            assert len(tokens.of_person(ada, NOW)) == 2
            store.subscribers.unsubscribe(ada, Consent("withdrawn", NOW, "page", "Leave"))
        case "moved":
            store.subscribers.move(ada, "ada@new.example", Consent("moved", NOW, "page", "There"))
    assert [token.key for token in tokens.of_person(ada, NOW) if token.key == first.key] == []
    assert len(tokens.of_person(ada, NOW)) == (1 if how == "taken back" else 0)
    assert len(tokens.of_person(bob, NOW)) == 1
