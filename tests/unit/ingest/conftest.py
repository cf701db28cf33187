"""A server of feeds on this machine, for who reads feeds over the web."""

from collections.abc import Iterator

import pytest

from tests.support.feed_server import FeedServer, feed_server


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        yield running
