"""What the image holds of packages: `python -m deploy.image.packages` gives their lines of the lock file, with hashes.

Those that only development needs are not among them. It goes by what this environment has, of the locked versions.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("observed",)
"""Of ours, which the image has."""
_LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"


def needed() -> set[str]:
    """The canonical names of all that jobchime needs where it runs."""
    looked: set[tuple[str, str]] = set()
    waiting = [("jobchime", extra) for extra in ("", *EXTRAS)]
    while waiting:
        at = waiting.pop()
        if at not in looked:
            looked.add(at)
            waiting += _needs(*at)
    return {name for name, _ in looked} - {"jobchime"}


def _needs(name: str, extra: str) -> Iterator[tuple[str, str]]:
    here = {**default_environment(), "extra": extra}
    for text in requires(name) or ():
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate(here):
            yield from ((canonicalize_name(one.name), each) for each in ("", *one.extras))


def locked(names: set[str]) -> Iterator[str]:
    """The entries of the lock file that are of these packages."""
    for entry in re.split(r"\n(?=[a-z0-9])", _LOCK.read_text(encoding="utf-8")):
        if canonicalize_name(re.split(r"[=\[;\s]", entry, maxsplit=1)[0]) in names:
            yield entry.rstrip("\n")


if __name__ == "__main__":
    sys.stdout.writelines(f"{entry}\n" for entry in locked(needed()))
