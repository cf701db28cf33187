"""A feed that nobody named: mapped, tried, added, polled; and the page that says how, walked as it stands."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from services.ingest.mapping.files import shipped
from services.ingest.mapping.rules import FieldRules, ValueRule
from services.ingest.mapping.settings import MappingSettings
from tests.support.command_line import run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mapped-feeds.md"
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOW = "2026-08-10"

FEED = """<openings><firm>Nimbus Fern</firm>
<post no="1"><role>Platform Engineer</role><about>&lt;p&gt;You know Go.&lt;/p&gt;</about><town>Lisbon</town></post>
<post no="2"><role>Broken <about></post>
<post><role>Nameless</role></post>
<post no="4"><role>Data Analyst</role><about>You write SQL.</about><town>Porto</town></post></openings>"""
MAPPING = """
kind = "xml"
items = "post"
[fields]
source_id = "@no"
title = "role"
company = "/openings/firm"
url = { template = "https://nimbus.example/{@no}" }
description = "about"
locations = "town"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JOBCHIME_CONFIG", raising=False)
    return tmp_path


def test_the_page_can_be_walked(here: Path) -> None:
    ran = 0
    for kind, name, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if name:
            (here / name).write_text(text, encoding="utf-8")
        if kind != "console":
            continue
        for step in text.split("$ jobchime ")[1:]:
            command, _, shown = step.partition("\n")
            found = run(*shlex.split(command))
            ran += 1
            assert found.code in {0, 1}, found.err
            assert (found.code == 1) == ("It would give no posting." in shown), found.err
            lines = found.out.splitlines()
            for line in shown.splitlines():
                assert line in lines, (command, line)
    assert ran >= 6


def test_the_page_names_every_setting_and_mapping() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for model in (MappingSettings, FieldRules, ValueRule):
        for name in model.model_fields.keys() - {"fields", "path", "constant"}:
            assert f"`{name}" in text or f"{{ {name}" in text, name
    along = text.partition("## Mappings that come along")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", along, re.MULTILINE)) == set(shipped())


@pytest.mark.parametrize("where", ["file", "table"])
def test_a_mapped_feed_is_checked_added_and_polled(where: str, here: Path) -> None:
    (here / "feed.xml").write_text(FEED, encoding="utf-8")
    (here / "nimbus.toml").write_text(MAPPING, encoding="utf-8")
    assert run("config", "init").code == 0
    options = ["--mapping", "nimbus.toml"]
    if where == "table":
        with (here / "jobchime.toml").open("a", encoding="utf-8") as out:
            out.write('\n[ingest.mappings]\nown = "nimbus.toml"\n')
        options = ["--format", "mapping:own"]
    checked = run("source", "check", "feed.xml", *options, "--now", NOW)
    assert checked.code == 0, checked.err
    assert "2 items: 2 postings" in checked.out
    assert '1 dead letter: no source_id: "@no" is not there; there are: role' in checked.out
    added = run("source", "add", "nimbus", "feed.xml", *options, "--every", "2h", "--now", NOW)
    assert added.code == 0, added.err
    assert run("run", "--once").code == 0
    (listed,) = [json.loads(line) for line in run("source", "list", "--json").out.splitlines()]
    assert (listed["state"], listed["format"]) == ("ok", "mapping:own" if where == "table" else "mapping:nimbus")
    dead = run("dead", "list").out
    assert dead.count("raw.v1.dead") == 2
    assert "@no" in run("dead", "list", "--json").out


def test_a_source_is_not_added_where_it_would_give_nothing_or_the_settings_would_break(here: Path) -> None:
    (here / "feed.xml").write_text(FEED, encoding="utf-8")
    (here / "nimbus.toml").write_text(MAPPING.replace('"@no"', '"no"'), encoding="utf-8")
    missing = run("source", "add", "nimbus", "feed.xml", "--mapping", "nimbus.toml", "--now", NOW)
    assert (missing.code, "there is no settings file" in missing.err) == (2, True)
    run("config", "init")
    before = (here / "jobchime.toml").read_bytes()
    refused = run("source", "add", "nimbus", "feed.xml", "--mapping", "nimbus.toml", "--now", NOW)
    assert (refused.code, "was not added" in refused.err) == (2, True)
    assert '"no" is not there; near: @no' in refused.out
    odd = run("source", "add", "No Name", "feed.xml", "--mapping", "nimbus.toml", "--unchecked", "--now", NOW)
    assert (odd.code, "name: a name holds a to z in lower case" in odd.err) == (2, True)
    elsewhere = run("source", "add", "nimbus", "ftp://fern.example/feed.xml", "--unchecked")
    assert (elsewhere.code, "is neither http(s) nor a path" in elsewhere.err) == (2, True)
    assert (here / "jobchime.toml").read_bytes() == before
    assert sorted(path.name for path in here.iterdir()) == ["feed.xml", "jobchime.toml", "nimbus.toml"]
    taken = run("source", "add", "nimbus", "feed.xml", "--mapping", "nimbus.toml", "--unchecked", "--now", NOW)
    assert taken.code == 0, taken.err
    again = run("source", "add", "nimbus", "feed.xml", "--mapping", "nimbus.toml", "--unchecked", "--now", NOW)
    assert (again.code, "two sources are named nimbus" in again.err) == (2, True)


def test_a_source_is_not_added_to_settings_that_hold_them_as_one_list(here: Path) -> None:
    (here / "feed.xml").write_text(FEED, encoding="utf-8")
    (here / "nimbus.toml").write_text(MAPPING, encoding="utf-8")
    settings = '[ingest]\nsources = [{ name = "own", url = "feeds" }]\n'
    (here / "jobchime.toml").write_text(settings, encoding="utf-8")
    refused = run("source", "add", "nimbus", "feed.xml", "--mapping", "nimbus.toml", "--now", NOW)
    assert (refused.code, "write each as [[ingest.sources]]" in refused.err) == (2, True)
    assert (here / "jobchime.toml").read_text(encoding="utf-8") == settings


def test_a_mapping_and_a_format_are_named_rightly_or_not_at_all(here: Path) -> None:
    (here / "feed.xml").write_text(FEED, encoding="utf-8")
    both = run("source", "check", "feed.xml", "--mapping", "a.toml", "--format", "lever")
    assert (both.code, "not by both" in both.err) == (2, True)
    gone = run("normalise", "feed.xml", "--mapping", "gone.toml")
    assert (gone.code, "there is no mapping file gone.toml" in gone.err) == (2, True)
    unknown = run("source", "check", "feed.xml", "--format", "mapping:gone")
    assert (unknown.code, "mapping:job-feed" in unknown.err) == (2, True)
    unmapped = run("source", "check", "feed.xml")
    assert "docs/mapped-feeds.md" in unmapped.out


def test_a_mapping_that_comes_along_begins_an_own_one(here: Path) -> None:
    listed = run("source", "mapping")
    assert all(name in listed.out for name in shipped())
    (here / "own.toml").write_text(run("source", "mapping", "job-feed").out, encoding="utf-8")
    (here / "feed.xml").write_text(
        "<source><job><title>Baker</title><referencenumber>1</referencenumber></job></source>", encoding="utf-8"
    )
    read = run("normalise", "feed.xml", "--mapping", "own.toml", "--now", NOW)
    assert json.loads(read.out)["source_id"] == "1"
    assert run("source", "mapping", "gone").code == 2


def test_a_mapping_that_is_guessed_of_a_feed_follows_its_pages_and_takes_rows_by_name(here: Path) -> None:
    (here / "feed.json").write_text(
        """{"links": {"next": "/jobs?page=2"}, "jobs": {
        "a-1": {"title": "Gardener", "link": "https://fern.example/1"},
        "a-2": {"title": "Cook", "link": "https://fern.example/2"}}}""",
        encoding="utf-8",
    )
    guessed = tomllib.loads(run("source", "mapping", "--of", "feed.json").out)
    mapping = MappingSettings.model_validate(guessed)
    assert (mapping.items, mapping.key, mapping.fields.source_id.paths) == ("jobs", "key", ("key",))
    assert mapping.paging is not None
    assert mapping.paging.next == "links.next"
