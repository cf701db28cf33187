"""What takes long, beside the pages, and the page that shows how far each has come."""

import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from cachetools import LRUCache
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.console.door import ConsoleDoor
from services.console.live import Watch, live_pieces
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.privacy.redaction import redacted
from services.usecases.progress import Advance, Progress

Work = Callable[[Progress], str]
"""Does it, shows how far it is, and says what came of it."""

_MOST_WAITING: Final = 8
_MOST_KEPT: Final = 100

_events = structlog.get_logger(__name__)


@dataclass(eq=False)
class Turn:
    """One thing that was asked for."""

    id: str
    act: str
    about: str | None = None
    """Of what is done once where it is asked for twice; empty: all there are."""
    begun: bool = False
    done: int = 0
    of: int | None = None
    """How many there are in all; None until that is known."""
    _outcome: Future[str] = field(default_factory=Future)

    @property
    def over(self) -> bool:
        """Whether it is done, or has failed."""
        return self._outcome.done()

    @property
    def failed(self) -> bool:
        """Whether it is over and not done."""
        return self.over and self._outcome.exception() is not None

    @property
    def said(self) -> str:
        """What came of it, once it is over. Raises what it failed with."""
        return self._outcome.result()

    @property
    def fault(self) -> str:
        """What it failed with, in words."""
        error = self._outcome.exception()
        if isinstance(error, JobchimeError):
            return redacted(error)
        return f"Something is broken here: {type(error).__name__}. The log says more."

    def ends_within(self, seconds: float) -> bool:
        """Wait for it so long, and say whether it is over."""
        wait([self._outcome], seconds)
        return self.over


class Turns:
    """In the order of asking what is done to the same, as to letters; an index is built beside them.

    They are of this process, and kept nowhere: what of it is done the letters and indices themselves say.
    """

    def __init__(self, over: threading.Event) -> None:
        """`over`: set when the console ends, which breaks off what is under way and what waits."""
        self._over = over
        self._hands = defaultdict[str, ThreadPoolExecutor](lambda: ThreadPoolExecutor(1, thread_name_prefix="turns"))
        self._lock = threading.Lock()
        self._turns: LRUCache[str, Turn] = LRUCache(_MOST_KEPT)

    def take(self, act: str, work: Work, about: str | None = None) -> Turn:
        """Ask for something, which begins once it is its turn. Raises UsageError where too much waits.

        `about`: what it is about, of an act that would do all of it twice; one that is not over and does it is given.
        """
        turn = Turn(secrets.token_urlsafe(9), act, about)
        with self._lock:
            others = [other for other in self._turns.values() if not other.over]
            for other in others if about is not None else ():
                if other.act == act and other.about in (about, ""):
                    return other
            if len(others) > _MOST_WAITING:
                raise UsageError("Too much waits to be done already. Try again once some of it is.")
            self._turns[turn.id] = turn
            # By its last word: `replay letters` waits for `discard letters`, which are of the same letters.
            self._hands[act.rpartition(" ")[2]].submit(self._do, turn, work)
        return turn

    def named(self, turn: str) -> Turn:
        """One that was asked for. Raises UsageError for one that this process does not know."""
        with self._lock:
            found = self._turns.get(turn)
        if found is None:
            raise UsageError(
                "The console was started anew since, or that is long ago. What was sent back counts as replayed, and "
                "an index is searched once it is whole: ask for the same again where something still waits."
            )
        return found

    def _do(self, turn: Turn, work: Work) -> None:
        @contextmanager
        def progress(_what: str, total: int | None = None) -> Iterator[Advance]:
            turn.done, turn.of = 0, total
            yield advance

        def advance(count: int) -> None:
            turn.done += count
            self._go_on()

        turn.begun = True
        try:
            self._go_on()
            turn._outcome.set_result(work(progress))
        except JobchimeError as error:
            turn._outcome.set_exception(error)
        except Exception as error:
            _events.error("the console failed", error=redacted(error), error_type=type(error).__name__, exc_info=error)
            turn._outcome.set_exception(error)

    def _go_on(self) -> None:
        if self._over.is_set():
            raise UnavailableError("the console was ended")


def routes(door: ConsoleDoor, watch: Watch, turns: Turns) -> APIRouter:
    """`/turns`: one of them, and the same as it goes on."""
    router = APIRouter()

    @router.get("/turns/{turn}")
    async def far(request: Request, turn: str) -> Response:
        """The page."""
        operator = door.access.operator(request)
        return door.show(request, "turn", operator, values=_far(turns.named(turn)))

    @router.get("/turns/{turn}/live")
    async def live(request: Request, turn: str) -> Response:
        """The same, again and again, as server-sent events."""
        door.access.operator(request)
        found = turns.named(turn)

        def now() -> tuple[str, bool]:
            values = _far(found)
            return door.piece("turn_now", values), bool(values["over"])

        return live_pieces(door, watch, request, now)

    return router


def _far(turn: Turn) -> dict[str, object]:
    """As it is at one moment: it goes on while a page is made."""
    over, failed = turn.over, turn.failed
    return {
        "turn": turn,
        "over": over or failed,
        "fault": turn.fault if failed else "",
        "said": turn.said if over and not failed else "",
    }
