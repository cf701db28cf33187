"""What an operator may write down of sources, and what is told of mistakes."""

import tomllib
from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.ingest.settings import IngestSettings, SourceSettings

WHOLE = """
contact = "https://alerts.example/bot"
gap = "2s"
max_age = "60d"

[[sources]]
name = "fern"
url = "https://boards.example/fern/jobs?content=true"
every = "15m"
complete = true
headers_from = { X-Api-Key = "FERN_KEY" }
attribution = { name = "Fern", url = "https://fern.example" }

[[sources]]
name = "dropped"
url = "~/feeds"
every = 90
enabled = false
"""


def test_a_settings_file_is_read() -> None:
    settings = IngestSettings.model_validate(tomllib.loads(WHOLE))
    fern, dropped = settings.sources
    assert (fern.every, fern.format, fern.is_web, fern.allow_private) == (timedelta(minutes=15), "auto", True, False)
    assert (dropped.every, dropped.is_web) == (timedelta(seconds=90), False)
    assert dropped.path.is_absolute()
    assert settings.source("fern") is fern
    assert settings.source("nobody") is None
    assert settings.max_age == timedelta(days=60)


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({"name": "Bad Name"}, "name"),
        ({"url": "ftp://x.example/feed"}, "neither http"),
        ({"url": "https://"}, "names no host"),
        ({"url": "  "}, "has no url"),
        ({"url": "https://user:pw@x.example/"}, "holds a password"),
        ({"every": "often"}, "a number with s, m, h or d"),
        ({"every": "0m"}, "longer than nothing"),
        ({"every": -5}, "longer than nothing"),
        ({"max_pages": 0}, "max_pages"),
        ({"headers_from": {"X-Key": "not a variable"}}, "environment variable"),
        ({"evry": "5m"}, "evry"),
    ],
)
def test_mistakes_are_told(fields: dict[str, object], mistake: str) -> None:
    sound: dict[str, object] = {"name": "fern", "url": "https://fern.example/jobs"}
    with pytest.raises(ValidationError, match=mistake):
        SourceSettings.model_validate({**sound, **fields})


def test_two_sources_cannot_share_a_name() -> None:
    fern = {"name": "fern", "url": "https://fern.example/jobs"}
    with pytest.raises(ValidationError, match="two sources are named fern"):
        IngestSettings.model_validate({"sources": [fern, fern]})


def test_a_slow_source_may_be_silent_for_longer() -> None:
    settings = IngestSettings()
    quick = SourceSettings(name="quick", url="/feeds", every=timedelta(minutes=5))
    slow = SourceSettings(name="slow", url="/feeds", every=timedelta(days=1))
    assert settings.silence_of(quick) == timedelta(days=1)
    assert settings.silence_of(slow) == timedelta(days=3)
