"""`status` says that the certificate of our pages is refused or ends, and that a disk is nearly full."""

import socket
import ssl
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.notifier.mail_settings import MailSettings
from services.operating import Operations
from services.overview.stream.model import DATA_FOLDER, EngineView, Overview
from services.overview.stream.troubles.ground import ground_troubles
from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError
from services.runtime.figures.stream import StoreFigures
from services.runtime.http.certificate import Certificate
from services.runtime.http.names import DnsTextRecords
from services.runtime.kafka.findings import TopicFinding
from services.runtime.sql.met import keep_way_in_met, read_way_in_met
from services.runtime.sql.own_file import RUN, keep_own_file, read_own_file
from services.runtime.sql.store import reading
from services.sender import SenderRecord
from services.settings import Settings
from services.usecases.overview import watcher
from services.way_in import FORM, ONE_CLICK, REFUSED, Leaving, WayIn, tried_to_leave
from tests.support.feed_server import CERTIFICATE, feed_server, served, status
from tests.support.logs import NOON
from tests.support.loopback import free_port
from tests.support.notifying import sqlite_store
from tests.support.portal import served_portal
from tests.support.waiting import until

DAY = timedelta(days=1)
MIB = 1 << 20


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No resolver is asked: who may send is said for no domain."""
    monkeypatch.setattr(DnsTextRecords, "of", lambda self, name: ())


@pytest.mark.parametrize(
    ("allow", "sandbox", "met"),
    [(("*",), False, True), (("ada@harbour.example",), False, False), (("*",), True, False)],
)
def test_a_certificate_that_nobody_trusts_is_met_by_whoever_looks_where_strangers_are_mailed(
    tmp_path: Path, allow: tuple[str, ...], sandbox: bool, met: bool
) -> None:
    with feed_server(tls=True) as pages:
        mail = MailSettings(
            mailer="sendgrid", public_url=f"https://localhost:{pages.port}", sender_address="a@harbour.example",
            postal_address="1 Quay Street, Porto", allow=allow,
            sendgrid={"api_key": SecretStr("SG.k"), "sandbox": sandbox},
        )  # fmt: skip
        with watcher(Settings(data=tmp_path, mail=mail)) as stream:
            troubles = [trouble for trouble in ground_troubles(stream.look()) if trouble.grave]
    assert len(troubles) == met
    refused = "the certificate of localhost, which mail.public_url names, is refused: "
    assert all(trouble.what.startswith(refused) for trouble in troubles)


def test_a_certificate_of_an_authority_that_the_settings_name_is_trusted(tmp_path: Path) -> None:
    with feed_server(tls=True) as pages:
        mail = MailSettings(
            mailer="sendgrid", public_url=f"https://localhost:{pages.port}", allow=("*",), ca_file=CERTIFICATE
        )  # fmt: skip
        with watcher(Settings(data=tmp_path, mail=mail)) as stream:
            certificate = stream.look().certificate
    # It is of another name, which is asked for once who signed it is believed.
    assert certificate is not None
    assert "Hostname mismatch" in certificate.refused


def test_one_that_ends_tomorrow_says_when() -> None:
    ends = Certificate("jobs.example", NOON - 89 * DAY, NOON + DAY)
    [trouble] = ground_troubles(Overview(NOON, "deployed", certificate=ends))
    assert trouble.grave
    assert "ends in 24 h (2026-03-02 12:00Z), and was not renewed" in trouble.what


def test_a_disk_that_is_nearly_full_is_a_note_and_one_that_is_full_is_told_of_once() -> None:
    [trouble] = ground_troubles(Overview(NOON, "embedded", free=300 * MIB))
    assert not trouble.grave
    assert "300 MiB free" in trouble.what
    full = (EngineView(DATA_FOLDER, False, "its disk is full"),)
    assert not [*ground_troubles(Overview(NOON, "embedded", free=MIB, engines=full))]


def test_a_topic_that_kafka_empties_within_a_day_is_no_note_and_one_that_lasts_for_days_is() -> None:
    faults = (
        TopicFinding("raw.v1", "retention.ms is 60000, not 2592000000", kept="not a day"),
        TopicFinding("matches.v1", "retention.ms is 172800000, not 2592000000", kept="shorter"),
        TopicFinding("criteria.v1", "max.message.bytes is 700, not 4259840", kept="not at all"),
        TopicFinding("postings.v1", "max.message.bytes is 1048588, not 4259840"),
    )
    told = [*ground_troubles(Overview(NOON, "deployed", topic_faults=faults))]
    assert [(trouble.what.partition(" (")[0], trouble.grave) for trouble in told] == [
        ("Kafka takes nothing large into criteria.v1", True),
        ("Kafka deletes what is in raw.v1 long before it is to", True),
        ("Kafka deletes what is in matches.v1 earlier than it is to", False),
    ]


def test_a_server_that_passes_no_posts_to_the_portal_refuses_who_unsubscribes_by_a_button_of_a_mail_program() -> None:
    def refused(code: int) -> str:
        pages.on("/u/nobody", status(code))
        return tried_to_leave(pages.url(""), 5.0, ssl.create_default_context()).refused

    def lost(code: int, *names: str) -> str:
        pages.on("/u/nobody", status(code, **dict.fromkeys(names, "")))
        return tried_to_leave(pages.url(""), 5.0, ssl.create_default_context()).lost

    with feed_server() as pages:
        assert [refused(code) for code in (404, 200, 503)] == [""] * 3
        assert lost(503) == lost(404, RUN) == ""
        assert lost(404).endswith("/u/nobody answers 404, and what says so is no portal of jobchime")
        assert lost(200).endswith("is no portal of jobchime"), "a page of the board's own, or of a server set up anew"
        assert lost(502).endswith("answers 502: a server before the portal does not reach it")
        assert all(refused(code).endswith(f"/u/nobody answers {code}") for code in (301, 401, 403, 405))
        assert {asked.body for asked in pages.asked} == {b"List-Unsubscribe=One-Click"}
    nobody = tried_to_leave(f"http://127.0.0.1:{free_port()}", 5.0, ssl.create_default_context())
    assert nobody.unreached
    assert nobody == Leaving(unreached=nobody.unreached), "a machine may not get to its own public address"


def test_a_server_that_takes_a_connection_and_says_nothing_is_there_and_no_portal() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        leaving = tried_to_leave(url, 0.5, ssl.create_default_context())
    assert leaving == Leaving(lost=f"{url}/u/nobody gives no answer: it took too long")


def test_a_portal_that_answered_within_a_week_and_does_not_now_is_lost_and_one_that_never_did_is_not() -> None:
    away = Leaving(unreached="gives no answer")
    assert [away.why_lost(NOON - ago, NOON) for ago in (timedelta(minutes=1), timedelta(minutes=5), 8 * DAY)] == [
        None, "no answer", None,
    ]  # fmt: skip
    assert away.why_lost(None, NOON) is None
    met = Overview(NOON, "deployed", leaving=away, figures=StoreFigures(NOON, way_in_met=NOON - timedelta(hours=1)))
    [trouble] = ground_troubles(met)
    assert trouble.grave
    assert "a portal answered at mail.public_url until 2026-03-01 11:00Z, and none does now" in trouble.what


def test_who_mails_keeps_that_it_met_a_portal_and_tells_once_it_no_longer_does(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    keep_way_in_met(store.engine, "https://before.example", NOON - DAY)
    with served_portal(store) as portal:
        mail = MailSettings(mailer="smtp", public_url=str(portal.client.base_url).rstrip("/"), allow=("*",))
        way_in = WayIn(mail)
        leaving = way_in.leaving()
        assert leaving is not None
        assert leaving.met
        keep_way_in_met(store.engine, mail.public_url, NOON)
    operations = Operations(lambda: store.engine, Settings(data=tmp_path, mail=mail), FixedClock(NOON + DAY))
    operations.follow_way_in()
    read = partial(operations.metrics.registry.get_sample_value, "jobchime_public_links_fail")
    until(lambda: read({"why": "no answer"}) == 1, "that it no longer answers is told")
    assert read({"why": "no portal"}) == 0
    with reading(store.engine) as connection:
        assert read_way_in_met(connection, mail.public_url) == NOON
        assert read_way_in_met(connection, "https://another.example") is None, "of another address nothing is known"
    store.engine.dispose()


def test_a_portal_is_known_by_its_page_where_a_server_before_it_drops_its_header(tmp_path: Path) -> None:
    with served_portal(sqlite_store(tmp_path)) as portal, feed_server() as pages:
        page = portal.client.post("/u/nobody", content=ONE_CLICK, headers=FORM)
        pages.on("/u/nobody", served(page.content, page.status_code))
        assert tried_to_leave(pages.url(""), 5.0, ssl.create_default_context()) == Leaving()


def test_a_name_that_leads_nowhere_is_told_as_links_that_lead_to_no_portal() -> None:
    nameless = tried_to_leave("https://jobs.nowhere.invalid", 5.0, ssl.create_default_context())
    assert nameless.lost == "the host jobs.nowhere.invalid cannot be found"
    asked = "https://jobs.nowhere.invalid", 5.0, ssl.create_default_context()
    assert tried_to_leave(*asked, beside="localhost") == nameless
    assert tried_to_leave(*asked, beside="mails.nowhere.invalid").lost == "", "this machine has no network"
    [missed] = ground_troubles(Overview(NOON, "deployed", leaving=Leaving(lost=nameless.lost)))
    assert missed.grave


def test_who_is_not_unsubscribed_by_a_button_is_a_failure() -> None:
    [trouble] = ground_troubles(Overview(NOON, "deployed", leaving=Leaving(refused="POST …/u/nobody answers 405")))
    assert trouble.grave


def test_the_portal_itself_refuses_no_post_of_a_link_that_it_does_not_know(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    keep_own_file(store.engine, tmp_path, NOON)
    with served_portal(store) as portal:
        answer = portal.client.post("/u/nobody", content=ONE_CLICK, headers=FORM)
    assert answer.status_code not in REFUSED
    with reading(store.engine) as connection:
        assert answer.headers[RUN] == read_own_file(connection).run != "", "so that a copy learns that it is not alone"


def test_what_a_domain_never_said_is_one_note_and_what_it_no_longer_says_one_failure_before_it() -> None:
    names = ("DKIM s1", "DKIM s2", "SPF", "DMARC")
    faults = tuple(SenderRecord(name, "wrong", f"there is no {name}", f"publish {name}") for name in names)
    lately = StoreFigures(NOON, sender_met={"SPF": NOON})
    [gone, never] = ground_troubles(Overview(NOON, "deployed", figures=lately, sender_faults=faults))
    assert (gone.grave, never.grave) == (True, False)
    assert gone.do == "publish SPF; `jobchime doctor` looks again"
    assert ", by DKIM s1, DKIM s2 and DMARC of their sender: there is no DKIM s1" in never.what
    assert never.do == "`jobchime doctor` says of each what to publish, and looks again"


def test_a_domain_that_never_let_anybody_send_is_noted_and_what_was_there_and_is_gone_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = {"_dmarc.harbour.example": ["v=DMARC1; p=reject"]}
    answers = True

    def of(_: object, name: str) -> Sequence[str]:
        if not answers:
            raise UnavailableError("no resolver answers")
        return records.get(name, [])

    monkeypatch.setattr(DnsTextRecords, "of", of)

    def noted(*allow: str) -> list[tuple[str, bool]]:
        mail = MailSettings(
            mailer="smtp", public_url=f"http://127.0.0.1:{free_port()}", sender_address="a@harbour.example",
            postal_address="1 Quay Street, Porto", allow=allow,
        )  # fmt: skip
        settings = Settings(data=tmp_path, mail=mail, store=str(store.engine.url))
        operations = Operations(lambda: store.engine, settings, FixedClock(NOON))
        operations.follow_way_in()
        for _ in range(2):
            operations._measure(())
            until(lambda: operations._sender is None or operations._sender() is not None)
        with watcher(settings) as stream:
            return [(trouble.what, trouble.grave) for trouble in ground_troubles(stream.look())]

    store = sqlite_store(tmp_path)
    spf, both = (
        f"mails may be taken for spam or refused, by {names} of their sender:" for names in ("SPF", "SPF and DMARC")
    )
    said = "harbour.example has no SPF record, which names the servers that may send for it"
    never = f"{spf} {said}"
    assert noted("*") == [(never, False)]
    assert noted("ada@harbour.example") == [], "on trial"
    records["harbour.example"] = ["v=spf1 ip4:192.0.2.1 -all"]
    assert noted("*") == []
    records.clear()
    assert noted("*") == [(f"{both} {said}; they were right until {NOON:%Y-%m-%d %H:%MZ}", True)]
    answers = False
    assert noted("*") == [], "that nobody answers is no record that is gone"
