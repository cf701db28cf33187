"""Take one folder or file out of a zip archive: `unpack.py ARCHIVE PATTERN TARGET`.

PATTERN is a regular expression; what it matches at the beginning of a name is replaced by TARGET.
"""

import re
import shutil
import sys
import zipfile
from pathlib import Path


def main(archive: str, pattern: str, target: str) -> None:
    """Unpack; exits with a sentence where nothing fits the pattern."""
    beginning = re.compile(pattern)
    found = 0
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            fits = beginning.match(entry.filename)
            if fits is None or entry.is_dir():
                continue
            file = Path(target + entry.filename[fits.end() :])
            file.parent.mkdir(parents=True, exist_ok=True)
            with opened.open(entry) as source, file.open("wb") as written:
                shutil.copyfileobj(source, written, 1 << 20)
            found += 1
    if not found:
        sys.exit(f"nothing in {archive} begins with {pattern}")


if __name__ == "__main__":
    main(*sys.argv[1:])
