"""The size and shape of the code: `python bench/house.py [CHECKOUT]`, for any checkout that has its `.venv`.

Prints lines and modules of `services` and `schemas`, modules that exactly one other imports, files that name a
criterion, tests that know what they should not (names with an underscore, sentences of the catalogue), and the files
whose functions run when one posting goes from bytes to a mail: `jobchime demo`, with its people and pages, over a feed
of one item of RemoteOK.
"""

import ast
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from babel.messages.pofile import read_po

CODE = ("services", "schemas")
LEAST_WORDS = 5
"""Of a sentence of the catalogue, without what is filled in: shorter ones stand anywhere."""
DOCUMENTED = {"_asdict", "_replace", "_fields"}
WIRING = re.compile(
    r"(app|registry|formats|normalise|deployed|embedded|operating|mailers|loading|generate)$"
    r"|^services\.(cli|console|portal|usecases)\.|\.vendor_"
)
"""What names others in order to put them together: being named by it alone does not mean to belong into it."""
WATCHED = """
import sys, threading
from inspect import CO_OPTIMIZED
from pathlib import Path

root = str(Path(sys.argv[1]).resolve())
ours = (root + "/services", root + "/schemas")
passed = set()

def watch(frame, event, argument):
    code = frame.f_code
    if event == "call" and code.co_flags & CO_OPTIMIZED and code.co_filename.startswith(ours):
        passed.add(code.co_filename)

from services.cli import main

sys.argv = ["jobchime", *sys.argv[2:]]
sys.setprofile(watch)
threading.setprofile(watch)
try:
    main()
except SystemExit:
    pass
sys.setprofile(None)
print("files passed:", len(passed), file=sys.stderr)
"""
"""What runs at import is no part of the way; bodies of classes and modules are told by their flags."""


def modules(root: Path) -> dict[str, Path]:
    files = (file for folder in CODE for file in (root / folder).rglob("*.py"))
    return {
        ".".join(file.relative_to(root).with_suffix("").parts): file
        for file in files
        if file.name != "__init__.py" and "migrations" not in file.parts
    }


def imported_by(known: dict[str, Path]) -> dict[str, set[str]]:
    users: dict[str, set[str]] = defaultdict(set)
    for name, file in known.items():
        for node in ast.walk(ast.parse(file.read_text())):
            for target in imports(node):
                if target in known and target != name:
                    users[target].add(name)
    return users


def imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def tests(root: Path) -> list[tuple[ast.FunctionDef, set[str]]]:
    """Each test, with the names that its module imports from the code although they begin with an underscore."""
    found: list[tuple[ast.FunctionDef, set[str]]] = []
    for file in (root / "tests").rglob("test_*.py"):
        tree = ast.parse(file.read_text())
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(CODE)
            for alias in node.names
            if alias.name.startswith("_")
        }
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        found += [(function, imported) for function in functions if function.name.startswith("test_")]
    return found


def is_inside(node: ast.AST, imported: set[str]) -> bool:
    """Whether a node of a test names what is private to a module of the code, to read it or to set it."""
    match node:
        case ast.Name(id=name):
            return name in imported
        case ast.Attribute(value=ast.Name(id="self")):
            return False
        case ast.Attribute(attr=name):
            return re.match(r"_[^_]", name) is not None and name not in DOCUMENTED
        case ast.Call(func=ast.Attribute(attr="setattr"), args=[_, ast.Constant(value=str(name)), *_]):
            return name.startswith("_")
        case ast.Constant(value=str(text)):
            return re.match(r"(services|schemas)\.[\w.]*\._[a-zA-Z]", text) is not None
    return False


def sentences(root: Path) -> list[re.Pattern[str]]:
    """Those of the catalogue that are long enough to be known again, whatever is filled in."""
    with next((root / "services").rglob("de/LC_MESSAGES/*.po")).open("rb") as file:
        ids = [message.id for message in read_po(file)]
    forms = [form for own in ids for form in ([own] if isinstance(own, str) else own)]
    parts = [re.split(r"\{[^{}]*\}", form) for form in forms]
    long = [some for some in parts if len(re.findall(r"[^\W\d_]+", " ".join(some))) >= LEAST_WORDS]
    return [re.compile(".+?".join(map(re.escape, some))) for some in long]


def repeats(test: ast.FunctionDef, known: list[re.Pattern[str]]) -> bool:
    texts = (node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return any(sentence.search(text) for text in texts if text.count(" ") + 1 >= LEAST_WORDS for sentence in known)


def files_passed(root: Path) -> str:
    feed = json.loads((root / "samples/feeds/remoteok.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        feeds = Path(folder, "feeds")
        feeds.mkdir()
        jobs = [row for row in feed if "id" in row]
        results = (
            _passed_by(root, [row for row in feed if "id" not in row] + [job], feeds, Path(folder, "out"))
            for job in jobs
        )
        return next((result for result in results if result), "no item was mailed")


def _passed_by(root: Path, feed: list[object], feeds: Path, out: Path) -> str:
    (feeds / "remoteok.json").write_text(json.dumps(feed))
    arguments = [str(root), "demo", "--feeds", str(feeds), "--out", str(out)]
    run = subprocess.run(
        [root / ".venv/bin/python", "-c", WATCHED, *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    mailed = next(out.rglob("*.eml"), None)
    counted = re.search(r"files passed: (\d+)", run.stderr)
    return counted[1] if counted and mailed else ""


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    known = modules(root)
    users = imported_by(known)
    files = [file for folder in CODE for file in (root / folder).rglob("*.py")]
    lines = sum(len(file.read_text().splitlines()) for file in files)
    print(f"lines of services and schemas                 {lines}")
    print(f"modules (without __init__ and migrations)     {len(known)}")
    single = [next(iter(by)) for by in users.values() if len(by) == 1]
    print(f"modules that exactly one other imports        {len(single)}")
    print(f"  and that is no wiring, use case or command  {sum(not WIRING.search(user) for user in single)}")
    naming = [
        file for file in files if "migrations" not in file.parts and re.search(r"\bemployment\b", file.read_text())
    ]
    print(f"files that name the criterion employment      {len(naming)}")
    every, known_sentences = tests(root), sentences(root)
    inside = sum(any(is_inside(node, names) for node in ast.walk(test)) for test, names in every)
    print(f"tests                                         {len(every)}")
    print(f"  that name what is private to a module       {inside}")
    worded = sum(repeats(test, known_sentences) for test, _ in every)
    print(f"  that repeat one of {len(known_sentences):>4} catalogued sentences {worded}")
    print(f"files that an item of RemoteOK passes         {files_passed(root)}")


if __name__ == "__main__":
    main()
