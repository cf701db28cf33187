"""Secrets of this installation are in no text that leaves it, whoever quotes them and however they were sent."""

import base64
import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.logging import configure_logging
from services.runtime.privacy.redaction import redacted
from services.runtime.privacy.secrets import HIDDEN_SECRET, remember, without_secrets
from services.settings import load_settings

PASSWORD = "c0rrect/horse+battery"


def test_a_remembered_secret_is_hidden_as_it_is_and_as_it_travels() -> None:
    remember(PASSWORD, "jobs")
    basic = base64.b64encode(f"jobs:{PASSWORD}".encode()).decode()
    plain = base64.b64encode(f"\0jobs\0{PASSWORD}".encode()).decode()
    for form in (PASSWORD, quote(PASSWORD, safe=""), basic, plain, base64.b64encode(PASSWORD.encode()).decode()):
        assert without_secrets(f"it said {form}, twice: {form}") == f"it said {HIDDEN_SECRET}, twice: {HIDDEN_SECRET}"
        assert form not in redacted(RuntimeError(f"echo {form}"))


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abc.def-ghi_jkl", "Authorization: Bearer (secret hidden)"),
        ("header Basic am9iczpzZXNhbWU=", "header Basic (secret hidden)"),
        ("ApiKey bm9ib2R5Om5vdGhpbmc=", "ApiKey (secret hidden)"),
        ("no route to postgresql://jobs:sesame@db/jobs", "no route to postgresql://(secret hidden)@db/jobs"),
        ("SG.abcdefghij.klmnopqrst is revoked", "(secret hidden) is revoked"),
        ("a basic posting, the bearer of news", "a basic posting, the bearer of news"),
        ("https://example.com/a:b@c", "https://example.com/a:b@c"),
    ],
)
def test_what_is_a_secret_by_its_place_is_hidden_without_being_known(text: str, hidden: str) -> None:
    assert without_secrets(text) == hidden


def test_short_words_and_our_own_name_are_no_secrets_everywhere() -> None:
    remember("no")
    remember("jobchime", "jobchime")
    assert without_secrets("there is no `jobchime migrate`") == "there is no `jobchime migrate`"
    assert without_secrets("pin 1234 is wrong", "1234") == f"pin {HIDDEN_SECRET} is wrong"


@given(st.text(max_size=200))
def test_any_text_can_be_redacted_twice(text: str) -> None:
    assert without_secrets(without_secrets(text)) == without_secrets(text)


def test_all_secrets_of_the_settings_are_known_once_these_are_read(tmp_path: Path) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text(
        'store = "postgresql+psycopg://jobs:Store-pass-1@127.0.0.1/jobs"\nsecret = "Signing-secret-of-links"\n'
        '[mail.smtp]\nusername = "jobs"\npassword = "Smtp-pass-22"\n'
        '[mail.sendgrid]\napi_key = "Sendgrid-key-333"\n'
        '[kafka]\nbootstrap = ["k:9092"]\nusername = "jobs"\npassword = "Kafka-pass-4444"\nsecurity = "SASL_SSL"\n'
        '[elasticsearch]\nusername = "jobs"\npassword = "Elastic-pass-55555"\n'
    )
    load_settings(file)
    out = io.StringIO()
    configure_logging(json=True, stream=out)
    try:
        secrets = ("Store-pass-1", "Signing-secret-of-links", "Smtp-pass-22", "Sendgrid-key-333", "Kafka-pass-4444")
        for secret in (*secrets, "Elastic-pass-55555"):
            structlog.get_logger().warning("an engine said", error=f"bad login jobs {secret}")
        structlog.get_logger().warning(f"basic {base64.b64encode(b'jobs:Elastic-pass-55555').decode()}")
    finally:
        configure_logging(level="warning")
    for line in out.getvalue().splitlines():
        assert HIDDEN_SECRET in json.loads(line).get("error", json.loads(line)["event"])
        assert "pass-" not in line
        assert "key-333" not in line
