"""What is listed as in the image is what jobchime needs where it runs, each with its version and hashes."""

import re
from collections import Counter
from pathlib import Path

from packaging.utils import canonicalize_name

from deploy.image.packages import PYTHON, locked, needed

DOCKERFILE = Path(__file__).parents[3] / "deploy" / "Dockerfile"


def test_all_that_is_needed_is_locked_with_a_hash_and_nothing_that_only_development_needs() -> None:
    names, entries = needed(), list(locked(needed()))
    assert {canonicalize_name(entry.partition("==")[0]) for entry in entries} == names
    assert [entry for entry in entries if not re.search(r"==\S+.*--hash=sha256:[0-9a-f]{64}", entry, re.S)] == []
    assert {"sqlalchemy", "opentelemetry-sdk"} < names
    assert names.isdisjoint({"pytest", "mypy", "playwright", "numba", "llvmlite"})


def test_each_is_listed_once_in_the_version_that_the_images_python_takes() -> None:
    listed = Counter(canonicalize_name(entry.partition("==")[0]) for entry in locked(needed()))

    assert {name: times for name, times in listed.items() if times > 1} == {}
    said = DOCKERFILE.read_text()
    assert re.findall(r"^ARG BASE=python:(\S+)-slim$", said, re.M) == [PYTHON["python_version"]]
    assert re.findall(r"^FROM (\S+)", said, re.M) == ["${BASE}", "${BASE}", "scratch"]


def test_a_stand_in_for_the_base_does_not_pass_for_it() -> None:
    [name] = re.findall(r"^buildah commit .* (\S+)$", (DOCKERFILE.parent / "image/base.sh").read_text(), re.M)
    assert name.startswith("localhost/")
    assert f"--build-arg BASE={name}" in (DOCKERFILE.parent / "README.md").read_text()
