"""What docs/architecture.md and CONTRIBUTING.md say of folders, files and layers is so."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATHS = re.compile(r"`([a-z_]+(?:[/.][a-z_0-9]+)*(?:/|\.py|\.toml))`")


def is_there(named: str) -> bool:
    """From the root, or below a room that the sentence has named already."""
    depths = ("", *("services/" + "*/" * depth for depth in range(6)), "tests/support/")
    return any(True for depth in depths for _ in ROOT.glob(depth + named.rstrip("/")))


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_file_and_folder_that_is_named_is_there(page: str) -> None:
    named = set(PATHS.findall((ROOT / page).read_text(encoding="utf-8")))
    assert len(named) > 20
    assert sorted(path for path in named if not is_there(path)) == []


def test_the_layers_are_those_that_imports_are_held_to() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [layers] = [
        contract["layers"] for contract in settings["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"
    ]
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    block = page.partition("## Who may import whom")[2].partition("## ")[0]
    drawn = [line.strip().split("   ")[0] for line in block.splitlines() if line.startswith("    ")]
    assert drawn == [layer.replace("services.", "") for layer in layers]


def test_every_room_says_what_it_is_for() -> None:
    rooms = [path for room in ("services", "schemas") for path in (ROOT / room).rglob("__init__.py")]
    assert len(rooms) > 40
    silent = [path.relative_to(ROOT) for path in rooms if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []
