"""Asks people whether they want mails, and does what follows where no answer comes; tells who gets none that none come.

Each person is one transaction.

Enters: the time. Leaves: notices to be delivered, people who are paused or erased.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, exists, func, select, type_coerce, update

from schemas.sql.base import Moment
from schemas.sql.tables import consents, deliveries, digests, flags, subscribers
from services.notifier.adapters.sql.digests.delivery_steps import open_notice
from services.notifier.adapters.sql.digests.digest_rows import kept_as, unlikely_cards
from services.notifier.adapters.sql.people.consents import consents_of, keep
from services.notifier.adapters.sql.people.kept_data import addresses_of, erase_within
from services.notifier.adapters.sql.people.recipients import recipients_of
from services.notifier.adapters.sql.people.served import quiet_of, quiet_people, unlikely_since
from services.notifier.adapters.sql.people.standing import go_on, stop
from services.notifier.adapters.sql.people.subscribers import subscriber_in
from services.notifier.adapters.sql.rows import hold_person
from services.notifier.composing import Composer
from services.notifier.domain.consent import ASKED, CONSENTING, NOTICE, Consent, Notice, last_pause, last_went_on
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import Status, Subscriber
from services.notifier.domain.quiet import QUIET, tells
from services.notifier.settings import ConsentSettings
from services.runtime.errors import UnavailableError
from services.runtime.pauses import read_pauses, sending_paused
from services.runtime.sql.store import reading, retried, scrub, upsert, writing
from services.runtime.sql.suppressed import is_suppressed

_EVERY, _SEARCHED_EVERY = timedelta(minutes=1), timedelta(hours=1)
_AT_ONCE = 200
"""People a look: a clock that is wrong, or a release that begins to ask, mails not everybody at once."""
_GOES_ON_AFTER = timedelta(minutes=7.5)
"""Where so many are told that nothing comes: as they are in three hours of their day, it is as many as else in all."""
_UNWATCHED = timedelta(days=2)
_LOOKED_AT = "consent_looked_at"
"""The flag that says when somebody last looked."""
_MAILED = ("sending", "accepted", "unknown", "delivered", "bounced")
_REACHED = ("accepted", "delivered")
_ON_ITS_WAY = ("pending", "claimed", "sending")
_NOTICE_OF: dict[Status, Notice] = {status: notice for notice, status in ASKED.items()}
_person = subscribers.c
_suppressed = is_suppressed(_person.address_hash)

_events = structlog.get_logger(__name__)


class SqlAsking:
    """Who must be asked, was asked, and did not answer; and whom nothing reaches. Several may look at once."""

    def __init__(
        self,
        engine: Engine,
        ids: Ids,
        settings: ConsentSettings,
        composer: Composer | None,
        forget_mails: Callable[[frozenset[str], str], object],
        quiet_days: int,
    ) -> None:
        """`composer`: None where there is no public address that an answer could lead to; then nobody is asked.

        `forget_mails` deletes what a folder of mails holds of addresses, by their hashes, and of an id.
        `quiet_days`: after how many without a digest somebody is told so; 0: nobody is.
        """
        self._engine = engine
        self._ids = ids
        self._settings = settings
        self._composer = composer
        self._forget_mails = forget_mails
        self._quiet_days = quiet_days
        self._looked_at: datetime | None = None
        self._ended_pauses_at: datetime | None = None
        self._searched_at: datetime | None = None
        self._goes_on_at: datetime | None = None

    def look(self, now: datetime) -> None:
        """Do what is due, once a minute, and what takes a search through everybody once an hour.

        Nobody is asked while sending is paused: who cannot be told is neither paused nor erased. Raises
        UnavailableError.
        """
        if not _lately(self._ended_pauses_at, now, _EVERY):
            self._ended_pauses_at = now
            self._each(self._people(_back(now)), lambda person_id: self._go_on(person_id, now))
            self._each(self._people(_not_back(now)), lambda person_id: self._pause_again(person_id, now))
        if self._composer is None or _lately(self._looked_at, now, _EVERY):
            return
        with reading(self._engine) as connection:
            if sending_paused(connection):
                return
        self._looked_at = now
        if not _lately(self._searched_at, now, _SEARCHED_EVERY):
            self._searched_at = now
            self._search(now)
        elif self._goes_on_at is not None and now >= self._goes_on_at:
            self._tell_quiet(now)
        self._each(
            self._people(_waits("unconfirmed") & ~_suppressed), lambda person_id: self._ask(person_id, "declared", now)
        )

    def _search(self, now: datetime) -> None:
        if self._settings.confirm_declared:
            while self._each(self._people(_declared_alone()), lambda person_id: self._have_confirm(person_id, now)):
                pass
        if self._followed_clock(now):
            return
        ended = self._each(self._people(self._overdue(now)), lambda person_id: self._end_waiting(person_id, now))
        if ended:
            scrub(self._engine)
        if self._settings.ask_silent:
            last = func.coalesce(_person.seen_at, _person.changed_at)
            silent = _waits("active") & (last <= now - self._settings.ask_after) & ~_suppressed
            self._each(self._people(silent), lambda person_id: self._ask(person_id, "still_wanted", now))
        self._tell_quiet(now)

    def _tell_quiet(self, now: datetime) -> None:
        quiet = quiet_people(self._engine, now, self._quiet_days, _AT_ONCE)
        self._each(quiet, lambda person_id: self._tell(person_id, now))
        self._goes_on_at = now + _GOES_ON_AFTER if len(quiet) == _AT_ONCE else None

    def _overdue(self, now: datetime) -> ColumnElement[bool]:
        """Who was asked, and has let the time for an answer pass."""
        settings = self._settings
        overdue = (_person.status == "unconfirmed") & (_person.asked_at <= now - settings.answer_within)
        if settings.ask_silent:
            mailed = ~_suppressed
            overdue |= (_person.status == "active") & (_person.asked_at <= now - settings.answer_within) & mailed
            overdue |= (_person.status == "paused") & (_person.asked_at <= now - settings.erase_after) & mailed
        return overdue

    def _people(self, condition: ColumnElement[bool]) -> list[str]:
        with reading(self._engine) as connection:
            query = select(_person.subscriber_id).where(condition).order_by(_person.subscriber_id).limit(_AT_ONCE)
            return list(connection.execute(query).scalars())

    def _each(self, own_ids: Iterable[str], act: Callable[[str], bool]) -> int:
        """To how many it was done; one who fails keeps no other from their turn."""
        done = 0
        for own_id in own_ids:
            try:
                done += act(own_id)
            except UnavailableError:
                raise
            except Exception:
                _events.exception("somebody could not be asked", subscriber_id=own_id)
        return done

    @retried
    def _go_on(self, own_id: str, now: datetime) -> bool:
        """Serve somebody again for whom the day has come until which they paused.

        Not in a store that was restored: they may have left since, or named a later day.
        """
        with writing(self._engine) as connection:
            if read_pauses(connection).restored:
                return False
            person = _locked_person(connection, own_id, _back(now))
            if person is None:
                return False
            last = last_pause(consents_of(connection, own_id))
            if last is None or person.paused_until is None or last.at >= person.paused_until:
                # Paused once more under a release that does not know of such days.
                return False
            go_on(connection, own_id, person.profile.time_zone, now, person.paused_until)
            keep(connection, own_id, Consent("resumed", now, "day", last.wording))
            return True

    @retried
    def _pause_again(self, own_id: str, now: datetime) -> bool:
        """Hold somebody to the day that a clock was past which is set right by now."""
        with writing(self._engine) as connection:
            person = _locked_person(connection, own_id, _not_back(now))
            if person is None:
                return False
            went_on = last_went_on(consents_of(connection, own_id))
            if went_on is None or went_on.origin != "day":
                # They went on by their word, under a release that does not know of such days.
                connection.execute(update(subscribers).where(_row_of(own_id)).values(paused_until=None))
                return False
            stop(connection, own_id, "paused", now, person.paused_until)
            keep(connection, own_id, Consent("paused", now, "day", went_on.wording))
            return True

    @retried
    def _have_confirm(self, own_id: str, now: datetime) -> bool:
        """Mail them nothing before they confirm; what waits is cancelled."""
        with writing(self._engine) as connection:
            if _locked_person(connection, own_id, _declared_alone()) is None:
                return False
            stop(connection, own_id, "unconfirmed", now)
            return True

    @retried
    def _ask(self, own_id: str, notice: Notice, now: datetime) -> bool:
        with writing(self._engine) as connection:
            person = _locked_person(connection, own_id)
            if person is None or person.status != ASKED[notice] or person.asked_at is not None:
                return False
            self._open(connection, own_id, notice, now)
            return True

    @retried
    def _tell(self, own_id: str, now: datetime) -> bool:
        """Say that nothing comes, to who is still one of those once they are locked."""
        with writing(self._engine) as connection:
            person = _locked_person(connection, own_id)
            quiet = quiet_of(connection, own_id, now, self._quiet_days) if person else None
            if self._composer is None or quiet is None or not tells(quiet, self._quiet_days, now):
                return False
            to, left_out = recipients_of(connection, [own_id])[own_id], unlikely_since(connection, own_id, quiet.since)
            unlikely = len(unlikely_cards(kept_as(*left) for left in left_out))
            email = self._composer.quiet(to, quiet.since, unlikely, now)
            open_notice(connection, own_id, QUIET, email, now, dropped=left_out)
            _events.info("somebody is told that nothing comes")
            return True

    @retried
    def _end_waiting(self, own_id: str, now: datetime) -> bool:
        """What follows where no answer came in time: who was not reached is asked again. Whether they are erased."""
        with writing(self._engine) as connection:
            person = _locked_person(connection, own_id)
            if person is None or person.asked_at is None or person.asked_at > now - self._patience(person.status):
                return False
            notice = _NOTICE_OF[person.status]
            state = _state_of_last(connection, own_id, notice)
            if state in _ON_ITS_WAY:
                return False
            gone = person.status == "unconfirmed" and _holds_of(connection, own_id, _suppressed)
            if state not in _REACHED and not gone:
                self._open(connection, own_id, notice, now)
            elif person.status == "active":
                stop(connection, own_id, "paused", now)
                keep(connection, own_id, Consent("paused", now, "silence", ""))
                self._open(connection, own_id, "paused", now)
            else:
                # As whoever erases by hand does: before, so that it is tried again where it fails.
                self._forget_mails(addresses_of(connection, own_id), own_id)
                erase_within(connection, self._ids, person, now)
                _events.info("somebody who did not answer was erased", was=person.status)
                return True
            return False

    def _patience(self, status: Status) -> timedelta:
        return self._settings.erase_after if status == "paused" else self._settings.answer_within

    def _open(self, connection: Connection, own_id: str, notice: Notice, now: datetime) -> None:
        """Have a notice delivered as digests are, within a transaction that has locked its person."""
        if self._composer is None:
            return
        email = self._composer.notice(notice, recipients_of(connection, [own_id])[own_id], now, self._settings)
        open_notice(connection, own_id, notice, email, now)
        connection.execute(update(subscribers).where(_row_of(own_id)).values(asked_at=now))
        _events.info("somebody is asked whether they want mails", notice=notice)

    @retried
    def _followed_clock(self, now: datetime) -> bool:
        """Whether days passed unwatched, by a clock that was set or because nobody ran: they count for nobody."""
        own = flags.c.name == _LOOKED_AT
        with writing(self._engine) as connection:
            before = connection.execute(select(flags.c.changed_at).where(own)).scalar_one_or_none()
            row = upsert(connection, flags).values(name=_LOOKED_AT, value="", changed_at=now)
            connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"changed_at": now}))
            if before is None or abs(now - before) < _UNWATCHED:
                return False
            later = type_coerce(_person.asked_at, BigInteger) + (now - before) // timedelta(microseconds=1)
            asked = update(subscribers).where(_person.asked_at.is_not(None))
            connection.execute(asked.values(asked_at=type_coerce(later, Moment)))
            return True


def _lately(before: datetime | None, now: datetime, span: timedelta) -> bool:
    return before is not None and timedelta() <= now - before < span


def _row_of(own_id: str) -> ColumnElement[bool]:
    return _person.subscriber_id == own_id


def _back(now: datetime) -> ColumnElement[bool]:
    """For whom the day has come until which they paused."""
    return (_person.status == "paused") & (_person.paused_until <= now)


def _not_back(now: datetime) -> ColumnElement[bool]:
    """Who went on although the day has not come."""
    return (_person.status == "active") & (_person.paused_until > now)


def _waits(status: Status) -> ColumnElement[bool]:
    return (_person.status == status) & _person.asked_at.is_(None)


def _declared_alone() -> ColumnElement[bool]:
    """Active by nobody's word but an operator's, and never mailed."""
    theirs = consents.c.kind.in_(CONSENTING) & (consents.c.origin != "operator")
    said = exists().where(consents.c.subscriber_id == _person.subscriber_id, theirs)
    mailed = exists().where(deliveries.c.subscriber_id == _person.subscriber_id, deliveries.c.state.in_(_MAILED))
    return (_person.status == "active") & ~said & ~mailed


def _locked_person(
    connection: Connection, own_id: str, condition: ColumnElement[bool] | None = None
) -> Subscriber | None:
    """Somebody as they are until the transaction ends; None where they are gone, or no more one of those."""
    row = hold_person(connection, own_id)
    fits = row is not None and (condition is None or _holds_of(connection, own_id, condition))
    return subscriber_in(row) if row is not None and fits else None


def _holds_of(connection: Connection, own_id: str, condition: ColumnElement[bool]) -> bool:
    return connection.execute(select(condition).where(_row_of(own_id))).scalar() is True


def _state_of_last(connection: Connection, own_id: str, notice: Notice) -> str | None:
    """What became of the last notice of a kind; None where it is forgotten."""
    query = (
        select(deliveries.c.state)
        .join(digests, digests.c.digest_id == deliveries.c.digest_id)
        .where(digests.c.subscriber_id == own_id, digests.c.outcome == NOTICE, digests.c.reason == notice)
        .order_by(digests.c.due_at.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()
