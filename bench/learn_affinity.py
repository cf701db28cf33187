"""Learns which roles a skill is asked for in: `python -m bench.learn_affinity POSTINGS.jsonl`.

Reads what `jobchime normalise` prints and writes services/rules/data/affinity.json: shares, and no text of a posting.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from schemas.posting import Posting
from services.rules import affinity

LEAST_POSTINGS: Final = 3
"""Of a skill; from fewer nothing is learned."""
LEAST_SHARE: Final = 0.04
PRIOR: Final = 2.0
"""Postings of the usual mix of roles that are added to those of each skill."""


def learn(postings: Iterable[Posting]) -> dict[str, dict[str, float]]:
    """Of each skill the share of each role among the postings to which it is core, smoothed towards the usual mix."""
    of_role, of_skill = Counter[str](), defaultdict[str, Counter[str]](Counter)
    jobs = {(posting.company.name, posting.title): posting for posting in postings if posting.roles}
    for posting in jobs.values():
        role = posting.roles[0]
        of_role[role] += 1
        for skill in posting.skills:
            if skill.core:
                of_skill[skill.name][role] += 1
    usual = {role: count / of_role.total() for role, count in of_role.items()}
    return {
        name: shares
        for name, counts in sorted(of_skill.items())
        if counts.total() >= LEAST_POSTINGS and (shares := _shares(counts, usual))
    }


def _shares(counts: Counter[str], usual: Mapping[str, float]) -> dict[str, float]:
    of = counts.total() + PRIOR
    shares = {role: round((count + PRIOR * usual[role]) / of, 3) for role, count in sorted(counts.items())}
    return {role: share for role, share in shares.items() if share >= LEAST_SHARE}


def main() -> None:
    """Learn and write."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        table = learn(Posting.model_validate_json(line) for line in lines)
    path = Path(affinity.__file__).parent / "data" / "affinity.json"
    rows = (f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(shares)}" for name, shares in table.items())
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    print(f"{len(table)} skills")


if __name__ == "__main__":
    main()
