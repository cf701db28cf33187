"""Errors by what the caller must do."""

from collections.abc import Callable
from typing import Literal

Mend = Literal[
    "dead letters",
    "migrate",
    "reindex",
    "republish",
    "restore",
    "sent",
    "topics",
    "Kafka",
    "Elasticsearch",
    "restart",
    "clock",
    "secret",
    "disk",
]
"""What must be seen to before work goes on: what was halted by its dead letters, a command to run, an engine, or a
worker that gets nowhere."""


class JobchimeError(Exception):
    """Anything that a person can be told in one sentence. The command line prints it and exits 1."""

    def __init__(self, *sentence: object, mend: Mend | None = None) -> None:
        """`mend`: what must be seen to; None where the error that this one comes from or the sentence says it."""
        super().__init__(*sentence)
        self.mend = mend


class UsageError(JobchimeError):
    """The command or the configuration is wrong: say how to mend it, exit 2."""


class ChangedError(UsageError):
    """What was to be changed is another than whoever changes it knows: look again first."""


class PoisonError(JobchimeError):
    """This record can never be processed: dead-letter it with this reason; never retry."""

    def __init__(
        self, reason: str, *, offset: int | None = None, code: str | None = None, field: str | None = None
    ) -> None:
        """`offset` says which record of a partition's batch it is, where that is known.

        The others then need not be tried one by one to find it. `code` and `field` say for programs what the reason
        says, where it has a code.
        """
        super().__init__(reason)
        self.offset = offset
        self.code = code
        self.field = field


class UnavailableError(JobchimeError):
    """An engine, a disk or a network is away: wait and retry, the record is sound."""


class LateError(UnavailableError):
    """Records were handed over and not acknowledged in time: whoever sends them again sends them twice."""

    def __init__(self, sentence: str, arrived: Callable[[], bool]) -> None:
        """`arrived` waits a while and says whether all became durable, False where some failed for good.

        It raises UnavailableError while neither is known.
        """
        super().__init__(sentence, mend="Kafka")
        self.arrived = arrived


def mend_of(error: BaseException | None) -> Mend | None:
    """What must be seen to, where an error or what it was raised from says so."""
    if error is None:
        return None
    return (error.mend if isinstance(error, JobchimeError) else None) or mend_of(error.__cause__)
