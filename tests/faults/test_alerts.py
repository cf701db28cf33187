"""Alerts fire by real faults: Prometheus scrapes an installation of the deployed form, in which things go wrong.

The long form alone (`make test-alerts`), on shared engines behind lines that can be cut. Of the rules only `for` is
changed (`tests/support/alerting.py`).
"""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from schemas.topics import RAW
from services.runtime.kafka.topics import create, planned
from tests.support.alerting import (
    PATIENCE_S,
    PEOPLE,
    Faults,
    load,
    ordered,
    people_of,
    prometheus,
    tables,
    until_serves,
)
from tests.support.cut_line import cut_line
from tests.support.engines import kafka_of_my_own
from tests.support.fake_sendgrid import Script, Step, fake_sendgrid
from tests.support.feed_server import feed_server, served, status
from tests.support.installed import SERVICES, Installation, started
from tests.support.loopback import free_port
from tests.support.mail_events import body_of, event, signed
from tests.support.postgresql import migrated_database
from tests.support.pushing import Client, posting
from tests.support.waiting import ended, until

pytestmark = [
    pytest.mark.live,
    pytest.mark.slow(minutes=15),
    pytest.mark.timeout(3_600),
    pytest.mark.skipif(not os.environ.get("JOBCHIME_TEST_ALERTS"), reason="the long form is `make test-alerts`"),
]

SOURCE = """
[[ingest.sources]]
name = "{name}"
url = "{url}"
every = "5s"
complete = true
allow_private = true
robots = false
"""


class Provider(Script):
    """A mail provider's mood."""

    step = Step()

    def next(self) -> Step:
        return self.step


def listing(count: int, broken: int = 0) -> bytes:
    """A board's postings, of which the last lack a title."""
    rows = [posting(f"b{number}", title="Baker", description=f"You bake. {number}") for number in range(count)]
    rows += [{"id": f"broken{number}", "url": f"https://acme.example/broken{number}"} for number in range(broken)]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_each_alert_of_minutes_fires_by_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.fake_sendgrid.Script", Provider)
    monkeypatch.setattr(Provider, "step", Step())
    with (
        kafka_of_my_own() as kafka,
        migrated_database() as url,
        cut_line(urlsplit(url).hostname or "", urlsplit(url).port or 5432) as line,
        cut_line(urlsplit(url).hostname or "", urlsplit(url).port or 5432) as second_line,
        fake_sendgrid(tmp_path / "mails") as provider,
        feed_server() as boards,
    ):
        create(kafka)
        forgets = next(topic for topic in planned(kafka) if topic.name == RAW.name)
        create(kafka, [replace(forgets, configs={**forgets.configs, "retention.ms": str(3_600_000)})])
        sources = "".join(
            SOURCE.format(name=name, url=boards.on(f"/{name}", served(listing(20)))) for name in ("one", "two", "three")
        )
        portal = free_port()
        more = tables(provider.host, portal) + sources
        places = []
        for name, way in (("first", line), ("second", second_line)):
            (tmp_path / name).mkdir()
            address = url.replace(f":{urlsplit(url).port}/", f":{way.port}/")
            places.append(Installation(tmp_path / name, kafka, address, more=more))
        first, second = places
        ordered(first, "subscriber", "import", str(people_of(tmp_path)))
        running = {name: started(name, first.config, tmp_path / f"{name}.log") for name in SERVICES}
        running["second"] = started("notifier", second.config, tmp_path / "second.log")
        try:
            for name, port in zip(SERVICES, first.ports, strict=False):
                until_serves(running[name], port, name)
            until_serves(running["second"], second.ports[2], "the second notifier")
            ports = [*first.ports[:3], second.ports[2]]
            with prometheus(tmp_path / "prometheus", ports) as watch:
                fault = Faults(watch)

                def came_of_mails(kind: str, most: int, **fields: str) -> None:
                    """Have the provider tell it of those that were taken last."""
                    taken = [seen.delivery_id for seen in provider.seen if seen.accepted][-most:]
                    now = datetime.now(UTC)
                    body = body_of(
                        [
                            event(n, kind, now, delivery_id=own, **fields)
                            for n, own in enumerate(taken, 100 * len(provider.seen))
                        ]
                    )
                    headers = signed(body, now) | {"Content-Type": "application/json"}
                    request = Request(f"http://127.0.0.1:{portal}/events/sendgrid", body, headers)
                    with urlopen(request, timeout=10) as answer:
                        assert answer.status == 200

                client = Client(first.push_port)
                with load(client, 1.0):
                    until(lambda: len(provider.seen) >= 3, "mails go out", PATIENCE_S)
                    fault("a topic is to keep its records for an hour", ("JobchimeTopicsForget", ""))
                    # Mails lead to a portal, and none runs.
                    fault("no portal was started", ("JobchimeServiceDown", "portal"))

                    Provider.step = Step(status=401)
                    fault("the mail provider refuses the key", ("JobchimeMailsFailing", "settings"))
                    Provider.step = Step()

                    Provider.step = Step(status=400)
                    fault("the mail provider refuses each message", ("JobchimeMailsGivenUp", "message"))
                    Provider.step = Step()

                    running["portal"] = started("portal", first.config, tmp_path / "portal.log")
                    until_serves(running["portal"], portal, "the portal")
                    watch.until_quiet("JobchimeServiceDown")
                    came_of_mails("bounce", 10, type="blocked", reason="550 5.7.1 blocked by reputation")
                    fault("the last ten mails are blocked", ("JobchimeMailsNotArriving", "soft_bounced"))

                    Provider.step = Step("cut", accepted=True)
                    fault("connections break off after a mail was handed over", ("JobchimeMailsUnknown", ""))
                    Provider.step = Step()

                    second_line.breaks()
                    fault("one of two notifiers loses its store", ("JobchimePartlyReady", "notifier"))
                    second_line.passes()

                    running["second"].kill()
                    fault("one of two notifiers is killed", ("JobchimeWorkerLost", "notifier"))

                    for time in range(3):
                        ended(running["second"])
                        running["second"] = started("notifier", second.config, tmp_path / f"second{time}.log")
                        until_serves(running["second"], second.ports[2], "the second notifier")
                        running["second"].kill()
                    fault("it is started anew and killed, three times", ("JobchimeRestarting", "notifier"))

                    line.breaks()
                    fault(
                        "the store is away",
                        ("JobchimeSilent", ""), ("JobchimeNotReady", "notifier"),
                        ("JobchimeEngineAway", "notifier matches.v1"), ("JobchimeTicksFailing", "notifier"),
                    )  # fmt: skip
                    line.passes()
                    watch.until_quiet("JobchimeSilent")

                    running["notifier"].kill()
                    fault("the last notifier is killed", ("JobchimeServiceDown", "notifier"))
                    for number in range(101):
                        ordered(
                            first, "search", "add", f"person{number % PEOPLE}@example.com",
                            str(_search(tmp_path, number)), "--name", f"s{number}", "--cadence", "daily",
                        )  # fmt: skip
                    fault("101 searches are saved while there is no notifier", ("JobchimeOutboxWaits", ""))
                    running["notifier"] = started("notifier", first.config, tmp_path / "notifier-again.log")
                    watch.until_quiet("JobchimeOutboxWaits")

                    boards.on("/one", status(500))
                    fault("one of three feeds answers 500", ("JobchimeSourcesFailing", ""))
                    boards.on("/three", served(listing(20, broken=30)))
                    fault("a feed's items lack their titles", ("JobchimeDeadLetters", "ingest.collector raw.v1"))
                    boards.on("/two", served(listing(1)))
                    fault("a complete listing shrinks from 20 postings to 1", ("JobchimeSourceSilent", "shrunk"))

                    came_of_mails("spamreport", 8)
                    fault("eight readers call a mail spam", ("JobchimeSendingStopped", ""))
                    ordered(first, "resume", "sending")
                    watch.until_quiet("JobchimeSendingStopped")

                    ordered(first, "pause", "sending")
                    ordered(first, "pause", "matcher")
                    fault("an operator paused it", ("JobchimeSendingPaused", ""), ("JobchimeServicePaused", "matcher"))
                    for batch in range(30):
                        client.push([posting(f"{batch}-{number}", title="Cook") for number in range(50)])
                    fault("1,500 postings come while the matcher is held", ("JobchimeBehind", "matcher"))
                    ordered(first, "resume", "matcher")
                    ordered(first, "resume", "sending")
        finally:
            for process in running.values():
                process.terminate()
            for process in running.values():
                ended(process)
    assert fault.missed == {}


def _search(folder: Path, number: int) -> Path:
    file = folder / f"search{number}.json"
    file.write_text(json.dumps({"text": f"word{number}"}), encoding="utf-8")
    return file
