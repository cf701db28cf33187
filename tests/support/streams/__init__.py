"""The deployed form under faults: real services on engines of its own, a plan drawn from a seed, and what must hold."""
