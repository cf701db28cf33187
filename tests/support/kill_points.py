"""Named points at which a process may die: between two transactions, within one, before an answer."""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.notifier.adapters.sql.digests import digests, mail_events
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.digests.mail_events import SendingBrake, SqlMailEvents
from services.notifier.adapters.sql.people import asking, consents, kept_data, searches, standing, subscribers
from services.notifier.adapters.sql.people.asking import SqlAsking
from services.notifier.adapters.sql.people.doors import SqlDoors
from services.notifier.adapters.sql.people.opt_outs import SqlOptOuts
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.adapters.sql.webhooks import events as webhook_events
from services.notifier.adapters.sql.webhooks.events import SqlWebhookEvents
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.runtime import backup as archives
from services.runtime.files import datadir
from services.usecases import accounts, signing, state


@dataclass(frozen=True, slots=True)
class Point:
    """Before or after a call of something."""

    owner: Any
    name: str
    after: bool = False
    embedded: bool = False
    """Whether only a store in the data folder has it."""

    def set_up(self, come_by: Callable[[], None]) -> Callable[[], None]:
        """Have `come_by` called whenever somebody comes by; gives what takes that back."""
        act = getattr(self.owner, self.name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            if not self.after:
                come_by()
            result = act(*args, **kwargs)
            if self.after:
                come_by()
            return result

        setattr(self.owner, self.name, watched)
        return lambda: setattr(self.owner, self.name, act)


@dataclass
class Watch:
    """Counts who passes the points; kills this process at the wanted time of some."""

    kills: Mapping[str, int]
    """By point: at which time of it."""
    passed: Counter[str]
    tell: Callable[[str], object]
    """Is told of the point before this process dies at it."""

    def set_up(self) -> None:
        for name, point in POINTS.items():
            point.set_up(partial(self._pass, name))

    def _pass(self, name: str) -> None:
        self.passed[name] += 1
        if self.kills.get(name) == self.passed[name]:
            self.tell(name)
            os.kill(os.getpid(), signal.SIGKILL)


def is_out() -> None:
    """What is called when a mail is out and its mailer has not answered yet."""


POINTS = {
    # A tick of the notifier, from its first transaction to its last.
    "between the leases of a killed worker": Point(SqlDeliveries, "release"),
    "before somebody is asked": Point(SqlAsking, "_ask"),
    "within asking somebody": Point(asking, "open_notice"),
    "after somebody is asked": Point(SqlAsking, "_ask", after=True),
    "before a cut is taken": Point(SqlWindows, "take_cut"),
    "before who is due is claimed": Point(SqlWindows, "claim_due"),
    "after who is due is claimed": Point(SqlWindows, "claim_due", after=True),
    "within a digest, before its delivery is opened": Point(digests, "delivery_row"),
    "after a digest is kept": Point(SqlDigests, "commit_all", after=True),
    "before empty windows are closed": Point(SqlDigests, "close_empty"),
    "before who was due is given back": Point(SqlWindows, "done"),
    "after the brake has looked": Point(SendingBrake, "check_now", after=True),
    "before doubts are settled": Point(SqlDeliveries, "doubts"),
    "before a doubt is disproved": Point(SqlDeliveries, "disproved"),
    "after mails are claimed": Point(SqlDeliveries, "claim", after=True),
    "before SENDING": Point(SqlDeliveries, "_begin"),
    "after SENDING, before the mail": Point(SqlDeliveries, "_begin", after=True),
    "after the mail, before its answer": Point(sys.modules[__name__], "is_out"),
    "after the answer, before the record": Point(SqlDeliveries, "accepted"),
    "after the record": Point(SqlDeliveries, "accepted", after=True),
    # Webhooks, after it.
    "before the window of a webhook is closed": Point(SqlWebhookEvents, "keep"),
    "within the closing of a webhook's window": Point(webhook_events, "_job_row"),
    "after the window of a webhook is closed": Point(SqlWebhookEvents, "keep", after=True),
    "before an attempt is begun": Point(SqlWebhookEvents, "begin"),
    "after an attempt is begun, before its request": Point(SqlWebhookEvents, "begin", after=True),
    "after an attempt, before its record": Point(SqlWebhookEvents, "settle"),
    "within the record of an attempt": Point(webhook_events, "_attempt_row"),
    "after the record of an attempt": Point(SqlWebhookEvents, "settle", after=True),
    "within a proof, before the webhook is active": Point(webhook_events, "activate"),
    # Events of the mail provider.
    "within an event of a batch": Point(mail_events, "settle"),
    "before an event suppresses": Point(mail_events, "suppress"),
    "between the transactions of a batch": Point(SqlMailEvents, "_take", after=True),
    "after a batch is kept, before its answer": Point(SqlMailEvents, "take", after=True),
    # Coming in.
    "between a letter and its wish": Point(SqlDoors, "keep_sign_up"),
    "between a wish and its letter": Point(signing, "_send"),
    "after a letter may go, before its link is kept": Point(SqlDoors, "begin_letter", after=True),
    "after a letter, before its record": Point(SqlDoors, "end_letter"),
    "after a letter": Point(signing, "_send", after=True),
    "within a change of consent, at its row in the ledger": Point(consents, "keep"),
    "within a confirmation, before its search": Point(SqlSearches, "add"),
    "within a confirmation, before its wish is forgotten": Point(SqlDoors, "forget_sign_up"),
    "after a confirmation, before its session": Point(SqlDoors, "begin_session"),
    "after somebody is declared, before their search": Point(SqlSubscribers, "add", after=True),
    "after a yes, before its answer": Point(SqlSubscribers, "subscribe_again", after=True),
    "before a link that signs in is kept": Point(SqlDoors, "keep_sign_in"),
    "after a link is used up, before its answer": Point(SqlDoors, "sign_in", after=True),
    # Being there.
    "before a sign of life": Point(SqlSubscribers, "seen"),
    "after a sign of life": Point(SqlSubscribers, "seen", after=True),
    "after a pause, before its sign of life": Point(SqlSubscribers, "pause", after=True),
    "after going on, before its sign of life": Point(SqlSubscribers, "resume", after=True),
    "within a pause of a search": Point(searches, "_cancel_unasked"),
    "after a pause of a search, before its sign of life": Point(SqlSearches, "pause", after=True),
    "after a search goes on, before its sign of life": Point(SqlSearches, "resume", after=True),
    "between a letter and its new address": Point(SqlDoors, "keep_new_address"),
    "within a change of address": Point(subscribers, "readdress"),
    "within a change of address, before the old one is told": Point(subscribers, "open_notice"),
    "after a change of address, before its session": Point(SqlSubscribers, "move", after=True),
    # Leaving.
    "within leaving or a pause, between standing and what waits": Point(standing, "cancel_waiting"),
    "after leaving, before its answer": Point(SqlSubscribers, "unsubscribe", after=True),
    "between the mails and the rows of an erasure": Point(SqlSubscribers, "erase"),
    "within the rows of an erasure": Point(kept_data, "leave"),
    "between the rows and the last mails of an erasure": Point(SqlSubscribers, "erase", after=True),
    "after an erasure, before its answer": Point(accounts, "erase", after=True),
    # Going back.
    "within a replay, before who left leaves again": Point(SqlOptOuts, "have_leave"),
    "within a replay, before wishes of the erased": Point(SqlOptOuts, "keep_gone"),
    "within a replay, before what was taken back is gone": Point(SqlOptOuts, "take_back"),
    "within a restore, before who was erased is again": Point(state, "replay"),
    "within a backup": Point(archives, "_pack", embedded=True),
    "within a restore, before it is in place": Point(archives, "move_in", embedded=True),
    "within a restore, before the last file is": Point(datadir, "sync_folder", embedded=True),
}
"""By what they are between."""


class DiedError(BaseException):
    """What no code of ours takes for an answer."""


@contextmanager
def dying_at(name: str) -> Iterator[Sequence[str]]:
    """Whoever comes to a point goes no further, and leaves behind what its engines roll back.

    Gives the points at which somebody died: none, or this one.
    """
    died = list[str]()

    def die() -> None:
        died.append(name)
        raise DiedError(name)

    take_down = POINTS[name].set_up(die)
    hook, threading.excepthook = threading.excepthook, lambda args: None
    try:
        yield died
    finally:
        take_down()
        threading.excepthook = hook
