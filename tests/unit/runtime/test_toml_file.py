"""Where each setting of a file stands is known by one pass, however long the file is."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.runtime.files.toml import TomlFile

HARD = """# a = 1
top = 'a # no comment [' # [x]

[[sources]] # [[sources]]
name = "a]"
odd."k.e".y = { a = 1, b = { c = [ 1 ] } }
odd.z = 2

  [sources.rules]
  many = [ # [
    { a = "}" },
    # ]
    [ 2, '''
] ''' ],
  ]
  [[sources.rules.some]]
  x = 1
  [[sources.rules.some]]

  x = 2
[[sources]]
name = \"\"\"
[[sources]]
\\"\"\" name = "b" \"\"\"\"\"
[ sources . "rules" ]
[deep.in.it]
a = 1979-05-27T07:32:00Z
[deep]
b = 1
"""


def read(text: str) -> TomlFile:
    return TomlFile(Path("a.toml"), text, tomllib.loads(text))


def places(values: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    named = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for part, value in named:
        yield (*place, part)
        yield from places(value, (*place, part))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_place_is_on_the_line_behind_the_longest_beginning_of_the_file_that_lacks_it(end: str) -> None:
    file = read(HARD.replace("\n", end))
    lines = HARD.split("\n")
    beginnings: list[tuple[int, dict[str, Any]]] = []
    for count in range(len(lines) + 1):
        try:
            beginnings.append((count, tomllib.loads("\n".join(lines[:count]))))
        except tomllib.TOMLDecodeError:
            continue
    expected = {
        place: 1 + max(count for count, values in beginnings if not TomlFile(Path(), "", values).has(place))
        for place in places(file.values)
    }
    assert {place: file.line_of(place) for place in expected} == expected
    assert len(expected) > 30


def test_what_a_file_lacks_is_where_it_would_stand() -> None:
    file = read(HARD)
    assert file.line_of(("sources", 1, "url")) == file.line_of(("sources", 1))
    assert file.line_of(("mail",)) is None


def test_asking_for_all_places_reads_a_file_of_any_length_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source = '[[sources]]\nname = "a"\nurl = "https://a.example/feed"\nlists = [\n  1,\n]\n'
    read_characters = {}
    loads = tomllib.loads
    for number in (100, 200):
        file = read(source * number)
        lengths: list[int] = []
        monkeypatch.setattr(tomllib, "loads", lambda text, to=lengths: to.append(len(text)) or loads(text))
        lines = [file.line_of(place) for place in places(file.values)]
        monkeypatch.undo()
        assert lines[-1] == 6 * number - 2
        read_characters[number] = sum(lengths)
    assert read_characters == {number: len(source) * number for number in (100, 200)}
