"""Rows of a table as one test: thousands of a millisecond take longer to collect and to report than to run."""

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import Signature, signature


def in_one_test(names: str, table: Iterable[object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As `parametrize`, but that all rows are tried in one test, which names each that fails."""
    rows, asked = list(table), names.split(", ")

    def of(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def each(**others: object) -> None:
            wrong = []
            for row in rows:
                try:
                    test(**dict(zip(asked, row if len(asked) > 1 else (row,), strict=True)), **others)
                except Exception as error:
                    wrong.append(f"{row!r}: {error!r}")
            assert rows
            assert not wrong, "\n".join(wrong)

        left = [parameter for name, parameter in signature(test).parameters.items() if name not in asked]
        each.__signature__ = Signature(left)  # type: ignore[attr-defined]  # by which pytest finds fixtures
        return each

    return of
