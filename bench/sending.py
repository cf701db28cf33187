"""How many mails a minute one notifier hands to SendGrid, against a fake that answers after a given time.

python -m bench.sending [--json] [--latency 0.1] [--mails 400]
"""

import argparse
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from services.notifier.adapters.mail.mailers import mailer_of
from services.notifier.delivering import Courier
from services.notifier.settings import NotifierSettings
from tests.support.fake_sendgrid import recorded
from tests.support.notifying import NOW, sqlite_store
from tests.support.sending import by_sendgrid, open_deliveries, sendgrid_process, states_of

IN_FLIGHT = (1, 4, 16, 32)


def mails_a_second(mails: int, latency_s: float, in_flight: int) -> float:
    """Claimed, begun, sent, answered and committed, in SQLite with every commit on disk."""
    with TemporaryDirectory() as name, sendgrid_process(Path(name) / "mails", latency_s) as host:
        store = sqlite_store(Path(name))
        open_deliveries(store, mails, NOW)
        settings = NotifierSettings(deliveries_a_tick=mails)
        courier = Courier(store.deliveries, mailer_of(by_sendgrid(host, in_flight)), settings)
        begun = time.perf_counter()
        courier.deliver(NOW)
        took = time.perf_counter() - begun
        if set(states_of(store).values()) != {"accepted"} or len(recorded(Path(name) / "mails")) != mails:
            raise RuntimeError("not every mail was accepted once")
        store.engine.dispose()
    return mails / took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--mails", type=int, default=400)
    given = parser.parse_args()
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
