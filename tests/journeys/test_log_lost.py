"""The log of the embedded form lost, as by whoever frees a disk: nothing is taken for known, and all comes back."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.embedded import Embedded, embedded
from services.ingest.settings import IngestSettings, SourceSettings
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.mail_settings import MailSettings
from services.notifier.settings import NotifierSettings
from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.files.datadir import LOG_FILE
from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats
from services.runtime.health.status import not_ready
from services.runtime.pauses import Pauses
from services.settings import Settings
from services.usecases.installation import open_installation
from services.usecases.recovery import publish, read_on, require_topics
from tests.support.notifying import NOW, SECRET, NotifierStore
from tests.support.pushing import posting

HOUR = timedelta(hours=1)


class Lived:
    """An installation that polls a file, hour by hour."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(NOW)
        self.feed = folder / "feed.jsonl"
        ingest = IngestSettings(sources=(SourceSettings(name="board", url=str(self.feed), every=timedelta(minutes=1)),))
        self.settings = Settings(
            data=folder / "data",
            secret=SecretStr(SECRET.decode()),
            ingest=ingest,
            mail=MailSettings(folder=folder / "mails"),
            notifier=NotifierSettings(curate=CurateSettings(least_chance=0.0, least_mail_chance=0.0)),
        ).in_one_go()

    def lists(self, *names: str) -> None:
        words = {"title": "Python engineer", "description": "You write Python. Remote, from anywhere."}
        rows = [posting(name, company=f"Company {name}", **words) for name in names]
        self.feed.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def hour(self) -> list[str]:
        """Live for one; why it is not ready then."""
        with embedded(self.settings, clock=self.clock, with_housekeeper=False) as form:
            return self.live(form)

    def live(self, form: Embedded) -> list[str]:
        form.runner.load()
        for _ in range(4):
            form.runner.tick(self.clock.now())
            while form.runner.step():
                pass
        self.clock.advance(HOUR)
        return list(not_ready(form.runner.status(), Pauses()))

    def mails(self) -> str:
        return "".join(mail.read_text() for mail in sorted(self.settings.mail.folder.glob("**/*.eml")))


def test_postings_after_it_wait_until_it_is_republished_and_are_mailed_then(tmp_path: Path) -> None:
    lived = Lived(tmp_path)
    lived.lists("old")
    with embedded(lived.settings, clock=lived.clock, with_housekeeper=False) as form:
        store = NotifierStore(form.engine)
        store.search(store.person(), cadence="instant")
        lived.live(form)
    for names in (["old", "one"], ["old", "one", "two"]):
        lived.lists(*names)
        assert lived.hour() == []
    assert "Company two" in lived.mails()

    for file in lived.settings.data.glob(f"{LOG_FILE}*"):
        file.unlink()
    lived.lists("old", "one", "two", "three")
    [said] = lived.hour()
    assert said.startswith("notifier: not loaded: criteria.v1 and matches.v1 in the log")
    assert said.endswith(
        "are not the topics that this store belongs to: stop `jobchime run`, then run `jobchime republish`"
    )

    with open_installation(lived.settings, create=False, tell=lambda said: None) as installation:
        assert read_on(installation, lived.clock.now(), dry_run=False)
        assert len(publish(installation, lived.clock.now(), dry_run=False).newest) == 1
        assert read_on(installation, lived.clock.now(), dry_run=True) == ""
    assert lived.hour() == []
    assert lived.hour() == []
    assert "Company three" in lived.mails()


def test_another_log_over_the_same_store_is_not_taken_for_its_own(tmp_path: Path) -> None:
    lived = Lived(tmp_path)
    lived.lists("old")
    assert lived.hour() == []
    store = f"sqlite:///{lived.settings.data / 'store.sqlite'}"
    lived.settings = lived.settings.model_copy(update={"data": tmp_path / "other", "store": SecretStr(store)})
    [said] = lived.hour()
    assert "are not the topics that this store belongs to" in said
    with open_installation(lived.settings, create=False, tell=lambda said: None) as installation:
        now, heartbeat = lived.clock.now(), Heartbeat("notifier", ready=True)
        SqlHeartbeats(installation.engine, "embedded@first", now).publish([heartbeat], now)
        with pytest.raises(UsageError, match="embedded@first was heard of a moment ago"):
            read_on(installation, now, dry_run=False)
        assert read_on(installation, now + HOUR, dry_run=False)


def test_a_process_whose_log_was_deleted_ends_with_a_sentence_and_none_is_republished_under_it(tmp_path: Path) -> None:
    lived = Lived(tmp_path)
    lived.lists("old")
    with embedded(lived.settings, clock=lived.clock, with_housekeeper=False) as form:
        with pytest.raises(UsageError, match="stop it first"):
            require_topics(lived.settings)
        form.runner._guard()
        (lived.settings.data / LOG_FILE).unlink()
        with pytest.raises(UnavailableError, match=r"log\.sqlite was moved, deleted or put anew"):
            form.runner._guard()
