"""Whether digests are what they were: `python -m bench.same_digests COMMIT [--people N]`.

The morning of `bench.delivery` is put into two stores; one is served by this code, the other by that of a commit.
Mails, what was chosen in which order, what was left out and why, and what waits must be the same bytes. Commits with
other tables cannot be compared so. Exit code 1 where anything is another.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import select

from bench.delivery import fill, into, run, the_morning
from schemas.sql.tables import digest_items, digests, saved_searches
from services.runtime.sql.store import open_store, reading
from tests.support.stores import sqlite_url

_KEPT: Final = ((digests, "created_at"), (digest_items, ""), (saved_searches, "changed_at"))
"""Tables that are compared, each without the column that a clock sets."""
_SHOWN: Final = 20


def made_by_both(commit: str, people: int) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Mails and rows by this code, and by that of a commit."""
    with TemporaryDirectory(prefix="jobchime-bench-") as name:
        folder = Path(name)
        ours, theirs, checkout = folder / "ours", folder / "theirs", folder / "checkout"
        checkout.mkdir()
        archive = subprocess.run(["git", "archive", commit], check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", checkout], check=True, input=archive.stdout)
        engine = open_store(sqlite_url(ours))
        fill(engine, the_morning(people))
        engine.dispose()
        shutil.copytree(ours, theirs)
        run([(sqlite_url(ours), into(ours), "one")])
        run([(sqlite_url(theirs), into(theirs), "one")], checkout)
        return _made(ours), _made(theirs)


def _made(folder: Path) -> dict[str, object]:
    """What a notifier made of a morning."""
    found: dict[str, object] = {f"mail {file.name}": file.read_bytes() for file in (folder / "mails").glob("*.eml")}
    engine = open_store(sqlite_url(folder))
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
    ours, theirs = made_by_both(given.commit, given.people)
    mails = sum(own.startswith("mail ") for own in ours)
    others = sorted(own for own in ours.keys() | theirs.keys() if ours.get(own) != theirs.get(own))
    print(f"{mails:,} mails; of {len(ours):,} mails and rows {len(others):,} are not as by {given.commit}")
    print(*others[:_SHOWN], sep="\n")
    sys.exit(bool(others) or not mails)


if __name__ == "__main__":
    main()
