"""What is listed as in the image is what jobchime needs where it runs, each with its version and hashes."""

import re

from packaging.utils import canonicalize_name

from deploy.image.packages import locked, needed


def test_all_that_is_needed_is_locked_with_a_hash_and_nothing_that_only_development_needs() -> None:
    names, entries = needed(), list(locked(needed()))
    assert {canonicalize_name(entry.partition("==")[0]) for entry in entries} == names
    assert [entry for entry in entries if not re.search(r"==\S+.*--hash=sha256:[0-9a-f]{64}", entry, re.S)] == []
    assert {"sqlalchemy", "opentelemetry-sdk"} < names
    assert names.isdisjoint({"pytest", "mypy", "playwright", "numba", "llvmlite"})
