"""`jobchime delivery`: what nobody knows is listed, without addresses, and settled by who found out."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.command_line import Ran, run
from tests.support.notifying import NOW, NotifierStore, sqlite_store
from tests.support.sending import open_deliveries, states_of

LEASE = timedelta(minutes=10)
AT = (NOW + timedelta(hours=5)).isoformat()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NotifierStore]:
    """Three deliveries, of which nobody knows after a broken request."""
    made = sqlite_store(tmp_path / "jobchime-data")
    (tmp_path / "jobchime.toml").write_text('data = "jobchime-data"\nsecret = "0123456789abcdef0123456789abcdef"\n')
    open_deliveries(made, 3, NOW)
    for claimed in made.deliveries.claim("w", "sendgrid", NOW, LEASE, 10):
        assert made.deliveries.begin([claimed], NOW, LEASE)
        made.deliveries.lost(claimed.delivery_id, claimed.attempt, "HTTP 500", NOW)
    yield made
    made.engine.dispose()


@pytest.fixture
def jobchime(tmp_path: Path, store: NotifierStore) -> "Command":
    return Command(tmp_path / "jobchime.toml")


class Command:
    def __init__(self, config: Path) -> None:
        self.config = config

    def __call__(self, *words: str, stdin: str = "") -> Ran:
        return run("delivery", *words, "-c", self.config, "--now", AT, stdin=stdin.encode())

    def unknown(self, *words: str) -> list[dict[str, str]]:
        return [json.loads(line) for line in self("list", "--json", *words).out.splitlines()]


def test_what_nobody_knows_is_listed_without_addresses(jobchime: Command, store: NotifierStore) -> None:
    listed = jobchime("list").out
    assert "3 deliveries are unknown" in listed
    assert "sendgrid" in listed
    assert "HTTP 500" in listed
    assert "5 h" in listed
    assert all(delivery_id in listed for delivery_id in states_of(store))
    assert "@" not in listed + jobchime("list", "--json").out
    assert "@example.com" in jobchime("list", "--addresses").out
    assert {delivery["address"].partition("@")[2] for delivery in jobchime.unknown("--addresses")} == {"example.com"}
    assert jobchime.unknown("--state", "accepted") == []


def test_each_is_settled_by_what_the_provider_says(jobchime: Command, store: NotifierStore) -> None:
    first, second, third = sorted(states_of(store))
    assert jobchime("settle", first, "accepted").out == f"{first} is accepted now.\n"
    assert jobchime("settle", second, "not-sent").out == f"{second} is not sent now.\n"
    assert jobchime("settle", third, "not-sent", "--resend").out == f"{third} is pending now.\n"
    assert states_of(store) == {first: "accepted", second: "not_sent", third: "pending"}
    assert jobchime.unknown() == []


def test_a_listing_says_what_there_is_in_other_states_and_how_to_list_it(
    jobchime: Command, store: NotifierStore
) -> None:
    assert "In other states" not in jobchime("list").out
    first, second, _ = sorted(states_of(store))
    jobchime("settle", first, "accepted")
    jobchime("settle", second, "not-sent")
    said = "In other states: {}; `jobchime delivery list --state STATE` lists those of one."
    assert said.format("1 accepted, 1 not_sent") in jobchime("list").out
    assert said.format("1 accepted, 1 unknown") in jobchime("list", "--state", "not_sent").out
    assert len(jobchime("list", "--json").out.splitlines()) == 1


def test_many_are_settled_at_once(jobchime: Command, store: NotifierStore) -> None:
    names = [delivery["delivery"] for delivery in jobchime.unknown()]
    ran = jobchime("settle", "-", "accepted", stdin="\n".join(names))
    assert (ran.code, len(ran.out.splitlines())) == (0, 3)
    assert set(states_of(store).values()) == {"accepted"}


def test_status_names_the_command_and_is_well_again_after_it(jobchime: Command, store: NotifierStore) -> None:
    def status() -> str:
        return run("status", "-c", jobchime.config).out

    assert "`jobchime delivery list`" in status()
    for name in states_of(store):
        jobchime("settle", name, "accepted")
    assert "nobody knows" not in status()


def test_what_is_known_cannot_be_settled_again(jobchime: Command, store: NotifierStore) -> None:
    name = min(states_of(store))
    jobchime("settle", name, "accepted")
    again = jobchime("settle", name, "not-sent")
    assert (again.code, again.err) == (
        2,
        f"jobchime: the delivery {name} is accepted: there is nothing to settle\n",
    )
    assert states_of(store)[name] == "accepted"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("settle", "nosuch", "accepted"), "there is no delivery 'nosuch'"),
        (("settle", "nosuch", "accepted", "--resend"), "never goes out again"),
        (("list", "--state", "lost"), "no state of a delivery"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(words: tuple[str, ...], said: str, jobchime: Command) -> None:
    ran = jobchime(*words)
    assert ran.code == 2
    assert said in ran.err
