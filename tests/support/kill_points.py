"""Named points at which a process may die: between two transactions, within one, before an answer."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notifier.adapters.sql.digests import mail_events
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.digests.mail_events import SqlMailEvents
from services.notifier.adapters.sql.people import consents, erasures, standing, subscribers
from services.notifier.adapters.sql.people.doors import SqlDoors
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.runtime import backup as archives
from services.runtime.files import datadir
from services.usecases import signing, state


@dataclass(frozen=True, slots=True)
class Point:
    """Before or after a call of something."""

    owner: Any
    name: str
    after: bool = False
    embedded: bool = False
    """Whether only a store in the data folder has it."""


@dataclass
class Watch:
    """Counts who passes the points; kills this process at the wanted time of some."""

    kills: Mapping[str, int]
    """By point: at which time of it."""
    passed: Counter[str]
    tell: Callable[[str], object]
    """Is told of the point before this process dies at it."""
    points: "Mapping[str, Point]" = field(default_factory=lambda: POINTS)

    def set_up(self) -> None:
        for name, point in self.points.items():
            setattr(point.owner, point.name, self._wrapped(name, point, getattr(point.owner, point.name)))

    def _wrapped(self, name: str, point: Point, act: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            if not point.after:
                self._pass(name)
            result = act(*args, **kwargs)
            if point.after:
                self._pass(name)
            return result

        return watched

    def _pass(self, name: str) -> None:
        self.passed[name] += 1
        if self.kills.get(name) == self.passed[name]:
            self.tell(name)
            os.kill(os.getpid(), signal.SIGKILL)


def is_out() -> None:
    """What is called when a mail is out and its mailer has not answered yet."""


POINTS = {
    "before SENDING": Point(SqlDeliveries, "begin"),
    "after SENDING, before the mail": Point(SqlDeliveries, "begin", after=True),
    "after the mail, before its answer": Point(sys.modules[__name__], "is_out"),
    "after the answer, before the record": Point(SqlDeliveries, "accepted"),
    "after the record": Point(SqlDeliveries, "accepted", after=True),
    "after a digest is kept": Point(SqlDigests, "commit", after=True),
    "within an event of a batch": Point(mail_events, "settle"),
    "before an event suppresses": Point(mail_events, "suppress"),
    "between the transactions of a batch": Point(SqlMailEvents, "_take", after=True),
    "after a batch is kept, before its answer": Point(SqlMailEvents, "take", after=True),
    "between a wish and its letter": Point(signing, "_send"),
    "after a letter may go, before its link is kept": Point(SqlDoors, "begin_letter", after=True),
    "after a letter, before its record": Point(SqlDoors, "end_letter"),
    "after a letter": Point(signing, "_send", after=True),
    "within a confirmation, at its consent": Point(consents, "keep"),
    "within a confirmation, before its search": Point(SqlSearches, "add"),
    "within a confirmation, before its wish is forgotten": Point(SqlDoors, "forget_sign_up"),
    "within leaving, between standing and what waits": Point(standing, "cancel_waiting"),
    "after leaving, before its answer": Point(SqlSubscribers, "unsubscribe", after=True),
    "within a change of address": Point(subscribers, "readdress"),
    "between the mails and the rows of an erasure": Point(SqlSubscribers, "erase"),
    "within the rows of an erasure": Point(erasures, "leave"),
    "after an erasure, before its answer": Point(SqlSubscribers, "erase", after=True),
    "within a restore, before who was erased is again": Point(state, "replay"),
    "within a backup": Point(archives, "_pack", embedded=True),
    "within a restore, before it is in place": Point(archives, "move_in", embedded=True),
    "within a restore, before the last file is": Point(datadir, "sync_folder", embedded=True),
}
