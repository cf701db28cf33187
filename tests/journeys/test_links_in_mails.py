"""Every link in every mail of the demo is answered, and following one changes nothing until its button is pressed."""

import email
import email.policy
import re
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from services.runtime.errors import UsageError
from services.usecases import accounts
from services.usecases.installation import open_installation
from services.usecases.simulation.days import address_at, demo_settings, hours, simulate
from tests.support.walking import served_demo

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def _links(mails: Path, base: str) -> dict[str, list[str]]:
    """By what they are for, each once."""
    found: dict[str, list[str]] = {}
    for path in sorted(mails.iterdir()):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        html = message.get_body(("html",))
        assert html is not None
        for address in re.findall(rf'{re.escape(base)}/[^"\s<]+', html.get_content()):
            found.setdefault(address.removeprefix(base).split("/")[1], []).append(address)
    return {purpose: list(dict.fromkeys(addresses)) for purpose, addresses in found.items()}


def test_the_links_of_the_demos_mails_are_answered_and_one_click_unsubscribes(tmp_path: Path) -> None:
    feeds, out = tmp_path / "feeds", tmp_path / "out"
    feeds.mkdir()
    for name in ("remoteok.json", "posting-lines.jsonl", "jobs.atom"):
        shutil.copy(SAMPLES / "feeds" / name, feeds / name)
    people = (SAMPLES / "subscribers.jsonl").read_text(encoding="utf-8")
    base = address_at(0)
    simulate(feeds, people, now=NOW, days=1, out=out, advance=lambda _: None, public_url=base)
    links = _links(out / "mails", base)
    assert {"u", "m", "j", "k", "n"} <= set(links)
    settings = demo_settings(out, feeds, base)
    with (
        served_demo(out, feeds, base, hours(NOW, 1)[-1]),
        httpx2.Client(timeout=30, verify=False) as client,
        open_installation(settings, create=False, tell=lambda _: None) as installation,
    ):
        before = [account.status for account in accounts.everybody(installation)]
        for address in [address for addresses in links.values() for address in addresses]:
            page = client.get(address)
            assert page.status_code == 200, address
            assert "<h1>" in page.text
            if address in links["j"]:
                # What has no room on a card: more like this, and hide company.
                assert all(re.search(rf'href="[^"]*/{way}/', page.text) for way in "knlh"), address
        assert [account.status for account in accounts.everybody(installation)] == before
        for address in links["u"]:
            assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        left = [account.status for account in accounts.everybody(installation)].count("unsubscribed")
        assert left == len(links["u"]) > 1


def test_a_port_that_somebody_has_is_refused_before_the_days_are_simulated() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="--port"):
        address_at(taken.getsockname()[1])
