"""What a use case refuses, typed so that each door can show it in its own place."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.notifier.domain.fields import FieldError
from services.runtime.errors import UsageError


class WrongFieldError(UsageError):
    """A field of what was given cannot be taken: a terminal shows both, a page what it has to say of `code`."""

    def __init__(self, field: str, said: str, code: str = "", **values: object) -> None:
        super().__init__(f"{field}: {said}")
        self.field = field
        self.said = said
        self.code = code
        self.values = values


class MissingError(UsageError):
    """There is nothing of that name, or it is somebody else's."""


class NothingChosenError(UsageError):
    """What is to be done would be done to everything: a door says how to choose."""

    def __init__(self) -> None:
        super().__init__("say which: a letter, or all of a topic, a source or an error")


class TooManyDaysError(UsageError):
    """More days are asked for than are kept."""

    def __init__(self, kept: str, most: int) -> None:
        """`kept`: what is kept for `most` days, and where: `the store keeps postings`."""
        super().__init__(f"{kept} for {most} days: ask for no more")
        self.most = most


@contextmanager
def fields_checked() -> Iterator[None]:
    """Raise WrongFieldError for a field that the domain refuses."""
    try:
        yield
    except FieldError as error:
        raise WrongFieldError(error.field, error.said, error.code, **error.values) from None
