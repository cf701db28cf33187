"""The victim of test_kill_sender: a notifier's courier that sends through SendGrid, run until a signal."""

import sys
from datetime import datetime

from services.notifier.adapters.mail.mailers import mailer_of
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.delivering import Courier
from services.notifier.settings import NotifierSettings
from services.runtime.logging import configure_logging
from services.runtime.sql.store import open_store
from services.runtime.stages.embedded import stop_on_signals
from tests.support.fast_clock import FastClock
from tests.support.sending import by_sendgrid
from tests.support.victims import Ready, serve


def main(url: str, host: str, in_flight: int, clock: FastClock) -> None:
    configure_logging(level="error")
    # Once, before the victims are forked: short lives are then all work.
    mailer = mailer_of(by_sendgrid(host, in_flight))

    def live(ready: Ready) -> None:
        with stop_on_signals() as stop:
            engine = open_store(url)
            store, settings = SqlDeliveries(engine), NotifierSettings(deliveries_at_once=10)
            courier = Courier(store, mailer, settings)
            store.release(settings.worker, clock.now())
            ready()
            while not stop.wait(0.01):
                courier.deliver(clock.now())
            engine.dispose()

    serve(live)


if __name__ == "__main__":
    main(
        sys.argv[1],
        sys.argv[2],
        int(sys.argv[3]),
        FastClock(datetime.fromisoformat(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6])),
    )
