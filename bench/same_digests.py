"""Whether digests are what they were: `python -m bench.same_digests COMMIT [--people N]`.

The morning of `bench.delivery` is put into two stores; one is served by this code, the other by that of a commit, both
at once. Mails, what was chosen in which order, what was left out and why, and what waits must be the same bytes. What
both took of the processor is told by its ratio. Commits with other tables cannot be compared so, and of one that writes
a column in another form the rows are others. Exit code 1 where anything is another.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import select

from bench.morning import Morning, fill, the_morning
from bench.notifiers import into, run
from schemas.sql.tables import digest_items, digests, saved_searches
from services.runtime.sql.store import open_store, reading
from tests.support.stores import sqlite_url

_KEPT: Final = ((digests, "created_at"), (digest_items, ""), (saved_searches, "changed_at"))
"""Tables that are compared, each without the column that a clock sets."""
_SHOWN: Final = 20


@dataclass(frozen=True)
class ServedStore:
    """What a notifier made of a morning."""

    found: Mapping[str, object]
    """Mails and rows, by name."""
    cpu_ms_a_person: float


def made_by_both(commit: str, morning: Morning) -> tuple[ServedStore, ServedStore]:
    """By this code, and by that of a commit."""
    with TemporaryDirectory(prefix="jobchime-bench-") as name, ThreadPoolExecutor() as at_once:
        folder = Path(name)
        ours, theirs, checkout = folder / "ours", folder / "theirs", folder / "checkout"
        checkout.mkdir()
        archive = subprocess.run(["git", "archive", commit], check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", checkout], check=True, input=archive.stdout)
        engine = open_store(sqlite_url(ours))
        fill(engine, morning)
        engine.dispose()
        shutil.copytree(ours, theirs)
        people = len(morning.searches)
        by_ours, by_theirs = at_once.submit(_served, ours, people), at_once.submit(_served, theirs, people, checkout)
        return by_ours.result(), by_theirs.result()


def _served(folder: Path, people: int, checkout: Path | None = None) -> ServedStore:
    """Let a notifier serve the store in a folder."""
    url = f"sqlite:///{folder / 'store.sqlite'}"
    (report,), _ = run([(url, into(folder), "one")], checkout)
    return ServedStore(found_in(url, folder), 1_000 * report["cpu_s"] / people)


def found_in(url: str, folder: Path) -> Mapping[str, object]:
    """What a store keeps of mails, and those in the folder, by name."""
    found: dict[str, object] = {f"mail {file.name}": file.read_bytes() for file in (folder / "mails").glob("*.eml")}
    engine = open_store(url)
    with reading(engine) as connection:
        for table, clocked in _KEPT:
            keys = [column.name for column in table.primary_key]
            for row in connection.execute(select(*(column for column in table.c if column.name != clocked))).mappings():
                found[" ".join((table.name, *(str(row[key]) for key in keys)))] = dict(row)
    engine.dispose()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--people", type=int, default=2_000)
    given = parser.parse_args()
    ours, theirs = made_by_both(given.commit, the_morning(given.people))
    mails = sum(own.startswith("mail ") for own in ours.found)
    names = ours.found.keys() | theirs.found.keys()
    others = sorted(own for own in names if ours.found.get(own) != theirs.found.get(own))
    print(f"{mails:,} mails; of {len(names):,} mails and rows {len(others):,} are not as by {given.commit}")
    print(*others[:_SHOWN], sep="\n", end="\n" * bool(others))
    ratio = ours.cpu_ms_a_person / theirs.cpu_ms_a_person
    print(f"{ours.cpu_ms_a_person:.1f} ms of processor a person, {theirs.cpu_ms_a_person:.1f} there: {ratio:.2f} times")
    sys.exit(bool(others) or not mails)


if __name__ == "__main__":
    main()
