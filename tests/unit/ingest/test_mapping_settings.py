"""Mappings as they are written: what is wrong with one is said when the settings are read."""

from pathlib import Path

import pytest

from services.ingest.mapping.files import OF_NO_BOARD, mapping_in, shipped, shipped_texts
from services.runtime.errors import UsageError
from services.settings import load_settings

FIELDS = '\n[fields]\nsource_id = "id"\ntitle = "title"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "yaml"' + FIELDS, "kind: it must be 'json', 'jsonl', 'xml' or 'csv'"),
        ('kind = "json"\n[fields]\ntitle = "title"', "fields.source_id: it is needed"),
        ('kind = "json"\n[fields]\nsource_id = "id"', "fields.title: it is needed"),
        ('kind = "json"' + FIELDS + 'titel = "x"', 'there is no posting field "titel"; did you mean title?'),
        ('kind = "json"' + FIELDS + 'zzz = "x"', 'there is no posting field "zzz"; there are source_id, title'),
        ('kind = "json"' + FIELDS + 'url = "a["', "fields.url: a[ is not JSONPath"),
        ('kind = "json"' + FIELDS + 'url = ""', "fields.url: a path is empty"),
        ('kind = "json"\nitems = "$.a[?"' + FIELDS, "$.a[? is not JSONPath"),
        ('kind = "jsonl"' + FIELDS + 'url = "$.a"', "JSON Lines have nothing but rows"),
        ('kind = "jsonl"\nitems = "a"' + FIELDS, "items says nothing in jsonl, where each line is a row"),
        ('kind = "xml"' + FIELDS, "items is needed in xml: the name of a row's element, such as job or g:job"),
        ('kind = "xml"\nitems = "jobs/job"' + FIELDS, '"jobs/job" is not the name of an element'),
        ('kind = "xml"\nitems = "job"' + FIELDS + 'url = "a[1"', "fields.url: a[1 is not XPath"),
        ('kind = "xml"\nitems = "job"' + FIELDS + 'url = "//a"', "begin with .// for anywhere within a row"),
        (
            'kind = "xml"\nitems = "job"' + FIELDS + 'url = "lower(a)"',
            "fields.url: lower(a) is not XPath: unregistered",
        ),
        ('kind = "csv"\ncsv = { header = false }' + FIELDS, "a table without a header has numbered columns only"),
        ('kind = "csv"' + FIELDS + "url = 0", "columns are counted from 1, not 0"),
        ('kind = "json"\ncsv = { header = false }' + FIELDS, "csv is for csv, not for json"),
        ('kind = "json"\nencoding = "klingon"' + FIELDS, 'there is no encoding of text called "klingon"'),
        ('kind = "json"\nencoding = "zip"' + FIELDS, 'there is no encoding of text called "zip"'),
        (
            'kind = "json"' + FIELDS + "url = {}",
            "a field comes from one of path, all, template, constant or named; it has none",
        ),
        ('kind = "json"' + FIELDS + 'url = { path = "a", constant = "b" }', "it has path and constant"),
        ('kind = "json"' + FIELDS + 'url = { template = "a{b" }', "the braces of the template"),
        ('kind = "json"' + FIELDS + 'url = { template = "ab" }', "names no path in braces"),
        ('kind = "json"' + FIELDS + 'url = { pat = "a" }', "fields.url.pat: there is no such setting"),
        ('kind = "json"' + FIELDS + 'pay = { currency = "a" }', "pay needs min or max"),
        (
            'kind = "json"' + FIELDS + 'pay = "a"',
            "pay is a table with min, max, currency and period; pay in one text is pay_text",
        ),
        (
            'kind = "json"' + FIELDS + 'posted_at = { path = "a", date = "DD.MM." }',
            "holds no directive such as %d, %m or %Y",
        ),
        ('kind = "json"' + FIELDS + 'posted_at = { path = "a", date = "%d.%Q.%Y" }', "'Q' is a bad directive"),
        ('kind = "json"' + FIELDS + 'posted_at = { path = "a", date = "%d.%m" }', "holds no year"),
        ('kind = "json"' + FIELDS + 'posted_at = { path = "a", date = "%d.%d.%Y" }', "holds %d twice"),
        ('kind = "json"' + FIELDS + 'posted_at = { path = "a", date = "%Y week %V" }', "is no form of dates"),
        ('kind = "json"' + FIELDS + 'posted_at = { path = "a", date = "%c %d" }', "says the same twice"),
        ('kind = "json"\npaging = { next = "a", page = { parameter = "p" } }' + FIELDS, "by one of next, cursor, page"),
        ('kind = "csv"\npaging = { next = "a" }' + FIELDS, "its pages are followed by page or offset"),
        ("kind = ", "cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence_that_names_its_place(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        mapping_in(file)
    assert said in str(raised.value)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_mapping_that_is_too_long_is_refused_and_not_cut(tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text('kind = "json"' + FIELDS + "# ".ljust(200_000, "x"), encoding="utf-8")
    with pytest.raises(UsageError, match="is larger than 200,000 bytes"):
        mapping_in(file)


def test_a_mapping_is_a_table_of_the_settings_or_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "acme.toml").write_text('kind = "csv"' + FIELDS, encoding="utf-8")
    (tmp_path / "coral.toml").write_text('kind = "jsonl"' + FIELDS, encoding="utf-8")
    settings = tmp_path / "jobchime.toml"
    settings.write_text(
        """
[ingest.mappings]
coral = "coral.toml"
[ingest.mappings.nimbus]
kind = "json"
fields = { source_id = "id", title = "title" }
[[ingest.sources]]
name = "one"
url = "a.csv"
mapping = "maps/acme.toml"
[[ingest.sources]]
name = "two"
url = "b.json"
format = "mapping:nimbus"
""",
        encoding="utf-8",
    )
    ingest = load_settings(settings).ingest
    assert {name: mapping.kind for name, mapping in ingest.mappings.items()} == {
        "coral": "jsonl",
        "nimbus": "json",
        "acme": "csv",
    }
    assert [source.format for source in ingest.sources] == ["mapping:acme", "mapping:nimbus"]


SOURCE = '[[ingest.sources]]\nname = "a"\nurl = "a"\n'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (SOURCE + 'mapping = "gone.toml"', "there is no mapping file"),
        (SOURCE + 'mapping = "x.toml"\nformat = "auto"', "has a format and a mapping"),
        ('[ingest.mappings.acme]\nkind = "json"\nfields = { title = "a" }', "ingest.mappings.acme.fields.source_id"),
        ('[ingest.mappings."A B"]\nkind = "json"', "ingest.mappings.A B"),
        ('[ingest.mappings]\nx = "x.toml"\n' + SOURCE + 'mapping = "y/x.toml"', "two mappings are called x"),
    ],
)
def test_settings_that_name_a_mapping_wrongly_say_so(more: str, said: str, tmp_path: Path) -> None:
    settings = tmp_path / "jobchime.toml"
    settings.write_text(more, encoding="utf-8")
    with pytest.raises(UsageError, match=said.replace("[", r"\[")):
        load_settings(settings)


def test_the_mappings_that_come_along_can_be_read_and_say_how_they_know_a_feed() -> None:
    assert set(shipped()) == set(shipped_texts()) == set(OF_NO_BOARD)
    assert all(mapping.recognise and mapping.label for mapping in shipped().values())
