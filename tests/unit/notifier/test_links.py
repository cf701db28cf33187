"""Addresses in a digest, and the tokens that the portal will be shown."""

import base64
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.links import (
    MOST_UNSUBSCRIBE_BYTES,
    Claim,
    LinkError,
    Purpose,
    claim_of,
    links_for,
    slot_of,
    token,
)
from services.notifier.domain.model import Digest
from services.notifier.ports import Links
from tests.support.digests import digest, posting, recipient

SECRET = b"a secret of some length"


def links(base: str = "https://jobs.example.com", made: Digest | None = None) -> Links:
    return links_for(made or digest(posting()), base, SECRET)


def test_a_token_tells_its_claim_to_who_has_the_secret() -> None:
    text = token(SECRET, "hide", "k3v9", "p1")
    assert claim_of([SECRET], "hide", text) == Claim("k3v9", "p1")
    assert claim_of([SECRET], "hide", f" {text}\n") == Claim("k3v9", "p1")


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["hide", "unsubscribe"]), st.text(), st.text())
def test_a_token_ends_in_the_hmac_of_its_claim(
    secret: bytes, purpose: Purpose, subscriber_id: str, posting_id: str
) -> None:
    claim = [part.encode("utf-8", "surrogatepass") for part in (purpose, subscriber_id, posting_id)]
    whole = hmac.digest(secret, b"".join(len(part).to_bytes(4, "big") + part for part in claim), "sha256")
    mac = token(secret, purpose, subscriber_id, posting_id).split(".")[-1]
    assert base64.b32decode(mac.upper()) == whole[:10]


def test_the_links_of_a_digest_are_the_tokens_of_their_claims() -> None:
    made = replace(digest(posting("a"), posting("b")), left_out=1)
    found, to = links(made=made), made.recipient.subscriber_id
    assert found.manage == f"https://jobs.example.com/m/{token(SECRET, 'manage', to, slot_of(made.due_at))}"
    assert found.rest == f"https://jobs.example.com/r/{token(SECRET, 'rest', to, slot_of(made.due_at))}"
    for job in (item.posting.posting_id for item in made.items):
        assert found.why[job] == f"https://jobs.example.com/j/{token(SECRET, 'job', to, job)}"
        assert found.not_relevant[job] == f"https://jobs.example.com/n/{token(SECRET, 'irrelevant', to, job)}"
        assert found.save[job] == f"https://jobs.example.com/k/{token(SECRET, 'save', to, job)}"


@pytest.mark.parametrize("subscriber_id", ["1", "k3v9xq2m", "a b", "Zoë", "x.y", "~", "/../", "\udc80"])
def test_any_id_survives(subscriber_id: str) -> None:
    text = token(SECRET, "unsubscribe", subscriber_id)
    assert text.isascii()
    assert not set(text) & set("/?# ")
    assert claim_of([SECRET], "unsubscribe", text) == Claim(subscriber_id)


def test_a_token_is_good_for_its_secret_purpose_and_claim_only() -> None:
    text = token(SECRET, "unsubscribe", "k3v9")
    assert claim_of([b"another"], "unsubscribe", text) is None
    assert claim_of([SECRET], "manage", text) is None
    assert claim_of([SECRET], "unsubscribe", text.replace("k3v9", "k3v8")) is None
    assert claim_of([SECRET], "hide", token(SECRET, "hide", "a", "b").replace("a.b.", "ab.")) is None


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a", "a.b", "a.é", ".b", "~!.b", "~a.b", "a.b.c.d", "\x00.b", "a." * 9]
)
def test_what_is_no_token_claims_nothing(text: str) -> None:
    assert claim_of([SECRET], "unsubscribe", text) is None


def test_every_job_has_its_own_links_and_all_are_https() -> None:
    made = digest(posting("a"), posting("b"))
    found = links(made=made)
    jobs = {item.posting.posting_id for item in made.items}
    assert set(found.save) == set(found.not_relevant) == jobs
    every = [found.unsubscribe, found.manage, *found.save.values(), *found.not_relevant.values()]
    assert len(set(every)) == 6
    assert all(url.startswith("https://jobs.example.com/") for url in every)


def test_links_are_the_same_each_time() -> None:
    assert links() == links()


def test_the_unsubscribe_header_stays_short_enough_for_every_provider() -> None:
    assert len(f"<{links().unsubscribe}>") <= MOST_UNSUBSCRIBE_BYTES
    with pytest.raises(LinkError, match="shorter public address"):
        links(f"https://{'long.' * 9}example.com")
    with pytest.raises(LinkError):
        links(made=digest(posting(), to=recipient(subscriber_id="x" * 60)))


def test_without_a_public_address_there_are_no_links() -> None:
    assert links("") == Links(unsubscribe="", manage="", not_relevant={})


@pytest.mark.parametrize(
    "base",
    [
        "http://jobs.example.com",
        "jobs.example.com",
        "https://",
        "https://u@x.example",
        "https://x.example/?a",
        "https://[",
        "https://x.example:99999",
        "javascript:alert(1)",
    ],
)
def test_a_public_address_is_plain_https(base: str) -> None:
    with pytest.raises(LinkError, match="must look like https"):
        links(base)


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(LinkError):
        token(b"", "hide", "a")
