"""Web servers end as soon as they are told to: hundreds of tests begin and end one."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

_LOOKS_EVERY_S = 0.01


def end_soon(patch: pytest.MonkeyPatch) -> None:
    """Have uvicorn, which looks for its end ten times a second and then waits for a tenth of one, sleep for less."""
    patch.setattr("uvicorn.server.asyncio", _Asyncio())


class _Asyncio:
    """As the module, as far as uvicorn's server uses it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        return asyncio.sleep(min(seconds, _LOOKS_EVERY_S))
