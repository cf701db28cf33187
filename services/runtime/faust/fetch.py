"""The consumer's thread under Faust: what it fetches says from where it was read without a gap.

Offsets alone do not tell records that Faust has skipped from those that compaction or a transaction has taken away.
What one fetch gives is all there is from the place where the fetch began; so a stretch of records that begins no later
than what is done leaves nothing out, whatever its offsets.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from faust.transport.drivers import aiokafka as driver

_FETCH_WAIT_MS = 250


class Stretch(list[Any]):
    """Records of one partition in order, with nothing left out from `begins` to the last of them."""

    def __init__(self, records: Iterable[Any], begins: int, seeks: int) -> None:
        """`seeks`: after how many seeks of ours they were fetched."""
        super().__init__(records)
        self.begins = begins
        self.seeks = seeks

    def parts(self, most: int) -> Sequence["Stretch"]:
        """The same in parts of up to so many records."""
        begins, found = self.begins, []
        for first in range(0, len(self), most):
            part = Stretch(self[first : first + most], begins, self.seeks)
            begins = part[-1].offset + 1
            found.append(part)
        return found


class Reach:
    """Remembers up to where nothing was left out, so that a hole at the end of a fetch is known to be one."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[int, int]] = {}
        self.seeks = 0

    def stretch(self, tp: Any, before: int, after: int, records: Sequence[Any]) -> Stretch:
        """What a fetch gave that took the position of a partition from `before` to `after`; maybe no records."""
        stands, begins = self._known.get(tp, (before, before))
        if stands != before:
            begins = before
        self._known[tp] = (after, records[-1].offset + 1 if records else begins)
        return Stretch(records, begins, self.seeks)


class FetchThread(driver.AIOKafkaConsumerThread):
    """As Faust's, but what it fetches are stretches."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reach = Reach()

    async def seek_now(self, tp: Any, offset: int) -> int:
        """Go to an offset; how many seeks that makes. In this thread's loop only."""
        self.seek(tp, offset)
        self._reach.seeks += 1
        return self._reach.seeks

    def _create_worker_consumer(self, transport: Any) -> Any:
        """As Faust, but not to see what a transaction takes back, and with a shorter wait for new records.

        A question to the broker waits behind that wait.
        """
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS
        consumer._isolation_level = "read_committed"
        return consumer

    async def _fetch_records(
        self, consumer: Any, active_partitions: Any, timeout: float | None = None, max_records: int | None = None
    ) -> Mapping[Any, Stretch]:
        """As Faust, but waiting is apart from taking what is there, which nothing interrupts."""
        fetcher, until = consumer._fetcher, time.monotonic() + (timeout or 0.0)
        while True:
            if fetcher._subscriptions.reassignment_in_progress:
                await fetcher._subscriptions.wait_for_assignment()
            before = _positions(fetcher, tuple(fetcher._records))
            found = await super()._fetch_records(consumer, active_partitions, timeout=0, max_records=max_records)
            after = _positions(fetcher, before)
            stretches = {
                tp: self._reach.stretch(tp, at, after.get(tp, at), found.get(tp, ())) for tp, at in before.items()
            }
            left = until - time.monotonic()
            if found or left <= 0:
                return {tp: stretches[tp] for tp in found}
            await _news(fetcher, left)


def _positions(fetcher: Any, tps: Iterable[Any]) -> dict[Any, int]:
    """By partition that is ours: the offset that it is read from next."""
    subscription = fetcher._subscriptions.subscription
    if subscription is None or subscription.assignment is None:
        return {}
    states = {tp: subscription.assignment.state_value(tp) for tp in tps}
    return {tp: state.position for tp, state in states.items() if state is not None and state.has_valid_position}


async def _news(fetcher: Any, seconds: float) -> None:
    """Wait until something was fetched. Raises what keeps it from fetching at all."""
    waiter = fetcher._create_fetch_waiter()
    done, _ = await asyncio.wait([waiter], timeout=seconds)
    if done:
        waiter.result()
    else:
        waiter.cancel()
