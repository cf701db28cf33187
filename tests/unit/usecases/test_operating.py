"""Sources, feeds, pauses and deliveries as any door calls them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.giving import Giving
from schemas.posting import Posting
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.schedule import SourceHealth
from services.runtime.errors import UsageError
from services.runtime.pauses import SqlPauses
from services.settings import load_settings
from services.usecases import mail, overview, sources, state, workers
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation
from services.usecases.mail import send_trial
from tests.support.installed_store import installation_in
from tests.support.notifying import NOW

LINES = b'{"title": "Gardener", "company": "Rose Ltd", "url": "https://x.example/1"}\n{"title": "Cook"}\n'
BOARDS = {"sources": [{"name": name, "url": f"https://{name}.example/feed"} for name in ("ash", "birch")]}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installation_in(tmp_path, ingest=BOARDS) as opened:
        yield opened


def test_a_source_that_is_held_stands_first_and_is_not_well(installation: Installation) -> None:
    assert [standing.figures.name for standing in sources.standings(installation, NOW)] == ["ash", "birch"]
    workers.hold_source(installation, "birch", NOW, paused=True)
    first, second = sources.standings(installation, NOW)
    assert (first.figures.name, first.figures.state, first.well, first.health) == ("birch", "paused", False, None)
    assert second.well


def test_a_source_that_left_the_settings_can_still_go_on(installation: Installation) -> None:
    workers.hold_source(installation, "elm", NOW, paused=False)
    for refused in (
        lambda: workers.hold_source(installation, "elm", NOW, paused=True),
        lambda: sources.accept(installation, "elm", NOW),
        lambda: sources.again(installation, "elm"),
    ):
        with pytest.raises(UsageError, match="the settings name ash, birch"):
            refused()
    with pytest.raises(UsageError, match="has not shrunk"):
        sources.accept(installation, "ash", NOW)


def test_an_operators_word_that_a_source_lists_nothing_is_kept(installation: Installation) -> None:
    ledger, since = SqlSourceLedger(installation.engine), NOW - timedelta(days=3)
    polled = SourceHealth("ash", since, NOW, last_attempt=NOW, last_success=NOW, giving=Giving(nothing_since=since))
    ledger.settle(polled)
    (first, _) = sources.standings(installation, NOW)
    assert (first.figures.name, first.figures.state) == ("ash", "barren")
    assert sources.accept(installation, "ash", NOW) == 0
    ledger.settle(polled)
    assert {standing.figures.state for standing in sources.standings(installation, NOW)} == {"ok", "waiting"}
    with pytest.raises(UsageError, match="needs no word"):
        sources.accept(installation, "ash", NOW)


def test_what_can_be_held_is_named_and_held(installation: Installation) -> None:
    workers.hold(installation, workers.SENDING, NOW, paused=True)
    workers.hold(installation, "matcher", NOW, paused=True)
    pauses = SqlPauses(installation.engine).read()
    assert (pauses.sending, pauses.services) == (True, {"matcher"})
    with pytest.raises(UsageError, match="nothing that can be paused"):
        workers.hold(installation, "everything", NOW, paused=True)


def test_the_examination_says_what_is_held_and_how_it_goes_on(installation: Installation) -> None:
    assert not [found for found in overview.diagnoses(installation.settings) if found.what == "pauses"]
    workers.hold(installation, workers.SENDING, NOW, paused=True)
    workers.hold(installation, "matcher", NOW, paused=True)
    workers.hold_source(installation, "birch", NOW, paused=True)
    paused = [found for found in overview.diagnoses(installation.settings) if found.what == "pauses"]
    assert [(found.grade, found.mend) for found in paused] == [
        ("note", "`jobchime resume sending`"),
        ("note", "`jobchime resume matcher`"),
        ("note", "`jobchime source resume birch`"),
    ]


def test_the_examination_names_sources_that_give_nothing_until_an_operator_says_that_it_is_right(
    installation: Installation,
) -> None:
    now = datetime.now(UTC)
    giving = Giving(nothing_since=now - timedelta(days=3))
    SqlSourceLedger(installation.engine).settle(
        SourceHealth("ash", now - timedelta(days=9), now, last_attempt=now, last_success=now, giving=giving)
    )
    [found] = [each for each in overview.diagnoses(installation.settings) if each.what == "sources"]
    assert (found.grade, found.said) == ("note", "the source ash has listed nothing for 3 d")
    assert "`jobchime source accept ash`" in found.mend
    sources.accept(installation, "ash", now)
    assert not [each for each in overview.diagnoses(installation.settings) if each.what == "sources"]


def test_a_feed_gives_postings_and_what_falls_out_before_it_is_a_source() -> None:
    given, fallen = sources.normaliser(None, None)(LINES, "garden", NOW)
    assert isinstance(given, Posting)
    assert given.title == "Gardener"
    assert isinstance(fallen, sources.Fallen)
    with pytest.raises(UsageError):
        sources.normaliser("nosuch", None)


def test_a_source_is_added_beside_those_that_are_there_or_the_file_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text('[[ingest.sources]]\nname = "ash"\nurl = "https://ash.example/feed"\n')
    sources.add(file, "birch", "https://birch.example/feed", every="15m")
    assert [source.name for source in load_settings(file).ingest.sources] == ["ash", "birch"]
    before = file.read_text()
    with pytest.raises(UsageError):
        sources.add(file, "birch", "https://birch.example/other")
    assert file.read_text() == before


def test_a_mail_that_was_accepted_never_goes_out_again(installation: Installation) -> None:
    with pytest.raises(UsageError, match="was accepted"):
        mail.settle(installation, "any", NOW, accepted=True, resend=True)
    with pytest.raises(UsageError, match="no state of a delivery"):
        mail.state_named("lost")
    assert list(mail.listed(installation, mail.state_named("unknown"), 10)) == []


def test_a_trial_mail_goes_to_an_address_alone(installation: Installation) -> None:
    with pytest.raises(WrongFieldError, match="address"):
        send_trial(installation.settings, "nobody", NOW, tell=print)


def test_the_stream_shows_itself_before_anything_has_run(installation: Installation) -> None:
    with overview.watcher(installation.settings) as watcher:
        stream = watcher.look()
    assert not overview.healthy(stream)
    assert any("there is no log" in trouble.what for trouble in overview.troubles(stream))


def test_a_release_is_known_by_its_rules_too() -> None:
    this = state.release()
    assert this.version
    assert this.normaliser >= 5
