"""Messages on their way to the mailer."""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType

from services.notifier.handing_over import Answer, hand_over
from services.notifier.ports import ClaimedDelivery, Concurrent, Mailer


class Flight:
    """Hands over in threads, so many at once as the mailer allows; one at a time in the caller's own thread.

    Only `send` runs elsewhere: the store is asked by the caller alone. As a context manager it ends with all landed.
    """

    def __init__(self, mailer: Mailer) -> None:
        self.most = mailer.in_flight if isinstance(mailer, Concurrent) else 1
        self._mailer = mailer
        self._pool = ThreadPoolExecutor(self.most, "mail") if self.most > 1 else None
        self._flying: set[Future[Answer]] = set()
        self._landed: list[Answer] = []

    def __enter__(self) -> "Flight":
        return self

    def start(self, claimed: ClaimedDelivery) -> None:
        """Send one off."""
        if self._pool is None:
            self._landed.append(hand_over(self._mailer, claimed))
        else:
            self._flying.add(self._pool.submit(hand_over, self._mailer, claimed))

    def landed(self, most_left: int) -> list[Answer]:
        """The answers that are in and were not given yet, once no more than `most_left` are awaited."""
        while True:
            done = {future for future in self._flying if future.done()}
            self._flying -= done
            self._landed += [future.result() for future in done]
            if len(self._flying) <= most_left:
                answers, self._landed = self._landed, []
                return answers
            wait(self._flying, return_when=FIRST_COMPLETED)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown()
