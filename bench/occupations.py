"""Reads what all occupations are called: `python -m bench.occupations ESCO [--mistaken 20]`.

ESCO is a folder with `occupations_en.csv`, `occupations_de.csv` and so on, the classification of the European
Commission as its portal gives it (CC BY 4.0): some 2,900 occupations with what each is called in eight
languages. One person named for each occupation the roles that it is (bench/labels/README.md), none where no
role is that trade. A name that is read as one of these is right, as a near one near. They are the names of all
trades alike, not of those that boards advertise.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from services.ingest.domain.role.title import read_title
from services.rules.roles.taxonomy import LANGUAGES, Roles, roles

Outcome = Literal["right", "near", "wrong", "unread", "rightly unread", "wrongly read"]

LABELS: Final = Path(__file__).parent / "labels" / "occupations.tsv"


def labels() -> dict[str, tuple[str, ...]]:
    """The roles of each occupation by the last part of its address; none of a trade that is no role."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {row["occupation"]: tuple(filter(None, row["roles"].split(","))) for row in rows}


def names_in(file: Path) -> Iterator[tuple[str, str]]:
    """Each occupation with each of its names in one language; both genders of "Bäcker/Bäckerin" are two names."""
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            said = f"{row['preferredLabel']}\n{row['altLabels']}".replace("/", "\n").splitlines()
            own = row["conceptUri"].rsplit("/", 1)[-1]
            yield from ((own, name) for name in dict.fromkeys(filter(None, map(str.strip, said))))


def outcome(role: str | None, own: Iterable[str], known: Roles) -> Outcome:
    """How a reading stands to the roles of an occupation."""
    own = tuple(own)
    if not own:
        return "wrongly read" if role else "rightly unread"
    if role is None:
        return "unread"
    if role in own:
        return "right"
    return "near" if any(known.closeness(role, other) == "near" for other in own) else "wrong"


def main() -> None:
    """Read the names of each language and print how many are read as what they are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("esco", type=Path, help="the folder of the classification")
    parser.add_argument("--mistaken", type=int, default=0, help="how many mistaken pairs of roles to print")
    given = parser.parse_args()
    known, own = roles(), labels()
    every, mistaken = Counter[Outcome](), Counter[tuple[str, str]]()
    print("| language | names | right | near | wrong | unread | of those read: right or near | of other trades: read |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for language in LANGUAGES:
        found = Counter[Outcome]()
        for occupation, name in names_in(given.esco / f"occupations_{language}.csv"):
            if occupation not in own:
                continue
            role = next((named.role for named in read_title(name, known)), None)
            result = outcome(role, own[occupation], known)
            found[result] += 1
            if result == "wrong":
                mistaken[str(role), own[occupation][0]] += 1
        print(_row(language, found))
        every.update(found)
    print(_row("all", every))
    for (role, other), count in mistaken.most_common(given.mistaken):
        print(f"{count:6} read as {role}: {other}")


def _row(name: str, found: Mapping[Outcome, int]) -> str:
    told = [found["right"], found["near"], found["wrong"]]
    names, others = sum(told) + found["unread"], found["wrongly read"] + found["rightly unread"]
    shares = [*(count / names for count in (*told, found["unread"])), (told[0] + told[1]) / sum(told)]
    cells = [f"{names:,}", *(f"{share:.0%}" for share in shares), f"{found['wrongly read'] / others:.0%}"]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
