"""How people come in, and programs of theirs: sign-ups that wait, links that sign in, sessions, tokens of the API, and
how often somebody is mailed a link.

Of each token the store knows a hash alone: who reads the store signs nobody in.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from schemas.sql.doors import MOST_SIGN_UPS, api_tokens, letters, new_addresses, sessions, sign_in_links, sign_ups
from schemas.sql.tables import subscribers
from services.notifier.adapters.sql.people.kept_data import keep_address
from services.notifier.adapters.sql.people.suppressions import (
    MAIL_SERVER,
    NO_MAILBOX,
    hold_letters,
    hold_reader_of,
    suppress,
    suppression_of,
)
from services.notifier.adapters.sql.rows import hold_person, to_json
from services.notifier.domain.api_tokens import MOST_TOKENS, ApiToken, Scope
from services.notifier.domain.delivery import Fault, State
from services.notifier.domain.ids import Ids
from services.notifier.domain.mail_events import TO_STRANGERS
from services.runtime.errors import UsageError
from services.runtime.pauses import read_pauses
from services.runtime.sql.day_limit import DayLimit
from services.runtime.sql.store import reading, retried, scrub, upsert, writing

CONFIRM_WITHIN = timedelta(hours=48)
SIGN_IN_WITHIN = timedelta(minutes=15)
SESSION_FOR = timedelta(days=30)
LETTER_EVERY = timedelta(minutes=15)
LETTERS_A_DAY = 3
_SIGN_IN = ("sign_in", "erase")
"""Letters by which somebody who is known signs in, and nothing new is asked of them."""
MOST_SESSIONS = 20
"""Of one person: a new one ends the oldest."""
_MOST_AGENT = 120
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody wished for and has not confirmed yet."""

    address: str
    wanted: Mapping[str, Any]
    """Fields of a profile, and under `search` those of a search."""
    wording: str


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Where a subscriber wants to be mailed, and has not confirmed yet that they have it."""

    subscriber_id: str
    address: str
    wording: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's browser that is signed in."""

    key: str
    """Names it; it signs nobody in."""
    subscriber_id: str
    began_at: datetime
    agent: str


class SqlDoors:
    """The ways in. All raise UnavailableError."""

    def __init__(self, engine: Engine, ids: Ids, day: DayLimit | None = None) -> None:
        """`day`: where letters are counted among the mails of a day."""
        self._engine = engine
        self._ids = ids
        self._day = day or DayLimit()

    @retried
    def begin_letter(self, letter_id: str, kind: str, address: str, now: datetime) -> bool:
        """Commit that a letter is about to be handed over, and that the day has one mail more, limit or no limit.

        False where it must not be: the address is suppressed, or was mailed letters of late, with all others that many
        hosts put into one mailbox (whoever floods one would name each of them); or letters of the kind have stopped, as
        all but those by which somebody signs in have where a restored store was not told yet who opted out. Letters to
        erase are counted apart: only a link in a mail asks for them, and who leaves at once waits for no other letter.
        """
        mailbox, own_hash = self._ids.mailbox_hash(address), self._ids.address_hash(address)
        own = (letters.c.address_hash == mailbox) & (letters.c.at > now - _DAY) & (letters.c.at < now + _DAY)
        own &= letters.c.kind == kind if kind == "erase" else letters.c.kind.is_distinct_from("erase")
        row = {"address_hash": mailbox, "to_hash": own_hash, "at": now, "letter_id": letter_id, "kind": kind}
        with writing(self._engine) as connection:
            hold_letters(connection)
            kept = suppression_of(connection, own_hash)
            if kept is not None and kept.lifted_at is None:
                return False
            pauses = read_pauses(connection)
            if (pauses.restored and kind not in _SIGN_IN) or (kind in TO_STRANGERS and pauses.confirmations_stopped):
                return False
            of_late = connection.execute(select(letters.c.at).where(own)).scalars().all()
            # A clock that is set back keeps nobody waiting until it has caught up.
            if len(of_late) >= LETTERS_A_DAY or any(abs(now - at) < LETTER_EVERY for at in of_late):
                return False
            connection.execute(insert(letters).values(row | {"state": "sending"}))
            self._day.count(connection, now)
            return True

    def has_room(self, address: str, now: datetime) -> bool:
        """Whether a sign-up for an address would be kept, in place of an earlier one of it or beside the others."""
        with reading(self._engine) as connection:
            return _has_room(connection, self._ids.address_hash(address), now)

    @retried
    def end_letter(
        self, letter_id: str, address: str, now: datetime, state: State, fault: Fault | None, why: str
    ) -> None:
        """Keep what the mailer said. Of a `mailbox` that is not there, its address is suppressed."""
        own = letters.c.letter_id == letter_id
        with writing(self._engine) as connection:
            if fault == "mailbox":
                own_hash = self._ids.address_hash(address)
                hold_reader_of(connection, own_hash)
                suppress(connection, own_hash, f"{NO_MAILBOX}: {why}", now, MAIL_SERVER)
            begun_at = connection.execute(select(letters.c.at).where(own)).scalar_one_or_none()
            connection.execute(update(letters).where(own).values(state=state, fault=fault))
            if state == "not_sent" and begun_at is not None:
                self._day.give_back(connection, begun_at)

    @retried
    def keep_sign_up(self, token: str, sign_up: SignUp, now: datetime) -> bool:
        """Keep it until it is confirmed or forgotten, in place of an earlier one; False where too many wait."""
        own_hash = self._ids.address_hash(sign_up.address)
        row = {
            "token_hash": _hash(token),
            "address": sign_up.address,
            "address_hash": own_hash,
            "wanted": to_json(sign_up.wanted),
            "wording": sign_up.wording,
            "expires_at": now + CONFIRM_WITHIN,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(sign_ups).where(sign_ups.c.expires_at <= now))
            if not _has_room(connection, own_hash, now):
                return False
            statement = upsert(connection, sign_ups).values(row)
            again = {name: statement.excluded[name] for name in row if name != "address_hash"}
            connection.execute(statement.on_conflict_do_update(index_elements=["address_hash"], set_=again))
            return True

    def sign_up(self, token: str, now: datetime) -> SignUp | None:
        """What a link confirms; None where it is too late, or was done, or never was."""
        own = (sign_ups.c.token_hash == _hash(token)) & (sign_ups.c.expires_at > now)
        with reading(self._engine) as connection:
            row = connection.execute(select(sign_ups).where(own)).one_or_none()
        return SignUp(row.address, json.loads(row.wanted), row.wording) if row is not None else None

    @retried
    def forget_sign_up(self, token: str) -> None:
        """It is confirmed."""
        with writing(self._engine) as connection:
            connection.execute(delete(sign_ups).where(sign_ups.c.token_hash == _hash(token)))
        scrub(self._engine)

    @retried
    def keep_new_address(self, token: str, wanted: NewAddress, now: datetime) -> bool:
        """Keep it until it is confirmed or forgotten, in place of an earlier one; False where they are erased."""
        row: dict[str, Any] = {"token_hash": _hash(token), "address": wanted.address, "wording": wanted.wording}
        row["expires_at"] = now + CONFIRM_WITHIN
        with writing(self._engine) as connection:
            if hold_person(connection, wanted.subscriber_id) is None:
                return False
            statement = upsert(connection, new_addresses).values(row | {"subscriber_id": wanted.subscriber_id})
            connection.execute(statement.on_conflict_do_update(index_elements=["subscriber_id"], set_=row))
            keep_address(connection, wanted.subscriber_id, self._ids.address_hash(wanted.address))
            return True

    def new_address(self, token: str, now: datetime) -> NewAddress | None:
        """What a link confirms; None where it is too late, or was done, or never was."""
        own = (new_addresses.c.token_hash == _hash(token)) & (new_addresses.c.expires_at > now)
        with reading(self._engine) as connection:
            row = connection.execute(select(new_addresses).where(own)).one_or_none()
        return NewAddress(row.subscriber_id, row.address, row.wording) if row is not None else None

    @retried
    def keep_sign_in(self, token: str, subscriber_id: str, now: datetime) -> None:
        """Let a link sign somebody in, once; of somebody erased it is not kept."""
        row = {"token_hash": _hash(token), "subscriber_id": subscriber_id, "expires_at": now + SIGN_IN_WITHIN}
        own = sign_in_links.c.subscriber_id == subscriber_id
        with writing(self._engine) as connection:
            if hold_person(connection, subscriber_id) is not None:
                connection.execute(delete(sign_in_links).where(own, sign_in_links.c.expires_at <= now))
                connection.execute(insert(sign_in_links).values(row))

    @retried
    def sign_in(self, link: str, session: str, agent: str, now: datetime) -> str | None:
        """Use up a link, and begin a session; whose. None where the link is used up, late, or never was."""
        own = (sign_in_links.c.token_hash == _hash(link)) & (sign_in_links.c.expires_at > now)
        with writing(self._engine) as connection:
            owner = connection.execute(select(sign_in_links.c.subscriber_id).where(own)).scalar_one_or_none()
            # The person before what is theirs, as whoever erases them does.
            if owner is None or hold_person(connection, owner) is None:
                return None
            if connection.execute(delete(sign_in_links).where(own)).rowcount == 0:
                return None
            _begin_session(connection, session, owner, agent, now)
            return str(owner)

    @retried
    def begin_session(self, token: str, subscriber_id: str, agent: str, now: datetime) -> bool:
        """Sign a browser in; False where they are erased."""
        with writing(self._engine) as connection:
            if hold_person(connection, subscriber_id) is None:
                return False
            _begin_session(connection, token, subscriber_id, agent, now)
            return True

    def session(self, token: str, now: datetime) -> Session | None:
        """Whose browser it is; None where the session is over."""
        own = (sessions.c.token_hash == _hash(token)) & (sessions.c.expires_at > now)
        query = select(sessions).join(subscribers, subscribers.c.subscriber_id == sessions.c.subscriber_id).where(own)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return _session(row) if row is not None else None

    def sessions_of(self, subscriber_id: str, now: datetime) -> list[Session]:
        """All that are signed in as somebody, the newest first."""
        own = (sessions.c.subscriber_id == subscriber_id) & (sessions.c.expires_at > now)
        with reading(self._engine) as connection:
            return [
                _session(row)
                for row in connection.execute(select(sessions).where(own).order_by(sessions.c.began_at.desc()))
            ]

    @retried
    def end_session(self, subscriber_id: str, key: str | None = None) -> None:
        """Sign one of somebody's browsers out, or all of them, with the programs that use the API."""
        own = sessions.c.subscriber_id == subscriber_id
        with writing(self._engine) as connection:
            if key is None:
                connection.execute(delete(api_tokens).where(api_tokens.c.subscriber_id == subscriber_id))
            connection.execute(delete(sessions).where(own if key is None else own & (sessions.c.token_hash == key)))


class SqlApiTokens:
    """Tokens by which programs use the API. All raise UnavailableError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def keep(
        self, token: str, subscriber_id: str, name: str, scopes: tuple[Scope, ...], now: datetime, expires_at: datetime
    ) -> ApiToken:
        """Let programs in by a token. Raises UsageError where its owner is gone, or has as many as one may have."""
        own = (api_tokens.c.subscriber_id == subscriber_id) & (api_tokens.c.expires_at > now)
        row = {"token_hash": _hash(token), "subscriber_id": subscriber_id, "name": name, "scopes": to_json(scopes)}
        times = {"made_at": now, "expires_at": expires_at}
        with writing(self._engine) as connection:
            if hold_person(connection, subscriber_id) is None:
                raise UsageError(f"There is no subscriber {subscriber_id}.")
            if connection.execute(select(func.count()).where(own)).scalar_one() >= MOST_TOKENS:
                raise UsageError(f"One may have {MOST_TOKENS} tokens; take one back first.")
            connection.execute(insert(api_tokens).values(row | times))
        return ApiToken(_hash(token), subscriber_id, name, scopes, now, expires_at)

    def get(self, token: str, now: datetime) -> ApiToken | None:
        """What a token is; None where there is none, or it is over."""
        own = (api_tokens.c.token_hash == _hash(token)) & (api_tokens.c.expires_at > now)
        with reading(self._engine) as connection:
            row = connection.execute(select(api_tokens).where(own)).one_or_none()
        return _token(row) if row is not None else None

    @retried
    def used(self, key: str, day: date) -> None:
        """Keep on which day a token was last used."""
        other = or_(api_tokens.c.used_on.is_(None), api_tokens.c.used_on != day.isoformat())
        with writing(self._engine) as connection:
            own = update(api_tokens).where(api_tokens.c.token_hash == key, other)
            connection.execute(own.values(used_on=day.isoformat()))

    def of_person(self, subscriber_id: str, now: datetime) -> list[ApiToken]:
        """Theirs that are not over, the newest first."""
        own = (api_tokens.c.subscriber_id == subscriber_id) & (api_tokens.c.expires_at > now)
        query = select(api_tokens).where(own).order_by(api_tokens.c.made_at.desc(), api_tokens.c.token_hash)
        with reading(self._engine) as connection:
            return [_token(row) for row in connection.execute(query)]

    @retried
    def end(self, subscriber_id: str, key: str | None = None) -> None:
        """Take one of theirs back, or all; said again it changes nothing."""
        own = api_tokens.c.subscriber_id == subscriber_id
        with writing(self._engine) as connection:
            connection.execute(delete(api_tokens).where(own if key is None else own & (api_tokens.c.token_hash == key)))


def _has_room(connection: Connection, address_hash: str, now: datetime) -> bool:
    others = (sign_ups.c.address_hash != address_hash) & (sign_ups.c.expires_at > now)
    return int(connection.execute(select(func.count()).where(others)).scalar_one()) < MOST_SIGN_UPS


def _begin_session(connection: Connection, token: str, subscriber_id: str, agent: str, now: datetime) -> None:
    """Within a transaction that has locked its person; their oldest make room, and those that are over go."""
    row = {"token_hash": _hash(token), "subscriber_id": subscriber_id, "began_at": now}
    row |= {"expires_at": now + SESSION_FOR, "agent": agent[:_MOST_AGENT]}
    own = sessions.c.subscriber_id == subscriber_id
    kept = select(sessions.c.token_hash).where(own & (sessions.c.expires_at > now))
    newest = kept.order_by(sessions.c.began_at.desc()).limit(MOST_SESSIONS - 1)
    connection.execute(delete(sessions).where(own, sessions.c.token_hash.not_in(newest)))
    connection.execute(insert(sessions).values(row))


def _session(row: Any) -> Session:
    return Session(row.token_hash, row.subscriber_id, row.began_at, row.agent)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _token(row: Any) -> ApiToken:
    used_on = date.fromisoformat(row.used_on) if row.used_on else None
    scopes = tuple(json.loads(row.scopes))
    return ApiToken(row.token_hash, row.subscriber_id, row.name, scopes, row.made_at, row.expires_at, used_on)
