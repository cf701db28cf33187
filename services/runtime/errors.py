"""Errors by what the caller must do."""


class JobchimeError(Exception):
    """Anything that a person can be told in one sentence. The command line prints it and exits 1."""


class UsageError(JobchimeError):
    """The command or the configuration is wrong: say how to mend it, exit 2."""


class PoisonError(JobchimeError):
    """This record can never be processed: dead-letter it with this reason; never retry."""


class UnavailableError(JobchimeError):
    """An engine, a disk or a network is away: wait and retry, the record is sound."""
