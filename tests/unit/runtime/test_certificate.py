"""The certificate of the pages to which mails lead: when it ends, and whether anybody trusts it."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.http.certificate import Certificate, certificate_of
from tests.support.feed_server import CERTIFICATE, feed_server
from tests.support.logs import NOON
from tests.support.loopback import free_port

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_the_dates_of_a_certificate_that_is_trusted_are_read() -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    trusting.check_hostname = False
    with feed_server(tls=True) as pages:
        found = certificate_of(f"https://localhost:{pages.port}/", 5.0, trusting)
    assert found is not None
    assert found.begins is not None
    assert found.ends is not None
    assert found.begins < datetime.now(UTC) < found.ends


def test_one_that_nobody_trusts_says_why() -> None:
    with feed_server(tls=True) as pages:
        found = certificate_of(f"https://localhost:{pages.port}/", 5.0)
    assert found is not None
    assert found.refused
    assert found.severity(NOON) == "grave"


def test_where_nobody_answers_or_without_tls_there_is_none() -> None:
    with feed_server() as pages:
        plain = f"//localhost:{pages.port}/"
        assert certificate_of(f"https:{plain}", 5.0) is None
        assert certificate_of(f"http:{plain}", 5.0) is None
    assert certificate_of(f"https://localhost:{free_port()}/", 5.0) is None


@pytest.mark.parametrize(
    ("life", "left", "severity"),
    [
        (90 * DAY, 15 * DAY, "well"),
        (90 * DAY, 13 * DAY, "note"),
        (90 * DAY, DAY, "grave"),
        (90 * DAY, -DAY, "grave"),
        (6 * DAY, 2 * DAY, "well"),
        (6 * DAY, DAY, "note"),
        (6 * DAY, 14 * HOUR, "grave"),
    ],
)
def test_one_that_should_have_been_renewed_is_told_by_what_is_left_of_its_life(
    life: timedelta, left: timedelta, severity: str
) -> None:
    ends = NOON + left
    assert Certificate("jobs.example", ends - life, ends).severity(NOON) == severity
