"""Each alert's link opens the runbook of this release at its part, for who signed in."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from deploy.prometheus.alerts import ALERTS
from services.console import runbook
from services.settings.console import ConsoleSettings
from tests.support.console import ServedConsole, served_console


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    with served_console(tmp_path) as made:
        yield made


def test_each_alert_links_to_its_part_of_the_page_at_the_consoles_own_address(console: ServedConsole) -> None:
    console.sign_in()
    page = console.client.get("/runbook").text
    for alert in ALERTS:
        link = urlsplit(str(alert.rule()["annotations"]["runbook_url"]))  # type: ignore[index]  # a rule is as YAML has it
        assert (link.hostname, link.port) == (ConsoleSettings().host, ConsoleSettings().port)
        led = console.client.get(link.path)
        assert (led.status_code, led.headers["location"]) == (303, f"/runbook#{alert.name.casefold()}")
        assert f'<h3 id="{alert.name.casefold()}">{alert.name}</h3>' in page
    assert console.client.get("/runbook/nothing").status_code == 404


def test_the_page_brings_no_style_of_its_own_and_leads_nowhere_that_does_not_come_along(console: ServedConsole) -> None:
    console.sign_in()
    page = console.client.get("/runbook").text.partition('class="runbook"')[2]
    assert "style=" not in page
    assert 'href="#sources-that-give-nothing"' in page
    assert ".md" not in page.replace("runbook.md", "")


def test_it_is_read_beside_the_loop_that_answers_everybody(
    console: ServedConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered, loops = runbook._rendered, list[bool]()

    def seen() -> tuple[str, frozenset[str]]:
        loops.append(sniffed())
        return rendered()

    monkeypatch.setattr(runbook, "_rendered", seen)
    console.sign_in()
    for path in ("/runbook", "/runbook/jobchimesilent"):
        console.client.get(path)
    assert loops == [False, False]


def sniffed() -> bool:
    """Whether a loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def test_nobody_else_reads_it(console: ServedConsole) -> None:
    for path in ("/runbook", "/runbook/jobchimesilent"):
        assert console.client.get(path).headers["location"] == f"/enter?next={quote(path, safe='')}"
