"""The canary: it goes the whole way by the real services, is told of where it is lost, and reaches no person."""

from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from schemas.topics import MATCHES, RAW
from services.embedded import Embedded, embedded
from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.canary import CanaryDigest
from services.notifier.domain.ids import Ids
from services.notifier.ports import MailDeferredError, MailRefusedError
from services.notifier.settings import NotifierSettings
from services.overview.stream.troubles.every import store_troubles
from services.runtime.clock import FixedClock
from services.runtime.figures.canary import EVERY
from services.runtime.pauses import SqlPauses
from services.settings import Settings
from tests.support.notifying import NOW, SECRET, NotifierStore

MINUTE = timedelta(minutes=1)


def with_canaries(folder: Path, clock: FixedClock) -> AbstractContextManager[Embedded]:
    settings = Settings(data=folder, secret=SecretStr(SECRET.decode()), notifier=NotifierSettings(canary=True))
    return embedded(settings.in_one_go(), clock=clock, with_housekeeper=False)


def live_too_long(form: Embedded, clock: FixedClock) -> None:
    """Until a canary of which nothing came is told of."""
    form.runner.load()
    for _ in range(14):
        form.runner.once(clock.now())
        clock.advance(MINUTE)


def test_it_goes_the_whole_way_and_is_missed_where_it_does_not(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    with with_canaries(tmp_path, clock) as form:
        store = NotifierStore(form.engine)
        everything = store.search(store.person(), hour=NOW.hour)
        form.runner.load()
        form.runner.once(clock.now())
        canary = form.operations.figures().canary
        assert canary is not None
        assert (canary.sent_at, canary.through_at, canary.is_under_way) == (NOW, NOW, False)
        # The tick after builds its digest, for nobody.
        assert not canary.has_digest
        clock.advance(MINUTE)
        form.runner.once(clock.now())
        canary = form.operations.figures().canary
        assert canary is not None
        assert (canary.digest_at, canary.has_digest) == (NOW + MINUTE, True)
        clock.advance(8 * MINUTE)
        form.runner.once(clock.now())
        assert len(list(form.log.read_all(RAW.name))) == 1
        clock.advance(EVERY)
        form.runner.once(clock.now())
        assert [len(list(form.log.read_all(topic))) for topic in (RAW.name, MATCHES.name)] == [2, 2]
        clock.advance(MINUTE)
        form.runner.once(clock.now())
        figures = form.operations.figures()
        assert (figures.last_posting, figures.recent_postings, figures.due_subscribers) == (None, 0, 0)
        assert (figures.deliveries, figures.digests, figures.subscribers) == ({}, {}, 1)
        assert list(tmp_path.rglob("*.eml")) == []
        assert store.matches.newest(NOW - 99 * MINUTE, 10) == {}
        assert everything.key >= 0
        [trouble] = store_troubles(figures, clock.now())
        assert trouble.what.startswith("no source is in the settings")
        gone = [trouble.what for trouble in store_troubles(figures, clock.now() + 26 * MINUTE)]
        assert any("no canary was sent" in what for what in gone)


def test_one_of_which_no_digest_can_be_built_is_told_of_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: JinjaRenderer, *given: object) -> None:
        raise ValueError("a template is broken")

    monkeypatch.setattr(JinjaRenderer, "render", broken)
    clock = FixedClock(NOW)
    with with_canaries(tmp_path, clock) as form:
        live_too_long(form, clock)
        [trouble] = store_troubles(form.operations.figures(), clock.now())
        assert trouble.grave
        assert trouble.what.startswith("the canary, a digest made up as a test, was not built and delivered for 14 min")
        assert [service.tick_errors for service in form.runner.status().services if service.name == "notifier"] == [0]
        monkeypatch.undo()
        form.runner.once(clock.now())
        form.runner.once(clock.now())
        assert list(store_troubles(form.operations.figures(), clock.now())) == []


@pytest.mark.parametrize("error", [MailDeferredError("no connection"), MailRefusedError("550 not this sender")])
def test_one_whose_mailer_would_not_take_a_mail_is_told_of_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuses(self: FolderMailer, sender_address: str) -> str:
        raise error

    monkeypatch.setattr(FolderMailer, "probe", refuses)
    clock = FixedClock(NOW)
    with with_canaries(tmp_path, clock) as form:
        live_too_long(form, clock)
        [trouble] = store_troubles(form.operations.figures(), clock.now())
        assert "or the mailer would not take it" in trouble.what
        monkeypatch.undo()
        form.runner.once(clock.now())
        form.runner.once(clock.now())
        assert list(store_troubles(form.operations.figures(), clock.now())) == []


def test_the_store_is_asked_for_one_every_few_seconds_however_many_ticks(tmp_path: Path) -> None:
    asked: list[str] = []
    nothing: Any = None
    with with_canaries(tmp_path, FixedClock(NOW)) as form:
        digest = CanaryDigest(form.engine, Ids(SECRET), nothing, NotifierSettings())
        event.listen(form.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        digest.build(NOW)
        once = len(asked)
        for tick in range(40):
            digest.build(NOW + tick * timedelta(seconds=0.5))
        assert len(asked) == 2 * once
        # The clock is set back.
        digest.build(NOW - 9 * MINUTE)
        assert len(asked) == 3 * once


def test_one_that_does_not_come_through_is_told_of_also_while_the_next_is_under_way(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    with with_canaries(tmp_path, clock) as form:
        form.runner.load()
        form.runner.once(clock.now())
        SqlPauses(form.engine).set_service("matcher", paused=True, now=NOW)
        form.operations.pauses.refresh()
        for _ in range(24):
            clock.advance(MINUTE)
            form.runner.once(clock.now())
            troubles = [trouble.what for trouble in store_troubles(form.operations.figures(), clock.now())]
            late = clock.now() - NOW > EVERY + 3 * MINUTE
            assert bool(troubles) == late


def test_one_that_does_not_come_through_is_told_of(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    with with_canaries(tmp_path, clock) as form:
        form.services[-1].load()
        for service in form.services:
            if service.name == "notifier":
                service.tick(clock.now())
        clock.advance(4 * MINUTE)
        [trouble] = store_troubles(form.operations.figures(), clock.now())
        assert trouble.grave
        assert "waits in the outbox" in trouble.what
