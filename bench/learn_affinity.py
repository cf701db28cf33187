"""Learns which roles a skill is asked for in: `python -m bench.learn_affinity POSTINGS.jsonl`.

Reads what `jobchime normalise` prints and writes services/rules/data/affinity.json: counts, and no text of a posting.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from schemas.posting import Posting
from services.rules import affinity
from services.rules.affinity import Learned

LEAST_POSTINGS: Final = 3
"""Of a skill; from fewer nothing is learned."""


def learn(postings: Iterable[Posting]) -> Learned:
    """Of each skill, to how many postings of each role it is core; the same job of an employer counts once."""
    of_role, of_skill = Counter[str](), defaultdict[str, Counter[str]](Counter)
    jobs = {(posting.company.name, posting.title): posting for posting in postings if posting.roles}
    for posting in jobs.values():
        role = posting.roles[0]
        of_role[role] += 1
        for skill in posting.skills:
            if skill.core:
                of_skill[skill.name][role] += 1
    enough = {name: counts for name, counts in sorted(of_skill.items()) if counts.total() >= LEAST_POSTINGS}
    return Learned(dict(sorted(of_role.items())), {name: dict(sorted(of.items())) for name, of in enough.items()})


def main() -> None:
    """Learn and write."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        table = learn(Posting.model_validate_json(line) for line in lines)
    path = Path(affinity.__file__).parent / "data" / "affinity.json"
    rows = (f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(of)}" for name, of in table.skills.items())
    skills = ",\n".join(rows)
    path.write_text(f'{{\n"roles": {json.dumps(table.roles)},\n"skills": {{\n{skills}\n}}\n}}\n', encoding="utf-8")
    print(f"{len(table.skills)} skills")


if __name__ == "__main__":
    main()
