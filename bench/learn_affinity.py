"""Learns which roles a word of a title and a skill mean: `python -m bench.learn_affinity POSTINGS.jsonl`.

Reads what `jobchime normalise` prints and writes services/rules/data/affinity.json: counts, and no text of a posting.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from schemas.posting import Posting
from services.rules.roles import affinity
from services.rules.roles.affinity import Learned
from services.rules.roles.taxonomy import roles

LEAST_POSTINGS: Final = 3
"""Of a word or skill; from fewer nothing is learned."""
MOST_WORDS: Final = 3


def learn(postings: Iterable[Posting]) -> Learned:
    """Of each word and skill, how many postings of each role have it; the same job of an employer counts once."""
    of_role, of_skill, of_words = (
        Counter[str](),
        defaultdict[str, Counter[str]](Counter),
        defaultdict[str, Counter[str]](Counter),
    )
    jobs = {(posting.company.name, posting.title): posting for posting in postings if posting.roles}
    for posting in jobs.values():
        role = posting.roles[0]
        of_role[role] += 1
        for gram in _grams(posting.title):
            of_words[gram][role] += 1
        for skill in posting.skills:
            if skill.core:
                of_skill[skill.name][role] += 1
    return Learned(dict(sorted(of_role.items())), _enough(of_words), _enough(of_skill))


def _enough(counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(sorted(of.items())) for name, of in sorted(counts.items()) if of.total() >= LEAST_POSTINGS}


def _grams(title: str) -> set[str]:
    """The stems of runs of words in the first part of a title, without levels; an industry often stands behind it."""
    vocabulary = roles().vocabulary
    stems: list[str] = []
    for word in vocabulary.words(title):
        if word.hard and stems:
            break
        if word.stem not in vocabulary.levels:
            stems.append(word.stem)
    return {" ".join(stems[at : at + size]) for size in range(1, MOST_WORDS + 1) for at in range(len(stems) - size + 1)}


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    with parser.parse_args().postings.open(encoding="utf-8") as lines:
        table = learn(Posting.model_validate_json(line) for line in lines)
    path = Path(affinity.__file__).parents[1] / "data" / "affinity.json"
    parts = [f'"roles": {json.dumps(table.roles)}', _part("words", table.words), _part("skills", table.skills)]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    print(f"{len(table.words)} words, {len(table.skills)} skills")


def _part(name: str, table: Mapping[str, Mapping[str, int]]) -> str:
    rows = (f"  {json.dumps(word, ensure_ascii=False)}: {json.dumps(of)}" for word, of in table.items())
    return f'"{name}": {{\n' + ",\n".join(rows) + "\n}"


if __name__ == "__main__":
    main()
