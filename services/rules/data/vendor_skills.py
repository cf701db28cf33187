"""Take names and spellings of tools out of open lists: `python -m services.rules.data.vendor_skills UNPACKED`.

The argument is a folder with the unpacked npm packages linguist-languages, devicon and simple-icons. Writes
skills/packages.json: of each package its version, its licence, and those entries that are a skill here, with their
other spellings. What is a skill is decided by the TOML files: `skills/packaged.toml` picks among the packages' names,
most of which are companies, shops and games; the entries of skills that other files have lend only their spellings.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.rules.data.make_skills import FOLDER, read_skills
from services.rules.skills.taxonomy import fold_skill

TARGET = FOLDER / "skills" / "packages.json"
_NAME = re.compile(r"^\s*name: (['\"])(.+?)\1", re.MULTILINE)
_ALIASES = re.compile(r"^\s*aliases: \[(.*?)\]", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"(['\"])(.+?)\1")

Entries = Iterator[tuple[str, list[str]]]


def _linguist(package: Path) -> Entries:
    for path in sorted((package / "data").glob("*.js")):
        text = path.read_text(encoding="utf-8")
        name, aliases = _NAME.search(text), _ALIASES.search(text)
        if name:
            yield name[2], [found[1] for found in _QUOTED.findall(aliases[1])] if aliases else []


def _devicon(package: Path) -> Entries:
    for entry in json.loads((package / "devicon.json").read_text(encoding="utf-8")):
        yield entry["name"], entry["altnames"]


def _simple_icons(package: Path) -> Entries:
    for entry in json.loads((package / "data" / "simple-icons.json").read_text(encoding="utf-8")):
        others = entry.get("aliases", {})
        yield entry["title"], [*others.get("aka", ()), *others.get("old", ())]


READERS = {"linguist-languages": _linguist, "devicon": _devicon, "simple-icons": _simple_icons}


def extracted(unpacked: Path) -> dict[str, Any]:
    """The entries of each package that name a skill, by name, with their other spellings."""
    skills = read_skills(FOLDER / "skills")
    known = {fold_skill(way) for name, entry in skills.items() for way in (name, *entry.get("aliases", ()))}
    found: dict[str, Any] = {}
    for package, reader in READERS.items():
        about = json.loads((unpacked / package / "package.json").read_text(encoding="utf-8"))
        entries = {
            name: sorted({other for other in others if fold_skill(other) != fold_skill(name)})
            for name, others in reader(unpacked / package)
            if any(fold_skill(way) in known for way in (name, *others))
        }
        found[package] = {"version": about["version"], "licence": about["license"], "entries": entries}
    return found


def main() -> None:
    """Write skills/packages.json."""
    text = json.dumps(extracted(Path(sys.argv[1])), ensure_ascii=False, indent=0)
    TARGET.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
