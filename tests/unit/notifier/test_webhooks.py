"""Webhooks by themselves: what is signed, when it is tried again, what an answer means, what an event says."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as Receiver
from standardwebhooks.webhooks import WebhookVerificationError

from schemas.codec import decode
from schemas.webhook import JobMatched, WebhookEvent
from services.notifier.domain.fields import FieldError
from services.notifier.domain.ids import Ids
from services.notifier.domain.model import DueSearch, FoundBy, Item
from services.notifier.domain.webhooks import (
    CHALLENGED,
    JITTER,
    SCHEDULE,
    Attempt,
    Webhook,
    address_of,
    after_attempt,
    holds_challenge,
    job_event,
    shown_secret,
    signed_headers,
    trying_event,
    wait_after,
)
from services.notifier.settings import WebhookSettings
from services.notifier.webhooks import poster
from services.rules.verdict import verdict
from services.wording.catalogues import words_of
from tests.support.digests import pay
from tests.support.feed_server import Exchange, feed_server
from tests.support.notifying import NOW, PYTHON, SECRET, posting

IDS = Ids(SECRET)
HOOK = Webhook("hook", "somebody", None, "https://receiver.example/jobs", "salt", "active", 0, NOW)


def attempt(status: int | None, answer: str = "", at: datetime = NOW) -> Attempt:
    return Attempt(at, 3, status, answer)


@given(
    body=st.text().map(str.encode),
    name=st.text("abcdef0123456789", min_size=1, max_size=40),
    salts=st.sets(st.text(), min_size=1, max_size=2),
)
def test_a_receiver_by_the_book_takes_what_is_signed_with_any_of_the_secrets(
    body: bytes, name: str, salts: set[str]
) -> None:
    secrets = [IDS.webhook_secret("hook", salt) for salt in sorted(salts)]
    headers = signed_headers(f"msg_{name}", datetime.now(UTC), body, secrets)
    for secret in secrets:
        Receiver(shown_secret(secret)).verify(body, headers, json_parse=False)
    for wrong in (
        {**headers, "webhook-id": "msg_other"},
        {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)},
    ):
        with pytest.raises(WebhookVerificationError):
            Receiver(shown_secret(secrets[0])).verify(body, wrong, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Receiver(shown_secret(secrets[0])).verify(body + b" ", headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Receiver(shown_secret(IDS.webhook_secret("another", "salt"))).verify(body, headers, json_parse=False)


def test_the_secret_of_before_counts_for_a_day_and_no_longer() -> None:
    rotated = replace(HOOK, salt="new", former_salt="salt", former_until=NOW + timedelta(days=1))
    assert rotated.secrets(IDS, NOW) == (IDS.webhook_secret("hook", "new"), IDS.webhook_secret("hook", "salt"))
    assert rotated.secrets(IDS, NOW + timedelta(days=1)) == (IDS.webhook_secret("hook", "new"),)


def test_a_secret_is_of_one_installation_webhook_and_salt() -> None:
    made = {Ids(b"another secret of tests").webhook_secret("hook", "salt")}
    made |= {IDS.webhook_secret(hook, salt) for hook in ("hook", "other") for salt in ("salt", "pepper")}
    assert len(made) == 5
    assert all(len(secret) == 32 for secret in made)


@given(chance=st.floats(-1, 2), number=st.integers(1, 20))
def test_waits_are_those_of_the_schedule_and_a_little_more(chance: float, number: int) -> None:
    wait = wait_after(number, chance)
    if number > len(SCHEDULE):
        assert wait is None
    else:
        assert wait is not None
        assert SCHEDULE[number - 1] <= wait <= SCHEDULE[number - 1] * (1 + JITTER)


def test_an_event_is_posted_ten_times_in_three_days_at_most() -> None:
    waits = [wait_after(number, 0.0) for number in range(1, 12)]
    assert sum((wait for wait in waits if wait), timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert waits[len(SCHEDULE) :] == [None, None]


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    after = after_attempt("job.matched", "", attempt(status), 1, None, timedelta(days=3), 0.5)
    assert (after.state, after.wait, after.shut) == ("delivered", None, None)


@pytest.mark.parametrize("status", [None, 100, 301, 302, 400, 404, 429, 500, 503])
def test_all_else_is_tried_again_also_a_redirect(status: int | None) -> None:
    after = after_attempt("job.matched", "", attempt(status), 1, None, timedelta(days=3), 0.0)
    assert (after.state, after.wait, after.shut) == ("waiting", timedelta(seconds=5), None)


def test_what_is_gone_is_shut_at_once_and_what_fails_for_days_then() -> None:
    assert after_attempt("job.matched", "", attempt(410), 1, None, timedelta(days=3), 0.0).shut == "gone"
    since = NOW - timedelta(days=3)
    assert after_attempt("job.matched", "", attempt(500), 4, since, timedelta(days=3), 0.0).shut == "failing"
    later = since + timedelta(microseconds=1)
    assert after_attempt("job.matched", "", attempt(500), 4, later, timedelta(days=3), 0.0).shut is None
    over = after_attempt("job.matched", "", attempt(500), len(SCHEDULE) + 1, NOW, timedelta(days=9), 0.0)
    assert (over.state, over.wait, over.shut) == ("failed", None, None)


@pytest.mark.parametrize("answer", ["a token", " a token\n", '"a token"', '{"challenge": "a token", "ok": true}'])
def test_a_challenge_is_proven_by_an_answer_that_holds_it(answer: str) -> None:
    after = after_attempt("webhook.challenge", "a token", attempt(200, answer), 1, None, timedelta(days=3), 0.0)
    assert (after.state, after.proven) == ("delivered", True)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, "ok"),
        (200, ""),
        (200, '{"challenge": 1}'),
        (200, "[" * 5000),
        (200, "see: a token"),
        (500, "a token"),
        (200, "\ud800"),
    ],
)
def test_any_other_answer_proves_nothing(status: int, answer: str) -> None:
    after = after_attempt("webhook.challenge", "a token", attempt(status, answer), 1, None, timedelta(days=3), 0.0)
    assert not after.proven
    assert not holds_challenge(attempt(200, ""), "")


def test_a_challenge_is_soon_over_and_a_ping_at_once() -> None:
    failed = [
        after_attempt("webhook.challenge", "x", attempt(500), number, None, timedelta(0), 0.0) for number in range(1, 5)
    ]
    assert [after.wait for after in failed] == [*CHALLENGED, None]
    assert {after.shut for after in failed} == {None}
    ping = after_attempt("webhook.ping", "", attempt(500), 1, NOW - timedelta(days=9), timedelta(days=3), 0.0)
    assert (ping.state, ping.wait, ping.shut) == ("failed", None, None)


@pytest.mark.parametrize(
    "address",
    [
        "", "receiver.example", "http://receiver.example/", "ftp://receiver.example/", "https://", "https:///jobs",
        "https://user:word@receiver.example/", "https://receiver.example/#part", "https://a.example/" + "a" * 1_000,
        "https://receiver.example\\@10.0.0.1/", "https://receiver.example/\r\nHost: other", "https://receiver.example:x/",
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused(address: str) -> None:
    with pytest.raises(FieldError):
        address_of(address)


def test_why_no_answer_came_is_told_by_kind() -> None:
    def no_http(exchange: Exchange) -> None:
        exchange.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        exchange.hang_up()

    post = poster(WebhookSettings(allow_private=True))
    with feed_server() as server:
        addresses = {
            "no_host": "http://nowhere.invalid/",
            "no_connection": "http://127.0.0.1:9/",
            "no_tls": server.url("/jobs").replace("http://", "https://"),
            "no_http": server.on("/no-http", no_http),
            "away": server.on("/closed", Exchange.hang_up),
        }
        assert {post(address, b"{}", {}, NOW).fault: address for address in addresses.values()} == addresses


def test_an_address_is_taken_as_it_is_and_plain_http_where_that_is_meant() -> None:
    assert address_of(" https://receiver.example:8443/jobs?for=me ") == "https://receiver.example:8443/jobs?for=me"
    assert address_of("https://büro.example/") == "https://xn--bro-hoa.example/"
    assert address_of("http://127.0.0.1:8000/", allow_private=True) == "http://127.0.0.1:8000/"


def test_an_event_says_which_search_found_the_job_and_why_in_the_readers_language() -> None:
    job = posting(
        "one", title="Engineer", salary=pay(70_000, 90_000), description_text="Write to Jane Doe, +49 171 1234567."
    )
    found = FoundBy(DueSearch("a search", "Python in Berlin", "daily", PYTHON), verdict(PYTHON, job))
    body = job_event(HOOK, Item(job, (found,), 1.0), words_of("de"), NOW)
    event = decode(WebhookEvent, body)
    assert (event.type, event.timestamp) == ("job.matched", NOW)
    assert isinstance(event.data, JobMatched)
    assert (event.data.webhook, event.data.language) == ("hook", "de")
    [search] = event.data.searches
    assert (search.search_id, search.name) == ("a search", "Python in Berlin")
    assert "Python" in search.why
    assert "verlangt" in search.why.casefold()
    [reason] = search.reasons
    assert reason.criterion == "skills.all"
    assert "Python" in json.dumps(reason.facts)
    shown = json.loads(body)["data"]["job"]
    assert (shown["posting_id"], shown["title"], shown["url"]) == (job.posting_id, job.title, job.url)
    assert shown["salary"]["max"] == 90_000
    # Neither the text, in which people may be named, nor what is only the service's own.
    assert not {"description_text", "cluster", "content_hash", "source_id", "backlog"} & shown.keys()
    assert "Jane" not in body.decode()
    assert "tops" not in shown["salary"]


def test_what_tries_an_address_says_so() -> None:
    challenge = json.loads(trying_event(HOOK, NOW, "a token"))
    assert (challenge["type"], challenge["data"]) == ("webhook.challenge", {"webhook": "hook", "challenge": "a token"})
    assert json.loads(trying_event(HOOK, NOW)) == {
        "type": "webhook.ping", "timestamp": "2026-07-01T06:00:00Z", "data": {"webhook": "hook"}
    }  # fmt: skip
