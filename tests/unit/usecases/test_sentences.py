"""What a use case says holds at every door."""

import ast
import re
from pathlib import Path

import pytest

import services.usecases

MODULES = sorted(Path(services.usecases.__path__[0]).glob("*.py"))
OPTION = re.compile(r"(?<!\S)--[a-z]")
OF_OTHER_PROGRAMS = ("pg_dump",)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_no_sentence_of_a_use_case_names_an_option_of_the_command_line(module: Path) -> None:
    texts = [
        node.value
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    named = [text for text in texts if OPTION.search(text) and not text.startswith(OF_OTHER_PROGRAMS)]
    assert not named
