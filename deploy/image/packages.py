"""What the image holds of packages: `python -m deploy.image.packages` gives their lines of the lock file, with hashes.

Those that only development needs are not among them, nor versions for another Python than the image's. What needs what,
it knows from the packages of this environment.
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
PYTHON = {"python_version": "3.13", "python_full_version": "3.13.0"}
"""The image's, of deploy/Dockerfile."""
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
    for text in requires(name) or ():
        requirement = Requirement(text)
        if _asked(requirement, extra):
            yield from (
                (canonicalize_name(requirement.name), extra_needed) for extra_needed in ("", *requirement.extras)
            )


def _asked(requirement: Requirement, extra: str = "") -> bool:
    """Whether it holds in the image."""
    image = {**default_environment(), **PYTHON, "extra": extra}
    return requirement.marker is None or requirement.marker.evaluate(image)


def locked(names: set[str]) -> Iterator[str]:
    """The entries of the lock file that are of these packages, and of the image's Python, which they no longer name."""
    for entry in re.split(r"\n(?=[a-z0-9])", _LOCK.read_text(encoding="utf-8")):
        line, *hashes = entry.rstrip("\n").split("\n")
        requirement = Requirement(line.removesuffix(" \\"))
        if canonicalize_name(requirement.name) in names and _asked(requirement):
            requirement.marker = None
            yield "\n".join((f"{requirement} \\", *hashes))


if __name__ == "__main__":
    sys.stdout.writelines(f"{entry}\n" for entry in locked(needed()))
