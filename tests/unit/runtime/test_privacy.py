"""No address shows a key, wherever it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.privacy.redaction import redacted
from services.runtime.privacy.secrets import without_keys

SECRET = st.text(st.sampled_from("abcXYZ0189-._~!$%*+,;=@:/()"), min_size=6).map(lambda text: f"s3cr{text}t")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://board.example/jobs?key=abc&page=2#x", "https://board.example/jobs?key=…&page=…"),
        ("https://user:pass@board.example/jobs", "https://board.example/jobs"),
        ("https://us@er:pa@ss@board.example:8443?abc", "https://board.example:8443?…"),
        ("http://user:pass@[::1/feed?token=abc", "http://[::1/feed?token=…"),
        ("https://board.example/jobs?key=a;token=b", "https://board.example/jobs?key=…;token=…"),
        ("https://board.example/jobs#access_token=abc", "https://board.example/jobs"),
        ("https://board.example/jobs", "https://board.example/jobs"),
        ("feeds/jobs.xml?key=abc", "feeds/jobs.xml?key=abc"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_key(address: str, shown: str) -> None:
    assert without_keys(address) == shown
    assert without_keys(shown) == shown


def test_addresses_within_a_sentence_are_found() -> None:
    said = "https://a.example/x?key=abc redirects to (http://me:pw@b.example/y?t=1), and 2 more; ask https://c.example."
    expected = "https://a.example/x?key=… redirects to (http://b.example/y?t=…), and 2 more; ask https://c.example."
    assert without_keys(said) == expected
    assert redacted(ValueError(said)) == expected


@given(user=SECRET, password=SECRET, value=SECRET)
def test_no_user_password_or_value_is_ever_shown(user: str, password: str, value: str) -> None:
    user, password = user.replace("/", ""), password.replace("/", "")
    shown = without_keys(f"fetched https://{user}:{password}@board.example/feed?token={value}&page=1")
    assert "s3cr" not in shown
    assert "board.example" in shown
