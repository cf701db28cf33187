"""Addresses to which no mail goes, as an operator lists, adds, takes over and lifts them."""

import json
from pathlib import Path

import pytest

from tests.support.command_line import run
from tests.support.consenting import OPTIONS


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "jobchime.toml"
    path.write_text("")
    ran = run("subscriber", "add", "ada@example.com", *OPTIONS, "--time-zone", "UTC", "--currency", "EUR", "-c", path)
    assert ran.code == 0, ran.err
    return path


def listed(config: Path, *more: str) -> list[dict[str, str | None]]:
    ran = run("suppression", "list", "--json", "-c", config, *more)
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


def test_an_address_is_suppressed_by_somebody_for_a_reason_and_lifted_likewise(config: Path) -> None:
    added = run("suppression", "add", "ADA@example.com", "--why", "she called us", "--by", "grace", "-c", config)
    assert (added.code, "No mail goes there" in added.out) == (0, True)
    assert "already" in run("suppression", "add", "ada@example.com", "--why", "twice", "-c", config).out
    [row] = listed(config)
    assert (row["address"], row["by"], row["reason"]) == ("ada@example.com", "grace", "she called us")
    lifted = run("suppression", "lift", "ada@example.com", "--why", "she wrote", "--by", "linus", "-c", config)
    assert lifted.code == 0
    assert listed(config) == []
    [row] = listed(config, "--lifted")
    assert (row["lifted_by"], row["lifted_because"]) == ("linus", "she wrote")
    assert "linus: she wrote" in " ".join(run("suppression", "list", "--lifted", "-c", config).out.split())


def test_of_whom_nobody_knows_only_a_hash_is_kept(config: Path) -> None:
    run("suppression", "add", "stranger@example.com", "--why", "asked by letter", "-c", config)
    [row] = listed(config)
    assert row["address"] is None
    assert "stranger" not in run("suppression", "list", "-c", config).out


@pytest.mark.parametrize(
    "text", ['status,"email",created\n550,a@example.com,1\n,b@example.com,2\n', "a@example.com\n\nb@example.com\n"]
)
def test_a_providers_list_is_taken_over(config: Path, text: str) -> None:
    file = config.parent / "bounces.csv"
    file.write_text(text)
    assert "2 addresses suppressed, 0 were already" in run("suppression", "import", file, "-c", config).out
    assert "0 addresses suppressed, 2 were already" in run("suppression", "import", file, "-c", config).out
    assert len(listed(config)) == 2


def test_what_is_no_address_is_named_and_the_others_are_taken(config: Path) -> None:
    file = config.parent / "list.txt"
    file.write_text("a@example.com\nnonsense\nb@example.com\n")
    ran = run("suppression", "import", file, "-c", config)
    assert (ran.code, ran.err.strip()) == (1, "entry 2: that is no email address")
    assert len(listed(config)) == 2
    assert run("suppression", "add", "nonsense", "--why", "x", "-c", config).code == 2
    assert run("suppression", "add", "c@example.com", "--why", " ", "-c", config).code == 2


def test_the_list_goes_out_as_a_provider_has_it_and_comes_back(config: Path) -> None:
    run(
        "suppression", "add", "ada@example.com", "--why", "=HYPERLINK(1)", "-c", config, "--now", "2027-01-11T00:00:00Z"
    )
    run("suppression", "add", "stranger@example.com", "--why", "asked by letter", "-c", config)
    out = run("suppression", "export", "-c", config)
    assert out.out == "email,created,reason\nada@example.com,1799625600,'=HYPERLINK(1)\n"
    assert out.err.strip() == "1 more is kept as a hash alone: nobody here has that address now"
    file = config.parent / "list.csv"
    assert "1 address in" in run("suppression", "export", file, "-c", config).out
    assert file.stat().st_mode & 0o077 == 0
    assert run("suppression", "export", file, "-c", config).code == 2
    run("suppression", "lift", "ada@example.com", "--why", "she wrote", "-c", config)
    assert "1 address suppressed" in run("suppression", "import", file, "-c", config).out
    [back] = [row for row in listed(config) if row["address"]]
    assert back["reason"] == "on the mail provider's list: '=HYPERLINK(1)"
