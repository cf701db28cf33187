"""How well something is read that readers have labelled: precision of what was read, recall of what is labelled."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Reading:
    """Counts over labelled postings, or over the values in them."""

    right: int = 0
    read: int = 0
    """So many were given a value."""
    labelled: int = 0
    """So many have one."""
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what was read."""
        return self.right / max(self.read, 1)

    @property
    def recall(self) -> float:
        """Of what is labelled."""
        return self.right / max(self.labelled, 1)

    def ratios(self, prefix: str = "") -> dict[str, float]:
        """Both, to four digits."""
        return {f"{prefix}precision": round(self.precision, 4), f"{prefix}recall": round(self.recall, 4)}

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.1%} of {self.read} read, recall {self.recall:.1%} of {self.labelled} labelled"
        )
