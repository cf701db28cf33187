"""Command lines that nobody in their right mind types: composed of the real commands and options, by a seed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import typer.main
from pydantic import BaseModel

from services.cli.app import tree
from services.settings import Settings

LONG = "x" * 5_000
WORDS = (
    "", "-", "--", "-1", "0", "1", "7", "99999999999999999999999999", "nan", "1e400", "-0", "true", "null", "[]", "{}",
    '{"a":',
    "\u202edlrow",
    "😀", "' OR 1=1 --", "%s%n{0}", "../../etc/passwd", "ada@example.com", "all", "daily", "monday", "DE",
    "2026-02-30", "2026-11-20T18:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00+14:00", "http://127.0.0.1:1/feed",
    "http://[", "http://127.0.0.1:99999/", "file:///dev/null", "postings.v1:0:0", "postings.v1:0:-1",
    "raw.v1.dead:9:99999999999999999999", "-c", "--help", "--nothing", "matcher", "sending", "mapping:none", "auto",
)  # fmt: skip
UNREADABLE = (
    "\udcff\udcfe",
    "name\udc80",
    LONG,
    "é" * 2_500,
    "a\nb",
    "\x1b[31mred\x1b[0m",
    "\x01\x07\x7f",
    "a/" * 3_000,
    "https://" + LONG,
)
"""Words that are refused wherever they stand, and therefore come seldom."""
VALUES: tuple[str, ...] = (
    "1",
    "-1",
    '""',
    '"x"',
    "[]",
    "[1]",
    "{}",
    "true",
    "nan",
    "1e400",
    "9" * 60,
    "1979-05-27",
    '"\\u0000"',
)
SETTINGS = (
    "[" * 5_000,
    "a = " + "[" * 5_000,
    "a." * 3_000 + "b = 1",
    "data = '\x00'",
    "[ingest]\nsources = 5",
    "nothing = 1",
    "[[ingest.sources]]\nname = 1",
    '[[ingest.sources]]\nname = "a"\nurl = "\\u0000"',
    "[mail]\nfolder = '/dev/null'",
    "[ingest.mappings]\nx = 'missing.toml'",
    "[ingest]\nmappings = ['/dev/zero']",
    "data = '/dev/null'",
    'store = "sqlite:///dev/full"',
    'store = "nonsense"',
    'store = "mysql://x"',
    'store = "postgresql+psycopg://127.0.0.1:1/none"',
    'elasticsearch.url = "nonsense"',
    'matcher.index = "elasticsearch"',
    "[ingest.push.keys.'\\x1b']\nsource=1",
)
"""What a settings file may say. No broker that is away: it is waited for, ten seconds long."""
ENDLESS = {"--watch", "-w"}
"""Options with which a command goes on until it is stopped."""
NEEDED = {"run": ("--once",), "ingest": ("--once",), "matcher": ("--once",), "notifier": ("--once",)}
"""Options without which a command goes on until it is stopped."""
LEFT_OUT = {
    "demo": "simulates days; without feeds of its own it takes longer than five seconds, as it says",
    "portal": "serves until it is stopped",
    "console": "serves until it is stopped, or asks for a password",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a shell would hand over."""

    words: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    stdin: bytes = b""


def commands() -> Iterator[tuple[tuple[str, ...], Sequence[Any]]]:
    """Each command by its words, and its arguments and options."""
    yield from _below(typer.main.get_command(tree(lambda _: True)), ())


def _below(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Sequence[Any]]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command.params
        return
    for name in inner:
        # Of the tree only the command that is run is whole.
        whole = typer.main.get_command(tree({name}.__contains__)) if not words else command
        yield from _below(whole.commands[name], (*words, name))


def variables(model: type[BaseModel] = Settings, prefix: str = "JOBCHIME_") -> Iterator[str]:
    """The names of the variables that settings are read from."""
    for name, about in model.model_fields.items():
        inner = about.annotation
        yield f"{prefix}{name.upper()}"
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from variables(inner, f"{prefix}{name.upper()}__")


def files(folder: Path) -> list[str]:
    """Files of every kind, and what is none, in a folder."""
    contents: dict[str, bytes] = {
        "empty": b"",
        "binary": bytes(range(256)) * 40,
        "deep.json": b'{"a":' * 100_000,
        "deep-list.json": b"[" * 200_000,
        "numbers.json": b'{"a": ' + b"9" * 6_000 + b', "b": NaN, "c": 1e999}',
        "latin.json": '{"title": "é"}'.encode("latin-1"),
        "surrogate.json": b'{"title": "\\ud800", "skills": {"all": ["\\u0000"]}}',
        "list.json": b"[1, 2, 3]",
        "criteria.json": b'{"skills": {"all": ["Python"]}}',
        "people.jsonl": b'{"address": 5}\n[]\n{"address": "x@example.com", "searches": [{"criteria": 1}]}\n\xff\n',
        "postings.jsonl": b'{"id": "1", "title": "T", "company": "C", "url": "https://c.example/1"}\n{}\n',
        "one-line": b"x" * 3_000_000,
        "zip.zip": b"PK\x03\x04" + b"\0" * 200,
        "nul\n\x1b.toml": b"data = 1",
    }
    made = []
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        made.append(str(folder / name))
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to(folder / "loop")
    devices = ["/dev/null", "/dev/full", "/dev/zero", "/dev/urandom"]
    return [*made, *(str(folder / name) for name in ("folder", "loop", "missing", "empty/below", "x" * 300)), *devices]


def settings_files(folder: Path, chance: Random, count: int) -> list[str]:
    """Settings files that say nonsense, each of something else."""
    fields = [name.removeprefix("JOBCHIME_").lower().split("__") for name in variables()]
    texts = [f"{'.'.join(path)} = {value}" for path in fields for value in chance.sample(VALUES, 1)]
    chance.shuffle(texts)
    made = []
    for number, text in enumerate((*texts[:count], *SETTINGS)):
        file = folder / f"settings-{number}.toml"
        file.write_text(text, encoding="utf-8")
        made.append(str(file))
    return made


def cases(folder: Path, good: Path, known: Sequence[str], seed: int, count: int) -> Iterator[Case]:
    """As many command lines, the same for the same seed; each command comes in turn.

    Most settings files are the `good` one; some words are `known` there.
    """
    chance = Random(seed)
    paths, settings = files(folder), settings_files(folder, chance, 60)
    pools = _Pools(chance, [*WORDS, *known * 5], paths, [str(good)] * len(settings) * 3 + settings)
    names = [*variables(), *(f"JOBCHIME_{name}" for name in ("CONFIG", "NOTHING", "", "INGEST__SOURCES__0__NAME"))]
    wanted = [each for each in commands() if each[0][0] not in LEFT_OUT]
    for number in range(count):
        words, parameters = wanted[number % len(wanted)]
        given = [*words, *NEEDED.get(words[0], ())]
        for parameter in parameters:
            given += pools.given(parameter)
        environment = {
            chance.choice(names): chance.choice([*WORDS, *UNREADABLE, *paths, *settings, *VALUES])
            for _ in range(chance.choice((0, 0, 0, 0, 0, 1, 2)))
        }
        stdin = chance.choice((b"", b"\xff\xfe\n", b"{}\n", json.dumps({"address": 1}).encode(), b"[" * 100_000))
        yield Case(tuple(given), environment, stdin)


@dataclass(frozen=True, slots=True)
class _Pools:
    """What arguments and options are chosen from."""

    chance: Random
    words: Sequence[str]
    paths: Sequence[str]
    settings: Sequence[str]

    def given(self, parameter: Any) -> list[str]:
        """An argument or option as it is typed; none where it is left out."""
        chance, name = self.chance, parameter.opts[0]
        if ENDLESS.intersection(parameter.opts):
            return []
        is_option, is_config = name.startswith("-"), name == "--config"
        if not parameter.required and chance.random() < (0.1 if is_config else 0.7 if is_option else 0.4):
            return []
        if getattr(parameter, "is_flag", False):
            return [name]
        if chance.random() < 0.03:
            pool: Sequence[str] = UNREADABLE
        else:
            pool = self.settings if is_config and chance.random() < 0.9 else chance.choice((self.words, self.paths))
        values = [chance.choice(pool) for _ in range(chance.randint(1, 3) if parameter.nargs < 0 else 1)]
        return [name, *values] if is_option else values
