"""What holds for every test."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.support.compiling import compile_once
from tests.support.dealing import dealt
from tests.support.ending import end_soon
from tests.support.long_form import examples, thinned

# A slow machine makes no property false; where a bound in time is the property, its test says so.
settings.register_profile("any speed", settings(), deadline=None, max_examples=examples(100))
settings.load_profile("any speed")
compile_once(pytest.MonkeyPatch())
end_soon(pytest.MonkeyPatch())
_SELDOM = (20_000, 20, 20)
"""Things made between two looks for garbage of the youngest kind, and how many such looks come between older kinds."""
# As structlog does where nothing is set up, but an error without each value around it: to draw these takes longer than
# most tests.
_SAID_SHORTLY = [
    *structlog.get_config()["processors"][:-1],
    structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
]
structlog.configure(processors=_SAID_SHORTLY)
# What is closed late fails no test, and stands in no output that a test reads. Pytest's own hook for it, which
# pyproject.toml leaves out, fails the test where a deep stack keeps it from naming the thing.
sys.unraisablehook = lambda unraisable: None

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So a shell starts what it runs in the background; what tests start would inherit it, and Ctrl-C would not end it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for garbage neither while what is collected is made, all of which stays, nor among that afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        # Applications, stores and examples are made by the thousand, and hardly any of that is in cycles.
        gc.set_threshold(*_SELDOM)
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what CI proves by another test, and have the workers begin with what takes longest.

    Begun last, it would run alone at the end.
    """
    kept = thinned(items)
    chosen = set(kept)
    if left := [item for item in items if item not in chosen]:
        config.hook.pytest_deselected(items=left)
    items[:] = dealt(kept, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command that a test calls in its own process sets up logging, which the next test must not inherit."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.configure(processors=_SAID_SHORTLY)


@pytest.fixture(autouse=True)
def no_second_chance(request: pytest.FixtureRequest) -> None:
    """Fail what comes again because it failed, but on engines that all share: a match lost now and then is lost."""
    if not os.environ.get("JOBCHIME_ONCE_MORE"):
        return
    if request.node.get_closest_marker("decisive") or not request.node.get_closest_marker("live"):
        pytest.fail("it failed before, and what it shows must hold each time")
