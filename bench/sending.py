"""How many mails a minute one notifier hands to SendGrid, a fake that answers after a given time; how long events take.

python -m bench.sending [--json] [--latency 0.1] [--mails 400]
python -m bench.sending --events 10000 [--engine sqlite|postgresql]
"""

import argparse
import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.sql.tables import deliveries
from services.notifier.adapters.mail.mailers import mailer_of
from services.notifier.adapters.mail.sendgrid_events import events_of
from services.notifier.adapters.sql.digests.mail_events import SqlMailEvents
from services.notifier.delivering import Courier
from services.notifier.settings import NotifierSettings
from services.runtime.sql.store import writing
from tests.support.fake_sendgrid import recorded
from tests.support.mail_events import body_of, event
from tests.support.notifying import NOW, new_store, sqlite_store
from tests.support.sending import by_sendgrid, open_deliveries, sendgrid_process, states_of

IN_FLIGHT = (1, 4, 16, 32)


def mails_a_second(mails: int, latency_s: float, in_flight: int) -> float:
    """Claimed, begun, sent, answered and committed, in SQLite with every commit on disk."""
    with TemporaryDirectory() as name, sendgrid_process(Path(name) / "mails", latency_s) as host:
        store = sqlite_store(Path(name))
        open_deliveries(store, mails, NOW)
        settings = NotifierSettings(delivers_for=timedelta(hours=1))
        courier = Courier(store.deliveries, mailer_of(by_sendgrid(host, in_flight)), settings)
        begun = time.perf_counter()
        courier.deliver(NOW)
        took = time.perf_counter() - begun
        if set(states_of(store).values()) != {"accepted"} or len(recorded(Path(name) / "mails")) != mails:
            raise RuntimeError("not every mail was accepted once")
        store.engine.dispose()
    return mails / took


def seconds_for_events(number: int, engine: str) -> tuple[float, float]:
    """For a request of so many `delivered` events, each of a mail of its own, and for the same request once more."""
    with TemporaryDirectory() as name, new_store(engine, Path(name)) as store:
        ids = open_deliveries(store, number, NOW)
        with writing(store.engine) as connection:
            connection.execute(deliveries.update().values(state="accepted", accepted_at=NOW))
        events = [
            event(at, "delivered", NOW, delivery_id=own, email=f"person{at}@example.com") for at, own in enumerate(ids)
        ]
        body, taken = body_of(events), SqlMailEvents(store.engine, store.ids)
        took = []
        for known in (0, number):
            begun = time.perf_counter()
            if taken.take(events_of(body, NOW), NOW).known != known:
                raise RuntimeError("not every event was taken once")
            took.append(time.perf_counter() - begun)
        if set(states_of(store).values()) != {"delivered"}:
            raise RuntimeError("not every mail was delivered")
    return took[0], took[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument("--events", type=int, help="how many at once, in place of mails")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    if given.events:
        first, again = seconds_for_events(given.events, given.engine)
        print(f"{given.events:,} events, {given.engine}: {first:.1f} s; known already: {again:.1f} s")
        return
    rates = {}
    for in_flight in IN_FLIGHT:
        mails = given.mails if in_flight > 1 else given.mails // 4
        rates[in_flight] = mails_a_second(mails, given.latency, in_flight)
        if not given.json:
            print(f"{in_flight:>3} in flight: {rates[in_flight]:6.1f} mails a second")
    if given.json:
        json.dump({"latency_s": given.latency, "mails_a_second": rates, "ratios": {}}, sys.stdout)
        print()


if __name__ == "__main__":
    main()
