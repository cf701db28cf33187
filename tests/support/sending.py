"""Deliveries that wait to be sent, without digests behind them, and a fake SendGrid as a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from schemas.sql.tables import deliveries, digests
from services.notifier.adapters.sql.rows import pack_email
from services.notifier.mail_settings import MailSettings
from services.runtime.sql.store import reading, writing
from tests.support.digests import email
from tests.support.fake_sendgrid import KEY, Step
from tests.support.notifying import NotifierStore

_ROOT = Path(__file__).resolve().parents[2]


def open_deliveries(store: NotifierStore, number: int, now: datetime) -> list[str]:
    """Pending deliveries to one person each; their ids."""
    people = [store.person(f"person{at}", now) for at in range(number)]
    ids = [f"{at:032x}" for at in range(number)]
    with writing(store.engine) as connection:
        for own, person, due in zip(ids, people, range(number), strict=True):
            due_at = now - timedelta(hours=1) + timedelta(milliseconds=due)
            message = email(delivery_id=own, to_address=person.profile.address)
            shared = {"digest_id": own, "subscriber_id": person.subscriber_id, "due_at": due_at, "created_at": now}
            digest = {"outcome": "digest", "reason": "", "instant": False, "subject": "s", "dropped": b""}
            waiting = {"state": "pending", "attempts": 0, "not_before": now, "reason": "", "changed_at": now}
            connection.execute(insert(digests).values(**shared, **digest, body=pack_email(message)))
            connection.execute(insert(deliveries).values(**shared, **waiting, delivery_id=own))
    return ids


def states_of(store: NotifierStore) -> dict[str, str]:
    """The state of each delivery."""
    with reading(store.engine) as connection:
        return {row.delivery_id: row.state for row in connection.execute(select(deliveries))}


def by_sendgrid(host: str, in_flight: int) -> MailSettings:
    """Settings of a notifier that mails everybody through a server on this machine."""
    return MailSettings.model_validate(
        {
            "mailer": "sendgrid",
            "public_url": "https://jobs.harbour.example",
            "sender_address": "alerts@harbour.example",
            "postal_address": "1 Quay Street, Porto",
            "allow": ["*"],
            "sendgrid": {"api_key": KEY, "host": host, "in_flight": in_flight, "timeout_s": 5},
        }
    )


@contextmanager
def sendgrid_process(
    folder: Path,
    latency_s: float = 0.0,
    chances: Sequence[tuple[float, Step]] = (),
    seed: int = 0,
    *,
    volatile: bool = False,
) -> Iterator[str]:
    """Run the fake beside this process; its address. What it was sent is `recorded` in the folder.

    `volatile`: for a measurement, see `Record`.
    """
    drawn = json.dumps([[chance, asdict(step)] for chance, step in chances])
    command = [sys.executable, "-m", "tests.support.fake_sendgrid", str(folder), "--latency", str(latency_s)]
    command += ["--volatile"] * volatile
    with subprocess.Popen(
        [*command, "--chances", drawn, "--seed", str(seed)], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
