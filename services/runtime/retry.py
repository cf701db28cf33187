"""How long to wait before the next try: pure, chance is an argument."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with a ceiling.

    `attempts` bounds the tries of a batch that fails for a reason of its own; an engine that is away is waited for
    without bound, because its records are sound.
    """

    attempts: int = 3
    first_s: float = 0.2
    factor: float = 2.0
    most_s: float = 30.0
    jitter: float = 0.2
    """The share of a delay that chance may take off or add."""

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.first_s < 0 or self.factor < 1 or self.most_s < self.first_s:
            raise ValueError("a retry policy needs at least one attempt and delays that grow up to a ceiling")
        if not 0 <= self.jitter < 1:
            raise ValueError("jitter is a share between 0 and 1")

    def delay(self, failed: int, luck: float = 0.5) -> float:
        """Seconds to wait after the `failed`th failure in a row; `luck` lies in [0, 1), 0.5 takes no jitter."""
        # The exponent is bounded: an engine that is away for days must not overflow a float.
        grown = self.first_s * self.factor ** min(max(failed, 1) - 1, 64)
        return min(grown, self.most_s) * (1 + self.jitter * (2 * luck - 1))


NO_WAIT = RetryPolicy(first_s=0.0, most_s=0.0, jitter=0.0)
"""For tests and for work whose caller waits by itself."""
