"""What of the settings was not taken up by what runs is counted, by source."""

from pathlib import Path

import pytest

from services.operating import Operations
from services.runtime.clock import SystemClock
from services.settings import load_settings
from tests.support.waiting import until

TWO = """data = "data"
[[ingest.sources]]
name = "a"
url = "https://a.example/"
[[ingest.sources]]
name = "b"
url = "https://b.example/"
mapping = "b.toml"
"""
MAPPING = 'kind = "json"\nfields = { source_id = "id", title = "%s" }\n'


@pytest.mark.parametrize(
    ("text", "title", "count"),
    [
        (TWO, "title", 0),
        (f'{TWO}[[ingest.sources]]\nname = "c"\nurl = "https://c.example/"\n', "title", 1),
        (TWO.replace("//a.", "//other."), "title", 1),
        (TWO, "name", 1),
        (TWO.partition("[[ingest")[0], "title", 2),
        (TWO.replace("//a.", "//other."), "name", 2),
        ("data = ", "title", 0),
    ],
)
def test_sources_that_the_settings_have_otherwise_are_counted(
    tmp_path: Path, text: str, title: str, count: int
) -> None:
    file, mapping = tmp_path / "jobchime.toml", tmp_path / "b.toml"
    file.write_text(TWO)
    mapping.write_text(MAPPING % "title")
    operations = Operations(lambda: pytest.fail("the store is asked"), load_settings(file), SystemClock())
    operations.follow_settings(lambda: load_settings(file))
    file.write_text(text)
    mapping.write_text(MAPPING % title)

    def counted() -> bool:
        """A scrape waits no longer than two seconds for what it reads."""
        return operations.metrics.registry.get_sample_value("jobchime_sources_not_taken_up") == count

    until(counted, f"{count} are told")
